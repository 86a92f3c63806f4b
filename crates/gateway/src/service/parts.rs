//! The parts of a service, built from its setup.

use super::{notices, spawn};
use crate::{
    clock::{SharedClock, Steady},
    config::Config,
    control::{Interface, Permits, StopReason},
    egress::{self, Deliveries, Endpoints},
    engine::{self, Call, EffectSinks, Handle, Outcome, Parts, offline::first},
    error::{GatewayError, Result},
    ingress::{Ingress, RejectionCodes, StrangerLimits, UserInterface},
    ledger_sink::{LedgerHealth, RowBuffer, Sink},
    log::References,
    metrics::Metrics,
    tap::Tap,
    wan::{NetworkEvent, RegionalNetwork},
};
use northbound_client::control::RunFile;
use northbound_duis::{Limits, Services, VerifyRules};
use northbound_flow::Policy;
use northbound_keys::{self as keys, FOLDER, Keys};
use northbound_ledger::journal::Storage;
use northbound_rules::RuleSet;
use northbound_transport::Client;
use northbound_types::Utc;
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot, watch},
};
use tracing::{Dispatch, info, warn};

/// Starts a network: within the runtime, with the service's keys.
pub type StartNetwork =
    Box<dyn FnOnce(&Keys) -> Result<(Arc<dyn RegionalNetwork>, mpsc::Receiver<NetworkEvent>)>>;

/// Everything that a service needs.
pub struct Setup {
    /// The data folder.
    pub data: PathBuf,
    /// Settings.
    pub config: Config,
    /// Rules.
    pub rules: RuleSet,
    /// Time.
    pub clock: SharedClock,
    /// Where the threads of the service log, such as [`crate::log::log_to`].
    pub log: Dispatch,
    /// The regional network.
    pub network: StartNetwork,
    /// The ledger; without one no rows are written.
    pub ledger: Option<Box<dyn Sink>>,
    /// Who may use which route of the control interface, by the command of the route.
    pub permits: Permits,
}

/// What a service runs in: threads, addresses, and the signals that stop it.
pub(super) struct Surroundings<'r> {
    pub(super) runtime: &'r Runtime,
    /// Address of the User interface.
    pub(super) duis: SocketAddr,
    /// Address of the control interface.
    pub(super) control: SocketAddr,
    pub(super) ask_stop: mpsc::Sender<StopReason>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) deliveries_stopping: watch::Receiver<bool>,
}

pub(super) struct Built<S: Storage> {
    pub(super) engine: Parts<S>,
    pub(super) handle: Handle,
    pub(super) users: Arc<UserInterface>,
    pub(super) interface: Arc<Interface>,
    pub(super) deliveries: Deliveries,
    pub(super) url: String,
    pub(super) data: PathBuf,
}

/// What all parts of a service share.
struct Shared {
    data: PathBuf,
    config: Config,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    health: LedgerHealth,
    handle: Handle,
    tap: Tap,
    /// Time of the start.
    now: Utc,
}

/// Bytes of the token.
const TOKEN: usize = 24;

pub(super) fn build<S: Storage>(
    setup: Setup,
    storage: S,
    surroundings: Surroundings<'_>,
) -> Result<Built<S>> {
    let Setup { data, config, rules, clock, network, ledger, permits, .. } = setup;
    std::fs::create_dir_all(&data).map_err(GatewayError::io("make", &data))?;
    let shared = Shared::new(data, config, clock);
    let policy = Policy::from_rules(&rules, shared.now.day())?;
    let (rows, opened) = shared.open(storage, ledger, &policy)?;
    let load_keys = shared.key_loader(&policy)?;
    let keys = Arc::new(load_keys()?);
    warn_unsigned(&keys);
    let ingress = shared.ingress(&rules, Arc::clone(&keys), &policy)?;
    let (network, events) = {
        let _within = surroundings.runtime.enter();
        network(&keys)?
    };
    let deliveries = shared.deliveries(&ingress, &surroundings)?;
    shared.forward(events, &ingress)?;
    if opened.recovery.position == 0 || *opened.flow.policy() != policy {
        shared.journal_policy(policy);
    }
    // Undelivered messages are delivered again; the status of Commands under way is asked for once the network is
    // connected.
    let run = shared.run_file(&surroundings)?;
    run.write(&shared.data)?;
    let about = shared.about(&run, &opened.recovery);
    let sinks = EffectSinks {
        network,
        deliveries: deliveries.clone(),
        rows,
        ingress: Arc::clone(&ingress),
        tap: shared.tap.clone(),
        metrics: Arc::clone(&shared.metrics),
    };
    let keep_days = rules.integer("retention-journal-days", shared.now.day())?;
    let engine = shared.engine(opened, sinks, keep_days);
    let limits = StrangerLimits::from_rules(&rules, shared.now.day())?;
    let users = Arc::new(shared.users(Arc::clone(&ingress), limits));
    let control = Control { token: run.token, permits, about, load_keys: Box::new(load_keys) };
    let interface = Arc::new(shared.interface(control, &deliveries, ingress, surroundings));
    let Shared { data, handle, .. } = shared;
    Ok(Built { engine, handle, users, interface, deliveries, url: run.duis, data })
}

