//! Colours set, and figures withheld, by a person (M6, M7): with name, reason and time.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed},
};
use northbound_types::{NullReason, Period, Region, Utc, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// A colour.
    pub enum Colour("colour") {
        /// Met.
        Green = "green",
        /// Below target.
        Amber = "amber",
        /// Below minimum.
        Red = "red",
        /// Nothing can be said.
        Grey = "grey",
    }
}

/// A person's decision about one figure. One record a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// The colour to show; null where the figure is withheld instead.
    pub colour: Option<Colour>,
    /// Why there is no value; null where a colour is set instead.
    pub withhold: Option<NullReason>,
    /// Who decided.
    pub who: String,
    /// When.
    pub at: Utc,
    /// Why.
    pub why: String,
}

impl Record for Override {
    const NOUN: Noun = Noun::Override;
    fn identity(&self) -> Identity {
        Identity::Given(format!(
            "{}|{}|{}|{}",
            self.measure, self.provider, self.region, self.period
        ))
    }
    fn index(&self) -> Index {
        crate::records::on_figure(&self.measure, &self.provider, self.region, self.period)
    }
    fn check(&self) -> Result<(), RegisterError> {
        crate::records::check_figure(Noun::Override, &self.measure, &self.provider)?;
        needed(Noun::Override, "who", &self.who)?;
        needed(Noun::Override, "why", &self.why)?;
        if self.colour.is_some() == self.withhold.is_some() {
            return Err(invalid(
                Noun::Override,
                "colour",
                "and withhold: give one of them, not both",
            ));
        }
        Ok(())
    }
}
