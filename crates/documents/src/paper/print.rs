//! The paper as one HTML file and as text. Numbers point to their source at the end.

use super::{Paper, Paragraph, Run, Source};
use crate::render::{html::head, words as print};
use maud::{DOCTYPE, Markup, html};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1,h2{line-height:1.2}a{color:#0b4f8a}sup{font-size:.7em}ol,ul{padding-left:1.5rem}.mark{font-weight:bold}";

/// A source in words, and the command that opens it.
pub(crate) fn source(s: &Source) -> String {
    match s {
        Source::Figure { id, what } => format!("figure {id}: {what} (northbound explain {id})"),
        Source::Record { register, id, version } => {
            format!("{register} {id}, version {version} (northbound {register} show {id})")
        }
        Source::Rule { id } => format!("rule {id} (northbound rules show {id})"),
        Source::Sum { what } => what.clone(),
    }
}

/// What the paper is based on.
pub(crate) fn frame(p: &Paper) -> String {
    format!(
        "As known at {}. Ledger manifest {}, rules {}, registers at revision {}.",
        print::time(p.as_at),
        if p.manifest.is_empty() { "(empty ledger)" } else { &p.manifest },
        p.rules,
        p.revision
    )
}

fn paragraph(p: &Paragraph) -> Markup {
    html! {
        p { @for r in &p.runs { @match r {
            Run::Words { text } => { (text) },
            Run::Name { text } => { span data-name="" { (text) } },
            Run::Sourced { text, source } => { span data-source=(source) { (text) a href={ "#source-" (source) } aria-label={ "source " (source) } { sup { (source) } } } },
        } } }
    }
}

/// As HTML.
pub(super) fn html(p: &Paper) -> String {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(&p.title, &html! { style { (STYLE) } }, false))
            body {
                main {
                    @if !p.marking.is_empty() { p.mark { (p.marking) } }
                    h1 { (p.title) }
                    @for c in &p.chapters {
                        section { h2 { (c.heading) } @for x in &c.paragraphs { (paragraph(x)) } }
                    }
                    section #sources {
                        h2 { "Sources" }
                        p data-source="frame" { (frame(p)) }
                        ol { @for (n, s) in p.sources.iter().enumerate() { li id={ "source-" (n + 1) } data-source=(n + 1) { (source(s)) } } }
                    }
                    section #names {
                        h2 { "Names and dates with digits, which are not figures" }
                        ul { @for n in &p.names { li { (n) } } }
                    }
                }
            }
        }
    }.into_string()
}

/// As text, for mail.
pub(super) fn text(p: &Paper) -> String {
    let mut out = String::new();
    if !p.marking.is_empty() {
        out.push_str(&format!("{}\n\n", p.marking));
    }
    out.push_str(&format!("{}\n", p.title));
    for c in &p.chapters {
        out.push_str(&format!("\n{}\n\n", c.heading));
        for x in &c.paragraphs {
            for r in &x.runs {
                match r {
                    Run::Words { text } | Run::Name { text } => out.push_str(text),
                    Run::Sourced { text, source } => out.push_str(&format!("{text} [{source}]")),
                }
            }
            out.push('\n');
        }
    }
    out.push_str(&format!("\nSources\n\n{}\n", frame(p)));
    for (n, s) in p.sources.iter().enumerate() {
        out.push_str(&format!("[{}] {}\n", n + 1, source(s)));
    }
    out.push_str(&format!(
        "\nNames and dates with digits, which are not figures: {}\n",
        p.names.iter().cloned().collect::<Vec<_>>().join(", ")
    ));
    out
}
