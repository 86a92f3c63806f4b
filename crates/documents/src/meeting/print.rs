//! A document of a meeting as one HTML file and as text.

use super::{Block, MeetingDocument};
use crate::render::html::head;
use maud::{DOCTYPE, Markup, html};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1,h2,h3{line-height:1.2;color:#0e2a40}h2{margin-top:2rem}.mark{font-weight:bold}.sub{margin:.1rem 0}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}caption{text-align:left;font-weight:bold;padding:.3rem 0}th,td{border:1px solid #b8c2cc;padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:#eef2f5}@media print{thead{display:table-header-group}tr{break-inside:avoid}}";

fn block(b: &Block) -> Markup {
    html! { @match b {
        Block::Heading { level: 1, text } => { h2 { (text) } },
        Block::Heading { text, .. } => { h3 { (text) } },
        Block::Paragraph { bold, text } => {
            p { @if !bold.is_empty() { strong { (bold) } " " } (text) }
        },
        Block::Items { items } => { ul { @for i in items { li { (i) } } } },
        Block::Table { caption, head, rows, .. } => {
            table {
                @if !caption.is_empty() { caption { (caption) } }
                thead { tr { @for h in head { th scope="col" { (h) } } } }
                tbody { @for r in rows { tr { @for c in r { td { (c) } } } } }
            }
        },
    } }
}

/// As HTML.
pub(super) fn html(d: &MeetingDocument) -> String {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(&d.title, &html! { style { (STYLE) } }, false))
            body {
                main {
                    @if !d.marking.is_empty() { p.mark { "Marking: " (d.marking) } }
                    h1 { (d.title) }
                    @for s in &d.subtitle { p.sub { (s) } }
                    @if !d.version.is_empty() { p.sub { (d.version) } }
                    @for b in &d.blocks { (block(b)) }
                }
            }
        }
    }
    .into_string()
}

/// A cell of a text table: on one line, and a bar in it is no border.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', r"\|")
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.iter().map(|c| cell(c)).collect::<Vec<_>>().join(" | "))
}

/// As text, which is also Markdown.
pub(super) fn text(d: &MeetingDocument) -> String {
    let mut out = String::new();
    if !d.marking.is_empty() {
        out.push_str(&format!("Marking: {}\n\n", d.marking));
    }
    out.push_str(&format!("# {}\n", d.title));
    for line in d.subtitle.iter().chain((!d.version.is_empty()).then_some(&d.version)) {
        out.push_str(&format!("\n{line}\n"));
    }
    for b in &d.blocks {
        out.push('\n');
        match b {
            Block::Heading { level, text } => {
                out.push_str(&format!("{} {text}\n", if *level == 1 { "##" } else { "###" }));
            }
            Block::Paragraph { bold, text } if bold.is_empty() => {
                out.push_str(&format!("{text}\n"));
            }
            Block::Paragraph { bold, text } => out.push_str(&format!("{bold} {text}\n")),
            Block::Items { items } => {
                items.iter().for_each(|i| out.push_str(&format!("- {i}\n")));
            }
            Block::Table { caption, head, rows, .. } => {
                if !caption.is_empty() {
                    out.push_str(&format!("{caption}\n\n"));
                }
                out.push_str(&row(head));
                out.push_str(&format!("|{}\n", " --- |".repeat(head.len())));
                rows.iter().for_each(|r| out.push_str(&row(r)));
            }
        }
    }
    out
}
