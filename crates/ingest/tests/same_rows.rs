//! The same rows as CSV, NDJSON and Parquet give the same rows; how the bytes are cut does not matter.
//! All data are invented; the EUI-64 are from ranges for tests.

use crate::recording;

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, UInt64Array,
};
use northbound_ingest::fuzz;
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use recording::{RecordingSink, options, run};
use std::{fmt::Write as _, fs::File, io::Write as _, path::Path, sync::Arc};

#[derive(Debug, Clone)]
struct Source {
    originator: u64,
    target: u64,
    counter: u64,
    srv: &'static str,
    cv: u8,
    region: &'static str,
    state: &'static str,
    code: String,
    received: i64,
    answer: Option<i64>,
    device_type: String,
}

/// Why a text is left out: readers ask what it means.
const NOTHING: &str = "a spelling of nothing, which may be a name as well";

fn is_plain(text: &str) -> bool {
    !matches!(text.trim(), "NA" | "N/A" | "n/a" | "NaN" | "nan" | "NULL" | "null")
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let one = (
        (
            0x90B3_D51F_3000_0000u64..0x90B3_D51F_3000_0100,
            0x00DB_1234_0000_0000u64..0x00DB_1234_FFFF_FFFF,
            any::<u64>(),
        ),
        prop::sample::select(vec!["", "4.1.1", "11.2", "8.14.1"]),
        0u8..=9,
        prop::sample::select(vec!["", "north", "none", "unknown"]),
        prop::sample::select(vec!["", "timed-out", "answered-success", "refused"]),
        "[A-Z0-9]{0,4}".prop_filter(NOTHING, |t| is_plain(t)),
        1_600_000_000_000i64..1_900_000_000_000,
        prop::option::of(-5_000i64..900_000_000),
        "[a-zA-Z0-9 ,\"é√/\\\\-]{0,12}".prop_filter(NOTHING, |t| is_plain(t)),
    );
    let source = one.prop_map(
        |(
            (originator, target, counter),
            srv,
            cv,
            region,
            state,
            code,
            received,
            answer,
            device_type,
        )| Source {
            originator,
            target,
            counter,
            srv,
            cv,
            region,
            state,
            code,
            received,
            answer: answer.map(|a| received + a),
            device_type,
        },
    );
    prop::collection::vec(source, 1..40)
}

fn time(ms: i64) -> String {
    northbound_types::Utc(ms * 1000).to_string()
}
fn id(s: &Source) -> String {
    northbound_types::RequestId {
        originator: northbound_types::Eui64(s.originator),
        target: northbound_types::Eui64(s.target),
        counter: s.counter,
    }
    .to_string()
}

fn write_csv(path: &Path, rows: &[Source]) {
    let mut w = csv::Writer::from_path(path).unwrap();
    w.write_record([
        "request_id",
        "srv",
        "cv",
        "region",
        "state",
        "code",
        "received",
        "answer_sent",
        "device_type",
    ])
    .unwrap();
    for s in rows {
        w.write_record([
            id(s).as_str(),
            s.srv,
            &s.cv.to_string(),
            s.region,
            s.state,
            &s.code,
            &time(s.received),
            &s.answer.map(time).unwrap_or_default(),
            &s.device_type,
        ])
        .unwrap();
    }
    w.flush().unwrap();
}

fn write_json(path: &Path, rows: &[Source]) {
    let mut text = String::new();
    for s in rows {
        let mut o = serde_json::json!({ "request_id": id(s), "srv": s.srv, "cv": s.cv, "region": s.region, "state": s.state, "code": s.code,
            "received": time(s.received), "device_type": s.device_type });
        o["answer_sent"] = s.answer.map(time).into();
        writeln!(text, "{o}").unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn write_parquet(path: &Path, rows: &[Source], typed: bool) {
    let texts = |f: &dyn Fn(&Source) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(f).collect::<StringArray>())
    };
    let blank = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("srv", texts(&|s| blank(s.srv))),
        ("region", texts(&|s| blank(s.region))),
        ("state", texts(&|s| blank(s.state))),
        ("code", texts(&|s| blank(&s.code))),
        ("device_type", texts(&|s| blank(&s.device_type))),
    ];
    if typed {
        columns.push((
            "originator",
            Arc::new(rows.iter().map(|s| Some(s.originator as i64)).collect::<Int64Array>()),
        ));
        columns.push((
            "target",
            texts(&|s| Some(northbound_types::Eui64(s.target).to_string().to_lowercase())),
        ));
        columns.push((
            "counter",
            Arc::new(rows.iter().map(|s| Some(s.counter)).collect::<UInt64Array>()),
        ));
        columns.push((
            "cv",
            Arc::new(rows.iter().map(|s| Some(i64::from(s.cv))).collect::<Int64Array>()),
        ));
        columns.push((
            "received",
            Arc::new(
                rows.iter()
                    .map(|s| Some(s.received))
                    .collect::<TimestampMillisecondArray>()
                    .with_timezone("UTC"),
            ),
        ));
        columns.push((
            "answer_sent",
            Arc::new(
                rows.iter()
                    .map(|s| s.answer.map(|a| a * 1000))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("Europe/London"),
            ),
        ));
    } else {
        columns.push(("request_id", texts(&|s| Some(id(s)))));
        columns.push(("cv", texts(&|s| Some(s.cv.to_string()))));
        columns.push(("received", texts(&|s| Some(time(s.received)))));
        columns.push(("answer_sent", texts(&|s| s.answer.map(time))));
    }
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap();
    let mut w = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    w.write(&batch).unwrap();
    w.close().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn formats_agree(rows in sources()) {
        let dir = tempfile::tempdir().unwrap();
        let at = |n: &str| dir.path().join(n);
        write_csv(&at("a.csv"), &rows);
        write_json(&at("a.ndjson"), &rows);
        write_parquet(&at("a.parquet"), &rows, false);
        write_parquet(&at("b.parquet"), &rows, true);
        let mut gz = flate2::write::GzEncoder::new(File::create(at("a.csv.gz")).unwrap(), flate2::Compression::fast());
        gz.write_all(&std::fs::read(at("a.csv")).unwrap()).unwrap();
        gz.finish().unwrap();
        let read = |name: &str| {
            let (kept, summary, rejects) = run(&[at(name)], &options());
            assert_eq!((summary.read(), summary.accepted(), rejects.len()), (rows.len() as u64, rows.len() as u64, 0), "{name}: {rejects:?}");
            kept.without_place()
        };
        let first: RecordingSink = read("a.csv");
        for name in ["a.csv.gz", "a.ndjson", "a.parquet", "b.parquet"] { prop_assert_eq!(&read(name), &first, "{}", name); }
        let bytes = std::fs::read(at("a.csv")).unwrap();
        prop_assert_eq!(fuzz::fuzz_csv(northbound_ingest::Layout::Messages, &bytes), Some((rows.len() as u64, 0)));
    }
}
