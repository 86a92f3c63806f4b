//! What states, times, codes and judgements mean, in the words of a supplier's operator.

use northbound_ledger::{CorrectionReason, judged::Judged};
use northbound_rules::RuleSet;
use northbound_types::{AlertState, Mode, RequestState, Timeliness};

/// States that a User calls a failure: it did not get what it asked for, and did not call it off itself.
pub const FAILED: [RequestState; 7] = [
    RequestState::Refused,
    RequestState::QuarantineExpired,
    RequestState::PredecessorFailed,
    RequestState::Shed,
    RequestState::FailedNoRoute,
    RequestState::AnsweredDeviceError,
    RequestState::TimedOut,
];

/// A state in a few words, for a column.
#[must_use]
pub const fn state(s: RequestState) -> &'static str {
    use RequestState as S;
    match s {
        S::Held => "in quarantine",
        S::Waiting => "waiting",
        S::Queued => "queued",
        S::InFlight => "in flight",
        S::Refused => "refused",
        S::QuarantineDeleted => "deleted from quarantine",
        S::QuarantineExpired => "expired in quarantine",
        S::Cancelled => "cancelled",
        S::PredecessorFailed => "not run: predecessor failed",
        S::Shed => "dropped from the queue",
        S::FailedNoRoute => "device not reached",
        S::AnsweredSuccess => "answered",
        S::AnsweredDeviceError => "answered with an error",
        S::TimedOut => "timed out",
    }
}

/// What a state means for the request.
#[must_use]
pub const fn meaning(s: RequestState) -> &'static str {
    use RequestState as S;
    match s {
        S::Held => {
            "Anomaly detection put it into quarantine. It is sent to the device once it is released, and not at all if it is deleted or no decision comes in time."
        }
        S::Waiting => {
            "It was accepted, and waits for its execution time or for the request before it in the sequence."
        }
        S::Queued => "It was accepted, and waits in the queue of its regional network.",
        S::InFlight => "It was sent to the regional network, and the device has not answered yet.",
        S::Refused => "The service refused it. It was not sent to the device.",
        S::QuarantineDeleted => "It was deleted from quarantine. It was not sent to the device.",
        S::QuarantineExpired => {
            "It was in quarantine until its time there ran out. It was not sent to the device."
        }
        S::Cancelled => "Its sender cancelled it before it was sent to the device.",
        S::PredecessorFailed => {
            "The request that it was to follow failed. It was not sent to the device."
        }
        S::Shed => {
            "It waited too long in the queue of its regional network and was dropped. It was not sent to the device."
        }
        S::FailedNoRoute => "The regional network found no way to the device.",
        S::AnsweredSuccess => "It was done, and the answer says so.",
        S::AnsweredDeviceError => "The device received it and answered that it failed.",
        S::TimedOut => "The device did not answer before the time-out.",
    }
}

/// What became of an alert.
#[must_use]
pub const fn alert_state(s: AlertState) -> &'static str {
    match s {
        AlertState::Duplicate => "an exact repeat; not forwarded",
        AlertState::Refused => "not understood, or without a recipient; not forwarded",
        AlertState::Consolidated => "counted in the copy of an alert storm; not forwarded itself",
        AlertState::Pending => "forwarded; the User's endpoint has not accepted it yet",
        AlertState::Delivered => "delivered to the User",
        AlertState::Parked => "forwarded; the User's endpoint did not accept it",
    }
}

/// The steps of an exchange in the order of its columns, with what happened.
pub(super) const STEPS: [(&str, &str); 11] = [
    ("user_sent", "sent by the User, by the User's clock"),
    ("received", "received by the service"),
    ("acknowledged", "acknowledged to the User"),
    ("due", "due to be executed"),
    ("released", "released from quarantine"),
    ("queued", "queued for the regional network"),
    ("sent_to_wan", "sent to the regional network"),
    ("delivered_to_device", "received by the device"),
    ("answered_at_wan", "the device's answer received from the regional network"),
    ("answer_sent", "response sent to the User"),
    ("delivered", "response accepted by the User's endpoint"),
];

/// A code with its meaning, where the rules know it.
pub(super) fn code(rules: &RuleSet, code: &str) -> String {
    let meaning = rules.codes().response(code).or_else(|| rules.codes().alert(code));
    match meaning.map(|c| c.meaning.as_str()).filter(|m| !m.is_empty()) {
        Some(meaning) => format!("{code}: {meaning}"),
        None => format!("{code}: the code tables give no meaning"),
    }
}

/// A mode in words; as written where it is none.
pub(super) fn mode(text: &str) -> &str {
    match text.parse() {
        Ok(Mode::OnDemand) => "on demand",
        Ok(Mode::FutureDated) => "future-dated",
        Ok(Mode::Scheduled) => "run by a schedule",
        Ok(Mode::NonDevice) => "answered by the service itself",
        Err(_) => text,
    }
}

/// How an exchange did against its target, in a sentence.
pub(super) fn timeliness(j: &Judged) -> String {
    let took = j.latency_us.map(seconds);
    let target = j.target_us.map(seconds);
    let known = |t: Option<String>| t.unwrap_or_else(|| "an unknown time".to_owned());
    let assumed = if j.target_assumed { " (the target is not confirmed)" } else { "" };
    match j.timeliness {
        Timeliness::InTime => {
            format!("In time: {} of {} allowed{assumed}.", known(took), known(target))
        }
        Timeliness::Late => format!("Late: {}, {} allowed{assumed}.", known(took), known(target)),
        Timeliness::NoTarget => {
            format!("Answered in {}; no target time is known for it.", known(took))
        }
        Timeliness::Unanswered => match target {
            Some(t) => format!("Not answered; {t} allowed{assumed}."),
            None => "Not answered; no target time is known for it.".to_owned(),
        },
        Timeliness::ClockError => {
            "Its answer is dated before the request, so it cannot be judged.".to_owned()
        }
        Timeliness::NotApplicable => {
            "It was not sent to the device, so no target time applies.".to_owned()
        }
    }
}

/// A judgement in a few words, for a column.
pub(super) const fn judgement(t: Timeliness) -> &'static str {
    match t {
        Timeliness::InTime => "in time",
        Timeliness::Late => "late",
        Timeliness::NoTarget => "no target known",
        Timeliness::Unanswered => "unanswered",
        Timeliness::ClockError => "clock error",
        Timeliness::NotApplicable => "",
    }
}

/// A time in seconds with milliseconds where it has any.
pub(super) fn seconds(us: i64) -> String {
    let (sign, us) = (if us < 0 { "-" } else { "" }, us.unsigned_abs());
    let (whole, milli) = (us / 1_000_000, us / 1_000 % 1_000);
    let fraction = format!(".{milli:03}");
    format!("{sign}{whole}{} s", fraction.trim_end_matches('0').trim_end_matches('.'))
}

/// Why a record of a message does not count.
pub(super) const fn gave_way(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::Superseded => "no: a later statement replaces it",
        CorrectionReason::Duplicate => "no: another record says the same",
        CorrectionReason::Collision => "no: another record says something else and has precedence",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_as_many_decimals_as_they_need() {
        for (us, text) in [
            (0, "0 s"),
            (1_500_000, "1.5 s"),
            (-2_050_000, "-2.05 s"),
            (999, "0 s"),
            (30_000_000, "30 s"),
        ] {
            assert_eq!(seconds(us), text);
        }
    }

    #[test]
    fn a_failure_has_ended_without_success() {
        for s in FAILED {
            assert!(!s.is_live() && s != RequestState::AnsweredSuccess, "{s}");
        }
    }
}
