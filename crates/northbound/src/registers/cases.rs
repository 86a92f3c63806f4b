//! `case` (Exceptional Events), `workpackage`, `install`, `metric-defect`.

use super::{Common, add, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    evidence,
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::{author, view, with_reason};
use northbound_measures::views::diff::figure_words;
use northbound_packs::oversight::{Effect, effects};
use northbound_registers::records::{
    oversight::{
        cases::{Case, CaseStep, CaseStepKind},
        workpackages::{
            ApprovalStep, PackageLine, PackageState, QuarterDefinition, WorkPackage, quarter,
        },
    },
    reporting::metric_defects::MetricDefect,
    service::installs::InstallCount,
};
use northbound_types::{Day, Period, Region};
use serde_json::json;

/// Exceptional Events: from claim to letter, and measures with and without them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CaseCommand {
    /// Keep a claim
    Add {
        /// In a few words
        title: String,
        /// Who claims it. Default: who acts
        #[arg(long)]
        claimant: Option<String>,
        /// First day of the event
        #[arg(long)]
        from: Day,
        /// Last day, inclusive
        #[arg(long)]
        to: Day,
        /// Measure that it is claimed for
        #[arg(long = "measure", value_name = "ID", required = true)]
        measures: Vec<String>,
        /// Region that it hit. Default: all
        #[arg(long = "region")]
        regions: Vec<Region>,
        /// When it was claimed. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Take the next step
    Step {
        /// Its id
        id: String,
        /// group-view, criteria-met, criteria-not-met, letter-sent, granted or refused
        what: CaseStepKind,
        /// Which body
        #[arg(long)]
        by: String,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// In words
        #[arg(long, default_value = "")]
        text: String,
        /// Document
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Its state, its steps with their dates, and each measure with and without the event
    Effect {
        /// Its id
        id: String,
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
    },
    #[command(flatten)]
    Common(Common),
}

/// Decimals of a share in print.
const DECIMALS: u32 = 2;

pub(crate) fn case(c: &CaseCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        CaseCommand::Add { title, claimant, from, to, measures, regions, on } => {
            let claimant = author(claimant.as_deref(), &ctx.actor);
            let step = CaseStep {
                what: CaseStepKind::Claimed,
                on: on.unwrap_or(ctx.now.day()),
                by: claimant.clone(),
                text: String::new(),
                document: String::new(),
            };
            add(
                &Case {
                    title: title.clone(),
                    claimant,
                    from: *from,
                    to: *to,
                    measures: measures.clone(),
                    regions: regions.clone(),
                    steps: vec![step],
                },
                ctx,
            )
        }
        CaseCommand::Step { id, what, by, on, text, document } => {
            let step = CaseStep {
                what: *what,
                on: on.unwrap_or(ctx.now.day()),
                by: by.clone(),
                text: text.clone(),
                document: document.clone(),
            };
            let store = ctx.store()?;
            let receipt = ctx.gate(&store).case_step(
                id,
                &step,
                &with_reason(ctx, &format!("{what} by {by}")),
            )?;
            let now = ctx.gate(&store).show::<Case>(id, northbound_registers::AsAt::NOW);
            let a = view::receipt(&receipt);
            Ok(match now {
                Ok(k) if !receipt.dry_run => {
                    a.say(format!("It stands at: {}.", k.record.standing(ctx.now.day())))
                }
                _ => a,
            })
        }
        CaseCommand::Effect { id, period, methodology } => {
            effect(ctx, id, *period, methodology.as_deref())
        }
        CaseCommand::Common(c) => common::<Case>(c, ctx),
    }
}

fn effect(ctx: &Ctx, id: &str, period: Period, methodology: Option<&str>) -> Result<Answer> {
    let store = ctx.store()?;
    let case = ctx.gate(&store).show::<Case>(id, ctx.as_at())?.record;
    let e = evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())?;
    let found = effects(&e, &case)?;
    let standing = case.standing(ctx.as_at.unwrap_or(ctx.now).day());
    let mut steps = Table::new("Steps", &["step", "on", "by", "in words", "document"]);
    for s in &case.steps {
        steps.row([
            s.what.to_string(),
            s.on.to_string(),
            s.by.clone(),
            s.text.clone(),
            s.document.clone(),
        ]);
    }
    let mut t = Table::new(
        "With and without the event",
        &["measure", "provider", "region", "with the event", "band", "without it", "band", "note"],
    );
    for Effect { with, without, note } in &found {
        t.row([
            with.measure.clone(),
            with.provider.clone(),
            with.region.to_string(),
            figure_words(&with.figure, DECIMALS),
            with.band.to_string(),
            without.as_ref().map_or_else(String::new, |w| figure_words(&w.figure, DECIMALS)),
            without.as_ref().map_or_else(String::new, |w| w.band.to_string()),
            note.clone(),
        ]);
    }
    Ok(Answer::new(
        json!({"id": id, "case": case, "standing": standing, "period": period, "effects": found}),
    )
    .say(format!("{id}, {}: {standing}.", case.title))
    .table(steps)
    .table(t))
}

