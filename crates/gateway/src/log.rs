//! The log: one JSON object a line, written by a thread of its own so that a slow reader never
//! holds up a message. What cannot be kept up with is counted and said.

use northbound_types::{Utc, text_enum};
use serde_json::{Map, Value, json};
use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// Lines that may wait to be written.
pub const WAITING_LINES: usize = 8_192;

text_enum! {
    /// How much a line matters.
    pub enum Level("level of a log line") {
        /// Somebody should act.
        Error = "error",
        /// Somebody should know.
        Warn = "warn",
        /// For the record.
        Info = "info",
    }
}

/// The log. Clones write to the same place.
#[derive(Clone)]
pub struct Log {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    /// Writes to `out`. The thread ends when the last clone is gone.
    #[must_use]
    pub fn to(mut out: Box<dyn Write + Send>) -> (Log, JoinHandle<()>) {
        let (lines, waiting) = sync_channel::<String>(WAITING_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&dropped);
        let writer = std::thread::spawn(move || {
            for line in waiting {
                let lost = count.swap(0, Ordering::Relaxed);
                // A log that cannot be written to has nobody to be told.
                if lost > 0 {
                    let _ = writeln!(
                        out,
                        "{}",
                        json!({"level": "warn", "event": "log.dropped", "lines": lost})
                    );
                }
                let _ = writeln!(out, "{line}");
                let _ = out.flush();
            }
        });
        (Log { lines, dropped }, writer)
    }

    /// Writes a line: `fields` is a JSON object whose keys stand beside time, level and event.
    pub fn say(&self, at: Utc, level: Level, event: &str, fields: Value) {
        let mut line = Map::new();
        line.insert("at".to_owned(), json!(at.to_string()));
        line.insert("level".to_owned(), json!(level.as_str()));
        line.insert("event".to_owned(), json!(event));
        if let Value::Object(more) = fields {
            line.extend(more);
        }
        if self.lines.try_send(Value::Object(line).to_string()).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Reference ids: they stand in the log and in what the client is told.
#[derive(Debug)]
pub struct References {
    start: i64,
    next: AtomicU64,
}

impl References {
    /// Ids of a process that began at that time.
    #[must_use]
    pub fn from(start: Utc) -> References {
        References { start: start.0, next: AtomicU64::new(1) }
    }
    /// The next id, unique over restarts.
    pub fn next(&self) -> String {
        format!("{:x}-{:x}", self.start / 1_000, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);
    impl Write for Page {
        fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(b)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields() {
        let page = Page::default();
        let (log, writer) = Log::to(Box::new(page.clone()));
        log.say(Utc(0), Level::Warn, "x.y", json!({"reference": "1-1", "n": 3}));
        drop(log);
        writer.join().unwrap();
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        let v: Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(
            (v["level"].as_str(), v["event"].as_str(), v["n"].as_i64(), v["at"].as_str()),
            (Some("warn"), Some("x.y"), Some(3), Some("1970-01-01T00:00:00Z"))
        );
    }

    #[test]
    fn references_differ() {
        let r = References::from(Utc(1_000_000));
        assert_eq!((r.next(), r.next()), ("3e8-1".to_owned(), "3e8-2".to_owned()));
    }
}
