//! Incident counts as stated in other parties' reports.

use crate::{
    context::Ctx,
    error::Result,
    output::Answer,
    registers::{Common, common},
};
use clap::Subcommand;
use northbound_app::{
    incidents::add_stated,
    registers::{author, view},
};
use northbound_registers::records::service::incidents::StatedIncidents;
use northbound_types::{IncidentId, Period, Utc};

/// Incident counts as stated in a report
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatedCommand {
    /// Record the counts stated in a report; `incident balance` checks them
    Add {
        /// Period
        #[arg(long)]
        period: Period,
        /// Area of the report
        #[arg(long, default_value = "registration-data")]
        area: String,
        /// Open at the start of the period
        #[arg(long, value_name = "N")]
        opening: Option<i64>,
        /// Opened in the period
        #[arg(long, value_name = "N")]
        opened: Option<i64>,
        /// Reopened in the period
        #[arg(long, value_name = "N")]
        reopened: Option<i64>,
        /// Resolved in the period
        #[arg(long, value_name = "N")]
        resolved: Option<i64>,
        /// Withdrawn or merged in the period
        #[arg(long, value_name = "N")]
        withdrawn: Option<i64>,
        /// Open at the end of the period
        #[arg(long, value_name = "N")]
        open: i64,
        /// Incidents open at the end that the report names
        #[arg(long, value_delimiter = ',', value_name = "ID")]
        identified: Vec<IncidentId>,
        /// Author of the report. Default: the acting person
        #[arg(long)]
        source: Option<String>,
        /// Document that states it
        #[arg(long, default_value = "")]
        document: String,
        /// Place in the document
        #[arg(long, default_value = "")]
        place: String,
        /// When this became known. Default: now
        #[arg(long, value_name = "TIME")]
        known: Option<Utc>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(super) fn run(c: &StatedCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        StatedCommand::Add {
            period,
            area,
            opening,
            opened,
            reopened,
            resolved,
            withdrawn,
            open,
            identified,
            source,
            document,
            place,
            known,
        } => {
            let stated = StatedIncidents {
                area: area.clone(),
                period: *period,
                opening: *opening,
                opened: *opened,
                reopened: *reopened,
                resolved: *resolved,
                withdrawn: *withdrawn,
                open: *open,
                identified: identified.clone(),
                source: author(source.as_deref(), &ctx.actor),
                document: document.clone(),
                place: place.clone(),
            };
            Ok(view::receipt(&add_stated(ctx, &stated, *known)?))
        }
        StatedCommand::Common(c) => common::<StatedIncidents>(c, ctx),
    }
}
