//! A14, A15: the next agenda is drafted, minutes are approved and then final. The group, its people and what
//! they say are invented.

use crate::support;
use serde_json::Value;
use support::needs::Room;

const DRAFTED: &str = "2020-06-23T09:00:00Z";

fn sec(r: &Room, words: &str) -> support::Ran {
    r.at(DRAFTED, &format!("{words} --as sec@/opsg+secretary"))
}

fn done(r: &Room, words: &str) -> Value {
    sec(r, words).ok().json()
}

fn group() -> Room {
    let r = Room::new();
    r.at(DRAFTED, "init --virtual --owner sec").ok();
    r.at(
        DRAFTED,
        "body add opsg --name Group --kind group --power recommend --as sec@/opsg+secretary",
    )
    .ok();
    r.at(DRAFTED, "body add dcc --name Provider --kind provider --as sec@/opsg+secretary").ok();
    r
}

/// Actions as minutes of June left them, a defect and the criteria.
fn due() -> Room {
    let r = group();
    for (id, due, text) in [
        ("28x/05", "--due 2020-06-22", "does the measure fit the service"),
        ("29xx/03", "--due 2020-07-27", "explain the SR discrepancy"),
        ("30x/05", "--due 2020-07-27", "update on queue management and its options"),
        ("31x/03", "--due 2020-07-28", "why Users give no forecasts"),
        ("33xx/04", "", "reissue the PMR of April"),
        ("33/01", "", "an action of the main meeting"),
    ] {
        done(&r, &format!("action add {id} --text '{text}' --owner dcc --raised 2020-04-27 {due}"));
    }
    done(
        &r,
        "defect add --title 'ADA breach without a notice' --found-in 'Report 4' --found 2020-06-01 --cohort MOC",
    );
    done(
        &r,
        "defect refer defect-1 --body opsg --question 'is the risk acceptable' --due 2020-07-27",
    );
    done(&r, "criteria add MOC-1 --title Cohort --cohort MOC --body opsg --review 2020-07-27");
    done(
        &r,
        "document add sr-may --kind sr-variance --title 'SR variance of May' --owner dcc --period 2020-05 --due 2020-06-20",
    );
    done(
        &r,
        "document add pmr-june --kind performance-report --title 'PMR of June' --owner dcc --period 2020-06 --due 2020-07-17",
    );
    r
}

const DRAFT: &str =
    "agenda draft --series opsg-reporting --meeting 34xx --papers-due 2020-07-20 --date";

