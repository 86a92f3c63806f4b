//! An archive's messages put together: exchanges, runs of schedules, alerts, firmware payloads.

use super::archive::{Entry, Item, ReadOptions, ReadSummary, Reject, read_archive};
use super::exchange::{Correlated, Group, Run, correlate};
use super::inventory::{DeviceInfo, Inventory};
use super::outcome::{AssembleOptions, outcome};
use super::record::{
    AnswerContent, Answered, Asked, Note, Noted, Print, Raised, Record, RecordContent, TimeBasis,
    records,
};
use super::spill::{PARTS, RECORDS_BETWEEN, Spill};
use super::{ArchiveError, alerts};
use northbound_duis::Services;
use northbound_ledger::RowSink;
use northbound_ledger::rows::{ExchangeRow, PayloadRow};
use northbound_types::{
    Eui64, Generation, Kind, Leg, Mode, Region, RequestId, RequestState, TestKind, Utc,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An answer whose request is not in the archive (or has its answer already).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The request that it names.
    pub request: Option<RequestId>,
    /// Its own id.
    pub response: Option<RequestId>,
    /// Response code.
    pub code: String,
    /// Service Reference Variant, empty where not given.
    pub srv: String,
    /// ResponseDateTime.
    pub at: Utc,
    /// Number of the message in the archive, from 1.
    pub place: i64,
}

/// Takes what is not a row: nothing of an archive is lost in silence.
pub trait ArchiveSink: RowSink {
    /// Something that was not read.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn reject(&mut self, reject: &Reject) -> Result<(), northbound_ledger::SinkError>;
    /// An answer without its request.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn orphan(&mut self, orphan: &Orphan) -> Result<(), northbound_ledger::SinkError>;
}

/// What became of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// What was read.
    pub read: ReadSummary,
    /// Messages with the content of an earlier one (signatures aside): counted once.
    pub repeats: u64,
    /// Messages of the service without any id: rejected.
    pub without_id: u64,
    /// Requests that nothing dates (no time of the file, no answer, no clock in the counter):
    /// rejected.
    pub undated: u64,
    /// Rows by kind.
    pub requests: u64,
    /// Runs of schedules.
    pub runs: u64,
    /// Alerts, those that close future-dated requests among them.
    pub alerts: u64,
    /// Alerts that close future-dated requests.
    pub closing: u64,
    /// Firmware payloads.
    pub payloads: u64,
    /// Answers without a request.
    pub orphans: u64,
    /// Requests by state.
    pub states: BTreeMap<RequestState, u64>,
    /// Requests by where their time comes from.
    pub time_basis: BTreeMap<TimeBasis, u64>,
    /// Rows with a device whose region is unknown.
    pub unknown_region: u64,
    /// Alerts with a ThrottledAlertCount.
    pub throttled_copies: u64,
    /// The earliest and latest time that the archive states.
    pub span: Option<(Utc, Utc)>,
}

impl Summary {
    fn states_time(&mut self, at: i64) {
        let at = Utc(at);
        let (from, to) = self.span.unwrap_or((at, at));
        self.span = Some((from.min(at), to.max(at)));
    }
}

/// Reads an archive and hands its rows to `sink`: requests with their legs, acknowledgements and
/// answers, runs of schedules, alerts, firmware payloads, rejects and orphans. The same messages
/// give the same rows in the same order from any container, if a tar's files stand in order of
/// their names.
///
/// Memory: `memory_bytes` of records (about 320 bytes a message and 8 a device of a list), one
/// file of the archive, and then one of 128 parts at a time; what is more waits in temporary files
/// that are removed at the end. The Users' EUIs (a few) are held throughout.
///
/// # Errors
/// When the archive cannot be read, temporary files fail, or `sink` refuses.
pub fn assemble(
    path: &Path,
    reading: &ReadOptions,
    services: &Services,
    inventory: &Inventory,
    options: &AssembleOptions,
    sink: &mut dyn ArchiveSink,
) -> Result<Summary, ArchiveError> {
    let mut summary = Summary::default();
    let mut spill = Spill::new(options.memory_bytes, &options.temporary);
    let mut users = BTreeSet::new();
    let mut place = 0;
    let read = read_archive(path, reading, services, &mut |item| match item {
        Item::Reject(reject) => sink.reject(&reject).map_err(ArchiveError::Sink),
        Item::Message(entry) => {
            place += 1;
            let found = records(&entry, place);
            if found.is_empty() {
                summary.without_id += 1;
                return sink.reject(&without_id(&entry)).map_err(ArchiveError::Sink);
            }
            for record in found {
                match &record.what {
                    RecordContent::Asked(a) => {
                        users.insert(a.id.originator);
                    }
                    RecordContent::Answered(a) => summary.states_time(a.at),
                    RecordContent::Raised(a) => summary.states_time(a.at),
                    RecordContent::Noted(_) => {}
                }
                spill.push(record)?;
            }
            Ok(())
        }
    })?;
    summary.read = read;
    let mut writer = Writer { services, inventory, options, users: &users, sink, summary };
    for part in 0..PARTS {
        let records = spill.take(part, &mut || checked(path, reading))?;
        writer.part(records, &mut || checked(path, reading))?;
    }
    Ok(writer.summary)
}

