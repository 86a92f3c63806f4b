//! The envelope of a message alone: Header, Body and Signature in their order, whatever is inside.

use crate::Limits;
use crate::read::{Fields, Parts, Root, Step, Want};
use crate::refusal::Fault;

/// Passes over everything inside Header, Body and Signature.
pub(crate) struct Envelope {
    pub root: Root,
    parts: Parts,
}

impl Envelope {
    pub fn new(root: Root, _version: String) -> Box<Envelope> {
        Box::new(Envelope { root, parts: Parts::default() })
    }
}

impl Fields for Envelope {
    fn open(&mut self, path: &[Step<'_>], _: &Limits) -> Result<Want, Fault> {
        if let [_, part] = path {
            self.parts.open(part)?;
            return Ok(Want::Nothing);
        }
        Ok(Want::Children)
    }

    fn value(&mut self, _: &[Step<'_>], _: &str, _: &Limits) -> Result<(), Fault> {
        Ok(())
    }

    fn signature(&mut self, _: usize, _: usize) {}

    fn most_bytes(&self, limits: &Limits) -> Option<usize> {
        Some(match self.root {
            Root::Request => limits.largest(),
            Root::Response => limits.response_bytes,
        })
    }
}
