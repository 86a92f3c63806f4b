//! `pack`: built, issued, listed, shown, compared.

use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table, count},
};
use clap::{Args, Subcommand};
use northbound_packs::{
    assemble::cells,
    evidence::{Scope, Sources},
    store::{self, Made, PackSettings},
};
use northbound_types::Period;
use serde_json::json;
use std::path::PathBuf;

/// Which pack.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Period: a month as 2026-04, a calendar quarter as 2026-Q2
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Period,
    /// How to count; `methodology list` shows the ways
    #[arg(long, value_name = "ID")]
    pub(crate) methodology: Option<String>,
    /// Whose service is reported, as printed on the front page
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// Handling marking, as printed
    #[arg(long, value_name = "TEXT", default_value = "")]
    marking: String,
}

impl Which {
    pub(crate) fn ask(&self, ctx: &Ctx) -> Scope {
        Scope {
            period: self.period,
            as_at: ctx.as_at,
            methodology: self.methodology.clone(),
            now: ctx.now,
            frozen: None,
        }
    }
    fn house(&self) -> PackSettings {
        let house = PackSettings { marking: self.marking.clone(), ..PackSettings::default() };
        match &self.network {
            Some(n) => PackSettings { network: n.clone(), ..house },
            None => house,
        }
    }
    /// The pack of a month as the demo makes it.
    pub(crate) fn month(period: Period, network: &str) -> Which {
        Which {
            period,
            methodology: None,
            network: Some(network.to_owned()),
            marking: String::new(),
        }
    }
}

/// Monthly packs
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PackCommand {
    /// Build the pack of a period into a folder; --as-at builds it as it would have been then
    Build {
        #[command(flatten)]
        which: Which,
        /// Folder to write into; an earlier pack in it is replaced
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Freeze the pack of a period under the next number
    Issue {
        #[command(flatten)]
        which: Which,
    },
    /// Every pack that was issued
    List {
        /// Only this period
        #[arg(long, value_name = "PERIOD")]
        period: Option<Period>,
    },
    /// One issued pack, and whether its files are as they were issued
    Show {
        /// As 2026-04/2, as 2026-04 (the newest issue), or by id
        pack: String,
    },
    /// Each changed figure with its reason, and the earlier statements that no longer hold
    Diff {
        /// The earlier pack: as 2026-04/1, by id, or the folder it was built into
        a: String,
        /// The later one
        b: String,
    },
}

pub(crate) fn run(c: &PackCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        PackCommand::Build { which, out } => build(which, out, ctx).map(|m| made(&m, ctx)),
        PackCommand::Issue { which } => issue(which, ctx).map(|m| made(&m, ctx)),
        PackCommand::List { period } => list(*period, ctx),
        PackCommand::Show { pack } => show(pack, ctx),
        PackCommand::Diff { a, b } => diff(a, b, ctx),
    }
}

