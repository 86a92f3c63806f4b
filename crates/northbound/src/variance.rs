//! `variance`: the forecast in force at the month's start against what came, for the group, the
//! secretariat or one User.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    forecast::{From, View, at_desk, month, view},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_measures::{
    evaluate::coverage::Ground,
    forecast::{
        Member,
        bounds::{self, Counted, Range},
        grouped::{self, ClassCounts, GroupVariance},
        matrix::{self, Matrix},
        pseudonym::Pseudonyms,
        variance::{self, Compared, Flag, Span, UserVariance, Variance},
    },
};
use northbound_packs::{
    assemble::forecasts::flag_words,
    evidence::forecasts::{ForecastSources, Forecasts, SETTINGS},
    variance_report::{self, remark},
};
use northbound_registers::{
    AsAt, Gate, Query, Sight,
    records::{forecasting::forecast_notes::PseudonymKey, reporting::confirmations::Confirmation},
};
use northbound_types::{Eui64, ForecastKind, Period};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Forecasts against actuals
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum VarianceCommand {
    /// Service Requests of a month
    Sr(MonthArgs),
    /// Certificate requests of a month
    Csr(MonthArgs),
    /// Who gave forecasts: User by month
    Matrix(MatrixArgs),
    /// What two counts say of the sets behind them when the names are not known
    Bounds(BoundsArgs),
    /// The variance as a document: HTML, PDF, XLSX, CSV, JSON
    Report(ReportArgs),
}

/// A month.
#[derive(Debug, Clone, Args)]
pub(crate) struct MonthArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it, with their sums
    #[arg(long, value_name = "N", default_value_t = 1)]
    months: u32,
    /// Who reads it: group, secas or user. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<View>,
    /// Only this User (views secas and user)
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// By service too (views secas and user)
    #[arg(long)]
    by_service: bool,
    /// Id of the document, within which pseudonyms stay. Default: kind and month
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: From,
}

/// Months.
#[derive(Debug, Clone, Args)]
pub(crate) struct MatrixArgs {
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Who reads it: group, secas or user. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<View>,
    /// Id of the document, within which pseudonyms stay
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: From,
}

/// Two lists.
#[derive(Debug, Clone, Args)]
pub(crate) struct BoundsArgs {
    /// A list: NAME=TOTAL[,CLASS=COUNT…], such as csr=16,large-supplier=5. Give two
    #[arg(long = "set", required = true, value_name = "NAME=N[,CLASS=N]")]
    sets: Vec<String>,
    /// How many Users there are at all
    #[arg(long, value_name = "N")]
    population: Option<u64>,
}

/// A document.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it stand in its tables
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Who reads it: group or secas. Default: group
    #[arg(long, value_enum)]
    view: Option<View>,
    /// Folder for its files
    #[arg(long, value_name = "DIR")]
    out: std::path::PathBuf,
    #[command(flatten)]
    actuals: From,
}

/// Most months in one answer.
const MOST_MONTHS: u32 = 36;

fn span_of(last: Period, n: u32) -> Result<Vec<Period>> {
    let last = month(last)?;
    if !(1..=MOST_MONTHS).contains(&n) {
        return Err(CliError::usage(format!("--months {n}: give 1 to {MOST_MONTHS}")));
    }
    Ok((0..n as i32).rev().map(|k| last.plus(-k)).collect())
}

pub(crate) fn run(c: &VarianceCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        VarianceCommand::Sr(a) => months(ForecastKind::Sr, a, ctx),
        VarianceCommand::Csr(a) => months(ForecastKind::Csr, a, ctx),
        VarianceCommand::Matrix(a) => matrix(a, ctx),
        VarianceCommand::Bounds(a) => bounds_of(a),
        VarianceCommand::Report(a) => report(a, ctx),
    }
}

/// Pseudonyms of a document. The secret is made at the first time and kept where only staff see it.
pub(crate) fn pseudonyms(
    ctx: &Ctx,
    gate: &Gate<'_>,
    document: &str,
    members: &[Member],
) -> Result<Pseudonyms> {
    let kept = gate.find::<PseudonymKey>("pseudonym-key", AsAt::NOW)?;
    let secret = match kept {
        Some(k) => k.record.secret,
        None => {
            let key = PseudonymKey { secret: random()? };
            gate.add(&key, &northbound_registers::Write { expect_version: None, ..ctx.write() })?;
            key.secret
        }
    };
    Ok(Pseudonyms::new(&secret, document, members.iter().map(|m| m.user.as_str())))
}

