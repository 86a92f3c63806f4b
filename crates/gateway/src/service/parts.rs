//! What a service is made of.

use super::notices;
use crate::{
    accounts::{Accounts, LedgerHealth, Sink},
    clock::{SharedClock, Steady},
    config::Config,
    control::{Interface, RunFile, StopReason},
    delivery::{Client, Deliveries, Endpoints, Shared},
    door::{Door, DoorCodes},
    engine::{self, Front as Input, Handle, Outward, Parts, Said},
    error::{GatewayError, Result},
    http::Front,
    keys::{self, FOLDER, Keys},
    log::{Level, Log, References},
    metrics::Metrics,
    network::{NetworkEvent, RegionalNetwork},
    offline::first,
    tap::Tap,
};
use northbound_duis::{Limits, Services, VerifyRules};
use northbound_flow::Policy;
use northbound_ledger::journal::Storage;
use northbound_rules::RuleSet;
use northbound_types::Utc;
use serde_json::json;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    runtime::Runtime,
    sync::{mpsc, oneshot, watch},
};

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
    /// The log.
    pub log: Log,
    /// The regional network.
    pub network: StartNetwork,
    /// The ledger; none keeps no account.
    pub ledger: Option<Box<dyn Sink>>,
}

pub(super) struct Built<S: Storage> {
    pub(super) engine: Parts<S>,
    pub(super) handle: Handle,
    pub(super) front: Arc<Front>,
    pub(super) interface: Arc<Interface>,
    pub(super) deliveries: Deliveries,
    pub(super) url: String,
    pub(super) data: PathBuf,
    pub(super) log: Log,
    pub(super) clock: SharedClock,
}

/// Bytes of the token.
const TOKEN: usize = 24;

