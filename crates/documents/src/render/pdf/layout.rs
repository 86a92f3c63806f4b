//! Pages, the structure of the document, and running text.

use crate::render::{
    chart::{
        Mark,
        draw::{self, Anchor, Colour},
    },
    clean::clean,
    metrics,
};
use std::collections::BTreeMap;

/// A4, in points.
pub const PAGE: (f32, f32) = (595.0, 842.0);
/// Left edge of the text.
pub const LEFT: f32 = 48.0;
/// Width of the text.
pub const WIDTH: f32 = PAGE.0 - 2.0 * LEFT;
/// Upper edge of the text.
pub const TOP: f32 = 62.0;
/// Lower edge of the text.
pub const BOTTOM: f32 = PAGE.1 - 58.0;
/// The colour of headings.
pub const DEEP: Colour = 0x0E_2A_40;
/// Text of weight that calls for action.
pub const ALARM: Colour = 0xB3_26_1E;

/// A node of the structure.
pub type NodeId = usize;

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The document, or a chapter.
    Section,
    /// A heading with its level and text.
    Heading(u16, String),
    /// A paragraph.
    Paragraph,
    /// A list.
    List,
    /// An item of a list; its text is a body.
    Item,
    /// The text of an item.
    Body,
    /// A table.
    Table,
    /// Its caption.
    Caption,
    /// Its heading rows.
    Head,
    /// Its rows.
    Rows,
    /// A row.
    Row,
    /// A heading of a column.
    ColumnHead,
    /// A heading of a row.
    RowHead,
    /// A cell.
    Cell,
    /// A picture with its description.
    Figure(String),
    /// A link.
    Link,
}

/// A node and its parts.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Nodes below it, in reading order.
    pub children: Vec<NodeId>,
}

/// The node of the document's structure that a mark belongs to, or none (decoration).
pub type Owner = Option<NodeId>;

/// A link to a named place.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its node.
    pub node: NodeId,
    /// Left, top, right, bottom.
    pub rect: [f32; 4],
    /// Where it leads.
    pub to: String,
    /// In words.
    pub words: String,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Marks with their owners.
    pub marks: Vec<(Owner, Mark)>,
    /// Links.
    pub links: Vec<Link>,
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Size in points.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// Colour.
    pub colour: Colour,
    /// Room after the paragraph.
    pub after: f32,
}

/// Running text.
pub const TEXT: Style = Style { size: 10.0, bold: false, colour: draw::INK, after: 5.0 };
/// Least size of text, in points: smaller print is not read.
pub const LEAST: f32 = 9.0;
/// Notes and captions of figures.
pub const NOTE: Style = Style { size: LEAST, bold: false, colour: draw::MUTED, after: 3.0 };
/// Emphasised words in the text.
pub const STRONG: Style = Style { bold: true, ..TEXT };

/// Lines to base line, as a share of the size.
const LEADING: f32 = 1.32;

/// The document as it is laid out.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Pages.
    pub pages: Vec<Page>,
    /// Nodes; the first is the document.
    pub nodes: Vec<Node>,
    /// Where the next line starts.
    pub y: f32,
    /// Bookmarks: level, text, page, height.
    pub bookmarks: Vec<(u16, String, usize, f32)>,
    /// Named places: page and height.
    pub places: BTreeMap<String, (usize, f32)>,
}

