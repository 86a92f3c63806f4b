//! The engine on a store that fails on purpose: nothing is acknowledged that is not stored, and
//! nothing acknowledged is lost.

use super::*;
use crate::{
    clock::{Clock, Steady},
    config::{self, Store},
    egress::{Deliveries, Endpoints, Shared},
    ingress::{Ingress, RejectionCodes},
    ledger_sink::RowBuffer,
    metrics::Metrics,
    tap::Tap,
    wan::{Dispatch, NetworkError, RegionalNetwork},
};
use northbound_duis::{Limits, Services, VerifyRules};
use northbound_flow::{
    Change, Control, Core, Event, Policy, Request, WebService,
    effect::{Body, Delivery},
    event::{Answer, Correlation, DeviceRecord, IdText, UserRecord},
    vocabulary::{DeviceStatus, DeviceType, Role},
};
use northbound_keys::Keys;
use northbound_ledger::testing::{Fault, Faulty};
use northbound_rules::RuleSet;
use northbound_transport::Client;
use northbound_types::{
    Day, Eui64, Generation, Region, RequestId, RequestState, ResponseCode, Srv, TestKind, Utc,
};
use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::{
    runtime::Runtime,
    sync::{oneshot, watch},
};

const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const METER: Eui64 = Eui64(0x00DB_1234_5678_0001);
const START: i64 = 1_790_000_000_000_000;

/// Each look is a millisecond later.
#[derive(Default)]
struct Ticking(AtomicI64);
impl Clock for Ticking {
    fn wall(&self) -> Utc {
        Utc(START + self.0.fetch_add(1_000, SeqCst))
    }
    fn passed(&self) -> Duration {
        Duration::from_micros(self.0.load(SeqCst) as u64)
    }
}

/// A network that only remembers.
#[derive(Default)]
struct Remembering(Mutex<Vec<Dispatch>>);
impl RegionalNetwork for Remembering {
    fn dispatch(&self, c: Dispatch) -> Result<(), NetworkError> {
        northbound_gbcs::parse(&c.bytes)?.message.correlation()?;
        self.0.lock().unwrap().push(c);
        Ok(())
    }
    fn ask(&self, _: northbound_gbcs::Correlation) -> Result<(), NetworkError> {
        Ok(())
    }
    fn alert_taken(&self, _: u64) -> Result<(), NetworkError> {
        Ok(())
    }
}

/// An engine that runs.
struct Rig {
    runtime: Runtime,
    handle: Handle,
    network: Arc<Remembering>,
    metrics: Arc<Metrics>,
    deliveries: Deliveries,
    engine: JoinHandle<(Core, u64)>,
    replayed: u64,
    _stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

/// Read once: the rules take longer to read than the engine to run.
fn policy() -> Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY
        .get_or_init(|| Policy::from_rules(&RuleSet::embedded().unwrap(), Day(20_700)).unwrap())
        .clone()
}

fn ingress(keys: &std::path::Path) -> Arc<Ingress> {
    Arc::new(Ingress::new(
        Limits::default(),
        Services::default(),
        VerifyRules::default(),
        Arc::new(Keys::load(keys, Eui64(1), None).unwrap()),
        Arc::new(policy()),
        RejectionCodes::from_rules(&RuleSet::embedded().unwrap(), Day(20_700)).unwrap(),
    ))
}

