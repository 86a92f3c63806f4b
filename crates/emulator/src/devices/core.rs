//! The thread that is the devices: takes Commands, keeps the log, says what is due.
//!
//! One loop. It gathers what waits, takes it, writes and syncs the records of all of it in one go,
//! and only then lets answers out, each at its time.

use super::{
    DevicesError, Settings,
    clock::Clock,
    folder::Folder,
    log::{Log, Opened},
};
use crate::interface::{CommandStatus, MAX_EVENTS, NetworkAlert, NetworkEvent};
use crate::model::{
    AlertContent, Devices, Emulator, ExecutionStatus, Feed, Pace, Protection, Recipients, Record,
    Storm, Taken,
};
use northbound_gbcs::Correlation;
use northbound_types::Utc;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, VecDeque},
    time::Duration,
};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel, error::TrySendError},
    time::timeout,
};

/// What may wait for the thread. While so much does, connections are not read.
pub const MAX_INPUTS: usize = 8_192;
/// Inputs that are taken before their records are synced together.
pub const MAX_BATCH: usize = 2_048;
/// Alerts that are sent before the service says that it has them.
pub const MAX_UNTAKEN: usize = 20_000;
/// The place of the last alert taken is kept this often at most.
const KEEP_TAKEN_EVERY: Duration = Duration::from_secs(1);
/// How long before the last alert taken alerts come again after a crash or a reconnection, µs.
const OVERLAP: i64 = 1_000_000;
/// The loop looks around at least this often.
const AT_LEAST: Duration = Duration::from_millis(500);

/// An input of the devices.
#[derive(Debug)]
pub enum Input {
    /// A Command.
    Command {
        /// How much time it has.
        pace: Pace,
        /// GBCS message.
        bytes: Vec<u8>,
    },
    /// What became of it?
    Ask(Correlation),
    /// An alert and all before it are safe.
    AlertTaken(u64),
    /// Somebody listens from now on, in place of whoever did.
    Attach {
        /// Tells listeners apart.
        listener: u64,
        /// Where events go.
        events: Sender<NetworkEvent>,
    },
    /// The listener is gone.
    Detach {
        /// Which.
        listener: u64,
    },
}

/// An event that waits for its time, model µs. Equal times go out in the order in which they came.
type Waiting = Reverse<(i64, u64)>;

struct Core {
    emulator: Emulator,
    clock: Clock,
    log: Option<Log>,
    folder: Option<Folder>,
    listener: Option<(u64, Sender<NetworkEvent>)>,
    /// Wait for a listener that does not keep up, rather than drop it: in the same process it
    /// can't connect again.
    patient: bool,
    waiting: BinaryHeap<Waiting>,
    events: HashMap<u64, NetworkEvent>,
    /// Commands whose answer waits for its time. After a crash there is none.
    answering: HashSet<Correlation>,
    number: u64,
    alerts: Alerts,
}

struct Alerts {
    feed: Option<Feed>,
    /// When the network started, µs UTC.
    start: i64,
    storms: Vec<Storm>,
    recipients: Recipients,
    promised: Vec<Record>,
    taken: Option<u64>,
    sent: VecDeque<u64>,
    kept: Option<u64>,
    kept_at: i64,
}

/// The thread of the devices: it ends when nobody can say anything to it any more.
pub type Thread = std::thread::JoinHandle<Result<(), DevicesError>>;

/// Starts the thread on a folder: the log is taken in before this returns.
///
/// # Errors
/// The folder is in use or another network's, or its log is damaged.
pub fn start(settings: Settings) -> Result<(Sender<Input>, Opened, Thread), DevicesError> {
    let folder = Folder::take(&settings.data, &settings.scenario, settings.factor)?;
    let (mut devices, mut promised) = (Devices::default(), Vec::new());
    let (log, found) = Log::open(&settings.data, &mut devices, |r| {
        if r.due.is_some() {
            promised.push(r.clone());
        }
    })?;
    let (taken, start) = (folder.taken()?, folder.start);
    let mut core = core(settings, start, devices);
    (core.log, core.folder) = (Some(log), Some(folder));
    (core.alerts.taken, core.alerts.promised) = (taken, promised);
    let (tx, handle) = spawn(core)?;
    Ok((tx, found, handle))
}

/// Starts the thread without a folder: nothing is kept beyond the process.
///
/// # Errors
/// The thread cannot be started.
pub fn start_in_memory(settings: Settings) -> Result<(Sender<Input>, Thread), DevicesError> {
    let mut core = core(settings, super::clock::wall(), Devices::default());
    core.patient = true;
    spawn(core)
}