/// 256 bits of the system's in hex.
fn random() -> Result<String> {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits)
        .map_err(|e| CliError::internal(format!("the system gives no random numbers: {e}")))?;
    Ok(bits.iter().map(|b| format!("{b:02x}")).collect())
}

fn months(kind: ForecastKind, a: &MonthArgs, ctx: &Ctx) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view(a.view, ctx)?;
    if view == View::Group && (a.user.is_some() || a.by_service) {
        return Err(CliError::usage(
            "--user and --by-service would tell the group who is who; use --view secas, or --view user",
        ));
    }
    at_desk(ctx, |desk, gate| {
        let mut f = desk.read(kind, &periods, 0, a.actuals.of(kind)?)?;
        let few = f.months.last().map_or(0, |(m, _)| m.small_below);
        if let Some(u) = a.user {
            let one = crate::forecast::member(&f.members, u)?;
            f.members = vec![one];
        }
        if view == View::User {
            own(ctx, &mut f);
        }
        let variances = f.variances();
        let Some((m, _)) = f.months.last() else {
            return Err(CliError::internal("no month was read"));
        };
        let spans = variance::spans(&variances, m.low, m.high);
        let mut answer = if view == View::Group {
            let document = a.document.clone().unwrap_or_else(|| format!("{kind} {}", a.period));
            let names = pseudonyms(ctx, gate, &document, &f.members)?;
            group(kind, &variances, few, &names, &document)
        } else {
            named(kind, &variances, a.by_service)
        };
        // A span of few Users, or two whose difference is few, would stand open to the group.
        let small = |n: u64| n > 0 && n < few;
        let hidden = view == View::Group
            && (small(spans.0.pairs)
                || small(spans.1.pairs)
                || small(spans.0.pairs - spans.1.pairs));
        if let Some(o) = answer.json.as_object_mut() {
            o.insert("all_months".to_owned(), if hidden { Value::Null } else { json!(spans.0) });
            o.insert(
                "without_remarked".to_owned(),
                if hidden { Value::Null } else { json!(spans.1) },
            );
        }
        if !hidden && (a.months > 1 || !spans_agree(&spans)) {
            answer = answer.table(spans_table(&spans));
        }
        for v in &variances {
            if let Some(s) = v.ground.sentence(v.period) {
                answer = answer.then(s);
            }
        }
        for v in &variances {
            if !v.annotations.is_empty() {
                answer = answer.then(format!("Remarked on {}: {}. The month stays in; the sums are told with and without it.", v.period, v.annotations.join("; ")));
            }
        }
        rests_on(answer, kind, desk, gate, ctx)
    })
}

fn spans_agree(s: &(Span, Span)) -> bool {
    s.0.months == s.1.months
}

/// A User's own rows only.
fn own(ctx: &Ctx, f: &mut Forecasts) {
    if let Some(p) = &ctx.actor.party {
        f.members.retain(|m| m.party == *p);
    }
}

