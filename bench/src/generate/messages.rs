//! Requests and test commands, a day a file.

use super::{APRIL, BATCH, DAY_US, DAYS, DEVICES, FIRST_DEVICE, USERS, srvs, user_eui};
use crate::Any;
use crate::dice::{Dice, zipf_table};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use std::{fs::File, path::Path, sync::Arc};

struct Columns {
    words: Vec<(&'static str, Vec<&'static str>)>,
    srv: Vec<String>,
    ints: Vec<(&'static str, Vec<i64>)>,
    times: Vec<(&'static str, Vec<Option<i64>>)>,
}

/// Columns of text, but for `srv`.
pub const WORDS: [&str; 15] = [
    "namespace",
    "leg",
    "kind",
    "mode",
    "role",
    "party_category",
    "class",
    "generation",
    "device_type",
    "test_kind",
    "region",
    "provider",
    "feed",
    "state",
    "code",
];
/// Columns of whole numbers.
pub const INTS: [&str; 4] = ["originator", "target", "counter", "cv"];
/// Columns of times.
pub const TIMES: [&str; 8] = [
    "received",
    "acknowledged",
    "queued",
    "sent_to_wan",
    "answered_at_wan",
    "answer_sent",
    "delivered",
    "target_at",
];

impl Columns {
    fn new() -> Columns {
        Columns {
            words: WORDS.iter().map(|w| (*w, Vec::with_capacity(BATCH))).collect(),
            srv: Vec::new(),
            ints: INTS.iter().map(|w| (*w, Vec::with_capacity(BATCH))).collect(),
            times: TIMES.iter().map(|w| (*w, Vec::with_capacity(BATCH))).collect(),
        }
    }
    fn batch(self) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let mut out: Vec<(&str, ArrayRef)> = Vec::new();
        for (n, v) in self.words {
            out.push((n, Arc::new(StringArray::from(v))));
        }
        out.push(("srv", Arc::new(StringArray::from(self.srv))));
        for (n, v) in self.ints {
            out.push((n, Arc::new(Int64Array::from(v))));
        }
        for (n, v) in self.times {
            out.push((n, Arc::new(TimestampMicrosecondArray::from(v).with_timezone("UTC"))));
        }
        RecordBatch::try_from_iter(out)
    }
}

/// What messages are drawn from: SRVs and Users with their weights.
struct Population {
    srvs: Vec<String>,
    by_srv: Vec<u64>,
    by_user: Vec<u64>,
}

/// One message, without what is drawn while its columns are filled.
struct Message {
    number: u64,
    received: i64,
    user: usize,
    srv: usize,
    region: usize,
    test: &'static str,
    mode: &'static str,
    state: &'static str,
    answer: Option<i64>,
}

impl Message {
    fn draw(d: &mut Dice, day: i64, number: u64, from: &Population) -> Message {
        let received = APRIL + day * DAY_US + d.below(DAY_US as u64) as i64;
        let user = d.zipf(&from.by_user);
        let srv = d.zipf(&from.by_srv);
        let region = d.below(3) as usize;
        let test = match d.below(100) {
            0 | 1 => "rtt4",
            2 => "rtt3",
            3 => "rtt2",
            _ => "none",
        };
        let mode = match srv % 8 {
            0 => "scheduled",
            5 => "future-dated",
            _ => "on-demand",
        };
        let state = state(d, region == 0 && test == "none", number);
        // A long tail: the product of three dice.
        let latency = 1_000 + (d.below(4_000) * d.below(4_000) / 100 * (1 + d.below(40))) as i64;
        let answer = state
            .starts_with("answered")
            .then(|| if d.below(10_000) == 0 { received - 1_500 } else { received + latency });
        Message { number, received, user, srv, region, test, mode, state, answer }
    }

    /// Values of [`WORDS`].
    fn words(&self, d: &mut Dice) -> [&'static str; WORDS.len()] {
        let own = self.test == "none";
        [
            "duis",
            "send",
            if own { "service-request" } else { "network-command" },
            if own { self.mode } else { "on-demand" },
            ["IS", "GS", "ED"][self.user % 3],
            ["large-supplier", "small-supplier", "electricity-network", "other"][self.user % 4],
            ["on-demand", "bulk"][self.srv % 2],
            if d.below(5) == 0 { "smets1" } else { "smets2" },
            ["ESME", "GSME", "CHF"][self.srv % 3],
            self.test,
            ["north", "central", "south"][self.region],
            ["CSPN", "CSPC", "CSPS"][self.region],
            "dsp",
            self.state,
            match self.state {
                "refused" => ["E5", "E4", "E11"][self.user % 3],
                "answered-success" => "I0",
                "answered-device-error" => "E21",
                _ => "",
            },
        ]
    }