/// All records of one RequestID are put together at once, so memory is looked at while they are.
fn checked(path: &Path, reading: &ReadOptions) -> Result<(), ArchiveError> {
    reading.memory.check().map_err(|source| ArchiveError::Memory { path: path.to_owned(), source })
}

fn without_id(entry: &Entry<'_>) -> Reject {
    Reject {
        name: entry.name.to_owned(),
        offset: entry.offset,
        code: "without-id".into(),
        reason: "neither RequestID nor ResponseID: it cannot be distinguished from other messages"
            .into(),
    }
}

struct Writer<'a> {
    services: &'a Services,
    inventory: &'a Inventory,
    options: &'a AssembleOptions,
    users: &'a BTreeSet<Eui64>,
    sink: &'a mut dyn ArchiveSink,
    summary: Summary,
}

/// What a row says of a device.
struct About<'a> {
    region: Region,
    provider: &'a str,
    generation: Generation,
    device_type: &'a str,
}

impl<'a> Writer<'a> {
    /// Puts together all groups of a part, in order of their ids.
    fn part(
        &mut self,
        mut records: Vec<Record>,
        check: &mut dyn FnMut() -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        // By content first, so that the first of identical messages is the same one every time.
        records.sort_by(|a, b| (a.print, a.place, &a.what).cmp(&(b.print, b.place, &b.what)));
        let mut seen: Option<(Print, i64)> = None;
        let mut groups: BTreeMap<RequestId, Group> = BTreeMap::new();
        let mut raised = Vec::new();
        for (n, record) in records.into_iter().enumerate() {
            if n.is_multiple_of(RECORDS_BETWEEN) {
                check()?;
            }
            let again =
                seen.is_some_and(|(print, place)| print == record.print && place != record.place);
            if again {
                if !matches!(record.what, RecordContent::Noted(_)) {
                    self.summary.repeats += 1;
                }
                continue;
            }
            seen = Some((record.print, record.place));
            let Some(id) = record.group() else { continue };
            match record.what {
                RecordContent::Asked(a) => {
                    groups.entry(id).or_default().asked.push((record.place, a))
                }
                RecordContent::Answered(a) => {
                    groups.entry(id).or_default().answered.push((record.place, a))
                }
                RecordContent::Noted(n) => groups.entry(id).or_default().noted.push(n),
                RecordContent::Raised(a) => raised.push((record.place, a)),
            }
        }
        for (_, mut group) in groups {
            group.asked.sort_by(|a, b| (a.1.leg(), &a.1, a.0).cmp(&(b.1.leg(), &b.1, b.0)));
            group.answered.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
            group.noted.sort();
            self.group(&group)?;
        }
        raised.sort_by(|a, b| (a.1.id, &a.1, a.0).cmp(&(b.1.id, &b.1, b.0)));
        for (place, alert) in &raised {
            self.alert(alert, *place)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group) -> Result<(), ArchiveError> {
        let Correlated { exchanges, runs, orphans, undated } = correlate(group);
        let last = self.summary.span.map_or(i64::MIN, |(_, to)| to.0);
        let notes: Vec<&Noted> = group.noted.iter().collect();
        for (place, asked, received, basis, leaf) in &exchanges {
            let ended = outcome(asked, leaf, &notes, *received, last, self.options);
            *self.summary.time_basis.entry(*basis).or_default() += 1;
            *self.summary.states.entry(ended.state).or_default() += 1;
            self.summary.requests += 1;
            let user_sent = (*basis == TimeBasis::Counter).then_some(*received);
            let mut row = self.blank(
                asked.id,
                asked.leg(),
                &asked.srv,
                self.about_request(asked),
                *received,
                *place,
            );
            row.mode = self.mode(asked);
            row.cv = i64::from(asked.variant.number());
            (row.state, row.code, row.user_sent, row.acknowledged) =
                (ended.state, &ended.code, user_sent, ended.acknowledged);
            row.due = asked.due.filter(|_| asked.leg() != Leg::Transform);
            (row.answer_sent, row.timeout_at) = (ended.answer_sent, ended.timeout_at);
            self.summary.unknown_region += u64::from(row.region == Region::Unknown);
            self.sink.exchange(&row).map_err(ArchiveError::Sink)?;
            self.payloads(asked, &group.noted, &ended.state, *received, *place)?;
        }
        for (place, asked) in undated {
            self.undated(asked, place)?;
        }
        for run in &runs {
            self.run(run, group)?;
        }
        for (place, answer) in &group.answered {
            self.closing(answer, *place)?;
        }
        for (place, answer) in orphans {
            self.orphan(answer, place)?;
        }
        Ok(())
    }

    fn blank<'r>(
        &self,
        id: RequestId,
        leg: Leg,
        srv: &'r str,
        about: About<'r>,
        received: i64,
        place: i64,
    ) -> ExchangeRow<'r>
    where
        'a: 'r,
    {
        ExchangeRow {
            namespace: &self.options.namespace,
            originator: id.originator,
            target: id.target,
            counter: id.counter,
            leg,
            instance: 0,
            kind: Kind::ServiceRequest,
            mode: Mode::OnDemand,
            srv,
            cv: 0,
            role: &self.options.role,
            party_category: &self.options.party_category,
            class: "",
            generation: about.generation,
            device_type: about.device_type,
            test_kind: TestKind::None,
            region: about.region,
            provider: about.provider,
            feed: &self.options.feed,
            state: RequestState::InFlight,
            code: "",
            user_sent: None,
            received,
            acknowledged: None,
            due: None,
            released: None,
            queued: None,
            sent_to_wan: None,
            delivered_to_device: None,
            answered_at_wan: None,
            answer_sent: None,
            delivered: None,
            target_at: None,
            timeout_at: None,
            known: self.options.known.0,
            row: place,
        }
    }

