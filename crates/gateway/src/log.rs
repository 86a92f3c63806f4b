//! The log: each `tracing` event as one line, as JSON or as text. A thread of its own writes the lines, so that a slow
//! reader never delays a message; lines that it cannot keep up with are dropped and counted.
//!
//! An event has a field `event`, its stable name. Its time is that of the service's clock, or its field `at`.

mod line;

use crate::{clock::SharedClock, service::check_threads};
use line::Lines;
use northbound_types::{Utc, text_enum};
use std::{
    fmt,
    io::Write,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};
use tracing::{Dispatch, level_filters::LevelFilter};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt};

/// Lines that may wait to be written.
pub const WAITING_LINES: usize = 8_192;

text_enum! {
    /// The form of a line.
    #[derive(Default)]
    pub enum LogFormat("format of the log") {
        /// One JSON object.
        #[default]
        Json = "json",
        /// Text for people.
        Text = "text",
    }
}

/// What is logged: a level, or levels of modules, such as `info,northbound_gateway::ingress=debug`.
#[derive(Debug, Clone, PartialEq)]
pub struct LogFilter(Targets);

/// A filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part:?} is no log level: write off, error, warn, info, debug or trace, or a module and a level such as northbound_gateway::ingress=debug"
)]
pub struct LogFilterError {
    /// The part that cannot be read.
    part: String,
}

impl Default for LogFilter {
    fn default() -> LogFilter {
        LogFilter(Targets::new().with_default(LevelFilter::INFO))
    }
}

impl FromStr for LogFilter {
    type Err = LogFilterError;

