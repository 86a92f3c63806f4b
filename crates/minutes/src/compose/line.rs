//! One line of notes.

use super::Right;
use super::{Attendance, Entry, Target, date, people};
use northbound_types::Day;

/// What a line is.
pub(super) enum Line {
    /// The next agenda item.
    Topic(String),
    /// Attendance.
    People(Vec<Attendance>),
    /// Everything else; an action's id is empty where none is written.
    Entry(Entry),
}

const VERBS: [(&str, &str); 10] = [
    ("agreed", "agreed"),
    ("agree", "agreed"),
    ("noted", "noted"),
    ("note", "noted"),
    ("recommended", "recommended"),
    ("recommend", "recommended"),
    ("approved", "approved"),
    ("approve", "approved"),
    ("rejected", "rejected"),
    ("reject", "rejected"),
];

/// Reads a line; `from` is the day of the meeting. The error says what is expected.
pub(super) fn line(text: &str, from: Day) -> Result<Line, String> {
    let first = text.split([' ', ':']).next().unwrap_or_default();
    let rest = text.get(first.len()..).unwrap_or_default();
    let (head, body) = match rest.split_once(':') {
        Some((head, body)) => (Some(head.trim()), body.trim()),
        None => (None, ""),
    };
    // `Action points of DCC: x` is a sentence; what follows a keyword is a name or an id. In capitals a
    // keyword is always one.
    let capitals = !first.chars().any(char::is_lowercase);
    if !capitals && head.is_some_and(|h| h.starts_with(char::is_lowercase)) {
        return Ok(discussion(text));
    }
    let entry = match first.to_lowercase().as_str() {
        "topic" if head == Some("") => {
            return filled(body, "Topic: title").map(|t| Line::Topic(t.to_owned()));
        }
        "present" => return attendance(Right::Member, head, body, text),
        "participants" => return attendance(Right::Participant, head, body, text),
        "apologies" => return attendance(Right::Apology, head, body, text),
        "note" if head == Some("") => {
            filled(body, "NOTE: text").map(|t| Entry::Note { text: t.to_owned() })
        }
        "action" => action(head, body, from),
        "update" => update(head, body),
        "decision" => decision(head, body),
        _ => return Ok(discussion(text)),
    };
    match entry {
        Ok(entry) => Ok(Line::Entry(entry)),
        // `Action is needed on this` is a sentence, `ACTION DCC` without a colon is a slip.
        Err(_) if head.is_none() && !capitals => Ok(discussion(text)),
        Err(why) => Err(why),
    }
}

fn discussion(text: &str) -> Line {
    Line::Entry(Entry::Discussion { text: text.to_owned() })
}

fn filled<'a>(text: &'a str, expected: &str) -> Result<&'a str, String> {
    if text.is_empty() {
        return Err(format!("there is nothing after the colon; expected `{expected}`"));
    }
    Ok(text)
}

fn attendance(right: Right, head: Option<&str>, body: &str, text: &str) -> Result<Line, String> {
    let Some(category) = head else { return Ok(discussion(text)) };
    people::people(right, category, body).map(Line::People).map_err(|why| {
        format!("{why}; expected `Present [category]: name (organisation, alternate for …, items …); name …`")
    })
}

/// An id of an action: meeting, slash, number.
pub(super) fn is_id(text: &str) -> bool {
    text.split_once('/').is_some_and(|(meeting, number)| {
        let digits = meeting.trim_end_matches(['x', 'X']);
        let whole = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        whole(digits) && whole(number)
    })
}

/// One spelling of an id: lower case, the number with at least two digits.
pub(super) fn canonical(id: &str) -> String {
    let lower = id.to_lowercase();
    match lower.split_once('/') {
        Some((meeting, number)) => {
            format!("{meeting}/{:0>2}", number.trim_start_matches('0'))
        }
        None => lower,
    }
}

fn action(head: Option<&str>, text: &str, from: Day) -> Result<Entry, String> {
    const EXPECTED: &str = "ACTION [id] owner [by date]: text";
    let head = head.ok_or_else(|| format!("no colon; expected `{EXPECTED}`"))?;
    let (id, rest) = match head.split_once(' ') {
        Some((id, rest)) if is_id(id) => (canonical(id), rest.trim()),
        _ => (String::new(), head),
    };
    let (owner, target) = match rest.rsplit_once(" by ") {
        Some((owner, when)) => (owner.trim(), target(when.trim(), from)?),
        None => (rest, Target::None),
    };
    if owner.is_empty() || is_id(owner) || owner.starts_with("by ") {
        return Err(format!("no owner; expected `{EXPECTED}`"));
    }
    let text = filled(text, EXPECTED)?.to_owned();
    Ok(Entry::Action { id, owner: owner.to_owned(), target, text })
}

fn target(when: &str, from: Day) -> Result<Target, String> {
    if when.to_lowercase().contains("meeting") {
        return Ok(Target::Implied { words: when.to_owned() });
    }
    let day = date::day(when, from).ok_or_else(|| {
        format!(
            "{when:?} is no date; expected a day such as `9 July`, `9 July 2026`, `09/07/2026` or \
             `2026-07-09`, or `next meeting`"
        )
    })?;
    if day < from {
        return Err(format!(
            "{when:?} is {day}, before the meeting on {from}; expected a day on or after it"
        ));
    }
    Ok(Target::Day { day })
}

fn update(head: Option<&str>, text: &str) -> Result<Entry, String> {
    const EXPECTED: &str = "UPDATE id: text";
    let id = head.filter(|h| is_id(h)).ok_or_else(|| {
        format!("no id of an action, such as 29xx/03, before a colon; expected `{EXPECTED}`")
    })?;
    Ok(Entry::Update { id: canonical(id), text: filled(text, EXPECTED)?.to_owned() })
}

fn decision(head: Option<&str>, text: &str) -> Result<Entry, String> {
    const EXPECTED: &str = "DECISION body verb [to whom]: text";
    let head = head.ok_or_else(|| format!("no colon; expected `{EXPECTED}`"))?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let verb = |word: &str| VERBS.iter().find(|v| v.0 == word.to_lowercase()).map(|v| v.1);
    let Some((at, verb)) = words.iter().enumerate().find_map(|(n, w)| Some((n, verb(w)?))) else {
        return Err(format!(
            "no verb (agreed, noted, recommended, approved, rejected) before the colon; expected \
             `{EXPECTED}`"
        ));
    };
    if at == 0 {
        return Err(format!("no body before {verb:?}; expected `{EXPECTED}`"));
    }
    let to = match &words[at + 1..] {
        [] => String::new(),
        [to, whom @ ..] if to.eq_ignore_ascii_case("to") && !whom.is_empty() => whom.join(" "),
        other => {
            return Err(format!(
                "{:?} after the verb is not read; expected `{EXPECTED}`",
                other.join(" ")
            ));
        }
    };
    let text = filled(text, EXPECTED)?.to_owned();
    Ok(Entry::Decision { body: words[..at].join(" "), verb: verb.to_owned(), to, text })
}
