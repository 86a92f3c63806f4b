//! The messages behind a difference: where two sources hold identities, message is compared with message.

use super::{
    keys::key_of,
    sources::{LoadedSource, SourceReader},
};
use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_ingest::{self as reader, DropRejects, Mapping, Options};
use northbound_ledger::{
    RowSink, SinkError, drill,
    rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow},
};
use northbound_measures::reconcile::{
    Cause, Finding, Hint, Message, MessageTotals, Profile, ReconcileError, measured_hints,
    reconcile_messages,
};
use northbound_types::{Eui64, MessageId, RequestId, Utc};
use std::{collections::BTreeMap, path::Path};

/// The comparison of the messages of two sources.
#[derive(Debug, Clone)]
pub(super) struct PairFindings {
    pub(super) a: String,
    pub(super) b: String,
    pub(super) totals: MessageTotals,
    pub(super) findings: Vec<Finding>,
    pub(super) hints: Vec<Hint>,
}

/// A record of the ledger as the comparison takes it.
pub(super) fn message(m: &drill::Message) -> Result<Message> {
    let text = |k: &str| m.record.get(k).map_or("", String::as_str);
    let odd = |what: &str| {
        AppError::internal(format!(
            "a record of {} (row {}) has a {what} that cannot be read; run `northbound ledger check`",
            m.source_file, m.row
        ))
    };
    let time = |k: &str| text(k).parse::<Utc>().map_err(|_| odd(k));
    let eui = |k: &str| text(k).parse::<Eui64>().map_err(|_| odd(k));
    Ok(Message {
        id: MessageId {
            namespace: text("namespace").to_owned(),
            leg: text("leg").parse().map_err(|_| odd("leg"))?,
            instance: text("instance").parse().map_err(|_| odd("instance"))?,
            request: RequestId {
                originator: eui("originator")?,
                target: eui("target")?,
                counter: text("counter").parse().map_err(|_| odd("counter"))?,
            },
        },
        // `known` of a record is when its file was stated, often a month's end. What decides whether
        // another side can have it by its cut-off is when the message itself was.
        received: time("received")?,
        known: time("received")?,
        test_kind: text("test_kind").parse().map_err(|_| odd("test_kind"))?,
        generation: text("generation").parse().map_err(|_| odd("generation"))?,
        attributes: ATTRIBUTES.iter().map(|k| ((*k).to_owned(), text(k).to_owned())).collect(),
        place: format!("{} row {}", m.source_file, m.row),
    })
}

/// The attributes that are compared beside identity, time, test kind and generation.
const ATTRIBUTES: [&str; 5] = ["srv", "region", "mode", "state", "code"];

/// Collects messages in memory, up to the limit.
struct Collect {
    messages: Vec<Message>,
    file: String,
}
impl RowSink for Collect {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> std::result::Result<(), SinkError> {
        if self.messages.len() as u64 >= super::MAX_MESSAGES {
            return Err(format!(
                "the file holds more than {} messages; ingest it and compare ledger:feed=ID instead",
                super::MAX_MESSAGES
            )
            .into());
        }
        let values = [r.srv, r.region.as_str(), r.mode.as_str(), r.state.as_str(), r.code];
        self.messages.push(Message {
            id: MessageId {
                namespace: r.namespace.to_owned(),
                request: RequestId {
                    originator: r.originator,
                    target: r.target,
                    counter: r.counter,
                },
                leg: r.leg,
                instance: r.instance,
            },
            received: Utc(r.received),
            known: Utc(r.received),
            test_kind: r.test_kind,
            generation: r.generation,
            attributes: ATTRIBUTES
                .iter()
                .zip(values)
                .map(|(k, v)| ((*k).to_owned(), v.to_owned()))
                .collect(),
            place: format!("{} row {}", self.file, r.row),
        });
        Ok(())
    }
    fn alert(&mut self, _: &AlertRow<'_>) -> std::result::Result<(), SinkError> {
        Ok(())
    }
    fn payload(&mut self, _: &PayloadRow<'_>) -> std::result::Result<(), SinkError> {
        Ok(())
    }
    fn stated(&mut self, _: &StatedRow) -> std::result::Result<(), SinkError> {
        Ok(())
    }
}

