//! `report`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::report::{self, InstallsRequest, OwnServiceRequest};
use northbound_types::{Eui64, Period};

/// Reports on one subject
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReportCommand {
    /// A User's own service beside the reported figures, by business process, SRV and region
    Mine {
        /// EUI-64 of the User
        #[arg(long, value_name = "EUI")]
        user: Eui64,
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology of the reported figures
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
        /// Also write the report as a document (HTML, PDF, XLSX, CSV, JSON) into this folder
        #[arg(long, value_name = "DIR")]
        out: Option<std::path::PathBuf>,
    },
    /// Installations against a baseline, from a named source; both must be given
    Installs {
        /// Period
        #[arg(long)]
        period: Period,
        /// Baseline period
        #[arg(long, value_name = "PERIOD")]
        baseline: Option<Period>,
        /// Source of the counts; `hubs` for the registered hub installations
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// How parties rate the service, by class and region, without names
    Sentiment {
        /// Month
        #[arg(long)]
        period: Period,
    },
    /// Evidence on each region from all sources, and where it disagrees
    Evidence {
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology of the reported figures
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
    },
    /// Defects of measures with the figures that show them; use --format csv to export
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