impl Layout {
    /// A first, empty page.
    pub fn new() -> Layout {
        Layout {
            pages: vec![Page::default()],
            nodes: vec![Node { kind: Kind::Section, children: Vec::new() }],
            y: TOP,
            bookmarks: Vec::new(),
            places: BTreeMap::new(),
        }
    }
    /// A new node below `parent`.
    pub fn node(&mut self, parent: NodeId, kind: Kind) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, children: Vec::new() });
        self.nodes[parent].children.push(id);
        id
    }
    /// Starts a page.
    pub fn break_page(&mut self) {
        self.pages.push(Page::default());
        self.y = TOP;
    }
    /// Starts a page where less than `room` is left.
    pub fn need(&mut self, room: f32) {
        if self.y + room > BOTTOM && self.y > TOP {
            self.break_page();
        }
    }
    /// Number of the current page, from 0.
    pub fn page(&self) -> usize {
        self.pages.len() - 1
    }
    /// Puts a mark on the current page.
    pub fn mark(&mut self, owner: Owner, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push((owner, mark));
        }
    }
    /// A filled rectangle as decoration.
    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, fill: Colour) {
        self.mark(None, Mark::Rect { x, y, w, h, fill, tip: String::new() });
    }
    /// A line as decoration.
    pub fn rule(&mut self, x0: f32, x1: f32, y: f32, colour: Colour, width: f32) {
        self.mark(None, Mark::Line { points: vec![(x0, y), (x1, y)], colour, width, dash: &[] });
    }
    /// One line of text on its base line.
    pub fn line(&mut self, owner: Owner, x: f32, y: f32, style: Style, text: &str) {
        self.mark(
            owner,
            Mark::Text {
                x,
                y,
                size: style.size,
                bold: style.bold,
                anchor: Anchor::Start,
                colour: style.colour,
                text: printable(text, style.bold),
            },
        );
    }
    /// Names the current place.
    pub fn place(&mut self, name: &str) {
        self.places.insert(name.to_owned(), (self.page(), self.y));
    }

    /// A heading with its bookmark, kept with what follows.
    pub fn heading(&mut self, parent: NodeId, level: u16, text: &str) {
        let (size, before, after) = match level {
            1 => (20.0, 0.0, 6.0),
            2 => (16.0, 16.0, 5.0),
            3 => (12.0, 11.0, 3.0),
            _ => (10.5, 6.0, 2.0),
        };
        let text = titled(text);
        self.need(before + size * 5.0);
        if self.y > TOP {
            self.y += before;
        }
        self.bookmarks.push((level, text.clone(), self.page(), self.y));
        let node = self.node(parent, Kind::Heading(level, text.clone()));
        self.lines(node, &text, LEFT, WIDTH, Style { size, bold: true, colour: DEEP, after });
    }

    /// A paragraph.
    pub fn paragraph(&mut self, parent: NodeId, text: &str, style: Style) {
        let node = self.node(parent, Kind::Paragraph);
        self.lines(node, &clean(text), LEFT, WIDTH, style);
    }

    /// A paragraph that starts with words in bold; words that are too wide to stand beside it are above it, since
    /// an id must not be cut.
    pub fn labelled(&mut self, parent: NodeId, label: &str, text: &str, style: Style) {
        let node = self.node(parent, Kind::Paragraph);
        let label = clean(label);
        if metrics::width(&label, style.size, true) > 116.0 {
            let bold = Style { bold: true, colour: DEEP, after: 0.0, ..style };
            self.need(style.size * 4.0);
            self.lines(node, &label, LEFT, WIDTH, bold);
            self.lines(node, &clean(text), LEFT + 62.0, WIDTH - 62.0, style);
            return;
        }
        let label = format!("{label} ");
        let indent = metrics::width(&label, style.size, true).clamp(62.0, 120.0);
        self.need(style.size * 3.0);
        let top = self.y;
        self.line(
            Some(node),
            LEFT,
            top + style.size,
            Style { bold: true, colour: DEEP, ..style },
            &label,
        );
        self.lines(node, &clean(text), LEFT + indent, WIDTH - indent, style);
    }

    /// Items of a list.
    pub fn list(&mut self, parent: NodeId, items: &[String], ordered: bool) {
        if items.is_empty() {
            return;
        }
        let list = self.node(parent, Kind::List);
        for (n, text) in items.iter().enumerate() {
            let item = self.node(list, Kind::Item);
            let body = self.node(item, Kind::Body);
            self.need(TEXT.size * 2.0);
            let sign = if ordered { format!("{}.", n + 1) } else { "•".to_owned() };
            let y = self.y + TEXT.size;
            self.line(None, LEFT + 2.0, y, TEXT, &sign);
            self.lines(body, &clean(text), LEFT + 18.0, WIDTH - 18.0, Style { after: 3.0, ..TEXT });
        }
        self.y += 3.0;
    }

    /// Wrapped text that flows over pages.
    pub fn lines(&mut self, node: NodeId, text: &str, x: f32, width: f32, style: Style) {
        let leading = style.size * LEADING;
        for line in metrics::wrap(text, style.size, style.bold, width) {
            if self.y + leading > BOTTOM {
                self.break_page();
            }
            self.line(Some(node), x, self.y + style.size, style, &line);
            self.y += leading;
        }
        self.y += style.after;
    }
}

/// A title that is never blank: readers' programs list it.
pub fn titled(text: &str) -> String {
    let text = clean(text);
    if text.trim().is_empty() { "(no title)".to_owned() } else { text }
}

/// Text of which the font has every character: a missing one becomes an empty box.
pub fn printable(text: &str, bold: bool) -> String {
    let boxed = if metrics::has('□', bold) { '□' } else { '?' };
    clean(text).chars().map(|c| if metrics::has(c, bold) { c } else { boxed }).collect()
}