/// Which rules nobody has confirmed stand behind it.
fn rests_on(
    mut answer: Answer,
    kind: ForecastKind,
    desk: &ForecastSources<'_>,
    gate: &Gate<'_>,
    ctx: &Ctx,
) -> Result<Answer> {
    let open = desk.rules.unconfirmed(&crate::rules::confirmed(gate, ctx.as_at())?);
    let own = [format!("{kind}-forecast-rule"), format!("{kind}-forecast-roles")];
    let ids: Vec<String> = open
        .into_iter()
        .map(|i| i.id)
        .filter(|i| {
            i.strip_prefix("setting/")
                .is_some_and(|k| SETTINGS.contains(&k) || own.iter().any(|o| o == k))
        })
        .collect();
    if let Some(o) = answer.json.as_object_mut() {
        o.insert("unconfirmed".to_owned(), json!(ids));
    }
    if !ids.is_empty() {
        answer = answer.then(format!(
            "Provisional: it rests on {} rules that nobody has confirmed ({}).",
            ids.len(),
            ids.iter().map(|i| i.trim_start_matches("setting/")).collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(answer)
}

fn number(n: Option<i64>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}
fn shown(n: Option<u64>) -> String {
    n.map_or_else(|| "[c]".to_owned(), |n| n.to_string())
}

fn cells(c: &Compared, ground: &Ground) -> Vec<String> {
    let note = if matches!(c.flag, Flag::NoPercentage) {
        c.why.clone()
    } else {
        flag_words(c.flag).to_owned()
    };
    let actual = ground
        .null
        .as_ref()
        .filter(|_| c.actual.is_none())
        .map_or_else(|| number(c.actual), |n| n.reason.mark().to_owned());
    vec![
        number(c.forecast),
        actual,
        number(c.difference),
        c.percent.clone().unwrap_or_default(),
        note,
    ]
}
const COMPARED: [&str; 5] = [">forecast", ">actual", ">difference", ">% of forecast", "flag"];

fn head(first: &[&str]) -> Vec<String> {
    first.iter().chain(&COMPARED).map(|c| (*c).to_owned()).collect()
}
fn table(title: &str, columns: Vec<String>) -> Table {
    Table { title: title.to_owned(), columns, rows: Vec::new() }
}

fn named(kind: ForecastKind, months: &[Variance], by_service: bool) -> Answer {
    let mut t = table("", head(&["month", "user", "party", "class", "forecast given"]));
    t.columns.push("remark".to_owned());
    let mut lines = table("By service", head(&["month", "user", "SRV", "mode", "forecast given"]));
    for v in months {
        for u in &v.users {
            let mut row = vec![
                v.period.to_string(),
                u.user.clone(),
                u.party.clone(),
                u.class.clone(),
                u.standing.words().to_owned(),
            ];
            row.extend(cells(&u.total, &v.ground));
            row.push(remark(u));
            t.rows.push(row);
            for l in &u.lines {
                let mut row = vec![
                    v.period.to_string(),
                    u.user.clone(),
                    l.line.srv.clone(),
                    l.line.mode.clone(),
                    l.standing.words().to_owned(),
                ];
                row.extend(cells(&l.compared, &v.ground));
                lines.rows.push(row);
            }
        }
    }
    let mut answer = Answer::new(json!({"kind": kind, "months": months})).say(due(months));
    // As CSV the first table is printed: the one asked for.
    if by_service {
        answer = answer.table(lines);
    }
    answer.table(t)
}

fn due(months: &[Variance]) -> String {
    months
        .last()
        .map(|v| {
            format!(
                "Forecasts for {} were due by {}; each User is told its actuals by {}.",
                v.period, v.due, v.report_due
            )
        })
        .unwrap_or_default()
}

fn group(
    kind: ForecastKind,
    months: &[Variance],
    few: u64,
    names: &Pseudonyms,
    document: &str,
) -> Answer {
    let views: Vec<(&Variance, GroupVariance)> =
        months.iter().map(|v| (v, grouped::make(v, few, names))).collect();
    let withheld = views.iter().any(|(_, g)| g.counts.list_withheld);
    let all_withheld = views.iter().all(|(_, g)| g.counts.list_withheld);
    let mut users = table(
        "By User, under pseudonyms of this document",
        head(&["month", "user", "forecast given"]),
    );
    let mut answer = Answer::new(Value::Null).say(due(months));
    let mut list = Vec::new();
    for (v, g) in &views {
        answer = answer.table(class_table(v.period, &g.counts));
        let shown_users: &[UserVariance] = &g.users;
        for u in shown_users {
            let mut row = vec![v.period.to_string(), u.user.clone(), u.standing.words().to_owned()];
            row.extend(cells(&u.total, &v.ground));
            users.rows.push(row);
        }
        list.push(json!({"period": v.period, "due": v.due, "report_due": v.report_due, "annotations": v.annotations, "ground": v.ground, "counts": g.counts, "users": shown_users}));
    }
    answer.json =
        json!({"kind": kind, "document": document, "list_withheld": withheld, "months": list});
    if !all_withheld {
        answer = answer.table(users);
    }
    if withheld {
        answer = answer.then("No list of Users is given for a month in which it would, with the counts by class, give somebody away.");
    }
    answer.then(format!("[c] is hidden: classes and counts from 1 to below {few}, and what would give them away. `--view secas` names the Users."))
}

fn class_table(period: Period, c: &ClassCounts) -> Table {
    let mut t = table(
        &format!("Users by class, {period}"),
        std::iter::once("class".to_owned())
            .chain(c.places.iter().map(|p| format!(">{}", p.words())))
            .collect(),
    );
    for (name, n) in &c.classes {
        t.rows.push(std::iter::once(name.clone()).chain(n.iter().map(|n| shown(*n))).collect());
    }
    t.rows.push(std::iter::once("all".to_owned()).chain(c.all.iter().map(|n| shown(*n))).collect());
    t
}

fn spans_table((all, without): &(Span, Span)) -> Table {
    let mut t = table(
        "Sums over the months, of Users with a forecast and a known actual",
        head(&[
            "months",
            ">how many",
            ">without reliable actual",
            ">forecasts held against actuals",
        ]),
    );
    for (name, s) in [("all", all), ("without months remarked on", without)] {
        let mut row = vec![
            name.to_owned(),
            s.months.len().to_string(),
            s.without_actual.len().to_string(),
            s.pairs.to_string(),
        ];
        row.extend(cells(&s.compared, &Ground::default()));
        t.rows.push(row);
    }
    t
}

fn matrix(a: &MatrixArgs, ctx: &Ctx) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view(a.view, ctx)?;
    let kinds: Vec<ForecastKind> = a.kind.map_or_else(|| ForecastKind::ALL.to_vec(), |k| vec![k]);
    at_desk(ctx, |desk, gate| {
        let mut answer = Answer::new(Value::Null);
        let mut list = Vec::new();
        for kind in kinds {
            let from = if a.kind.is_some() || kind == ForecastKind::Sr {
                a.actuals.of(kind)?
            } else {
                northbound_packs::evidence::forecasts::ActualsFrom::Stated
            };
            let mut f = desk.read(kind, &periods, 0, from)?;
            if view == View::User {
                own(ctx, &mut f);
            }
            let variances = f.variances();
            let hidden: Vec<bool> = variances
                .iter()
                .zip(&f.months)
                .map(|(v, (m, _))| {
                    view == View::Group && grouped::by_class(v, m.small_below).list_withheld
                })
                .collect();
            let mut m = matrix::make(&variances, &hidden);
            let withheld = hidden.contains(&true);
            if view == View::Group {
                let names = pseudonyms(
                    ctx,
                    gate,
                    a.document.as_deref().unwrap_or(&format!("matrix {}", a.period)),
                    &f.members,
                )?;
                for r in &mut m.rows {
                    r.user = names.of(&r.user).unwrap_or("a User").to_owned();
                    r.party.clear();
                    r.class.clear();
                }
                m.rows.sort_by(|x, y| x.user.cmp(&y.user));
            }
            answer = answer.table(matrix_table(kind, &m));
            if withheld {
                answer = answer.then(format!("{kind}: [c] is hidden, since in those months a list of Users would, with the counts by class, give somebody away."));
            }
            let remarks: BTreeMap<String, &Vec<String>> = variances
                .iter()
                .filter(|v| !v.annotations.is_empty())
                .map(|v| (v.period.to_string(), &v.annotations))
                .collect();
            for (p, r) in &remarks {
                answer = answer.then(format!("Remarked on {p}: {}.", r.join("; ")));
            }
            list.push(json!({"kind": kind, "matrix": m, "list_withheld": withheld, "annotations": remarks}));
        }
        answer.json = json!({"kinds": list});
        Ok(answer)
    })
}

fn matrix_table(kind: ForecastKind, m: &Matrix) -> Table {
    let mut t = table(
        &format!("{kind} forecasts"),
        ["kind", "user", "party"]
            .iter()
            .map(|c| (*c).to_owned())
            .chain(m.months.iter().map(ToString::to_string))
            .chain([">months with traffic and no forecast".to_owned()])
            .collect(),
    );
    for r in &m.rows {
        t.rows.push(
            [kind.to_string(), r.user.clone(), r.party.clone()]
                .into_iter()
                .chain(r.standing.iter().map(|s| s.map_or("[c]", |s| s.words()).to_owned()))
                .chain([r.unforecast.to_string()])
                .collect(),
        );
    }
    for (s, n) in &m.totals {
        if n.iter().flatten().all(|x| *x == 0) {
            continue;
        }
        t.rows.push(
            [kind.to_string(), format!("all: {}", s.words()), String::new()]
                .into_iter()
                .chain(n.iter().map(|n| shown(*n)))
                .chain([String::new()])
                .collect(),
        );
    }
    t
}

/// `NAME=TOTAL[,CLASS=COUNT…]`.
fn counted(text: &str) -> Result<Counted> {
    let wrong = |part: &str| {
        CliError::usage(format!(
            "--set {text:?}: {part:?} is not NAME=COUNT; write csr=16,large-supplier=5"
        ))
    };
    let mut parts = text.split(',').map(|p| {
        p.split_once('=')
            .and_then(|(n, c)| Some((n.trim().to_owned(), c.trim().parse::<u64>().ok()?)))
            .filter(|(n, _)| !n.is_empty())
            .ok_or_else(|| wrong(p))
    });
    let (name, total) = parts.next().unwrap_or_else(|| Err(wrong(text)))?;
    Ok(Counted { name, total, classes: parts.collect::<Result<BTreeMap<_, _>>>()? })
}

fn bounds_of(a: &BoundsArgs) -> Result<Answer> {
    let [first, second] = a.sets.as_slice() else {
        return Err(CliError::usage("give --set twice, once for each list"));
    };
    let (x, y) = (counted(first)?, counted(second)?);
    let b = bounds::bounds(&x, &y, a.population).map_err(CliError::input)?;
    let mut t = Table::new("", &["of whom", ">on at least one list", ">on both"]);
    let row = |u: &Range, i: &Range| [u.to_string(), i.to_string()];
    t.row(std::iter::once("all, from the two totals".to_owned()).chain(row(&b.union, &b.both)));
    if b.classes.len() > 1 {
        for (c, (u, i)) in &b.classes {
            t.row(
                std::iter::once(if c == bounds::REST {
                    "of no class that both name".to_owned()
                } else {
                    c.clone()
                })
                .chain(row(u, i)),
            );
        }
        t.row(
            std::iter::once("all, with the classes".to_owned())
                .chain(row(&b.union_by_class, &b.both_by_class)),
        );
    }
    Ok(Answer::new(json!({"sets": [x, y], "population": a.population, "bounds": b})).table(t)
        .then("Only counts are known, so these are bounds. Ask for the names: with both lists each is one number."))
}

fn report(a: &ReportArgs, ctx: &Ctx) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view(a.view, ctx)?;
    if view == View::User || !Sight::of(&ctx.actor).all {
        return Err(CliError::refused(
            "the document is for the group or the secretariat: act as analyst or secretary; a User sees its own with `northbound variance sr --view user`",
        ));
    }
    at_desk(ctx, |desk, gate| {
        let mut kinds = Vec::new();
        for k in a.kind.map_or_else(|| ForecastKind::ALL.to_vec(), |k| vec![k]) {
            let from = if a.kind.is_some() || k == ForecastKind::Sr {
                a.actuals.of(k)?
            } else {
                northbound_packs::evidence::forecasts::ActualsFrom::Stated
            };
            let f = desk.read(k, &periods, 0, from)?;
            if a.kind.is_some()
                || k == ForecastKind::Sr
                || !f.submissions.is_empty()
                || f.actuals.values().any(|x| x.known)
            {
                kinds.push((k, f));
            }
        }
        let members: Vec<Member> = kinds.iter().flat_map(|(_, f)| f.members.clone()).collect();
        let names = if view == View::Group {
            Some(pseudonyms(ctx, gate, &format!("report {}", a.period), &members)?)
        } else {
            None
        };
        let confirmed: BTreeMap<String, String> = gate
            .list::<Confirmation>(&Query::as_at(ctx.as_at()))?
            .into_iter()
            .map(|k| (k.record.key(), format!("{}, {}", k.record.by, k.record.at.day())))
            .collect();
        let made = variance_report::Report {
            period: a.period,
            as_at: desk.as_at,
            kinds: &kinds,
            names: names.as_ref(),
            rules: desk.rules,
            confirmed: &confirmed,
            manifest: &desk.snapshot.root.hash,
        };
        let files = if ctx.dry_run { Vec::new() } else { variance_report::write(&made, &a.out)? };
        let mut t = Table::new("", &["file", ">bytes", "SHA-256"]);
        for f in &files {
            t.row([f.name.clone(), f.bytes.to_string(), f.sha256.clone()]);
        }
        Ok(Answer::new(json!({"period": a.period, "view": if view == View::Group { "group" } else { "secas" }, "out": a.out, "files": files}))
            .say(format!("{} files in {}: open pack.html.", files.len(), a.out.display())).table(t))
    })
}
