//! Our side of each query. The lines are those that the peer of the same name writes.

use crate::Any;
use crate::generate;
use arrow_array::{cast::AsArray, types::Int64Type};
use northbound_ledger::{
    Ledger, Snapshot,
    drill::Query,
    find::Wanted,
    judge::{Judge, Target, TargetQuery},
    schema::Table,
};
use northbound_measures::reconcile::{self, Options, Outcome, Source};
use northbound_rules::{RuleSet, buckets};
use northbound_types::{Day, Dim, LatencyRow, Selector, Utc};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const ALL: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));

/// Targets as the bench's `targets.csv` gives them.
struct Targets(HashMap<(String, String, String), i64>);

impl Targets {
    fn read(data: &Path) -> Result<Targets, Any> {
        let mut out = HashMap::new();
        for row in csv::Reader::from_path(data.join("inputs/targets.csv"))?.records() {
            let r = row?;
            out.insert(
                (r[0].to_owned(), r[1].to_owned(), r[2].to_owned()),
                r[3].parse::<i64>()? * 1_000_000,
            );
        }
        Ok(Targets(out))
    }
}

impl Judge for Targets {
    fn id(&self) -> &str {
        "bench"
    }
    fn target(&self, q: &TargetQuery<'_>) -> Option<Target> {
        self.0
            .get(&(q.srv.to_owned(), q.generation.to_owned(), q.test_kind.to_owned()))
            .map(|&micros| Target { micros, assumed: false })
    }
    fn bucket(&self, micros: i64) -> i32 {
        buckets::bucket_of(micros)
    }
    fn buckets(&self) -> usize {
        buckets::BUCKETS
    }
}

/// Runs a query; `false` where we do not have it.
pub fn run(query: &str, data: &Path, out: &Path, state: &str) -> Result<bool, Any> {
    let ledger = Ledger::at(data.join("ledger"));
    let (header, lines) = match query {
        "decode" => (vec!["rows"], decode(&ledger.snapshot(None)?)?),
        "measures" => {
            (MEASURES.to_vec(), measures(&ledger.snapshot(None)?, &Targets::read(data)?, false)?)
        }
        "measures_exact" => {
            (MEASURES.to_vec(), measures(&ledger.snapshot(None)?, &Targets::read(data)?, true)?)
        }
        "pack_rollups" | "pack_rows" => (
            vec!["key", "count"],
            pack(&ledger.snapshot(None)?, &Targets::read(data)?, query == "pack_rollups")?,
        ),
        "volumes" => (
            vec!["user", "srv", "month", "actual", "forecast"],
            volumes(&ledger.snapshot(None)?, &Targets::read(data)?, data)?,
        ),
        "storms" => (
            vec!["device", "alerts"],
            ledger
                .snapshot(None)?
                .storms(ALL, 20)?
                .iter()
                .map(|s| vec![s.device.to_i64().to_string(), s.alerts.to_string()])
                .collect(),
        ),
        "reconcile" => {
            (vec!["outcome", "period", "user", "srv", "region", "a", "b"], reconcile(data)?)
        }
        "drill_down" => (
            vec!["received_us", "originator", "target", "counter", "source", "place"],
            drill(&ledger.snapshot(None)?, &Targets::read(data)?, state)?,
        ),
        "find" => (
            vec!["received", "originator", "target", "counter"],
            find(&ledger.snapshot(None)?, state)?,
        ),
        "rewrite" => (vec!["rows", "first_us", "last_us"], rewrite(data)?),
        _ => return Ok(false),
    };
    let mut lines = lines;
    lines.sort();
    let mut w = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_path(out)?;
    w.write_record(&header)?;
    for l in lines {
        w.write_record(&l)?;
    }
    w.flush()?;
    Ok(true)
}

const MEASURES: [&str; 7] = ["line", "region", "srv", "detail", "state", "timeliness", "value"];

