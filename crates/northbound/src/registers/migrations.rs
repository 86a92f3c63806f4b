//! `migration`: plan and actuals by week, active and dormant apart, caps, exposure before a fix.

use super::{Filter, history, list, show};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    ingest::{self, FileArgs},
    output::{Answer, Table, count},
};
use clap::{Args, Subcommand};
use northbound_app::registers::{author, view};
use northbound_ingest::Layout;
use northbound_measures::{
    smets1::exposure::{Exposure, expected},
    statistics::exact::decimal,
};
use northbound_packs::smets1::{
    Migrated, Stream, exposed, exposure_words, fix_day, streams, weeks,
};
use northbound_registers::{
    Noun, Query,
    records::smets1::{
        defects::Defect,
        migrations::{MeterStatus, MigrationKind, MigrationWeek, monday},
    },
};
use northbound_rules::scalar::fraction;
use northbound_types::{Day, Ratio};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Migration of SMETS1 installations by week
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MigrationCommand {
    /// Add one number: planned in a week, due by a week, migrated in a week, or a cap from a week on
    Add(AddArgs),
    /// Bring in a file with kind, cohort, status, week and count
    Import(FileArgs),
    /// By week, plan beside actuals, each status by itself
    Weeks(Which),
    /// Installations and installation-days exposed before a fix
    Exposure(ExposureArgs),
    /// Numbers as they were given
    List(Filter),
    /// One number
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a number has been in
    History {
        /// Its id
        id: String,
    },
    /// Take a number back. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
}

/// A number.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// plan, due (in all by the end of the week), actual or cap
    #[arg(long)]
    kind: MigrationKind,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: String,
    /// Combination, where the number is for one
    #[arg(long, default_value = "", value_name = "ID")]
    combination: String,
    /// active or dormant
    #[arg(long)]
    status: MeterStatus,
    /// A day of the week; weeks go from Monday to Sunday
    #[arg(long, value_name = "DAY")]
    week: Day,
    /// Installations
    #[arg(long, value_name = "N")]
    count: i64,
    /// Who says so. Default: who acts
    #[arg(long)]
    source: Option<String>,
    /// In words
    #[arg(long, default_value = "")]
    note: String,
}

/// Which streams.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Only this cohort
    #[arg(long)]
    cohort: Option<String>,
    /// Only active, or only dormant
    #[arg(long)]
    status: Option<MeterStatus>,
}

/// Exposure before what.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExposureArgs {
    #[command(flatten)]
    which: Which,
    /// The defect whose fix counts
    #[arg(long, value_name = "ID", required_unless_present = "fix", conflicts_with = "fix")]
    defect: Option<String>,
    /// A day of the fix, to try
    #[arg(long, value_name = "DAY")]
    fix: Option<Day>,
    /// A weekly cap, to try, in place of those that are registered
    #[arg(long, value_name = "N")]
    cap: Option<u64>,
    /// First week from which a total may be worked off whose weeks are not told
    #[arg(long, value_name = "DAY")]
    start: Option<Day>,
    /// Events on installation-days, such as 20/3650000: prints the events to expect
    #[arg(long, value_name = "N/DAYS")]
    rate: Option<String>,
}

/// Decimals of expected events.
const DECIMALS: u32 = 2;

pub(crate) fn migration(c: &MigrationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MigrationCommand::Add(a) => super::add(
            &MigrationWeek {
                kind: a.kind,
                cohort: a.cohort.clone(),
                combination: a.combination.clone(),
                status: a.status,
                week: monday(a.week),
                count: a.count,
                source: author(a.source.as_deref(), &ctx.actor),
                note: a.note.clone(),
            },
            ctx,
        ),
        MigrationCommand::Import(a) => ingest::table(a, Layout::Migrations, ctx),
        MigrationCommand::Weeks(w) => by_week(w, ctx),
        MigrationCommand::Exposure(a) => exposure(a, ctx),
        MigrationCommand::List(f) => list::<MigrationWeek>(f, ctx),
        MigrationCommand::Show { id } => show::<MigrationWeek>(id, ctx),
        MigrationCommand::History { id } => history(Noun::Migration, id, ctx),
        MigrationCommand::Withdraw { id } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).withdraw::<MigrationWeek>(id, &ctx.write())?))
        }
    }
}

/// The streams that hold now, and how many numbers contradict each other.
fn read(w: &Which, ctx: &Ctx) -> Result<(BTreeMap<Stream, Migrated>, Vec<String>)> {
    let store = ctx.store()?;
    let now = ctx.gate(&store).current::<MigrationWeek>(&Query::as_at(ctx.as_at()))?;
    let disputes = now.disputes.iter().map(|d| d.about.clone()).collect();
    let rows: Vec<MigrationWeek> = now
        .rows
        .into_iter()
        .map(|k| k.record)
        .filter(|r| {
            w.cohort.as_ref().is_none_or(|c| *c == r.cohort)
                && w.status.is_none_or(|s| s == r.status)
        })
        .collect();
    Ok((streams(&rows), disputes))
}

