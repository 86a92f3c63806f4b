//! The network behind its trait: in the same process and over TCP it is the same network.

use northbound_emulator::devices::{DevicesError, Settings, serve};
use northbound_emulator::{DeviceType, Pace, Scenario, fleet::device, scenario};
use northbound_gateway::wan::{
    CommandStatus, Dispatch, EmulatedNetwork, NetworkAlert, NetworkError, NetworkEvent,
    RegionalNetwork, TcpNetwork,
};
use northbound_gbcs::{
    Correlation, Cra, Message, Signature, Supplementary, build, content::CommandContent, parse,
};
use northbound_types::Eui64;
use std::{collections::HashMap, net::SocketAddr, path::Path, time::Duration};
use tokio::{
    sync::{mpsc::Receiver, oneshot},
    task::JoinHandle,
    time::{timeout, timeout_at},
};

const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);

fn plan(extra: &str) -> Scenario {
    scenario::read(
        "t",
        &format!(
            "title = \"t\"\ndescription = \"d\"\nseed = 7\nmeters = 600\nlength = \"1h\"\n{extra}"
        ),
    )
    .unwrap()
}

fn settings(dir: &Path, extra: &str) -> Settings {
    Settings { factor: 500, ..Settings::new(dir.to_owned(), plan(extra), vec![USER]) }
}

fn command(home: u32, counter: u64) -> (Correlation, Vec<u8>) {
    let content =
        CommandContent { srv: "4.1.1".into(), once: false, execute_at: None, parameters: vec![] }
            .write()
            .unwrap();
    let m = Message {
        cra: Cra::Command,
        counter,
        originator: USER,
        recipient: device(home, DeviceType::Chf),
        date_time: None,
        code: 0x27,
        supplementary: Supplementary::None,
        content: &content,
        signature: Signature::Empty,
        mac: None,
    };
    (m.correlation().unwrap(), build(&m).unwrap())
}

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), DevicesError>>,
}

async fn served(settings: Settings, address: &str) -> Served {
    let (ready, address_of) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let address = address.parse().unwrap();
    let task = tokio::spawn(serve(
        settings,
        address,
        |a, _| {
            let _ = ready.send(a);
        },
        async {
            let _ = stopped.await;
        },
    ));
    Served { address: address_of.await.unwrap(), stop, task }
}

impl Served {
    async fn end(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap().unwrap();
    }
}

/// The next event that is no alert.
async fn next(events: &mut Receiver<NetworkEvent>) -> NetworkEvent {
    loop {
        match timeout(Duration::from_secs(20), events.recv())
            .await
            .expect("an event within twenty seconds")
            .unwrap()
        {
            NetworkEvent::Alert { .. } => {}
            e => return e,
        }
    }
}

