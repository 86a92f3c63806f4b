//! The bench's data: a month of invented messages out of order, as ingest is given them, with
//! 1 % corrections and collisions. At least 100 Users, 60 SRVs and 5 million devices.

use crate::dice::{Dice, zipf_table};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use std::{fs::File, path::Path, sync::Arc};

pub const USERS: usize = 120;
pub const DAYS: i64 = 30;
const DEVICES: u64 = 5_000_000;
const APRIL: i64 = 1_775_001_600_000_000;
const DAY_US: i64 = 86_400_000_000;
const BATCH: usize = 64 * 1024;

/// SRVs of the catalogue, the commonest first: `n` of them.
pub fn srvs(rules: &northbound_rules::RuleSet) -> Vec<String> {
    let mut all: Vec<String> = rules.catalogue().services().iter().map(|s| s.srv.clone()).collect();
    let first = ["4.8.1", "4.6.1", "4.1.1", "4.10", "2.2", "8.2"];
    all.sort_by_key(|s| first.iter().position(|f| f == s).unwrap_or(first.len()));
    all.truncate(64);
    all
}

struct Columns {
    words: Vec<(&'static str, Vec<&'static str>)>,
    srv: Vec<String>,
    ints: Vec<(&'static str, Vec<i64>)>,
    times: Vec<(&'static str, Vec<Option<i64>>)>,
}

const WORDS: [&str; 15] = [
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
const INTS: [&str; 4] = ["originator", "target", "counter", "cv"];
const TIMES: [&str; 8] = [
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

/// One message. `again` makes the same identity with other content, as a second source would.
fn message(
    c: &mut Columns,
    d: &mut Dice,
    day: i64,
    i: u64,
    srvs: &[String],
    by_srv: &[u64],
    by_user: &[u64],
) {
    let received = APRIL + day * DAY_US + d.below(DAY_US as u64) as i64;
    let user = d.zipf(by_user);
    let srv = d.zipf(by_srv);
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
    let poor = region == 0 && test == "none";
    let state = match d.below(100_000) {
        0..=399 if poor => "shed",
        400..=7_999 if poor => "timed-out",
        0..=2_999 => "timed-out",
        3_000..=4_999 => "refused",
        5_000..=5_399 => "cancelled",
        5_400..=7_999 => "answered-device-error",
        8_000..=8_100 => "failed-no-route",
        8_101 if i.is_multiple_of(40) => "quarantine-expired",
        _ => "answered-success",
    };
    let answered = state.starts_with("answered");
    // A long tail: the product of three dice.
    let latency = 1_000 + (d.below(4_000) * d.below(4_000) / 100 * (1 + d.below(40))) as i64;
    let answer =
        answered.then(|| if d.below(10_000) == 0 { received - 1_500 } else { received + latency });
    let w = [
        "duis",
        "send",
        if test == "none" { "service-request" } else { "network-command" },
        if test == "none" { mode } else { "on-demand" },
        ["IS", "GS", "ED"][user % 3],
        ["large-supplier", "small-supplier", "electricity-network", "other"][user % 4],
        ["on-demand", "bulk"][srv % 2],
        if d.below(5) == 0 { "smets1" } else { "smets2" },
        ["ESME", "GSME", "CHF"][srv % 3],
        test,
        ["north", "central", "south"][region],
        ["CSPN", "CSPC", "CSPS"][region],
        "dsp",
        state,
        match state {
            "refused" => ["E5", "E4", "E11"][user % 3],
            "answered-success" => "I0",
            "answered-device-error" => "E21",
            _ => "",
        },
    ];
    for ((_, v), x) in c.words.iter_mut().zip(w) {
        v.push(x);
    }
    c.srv.push(srvs[srv].clone());
    let user_eui = 0x90B3_D51F_3001_0000_u64 + user as u64;
    for ((_, v), x) in c.ints.iter_mut().zip([
        user_eui as i64,
        (0x00DB_1234_0000_0000 + d.below(DEVICES)) as i64,
        received / 1000 * 1000 + (i % 1000) as i64,
        1,
    ]) {
        v.push(x);
    }
    let gone = state != "refused";
    let t = [
        Some(received),
        Some(received + 90_000),
        gone.then_some(received + 95_000),
        answered.then_some(received + 200_000),
        answer.map(|a| a - 100_000),
        answer,
        answer.map(|a| a + 30_000),
        (d.below(20) == 0).then_some(received + 20_000_000),
    ];
    for ((_, v), x) in c.times.iter_mut().zip(t) {
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
) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(out.join("unsorted"))?;
    std::fs::create_dir_all(out.join("again"))?;
    let srvs = srvs(rules);
    let (by_srv, by_user) = (zipf_table(srvs.len()), zipf_table(USERS));
    let per_day = rows / DAYS as u64;
    std::thread::scope(|s| -> Result<(), Box<dyn std::error::Error>> {
        let run = |parity: i64| -> Result<(), String> {
            for day in (0..DAYS).filter(|d| d % 2 == parity) {
                one_day(out, day, per_day, seed, &srvs, &by_srv, &by_user)
                    .map_err(|e| e.to_string())?;
            }
            Ok(())
        };
        let other = s.spawn(move || run(1));
        run(0)?;
        other.join().map_err(|_| "a generator thread stopped")??;
        Ok(())
    })
}

fn one_day(
    out: &Path,
    day: i64,
    rows: u64,
    seed: u64,
    srvs: &[String],
    by_srv: &[u64],
    by_user: &[u64],
) -> Result<(), Box<dyn std::error::Error>> {
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
            message(&mut c, &mut d, day, done + i, srvs, by_srv, by_user);
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

/// Targets, forecasts, two tables of counts of about 270,000 keys, and a month of alerts.
pub fn tables(
    out: &Path,
    seed: u64,
    rules: &northbound_rules::RuleSet,
) -> Result<(), Box<dyn std::error::Error>> {
    let srvs = srvs(rules);
    let mut d = Dice::new(seed ^ 0x7AB1E5);
    let mut w = csv::Writer::from_path(out.join("targets.csv"))?;
    w.write_record(["srv", "generation", "test_kind", "seconds"])?;
    for (i, srv) in srvs.iter().enumerate() {
        for g in ["smets1", "smets2"] {
            // One SRV in four has no target: its answers are never in time.
            for t in ["none", "rtt2", "rtt3", "rtt4"] {
                if i % 4 != 3 {
                    w.write_record([srv, g, t, ["30", "600", "10"][i % 3]])?;
                }
            }
        }
    }
    w.flush()?;
    let user = |u: u64| (0x90B3_D51F_3001_0000_u64 + u) as i64;
    let pairs: Vec<(i64, &String)> = (0..USERS as u64)
        .flat_map(|u| srvs.iter().map(move |s| (user(u), s)))
        .filter(|_| d.below(10) > 0)
        .collect();
    write_table(
        &out.join("forecasts.parquet"),
        vec![
            ("user", Arc::new(Int64Array::from_iter_values(pairs.iter().map(|p| p.0))) as ArrayRef),
            ("srv", Arc::new(StringArray::from_iter_values(pairs.iter().map(|p| p.1)))),
            ("month", Arc::new(StringArray::from_iter_values(pairs.iter().map(|_| "2026-04")))),
            (
                "forecast",
                Arc::new(Int64Array::from_iter_values(pairs.iter().map(|_| d.below(5_000) as i64))),
            ),
        ],
    )?;
    let keys: Vec<(String, i64, &String, &str, i64)> = (1..=12)
        .flat_map(|m| (0..USERS as u64).map(move |u| (m, u)))
        .flat_map(|(m, u)| {
            srvs.iter().flat_map(move |s| {
                ["north", "central", "south"].map(|r| (format!("2025-{m:02}"), user(u), s, r))
            })
        })
        .map(|(p, u, s, r)| (p, u, s, r, d.below(100_000) as i64))
        .collect();
    for (name, lost, changed) in [("counts_a", 500, 0), ("counts_b", 333, 100)] {
        let mut rows: Vec<(&(String, i64, &String, &str, i64), i64)> = Vec::new();
        for k in &keys {
            if d.below(lost) == 0 {
                continue;
            }
            let delta =
                if changed > 0 && d.below(changed) == 0 { d.below(100) as i64 - 50 } else { 0 };
            rows.push((k, k.4 + delta));
        }
        for i in (1..rows.len()).rev() {
            rows.swap(i, d.below(i as u64 + 1) as usize);
        }
        write_table(
            &out.join(format!("{name}.parquet")),
            vec![
                (
                    "period",
                    Arc::new(StringArray::from_iter_values(rows.iter().map(|r| &r.0.0)))
                        as ArrayRef,
                ),
                ("user", Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.0.1)))),
                ("srv", Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.0.2)))),
                ("region", Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.0.3)))),
                ("count", Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.1)))),
            ],
        )?;
    }
    Ok(())
}