/// What only the control interface uses.
struct Control {
    token: String,
    permits: Permits,
    /// The part of the status that does not change.
    about: Value,
    load_keys: Box<dyn Fn() -> Result<Keys> + Send + Sync>,
}

impl Shared {
    fn new(data: PathBuf, config: Config, clock: SharedClock) -> Shared {
        let metrics = Arc::new(Metrics::default());
        let health = LedgerHealth::new(Arc::clone(&metrics), Arc::clone(&clock));
        let (now, handle, tap) = (clock.wall(), Handle::new(), Tap::default());
        Shared { data, config, clock, metrics, health, handle, tap, now }
    }

    fn interface(
        &self,
        control: Control,
        deliveries: &Deliveries,
        ingress: Arc<Ingress>,
        surroundings: Surroundings<'_>,
    ) -> Interface {
        Interface {
            token: control.token,
            permits: control.permits,
            engine: self.handle.clone(),
            deliveries: deliveries.clone(),
            ingress,
            load_keys: control.load_keys,
            tap: self.tap.clone(),
            metrics: Arc::clone(&self.metrics),
            ledger: self.health.clone(),
            references: References::from(Utc(self.now.0 + 1)),
            about: control.about,
            stop: surroundings.ask_stop,
            stopping: surroundings.stopping,
        }
    }

    /// Opens the journal and replays it.
    fn open<S: Storage>(
        &self,
        storage: S,
        ledger: Option<Box<dyn Sink>>,
        policy: &Policy,
    ) -> Result<(RowBuffer, engine::Opened<S>)> {
        let in_ledger = ledger.as_ref().map_or(0, |l| l.position());
        let (store, metrics) = (self.config.store.clone(), Arc::clone(&self.metrics));
        let mut rows = match ledger {
            Some(sink) => RowBuffer::new(sink, store, metrics, self.health.clone(), self.now)?,
            None => RowBuffer::off(store, metrics),
        };
        let segment_bytes = self.config.store.segment_bytes;
        let opened =
            engine::open(storage, segment_bytes, in_ledger, policy.clone(), self.now, &mut rows)?;
        log_recovery(&opened.recovery);
        Ok((rows, opened))
    }

    fn key_loader(
        &self,
        policy: &Policy,
    ) -> Result<impl Fn() -> Result<Keys> + Send + Sync + use<>> {
        let wrong = |why: String| GatewayError::Config { path: self.data.clone(), why };
        let (folder, service) = (self.data.join(FOLDER), policy.service);
        let serial = self.config.serial().map_err(wrong)?;
        let seed = self.config.network.emulated_seed();
        Ok(move || {
            let keys = Keys::load(&folder, service, serial)?;
            Ok(keys.with_device_keys(seed.map(emulated_device_keys)))
        })
    }

    fn ingress(&self, rules: &RuleSet, keys: Arc<Keys>, policy: &Policy) -> Result<Arc<Ingress>> {
        let wrong = |why: String| GatewayError::Config { path: PathBuf::from("rules"), why };
        let services = Services::from_entries(rules.catalogue().services().iter().map(|s| {
            northbound_duis::ServiceEntry {
                srv: s.srv.clone(),
                service_reference: s.reference.clone(),
                body_element: s.body_element.clone(),
                variants: s.command_variants.clone(),
                non_device: s.non_device,
            }
        }));
        let verify = VerifyRules {
            request_roles: self.config.roles().map_err(wrong)?.into_iter().collect(),
            check_dates: self.config.certificate_dates,
            ..VerifyRules::default()
        };
        let codes = RejectionCodes::from_rules(rules, self.now.day())?;
        let policy = Arc::new(policy.clone());
        Ok(Arc::new(Ingress::new(Limits::default(), services, verify, keys, policy, codes)))
    }

