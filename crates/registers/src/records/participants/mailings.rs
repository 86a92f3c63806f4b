//! Mailings and the proof of each message (C1, C2). Recipients are resolved when it is sent, never
//! before; what was sent to whom stays.

use crate::records::participants::contacts::Bounce;
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, invalid, needed},
    records::participants::contacts::Contact,
};
use northbound_types::{Utc, text_enum};
use serde::{Deserialize, Serialize};

/// Longest line of a text, bytes (RFC 5322, 2.1.1).
pub const MAX_LINE_BYTES: usize = 998;

text_enum! {
    /// The state of a mailing.
    pub enum MailingState("state of a mailing") {
        /// Written, not sent.
        Draft = "draft",
        /// Sent; it never changes after.
        Sent = "sent",
    }
}

/// A mailing to the contacts of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    /// Topic.
    pub topic: String,
    /// Address that it comes from, and to which bounces go.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// The document that it sends round; null where none.
    pub document: Option<String>,
    /// Categories of party that it is for; empty: all.
    pub categories: Vec<String>,
    /// Its state.
    pub state: MailingState,
    /// When it was sent.
    pub sent: Option<Utc>,
    /// Parties that had no contact for the topic when it was sent.
    pub missing: Vec<String>,
}

impl Record for Mailing {
    const NOUN: Noun = Noun::Mailing;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.topic.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Mailing, "topic", &self.topic)?;
        needed(Noun::Mailing, "subject", &self.subject)?;
        needed(Noun::Mailing, "text", &self.text)?;
        if !crate::records::participants::contacts::is_address(&self.sender) {
            return Err(invalid(
                Noun::Mailing,
                "sender",
                format!("{:?} is not an address such as desk@body.example", self.sender),
            ));
        }
        if let Some(n) = self.text.lines().position(|l| l.len() > MAX_LINE_BYTES) {
            return Err(invalid(
                Noun::Mailing,
                "text",
                format!("has more than {MAX_LINE_BYTES} bytes in line {}; break it", n + 1),
            ));
        }
        if self.subject.contains(['\r', '\n']) {
            return Err(invalid(Noun::Mailing, "subject", "has more than one line"));
        }
        if (self.state == MailingState::Sent) != self.sent.is_some() {
            return Err(invalid(
                Noun::Mailing,
                "sent",
                "must be given if, and only if, the mailing is sent",
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        if before.state == MailingState::Draft {
            return Ok(());
        }
        Err(RegisterError::Frozen {
            noun: Noun::Mailing,
            id: id.to_owned(),
            why: "it was already sent; draft another".to_owned(),
        })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.document.iter().map(|d| (Noun::Document, d.clone())).collect()
    }
}

/// One message of a mailing: the proof that it was sent, to whom, with which bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Id of the message, as in its header.
    pub message_id: String,
    /// Mailing.
    pub mailing: String,
    /// Party.
    pub party: String,
    /// Contact.
    pub contact: String,
    /// Version of the contact that was used.
    pub contact_version: i64,
    /// Address.
    pub address: String,
    /// When it was handed over.
    pub sent: Utc,
    /// File in the outbox.
    pub file: String,
    /// Hash of its bytes.
    pub sha256: String,
    /// That it came back; null where it did not.
    pub bounced: Option<Bounce>,
    /// How a mail relay took it; null where none was tried, and another program hands it over.
    #[serde(default)]
    pub relayed: Option<Relayed>,
}

text_enum! {
    /// What a mail relay made of a message.
    pub enum RelayState("what a mail relay made of a message") {
        /// Its bytes were going out. Where nothing follows, nobody knows whether the relay took them.
        Trying = "trying",
        /// The relay took it, and answers for it now.
        Taken = "taken",
        /// Not now: the next run tries again.
        PutOff = "put-off",
        /// Never: it is not tried again.
        Refused = "refused",
    }
}

/// How a mail relay took a message, as of the last try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relayed {
    /// What it made of it.
    pub state: RelayState,
    /// When.
    pub at: Utc,
    /// Which relay: host and port.
    pub relay: String,
    /// What it replied, or what broke.
    pub reply: String,
    /// Tries so far.
    pub tries: i64,
}

impl Relayed {
    /// Is that the end of it?
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self.state, RelayState::Taken | RelayState::Refused)
    }
}

