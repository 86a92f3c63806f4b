//! Contacts and mailings.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    mailing::{self, NewMailing, Text},
    people::contacts::{self, NewContact},
    registers,
};
use northbound_registers::records::participants::parties::Party;
use tempfile::TempDir;

const TOPIC: &str = "incidents";

/// Two parties; ACME has a proposed contact, whose id is returned.
fn parties() -> (TempDir, Context, String) {
    let (folder, ctx) = context("kim+analyst", "2026-05-04T09:00:00Z");
    for id in ["ACME", "OTHER"] {
        let party = Party { id: id.into(), name: id.into(), category: "large-supplier".into() };
        registers::add(&ctx, &party).unwrap();
    }
    let id = contacts::propose(&ctx, &new_contact("ACME")).unwrap().id;
    (folder, ctx, id)
}

fn new_contact(party: &str) -> NewContact {
    NewContact {
        party: party.into(),
        topic: TOPIC.into(),
        address: format!("operations@{}.example", party.to_lowercase()),
        role: "operations desk".into(),
        from: None,
        to: None,
    }
}

fn draft(ctx: &Context) -> String {
    let new = NewMailing {
        topic: TOPIC.into(),
        subject: "Maintenance".into(),
        text: Text::Given("On Sunday.".into()),
        from: "desk@network.example".into(),
        document: None,
        categories: Vec::new(),
    };
    mailing::draft(ctx, &new).unwrap().json["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_contact_is_missing_until_a_second_person_confirms_it() {
    let (_folder, ctx, id) = parties();
    let missing = |ctx| contacts::missing(ctx, TOPIC, &[]).unwrap().json["missing"].clone();
    assert_eq!(missing(&ctx).as_array().unwrap().len(), 2);
    assert_eq!(contacts::confirm(&ctx, &id).unwrap_err().kind(), Kind::Refused);
    contacts::confirm(&acting(&ctx, "lee+analyst", ""), &id).unwrap();
    assert_eq!(missing(&ctx).as_array().unwrap().len(), 1);
    assert_eq!(missing(&ctx)[0]["party"], "OTHER");
}

#[test]
fn a_topic_outside_the_setting_is_refused() {
    let (_folder, ctx, _) = parties();
    let odd = NewContact { topic: "incidentz".into(), ..new_contact("OTHER") };
    let refused = contacts::propose(&ctx, &odd).unwrap_err();
    assert_eq!(refused.kind(), Kind::BadInput);
    assert!(refused.to_string().contains("incidentz"), "{refused}");
    contacts::propose(&ctx, &new_contact("OTHER")).unwrap();
}

#[test]
fn a_mailing_with_a_party_missing_is_sent_only_on_request() {
    let (_folder, ctx, id) = parties();
    contacts::confirm(&acting(&ctx, "lee+analyst", ""), &id).unwrap();
    let mailing = draft(&ctx);
    assert_eq!(mailing::send(&ctx, &mailing, false).unwrap_err().kind(), Kind::Refused);
    assert!(!ctx.data.join("outbox").join(&mailing).exists());
    let sent = mailing::send(&ctx, &mailing, true).unwrap();
    assert_eq!(sent.json["sent"].as_array().unwrap().len(), 1);
    let proof = mailing::proof(&ctx, &mailing).unwrap();
    assert_eq!((proof.found, &proof.json["messages"][0]["standing"]), (false, &"as sent".into()));
}

#[test]
fn a_message_altered_by_one_byte_is_found() {
    let (_folder, ctx, id) = parties();
    contacts::confirm(&acting(&ctx, "lee+analyst", ""), &id).unwrap();
    let mailing = draft(&ctx);
    mailing::send(&ctx, &mailing, true).unwrap();
    let file = ctx.data.join("outbox").join(&mailing).join(format!("{id}.eml"));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(b' ');
    std::fs::write(&file, bytes).unwrap();
    assert!(mailing::proof(&ctx, &mailing).unwrap().found);
}
