//! A paper: chapters of prose in which each number leads to its source.

use super::{
    body::Body,
    core,
    template::{Style, Template},
};
use crate::{
    DocumentError,
    paper::{Paper, Paragraph, Run, frame, source},
};

/// The paper as a Word document. A number is followed by the number of its source, which leads to the
/// list at the end.
///
/// # Errors
/// A writer that fails.
pub fn paper(paper: &Paper, template: &Template) -> Result<Vec<u8>, DocumentError> {
    let mut body = Body::new(template);
    if !paper.marking.is_empty() {
        body.text(&format!("Marking: {}", paper.marking), "");
    }
    body.styled(Style::Title, &paper.title);
    for chapter in &paper.chapters {
        body.styled(Style::Heading1, &chapter.heading);
        for p in &chapter.paragraphs {
            body.linked(&parts(p));
        }
    }
    body.styled(Style::Heading1, "Sources");
    body.text("", &frame(paper));
    for (n, s) in paper.sources.iter().enumerate() {
        body.target(&mark(n + 1), &format!("[{}] {}", n + 1, source(s)));
    }
    body.styled(Style::Heading1, "Names and dates with digits, which are not figures");
    let names: Vec<&str> = paper.names.iter().map(String::as_str).collect();
    body.text("", &names.join(", "));
    template.with(&body.finish(), &core(&paper.title, paper.as_at))
}

fn mark(n: usize) -> String {
    format!("source{n}")
}

fn parts(p: &Paragraph) -> Vec<(String, Option<String>)> {
    p.runs
        .iter()
        .map(|r| match r {
            Run::Words { text } | Run::Name { text } => (text.clone(), None),
            Run::Sourced { text, source } => (text.clone(), Some(mark(*source))),
        })
        .collect()
}
