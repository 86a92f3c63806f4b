//! The Word document whose styles, page and footer a printed document takes: ours, or the operator's.

use crate::DocumentError;
use quick_xml::{Reader, events::Event};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Most parts of a template.
pub const MAX_PARTS: usize = 500;
/// Most bytes of a template when unpacked.
pub const MAX_BYTES: u64 = 32 << 20;

const BODY: &str = "word/document.xml";
const CORE: &str = "docProps/core.xml";
const STYLES: &str = "word/styles.xml";

/// The parts of the template that comes with Northbound.
const OURS: [(&str, &str); 8] = [
    ("[Content_Types].xml", include_str!("../../../template/[Content_Types].xml")),
    ("_rels/.rels", include_str!("../../../template/_rels/.rels")),
    (CORE, include_str!("../../../template/docProps/core.xml")),
    (
        "word/_rels/document.xml.rels",
        include_str!("../../../template/word/_rels/document.xml.rels"),
    ),
    (BODY, include_str!("../../../template/word/document.xml")),
    ("word/footer1.xml", include_str!("../../../template/word/footer1.xml")),
    ("word/numbering.xml", include_str!("../../../template/word/numbering.xml")),
    (STYLES, include_str!("../../../template/word/styles.xml")),
];
const SETTINGS: (&str, &str) =
    ("word/settings.xml", include_str!("../../../template/word/settings.xml"));

/// A style that the printer needs, by the name that Word stores in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// Title of the document.
    Title,
    /// Lines below the title.
    Subtitle,
    /// Chapters.
    Heading1,
    /// Parts of a chapter.
    Heading2,
    /// Items of a list.
    ListBullet,
    /// The line above a table.
    Caption,
    /// Tables.
    TableGrid,
}

impl Style {
    const ALL: [Style; 7] = [
        Style::Title,
        Style::Subtitle,
        Style::Heading1,
        Style::Heading2,
        Style::ListBullet,
        Style::Caption,
        Style::TableGrid,
    ];

    const fn name(self) -> &'static str {
        match self {
            Style::Title => "Title",
            Style::Subtitle => "Subtitle",
            Style::Heading1 => "heading 1",
            Style::Heading2 => "heading 2",
            Style::ListBullet => "List Bullet",
            Style::Caption => "caption",
            Style::TableGrid => "Table Grid",
        }
    }
}

/// A template that was read and found fit for use.
#[derive(Debug, Clone)]
pub struct Template {
    parts: Vec<(String, Vec<u8>)>,
    /// The id of each style in this template.
    ids: BTreeMap<Style, String>,
    /// The document's start up to its body, and what ends it: page, header and footer.
    around: (String, String),
}

impl Template {
    /// The template that comes with Northbound.
    ///
    /// # Errors
    /// None in practice: a test reads it.
    pub fn ours() -> Result<Template, DocumentError> {
        let parts = OURS.iter().chain([&SETTINGS]);
        Template::of(parts.map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect())
    }

    /// A Word document as template; `name` is used in errors.
    ///
    /// # Errors
    /// A file that is no Word document, has macros or more than [`MAX_BYTES`], or lacks a style.
    pub fn read(bytes: &[u8], name: &str) -> Result<Template, DocumentError> {
        let refuse = |problem: String| DocumentError::Template { name: name.to_owned(), problem };
        let mut zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|e| refuse(format!("it is no Word document (.docx): {e}")))?;
        if zip.len() > MAX_PARTS {
            return Err(refuse(format!("it has {} parts, at most {MAX_PARTS}", zip.len())));
        }
        let (mut parts, mut left) = (Vec::new(), MAX_BYTES);
        for n in 0..zip.len() {
            let part = zip.by_index(n).map_err(|e| refuse(format!("part {n}: {e}")))?;
            let part_name = part.name().map_err(|e| refuse(format!("part {n}: {e}")))?.into_owned();
            let mut content = Vec::new();
            part.take(left + 1)
                .read_to_end(&mut content)
                .map_err(|e| refuse(format!("{part_name}: {e}")))?;
            left = left.checked_sub(content.len() as u64).ok_or_else(|| {
                refuse(format!("it unpacks to more than {} MiB", MAX_BYTES >> 20))
            })?;
            parts.push((part_name, content));
        }
        Template::of(parts).map_err(|e| match e {
            DocumentError::Template { problem, .. } => refuse(problem),
            other => other,
        })
    }

    fn of(parts: Vec<(String, Vec<u8>)>) -> Result<Template, DocumentError> {
        let refuse =
            |problem: String| DocumentError::Template { name: "the template".to_owned(), problem };
        if let Some((name, _)) = parts.iter().find(|p| is_macro(&p.0)) {
            return Err(refuse(format!(
                "it has a macro ({name}); save it as .docx without macros"
            )));
        }
        let text = |name: &str| {
            let part = parts.iter().find(|p| p.0 == name);
            let part = part.ok_or_else(|| refuse(format!("it has no {name}")))?;
            String::from_utf8(part.1.clone()).map_err(|_| refuse(format!("{name} is not UTF-8")))
        };
        let (body, types) = (text(BODY)?, text("[Content_Types].xml")?);
        if types.contains("macroEnabled") {
            return Err(refuse("it is a document with macros; save it as .docx".to_owned()));
        }
        let found = style_ids(&text(STYLES)?)
            .map_err(|e| refuse(format!("{STYLES} cannot be read: {e}")))?;
        let mut ids = BTreeMap::new();
        for style in Style::ALL {
            let id = found.get(&style.name().to_lowercase()).ok_or_else(|| {
                refuse(format!("it has no style {:?}; add it to the template", style.name()))
            })?;
            ids.insert(style, id.clone());
        }
        let around = around_body(&body).ok_or_else(|| refuse(format!("{BODY} has no <w:body>")))?;
        Ok(Template { parts, ids, around })
    }

    /// The template as a file, for the operator to change.
    ///
    /// # Errors
    /// A writer that fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DocumentError> {
        pack(self.parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())))
    }

    pub(super) fn id(&self, style: Style) -> &str {
        self.ids.get(&style).map_or("", String::as_str)
    }

    /// The document with this body and these properties in place of the template's.
    pub(super) fn with(&self, body: &str, core: &str) -> Result<Vec<u8>, DocumentError> {
        let document = format!("{}{body}{}", self.around.0, self.around.1);
        pack(self.parts.iter().map(|(name, content)| match name.as_str() {
            BODY => (BODY, document.as_bytes()),
            CORE => (CORE, core.as_bytes()),
            name => (name, content.as_slice()),
        }))
    }
}

