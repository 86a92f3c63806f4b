//! A table as data: one value a column, numbers without separators, unique names of columns.

use crate::table::header;
use northbound_app::{Table, answer::Measured};
use northbound_types::printable;
use std::{
    borrow::Cow,
    collections::BTreeSet,
    io::{self, Write},
};

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Words, ids, dates and periods as a source or a rule writes them.
    Text,
    /// Numbers: whole or with decimals after a point, without separators, or nothing.
    Number,
    /// Times in UTC, RFC 3339, or nothing.
    Time,
}

impl Kind {
    /// Its word in lists and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Time => "time",
        }
    }
}

/// The columns that a table has as CSV, with what their cells are.
#[must_use]
pub fn kinds(table: &Table) -> Vec<(String, Kind)> {
    let mut all = Vec::new();
    for (i, column) in table.columns.iter().enumerate() {
        let name = name(column);
        if table.figures.contains_key(&i) {
            all.push((name.clone(), Kind::Number));
            for (part, kind) in [
                ("unit", Kind::Text),
                ("numerator", Kind::Number),
                ("denominator", Kind::Number),
                ("state", Kind::Text),
                ("note", Kind::Text),
            ] {
                all.push((format!("{name}_{part}"), kind));
            }
        } else if column.starts_with('>') {
            all.push((name, Kind::Number));
        } else if column.ends_with("(UTC)") {
            all.push((name, Kind::Time));
        } else {
            all.push((name, Kind::Text));
        }
    }
    let mut used = BTreeSet::new();
    for (name, _) in &mut all {
        let plain = name.clone();
        let mut n = 1;
        while !used.insert(name.clone()) {
            n += 1;
            *name = format!("{plain}_{n}");
        }
    }
    all
}

/// A name for machines: `recorded (UTC)` is `recorded`, `fell due` is `fell_due`.
fn name(column: &str) -> String {
    let text = header(column).trim_end_matches("(UTC)").trim().to_lowercase();
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if c == '%' {
            out.push_str("percent");
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() { "value".to_owned() } else { out.to_owned() }
}

/// Writes the header and the rows.
pub(crate) fn write(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = kinds(table).iter().map(|(n, _)| field(n)).collect();
    writeln!(to, "{}", names.join(","))?;
    let none = Measured::default();
    for (n, row) in table.rows.iter().enumerate() {
        let mut cells: Vec<String> = Vec::with_capacity(names.len());
        for (i, column) in table.columns.iter().enumerate() {
            let shown = row.get(i).map_or("", String::as_str);
            match table.figures.get(&i) {
                Some(all) => {
                    let f = all.get(n).unwrap_or(&none);
                    let parts =
                        [&f.number, &f.unit, &f.numerator, &f.denominator, &f.state, &f.note];
                    cells.extend(parts.map(|p| field(p)));
                }
                None if column.starts_with('>') => cells.push(field(&plain(shown))),
                None => cells.push(field(shown)),
            }
        }
        writeln!(to, "{}", cells.join(","))?;
    }
    Ok(())
}

/// What tables for people write in place of a number that is not there.
const NOTHING: [&str; 2] = ["–", "not stated"];

/// A number without the commas between its thousands, nothing for the mark of a null such as `[c]`; anything else
/// as it is.
fn plain(text: &str) -> Cow<'_, str> {
    let mark = text.len() == 3 && text.starts_with('[') && text.ends_with(']');
    if mark || NOTHING.contains(&text) {
        return Cow::Borrowed("");
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().is_some_and(|g| g.len() <= 3 && all_digits(g));
    if text.contains(',')
        && first
        && all_digits(decimals)
        && groups.all(|g| g.len() == 3 && all_digits(g))
    {
        Cow::Owned(text.replace(',', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A CSV field; text that a spreadsheet would run as a formula is marked as text.
fn field(text: &str) -> String {
    let text = printable::visible(&printable::cell(text)).into_owned();
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(t: &Table) -> String {
        let mut out = Vec::new();
        write(t, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_no_separators_and_texts_keep_theirs() {
        let mut t = Table::new("", &["a", ">n"]);
        t.row(["1,000", "1,000"]);
        t.row(["x", "-1,234,567.5"]);
        t.row(["x", "12,34"]);
        t.row(["x", "[c]"]);
        t.row(["x", "not stated"]);
        let numbers = "a,n\n\"1,000\",1000\nx,-1234567.5\nx,\"12,34\"\nx,\nx,\n";
        assert_eq!(csv(&t), numbers);
    }

    #[test]
    fn names_are_unique_and_for_machines() {
        let t = Table::new("", &["recorded (UTC)", ">fell due", "", "", ">floor (%)", "User"]);
        let kinds = kinds(&t);
        let names: Vec<&str> = kinds.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["recorded", "fell_due", "value", "value_2", "floor_percent", "user"]);
        assert_eq!(kinds[0].1, Kind::Time);
        assert_eq!((kinds[1].1, kinds[5].1), (Kind::Number, Kind::Text));
    }

    #[test]
    fn a_figure_is_six_columns_even_without_rows() {
        let mut t = Table::new("", &["measure", "figure"]).figures(&["figure"]);
        let head = "measure,figure,figure_unit,figure_numerator,figure_denominator,figure_state,figure_note\n";
        assert_eq!(csv(&t), head);
        t.row(["CPM1", "94.89 % (22,303 of 23,503) [p]"]);
        t.figure(
            "figure",
            Measured {
                number: "94.89".to_owned(),
                unit: "percent".to_owned(),
                numerator: "22303".to_owned(),
                denominator: "23503".to_owned(),
                state: "provisional".to_owned(),
                note: String::new(),
            },
        );
        assert_eq!(csv(&t), format!("{head}CPM1,94.89,percent,22303,23503,provisional,\n"));
    }

    #[test]
    fn formulas_stay_texts() {
        let mut t = Table::new("", &["a", "b"]);
        t.row(["=1+1", "x,\"y\""]);
        t.row(["-5", "-x"]);
        t.row(["-1.5", "a\u{202E}b"]);
        assert_eq!(csv(&t), "a,b\n'=1+1,\"x,\"\"y\"\"\"\n-5,'-x\n-1.5,a\\u{202E}b\n");
    }
}
