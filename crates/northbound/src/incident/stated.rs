//! Counts of incidents as reports of others state them.

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

/// Counts of incidents as a report states them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatedCommand {
    /// Record the counts of a report; `incident balance` checks them
    Add {
        /// Period
        #[arg(long)]
        period: Period,
        /// What the report is about
        #[arg(long, default_value = "registration-data")]
        area: String,
        /// Open at the start of the period
        #[arg(long, value_name = "N")]
        opening: Option<i64>,
        /// Opened in it
        #[arg(long, value_name = "N")]
        opened: Option<i64>,
        /// Opened again in it
        #[arg(long, value_name = "N")]
        reopened: Option<i64>,
        /// Resolved in it
        #[arg(long, value_name = "N")]
        resolved: Option<i64>,
        /// Withdrawn or merged in it
        #[arg(long, value_name = "N")]
        withdrawn: Option<i64>,
        /// Open at its end
        #[arg(long, value_name = "N")]
        open: i64,
        /// Those open at the end that the report identifies
        #[arg(long, value_delimiter = ',', value_name = "ID")]
        identified: Vec<IncidentId>,
        /// Who states it. Default: who acts
        #[arg(long)]
        source: Option<String>,
        /// In which document
        #[arg(long, default_value = "")]
        document: String,
        /// Where in it
        #[arg(long, default_value = "")]
        place: String,
        /// Since when it is known. Default: now
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
