//! The states of a request and of an alert, in one place: a new state breaks the build of every
//! report that lists them.

use crate::text_enum;

text_enum! {
    /// Where a request is, or how it ended.
    pub enum RequestState("state of a request") {
        /// Live: in quarantine, waiting for a decision.
        Held = "held",
        /// Live: future-dated, scheduled, or waiting for its predecessor.
        Waiting = "waiting",
        /// Live: accepted and in a queue.
        Queued = "queued",
        /// Live: sent to the network, no answer yet.
        InFlight = "in-flight",
        /// End: refused with a response code.
        Refused = "refused",
        /// End: deleted from quarantine.
        QuarantineDeleted = "quarantine-deleted",
        /// End: expired in quarantine.
        QuarantineExpired = "quarantine-expired",
        /// End: cancelled by its sender.
        Cancelled = "cancelled",
        /// End: the request that it waited for failed.
        PredecessorFailed = "predecessor-failed",
        /// End: dropped by queue management.
        Shed = "shed",
        /// End: no way to the device.
        FailedNoRoute = "failed-no-route",
        /// End: answered with success.
        AnsweredSuccess = "answered-success",
        /// End: answered by the device with an error.
        AnsweredDeviceError = "answered-device-error",
        /// End: abandoned at its time-out. A later answer is a further movement; the end stays.
        TimedOut = "timed-out",
    }
}

impl RequestState {
    /// `true` while the request can still move.
    #[must_use]
    pub const fn is_live(self) -> bool {
        use RequestState::*;
        match self {
            Held | Waiting | Queued | InFlight => true,
            Refused | QuarantineDeleted | QuarantineExpired | Cancelled | PredecessorFailed
            | Shed | FailedNoRoute | AnsweredSuccess | AnsweredDeviceError | TimedOut => false,
        }
    }

    /// `true` for the two ends that carry an answer from the device.
    #[must_use]
    pub const fn is_answered(self) -> bool {
        matches!(self, RequestState::AnsweredSuccess | RequestState::AnsweredDeviceError)
    }

    /// `true` where the request was accepted and so belongs to a denominator of attempts.
    ///
    /// Refusals, cancellations and quarantine ends never reached the network: they are counted
    /// and shown, and are no attempts.
    #[must_use]
    pub const fn is_attempt(self) -> bool {
        use RequestState::*;
        match self {
            Queued | InFlight | Shed | FailedNoRoute | AnsweredSuccess | AnsweredDeviceError
            | TimedOut => true,
            Held | Waiting | Refused | QuarantineDeleted | QuarantineExpired | Cancelled
            | PredecessorFailed => false,
        }
    }

    /// May a request move from `self` to `next`? An end state never moves.
    #[must_use]
    pub fn may_become(self, next: RequestState) -> bool {
        use RequestState::*;
        match self {
            Held => matches!(
                next,
                Waiting | Queued | QuarantineDeleted | QuarantineExpired | Cancelled | Refused
            ),
            Waiting => matches!(
                next,
                Held | Queued
                    | Cancelled
                    | PredecessorFailed
                    | TimedOut
                    | Refused
                    | Shed
                    | AnsweredSuccess
                    | AnsweredDeviceError
            ),
            Queued => matches!(
                next,
                InFlight
                    | Shed
                    | FailedNoRoute
                    | TimedOut
                    | Cancelled
                    | AnsweredSuccess
                    | AnsweredDeviceError
            ),
            InFlight => matches!(
                next,
                AnsweredSuccess | AnsweredDeviceError | TimedOut | FailedNoRoute | Queued
            ),
            Refused | QuarantineDeleted | QuarantineExpired | Cancelled | PredecessorFailed
            | Shed | FailedNoRoute | AnsweredSuccess | AnsweredDeviceError | TimedOut => false,
        }
    }
}

text_enum! {
    /// What became of an alert.
    pub enum AlertState("state of an alert") {
        /// An exact repeat (same device, recipient and counter).
        Duplicate = "duplicate",
        /// Not understood, or without a recipient.
        Refused = "refused",
        /// Counted into a storm's copy, not forwarded itself.
        Consolidated = "consolidated",
        /// Forwarded; delivery pending.
        Pending = "pending",
        /// Forwarded and delivered.
        Delivered = "delivered",
        /// Forwarded; the endpoint would not take it.
        Parked = "parked",
    }
}

impl AlertState {
    /// `true` where the alert was forwarded to a User, delivered or not.
    #[must_use]
    pub const fn is_forwarded(self) -> bool {
        match self {
            AlertState::Pending | AlertState::Delivered | AlertState::Parked => true,
            AlertState::Duplicate | AlertState::Refused | AlertState::Consolidated => false,
        }
    }
}

text_enum! {
    /// How an exchange did against its Target Response Time: derived from its times with a rule
    /// set, never stored as fact.
    pub enum Timeliness("timeliness") {
        /// Answered, not above the target.
        InTime = "in-time",
        /// Answered, above the target.
        Late = "late",
        /// Answered, and no target is known: never counted as in time.
        NoTarget = "no-target",
        /// An attempt that ended without an answer, or was open at the cut-off.
        Unanswered = "unanswered",
        /// The answer is dated before the request.
        ClockError = "clock-error",
        /// Not an attempt (refused, cancelled, held, waiting …).
        NotApplicable = "not-applicable",
    }
}

impl Timeliness {
    /// Judges one exchange. `start`, `end`, `target_at` in µs.
    ///
    /// A late answer after time-out stays unanswered: the end state decides before the times.
    #[must_use]
    pub fn judge(
        state: RequestState,
        start: i64,
        end: Option<i64>,
        target_at: Option<i64>,
    ) -> Timeliness {
        if state.is_answered() {
            match (end, target_at) {
                (Some(e), _) if e < start => Timeliness::ClockError,
                (Some(e), Some(t)) => {
                    if e <= t {
                        Timeliness::InTime
                    } else {
                        Timeliness::Late
                    }
                }
                // Answered, but no target or no time is known: it cannot be in time.
                (Some(_), None) | (None, _) => Timeliness::NoTarget,
            }
        } else if state.is_attempt() {
            Timeliness::Unanswered
        } else {
            Timeliness::NotApplicable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_never_move_and_live_states_can_end() {
        for &a in RequestState::ALL {
            let exits = RequestState::ALL.iter().filter(|&&b| a.may_become(b)).count();
            assert_eq!(exits > 0, a.is_live(), "{a}");
        }
    }

    #[test]
    fn equality_with_the_target_is_in_time() {
        let s = RequestState::AnsweredSuccess;
        assert_eq!(Timeliness::judge(s, 0, Some(30), Some(30)), Timeliness::InTime);
        assert_eq!(Timeliness::judge(s, 0, Some(31), Some(30)), Timeliness::Late);
        assert_eq!(Timeliness::judge(s, 5, Some(4), Some(30)), Timeliness::ClockError);
        assert_eq!(Timeliness::judge(s, 5, Some(4), None), Timeliness::ClockError);
        assert_eq!(Timeliness::judge(s, 0, Some(1), None), Timeliness::NoTarget);
        assert_eq!(
            Timeliness::judge(RequestState::TimedOut, 0, Some(99), Some(30)),
            Timeliness::Unanswered
        );
        assert_eq!(
            Timeliness::judge(RequestState::Refused, 0, None, Some(30)),
            Timeliness::NotApplicable
        );
    }
}