    fn from_str(text: &str) -> Result<LogFilter, LogFilterError> {
        let mut targets = Targets::new();
        for part in text.split(',').map(str::trim) {
            let (target, level) = part.rsplit_once('=').unwrap_or(("", part));
            let wrong = || LogFilterError { part: part.to_owned() };
            if level.is_empty() || level.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong());
            }
            let level: LevelFilter = level.parse().map_err(|_| wrong())?;
            targets = if target.is_empty() {
                targets.with_default(level)
            } else {
                targets.with_target(target, level)
            };
        }
        Ok(LogFilter(targets))
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The thread that writes the lines. When this is dropped, the lines that wait are written.
#[must_use]
pub struct LogWriter(#[expect(dead_code, reason = "it acts when it is dropped")] WorkerGuard);

/// A log that is written to `out`, for `Setup::log`. Events have the time of `clock`.
///
/// # Errors
/// The machine starts no thread.
pub fn log_to(
    out: impl Write + Send + 'static,
    filter: &LogFilter,
    format: LogFormat,
    clock: SharedClock,
) -> crate::Result<(Dispatch, LogWriter)> {
    check_threads()?;
    let (out, writer) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .lossy(true)
        .thread_name("northbound-log")
        .finish(out);
    let lines = Lines::new(out, format, clock);
    let subscriber = tracing_subscriber::registry().with(filter.0.clone()).with(lines);
    Ok((Dispatch::new(subscriber), LogWriter(writer)))
}

/// Reference ids: the log has them, and so has the answer that a client gets.
#[derive(Debug)]
pub struct References {
    start: i64,
    next: AtomicU64,
}

impl References {
    /// Ids of a process that started at that time.
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
pub(crate) mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use serde_json::Value;
    use std::sync::{Arc, Mutex};
    use tracing::{debug, debug_span, dispatcher::with_default, info, warn};

    /// A file in memory.
    #[derive(Clone, Default)]
    pub(crate) struct Page(Arc<Mutex<Vec<u8>>>);
    impl Write for Page {
        fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(b)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl Page {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
        pub(crate) fn lines(&self) -> Vec<Value> {
            self.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
        }
    }

    fn logged(filter: &str, format: LogFormat, events: impl FnOnce()) -> Page {
        let page = Page::default();
        let filter = filter.parse().unwrap();
        let (log, writer) = log_to(page.clone(), &filter, format, SystemClock::shared()).unwrap();
        with_default(&log, events);
        drop(writer);
        page
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields() {
        let page = logged("info", LogFormat::Json, || {
            warn!(event = "x.y", at = %Utc(0), reference = "1-1", n = 3, none = None::<u64>);
            info!(event = "x.z", ok = true);
        });
        let lines = page.lines();
        let v = &lines[0];
        assert_eq!(
            (v["level"].as_str(), v["event"].as_str(), v["n"].as_i64(), v["at"].as_str()),
            (Some("warn"), Some("x.y"), Some(3), Some("1970-01-01T00:00:00Z"))
        );
        assert_eq!((v["reference"].as_str(), v.get("none")), (Some("1-1"), None));
        assert!(v.get("spans").is_none(), "{v}");
        let at: Utc = lines[1]["at"].as_str().unwrap().parse().unwrap();
        assert!(at > Utc(0) && lines[1]["ok"] == true, "{}", lines[1]);
    }

    #[test]
    fn a_line_within_spans_names_them_from_outside_in() {
        let events = || {
            let outer = debug_span!("request", path = "/a", request = tracing::field::Empty);
            let _outer = outer.enter();
            outer.record("request", "1:2:3");
            let _inner = debug_span!("inner").entered();
            info!(event = "x.y");
            debug!(event = "x.z", why = "two words");
        };
        let lines = logged("debug", LogFormat::Json, events).lines();
        let spans = serde_json::json!([
            {"span": "request", "path": "/a", "request": "1:2:3"},
            {"span": "inner"}
        ]);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|l| l["spans"] == spans), "{lines:?}");
        let text = logged("debug", LogFormat::Text, events).text();
        let last = text.lines().last().unwrap();
        let expected = "debug x.z why=\"two words\" request{path=/a request=1:2:3} inner{}";
        assert!(last.ends_with(expected), "{last}");
        // Without debug, spans are off, and so cost nothing.
        let lines = logged("info", LogFormat::Json, events).lines();
        assert!(lines.len() == 1 && lines[0].get("spans").is_none(), "{lines:?}");
    }

    #[test]
    fn a_filter_holds_a_level_for_all_and_for_modules() {
        let events = || {
            info!(event = "a");
            debug!(event = "b");
            debug!(target: "northbound_gateway::ingress", event = "c");
        };
        let names = |filter: &str| -> Vec<String> {
            let lines = logged(filter, LogFormat::Json, events).lines();
            lines.iter().map(|l| l["event"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("info"), ["a"]);
        assert_eq!(names("debug"), ["a", "b", "c"]);
        assert_eq!(names("warn,northbound_gateway::ingress=debug"), ["c"]);
        assert!(names("off").is_empty());
        for wrong in ["", "loud", "info,", "x=", "3", "northbound_gateway=loud"] {
            assert!(wrong.parse::<LogFilter>().is_err(), "{wrong}");
        }
    }

    /// Writes nothing until it is released.
    struct Stuck(std::sync::mpsc::Receiver<()>, Page);
    impl Write for Stuck {
        fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            self.1.write(b)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_is_slow_delays_nothing_and_lost_lines_are_counted() {
        let (release, stuck) = std::sync::mpsc::channel();
        let page = Page::default();
        let out = Stuck(stuck, page.clone());
        let (log, writer) =
            log_to(out, &LogFilter::default(), LogFormat::Json, SystemClock::shared()).unwrap();
        with_default(&log, || {
            // One line may be in the writer's hands.
            for n in 0..WAITING_LINES + 100 {
                info!(event = "x", n);
            }
            drop(release);
            while page.lines().len() < WAITING_LINES {
                std::thread::yield_now();
            }
            info!(event = "y");
        });
        drop(writer);
        let lines = page.lines();
        let lost = lines.iter().find(|l| l["event"] == "log.dropped").expect("it is reported");
        assert!((99..=100).contains(&lost["lines"].as_u64().unwrap()), "{lost}");
        assert_eq!(
            (lost["level"].as_str(), lines.last().unwrap()["event"].as_str()),
            (Some("warn"), Some("y"))
        );
    }

    #[test]
    fn references_differ() {
        let r = References::from(Utc(1_000_000));
        assert_eq!((r.next(), r.next()), ("3e8-1".to_owned(), "3e8-2".to_owned()));
    }
}
