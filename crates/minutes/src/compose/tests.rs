//! Notes become minutes. The group, the people and what they say are invented.

use super::*;
use northbound_types::Utc;

const NOTES: &str = "\
# typed in the meeting
Present Large Supplier: Ann Example (ACME, alternate for Bo Sample); Cy Test (Bright)
Participants: Di Trial (DCC, items 1 to 2)
Apologies: Ed Proof
Topic: Reports
The report was late again.
ACTION DCC by 9 July: describe the change proces
s/proces/process/
ACTION 33xx/04 OPSG by next meeting: comment on the annex
Topic: Contact lists
NOTE: there was no objection
DECISION OPSG agreed: to publish the list
DECISION OPSG recommended to Board: the work package
ACTION SECAS: send the list: both parts
UPDATE 29XX/3: a date was set
";

fn about() -> About {
    About {
        series: "opsg-reporting".into(),
        title: "OPSG reporting meeting".into(),
        body: "OPSG".into(),
        meeting: "33xx".into(),
        date: "2026-06-22".parse().unwrap(),
        marking: String::new(),
        status: "Draft".into(),
    }
}

fn composed(notes: &str, taken: &[&str]) -> Composed {
    let taken: Vec<String> = taken.iter().map(|t| (*t).to_owned()).collect();
    read(notes, "notes.txt", &about(), &taken).unwrap()
}

fn actions(c: &Composed) -> Vec<(String, String, String, String)> {
    let entries = c.items.iter().flat_map(|i| &i.entries);
    entries
        .filter_map(|e| match e {
            Entry::Action { id, owner, target, text } => {
                Some((id.clone(), owner.clone(), document::until(target), text.clone()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn lines_become_actions_decisions_and_attendance() {
    let c = composed(NOTES, &[]);
    let action = |a: &str, b: &str, c: &str, d: &str| (a.into(), b.into(), c.into(), d.into());
    assert_eq!(
        actions(&c),
        [
            action("33xx/01", "DCC", "9 July 2026", "describe the change process"),
            action("33xx/04", "OPSG", "next meeting", "comment on the annex"),
            action("33xx/02", "SECAS", "none set", "send the list: both parts"),
        ]
    );
    assert_eq!(
        c.items.iter().map(|i| i.title.as_str()).collect::<Vec<_>>(),
        ["Reports", "Contact lists"]
    );
    assert_eq!(
        c.items[1].entries[2],
        Entry::Decision {
            body: "OPSG".into(),
            verb: "recommended".into(),
            to: "Board".into(),
            text: "the work package".into()
        }
    );
    assert_eq!(
        c.items[1].entries[4],
        Entry::Update { id: "29xx/03".into(), text: "a date was set".into() }
    );
    let ann = &c.attendance[0];
    assert_eq!(
        (ann.category.as_str(), ann.organisation.as_str(), ann.alternate.as_str()),
        ("Large Supplier", "ACME", "alternate for Bo Sample")
    );
    assert_eq!(c.attendance[2].part, "items 1 to 2");
    assert_eq!(c.about.reference(), "OPSG_33xx_2206");
}

#[test]
fn numbers_that_the_meeting_has_are_passed_over() {
    let ids: Vec<String> =
        actions(&composed(NOTES, &["33XX/1", "33xx/02"])).into_iter().map(|a| a.0).collect();
    assert_eq!(ids, ["33xx/03", "33xx/04", "33xx/05"]);
}

#[test]
fn a_line_that_is_not_understood_is_named_with_what_is_expected() {
    let refused = |notes: &str| {
        let e = read(notes, "notes.txt", &about(), &["33xx/09".into()]).unwrap_err();
        e.to_string()
    };
    for (notes, says) in [
        ("Topic: a\nACTION DCC do it", "line 2: no colon; expected `ACTION [id] owner"),
        ("ACTION : do it", "no owner"),
        ("ACTION by 9 July: do it", "no owner"),
        ("ACTION 33xx/01: do it", "no owner"),
        ("ACTION DCC by soon: do it", "\"soon\" is no date; expected a day such as"),
        ("ACTION DCC by 21 June 2026: do it", "before the meeting on 2026-06-22"),
        ("ACTION DCC:", "nothing after the colon"),
        ("ACTION 32xx/01 DCC: a", "no id of meeting 33xx"),
        ("ACTION 33xx/09 DCC: a", "has an action 33xx/09 already"),
        ("ACTION 33xx/1 DCC: a\nACTION 33xx/01 DCC: b", "line 2: 33xx/01 is already on line 1"),
        ("DECISION agreed: a", "no body before \"agreed\""),
        ("DECISION OPSG thought: a", "no verb"),
        ("DECISION OPSG agreed with Panel: a", "after the verb is not read"),
        ("UPDATE DCC: a", "no id of an action"),
        ("Present: a (b", "not closed"),
        ("Present:", "has no name"),
        ("Topic:", "expected `Topic: title`"),
        ("s/a/b/", "no line before it"),
        ("abc\ns/x/y/", "line 1 does not have \"x\""),
        ("abc\ns/a/b", "a correction is `s/old/new/`"),
    ] {
        let said = refused(notes);
        assert!(said.starts_with("notes.txt, line ") && said.contains(says), "{notes}: {said}");
    }
    // Sentences that begin like a line are discussion.
    let sentences = "Action is needed on this\nAn update followed\nTopical: x\nAction points of DCC: x\n\
                     Participants raised concerns: a, b\nDecision on the annex: later\nUpdate on 29xx/03: x";
    let free = composed(sentences, &[]);
    assert!(free.attendance.is_empty());
    assert_eq!(free.items[0].entries.len(), 7);
    assert!(free.items[0].entries.iter().all(|e| matches!(e, Entry::Discussion { .. })));
    // A line in small letters is read where it is complete, and refused where it is not.
    assert_eq!(actions(&composed("Action DCC: x\nACTION dcc: x", &[])).len(), 2);
    assert!(refused("Action DCC by soon: x").contains("is no date"));
}

#[test]
fn a_slash_in_a_correction_is_written_with_a_backslash() {
    let c = composed("of 1/2 year\ns/1\\/2/half a/", &[]);
    assert_eq!(c.items[0].entries, [Entry::Discussion { text: "of half a year".into() }]);
}

#[test]
fn notes_above_the_limit_are_refused() {
    let notes = "a".repeat(MAX_BYTES);
    assert!(read(&notes, "n", &about(), &[]).is_ok());
    assert!(read(&format!("{notes}a"), "n", &about(), &[]).is_err());
}

#[test]
fn the_document_says_all_that_was_composed() {
    let text = serde_json::to_string(&document(&composed(NOTES, &[]), Utc(0))).unwrap();
    for word in [
        "Minutes of OPSG reporting meeting 33xx",
        "OPSG_33xx_2206",
        "Status: Draft",
        "1. Reports",
        "2. Contact lists",
        "OPSG RECOMMENDED to Board the work package",
        "ACTION 33xx/01:",
        "describe the change process (DCC, by 9 July 2026)",
        "comment on the annex (OPSG, by next meeting)",
        "send the list: both parts (SECAS)",
        "9 July 2026",
        "next meeting",
        "Ed Proof",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}
