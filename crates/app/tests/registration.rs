//! Registration files without the command line. All data are invented.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    registration::{self, DaysRequest, meters},
};
use std::path::{Path, PathBuf};

const NOW: &str = "2026-05-20T09:00:00Z";

/// The file of a day with a number, in the form of the embedded electricity layout.
fn day_file(folder: &Path, day: u32, number: u32) -> PathBuf {
    let path = folder.join(format!("RDPX_ELEC_202604{day:02}_{number:04}.txt"));
    std::fs::write(
        &path,
        format!(
            "ZHV|RDPX|202604{day:02}|{number}|1\nREG|1012345678905|90-B3-D5-1F-30-01-00-00|202604{day:02}|\nZPT|1|{number}\n"
        ),
    )
    .unwrap();
    path
}

/// What becomes of one file: outcome and why.
fn outcome(ctx: &Context, path: &Path, release: bool) -> (String, String) {
    let answer = registration::import(ctx, &[path.to_owned()], None, release).unwrap();
    let file = &answer.json["files"][0]["file"];
    let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("why"))
}

#[test]
fn numbers_begin_again_after_the_last_one_of_the_layout() {
    let (folder, ctx) = context("kim+operations", NOW);
    let import = |day, number| outcome(&ctx, &day_file(folder.path(), day, number), false).0;
    let found: Vec<String> =
        [(2, 9998), (3, 9999), (4, 1), (5, 2), (6, 2), (7, 9998), (8, 4), (9, 3)]
            .map(|(day, number)| import(day, number))
            .to_vec();
    assert_eq!(
        found,
        [
            "accepted",
            "accepted",
            "accepted",
            "accepted",
            "duplicate",
            "out-of-order",
            "out-of-order",
            "accepted"
        ]
    );
}

#[test]
fn a_file_that_waits_is_listed_and_released_by_a_person_with_a_reason() {
    let (folder, ctx) = context("kim+operations", NOW);
    outcome(&ctx, &day_file(folder.path(), 1, 7), false);
    let waiting = day_file(folder.path(), 3, 9);
    let (what, why) = outcome(&ctx, &waiting, false);
    assert_eq!((what.as_str(), why.as_str()), ("out-of-order", "sequence 9 came, 8 was expected"));
    let days = DaysRequest { from: None, to: None, provider: None };
    let listed = registration::arrivals(&ctx, &days).unwrap().json;
    assert_eq!(listed["arrivals"].as_array().unwrap().len(), 1, "{listed}");
    let refused =
        registration::import(&ctx, std::slice::from_ref(&waiting), None, true).unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    let decided = acting(&ctx, "kim+operations", "8 was never made");
    let (what, why) = outcome(&decided, &waiting, true);
    assert_eq!(
        (what.as_str(), why.as_str()),
        ("accepted", "sequence 9 came, 8 was expected; released: 8 was never made")
    );
    assert_eq!(outcome(&ctx, &day_file(folder.path(), 4, 10), false).0, "accepted");
}

#[test]
fn meters_are_read_with_any_delimiter_and_rejects_have_the_right_line() {
    let (folder, ctx) = context("kim+operations", NOW);
    let path = folder.path().join("meters.csv");
    std::fs::write(
        &path,
        "\u{FEFF}Point;Device\r\n1012345678903;00-DB-12-34-56-78-90-01\r\n;\r\n1.01235E+12;00-DB-12-34-56-78-90-02\r\n",
    )
    .unwrap();
    let answer = meters::import(&ctx, &path, false).unwrap().json;
    assert_eq!((answer["rows"].as_i64(), answer["accepted"].as_i64()), (Some(2), Some(1)));
    let rejects = std::fs::read_to_string(answer["rejects"].as_str().unwrap()).unwrap();
    assert!(rejects.contains("meters.csv,4,point,"), "{rejects}");
    // Half of the rows were rejected above; more than half is a file that nobody should take unasked.
    let path = folder.path().join("worse.csv");
    std::fs::write(&path, "point,device\n1012345678903,00-DB-12-34-56-78-90-01\n1,x\n2,x\n")
        .unwrap();
    let refused = meters::import(&ctx, &path, false).unwrap_err();
    assert_eq!(refused.code(), "ingest.mostly-bad", "{refused}");
    assert_eq!(meters::import(&ctx, &path, true).unwrap().json["accepted"], 1);
}
