//! The devices' process, killed under load: no Command is done twice, and whatever was answered is
//! in the log.

use crate::support;

use northbound_emulator::devices::log;
use northbound_emulator::{DeviceType, Fleet, FleetConfig, Pace, Rng, fleet::device};
use northbound_gateway::wan::{
    CommandStatus, Dispatch, NetworkAlert, NetworkEvent, RegionalNetwork, TcpNetwork,
};
use northbound_gbcs::{
    AlertKey, Correlation, Cra, Message, Signature, Supplementary, build,
    content::{CommandContent, ResponseContent},
    parse,
};
use northbound_types::{Day, Eui64, Utc};
use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
    time::{Duration, Instant},
};
use support::Room;
use tokio::sync::mpsc::Receiver;

const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const KILLS: usize = 20;
/// So fast that answers take milliseconds.
const FACTOR: &str = "200";

struct Process {
    child: Child,
    address: SocketAddr,
    executions: u64,
    torn: u64,
}

/// Starts the devices and waits until they listen.
fn start(room: &Room, listen: &str, more: &[&str]) -> Process {
    let mut c = room.command();
    c.args(["--format", "json", "devices", "--listen", listen])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut child = c.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value =
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
    let number = |k: &str| said[k].as_u64().unwrap();
    Process {
        child,
        address: said["listening"].as_str().unwrap().parse().unwrap(),
        executions: number("executions"),
        torn: number("torn_bytes"),
    }
}

fn command(home: u32, counter: u64) -> (Correlation, Vec<u8>) {
    let content = CommandContent {
        srv: "2.2".into(),
        once: true,
        execute_at: None,
        parameters: vec![("amount".into(), "10".into())],
    }
    .write()
    .unwrap();
    let m = Message {
        cra: Cra::Command,
        counter,
        originator: USER,
        recipient: device(home, DeviceType::Esme),
        date_time: None,
        code: 0x0007,
        supplementary: Supplementary::None,
        content: &content,
        signature: Signature::Empty,
        mac: None,
    };
    (m.correlation().unwrap(), build(&m).unwrap())
}

fn now() -> Utc {
    Utc(i64::try_from(
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros(),
    )
    .unwrap())
}

/// Homes whose hub is connected, in regions in good order.
fn homes(seed: u64, meters: u32) -> Vec<u32> {
    let fleet = Fleet::build(&FleetConfig { seed, meters, first: now().day(), days: 41 });
    fleet
        .homes
        .iter()
        .filter(|h| h.number % 3 != 0 && h.connected_on(Day(now().day().0)))
        .map(|h| h.number)
        .collect()
}

/// What a client knows: which Commands it sent, which answers it had, what it was told.
#[derive(Default)]
struct Client {
    sent: HashMap<Correlation, Vec<u8>>,
    answers: HashMap<Correlation, Vec<u8>>,
    executing: usize,
    again: usize,
    connected: usize,
}

impl Client {
    fn hear(&mut self, network: &TcpNetwork, event: NetworkEvent) {
        match event {
            NetworkEvent::Connected => {
                self.connected += 1;
                // As the service does after a crash: ask for everything that is not answered.
                for key in self.sent.keys().filter(|k| !self.answers.contains_key(k)) {
                    network.ask(*key).unwrap();
                }
            }
            NetworkEvent::Answer { correlation, bytes, .. }
            | NetworkEvent::Status { correlation, status: CommandStatus::Known { bytes, .. } } => {
                assert_eq!(parse(&bytes).unwrap().message.correlation().unwrap(), correlation);
                if let Some(first) = self.answers.insert(correlation, bytes.clone()) {
                    assert_eq!(first, bytes, "two answers to one Command");
                }
            }
            // It never arrived: sent again, as it is.
            NetworkEvent::Status { correlation, status: CommandStatus::Unknown } => {
                self.again += 1;
                network
                    .dispatch(
                        Dispatch::new(self.sent[&correlation].clone(), Pace::OnDemand).unwrap(),
                    )
                    .unwrap();
            }
            NetworkEvent::Status { status: CommandStatus::Executing, .. } => self.executing += 1,
            NetworkEvent::NoRoute { .. }
            | NetworkEvent::Disconnected
            | NetworkEvent::Alert { .. } => {}
        }
    }

    async fn listen(
        &mut self,
        network: &TcpNetwork,
        events: &mut Receiver<NetworkEvent>,
        for_: Duration,
    ) {
        let end = Instant::now() + for_;
        while let Ok(Some(e)) =
            tokio::time::timeout(end.saturating_duration_since(Instant::now()), events.recv()).await
        {
            self.hear(network, e);
        }
    }
}