fn is_macro(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    part.contains("vbaproject") || part.contains("vbadata") || part.contains("activex")
}

/// Style ids by name in lower case.
fn style_ids(styles: &str) -> Result<BTreeMap<String, String>, quick_xml::Error> {
    let mut reader = Reader::from_str(styles);
    let (mut ids, mut current) = (BTreeMap::new(), String::new());
    loop {
        match reader.read_event()? {
            Event::Start(e) | Event::Empty(e) => {
                let attribute = |name: &str| {
                    e.attributes()
                        .flatten()
                        .find(|a| a.key.as_ref() == name)
                        .map(|a| a.value.into_owned())
                };
                match e.name().as_ref() {
                    "w:style" => current = attribute("w:styleId").unwrap_or_default(),
                    "w:name" => {
                        if let Some(name) = attribute("w:val") {
                            ids.entry(name.to_lowercase()).or_insert_with(|| current.clone());
                        }
                    }
                    _ => {}
                }
            }
            Event::Eof => return Ok(ids),
            _ => {}
        }
    }
}

/// What stands before the body's content, and what stands after it from its last section on.
fn around_body(document: &str) -> Option<(String, String)> {
    let open = document.find("<w:body")?;
    let start = open + document[open..].find('>')? + 1;
    let close = document.rfind("</w:body>")?;
    if start > close {
        return None;
    }
    let page = document[start..close].rfind("<w:sectPr").map_or(close, |at| start + at);
    Some((document[..start].to_owned(), document[page..].to_owned()))
}

/// The parts as a file. Every part has the same date, so that equal documents are equal files.
fn pack<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>, DocumentError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, options).map_err(|e| DocumentError::printer("DOCX", e))?;
        zip.write_all(content).map_err(|e| DocumentError::printer("DOCX", e))?;
    }
    let done = zip.finish().map_err(|e| DocumentError::printer("DOCX", e))?;
    Ok(done.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(part: &str, from: &str, to: &str) -> Vec<u8> {
        let parts: Vec<(String, String)> = OURS
            .iter()
            .chain([&SETTINGS])
            .map(|(n, t)| {
                let t = if *n == part { t.replace(from, to) } else { (*t).to_owned() };
                ((*n).to_owned(), t)
            })
            .collect();
        pack(parts.iter().map(|(n, t)| (n.as_str(), t.as_bytes()))).expect("packed")
    }

    #[test]
    fn styles_are_found_by_name_whatever_their_id() {
        let other = changed(STYLES, "\"Heading1\"", "\"berschrift1\"");
        let template = Template::read(&other, "t.docx").expect("a template");
        assert_eq!(template.id(Style::Heading1), "berschrift1");
        assert_eq!(template.id(Style::Title), "Title");
    }

    #[test]
    fn a_template_is_refused_with_what_it_lacks() {
        let refused =
            |bytes: &[u8]| Template::read(bytes, "t.docx").expect_err("refused").to_string();
        let no_heading = changed(STYLES, "\"heading 1\"", "\"other\"");
        assert!(
            refused(&no_heading).contains("no style \"heading 1\""),
            "{}",
            refused(&no_heading)
        );
        assert!(refused(b"PDF").contains("t.docx") && refused(b"PDF").contains("no Word document"));
        assert!(refused(&changed(BODY, "w:body", "w:other")).contains("<w:body>"));
        let with_macros = changed(
            "[Content_Types].xml",
            "openxmlformats-officedocument.wordprocessingml.document.main+xml",
            "ms-word.document.macroEnabled.main+xml",
        );
        assert!(refused(&with_macros).contains("macros"));
        let more = OURS.iter().map(|(n, t)| (*n, t.as_bytes()));
        let vba = pack(more.chain([("word/vbaProject.bin", &b"x"[..])])).expect("packed");
        assert!(refused(&vba).contains("vbaProject.bin"));
        let bomb = vec![b' '; (MAX_BYTES + 1) as usize];
        let large = pack([("word/media/a", bomb.as_slice())].into_iter()).expect("packed");
        assert!(refused(&large).contains("32 MiB"), "{}", refused(&large));
    }

    #[test]
    fn ours_reads_back_as_a_file() {
        let bytes = Template::ours().expect("ours").to_bytes().expect("bytes");
        assert!(Template::read(&bytes, "ours.docx").is_ok());
    }
}