impl Rig {
    fn start(storage: &Faulty) -> Rig {
        let (runtime, dir) = (
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let (clock, metrics, handle, network): (
            Arc<Ticking>,
            Arc<Metrics>,
            Handle,
            Arc<Remembering>,
        ) = Default::default();
        let ingress = ingress(dir.path());
        let (stop, stopping) = watch::channel(false);
        let shared = Shared {
            settings: config::Delivery::default(),
            client: Client::new(None, None, Duration::from_secs(1)).unwrap(),
            ingress: Arc::clone(&ingress),
            engine: handle.clone(),
            metrics: Arc::clone(&metrics),
            endpoints: Endpoints::load(dir.path()).unwrap(),
            stop: stopping,
        };
        let deliveries = Deliveries::new(shared, runtime.handle().clone());
        let mut rows = RowBuffer::off(Store::default(), Arc::clone(&metrics));
        let opened = open(storage.clone(), 1 << 20, 0, policy(), clock.wall(), &mut rows).unwrap();
        let sinks = EffectSinks {
            network: network.clone(),
            deliveries: deliveries.clone(),
            rows,
            ingress,
            tap: Tap::default(),
            metrics: Arc::clone(&metrics),
        };
        let steady = Steady::from(clock, opened.recovery.last.unwrap_or(Utc(0)));
        let (replayed, fresh) = (opened.recovery.replayed, opened.recovery.position == 0);
        let parts = Parts {
            journal: opened.journal,
            flow: opened.flow,
            clock: steady,
            handle: handle.clone(),
            sinks,
            store: Store::default(),
            checkpoint: 0,
            keep_days: 1,
        };
        let engine = std::thread::spawn(move || Engine::new(parts).run());
        let (_stop, _dir) = (stop, dir);
        let rig =
            Rig { runtime, handle, network, metrics, deliveries, engine, replayed, _stop, _dir };
        if fresh {
            for c in known() {
                assert!(matches!(rig.control(c), Outcome::Recorded));
            }
        }
        rig
    }

    fn control(&self, change: Change) -> Outcome {
        let (to, said) = oneshot::channel();
        self.handle
            .call(Call::Control(
                Box::new(Control { actor: "test".into(), reason: String::new(), change }),
                to,
            ))
            .map_err(|(_, why)| why)
            .unwrap();
        said.blocking_recv().unwrap()
    }

    /// The code of the answer, or why there is none.
    fn request(&self, counter: u64) -> Result<String, Unavailable> {
        let (to, said) = oneshot::channel();
        self.handle.call(Call::Request(Box::new(read(counter)), to)).map_err(|(_, why)| why)?;
        match said.blocking_recv().unwrap() {
            Outcome::Reply(r) => Ok(r.code.to_string()),
            Outcome::NotAccepted(why) => Err(why),
            other => panic!("{other:?}"),
        }
    }

    fn look<T: Send + 'static>(&self, see: impl FnOnce(&Core) -> T + Send + 'static) -> T {
        self.runtime.block_on(self.handle.look(see)).unwrap()
    }

    fn stop(self) -> Core {
        self.handle.stop();
        let flow = self.engine.join().unwrap().0;
        self.runtime.shutdown_timeout(Duration::from_millis(100));
        flow
    }
}

fn known() -> Vec<Change> {
    vec![
        Change::User(UserRecord {
            eui: USER,
            party: "P".into(),
            category: "other".into(),
            roles: vec![Role::Is],
            active: true,
            throttle_fields: false,
        }),
        Change::Device(DeviceRecord {
            eui: METER,
            device_type: DeviceType::Esme,
            status: DeviceStatus::Commissioned,
            region: Region::North,
            generation: Generation::Smets2,
            hub: METER,
            registered: vec![(Role::Is, USER)],
        }),
    ]
}

fn id(counter: u64) -> RequestId {
    RequestId { originator: USER, target: METER, counter }
}

fn code() -> u16 {
    policy().service(Srv::of("4.1.1")).unwrap().message_code
}

fn read(counter: u64) -> Request {
    let to = northbound_gbcs::Correlation { device: METER, recipient: USER, counter, code: code() };
    let content = crate::wan::codec::command_content("4.1.1", false, None, &[]).unwrap();
    Request {
        id: id(counter),
        written: IdText::Upper,
        signer: USER,
        service: WebService::Send,
        cv: northbound_types::CommandVariant::Send,
        srv: Srv::of("4.1.1"),
        execution: None,
        cancels: false,
        first_in_sequence: false,
        preceding: None,
        schedule: None,
        schedule_id: None,
        about: None,
        about_type: None,
        devices: Vec::new(),
        content: northbound_gbcs::pre_command::issue(&crate::wan::codec::command(
            to, &content, None,
        ))
        .unwrap(),
        pre_command: None,
        test: TestKind::None,
        user_sent: None,
    }
}

fn answered(counter: u64) -> Notification {
    let to = Correlation { device: METER, recipient: USER, counter, code: code() };
    Notification {
        event: Event::Answer(Box::new(Answer {
            to,
            success: true,
            delivered_to_device: None,
            at_wan: Utc(START),
            content: vec![1],
        })),
        alert: None,
    }
}

#[track_caller]
fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_is_acknowledged_survives_the_loss_of_everything_unsynced() {
    for seed in 0..8 {
        let store = Faulty::new(seed);
        let rig = Rig::start(&store);
        let n = 3 + seed;
        for c in 1..=n {
            assert_eq!(rig.request(c).as_deref(), Ok("I99"));
        }
        until("all are sent", || rig.network.0.lock().unwrap().len() as u64 == n);
        // The machine loses power: nothing more reaches the disk.
        store.fault(Fault::CrashAfter(1));
        assert!(rig.request(99).is_err(), "seed {seed}: acknowledged, and not stored");
        drop(rig.stop());
        store.restart();
        let rig = Rig::start(&store);
        // Everything acknowledged is there; what was not may be, for nobody can know.
        let kept = rig.replayed - 2;
        assert!(kept == n || kept == n + 1, "seed {seed}: {kept} of {n}");
        assert_eq!(
            rig.look(|f| f.counts().in_state(Region::North, RequestState::InFlight)),
            kept as i64
        );
        assert_eq!(rig.request(n).as_deref(), Ok("E100"), "its counter is spent");
        assert_eq!(rig.request(100).as_deref(), Ok("I99"));
        rig.stop();
    }
}