    /// Values of [`INTS`].
    fn ints(&self, d: &mut Dice) -> [i64; INTS.len()] {
        [
            user_eui(self.user as u64),
            (FIRST_DEVICE + d.below(DEVICES)) as i64,
            self.received / 1000 * 1000 + (self.number % 1000) as i64,
            1,
        ]
    }

    /// Values of [`TIMES`].
    fn times(&self, d: &mut Dice) -> [Option<i64>; TIMES.len()] {
        let queued = self.state != "refused";
        [
            Some(self.received),
            Some(self.received + 90_000),
            queued.then_some(self.received + 95_000),
            self.answer.is_some().then_some(self.received + 200_000),
            self.answer.map(|a| a - 100_000),
            self.answer,
            self.answer.map(|a| a + 30_000),
            (d.below(20) == 0).then_some(self.received + 20_000_000),
        ]
    }
}

/// The end state of a message; requests of the region that does poorly fail more often.
fn state(d: &mut Dice, poor: bool, number: u64) -> &'static str {
    match d.below(100_000) {
        0..=399 if poor => "shed",
        400..=7_999 if poor => "timed-out",
        0..=2_999 => "timed-out",
        3_000..=4_999 => "refused",
        5_000..=5_399 => "cancelled",
        5_400..=7_999 => "answered-device-error",
        8_000..=8_100 => "failed-no-route",
        8_101 if number.is_multiple_of(40) => "quarantine-expired",
        _ => "answered-success",
    }
}

/// Draws one message into the columns. The order of the draws is part of the data.
fn message(c: &mut Columns, d: &mut Dice, day: i64, number: u64, from: &Population) {
    let m = Message::draw(d, day, number, from);
    for ((_, v), x) in c.words.iter_mut().zip(m.words(d)) {
        v.push(x);
    }
    c.srv.push(from.srvs[m.srv].clone());
    for ((_, v), x) in c.ints.iter_mut().zip(m.ints(d)) {
        v.push(x);
    }
    for ((_, v), x) in c.times.iter_mut().zip(m.times(d)) {
        v.push(x);
    }
}

/// Writes `rows` messages, one file a day, rows of a day out of order, and a second source with one
/// message in a hundred again (half of them changed).
pub fn write(
    out: &Path,
    rows: u64,
    seed: u64,
    rules: &northbound_rules::RuleSet,
) -> Result<(), Any> {
    std::fs::create_dir_all(out.join("unsorted"))?;
    std::fs::create_dir_all(out.join("again"))?;
    let srvs = srvs(rules);
    let from = Population { by_srv: zipf_table(srvs.len()), by_user: zipf_table(USERS), srvs };
    let per_day = rows / DAYS as u64;
    std::thread::scope(|s| -> Result<(), Any> {
        let run = |parity: i64| -> Result<(), Any> {
            for day in (0..DAYS).filter(|d| d % 2 == parity) {
                one_day(out, day, per_day, seed, &from)?;
            }
            Ok(())
        };
        let other = s.spawn(move || run(1));
        run(0)?;
        other.join().map_err(|_| "a generator thread panicked")??;
        Ok(())
    })
}

fn one_day(out: &Path, day: i64, rows: u64, seed: u64, from: &Population) -> Result<(), Any> {
    let mut d = Dice::new(seed.wrapping_mul(1_000_003) ^ day as u64);
    let props = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .build();
    let (mut main, mut again) = (None, None);
    let mut done = 0;
    while done < rows {
        let n = (rows - done).min(BATCH as u64);
        let mut c = Columns::new();
        for i in 0..n {
            message(&mut c, &mut d, day, done + i, from);
        }
        let batch = c.batch()?;
        let some = batch.slice(0, (n as usize / 100).max(1));
        for (w, b, folder) in
            [(&mut main, &batch, "unsorted"), (&mut again, &changed(&some)?, "again")]
        {
            if w.is_none() {
                *w = Some(ArrowWriter::try_new(
                    File::create(out.join(folder).join(format!("{day:02}.parquet")))?,
                    b.schema(),
                    Some(props.clone()),
                )?);
            }
            if let Some(w) = w {
                w.write(b)?;
            }
        }
        done += n;
    }
    for w in [main, again].into_iter().flatten() {
        w.close()?;
    }
    Ok(())
}

/// The same messages as another source has them: every second one says another code.
fn changed(b: &RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let at = b.schema().index_of("code")?;
    let codes: Vec<&str> = (0..b.num_rows())
        .map(|i| {
            if i % 2 == 0 {
                "E12"
            } else {
                arrow_array::cast::AsArray::as_string::<i32>(b.column(at)).value(i)
            }
        })
        .collect();
    let mut columns = b.columns().to_vec();
    columns[at] = Arc::new(StringArray::from(codes));
    RecordBatch::try_new(b.schema(), columns)
}
