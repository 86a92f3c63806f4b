//! The oversight group: its body, its documents and its actions.

use super::day;
use crate::{context::Context, error::Result};
use northbound_registers::{
    Gate,
    records::oversight::{
        actions::{Action, ActionStatus, DueStep},
        bodies::{Body, BodyKind, Power},
        documents::{Document, DocumentKind},
    },
};
use northbound_types::{Day, Period};

/// Id of the group.
pub(super) const GROUP: &str = "opsg";

pub(super) fn load(ctx: &Context, period: Period) -> Result<()> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let body = Body {
        id: GROUP.to_owned(),
        name: "Operations Group (invented)".to_owned(),
        kind: BodyKind::Group,
        powers: vec![Power::Recommend],
    };
    gate.add(&body, &ctx.write())?;
    documents(ctx, &gate, period)?;
    actions(ctx, &gate, period)
}

/// The report that came, minutes that are open for comments, and a report that is late.
fn documents(ctx: &Context, gate: &Gate<'_>, period: Period) -> Result<()> {
    let next = period.next();
    let all = [
        (
            "performance-report",
            DocumentKind::PerformanceReport,
            "Performance report of the month",
            "DCC",
            Some(10),
            Some(2),
            None,
        ),
        (
            "minutes",
            DocumentKind::Minutes,
            "Minutes of the meeting on the month before",
            GROUP,
            None,
            Some(1),
            Some(29),
        ),
        (
            "repair-report",
            DocumentKind::Annex,
            "Report on the repair of the reporting tool",
            "CSPC",
            Some(15),
            None,
            None,
        ),
    ];
    for (id, kind, title, owner, due, arrived, comments_by) in all {
        let of = |n: Option<i32>| -> Option<Day> { n.map(|n| day(next, n)) };
        let document = Document {
            id: format!("{id}-{period}"),
            kind,
            title: format!("{title} (invented)"),
            period: Some(period),
            version: "draft".to_owned(),
            marking: String::new(),
            sharing: String::new(),
            owner: owner.to_owned(),
            due: of(due),
            arrived: of(arrived),
            comments_by: of(comments_by),
            sha256: String::new(),
            filed: String::new(),
            approved_by: String::new(),
        };
        gate.add(&document, &ctx.write())?;
    }
    Ok(())
}

/// One action that is overdue by the second issue, one that is not due yet, one that its owner calls done.
fn actions(ctx: &Context, gate: &Gate<'_>, period: Period) -> Result<()> {
    let next = period.next();
    let all = [
        (
            "01",
            "Say when the capacity work in the North ends",
            day(next, 15),
            ActionStatus::Open,
            "",
        ),
        (
            "02",
            "Bring a proposal for counting tests without an answer",
            day(next.next(), 12),
            ActionStatus::Open,
            "",
        ),
        (
            "03",
            "Send the days that the reporting tool lost again",
            day(next, 22),
            ActionStatus::ClaimedDone,
            "tests-cspc-resent.csv",
        ),
    ];
    for (n, text, target, status, evidence) in all {
        let found = format!(
            "{:02}{:02}/{n}",
            period.first().date().year() % 100,
            period.first().date().month()
        );
        let raised = day(period, 21);
        let action = Action {
            raised: Some(raised),
            status,
            evidence: evidence.to_owned(),
            dues: vec![DueStep {
                target: Some(target),
                set_on: raised,
                set_by: GROUP.to_owned(),
                source: String::new(),
            }],
            ..Action::new(&found, &format!("{text} (invented)"), GROUP)
        };
        gate.action_add(&action, &ctx.write())?;
    }
    Ok(())
}
