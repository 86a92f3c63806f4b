use super::*;
use northbound_types::{Day, Period};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn step(target: &str, set_on: &str) -> DueStep {
    DueStep {
        target: Some(day(target)),
        set_on: day(set_on),
        set_by: "33xx".to_owned(),
        source: String::new(),
    }
}

#[test]
fn ids_survive_uneven_spelling() {
    for (found, read) in [
        ("28x/05", "28x/05"),
        ("28X / 5", "28x/05"),
        ("33xx-7", "33xx/07"),
        ("34/01", "34/01"),
        ("OPSG  Action 1", "opsg action 1"),
        ("x/1", "x/1"),
        ("28x/105", "28x/105"),
        ("", ""),
    ] {
        assert_eq!(canonical(found), read, "{found}");
    }
}

#[test]
fn an_action_is_overdue_from_its_latest_stated_day_on() {
    let mut a = Action::new("28x/05", "Say whether it fits", "secretariat");
    a.dues = vec![step("2020-06-22", "2020-01-27")];
    assert!(!flags(&a, day("2020-06-21"), false, &[]).overdue);
    let f = flags(&a, day("2020-06-22"), false, &[]);
    assert!(f.overdue && f.words()[0] == "overdue, no date", "{f:?}");
    a.dues.push(step("2020-07-27", "2020-06-22"));
    let f = flags(&a, day("2020-06-22"), false, &[]);
    assert!(!f.overdue);
    assert_eq!((f.slips, f.slipped_days), (1, 35));
    assert_eq!(flags(&a, day("2020-06-21"), false, &[]).slips, 0, "not known yet");
    a.status = ActionStatus::ClaimedDone;
    assert!(flags(&a, day("2020-07-27"), false, &[]).overdue, "claimed is still open");
}

#[test]
fn a_step_that_says_there_is_no_date_leaves_the_latest_stated_one() {
    let mut a = Action::new("28x/05", "x", "secretariat");
    a.dues = vec![step("2020-06-22", "2020-01-27")];
    a.dues.push(DueStep { target: None, ..step("2020-06-22", "2020-03-01") });
    assert!(flags(&a, day("2020-06-22"), false, &[]).overdue);
    assert!(flags(&Action::new("1/1", "x", "b"), day("2020-06-22"), false, &[]).no_date);
}

#[test]
fn the_owner_in_the_text_is_held_against_the_owner() {
    let of = |text: &str, owner: &str| {
        flags(&Action::new("28x/05", text, owner), day("2020-06-22"), false, &["Data Company"])
            .owner_differs
    };
    assert_eq!(of("DCC to explain", "SECAS"), "DCC");
    assert_eq!(of("DCC to explain", "dcc"), "");
    assert_eq!(of("Agree to a date", "SECAS"), "");
    assert_eq!(of("Explain what was said to DCC", "SECAS"), "");
    assert_eq!(of("The Panel to write", "panel"), "");
}

#[test]
fn months_without_an_instalment_are_named_and_one_does_not_close_it() {
    let mut a = Action::new("30x/05", "Monthly note", "dcc");
    let month = |m| Period::month(2020, m);
    let received =
        |m| Instalment { period: month(m), on: day("2020-05-01"), evidence: "note".into() };
    a.recurrence = Some(Recurrence { first: month(3), last: None, received: vec![received(4)] });
    let f = flags(&a, day("2020-06-01"), false, &[]);
    assert_eq!(f.missing, [month(3), month(5), month(6)]);
    assert_eq!(flags(&a, day("2020-04-30"), false, &[]).missing, [month(3), month(4)]);
    (a.status, a.evidence, a.closed_at) = (ActionStatus::Closed, "note".into(), "34".into());
    use crate::record::Record;
    assert!(a.check().is_err());
    a.recurrence.as_mut().expect("set").last = Some(month(6));
    assert!(a.check().is_ok());
}

#[test]
fn what_needs_doing_comes_first() {
    let at = day("2020-06-22");
    let mut all: Vec<Action> = ["1/01", "1/02", "1/03", "1/04", "1/05"]
        .iter()
        .map(|id| Action::new(id, "x", "b"))
        .collect();
    all[0].status = ActionStatus::Superseded;
    all[1].dues = vec![step("2020-07-09", "2020-06-01")];
    all[3].dues = vec![step("2020-06-22", "2020-01-27")];
    all[4].dues = vec![step("2020-05-22", "2020-01-27")];
    let of = |a: &Action| flags(a, at, false, &[]);
    all.sort_by(|a, b| by_need((a, &of(a)), (b, &of(b))));
    let ids: Vec<&str> = all.iter().map(|a| a.canonical.as_str()).collect();
    assert_eq!(ids, ["1/05", "1/04", "1/03", "1/02", "1/01"]);
}

#[test]
fn a_record_of_an_earlier_version_reads_and_keeps_its_id() {
    let old = r#"{"found":"28X / 5","canonical":"28x/05","text":"t","owner":"o","lead":null,"raised":null,
        "status":"open","evidence":"","closed_at":"","dues":[],"document":null,"place":"","topic":""}"#;
    let a: Action = serde_json::from_str(old).expect("reads");
    assert_eq!((a.record_id(), a.raised_at(), a.label().as_str()), ("28x/05", "28x", "28x/05"));
}

#[test]
fn keys_tell_apart_what_has_one_number_or_none() {
    let mut a = Action::new("", "Send examples", "dcc");
    a.meeting = "33xx".to_owned();
    let mut b = a.clone();
    assert_eq!(a.own_key(), b.own_key());
    b.text.push('!');
    assert_ne!(a.own_key(), b.own_key());
    assert_eq!(a.label(), "without a number (33xx)");
    assert_eq!(Action::new("Action 7 of June", "x", "b").label(), "Action 7 of June");
    let (mut c, mut d) = (Action::new("33/01", "x", "b"), Action::new("33/01", "y", "b"));
    assert_eq!(c.own_key(), d.own_key(), "the text is no part of a numbered action");
    (c.series, d.series) = ("one".to_owned(), "two".to_owned());
    assert_ne!(c.own_key(), d.own_key());
}
