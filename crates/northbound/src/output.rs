//! What a command says: one answer, printed as tables for people, as CSV, or as JSON. Data go to
//! standard output; talk goes to standard error.

use crate::error::{CliError, Exit, Result};
use serde_json::Value;
use std::io::{self, Write};

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned tables.
    Table,
    /// One JSON document with documented keys.
    Json,
    /// The answer's first table.
    Csv,
}

/// Longer cells go on in the next line, between words: an id has no spaces and stays whole.
const WRAP_CHARS: usize = 72;

/// A table: headers carry the units; ids are never cut.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// What it shows; empty where the command's name says it.
    pub(crate) title: String,
    /// Column headers; one that starts with `>` is aligned to the right.
    pub(crate) columns: Vec<String>,
    /// Cells.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: &str, columns: &[&str]) -> Table {
        Table {
            title: title.to_owned(),
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: Vec::new(),
        }
    }
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    fn print(&self, to: &mut dyn Write) -> io::Result<()> {
        if !self.title.is_empty() {
            writeln!(to, "{}", self.title)?;
        }
        let heads: Vec<&str> =
            self.columns.iter().map(|c| c.strip_prefix('>').unwrap_or(c)).collect();
        let width = |t: &str| t.chars().count();
        let rows: Vec<Vec<Vec<String>>> =
            self.rows.iter().map(|r| r.iter().map(|c| wrapped(&one_line(c))).collect()).collect();
        let widest = |i: usize| {
            rows.iter().filter_map(|r| r.get(i)).flatten().map(|c| width(c)).max().unwrap_or(0)
        };
        let widths: Vec<usize> =
            heads.iter().enumerate().map(|(i, h)| widest(i).max(width(h))).collect();
        let mut line = |cells: &[&str]| {
            let mut text = String::new();
            for (i, c) in cells.iter().enumerate() {
                let pad = " ".repeat(widths.get(i).copied().unwrap_or(0).saturating_sub(width(c)));
                if i > 0 {
                    text.push_str("  ");
                }
                if self.columns.get(i).is_some_and(|c| c.starts_with('>')) {
                    text.push_str(&pad);
                    text.push_str(c);
                } else {
                    text.push_str(c);
                    text.push_str(&pad);
                }
            }
            writeln!(to, "{}", text.trim_end())
        };
        line(&heads)?;
        let rules: Vec<String> = widths.iter().map(|w| "-".repeat(*w)).collect();
        line(&rules.iter().map(String::as_str).collect::<Vec<_>>())?;
        for r in &rows {
            for n in 0..r.iter().map(Vec::len).max().unwrap_or(1) {
                line(&r.iter().map(|c| c.get(n).map_or("", String::as_str)).collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }

    fn print_csv(&self, to: &mut dyn Write) -> io::Result<()> {
        let heads: Vec<&str> =
            self.columns.iter().map(|c| c.strip_prefix('>').unwrap_or(c)).collect();
        writeln!(to, "{}", heads.iter().map(|h| field(h)).collect::<Vec<_>>().join(","))?;
        for r in &self.rows {
            writeln!(to, "{}", r.iter().map(|c| field(c)).collect::<Vec<_>>().join(","))?;
        }
        Ok(())
    }
}

/// Line breaks inside a cell would break the table, and control characters could drive a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A cell's lines.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    if text.chars().count() <= WRAP_CHARS {
        return vec![text.to_owned()];
    }
    for word in text.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= WRAP_CHARS {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A CSV field; a text that a spreadsheet would run as a formula is kept a text.
fn field(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '@', '\t', '\r'])
        || (text.starts_with('-') && text.len() > 1 && text.parse::<i64>().is_err());
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// What a command found or did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// The document for `--format json`.
    pub(crate) json: Value,
    /// Tables for people; the first is the CSV.
    pub(crate) tables: Vec<Table>,
    /// Lines for people before the tables: what was done.
    pub(crate) said: Vec<String>,
    /// Lines for people at the end: what to do next.
    pub(crate) next: Vec<String>,
    /// Printed as it is, whatever the format (a completion script, a proposed mapping).
    pub(crate) raw: Option<String>,
    /// `true`: the command was a check and found something.
    pub(crate) found: bool,
}

