//! From laid-out pages to the file: pages, tags, links, bookmarks, metadata.

use super::layout::{Kind, LEAST, LEFT, Layout, NodeId, Owner, PAGE, Page, WIDTH, printable};
use crate::{
    DocumentError,
    model::Document,
    render::{
        chart::{
            Mark,
            draw::{self, Anchor, Colour},
        },
        clean::clean,
        metrics, words,
    },
};
use krilla::{
    Document as PdfDocument, SerializeSettings,
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke, StrokeDash},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope,
        Tag, TagGroup, TagKind, TagTree,
    },
    text::{Font, TextDirection},
};
use northbound_types::Utc;
use std::{collections::BTreeMap, num::NonZeroU16};

/// Distance of a circle's handles from its corners, in radii.
const KAPPA: f32 = 0.5523;
/// How deep bookmarks go.
const BOOKMARK_LEVEL: u16 = 3;

struct Fonts {
    regular: Font,
    bold: Font,
}

/// The identifiers of what was written, by node.
type Written = BTreeMap<NodeId, Vec<Identifier>>;

/// What is on every page and in the file's properties.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Title: in the header from the second page on.
    pub title: String,
    /// Right in the header: version and marking.
    pub right: String,
    /// Left in the footer, and the author.
    pub left: String,
    /// Stored as creation time.
    pub at: Utc,
    /// The file's identity: equal content gives an equal one.
    pub id: String,
}

impl Frame {
    /// Of a pack. The as-at time is the creation time, and the id comes from its content's origin.
    pub fn of(document: &Document) -> Frame {
        let version = words::version(document);
        let right = if document.marking.is_empty() {
            version
        } else {
            format!("{version}. Marking: {}", clean(&document.marking))
        };
        let origin = &document.origin.manifest;
        Frame {
            title: words::title(document),
            right,
            left: document.network.clone(),
            at: document.as_at,
            id: format!("{origin}/{}/{}", document.period, document.version),
        }
    }
}

/// Writes the file.
pub fn emit(document: &Frame, layout: Layout) -> Result<Vec<u8>, DocumentError> {
    let configuration = accessible()?;
    let mut pdf =
        PdfDocument::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let font = |bytes: &'static [u8]| {
        Font::new(bytes.into(), 0)
            .ok_or_else(|| DocumentError::printer("PDF", "the embedded font could not be read"))
    };
    let fonts = Fonts { regular: font(metrics::REGULAR)?, bold: font(metrics::BOLD)? };
    let mut written = Written::new();
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1)
        .ok_or_else(|| DocumentError::printer("PDF", "the page has no size"))?;
    for (n, page) in layout.pages.iter().enumerate() {
        let mut out = pdf.start_page_with(settings.clone());
        let mut surface = out.surface();
        marks(&mut surface, &fonts, &page.marks, &mut written);
        frame(&mut surface, &fonts, document, n, layout.pages.len());
        surface.finish();
        links(&mut out, &layout, page, &mut written);
        out.finish();
    }
    pdf.set_metadata(metadata(document));
    pdf.set_outline(outline(&layout));
    pdf.set_tag_tree(tree(&layout, &mut written));
    pdf.finish().map_err(|e| DocumentError::printer("PDF", e))
}

/// The writer refuses what would not conform to PDF/UA-1.
fn accessible() -> Result<Configuration, DocumentError> {
    ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|e| DocumentError::printer("PDF", format!("{e:?}")))
}

fn metadata(document: &Frame) -> Metadata {
    let (date, (h, m, s)) = (document.at.day().date(), words::clock(document.at));
    let at = DateTime::new(date.year().clamp(0, 9999) as u16)
        .month(date.month() as u8)
        .day(date.day() as u8)
        .hour(h)
        .minute(m)
        .second(s)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(clean(&document.title))
        .language("en-GB".to_owned())
        .creator("Northbound".to_owned())
        .authors(vec![clean(&document.left)])
        .creation_date(at)
        .document_id(document.id.clone())
}

