//! Figures as cells of the document: printed text, exact parts, state, mark, band, reason.

use super::words;
use northbound_documents::{
    manifest::sha256,
    model::{Band, Block, Cell, CellState, Chart, Column, ColumnKind, Fact, Row, Table},
};
use northbound_measures::{MeasureResult, evaluate::bands};
use northbound_types::{Figure, FigureState, Quantity, Ratio, Value};
use std::collections::BTreeSet;

/// Longest part of an id that is made of a name; two names can agree so far.
const LONGEST_SLUG: usize = 60;
/// Digits of the hash behind an id that would be another's.
const HASH_DIGITS: usize = 7;
/// A denominator of more digits than this does not help a reader; only the share is printed.
const MAX_DIGITS: usize = 40;

/// The figure of a row, with its id and band.
#[must_use]
pub fn result(r: &MeasureResult, id: &str) -> Cell {
    let mut cell = figure(&r.figure, r.decimals, &r.levels.list());
    cell.band = band(r.band);
    if let Some(o) = &r.overridden {
        let at = o.at.map_or_else(String::new, |t| {
            format!(" on {}", northbound_documents::render::words::day(t.day()))
        });
        add_note(&mut cell, &format!("overridden by {}{at}: {}", o.who, o.why));
    }
    cell.figure(id)
}

/// A figure without an id.
#[must_use]
pub fn figure(f: &Figure, decimals: u32, levels: &[Ratio]) -> Cell {
    match f {
        Figure::Null(n) => Cell::null(n.reason, words::null(n)).band(Band::NoFigure),
        Figure::Value(v) => value(v, decimals, levels),
    }
}

fn value(v: &Value, decimals: u32, levels: &[Ratio]) -> Cell {
    let share = words::share(&v.quantity, decimals, levels);
    let mut cell = match (&v.quantity, share) {
        (Quantity::Ratio(r), Some(p)) => Cell::share(format!("{p} %"), p, r.num, r.den),
        (Quantity::Rational { num, den }, Some(p)) if den.len() <= MAX_DIGITS => {
            Cell::share(format!("{p} %"), p, num, den)
        }
        // Which number it is is not known, so that no sign is added to it.
        (Quantity::Stated(s), _) if s.readings.len() > 1 => {
            Cell { state: CellState::Ok, ..Cell::words(s.text.trim()) }
        }
        (Quantity::Stated(s), p) => {
            Cell { number: p, state: CellState::Ok, ..Cell::words(stated_text(&s.text)) }
        }
        (Quantity::Count { count }, _) => Cell::count(*count),
        (Quantity::Duration { micros, .. }, _) => {
            Cell { state: CellState::Ok, ..Cell::words(words::duration(*micros)) }
        }
        (Quantity::LongerThan { micros }, _) => {
            Cell { state: CellState::Ok, ..Cell::words(format!("> {}", words::duration(*micros))) }
        }
        (_, Some(p)) => {
            Cell { number: Some(p.clone()), state: CellState::Ok, ..Cell::words(format!("{p} %")) }
        }
        (_, None) => Cell { state: CellState::Ok, ..Cell::words("no share") },
    };
    if let Quantity::Stated(s) = &v.quantity
        && s.readings.len() > 1
    {
        for r in &s.readings {
            add_note(&mut cell, &format!("it may be {}: {}", r.meaning, r.text));
        }
    }
    for n in &v.notes {
        add_note(&mut cell, n);
    }
    let note = std::mem::take(&mut cell.note);
    cell.state(v.state.into(), mark(v.state), note)
}

/// A stated percentage as written, with its sign where the source left it out.
fn stated_text(text: &str) -> String {
    let t = text.trim();
    let bare = t.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !t.is_empty();
    if bare { format!("{t} %") } else { t.to_owned() }
}

/// The shorthand of a weak state; nothing for a sound one.
#[must_use]
pub const fn mark(state: FigureState) -> &'static str {
    match state {
        FigureState::Ok => "",
        FigureState::Provisional => "[p]",
        FigureState::LowVolume => "[low]",
        FigureState::Disputed => "[d]",
        FigureState::Suspect => "[s]",
    }
}

/// Most bytes of a cell's notes; `explain` shows all of them.
const MAX_NOTE: usize = 600;

fn add_note(cell: &mut Cell, text: &str) {
    if cell.note.contains(text) || cell.note.len() + text.len() > MAX_NOTE {
        return;
    }
    if !cell.note.is_empty() {
        cell.note.push_str("; ");
    }
    cell.note.push_str(text);
}

/// The document's band; none where a value has no level to be held against.
#[must_use]
pub const fn band(b: bands::Band) -> Option<Band> {
    match b {
        bands::Band::Met => Some(Band::Met),
        bands::Band::BelowTarget => Some(Band::BelowTarget),
        bands::Band::BelowMinimum => Some(Band::BelowMinimum),
        bands::Band::Null => Some(Band::NoFigure),
        bands::Band::UnknownLevels | bands::Band::Unresolved => None,
    }
}

