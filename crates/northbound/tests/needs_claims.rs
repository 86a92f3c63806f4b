//! What a pack may say: true reasons of nulls, runs of known months, nothing of periods to come, one value for
//! one thing, and documents that agree.

use crate::support;
use support::needs::{Log, READS, Room, Sent, TESTS};

#[test]
fn one_users_own_log_makes_no_figure_of_the_network() {
    let r = Room::with(&[READS.of(800, Some(5)), READS.of(200, None)]);
    let p = r.april();
    assert_eq!(
        (p.null("PM4.3", "north"), p.null("CPM1", "none"), p.null("DSP1.1", "none")),
        ("not-reported".to_owned(), "not-determinable".to_owned(), "not-determinable".to_owned())
    );
    let note = p.cell("measure-detail", "DSP1.1 DSP National", "figure_note");
    assert!(note.contains("all messages") && note.contains("no feed of the network"), "{note}");
    // What the User itself got is its own business.
    assert_eq!(p.cell("own-by-region", "North", "in_time_share"), "80.00 %");
    // With another User's messages they are more than one log.
    let two = Room::with(&[READS.of(800, Some(5)), Sent { user: 3, ..READS.of(200, None) }]);
    assert_eq!(two.april().share("DSP1.1", "none"), (800, 800));
}

#[test]
fn a_period_to_come_is_a_draft_without_claims() {
    let r = Room::with(&[TESTS.of(500, Some(5)), TESTS.of(500, Some(60))]);
    let future = r.nb("pack build --period 2027-05 --out f").ok().out;
    assert!(future.contains("Warning: DRAFT. The period has not begun"), "{future}");
    assert!(!future.contains("in a row"), "{future}");
    let ends = r.nb("pack build --period 2026-05 --out m --format json").ok().json();
    assert_eq!(ends["unfinished"], "not-ended");
    assert!(!r.april().text("pack.html").contains("DRAFT."));
    for period in ["2026-05", "2027-05"] {
        let refused = r.nb(&format!("pack issue --period {period} --format json")).code(4).error();
        assert!(refused["message"].as_str().unwrap().contains("the period ends at"), "{refused}");
    }
}

#[test]
fn names_are_known_in_any_case_or_refused_with_the_nearest() {
    let r = Room::with(&[TESTS.of(500, Some(60))]);
    let add =
        |on: &str| r.nb(&format!("explanation add {on} --period 2026-04 --text why --format json"));
    let national = add("--measure PM4.3 --provider CSPN").code(5).error()["message"].to_string();
    assert!(national.contains("CSPN north") && national.contains("--region"), "{national}");
    let unknown = add("--measure PM9.9 --provider CSPX --region north").code(5).error();
    assert!(unknown["message"].as_str().unwrap().contains("PM"), "{unknown}");
    assert!(r.json("explanation list")["records"].as_array().unwrap().is_empty());
    add("--measure pm4.3 --provider cspn --region north").ok();
    assert_eq!(r.json("explanation list")["records"][0]["record"]["measure"], "PM4.3");
    let id = r.json("explanation list")["records"][0]["id"].as_str().unwrap().to_owned();
    r.run(&["explanation", "change", &id, "provider=CSPX", "--reason", "typo"]).code(5);
    assert!(r.nb("explain pm4.3/cspn/north/2026-04").ok().out.contains("PM4.3"));
    let nobody = r.nb("report mine --user 90-B3-D5-1F-30-01-00-99 --period 2026-04").code(5).err;
    assert!(nobody.contains("there is no User"), "{nobody}");
}

#[test]
fn users_own_requests_have_one_headline_and_others_say_what_they_are() {
    let r = Room::with(&[
        TESTS.of(1000, Some(5)),
        READS.of(900, Some(5)),
        READS.of(100, None),
        Sent { mode: "future-dated", ..READS.of(100, None) },
    ]);
    let p = r.april();
    let html = p.text("pack.html");
    assert!(html.contains("on time of all that fell due (time-outs counted as misses)"));
    assert_eq!(p.cell("own-by-region", "North", "in_time_share"), "81.82 %");
    assert!(html.contains("Users' own on-demand requests came to"), "its definition");
    let titles = p.table("measures-by-region");
    assert!(
        titles.iter().any(|t| t["measure"].starts_with("UR1")
            && t["measure"].contains("of those answered; time-outs left out")),
        "{titles:?}"
    );
    let reported = p.table("reported-beside-own");
    assert!(reported.iter().any(|t| t["row"].starts_with("PM4.3")), "{reported:?}");
    assert!(!reported.iter().any(|t| t["row"].starts_with("UR")), "nobody reports UR1");
}

