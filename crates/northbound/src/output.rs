//! Prints the answer of a use-case as tables, CSV or JSON. Results go to standard
//! output, everything else to standard error.

use crate::error::{CliError, Exit, Result};
pub(crate) use northbound_app::answer::{Answer, Table, count};
use northbound_types::printable;
use std::io::{self, Write};

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned tables.
    Table,
    /// One JSON document with documented keys.
    Json,
    /// The first table of the result.
    Csv,
}

/// Longer cells wrap between words; an id has no spaces, so it stays whole.
const WRAP_CHARS: usize = 72;

fn print_table(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    if !table.title.is_empty() {
        writeln!(to, "{}", table.title)?;
    }
    let heads: Vec<&str> = table.columns.iter().map(|c| c.strip_prefix('>').unwrap_or(c)).collect();
    let width = |t: &str| t.chars().count();
    let rows: Vec<Vec<Vec<String>>> = table
        .rows
        .iter()
        .map(|r| r.iter().map(|c| wrapped(&printable::one_line(c))).collect())
        .collect();
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
            if table.columns.get(i).is_some_and(|c| c.starts_with('>')) {
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

fn print_csv(table: &Table, to: &mut dyn Write) -> io::Result<()> {
    let heads: Vec<&str> = table.columns.iter().map(|c| c.strip_prefix('>').unwrap_or(c)).collect();
    writeln!(to, "{}", heads.iter().map(|h| field(h)).collect::<Vec<_>>().join(","))?;
    for r in &table.rows {
        writeln!(to, "{}", r.iter().map(|c| field(c)).collect::<Vec<_>>().join(","))?;
    }
    Ok(())
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

/// A CSV field; text that a spreadsheet would run as a formula is marked as text.
fn field(text: &str) -> String {
    let text = printable::visible(&printable::cell(text)).into_owned();
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Prints to standard output. A reader that closed the pipe is not an error.
pub(crate) fn print(answer: &Answer, format: Format) -> Result<Exit> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write_answer(answer, format, &mut out).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
        Err(e) => {
            return Err(CliError::internal(format!("cannot write to standard output: {e}")));
        }
    }
    Ok(if answer.found { Exit::Found } else { Exit::Ok })
}

/// Writes the answer.
pub(crate) fn write_answer(answer: &Answer, format: Format, to: &mut dyn Write) -> io::Result<()> {
    if let Some(raw) = &answer.raw {
        return to.write_all(raw.as_bytes());
    }
    match format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&answer.json)?;
            writeln!(to, "{}", printable::json(&text))
        }
        Format::Csv => answer.tables.first().map_or(Ok(()), |t| print_csv(t, to)),
        Format::Table => {
            for line in &answer.said {
                writeln!(to, "{}", printable::visible(line))?;
            }
            for (i, t) in answer.tables.iter().enumerate() {
                if i > 0 || !answer.said.is_empty() {
                    writeln!(to)?;
                }
                if t.rows.is_empty() {
                    writeln!(
                        to,
                        "{}nothing",
                        if t.title.is_empty() { String::new() } else { format!("{}: ", t.title) }
                    )?;
                } else {
                    print_table(t, to)?;
                }
            }
            if !answer.next.is_empty() && !(answer.tables.is_empty() && answer.said.is_empty()) {
                writeln!(to)?;
            }
            for line in &answer.next {
                writeln!(to, "{}", printable::visible(line))?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn text(a: &Answer, f: Format) -> String {
        let mut out = Vec::new();
        write_answer(a, f, &mut out).unwrap();
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
    fn hidden_characters_are_escapes_in_every_format() {
        let name = "a\u{202E}\u{1b}[2Jb";
        let mut t = Table::new("", &["name"]);
        t.row([name]);
        let a = Answer::new(serde_json::json!({ "name": name })).table(t).say(name).then(name);
        for format in [Format::Table, Format::Csv, Format::Json] {
            let printed = text(&a, format);
            assert!(printed.chars().all(|c| c == '\n' || !printable::is_hidden(c)), "{printed:?}");
        }
        let json: Value = serde_json::from_str(&text(&a, Format::Json)).unwrap();
        assert_eq!(json["name"], name);
    }

    #[test]
    fn csv_keeps_formulas_texts() {
        let mut t = Table::new("", &["a", "b"]);
        t.row(["=1+1", "x,\"y\""]);
        t.row(["-5", "-x"]);
        t.row(["-1.5", "a\u{202E}b"]);
        assert_eq!(
            text(&Answer::new(Value::Null).table(t), Format::Csv),
            "a,b\n'=1+1,\"x,\"\"y\"\"\"\n-5,'-x\n-1.5,a\\u{202E}b\n"
        );
    }
}
