//! Running a scenario.

use super::{MINUTE, embedded, read};
use crate::{
    access,
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
    folder::{Clock, Grant, Mark},
    live::{demo, policy_of, services},
    service::{SETTINGS, ledger_sink, network, open_log, runtime},
};
use northbound_client::{
    control::{Client as Control, Top},
    receive::{Behaviour, CLIENT_BYTES, Checks, Receiver},
    send::{prepare, send},
};
use northbound_duis::{Services, Signer};
use northbound_emulator::{
    Scenario,
    scenario::{EndpointFault, PlannedEndpoint, PlannedTraffic},
};
use northbound_gateway::{
    Config, Service, Setup,
    clock::{Fast, SharedClock, SystemClock},
    log::{LogFilter, LogFormat, log_to},
};
use northbound_keys::{FOLDER, Keys};
use northbound_transport::{Client, Url};
use northbound_types::{Actor, Eui64, Region};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The interval between progress lines.
const LOOK: Duration = Duration::from_secs(2);
/// Concurrent requests of one traffic line.
const AT_ONCE: usize = 32;
/// Time limit for one delivery of a request.
const PATIENCE: Duration = Duration::from_secs(5);

/// The discard port of loopback, on which nothing listens.
const DEAD: &str = "http://127.0.0.1:9/";

/// The outcomes of the requests.
#[derive(Debug, Default)]
struct Counted {
    sent: u64,
    unreached: u64,
    codes: BTreeMap<String, u64>,
    answers: BTreeMap<String, u64>,
    alerts: u64,
}

type Shared = Arc<Mutex<Counted>>;

struct Run {
    scenario: Scenario,
    clock: SharedClock,
    start: i64,
    until: i64,
    speed: u32,
    services: Services,
    keys: Arc<Keys>,
    service: Eui64,
    counted: Shared,
}

/// A run to make.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scenario's file, or the name of one that comes with the program.
    pub file: PathBuf,
    /// Speed as a multiple of real time.
    pub speed: u32,
    /// New folder for the data folder and the log.
    pub out: PathBuf,
    /// Ends after so many minutes of the scenario's own time; else at its end.
    pub minutes: Option<u32>,
    /// What its log has.
    pub log: LogFilter,
}

/// The scenario's file; one that comes with the program is written into the run's folder first.
fn at_hand(file: &Path, out: &Path) -> Result<PathBuf> {
    let Some(text) = embedded::text(file).filter(|_| !file.exists()) else {
        return Ok(file.to_owned());
    };
    let own = out.join("scenario.toml");
    std::fs::write(&own, text).map_err(|e| AppError::io("write", &own, e))?;
    Ok(own)
}

