//! Options of `forecast add`, `submit` and `prefill`.

use super::Actuals;
use crate::{confirm, context::Ctx, error::Result, output::Answer};
use clap::Args;
use northbound_app::forecast::{self, SubmitRequest};
use northbound_types::{Eui64, ForecastKind, Period, Utc};
use serde_json::json;

/// A forecast to submit.
#[derive(Debug, Clone, Args)]
pub(crate) struct SubmitArgs {
    /// The User. Default: the only User of the acting party
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Kind: sr (Service Requests) or csr (certificate requests)
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// First month. Default: next month
    #[arg(long, value_name = "MONTH")]
    from: Option<Period>,
    /// Number of months. Default: as the rules require
    #[arg(long, value_name = "N")]
    months: Option<u32>,
    /// Prefill every service that the User used from its own history
    #[arg(long)]
    from_history: bool,
    /// An exception: SRV:MODE:MONTH=N, or SRV:MODE=N for every month; single:MONTH=N for certificates
    #[arg(long, value_name = "SRV:MODE:MONTH=N")]
    set: Vec<String>,
    /// Leave a service out: SRV:MODE. It then has no forecast, which is not a forecast of zero
    #[arg(long, value_name = "SRV:MODE")]
    leave_out: Vec<String>,
    /// Time of submission, for a forecast received on paper; only an analyst, operations or the secretary may give one. Default: now
    #[arg(long, value_name = "TIME")]
    made: Option<Utc>,
    /// A note to the forecast
    #[arg(long, default_value = "")]
    note: String,
    /// Submit what the history proposes without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    actuals: Actuals,
}

impl SubmitArgs {
    /// Submits. What the history proposes is shown first, and whoever submits it says yes.
    pub(crate) fn submit(&self, ctx: &Ctx) -> Result<Answer> {
        let request = self.request();
        if self.from_history && !self.yes && !ctx.dry_run {
            let preview = forecast::submit(&confirm::rehearsal(ctx), &request)?;
            if preview.json["receipt"].is_null() {
                return Ok(preview);
            }
            if !confirm::asked(&preview, "Submit this forecast?")? {
                return Ok(Answer::new(json!({"receipt": null})).say("Nothing was submitted."));
            }
        }
        forecast::submit(ctx, &request)
    }

    pub(crate) fn request(&self) -> SubmitRequest {
        SubmitRequest {
            user: self.user,
            kind: self.kind,
            from: self.from,
            months: self.months,
            from_history: self.from_history,
            set: self.set.clone(),
            leave_out: self.leave_out.clone(),
            made: self.made,
            note: self.note.clone(),
            actuals: self.actuals.request(),
        }
    }
}
