//! Packs: built as often as wanted, issued under a number, and then frozen.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::{AsAt, Query},
    record::{Identity, Index, Record, Stored, invalid, needed},
    tx::{Next, Tx, body_text, parse},
    write::{approved, expect, live_head},
};
use northbound_types::{Period, Utc, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of a pack.
    pub enum PackStatus("status of a pack") {
        /// Built; it can be built anew.
        Built = "built",
        /// Issued under a number; it never changes.
        Issued = "issued",
    }
}

/// A file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFile {
    /// Path under the pack's folder.
    pub path: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub bytes: i64,
}

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    /// Period.
    pub period: Period,
    /// The party whose own report it is; null for the network's pack.
    pub party: Option<String>,
    /// Methodology.
    pub methodology: String,
    /// What was known at this time counts.
    pub as_at: Utc,
    /// Hash of the ledger's root manifest.
    pub root_manifest: String,
    /// Id of the rule set.
    pub rules: String,
    /// Revision of the registers that it was built with.
    pub register_revision: i64,
    /// Its files.
    pub files: Vec<PackFile>,
    /// Built or issued.
    pub status: PackStatus,
    /// Number within period and party, from 1; null until issued.
    pub number: Option<i64>,
    /// The pack that it replaces, by id.
    pub replaces: Option<String>,
    /// Why it was issued again.
    pub reissue_reason: Option<String>,
    /// Who accepted the issue, and when (M8); absent until somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
}

/// The acceptance of an issued pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The body that accepts it.
    pub by: String,
    /// When that was recorded.
    pub at: Utc,
}

/// What an issue will say of itself, for pages that print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Number, from 1.
    pub number: i64,
    /// The pack that it replaces, by id.
    pub replaces: Option<String>,
    /// When it will be recorded as issued.
    pub at: Utc,
}

fn series(period: Period, party: Option<&str>) -> String {
    format!("{period}|{}", party.unwrap_or_default())
}

impl Record for Pack {
    const NOUN: Noun = Noun::Pack;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            party: self.party.clone(),
            period: Some(self.period.to_string()),
            lookup: Some(series(self.period, self.party.as_deref())),
            from: Some(self.period.first().start()),
            to: Some(self.period.after().start()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Pack, "methodology", &self.methodology)?;
        needed(Noun::Pack, "root_manifest", &self.root_manifest)?;
        needed(Noun::Pack, "rules", &self.rules)?;
        if (self.status == PackStatus::Issued) != self.number.is_some() {
            return Err(invalid(
                Noun::Pack,
                "number",
                "is set by issuing the pack, never directly",
            ));
        }
        Ok(())
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen { noun: Noun::Pack, id: id.to_owned(), why: why.to_owned() })
        };
        if before.status == PackStatus::Issued {
            return frozen("it is issued; build a new pack and issue that, with a reason");
        }
        if self.status == PackStatus::Issued {
            return frozen("a pack is issued only by `pack issue`, which assigns its number");
        }
        if series(self.period, self.party.as_deref())
            != series(before.period, before.party.as_deref())
        {
            return frozen("its period and party cannot be changed; build another pack");
        }
        Ok(())
    }
}