    fn mode(&self, asked: &Asked) -> Mode {
        if self.non_device(asked) {
            Mode::NonDevice
        } else if asked.due.is_some() && asked.leg() != Leg::Transform {
            Mode::FutureDated
        } else {
            Mode::OnDemand
        }
    }

    fn non_device(&self, asked: &Asked) -> bool {
        asked.leg() == Leg::NonDevice || self.services.get(&asked.srv).is_some_and(|s| s.non_device)
    }

    /// Transform, local delivery and Non-Device are answered by the service itself: no region.
    fn about_request(&self, asked: &Asked) -> About<'a> {
        let mut about = self.about(asked.id.target);
        if self.non_device(asked) {
            return About {
                region: Region::None,
                provider: "",
                generation: Generation::None,
                device_type: "",
            };
        }
        if asked.leg() != Leg::Send {
            about.region = Region::None;
            about.provider = "";
        }
        about
    }

    fn about(&self, device: Eui64) -> About<'a> {
        match self.inventory.get(device) {
            Some(DeviceInfo { region, provider, generation, device_type }) => {
                About { region: *region, provider, generation: *generation, device_type }
            }
            None => About {
                region: Region::Unknown,
                provider: "",
                generation: Generation::None,
                device_type: "",
            },
        }
    }

    /// One run of a schedule. When it was due is not in the archive, so it has no time of answer:
    /// it counts as answered with no time to judge, never as in time.
    fn run(&mut self, run: &Run<'_>, group: &Group) -> Result<(), ArchiveError> {
        let answer = run.answer;
        let (Some(id), Some(own)) =
            (answer.request.or(answer.response), answer.response.or(answer.request))
        else {
            return Ok(());
        };
        let (sender, user) = alerts::sides(own, self.users);
        let id = if answer.request.is_some() {
            id
        } else {
            RequestId { originator: user, target: sender, counter: id.counter }
        };
        let device = group
            .asked
            .iter()
            .find_map(|(_, a)| a.schedule_device)
            .or(answer.response.map(|_| sender))
            .unwrap_or(id.target);
        let mut row =
            self.blank(id, Leg::Instance, &answer.srv, self.about(device), answer.at, run.place);
        // The number must not depend on what else is in the archive: the run's own counter, else its time.
        row.instance =
            answer.response.and_then(|r| i64::try_from(r.counter).ok()).unwrap_or(answer.at);
        (row.kind, row.mode, row.code) = (Kind::ScheduleInstance, Mode::Scheduled, &answer.code);
        row.state = if answer.code.starts_with('E') {
            self.options
                .network_codes
                .get(&answer.code)
                .copied()
                .unwrap_or(RequestState::AnsweredDeviceError)
        } else {
            RequestState::AnsweredSuccess
        };
        self.summary.runs += 1;
        self.summary.unknown_region += u64::from(row.region == Region::Unknown);
        self.sink.exchange(&row).map_err(ArchiveError::Sink)
    }

    /// 8F66 and 8F67 are counted among the alerts received too.
    fn closing(&mut self, answer: &Answered, place: i64) -> Result<(), ArchiveError> {
        let AnswerContent::Close { success, .. } = answer.says else { return Ok(()) };
        let Some(id) = answer.response.or(answer.request) else { return Ok(()) };
        let raised = Raised {
            at: answer.at,
            id,
            code: if success { "8F66" } else { "8F67" }.to_owned(),
            kind: "closing".into(),
            device: None,
            raised: None,
            throttled: None,
        };
        self.summary.closing += 1;
        self.alert(&raised, place)
    }

    fn alert(&mut self, raised: &Raised, place: i64) -> Result<(), ArchiveError> {
        let device = raised.device.unwrap_or(alerts::sides(raised.id, self.users).0);
        let about = self.about(device);
        // An alert of the service about no device has no region; one about a device has the device's.
        let region = if raised.kind == "dcc" && raised.device.is_none() {
            Region::None
        } else {
            about.region
        };
        self.summary.alerts += 1;
        self.summary.throttled_copies += u64::from(raised.throttled.is_some());
        self.summary.unknown_region += u64::from(region == Region::Unknown);
        let row = alerts::row(raised, place, self.users, region, about.provider, self.options);
        self.sink.alert(&row).map_err(ArchiveError::Sink)
    }

    fn undated(&mut self, asked: &Asked, place: i64) -> Result<(), ArchiveError> {
        self.summary.undated += 1;
        let reject = Reject {
            name: format!("message {place} of the archive"),
            offset: 0,
            code: "no-time".into(),
            reason: format!(
                "request {}: no time of the file, no answer, and its counter is no clock",
                asked.id
            ),
        };
        self.sink.reject(&reject).map_err(ArchiveError::Sink)
    }

    fn orphan(&mut self, answer: &Answered, place: i64) -> Result<(), ArchiveError> {
        self.summary.orphans += 1;
        let orphan = Orphan {
            request: answer.request,
            response: answer.response,
            code: answer.code.clone(),
            srv: answer.srv.clone(),
            at: Utc(answer.at),
            place,
        };
        self.sink.orphan(&orphan).map_err(ArchiveError::Sink)
    }

    /// One payload for each device of a firmware request that was not refused.
    fn payloads(
        &mut self,
        asked: &Asked,
        notes: &[Noted],
        state: &RequestState,
        received: i64,
        place: i64,
    ) -> Result<(), ArchiveError> {
        if *state == RequestState::Refused {
            return Ok(());
        }
        let devices: BTreeSet<Eui64> = asked.devices.iter().copied().collect();
        let mut reached: BTreeMap<Eui64, (i64, Option<i64>)> = BTreeMap::new();
        let mut failed = BTreeSet::new();
        for noted in notes {
            if let Note::Firmware { devices, at, done } = &noted.note {
                for &device in devices {
                    if *done {
                        reached.entry(device).or_insert((noted.at, *at));
                    } else {
                        failed.insert(device);
                    }
                }
            }
        }
        for device in devices {
            let about = self.about(device);
            let completed = reached.get(&device).map(|&(told, at)| at.unwrap_or(told));
            let state = if completed.is_some() {
                "completed"
            } else if failed.contains(&device) {
                "failed"
            } else {
                "pending"
            };
            self.summary.payloads += 1;
            self.summary.unknown_region += u64::from(about.region == Region::Unknown);
            self.sink
                .payload(&PayloadRow {
                    originator: asked.id.originator,
                    device,
                    counter: asked.id.counter,
                    firmware: &asked.firmware,
                    region: about.region,
                    provider: about.provider,
                    feed: &self.options.feed,
                    received,
                    completed,
                    target_at: None,
                    state,
                    known: self.options.known.0,
                    row: place,
                })
                .map_err(ArchiveError::Sink)?;
        }
        Ok(())
    }
}