fn by_week(w: &Which, ctx: &Ctx) -> Result<Answer> {
    let (all, disputes) = read(w, ctx)?;
    let mut answer = Answer::new(Value::Null);
    let mut out = Vec::new();
    for (stream, m) in &all {
        let lines = weeks(m);
        let mut t = Table::new(
            &stream.words(),
            &[
                "week of",
                ">planned",
                ">planned so far",
                ">migrated",
                ">migrated so far",
                ">due in all",
                ">cap a week",
            ],
        );
        let n = |v: Option<u64>| v.map(count).unwrap_or_default();
        for l in &lines {
            t.row([
                l.week.to_string(),
                n(l.planned),
                n(l.planned_so_far),
                n(l.actual),
                n(l.actual_so_far),
                n(l.due),
                n(l.cap),
            ]);
        }
        answer = answer.table(t);
        out.push(json!({"cohort": stream.cohort, "combination": stream.combination, "status": stream.status, "weeks": lines}));
    }
    answer.json = json!({"streams": out, "disputes": disputes});
    for d in &disputes {
        answer = answer.then(format!("Sources contradict each other on {d}."));
    }
    Ok(if all.is_empty() { answer.say("No numbers are kept.") } else { answer })
}

fn exposure(a: &ExposureArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let (fix, sure) = match (&a.defect, a.fix) {
        (Some(id), _) => {
            let d = ctx.gate(&store).show::<Defect>(id, ctx.as_at())?.record;
            let day = fix_day(id, &d).map_err(CliError::refused)?;
            (day, d.fix().map(|f| f.sure().to_owned()))
        }
        (None, Some(day)) => (day, None),
        (None, None) => return Err(CliError::usage("give --defect or --fix")),
    };
    let rate = a.rate.as_deref().map(|t| fraction(t).ok_or_else(|| CliError::usage(format!("--rate {t:?}: write events on installation-days as a fraction, such as 20/3650000")))).transpose()?;
    let (all, disputes) = read(&a.which, ctx)?;
    if all.is_empty() {
        return Err(CliError::not_found(
            "no plan is kept; bring one in with `northbound migration import` or `northbound migration add`",
        ));
    }
    let mut t = Table::new(
        &format!("Before the fix on {fix}"),
        &[
            "cohort",
            "combination",
            "status",
            ">installations",
            ">before, least",
            ">most",
            ">installation-days, least",
            ">most",
            ">moved past the fix by a cap",
            ">events to expect, least",
            ">most",
        ],
    );
    let (mut out, mut said) = (Vec::new(), Vec::new());
    for (stream, m) in
        all.iter().filter(|(_, m)| !m.plan.weeks.is_empty() || !m.plan.due.is_empty())
    {
        let mut m = m.clone();
        if let Some(cap) = a.cap {
            m.plan.caps = BTreeMap::from([(Day(i32::MIN), cap)]);
        }
        let e = exposed(&m, fix, a.start.map(monday))?;
        let events = |days: Option<u64>| {
            rate.zip(days).and_then(|(r, d)| expected(d, r)?.share()).map(|v| decimal(&v, DECIMALS))
        };
        let (least, most) = (events(Some(e.days_least)), events(e.days_greatest));
        let n = |v: Option<u64>| v.map_or_else(|| "not told".to_owned(), count);
        t.row([
            stream.cohort.clone(),
            stream.combination.clone(),
            stream.status.to_string(),
            count(e.installations),
            count(e.before_least),
            count(e.before_greatest),
            count(e.days_least),
            n(e.days_greatest),
            count(e.held_back),
            least.clone().unwrap_or_default(),
            most.clone().unwrap_or_default(),
        ]);
        said.push(format!("{}: {}.", stream.words(), exposure_words(&e)));
        out.push(line(stream, &e, least, most));
    }
    let mut answer = Answer::new(json!({"defect": a.defect, "fix": fix, "confidence": sure, "cap": a.cap, "rate": rate.map(|r: Ratio| format!("{}/{}", r.num, r.den)), "streams": out, "disputes": disputes})).table(t);
    if let Some(s) = &sure {
        answer = answer.then(format!("How sure the date of the fix is: {s}."));
    }
    for s in said {
        answer = answer.then(s);
    }
    Ok(if rate.is_none() {
        answer.then("No rate of events was given, so none are told (--rate).")
    } else {
        answer
    })
}

fn line(s: &Stream, e: &Exposure, least: Option<String>, most: Option<String>) -> Value {
    json!({"cohort": s.cohort, "combination": s.combination, "status": s.status, "exposure": e, "events_least": least, "events_greatest": most, "words": exposure_words(e)})
}