fn print_and_check_that_kills_hit(client: &Client, executions: usize, torn: u64) {
    println!(
        "{} Commands, {} executions, {KILLS} kills, {} connections, {} sent again as unknown, {} told as executing, {torn} torn ends",
        client.sent.len(),
        executions,
        client.connected,
        client.again,
        client.executing
    );
    assert!(
        client.connected > KILLS / 2 && client.again > 0,
        "{} connections, {} sent again: the kills hit nothing",
        client.connected,
        client.again
    );
}

#[test]
fn twenty_kills_under_load_and_nothing_is_done_twice() {
    let room = Room::new();
    let settings = ["--seed", "9", "--meters", "900", "--factor", FACTOR];
    let homes = homes(9, 900);
    let mut process = start(&room, "127.0.0.1:0", &settings);
    let address = process.address.to_string();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mut client, mut dice) = (Client::default(), Rng::stream(0x5EED_DEF1, &[]));
    let (mut torn, mut counter) = (0, 1_000);
    runtime.block_on(async {
        let (network, mut events) = TcpNetwork::connect(process.address);
        for _ in 0..KILLS {
            let until = Instant::now() + Duration::from_millis(40 + dice.below(160));
            while Instant::now() < until {
                for _ in 0..10 {
                    counter += 1;
                    let (key, bytes) =
                        command(homes[dice.below(homes.len() as u64) as usize], counter);
                    client.sent.insert(key, bytes.clone());
                    network.dispatch(Dispatch::new(bytes, Pace::OnDemand).unwrap()).unwrap();
                }
                client.listen(&network, &mut events, Duration::from_millis(3)).await;
            }
            // SIGKILL: no handler runs, nothing is flushed.
            process.child.kill().unwrap();
            process.child.wait().unwrap();
            client.listen(&network, &mut events, Duration::from_millis(dice.below(60))).await;
            process = start(&room, &address, &settings);
            torn += u64::from(process.torn > 0);
        }
        // At last what was lost on the way is sent again until it is answered.
        let end = Instant::now() + Duration::from_secs(60);
        while client.answers.len() < client.sent.len() && Instant::now() < end {
            client.listen(&network, &mut events, Duration::from_millis(300)).await;
            for (_, bytes) in client.sent.iter().filter(|(k, _)| !client.answers.contains_key(k)) {
                network.dispatch(Dispatch::new(bytes.clone(), Pace::OnDemand).unwrap()).unwrap();
            }
        }
    });
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let records = log::read(&room.data().join("devices")).unwrap();
    reconcile(&client, &records);
    print_and_check_that_kills_hit(&client, records.len(), torn);
    // With no kill hitting a write there is no torn end; with one there is. Both are fine: the log was read.
    assert!(torn <= KILLS as u64);
    let last = start(&room, "127.0.0.1:0", &settings);
    assert_eq!(last.executions, records.len() as u64);
    stop(last);
}

fn reconcile(client: &Client, records: &[northbound_emulator::Record]) {
    let mut done = HashMap::new();
    let mut numbers: HashMap<Eui64, u64> = HashMap::new();
    for r in records {
        assert!(done.insert(r.key, r).is_none(), "done twice: {:?}", r.key);
        let next = numbers.entry(r.key.device).or_default();
        *next += 1;
        assert_eq!(r.number, *next, "executions of a device are numbered without a gap");
        assert!(client.sent.contains_key(&r.key) && r.once);
    }
    for (key, bytes) in &client.answers {
        let r = done.get(key).unwrap_or_else(|| panic!("answered without a record: {key:?}"));
        assert_eq!(&r.answer, bytes);
        assert_eq!(
            ResponseContent::read(parse(bytes).unwrap().message.content).unwrap().execution,
            r.number
        );
    }
    assert_eq!(client.answers.len(), client.sent.len(), "everything was answered in the end");
    assert!(client.sent.len() > 1_000, "only {} Commands", client.sent.len());
}

/// SIGTERM, and a clean end.
fn stop(mut p: Process) {
    std::process::Command::new("kill").arg(p.child.id().to_string()).status().unwrap();
    assert!(p.child.wait().unwrap().success());
}

