//! Figures as they were printed, so that a figure of any pack can be explained and compared (G5, M11).

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, invalid, needed},
    records::reporting::packs::{Pack, PackStatus},
    tx::{Next, body_text, parse},
    write::live_head,
};
use northbound_types::Period;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A figure as printed in one pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigurePrinted {
    /// Figure id: hash of all that the figure depends on (`docs/packs.md`).
    pub figure_id: String,
    /// The pack that prints it, by id.
    pub pack: String,
    /// The party whose own figure it is; null where it is for everybody.
    pub party: Option<String>,
    /// Measure.
    pub measure: String,
    /// Keys: provider, region, user, srv …
    pub keys: BTreeMap<String, String>,
    /// Period.
    pub period: Period,
    /// The figure, as the pack's JSON has it.
    pub figure: Value,
    /// Where it comes from: parts, exclusions, files, rules.
    pub lineage: Value,
}

impl Record for FigurePrinted {
    const NOUN: Noun = Noun::Figure;
    fn identity(&self) -> Identity {
        Identity::Given(format!("{}@{}", self.figure_id, self.pack))
    }
    fn index(&self) -> Index {
        Index {
            party: self.party.clone(),
            measure: Some(self.measure.clone()),
            provider: self.keys.get("provider").cloned(),
            region: self.keys.get("region").and_then(|r| r.parse().ok()),
            period: Some(self.period.to_string()),
            lookup: Some(self.figure_id.clone()),
            from: Some(self.period.first().start()),
            to: Some(self.period.after().start()),
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Figure, "figure_id", &self.figure_id)?;
        needed(Noun::Figure, "measure", &self.measure)?;
        if self.figure.is_null() {
            return Err(invalid(
                Noun::Figure,
                "figure",
                "is missing; a figure without a value is printed as a null with its reason",
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, _before: &Self) -> Result<(), RegisterError> {
        Err(RegisterError::Frozen {
            noun: Noun::Figure,
            id: id.to_owned(),
            why: "a printed figure cannot be changed; build the pack again".to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Pack, self.pack.clone())]
    }
}

impl Gate<'_> {
    /// Keeps the figures that a pack prints, all or none, as one event of the pack. The same figures
    /// again change nothing; `changes` of the receipt is empty, `after` counts them.
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] where the pack is issued, or printed another value under the same
    /// figure id; [`RegisterError::Invalid`], [`RegisterError::Right`].
    pub fn print_figures<'f>(
        &self,
        pack: &str,
        figures: impl IntoIterator<Item = &'f FigurePrinted>,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<Pack>(tx, pack)?;
            let kept: Pack = parse(pack, &head.body)?;
            tx.allow(Noun::Figure, Verb::Print, kept.party.as_deref())?;
            if kept.status == PackStatus::Issued { return Err(RegisterError::Frozen { noun: Noun::Pack, id: pack.to_owned(), why: "the pack is issued, so its figures cannot be changed".to_owned() }); }
            let (mut new, mut same) = (0_i64, 0_i64);
            for f in figures {
                if f.pack != pack { return Err(invalid(Noun::Figure, "pack", format!("is {:?}, not {pack:?}", f.pack))); }
                f.check()?;
                let Identity::Given(id) = f.identity() else { continue };
                let (body, index) = (body_text(f)?, f.index());
                tx.allow(Noun::Figure, Verb::Print, index.party.as_deref().or(kept.party.as_deref()))?;
                match tx.head(Noun::Figure, &id)? {
                    Some(h) if h.body == body => same += 1,
                    Some(_) => return Err(RegisterError::Frozen { noun: Noun::Figure, id, why: "the same figure id was printed with another value; a figure's id must cover everything that its value depends on".to_owned() }),
                    None => {
                        tx.subject(Noun::Figure, &id)?;
                        tx.version(&Next { noun: Noun::Figure, id: &id, version: 1, verb: Verb::Print, known: tx.known(), live: true, by_hand: true, index: &index, body: &body }, &f.refs())?;
                        new += 1;
                    }
                }
            }
            let after = serde_json::json!({ "pack": pack, "new": new, "same": same }).to_string();
            tx.event(Noun::Pack, pack, Verb::Print, kept.party.as_deref(), None, Some(&after))?;
            let mut receipt = tx.receipt(Noun::Pack, pack, Verb::Print, head.version, None, Some(&after))?;
            receipt.changed = new > 0;
            receipt.changes.clear();
            Ok(receipt)
        })
    }

    /// Every print of a figure, oldest first.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] where it was never printed.
    pub fn prints_of(
        &self,
        figure_id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<FigurePrinted>>, RegisterError> {
        let as_at = as_at.into();
        let found =
            self.list(&Query { lookup: Some(figure_id.to_owned()), ..Query::as_at(as_at) })?;
        if found.is_empty() {
            return Err(RegisterError::NotFound {
                noun: Noun::Figure,
                id: figure_id.to_owned(),
                as_at: as_at.recorded,
            });
        }
        Ok(found)
    }
}
