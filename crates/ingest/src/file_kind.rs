//! Files that no reader takes, named for what they are, whatever their ending says: service desks give HTML as
//! `.xls`, portals give zips.

use crate::{container::entries_in, workbook_parts::MAX_PARTS};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// Bytes of the directory of an old Office file that are looked at: its first entries have 128 each.
const DIRECTORY_BYTES: u64 = 4096;
/// Names of files in an archive that an error repeats.
const NAMES: usize = 3;

const AS_TABLE: &str = "ask its source for the table as CSV or XLSX";
const SAVE_AS_XLSX: &str = "open it and save it as .xlsx, or as CSV in UTF-8";

/// What a file is by its first bytes, and what to do with it; `None` where a reader may take it.
pub(crate) fn binary(head: &[u8]) -> Option<String> {
    let kinds: [(&[u8], &str, &str); 9] = [
        (b"%PDF-", "a PDF document", AS_TABLE),
        (b"{\\rtf", "a rich-text document", AS_TABLE),
        (b"\x89PNG\r\n", "a picture", AS_TABLE),
        (b"\xFF\xD8\xFF", "a picture", AS_TABLE),
        (b"GIF8", "a picture", AS_TABLE),
        (b"Rar!\x1a", "a RAR archive", "unpack it and ingest what is in it"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "unpack it and ingest what is in it"),
        (b"PK\x05\x06", "a zip archive with nothing in it", "ask for the file again"),
        (b"SQLite format 3\0", "an SQLite database", "export its table as CSV"),
    ];
    kinds
        .iter()
        .find(|(magic, ..)| head.starts_with(magic))
        .map(|(_, what, do_this)| format!("it is {what}: {do_this}"))
}

/// The same for a text, which has no mark of byte order.
pub(crate) fn text(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let start = head.trim_start();
    let html = ["<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style", "<div"];
    let what = if html.iter().any(|tag| start.starts_with(tag)) {
        "an HTML page, whatever its name says"
    } else if start.starts_with("mime-version:") {
        "a web archive, whatever its name says"
    } else if !start.starts_with("<?xml") && !start.starts_with("<workbook") {
        return None;
    } else if start.contains("urn:schemas-microsoft-com:office:spreadsheet")
        || start.contains("progid=\"excel.sheet\"")
    {
        "an Excel 2003 XML workbook, whatever its name says"
    } else if start.contains("<html") {
        "an HTML page, whatever its name says"
    } else if start.contains("<office:document") {
        "an OpenDocument file in XML"
    } else {
        return Some(
            "it is an XML document: `northbound ingest duis` reads DUIS messages; for a table ask its source for CSV or XLSX".into(),
        );
    };
    Some(format!("it is {what}: {SAVE_AS_XLSX}"))
}

/// The same for an old or encrypted Office file, whose directory tells what is in it.
pub(crate) fn old_office(path: &Path) -> String {
    let names = directory(path).unwrap_or_default();
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        names.windows(wide.len()).any(|w| w == wide)
    };
    if has("EncryptedPackage") {
        "it is an Office file with a password: save it as .xlsx without a password".into()
    } else if has("WordDocument") {
        format!("it is a Word document: {AS_TABLE}")
    } else if has("Workbook") || has("Book") {
        format!("it is an Excel 97–2003 workbook (.xls): {SAVE_AS_XLSX}")
    } else {
        "it is an old or encrypted Office file: save it as .xlsx without a password".into()
    }
}

/// The first entries of the directory of a compound file.
fn directory(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut header = [0u8; 512];
    file.read_exact(&mut header)?;
    let size = 1u64 << u16::from_le_bytes([header[30], header[31]]).min(20);
    let sector = u32::from_le_bytes([header[48], header[49], header[50], header[51]]);
    file.seek(SeekFrom::Start((u64::from(sector) + 1) * size))?;
    let mut entries = Vec::new();
    file.take(DIRECTORY_BYTES).read_to_end(&mut entries)?;
    Ok(entries)
}

