//! People, bodies, documents and actions through the command line. All invented.

use crate::support;
use support::Room;

fn bodies(r: &Room) {
    r.run(&[
        "body",
        "add",
        "opsg",
        "--name",
        "Operations Group (invented)",
        "--kind",
        "group",
        "--power",
        "recommend",
    ])
    .ok();
    r.run(&["body", "add", "dcc", "--name", "Network operator (invented)", "--kind", "provider"])
        .ok();
}

#[test]
fn a_name_stands_apart_and_only_staff_see_it() {
    let r = Room::new();
    bodies(&r);
    r.run(&[
        "person",
        "add",
        "sec",
        "--role",
        "secretary of the group",
        "--body",
        "opsg",
        "--name",
        "Ann Example",
    ])
    .ok();
    r.run(&["person", "add", "x", "--role", "member", "--body", "nowhere"]).code(3);
    assert!(
        !r.nb("person list --format json").ok().out.contains("Example")
            && !r.nb("person show sec").ok().out.contains("Example")
    );
    assert_eq!(r.json("person names")["names"][0]["name"], "Ann Example");
    r.nb("person names --as lee@ACME+user").code(4);
    let (clean, named) = (
        r.write("clean.txt", "The secretary of the group said so."),
        r.write("named.txt", "Said by ann example."),
    );
    r.run(&["person", "check", &clean]).ok();
    let found = r.run(&["person", "check", &clean, &named, "--format", "json"]).code(7).json();
    assert_eq!(
        (found["found"].as_array().unwrap().len(), found["found"][0]["person"].as_str()),
        (1, Some("sec"))
    );
}

#[test]
fn a_promised_document_shows_as_expected_until_it_is_overdue() {
    let r = Room::new();
    r.run(&[
        "document",
        "add",
        "lsc-1",
        "--kind",
        "lsc-submission",
        "--title",
        "Submission",
        "--owner",
        "dcc",
        "--due",
        "2026-05-20",
    ])
    .ok();
    let standing = |more: &str| {
        r.json(&format!("document list {more}"))["records"][0]["standing"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        (standing(""), standing("--clock 2026-05-21T00:00:00Z")),
        ("expected".into(), "overdue".into())
    );
    r.nb("document arrive lsc-1 --on 2026-05-20").ok();
    assert_eq!(standing("--clock 2026-05-21T00:00:00Z"), "arrived");
    r.nb("document add x --kind poem --title t --owner o").code(2);
}

#[test]
fn an_action_closes_with_evidence_and_a_meeting_and_keeps_each_date() {
    let r = Room::new();
    bodies(&r);
    r.run(&[
        "action",
        "add",
        "28X / 5",
        "--text",
        "Say whether the figures are reliable",
        "--owner",
        "dcc",
        "--raised",
        "2026-01-26",
        "--due",
        "2026-05-20",
    ])
    .ok();
    r.run(&["action", "add", "28x/05", "--text", "again", "--owner", "dcc"]).code(6);
    r.run(&["action", "due", "28x/05", "2026-06-24", "--by", "opsg 33"]).ok();
    let a = r.json("action show 28x-5")["record"].clone();
    assert_eq!(
        (
            a["found"].as_str(),
            a["canonical"].as_str(),
            a["dues"].as_array().unwrap().len(),
            a["dues"][0]["target"].as_str()
        ),
        (Some("28X / 5"), Some("28x/05"), 2, Some("2026-05-20"))
    );
    // Neither a date nor the id as found is rewritten, and closing has no side door.
    r.run(&["action", "change", "28x/05", "dues=[]", "--reason", "tidy"]).code(4);
    r.run(&["action", "change", "28x/05", "status=closed", "--reason", "done"]).code(4);
    r.run(&["action", "claim", "28x/05"]).ok();
    for half in [&["--evidence", "letter 7"][..], &["--meeting", "opsg 34"][..], &[][..]] {
        r.run(&[&["action", "close", "28x/05"], half].concat()).code(4);
    }
    assert_eq!(r.json("action show 28x/05")["record"]["status"], "claimed-done");
    r.run(&["action", "close", "28x/05", "--evidence", "letter 7", "--meeting", "opsg 34"]).ok();
    assert_eq!(r.json("action show 28x/05")["record"]["status"], "closed");
}