/// Work packages
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum WorkpackageCommand {
    /// Keep a work package; a quarter's label needs its definition
    Add {
        /// Short name
        id: String,
        /// Title
        #[arg(long)]
        title: String,
        /// Quarter as labelled, such as 'Q2 2020'
        #[arg(long)]
        quarter: String,
        /// What quarters are counted from: calendar or april-year
        #[arg(long)]
        definition: Option<QuarterDefinition>,
    },
    /// Add an activity; an amount only where one was given, with its place
    Line {
        /// The work package
        id: String,
        /// What is done
        activity: String,
        /// Budget in pounds, such as 1200 or 1200.50
        #[arg(long)]
        budget: Option<String>,
        /// Spent, in pounds
        #[arg(long)]
        actual: Option<String>,
        /// Where the amount stands
        #[arg(long, default_value = "")]
        source: String,
    },
    /// A body that may recommend recommends it
    Recommend(StepArgs),
    /// A body that may approve money approves it
    Approve(StepArgs),
    #[command(flatten)]
    Common(Common),
}

/// A step of approval.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StepArgs {
    /// The work package
    id: String,
    /// The body
    #[arg(long)]
    by: String,
    /// When. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Meeting or document
    #[arg(long, default_value = "")]
    source: String,
}

pub(crate) fn workpackage(c: &WorkpackageCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        WorkpackageCommand::Add { id, title, quarter: label, definition } => {
            let Some(definition) = *definition else {
                return Err(CliError::refused(format!(
                    "{label:?} is not read without a definition: Q2 is April to June of a calendar year, and July to September of a year that begins in April; give --definition calendar or april-year"
                )));
            };
            let Some(p) = quarter(label, definition) else {
                return Err(CliError::input(format!("{label:?} is no quarter such as Q2 2020")));
            };
            let w = WorkPackage {
                id: id.clone(),
                title: title.clone(),
                quarter: label.clone(),
                definition,
                from: p.first(),
                to: p.after().plus(-1),
                lines: Vec::new(),
                state: PackageState::Draft,
                steps: Vec::new(),
            };
            Ok(add(&w, ctx)?
                .say(format!("{label} of a {definition} year: {} to {}.", w.from, w.to)))
        }
        WorkpackageCommand::Line { id, activity, budget, actual, source } => {
            let line = PackageLine {
                activity: activity.clone(),
                budget_pence: budget.as_deref().map(pence).transpose()?,
                actual_pence: actual.as_deref().map(pence).transpose()?,
                source: source.clone(),
            };
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).update::<WorkPackage>(
                id,
                &with_reason(ctx, "activity added"),
                |w| {
                    w.lines.push(line.clone());
                    Ok(())
                },
            )?))
        }
        WorkpackageCommand::Recommend(a) => package_step(ctx, a, PackageState::Recommended),
        WorkpackageCommand::Approve(a) => package_step(ctx, a, PackageState::Approved),
        WorkpackageCommand::Common(Common::Show { id }) => shown(ctx, id),
        WorkpackageCommand::Common(c) => common::<WorkPackage>(c, ctx),
    }
}

fn package_step(ctx: &Ctx, a: &StepArgs, state: PackageState) -> Result<Answer> {
    let step = ApprovalStep {
        state,
        by: a.by.clone(),
        on: a.on.unwrap_or(ctx.now.day()),
        source: a.source.clone(),
    };
    let store = ctx.store()?;
    Ok(view::receipt(&ctx.gate(&store).package_step(
        &a.id,
        &step,
        &with_reason(ctx, &format!("{state} by {}", a.by)),
    )?))
}

