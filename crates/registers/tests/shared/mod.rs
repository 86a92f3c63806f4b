//! What several tests need: invented records and a store in a folder of its own.
use northbound_registers::{
    Store,
    records::{
        data::{
            feeds::{Expected, Fault, Feed, Severity},
            sources::SourceFile,
        },
        reporting::{
            annotations::Annotation,
            packs::{Pack, PackFile, PackStatus},
        },
        service::{
            hubs::HubInstall,
            population::PopulationDay,
            services::{ServiceInterval, ServiceKind},
        },
    },
};
use northbound_types::{Actor, Generation, Region, Utc};
use std::path::PathBuf;

/// A time in May 2026, `n` seconds on.
pub fn t(n: i64) -> Utc {
    Utc("2026-05-01T00:00:00Z".parse::<Utc>().unwrap().0 + n * 1_000_000)
}

pub fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}
pub fn analyst() -> Actor {
    actor("kim+analyst")
}

/// A folder that goes when it is dropped, with the path of its registers.
pub fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registers.sqlite");
    (dir, path)
}

pub fn store() -> (tempfile::TempDir, Store) {
    let (dir, path) = folder();
    let store = Store::open(&path, t(0)).unwrap();
    (dir, store)
}

pub fn feed(id: &str) -> Feed {
    Feed {
        id: id.into(),
        title: "Messages of the north".into(),
        provider: Some("CSPN".into()),
        region: Some(Region::North),
        brings: vec!["messages".into()],
        measures: vec![],
        rank: 1,
        calendar: Expected::Daily,
        days: Default::default(),
        from: "2026-04-01".parse().unwrap(),
        to: None,
        owner: "reporting tool team".into(),
    }
}

pub fn fault(feed: &str) -> Fault {
    Fault {
        feed: Some(feed.into()),
        provider: None,
        from: "2026-04-10".parse().unwrap(),
        to: None,
        what: "counts answers twice".into(),
        change_request: Some("CR-0001".into()),
        severity: Severity::Unreliable,
        measures: vec![],
        owner: Some("CSPN".into()),
        reported_by: "service desk".into(),
        closed_by: None,
    }
}

pub fn note(title: &str) -> Annotation {
    Annotation {
        from: "2020-03-23".parse().unwrap(),
        to: None,
        title: title.into(),
        text: "Fewer installs.".into(),
        source: "public notice".into(),
    }
}

pub fn file(name: &str) -> SourceFile {
    let mut sha = String::new();
    for b in name.bytes().cycle().take(32) {
        sha.push_str(&format!("{b:02x}"));
    }
    SourceFile { feed: "north".into(), ..SourceFile::new(name, &sha, 100, "services") }
}

pub fn down(service: &str, from: &str, to: Option<&str>) -> ServiceInterval {
    ServiceInterval {
        service: service.into(),
        from: from.parse().unwrap(),
        to: to.map(|t| t.parse().unwrap()),
        kind: ServiceKind::Down,
        reference: String::new(),
        note: String::new(),
    }
}

pub fn people(day: &str, count: i64) -> PopulationDay {
    PopulationDay {
        day: day.parse().unwrap(),
        region: Region::North,
        generation: Generation::Smets2,
        device_type: "ESME".into(),
        status: "commissioned".into(),
        count,
    }
}

pub fn hub(name: &str) -> HubInstall {
    HubInstall {
        hub: name.into(),
        region: Region::North,
        provider: "CSPN".into(),
        installed: "2026-04-02".parse().unwrap(),
        srv: "8.14.2".into(),
        in_coverage: true,
        connected: None,
        exception: None,
        predicted: Some(true),
        note: String::new(),
    }
}

pub fn pack(period: &str) -> Pack {
    Pack {
        period: period.parse().unwrap(),
        party: None,
        methodology: "pmm-2018".into(),
        as_at: t(0),
        root_manifest: "ab".repeat(32),
        rules: "r1".into(),
        register_revision: 0,
        files: vec![PackFile { path: "pack.json".into(), sha256: "cd".repeat(32), bytes: 10 }],
        status: PackStatus::Built,
        number: None,
        replaces: None,
        reissue_reason: None,
        accepted: None,
    }
}
