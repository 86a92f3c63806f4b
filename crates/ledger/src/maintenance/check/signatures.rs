//! The signatures of manifests.

use super::{Finding, Report};
use crate::{
    manifest::Manifest,
    seal::{self, Seals, Verdict},
};
use std::collections::BTreeSet;

/// Verifies one manifest after another, in their order.
pub(super) struct Signatures<'s> {
    seals: Option<&'s dyn Seals>,
    /// The first version that is signed.
    since: Option<u64>,
    /// Certificates that were found missing.
    unknown: BTreeSet<String>,
    /// The certificates cannot be read: nothing can be verified.
    unreadable: bool,
}

impl<'s> Signatures<'s> {
    pub(super) fn new(seals: Option<&'s dyn Seals>) -> Signatures<'s> {
        Signatures { seals, since: None, unknown: BTreeSet::new(), unreadable: false }
    }

    /// Verifies a manifest. Versions before the first that is signed need no signature.
    pub(super) fn verify(&mut self, m: &Manifest, bytes: &[u8], report: &mut Report) {
        let file = super::chain::file_of(m.version);
        if m.signed_by.is_empty() && m.signature.is_empty() {
            match self.since {
                None => report.signatures.before += 1,
                Some(since) => report.findings.push(Finding::of_file(
                    "signature",
                    file,
                    format!("a signature, as every version has since {since}"),
                    "none",
                )),
            }
            return;
        }
        self.since.get_or_insert(m.version);
        let expected = format!("a signature by certificate {}", m.signed_by);
        let wrong = match self.verdict(m, bytes, report) {
            Some(Verdict::Valid) => {
                report.signatures.verified += 1;
                return;
            }
            None => {
                report.signatures.unverified += 1;
                return;
            }
            Some(Verdict::Invalid) => "one that is not valid",
            Some(Verdict::Unknown) => {
                report.signatures.unverified += 1;
                if !self.unknown.insert(m.signed_by.clone()) {
                    return;
                }
                "a certificate that is not among the service's in keys/; where it is that of an earlier key, import it again (northbound key import)"
            }
        };
        report.findings.push(Finding::of_file("signature", file, expected, wrong));
    }

    /// `None` where nothing can be verified here.
    fn verdict(&mut self, m: &Manifest, bytes: &[u8], report: &mut Report) -> Option<Verdict> {
        let seals = self.seals.filter(|_| !self.unreadable)?;
        let Some((message, signature)) = seal::split(bytes) else { return Some(Verdict::Invalid) };
        match seals.verify(&m.signed_by, &message, &signature) {
            Ok(verdict) => Some(verdict),
            Err(e) => {
                self.unreadable = true;
                let what = format!("the signatures cannot be verified: {e}");
                report.findings.push(Finding::new("signature", what));
                None
            }
        }
    }
}
