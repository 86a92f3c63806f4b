//! Hostile files of about a megabyte, read by the built command under a ceiling of the operating
//! system. Each is taken within it, or refused with the reason and nothing of it is stored.

use crate::support;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use flate2::{Compression, write::GzEncoder};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression as Codec, ZstdLevel},
    file::properties::WriterProperties,
};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use support::{NOW, Room};
use zip::{ZipWriter, write::SimpleFileOptions};

/// What the command may use.
const LIMIT: &str = "512M";
/// Address space in KiB that the system gives it, with its code, stacks and what is only reserved.
const CEILING: u32 = 1 << 20;

/// A data folder with a little in it.
fn begun() -> Room {
    let r = Room::new();
    r.write(
        "first.csv",
        "request_id,received\n90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-01:9,2026-03-01T10:00:00Z\n",
    );
    r.nb("ingest messages first.csv").ok();
    r
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// Exit code, output and messages of a run under the ceiling.
fn run(r: &Room, words: &str) -> (i32, String, String) {
    let done = Command::new("sh")
        .args(["-c", &format!("ulimit -v {CEILING}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_northbound"))
        .args(["--clock", NOW, "--format", "json", "--memory-limit", LIMIT])
        .args(words.split(' '))
        .current_dir(r.dir.path())
        .env_clear()
        .env("NORTHBOUND_DATA", "data")
        .env("NORTHBOUND_AS", "kim@ACME+analyst")
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (done.status.code().unwrap_or(-1), text(&done.stdout), text(&done.stderr))
}

/// The file is refused, its name and `why` are said, and the data folder is as it was.
#[track_caller]
fn refused(r: &Room, words: &str, exit: i32, why: &str) {
    let before = files(&r.data());
    let (code, out, err) = run(r, words);
    assert_eq!(code, exit, "{words}: {out}{err}");
    let name = words.rsplit(' ').next().unwrap();
    assert!(err.contains(name) && err.contains(why), "{words}: {err}");
    assert!(files(&r.data()) == before, "{words}: the data folder changed");
}

/// The file is taken; gives the summary of it.
#[track_caller]
fn taken(r: &Room, words: &str) -> serde_json::Value {
    let (code, out, err) = run(r, words);
    assert_eq!(code, 0, "{words}: {err}");
    serde_json::from_str::<serde_json::Value>(&out).unwrap()["files"][0].clone()
}

fn gzip(r: &Room, name: &str, write: impl FnOnce(&mut dyn Write)) {
    let mut out = GzEncoder::new(File::create(r.path(name)).unwrap(), Compression::fast());
    write(&mut out);
    out.finish().unwrap();
}

const NS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>measure</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>period</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>text</t></is></c></row><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>CPM1</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>2026-04</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>99%</t></is></c></row>";

/// A workbook whose one part has `start`, then `times` the `again`, then `end`.
fn workbook(r: &Room, name: &str, part: &str, start: &str, again: &str, times: usize, end: &str) {
    let sheet = format!("<worksheet xmlns=\"{NS}\"><sheetData>{ROWS}</sheetData></worksheet>");
    let target = |id: u8, kind: &str, to: &str| {
        format!("<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{to}\"/>")
    };
    let relations = |all: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{all}</Relationships>"
        )
    };
    let parts = [
        ("_rels/.rels", relations(&target(1, "officeDocument", "xl/workbook.xml"))),
        ("xl/_rels/workbook.xml.rels", relations(&target(1, "worksheet", "worksheets/sheet1.xml"))),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{NS}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut out = ZipWriter::new(File::create(r.path(name)).unwrap());
    for (name, text) in parts.iter().filter(|(name, _)| *name != part) {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.start_file(part, SimpleFileOptions::default()).unwrap();
    out.write_all(start.as_bytes()).unwrap();
    let block = again.repeat(1024);
    for _ in 0..times / 1024 {
        out.write_all(block.as_bytes()).unwrap();
    }
    out.write_all(end.as_bytes()).unwrap();
    out.finish().unwrap();
}

fn id(counter: usize) -> String {
    format!("90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-01:{counter}")
}

#[test]
fn copies_of_one_row_and_rows_that_contradict_each_other() {
    let r = begun();
    const ROWS: usize = 500_000;
    gzip(&r, "copies.csv.gz", |out| {
        writeln!(out, "request_id,received,answer_sent").unwrap();
        for i in 0..ROWS {
            let second = if i % 2 == 0 { 5 } else { i / 2 % 60 };
            writeln!(out, "{},2026-04-01T10:00:00Z,2026-04-01T10:00:{second:02}Z", id(1)).unwrap();
        }
    });
    let file = taken(&r, "ingest messages copies.csv.gz");
    let of = |key: &str| file[key].as_u64().unwrap();
    assert_eq!(of("duplicates") + of("collisions"), ROWS as u64 - 1);
    assert!(of("collisions") > 200_000, "{file}");
}

#[test]
fn stated_figures_without_end() {
    let r = begun();
    gzip(&r, "figures.csv.gz", |out| {
        writeln!(out, "measure,period,region,text").unwrap();
        for i in 0..400_000 {
            writeln!(out, "PM{i},2026-04,north,99.1%").unwrap();
        }
    });
    assert_eq!(taken(&r, "ingest figures figures.csv.gz")["accepted"], 400_000);
}

#[test]
fn texts_that_are_long_and_all_different() {
    let r = begun();
    gzip(&r, "words.csv.gz", |out| {
        writeln!(out, "request_id,received,role,class,provider,device_type").unwrap();
        let long = "x".repeat(1000);
        for i in 0..20_000 {
            writeln!(
                out,
                "{},2026-04-01T10:00:00Z,a{i}{long},b{i}{long},c{i}{long},d{i}{long}",
                id(i)
            )
            .unwrap();
        }
    });
    refused(&r, "ingest messages words.csv.gz", 4, "combinations of dimensions in one row group");
}

#[test]
fn a_row_for_each_of_very_many_days() {
    let r = begun();
    gzip(&r, "days.csv.gz", |out| {
        writeln!(out, "request_id,received").unwrap();
        for i in 0..60_000usize {
            let (year, day) = (1970 + i / 336, i % 336);
            let date = format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
            writeln!(out, "{},{date}T10:00:00Z", id(i)).unwrap();
        }
    });
    refused(&r, "ingest messages days.csv.gz", 4, "is over the limit of 4096");
}

#[test]
fn one_line_without_an_end() {
    let r = begun();
    gzip(&r, "line.csv.gz", |out| {
        writeln!(out, "request_id,received").unwrap();
        let long = vec![b'x'; 1 << 20];
        for _ in 0..600 {
            out.write_all(&long).unwrap();
        }
    });
    let (code, _, err) = run(&r, "ingest messages line.csv.gz");
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("none of its 1 rows"), "{err}");
}

#[test]
fn rows_for_the_registers_without_end() {
    let r = begun();
    gzip(&r, "services.csv.gz", |out| {
        writeln!(out, "service,from,to,kind,note").unwrap();
        let note = "n".repeat(600);
        for _ in 0..600_000 {
            writeln!(out, "DSP,2026-04-01T10:00:00Z,2026-04-01T11:00:00Z,down,{note}").unwrap();
        }
    });
    refused(&r, "ingest services services.csv.gz", 4, "more memory than the limit");
}

#[test]
fn workbooks_of_shared_texts_and_styles() {
    let r = begun();
    let shared = |attribute: &str| format!("<sst xmlns=\"{NS}\"{attribute}>");
    let run = |name: &str, part: &str, start: &str, again: &str, times: usize, end: &str, why| {
        workbook(&r, name, part, start, again, times, end);
        refused(&r, &format!("ingest figures {name}"), 3, why);
    };
    let part = "xl/sharedStrings.xml";
    let unpacks = "unpacks to more than";
    run("a.xlsx", part, &shared(""), "<si><t>a</t></si>", 6 << 20, "</sst>", unpacks);
    let count = shared(" uniqueCount=\"400000000\"");
    run("b.xlsx", part, &count, "<si/>", 1024, "</sst>", "announces more than");
    let styles = format!("<styleSheet xmlns=\"{NS}\"><cellXfs>");
    let end = "</cellXfs></styleSheet>";
    run("c.xlsx", "xl/styles.xml", &styles, "<xf numFmtId=\"9\"/>", 2 << 20, end, unpacks);
    let start = format!("<workbook xmlns=\"{NS}\" xmlns:r=\"{OFFICE}\"><sheets>");
    let sheet = "<sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/>";
    run("d.xlsx", "xl/workbook.xml", &start, sheet, 1 << 20, "</sheets></workbook>", unpacks);
}

#[test]
fn sheets_of_one_text_and_of_many_cells() {
    let r = begun();
    let part = "xl/worksheets/sheet1.xml";
    let start = format!("<worksheet xmlns=\"{NS}\"><sheetData>{ROWS}<row r=\"3\">");
    let open = format!("{start}<c r=\"A3\" t=\"inlineStr\"><is><t>");
    let end = "</row></sheetData></worksheet>";
    let text_end = format!("</t></is></c>{end}");
    workbook(&r, "text.xlsx", part, &open, "xxxxxxxx", 40 << 20, &text_end);
    refused(&r, "ingest figures text.xlsx", 3, "a text of more than");
    let cell = "<c t=\"inlineStr\"><is><t>abcd</t></is></c>";
    workbook(&r, "cells.xlsx", part, &start, cell, 8 << 20, end);
    refused(&r, "ingest figures cells.xlsx", 3, "unpacks to more than");
}

#[test]
fn a_workbook_of_rows_with_one_cell_far_to_the_right() {
    let r = begun();
    let cells: String =
        (3..100_003).map(|n| format!("<row r=\"{n}\"><c r=\"SR{n}\"><v>1</v></c></row>")).collect();
    let start = format!("<worksheet xmlns=\"{NS}\"><sheetData>{ROWS}{cells}");
    let end = "</sheetData></worksheet>";
    workbook(&r, "wide.xlsx", "xl/worksheets/sheet1.xml", &start, "", 0, end);
    let (code, _, err) = run(&r, "ingest figures wide.xlsx");
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("of the first 10000 rows are bad"), "{err}");
}