fn shown(ctx: &Ctx, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let k = ctx.gate(&store).show::<WorkPackage>(id, ctx.as_at())?;
    let w = &k.record;
    let mut t =
        Table::new("Activities", &["activity", ">budget", ">spent", "where the amount stands"]);
    for l in &w.lines {
        t.row([
            l.activity.clone(),
            pounds(l.budget_pence),
            pounds(l.actual_pence),
            l.source.clone(),
        ]);
    }
    let mut s = Table::new("Steps", &["state", "by", "on", "source"]);
    for x in &w.steps {
        s.row([x.state.to_string(), x.by.clone(), x.on.to_string(), x.source.clone()]);
    }
    let total = |of: &dyn Fn(&PackageLine) -> Option<i64>| {
        w.sum(of).map(|(pence, lines)| json!({"pence": pence, "lines": lines, "of": w.lines.len()}))
    };
    let budget = w.sum(|l| l.budget_pence);
    let said = budget.map_or_else(
        || "no amount was given".to_owned(),
        |(p, n)| format!("{} over {n} of {} activities", pounds(Some(p)), w.lines.len()),
    );
    let mut j = json!(k);
    j["budget"] = json!(total(&|l| l.budget_pence));
    j["actual"] = json!(total(&|l| l.actual_pence));
    Ok(Answer::new(j)
        .say(format!(
            "{}: {}, {} ({}: {} to {}), {}; {said}.",
            w.id, w.title, w.quarter, w.definition, w.from, w.to, w.state
        ))
        .table(t)
        .table(s))
}

/// Pounds as pence; at most two decimals.
fn pence(text: &str) -> Result<i64> {
    let bad =
        || CliError::input(format!("{text:?} is no amount in pounds such as 1200 or 1200.50"));
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return Err(bad());
    }
    let part: i64 = format!("{part:0<2}").parse().map_err(|_| bad())?;
    whole
        .parse::<i64>()
        .ok()
        .and_then(|w| w.checked_mul(100))
        .and_then(|w| w.checked_add(part))
        .ok_or_else(bad)
}

/// Pence as pounds; what was not given is not a zero.
fn pounds(pence: Option<i64>) -> String {
    pence.map_or_else(|| "not given".to_owned(), |p| format!("£{}.{:02}", p / 100, (p % 100).abs()))
}

/// Installations as somebody states them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum InstallCommand {
    /// Keep a count with its source and what it covers
    Add {
        /// How many
        count: i64,
        /// Period
        #[arg(long)]
        period: Period,
        /// Who states it
        #[arg(long)]
        source: String,
        /// Whom or what it counts
        #[arg(long)]
        coverage: String,
        /// Region. Default: all
        #[arg(long, default_value = "none")]
        region: Region,
        /// What broke the series with this period
        #[arg(long, default_value = "")]
        series_break: String,
        /// Document and place
        #[arg(long, default_value = "")]
        place: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn install(c: &InstallCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        InstallCommand::Add { count, period, source, coverage, region, series_break, place } => {
            add(
                &InstallCount {
                    source: source.clone(),
                    period: *period,
                    region: *region,
                    count: *count,
                    coverage: coverage.clone(),
                    series_break: series_break.clone(),
                    place: place.clone(),
                },
                ctx,
            )
        }
        InstallCommand::Common(c) => common::<InstallCount>(c, ctx),
    }
}

/// Defects of measures
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MetricDefectCommand {
    /// Keep what is wrong with a measure
    Add {
        /// Measure
        measure: String,
        /// What is wrong with it
        #[arg(long)]
        what: String,
        /// What it leads to
        #[arg(long, default_value = "")]
        effect: String,
        /// Who found it. Default: who acts
        #[arg(long)]
        by: Option<String>,
        /// The change that is to mend it
        #[arg(long, default_value = "")]
        change: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn metric_defect(c: &MetricDefectCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MetricDefectCommand::Add { measure, what, effect, by, change } => add(
            &MetricDefect {
                measure: measure.clone(),
                what: what.clone(),
                effect: effect.clone(),
                found_by: author(by.as_deref(), &ctx.actor),
                on: ctx.now.day(),
                change: change.clone(),
            },
            ctx,
        ),
        MetricDefectCommand::Common(c) => common::<MetricDefect>(c, ctx),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_nothing_given_is_no_zero() {
        for (t, p) in [("1200", 120_000), ("1200.5", 120_050), ("0.01", 1)] {
            assert_eq!(pence(t).unwrap(), p);
        }
        for t in ["", ".5", "1.", "1.005", "-3", "1,000", "£5"] {
            assert!(pence(t).is_err(), "{t}");
        }
        assert_eq!((pounds(Some(120_050)), pounds(None)), ("£1200.50".into(), "not given".into()));
    }
}
