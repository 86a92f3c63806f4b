//! What differs between two states of a record, key by key.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One key whose value differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// JSON key of the record.
    pub key: String,
    /// The value before; null where there was none.
    pub before: Value,
    /// The value after; null where there is none.
    pub after: Value,
}

/// The keys that differ, by name. A missing record counts as one without keys.
#[must_use]
pub fn between(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let keys_of = |v: Option<&Value>| v.and_then(Value::as_object).cloned().unwrap_or_default();
    let (b, a) = (keys_of(before), keys_of(after));
    let mut keys: Vec<&String> = b.keys().chain(a.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|k| FieldChange {
            key: k.clone(),
            before: b.get(k).cloned().unwrap_or(Value::Null),
            after: a.get(k).cloned().unwrap_or(Value::Null),
        })
        .filter(|c| c.before != c.after)
        .collect()
}

/// In words, for a message.
#[must_use]
pub fn in_words(changes: &[FieldChange]) -> String {
    if changes.is_empty() {
        return "no key differs".to_owned();
    }
    changes
        .iter()
        .map(|c| format!("{} from {} to {}", c.key, c.before, c.after))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_named() {
        let d =
            between(Some(&json!({"a": 1, "b": 2, "c": 3})), Some(&json!({"a": 1, "b": 5, "d": 4})));
        assert_eq!(d.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(in_words(&d), "b from 2 to 5, c from 3 to null, d from null to 4");
        assert_eq!(in_words(&between(None, None)), "no key differs");
    }
}
