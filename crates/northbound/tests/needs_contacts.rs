//! C1 to C3: contacts, mailings, and examples of where the list was wrong. All invented.

use crate::support;
use serde_json::Value;
use support::Room;

/// Three suppliers; two of them with a confirmed contact for SMETS1.
fn room() -> Room {
    let r = Room::new();
    for (id, category) in
        [("ACME", "large-supplier"), ("BOLT", "large-supplier"), ("WIRE", "network-operator")]
    {
        r.run(&["party", "add", id, "--name", &format!("{id} (invented)"), "--category", category])
            .ok();
    }
    contact(&r, "ACME", "old@acme.example");
    contact(&r, "BOLT", "desk@bolt.example");
    r
}

fn contact(r: &Room, party: &str, address: &str) {
    let own = format!("lee@{party}+user");
    let added = r
        .nb(&format!(
            "contact add {party} --topic smets1 --address {address} --role 'SMETS1 lead' \
             --as {own} --format json"
        ))
        .ok()
        .json();
    r.run(&[
        "contact",
        "confirm",
        added["id"].as_str().unwrap(),
        "--as",
        &format!("sam@{party}+user"),
    ])
    .ok();
}

fn draft(r: &Room) -> String {
    let words = [
        "mailing",
        "draft",
        "--topic",
        "smets1",
        "--subject",
        "Eligible combinations",
        "--text",
        "Please check.",
        "--from",
        "desk@body.example",
        "--category",
        "large-supplier",
        "--format",
        "json",
    ];
    r.run(&words).ok().json()["id"].as_str().unwrap().to_owned()
}