    fn deliveries(
        &self,
        ingress: &Arc<Ingress>,
        surroundings: &Surroundings<'_>,
    ) -> Result<Deliveries> {
        let settings = self.config.delivery.clone();
        let client = Client::new(
            settings.authorities.as_deref(),
            settings.identity(),
            Duration::from_millis(settings.timeout_milliseconds),
        )?;
        let shared = egress::Shared {
            settings,
            client,
            ingress: Arc::clone(ingress),
            engine: self.handle.clone(),
            metrics: Arc::clone(&self.metrics),
            endpoints: Endpoints::load(&self.data)?,
            stop: surroundings.deliveries_stopping.clone(),
        };
        Ok(Deliveries::new(shared, surroundings.runtime.handle().clone()))
    }

    /// Forwards events of the network to the engine, on a thread that ends with the network.
    fn forward(&self, events: mpsc::Receiver<NetworkEvent>, ingress: &Arc<Ingress>) -> Result<()> {
        let (engine, ingress) = (self.handle.clone(), Arc::clone(ingress));
        let clock = Arc::clone(&self.clock);
        spawn("northbound-network", move || notices::forward(events, engine, ingress, clock))?;
        Ok(())
    }

    /// Rules that the journal does not know yet become its first input, or its next.
    fn journal_policy(&self, policy: Policy) {
        let (to, _outcome) = oneshot::channel::<Outcome>();
        // The queue is empty yet, so the call is accepted.
        let _ = self.handle.call(Call::Control(Box::new(first(policy)), to));
    }

    fn run_file(&self, surroundings: &Surroundings<'_>) -> Result<RunFile> {
        let scheme = if self.config.tls.is_some() { "https" } else { "http" };
        Ok(RunFile {
            pid: std::process::id(),
            started: self.now,
            duis: format!("{scheme}://{}{}", surroundings.duis, self.config.base),
            control: surroundings.control,
            token: token()?,
        })
    }

    /// The part of the status that does not change.
    fn about(&self, run: &RunFile, recovery: &engine::Recovery) -> Value {
        json!({
            "pid": run.pid,
            "started": self.now.to_string(),
            "version": env!("CARGO_PKG_VERSION"),
            "duis": run.duis,
            "control": run.control.to_string(),
            "data": self.data.display().to_string(),
            "recovered": {
                "checkpoint": recovery.checkpoint,
                "replayed": recovery.replayed,
                "position": recovery.position,
            },
        })
    }

    fn engine<S: Storage>(
        &self,
        opened: engine::Opened<S>,
        sinks: EffectSinks,
        keep_days: i64,
    ) -> Parts<S> {
        let last = opened.recovery.last.unwrap_or(self.now);
        Parts {
            journal: opened.journal,
            flow: opened.flow,
            clock: Steady::from(Arc::clone(&self.clock), last),
            handle: self.handle.clone(),
            sinks,
            store: self.config.store.clone(),
            checkpoint: opened.recovery.checkpoint,
            keep_days,
        }
    }

    fn users(&self, ingress: Arc<Ingress>, limits: StrangerLimits) -> UserInterface {
        UserInterface::new(
            &self.config,
            ingress,
            self.handle.clone(),
            Arc::clone(&self.clock),
            limits,
            Arc::clone(&self.metrics),
        )
    }
}

fn log_recovery(r: &engine::Recovery) {
    let &engine::Recovery { checkpoint, replayed, position, dropped_bytes, .. } = r;
    info!(event = "journal.opened", checkpoint, replayed, position, dropped_bytes);
    for (file, why) in &r.skipped {
        warn!(event = "checkpoint.unreadable", file, why);
    }
}

/// Public keys of emulated devices, which have no certificates: they follow from the network's seed.
fn emulated_device_keys(seed: u64) -> keys::DeviceKeys {
    Box::new(move |device| {
        northbound_emulator::protection::agreement_key(seed, device).ok()?.public().ok()
    })
}

fn token() -> Result<String> {
    let mut bytes = [0; TOKEN];
    keys::entropy(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |t, b| t + &format!("{b:02x}")))
}

fn warn_unsigned(keys: &Keys) {
    if keys.signer().is_none() {
        let why = "there is no key to sign with: what the service sends is unsigned";
        warn!(event = "keys.no-signer", why);
    }
}
