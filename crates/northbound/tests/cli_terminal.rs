//! What holds for every answer: its width, its tables as data, names whatever their case, `--open`.

use crate::support;
use std::time::{Duration, Instant};
use support::Room;

/// The command with these variables.
fn with(r: &Room, variables: &[(&str, &str)], words: &str) -> support::Ran {
    let o = r.command().envs(variables.iter().copied()).args(words.split(' ')).output().unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    support::Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
}

fn widest(text: &str) -> usize {
    text.lines().map(|l| l.chars().count()).max().unwrap_or(0)
}

#[test]
fn tables_are_as_wide_as_columns_says_and_a_pipe_has_no_limit() {
    let r = Room::new();
    assert!(widest(&r.nb("methodology list").ok().out) > 150);
    for (columns, most) in [("60", 60), ("80", 80), ("120", 120)] {
        let text = with(&r, &[("COLUMNS", columns)], "methodology list").ok().out;
        assert!(widest(&text) <= most && text.contains("own-requests"), "{columns}:\n{text}");
        let text = with(&r, &[("COLUMNS", columns)], "measure show PM4.3").ok().out;
        assert!(widest(&text) <= most && !text.contains('\x1b'), "{columns}:\n{text}");
        assert!(text.contains("Round-trip-time"), "{text}");
    }
    let wide = with(&r, &[("COLUMNS", "60")], "methodology list --wide").ok().out;
    assert_eq!(wide, r.nb("methodology list").ok().out);
}

#[test]
fn each_table_of_an_answer_can_be_printed_as_data() {
    let r = Room::new();
    let list = r.json("about --list-tables");
    assert_eq!(list["tables"][0]["name"], "limits");
    assert_eq!(
        list["tables"][0]["columns"][1],
        serde_json::json!({"name": "limit", "is": "number"})
    );
    let limits = r.nb("about --format csv").ok().out;
    assert!(limits.starts_with("what,limit,unit\n") && limits.contains(",100000,"), "{limits}");
    let codes = r.nb("about --format csv --table 2").ok().out;
    assert!(codes.starts_with("code,meaning\n0,"), "{codes}");
    assert_eq!(r.nb("about --format csv --table EXIT-codes").ok().out, codes);
    let ran = r.nb("about --table 3 --format json").code(5);
    assert!(ran.err.contains("2 exit-codes"), "{}", ran.err);
    r.nb("about --table 1 --list-tables").code(2);
}

#[test]
fn names_and_ids_are_known_whatever_their_case() {
    let r = Room::new();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    r.nb("feed add dsp --from 2026-04-01 --owner DSP").ok();
    r.nb("explanation add --measure pm4.3 --provider cspn --region North --period 2026-04 --text mast").ok();
    let listed = r.json("explanation list --measure Pm4.3 --region=NORTH --provider CSPN");
    assert_eq!(listed["records"][0]["record"]["measure"], "PM4.3");
    assert_eq!(listed["records"][0]["record"]["region"], "north");
    assert_eq!(r.json("party show acme")["id"], "ACME");
    assert_eq!(r.json("feed show DSP")["id"], "dsp");
    r.nb("explanation change EXPLANATION-1 text=tower --reason acme").ok();
    assert_eq!(r.json("explanation show explanation-1")["record"]["text"], "tower");
    assert_eq!(r.json("measure show cpm1")["definition"]["id"], "CPM1");
    assert_eq!(r.json("methodology show PMM-2018")["methodology"]["id"], "pmm-2018");
    assert_eq!(r.json("rules show LEVELS/pm4.3")["rules"][0]["id"], "levels/PM4.3");
    // Two parties that differ in case alone are two; each is found as it is written.
    r.nb("party add acme --name Other --category large-supplier").ok();
    assert_eq!(r.json("party show acme")["record"]["name"], "Other");
    assert_eq!(r.json("party show ACME")["record"]["name"], "Acme");
    r.nb("party show Acme").code(5);
    // A record of another party stays unknown, whatever its case.
    r.nb("--as lee@WIRE+user explanation show nothing").code(5);
}

#[test]
fn a_malformed_figure_is_a_matter_of_usage() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    for figure in
        ["nothing", "PM4.3/CSPN/north", "PM4.3/CSPN/east/2026-04", "PM4.3/CSPN/north/April"]
    {
        let ran = r.nb(&format!("explain {figure} --format json")).code(2);
        assert_eq!(ran.error()["code"], "packs.not-a-figure", "{figure}");
    }
}

#[test]
fn what_was_built_is_opened_in_the_browser() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    let report = "incident report --period 2026-04 --out report --open";
    with(&r, &[("BROWSER", "cp %s opened.html")], report).ok();
    let since = Instant::now();
    while !r.path("opened.html").exists() && since.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(r.path("opened.html").exists());
    let ran = with(&r, &[("BROWSER", "no-such-browser"), ("PATH", "")], report).ok();
    assert!(ran.err.contains("BROWSER") && ran.err.contains("report/pack.html"), "{}", ran.err);
    let none = r.nb("incident report --period 2026-04 --open").ok().err;
    assert!(none.contains("nothing was built"), "{none}");
    // Of other commands it is no option, or another one.
    r.nb("about --open").code(2);
}
