//! Fuzz targets as plain functions: run by seeded tests on a stable toolchain, and by a fuzzer where
//! one is at hand. Each reads hostile bytes and checks that nothing is lost: rows read = rows that
//! went in + rows rejected. They panic where that fails, which is what a fuzzer looks for.

use crate::{
    DropRejects, Layout, Mapping, Options, Progress, Reject, RejectSink, RowSink, SinkError,
    SourceMeta,
    alert::{Alerts, Payloads},
    csv_reader,
    duis_archive::{Item, ReadOptions, read_archive},
    error::IngestError,
    exchange::Exchanges,
    ndjson,
    session::{Load, Session},
    stated::Figures,
};
use northbound_duis::Services;
use northbound_ledger::rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow};
use northbound_types::Utc;
use std::{
    io::{Cursor, Read},
    path::Path,
};

/// Counts rows and discards them: the sink of a dry run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountRows {
    /// How many rows came.
    pub rows: u64,
}

impl RowSink for CountRows {
    fn exchange(&mut self, _: &ExchangeRow<'_>) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(())
    }
    fn alert(&mut self, _: &AlertRow<'_>) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(())
    }
    fn payload(&mut self, _: &PayloadRow<'_>) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(())
    }
    fn stated(&mut self, _: &StatedRow) -> Result<(), SinkError> {
        self.rows += 1;
        Ok(())
    }
}

struct CountRejects(u64);
impl RejectSink for CountRejects {
    fn reject(&mut self, _: &Reject) -> Result<(), SinkError> {
        self.0 += 1;
        Ok(())
    }
}

/// Bytes that arrive in pieces of a given size.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    size: usize,
}
impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = buffer.len().min(self.size);
        self.bytes.read(&mut buffer[..n])
    }
}

fn options() -> Options {
    Options { allow_mostly_bad: true, ..Options::new(Utc(1_775_044_800_000_000)) }
}