/// Decoding alone: the columns that `measures` reads, and no more.
fn decode(s: &Snapshot) -> Result<Vec<Vec<String>>, Any> {
    let names = [
        "region",
        "srv",
        "test_kind",
        "generation",
        "role",
        "mode",
        "leg",
        "state",
        "received",
        "due",
        "answer_sent",
        "target_at",
        "place",
        "source",
    ];
    let files = s.root.manifest.files(Table::Exchanges);
    let next = AtomicUsize::new(0);
    let dir = s.dir();
    let one = || -> Result<usize, Any> {
        let mut rows = 0;
        while let Some(f) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = File::open(dir.join(&f.path))?;
            let meta = ArrowReaderMetadata::load(
                &file,
                ArrowReaderOptions::new().with_schema(Table::Exchanges.coded_schema()),
            )?;
            let mask = parquet::arrow::ProjectionMask::columns(
                meta.metadata().file_metadata().schema_descr(),
                names,
            );
            for b in ParquetRecordBatchReaderBuilder::new_with_metadata(file, meta)
                .with_projection(mask)
                .with_batch_size(16 * 1024)
                .build()?
            {
                rows += b?.num_rows();
            }
        }
        Ok(rows)
    };
    let rows = std::thread::scope(|sc| {
        let other = sc.spawn(one);
        Ok::<usize, Any>(one()? + other.join().map_err(|_| "a thread panicked")??)
    })?;
    Ok(vec![vec![rows.to_string()]])
}

/// Counts by bucket; the last place is that of attempts without an answer.
type Histogram = Vec<u64>;
const OPEN: usize = buckets::BUCKETS;

/// Histograms by region, SRV, and whether test commands are left out.
type Histograms = BTreeMap<(Arc<str>, Arc<str>, bool), Histogram>;

fn measures(s: &Snapshot, judge: &Targets, exact: bool) -> Result<Vec<Vec<String>>, Any> {
    let lat = [Dim::Region, Dim::Srv, Dim::TestKind];
    let (cells, rows) = s.scan_rows(
        ALL,
        &[Dim::Region, Dim::Srv, Dim::TestKind, Dim::State, Dim::Timeliness],
        &lat,
        judge,
    )?;
    let mut out: Vec<Vec<String>> = cells
        .rows
        .iter()
        .map(|r| {
            let mut l = vec!["count".to_owned()];
            l.extend(r.keys.iter().map(|k| k.to_string()));
            l.push(r.count.to_string());
            l
        })
        .collect();
    let picks: Vec<Pick> =
        histograms(&rows).iter().flat_map(|(group, h)| percentiles(group, h)).collect();
    let values = if exact { Some(exact_values(s, judge, &lat, &picks, &rows)?) } else { None };
    for (i, p) in picks.iter().enumerate() {
        let value = match &values {
            _ if p.bucket == i32::MAX => -2,
            Some(v) => v[i],
            None => buckets::bounds(p.bucket).map_or(0, |b| b.0),
        };
        let tests = if p.no_tests { "no-tests" } else { "with-tests" };
        out.push(vec![
            format!("p{}", p.percentile),
            p.region.to_string(),
            p.srv.to_string(),
            format!("{tests}+{}", p.of),
            String::new(),
            String::new(),
            value.to_string(),
        ]);
    }
    Ok(out)
}

fn histograms(rows: &[LatencyRow]) -> Histograms {
    let mut groups = Histograms::new();
    for part in rows.chunk_by(|a, b| a.keys == b.keys) {
        let keys = &part[0].keys;
        for no_tests in [false, true] {
            if no_tests && &*keys[2] != "none" {
                continue;
            }
            let h = groups
                .entry((keys[0].clone(), keys[1].clone(), no_tests))
                .or_insert_with(|| vec![0; OPEN + 1]);
            for r in part.iter().filter(|r| r.bucket != -1) {
                h[usize::try_from(r.bucket).unwrap_or(OPEN)] += r.count;
            }
        }
    }
    groups
}

/// A percentile of one histogram, as the bucket and the rank in it.
struct Pick {
    region: Arc<str>,
    srv: Arc<str>,
    no_tests: bool,
    /// Of what: `answered` or `attempts`.
    of: &'static str,
    percentile: u64,
    /// `i32::MAX` where the rank falls among attempts without an answer.
    bucket: i32,
    /// From 1.
    rank: u64,
}

