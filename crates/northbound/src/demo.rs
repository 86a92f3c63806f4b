//! `demo`: an invented network for a month, from its records to the pack, by the same functions as
//! the commands.

mod folder;
mod registers;

use crate::{context::Ctx, error::Result, ingest::{self, FileArgs, Taken}, output::{Answer, Table, count}, progress::Progress};
use clap::Args;
use northbound_ingest::Layout;
use northbound_sim::{Manifest, SimConfig, World, write_world};
use northbound_types::{Actor, Utc};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Day, in µs.
const DAY: i64 = northbound_types::time::DAY_US;

/// What to simulate.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Meters in three regions
    #[arg(long, default_value_t = 5_000)]
    meters: u32,
    /// Days of the month
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Seed of every draw: the same seed gives the same month
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for everything. An earlier demo in it is replaced; anything else is refused
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(args: &DemoArgs, ctx: &Ctx) -> Result<Answer> {
    let world = World::new(SimConfig { seed: args.seed, meters: args.meters, days: Some(args.days), ..SimConfig::default() })?;
    if ctx.dry_run { return Ok(Answer::new(json!({"dry_run": true})).say(format!("Would simulate {} meters for {} days into {}.", count(args.meters.into()), args.days, args.out.display()))); }
    folder::prepare(&args.out)?;
    let mut progress = ctx.progress();
    let input = args.out.join("input");
    let manifest = write_world(&world, &input, &mut |p| progress.tell("simulating the month", p.done.into(), p.of.into()))?;
    // A clock of its own, so that the same seed gives the same bytes: the day after the sources have
    // stated their records, and the day after the correction was sent.
    let actor = Actor { person: "demo".to_owned(), party: None, body: None, roles: vec!["analyst".to_owned()] };
    let first = Ctx { data: args.out.join("data"), actor, now: Utc(world.known() + DAY), as_at: None, reason: String::new(), expect_version: None, ..ctx.clone() };
    registers::load(&input, &first)?;
    let taken = ingest_all(&manifest, &input, &first, &mut progress)?;
    let second = Ctx { now: Utc(registers::corrected_at(&input)?.0 + DAY), reason: "correction received".to_owned(), ..first.clone() };
    let corrected = correction(&manifest, &input, &second, &mut progress)?;
    drop(progress);
    Ok(answer(args, &first, &manifest, &taken, &corrected))
}

/// How a file of the world goes in: its layout and its feed. `None` for what is no input.
fn way(kind: &str, path: &str) -> Option<(Layout, String)> {
    let stem = Path::new(path).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    Some(match kind {
        "messages" => (Layout::Messages, "dsp".to_owned()),
        "tests" => (Layout::Messages, stem.trim_start_matches("tests-").to_owned()),
        "alerts" => (Layout::Messages, "alerts".to_owned()),
        "payloads" => (Layout::Payloads, "payloads".to_owned()),
        "figures" => (Layout::Figures, "figures".to_owned()),
        "services" => (Layout::Services, "services".to_owned()),
        "population" => (Layout::Population, "hubs".to_owned()),
        "hubs" => (Layout::Hubs, "hubs".to_owned()),
        _ => return None,
    })
}

/// Every file of the world but the correction, the User's own log and archive: those are for
/// `reconcile`, beside the service's records.
fn ingest_all(manifest: &Manifest, input: &Path, ctx: &Ctx, progress: &mut Progress) -> Result<Vec<Taken>> {
    let mut groups: Vec<(Layout, String, Vec<PathBuf>)> = Vec::new();
    for f in &manifest.files {
        let Some((layout, feed)) = way(&f.kind, &f.path).filter(|_| f.rows > 0) else { continue };
        let path = input.join(&f.path);
        match groups.iter_mut().find(|(l, fd, _)| *l == layout && *fd == feed) { Some((_, _, paths)) => paths.push(path), None => groups.push((layout, feed, vec![path])) }
    }
    let mut taken = Vec::new();
    for (layout, feed, paths) in groups {
        let map = (layout == Layout::Figures).then(|| input.join("figures.map.toml")).filter(|p| p.exists());
        let args = FileArgs { paths, feed: Some(feed), map, ..FileArgs::default() };
        taken.extend(ingest::take(&args, layout, ctx, progress)?.files);
    }
    Ok(taken)
}

fn correction(manifest: &Manifest, input: &Path, ctx: &Ctx, progress: &mut Progress) -> Result<Vec<Taken>> {
    let Some(f) = manifest.files.iter().find(|f| f.kind == "correction" && f.rows > 0) else { return Ok(Vec::new()) };
    let corrects = registers::corrects(input)?;
    let args = FileArgs { feed: Some("cspc".to_owned()), corrects, ..FileArgs::one(input.join(&f.path)) };
    Ok(ingest::take(&args, Layout::Messages, ctx, progress)?.files)
}

fn answer(args: &DemoArgs, ctx: &Ctx, manifest: &Manifest, taken: &[Taken], corrected: &[Taken]) -> Answer {
    let mut t = Table::new("What went in", &["file", "layout", ">rows", ">rejected", "when"]);
    for (list, when) in [(taken, "first"), (corrected, "as a correction")] {
        for f in list { t.row([f.file.clone(), f.layout.clone(), count(f.accepted), count(f.rejected), when.to_owned()]); }
    }
    let data = ctx.data.display();
    let input = args.out.join("input");
    // The first User is the one whose own log is written.
    let user = northbound_sim::invented_users().first().map(|u| u.eui.to_string()).unwrap_or_default();
    Answer::new(json!({
        "out": args.out.display().to_string(), "data": data.to_string(), "seed": args.seed, "meters": args.meters, "days": args.days,
        "files": taken, "corrections": corrected, "written": manifest.files.len(),
    }))
        .say(format!("An invented network: {} meters, {} days, seed {}. Everything is in {}.", count(args.meters.into()), args.days, args.seed, args.out.display()))
        .table(t)
        .then("Where to look next:")
        .then(format!("  northbound --data {data} ledger check"))
        .then(format!("  northbound --data {data} ingest list"))
        .then(format!("  northbound --data {data} fault list"))
        .then(format!("  northbound --data {data} reconcile --map {0}/user-log-user1.map.toml --keys period,srv,region service=ledger:user={1} own={0}/user-log-user1.csv", input.display(), user))
}