/// Writes marks; those that follow each other and have one owner share a tag.
fn marks(surface: &mut Surface<'_>, fonts: &Fonts, marks: &[(Owner, Mark)], written: &mut Written) {
    for group in marks.chunk_by(|a, b| a.0 == b.0) {
        let owner = group.first().and_then(|m| m.0);
        let words_only = group.iter().all(|m| matches!(m.1, Mark::Text { .. }));
        let tag = match owner {
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            Some(_) if words_only => ContentTag::Span(SpanTag::empty()),
            Some(_) => ContentTag::Other,
        };
        let id = surface.start_tagged(tag);
        for (_, mark) in group {
            write(surface, fonts, mark);
        }
        surface.end_tagged();
        if let Some(node) = owner {
            written.entry(node).or_default().push(id);
        }
    }
}

/// Header and footer of a page.
fn frame(surface: &mut Surface<'_>, fonts: &Fonts, document: &Frame, page: usize, pages: usize) {
    let text = |x: f32, y: f32, anchor: Anchor, text: &str| Mark::Text {
        x,
        y,
        size: LEAST,
        bold: false,
        anchor,
        colour: draw::MUTED,
        text: printable(text, false),
    };
    let right = metrics::fit(&document.right, LEAST, false, WIDTH * 0.45);
    let left = |t: &str| metrics::fit(&clean(t), LEAST, false, WIDTH * 0.52);
    if page > 0 {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)));
        write(surface, fonts, &text(LEFT, 36.0, Anchor::Start, &left(&document.title)));
        write(surface, fonts, &text(LEFT + WIDTH, 36.0, Anchor::End, &right));
        write(
            surface,
            fonts,
            &Mark::Line {
                points: vec![(LEFT, 43.0), (LEFT + WIDTH, 43.0)],
                colour: draw::GRID,
                width: 0.8,
                dash: &[],
            },
        );
        surface.end_tagged();
    }
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    write(surface, fonts, &text(LEFT, PAGE.1 - 32.0, Anchor::Start, &left(&document.left)));
    write(
        surface,
        fonts,
        &text(LEFT + WIDTH, PAGE.1 - 32.0, Anchor::End, &format!("Page {} of {pages}", page + 1)),
    );
    surface.end_tagged();
}

fn fill(colour: Colour) -> Fill {
    let [_, r, g, b] = colour.to_be_bytes();
    Fill {
        paint: rgb::Color::new(r, g, b).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }
}

fn stroke(colour: Colour, width: f32, dash: &[u8]) -> Stroke {
    let dash = (!dash.is_empty()).then(|| StrokeDash {
        array: dash.iter().map(|d| f32::from(*d) * 0.7).collect(),
        offset: 0.0,
    });
    let [_, r, g, b] = colour.to_be_bytes();
    Stroke { paint: rgb::Color::new(r, g, b).into(), width, dash, ..Stroke::default() }
}

fn path(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut out = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    out.move_to(first.0, first.1);
    for p in rest {
        out.line_to(p.0, p.1);
    }
    if closed {
        out.close();
    }
    out.finish()
}

fn circle(x: f32, y: f32, r: f32) -> Option<Path> {
    let (k, mut out) = (r * KAPPA, PathBuilder::new());
    out.move_to(x + r, y);
    out.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    out.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    out.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    out.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    out.close();
    out.finish()
}

fn write(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark) {
    let (shape, inside, edge) = match mark {
        Mark::Rect { x, y, w, h, fill: c, .. } => (
            path(&[(*x, *y), (x + w, *y), (x + w, y + h), (*x, y + h)], true),
            Some(fill(*c)),
            None,
        ),
        Mark::Line { points, colour, width, dash } => {
            (path(points, false), None, Some(stroke(*colour, *width, dash)))
        }
        Mark::Shape { points, fill: c, stroke: s, .. } => {
            (path(points, true), Some(fill(*c)), Some(stroke(*s, 0.7, &[])))
        }
        Mark::Circle { x, y, r, fill: c, stroke: s, .. } => {
            (circle(*x, *y, *r), Some(fill(*c)), Some(stroke(*s, 0.7, &[])))
        }
        Mark::Text { x, y, size, bold, anchor, colour, text } => {
            if text.is_empty() {
                return;
            }
            let w = metrics::width(text, *size, *bold);
            let x = match anchor {
                Anchor::Start => *x,
                Anchor::Middle => x - w / 2.0,
                Anchor::End => x - w,
            };
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            let font = if *bold { &fonts.bold } else { &fonts.regular };
            surface.draw_text(
                Point::from_xy(x, *y),
                font.clone(),
                *size,
                text,
                false,
                TextDirection::LeftToRight,
            );
            return;
        }
    };
    let Some(shape) = shape else { return };
    surface.set_fill(inside);
    surface.set_stroke(edge);
    surface.draw_path(&shape);
}

