//! Chapters, and what they are made of.

use super::{Chart, Table};
use serde::{Deserialize, Serialize};

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Id for links: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it is about.
    pub heading: String,
    /// What it says: the sentence to take away.
    pub message: String,
    /// Before the first block.
    pub intro: Vec<Para>,
    /// The content.
    pub blocks: Vec<Block>,
}

/// A piece of a chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a chapter has few blocks, and charts are not rare among them"
)]
pub enum Block {
    /// A table.
    Table(Table),
    /// A chart with its table.
    Chart(Chart),
    /// Charts of one kind side by side, on one scale.
    Multiples(Multiples),
    /// A paragraph.
    Text(Para),
    /// A list.
    List(List),
}

/// Small charts on one scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiples {
    /// Id for links.
    pub id: String,
    /// What the charts say together.
    pub title: String,
    /// The data.
    pub subtitle: String,
    /// One chart each.
    pub charts: Vec<Chart>,
}

/// Items of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Numbered or not.
    pub ordered: bool,
    /// Items.
    pub items: Vec<Para>,
}

/// A paragraph: runs of text, some of which state a figure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Para {
    /// In order.
    pub runs: Vec<Run>,
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// As printed.
    pub text: String,
    /// The figure that it states.
    pub figure: Option<String>,
}

impl Para {
    /// A paragraph without figures.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Para {
        Para::default().text(text)
    }
    /// Adds plain text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Para {
        self.runs.push(Run { text: text.into(), figure: None });
        self
    }
    /// Adds text that states a figure.
    #[must_use]
    pub fn figure(mut self, text: impl Into<String>, id: impl Into<String>) -> Para {
        self.runs.push(Run { text: text.into(), figure: Some(id.into()) });
        self
    }
    /// The text alone.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.runs.iter().map(|r| r.text.as_str()).collect()
    }
}