/// The same for a zip; `None` where it is a workbook, or so broken that its reader has to say why.
pub(crate) fn zip(path: &Path) -> Option<String> {
    if entries_in(path).ok()? > MAX_PARTS {
        return None;
    }
    let book = zip::ZipArchive::new(BufReader::new(File::open(path).ok()?)).ok()?;
    let names: Vec<String> = book.file_names().flatten().map(|n| n.replace('\\', "/")).collect();
    let has = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    if has("xl/workbook.xml") {
        return None;
    }
    Some(if has("xl/workbook.bin") {
        format!("it is a binary Excel workbook (.xlsb): {SAVE_AS_XLSX}")
    } else if has("word/document.xml") {
        format!("it is a Word document: {AS_TABLE}")
    } else if has("ppt/presentation.xml") {
        format!("it is a PowerPoint presentation: {AS_TABLE}")
    } else if has("mimetype") && has("content.xml") {
        format!("it is an OpenDocument file such as .ods: {SAVE_AS_XLSX}")
    } else if has("[Content_Types].xml") {
        return None;
    } else {
        let files: Vec<&String> = names.iter().filter(|n| !n.ends_with('/')).collect();
        let first: Vec<&str> = files.iter().take(NAMES).map(|n| n.as_str()).collect();
        let more = files.len().saturating_sub(NAMES);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!(
            "it is a zip archive of {}{more}: unpack it and ingest what is in it (`northbound ingest duis` reads archives of DUIS messages)",
            first.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn texts_and_binaries_are_named_and_tables_are_not() {
        for (head, named) in [
            ("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>", Some("HTML")),
            (" \n<!DOCTYPE HTML>", Some("HTML")),
            ("<?xml version=\"1.0\"?><html>", Some("HTML")),
            (
                "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>",
                Some("Excel 2003"),
            ),
            ("<?xml version=\"1.0\"?><Request/>", Some("ingest duis")),
            ("MIME-Version: 1.0", Some("web archive")),
            ("<id>,period\n", None),
            ("measure,period\n", None),
        ] {
            let found = text(head.as_bytes());
            assert_eq!(found.is_some(), named.is_some(), "{head}");
            assert!(found.unwrap_or_default().contains(named.unwrap_or_default()), "{head}");
        }
        assert!(binary(b"%PDF-1.7").is_some_and(|w| w.contains("PDF") && !w.contains("mapping")));
        assert_eq!(binary(b"measure,period"), None);
    }

    #[test]
    fn zips_are_named_by_what_is_in_them() {
        let dir = tempfile::tempdir().unwrap();
        let named = |entries: &[&str]| {
            let path = dir.path().join("a.zip");
            let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
            for e in entries {
                zip.start_file(*e, zip::write::SimpleFileOptions::default()).unwrap();
                zip.write_all(b"text").unwrap();
            }
            zip.finish().unwrap();
            super::zip(&path)
        };
        assert_eq!(named(&["[Content_Types].xml", "xl/workbook.xml"]), None);
        for (entries, words) in [
            (&["word/document.xml"][..], "a Word document"),
            (&["xl/workbook.bin"], ".xlsb"),
            (&["mimetype", "content.xml"], "OpenDocument"),
            (&["in.csv"], "a zip archive of in.csv: unpack"),
            (&["a", "b", "c", "d", "e"], "of a, b, c and 2 more"),
        ] {
            let found = named(entries).unwrap();
            assert!(found.contains(words), "{found}");
        }
    }

    #[test]
    fn old_office_files_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        for (stream, words) in [
            ("Workbook", "Excel 97"),
            ("EncryptedPackage", "password"),
            ("WordDocument", "Word"),
            ("Other", "old or encrypted"),
        ] {
            let mut bytes = vec![0u8; 1536];
            bytes[..4].copy_from_slice(b"\xD0\xCF\x11\xE0");
            (bytes[30], bytes[48]) = (9, 1);
            for (i, unit) in stream.encode_utf16().enumerate() {
                bytes[1024 + 128 + 2 * i..][..2].copy_from_slice(&unit.to_le_bytes());
            }
            let path = dir.path().join("a.xls");
            std::fs::write(&path, &bytes).unwrap();
            assert!(old_office(&path).contains(words), "{stream}");
        }
    }
}