impl Record for Delivery {
    const NOUN: Noun = Noun::Delivery;
    fn identity(&self) -> Identity {
        Identity::Given(self.message_id.clone())
    }
    fn index(&self) -> Index {
        Index {
            party: Some(self.party.clone()),
            lookup: Some(self.mailing.clone()),
            from: Some(self.sent),
            to: None,
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Delivery, "message_id", &self.message_id)
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let rest = Delivery {
            bounced: before.bounced.clone(),
            relayed: before.relayed.clone(),
            ..self.clone()
        } == *before;
        let bounce = self.bounced == before.bounced || before.bounced.is_none();
        let least = before.relayed.as_ref().map_or(1, |b| b.tries);
        let relay = self.relayed == before.relayed
            || (!before.relayed.as_ref().is_some_and(Relayed::is_final)
                && self.relayed.as_ref().is_some_and(|r| r.tries >= least));
        if rest && bounce && relay {
            return Ok(());
        }
        Err(RegisterError::Frozen { noun: Noun::Delivery, id: id.to_owned(), why: "the proof of sending cannot be changed; only the relay's reply, until it is accepted or refused, and a bounce are added, once each".to_owned() })
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Mailing, self.mailing.clone()), (Noun::Contact, self.contact.clone())]
    }
}

/// What a bounce led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounced {
    /// Noted at the message and at the contact, whose address in force it is.
    Contact,
    /// Noted at the message; the contact has another address by now.
    OnlyMessage,
    /// It was noted before.
    Already,
}

impl Gate<'_> {
    /// Marks a mailing as sent together with the proof of each message: all or nothing.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where it was sent before.
    pub fn send_mailing(
        &self,
        id: &str,
        missing: &[String],
        proofs: &[Delivery],
        write: &Write,
    ) -> Result<Vec<Receipt>, RegisterError> {
        self.one(write, |tx| {
            let head = crate::write::live_head::<Mailing>(tx, id)?;
            let mut mailing: Mailing = crate::tx::parse(id, &head.body)?;
            if mailing.state == MailingState::Sent {
                return mailing.check_change(id, &mailing).map(|()| Vec::new());
            }
            mailing.state = MailingState::Sent;
            mailing.sent = Some(write.now);
            mailing.missing = missing.to_vec();
            let mut done = vec![crate::write::change(tx, id, &mailing, Verb::Change)?];
            for p in proofs {
                done.push(crate::write::add(tx, p, Verb::Add)?);
            }
            Ok(done)
        })
    }

    /// The messages of a mailing.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn deliveries(
        &self,
        mailing: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<Delivery>>, RegisterError> {
        self.list(&Query { lookup: Some(mailing.to_owned()), ..Query::as_at(as_at) })
    }

    /// Notes what a mail relay made of a message.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where it was taken or refused before.
    pub fn relayed(
        &self,
        message_id: &str,
        relayed: &Relayed,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<Delivery>(message_id, write, |d| {
            d.relayed = Some(relayed.clone());
            Ok(())
        })
    }

    /// Notes that a message came back, at the message and at the contact where that is its address still.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] for an id that was never sent; as [`Gate::change`].
    pub fn bounce(&self, bounce: &Bounce, write: &Write) -> Result<Bounced, RegisterError> {
        let held = self.show::<Delivery>(&bounce.message_id, AsAt::NOW)?.record;
        if held.bounced.is_some() {
            return Ok(Bounced::Already);
        }
        let mut what = Bounced::OnlyMessage;
        self.one(write, |tx| {
            let proof = Delivery { bounced: Some(bounce.clone()), ..held.clone() };
            let mut done =
                vec![crate::write::change(tx, &bounce.message_id, &proof, Verb::Change)?];
            let Some(head) = tx.head(Noun::Contact, &held.contact)?.filter(|h| h.live) else {
                return Ok(done);
            };
            let mut contact: Contact = crate::tx::parse(&held.contact, &head.body)?;
            if contact.address == held.address {
                contact.bounced = Some(bounce.clone());
                done.push(crate::write::change(tx, &held.contact, &contact, Verb::Change)?);
                what = Bounced::Contact;
            }
            Ok(done)
        })?;
        Ok(what)
    }
}