fn words(agenda: &Value) -> String {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let items = agenda["items"].as_array().unwrap().iter();
    items
        .flat_map(|i| {
            let points = i["points"].as_array().unwrap().iter().map(text).collect::<Vec<_>>();
            [vec![text(&i["title"])], points].concat()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a14_the_next_agenda_has_what_is_due() {
    let r = due();
    let agenda = done(&r, &format!("{DRAFT} 2020-07-27 --out agenda.json"));
    let said = words(&agenda);
    for word in [
        "28x/05 (dcc, overdue, target 22 June 2020)",
        "29xx/03 (dcc, due 27 July 2020): explain the SR discrepancy",
        "30x/05 (dcc, due 27 July 2020): update on queue management and its options",
        "33xx/04 (dcc, no target date): reissue the PMR of April",
        "Live Services Criteria (LSC): Cohort",
        "Defect: ADA breach without a notice",
        "opsg: is the risk acceptable (pending, due 2020-07-27)",
        "PMR of June",
        "sr-may (dcc): overdue since 20 June 2020",
    ] {
        assert!(said.contains(word), "{word} is missing: {said}");
    }
    assert!(!said.contains("31x/03") && !said.contains("33/01"), "{said}");
    // A day earlier its actions of that day are not due; at another series neither is what has no date.
    let earlier = words(&done(&r, &format!("{DRAFT} 2020-07-26")));
    assert!(!earlier.contains("29xx/03") && earlier.contains("28x/05"), "{earlier}");
    let main = "agenda draft --series opsg --meeting 34 --date 2020-07-28";
    let main = words(&done(&r, main));
    assert!(
        main.contains("33/01") && main.contains("31x/03") && !main.contains("33xx/04"),
        "{main}"
    );
}

#[test]
fn a14_an_edited_agenda_is_printed_and_its_papers_are_collated() {
    let r = due();
    done(&r, &format!("{DRAFT} 2020-07-27 --out agenda.json"));
    let edited = std::fs::read_to_string(r.path("agenda.json")).unwrap();
    r.write("agenda.json", &edited.replace("Any other business", "Other matters"));
    done(&r, "agenda print agenda.json --out printed");
    let text = std::fs::read_to_string(r.path("printed/agenda.txt")).unwrap();
    assert!(text.contains("Other matters") && text.contains("Papers due: 20 July 2020"), "{text}");
    assert!(text.contains("no paper: not fit for decision") && text.contains("29xx/03"), "{text}");
    for name in ["agenda.docx", "agenda.pdf", "agenda.html"] {
        assert!(r.path("printed").join(name).is_file(), "{name}");
    }
    r.write("papers/pmr-june.txt", "June");
    r.write("papers/unrelated.txt", "x");
    let remark = |came: &str| {
        r.at(
            "2020-07-23T09:00:00Z",
            &format!("document arrive pmr-june --on {came} --as sec@/opsg+secretary"),
        )
        .ok();
        let words =
            "agenda papers agenda.json --from papers --out collated --as sec@/opsg+secretary";
        let papers = r.at("2020-07-23T09:00:00Z", words).ok().json();
        let papers = papers["papers"].as_array().unwrap().clone();
        let of = |id: &str| papers.iter().find(|p| p["document"] == id).unwrap().clone();
        assert_eq!(of("sr-may")["remark"], "not here yet");
        assert_eq!(of("")["remark"], "no paper: not fit for decision");
        of("pmr-june")
    };
    assert_eq!(remark("2020-07-20")["remark"], "");
    let late = remark("2020-07-21");
    assert_eq!(
        (late["remark"].as_str(), late["late_days"].as_i64()),
        (Some("late by 1 day"), Some(1))
    );
    let copied = r.path("collated").join(late["file"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(copied).unwrap(), "June");
    let contents = std::fs::read_to_string(r.path("collated/00-contents.txt")).unwrap();
    assert!(contents.contains("late by 1 day") && !contents.contains("unrelated"), "{contents}");
    // Another file than the registered one is no paper of the meeting.
    done(&r, &format!("document arrive pmr-june --on 2020-06-20 --sha256 {}", "0".repeat(64)));
    let e = sec(&r, "agenda papers agenda.json --from papers --out again").code(4).error();
    assert!(e["message"].as_str().unwrap().contains("not the file that is registered"), "{e}");
    r.write("agenda.json", &edited.replace("\"items\"", "\"itmes\""));
    sec(&r, "agenda print agenda.json --out printed").code(3);
}

const NOTES: &str = "Topic: Reports\nACTION dcc by 9 July: describe the change proces\ns/proces/process/\nDECISION OPSG noted: the report\n";

#[test]
fn a15_minutes_are_drafted_commented_on_and_final() {
    let r = group();
    r.write("notes.txt", NOTES);
    let write =
        "minutes write notes.txt --series opsg-reporting --meeting 33xx --date 2020-06-22 --out m";
    let written = done(&r, write);
    assert_eq!(written["actions"][0]["id"], "33xx/01");
    assert_eq!(written["actions"][0]["target"]["day"], "2020-07-09");
    assert_eq!(written["actions"][0]["text"], "describe the change process");
    assert_eq!(written["decisions"][0]["verb"], "noted");
    // Nothing entered a register; a number that the meeting has is passed over.
    assert_eq!(done(&r, "action list")["records"].as_array().unwrap().len(), 0);
    done(&r, "action add 33xx/01 --text other --owner dcc");
    assert_eq!(done(&r, write)["actions"][0]["id"], "33xx/02");
    r.write("wrong.txt", &NOTES.replace("9 July", "9 Juli 20"));
    let e = sec(&r, &write.replace("notes.txt", "wrong.txt")).code(3).error();
    assert!(e["message"].as_str().unwrap().contains("wrong.txt, line 2"), "{e}");

    let draft = "minutes draft OPSG_33xx_2206 --file m/minutes.docx --title Minutes --owner opsg --comments-by 2020-07-09";
    done(&r, draft);
    assert_eq!(done(&r, draft)["after"]["version"], "draft, version 2");
    done(&r, "document change OPSG_33xx_2206 'title=Minutes of June' --reason tidy");
    sec(&r, "document change OPSG_33xx_2206 version=final --reason tidy").code(4);
    done(&r, "comment add OPSG_33xx_2206 --text 'not agreed' --by member");
    r.write("final.docx", "final");
    let finish = "minutes final OPSG_33xx_2206 --file final.docx --approved-by OPSG_34xx_2707";
    let e = sec(&r, finish).code(4).error();
    assert!(e["message"].as_str().unwrap().contains("comment-1 has no answer"), "{e}");
    done(&r, "document add annex --kind annex --title Annex --owner opsg");
    sec(&r, &finish.replace("OPSG_33xx_2206", "annex")).code(4);
    done(&r, "comment respond comment-1 --text changed");
    let made = done(&r, finish);
    assert_eq!(made["after"]["version"], "final, version 1");
    assert_eq!(made["after"]["approved_by"], "OPSG_34xx_2707");
    only_corrected(&r, &[draft, finish]);
}

/// Final minutes are edited in place in no way; a correction is a version.
fn only_corrected(r: &Room, steps: &[&str]) {
    for edit in [
        "document change OPSG_33xx_2206 title=Other --reason tidy",
        "document arrive OPSG_33xx_2206 --on 2020-06-22",
        "document change OPSG_33xx_2206 approved_by= --reason tidy",
        "document withdraw OPSG_33xx_2206 --reason mistake",
    ]
    .iter()
    .chain(steps)
    {
        let e = sec(r, edit).code(4).error();
        assert!(e["message"].as_str().unwrap().contains("minutes correct"), "{edit}: {e}");
    }
    let correct = "minutes correct OPSG_33xx_2206 --file";
    sec(r, &format!("{correct} corrected.docx")).code(4);
    sec(r, &format!("{correct} final.docx --reason date")).code(4);
    r.write("corrected.docx", "corrected");
    let made = done(r, &format!("{correct} corrected.docx --reason 'a date'"));
    assert_eq!(made["after"]["version"], "final, version 2");
    let history = done(r, "document history OPSG_33xx_2206");
    let versions = history["history"].as_array().unwrap();
    let finals: Vec<&Value> = versions
        .iter()
        .map(|v| &v["record"])
        .filter(|d| d["version"].as_str().unwrap().starts_with("final"))
        .collect();
    assert_eq!(finals.len(), 2);
    assert_ne!(finals[0]["sha256"], finals[1]["sha256"]);
    assert_eq!(versions.last().unwrap()["reason"], "a date");
}