#[test]
fn alerts_come_until_they_are_taken_and_not_again() {
    let room = Room::new();
    let scenario = room.write("cut.toml", "title = \"a cut\"\ndescription = \"invented\"\nseed = 3\nmeters = 600\nlength = \"1h\"\n[[fault]]\nregion = \"south\"\nfrom = \"1s\"\nuntil = \"10m\"\ntrouble = \"power-cut\"\nhubs = 50\n");
    let settings =
        ["--scenario", &scenario, "--factor", FACTOR, "--recipient", "90-B3-D5-1F-30-01-00-01"];
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // Nobody says that they are taken: after a crash all of them come again.
    // It listens for six seconds, and on a slow machine until so many hubs were heard.
    let hear = |take: bool, listen: &str, wanted: usize| -> (HashSet<Eui64>, HashSet<AlertKey>) {
        let p = start(&room, listen, &settings);
        let (mut hubs, mut alerts) = (HashSet::new(), HashSet::new());
        runtime.block_on(async {
            let (network, mut events) = TcpNetwork::connect(p.address);
            let begun = Instant::now();
            let mut last = None;
            while begun.elapsed() < Duration::from_secs(6)
                || (hubs.len() < wanted && begun.elapsed() < Duration::from_secs(60))
            {
                let Ok(e) = tokio::time::timeout(Duration::from_millis(200), events.recv()).await
                else {
                    continue;
                };
                let Some(e) = e else { break };
                if let NetworkEvent::Alert { number, alert, .. } = e {
                    last = Some(number);
                    match alert {
                        NetworkAlert::PowerOutage { hub, .. } => {
                            assert!(hubs.insert(hub), "twice in one connection");
                        }
                        NetworkAlert::Device(bytes) => {
                            alerts.insert(AlertKey::of(&parse(&bytes).unwrap().message).unwrap());
                        }
                    }
                }
            }
            if let (true, Some(n)) = (take, last) {
                network.alert_taken(n).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(1_500)).await;
        });
        let mut child = p.child;
        child.kill().unwrap();
        child.wait().unwrap();
        (hubs, alerts)
    };
    let (hubs, alerts) = hear(false, "127.0.0.1:0", 50);
    assert_eq!(hubs.len(), 50);
    assert!(alerts.len() >= 50, "the meters say that supply is back: {}", alerts.len());
    let (again, alerts_again) = hear(true, "127.0.0.1:0", 50);
    assert_eq!(again, hubs);
    assert!(alerts.is_subset(&alerts_again));
    let (rest, new) = hear(true, "127.0.0.1:0", 0);
    assert!(rest.is_empty() && new.is_disjoint(&alerts), "what was taken does not come again");
}

#[test]
fn a_folder_belongs_to_one_network_and_one_process() {
    let room = Room::new();
    let p = start(&room, "127.0.0.1:0", &["--seed", "4", "--meters", "50"]);
    let e =
        room.nb("devices --listen 127.0.0.1:0 --seed 4 --meters 50 --format json").code(6).error();
    assert_eq!(e["code"], "devices.locked");
    stop(p);
    let e =
        room.nb("devices --listen 127.0.0.1:0 --seed 4 --meters 51 --format json").code(4).error();
    assert_eq!(e["code"], "devices.other-network");
    assert!(e["message"].as_str().unwrap().contains("51 meters"), "{e}");
    assert_eq!(
        room.nb("devices --listen 192.0.2.1:80 --seed 4 --meters 50 --format json").code(4).error()
            ["code"],
        "devices.listen"
    );
    assert!(
        room.nb("devices --listen 127.0.0.1:0 --scenario none.toml")
            .code(5)
            .err
            .contains("none.toml")
    );
    room.write("bad.toml", "title = 1\n");
    assert!(room.nb("devices --scenario bad.toml").code(3).err.contains("bad.toml, line 1"));
    assert!(room.nb("devices --broker-key 04AB").code(2).err.contains("65 bytes"));
}

#[test]
fn damage_inside_the_log_stops_the_devices_and_a_torn_end_does_not() {
    let room = Room::new();
    stop(start(&room, "127.0.0.1:0", &["--seed", "4", "--meters", "50"]));
    let path = room.data().join("devices").join(log::LOG_FILE);
    let mut bytes = Vec::new();
    for n in 1..=9_000u64 {
        let key = command(1, n).0;
        northbound_emulator::Record {
            key,
            number: n,
            delivered: 1,
            error: false,
            once: false,
            due: None,
            answer: vec![7; 100],
        }
        .encode(&mut bytes);
    }
    assert!(bytes.len() > log::MAX_BATCH_BYTES + 1_000);
    let one = bytes.len() as u64 / 9_000;
    let run = |b: &[u8]| {
        std::fs::write(&path, b).unwrap();
        start(&room, "127.0.0.1:0", &["--seed", "4", "--meters", "50"])
    };
    let whole = run(&bytes);
    assert_eq!((whole.executions, whole.torn), (9_000, 0));
    stop(whole);
    let torn = run(&bytes[..bytes.len() - 5]);
    assert_eq!((torn.executions, torn.torn), (8_999, one - 5));
    stop(torn);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), one * 8_999);
    // A bad byte near the end may be a torn batch; one further from the end than a batch is damage.
    let mut odd = bytes.clone();
    let at = odd.len() - log::MAX_BATCH_BYTES + 2_000;
    odd[at] ^= 1;
    stop(run(&odd));
    let mut odd = bytes;
    odd[30] ^= 1;
    std::fs::write(&path, &odd).unwrap();
    let e =
        room.nb("devices --listen 127.0.0.1:0 --seed 4 --meters 50 --format json").code(1).error();
    assert_eq!(e["code"], "devices.log");
    assert!(e["message"].as_str().unwrap().contains("byte 0"), "{e}");
}