fn write_table(
    path: &Path,
    columns: Vec<(&str, ArrayRef)>,
) -> Result<(), Box<dyn std::error::Error>> {
    let batch = RecordBatch::try_from_iter(columns)?;
    let mut w = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    w.write(&batch)?;
    w.close()?;
    Ok(())
}

/// Alerts: a fifth as many as messages, every twentieth from a storm of one device in an hour or two.
pub fn alerts(out: &Path, rows: u64, seed: u64) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(out.join("alerts"))?;
    let per_day = (rows / 5 / DAYS as u64).max(1);
    for day in 0..DAYS {
        let mut d = Dice::new(seed ^ 0xA1E7 ^ (day as u64) << 20);
        let mut writer: Option<ArrowWriter<File>> = None;
        let mut done = 0;
        while done < per_day {
            let n = (per_day - done).min(BATCH as u64);
            let mut cols: Vec<Vec<&'static str>> = vec![Vec::new(); 8];
            let (mut device, mut counter, mut received) = (Vec::new(), Vec::new(), Vec::new());
            for i in 0..n {
                let storm = d.below(20) == 0;
                let which = d.below(40);
                let at = if storm {
                    APRIL
                        + day * DAY_US
                        + (which as i64 * 1_800 + d.below(5_400) as i64) * 1_000_000
                } else {
                    APRIL + day * DAY_US + d.below(DAY_US as u64) as i64
                };
                received.push(Some(at.min(APRIL + (day + 1) * DAY_US - 1)));
                device.push(
                    (0x00DB_1234_0000_0000_u64
                        + if storm { which * 1000 } else { d.below(DEVICES) })
                        as i64,
                );
                counter.push(at / 1000 * 1000 + i as i64 % 1000);
                let region = d.below(3) as usize;
                let state = match d.below(100) {
                    0..=4 => "consolidated",
                    5..=7 => "duplicate",
                    8 | 9 => "pending",
                    _ => "delivered",
                };
                for (v, x) in cols.iter_mut().zip([
                    "duis",
                    ["8F20", "8F84", "81A0", "8F1D", "8F3F", "AD1", "8F66"][d.below(7) as usize],
                    "device",
                    state,
                    if d.below(50) == 0 { "true" } else { "false" },
                    ["north", "central", "south"][region],
                    ["CSPN", "CSPC", "CSPS"][region],
                    "alerts",
                ]) {
                    v.push(x);
                }
            }
            let mut all: Vec<(&str, ArrayRef)> = [
                "namespace",
                "code",
                "alert_kind",
                "state",
                "excluded",
                "region",
                "provider",
                "feed",
            ]
            .into_iter()
            .zip(cols)
            .map(|(n, v)| (n, Arc::new(StringArray::from(v)) as ArrayRef))
            .collect();
            let recipient: Vec<i64> = device
                .iter()
                .map(|x| (0x90B3_D51F_3001_0000_u64 + (*x as u64) % USERS as u64) as i64)
                .collect();
            for (n, v) in [("device", device), ("recipient", recipient), ("counter", counter)] {
                all.push((n, Arc::new(Int64Array::from(v))));
            }
            all.push((
                "received",
                Arc::new(TimestampMicrosecondArray::from(received).with_timezone("UTC")),
            ));
            let b = RecordBatch::try_from_iter(all)?;
            if writer.is_none() {
                writer = Some(ArrowWriter::try_new(
                    File::create(out.join("alerts").join(format!("{day:02}.parquet")))?,
                    b.schema(),
                    None,
                )?);
            }
            if let Some(w) = &mut writer {
                w.write(&b)?;
            }
            done += n;
        }
        if let Some(w) = writer {
            w.close()?;
        }
    }
    Ok(())
}

