//! The report on the incidents of one area, on the screen and as a document.

use super::{
    moment,
    stock::{balances, marked, reports, view},
    view::{category, text},
};
use crate::{Answer, Context, Result, Table, evidence};
use northbound_measures::{incidents::Which, views::registration::ArrivalLine};
use northbound_packs::{
    Formats,
    assemble::incidents::sum_in_words,
    data::incidents::{self, IncidentView},
    evidence::incidents as recorded,
    incident_report, render_all,
};
use northbound_registers::{AsAt, Store};
use northbound_types::Period;
use serde_json::json;
use std::path::PathBuf;

/// The area whose report has the arrivals of registration files too.
const REGISTRATION_DATA: &str = "registration-data";

/// Which report.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// Period.
    pub period: Period,
    /// What it is about; `all` for every area.
    pub area: String,
    /// Only incidents that concern this provider.
    pub provider: Option<String>,
    /// Also write the report as a document (HTML, PDF, XLSX, CSV, JSON) into this folder.
    pub out: Option<PathBuf>,
}

/// The report of a period.
///
/// # Errors
/// Where the registers, the rules or the ledger cannot be read, or the document cannot be written.
pub fn report(ctx: &Context, request: &ReportRequest) -> Result<Answer> {
    let store = ctx.store()?;
    let which = Which {
        area: Some(request.area.clone()).filter(|area| area != "all"),
        provider: request.provider.clone(),
        category: None,
    };
    let v = view(ctx, &store, request.period, &which)?;
    let arrivals = arrivals(ctx, &store, request)?;
    let title = if request.area == REGISTRATION_DATA {
        "Registration Data Provider incident report".to_owned()
    } else {
        format!("Incident report: {}", request.area)
    };
    let out = request.out.as_ref().filter(|_| !ctx.dry_run);
    let files = match out {
        Some(out) => {
            let e = evidence::gather(ctx, &store, request.period, None, &mut ctx.progress())?;
            render_all(&incident_report::document(&e, &v, &arrivals, &title), out, Formats::all())?
        }
        None => Vec::new(),
    };
    let json = json!({"title": title, "view": v, "arrivals": arrivals, "files": files});
    let mut answer = Answer::new(json)
        .say(format!(
            "{title}, {}, as at {}: {}.",
            request.period,
            v.as_at,
            sum_in_words(&v.balance)
        ))
        .table(listed(&v))
        .table(balances(&v));
    if let Some(t) = reports(&v) {
        answer = answer.table(t);
    }
    if !arrivals.is_empty() {
        answer = answer.table(registration_files(&arrivals));
    }
    answer = marked(answer, &v);
    if let Some(out) = out {
        answer = answer.then(format!("Written to {}.", out.display())).built(out);
    }
    Ok(answer)
}

/// Arrivals of registration files, where the report is about registration data.
fn arrivals(ctx: &Context, store: &Store, request: &ReportRequest) -> Result<Vec<ArrivalLine>> {
    if request.area != REGISTRATION_DATA {
        return Ok(Vec::new());
    }
    let files = recorded::arrivals(&ctx.gate(store), AsAt::NOW, moment(ctx))?;
    let mut lines = incidents::arrivals(&ctx.rules()?, &files, request.period, moment(ctx))?;
    lines.retain(|l| request.provider.as_ref().is_none_or(|p| *p == l.provider));
    Ok(lines)
}

fn listed(v: &IncidentView) -> Table {
    let mut t = Table::new(
        "Incidents",
        &["incident", "state", "category", "provider", "escalated to", "title"],
    );
    for l in &v.incidents {
        t.row([
            l.incident.to_string(),
            l.state.to_string(),
            category(l.category),
            text(l.provider.as_ref()),
            text(l.escalated_to.as_ref()),
            l.title.clone(),
        ]);
    }
    t
}

fn registration_files(lines: &[ArrivalLine]) -> Table {
    let head = [
        "provider",
        "layout",
        ">due",
        ">in time",
        ">late",
        ">missing",
        ">duplicates",
        ">out of order",
        ">refused",
    ];
    let mut t = Table::new("Registration files", &head);
    for l in lines {
        let counts =
            [l.due, l.in_time, l.late, l.missing, l.duplicates, l.out_of_order, l.rejected];
        let names = [l.provider.clone(), l.layout.clone()];
        t.row(names.into_iter().chain(counts.map(|n| n.to_string())));
    }
    t
}