fn session<L: Load>(
    layout: Layout,
    mapping: &Mapping,
    mut loader: L,
    read: impl FnOnce(&mut Session<'_>, &mut L) -> Result<(), IngestError>,
) -> Option<(u64, u64, L)> {
    let options = options();
    let meta = SourceMeta {
        path: "fuzz".into(),
        name: "fuzz".into(),
        sha256: String::new(),
        bytes: 0,
        layout,
        mapping: String::new(),
        feed: "import".into(),
        known: options.known,
        rank: 0,
        corrects: Vec::new(),
    };
    let mut rejects = CountRejects(0);
    let mut progress = |_: Progress<'_>| {};
    let mut session = Session::new(&meta, &options, mapping, &mut rejects, &mut progress);
    read(&mut session, &mut loader).ok()?;
    let summary = session.finish().ok()?;
    assert_eq!(summary.read, summary.accepted + summary.rejected, "a row was lost");
    assert_eq!(summary.rejected, rejects.0, "a reject was lost");
    assert_eq!(summary.rejected, summary.by_reason.values().sum::<u64>(), "a reject has no reason");
    Some((summary.accepted, summary.rejected, loader))
}

fn text(layout: Layout, bytes: &[u8], json: bool, size: usize) -> Option<(u64, u64)> {
    let mapping = Mapping::default();
    let from = || -> Box<dyn Read> {
        Box::new(Pieces { bytes: Cursor::new(bytes.to_vec()), size: size.max(1) })
    };
    let mut sink = CountRows::default();
    macro_rules! run {
        ($loader:expr) => {
            session(layout, &mapping, $loader, |s, l| {
                if json {
                    ndjson::read_from(s, l, from())
                } else {
                    csv_reader::read_from(s, l, from(), None)
                }
            })
            .map(|(a, r, _)| (a, r))
        };
    }
    let counts = match layout {
        Layout::Alerts => run!(Alerts { sink: &mut sink }),
        Layout::Payloads => run!(Payloads { sink: &mut sink }),
        Layout::Figures => run!(Figures { sink: &mut sink }),
        _ => run!(Exchanges { sink: &mut sink }),
    }?;
    assert_eq!(counts.0, sink.rows, "accepted rows are the sink's rows");
    Some(counts)
}

/// CSV of a layout. Returns rows accepted and rejected, `None` where the file was refused; the size
/// of the pieces in which the bytes come must not matter.
#[must_use]
pub fn fuzz_csv(layout: Layout, bytes: &[u8]) -> Option<(u64, u64)> {
    let whole = text(layout, bytes, false, usize::MAX);
    assert_eq!(whole, text(layout, bytes, false, 7), "the size of the pieces matters");
    whole
}

/// The same for NDJSON.
#[must_use]
pub fn fuzz_ndjson(layout: Layout, bytes: &[u8]) -> Option<(u64, u64)> {
    let whole = text(layout, bytes, true, usize::MAX);
    assert_eq!(whole, text(layout, bytes, true, 7), "the size of the pieces matters");
    whole
}

/// The text of a mapping.
pub fn fuzz_mapping(text: &str) {
    if let Err(e) = Mapping::parse("fuzz.toml", text) {
        assert!(!e.to_string().is_empty());
    }
}

/// A file of any kind, through the reader that its first bytes call for; also as a source of a
/// proposal. For Parquet and spreadsheets, which cannot be read from a stream.
#[must_use]
pub fn fuzz_file(path: &Path, layout: Layout) -> Option<(u64, u64)> {
    let mut sink = CountRows::default();
    let options = options();
    let run = match layout {
        Layout::Figures => crate::figures,
        Layout::Payloads => crate::payloads,
        _ => crate::messages,
    };
    let outcome = run(&[path.to_owned()], &options, &mut sink, &mut DropRejects, &mut |_| {});
    let _ = crate::guess(path, Some(layout));
    let summary = outcome.ok()?;
    assert_eq!(summary.read(), summary.accepted() + summary.rejected(), "a row was lost");
    assert_eq!(summary.accepted(), sink.rows, "accepted rows are the sink's rows");
    Some((summary.accepted(), summary.rejected()))
}

/// An archive of DUIS messages: zip, tar, gzip or a single file, written to `file`. Returns the messages
/// and rejects in it, `None` where it was refused.
///
/// # Errors
/// Where the file cannot be written.
pub fn fuzz_archive(
    file: &Path,
    services: &Services,
    bytes: &[u8],
) -> std::io::Result<Option<(u64, u64)>> {
    std::fs::write(file, bytes)?;
    let limits = ReadOptions {
        entry_bytes: 1 << 20,
        entries: 1_000,
        total_bytes: 4 << 20,
        ..ReadOptions::default()
    };
    let (mut messages, mut rejects) = (0, 0);
    let read = read_archive(file, &limits, services, &mut |item| {
        match item {
            Item::Message(_) => messages += 1,
            Item::Reject(_) => rejects += 1,
        }
        Ok(())
    });
    Ok(read.ok().map(|summary| {
        let counted = (summary.messages, summary.rejects);
        assert_eq!(counted, (messages, rejects), "a message was lost");
        counted
    }))
}

/// Random numbers (splitmix64): the same seed gives the same bytes everywhere.
#[derive(Debug, Clone)]
pub struct Rng(pub u64);
impl Rng {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }
}

/// Bytes that mean something to a reader.
const BYTES: &[u8] = b"\"',;\n\r\t\\{}[]:-.0919eEZT \x00\x1f\x80\xff\xc3\xef\xbb\xbf=%";

/// A few random changes of a good file.
#[must_use]
pub fn mutated(good: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut b = good.to_vec();
    for _ in 0..=rng.below(6) {
        let at = rng.below(b.len().max(1));
        match rng.below(6) {
            0 if !b.is_empty() => b[at] = BYTES[rng.below(BYTES.len())],
            1 => b.insert(at.min(b.len()), BYTES[rng.below(BYTES.len())]),
            2 if !b.is_empty() => {
                b.remove(at);
            }
            3 => b.truncate(at),
            4 if !b.is_empty() => {
                let end = (at + rng.below(60)).min(b.len());
                let part = b[at..end].to_vec();
                let to = rng.below(b.len());
                b.splice(to..to, part);
            }
            _ if !b.is_empty() => b[at] ^= 1 << rng.below(8),
            _ => {}
        }
    }
    b
}
