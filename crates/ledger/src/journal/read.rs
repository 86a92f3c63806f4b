//! Reading records back, in order, from a position on.

use super::{
    Journal, Record, Storage,
    segment::{Scan, Step},
};
use crate::error::LedgerError;

/// One segment to walk: first position, salt, bytes that are on the disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) salt: u32,
    pub(super) end: u64,
}

/// Records in order. After an error nothing follows.
pub struct Records<'s, S: Storage> {
    storage: &'s S,
    spans: std::vec::IntoIter<Span>,
    scan: Option<Scan<'s, S>>,
    from: u64,
    upto: u64,
}

impl<S: Storage> Journal<S> {
    /// The durable records from a position on; none where it lies behind the last.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where retention has removed the position.
    pub fn read_from(&self, position: u64) -> Result<Records<'_, S>, LedgerError> {
        let first = self.first_position();
        if position < first {
            return Err(LedgerError::Refused(format!(
                "the journal in {} begins with position {first}; {position} was deleted by retention",
                self.storage.path_of("").display()
            )));
        }
        let active = (self.active.sealed.is_none()).then_some(Span {
            first: self.active.first,
            salt: self.active.salt,
            end: self.active.bytes,
        });
        let sealed = self
            .sealed
            .iter()
            .chain(&self.active.sealed)
            .filter(|s| s.last >= position)
            .map(|s| Span { first: s.first, salt: s.salt, end: s.bytes });
        let spans: Vec<Span> = sealed.chain(active).collect();
        Ok(Records {
            storage: &self.storage,
            spans: spans.into_iter(),
            scan: None,
            from: position,
            upto: self.durable,
        })
    }
}

impl<S: Storage> Records<'_, S> {
    fn advance(&mut self) -> Result<Option<Record>, LedgerError> {
        loop {
            let Some(scan) = &mut self.scan else {
                let Some(s) = self.spans.next() else { return Ok(None) };
                self.scan = Some(Scan::new(self.storage, s.first, s.salt, s.end));
                continue;
            };
            if scan.expect > self.upto {
                return Ok(None);
            }
            let offset = scan.offset;
            match scan.step()? {
                Step::Record(h, _) if h.position < self.from => {}
                Step::Record(h, range) => {
                    return Ok(Some(Record {
                        position: h.position,
                        at: h.at,
                        payload: scan.payload(&range).to_vec(),
                    }));
                }
                Step::Seal(..) | Step::End => self.scan = None,
                Step::Bad(why) => {
                    return Err(LedgerError::Damaged {
                        path: self.storage.path_of(&scan.name),
                        offset,
                        why,
                    });
                }
            }
        }
    }
}

impl<S: Storage> Iterator for Records<'_, S> {
    type Item = Result<Record, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        let r = self.advance().transpose();
        if matches!(r, Some(Err(_))) {
            self.upto = 0;
            self.scan = None;
            self.spans = Vec::new().into_iter();
        }
        r
    }
}
