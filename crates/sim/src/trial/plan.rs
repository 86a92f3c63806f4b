//! What a trial's Users, devices and operators do, drawn from the seed an hour at a time.

use super::{Next, Trial, Trouble};
use crate::requests;
use northbound_emulator::{
    DeviceType, Fleet, Rng,
    fleet::device,
    latency::{HOUR, MINUTE, SECOND},
};
use northbound_flow::{
    Change, Control, Event, Request,
    event::{self, ScheduleAsked},
    vocabulary::Frequency,
};
use northbound_types::{AlertCode, CommandVariant, Day, Eui64, Region, RequestId, Srv, Utc};

pub(super) const SUPPLIER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
pub(super) const RIVAL: Eui64 = Eui64(0x90B3_D51F_3001_0002);
pub(super) const NETWORK: Eui64 = Eui64(0x90B3_D51F_3001_0008);
pub(super) const SERVICE: Eui64 = Eui64(0x90B3_D51F_3000_0002);
pub(super) const START: Day = Day(20_000);

/// Draws the plan.
pub(super) struct Planner {
    pub(super) trial: Trial,
    pub(super) homes: u32,
    last: Option<RequestId>,
}

impl Planner {
    pub(super) fn new(trial: Trial, fleet: &Fleet) -> Planner {
        Planner { trial, homes: fleet.homes.len().max(1) as u32, last: None }
    }

    /// What one hour brings, with its times.
    pub(super) fn hour(
        &mut self,
        hour: u32,
        happened: &mut dyn FnMut(Trouble),
    ) -> Vec<(i64, Next)> {
        let start = START.start().0 + i64::from(hour) * HOUR;
        let mut rng = Rng::stream(self.trial.seed, &[70, u64::from(hour)]);
        let mut all = Vec::new();
        for _ in 0..rng.below(6) {
            let at = start + requests::ms(&mut rng, 0, HOUR);
            for (at, r) in self.request(at, &mut rng, happened) {
                all.push((at, Next::Input(Event::Request(Box::new(r)))));
            }
        }
        for _ in 0..rng.below(4) {
            all.push((
                start + requests::ms(&mut rng, 0, HOUR),
                Next::Input(self.alert(start, &mut rng)),
            ));
        }
        if rng.chance(60_000) {
            happened(Trouble::Storm);
            self.storm(start, &mut rng, &mut all);
        }
        if rng.chance(80_000) {
            all.extend(self.operators(start, &mut rng, happened));
        }
        if rng.chance(70_000) {
            let kill = [Trouble::KilledBeforeSync, Trouble::KilledAfterSync, Trouble::KilledIdle]
                [rng.below(3) as usize];
            all.push((start + requests::ms(&mut rng, 0, HOUR), Next::Kill(kill)));
        }
        all
    }

    /// A request of a random kind to a random home.
    fn draw(&self, at: i64, rng: &mut Rng) -> Request {
        let home = rng.below(u64::from(self.homes)) as u32;
        let (esme, chf) = (device(home, DeviceType::Esme), device(home, DeviceType::Chf));
        let from = if rng.chance(120_000) { RIVAL } else { SUPPLIER };
        let plain = |target, cv, srv: &str| {
            requests::plain(from, target, at, cv, srv.parse().unwrap_or(Srv::NONE))
        };
        match rng.below(20) {
            0..=7 => plain(esme, CommandVariant::Send, "4.1.1"),
            8..=10 => plain(esme, CommandVariant::Send, "2.2"),
            11..=12 => {
                let mut r = plain(
                    esme,
                    CommandVariant::Transform,
                    if rng.chance(500_000) { "1.5" } else { "1.1.1" },
                );
                r.pre_command = Some(requests::digest(&r));
                r
            }
            13 => plain(chf, CommandVariant::Send, "8.11"),
            14 => {
                let mut r = plain(SERVICE, CommandVariant::NonDevice, "8.2");
                r.about = Some(esme);
                r
            }
            15 => {
                let mut r = plain(SERVICE, CommandVariant::NonDevice, "5.1");
                r.schedule = Some(ScheduleAsked {
                    srv: Srv::of("4.8.1"),
                    device: esme,
                    every: Frequency::Daily,
                    first: Utc(at + HOUR),
                    last: Some(Utc(at + 60 * HOUR)),
                });
                r
            }
            16 => plain(esme, CommandVariant::Send, "8.11"),
            17 => plain(device(home + 5_000, DeviceType::Esme), CommandVariant::Send, "4.1.1"),
            _ => plain(esme, CommandVariant::Send, "7.4"),
        }
    }