/// Calls `f` with everything that a pack is made from.
pub(crate) fn with_sources<R>(ctx: &Ctx, f: impl FnOnce(&Sources<'_>) -> Result<R>) -> Result<R> {
    let (store, ledger, rules) = (ctx.store()?, ctx.ledger(), ctx.rules()?);
    let gate = ctx.gate(&store);
    f(&Sources { data: &ctx.data, ledger: &ledger, gate: &gate, rules: &rules })
}

pub(crate) fn build(which: &Which, out: &std::path::Path, ctx: &Ctx) -> Result<Made> {
    let mut progress = ctx.progress();
    with_sources(ctx, |p| {
        Ok(store::build(p, &which.ask(ctx), &which.house(), out, &mut |s| progress.tell(s, 0, 1))?)
    })
}

pub(crate) fn issue(which: &Which, ctx: &Ctx) -> Result<Made> {
    let mut progress = ctx.progress();
    with_sources(ctx, |p| {
        Ok(store::issue(p, &which.ask(ctx), &which.house(), &ctx.write(), &mut |s| {
            progress.tell(s, 0, 1)
        })?)
    })
}

/// The headline table: every measure row with its figure and band.
pub(crate) fn headline(m: &Made) -> Table {
    let mut t = Table::new(
        "",
        &["measure", "provider", "region", ">figure", "against its levels", "since", "figure id"],
    );
    for n in &m.built.data.results {
        let r = &n.result;
        let band = if r.band == northbound_measures::evaluate::bands::Band::Null {
            "no figure"
        } else {
            r.band.words()
        };
        t.row([
            r.measure.clone(),
            r.provider.clone(),
            r.region.to_string(),
            cells::result(r, &n.id).printed(),
            band.to_owned(),
            northbound_packs::assemble::words::since(r.streak.as_ref()),
            n.id.clone(),
        ]);
    }
    t
}

fn made(m: &Made, ctx: &Ctx) -> Answer {
    let d = &m.built.data;
    let number = m.issued.as_ref().map(|i| i.1);
    let said = match (number, ctx.dry_run && m.files.is_empty()) {
        (Some(n), true) => format!("Would issue {} as number {n}; nothing was written.", d.period),
        (Some(n), false) => {
            format!("Issued {} as number {n}, in {}.", d.period, m.folder.display())
        }
        (None, _) => format!(
            "Built the pack of {} as known at {}, in {}.",
            d.period,
            d.as_at,
            m.folder.display()
        ),
    };
    let mut a = Answer::new(json!({
        "period": d.period, "as_at": d.as_at, "methodology": d.methodology, "manifest": d.manifest, "rules": d.rules, "folder": m.folder.display().to_string(),
        "number": number, "pack": m.issued.as_ref().map(|i| &i.0), "files": m.files, "blocks_issue": m.blockers, "unconfirmed_rules": d.unconfirmed,
        "results": d.results, "required": d.required,
    })).say(said).table(headline(m));
    if !m.blockers.is_empty() {
        a = a.then(format!(
            "Below minimum without a reason in the report, so it cannot be issued: {}.",
            m.blockers.join("; ")
        ));
    }
    if !d.unconfirmed.is_empty() {
        a = a.then(format!(
            "{} rules that nobody has confirmed were used; `northbound rules list` shows them.",
            count(d.unconfirmed.len() as u64)
        ));
    }
    a.then("To open a figure: northbound explain ID")
}

fn list(period: Option<Period>, ctx: &Ctx) -> Result<Answer> {
    let packs = with_sources(ctx, |p| Ok(store::list(p, ctx.as_at())?))?;
    let packs: Vec<_> = packs
        .into_iter()
        .filter(|k| k.record.number.is_some() && period.is_none_or(|p| p == k.record.period))
        .collect();
    let mut t = Table::new(
        "",
        &["pack", "period", ">number", "as at", "methodology", "issued", "why it was issued again"],
    );
    for k in &packs {
        let r = &k.record;
        t.row([
            k.id.clone(),
            r.period.to_string(),
            r.number.unwrap_or_default().to_string(),
            r.as_at.to_string(),
            r.methodology.clone(),
            k.recorded.to_string(),
            r.reissue_reason.clone().unwrap_or_default(),
        ]);
    }
    Ok(Answer::new(json!({"packs": packs})).table(t))
}

fn show(named: &str, ctx: &Ctx) -> Result<Answer> {
    let (kept, changed) = with_sources(ctx, |p| Ok(store::show(p, named, ctx.as_at())?))?;
    let r = &kept.record;
    let folder = store::issue_folder(&ctx.data, r);
    let mut t = Table::new("Files", &["file", ">bytes", "sha-256", "standing"]);
    for f in &r.files {
        let standing = if changed.contains(&f.path) { "NOT as issued" } else { "as issued" };
        t.row([
            f.path.clone(),
            count(u64::try_from(f.bytes).unwrap_or(0)),
            f.sha256.clone(),
            standing.to_owned(),
        ]);
    }
    let mut a = Answer::new(
        json!({"pack": kept, "folder": folder.display().to_string(), "changed_files": changed}),
    )
    .table(t)
    .say(format!(
        "{}: {}, issue {}, as known at {}, {}",
        kept.id,
        r.period,
        r.number.unwrap_or_default(),
        r.as_at,
        folder.display()
    ));
    if let Some(why) = &r.reissue_reason {
        a = a.say(format!("Issued again: {why}"));
    }
    a.found = !changed.is_empty();
    Ok(a)
}

pub(crate) fn diff(a: &str, b: &str, ctx: &Ctx) -> Result<Answer> {
    let (old, new, d) = with_sources(ctx, |p| Ok(store::diff(p, a, b)?))?;
    let mut changes = Table::new(
        "Changed cells",
        &["measure", "provider", "region", "period", "what", "before", "after", "why"],
    );
    for c in &d.changes {
        changes.row([
            c.measure.clone(),
            c.provider.clone(),
            c.region.to_string(),
            c.period.to_string(),
            c.field.clone(),
            c.before.clone(),
            c.after.clone(),
            c.reason.clone(),
        ]);
    }
    let mut fallen =
        Table::new("Statements that no longer hold", &["as it was said", "as it stands now"]);
    for (s, now) in &d.fallen {
        fallen
            .row([s.text.clone(), now.clone().unwrap_or_else(|| "nothing is said now".to_owned())]);
    }
    let side = |x: &northbound_packs::data::PackData| json!({"period": x.period, "as_at": x.as_at, "methodology": x.methodology, "manifest": x.manifest, "rules": x.rules});
    Ok(Answer::new(
        json!({"a": side(&old), "b": side(&new), "changes": d.changes, "fallen": d.fallen}),
    )
    .table(changes)
    .table(fallen))
}