fn percentiles((region, srv, no_tests): &(Arc<str>, Arc<str>, bool), h: &Histogram) -> Vec<Pick> {
    let total: u64 = h.iter().sum();
    let mut picks = Vec::new();
    for (of, n) in [("answered", total - h[OPEN]), ("attempts", total)] {
        for percentile in [50u64, 95, 99] {
            if n == 0 {
                continue;
            }
            let rank = (percentile * n).div_ceil(100);
            let mut seen = 0;
            let Some((bucket, before)) = h.iter().enumerate().find_map(|(b, c)| {
                seen += c;
                (seen >= rank).then_some((b, seen - c))
            }) else {
                continue;
            };
            picks.push(Pick {
                region: region.clone(),
                srv: srv.clone(),
                no_tests: *no_tests,
                of,
                percentile,
                bucket: if bucket == OPEN { i32::MAX } else { bucket as i32 },
                rank: rank - before,
            });
        }
    }
    picks
}

/// A second pass collects the values of the buckets in which a rank falls.
fn exact_values(
    s: &Snapshot,
    judge: &Targets,
    lat: &[Dim],
    picks: &[Pick],
    rows: &[LatencyRow],
) -> Result<Vec<i64>, Any> {
    let mut wanted: BTreeMap<Vec<Arc<str>>, Vec<i32>> = BTreeMap::new();
    let tests: BTreeSet<Arc<str>> = rows.iter().map(|r| r.keys[2].clone()).collect();
    for p in picks.iter().filter(|p| p.bucket != i32::MAX) {
        for t in tests.iter().filter(|t| !p.no_tests || &***t == "none") {
            let w = wanted.entry(vec![p.region.clone(), p.srv.clone(), t.clone()]).or_default();
            if !w.contains(&p.bucket) {
                w.push(p.bucket);
            }
        }
    }
    let found = s.exact_in_buckets(ALL, lat, wanted, judge)?;
    Ok(picks
        .iter()
        .map(|p| {
            let mut all: Vec<i64> = tests
                .iter()
                .filter(|t| !p.no_tests || &***t == "none")
                .filter_map(|t| {
                    found.get(&(vec![p.region.clone(), p.srv.clone(), t.clone()], p.bucket))
                })
                .flatten()
                .copied()
                .collect();
            all.sort_unstable();
            all.get(p.rank as usize - 1).copied().unwrap_or(-2)
        })
        .collect())
}

/// The counts that a pack's figures on exchanges are made of.
fn pack(s: &Snapshot, judge: &Targets, rollups: bool) -> Result<Vec<Vec<String>>, Any> {
    let dims = [
        Dim::Day,
        Dim::Kind,
        Dim::Region,
        Dim::Provider,
        Dim::Feed,
        Dim::Srv,
        Dim::Mode,
        Dim::Generation,
        Dim::TestKind,
        Dim::State,
        Dim::Timeliness,
    ];
    let (cells, way) = s.cells_by(ALL, &dims, judge, rollups)?;
    let lat: u64 = if rollups {
        s.latency(ALL, &[Dim::Region, Dim::Srv, Dim::TestKind], judge)?
            .iter()
            .map(|r| r.count)
            .sum()
    } else {
        s.scan_rows(ALL, &[], &[Dim::Region, Dim::Srv, Dim::TestKind], judge)?
            .1
            .iter()
            .map(|r| r.count)
            .sum()
    };
    eprintln!("{} cells, {lat} latencies, {way:?}", cells.rows.len());
    Ok(vec![
        vec!["total".into(), cells.rows.iter().map(|r| r.count).sum::<u64>().to_string()],
        vec!["latencies".into(), lat.to_string()],
        vec!["cells".into(), cells.rows.len().to_string()],
    ])
}

