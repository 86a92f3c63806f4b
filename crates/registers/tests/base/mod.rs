//! One of each of the registers around meetings, as JSON with its noun: led back to the record first.

use northbound_registers::{
    Record,
    records::{
        feedback::{
            comments::Comment,
            examples::{Example, ExampleState, PassedExample},
            sentiments::{Complaint, Mood, Sentiment},
            statements::{Audit, StatementKind, Status, View},
        },
        oversight::{
            actions::{
                Action, Deliverable, DueStep, Instalment, Link, LinkTo, Recurrence, TextVersion,
                Update,
            },
            bodies::{Body, BodyKind, Power},
            cases::{Case, CaseStep, CaseStepKind},
            documents::{Document, DocumentKind},
            workpackages::{PackageState, QuarterDefinition, WorkPackage},
        },
        participants::{
            contacts::{Bounce, Contact, ContactIssue, IssueState},
            mailings::{Delivery, Mailing, MailingState},
            people::{Person, PersonName},
        },
        reporting::metric_defects::MetricDefect,
        service::installs::InstallCount,
    },
};
use northbound_types::{Day, Region};
use serde_json::Value;

fn day() -> Day {
    "2026-05-20".parse().unwrap()
}

fn json<T: Record>(r: &T) -> (String, Value) {
    r.check().unwrap();
    let v = serde_json::to_value(r).unwrap();
    assert_eq!(
        &serde_json::from_value::<T>(v.clone()).unwrap(),
        r,
        "JSON leads back to the record"
    );
    (T::NOUN.to_string(), v)
}

pub fn all() -> Vec<(String, Value)> {
    vec![
        json(&Person {
            id: "p".into(),
            role: "secretary".into(),
            body: Some("group".into()),
            party: None,
            from: day(),
            to: None,
        }),
        json(&PersonName { person: "p".into(), name: "Ann Example".into(), party: None }),
        json(&Body {
            id: "group".into(),
            name: "The group".into(),
            kind: BodyKind::Group,
            powers: vec![Power::Recommend],
        }),
        json(&Document {
            id: "d".into(),
            kind: DocumentKind::Letter,
            title: "t".into(),
            period: None,
            version: String::new(),
            marking: "white".into(),
            sharing: String::new(),
            owner: "group".into(),
            due: Some(day()),
            arrived: None,
            comments_by: None,
            sha256: String::new(),
            filed: String::new(),
            approved_by: String::new(),
        }),
        json(&action()),
    ]
}

/// The registers of contacts and mailings.
pub fn mailings() -> Vec<(String, Value)> {
    let at = day().start();
    let bounce = || Bounce { at, why: "w".into(), message_id: "m".into() };
    vec![
        json(&Contact {
            party: "ACME".into(),
            topic: "smets1".into(),
            address: "a@b.example".into(),
            role: "r".into(),
            from: day(),
            to: None,
            confirmed: Some(day()),
            confirmed_by: "x".into(),
            proposed: None,
            bounced: Some(bounce()),
        }),
        json(&ContactIssue {
            contact: None,
            party: "ACME".into(),
            topic: "smets1".into(),
            what: "w".into(),
            reported_by: "r".into(),
            reported: day(),
            state: IssueState::Open,
            answer: String::new(),
        }),
        json(&Mailing {
            topic: "smets1".into(),
            sender: "a@b.example".into(),
            subject: "s".into(),
            text: "t".into(),
            document: None,
            categories: vec![],
            state: MailingState::Draft,
            sent: None,
            missing: vec![],
        }),
        json(&Delivery {
            message_id: "m".into(),
            mailing: "mailing-1".into(),
            party: "ACME".into(),
            contact: "contact-1".into(),
            contact_version: 2,
            address: "a@b.example".into(),
            sent: at,
            file: "f".into(),
            sha256: String::new(),
            bounced: None,
            relayed: None,
        }),
    ]
}

