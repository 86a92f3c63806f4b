//! One event as one line.

use super::LogFormat;
use crate::clock::SharedClock;
use serde_json::{Map, Value, json};
use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Writes a line for each event.
pub(super) struct Lines {
    out: NonBlocking,
    format: LogFormat,
    clock: SharedClock,
    /// Dropped lines that the log has reported.
    reported: AtomicUsize,
    /// Reports for which there was no space.
    lost_reports: AtomicUsize,
}

/// Fields of an event or a span, in the order in which they were recorded.
#[derive(Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Adds a field, or replaces its earlier value.
    fn set(&mut self, field: &Field, value: Value) {
        match self.0.iter_mut().find(|(name, _)| *name == field.name()) {
            Some((_, earlier)) => *earlier = value,
            None => self.0.push((field.name(), value)),
        }
    }

    /// Removes a field that is a text.
    fn take(&mut self, name: &str) -> Option<String> {
        let i = self.0.iter().position(|(n, v)| *n == name && v.is_string())?;
        match self.0.remove(i).1 {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, json!(value));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, json!(value));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, json!(value));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, json!(value));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, json!(value));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, json!(format!("{value:?}")));
    }
}

/// A line before it is written.
struct Line {
    at: String,
    level: &'static str,
    event: String,
    fields: Fields,
    /// Name and fields of each span around the event, the outermost first.
    spans: Vec<(&'static str, Vec<(&'static str, Value)>)>,
}

impl Line {
    fn json(self) -> String {
        let mut line = Map::new();
        line.insert("at".to_owned(), json!(self.at));
        line.insert("level".to_owned(), json!(self.level));
        line.insert("event".to_owned(), json!(self.event));
        line.extend(self.fields.0.into_iter().map(|(name, value)| (name.to_owned(), value)));
        if !self.spans.is_empty() {
            let spans = self.spans.into_iter().map(|(name, fields)| {
                let mut span = Map::from_iter([("span".to_owned(), json!(name))]);
                span.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
                Value::Object(span)
            });
            line.insert("spans".to_owned(), spans.collect());
        }
        Value::Object(line).to_string()
    }

    fn text(self) -> String {
        let mut line = format!("{} {:<5} {}", self.at, self.level, self.event);
        pairs(&mut line, " ", &self.fields.0);
        for (name, fields) in &self.spans {
            // Writing to a string does not fail.
            let _ = write!(line, " {name}{{");
            pairs(&mut line, "", fields);
            line.push('}');
        }
        line
    }
}

/// Writes `name=value` with spaces between; a text with anything but plain characters is quoted.
fn pairs(line: &mut String, first: &str, fields: &[(&str, Value)]) {
    let mut before = first;
    for (name, value) in fields {
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"={}".contains(c);
        let _ = match value {
            Value::String(t) if !t.is_empty() && t.chars().all(plain) => {
                write!(line, "{before}{name}={t}")
            }
            other => write!(line, "{before}{name}={other}"),
        };
        before = " ";
    }
}

fn level(of: &Level) -> &'static str {
    match *of {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

impl Lines {
    pub(super) fn new(out: NonBlocking, format: LogFormat, clock: SharedClock) -> Lines {
        Lines {
            out,
            format,
            clock,
            reported: AtomicUsize::new(0),
            lost_reports: AtomicUsize::new(0),
        }
    }

    fn write(&self, line: Line) {
        let mut text = match self.format {
            LogFormat::Json => line.json(),
            LogFormat::Text => line.text(),
        };
        text.push('\n');
        // A line for which there is no space is counted as dropped.
        let _ = self.out.clone().write_all(text.as_bytes());
    }

    /// Reports lines that were dropped since the last report, as soon as there is space for the report.
    fn report_dropped(&self) {
        let all = self.dropped();
        let dropped = all.saturating_sub(self.lost_reports.load(Relaxed));
        let reported = self.reported.load(Relaxed);
        if dropped <= reported {
            return;
        }
        self.write(Line {
            at: self.clock.wall().to_string(),
            level: level(&Level::WARN),
            event: "log.dropped".to_owned(),
            fields: Fields(vec![("lines", json!(dropped - reported))]),
            spans: Vec::new(),
        });
        if self.dropped() == all {
            self.reported.store(dropped, Relaxed);
        } else {
            // There was no space for the report itself, which is no line that anybody misses.
            self.lost_reports.fetch_add(1, Relaxed);
        }
    }

    fn dropped(&self) -> usize {
        self.out.error_counter().dropped_lines()
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        self.report_dropped();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let meta = event.metadata();
        let spans = ctx.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
        let spans = spans.map(|span| {
            let fields = span.extensions().get::<Fields>().map(|f| f.0.clone());
            (span.name(), fields.unwrap_or_default())
        });
        self.write(Line {
            at: fields.take("at").unwrap_or_else(|| self.clock.wall().to_string()),
            level: level(meta.level()),
            event: fields.take("event").unwrap_or_else(|| meta.target().to_owned()),
            spans: spans.collect(),
            fields,
        });
    }
}
