//! Seeded mutations of good files: no reader panics, none loses a row.

use northbound_ingest::{
    Layout,
    fuzz::{self, Rng, mutated},
};

const MESSAGES: &str = "request_id,srv,cv,region,received,answer_sent,code\n90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000,4.1.1,1,north,2026-04-01T12:00:00Z,2026-04-01T12:00:09.25Z,I0\n90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1001,\"8.14.1\",5,,2026-04-01T12:00:00+01:00,,\n";
const FIGURES: &str = "measure,period,region,numerator,denominator,text,reading:x,readings,null,target\nPM2,2020-04,north,54,100,54.00%,,,,99%\nPM2,2020-05,south,,,n/a,5%,a=1%; b=2%,,\n";
const ALERTS: &str = "device,recipient,counter,code,received,excluded\n00-DB-12-34-56-78-90-A0,90-B3-D5-1F-30-01-00-00,5,8F20,2026-04-01T12:00:00Z,true\n";
const PAYLOADS: &str = "originator,device,counter,received,completed\n90-B3-D5-1F-30-01-00-00,00-DB-12-34-56-78-90-A0,1,2026-04-01T12:00:00Z,2026-04-01T13:00:00Z\n";
const JSON: &str = "{\"request_id\":\"90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000\",\"cv\":1,\"received\":\"2026-04-01T12:00:00Z\",\"code\":\"\\u0049\\\"0\"}\n{\"request_id\":null,\"received\":\"2026-04-01T12:00:00Z\"}\n";

#[test]
fn mutated_csv_loses_nothing() {
    let mut rng = Rng(1);
    let (mut read, mut refused) = (0, 0);
    for round in 0..6_000 {
        let (layout, good) = [
            (Layout::Messages, MESSAGES),
            (Layout::Figures, FIGURES),
            (Layout::Alerts, ALERTS),
            (Layout::Payloads, PAYLOADS),
        ][round % 4];
        match fuzz::fuzz_csv(layout, &mutated(good.as_bytes(), &mut rng)) {
            Some((a, r)) => read += a + r,
            None => refused += 1,
        }
    }
    assert!(read > 4_000 && refused > 50, "{read} {refused}");
}

#[test]
fn mutated_ndjson_loses_nothing() {
    let mut rng = Rng(2);
    let mut read = 0;
    for _ in 0..6_000 {
        read += fuzz::fuzz_ndjson(Layout::Messages, &mutated(JSON.as_bytes(), &mut rng))
            .map_or(0, |(a, r)| a + r);
    }
    assert!(read > 6_000, "{read}");
}

#[test]
fn mutated_mappings_do_not_panic() {
    let good = "layout = \"messages\"\n[file]\ndelimiter = \";\"\nheader_row = 2\n[columns]\nreceived = \"x\"\n[times]\nformat = [\"%d/%m/%Y %H:%M\"]\nzone = \"Europe/London\"\n[times.received]\nunit = \"ms\"\n[durations.answer_sent]\ncolumn = \"a\"\nunit = \"ms\"\nafter = \"received\"\n";
    let mut rng = Rng(3);
    for _ in 0..3_000 {
        fuzz::fuzz_mapping(&String::from_utf8_lossy(&mutated(good.as_bytes(), &mut rng)));
    }
}

#[test]
fn mutated_parquet_and_workbooks_are_refused_or_read() {
    use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
    use std::sync::Arc;
    let dir = tempfile::tempdir().unwrap();
    let ids: ArrayRef = Arc::new(StringArray::from(vec![
        "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000",
        "x",
    ]));
    let times: ArrayRef = Arc::new(
        TimestampMicrosecondArray::from(vec![Some(1_775_044_800_000_000), None])
            .with_timezone("UTC"),
    );
    let batch = RecordBatch::try_from_iter([("request_id", ids), ("received", times)]).unwrap();
    let mut parquet = Vec::new();
    let mut w = parquet::arrow::ArrowWriter::try_new(&mut parquet, batch.schema(), None).unwrap();
    w.write(&batch).unwrap();
    w.close().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (i, t) in ["measure", "period", "text"].iter().enumerate() {
        sheet.write(0, i as u16, *t).unwrap();
        sheet.write(1, i as u16, ["A", "2020-04", "5%"][i]).unwrap();
    }
    let workbook = book.save_to_buffer().unwrap();
    let mut rng = Rng(4);
    for (name, good, layout) in
        [("a.parquet", &parquet, Layout::Messages), ("a.xlsx", &workbook, Layout::Figures)]
    {
        let path = dir.path().join(name);
        std::fs::write(&path, good).unwrap();
        assert!(fuzz::fuzz_file(&path, layout).is_some());
        for _ in 0..1_500 {
            std::fs::write(&path, mutated(good, &mut rng)).unwrap();
            let _ = fuzz::fuzz_file(&path, layout);
        }
    }
}

#[test]
fn what_archivers_leave_beside_messages_is_no_reject() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["__MACOSX/a/._req.xml", "a/.DS_Store", "a/._req.xml", "a/desktop.ini", "a/req.xml"]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"\0\0no message").unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let services = northbound_duis::Services::from_entries([]);
    let bytes = zip.finish().unwrap().into_inner();
    let found = fuzz::fuzz_archive(&dir.path().join("a.zip"), &services, &bytes).unwrap();
    assert_eq!(found, Some((0, 1)));
}

#[test]
fn mutated_archives_are_refused_or_read_without_loss() {
    use std::io::Write as _;
    const MESSAGE: &[u8] = b"<sr:Request xmlns:sr=\"http://www.dccinterface.co.uk/ServiceUserGateway\" schemaVersion=\"5.2\"><sr:Header><sr:RequestID>90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:1000</sr:RequestID><sr:CommandVariant>1</sr:CommandVariant><sr:ServiceReference>4.1</sr:ServiceReference><sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant></sr:Header><sr:Body></sr:Body></sr:Request>";
    let names = ["a.xml", "b/c.xml"];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(Vec::new());
    for name in names {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(MESSAGE).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(MESSAGE.len() as u64);
        header.set_cksum();
        tar.append_data(&mut header, name, MESSAGE).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let catalogue = include_str!("../../../rules/codes/srv_catalogue.csv");
    let services = northbound_duis::Services::from_catalogue(catalogue).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("archive");
    let mut rng = Rng(5);
    for good in [zip.finish().unwrap().into_inner(), tar, gzip.finish().unwrap(), MESSAGE.to_vec()]
    {
        let found = fuzz::fuzz_archive(&file, &services, &good).unwrap();
        let whole = if good == MESSAGE { 1 } else { names.len() as u64 };
        assert_eq!(found.map(|(messages, rejects)| messages + rejects), Some(whole));
        let mut read = 0;
        for _ in 0..500 {
            let bytes = mutated(&good, &mut rng);
            read += u64::from(fuzz::fuzz_archive(&file, &services, &bytes).unwrap().is_some());
        }
        assert!(read > 0, "no mutation was read");
    }
}