fn sent_to(v: &Value) -> Vec<String> {
    v["sent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["address"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn c1_the_next_mailing_uses_the_new_entry_and_the_old_one_gets_nothing() {
    let r = room();
    let first = draft(&r);
    // Drafted before the change; recipients are those of the moment of sending.
    r.nb("contact change contact-1 --address new@acme.example --as lee@ACME+user").ok();
    let pending = draft(&r);
    assert_eq!(
        sent_to(&r.json(&format!("mailing send {pending}"))),
        ["old@acme.example", "desk@bolt.example"],
        "what nobody confirmed is not in force"
    );
    for proposer in ["lee@ACME+user", "Lee@ACME+user"] {
        r.run(&["contact", "confirm", "contact-1", "--as", proposer]).code(4);
    }
    r.run(&["contact", "confirm", "contact-1", "--as", "sam@ACME+user"]).ok();
    assert_eq!(
        sent_to(&r.json(&format!("mailing send {first}"))),
        ["new@acme.example", "desk@bolt.example"]
    );
    let file =
        std::fs::read_to_string(r.path("data/outbox").join(&first).join("contact-1.eml")).unwrap();
    assert!(
        file.contains("To: new@acme.example\r\n")
            && !file.contains("old@")
            && file.contains("Subject: Eligible combinations\r\n"),
        "{file}"
    );
    // Each change stands in the log, with who and when.
    let log = r.json("contact history contact-1");
    let actors: Vec<&str> =
        log["history"].as_array().unwrap().iter().map(|h| h["actor"].as_str().unwrap()).collect();
    assert_eq!(actors, ["lee@ACME+user", "sam@ACME+user", "lee@ACME+user", "sam@ACME+user"]);
    r.nb(&format!("mailing send {first}")).code(4);
}

#[test]
fn c1_a_party_changes_only_its_own_entries() {
    let r = room();
    assert_eq!(
        r.nb("contact change contact-2 --address mine@acme.example --as lee@ACME+user \
             --format json")
            .code(4)
            .error()["code"],
        "registers.party"
    );
    r.nb("contact add BOLT --topic smki --address mine@acme.example --role x --as \
         lee@ACME+user")
        .code(4);
    let seen = r.json("contact list --as lee@ACME+user");
    assert_eq!(seen["records"].as_array().unwrap().len(), 1);
    r.nb("contact add ACME --topic smets1 --address 'no address' --role x").code(3);
    r.nb("contact add ACME --topic gossip --address a@b.example --role x").code(3);
    // The address in force has no side door.
    r.run(&["contact", "withdraw", "contact-2", "--reason", "left", "--as", "lee@ACME+user"])
        .code(4);
}

#[test]
fn c1_bounced_and_stale_entries_are_flagged() {
    let r = room();
    let id = draft(&r);
    r.nb(&format!("mailing send {id}")).ok();
    let proof = r.json(&format!("mailing proof {id}"));
    let message = proof["messages"][0]["message_id"].as_str().unwrap().to_owned();
    let file = r.write("bounces.csv", &format!("message_id,at,why\n<{message}>,2026-05-20T09:05:00Z,mailbox unavailable\nnobody@x,2026-05-20T09:05:00Z,x\n"));
    let taken = r.run(&["mailing", "bounces", &file, "--format", "json"]).ok().json();
    assert_eq!(
        (taken["noted"][0]["contact_flagged"].as_bool(), taken["refused"][0]["line"].as_u64()),
        (Some(true), Some(3))
    );
    assert_eq!(r.run(&["mailing", "bounces", &file, "--format", "json"]).ok().json()["already"], 1);
    assert_eq!(r.json("contact list --party ACME")["records"][0]["standing"], "bounced");
    // Nothing is sent to it, its party counts as without a contact, and re-confirming alone does not mend it.
    let next = draft(&r);
    let refused = r.nb(&format!("mailing send {next} --format json")).code(4).error();
    assert!(refused["message"].as_str().unwrap().contains("ACME (bounced)"), "{refused}");
    r.run(&["contact", "confirm", "contact-1", "--as", "sam@ACME+user"]).code(4);
    assert_eq!(
        sent_to(&r.json(&format!("mailing send {next} --despite-missing"))),
        ["desk@bolt.example"]
    );
    // Three months after the confirmation to the day it still holds; a day later it is stale, and is flagged.
    let at = |clock: &str| {
        r.nb(&format!("contact list --party BOLT --format json --clock {clock}")).ok().json()["records"][0]["standing"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (at("2026-08-20T12:00:00Z"), at("2026-08-21T00:00:00Z")),
        ("current".into(), "stale".into())
    );
    let review = r.nb("contact review --format json --clock 2026-08-21T00:00:00Z").code(7).json();
    assert_eq!(review["records"].as_array().unwrap().len(), 2);
    // A proof that was tampered with is found.
    std::fs::write(r.path("data/outbox").join(&next).join("contact-2.eml"), "other").unwrap();
    r.nb(&format!("mailing proof {next}")).code(7);
}

#[test]
fn c2_parties_without_a_contact_are_listed_before_sending() {
    let r = room();
    assert_eq!(
        r.nb("contact missing --topic smets1 --format json").code(7).json()["missing"][0]["party"],
        "WIRE"
    );
    r.nb("contact missing --topic smets1 --category large-supplier").ok();
    let id = r
        .nb("mailing draft --topic smets1 --subject s --text t --from desk@body.example \
             --format json")
        .ok()
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let refused = r.nb(&format!("mailing send {id} --format json")).code(4).error();
    assert!(refused["message"].as_str().unwrap().contains("WIRE (none named)"), "{refused}");
    assert!(!r.path("data/outbox").join(&id).exists());
    r.nb(&format!("mailing send {id} --despite-missing")).ok();
    let proof = r.json(&format!("mailing proof {id}"));
    assert_eq!(
        (
            proof["mailing"]["record"]["missing"][0].as_str(),
            proof["messages"].as_array().unwrap().len(),
            proof["messages"][0]["standing"].as_str()
        ),
        (Some("WIRE"), 2, Some("as sent"))
    );
    // A contact that is only proposed is none.
    r.nb("contact add WIRE --topic smets1 --address w@wire.example --role x").ok();
    assert_eq!(
        r.nb("contact missing --topic smets1 --format json").code(7).json()["missing"][0]["why"],
        "pending"
    );
}

#[test]
fn c2_a_send_that_broke_off_is_finished_and_not_repeated() {
    let r = room();
    let id = draft(&r);
    r.nb(&format!("mailing send {id}")).ok();
    let out = r.path("data/outbox");
    std::fs::rename(out.join(&id), out.join(format!("{id}.part"))).unwrap();
    r.nb(&format!("mailing send {id}")).ok();
    assert!(out.join(&id).join("contact-1.eml").exists());
    r.nb(&format!("mailing send {id}")).code(4);
    assert_eq!(r.json(&format!("mailing proof {id}"))["messages"].as_array().unwrap().len(), 2);
}

#[test]
fn c3_examples_link_to_the_entries_that_they_are_about() {
    let r = room();
    r.run(&["contact", "issue", "add", "left the company in March", "--contact", "contact-1"]).ok();
    r.run(&["contact", "issue", "add", "x", "--contact", "contact-9"]).code(5);
    r.run(&["contact", "issue", "add", "nobody named", "--party", "WIRE", "--topic", "smets1"])
        .ok();
    let list = r.json("contact issue list");
    assert_eq!(
        (
            list["records"][0]["record"]["contact"].as_str(),
            list["records"][0]["record"]["party"].as_str(),
            list["records"].as_array().unwrap().len()
        ),
        (Some("contact-1"), Some("ACME"), 2)
    );
    r.run(&["contact", "issue", "change", "contact-issue-1", "state=resolved", "--reason", "done"])
        .code(3);
    r.nb("contact issue resolve contact-issue-1 --answer 'the party named another'").ok();
    assert_eq!(r.json("contact issue show contact-issue-1")["record"]["state"], "resolved");
    assert_eq!(
        r.json("contact issue list --as lee@BOLT+user")["records"].as_array().unwrap().len(),
        0
    );
}

#[test]
fn of_two_sends_at_once_one_sends_and_every_message_is_on_the_disk() {
    for _ in 0..5 {
        let r = room();
        let id = draft(&r);
        let start = || r.command().args(["mailing", "send", &id]).spawn().unwrap();
        let ends: Vec<Option<i32>> =
            [start(), start(), start()].map(|mut c| c.wait().unwrap().code()).to_vec();
        assert_eq!(ends.iter().filter(|c| **c == Some(0)).count(), 1, "{ends:?}");
        assert!(ends.iter().all(|c| matches!(c, Some(0 | 4 | 6))), "{ends:?}");
        let proof = r.json(&format!("mailing proof {id}"));
        let messages = proof["messages"].as_array().unwrap();
        assert!(!messages.is_empty() && messages.iter().all(|m| m["standing"] == "as sent"));
    }
}

#[test]
fn a_message_without_its_folder_is_missing_and_not_handed_over() {
    let r = room();
    let id = draft(&r);
    r.nb(&format!("mailing send {id}")).ok();
    std::fs::remove_dir_all(r.data().join("outbox").join(&id)).unwrap();
    let ran = r.nb(&format!("mailing proof {id} --format json")).code(7);
    assert_eq!(ran.json()["messages"][0]["standing"], "MISSING");
}
