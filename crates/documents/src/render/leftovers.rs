//! What a run that was killed left beside its target: removed by the next run that writes there.

use std::path::{Path, PathBuf};

/// Begins the name of the folder in which a new folder is prepared.
pub(super) const FOLDER: &str = ".pack-";
/// Ends the name of a file that is being written.
const FILE: &str = ".partial";

/// The name under which this process writes the file `path` before it is renamed.
#[must_use]
pub fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}{FILE}", std::process::id()));
    PathBuf::from(name)
}

/// Removes what processes that have ended left in a folder. Nothing else is touched, and what cannot be
/// removed stays.
pub fn remove(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Some(process) = entry.file_name().to_str().and_then(owner) else { continue };
        if runs(process) {
            continue;
        }
        // Whether it worked does not matter to the run that tidies up.
        let _ = match entry.file_type() {
            Ok(t) if t.is_dir() => std::fs::remove_dir_all(entry.path()),
            _ => std::fs::remove_file(entry.path()),
        };
    }
}

/// The process that made a file or folder of this name.
fn owner(name: &str) -> Option<u32> {
    let folder = name.strip_prefix(FOLDER).and_then(|rest| rest.split_once('-'));
    let file = || name.strip_suffix(FILE).and_then(|rest| rest.rsplit_once('.'));
    folder.map(|(id, _)| id).or_else(|| file().map(|(_, id)| id))?.parse().ok()
}

/// Is the process still there? Where the system does not say, it may be.
fn runs(process: u32) -> bool {
    let all = Path::new("/proc");
    !all.join("self").exists() || all.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ended_processes_left_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let (gone, own) = (child.id(), std::process::id());
        child.wait().unwrap();
        let path = |name: String| dir.path().join(name);
        let left = [path(format!(".pack-{gone}-x7")), path(format!("a.csv.{gone}.partial"))];
        std::fs::create_dir_all(left[0].join("new")).unwrap();
        std::fs::write(&left[1], "half").unwrap();
        let stay = [
            path(format!(".pack-{own}-x7")),
            partial(&path("b.csv".to_owned())),
            path("a.partial".to_owned()),
            path(".pack-notes".to_owned()),
            path("a.csv".to_owned()),
        ];
        for p in &stay {
            std::fs::write(p, "x").unwrap();
        }
        remove(dir.path());
        assert!(left.iter().all(|p| !p.exists()), "{left:?}");
        assert!(stay.iter().all(|p| p.exists()), "{stay:?}");
    }
}
