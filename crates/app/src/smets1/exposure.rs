//! Installations and installation-days that are exposed to a defect before its fix.

use super::migrations::{StreamFilter, read};
use crate::{Answer, AppError, Context, Result, Table, answer::count};
use northbound_measures::{
    smets1::exposure::{Exposure, expected},
    statistics::exact::decimal,
};
use northbound_packs::smets1::{Stream, exposed, exposure_words, fix_day};
use northbound_registers::records::smets1::{defects::Defect, migrations::monday};
use northbound_rules::scalar::fraction;
use northbound_types::{Day, Ratio};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Exposure before which fix, and under which assumptions.
#[derive(Debug, Clone, Default)]
pub struct ExposureRequest {
    /// Which streams.
    pub streams: StreamFilter,
    /// Defect whose date of fix is used.
    pub defect: Option<String>,
    /// A day of the fix to assume; needed where no defect is named.
    pub fix: Option<Day>,
    /// A weekly cap to assume in place of the registered ones.
    pub cap: Option<u64>,
    /// First week in which a total without stated weeks may be migrated.
    pub start: Option<Day>,
    /// Events per installation-days as a fraction, such as `20/3650000`.
    pub rate: Option<String>,
}

/// Decimals of expected events.
const DECIMALS: u32 = 2;

/// One stream with its exposure, and the events to expect where a rate is given.
struct Line<'a> {
    stream: &'a Stream,
    exposure: Exposure,
    events: (Option<String>, Option<String>),
}

/// The exposure of each stream that has a plan.
///
/// # Errors
/// Where the defect has no date for its fix, no plan is registered, or the rate is no fraction.
pub fn exposure(ctx: &Context, request: &ExposureRequest) -> Result<Answer> {
    let (fix, confidence) = fix(ctx, request)?;
    let rate = request.rate.as_deref().map(|t| fraction(t).ok_or_else(|| AppError::usage(format!("--rate {t:?}: write events per installation-days as a fraction, such as 20/3650000")))).transpose()?;
    let (all, disputes) = read(ctx, &request.streams)?;
    if all.is_empty() {
        return Err(AppError::not_found(
            "there is no plan; add one with `northbound migration import` or `northbound migration add`",
        ));
    }
    let mut lines = Vec::new();
    for (stream, m) in
        all.iter().filter(|(_, m)| !m.plan.weeks.is_empty() || !m.plan.due.is_empty())
    {
        let mut m = m.clone();
        if let Some(cap) = request.cap {
            m.plan.caps = BTreeMap::from([(Day(i32::MIN), cap)]);
        }
        let exposure = exposed(&m, fix, request.start.map(monday))?;
        let events = |days: Option<u64>| {
            rate.zip(days).and_then(|(r, d)| expected(d, r)?.share()).map(|v| decimal(&v, DECIMALS))
        };
        let events = (events(Some(exposure.days_least)), events(exposure.days_greatest));
        lines.push(Line { stream, exposure, events });
    }
    let json = json!({"defect": request.defect, "fix": fix, "confidence": confidence, "cap": request.cap, "rate": rate.map(|r: Ratio| format!("{}/{}", r.num, r.den)), "streams": lines.iter().map(Line::json).collect::<Vec<_>>(), "disputes": disputes});
    let mut answer = Answer::new(json).table(table(fix, &lines));
    if let Some(c) = &confidence {
        answer = answer.then(format!("Confidence in the date of the fix: {c}."));
    }
    for l in &lines {
        answer = answer.then(format!("{}: {}.", l.stream.words(), exposure_words(&l.exposure)));
    }
    if rate.is_none() {
        answer = answer.then(
            "No rate of events was given (--rate), so the number of events is not estimated.",
        );
    }
    Ok(answer)
}

/// The day of the fix, and how sure it is.
fn fix(ctx: &Context, request: &ExposureRequest) -> Result<(Day, Option<String>)> {
    match (&request.defect, request.fix) {
        (Some(id), _) => {
            let defect = crate::registers::show::<Defect>(ctx, id)?.record;
            let day = fix_day(id, &defect).map_err(AppError::refused)?;
            Ok((day, defect.fix().map(|f| f.sure().to_owned())))
        }
        (None, Some(day)) => Ok((day, None)),
        (None, None) => Err(AppError::usage("give --defect or --fix")),
    }
}

fn table(fix: Day, lines: &[Line<'_>]) -> Table {
    let head = [
        "cohort",
        "combination",
        "status",
        ">installations",
        ">before, least",
        ">most",
        ">installation-days, least",
        "most",
        ">delayed past the fix by a cap",
        ">expected events, least",
        ">most",
    ];
    let mut t = Table::new(&format!("Before the fix on {fix}"), &head);
    for Line { stream, exposure: e, events: (least, most) } in lines {
        t.row([
            stream.cohort.clone(),
            stream.combination.clone(),
            stream.status.to_string(),
            count(e.installations),
            count(e.before_least),
            count(e.before_greatest),
            count(e.days_least),
            e.days_greatest.map_or_else(|| "not estimated".to_owned(), count),
            count(e.held_back),
            least.clone().unwrap_or_default(),
            most.clone().unwrap_or_default(),
        ]);
    }
    t
}

impl Line<'_> {
    fn json(&self) -> Value {
        let (s, e) = (self.stream, &self.exposure);
        json!({"cohort": s.cohort, "combination": s.combination, "status": s.status, "exposure": e, "events_least": self.events.0, "events_greatest": self.events.1, "words": exposure_words(e)})
    }
}