fn core(settings: Settings, start: i64, devices: Devices) -> Core {
    let network = settings.scenario.network(Utc(start));
    let storms = settings.scenario.storms(Utc(start));
    let protection = Protection {
        seed: settings.scenario.seed,
        broker: settings.broker,
        recipients: settings.recipient_keys.into_iter().collect(),
        sign: settings.sign,
        ..Protection::default()
    };
    let emulator = Emulator { network, devices, protection, error_ppm: settings.error_ppm };
    let recipients = Recipients(settings.recipients);
    let alerts = Alerts {
        feed: None,
        start,
        storms,
        recipients,
        promised: Vec::new(),
        taken: None,
        sent: VecDeque::new(),
        kept: None,
        kept_at: 0,
    };
    Core {
        emulator,
        clock: Clock::new(start, settings.factor),
        log: None,
        folder: None,
        listener: None,
        patient: false,
        waiting: BinaryHeap::new(),
        events: HashMap::new(),
        answering: HashSet::new(),
        number: 0,
        alerts,
    }
}

fn spawn(core: Core) -> Result<(Sender<Input>, Thread), DevicesError> {
    let (tx, rx) = channel(MAX_INPUTS);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(DevicesError::Thread)?;
    let thread = std::thread::Builder::new()
        .name("devices".into())
        .spawn(move || runtime.block_on(core.run(rx)))
        .map_err(DevicesError::Thread)?;
    Ok((tx, thread))
}

impl Core {
    async fn run(mut self, mut inputs: Receiver<Input>) -> Result<(), DevicesError> {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        loop {
            let wait = self.next_in();
            let open = match timeout(wait, inputs.recv_many(&mut batch, MAX_BATCH)).await {
                Ok(0) => false,
                Ok(_) | Err(_) => true,
            };
            self.take(&mut batch)?;
            self.send_due().await;
            self.alerts().await?;
            if !open {
                return self.end();
            }
        }
    }

    /// How long nothing is due.
    fn next_in(&mut self) -> Duration {
        let mut next = self.waiting.peek().map_or(i64::MAX, |Reverse((at, _))| *at);
        if let (Some(feed), true) = (&mut self.alerts.feed, self.alerts.sent.len() < MAX_UNTAKEN) {
            next = next.min(feed.next_at(&self.emulator.network));
        }
        self.clock.until(next).min(AT_LEAST)
    }