impl Gate<'_> {
    /// Keeps a pack that was built.
    ///
    /// # Errors
    /// As [`Gate::add`]; [`RegisterError::Invalid`] where it claims to be issued.
    pub fn build_pack(&self, pack: &Pack, write: &Write) -> Result<Receipt, RegisterError> {
        if pack.status == PackStatus::Issued {
            return Err(invalid(Noun::Pack, "status", "is issued; add it as built, then issue it"));
        }
        self.add(pack, write)
    }

    /// Freezes a pack under the next number of its period and party. Two processes never get the
    /// same number: it is given under the write lock, which is held while `seal` runs. `seal` writes
    /// the pages that print the number and returns all files with their hashes, or `None` where the
    /// files stay as they are. It does not run on a dry run.
    ///
    /// # Errors
    /// [`RegisterError::Frozen`] where it is issued already, [`RegisterError::Reason`] where it
    /// replaces an issue and no reason is given, [`RegisterError::Invalid`] without files, what
    /// `seal` returns; [`RegisterError::Right`], [`RegisterError::Version`].
    pub fn issue_pack(
        &self,
        id: &str,
        write: &Write,
        seal: impl FnOnce(&Issue) -> Result<Option<Vec<PackFile>>, RegisterError>,
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<Pack>(tx, id)?;
            let mut pack: Pack = parse(id, &head.body)?;
            tx.allow(Noun::Pack, Verb::Issue, pack.party.as_deref())?;
            expect(tx, Noun::Pack, id, &head)?;
            let issue = self.next_issue(tx, id, &pack)?;
            if issue.number > 1 {
                let reason = write.reason.trim();
                if reason.is_empty() {
                    return Err(RegisterError::Reason { verb: Verb::Issue, noun: Noun::Pack });
                }
                pack.reissue_reason = Some(reason.to_owned());
            }
            if !write.dry_run
                && let Some(files) = seal(&issue)?
            {
                pack.files = files;
            }
            if pack.files.is_empty() {
                return Err(invalid(
                    Noun::Pack,
                    "files",
                    "is empty; build the pack before it is issued",
                ));
            }
            pack.number = Some(issue.number);
            pack.replaces = issue.replaces;
            pack.status = PackStatus::Issued;
            let (body, index, version) = (body_text(&pack)?, pack.index(), head.version + 1);
            tx.version(
                &Next {
                    noun: Noun::Pack,
                    id,
                    version,
                    verb: Verb::Issue,
                    known: tx.known(),
                    live: true,
                    by_hand: true,
                    index: &index,
                    body: &body,
                },
                &[],
            )?;
            tx.event(
                Noun::Pack,
                id,
                Verb::Issue,
                pack.party.as_deref(),
                Some(&head.body),
                Some(&body),
            )?;
            tx.receipt(Noun::Pack, id, Verb::Issue, version, Some(&head.body), Some(&body))
        })
    }

    /// Records that a body accepts an issued pack. Whether its figures are confirmed is for the caller to judge.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] where it is not issued, [`RegisterError::Frozen`] where it is accepted already;
    /// [`RegisterError::Right`], [`RegisterError::Version`].
    pub fn accept_pack(&self, id: &str, by: &str, write: &Write) -> Result<Receipt, RegisterError> {
        needed(Noun::Pack, "accepted", by)?;
        self.one(write, |tx| {
            let head = live_head::<Pack>(tx, id)?;
            let mut pack: Pack = parse(id, &head.body)?;
            tx.allow(Noun::Pack, Verb::Approve, pack.party.as_deref())?;
            expect(tx, Noun::Pack, id, &head)?;
            if pack.status != PackStatus::Issued {
                return Err(invalid(Noun::Pack, "accepted", "it is not issued yet"));
            }
            if let Some(a) = &pack.accepted {
                return Err(RegisterError::Frozen {
                    noun: Noun::Pack,
                    id: id.to_owned(),
                    why: format!("{} accepted it on {}", a.by, a.at.day()),
                });
            }
            pack.accepted = Some(Acceptance { by: by.to_owned(), at: tx.recorded });
            approved(tx, id, &head, &pack)
        })
    }

    /// Number and predecessor of the issue that a pack is about to become.
    fn next_issue(&self, tx: &Tx<'_>, id: &str, pack: &Pack) -> Result<Issue, RegisterError> {
        if let Some(n) = pack.number {
            return Err(RegisterError::Frozen {
                noun: Noun::Pack,
                id: id.to_owned(),
                why: format!("it is already issued, as number {n} of {}", pack.period),
            });
        }
        let party = pack.party.as_deref();
        let number = tx.next_number(&format!("pack {}", series(pack.period, party)))?;
        let replaces = self.issued(pack.period, party, AsAt::NOW)?.pop().map(|k| k.id);
        Ok(Issue { number, replaces, at: tx.recorded })
    }

    /// The issues of a period, by number.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn issued(
        &self,
        period: Period,
        party: Option<&str>,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Stored<Pack>>, RegisterError> {
        let mut all: Vec<Stored<Pack>> =
            self.list(&Query { lookup: Some(series(period, party)), ..Query::as_at(as_at) })?;
        all.retain(|k| k.record.number.is_some());
        all.sort_by_key(|k| k.record.number);
        Ok(all)
    }

    /// A pack by id, or as `2026-04/2` (the second issue of the network's pack), or `2026-04` (the
    /// newest issue).
    ///
    /// # Errors
    /// [`RegisterError::NotFound`].
    pub fn pack(&self, named: &str, as_at: impl Into<AsAt>) -> Result<Stored<Pack>, RegisterError> {
        let as_at = as_at.into();
        let (period, number) = named.split_once('/').map_or((named, None), |(p, n)| (p, Some(n)));
        let Ok(period) = period.parse::<Period>() else { return self.show(named, as_at) };
        let mut issues = self.issued(period, None, as_at)?;
        let found = match number {
            None => issues.pop(),
            Some(n) => issues
                .into_iter()
                .find(|k| k.record.number.is_some_and(|have| have.to_string() == n)),
        };
        found.ok_or_else(|| RegisterError::NotFound {
            noun: Noun::Pack,
            id: named.to_owned(),
            as_at: as_at.recorded,
        })
    }
}