/// Runs a scenario through a live service of its own on invented data. `say` gets a line about its state every
/// two seconds.
///
/// # Errors
/// Where the scenario or its folder cannot be used, or the service cannot be started.
pub fn run(ctx: &Context, plan: &Plan, say: &dyn Fn(String)) -> Result<Answer> {
    let Plan { file, speed, out, minutes, log: filter } = plan;
    let (speed, minutes) = (*speed, *minutes);
    let scenario = read(file)?;
    if out.join("data").exists() {
        return Err(AppError::refused(format!(
            "{} holds an earlier run; name a new folder with --out",
            out.display()
        )));
    }
    let data = out.join("data");
    let ctx = &Context { data: data.clone(), writes: true, latest: None, ..ctx.clone() };
    let anybody = vec![Grant::analyst_to_anybody()];
    Mark::new(Clock::Virtual, ctx.actor.to_string(), ctx.now, anybody).write(&data)?;
    demo::prepare(ctx, scenario.seed, scenario.meters)?;
    let file = at_hand(file, out)?;
    let rules = ctx.rules()?;
    let (services, policy) = (services(&rules), policy_of(&rules, ctx)?);
    let mut config = Config::load(&data.join(SETTINGS))?;
    (config.listen, config.speed, config.network.scenario) =
        (SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), speed, Some(file));
    config.check().map_err(AppError::usage)?;
    let clock = Fast::from_now(SystemClock::shared(), speed);
    let file = open_log(&out.join("log.ndjson"))?;
    let (log, writer) = log_to(file, filter, LogFormat::Json, Arc::clone(&clock))?;
    let (planned, folder, ledger) =
        (config.network.clone(), data.clone(), ledger_sink(ctx, &config, clock.wall())?);
    let setup = Setup {
        data: data.clone(),
        config,
        rules,
        clock: Arc::clone(&clock),
        log,
        ledger: Some(ledger),
        network: Box::new(move |k: &Keys| network::start(&planned, speed, &folder, k)),
        permits: access::permits(),
    };
    let service = Service::start(setup)?;
    let keys = Arc::new(Keys::load(&data.join(FOLDER), policy.service, None)?);
    let start = clock.wall().0;
    let length = minutes.map_or(scenario.length, |m| scenario.length.min(i64::from(m) * MINUTE));
    let run = Arc::new(Run {
        scenario,
        clock,
        start,
        until: start + length,
        speed,
        services,
        keys,
        service: policy.service,
        counted: Shared::default(),
    });
    let top = runtime()?.block_on(all(&run, &service, &data, say))?;
    let position = service.stop();
    drop(writer);
    Ok(answer(&run, &top, position, out))
}

/// Who runs the service of a scenario.
fn operator() -> Actor {
    let roles = vec!["operations".to_owned()];
    Actor { person: "scenario".to_owned(), party: None, body: None, roles }
}

async fn all(run: &Arc<Run>, service: &Service, data: &Path, say: &dyn Fn(String)) -> Result<Top> {
    let control = Control::of(data, &operator())?;
    let base: Url = service
        .url()
        .parse()
        .map_err(|e: northbound_transport::UrlError| AppError::internal(e.to_string()))?;
    let mut tasks = tokio::task::JoinSet::new();
    let users: Vec<Eui64> = northbound_sim::invented_users().iter().map(|u| u.eui).collect();
    for user in &users {
        tasks.spawn(endpoint(Arc::clone(run), *user, control.clone()));
    }
    for traffic in run.scenario.traffic.clone() {
        let devices = devices(&control, &traffic)?;
        tasks.spawn(requests(Arc::clone(run), traffic, devices, base.clone(), data.join(FOLDER)));
    }
    let look = || -> Result<Top> {
        serde_json::from_value(control.get("/top")?).map_err(|e| AppError::internal(e.to_string()))
    };
    while run.clock.wall().0 < run.until {
        tokio::time::sleep(LOOK).await;
        say(line(run, &look()?));
    }
    tasks.abort_all();
    look()
}

/// The progress of the run, in a line.
fn line(run: &Run, t: &Top) -> String {
    let minute = (run.clock.wall().0 - run.start) / MINUTE;
    let regions = t
        .regions
        .iter()
        .map(|r| {
            format!("{} {}/{}", r.region, r.in_flight, r.queued.iter().map(|(_, n)| n).sum::<u32>())
        })
        .collect::<Vec<_>>()
        .join("  ");
    let sent = run.counted.lock().unwrap_or_else(PoisonError::into_inner).sent;
    format!(
        "minute {minute:>4}: sent {sent}, responses {}, in flight/queued {regions}, not accepted {}, storms {}",
        t.answers, t.undelivered, t.storms
    )
}

