//! What the registers hold for the next agenda.

use crate::{Context, Result, registers};
use northbound_documents::render::words::day;
use northbound_minutes::{
    agenda::{Awaited, Due, Input, Report},
    compose::About,
};
use northbound_registers::{
    Query,
    records::{
        oversight::{
            actions::{Action, ActionStatus},
            decisions::Decision,
            documents::{Document, DocumentKind, DocumentStanding},
            workpackages::{PackageState, WorkPackage},
        },
        reporting::packs::{Pack, PackStatus},
        smets1::{
            criteria::{Criteria, CriteriaState},
            defects::{Defect, DefectState},
        },
    },
};
use northbound_types::{Day, Period};

/// Reports that each meeting looks at.
const STANDING: [DocumentKind; 4] = [
    DocumentKind::PerformanceReport,
    DocumentKind::RdpIncidentReport,
    DocumentKind::CsrVariance,
    DocumentKind::SrVariance,
];

/// Everything that is due at the meeting or before.
pub(super) fn input(ctx: &Context, about: &About, period: Period, today: Day) -> Result<Input> {
    let all = Query::default();
    let documents: Vec<Document> =
        registers::list::<Document>(ctx, &all)?.into_iter().map(|k| k.record).collect();
    let mut reports = packs(ctx, period)?;
    reports.extend(standing(&documents, period, today));
    Ok(Input {
        minutes: documents
            .iter()
            .filter(|d| d.kind == DocumentKind::Minutes && d.version.starts_with("draft"))
            .filter(|d| d.owner.eq_ignore_ascii_case(&about.body))
            .map(|d| (d.title.clone(), d.id.clone()))
            .collect(),
        actions: registers::list::<Action>(ctx, &all)?
            .into_iter()
            .map(|k| k.record)
            .filter(|a| matches!(a.status, ActionStatus::Open | ActionStatus::ClaimedDone))
            .map(|a| Due {
                target: a.due(),
                claimed: a.status == ActionStatus::ClaimedDone,
                id: a.found,
                owner: a.owner,
                text: a.text,
            })
            .collect(),
        reports,
        awaited: awaited(ctx, &documents, about, today)?,
    })
}

/// The brief of the month's pack: its newest issue, or that none was issued.
fn packs(ctx: &Context, period: Period) -> Result<Vec<Report>> {
    let packs = registers::list::<Pack>(ctx, &Query { period: Some(period), ..Query::default() })?;
    let newest = packs
        .into_iter()
        .filter(|p| p.record.party.is_none() && p.record.status == PackStatus::Issued)
        .max_by_key(|p| p.record.number);
    Ok(newest
        .map(|p| Report {
            title: format!("Performance in {period}: brief of the month's pack"),
            standing: format!("{}, as known {}", p.id, day(p.record.as_at.day())),
            document: p.id,
        })
        .into_iter()
        .collect())
}

/// Standing reports on the period, and those on earlier ones that are not here yet.
fn standing(documents: &[Document], period: Period, today: Day) -> Vec<Report> {
    let mut out = Vec::new();
    for kind in STANDING {
        for d in documents.iter().filter(|d| d.kind == kind) {
            let here = d.standing(today) == DocumentStanding::Arrived;
            let earlier = d.period.is_some_and(|p| p.first() < period.first());
            if d.period != Some(period) && (here || !earlier) {
                continue;
            }
            let standing = match (d.arrived.filter(|a| *a <= today), d.due) {
                (Some(came), _) => format!("came {}", day(came)),
                (None, Some(due)) if due < today => format!("overdue since {}", day(due)),
                (None, Some(due)) => format!("expected by {}", day(due)),
                (None, None) => "not here yet".to_owned(),
            };
            out.push(Report {
                title: d.title.clone(),
                document: d.id.clone(),
                standing: format!("{} ({}): {standing}", d.id, d.owner),
            });
        }
    }
    out
}

/// Decisions that a body is asked for, on criteria, defects and work packages.
fn awaited(
    ctx: &Context,
    documents: &[Document],
    about: &About,
    today: Day,
) -> Result<Vec<Awaited>> {
    let all = Query::default();
    let of = |kind: DocumentKind| -> Vec<String> {
        documents.iter().filter(|d| d.kind == kind).map(|d| d.id.clone()).collect()
    };
    let mut out = Vec::new();
    for k in registers::list::<Criteria>(ctx, &all)? {
        let c = k.record;
        if c.state == CriteriaState::Decided {
            continue;
        }
        let review = c.review.map_or_else(|| "no day of review".to_owned(), day);
        let open = c.items.iter().filter(|i| i.evidence.is_none()).count();
        let mut points = vec![format!(
            "{} ({}): {open} of {} items open; review {review}",
            c.id,
            c.body,
            c.items.len()
        )];
        points.extend(questions(&c.trail, today));
        let title = format!("Live Services Criteria (LSC): {}", c.title);
        out.push(Awaited { title, points, papers: of(DocumentKind::LscSubmission) });
    }
    for k in registers::list::<Defect>(ctx, &all)? {
        let asked = questions(&k.record.trail, today);
        let own = k
            .record
            .trail
            .iter()
            .any(|d| d.pending(today) && d.body.eq_ignore_ascii_case(&about.body));
        if k.record.state == DefectState::Open && (own || !asked.is_empty()) {
            let papers = of(DocumentKind::MitigationSpecification);
            out.push(Awaited {
                title: format!("Defect: {}", k.record.title),
                points: asked,
                papers,
            });
        }
    }
    for k in registers::list::<WorkPackage>(ctx, &all)? {
        let w = k.record;
        if w.state != PackageState::Approved {
            let points = vec![format!("{} is {}; approval is awaited", w.id, w.state)];
            let title = format!("Work package: {}", w.title);
            out.push(Awaited { title, points, papers: of(DocumentKind::WorkPackage) });
        }
    }
    Ok(out)
}

fn questions(trail: &[Decision], today: Day) -> Vec<String> {
    trail
        .iter()
        .filter(|d| d.pending(today))
        .map(|d| format!("{}: {} ({})", d.body, d.question, d.standing(today)))
        .collect()
}
