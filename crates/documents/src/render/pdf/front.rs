//! Title, contents, warnings and links.

use super::{
    Pages,
    layout::{
        BOTTOM, DEEP, Kind, LEFT, Layout, Link, NodeId, PAGE, STRONG, Style, TEXT, WIDTH, titled,
    },
};
use crate::{
    model::{Document, Section, Status},
    render::{
        chart::draw::{self, Colour},
        clean::clean,
        metrics, words,
    },
};

/// Width that a line leaves for the number of a page, in points.
const PAGE_NUMBER: f32 = 30.0;
/// The colour of links.
const LINK: Colour = 0x0B_4A_6F;

/// The title on its band of colour, as high as its text: it is laid out on trial first.
pub fn title(layout: &mut Layout, document: &Document) {
    let section = layout.node(0, Kind::Section);
    let mut trial = Layout::new();
    let node = trial.node(0, Kind::Section);
    title_text(&mut trial, node, document, draw::WHITE);
    let fits = trial.page() == 0;
    if fits {
        layout.rect(0.0, 0.0, PAGE.0, trial.y + 4.0, DEEP);
    }
    title_text(layout, section, document, if fits { draw::WHITE } else { DEEP });
    layout.y += 12.0;
}

fn title_text(layout: &mut Layout, section: NodeId, document: &Document, colour: Colour) {
    let plain = Style { size: 9.5, bold: false, colour, after: 1.0 };
    layout.y = 22.0;
    layout.paragraph(section, &document.network, Style { bold: true, ..plain });
    let text = clean(&words::title(document));
    layout.bookmarks.push((1, text.clone(), layout.page(), layout.y));
    let node = layout.node(section, Kind::Heading(1, text.clone()));
    layout.lines(node, &text, LEFT, WIDTH, Style { size: 18.0, bold: true, after: 3.0, ..plain });
    let marking = if document.marking.is_empty() {
        String::new()
    } else {
        format!(". Marking: {}", document.marking)
    };
    let mut said = vec![format!("{}{marking}.", words::version(document))];
    if let Status::Issued { at, by, .. } = &document.status {
        said.push(format!("Issued {} by {by}.", words::time(*at)));
    }
    said.push(format!(
        "Data cut-off {}. Known at {}.",
        words::time(document.cut_off),
        words::time(document.as_at)
    ));
    layout.paragraph(section, &said.join(" "), plain);
}

/// How the figures were counted, and what came before.
fn origin(layout: &mut Layout, section: NodeId, document: &Document) {
    let m = &document.methodology;
    layout.paragraph(section, &format!("Counted by: {} ({}).", m.title, m.id), TEXT);
    if !document.previous.is_empty() {
        let previous = document.previous.trim_end_matches('.');
        layout.paragraph(section, &format!("Previous issue: {previous}."), TEXT);
    }
}

/// Where everything is, with its page, and what is elsewhere.
pub fn contents(
    layout: &mut Layout,
    section: NodeId,
    document: &Document,
    pages: &Pages,
    evidence: bool,
) {
    layout.place("contents");
    layout.heading(section, 2, "Contents");
    origin(layout, section, document);
    let list = layout.node(section, Kind::List);
    let front = &document.front;
    let measures = !front.headlines.is_empty();
    let own = [("front", "Brief"), ("shortfalls", "Annex: what fell short, in full")];
    let every = [("every", "Every measure of the period")];
    let (proof, annexed): (Vec<&Section>, Vec<&Section>) =
        document.sections.iter().partition(|s| document.is_evidence(s));
    let back = [
        ("back-data", "Data of the charts"),
        ("back-rules", "Rules used"),
        ("back-sources", "Source files"),
        ("back-figures", "Every figure"),
    ];
    fn of<'a>(s: &&'a Section) -> (&'a str, &'a str) {
        (s.id.as_str(), s.heading.as_str())
    }
    let mut all: Vec<(&str, &str)> = own.into_iter().filter(|_| measures).collect();
    all.extend(annexed.iter().map(of));
    all.push(("back-shorthand", "Shorthand"));
    if evidence {
        all.extend(every.into_iter().filter(|_| measures));
        all.extend(proof.iter().map(of));
        all.extend(back);
    }
    for (to, text) in all {
        let item = layout.node(list, Kind::Item);
        let body = layout.node(item, Kind::Body);
        let node = link(layout, body, to, text, TEXT);
        page_number(layout, node, pages.of(to));
    }
    if !evidence {
        layout.y += 4.0;
        let text = "The evidence (counts of messages, source files, rules, every figure) is in pack.html and pack.xlsx; `northbound pack build --evidence` prints it here, too.";
        layout.paragraph(section, text, TEXT);
    }
}

/// The number of a page at the right edge of the line that was set last.
fn page_number(layout: &mut Layout, owner: NodeId, page: usize) {
    let text = page.to_string();
    let x = LEFT + WIDTH - metrics::width(&text, TEXT.size, false);
    let base = layout.y - TEXT.size * 0.45;
    layout.line(Some(owner), x, base, TEXT, &text);
}

/// A line that leads to a place. Returns its node.
pub fn link(layout: &mut Layout, parent: NodeId, to: &str, text: &str, style: Style) -> NodeId {
    layout.need(style.size * 2.0);
    let node = layout.node(parent, Kind::Link);
    let text = metrics::fit(&titled(text), style.size, false, WIDTH - PAGE_NUMBER);
    let (top, w) = (layout.y, metrics::width(&text, style.size, false));
    layout.line(Some(node), LEFT, top + style.size, Style { colour: LINK, ..style }, &text);
    layout.y += style.size * 1.45;
    let rect = [LEFT, top, LEFT + w, top + style.size * 1.3];
    if let Some(page) = layout.pages.last_mut() {
        page.links.push(Link { node, rect, to: to.to_owned(), words: text });
    }
    node
}

/// A boxed warning.
pub fn warning(layout: &mut Layout, parent: NodeId, text: &str) {
    let text = format!("Take care. {text}");
    let lines = metrics::wrap(&clean(&text), STRONG.size, true, WIDTH - 18.0).len();
    let h = lines as f32 * STRONG.size * 1.32 + 10.0;
    layout.need(h);
    if layout.y + h < BOTTOM {
        layout.rect(LEFT, layout.y, WIDTH, h, 0xFF_F7_E0);
        layout.rect(LEFT, layout.y, 4.0, h, 0xC9_8A_00);
    }
    layout.y += 4.0;
    let node = layout.node(parent, Kind::Paragraph);
    layout.lines(node, &clean(&text), LEFT + 12.0, WIDTH - 18.0, Style { after: 8.0, ..STRONG });
}