pub(super) fn build<S: Storage>(
    setup: Setup,
    storage: S,
    runtime: &Runtime,
    (duis, control): (SocketAddr, SocketAddr),
    ask_stop: mpsc::Sender<StopReason>,
    stopping: watch::Receiver<bool>,
    deliveries_stopping: watch::Receiver<bool>,
) -> Result<Built<S>> {
    let Setup { data, config, rules, clock, log, network, ledger } = setup;
    std::fs::create_dir_all(&data).map_err(GatewayError::io("make", &data))?;
    let now = clock.wall();
    let policy = Policy::from_rules(&rules, now.day())?;
    let keep_days = rules.integer("retention-journal-days", now.day())?;
    let metrics = Arc::new(Metrics::default());
    let in_ledger = ledger.as_ref().map_or(0, |l| l.position());
    let health = LedgerHealth::new(Arc::clone(&metrics), Arc::clone(&clock), Some(log.clone()));
    let mut accounts = match ledger {
        Some(sink) => {
            let (store, metrics) = (config.store.clone(), Arc::clone(&metrics));
            Accounts::new(sink, store, metrics, health.clone(), now)?
        }
        None => Accounts::off(config.store.clone(), Arc::clone(&metrics)),
    };
    let opened = engine::open(
        storage,
        config.store.segment_bytes,
        in_ledger,
        policy.clone(),
        now,
        &mut accounts,
    )?;
    tell(&log, now, &opened.recovery);
    let wrong = |why: String| GatewayError::Config { path: data.clone(), why };
    let (folder, service, serial) =
        (data.join(FOLDER), policy.service, config.serial().map_err(wrong)?);
    let emulated = config.network.emulated_seed();
    let load_keys = move || Keys::load(&folder, service, serial).map(|k| k.with_emulated(emulated));
    let keys = Arc::new(load_keys()?);
    if keys.signer().is_none() {
        log.say(
            now,
            Level::Warn,
            "keys.no-signer",
            json!({"why": "there is no key to sign with: what the service sends is unsigned"}),
        );
    }
    let door = door(&config, &rules, Arc::clone(&keys), policy.clone(), now)?;
    let (network, events) = {
        let _within = runtime.enter();
        network(&keys)?
    };
    let handle = Handle::new();
    let tap = Tap::default();
    let client = Client::new(
        config.delivery.authorities.as_deref(),
        config.delivery.identity(),
        Duration::from_millis(config.delivery.timeout_milliseconds),
    )?;
    let shared = Shared {
        settings: config.delivery.clone(),
        client,
        door: Arc::clone(&door),
        engine: handle.clone(),
        clock: Arc::clone(&clock),
        log: log.clone(),
        metrics: Arc::clone(&metrics),
        endpoints: Endpoints::load(&data, log.clone())?,
        stop: deliveries_stopping,
    };
    let deliveries = Deliveries::new(shared, runtime.handle().clone());
    let (events_to, events_door, events_log, events_clock) =
        (handle.clone(), Arc::clone(&door), log.clone(), Arc::clone(&clock));
    let name = "northbound-network";
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || notices::forward(events, events_to, events_door, events_log, events_clock))
        .map_err(|source| GatewayError::Thread { name, source })?;
    let outward = Outward {
        network,
        deliveries: deliveries.clone(),
        accounts,
        door: Arc::clone(&door),
        tap: tap.clone(),
        metrics: Arc::clone(&metrics),
        log: log.clone(),
    };
    let changed = opened.recovery.position == 0 || *opened.flow.policy() != policy;
    let steady = Steady::from(Arc::clone(&clock), opened.recovery.last.unwrap_or(now));
    let engine = Parts {
        journal: opened.journal,
        flow: opened.flow,
        clock: steady,
        handle: handle.clone(),
        outward,
        store: config.store.clone(),
        checkpoint: opened.recovery.checkpoint,
        keep_days,
    };
    if changed {
        ask(&handle, policy);
    }
    // What Users had not taken is handed over again, and what was on its way is asked for, once the
    // network says that it is connected.
    let run = RunFile {
        pid: std::process::id(),
        started: now,
        duis: format!(
            "{}://{duis}{}",
            if config.tls.is_some() { "https" } else { "http" },
            config.base
        ),
        control,
        token: token()?,
    };
    run.write(&data)?;
    let about = json!({
        "pid": run.pid, "started": now.to_string(), "version": env!("CARGO_PKG_VERSION"), "duis": run.duis, "control": control.to_string(), "data": data.display().to_string(),
        "recovered": {"checkpoint": opened.recovery.checkpoint, "replayed": opened.recovery.replayed, "position": opened.recovery.position},
    });
    let interface = Arc::new(Interface {
        token: run.token.clone(),
        engine: handle.clone(),
        deliveries: deliveries.clone(),
        door: Arc::clone(&door),
        load_keys: Box::new(load_keys),
        tap,
        metrics: Arc::clone(&metrics),
        ledger: health,
        clock: Arc::clone(&clock),
        log: log.clone(),
        references: References::from(Utc(now.0 + 1)),
        about,
        stop: ask_stop,
        stopping,
    });
    let front = Arc::new(Front::new(
        &config,
        door,
        handle.clone(),
        Arc::clone(&clock),
        log.clone(),
        metrics,
    ));
    Ok(Built { engine, handle, front, interface, deliveries, url: run.duis, data, log, clock })
}

fn door(
    config: &Config,
    rules: &RuleSet,
    keys: Arc<Keys>,
    policy: Policy,
    now: Utc,
) -> Result<Arc<Door>> {
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
        request_roles: config.roles().map_err(wrong)?.into_iter().collect(),
        check_dates: config.certificate_dates,
        ..VerifyRules::default()
    };
    let codes = DoorCodes::from_rules(rules, now.day())?;
    Ok(Arc::new(Door::new(Limits::default(), services, verify, keys, Arc::new(policy), codes)))
}

/// The rules that the journal does not know yet become its first input, or its next.
fn ask(handle: &Handle, policy: Policy) {
    let (to, _said) = oneshot::channel::<Said>();
    // Nothing else waits yet, so there is room.
    let _ = handle.ask(Input::Control(Box::new(first(policy)), to));
}

fn tell(log: &Log, now: Utc, r: &engine::Recovery) {
    log.say(now, Level::Info, "journal.opened", json!({"checkpoint": r.checkpoint, "replayed": r.replayed, "position": r.position, "dropped_bytes": r.dropped_bytes}));
    for (file, why) in &r.skipped {
        log.say(now, Level::Warn, "checkpoint.unreadable", json!({"file": file, "why": why}));
    }
}

fn token() -> Result<String> {
    let mut bytes = [0; TOKEN];
    keys::entropy(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |t, b| t + &format!("{b:02x}")))
}