fn parquet(r: &Room, name: &str, rows: &[(String, String)], times: usize, pages: bool) {
    let column = |f: fn(&(String, String)) -> &String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(f)))
    };
    let received: ArrayRef =
        Arc::new(StringArray::from_iter_values(rows.iter().map(|_| "2026-04-01T10:00:00Z")));
    let columns =
        [("request_id", column(|r| &r.0)), ("provider", column(|r| &r.1)), ("received", received)];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Codec::ZSTD(ZstdLevel::try_new(3).unwrap()))
        .set_dictionary_enabled(!pages)
        .set_dictionary_page_size_limit(1 << 30)
        .set_data_page_size_limit(1 << 30)
        .set_data_page_row_count_limit(usize::MAX)
        .set_max_row_group_row_count(None)
        .build();
    let file = File::create(r.path(name)).unwrap();
    let mut out = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    for _ in 0..times {
        out.write(&batch).unwrap();
    }
    out.close().unwrap();
}

#[test]
fn parquet_of_a_few_kilobytes() {
    let r = begun();
    let same: Vec<_> = (0..8192).map(|_| (id(1), "DSP".to_owned())).collect();
    parquet(&r, "rows.parquet", &same, 60, false);
    assert!(std::fs::metadata(r.path("rows.parquet")).unwrap().len() < 100_000);
    assert_eq!(taken(&r, "ingest messages rows.parquet")["duplicates"], 60 * 8192 - 1);
    // One value of 8 MiB for each of 1,024 rows: held once, and each row is rejected.
    let long = "x".repeat(8 << 20);
    let shared: Vec<_> =
        (0..1024).map(|i| (id(i), if i == 0 { &long } else { "" }.to_owned())).collect();
    parquet(&r, "value.parquet", &shared, 1, false);
    assert_eq!(taken(&r, "ingest messages value.parquet")["rejected"], 1);
    // A page of 160 MiB.
    let each: Vec<_> = (0..160).map(|i| (id(i), long[..1 << 20].to_owned())).collect();
    parquet(&r, "page.parquet", &each, 1, true);
    refused(&r, "ingest messages page.parquet", 3, "the limit is");
}

#[test]
fn an_archive_of_the_shortest_messages() {
    let r = begun();
    let mut out = ZipWriter::new(File::create(r.path("tiny.zip")).unwrap());
    out.start_file("a.xml", SimpleFileOptions::default()).unwrap();
    let block = "<a/>".repeat(1 << 18);
    for _ in 0..2 {
        out.write_all(block.as_bytes()).unwrap();
    }
    out.finish().unwrap();
    let (code, _, err) = run(&r, "ingest duis tiny.zip");
    assert!([0, 3].contains(&code), "{code} {err}");
    let mut out = ZipWriter::new(File::create(r.path("many.zip")).unwrap());
    for i in 0..200_000 {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        out.start_file(i.to_string(), stored).unwrap();
    }
    out.finish().unwrap();
    refused(&r, "ingest duis many.zip", 4, "files in one zip");
}