    fn request(
        &mut self,
        at: i64,
        rng: &mut Rng,
        happened: &mut dyn FnMut(Trouble),
    ) -> Vec<(i64, Request)> {
        let mut r = self.draw(at, rng);
        if matches!(r.srv.as_str(), "4.1.1" | "1.1.1") && rng.chance(300_000) {
            r.execution = Some(Utc(at + requests::ms(rng, MINUTE, 30 * HOUR)));
        }
        if r.srv.as_str() == "4.1.1" && rng.chance(80_000) {
            (r.cancels, r.execution) = (true, Some(Utc(at + 1_000 * HOUR)));
        }
        r.first_in_sequence = rng.chance(300_000);
        if let Some(last) = self.last.take().filter(|_| rng.chance(500_000)) {
            r.preceding = Some(last);
        }
        if r.cv == CommandVariant::Send && (r.first_in_sequence || r.preceding.is_some()) {
            self.last = Some(r.id);
        }
        if rng.chance(40_000) {
            happened(Trouble::Replay);
            return vec![(at, r.clone()), (at + SECOND, r)];
        }
        vec![(at, r)]
    }

    fn alert(&self, start: i64, rng: &mut Rng) -> Event {
        let home = rng.below(u64::from(self.homes)) as u32;
        let (code, dcc) = [("8F3E", false), ("8F12", false), ("AD1", true), ("8F75", false)]
            [rng.below(4) as usize];
        let from = device(home, if dcc { DeviceType::Chf } else { DeviceType::Esme });
        let recipient = if rng.chance(100_000) {
            Some(Eui64(7))
        } else if dcc {
            None
        } else {
            Some(SUPPLIER)
        };
        Event::Alert(Box::new(event::Alert {
            device: from,
            recipient,
            counter: rng.below(1_000_000),
            code: code.parse().unwrap_or(AlertCode::NONE),
            dcc,
            raised: Some(Utc(start)),
            closes: None,
            content: Vec::new(),
        }))
    }

    fn storm(&self, start: i64, rng: &mut Rng, all: &mut Vec<(i64, Next)>) {
        let from = device(rng.below(u64::from(self.homes)) as u32, DeviceType::Esme);
        for n in 0..40 + rng.below(200) {
            all.push((
                start + n as i64 * 10 * SECOND,
                Next::Input(Event::Alert(Box::new(event::Alert {
                    device: from,
                    recipient: Some(SUPPLIER),
                    counter: 5_000_000 + start.unsigned_abs() / 1_000_000 + n,
                    code: AlertCode::of("81A0"),
                    dcc: false,
                    raised: None,
                    closes: None,
                    content: Vec::new(),
                }))),
            ));
        }
    }

    fn operators(
        &self,
        start: i64,
        rng: &mut Rng,
        happened: &mut dyn FnMut(Trouble),
    ) -> Vec<(i64, Next)> {
        happened(Trouble::Paused);
        let region = [Region::North, Region::Central, Region::South][rng.below(3) as usize];
        let until = start + requests::ms(rng, MINUTE, 40 * MINUTE);
        let change = Change::Pause { region, until: Some(Utc(until)) };
        vec![(
            start,
            Next::Input(Event::Control(Box::new(Control {
                actor: "trial+operations".into(),
                reason: "a trial".into(),
                change,
            }))),
        )]
    }
}
