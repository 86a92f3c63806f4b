//! The published request templates, fetched at test time with `tests/fetch-duis-templates.sh DIR`
//! and named by `NORTHBOUND_DUIS_TEMPLATES`. They are an oracle from outside: nothing of them is
//! stored in this repository.
//!
//! What is expected of each is found without this crate's reader: the Service Reference Variant
//! in the file's name, the rest by plain text search.

use crate::samples;

use northbound_duis::{
    Limits, Message, Request, body_fields,
    build::{RequestOut, SampleOf, ServiceRef, has_sample, sample},
    read,
};
use northbound_types::{Eui64, Utc};
use std::path::{Path, PathBuf};

/// How many the package of the version that the script fetches holds.
const TEMPLATES: usize = 297;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found)
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xml")) {
            found.push(path)
        }
    }
}

/// The text between the first tag of that name and the next '<'.
fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let tag = format!(":{name}>");
    let from = text.find(&tag)? + tag.len();
    text[from..].split('<').next()
}

/// The variant in the file's name: the part that has a dot and only digits and dots.
fn variant_of_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let part = stem
        .split('_')
        .find(|p| p.contains('.') && p.chars().all(|c| c.is_ascii_digit() || c == '.'));
    // One published name has a dot too many (5.1.).
    part.unwrap_or_else(|| panic!("{stem} names no variant")).trim_end_matches('.').to_owned()
}

fn check(path: &Path, text: &str, r: &Request) {
    let name = path.display();
    assert_eq!(r.srv, variant_of_name(path), "{name}: variant by the file's name");
    assert_eq!(Some(r.srv.as_str()), between(text, "ServiceReferenceVariant"), "{name}");
    assert_eq!(Some(r.service_reference.as_str()), between(text, "ServiceReference"), "{name}");
    assert_eq!(Some(r.variant.to_string().as_str()), between(text, "CommandVariant"), "{name}");
    assert!(r.variant_listed, "{name}: Command Variant {} is not in the catalogue", r.variant);
    let id = between(text, "RequestID").unwrap();
    let parts: Vec<&str> = id.split(':').collect();
    assert_eq!(r.id.text, id, "{name}");
    assert_eq!(r.id.id.originator.to_string(), parts[0].to_uppercase(), "{name}");
    assert_eq!(r.id.id.target.to_string(), parts[1].to_uppercase(), "{name}");
    assert_eq!(r.id.id.counter.to_string(), parts[2], "{name}");
    assert!(r.has_signature, "{name}");
    assert_eq!(r.execution.is_some(), text.contains("ExecutionDateTime>"), "{name}");
    let cancels = name.to_string().contains("CANCELLATION");
    assert!(!cancels || r.cancels, "{name}: named a cancellation, dated {:?}", r.execution);
}

#[test]
fn every_published_template_is_read_as_its_name_says() {
    let Ok(folder) = std::env::var("NORTHBOUND_DUIS_TEMPLATES") else {
        assert!(
            std::env::var_os("NORTHBOUND_CHECK_ALL").is_none(),
            "NORTHBOUND_CHECK_ALL is set and NORTHBOUND_DUIS_TEMPLATES is not: run tests/fetch-duis-templates.sh first"
        );
        eprintln!("left out: published templates (set NORTHBOUND_DUIS_TEMPLATES to their folder)");
        return;
    };
    let mut found = Vec::new();
    files(Path::new(&folder), &mut found);
    found.sort();
    assert_eq!(found.len(), TEMPLATES, "{folder} should hold {TEMPLATES} templates");
    let (services, limits) = (samples::services(), Limits::default());
    let mut variants = std::collections::BTreeSet::new();
    for path in &found {
        let text = std::fs::read_to_string(path).unwrap();
        match read(text.as_bytes(), &limits, &services) {
            Ok(Message::Request(r)) => {
                check(path, &text, &r);
                variants.insert(r.srv);
            }
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    samples_are_alike(&found, &services);
    let missing: Vec<&str> =
        services.iter().map(|s| s.srv.as_str()).filter(|s| !variants.contains(*s)).collect();
    assert!(missing.is_empty(), "services without a template: {missing:?}");
}

/// The paths of the fields of a message's body.
fn paths(xml: &[u8]) -> Vec<String> {
    let fields = body_fields(xml, &Limits::default(), 65_536).unwrap();
    fields.into_iter().map(|f| f.path).collect()
}

fn built(entry: &northbound_duis::ServiceEntry) -> Vec<u8> {
    let (device, now) = (Eui64(0x00DB_1234_5678_90A0), Utc(1_775_044_800_250_000));
    let (variant, body) =
        sample(entry, SampleOf { device, now }).unwrap_or_else(|| panic!("{}", entry.srv));
    RequestOut {
        schema_version: "5.4",
        id: "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:7",
        first_in_sequence: None,
        preceding: None,
        variant,
        service: ServiceRef { reference: &entry.service_reference, srv: &entry.srv },
        body,
    }
    .to_xml()
    .unwrap()
}

/// Each sample has the fields of one of the templates of its service, less optional ones.
fn samples_are_alike(found: &[PathBuf], services: &northbound_duis::Services) {
    for entry in services.iter().filter(|e| has_sample(&e.srv)) {
        let own = paths(&built(entry));
        let published: Vec<Vec<String>> = found
            .iter()
            .filter(|p| variant_of_name(p) == entry.srv)
            .map(|p| paths(&std::fs::read(p).unwrap()))
            .collect();
        let within = |t: &Vec<String>| own.iter().all(|f| t.contains(f));
        assert!(published.iter().any(within), "{}: {own:?} in none of {published:?}", entry.srv);
    }
}

#[test]
fn a_sample_is_read_as_a_request_of_its_service() {
    let services = samples::services();
    let with: Vec<_> = services.iter().filter(|e| has_sample(&e.srv)).collect();
    assert_eq!(with.len(), 61, "every service of the lists is in the catalogue");
    for entry in with {
        let Ok(Message::Request(r)) = read(&built(entry), &Limits::default(), &services) else {
            panic!("{} is not read", entry.srv)
        };
        assert!(r.srv == entry.srv && r.variant_listed && !r.has_signature, "{}", entry.srv);
        assert_eq!(r.schedule.is_some(), entry.srv == "5.1");
    }
    let top_up = services.get("2.2").unwrap();
    let of = SampleOf { device: Eui64(1), now: Utc(0) };
    assert!(
        !has_sample("2.2") && sample(top_up, of).is_none(),
        "a top-up needs a code of 20 digits"
    );
}