/// The devices of a kind for which the User is registered.
fn devices(control: &Control, traffic: &PlannedTraffic) -> Result<Vec<Eui64>> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = control.get(&format!("/devices?limit=10000{after}"))?;
        let Some(list) = page["devices"].as_array().filter(|l| !l.is_empty()) else { break };
        let mine = |d: &&Value| {
            d["device_type"] == traffic.device.as_str()
                && d["registered"]
                    .as_array()
                    .is_some_and(|r| r.iter().any(|p| p[1] == traffic.user.to_string()))
        };
        found.extend(
            list.iter().filter(mine).filter_map(|d| d["eui"].as_str()?.parse::<Eui64>().ok()),
        );
        after = list
            .last()
            .and_then(|d| d["eui"].as_str())
            .map(|e| format!("&after={e}"))
            .unwrap_or_default();
    }
    if found.is_empty() {
        return Err(AppError::input(format!(
            "no {} for which {} is registered",
            traffic.device, traffic.user
        )));
    }
    Ok(found)
}

/// Requests at an even pace, whatever comes of them.
async fn requests(
    run: Arc<Run>,
    traffic: PlannedTraffic,
    devices: Vec<Eui64>,
    base: Url,
    folder: PathBuf,
) {
    let (Ok(signer), Ok(client)) =
        (run.keys.user(traffic.user, &folder), Client::new(None, None, PATIENCE))
    else {
        return;
    };
    let Some(body) = run.services.get(&traffic.srv).map(|e| e.body_element.clone()) else { return };
    let shared = Arc::new((signer, client, base, body));
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let step = MINUTE / i64::from(traffic.per_minute.max(1));
    let mut at = run.start + traffic.span.from;
    let mut n = 0;
    while at < (run.start + traffic.span.until).min(run.until) {
        let wait = at - run.clock.wall().0;
        if wait > 0 {
            tokio::time::sleep(Duration::from_micros(wait.unsigned_abs()) / run.speed).await;
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (run, shared, device, traffic) =
            (Arc::clone(&run), Arc::clone(&shared), devices[n % devices.len()], traffic.clone());
        let counter = u64::try_from(at / 1_000).unwrap_or(0) * 1_000 + n as u64 % 1_000;
        tokio::spawn(async move {
            one(&run, &traffic, device, counter, &shared).await;
            drop(place);
        });
        at += step;
        n += 1;
    }
    let _all = places.acquire_many(AT_ONCE as u32).await;
}

async fn one(
    run: &Run,
    traffic: &PlannedTraffic,
    device: Eui64,
    counter: u64,
    (signer, client, base, body): &(Signer, Client, Url, String),
) {
    let reference = run.services.get(&traffic.srv).map_or("", |e| e.service_reference.as_str());
    let xml = format!(
        "<sr:Request xmlns:sr=\"{}\" schemaVersion=\"5.4\"><sr:Header><sr:RequestID>{}:{device}:{counter}</sr:RequestID><sr:CommandVariant>1</sr:CommandVariant>\
        <sr:ServiceReference>{reference}</sr:ServiceReference><sr:ServiceReferenceVariant>{}</sr:ServiceReferenceVariant></sr:Header><sr:Body><sr:{body}/></sr:Body></sr:Request>",
        northbound_duis::NAMESPACE,
        traffic.user,
        traffic.srv
    );
    let Ok(request) = prepare(
        Path::new("scenario"),
        xml.as_bytes(),
        traffic.user,
        None,
        None,
        signer,
        &run.services,
    ) else {
        return;
    };
    let sent = send(client, base, &request, &run.services).await;
    let mut c = run.counted.lock().unwrap_or_else(PoisonError::into_inner);
    c.sent += 1;
    match sent {
        Ok(s) => {
            *c.codes.entry(s.code.unwrap_or_else(|| format!("HTTP {}", s.status))).or_default() += 1
        }
        Err(_) => c.unreached += 1,
    }
}

/// A User's endpoint, which fails as the scenario says.
async fn endpoint(run: Arc<Run>, user: Eui64, control: Control) {
    let clock = Arc::clone(&run.clock);
    let checks = Checks {
        keys: Arc::clone(&run.keys),
        service: run.service,
        services: run.services.clone(),
        clock: Arc::new(move || clock.wall()),
        most: CLIENT_BYTES,
    };
    let Ok(mut receiver) = Receiver::start(
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        None,
        checks,
        Behaviour::default(),
    )
    .await
    else {
        return;
    };
    let address = receiver.address;
    let _ = control.post("/endpoint", &json!({"user": user, "url": format!("http://{address}/")}));
    let mut before = None;
    loop {
        let planned = run.scenario.endpoint(user, run.clock.wall().0 - run.start).copied();
        if planned != before {
            let (dead, was_dead) = (is_dead(planned), is_dead(before));
            if dead || was_dead {
                let url = if dead { DEAD.to_owned() } else { format!("http://{address}/") };
                let _ = control.post("/endpoint", &json!({"user": user, "url": url}));
            }
            receiver.behave(behaviour(planned, run.speed));
            before = planned;
        }
        let Ok(Some(m)) =
            tokio::time::timeout(Duration::from_millis(100), receiver.messages.recv()).await
        else {
            continue;
        };
        if m.status != 204 {
            continue;
        }
        let mut c = run.counted.lock().unwrap_or_else(PoisonError::into_inner);
        match m.message.as_ref().filter(|m| m.request.is_some()) {
            Some(r) => *c.answers.entry(r.code.clone()).or_default() += 1,
            None => c.alerts += 1,
        }
    }
}

fn is_dead(planned: Option<PlannedEndpoint>) -> bool {
    planned.is_some_and(|p| p.kind == EndpointFault::Dead)
}

/// How an endpoint responds under a fault; a dead one is never reached.
fn behaviour(planned: Option<PlannedEndpoint>, speed: u32) -> Behaviour {
    match planned.map(|p| (p.kind, p.delay)) {
        Some((EndpointFault::Error500, _)) => {
            Behaviour { status: Some(500), ..Behaviour::default() }
        }
        Some((EndpointFault::TooLarge, _)) => {
            Behaviour { status: Some(413), ..Behaviour::default() }
        }
        Some((EndpointFault::Slow, delay)) => Behaviour {
            delay: Duration::from_micros(delay.unsigned_abs()) / speed,
            ..Behaviour::default()
        },
        Some((EndpointFault::Dead, _)) | None => Behaviour::default(),
    }
}

fn answer(run: &Run, top: &Top, position: u64, out: &Path) -> Answer {
    let c = run.counted.lock().unwrap_or_else(PoisonError::into_inner);
    let mut t = Table::new("Requests", &["what", ">count"]);
    t.row(["sent".to_owned(), count(c.sent)]);
    if c.unreached > 0 {
        t.row(["service not reachable".to_owned(), count(c.unreached)]);
    }
    for (code, n) in &c.codes {
        t.row([format!("acknowledged: {code}"), count(*n)]);
    }
    for (code, n) in &c.answers {
        t.row([format!("responded: {code}"), count(*n)]);
    }
    t.row(["alerts accepted by Users".to_owned(), count(c.alerts)]);
    t.row(["not yet accepted".to_owned(), count(top.undelivered as u64)]);
    t.row(["parked".to_owned(), count(top.deliveries[3])]);
    let mut r =
        Table::new("Regions at the end", &["region", ">in flight", ">queued", ">timed out"]);
    for x in top.regions.iter().filter(|r| r.region != Region::None) {
        r.row([
            x.region.to_string(),
            count(x.in_flight.into()),
            count(x.queued.iter().map(|(_, n)| u64::from(*n)).sum()),
            count(x.timed_out.iter().map(|(_, n)| *n).sum()),
        ]);
    }
    let document = json!({
        "title": run.scenario.title, "speed": run.speed, "sent": c.sent, "unreached": c.unreached, "codes": c.codes, "answers": c.answers, "alerts": c.alerts,
        "top": top, "position": position, "out": out.display().to_string(),
    });
    Answer::new(document)
        .say(format!("{}. All data is invented.", run.scenario.title))
        .table(t)
        .table(r)
        .then(format!("northbound --data {}/data journal list", out.display()))
}
