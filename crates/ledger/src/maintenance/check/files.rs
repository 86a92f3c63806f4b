//! The files of all versions, each hashed once and compared with what the manifests say.

use super::{Finding, Report};
use crate::{manifest::Manifest, tables::file::sha256_of};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

/// What the first version that names a file says of it.
struct Stated {
    version: u64,
    sha256: String,
    bytes: u64,
}

/// The files that any version names, by path.
#[derive(Default)]
pub(super) struct Files(BTreeMap<String, Stated>);

impl Files {
    /// Adds the files of a version. A file never changes, so no two versions say different things of it.
    pub(super) fn add(&mut self, manifest: &Manifest, report: &mut Report) {
        for f in manifest.tables.values().flatten() {
            match self.0.entry(f.path.clone()) {
                Entry::Vacant(e) => {
                    e.insert(Stated {
                        version: manifest.version,
                        sha256: f.sha256.clone(),
                        bytes: f.bytes,
                    });
                }
                Entry::Occupied(e) if e.get().sha256 == f.sha256 => {}
                Entry::Occupied(e) => report.findings.push(Finding::of_file(
                    "chain",
                    &f.path,
                    format!("the hash {}, as version {} says", e.get().sha256, e.get().version),
                    format!("the hash {} in version {}", f.sha256, manifest.version),
                )),
            }
        }
    }

    /// Hashes every file. What is missing, changed or unreadable is a finding.
    pub(super) fn compare(
        &self,
        dir: &Path,
        report: &mut Report,
        progress: &mut dyn FnMut(u64, u64),
    ) {
        let total = self.0.values().map(|f| f.bytes).fold(0, u64::saturating_add);
        for (path, stated) in &self.0 {
            progress(report.bytes, total);
            let found = match sha256_of(&dir.join(path)) {
                Ok(hash) if hash == stated.sha256 => None,
                Ok(hash) => Some(format!("the hash {hash}")),
                Err(e) if e.is_missing() => Some("no file".to_owned()),
                Err(e) => Some(e.to_string()),
            };
            if let Some(found) = found {
                let expected =
                    format!("the hash {}, as version {} says", stated.sha256, stated.version);
                report.findings.push(Finding::of_file("hash", path, expected, found));
            }
            report.files += 1;
            report.bytes = report.bytes.saturating_add(stated.bytes);
        }
        progress(report.bytes, total);
    }
}
