//! The register of actions, from the commands to what they print (A2, A4, A7, A9, C5, X5 to X7). The group and all
//! texts are invented.

use crate::{
    frozen::frozen,
    support::{
        Ran,
        needs::{Room, Sent, TESTS},
    },
};
use serde_json::{Value, json};

/// A folder with the bodies and the four actions that are carried over, and seven new ones.
fn group() -> Room {
    let r = Room::new();
    for (id, kind) in [("opsg", "group"), ("dcc", "provider"), ("secas", "secretariat")] {
        r.run(&["body", "add", id, "--name", id, "--kind", kind]).ok();
    }
    for (id, owner, raised, due, text) in [
        ("28x/05", "secas", "2020-01-27", "2020-06-22", "DCC to say whether the measure fits"),
        ("29xx/03", "dcc", "2020-02-24", "2020-06-22", "explain the gap between two reports"),
        ("30x/05", "dcc", "2020-03-23", "2020-07-27", "send a note on queues each month"),
        ("31x/03", "secas", "2020-04-27", "2020-06-22", "ask why no forecasts come"),
    ] {
        r.run(&[
            "action", "add", id, "--owner", owner, "--raised", raised, "--due", due, "--text", text,
        ])
        .ok();
    }
    for id in ["29xx/03", "31x/03"] {
        r.run(&["action", "due", id, "2020-07-27", "--by", "33xx", "--on", "2020-06-22"]).ok();
    }
    for n in 1..=7 {
        let id = format!("33xx/{n:02}");
        let owner = if n == 2 { "opsg" } else { "dcc" };
        let text = format!("do the thing with number {n} (invented)");
        let mut words =
            vec!["action", "add", &id, "--owner", owner, "--raised", "2020-06-22", "--text", &text];
        match n {
            2 => words.extend(["--due", "2020-07-09"]),
            3 | 4 => words.extend(["--implied", "next meeting"]),
            _ => {}
        }
        r.run(&words).ok();
    }
    r
}

fn on(r: &Room, day: &str, more: &str) -> Vec<Value> {
    let list = r.at(&format!("{day}T12:00:00Z"), &format!("action list {more}"));
    list.ok().json()["records"].as_array().unwrap().clone()
}

fn labels(records: &[Value]) -> Vec<&str> {
    records.iter().map(|a| a["label"].as_str().unwrap()).collect()
}

#[test]
fn x5_an_action_is_overdue_on_its_last_stated_day_and_not_on_the_day_before() {
    let r = group();
    assert_eq!(labels(&on(&r, "2020-06-22", "--overdue")), ["28x/05"]);
    assert!(on(&r, "2020-06-21", "--overdue").is_empty());
    // A step that says that there is no date sets none: the action stays overdue.
    r.run(&["action", "due", "28x/05", "--none", "--by", "33xx", "--on", "2020-06-22"]).ok();
    assert_eq!(labels(&on(&r, "2020-06-22", "--overdue")), ["28x/05"]);
    r.run(&["action", "due", "28x/05", "2020-06-23", "--by", "33xx", "--on", "2020-06-22"]).ok();
    assert!(on(&r, "2020-06-22", "--overdue").is_empty());
}

#[test]
fn x6_the_owner_in_the_text_is_held_against_the_owner() {
    let r = group();
    let differs = |id: &str| {
        let all = on(&r, "2020-06-22", "");
        all.iter().find(|a| a["label"] == id).unwrap()["flags"]["owner_differs"].clone()
    };
    assert_eq!((differs("28x/05"), differs("29xx/03")), (json!("DCC"), json!("")));
    r.run(&["action", "change", "28x/05", "owner=dcc", "--reason", "the text says so"]).ok();
    assert_eq!(differs("28x/05"), json!(""));
}