/// Ingests folders of Parquet files, one transaction a folder.
pub fn ingest_folders(
    to: &Path,
    folders: &[std::path::PathBuf],
    judge: &dyn northbound_ledger::judge::Judge,
) -> Result<(), Box<dyn std::error::Error>> {
    use arrow_array::{
        Array,
        cast::AsArray,
        types::{Int64Type, TimestampMicrosecondType},
    };
    use northbound_ledger::{
        Ledger, RowSink, SourceMeta,
        rows::{AlertRow, ExchangeRow},
    };
    use northbound_types::{Eui64, Utc};
    let ledger = Ledger::at(to);
    let known = APRIL + 40 * DAY_US;
    for folder in folders {
        let mut files: Vec<_> =
            std::fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.sort();
        let mut tx = ledger.begin(Utc(known))?;
        for f in files {
            let name = f.to_string_lossy().into_owned();
            tx.begin_source(SourceMeta {
                name: name.clone(),
                sha256: name,
                bytes: 0,
                layout: "messages".into(),
                mapping: String::new(),
                feed: "dsp".into(),
                rank: 10,
                corrects: Vec::new(),
                known: Utc(known),
                by: "bench".into(),
            })?;
            let mut place = 0;
            for b in parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
                File::open(&f)?,
            )?
            .with_batch_size(64 * 1024)
            .build()?
            {
                let b = b?;
                let text = |n: &str| {
                    b.column_by_name(n)
                        .ok_or_else(|| format!("no column {n}"))
                        .map(|c| c.as_string::<i32>().clone())
                };
                let int = |n: &str| {
                    b.column_by_name(n)
                        .ok_or_else(|| format!("no column {n}"))
                        .map(|c| c.as_primitive::<Int64Type>().clone())
                };
                let time = |n: &str| {
                    b.column_by_name(n)
                        .ok_or_else(|| format!("no column {n}"))
                        .map(|c| c.as_primitive::<TimestampMicrosecondType>().clone())
                };
                let at = |c: &arrow_array::TimestampMicrosecondArray, i: usize| {
                    c.is_valid(i).then(|| c.value(i))
                };
                if b.column_by_name("device").is_some() {
                    let (device, recipient, counter, received) =
                        (int("device")?, int("recipient")?, int("counter")?, time("received")?);
                    let w = [
                        "namespace",
                        "code",
                        "alert_kind",
                        "state",
                        "excluded",
                        "region",
                        "provider",
                        "feed",
                    ]
                    .map(&text);
                    let w: Vec<StringArray> = w.into_iter().collect::<Result<_, _>>()?;
                    for i in 0..b.num_rows() {
                        place += 1;
                        tx.alert(&AlertRow {
                            namespace: w[0].value(i),
                            device: Eui64::from_i64(device.value(i)),
                            recipient: Eui64::from_i64(recipient.value(i)),
                            counter: counter.value(i) as u64,
                            code: w[1].value(i),
                            alert_kind: w[2].value(i),
                            state: w[3].value(i).parse()?,
                            excluded: w[4].value(i) == "true",
                            carried: 0,
                            raised: None,
                            received: received.value(i),
                            delivered: None,
                            region: w[5].value(i).parse()?,
                            provider: w[6].value(i),
                            feed: w[7].value(i),
                            known,
                            row: place,
                        })
                        .map_err(|e| e.to_string())?;
                    }
                    continue;
                }
                let w: Vec<StringArray> =
                    WORDS.into_iter().chain(["srv"]).map(text).collect::<Result<_, _>>()?;
                let n: Vec<Int64Array> = INTS.into_iter().map(int).collect::<Result<_, _>>()?;
                let t: Vec<TimestampMicrosecondArray> =
                    TIMES.into_iter().map(time).collect::<Result<_, _>>()?;
                for i in 0..b.num_rows() {
                    place += 1;
                    let v = |k: usize| w[k].value(i);
                    tx.exchange(&ExchangeRow {
                        namespace: v(0),
                        originator: Eui64::from_i64(n[0].value(i)),
                        target: Eui64::from_i64(n[1].value(i)),
                        counter: n[2].value(i) as u64,
                        leg: v(1).parse()?,
                        instance: 0,
                        kind: v(2).parse()?,
                        mode: v(3).parse()?,
                        srv: v(15),
                        cv: n[3].value(i),
                        role: v(4),
                        party_category: v(5),
                        class: v(6),
                        generation: v(7).parse()?,
                        device_type: v(8),
                        test_kind: v(9).parse()?,
                        region: v(10).parse()?,
                        provider: v(11),
                        feed: v(12),
                        state: v(13).parse()?,
                        code: v(14),
                        user_sent: None,
                        received: t[0].value(i),
                        acknowledged: at(&t[1], i),
                        due: None,
                        released: None,
                        queued: at(&t[2], i),
                        sent_to_wan: at(&t[3], i),
                        delivered_to_device: None,
                        answered_at_wan: at(&t[4], i),
                        answer_sent: at(&t[5], i),
                        delivered: at(&t[6], i),
                        target_at: at(&t[7], i),
                        timeout_at: None,
                        known,
                        row: place,
                    })
                    .map_err(|e| e.to_string())?;
                }
            }
            tx.end_source(0)?;
        }
        tx.commit(judge, "bench", 0, &mut |_| {})?;
    }
    Ok(())
}
