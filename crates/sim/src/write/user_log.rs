//! One User's own log, in a layout of its own: local time, words of its own, milliseconds. It
//! differs from the service's records in planted ways.

use super::{csv_out::Sink, truth::Truth};
use crate::{config::SimError, exchange::Exchange, world::World};
use jiff::{Timestamp, tz::TimeZone};
use northbound_emulator::latency::HOUR;
use northbound_types::{
    Eui64, Generation, Kind, Mode, RequestState, TestKind, Utc, command_variant::number_or_zero,
};

pub(crate) const HEADER: &str = "Reference,Run,Stage,Unit,Service,Variant,Timing,Role,Meter,Area,Sent,Answered,Response ms,Outcome,Reason";

/// How to read it.
pub(crate) const MAP: &str = r#"# Invented. How to read user-log-user1.csv: northbound ingest messages user-log-user1.csv --map user-log-user1.map.toml
# The log states local time, words of its own and, beside the time of the answer, how many milliseconds it took.
layout = "messages"

[times]
format = "%d/%m/%Y %H:%M:%S%.f"
zone = "Europe/London"

[columns]
request_id = "Reference"
instance = "Run"
leg = "Stage"
kind = "Unit"
srv = "Service"
cv = "Variant"
mode = "Timing"
role = "Role"
generation = "Meter"
region = "Area"
received = "Sent"
answer_sent = "Answered"
state = "Outcome"
code = "Reason"

[constants]
namespace = "duis"
feed = "user1"
party_category = "large-supplier"

[values.state]
"OK" = "answered-success"
"Device error" = "answered-device-error"
"Rejected" = "refused"
"No answer" = "timed-out"
"No route" = "failed-no-route"
"Withdrawn" = "cancelled"
"Dropped" = "shed"
"Chain broken" = "predecessor-failed"
"Quarantine: deleted" = "quarantine-deleted"
"Quarantine: expired" = "quarantine-expired"
"Quarantine" = "held"
"Waiting" = "waiting"
"In queue" = "queued"
"Sent" = "in-flight"

[values.mode]
"Now" = "on-demand"
"Dated" = "future-dated"
"Schedule" = "scheduled"
"DCC" = "non-device"

[values.generation]
"S1" = "smets1"
"S2" = "smets2"
"-" = "none"

[values.region]
"N" = "north"
"C" = "central"
"S" = "south"
"-" = "none"

[values.kind]
"Request" = "service-request"
"Schedule run" = "schedule-instance"
"#;

/// The log stops so long before the end of the last day.
const STOPS_EARLY: i64 = 2 * HOUR;
/// Days (from 0) on which the first hour was written in UTC by mistake.
const WRONG_ZONE_DAYS: [u32; 2] = [5, 12];

pub(crate) struct UserLog {
    sink: Sink,
    user: Eui64,
    stops: i64,
    zone: TimeZone,
    today: u32,
    eligible: u32,
}

fn outcome(state: RequestState) -> &'static str {
    use RequestState::*;
    match state {
        AnsweredSuccess => "OK",
        AnsweredDeviceError => "Device error",
        Refused => "Rejected",
        TimedOut => "No answer",
        FailedNoRoute => "No route",
        Cancelled => "Withdrawn",
        Shed => "Dropped",
        PredecessorFailed => "Chain broken",
        QuarantineDeleted => "Quarantine: deleted",
        QuarantineExpired => "Quarantine: expired",
        Held => "Quarantine",
        Waiting => "Waiting",
        Queued => "In queue",
        InFlight => "Sent",
    }
}

pub(crate) fn message_id(e: &Exchange) -> String {
    northbound_types::MessageId {
        namespace: e.namespace.to_owned(),
        request: northbound_types::RequestId {
            originator: e.originator,
            target: e.target,
            counter: e.counter,
        },
        leg: e.leg,
        instance: e.instance,
    }
    .to_string()
}