#[test]
fn a2_an_action_without_a_new_date_says_both_things_that_are_wrong_with_it() {
    let r = group();
    let shown = r.at("2020-06-22T12:00:00Z", "action show 28x/05").ok().out;
    for words in ["overdue, no date", "owner differs from text (DCC)", "2020-06-22", "2020-01-27"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let earlier = r.at("2020-06-21T12:00:00Z", "action show 28x/05").ok().out;
    assert!(
        !earlier.contains("overdue, no date") && earlier.contains("owner differs"),
        "{earlier}"
    );
}

#[test]
fn x7_six_new_actions_have_no_date_and_two_of_them_an_implied_one() {
    let r = group();
    let new: Vec<Value> = on(&r, "2020-06-22", "")
        .into_iter()
        .filter(|a| a["label"].as_str().unwrap().starts_with("33xx/"))
        .collect();
    let count = |key: &str, value: Value| new.iter().filter(|a| a["flags"][key] == value).count();
    assert_eq!((new.len(), count("no_date", json!(true))), (7, 6));
    assert_eq!(count("implied", json!("next meeting")), 2);
    assert_eq!(count("due", json!("2020-07-09")), 1);
    r.run(&["action", "due", "33xx/03", "2020-07-27", "--by", "opsg", "--on", "2020-06-22"]).ok();
    let records = on(&r, "2020-06-22", "");
    let undated = |a: &&Value| a["flags"]["no_date"] == json!(true);
    assert_eq!(records.iter().filter(undated).count(), 5, "one less with a stated date");
}

#[test]
fn a4_months_not_received_are_listed_and_one_instalment_does_not_close_it() {
    let r = group();
    r.run(&[
        "action",
        "recur",
        "30x/05",
        "--first",
        "2020-03",
        "--deliverable",
        "paper on options",
    ])
    .ok();
    let receive = |what: &[&str]| {
        r.run(&[&["action", "receive", "30x/05", "--on", "2020-04-20"], what].concat())
    };
    receive(&["--period", "2020-04"]).ok();
    receive(&["--period", "2020-02"]).code(2);
    let missing = |day: &str| {
        let all = on(&r, day, "");
        all.iter().find(|a| a["label"] == "30x/05").unwrap()["flags"]["missing"].clone()
    };
    assert_eq!(missing("2020-06-22"), json!(["2020-03", "2020-05", "2020-06"]));
    assert_eq!(missing("2020-05-31"), json!(["2020-03", "2020-05"]));
    let close = ["action", "close", "30x/05", "--evidence", "note of April", "--meeting", "34"];
    assert!(r.run(&close).code(4).err.contains("paper on options"));
    receive(&["--deliverable", "Paper on options"]).ok();
    assert!(r.run(&close).code(4).err.contains("every month"));
    r.run(&["action", "recur", "30x/05", "--last", "2020-06"]).ok();
    r.run(&close).ok();
}

#[test]
fn a7_what_is_claimed_stays_open_until_a_meeting_accepts_it_with_evidence() {
    let r = group();
    r.run(&["action", "claim", "33xx/06", "--evidence", "letter of 3 July"]).ok();
    assert!(labels(&on(&r, "2020-07-04", "--open")).contains(&"33xx/06"));
    r.run(&["action", "close", "33xx/06", "--evidence", "letter of 3 July"]).code(4);
    r.run(&["action", "close", "33xx/06", "--meeting", "34"]).code(4);
    r.run(&["action", "close", "33xx/06", "--evidence", "letter of 3 July", "--meeting", "34"])
        .ok();
    assert!(!labels(&on(&r, "2020-07-04", "--open")).contains(&"33xx/06"));
    r.run(&["action", "supersede", "33xx/05", "--by", "33xx/99"]).code(5);
    r.run(&["action", "supersede", "33xx/05", "--by", "33xx/07", "--meeting", "34"]).ok();
    assert!(r.run(&["action", "show", "33xx/07"]).ok().out.contains("33xx/05"), "linked back");
}

#[test]
fn a9_an_id_is_found_in_any_spelling_and_printed_as_found() {
    let r = Room::new();
    r.run(&["body", "add", "dcc", "--name", "Data Company", "--kind", "provider"]).ok();
    let all = ["28X / 5", "29xx-03", "30x/05", "31x / 03", "33XX/01", "34/2"];
    for found in all {
        r.run(&["action", "add", found, "--owner", "data company", "--text", "x"]).ok();
    }
    for (found, asked) in
        all.into_iter().zip(["28x/05", "29XX/3", "30x-5", "31x/3", "33xx/1", "34/02"])
    {
        let shown = r.json(&format!("action show {asked}"));
        assert_eq!(shown["record"]["found"], found);
    }
    // Another series may use a number again; the spelling alone then names neither.
    let again = ["action", "add", "28x/05", "--owner", "dcc", "--text", "another thing"];
    r.run(&again).code(6);
    r.run(&["action", "change", "28x/05", "series=main", "--reason", "known now"]).ok();
    r.run(&[&again[..], &["--series", "reporting"]].concat()).ok();
    let both = r.run(&["action", "show", "28x/05"]).code(3).err;
    assert!(both.contains("main:28x/05") && both.contains("reporting:28x/05"), "{both}");
    let one = r.json("action show reporting:28x/05");
    assert_eq!(
        (&one["record"]["text"], &one["label"]),
        (&json!("another thing"), &json!("28x/05"))
    );
}

#[test]
fn c5_an_action_of_a_group_asks_for_a_lead_until_a_person_is_named() {
    let r = group();
    let asks = || {
        let all = on(&r, "2020-06-22", "");
        let asking = |a: &&Value| a["flags"]["asks_for_lead"] == json!(true);
        all.iter().filter(asking).map(|a| a["label"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(asks(), [json!("33xx/02")]);
    r.run(&[
        "person",
        "add",
        "member-1",
        "--role",
        "member",
        "--body",
        "opsg",
        "--from",
        "2020-01-01",
    ])
    .ok();
    r.run(&["action", "change", "33xx/02", "lead=member-1", "--reason", "named"]).ok();
    assert!(asks().is_empty());
    r.run(&["action", "add", "33xx/08", "--owner", "a body unknown", "--text", "x"]).code(5);
}

#[test]
fn actions_of_a_frozen_folder_are_found_and_what_waits_for_them_still_does() {
    let r = frozen("actions.tar.gz");
    // The folder is on the machine's clock, so no other is given.
    let run = |words: &str| {
        let mut c = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"));
        c.env_clear().arg("--data").arg(r.path("actions")).args(["--as", "kim+secretary"]);
        let o = c.args(words.split(' ')).output().unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
    };
    let list = run("action list --format json").ok().json();
    assert_eq!(list["records"].as_array().unwrap().len(), 6);
    let shown = run("action show 28x-5 --format json").ok().json();
    assert_eq!(shown["record"]["found"], "28X / 5");
    assert_eq!(shown["flags"]["owner_differs"], "DCC");
    let moved = run("action show 29xx/3 --format json").ok().json();
    assert_eq!(
        (&moved["flags"]["slips"], &moved["flags"]["slipped_days"]),
        (&json!(1), &json!(35))
    );
    let refused = run("criteria ready MOC-1").code(4).err;
    assert!(refused.contains("33xx/05"), "{refused}");
    run("action due 28x/05 2030-01-01 --by 34").ok();
    let back = run("action show 33xx/05").ok().out;
    assert!(back.contains("defect-1") && back.contains("MOC-1"), "{back}");
}

/// The brief of a pack and the paper to the Panel have what is overdue, on its day and not on the day before.
#[test]
fn x5_the_brief_and_the_paper_have_what_is_overdue() {
    let r = Room::with(&[Sent { count: 100, ..TESTS }]);
    r.run(&["body", "add", "dcc", "--name", "Data Company", "--kind", "provider"]).ok();
    let text = "Say when the capacity work ends (invented)";
    r.run(&["action", "add", "51/01", "--owner", "dcc", "--due", "2026-05-21", "--text", text])
        .ok();
    r.run(&["action", "add", "51/02", "--owner", "dcc", "--due", "2026-09-01", "--text", "Later"])
        .ok();
    let due = |clock: &str, dir: &str| {
        let pack = r.pack_at(clock, dir, "--period 2026-04");
        let built: Value = serde_json::from_str(&pack.text("pack.json")).unwrap();
        let due = built["pack"]["front"]["brief"]["due"].clone();
        let mut all = due.as_array().unwrap().iter();
        let of = |key: &str, d: &Value| d[key].as_str().unwrap().to_owned();
        all.find(|d| of("what", d).contains("51/01")).map(|d| (of("who", d), of("when", d)))
    };
    let early = due("2026-05-20T22:00:00Z", "early").expect("is due soon");
    assert_eq!(early, ("dcc".to_owned(), "due 21 May 2026".to_owned()));
    let late = due("2026-05-21T09:00:00Z", "late").expect("is overdue");
    assert_eq!(late.1, "overdue since 21 May 2026");
    let page = std::fs::read_to_string(r.path("late").join("pack.html")).unwrap();
    assert!(page.contains("51/01") && !page.contains("51/02"), "only what is due soon");
    r.at("2026-05-21T09:30:00Z", "paper build --period 2026-04 --out paper").ok();
    let paper = std::fs::read_to_string(r.path("paper").join("paper.txt")).unwrap();
    let line = format!("51/01 (dcc): {text}; overdue since 21 May 2026");
    assert!(paper.contains(&line) && paper.contains(" actions are open, of which 1 "), "{paper}");
}

/// A log of another shape comes in once; what it would change is shown first; our own log comes back unchanged.
#[test]
fn a1_a_log_comes_in_once_and_an_edited_one_shows_its_differences_first() {
    let r = Room::new();
    r.run(&["body", "add", "dcc", "--name", "Data Company", "--kind", "provider"]).ok();
    let log = "Action ID,Action,Owner,Target Date,Status,RAG\n\
               28x/05,\"Say whether it fits, in writing\",Data Company,22/06/2020,Open,red\n\
               29xx - 3,Explain the gap,DCC,n/a,Closed,\n\
               ,A thing without a number,dcc,TBC,Open,\n";
    r.write("log.csv", log);
    let import =
        |file: &str, more: &str| r.nb(&format!("action import {file} {more} --format json"));
    let counts = |done: &Value| {
        let of = |key: &str| done[key].as_u64().unwrap();
        (of("added"), of("changed"), of("unchanged"))
    };
    assert_eq!(counts(&import("log.csv", "--dry-run").ok().json()), (3, 0, 0));
    assert_eq!(r.json("action list")["records"], json!([]), "a dry run changes nothing");
    let first = import("log.csv", "").ok().json();
    assert_eq!((counts(&first), &first["columns_not_read"]), ((3, 0, 0), &json!(["RAG"])));
    assert_eq!(counts(&import("log.csv", "").ok().json()), (0, 0, 3), "once more adds nothing");
    let closed = r.json("action show 29xx/03");
    assert_eq!(closed["record"]["status"], "claimed-done", "no meeting accepted it");
    let list = r.json("action list");
    let label = |a: &Value| a["label"].as_str().unwrap().to_owned();
    let all: Vec<String> = list["records"].as_array().unwrap().iter().map(label).collect();
    assert!(all.contains(&"without a number".to_owned()), "{all:?}");
    for file in ["log.xlsx", "own.csv"] {
        r.nb(&format!("action export --out {file}")).ok();
        assert_eq!(counts(&import(file, "").ok().json()), (0, 0, 3), "{file}");
    }
    let edited =
        std::fs::read_to_string(r.path("own.csv")).unwrap().replace("2020-06-22", "2020-07-27");
    r.write("edited.csv", &edited);
    let shown = import("edited.csv", "--meeting 33xx --dry-run").ok().json();
    assert_eq!(counts(&shown), (0, 1, 2), "{shown}");
    import("edited.csv", "--meeting 33xx").ok();
    let dues = r.json("action show 28x/05")["record"]["dues"].clone();
    assert_eq!(dues.as_array().unwrap().len(), 2, "the earlier date stays: {dues}");
    assert_eq!((&dues[1]["target"], &dues[1]["set_by"]), (&json!("2020-07-27"), &json!("33xx")));
    r.write("bad.csv", "text,owner,due\nx,dcc,31/04/2020\ny,a stranger,\nz,dcc,\n");
    let refused = import("bad.csv", "").code(3).err;
    assert!(refused.contains("line 2") && refused.contains("line 3"), "{refused}");
    assert_eq!(
        r.json("action list")["records"].as_array().unwrap().len(),
        3,
        "nothing of it was read"
    );
}

#[test]
fn a7_only_a_meeting_opens_again_what_a_meeting_closed() {
    let r = group();
    r.run(&["action", "close", "33xx/06", "--evidence", "letter 3", "--meeting", "34"]).ok();
    assert!(r.run(&["action", "claim", "33xx/06"]).code(4).err.contains("action reopen"));
    r.run(&["action", "close", "33xx/06", "--evidence", "letter 4", "--meeting", "35"]).code(4);
    r.run(&["action", "change", "33xx/06", "status=open", "--reason", "x"]).code(4);
    r.run(&["action", "reopen", "33xx/06", "--meeting", "35"]).ok();
    r.run(&["action", "reopen", "33xx/06", "--meeting", "35"]).code(4);
    let a = r.json("action show 33xx/06")["record"].clone();
    assert_eq!((&a["status"], &a["closed_at"]), (&json!("open"), &json!("")));
    assert!(a["updates"][0]["text"].as_str().unwrap().contains("letter 3; 34"), "{a}");
    r.run(&["action", "supersede", "33xx/05", "--by", "33xx/06"]).ok();
    r.run(&["action", "claim", "33xx/05"]).code(4);
}

/// What is recorded late takes its place by the day on which it was set.
#[test]
fn x5_a_date_of_earlier_minutes_does_not_replace_a_newer_one() {
    let r = group();
    let overdue = || labels(&on(&r, "2020-06-22", "--overdue")).contains(&"29xx/03");
    r.run(&["action", "due", "29xx/03", "2020-03-01", "--by", "30x", "--on", "2020-03-23"]).ok();
    assert!(!overdue(), "the date of June holds");
    r.run(&["action", "due", "29xx/03", "2020-06-20", "--by", "33xx", "--on", "2020-06-22"]).ok();
    assert!(overdue(), "a step of the same day or later holds");
}

#[test]
fn a1_an_old_log_again_undoes_nothing_and_a_row_that_is_refused_leaves_nothing_behind() {
    let r = group();
    let import = |more: &str| r.nb(&format!("action import own.csv {more} --format json"));
    let export = || {
        r.nb("action export --out own.csv").ok();
        std::fs::read_to_string(r.path("own.csv")).unwrap()
    };
    r.run(&["action", "supersede", "33xx/05", "--by", "33xx/07"]).ok();
    r.run(&["action", "add", "", "--owner", "dcc", "--text", "A thing without a number"]).ok();
    let log = export();
    r.run(&["action", "due", "28x/05", "2030-01-01", "--by", "34", "--on", "2020-06-22"]).ok();
    r.run(&["action", "text", "28x/05", "DCC to say it in writing", "--meeting", "34"]).ok();
    let again = import("").ok().json();
    assert_eq!((&again["added"], &again["changed"]), (&json!(0), &json!(0)), "{again}");
    assert!(!labels(&on(&r, "2020-06-22", "--overdue")).contains(&"28x/05"));
    // The text of an action without a number is a new version of it, not another action.
    r.write("own.csv", &log.replace("A thing without a number", "Another wording"));
    let edited = import("").ok().json();
    assert_eq!((&edited["added"], &edited["changed"]), (&json!(0), &json!(1)), "{edited}");
    // The last row cannot be closed: nothing of the file is written.
    r.run(&["action", "recur", "33xx/07", "--first", "2020-03", "--deliverable", "a paper"]).ok();
    let now = export();
    let bad = now.replace("do the thing with number 1 (invented)", "do something else");
    let row = bad.lines().find(|l| l.starts_with("33xx/07")).unwrap();
    let bad = bad.replace(row, &row.replace(",open,", ",closed,"));
    r.write("own.csv", &bad);
    let refused = import("--meeting 34").code(4).err;
    assert!(refused.contains("nothing was written") && refused.contains("a paper"), "{refused}");
    assert_eq!(export(), now);
    r.run(&["action", "link", "33xx/07", "figure", "PM9.9/CSPN"]).code(5);
    r.run(&["action", "link", "33xx/07", "figure", "PM4.3/CSPN/north/2026-04"]).ok();
    // A deliberate return to an earlier text is a version.
    r.run(&["action", "text", "28x/05", "DCC to say whether the measure fits", "--meeting", "35"])
        .ok();
    let texts = r.json("action show 28x/05")["record"]["texts"].clone();
    assert_eq!(texts.as_array().unwrap().len(), 2, "{texts}");
}
