//! The tables of an answer: a list of them, and one of them.

use crate::{
    csv::{Kind, kinds},
    error::TerminalError,
};
use northbound_app::{Answer, Table};
use serde_json::{Value, json};

/// The name of a table without a title.
const UNTITLED: &str = "answer";

/// A list of the answer's tables in place of the answer, each with its columns as CSV.
#[must_use]
pub fn listed(answer: &Answer) -> Answer {
    let mut t = Table::new("", &[">number", "name", ">rows", "columns"]);
    let mut all: Vec<Value> = Vec::new();
    for (n, (table, name)) in answer.tables.iter().zip(names(answer)).enumerate() {
        let columns = kinds(table);
        let words: Vec<&str> = columns.iter().map(|(c, _)| c.as_str()).collect();
        t.row([(n + 1).to_string(), name.clone(), table.rows.len().to_string(), words.join(" ")]);
        let column = |(name, kind): &(String, Kind)| json!({"name": name, "is": kind.word()});
        all.push(json!({
            "number": n + 1, "name": name, "title": table.title, "rows": table.rows.len(),
            "columns": columns.iter().map(column).collect::<Vec<_>>(),
        }));
    }
    Answer { found: answer.found, ..Answer::new(json!({"tables": all})).table(t) }
}

/// The answer with one of its tables alone, by number from 1 on, or by name whatever its case.
///
/// # Errors
/// [`TerminalError::NoTable`] with the names that there are.
pub fn one(mut answer: Answer, wanted: &str) -> Result<Answer, TerminalError> {
    let names = names(&answer);
    let number = wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let slug = name(wanted);
    let found = match number {
        Some(n) if n < names.len() => Some(n),
        _ => names.iter().position(|n| *n == slug),
    };
    let Some(n) = found else {
        let list: Vec<String> =
            names.iter().enumerate().map(|(n, name)| format!("{} {name}", n + 1)).collect();
        let known = if list.is_empty() {
            "it has none".to_owned()
        } else {
            format!("it has {}", list.join(", "))
        };
        return Err(TerminalError::NoTable { wanted: wanted.to_owned(), known });
    };
    let table = answer.tables.swap_remove(n);
    Ok(Answer { tables: vec![table], said: Vec::new(), next: Vec::new(), ..answer })
}

/// Unique names: the titles for machines.
fn names(answer: &Answer) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for t in &answer.tables {
        let plain = name(&t.title);
        let mut unique = plain.clone();
        let mut n = 1;
        while all.contains(&unique) {
            n += 1;
            unique = format!("{plain}-{n}");
        }
        all.push(unique);
    }
    all
}

/// `Files of its messages` is `files-of-its-messages`.
fn name(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { UNTITLED.to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let mut t = Table::new("Left out, by reason", &["why", ">count"]);
        t.row(["late", "1,000"]);
        let second = t.clone();
        Answer::new(json!({})).say("done").table(Table::new("", &["a"])).table(t).table(second)
    }

    #[test]
    fn tables_are_found_by_number_and_by_name() {
        for wanted in ["2", "left-out-by-reason", "Left out, by reason", "LEFT-OUT-BY-REASON"] {
            let a = one(answer(), wanted).unwrap();
            assert_eq!((a.tables.len(), a.tables[0].rows.len(), a.said.len()), (1, 1, 0));
        }
        assert!(one(answer(), "answer").unwrap().tables[0].rows.is_empty());
        for wanted in ["0", "4", "none"] {
            let e = one(answer(), wanted).unwrap_err().to_string();
            assert!(e.contains("3 left-out-by-reason-2"), "{e}");
        }
        assert!(one(Answer::default(), "1").unwrap_err().to_string().contains("it has none"));
    }

    #[test]
    fn the_list_says_what_the_columns_are() {
        let list = listed(&answer());
        assert_eq!(list.json["tables"][1]["name"], "left-out-by-reason");
        assert_eq!(list.json["tables"][1]["columns"][1], json!({"name": "count", "is": "number"}));
        assert_eq!(list.tables[0].rows[2], ["3", "left-out-by-reason-2", "1", "why count"]);
    }
}
