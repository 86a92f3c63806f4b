//! Examples of where reports disagree (R2): collected from parties, de-identified, passed on,
//! answered. What is passed on is a record of its own that names nobody unless the sender agreed,
//! so the provider's view needs no filter that somebody could forget.

use crate::records::{
    oversight::actions::Action,
    participants::{
        parties::{Party, User},
        people::{PersonName, names_in},
    },
};
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::{AsAt, Query},
    record::{Identity, Index, Record, needed, only_via},
    rights::PROVIDER_ONLY,
};
use northbound_types::{Day, Utc, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of an example.
    pub enum ExampleState("state of an example") {
        /// Here, as the party wrote it.
        Collected = "collected",
        /// A text without what would give the sender away is written.
        DeIdentified = "de-identified",
        /// The provider has it.
        PassedOn = "passed-on",
        /// The provider has answered.
        Answered = "answered",
    }
}

/// An example, as a party gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The sender.
    pub party: String,
    /// When it came.
    pub on: Day,
    /// Which report or figure it is about.
    pub about: String,
    /// As the sender wrote it.
    pub text: String,
    /// The same without what would give the sender away; empty until written.
    pub public_text: String,
    /// The sender asks not to be named to the provider.
    pub hide_sender: bool,
    /// Its state.
    pub state: ExampleState,
    /// The action that it serves; null where none.
    pub action: Option<String>,
}

impl Record for Example {
    const NOUN: Noun = Noun::Example;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { party: Some(self.party.clone()), ..Index::default() }.on(self.on)
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in [("party", &self.party), ("about", &self.about), ("text", &self.text)]
        {
            needed(Noun::Example, field, text)?;
        }
        if self.state != ExampleState::Collected {
            needed(Noun::Example, "public_text", &self.public_text)?;
        }
        Ok(())
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let (state, text) = before
            .map_or((self.state == ExampleState::Collected, self.public_text.is_empty()), |b| {
                (b.state == self.state, b.public_text == self.public_text)
            });
        only_via(
            Noun::Example,
            id,
            &[("state", state, "example pass-on"), ("public_text", text, "example de-identify")],
        )
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        let action = self.action.iter().map(|a| (Action::NOUN, a.clone()));
        action.chain([(Noun::Party, self.party.clone())]).collect()
    }
}

/// An example as the provider sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedExample {
    /// Id of the example.
    pub example: String,
    /// Which report or figure it is about.
    pub about: String,
    /// Without what would give the sender away.
    pub text: String,
    /// The sender; null where it asked not to be named.
    pub sender: Option<String>,
    /// To whom it was passed on.
    pub passed_to: String,
    /// When.
    pub passed: Utc,
    /// The answer; empty until there is one.
    pub answer: String,
    /// When it was answered.
    pub answered: Option<Utc>,
}

impl Record for PassedExample {
    const NOUN: Noun = Noun::PassedExample;
    fn identity(&self) -> Identity {
        Identity::Given(self.example.clone())
    }
    fn index(&self) -> Index {
        Index {
            party: Some(PROVIDER_ONLY.to_owned()),
            lookup: Some(self.passed_to.clone()),
            from: Some(self.passed),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        for (field, text) in [("text", &self.text), ("passed_to", &self.passed_to)] {
            needed(Noun::PassedExample, field, text)?;
        }
        if self.answered.is_some() {
            needed(Noun::PassedExample, "answer", &self.answer)?;
        }
        Ok(())
    }
    /// The provider answers; it rewrites nothing.
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if (PassedExample {
            answer: before.answer.clone(),
            answered: before.answered,
            ..self.clone()
        }) == *before
        {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::PassedExample,
            id: id.to_owned(),
            why: "only the answer of an example that was passed on can change".to_owned(),
        })
    }
}