fn links(out: &mut krilla::page::Page<'_>, layout: &Layout, page: &Page, written: &mut Written) {
    for link in &page.links {
        let [l, t, r, b] = link.rect;
        let (Some((to, y)), Some(rect)) =
            (layout.places.get(&link.to), Rect::from_ltrb(l, t, r, b))
        else {
            continue;
        };
        let target = Target::Destination(
            XyzDestination::new(*to, Point::from_xy(LEFT, (*y - 12.0).max(0.0))).into(),
        );
        let id = out.add_tagged_annotation(Annotation::new_link(
            LinkAnnotation::new(rect, target),
            Some(link.words.clone()),
        ));
        written.entry(link.node).or_default().push(id);
    }
}

/// Bookmarks of the first three levels, each below the last of a higher level.
fn outline(layout: &Layout) -> Outline {
    let mut open: Vec<(u16, OutlineNode)> = Vec::new();
    let mut out = Outline::new();
    let mut close = |open: &mut Vec<(u16, OutlineNode)>, level: u16| {
        while open.last().is_some_and(|o| o.0 >= level) {
            let Some((_, node)) = open.pop() else { return };
            match open.last_mut() {
                Some((_, parent)) => parent.push_child(node),
                None => out.push_child(node),
            }
        }
    };
    for (level, text, page, y) in layout.bookmarks.iter().filter(|b| b.0 <= BOOKMARK_LEVEL) {
        close(&mut open, *level);
        open.push((
            *level,
            OutlineNode::new(
                text.clone(),
                XyzDestination::new(*page, Point::from_xy(LEFT, (*y - 12.0).max(0.0))),
            ),
        ));
    }
    close(&mut open, 0);
    out
}

fn tree(layout: &Layout, written: &mut Written) -> TagTree {
    let mut out = TagTree::new().with_lang(Some("en-GB".to_owned()));
    for &child in &layout.nodes[0].children {
        if let Some(group) = group(layout, child, written) {
            out.push(group);
        }
    }
    out
}

/// The tags of a node and all below it; `None` where nothing of it was written.
fn group(layout: &Layout, node: NodeId, written: &mut Written) -> Option<TagGroup> {
    let mut out = TagGroup::new(tag(&layout.nodes[node].kind));
    for id in written.remove(&node).into_iter().flatten() {
        out.push(id);
    }
    for &child in &layout.nodes[node].children {
        if let Some(g) = group(layout, child, written) {
            out.push(g);
        }
    }
    // An empty cell keeps its place in the row.
    let keep = matches!(layout.nodes[node].kind, Kind::Cell | Kind::RowHead | Kind::ColumnHead);
    (keep || !out.children.is_empty()).then_some(out)
}

fn tag(kind: &Kind) -> TagKind {
    match kind {
        Kind::Section => Tag::Section.into(),
        Kind::Heading(level, text) => {
            Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(text.clone())).into()
        }
        Kind::Paragraph => Tag::P.into(),
        Kind::List => Tag::L(ListNumbering::None).into(),
        Kind::Item => Tag::LI.into(),
        Kind::Body => Tag::LBody.into(),
        Kind::Table => Tag::Table.into(),
        Kind::Caption => Tag::Caption.into(),
        Kind::Head => Tag::THead.into(),
        Kind::Rows => Tag::TBody.into(),
        Kind::Row => Tag::TR.into(),
        Kind::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Kind::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Kind::Cell => Tag::TD.into(),
        Kind::Figure(alt) => Tag::Figure(Some(alt.clone())).into(),
        Kind::Link => Tag::Link.into(),
    }
}