#[test]
fn a_full_disk_refuses_requests_and_loses_no_answer() {
    let store = Faulty::new(1);
    let rig = Rig::start(&store);
    assert_eq!(rig.request(1).as_deref(), Ok("I99"));
    store.fault(Fault::Room(store.used() + 4));
    assert_eq!(rig.request(2), Err(Unavailable::NotStored));
    assert_eq!(rig.metrics.suspended.get(), 1);
    // The device answers meanwhile: it must wait, and not be lost.
    assert!(rig.handle.notify(answered(1)).is_ok());
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(rig.look(|f| f.counts().answers), 0);
    store.fault(Fault::Room(1 << 30));
    until("it goes on", || rig.metrics.suspended.get() == 0);
    until("the answer is there", || rig.look(|f| f.counts().answers) == 1);
    assert_eq!(rig.request(2).as_deref(), Ok("I99"), "the refused request spent no counter");
    let flow = rig.stop();
    assert_eq!(flow.counts().answers, 1);
}

#[test]
fn an_acknowledgement_waits_for_the_sync() {
    let store = Faulty::new(2);
    let rig = Rig::start(&store);
    store.fault(Fault::SlowSync(Duration::from_millis(200)));
    let begun = Instant::now();
    assert_eq!(rig.request(1).as_deref(), Ok("I99"));
    assert!(
        begun.elapsed() >= Duration::from_millis(200),
        "acknowledged after {:?}",
        begun.elapsed()
    );
    rig.stop();
}

#[test]
fn a_change_that_cannot_be_made_is_not_journaled() {
    let store = Faulty::new(3);
    let rig = Rig::start(&store);
    let inputs = rig.look(|f| f.counts().inputs);
    let wrong = DeviceRecord {
        eui: Eui64(7),
        device_type: DeviceType::Esme,
        status: DeviceStatus::Pending,
        region: Region::None,
        generation: Generation::Smets2,
        hub: Eui64(7),
        registered: vec![],
    };
    assert!(
        matches!(rig.control(Change::Device(wrong)), Outcome::Unchanged(why) if why.contains("region"))
    );
    assert_eq!(rig.look(|f| f.counts().inputs), inputs);
    rig.stop();
}

#[test]
fn one_sync_serves_many_and_the_state_is_that_of_a_replay() {
    let store = Faulty::new(4);
    let rig = Rig::start(&store);
    store.fault(Fault::SlowSync(Duration::from_millis(20)));
    let before = store.syncs();
    let waiting: Vec<_> = (1..=200)
        .map(|c| {
            let (to, said) = oneshot::channel();
            assert!(rig.handle.call(Call::Request(Box::new(read(c)), to)).is_ok());
            said
        })
        .collect();
    for w in waiting {
        assert!(
            matches!(w.blocking_recv().unwrap(), Outcome::Reply(r) if r.code.as_str() == "I99")
        );
    }
    assert!(store.syncs() - before < 100, "{} syncs", store.syncs() - before);
    store.fault(Fault::SlowSync(Duration::ZERO));
    let flow = rig.stop();
    let again = Rig::start(&store).stop();
    assert_eq!(flow.snapshot(), again.snapshot());
    assert_eq!((flow.counts().entered, again.counts().entered), (200, 200));
}

#[test]
fn messages_for_a_user_without_an_endpoint_cost_nothing_while_they_wait() {
    let rig = Rig::start(&Faulty::new(2));
    let message = |number| {
        Box::new(Delivery {
            number,
            to: USER,
            from: Eui64(2),
            answers: None,
            srv: Srv::NONE,
            code: ResponseCode::of("I0"),
            at: Utc(0),
            body: Body::Empty,
        })
    };
    for n in 1..=5 {
        rig.deliveries.add(message(n));
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(
        (rig.deliveries.turns(USER), rig.deliveries.waiting()),
        (0, vec![(USER, 5)]),
        "workers take turns that lead nowhere"
    );
    // An endpoint that refuses every connection is tried as soon as it is known.
    rig.deliveries.direct(USER, Some("http://127.0.0.1:9/".parse().unwrap()));
    until("it is tried", || rig.deliveries.turns(USER) > 0);
    // Without it they wait again.
    rig.deliveries.direct(USER, None);
    std::thread::sleep(Duration::from_millis(300));
    let turns = rig.deliveries.turns(USER);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(rig.deliveries.turns(USER), turns);
    rig.stop();
}
