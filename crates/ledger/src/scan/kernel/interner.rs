//! Texts as small numbers, for the length of a scan.

use hashbrown::HashMap;
use std::sync::Arc;

/// Gives every text one shared copy.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    known: HashMap<Arc<str>, ()>,
}

impl Interner {
    pub(crate) fn get(&mut self, text: &str) -> Arc<str> {
        if let Some((k, ())) = self.known.get_key_value(text) {
            return k.clone();
        }
        let a: Arc<str> = Arc::from(text);
        self.known.insert(a.clone(), ());
        a
    }
}

/// A user as it prints in the `daily` table: sixteen hexadecimal digits in pairs.
pub(crate) fn user_text(bits: i64) -> String {
    northbound_types::Eui64::from_i64(bits).to_string()
}
