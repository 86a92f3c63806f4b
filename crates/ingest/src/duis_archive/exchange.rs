//! Puts the messages of one RequestID together: which answer belongs to which leg.

use super::outcome::Leaf;
use super::record::{AnswerContent, Answered, Asked, Noted, TimeBasis};
use northbound_types::{Leg, time::DAY_US};

/// Counters before this (2012) or after it (2100), in milliseconds, are no wall clock.
const CLOCK_MS: std::ops::Range<u64> = 1_325_376_000_000..4_102_444_800_000;

/// The messages of one RequestID, each once, in order of time.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub asked: Vec<(i64, Asked)>,
    pub answered: Vec<(i64, Answered)>,
    pub noted: Vec<Noted>,
}

/// A run of a schedule.
pub(crate) struct Run<'a> {
    pub place: i64,
    pub answer: &'a Answered,
}

/// What a group comes to.
pub(crate) struct Correlated<'a> {
    /// Each request with its place, its time and where that comes from, and its answers.
    pub exchanges: Vec<(i64, &'a Asked, i64, TimeBasis, Leaf<'a>)>,
    pub runs: Vec<Run<'a>>,
    /// Answers without a request.
    pub orphans: Vec<(i64, &'a Answered)>,
    /// Requests that nothing dates.
    pub undated: Vec<(i64, &'a Asked)>,
}

/// When the request was sent: its counter, if that is a wall clock within a day of the file or of
/// an acknowledgement or answer (or there is neither); else the time of the file; else the first
/// answer; `None` where none of these exists.
pub(crate) fn time_of(asked: &Asked, answered: &[(i64, Answered)]) -> Option<(i64, TimeBasis)> {
    let first = answered.iter().map(|(_, a)| a.at).min();
    if CLOCK_MS.contains(&asked.id.counter) {
        let at = asked.id.counter as i64 * 1_000;
        let near = |other: i64| at.abs_diff(other) <= DAY_US.unsigned_abs();
        let alone = asked.file_time.is_none() && first.is_none();
        if alone || asked.file_time.is_some_and(near) || first.is_some_and(near) {
            return Some((at, TimeBasis::Counter));
        }
    }
    asked.file_time.map(|t| (t, TimeBasis::FileTime)).or(first.map(|t| (t, TimeBasis::Answer)))
}

pub(crate) fn correlate(group: &Group) -> Correlated<'_> {
    let (mut exchanges, mut undated) = (Vec::new(), Vec::new());
    for (place, asked) in &group.asked {
        match time_of(asked, &group.answered) {
            Some((at, basis)) => exchanges.push((*place, asked, at, basis, Leaf::default())),
            None => undated.push((*place, asked)),
        }
    }
    let (mut runs, mut orphans) = (Vec::new(), Vec::new());
    for (place, answer) in &group.answered {
        if matches!(answer.says, AnswerContent::Run(_)) {
            runs.push(Run { place: *place, answer });
            continue;
        }
        // Requests with one identity and different content are rivals: what answers one answers all.
        match leg_of(answer, &exchanges) {
            Some(leg) => {
                let mut taken = false;
                for (_, asked, _, _, leaf) in &mut exchanges {
                    if asked.leg() == leg {
                        taken |= give(leaf, asked, answer);
                    }
                }
                if !taken {
                    orphans.push((*place, answer));
                }
            }
            None => orphans.push((*place, answer)),
        }
    }
    Correlated { exchanges, runs, orphans, undated }
}

/// Which leg an answer belongs to, among those that the archive has.
fn leg_of(answer: &Answered, exchanges: &[(i64, &Asked, i64, TimeBasis, Leaf<'_>)]) -> Option<Leg> {
    let has = |leg: Leg| exchanges.iter().any(|(_, a, ..)| a.leg() == leg);
    let other = || exchanges.iter().map(|(_, a, ..)| a.leg()).find(|&l| l != Leg::Transform);
    match answer.says {
        AnswerContent::PreCommand => has(Leg::Transform).then_some(Leg::Transform),
        AnswerContent::LocalCommand if has(Leg::Local) => Some(Leg::Local),
        // Without data and with an error: it refuses whichever was asked last before it.
        AnswerContent::Nothing if answer.code.starts_with('E') && answer.response.is_none() => {
            let open = |leaf: &Leaf<'_>| leaf.answer.is_none();
            exchanges
                .iter()
                .filter(|(_, _, at, _, leaf)| *at <= answer.at && open(leaf))
                .max_by_key(|(_, a, at, ..)| (*at, a.leg()))
                .or_else(|| exchanges.iter().find(|(.., leaf)| open(leaf)))
                .map(|(_, a, ..)| a.leg())
        }
        _ => other(),
    }
}

/// Gives an answer to a leg; `false` where the leg has one already.
fn give<'a>(leaf: &mut Leaf<'a>, asked: &Asked, answer: &'a Answered) -> bool {
    let acknowledges = answer.says == AnswerContent::Nothing && answer.code == "I99"
        // CV3 and 7: the Command for local delivery comes at once, the device's answer later.
        || answer.says == AnswerContent::LocalCommand && asked.leg() == Leg::Send;
    if acknowledges {
        leaf.acknowledged = Some(leaf.acknowledged.map_or(answer.at, |t| t.min(answer.at)));
        return true;
    }
    if matches!(answer.says, AnswerContent::Close { .. }) {
        leaf.closes.push(answer);
        return true;
    }
    if leaf.answer.is_some() {
        return false;
    }
    leaf.answer = Some(answer);
    true
}
