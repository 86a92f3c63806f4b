//! The demo: an invented network for a month, from its records to the issued pack, by the same
//! use-cases that an installation has.

mod output;
mod people;
mod registers;

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::Result,
    folder::{Clock, Grant, Mark},
    ingest::{IngestedFile, Request, ingest},
    pack::{self, Made},
    progress::Progress,
};
use northbound_ingest::Layout;
use northbound_ledger::Memory;
use northbound_registers::records::reporting::explanations::{Explanation, Given};
use northbound_sim::{Manifest, SimConfig, World, write_world};
use northbound_types::{Actor, Utc};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Day, in µs.
const DAY: i64 = northbound_types::time::DAY_US;

/// The month to simulate.
#[derive(Debug, Clone)]
pub struct DemoRequest {
    /// Number of meters, spread over three regions
    pub meters: u32,
    /// Number of days to simulate
    pub days: u32,
    /// Random seed: the same seed gives the same month
    pub seed: u64,
    /// Output folder. An earlier demo in it is replaced; a folder with anything else is refused
    pub out: PathBuf,
}

/// Simulates a month, ingests its records, builds and issues its pack, and issues it again after a
/// correction.
///
/// # Errors
/// Where the folder holds anything but an earlier demo, or cannot be written.
pub fn demo(ctx: &Context, args: &DemoRequest) -> Result<Answer> {
    let world = World::new(SimConfig {
        seed: args.seed,
        meters: args.meters,
        days: Some(args.days),
        ..SimConfig::default()
    })?;
    if ctx.dry_run {
        return Ok(Answer::new(json!({"dry_run": true})).say(format!(
            "Would simulate {} meters for {} days into {}.",
            count(args.meters.into()),
            args.days,
            args.out.display()
        )));
    }
    output::prepare(&args.out)?;
    let mut progress = ctx.progress();
    let input = args.out.join("input");
    let manifest = write_world(&world, &input, &mut |p| {
        progress.tell("simulating the month", p.done.into(), p.of.into())
    })?;
    let first = first_context(ctx, args, &world);
    // A pack of a period that has not ended is not issued: a demo of few days waits for the end of its month.
    let ended = world.config.period.after().start();
    let issuing = Context { now: first.later().now.max(ended), ..first.later() };
    let corrected_at = registers::corrected_at(&input)?.max(issuing.now);
    let second_issue = Utc(corrected_at.0 + DAY);
    invented(&first, Utc(second_issue.0 + DAY))?;
    registers::load(&input, &first)?;
    let mut taken = ingest_all(&manifest, &input, &first, &mut progress)?;
    taken.extend(people::load(&world, &input, &first, &mut progress)?);
    let second =
        Context { now: second_issue, reason: "correction received".to_owned(), ..first.clone() };
    drop(progress);
    let which = request(&world);
    let refused = explained(&pack::build(&issuing, &which, &args.out.join("pack"))?, &first)?;
    let one = pack::issue(&issuing, &which)?;
    let corrected = correction(&manifest, &input, &second, &mut second.progress())?;
    registers::repaired(&input, &second)?;
    explained(&pack::build(&second.later(), &which, &args.out.join("pack"))?, &second)?;
    let two = pack::issue(&second.later(), &which)?;
    // What is opened is what was issued, file by file.
    output::copy(&two.folder, &args.out.join("pack"))?;
    let month = world.config.period.to_string();
    let changed = pack::diff(&second, &format!("{month}/1"), &format!("{month}/2"))?;
    Ok(answer(
        args,
        &second,
        &manifest,
        &taken,
        &corrected,
        &Packs { month, one, two, changed, refused },
    ))
}

/// Marks the folder of invented data: on a virtual clock on which it is the day after the second issue, so that
/// what commands answer fits the issue; everybody an analyst.
fn invented(ctx: &Context, present: Utc) -> Result<()> {
    let anybody = vec![Grant::analyst_to_anybody()];
    let mark = Mark::new(Clock::Virtual, ctx.actor.to_string(), ctx.now, anybody);
    Mark { present: Some(present), ..mark }.write(&ctx.data)
}

/// The demo has a clock of its own, so that the same seed gives the same bytes: the day after the
/// sources stated their records, and for the second issue the day after the correction was sent.
fn first_context(ctx: &Context, args: &DemoRequest, world: &World) -> Context {
    let actor = Actor {
        person: "demo".to_owned(),
        party: None,
        body: None,
        roles: vec!["analyst".to_owned()],
    };
    Context {
        data: args.out.join("data"),
        actor,
        now: Utc(world.known() + DAY),
        as_at: None,
        reason: String::new(),
        expect_version: None,
        writes: true,
        latest: None,
        memory: Memory::UNLIMITED,
        ..ctx.clone()
    }
}

fn request(world: &World) -> pack::Request {
    pack::Request {
        period: world.config.period,
        methodology: None,
        network: Some(NETWORK.to_owned()),
        marking: String::new(),
        template: None,
        evidence: false,
    }
}

/// Name of the service in the demo's pack.
const NETWORK: &str = "Invented network (simulated)";

/// The two issues and the differences between them.
struct Packs {
    month: String,
    one: Made,
    two: Made,
    changed: Answer,
    /// Rows because of which the first issue would have been refused.
    refused: Vec<String>,
}

/// A pack with a row below minimum and no reason in the report cannot be issued; the invented
/// people give their reasons. Returns the rows.
fn explained(m: &Made, ctx: &Context) -> Result<Vec<String>> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    for q in m.built.data.required.iter().filter(|q| q.blocks_issue) {
        gate.explain(&Explanation {
            measure: q.measure.clone(), provider: q.provider.clone(), region: q.region, period: q.period, given: Given::Report, said_by: format!("{} reporting team", q.provider),
            text: format!("Invented: {} fell below its minimum while the network in the North was congested.", q.measure), document: String::new(), place: String::new(),
            steps: Some("Invented: capacity work continues.".to_owned()), repeat_of: None,
        }, &ctx.write())?;
    }
    Ok(m.blockers.clone())
}

