//! What a file says, in one form for all formats: headings, paragraphs, items of lists, tables.
//! Readers make blocks; whatever looks for something in a file sees nothing else.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A file as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the file as it was given.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The format that it was read as.
    pub format: Format,
    /// In reading order.
    pub blocks: Vec<Block>,
}

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
}

/// A piece of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Position in [`Source::blocks`], counted from 0.
    pub index: usize,
    /// Where the block begins in the file.
    pub place: Place,
    /// What it is, with its text.
    pub content: Content,
}

/// A place that a person can look up.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Line of the file, counted from 1.
    pub line: Option<u32>,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Content {
    /// A heading.
    Heading {
        /// Level, counted from 1.
        level: u8,
        /// Its number as printed, such as `3.1`; empty where it has none.
        number: String,
        /// The words.
        text: Text,
    },
    /// A paragraph.
    Paragraph {
        /// The words.
        text: Text,
    },
    /// An item of a list.
    Item {
        /// As printed: `•`, `a)`, `3.`; empty where it has none.
        marker: String,
        /// Depth of nesting, counted from 0.
        depth: u8,
        /// State of its check box.
        check: Option<Check>,
        /// The words.
        text: Text,
    },
    /// A table. A table broken over pages with its header repeated is one block.
    Table {
        /// Rows from top to bottom.
        rows: Vec<Row>,
    },
    /// A header or footer, once however many pages repeat it.
    Running {
        /// Is it at the top of the page?
        top: bool,
        /// The words.
        text: Text,
    },
    /// Keys and values before the text of a Markdown file.
    FrontMatter {
        /// The words.
        text: Text,
    },
}

/// State of a check box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Not ticked.
    Open,
    /// Ticked.
    Ticked,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Cells from left to right. A cell that spans columns stands once.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Column in which it begins, counted from 0.
    pub column: usize,
    /// How many columns it spans; at least 1.
    pub columns: usize,
    /// How many rows it spans; at least 1. The rows below have no cell there.
    pub rows: usize,
    /// Does the file mark it as a header?
    pub header: bool,
    /// The words; paragraphs of a cell are separated by line feeds.
    pub text: Text,
}

/// Words without mark-up, with the way back to what the file has (G8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Without tags, emphasis marks, entities and double spaces.
    pub clean: String,
    /// As the file has it, with its tags and line ends.
    pub original: String,
    /// Pairs of byte offsets, clean and original, at which a copied stretch begins; in order.
    pub offsets: Vec<(usize, usize)>,
    /// Stretches of `clean` that differ from plain text.
    pub styles: Vec<Style>,
}

/// A stretch of text that is bold or struck through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Style {
    /// Bytes of [`Text::clean`].
    pub span: Range<usize>,
    /// What it is.
    pub kind: StyleKind,
}

/// How a stretch differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StyleKind {
    /// Bold.
    Bold,
    /// Struck through by the writer.
    Struck,
}

impl Text {
    /// Text that the file has as it is.
    #[must_use]
    pub fn plain(text: &str) -> Text {
        Text {
            clean: text.to_owned(),
            original: text.to_owned(),
            offsets: vec![(0, 0)],
            styles: Vec::new(),
        }
    }

    /// The byte of `original` from which the byte `clean` of the clean text was made.
    #[must_use]
    pub fn original_at(&self, clean: usize) -> usize {
        let at = self.offsets.partition_point(|(c, _)| *c <= clean);
        match at.checked_sub(1).and_then(|i| self.offsets.get(i)) {
            Some((c, o)) => (o + (clean - c)).min(self.original.len()),
            None => 0,
        }
    }
}

impl Block {
    /// All texts of the block: one, or those of a table's cells row by row with the row and the
    /// position of the cell in it.
    #[must_use]
    pub fn texts(&self) -> Vec<(Option<(usize, usize)>, &Text)> {
        match &self.content {
            Content::Heading { text, .. }
            | Content::Paragraph { text }
            | Content::Item { text, .. }
            | Content::Running { text, .. }
            | Content::FrontMatter { text } => vec![(None, text)],
            Content::Table { rows } => rows
                .iter()
                .enumerate()
                .flat_map(|(r, row)| {
                    row.cells.iter().enumerate().map(move |(c, cell)| (Some((r, c)), &cell.text))
                })
                .collect(),
        }
    }

    /// Has the block no words at all?
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.texts().iter().all(|(_, t)| t.clean.trim().is_empty())
    }
}
