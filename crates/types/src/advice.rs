//! What to do about a failure of the machine, in the words that errors end with.

use std::io::{self, ErrorKind};

/// Is the machine at fault, and not what was asked of it: a full or failing disk, too many open
/// files, no memory?
#[must_use]
pub fn is_machine_fault(e: &io::Error) -> bool {
    /// "Input/output error", "too many open files" in the process and in the system.
    const WITHOUT_KIND: [i32; 3] = [5, 24, 23];
    matches!(
        e.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::OutOfMemory
            | ErrorKind::ReadOnlyFilesystem
    ) || e.raw_os_error().is_some_and(|code| WITHOUT_KIND.contains(&code))
}

/// What to do where a file could not be read or written.
#[must_use]
pub fn about_file(e: &io::Error) -> &'static str {
    match e.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free space on that disk and try again"
        }
        ErrorKind::ReadOnlyFilesystem => "that file system is mounted read-only",
        ErrorKind::OutOfMemory => "the machine has no memory left",
        _ if is_machine_fault(e) => "the machine cannot do it now; look at its disk and limits",
        _ => "check the path and its permissions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_machines_and_a_missing_right_is_not() {
        let full = io::Error::from_raw_os_error(28);
        assert!(is_machine_fault(&full) && about_file(&full).contains("space"), "{full}");
        assert!(is_machine_fault(&io::Error::from_raw_os_error(5)));
        assert!(is_machine_fault(&io::Error::from_raw_os_error(24)));
        for kind in [ErrorKind::PermissionDenied, ErrorKind::NotFound, ErrorKind::InvalidData] {
            let e = io::Error::from(kind);
            assert!(!is_machine_fault(&e) && about_file(&e).contains("path"));
        }
    }
}