    /// Takes a batch. Nothing of it is heard before its records are on disk.
    fn take(&mut self, batch: &mut Vec<Input>) -> Result<(), DevicesError> {
        let mut ready = Vec::new();
        for input in batch.drain(..) {
            match input {
                Input::Command { pace, bytes } => self.command(&bytes, pace, &mut ready),
                Input::Ask(key) => self.ask(key, &mut ready),
                Input::AlertTaken(number) => self.alert_taken(number),
                Input::Attach { listener, events } => {
                    // What was on its way to the last listener is asked for by this one.
                    self.listener = Some((listener, events));
                    self.rewind();
                }
                Input::Detach { listener } => {
                    if self.listener.as_ref().is_some_and(|(l, _)| *l == listener) {
                        self.listener = None;
                    }
                }
            }
            if self.log.as_ref().is_some_and(Log::is_full) {
                self.sync()?;
            }
        }
        self.sync()?;
        for (at, event) in ready {
            if let NetworkEvent::Answer { correlation, .. }
            | NetworkEvent::Status { correlation, status: CommandStatus::Known { .. } } = &event
            {
                self.answering.insert(*correlation);
            }
            self.number += 1;
            self.waiting.push(Reverse((at, self.number)));
            self.events.insert(self.number, event);
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DevicesError> {
        self.log.as_mut().map_or(Ok(()), Log::sync)
    }

    /// Tells what is known. An answer whose time a crash has lost is told at that time.
    fn ask(&self, key: Correlation, ready: &mut Vec<(i64, NetworkEvent)>) {
        let mut tell =
            |at, status| ready.push((at, NetworkEvent::Status { correlation: key, status }));
        let known = |delivered, answer: &[u8]| CommandStatus::Known {
            delivered: self.clock.to_real(delivered),
            bytes: answer.to_vec(),
        };
        match self.emulator.devices.ask(&key, self.clock.model()) {
            ExecutionStatus::Known { delivered, answer } => {
                tell(i64::MIN, known(delivered, answer))
            }
            ExecutionStatus::Executing { delivered, answer } => {
                tell(i64::MIN, CommandStatus::Executing);
                if !self.answering.contains(&key) {
                    tell(delivered, known(delivered, answer));
                }
            }
            ExecutionStatus::Unknown => tell(i64::MIN, CommandStatus::Unknown),
        }
    }

    fn command(&mut self, bytes: &[u8], pace: Pace, ready: &mut Vec<(i64, NetworkEvent)>) {
        // The service checked that it is a Command; what is none has no device to answer it.
        let Ok((correlation, taken)) = self.emulator.take(bytes, pace, self.clock.model()) else {
            return;
        };
        let (record, event) = match taken {
            Taken::NoRoute { known } => (
                None,
                Some((known, NetworkEvent::NoRoute { correlation, at: self.clock.to_real(known) })),
            ),
            Taken::Lost { record, .. } => (record, None),
            Taken::Refused { .. } => (None, None),
            Taken::Answered { delivered, answered, answer, record } => {
                let event = NetworkEvent::Answer {
                    correlation,
                    delivered: self.clock.to_real(delivered),
                    at: self.clock.to_real(answered),
                    bytes: answer,
                };
                (record, Some((answered, event)))
            }
        };
        if let Some(record) = record {
            if let Some(log) = &mut self.log {
                log.add(&record);
            }
            if record.due.is_some() {
                if let Some(feed) = &mut self.alerts.feed {
                    feed.promise(&record);
                }
                self.alerts.promised.push(record);
            }
        }
        ready.extend(event);
    }

    /// Sends the events that are due. Without a listener they are lost, and asked for later.
    async fn send_due(&mut self) {
        let now = self.clock.model();
        while self.waiting.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Some(Reverse((_, number))) = self.waiting.pop() else { return };
            let Some(event) = self.events.remove(&number) else { continue };
            if let NetworkEvent::Answer { correlation, .. }
            | NetworkEvent::Status { correlation, status: CommandStatus::Known { .. } } = &event
            {
                self.answering.remove(correlation);
            }
            self.send(event).await;
        }
    }

    /// A listener that does not keep up is dropped: it connects again and asks.
    async fn send(&mut self, event: NetworkEvent) -> bool {
        let Some((_, events)) = &self.listener else { return false };
        if self.patient {
            return events.send(event).await.is_ok();
        }
        match events.try_send(event) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.listener = None;
                false
            }
        }
    }

    /// Alerts begin again behind the last that was taken.
    fn rewind(&mut self) {
        let from =
            self.alerts.taken.map_or(i64::MIN, |n| i64::try_from(n).unwrap_or(i64::MAX) - OVERLAP);
        self.alerts.sent.clear();
        let a = &mut self.alerts;
        let mut feed = Feed::new(
            &self.emulator.network,
            Utc(a.start).day(),
            a.storms.clone(),
            a.recipients.clone(),
            from.max(a.start),
        );
        for r in &a.promised {
            feed.promise(r);
        }
        a.feed = Some(feed);
    }

    async fn alerts(&mut self) -> Result<(), DevicesError> {
        let now = self.clock.model();
        while self.listener.as_ref().is_some_and(|(_, events)| events.capacity() > MAX_EVENTS / 2)
            && self.alerts.sent.len() < MAX_UNTAKEN
        {
            let Some(feed) = &mut self.alerts.feed else { break };
            let Some(due) = feed.next(&self.emulator, now + 1)? else { break };
            let alert = match due.content {
                AlertContent::Device(bytes) => NetworkAlert::Device(bytes),
                AlertContent::PowerOutage { hub, since } => {
                    NetworkAlert::PowerOutage { hub, since: self.clock.to_real(since) }
                }
            };
            if !self
                .send(NetworkEvent::Alert {
                    number: due.number,
                    at: self.clock.to_real(due.at),
                    alert,
                })
                .await
            {
                break;
            }
            self.alerts.sent.push_back(due.number);
        }
        self.keep_taken(false)
    }

    fn alert_taken(&mut self, number: u64) {
        self.alerts.taken = self.alerts.taken.max(Some(number));
        while self.alerts.sent.front().is_some_and(|&n| n <= number) {
            self.alerts.sent.pop_front();
        }
        // Promises that were kept, heard and are not within the overlap need not be known any more.
        let gone = i64::try_from(number).unwrap_or(i64::MAX) - OVERLAP;
        self.alerts.promised.retain(|r| r.due.is_some_and(|d| d >= gone));
    }

    fn keep_taken(&mut self, at_once: bool) -> Result<(), DevicesError> {
        let (Some(folder), Some(taken)) = (&self.folder, self.alerts.taken) else { return Ok(()) };
        let now = self.clock.real();
        if self.alerts.kept == Some(taken)
            || (!at_once && now - self.alerts.kept_at < KEEP_TAKEN_EVERY.as_micros() as i64)
        {
            return Ok(());
        }
        folder.keep_taken(taken)?;
        (self.alerts.kept, self.alerts.kept_at) = (Some(taken), now);
        Ok(())
    }

    fn end(mut self) -> Result<(), DevicesError> {
        self.sync()?;
        self.keep_taken(true)
    }
}
