//! Documents of a meeting: agenda, minutes, the contents of its papers, attendance. Headings, paragraphs,
//! lists and tables, and nothing that is particular to one of them; as DOCX, PDF, HTML and text.

mod print;

use crate::{
    DocumentError,
    render::{
        docx::{self, Template},
        pdf,
    },
};
use northbound_types::Utc;
use serde::{Deserialize, Serialize};

/// A document of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingDocument {
    /// Title.
    pub title: String,
    /// Lines below the title: date, place, status.
    pub subtitle: Vec<String>,
    /// Handling marking as printed; empty where there is none.
    pub marking: String,
    /// The body that meets; in the footer.
    pub body: String,
    /// `Draft`, `Final, version 2`; in the header. May be empty.
    pub version: String,
    /// The time that is stored as the document's creation.
    pub at: Utc,
    /// In order.
    pub blocks: Vec<Block>,
}

/// A piece of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Block {
    /// A heading: level 1 is an agenda item, level 2 a part of it.
    Heading {
        /// 1 or 2.
        level: u16,
        /// Words, with the number where there is one.
        text: String,
    },
    /// A paragraph that starts with words in bold, or with none.
    Paragraph {
        /// In bold; may be empty.
        bold: String,
        /// The rest.
        text: String,
    },
    /// Items of a list.
    Items {
        /// One an item.
        items: Vec<String>,
    },
    /// A table with a heading row.
    Table {
        /// What it shows; printed above it.
        caption: String,
        /// Headings.
        head: Vec<String>,
        /// Widths in per cent of the text's width, one a column.
        widths: Vec<u32>,
        /// Rows, each as long as `head`.
        rows: Vec<Vec<String>>,
    },
}

impl Block {
    /// A heading of an agenda item.
    #[must_use]
    pub fn heading(text: impl Into<String>) -> Block {
        Block::Heading { level: 1, text: text.into() }
    }
    /// A paragraph without words in bold.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Block {
        Block::Paragraph { bold: String::new(), text: text.into() }
    }
    /// A paragraph that starts with words in bold.
    #[must_use]
    pub fn labelled(bold: impl Into<String>, text: impl Into<String>) -> Block {
        Block::Paragraph { bold: bold.into(), text: text.into() }
    }
    /// A table; `columns` are headings with their widths in per cent.
    #[must_use]
    pub fn table(caption: &str, columns: &[(&str, u32)], rows: Vec<Vec<String>>) -> Block {
        Block::Table {
            caption: caption.to_owned(),
            head: columns.iter().map(|c| c.0.to_owned()).collect(),
            widths: columns.iter().map(|c| c.1).collect(),
            rows,
        }
    }
}

/// Refuses tables whose rows do not fit their headings.
fn check(document: &MeetingDocument) -> Result<(), DocumentError> {
    for block in &document.blocks {
        let Block::Table { caption, head, widths, rows } = block else { continue };
        let fits = rows.iter().all(|r| r.len() == head.len()) && widths.len() == head.len();
        if !fits || widths.iter().sum::<u32>() > 100 {
            return Err(DocumentError::unsound(
                format!("table {caption:?}"),
                "each row and the widths need one entry a heading, the widths at most 100 per cent",
            ));
        }
    }
    Ok(())
}

/// The document as Word document in the styles of `template`, HTML, PDF and text: name and content
/// of each file, in order of name. `stem` is their name before the dot.
///
/// # Errors
/// [`DocumentError::Unsound`] where a table's rows do not fit its headings; a writer that fails.
pub fn files(
    document: &MeetingDocument,
    stem: &str,
    template: &Template,
) -> Result<Vec<(String, Vec<u8>)>, DocumentError> {
    check(document)?;
    Ok(vec![
        (format!("{stem}.docx"), docx::meeting(document, template)?),
        (format!("{stem}.html"), print::html(document).into_bytes()),
        (format!("{stem}.pdf"), pdf::meeting(document)?),
        (format!("{stem}.txt"), print::text(document).into_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> MeetingDocument {
        MeetingDocument {
            title: "Minutes of an invented meeting".into(),
            subtitle: vec!["22 June 2026".into()],
            marking: "Invented".into(),
            body: "The Group".into(),
            version: "Draft".into(),
            at: Utc(0),
            blocks: vec![
                Block::heading("1. Reports"),
                Block::labelled("Note:", "a < b & c"),
                Block::Items { items: vec!["first".into(), "second".into()] },
                Block::table(
                    "Actions",
                    &[("Action", 20), ("Text", 80)],
                    vec![vec!["33xx/01".into(), "a | b".into()]],
                ),
            ],
        }
    }

    #[test]
    fn all_words_are_in_each_format_and_equal_documents_are_equal_files() {
        let template = Template::ours().expect("ours");
        let files = |d: &MeetingDocument| super::files(d, "minutes", &template);
        let made = files(&sample()).expect("files");
        let names: Vec<&str> = made.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(names, ["minutes.docx", "minutes.html", "minutes.pdf", "minutes.txt"]);
        let text = String::from_utf8(made[3].1.clone()).expect("UTF-8");
        for word in ["Invented", "1. Reports", "a < b & c", "- first", "33xx/01"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains(r"a \| b"), "a bar in a cell is no border: {text}");
        let html = String::from_utf8(made[1].1.clone()).expect("UTF-8");
        assert!(html.contains("a &lt; b &amp; c") && html.contains("<td>a | b</td>"), "{html}");
        assert!(made[2].1.starts_with(b"%PDF-"));
        assert_eq!(made, files(&sample()).expect("files"));
    }

    #[test]
    fn a_row_that_is_too_short_is_refused() {
        let mut d = sample();
        let Some(Block::Table { rows, .. }) = d.blocks.last_mut() else { panic!("a table") };
        rows[0].pop();
        assert!(matches!(
            files(&d, "m", &Template::ours().expect("ours")),
            Err(DocumentError::Unsound { .. })
        ));
    }
}