#[test]
fn a_paper_rests_on_the_newest_issue_and_tells_what_is_known_since() {
    let r = Room::with(&[TESTS.of(1000, Some(5))]);
    let paper = |more: &str| {
        r.nb(&format!("paper build --period 2026-04 --out paper {more} --format json")).ok().json()
    };
    assert!(paper("")["issue"].is_null());
    r.nb("pack issue --period 2026-04").ok();
    let issued = paper("");
    assert_eq!(
        (issued["issue"].as_str(), issued["later_differs"].as_array().unwrap().len()),
        (Some("2026-04/1"), 0)
    );
    r.messages("late.csv", Log::from(90_001).add(TESTS.of(200, Some(20))));
    let text = || std::fs::read_to_string(r.path("paper/paper.txt")).unwrap();
    let again = paper("");
    assert_eq!(again["as_at"], issued["as_at"]);
    let differs = again["later_differs"].to_string();
    assert!(differs.contains("PM4.3 CSPN north"), "{differs}");
    let then = text();
    let said = r.nb("paper build --period 2026-04 --out paper").ok().out;
    assert!(
        said.contains("It is based on the issue 2026-04/1")
            && said.contains("Warning: what is known now differs"),
        "{said}"
    );
    assert!(paper("--current")["issue"].is_null());
    assert_ne!(then, text(), "with what is known now it says something else");
    let mine = r.nb("report mine --user 90-B3-D5-1F-30-01-00-01 --period 2026-04");
    assert!(
        mine.out.contains("The newest issue, 2026-04/1, is as known at") || mine.code == 5,
        "{}",
        mine.out
    );
}

#[test]
fn m8_a_pack_is_accepted_by_a_body_once_its_figures_are_confirmed() {
    let r = Room::with(&[TESTS.of(1000, Some(5))]);
    let issued = r.nb("pack issue --period 2026-04 --format json").ok().json();
    let open: Vec<String> = issued["unconfirmed_figures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(open, ["PM4.3 CSPN north (unconfirmed)"]);
    let refused = r.nb("pack accept 2026-04/1 --by opsg --format json").code(4).error();
    assert!(refused["message"].as_str().unwrap().contains("PM4.3 CSPN north"), "{refused}");
    r.nb("assurance add --measure PM4.3 --provider CSPN --region north --period 2026-04 --status confirmed --what recounted --by OPSG").ok();
    r.nb("pack accept 2026-04/1 --by opsg").ok();
    assert_eq!(r.json("pack show 2026-04/1")["pack"]["record"]["accepted"]["by"], "opsg");
    r.nb("pack accept 2026-04/1 --by panel").code(4);
}

#[test]
fn incidents_behind_a_figure_are_listed_and_exported() {
    let r = Room::new();
    r.nb("incident add INC000000000001 --title a --area x --category 1 --responsible DCC --at 2026-04-02T08:00:00Z").ok();
    r.nb("incident event INC000000000001 resolved --at 2026-04-02T09:00:00Z").ok();
    r.nb("incident add INC000000000002 --title b --area x --category 1 --responsible DCC --at 2026-04-03T08:00:00Z").ok();
    r.nb("incident event INC000000000002 resolved --at 2026-04-20T09:00:00Z").ok();
    let a = r.json("explain CPM4/DCC/none/2026-04 --export incidents.csv");
    let list = a["figure"]["incidents"].as_array().unwrap();
    let counts: Vec<&str> = list.iter().map(|i| i["counts_as"].as_str().unwrap()).collect();
    assert_eq!(counts, ["met", "missed: resolved after the target time"], "{a}");
    let csv = std::fs::read_to_string(r.path("incidents.csv")).unwrap();
    assert!(csv.lines().count() == 3 && csv.contains("INC000000000002"), "{csv}");
}
