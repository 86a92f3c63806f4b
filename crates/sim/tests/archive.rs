//! The User's archive, read by the reader that users will read it with.

use northbound_duis::{Limits, Message, Services, read};
use northbound_sim::{Manifest, SimConfig, World, write_world};
use northbound_types::{CommandVariant, Leg};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
};

fn leg_of(number: &str) -> Leg {
    CommandVariant::try_from(number.parse::<u8>().unwrap()).unwrap().leg().unwrap()
}

/// Service Reference Variant by RequestID and leg, from the service's records.
fn recorded(m: &Manifest, out: &Path) -> BTreeMap<(String, Leg), String> {
    let mut known = BTreeMap::new();
    for file in m.files.iter().filter(|f| f.kind == "messages") {
        let mut r = csv::Reader::from_path(out.join(&file.path)).unwrap();
        for row in r.records() {
            let row = row.unwrap();
            known.insert((row[1].to_owned(), row[2].parse::<Leg>().unwrap()), row[6].to_owned());
        }
    }
    known
}

/// The text of the first element of that name.
fn element(text: &str, name: &str) -> String {
    let (_, rest) = text.split_once(&format!("<sr:{name}>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn every_message_is_read_and_the_counts_are_the_truth() {
    let out = tempfile::tempdir().unwrap();
    let m = write_world(
        &World::new(SimConfig { meters: 2_000, days: Some(3), ..SimConfig::default() }).unwrap(),
        out.path(),
        &mut |_| {},
    )
    .unwrap();
    let services =
        Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv")).unwrap();
    let known = recorded(&m, out.path());
    let lost: BTreeSet<&str> =
        m.truth.reconciliation.missing_from_service.iter().map(String::as_str).collect();
    let mut zip = zip::ZipArchive::new(
        std::fs::File::open(out.path().join("duis-archive-user1.zip")).unwrap(),
    )
    .unwrap();
    let (mut requests, mut acknowledged, mut answers, mut alerts) = (0, 0, 0, 0);
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).unwrap();
        let name = file.name().unwrap().to_string();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        match read(&bytes, &Limits::default(), &services).unwrap_or_else(|e| panic!("{name}: {e}"))
        {
            Message::Request(_) => {
                requests += 1;
                let text = String::from_utf8(bytes).unwrap();
                let cut = |name: &str| element(&text, name);
                let leg = leg_of(&cut("CommandVariant"));
                let id = format!("duis/{}/{leg}", cut("RequestID"));
                match known.get(&(cut("RequestID"), leg)) {
                    Some(srv) => assert_eq!(*srv, cut("ServiceReferenceVariant"), "{name}"),
                    None => {
                        assert!(lost.contains(id.as_str()), "{id} is not in the service's records")
                    }
                }
            }
            Message::Response(_) if name.ends_with("-device-alert.xml") => alerts += 1,
            Message::Response(_) if name.ends_with("-response.xml") => answers += 1,
            Message::Response(_) => acknowledged += 1,
        }
    }
    let t = &m.truth.archive;
    assert_eq!(
        (requests, acknowledged, answers, alerts),
        (t.requests, t.immediate, t.answers, t.alerts)
    );
    assert_eq!(zip.len() as u64, t.messages);
    assert!(requests > 100 && acknowledged > 50 && answers > 100 && alerts > 20);
}
