//! The process of changes by type, as one page. Nothing is loaded from elsewhere.

use crate::{
    DocumentError,
    render::{
        clean::clean,
        html::{head, style},
    },
};
use maud::{DOCTYPE, html};
use serde::{Deserialize, Serialize};

/// A type of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessType {
    /// Id.
    pub id: String,
    /// In words.
    pub title: String,
    /// Its steps, in order.
    pub steps: Vec<ProcessStep>,
    /// Mark of provenance.
    pub mark: String,
    /// Document and place; empty where none.
    pub source: String,
    /// What to know about it.
    pub note: String,
}

/// A step of a type of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStep {
    /// Key.
    pub key: String,
    /// What is done.
    pub title: String,
    /// By whom.
    pub who: String,
}

impl ProcessType {
    /// How well it is known: `assumed: the process is not published`.
    #[must_use]
    pub fn standing(&self) -> String {
        [self.mark.as_str(), self.source.as_str(), self.note.as_str()]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(": ")
    }
}

/// The page.
///
/// # Errors
/// [`DocumentError::Unsound`] without any type.
pub fn page(types: &[ProcessType], rules: &str) -> Result<String, DocumentError> {
    if types.is_empty() {
        return Err(DocumentError::unsound(
            "the process of changes",
            "the rules hold no type of change",
        ));
    }
    let body = html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head("How a change is made, by type", &style(), false))
            body {
                header.top { div.inner { h1 { "How a change is made" } } }
                div.shell {
                    nav.contents aria-label="Contents" { h2 { "Types" } ul { @for t in types { li { a href={ "#type-" (t.id) } { (clean(&t.title)) } } } } }
                    main #main {
                        p { "No change is approved without an assessment of User impact, a consultation and an operational view. Only the chair may waive one of them, by name and with a reason, and the waiver is recorded." }
                        @for t in types {
                            section id={ "type-" (t.id) } aria-labelledby={ "type-" (t.id) "-h" } {
                                h2 id={ "type-" (t.id) "-h" } { (clean(&t.title)) }
                                ol { @for s in &t.steps { li { (clean(&s.title)) @if !s.who.is_empty() { " (" (clean(&s.who)) ")" } } } }
                                p.hint { "Provenance: " (clean(&t.standing())) "." }
                            }
                        }
                    }
                }
                footer { p { "Rule set " code { (clean(rules)) } "." } }
            }
        }
    };
    Ok(body.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_every_step_in_order_and_runs_nothing() {
        let step = |k: &str| ProcessStep {
            key: k.into(),
            title: format!("do {k} <b>"),
            who: "chair".into(),
        };
        let t = ProcessType {
            id: "release".into(),
            title: "Release".into(),
            steps: vec![step("a"), step("b")],
            mark: "assumed".into(),
            source: String::new(),
            note: "not published".into(),
        };
        let p = page(&[t], "abc").unwrap();
        assert!(
            p.find("do a").unwrap() < p.find("do b").unwrap()
                && p.contains("assumed: not published")
                && p.contains("&lt;b&gt;")
        );
        assert!(!p.contains("<script") && !p.contains("<b>"));
        assert!(page(&[], "abc").is_err());
    }
}
