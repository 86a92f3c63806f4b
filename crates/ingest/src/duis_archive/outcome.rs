//! How a request ended, from the messages that answer it.

use super::record::{AnswerContent, Answered, Asked, Note, Noted};
use northbound_types::{Leg, RequestState, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What ThrottledAlertCount means is not published; until it is settled, no figure uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThrottledCount {
    /// Unknown: carried is 0, and the summary says how many copies had a count.
    #[default]
    Unknown,
    /// The alerts that the copy represents beside itself.
    Beside,
    /// The alerts that the copy represents, itself included.
    Including,
}

/// Bytes of records in memory before they go to temporary files.
pub const DEFAULT_MEMORY_BYTES: usize = 256 * 1024 * 1024;

/// How an archive is put together.
#[derive(Debug, Clone)]
pub struct AssembleOptions {
    /// Whose counters these are.
    pub namespace: String,
    /// The feed's name in the rows.
    pub feed: String,
    /// When the archive became known.
    pub known: Utc,
    /// The User Role that the archive's owner acts in, empty where unknown.
    pub role: String,
    /// The owner's party category, empty where unknown.
    pub party_category: String,
    /// A request without an answer ends as timed out after so many µs (from when it was due, or
    /// was sent), if the archive reaches beyond that. `None`: it stays in flight.
    pub timeout: Option<i64>,
    /// Response codes by which the service says that the device did not answer: they are no answer
    /// of the device. Their meaning is second-hand.
    pub network_codes: BTreeMap<String, RequestState>,
    /// What a CommandFailure alert with this code makes of the request. The meaning of N12 and
    /// N13 is recalled, not published.
    pub failure_alerts: BTreeMap<String, RequestState>,
    /// `I99` to a Non-Device request is its answer where no other comes (second-hand).
    pub acknowledged_non_device_is_answered: bool,
    /// What ThrottledAlertCount means.
    pub throttled: ThrottledCount,
    /// Bytes of records in memory before they go to temporary files.
    pub memory_bytes: usize,
    /// Where temporary files go.
    pub temporary: PathBuf,
}

impl AssembleOptions {
    /// The defaults, for a feed and the time at which its archive became known.
    #[must_use]
    pub fn new(feed: &str, known: Utc) -> AssembleOptions {
        let codes =
            |list: &[(&str, RequestState)]| list.iter().map(|&(c, s)| (c.to_owned(), s)).collect();
        use RequestState::{FailedNoRoute, TimedOut};
        AssembleOptions {
            namespace: "duis".into(),
            feed: feed.into(),
            known,
            role: String::new(),
            party_category: String::new(),
            timeout: None,
            network_codes: codes(&[("E20", FailedNoRoute), ("E21", TimedOut), ("E30", TimedOut)]),
            failure_alerts: codes(&[("N12", FailedNoRoute), ("N13", TimedOut)]),
            acknowledged_non_device_is_answered: true,
            throttled: ThrottledCount::Unknown,
            memory_bytes: DEFAULT_MEMORY_BYTES,
            temporary: std::env::temp_dir(),
        }
    }
}

/// The messages of one leg of one RequestID.
#[derive(Debug, Default)]
pub(crate) struct Leaf<'a> {
    pub acknowledged: Option<i64>,
    pub answer: Option<&'a Answered>,
    pub closes: Vec<&'a Answered>,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub state: RequestState,
    pub code: String,
    pub acknowledged: Option<i64>,
    pub answer_sent: Option<i64>,
    pub timeout_at: Option<i64>,
}