/// Reads a file of messages without ingesting it.
pub(super) fn read_file(
    path: &Path,
    source_reader: &mut SourceReader<'_>,
) -> Result<(Vec<Message>, Vec<String>)> {
    let ctx: &Context = source_reader.ctx;
    let mut options = Options::new(ctx.now);
    options.memory = ctx.memory;
    options.mapping = source_reader.request.map.as_deref().map(Mapping::load).transpose()?;
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut sink = Collect { messages: Vec::new(), file: file.clone() };
    let progress = &mut *source_reader.progress;
    let summary =
        reader::messages(&[path.to_owned()], &options, &mut sink, &mut DropRejects, &mut |p| {
            progress.tell(&format!("reading {}", p.file), p.done, p.total)
        })?;
    let mut notes = Vec::new();
    if summary.rejected() > 0 {
        notes.push(format!("{file}: {} of {} rows could not be read and are ignored; `northbound ingest messages --dry-run` shows why", summary.rejected(), summary.read()));
    }
    Ok((sink.messages, notes))
}

/// Compares every pair of sources that both hold identities.
pub(super) fn compare(loaded: &[LoadedSource], keys: &[String]) -> Result<Vec<PairFindings>> {
    let mut order: Vec<&LoadedSource> = loaded.iter().collect();
    order.sort_by(|x, y| (x.source.rank, &x.source.name).cmp(&(y.source.rank, &y.source.name)));
    let mut out = Vec::new();
    for (i, a) in order.iter().enumerate() {
        for b in &order[i + 1..] {
            let (Some(left), Some(right)) = (&a.messages, &b.messages) else { continue };
            out.push(pair(a, left, b, right, keys)?);
        }
    }
    Ok(out)
}

fn pair(
    a: &LoadedSource,
    left: &[Message],
    b: &LoadedSource,
    right: &[Message],
    keys: &[String],
) -> Result<PairFindings> {
    let mut findings = Vec::new();
    let profiles: (&Profile, &Profile) = (&a.profile, &b.profile);
    let each = |m: &Message| Ok::<Message, ReconcileError>(m.clone());
    let totals =
        reconcile_messages(left.iter().map(each), right.iter().map(each), profiles, &mut |f| {
            findings.push(f)
        })?;
    let hints =
        measured_hints(&findings, &a.source.name, &b.source.name, |m| key_of(keys, m, 0).ok());
    Ok(PairFindings { a: a.source.name.clone(), b: b.source.name.clone(), totals, findings, hints })
}

/// Where the messages of a source end before those that it lacks: that may be a cut-off that the request
/// does not state.
pub(super) fn cut_off_notes(loaded: &[LoadedSource], found: &[PairFindings]) -> Vec<String> {
    let mut notes = Vec::new();
    for f in found {
        for (name, on_a) in [(&f.a, true), (&f.b, false)] {
            let Some(side) =
                loaded.iter().find(|l| l.source.name == *name && l.source.notes.cut_off.is_none())
            else {
                continue;
            };
            let Some(last) = side.messages.iter().flatten().map(|m| m.received).max() else {
                continue;
            };
            let lacks = |x: &&Finding| if on_a { x.a.is_none() } else { x.b.is_none() };
            let later = f
                .findings
                .iter()
                .filter(lacks)
                .filter(|x| x.a.as_ref().or(x.b.as_ref()).is_some_and(|m| m.received > last))
                .count();
            if later > 0 {
                notes.push(format!("{name}: its last message was received at {last}, and {later} of the messages missing in it are later. If that was its cut-off, give --cut-off {name}={last}"));
            }
        }
    }
    notes
}

/// Findings by cause.
pub(super) fn by_cause(findings: &[Finding]) -> BTreeMap<Cause, u64> {
    let mut n = BTreeMap::new();
    for f in findings {
        *n.entry(f.cause).or_default() += 1;
    }
    n
}