fn volumes(s: &Snapshot, judge: &Targets, data: &Path) -> Result<Vec<Vec<String>>, Any> {
    let (cells, _) =
        s.cells_by(ALL, &[Dim::User, Dim::Srv, Dim::Kind, Dim::TestKind], judge, false)?;
    let own = Selector::all().and(Dim::Kind, ["service-request"]).and(Dim::TestKind, ["none"]);
    let mut lines: BTreeMap<(i64, String), (u64, Option<i64>)> = BTreeMap::new();
    for r in cells.rows.iter().filter(|r| own.takes(&cells, r)) {
        let user: northbound_types::Eui64 = r.keys[0].parse()?;
        lines.entry((user.to_i64(), r.keys[1].to_string())).or_default().0 += r.count;
    }
    for b in ParquetRecordBatchReaderBuilder::try_new(File::open(
        data.join("inputs/forecasts.parquet"),
    )?)?
    .build()?
    {
        let b = b?;
        let (u, f) =
            (b.column(0).as_primitive::<Int64Type>(), b.column(3).as_primitive::<Int64Type>());
        let srv = b.column(1).as_string::<i32>();
        for i in 0..b.num_rows() {
            lines.entry((u.value(i), srv.value(i).to_owned())).or_default().1 = Some(f.value(i));
        }
    }
    Ok(lines
        .into_iter()
        .map(|((u, s), (a, f))| {
            vec![
                u.to_string(),
                s,
                "2026-04".into(),
                a.to_string(),
                f.map_or_else(String::new, |f| f.to_string()),
            ]
        })
        .collect())
}

fn reconcile(data: &Path) -> Result<Vec<Vec<String>>, Any> {
    let sources = [counts(data, "a", "counts_a")?, counts(data, "b", "counts_b")?];
    let report = reconcile::reconcile(&sources, &Options::default(), &[])?;
    let mut out = Vec::new();
    for pair in &report.pairs {
        for l in &pair.lines {
            let name = match l.outcome {
                Outcome::Differ => "differ",
                Outcome::OnlyA => "only-a",
                Outcome::OnlyB => "only-b",
                Outcome::Match => continue,
            };
            let k = |n: &str| l.keys.get(n).cloned().unwrap_or_default();
            let value = |v: Option<i64>| v.map_or_else(String::new, |v| v.to_string());
            let keys = [k("period"), k("user"), k("srv"), k("region")];
            out.push(
                [name.to_owned()].into_iter().chain(keys).chain([value(l.a), value(l.b)]).collect(),
            );
        }
        let t = &pair.totals;
        for (name, s) in [
            ("match", &t.matching),
            ("differ", &t.differing),
            ("only-a", &t.only_a),
            ("only-b", &t.only_b),
        ] {
            if s.lines > 0 {
                out.push(vec![
                    format!("sum {name}"),
                    s.lines.to_string(),
                    String::new(),
                    String::new(),
                    String::new(),
                    s.a.to_string(),
                    s.b.to_string(),
                ]);
            }
        }
    }
    Ok(out)
}

/// The table of counts of one source.
fn counts(data: &Path, name: &str, file: &str) -> Result<Source, Any> {
    let mut s = Source::new(name, 1, ["period", "user", "srv", "region"]);
    let mut users: HashMap<i64, String> = HashMap::new();
    let path = data.join(format!("inputs/{file}.parquet"));
    for b in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?
        .with_batch_size(64 * 1024)
        .build()?
    {
        let b = b?;
        let text = |i: usize| b.column(i).as_string::<i32>();
        let (period, srv, region) = (text(0), text(2), text(3));
        let (user, count) =
            (b.column(1).as_primitive::<Int64Type>(), b.column(4).as_primitive::<Int64Type>());
        for i in 0..b.num_rows() {
            let u = users.entry(user.value(i)).or_insert_with(|| user.value(i).to_string());
            s.add(&[period.value(i), u, srv.value(i), region.value(i)], count.value(i));
        }
    }
    Ok(s)
}

/// Requests by what identifies them: `originator:target:counter` as signed integers, or `target` alone.
fn find(snapshot: &Snapshot, by: &str) -> Result<Vec<Vec<String>>, Any> {
    let parts: Vec<i64> = by.split(':').map(str::parse).collect::<Result<_, _>>()?;
    let base = Wanted::all(Table::Exchanges, 10_000);
    let wanted = match parts.as_slice() {
        [o, t, c] => base.number("originator", [*o]).number("target", [*t]).number("counter", [*c]),
        [t] => base.number("target", [*t]),
        _ => return Err("--state: originator:target:counter, or target".into()),
    };
    let found = snapshot.find(&wanted)?;
    let text = |r: &northbound_ledger::find::Record, c: &str| r.columns[c].clone();
    Ok(found
        .records
        .iter()
        .map(|r| ["received", "originator", "target", "counter"].map(|c| text(r, c)).to_vec())
        .collect())
}