/// Judges one leg. `received` in µs; `last` is the latest time that the archive states.
pub(crate) fn outcome(
    asked: &Asked,
    leaf: &Leaf<'_>,
    notes: &[&Noted],
    received: i64,
    last: i64,
    options: &AssembleOptions,
) -> Outcome {
    let mut out = Outcome {
        state: RequestState::InFlight,
        code: String::new(),
        acknowledged: leaf.acknowledged,
        answer_sent: None,
        timeout_at: None,
    };
    let due = if asked.leg() == Leg::Transform { None } else { asked.due };
    let open_until = options.timeout.map(|t| due.unwrap_or(received).saturating_add(t));
    let ended = closed(leaf, due, &mut out)
        || answered(asked, leaf, due, options, &mut out)
        || noted(notes, options, &mut out);
    if !ended {
        out.state = if due.is_some() && out.acknowledged.is_some() {
            RequestState::Waiting
        } else {
            RequestState::InFlight
        };
        if notes.iter().any(|n| n.note == Note::Quarantined) {
            out.state = RequestState::Held;
        }
        if asked.leg() == Leg::NonDevice
            && out.acknowledged.is_some()
            && options.acknowledged_non_device_is_answered
        {
            out.state = RequestState::AnsweredSuccess;
            out.answer_sent = out.acknowledged;
        }
    }
    // An answer after the time-out is a movement of its own; the end stays timed out.
    if let Some(limit) = open_until {
        let open =
            matches!(out.state, RequestState::InFlight | RequestState::Waiting) && last >= limit;
        let late = out.state.is_answered() && out.answer_sent.is_some_and(|at| at > limit);
        if open || late {
            out.state = RequestState::TimedOut;
        }
        if out.timeout_at.is_none() {
            out.timeout_at = Some(limit);
        }
    }
    out
}

/// By 8F66 and 8F67: any failure closes; success closes when every instruction has reported.
fn closed(leaf: &Leaf<'_>, due: Option<i64>, out: &mut Outcome) -> bool {
    let (mut seen, mut total, mut last) = (BTreeSet::new(), 0, i64::MIN);
    let mut failed: Option<i64> = None;
    for close in &leaf.closes {
        if let AnswerContent::Close { success, instruction, total: of } = close.says {
            seen.insert(instruction);
            total = total.max(of);
            last = last.max(close.at);
            if !success {
                failed = Some(failed.map_or(close.at, |f| f.min(close.at)));
            }
        }
    }
    if let Some(at) = failed {
        (out.state, out.answer_sent, out.code) =
            (RequestState::AnsweredDeviceError, Some(at), "8F67".into());
        return true;
    }
    if seen.is_empty() || seen.len() < usize::from(total) {
        return false;
    }
    // The device's word that it has the Command came before; it is no answer.
    if let (Some(_), Some(early)) = (due, leaf.answer) {
        out.acknowledged = out.acknowledged.or(Some(early.at));
    }
    (out.state, out.answer_sent, out.code) =
        (RequestState::AnsweredSuccess, Some(last), "8F66".into());
    true
}

fn answered(
    asked: &Asked,
    leaf: &Leaf<'_>,
    due: Option<i64>,
    options: &AssembleOptions,
    out: &mut Outcome,
) -> bool {
    let Some(answer) = leaf.answer else { return false };
    let error = answer.code.starts_with('E');
    if !error
        && (!leaf.closes.is_empty() || due.is_some_and(|d| answer.at < d))
        && asked.leg() == Leg::Send
    {
        // Held by the device until it is due: this only says that the device has it.
        out.acknowledged = out.acknowledged.or(Some(answer.at));
        return false;
    }
    out.code = answer.code.clone();
    if !error {
        (out.state, out.answer_sent) = (RequestState::AnsweredSuccess, Some(answer.at));
    } else if let Some(&state) = options.network_codes.get(&answer.code) {
        out.state = state;
        out.timeout_at = (state == RequestState::TimedOut).then_some(answer.at);
    } else if answer.response.is_some() {
        (out.state, out.answer_sent) = (RequestState::AnsweredDeviceError, Some(answer.at));
    } else {
        out.state = RequestState::Refused;
    }
    true
}

/// By an alert that names the request.
fn noted(notes: &[&Noted], options: &AssembleOptions, out: &mut Outcome) -> bool {
    for noted in notes {
        if let Note::Failed(code) = &noted.note
            && let Some(&state) = options.failure_alerts.get(code)
        {
            out.state = state;
            out.code.clone_from(code);
            out.timeout_at = (state == RequestState::TimedOut).then_some(noted.at);
            return true;
        }
    }
    false
}
