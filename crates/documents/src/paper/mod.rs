//! A paper in prose. Each number carries its source: a figure's id, a record of a register, a rule.
//! Words with digits that are no figures (the name of a measure, a date, a period) are on a list that is
//! printed with the paper.

mod print;

pub(crate) use print::{frame, source};

use crate::{
    DocumentError,
    render::docx::{self, Template},
};
use northbound_types::{Period, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the file says it is.
pub const FORMAT: &str = "northbound-paper/1";

/// A run of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "run", rename_all = "kebab-case")]
pub enum Run {
    /// Words. No digit is in them, also none of a number that is elsewhere in a name.
    Words {
        /// As printed.
        text: String,
    },
    /// A name, a date or a period: its digits are on the list [`Paper::names`], for this place only.
    Name {
        /// As printed.
        text: String,
    },
    /// Text with numbers, from one source.
    Sourced {
        /// As printed.
        text: String,
        /// Position in [`Paper::sources`], counted from 1.
        source: usize,
    },
}

/// A paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// In order.
    pub runs: Vec<Run>,
}

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Heading.
    pub heading: String,
    /// Paragraphs; never empty.
    pub paragraphs: Vec<Paragraph>,
}

/// Where numbers come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// A figure; `northbound explain ID` opens it.
    Figure {
        /// Id.
        id: String,
        /// What it is.
        what: String,
    },
    /// A record of a register; `northbound REGISTER show ID` opens it.
    Record {
        /// Register.
        register: String,
        /// Id.
        id: String,
        /// Version; 0 for a sum over records.
        version: i64,
    },
    /// A rule; `northbound rules show ID` opens it.
    Rule {
        /// Id.
        id: String,
    },
    /// Counted over figures or records, as its text says.
    Sum {
        /// From what.
        what: String,
    },
}

/// The paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// [`FORMAT`].
    pub format: String,
    /// Title.
    pub title: String,
    /// Period.
    pub period: Period,
    /// As at.
    pub as_at: Utc,
    /// Root manifest hash of the ledger.
    pub manifest: String,
    /// Rule-set hash.
    pub rules: String,
    /// Revision of the registers.
    pub revision: i64,
    /// Handling marking; empty where there is none.
    pub marking: String,
    /// Chapters.
    pub chapters: Vec<Chapter>,
    /// Sources, in the order in which they are cited.
    pub sources: Vec<Source>,
    /// Words with digits that are names and dates, not figures.
    pub names: BTreeSet<String>,
}

/// The citations of a paper while it is written: where its numbers come from, and which words with
/// digits are names.
#[derive(Debug, Default)]
pub struct Citations {
    /// Sources, in the order in which they were first cited.
    pub sources: Vec<Source>,
    /// Words with digits that are names and dates.
    pub names: BTreeSet<String>,
}

impl Citations {
    /// The number of a source, cited for the first time or again.
    fn cite(&mut self, s: Source) -> usize {
        let at = self.sources.iter().position(|x| *x == s);
        at.unwrap_or_else(|| {
            self.sources.push(s);
            self.sources.len() - 1
        }) + 1
    }
    /// A name, a date or a period: its digits go on the list that is printed.
    pub fn name(&mut self, text: impl Into<String>) -> Run {
        let text = text.into();
        self.names.extend(tokens(&text).into_iter().map(str::to_owned));
        Run::Name { text }
    }
    /// Text with numbers, and their source.
    pub fn sourced(&mut self, text: impl Into<String>, s: Source) -> Run {
        let source = self.cite(s);
        Run::Sourced { text: text.into(), source }
    }
}

/// Words without digits. A digit in them would have no source, and [`files`] refuses the paper.
#[must_use]
pub fn words(text: impl Into<String>) -> Run {
    Run::Words { text: text.into() }
}

/// The words of a text that hold digits, without the punctuation around them.
#[must_use]
pub fn tokens(text: &str) -> Vec<&str> {
    let edge = |c: char| !c.is_alphanumeric() && c != '%';
    text.split_whitespace()
        .map(|w| w.trim_matches(edge))
        .filter(|w| w.bytes().any(|b| b.is_ascii_digit()))
        .collect()
}

/// The numbers of a paper that have no source and are in no name.
#[must_use]
pub fn unsourced(paper: &Paper) -> Vec<String> {
    let mut out = Vec::new();
    for r in paper.chapters.iter().flat_map(|c| &c.paragraphs).flat_map(|p| &p.runs) {
        match r {
            Run::Words { text } => out.extend(tokens(text).into_iter().map(str::to_owned)),
            Run::Name { text } => out.extend(
                tokens(text).into_iter().filter(|t| !paper.names.contains(*t)).map(str::to_owned),
            ),
            Run::Sourced { text, source } => {
                if *source == 0 || *source > paper.sources.len() {
                    out.push(text.clone());
                }
            }
        }
    }
    out
}

/// The paper as Word document in the styles of `template`, HTML, JSON and text: name and content of
/// each file, in order of name.
///
/// # Errors
/// [`DocumentError::Unsound`] naming a number that has no source.
pub fn files(paper: &Paper, template: &Template) -> Result<Vec<(String, Vec<u8>)>, DocumentError> {
    if let Some(first) = unsourced(paper).first() {
        return Err(DocumentError::unsound("the paper", format!("{first:?} has no source")));
    }
    Ok(vec![
        ("paper.docx".to_owned(), docx::paper(paper, template)?),
        ("paper.html".to_owned(), print::html(paper).into_bytes()),
        ("paper.json".to_owned(), crate::to_json(paper)?),
        ("paper.txt".to_owned(), print::text(paper).into_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_source_is_found() {
        assert_eq!(
            tokens("PM4.3 met 99.1 % (of 1,000), since 2026."),
            ["PM4.3", "99.1", "1,000", "2026"]
        );
        let mut d = Citations::default();
        let a = d.name("PM4.3 reads ");
        let b = d.sourced("99.10 %", Source::Figure { id: "f1".into(), what: "PM4.3".into() });
        let mut p = Paper {
            format: FORMAT.into(),
            title: "t".into(),
            period: Period::month(2026, 4),
            as_at: Utc(0),
            manifest: String::new(),
            rules: String::new(),
            revision: 0,
            marking: String::new(),
            chapters: vec![Chapter {
                heading: "h".into(),
                paragraphs: vec![Paragraph { runs: vec![a, b] }],
            }],
            sources: d.sources,
            names: d.names,
        };
        assert!(unsourced(&p).is_empty());
        // The digits of a name or of the frame cover no number elsewhere.
        p.names.extend(["7".to_owned(), "30".to_owned()]);
        p.chapters[0].paragraphs[0].runs.push(words("and 7 more"));
        assert_eq!(unsourced(&p), ["7"]);
    }
}
