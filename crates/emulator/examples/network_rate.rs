//! How fast the model is: Commands by the bare model, by the devices' logs without bytes, and with
//! GBCS messages. `cargo run --release -p northbound-emulator --example network_rate`

use northbound_emulator::{
    Command, DeviceType, Devices, Emulator, Fault, Fleet, FleetConfig, Network, Pace, Rng, Trouble,
    executions::Kind,
    fleet::device,
    latency::{GOOD_CENTRAL, GOOD_SOUTH, POOR_NORTH},
};
use northbound_gbcs::{
    Correlation, Cra, Message, Signature, Supplementary, build, content::CommandContent,
};
use northbound_types::{Day, Eui64, Region, time::DAY_US};
use std::{convert::Infallible, hint::black_box, time::Instant};

const DAY: Day = Day(20_544);
const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const COMMANDS: u64 = 2_000_000;

fn main() {
    let network = network();
    let homes = network.fleet.homes.len() as u64;
    let mut rng = Rng::stream(2, &[]);
    let commands: Vec<Command> = (0..COMMANDS)
        .map(|i| Command {
            at: DAY.start().0 + i as i64 * 1_000_000,
            target: device(rng.below(homes) as u32, DeviceType::Esme),
            key: i,
            pace: Pace::OnDemand,
            error_ppm: 1_000,
        })
        .collect();

    let start = Instant::now();
    for c in &commands {
        black_box(network.dispatch(c));
    }
    print("dispatch", COMMANDS, start);

    let mut devices = Devices::default();
    let start = Instant::now();
    for c in &commands {
        let key = Correlation { device: c.target, recipient: USER, counter: c.key, code: 0x27 };
        let _ = black_box(
            devices.take(&network, c, key, Kind::default(), |_| Ok::<_, Infallible>(Vec::new())),
        );
    }
    print("dispatch with the devices' logs", COMMANDS, start);

    let bytes = messages(&commands[..commands.len() / 10]);
    let mut emulator = Emulator::new(network);
    let start = Instant::now();
    for (b, c) in bytes.iter().zip(&commands) {
        let _ = black_box(emulator.take(b, c.pace, c.at));
    }
    print("GBCS in and out", bytes.len() as u64, start);

    let start = Instant::now();
    let alerts: usize =
        (0..30).map(|d| emulator.network.alerts_on(DAY, DAY.plus(d), &[]).len()).sum();
    print("alerts of a month", alerts as u64, start);
}

/// Ten thousand meters; the North is slow for an hour on each of eight days.
fn network() -> Network {
    let fleet = Fleet::build(&FleetConfig { seed: 1, meters: 10_000, first: DAY, days: 30 });
    let faults = (0..8)
        .map(|i| Fault {
            region: Region::North,
            from: DAY.plus(i).start().0,
            until: DAY.plus(i).start().0 + DAY_US / 24,
            trouble: Trouble::Slow { percent: 200 },
        })
        .collect();
    Network::new(1, fleet, vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH], faults)
}

/// The Commands as GBCS messages.
fn messages(commands: &[Command]) -> Vec<Vec<u8>> {
    let content =
        CommandContent { srv: "4.1.1".into(), once: false, execute_at: None, parameters: vec![] }
            .write()
            .unwrap_or_default();
    let message = |c: &Command| {
        build(&Message {
            cra: Cra::Command,
            counter: c.key,
            originator: USER,
            recipient: c.target,
            date_time: None,
            code: 0x27,
            supplementary: Supplementary::None,
            content: &content,
            signature: Signature::Empty,
            mac: None,
        })
    };
    commands.iter().filter_map(|c| message(c).ok()).collect()
}

fn print(what: &str, n: u64, since: Instant) {
    let ns = since.elapsed().as_nanos();
    println!("{what}: {n} in {} ms, {} ns each", ns / 1_000_000, ns / u128::from(n.max(1)));
}