/// The registers of statements.
pub fn statements() -> Vec<(String, Value)> {
    vec![
        json(&Status {
            period: month(),
            on: day(),
            kind: StatementKind::Note,
            text: "t".into(),
            colour: None,
            measures: vec![],
            region: Region::None,
            basis: String::new(),
            author: "dcc".into(),
            document: String::new(),
            place: String::new(),
        }),
        json(&Audit {
            scope: "s".into(),
            on: day(),
            result: "r".into(),
            by: String::new(),
            told_by: "dcc".into(),
            evidence: None,
            place: String::new(),
        }),
        json(&View {
            period: month(),
            body: "group".into(),
            subject: "s".into(),
            text: "t".into(),
            meeting: "m".into(),
        }),
        json(&Sentiment {
            party: "ACME".into(),
            region: Region::North,
            period: month(),
            mood: Mood::Poor,
            text: String::new(),
            source: "survey".into(),
        }),
        json(&Complaint {
            party: "ACME".into(),
            region: Region::North,
            on: day(),
            heard_by: "dcc".into(),
            text: "t".into(),
            source: String::new(),
        }),
    ]
}

/// The registers of examples, cases and other evidence.
pub fn evidence() -> Vec<(String, Value)> {
    let at = day().start();
    vec![
        json(&Example {
            party: "ACME".into(),
            on: day(),
            about: "a".into(),
            text: "t".into(),
            public_text: String::new(),
            hide_sender: true,
            state: ExampleState::Collected,
            action: None,
        }),
        json(&PassedExample {
            example: "example-1".into(),
            about: "a".into(),
            text: "t".into(),
            sender: None,
            passed_to: "dcc".into(),
            passed: at,
            answer: String::new(),
            answered: None,
        }),
        json(&Case {
            title: "t".into(),
            claimant: "dcc".into(),
            from: day(),
            to: day(),
            measures: vec!["PM4.3".into()],
            regions: vec![],
            steps: vec![CaseStep {
                what: CaseStepKind::Claimed,
                on: day(),
                by: "dcc".into(),
                text: String::new(),
                document: String::new(),
            }],
        }),
    ]
}

/// The registers of work packages, comments, installs and defects of metrics.
pub fn reports() -> Vec<(String, Value)> {
    let at = day().start();
    vec![
        json(&WorkPackage {
            id: "w".into(),
            title: "t".into(),
            quarter: "Q2 2020".into(),
            definition: QuarterDefinition::AprilYear,
            from: "2020-07-01".parse().unwrap(),
            to: "2020-09-30".parse().unwrap(),
            lines: vec![],
            state: PackageState::Draft,
            steps: vec![],
        }),
        json(&Comment {
            document: "d".into(),
            party: None,
            by: "x".into(),
            received: at,
            deadline: None,
            late: false,
            place: String::new(),
            text: "t".into(),
            response: String::new(),
            responded_by: String::new(),
        }),
        json(&InstallCount {
            source: "s".into(),
            period: month(),
            region: Region::None,
            count: 1,
            coverage: "all".into(),
            series_break: String::new(),
            place: String::new(),
        }),
        json(&MetricDefect {
            measure: "PM4.3".into(),
            what: "w".into(),
            effect: String::new(),
            found_by: "x".into(),
            on: day(),
            change: String::new(),
        }),
    ]
}

fn month() -> northbound_types::Period {
    "2026-04".parse().unwrap()
}

/// An action in which every list has something.
fn action() -> Action {
    Action {
        dues: vec![DueStep {
            target: Some(day()),
            set_on: day(),
            set_by: "group".into(),
            source: String::new(),
        }],
        texts: vec![TextVersion { text: "s".into(), replaced_by: "29".into(), replaced_on: day() }],
        updates: vec![Update {
            on: day(),
            by: "group".into(),
            meeting: "29".into(),
            text: "u".into(),
            source: String::new(),
        }],
        recurrence: Some(Recurrence {
            first: day().month(),
            last: None,
            received: vec![Instalment { period: day().month(), on: day(), evidence: "e".into() }],
        }),
        deliverables: vec![Deliverable { what: "w".into(), due: None, received: None }],
        links: vec![Link { to: LinkTo::Document, id: "d".into() }],
        ..Action::new("28X/5", "t", "group")
    }
}
