//! Files that are read whole, up to a limit: a file can be larger than memory, or never end.

use crate::error::{AppError, Result};
use std::{fs::File, io::Read, path::Path};

/// Bytes of a table, document or text that people write.
pub const MAX_FILE: u64 = 64 << 20;

/// The bytes of a file.
///
/// # Errors
/// Where it cannot be read, or has more than `most` bytes.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    let io = |e| AppError::io("read", path, e);
    let mut found = Vec::new();
    File::open(path)
        .map_err(io)?
        .take(most.saturating_add(1))
        .read_to_end(&mut found)
        .map_err(io)?;
    if found.len() as u64 > most {
        return Err(AppError::input(format!(
            "{}: more than {most} bytes, which is the limit",
            path.display()
        )));
    }
    Ok(found)
}

/// The text of a file.
///
/// # Errors
/// The same, and where it is not UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|e| AppError::input(format!("{}: not UTF-8: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "123456").unwrap();
        assert_eq!(text(&path, 6).unwrap(), "123456");
        assert!(bytes(&path, 5).unwrap_err().to_string().contains("more than 5 bytes"));
        std::fs::write(&path, [0xFF]).unwrap();
        assert!(text(&path, 6).unwrap_err().to_string().contains("not UTF-8"));
        assert!(text(&dir.path().join("b"), 6).is_err());
    }
}