/// Sends Commands and gathers what is said to them.
async fn answers(
    network: &dyn RegionalNetwork,
    events: &mut Receiver<NetworkEvent>,
) -> HashMap<Correlation, Vec<u8>> {
    for n in 0..300u32 {
        network
            .dispatch(Dispatch::new(command(n, u64::from(n) + 1).1, Pace::OnDemand).unwrap())
            .unwrap();
    }
    let mut all = HashMap::new();
    // Alerts never end, so the clock ends it.
    let end = tokio::time::Instant::now() + Duration::from_secs(3);
    while let Ok(Some(e)) = timeout_at(end, events.recv()).await {
        if let NetworkEvent::Answer { correlation, delivered, at, bytes } = e {
            assert!(delivered <= at);
            assert_eq!(parse(&bytes).unwrap().message.correlation().unwrap(), correlation);
            all.insert(correlation, bytes);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_same_process_and_over_tcp() {
    let dir = tempfile::tempdir().unwrap();
    let (local, mut events) = EmulatedNetwork::start(settings(dir.path(), "")).unwrap();
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    let here = answers(&local, &mut events).await;
    let s = served(settings(dir.path(), ""), "127.0.0.1:0").await;
    let (remote, mut events) = TcpNetwork::connect(s.address);
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    let there = answers(&remote, &mut events).await;
    assert!(here.len() > 200 && there.len() > 200, "{} and {}", here.len(), there.len());

    // What was said can be asked for again, and what was never sent is unknown.
    let (key, bytes) = there.iter().next().unwrap();
    remote.ask(*key).unwrap();
    assert!(
        matches!(next(&mut events).await, NetworkEvent::Status { correlation, status: CommandStatus::Known { bytes: b, .. } } if correlation == *key && b == *bytes)
    );
    let (never, _) = command(5, 999);
    remote.ask(never).unwrap();
    assert_eq!(
        next(&mut events).await,
        NetworkEvent::Status { correlation: never, status: CommandStatus::Unknown }
    );
    assert!(
        matches!(Dispatch::new(bytes.clone(), Pace::OnDemand), Err(NetworkError::Message(_))),
        "a response is no Command"
    );
    s.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_told_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let s = served(settings(dir.path(), ""), "127.0.0.1:0").await;
    let address = s.address.to_string();
    let (network, mut events) = TcpNetwork::connect(s.address);
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    s.end().await;
    assert_eq!(next(&mut events).await, NetworkEvent::Disconnected);
    // What is said meanwhile waits.
    let (key, _) = command(5, 7);
    network.ask(key).unwrap();
    let s = served(settings(dir.path(), ""), &address).await;
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    assert_eq!(
        next(&mut events).await,
        NetworkEvent::Status { correlation: key, status: CommandStatus::Unknown }
    );
    // Somebody else takes the place: the first is told, and comes back, which ends the second.
    let (_second, mut others) = TcpNetwork::connect(s.address);
    assert_eq!(next(&mut others).await, NetworkEvent::Connected);
    assert_eq!(next(&mut events).await, NetworkEvent::Disconnected);
    drop(_second);
    drop(others);
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    s.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_a_crash_has_lost_is_told_when_its_time_comes() {
    let dir = tempfile::tempdir().unwrap();
    // A gas meter has it when it wakes, within half an hour: at this speed within half a minute.
    let slow = || Settings { factor: 60, ..settings(dir.path(), "") };
    let s = served(slow(), "127.0.0.1:0").await;
    let address = s.address.to_string();
    let (network, mut events) = TcpNetwork::connect(s.address);
    assert_eq!(next(&mut events).await, NetworkEvent::Connected);
    let mut sent = Vec::new();
    for home in (1..60).filter(|h| h % 3 != 0) {
        let content =
            CommandContent { srv: "4.1.1".into(), ..CommandContent::default() }.write().unwrap();
        let m = Message {
            cra: Cra::Command,
            counter: 1,
            originator: USER,
            recipient: device(home, DeviceType::Gsme),
            date_time: None,
            code: 0x27,
            supplementary: Supplementary::None,
            content: &content,
            signature: Signature::Empty,
            mac: None,
        };
        let dispatch = Dispatch::new(build(&m).unwrap(), Pace::OnDemand).unwrap();
        sent.push(dispatch.correlation());
        network.dispatch(dispatch).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    s.end().await;
    // Some meters woke at once: their answers came before the crash.
    while events.try_recv().is_ok() {}
    let s = served(slow(), &address).await;
    let (mut executing, mut known) =
        (std::collections::HashSet::new(), std::collections::HashSet::new());
    let end = tokio::time::Instant::now() + Duration::from_secs(45);
    loop {
        match timeout_at(end, events.recv()).await.expect("everything under way is told").unwrap() {
            NetworkEvent::Connected => {
                for key in &sent {
                    network.ask(*key).unwrap();
                }
            }
            NetworkEvent::Status { correlation, status: CommandStatus::Executing } => {
                executing.insert(correlation);
            }
            NetworkEvent::Status { correlation, status: CommandStatus::Known { .. } } => {
                known.insert(correlation);
            }
            NetworkEvent::Answer { .. } => panic!("what the crash lost does not come by itself"),
            _ => {}
        }
        if executing.len() > 20 && executing.is_subset(&known) {
            break;
        }
    }
    s.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_region_without_route_and_a_power_cut_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let faults = "[[fault]]\nregion = \"central\"\nfrom = \"0\"\nuntil = \"1h\"\ntrouble = \"outage\"\n[[fault]]\nregion = \"south\"\nfrom = \"1s\"\nuntil = \"1h\"\ntrouble = \"power-cut\"\nhubs = 20\n";
    let (network, mut events) = EmulatedNetwork::start(settings(dir.path(), faults)).unwrap();
    // Homes 1, 4, 7, … are of Central.
    for home in [1, 4, 7] {
        network.dispatch(Dispatch::new(command(home, 1).1, Pace::OnDemand).unwrap()).unwrap();
    }
    let (mut no_route, mut outages) = (0, 0);
    while no_route < 3 || outages < 20 {
        match timeout(Duration::from_secs(20), events.recv())
            .await
            .expect("within twenty seconds")
            .unwrap()
        {
            NetworkEvent::NoRoute { correlation, .. } => {
                assert_eq!(correlation.device.0 % 3, device(1, DeviceType::Chf).0 % 3);
                no_route += 1;
            }
            NetworkEvent::Alert { alert: NetworkAlert::PowerOutage { .. }, number, .. } => {
                outages += 1;
                network.alert_taken(number).unwrap();
            }
            NetworkEvent::Answer { .. } => panic!("no answer comes from a region without route"),
            _ => {}
        }
    }
    assert_eq!((no_route, outages), (3, 20));
}
