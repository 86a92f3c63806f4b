//! All lines of notes.

use super::{
    About, Composed, Entry, Item, MAX_BYTES,
    line::{Line, canonical, line},
};
use crate::MinutesError;

/// Reads notes. New actions without an id are numbered in order; numbers in `taken` (ids of actions that
/// the meeting has already) and numbers that are written are passed over.
///
/// # Errors
/// [`MinutesError::Notes`] with the line and what is expected; [`MinutesError::Unreadable`] above
/// [`MAX_BYTES`].
pub fn read(
    text: &str,
    name: &str,
    about: &About,
    taken: &[String],
) -> Result<Composed, MinutesError> {
    if text.len() > MAX_BYTES {
        return Err(MinutesError::Unreadable {
            file: name.to_owned(),
            why: format!("has {} bytes, at most {MAX_BYTES}; split the notes", text.len()),
        });
    }
    let refuse =
        |line: usize, why: String| MinutesError::Notes { file: name.to_owned(), line, why };
    let mut out = Composed { about: about.clone(), attendance: Vec::new(), items: Vec::new() };
    let mut written: Vec<(String, usize)> = Vec::new();
    for (n, text) in corrected(text).map_err(|(n, why)| refuse(n, why))? {
        match line(&text, about.date).map_err(|why| refuse(n, why))? {
            Line::Topic(title) => out.items.push(Item { title, entries: Vec::new() }),
            Line::People(people) => out.attendance.extend(people),
            Line::Entry(entry) => {
                if let Entry::Action { id, .. } = &entry
                    && !id.is_empty()
                {
                    own_and_new(id, &about.meeting, taken, &written).map_err(|w| refuse(n, w))?;
                    written.push((id.clone(), n));
                }
                match out.items.last_mut() {
                    Some(item) => item.entries.push(entry),
                    None => out.items.push(Item { title: String::new(), entries: vec![entry] }),
                }
            }
        }
    }
    number(&mut out, taken, &written);
    Ok(out)
}

/// A written id belongs to this meeting and is used once.
fn own_and_new(
    id: &str,
    meeting: &str,
    taken: &[String],
    written: &[(String, usize)],
) -> Result<(), String> {
    if id.split_once('/').is_some_and(|(m, _)| m != meeting.to_lowercase()) {
        return Err(format!(
            "{id} is no id of meeting {meeting}; write `UPDATE {id}: text` for an action of another \
             meeting"
        ));
    }
    if let Some((_, line)) = written.iter().find(|w| w.0 == id) {
        return Err(format!("{id} is already on line {line}; expected another number"));
    }
    if taken.iter().any(|t| canonical(t) == id) {
        return Err(format!("the meeting has an action {id} already; expected another number"));
    }
    Ok(())
}

/// Gives each action without an id the next number.
fn number(out: &mut Composed, taken: &[String], written: &[(String, usize)]) {
    let meeting = out.about.meeting.to_lowercase();
    let mut next = 1_u32;
    for entry in out.items.iter_mut().flat_map(|i| &mut i.entries) {
        let Entry::Action { id, .. } = entry else { continue };
        while id.is_empty() {
            let candidate = format!("{meeting}/{next:02}");
            next += 1;
            let used = written.iter().any(|w| w.0 == candidate)
                || taken.iter().any(|t| canonical(t) == candidate);
            if !used {
                *id = candidate;
            }
        }
    }
}

/// The lines that say something, with their numbers, after corrections (`s/old/new/`).
fn corrected(text: &str) -> Result<Vec<(usize, String)>, (usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    for (n, text) in text.lines().enumerate().map(|(n, t)| (n + 1, t.trim())) {
        let text = text.trim_start_matches('\u{feff}');
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let Some(parts) = text.strip_prefix("s/").map(slashed) else {
            out.push((n, text.to_owned()));
            continue;
        };
        let [old, new, end] = parts.as_slice() else {
            return Err((
                n,
                "a correction is `s/old/new/`; write a slash in it as `\\/`".to_owned(),
            ));
        };
        if old.is_empty() || !end.is_empty() {
            return Err((n, "a correction is `s/old/new/`, with words in `old`".to_owned()));
        }
        let Some((line, last)) = out.last_mut() else {
            return Err((n, "there is no line before it to correct".to_owned()));
        };
        if !last.contains(old.as_str()) {
            return Err((n, format!("line {line} does not have {old:?}: {last:?}")));
        }
        *last = last.replacen(old.as_str(), new, 1);
    }
    Ok(out)
}

/// Splits at slashes; `\/` is a slash in the text.
fn slashed(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = match c {
            '\\' if chars.peek() == Some(&'/') => chars.next().unwrap_or('/'),
            '/' => {
                out.push(String::new());
                continue;
            }
            c => c,
        };
        if let Some(last) = out.last_mut() {
            last.push(next);
        }
    }
    out
}
