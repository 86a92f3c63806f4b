//! `manifest.json`: the files of a document's folder, and the ledger and rules behind its figures.

use crate::{
    model::{Document, Named, RuleUsed, Status},
    render::WrittenFile,
};
use northbound_types::{Period, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the file.
pub const NAME: &str = "manifest.json";
/// What the file says it is.
pub const FORMAT: &str = "northbound-pack-manifest/1";

/// The manifest of a written pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Title.
    pub title: String,
    /// Whose service.
    pub network: String,
    /// Period reported.
    pub period: Period,
    /// Version.
    pub version: u32,
    /// Draft or issued.
    pub status: Status,
    /// What was known at this time.
    pub as_at: Utc,
    /// Messages received before this time are in.
    pub cut_off: Utc,
    /// How messages were counted.
    pub methodology: Named,
    /// Root manifest hash of the ledger.
    pub root_manifest: String,
    /// Hash of the rule set.
    pub rules_hash: String,
    /// Files, this one apart.
    pub files: Vec<WrittenFile>,
    /// Rules with their provenance.
    pub rules: Vec<RuleUsed>,
    /// Ids of the rules that still need a confirmation.
    pub unconfirmed_rules: Vec<String>,
}

impl Manifest {
    /// The manifest of a pack and its files.
    #[must_use]
    pub fn of(document: &Document, files: Vec<WrittenFile>) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            title: document.title.clone(),
            network: document.network.clone(),
            period: document.period,
            version: document.version,
            status: document.status.clone(),
            as_at: document.as_at,
            cut_off: document.cut_off,
            methodology: document.methodology.clone(),
            root_manifest: document.origin.manifest.clone(),
            rules_hash: document.origin.rules.clone(),
            files,
            rules: document.rules.clone(),
            unconfirmed_rules: document.unconfirmed().map(|r| r.id.clone()).collect(),
        }
    }

    /// Reads a manifest; `None` where the bytes are not one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Manifest> {
        serde_json::from_slice::<Manifest>(bytes).ok().filter(|m| m.format == FORMAT)
    }
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
