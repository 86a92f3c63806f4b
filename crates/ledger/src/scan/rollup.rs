//! Closed-day rollups: `daily` and `daily_latency`. `rollup.sql` defines them; a test compares both,
//! row for row. Each file records what it was made of; where that has changed (other rules, a later
//! record, a retraction) the rows are scanned instead.

use crate::{
    error::{LedgerError, ar, mem, pq},
    manifest::{FileEntry, Manifest},
    memory::Memory,
    read::visible::{Aside, Visible},
    scan::{
        judge::Judge,
        kernel::{self, ADDING_UP, Interner, Keys, ScanResult, Spec, Tally},
    },
    tables::{buffer::Buffer, file::Opened, schema::Table},
};
use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use hashbrown::HashMap;
use northbound_types::{Day, Dim};
use parquet::arrow::ProjectionMask;
use std::{path::Path, sync::Arc};

/// Dimensions of the latency rollup.
pub(crate) const LATENCY_DIMS: [Dim; 5] =
    [Dim::Day, Dim::Region, Dim::Srv, Dim::Mode, Dim::TestKind];

/// Memory of a count on its way into the table `daily`: sorted, then in columns.
const DAILY_ROW_BYTES: usize = 160;

const BATCH_ROWS: usize = 64 * 1024;

/// What a day's rollups were made of: they are fresh while this is still the same.
pub(crate) fn made_of(
    visible: &Visible,
    manifest: &Manifest,
    day: Day,
    judge: &dyn Judge,
) -> String {
    format!("{}:{}", judge.id(), visible.day_digest(manifest, day))
}

/// Computes one day's rollups from its exchanges.
pub(crate) fn compute(
    dir: &Path,
    files: &[&FileEntry],
    visible: &Visible,
    aside: &Aside,
    judge: &dyn Judge,
    memory: Memory,
) -> Result<(Buffer, Buffer), LedgerError> {
    let spec = Spec {
        dims: Dim::ALL.to_vec(),
        latency: Some(LATENCY_DIMS.to_vec()),
        collect: None,
        memory,
    };
    let found = kernel::scan(dir, files, visible, aside, judge, &spec)?;
    mem(ADDING_UP, memory.check_for((found.counts.len() * DAILY_ROW_BYTES) as u64))?;
    let mut daily = Buffer::new(Table::Daily);
    let mut rows: Vec<(Keys, Tally)> = found.counts.into_iter().collect();
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (keys, t) in rows {
        let mut c = daily.row();
        for k in &keys {
            c.word(k);
        }
        c.int(t.count as i64).int(t.disputed as i64).int(t.assumed as i64);
    }
    let mut latency = Buffer::new(Table::DailyLatency);
    let mut hists: Vec<_> = found.latency.into_iter().collect();
    hists.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (keys, h) in hists {
        let mut rows: Vec<(i32, u64)> = h.rows().collect();
        rows.sort_unstable();
        for (bucket, n) in rows {
            let mut c = latency.row();
            for k in &keys {
                c.word(k);
            }
            c.int(i64::from(bucket)).int(n as i64);
        }
    }
    Ok((daily, latency))
}

