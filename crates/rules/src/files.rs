//! The rule files: embedded in the binary, overlaid file by file from a folder.

use crate::error::RuleError;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write, fs::File, io::Read, path::Path};

/// The largest rule file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The most bytes that an overlay may have in all.
pub const MAX_OVERLAY_BYTES: usize = 32 * 1024 * 1024;
/// The most files that an overlay may hold.
pub const MAX_OVERLAY_FILES: usize = 500;

macro_rules! embed {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../../rules/", $name)))),+] };
}

/// Every embedded file: name below the rules folder, and text.
pub const EMBEDDED: &[(&str, &str)] = embed![
    "buckets.csv",
    "calendars/england-and-wales.toml",
    "changes.toml",
    "codes/dcc_alert_codes.csv",
    "codes/device_alert_codes.csv",
    "codes/gbcs_message_codes.csv",
    "codes/response_codes.csv",
    "codes/srv_catalogue.csv",
    "incidents.toml",
    "measures/cpm.toml",
    "measures/csp.toml",
    "measures/dsp.toml",
    "measures/users.toml",
    "methodologies/all-attempts.toml",
    "methodologies/answered-only.toml",
    "methodologies/own-requests.toml",
    "methodologies/pmm-2018.toml",
    "processes.toml",
    "providers.toml",
    "registration/electricity-update.toml",
    "registration/expected.toml",
    "registration/gas-update.toml",
    "settings.toml",
    "shorthand.toml",
    "smets1.toml",
    "targets.toml",
    "traffic.toml",
];

/// Folders in which an overlay may add files of its own (`*.toml`).
const OPEN_FOLDERS: &[&str] = &["measures", "methodologies", "calendars", "registration"];
/// The table that stored histograms were made with: fixed for every installation.
const FIXED: &str = "buckets.csv";

/// One rule file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Name below the rules folder, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// `true` where the overlay replaced or added it.
    pub overlaid: bool,
}

impl RuleFile {
    /// A file with its hash.
    #[must_use]
    pub fn new(name: &str, bytes: Vec<u8>, overlaid: bool) -> RuleFile {
        let sha256 = hex(&Sha256::digest(&bytes));
        RuleFile { name: name.to_owned(), bytes, sha256, overlaid }
    }

    /// Its text.
    ///
    /// # Errors
    /// Where it is too large or not UTF-8.
    pub fn text(&self) -> Result<&str, RuleError> {
        let refuse = |problem: String, hint: &str| RuleError::File {
            name: self.name.clone(),
            problem,
            hint: hint.to_owned(),
        };
        if self.bytes.len() > MAX_FILE_BYTES {
            return Err(refuse(
                format!("more than the {MAX_FILE_BYTES} bytes that a rule file may have"),
                "split it, or remove what is no rule",
            ));
        }
        std::str::from_utf8(&self.bytes).map_err(|e| {
            refuse(format!("not UTF-8 at byte {}", e.valid_up_to()), "save it as UTF-8")
        })
    }
}

/// The embedded files, with those of `overlay` in place of files of the same name and beside them.
/// A folder that does not exist overlays nothing. Sorted by name.
///
/// # Errors
/// Where a file cannot be read, or is none that rules are read from.
pub fn collect(overlay: Option<&Path>) -> Result<Vec<RuleFile>, RuleError> {
    let mut files: BTreeMap<String, RuleFile> = EMBEDDED
        .iter()
        .map(|(n, t)| ((*n).to_owned(), RuleFile::new(n, t.as_bytes().to_vec(), false)))
        .collect();
    // A folder that is there but cannot be seen is an error: rules are never dropped in silence.
    let there = |p: &&Path| {
        p.try_exists().map_err(|source| RuleError::Read { path: p.to_path_buf(), source })
    };
    if let Some(root) = overlay
        && there(&root)?
    {
        let mut total = 0;
        let mut found = Vec::new();
        walk(root, "", &mut found)?;
        for name in found {
            let path = root.join(&name);
            let mut bytes = Vec::new();
            File::open(&path)
                .and_then(|f| f.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
                .map_err(|source| RuleError::Read { path, source })?;
            total += bytes.len();
            if total > MAX_OVERLAY_BYTES {
                return Err(RuleError::File {
                    name,
                    problem: format!(
                        "with the files before it more than the {MAX_OVERLAY_BYTES} bytes that rule files of one's own may have"
                    ),
                    hint: "remove what is no rule".to_owned(),
                });
            }
            files.insert(name.clone(), RuleFile::new(&name, bytes, true));
        }
    }
    Ok(files.into_values().collect())
}

fn walk(root: &Path, below: &str, found: &mut Vec<String>) -> Result<(), RuleError> {
    let folder = root.join(below);
    let read = |source| RuleError::Read { path: folder.clone(), source };
    for entry in std::fs::read_dir(&folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let file_name = entry.file_name();
        let Some(part) = file_name.to_str() else {
            return Err(RuleError::File {
                name: file_name.to_string_lossy().into_owned(),
                problem: "its name is not UTF-8".into(),
                hint: "rename it".into(),
            });
        };
        if part.starts_with('.') {
            continue;
        }
        let name = if below.is_empty() { part.to_owned() } else { format!("{below}/{part}") };
        if entry.path().is_dir() {
            if !below.is_empty() || !(part == "codes" || OPEN_FOLDERS.contains(&part)) {
                return Err(not_a_rule_file(&name));
            }
            walk(root, &name, found)?;
        } else {
            permitted(&name)?;
            if found.len() == MAX_OVERLAY_FILES {
                return Err(RuleError::File {
                    name,
                    problem: format!("more than {MAX_OVERLAY_FILES} files in the overlay"),
                    hint: "remove what is no rule".into(),
                });
            }
            found.push(name);
        }
    }
    Ok(())
}

fn permitted(name: &str) -> Result<(), RuleError> {
    if name == FIXED {
        return Err(RuleError::File {
            name: name.to_owned(),
            problem:
                "stored histograms were made with the embedded table, so it cannot be overlaid"
                    .into(),
            hint: "remove it".into(),
        });
    }
    let known = EMBEDDED.iter().any(|(n, _)| *n == name);
    let open = name
        .split_once('/')
        .is_some_and(|(folder, file)| OPEN_FOLDERS.contains(&folder) && file.ends_with(".toml"));
    if known || open { Ok(()) } else { Err(not_a_rule_file(name)) }
}

fn not_a_rule_file(name: &str) -> RuleError {
    let known: Vec<&str> = EMBEDDED.iter().map(|(n, _)| *n).filter(|n| *n != FIXED).collect();
    RuleError::File {
        name: name.to_owned(),
        problem: "no rule is read from a file of this name".into(),
        hint: format!(
            "use one of {}, or any *.toml in {}",
            known.join(", "),
            OPEN_FOLDERS.join("/, ") + "/"
        ),
    }
}

/// SHA-256 over the sorted names and hashes: the identity of a rule set.
#[must_use]
pub fn identity(files: &[RuleFile]) -> String {
    let mut lines: Vec<String> =
        files.iter().map(|f| format!("{} {}\n", f.sha256, f.name)).collect();
    lines.sort();
    hex(&Sha256::digest(lines.concat().as_bytes()))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}
