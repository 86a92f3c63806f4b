//! The brief of a pack.

use super::{
    body::Body,
    core,
    template::{Style, Template},
};
use crate::{
    DocumentError,
    model::{Document, Headline, Shortfall},
    render::{notes, words},
};

/// The brief as a Word document: what fell short, what is not known, what changed, what is due, and
/// every measure row.
///
/// # Errors
/// A writer that fails.
pub fn brief(document: &Document, template: &Template) -> Result<Vec<u8>, DocumentError> {
    let mut body = Body::new(template);
    head(&mut body, document);
    short(&mut body, document);
    unknown(&mut body, document);
    changed(&mut body, document);
    due(&mut body, document);
    measures(&mut body, document);
    template.with(&body.finish(), &core(&words::title(document), document.as_at))
}

fn head(body: &mut Body<'_>, document: &Document) {
    if !document.marking.is_empty() {
        body.text(&format!("Marking: {}", document.marking), "");
    }
    body.styled(Style::Title, &words::title(document));
    body.styled(
        Style::Subtitle,
        &format!(
            "{}. {}. Data cut-off {}; known at {}.",
            document.network,
            words::version(document),
            words::time(document.cut_off),
            words::time(document.as_at)
        ),
    );
    if !document.previous.is_empty() {
        body.styled(Style::Subtitle, &format!("Previous issue: {}", document.previous));
    }
    for w in &document.front.warnings {
        body.text("Take care.", &w.to_text());
    }
    for b in &document.front.brief.banner {
        body.text("", &b.to_text());
    }
}

fn short(body: &mut Body<'_>, document: &Document) {
    let front = &document.front;
    body.styled(Style::Heading1, "What fell short, and who acts");
    let summary = if front.brief.is_empty() { &front.statements } else { &front.brief.summary };
    for p in summary {
        body.text("", &p.to_text());
    }
    if front.shortfalls.is_empty() {
        return body.text("", "Nothing fell short of a known level.");
    }
    let rows: Vec<Vec<String>> = front.shortfalls.iter().map(shortfall).collect();
    body.table(
        &["What fell short", "Figure", "Since when", "Why", "Who acts"],
        &[24, 16, 18, 23, 19],
        &[],
        &rows,
    );
    key(body, document);
}

/// The marks of the figures that fell short, in words.
fn key(body: &mut Body<'_>, document: &Document) {
    let marks = notes::shorthand_of_shortfalls(document);
    let words: Vec<String> = marks.iter().map(|(mark, words)| format!("{mark} {words}.")).collect();
    if !words.is_empty() {
        body.text("", &words.join(" "));
    }
}

fn shortfall(s: &Shortfall) -> Vec<String> {
    let or =
        |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let acts: Vec<&str> =
        [s.acts.as_str(), s.action.as_str()].into_iter().filter(|t| !t.is_empty()).collect();
    let why = match (s.why.is_empty(), s.why_from.is_empty()) {
        (false, false) => format!("{} ({})", s.why, s.why_from),
        _ => or(&s.why, "No explanation was given."),
    };
    vec![
        format!("{} {}: {}", s.measure, s.region, s.what),
        format!("{}, {}", s.cell.printed(), s.level),
        s.since.clone(),
        why,
        or(&acts.join(": "), "No one is named."),
    ]
}

fn unknown(body: &mut Body<'_>, document: &Document) {
    let unknown = &document.front.brief.unknown;
    if unknown.is_empty() {
        return;
    }
    body.styled(Style::Heading1, "What is not known");
    let rows: Vec<Vec<String>> =
        unknown.iter().map(|u| vec![u.rows.clone(), u.reason.clone(), u.since.clone()]).collect();
    body.table(&["Measures without a figure", "Why", "Since when"], &[34, 46, 20], &[], &rows);
}

fn changed(body: &mut Body<'_>, document: &Document) {
    let changes = &document.front.brief.changes;
    if changes.is_empty() {
        return;
    }
    body.styled(Style::Heading1, "What changed since the last issue");
    for c in changes {
        body.styled(Style::ListBullet, &c.to_text());
    }
}

fn due(body: &mut Body<'_>, document: &Document) {
    let due = &document.front.brief.due;
    if due.is_empty() {
        return;
    }
    body.styled(Style::Heading1, "What is due");
    let rows: Vec<Vec<String>> =
        due.iter().map(|d| vec![d.what.clone(), d.who.clone(), d.when.clone()]).collect();
    body.table(&["What", "Who", "Until"], &[54, 26, 20], &[], &rows);
}

fn measures(body: &mut Body<'_>, document: &Document) {
    if document.front.headlines.is_empty() {
        return;
    }
    body.styled(Style::Heading1, "Every measure");
    let rows: Vec<Vec<String>> = document.front.headlines.iter().map(headline).collect();
    body.table(
        &["Measure", "Region, provider", "Figure", "Target", "Minimum", "Against its levels"],
        &[32, 18, 14, 10, 12, 14],
        &[2, 3, 4],
        &rows,
    );
}

fn headline(h: &Headline) -> Vec<String> {
    let place: Vec<&str> =
        [h.region.as_str(), h.provider.as_str()].into_iter().filter(|t| !t.is_empty()).collect();
    let band = match &h.exception {
        Some(reference) => format!("exception {reference} in force"),
        None if h.without_level() => "no level".to_owned(),
        None => h.cell.band.map_or(String::new(), |b| b.words().to_owned()),
    };
    vec![
        format!("{} {}", h.measure, h.title),
        place.join(", "),
        h.cell.printed(),
        h.target.clone(),
        h.minimum.clone(),
        band,
    ]
}