impl Gate<'_> {
    /// Writes the text that may leave. Refused while it holds what gives the sender away.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] naming what stands in the text.
    pub fn de_identify(
        &self,
        id: &str,
        text: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let example = self.show::<Example>(id, AsAt::NOW)?.record;
        let found = self.gives_away(&example, text)?;
        self.via_gate::<Example>(id, write, |e| {
            let frozen =
                |why: String| RegisterError::Frozen { noun: Noun::Example, id: id.to_owned(), why };
            if matches!(e.state, ExampleState::PassedOn | ExampleState::Answered) {
                return Err(frozen("it was already passed on and cannot be changed".to_owned()));
            }
            if !found.is_empty() {
                return Err(frozen(format!(
                    "the text still contains {}; remove that",
                    found.join(", ")
                )));
            }
            text.clone_into(&mut e.public_text);
            e.state = ExampleState::DeIdentified;
            Ok(())
        })
    }

    /// What of a text gives the sender away: the party, its Users' EUIs, and the names of people.
    fn gives_away(&self, example: &Example, text: &str) -> Result<Vec<String>, RegisterError> {
        let words = |t: &str| {
            format!(
                " {} ",
                t.to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|w| !w.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        };
        let bare = |t: &str| {
            t.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
        };
        let (worded, squeezed) = (words(text), bare(text));
        let mut out = Vec::new();
        let party = self
            .find::<Party>(&example.party, AsAt::NOW)?
            .map(|k| k.record.name)
            .unwrap_or_default();
        for (what, name) in [
            ("the sender's short name", example.party.as_str()),
            ("the sender's name", party.as_str()),
        ] {
            if !name.trim().is_empty() && worded.contains(&words(name)) {
                out.push(what.to_owned());
            }
        }
        let users =
            self.list::<User>(&Query { lookup: Some(example.party.clone()), ..Query::default() })?;
        if users.iter().any(|u| squeezed.contains(&bare(&u.record.eui.to_string()))) {
            out.push("an EUI of the sender".to_owned());
        }
        let names: Vec<PersonName> =
            self.list::<PersonName>(&Query::default())?.into_iter().map(|k| k.record).collect();
        if !names_in(text, &names).is_empty() {
            out.push("the name of a person".to_owned());
        }
        Ok(out)
    }

    /// Passes an example on: the de-identified text, and the sender only where it agreed.
    ///
    /// # Errors
    /// As [`Gate::add`]; [`RegisterError::Frozen`] where it is not de-identified, or was passed on before.
    pub fn pass_on(
        &self,
        id: &str,
        to: &str,
        write: &Write,
    ) -> Result<Vec<Receipt>, RegisterError> {
        self.one(write, |tx| {
            let head = crate::write::live_head::<Example>(tx, id)?;
            let mut e: Example = crate::tx::parse(id, &head.body)?;
            // Looked at again: whoever may change an example may have changed its text since.
            let found = self.gives_away(&e, &e.public_text)?;
            if !found.is_empty() {
                return Err(RegisterError::Frozen {
                    noun: Noun::Example,
                    id: id.to_owned(),
                    why: format!(
                        "the text still contains {}; write another with `example de-identify`",
                        found.join(", ")
                    ),
                });
            }
            if e.state != ExampleState::DeIdentified {
                return Err(RegisterError::Frozen {
                    noun: Noun::Example,
                    id: id.to_owned(),
                    why: format!(
                        "it is {}; only a de-identified example can be passed on, and only once",
                        e.state
                    ),
                });
            }
            e.state = ExampleState::PassedOn;
            let passed = PassedExample {
                example: id.to_owned(),
                about: e.about.clone(),
                text: e.public_text.clone(),
                sender: (!e.hide_sender).then(|| e.party.clone()),
                passed_to: to.to_owned(),
                passed: write.now,
                answer: String::new(),
                answered: None,
            };
            Ok(vec![
                crate::write::change_via_gate(tx, id, &e)?,
                crate::write::add(tx, &passed, Verb::Add)?,
            ])
        })
    }

    /// The provider's answer. Noted at the example by those who may see it.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn answer_example(
        &self,
        id: &str,
        answer: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<PassedExample>(id, write, |p| {
            answer.clone_into(&mut p.answer);
            p.answered = Some(write.now);
            Ok(())
        })
    }
}

/// The state of an example, with the answer that the provider gave.
#[must_use]
pub fn state(example: &Example, passed: Option<&PassedExample>) -> ExampleState {
    if passed.is_some_and(|p| p.answered.is_some()) {
        ExampleState::Answered
    } else {
        example.state
    }
}