/// Layout and feed of a simulated file; `None` if it is not an input.
fn way(kind: &str, path: &str) -> Option<(Layout, String)> {
    let stem =
        Path::new(path).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
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
fn ingest_all(
    manifest: &Manifest,
    input: &Path,
    ctx: &Context,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    let mut groups: Vec<(Layout, String, Vec<PathBuf>)> = Vec::new();
    for f in &manifest.files {
        let Some((layout, feed)) = way(&f.kind, &f.path).filter(|_| f.rows > 0) else { continue };
        let path = input.join(&f.path);
        match groups.iter_mut().find(|(l, fd, _)| *l == layout && *fd == feed) {
            Some((_, _, paths)) => paths.push(path),
            None => groups.push((layout, feed, vec![path])),
        }
    }
    let mut taken = Vec::new();
    for (layout, feed, paths) in groups {
        let map = (layout == Layout::Figures)
            .then(|| input.join("figures.map.toml"))
            .filter(|p| p.exists());
        let request = Request { paths, feed: Some(feed), map, ..Request::default() };
        taken.extend(ingest(ctx, &request, layout, progress)?.files);
    }
    Ok(taken)
}

fn correction(
    manifest: &Manifest,
    input: &Path,
    ctx: &Context,
    progress: &mut Progress,
) -> Result<Vec<IngestedFile>> {
    let Some(f) = manifest.files.iter().find(|f| f.kind == "correction" && f.rows > 0) else {
        return Ok(Vec::new());
    };
    let corrects = registers::corrects(input)?;
    let request =
        Request { feed: Some("cspc".to_owned()), corrects, ..Request::file(input.join(&f.path)) };
    Ok(ingest(ctx, &request, Layout::Messages, progress)?.files)
}

fn answer(
    args: &DemoRequest,
    ctx: &Context,
    manifest: &Manifest,
    taken: &[IngestedFile],
    corrected: &[IngestedFile],
    packs: &Packs,
) -> Answer {
    let (data, out, month) = (ctx.data.display(), args.out.display(), &packs.month);
    let mut headline = pack::headline(&packs.two);
    headline.title = format!("{month}, second issue");
    let size = |key: &str| {
        packs
            .changed
            .json
            .get(key)
            .and_then(serde_json::Value::as_array)
            .map_or(0, |a| a.len() as u64)
    };
    let mut a = Answer::new(json!({
        "out": out.to_string(), "data": data.to_string(), "pack": args.out.join("pack").join("pack.html").display().to_string(), "seed": args.seed, "meters": args.meters, "days": args.days,
        "files": taken, "corrections": corrected, "written": manifest.files.len(), "results": packs.two.built.data.results, "first_results": packs.one.built.data.results,
        "refused": packs.refused, "changes": packs.changed.json.get("changes"), "fallen": packs.changed.json.get("fallen"),
    }))
        .say(format!("An invented network: {} meters, {} days, seed {}. Everything is in {out}.", count(args.meters.into()), args.days, args.seed))
        .table(headline).table(files_table(taken, corrected)).built(&args.out.join("pack"));
    if !packs.refused.is_empty() {
        a = a.then(format!(
            "The first issue was refused until {} rows below minimum had a reason in the report: {}.",
            packs.refused.len(),
            packs.refused.join("; ")
        ));
    }
    a = a.then(format!("The pack was issued twice: a correction changed {} cells, and {} earlier statements no longer hold.", size("changes"), size("fallen")))
        .then("Where to look next:");
    for line in next_steps(args, ctx, packs) {
        a = a.then(format!("  {line}"));
    }
    a
}

/// What was ingested.
fn files_table(taken: &[IngestedFile], corrected: &[IngestedFile]) -> Table {
    let mut files = Table::new("Ingested files", &["file", "layout", ">rows", ">rejected", "when"]);
    for (list, when) in [(taken, "first"), (corrected, "as a correction")] {
        for f in list {
            files.row([
                f.file.clone(),
                f.layout.clone(),
                count(f.accepted),
                count(f.rejected),
                when.to_owned(),
            ]);
        }
    }
    files
}

/// Commands that show what the demo is about.
fn next_steps(args: &DemoRequest, ctx: &Context, packs: &Packs) -> Vec<String> {
    let (data, out, month) = (ctx.data.display(), args.out.display(), &packs.month);
    let figure = packs
        .two
        .built
        .data
        .results
        .iter()
        .find(|n| n.result.measure == "PM4.3")
        .map(|n| n.id.clone())
        .unwrap_or_default();
    // The first User is the one whose own log is written.
    let user =
        northbound_sim::invented_users().first().map(|u| u.eui.to_string()).unwrap_or_default();
    vec![
        format!(
            "open {out}/pack/pack.html in a browser (pack.pdf, pack.xlsx, csv/ and pack.json beside it)"
        ),
        format!("northbound --data {data} explain {figure}"),
        format!("northbound --data {data} pack diff {month}/1 {month}/2"),
        format!(
            "northbound --data {data} methodology compare answered-only all-attempts --period {month} --measure PM4.3"
        ),
        format!("northbound --data {data} report mine --user {user} --period {month}"),
        format!(
            "northbound --data {data} reconcile --map {out}/input/user-log-user1.map.toml --keys period,srv,region service=ledger:user={user} own={out}/input/user-log-user1.csv"
        ),
        format!("northbound --data {data} ledger check"),
    ]
}