/// A count.
#[must_use]
pub fn count(n: u64) -> Cell {
    Cell::count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A ratio of two counts with two decimals.
#[must_use]
pub fn ratio(num: u64, den: u64) -> Cell {
    figure(&Figure::ratio(num, den), 2, &[])
}

/// A column.
#[must_use]
pub fn column(key: &str, title: &str, kind: ColumnKind, unit: &str) -> Column {
    Column { key: key.to_owned(), title: title.to_owned(), kind, unit: unit.to_owned() }
}

/// A column of row headings.
#[must_use]
pub fn label(key: &str, title: &str) -> Column {
    column(key, title, ColumnKind::Label, "")
}
/// A column of words.
#[must_use]
pub fn text(key: &str, title: &str) -> Column {
    column(key, title, ColumnKind::Text, "")
}
/// A column of shares.
#[must_use]
pub fn shares(key: &str, title: &str) -> Column {
    column(key, title, ColumnKind::Ratio, "per cent")
}
/// A column of counts.
#[must_use]
pub fn counts(key: &str, title: &str, unit: &str) -> Column {
    column(key, title, ColumnKind::Count, unit)
}

/// A table.
#[must_use]
pub fn table(
    id: &str,
    caption: impl Into<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
) -> Table {
    Table {
        id: id.to_owned(),
        caption: caption.into(),
        facts: Vec::new(),
        columns,
        rows: rows.into_iter().map(|cells| Row { cells, total: false }).collect(),
    }
}

/// What holds for a whole table; parts without a value are left out.
#[must_use]
pub fn facts(parts: &[(&str, &str)]) -> Vec<Fact> {
    let known = parts.iter().filter(|p| !p.1.is_empty());
    known.map(|(name, value)| Fact { name: (*name).into(), value: (*value).into() }).collect()
}

/// A table as a block; `None` without rows.
#[must_use]
pub fn non_empty_table(
    id: &str,
    caption: impl Into<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
) -> Option<Block> {
    (!rows.is_empty()).then(|| Block::Table(table(id, caption, columns, rows)))
}

/// A text as an id of the document: lower-case letters, digits and hyphens.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "none".to_owned() } else { out.chars().take(LONGEST_SLUG).collect() }
}

/// Gives every chart and table an id of its own: one whose name is made the same as another's by [`slug`] gets
/// the beginning of the hash of its title. The first keeps its id.
pub(super) fn own_ids<'b>(blocks: impl Iterator<Item = &'b mut Block>) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for block in blocks {
        match block {
            Block::Chart(c) => own_ids_of(c, &mut taken),
            Block::Multiples(m) => {
                own_id(&mut m.id, &m.title, &mut taken);
                m.charts.iter_mut().for_each(|c| own_ids_of(c, &mut taken));
            }
            Block::Table(t) => own_id(&mut t.id, &t.caption, &mut taken),
            Block::Text(_) | Block::List(_) => {}
        }
    }
}

fn own_ids_of(c: &mut Chart, taken: &mut BTreeSet<String>) {
    own_id(&mut c.id, &c.table.caption, taken);
    own_id(&mut c.table.id, &c.table.caption, taken);
}

fn own_id(id: &mut String, title: &str, taken: &mut BTreeSet<String>) {
    let plain = id.clone();
    for n in 0_u32.. {
        if taken.insert(id.clone()) {
            return;
        }
        let digest = sha256(format!("{title}|{n}").as_bytes());
        *id = format!("{plain}-{}", digest.chars().take(HASH_DIGITS).collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_made_alike_get_ids_of_their_own() {
        let long = "A provider whose name is so long that sixty letters of it are not enough, ";
        let block =
            |name: &str| Block::Table(table(&slug(name), name, vec![label("a", "A")], Vec::new()));
        let names = [format!("{long} North"), format!("{long} South"), "x y".into(), "X-Y".into()];
        let mut blocks: Vec<Block> = names.iter().map(|n| block(n)).collect();
        own_ids(blocks.iter_mut());
        let ids: BTreeSet<String> = blocks
            .iter()
            .map(|b| match b {
                Block::Table(t) => t.id.clone(),
                _ => String::new(),
            })
            .collect();
        assert_eq!(ids.len(), names.len(), "{ids:?}");
        assert!(ids.contains("x-y") && ids.iter().all(|i| i.len() <= 80), "{ids:?}");
    }

    use northbound_types::{Null, NullReason, Reading, Stated};

    #[test]
    fn an_unresolved_number_shows_all_its_readings_and_no_share() {
        let f = Figure::value(Quantity::Stated(Stated {
            text: "54.80 %".into(),
            readings: vec![
                Reading { meaning: "the value achieved".into(), text: "54.80 %".into() },
                Reading { meaning: "the minimum itself".into(), text: "54.80 %".into() },
            ],
        }))
        .weaken(FigureState::Disputed, "unresolved: no reading is chosen");
        let c = figure(&f, 2, &[]);
        assert_eq!(
            (c.printed().as_str(), c.number.as_deref(), c.state),
            ("54.80 % [d]", None, CellState::Disputed)
        );
        for part in ["the value achieved", "the minimum itself", "unresolved"] {
            assert!(c.note.contains(part), "{}", c.note);
        }
    }

    #[test]
    fn a_null_is_its_mark_and_its_reason() {
        let mut n = Null::because(NullReason::Unreliable, "3 of 30 expected feed days observed");
        n.owner = Some("CSPC reporting team".into());
        let c = figure(&Figure::Null(n), 2, &[]);
        assert_eq!((c.printed().as_str(), c.band), ("[u]", Some(Band::NoFigure)));
        assert!(c.note.contains("CSPC reporting team"));
        assert_eq!(figure(&Figure::ratio(900, 1_000), 2, &[]).printed(), "90.00 %");
    }
}