impl UserLog {
    pub fn new(world: &World, sink: Sink) -> UserLog {
        UserLog {
            sink,
            user: world.config.users[0].eui,
            stops: world.cut_off() - STOPS_EARLY,
            zone: TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC),
            today: u32::MAX,
            eligible: 0,
        }
    }

    /// Writes what the User's log says of an exchange. `false` where the service's records lack it.
    pub fn take(&mut self, e: &Exchange, day: u32, truth: &mut Truth) -> Result<bool, SimError> {
        if e.originator != self.user {
            return Ok(true);
        }
        if self.today != day {
            self.today = day;
            self.eligible = 0;
        }
        let t = &mut truth.reconciliation;
        t.service_rows += 1;
        if e.test_kind != TestKind::None {
            t.tests_not_in_user_log += 1;
            return Ok(true);
        }
        if e.generation == Generation::Smets1 {
            t.smets1_not_in_user_log += 1;
            return Ok(true);
        }
        if e.times.received.0 >= self.stops {
            t.after_user_cut_off += 1;
            return Ok(true);
        }
        let hour = e.times.received.0.rem_euclid(24 * HOUR) / HOUR;
        let ordinary =
            (8..20).contains(&hour) && e.kind == Kind::ServiceRequest && e.mode == Mode::OnDemand;
        self.eligible += u32::from(ordinary);
        let nth = if ordinary { self.eligible } else { 0 };
        if nth == 3 && day.is_multiple_of(4) {
            t.missing_from_user_log.push(message_id(e));
            return Ok(true);
        }
        let mut copies = 1;
        if nth == 7 && day.is_multiple_of(3) {
            t.duplicated_in_user_log.push(message_id(e));
            copies = 2;
        }
        let only_here = nth == 5 && day % 6 == 1;
        if only_here {
            t.missing_from_service.push(message_id(e));
            t.service_rows -= 1;
        }
        let offset = self.offset(e.times.received);
        let wrong =
            WRONG_ZONE_DAYS.contains(&day) && e.times.received.0.rem_euclid(24 * HOUR) < offset;
        if wrong {
            t.wrong_zone_other_day.push(message_id(e));
        }
        if Utc(e.times.received.0 + offset).day() != e.times.received.day() {
            t.local_day_differs += 1;
        }
        for _ in 0..copies {
            self.row(e, if wrong { 0 } else { offset })?;
            t.user_rows += 1;
        }
        Ok(!only_here)
    }

    fn offset(&self, at: Utc) -> i64 {
        Timestamp::from_microsecond(at.0)
            .map_or(0, |t| i64::from(self.zone.to_offset(t).seconds()) * 1_000_000)
    }

    fn row(&mut self, e: &Exchange, offset: i64) -> Result<(), SimError> {
        let local = |at: Option<Utc>| at.map_or_else(String::new, |at| local_text(at.0 + offset));
        let (sent, answered) = (local(Some(e.times.received)), local(e.times.answer_sent));
        let took = e
            .times
            .answer_sent
            .map_or_else(String::new, |a| ((a.0 - e.times.received.0) / 1_000).to_string());
        let timing = match e.mode {
            Mode::OnDemand => "Now",
            Mode::FutureDated => "Dated",
            Mode::Scheduled => "Schedule",
            Mode::NonDevice => "DCC",
        };
        let meter = match e.generation {
            Generation::Smets1 => "S1",
            Generation::Smets2 => "S2",
            Generation::None => "-",
        };
        let area = match e.region {
            northbound_types::Region::North => "N",
            northbound_types::Region::Central => "C",
            northbound_types::Region::South => "S",
            _ => "-",
        };
        let unit = if e.kind == Kind::ScheduleInstance { "Schedule run" } else { "Request" };
        self.sink
            .request(e.originator, e.target, e.counter)
            .unless_zero(e.instance)
            .word(e.leg.as_str())
            .word(unit)
            .word(e.srv.as_str())
            .unless_zero(i64::from(number_or_zero(e.cv)))
            .word(timing)
            .word(e.role)
            .word(meter)
            .word(area)
            .word(&sent)
            .word(&answered)
            .word(&took)
            .word(outcome(e.state()))
            .word(e.code.as_str())
            .end()
    }

    pub fn finish(self) -> Sink {
        self.sink
    }
}

/// `01/04/2026 13:05:22.123`, of a time already moved to its zone.
fn local_text(at: i64) -> String {
    let utc = Utc(at).to_string();
    let (date, time) = utc.trim_end_matches('Z').split_once('T').unwrap_or((&utc, "00:00:00"));
    let mut parts = date.split('-');
    let (y, m, d) =
        (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    format!("{d}/{m}/{y} {time}")
}