fn drill(s: &Snapshot, judge: &Targets, state: &str) -> Result<Vec<Vec<String>>, Any> {
    let page = s.messages(
        &Query {
            days: ALL,
            selectors: &[Selector::all().and(Dim::State, [state])],
            skip: 0,
            limit: 100,
            set_aside: false,
        },
        judge,
    )?;
    Ok(page
        .messages
        .iter()
        .map(|m| {
            let get = |n: &str| m.record.get(n).cloned().unwrap_or_default();
            let eui = |n: &str| {
                get(n)
                    .parse::<northbound_types::Eui64>()
                    .map(|e| e.to_i64().to_string())
                    .unwrap_or_default()
            };
            let received =
                get("received").parse::<Utc>().map(|t| t.0.to_string()).unwrap_or_default();
            vec![
                received,
                eui("originator"),
                eui("target"),
                get("counter").parse::<u64>().map(|c| (c as i64).to_string()).unwrap_or_default(),
                get("source"),
                get("place"),
            ]
        })
        .collect())
}

/// Takes in the unsorted month with all that ingest does.
fn rewrite(data: &Path) -> Result<Vec<Vec<String>>, Any> {
    let to = data.join("scratch/ledger");
    if to.exists() {
        std::fs::remove_dir_all(&to)?;
    }
    let s = ingest(&to, &[data.join("inputs/unsorted")], &Targets::read(data)?)?;
    let (mut rows, mut first, mut last) = (0u64, i64::MAX, i64::MIN);
    for r in s.cells(ALL, &[Dim::Day], &Targets::read(data)?)?.rows {
        rows += r.count;
    }
    for f in s.root.manifest.files(Table::Exchanges) {
        let (a, b) = range(&s.dir().join(&f.path))?;
        (first, last) = (first.min(a), last.max(b));
    }
    Ok(vec![vec![rows.to_string(), first.to_string(), last.to_string()]])
}

fn range(path: &Path) -> Result<(i64, i64), Any> {
    use parquet::file::{
        reader::{FileReader, SerializedFileReader},
        statistics::Statistics,
    };
    let reader = SerializedFileReader::new(File::open(path)?)?;
    let at = Table::Exchanges.position("received").ok_or("no received column")?;
    let mut out = (i64::MAX, i64::MIN);
    for g in reader.metadata().row_groups() {
        if let Some(Statistics::Int64(s)) = g.column(at).statistics()
            && let (Some(&a), Some(&b)) = (s.min_opt(), s.max_opt())
        {
            out = (out.0.min(a), out.1.max(b));
        }
    }
    Ok(out)
}

/// Makes the data: unsorted inputs, the ledger by ingesting them, forecasts, targets, count tables.
pub fn make(data: &Path, rows: u64, seed: u64) -> Result<(), Any> {
    let rules = RuleSet::embedded()?;
    let inputs = data.join("inputs");
    generate::write(&inputs, rows, seed, &rules)?;
    generate::tables(&inputs, seed, &rules)?;
    generate::alerts(&inputs, rows, seed)?;
    let judge = Targets::read(data)?;
    let s = ingest(
        &data.join("ledger"),
        &[inputs.join("unsorted"), inputs.join("again"), inputs.join("alerts")],
        &judge,
    )?;
    eprintln!(
        "ledger version {}, {} files",
        s.root.manifest.version,
        s.root.manifest.tables.values().map(Vec::len).sum::<usize>()
    );
    Ok(())
}

/// Ingests folders of Parquet files, one transaction a folder, as `northbound ingest messages` does.
fn ingest(to: &Path, folders: &[std::path::PathBuf], judge: &dyn Judge) -> Result<Snapshot, Any> {
    crate::ingest::ingest_folders(to, folders, judge)?;
    Ok(Ledger::at(to).snapshot(None)?)
}