impl Answer {
    pub(crate) fn new(json: Value) -> Answer {
        Answer { json, ..Answer::default() }
    }
    pub(crate) fn raw(text: impl Into<String>) -> Answer {
        Answer { raw: Some(text.into()), ..Answer::default() }
    }
    pub(crate) fn table(mut self, t: Table) -> Answer {
        self.tables.push(t);
        self
    }
    pub(crate) fn with_json(mut self, json: Value) -> Answer {
        self.json = json;
        self
    }
    pub(crate) fn say(mut self, line: impl Into<String>) -> Answer {
        self.said.push(line.into());
        self
    }
    pub(crate) fn then(mut self, line: impl Into<String>) -> Answer {
        self.next.push(line.into());
        self
    }

    /// Prints to standard output; a reader that went away is no error.
    pub(crate) fn print(&self, format: Format) -> Result<Exit> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match self.write(format, &mut out).and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
            Err(e) => {
                return Err(CliError::internal(format!("cannot write to standard output: {e}")));
            }
        }
        Ok(if self.found { Exit::Found } else { Exit::Ok })
    }

    fn write(&self, format: Format, to: &mut dyn Write) -> io::Result<()> {
        if let Some(raw) = &self.raw {
            return to.write_all(raw.as_bytes());
        }
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *to, &self.json)?;
                writeln!(to)
            }
            Format::Csv => self.tables.first().map_or(Ok(()), |t| t.print_csv(to)),
            Format::Table => {
                for line in &self.said {
                    writeln!(to, "{line}")?;
                }
                for (i, t) in self.tables.iter().enumerate() {
                    if i > 0 || !self.said.is_empty() {
                        writeln!(to)?;
                    }
                    if t.rows.is_empty() {
                        writeln!(
                            to,
                            "{}nothing",
                            if t.title.is_empty() {
                                String::new()
                            } else {
                                format!("{}: ", t.title)
                            }
                        )?;
                    } else {
                        t.print(to)?;
                    }
                }
                if !self.next.is_empty() && !(self.tables.is_empty() && self.said.is_empty()) {
                    writeln!(to)?;
                }
                for line in &self.next {
                    writeln!(to, "{line}")?;
                }
                Ok(())
            }
        }
    }
}

/// A whole number with thousands apart, for people.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// The same with a sign.
pub(crate) fn signed(n: i64) -> String {
    format!("{}{}", if n < 0 { "-" } else { "" }, count(n.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(a: &Answer, f: Format) -> String {
        let mut out = Vec::new();
        a.write(f, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_and_nothing_is_cut() {
        let mut t = Table::new("", &["id", ">rows"]);
        t.row(["a-very-long-identifier", "1"]);
        t.row(["b", "1,000"]);
        let a = Answer::new(Value::Null).table(t);
        assert_eq!(
            text(&a, Format::Table),
            "id                       rows\n----------------------  -----\na-very-long-identifier      1\nb                       1,000\n"
        );
    }

    #[test]
    fn long_texts_go_on_in_the_next_line_and_ids_stay_whole() {
        let (id, words) = ("x".repeat(WRAP_CHARS + 8), "word ".repeat(20));
        assert_eq!(wrapped(&id), std::slice::from_ref(&id));
        let lines = wrapped(&format!("{words}{id}"));
        assert!(
            lines.len() == 3 && lines[0].chars().count() <= WRAP_CHARS && lines[2] == id,
            "{lines:?}"
        );
        let exact = format!("{} end", "y".repeat(WRAP_CHARS - 4));
        assert_eq!((wrapped(&exact).len(), wrapped(&format!("{exact}s")).len()), (1, 2));
    }

    #[test]
    fn csv_keeps_formulas_texts() {
        let mut t = Table::new("", &["a", "b"]);
        t.row(["=1+1", "x,\"y\""]);
        t.row(["-5", "-x"]);
        assert_eq!(
            text(&Answer::new(Value::Null).table(t), Format::Csv),
            "a,b\n'=1+1,\"x,\"\"y\"\"\"\n-5,'-x\n"
        );
    }

    #[test]
    fn thousands_stand_apart() {
        for (n, t) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), t);
        }
        assert_eq!(signed(-1_000), "-1,000");
    }
}
