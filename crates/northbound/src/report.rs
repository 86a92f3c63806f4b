//! `report mine`: a User's own service beside what was reported.

mod oversight;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    evidence,
    output::{Answer, Table, count},
    pack,
};
use clap::Subcommand;
use northbound_measures::views::{diff::figure_words, process::ProcessLine};
use northbound_packs::{Formats, mine::report_mine, store::write_mine};
use northbound_registers::{Sight, Store};
use northbound_types::{Eui64, Period};
use serde_json::json;

/// Reports for one reader
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReportCommand {
    /// A User's own service beside what was reported: by business process, SRV and region
    Mine {
        /// The User's EUI
        #[arg(long, value_name = "EUI")]
        user: Eui64,
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology of what was reported
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
        /// Write it as a document (HTML, PDF, XLSX, CSV, JSON) into this folder too
        #[arg(long, value_name = "DIR")]
        out: Option<std::path::PathBuf>,
    },
    /// Installations against an explicit baseline and source; refused without
    Installs {
        /// Period
        #[arg(long)]
        period: Period,
        /// The period that it is set against
        #[arg(long, value_name = "PERIOD")]
        baseline: Option<Period>,
        /// Who states the counts; hubs: the hub installs kept here
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// What parties say, by class and region, never by name
    Sentiment {
        /// Month
        #[arg(long)]
        period: Period,
    },
    /// Evidence on each region from all sides, and where it does not agree
    Evidence {
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology of what was reported
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
    },
    /// Defects of measures with the numbers that show them; --format csv exports them
    Defects {
        /// Month
        #[arg(long)]
        period: Period,
    },
}

/// Decimals of a share in print.
const DECIMALS: u32 = 2;

pub(crate) fn run(c: &ReportCommand, ctx: &Ctx) -> Result<Answer> {
    let (user, period, methodology, out) = match c {
        ReportCommand::Mine { user, period, methodology, out } => (user, period, methodology, out),
        ReportCommand::Installs { period, baseline, source } => {
            return oversight::installs(ctx, *period, *baseline, source.as_deref());
        }
        ReportCommand::Sentiment { period } => return oversight::sentiment(ctx, *period),
        ReportCommand::Evidence { period, methodology } => {
            return oversight::evidence_by_region(ctx, *period, methodology.as_deref());
        }
        ReportCommand::Defects { period } => return oversight::metric_defects(ctx, *period),
    };
    let store = ctx.store()?;
    may_see(ctx, &store, *user)?;
    let mut progress = ctx.progress();
    let e = evidence::gather(ctx, &store, *period, methodology.as_deref(), &mut progress)?;
    let mine = report_mine(&e, &user.to_string())?;
    let files = match out.as_ref().filter(|_| !ctx.dry_run) {
        Some(out) => {
            pack::with_sources(ctx, |p| Ok(write_mine(p, &e, &mine, Formats::all(), out)?))?
        }
        None => Vec::new(),
    };
    let view = mine.view;
    drop(progress);
    let reported = {
        let mut t =
            Table::new("What was reported", &["measure", "provider", "region", "figure", "band"]);
        for r in &view.reported {
            t.row([
                r.measure.clone(),
                r.provider.clone(),
                r.region.to_string(),
                figure_words(&r.figure, DECIMALS),
                r.band.to_string(),
            ]);
        }
        t
    };
    let total: u64 = view.regions.iter().map(|l| l.requests).sum();
    Ok(Answer::new(json!({"view": view, "manifest": e.known.snapshot.root.hash, "rules": e.known.rules.id(), "methodology": e.known.methodology.id, "as_at": e.known.as_at, "files": files}))
        .say(format!("{user} in {period}: {} requests (tests left out).", count(total)))
        .table(lines("By business process", "process", &view.processes)).table(lines("By SRV", "SRV", &view.srvs)).table(lines("By region", "region", &view.regions)).table(reported))
}

/// A User sees its own; staff see all.
fn may_see(ctx: &Ctx, store: &Store, user: Eui64) -> Result<()> {
    let sight = Sight::of(&ctx.actor);
    if sight.all {
        return Ok(());
    }
    let party = ctx.gate(store).party_of(user, ctx.as_at())?.map(|u| u.party.id);
    if party.is_some() && party == sight.party {
        return Ok(());
    }
    Err(CliError::refused(format!(
        "{} may not see the requests of {user}: it is no User of its own party; act for that party (--as person@party+user) or as analyst",
        ctx.actor
    )))
}

fn lines(title: &str, key: &str, list: &[ProcessLine]) -> Table {
    let mut t = Table::new(
        title,
        &[
            key,
            ">requests",
            ">in time",
            ">late",
            ">no target known",
            ">unanswered",
            ">refused",
            ">other",
            "in time of what fell due",
        ],
    );
    for l in list {
        let n = [l.requests, l.in_time, l.late, l.no_target, l.unanswered, l.refused, l.other]
            .map(count);
        let mut cells = vec![l.key.clone()];
        cells.extend(n);
        cells.push(figure_words(&l.share, DECIMALS));
        t.row(cells);
    }
    t
}
