//! `report`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::report::{self, InstallsRequest, OwnServiceRequest};
use northbound_types::{Eui64, Period};

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

pub(crate) fn run(c: &ReportCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ReportCommand::Mine { user, period, methodology, out } => {
            let request = OwnServiceRequest {
                user: *user,
                period: *period,
                methodology: methodology.clone(),
                out: out.clone(),
            };
            report::own_service(ctx, &request)
        }
        ReportCommand::Installs { period, baseline, source } => {
            let request =
                InstallsRequest { period: *period, baseline: *baseline, source: source.clone() };
            report::installs(ctx, &request)
        }
        ReportCommand::Sentiment { period } => report::sentiment(ctx, *period),
        ReportCommand::Evidence { period, methodology } => {
            report::evidence_by_region(ctx, *period, methodology.as_deref())
        }
        ReportCommand::Defects { period } => report::defects(ctx, *period),
    }
}
