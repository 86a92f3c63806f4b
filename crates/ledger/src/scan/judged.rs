//! How one exchange did against its target, from its record as texts; the scan judges whole columns.

use super::judge::{Judge, TargetQuery};
use northbound_types::{RequestState, Timeliness, Utc};
use serde::Serialize;

/// How an exchange did against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// In time, late, or why neither.
    pub timeliness: Timeliness,
    /// From `received` (or `due`, where later) to `answer_sent`, µs.
    pub latency_us: Option<i64>,
    /// The target applied, µs after the same start.
    pub target_us: Option<i64>,
    /// The target comes from an unconfirmed rule.
    pub target_assumed: bool,
}

/// Judges the exchange whose columns `text` gives; an unknown time is an empty text.
pub fn judged<'t>(text: &dyn Fn(&str) -> &'t str, judge: &dyn Judge) -> Judged {
    let time = |column: &str| text(column).parse::<Utc>().ok().map(|t| t.0);
    let received = time("received").unwrap_or(0);
    let rule = judge.target(&TargetQuery {
        srv: text("srv"),
        generation: text("generation"),
        role: text("role"),
        mode: text("mode"),
        test_kind: text("test_kind"),
        leg: text("leg"),
        day: Utc(received).day(),
    });
    let start = time("due").map_or(received, |d| d.max(received));
    let stated = time("target_at");
    let target_at = stated.or_else(|| rule.map(|t| start + t.micros));
    let answered = time("answer_sent");
    let state = text("state").parse().unwrap_or(RequestState::Refused);
    Judged {
        timeliness: Timeliness::judge(state, start, answered, target_at),
        latency_us: answered.map(|a| a - start),
        target_us: target_at.map(|t| t - start),
        target_assumed: stated.is_none() && rule.is_some_and(|t| t.assumed),
    }
}