/// Reads files in two halves at once, where there are several.
fn in_halves<'f>(
    files: &[&'f FileEntry],
    found: &mut ScanResult,
    read: &(dyn Fn(&[&'f FileEntry], &mut ScanResult) -> Result<(), LedgerError> + Sync),
) -> Result<(), LedgerError> {
    let (left, right) = files.split_at(files.len() / 2);
    if left.is_empty() {
        return read(right, found);
    }
    let other = std::thread::scope(|s| {
        let other = s.spawn(|| {
            let mut f = ScanResult::default();
            read(left, &mut f).map(|()| f)
        });
        read(right, found)?;
        other.join().unwrap_or_else(|_| {
            Err(LedgerError::Refused("a thread reading rollups stopped".into()))
        })
    })?;
    found.merge(other);
    Ok(())
}

/// Reads counts by some dimensions from `daily` files.
pub(crate) fn read_counts(
    dir: &Path,
    files: &[&FileEntry],
    dims: &[Dim],
    found: &mut ScanResult,
) -> Result<(), LedgerError> {
    in_halves(files, found, &|part, f| read_counts_of(dir, part, dims, f))
}

fn read_counts_of(
    dir: &Path,
    files: &[&FileEntry],
    dims: &[Dim],
    found: &mut ScanResult,
) -> Result<(), LedgerError> {
    let names: Vec<&str> =
        dims.iter().map(|d| d.as_str()).chain(["count", "disputed", "assumed"]).collect();
    let mut interner = Interner::default();
    for f in files {
        let path = dir.join(&f.path);
        let opened = Opened::open(&path, Table::Daily, false)?;
        for group in 0..opened.row_groups() {
            let mask = ProjectionMask::columns(
                opened.parquet().file_metadata().schema_descr(),
                names.iter().copied(),
            );
            let reader = opened
                .reader(&path)?
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS)
                .build();
            for batch in pq(&path, reader)? {
                add_counts(&path, &ar(&path, batch)?, dims, &mut interner, found)?;
            }
        }
    }
    Ok(())
}

/// Adds the counts of a batch of `daily`: first under numbers of its own dictionaries, then under
/// their texts.
fn add_counts(
    path: &Path,
    b: &RecordBatch,
    dims: &[Dim],
    interner: &mut Interner,
    found: &mut ScanResult,
) -> Result<(), LedgerError> {
    let schema = b.schema();
    let column = |n: &str| {
        let i = schema.index_of(n);
        i.map(|i| b.column(i))
            .map_err(|source| LedgerError::Arrow { path: path.to_owned(), source })
    };
    let mut groups = vec![0u64; b.num_rows()];
    let mut axes: Vec<(u64, Vec<Arc<str>>)> = Vec::with_capacity(dims.len());
    for d in dims {
        let col = column(d.as_str())?.as_dictionary::<Int32Type>();
        let words = col.values().as_string::<i32>();
        let texts: Vec<Arc<str>> = words.iter().map(|t| interner.get(t.unwrap_or(""))).collect();
        let size = texts.len().max(1) as u64;
        for (g, &code) in groups.iter_mut().zip(col.keys().values()) {
            *g = *g * size + code as u64;
        }
        axes.push((size, texts));
    }
    let int = |n: &str| column(n).map(|c| c.as_primitive::<Int64Type>().values());
    let (count, disputed, assumed) = (int("count")?, int("disputed")?, int("assumed")?);
    let mut local: HashMap<u64, Tally> = HashMap::new();
    for (r, &g) in groups.iter().enumerate() {
        *local.entry(g).or_default() += Tally {
            count: count[r] as u64,
            disputed: disputed[r] as u64,
            assumed: assumed[r] as u64,
        };
    }
    for (g, t) in local {
        let mut rest = g;
        let mut keys: Keys = axes
            .iter()
            .rev()
            .map(|(size, texts)| {
                let code = rest % size;
                rest /= size;
                texts[code as usize].clone()
            })
            .collect();
        keys.reverse();
        *found.counts.entry(keys).or_default() += t;
    }
    Ok(())
}

/// Reads histograms by some of [`LATENCY_DIMS`] from `daily_latency` files.
pub(crate) fn read_latency(
    dir: &Path,
    files: &[&FileEntry],
    dims: &[Dim],
    buckets: usize,
    found: &mut ScanResult,
) -> Result<(), LedgerError> {
    in_halves(files, found, &|part, f| read_latency_of(dir, part, dims, buckets, f))
}

fn read_latency_of(
    dir: &Path,
    files: &[&FileEntry],
    dims: &[Dim],
    buckets: usize,
    found: &mut ScanResult,
) -> Result<(), LedgerError> {
    let mut interner = Interner::default();
    for f in files {
        let path = dir.join(&f.path);
        let opened = Opened::open(&path, Table::DailyLatency, false)?;
        for group in 0..opened.row_groups() {
            let reader = opened
                .reader(&path)?
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS)
                .build();
            for batch in pq(&path, reader)? {
                add_histograms(&ar(&path, batch)?, dims, buckets, &mut interner, found);
            }
        }
    }
    Ok(())
}

/// Adds the histograms of a batch of `daily_latency`, whose columns are [`LATENCY_DIMS`], bucket and
/// count.
fn add_histograms(
    b: &RecordBatch,
    dims: &[Dim],
    buckets: usize,
    interner: &mut Interner,
    found: &mut ScanResult,
) {
    let mut columns = Vec::new();
    for (i, d) in LATENCY_DIMS.iter().enumerate().filter(|(_, d)| dims.contains(d)) {
        let c = b.column(i).as_dictionary::<Int32Type>();
        let words = c.values().as_string::<i32>();
        let texts: Vec<Arc<str>> = words.iter().map(|t| interner.get(t.unwrap_or(""))).collect();
        columns.push((*d, c.keys().values(), texts));
    }
    let int = |i: usize| b.column(i).as_primitive::<Int64Type>().values();
    let (bucket, count) = (int(LATENCY_DIMS.len()), int(LATENCY_DIMS.len() + 1));
    // Rows are sorted by key, so a histogram is looked up once for each run of equal keys.
    let mut from = 0;
    while from < b.num_rows() {
        let same = |r: usize| columns.iter().all(|(_, codes, _)| codes[r] == codes[from]);
        let to = (from + 1..b.num_rows()).find(|&r| !same(r)).unwrap_or(b.num_rows());
        let keys: Keys = dims
            .iter()
            .filter_map(|d| columns.iter().find(|(c, ..)| c == d))
            .map(|(_, codes, texts)| texts[codes[from] as usize].clone())
            .collect();
        let h = found.latency.entry(keys).or_default();
        if h.buckets.is_empty() {
            h.buckets.resize(buckets, 0);
        }
        for r in from..to {
            h.add(bucket[r], count[r] as u64);
        }
        from = to;
    }
}
