//! Assignments `KEY=VALUE` to a record. A value can be read as a text, as JSON (a number, a list,
//! true, null) or as a list with commas; the first reading that the record's own types accept counts.

use crate::error::{AppError, Result};
use northbound_registers::Record;
use serde_json::{Map, Value, json};

/// The record with these assignments made.
pub(super) fn assign<T: Record>(record: &T, assignments: &[String]) -> Result<T> {
    let Value::Object(mut body) = json!(record) else {
        return Err(AppError::internal("a record is not a JSON object"));
    };
    for s in assignments {
        let (key, text) =
            s.split_once('=').ok_or_else(|| AppError::usage(format!("{s:?} is not KEY=VALUE")))?;
        if !body.contains_key(key) {
            return Err(AppError::usage(format!(
                "a {} has no key {key:?}; it has {}",
                T::NOUN,
                body.keys().cloned().collect::<Vec<_>>().join(", ")
            )));
        }
        put::<T>(&mut body, key, text)?;
    }
    serde_json::from_value(Value::Object(body))
        .map_err(|e| AppError::input(format!("{}: {e}", T::NOUN)))
}

/// Sets `key` to the first reading of `text` that gives a valid record.
fn put<T: Record>(body: &mut Map<String, Value>, key: &str, text: &str) -> Result<()> {
    let list =
        || Value::Array(text.split(',').map(|p| Value::String(p.trim().to_owned())).collect());
    let was_list = body.get(key).is_some_and(Value::is_array);
    let mut readings: Vec<Value> = Vec::new();
    if text.is_empty() {
        readings.push(Value::Null);
        if was_list {
            readings.push(Value::Array(Vec::new()));
        }
    }
    if was_list {
        readings.extend(serde_json::from_str(text).ok());
        readings.push(list());
    }
    readings.push(Value::String(text.to_owned()));
    readings.extend(serde_json::from_str(text).ok());
    let mut why = String::new();
    for v in readings {
        let mut tried = body.clone();
        tried.insert(key.to_owned(), v.clone());
        match serde_json::from_value::<T>(Value::Object(tried)) {
            Ok(_) => {
                body.insert(key.to_owned(), v);
                return Ok(());
            }
            Err(e) => why = e.to_string(),
        }
    }
    Err(AppError::input(format!("{} {key}={text:?}: {why}", T::NOUN)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_registers::records::{
        data::feeds::{Expected, Feed},
        service::exceptions::AllowedException,
    };

    fn feed() -> Feed {
        Feed {
            id: "f".into(),
            title: "t".into(),
            provider: Some("P".into()),
            region: None,
            brings: vec!["messages".into()],
            measures: Vec::new(),
            rank: 1,
            calendar: Expected::Daily,
            days: Default::default(),
            from: "2026-04-01".parse().unwrap(),
            to: None,
            owner: "o".into(),
        }
    }

    #[test]
    fn a_value_takes_the_type_of_its_key() {
        let set = [
            "rank=7",
            "title=2020",
            "provider=",
            "region=north",
            "brings=tests,alerts",
            "to=2026-04-30",
        ]
        .map(str::to_owned);
        let f = assign(&feed(), &set).unwrap();
        assert_eq!(
            (f.rank, f.title.as_str(), f.provider, f.region.unwrap().as_str()),
            (7, "2020", None, "north")
        );
        assert_eq!(
            (f.brings.join("+"), f.to.unwrap().to_string()),
            ("tests+alerts".into(), "2026-04-30".into())
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        assert!(assign(&feed(), &["rank=many".into()]).unwrap_err().to_string().contains("rank"));
        assert!(
            assign(&feed(), &["colour=red".into()]).unwrap_err().to_string().contains("it has")
        );
        let e = AllowedException {
            measure: "M".into(),
            provider: "P".into(),
            region: "north".parse().unwrap(),
            period: "2026-04".parse().unwrap(),
            count: 5,
            met: 1,
            reason: "r".into(),
        };
        assert_eq!(assign(&e, &["count=6".into()]).unwrap().count, 6);
    }
}
