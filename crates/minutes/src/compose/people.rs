//! Lines of attendance.

use super::Attendance;
use super::Right;

/// The people of a line, separated by semicolons, or by commas outside brackets.
pub(super) fn people(right: Right, category: &str, names: &str) -> Result<Vec<Attendance>, String> {
    split(names)?.into_iter().map(|one| person(right, category, &one)).collect()
}

/// Splits at semicolons and commas that are in no brackets.
fn split(names: &str) -> Result<Vec<String>, String> {
    let (mut out, mut depth) = (vec![String::new()], 0_u32);
    for c in names.chars() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth =
                    depth.checked_sub(1).ok_or("has a closing bracket without an opening one")?
            }
            ';' | ',' if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    if depth > 0 {
        return Err("has a bracket that is not closed".to_owned());
    }
    let out: Vec<String> =
        out.iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
    if out.is_empty() { Err("has no name".to_owned()) } else { Ok(out) }
}

fn person(right: Right, category: &str, written: &str) -> Result<Attendance, String> {
    let (name, inside) = match written.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim_end().trim_end_matches(')')),
        None => (written.trim(), ""),
    };
    if name.is_empty() {
        return Err(format!("has no name before {written:?}"));
    }
    let mut out = Attendance {
        right,
        category: category.to_owned(),
        name: name.to_owned(),
        organisation: String::new(),
        alternate: String::new(),
        part: String::new(),
    };
    for said in inside.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        let lower = said.to_lowercase();
        let field = if lower.starts_with("alternate") {
            &mut out.alternate
        } else if ["item", "part", "from", "until", "left"].iter().any(|w| lower.starts_with(w)) {
            &mut out.part
        } else {
            &mut out.organisation
        };
        if !field.is_empty() {
            return Err(format!("says two things of {name:?}: {field:?} and {said:?}"));
        }
        said.clone_into(field);
    }
    Ok(out)
}
