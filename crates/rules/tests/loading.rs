//! Embedded rules, overlay, errors with their place, identity.

#[allow(dead_code, reason = "each test binary uses its part")]
use crate::overlay;
use northbound_rules::{
    RuleSet,
    files::{EMBEDDED, MAX_FILE_BYTES, MAX_OVERLAY_FILES},
    measure::{ActivityPeriod, Basis},
};
use northbound_types::{NullReason, Region};
use overlay::Overlay;

#[test]
fn the_embedded_rules_load_without_any_finding() {
    let set = RuleSet::embedded().unwrap();
    assert_eq!(set.check(), []);
    assert_eq!(set.files().len(), EMBEDDED.len());
    assert!(set.files().iter().all(|f| !f.overlaid));
}

#[test]
fn every_file_of_the_folder_is_embedded() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            for inner in std::fs::read_dir(entry.path()).unwrap() {
                found.push(format!("{name}/{}", inner.unwrap().file_name().into_string().unwrap()));
            }
        } else {
            found.push(name);
        }
    }
    found.sort();
    assert_eq!(found, EMBEDDED.iter().map(|(n, _)| (*n).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_measures_are_those_of_the_facts() {
    let set = RuleSet::embedded().unwrap();
    for id in [
        "CPM1", "CPM2", "CPM3", "CPM4", "CPM5", "CPM6", "CPM7", "CPM8", "DSP1.1", "DSP1.2",
        "DSP1.3", "DSP1.4", "PM1.1", "PM1.2", "PM2", "PM2.1", "PM3.1", "PM4.1", "PM4.2", "PM4.3",
        "PM6.2", "PM12.1", "PM12.2", "COV1", "UR1", "UR2",
    ] {
        assert!(set.measure(id).is_some(), "{id}");
    }
    assert!(set.measure("PM4").is_none() && set.measure("4.3").is_none());
    // The name trap: PM2 is firmware, PM2.1 is availability.
    assert_eq!(set.measure("PM2").unwrap().basis, Basis::Payloads);
    assert!(
        matches!(&set.measure("PM2.1").unwrap().basis, Basis::Availability { service } if service == "DCC Data Service")
    );
    // Eight and eleven rows feed CPM1 and CPM2.
    for (cpm, rows) in [("CPM1", 8), ("CPM2", 11)] {
        let Basis::Composite { of, .. } = &set.measure(cpm).unwrap().basis else { panic!("{cpm}") };
        assert_eq!(
            of.iter().map(|id| set.measure(id).unwrap().rows.len()).sum::<usize>(),
            rows,
            "{cpm}"
        );
    }
    let wgi = set.measure("PM6.2").unwrap();
    assert_eq!(
        wgi.rows.iter().map(|r| wgi.basis.service_of(r).unwrap()).collect::<Vec<_>>(),
        ["WGI CSPC", "WGI CSPS"]
    );
    let quarterly = set.measure("PM1.2").unwrap();
    assert_eq!((quarterly.period, quarterly.lag), (ActivityPeriod::Quarter, 1));
    assert!(set.measure("PM12.1").unwrap().levels.is_empty());
}

#[test]
fn lists_answer() {
    let set = RuleSet::embedded().unwrap();
    assert_eq!(set.provider_region("CSPN"), Some(Region::North));
    assert_eq!(set.provider_region("DSP"), Some(Region::None));
    assert_eq!(set.provider_region("CSP"), None);
    assert_eq!(set.provider_of(Region::South), Some("CSPS"));
    assert_eq!((set.provider_of(Region::None), set.provider_of(Region::Unknown)), (None, None));
    assert_eq!(
        (
            set.process_of("2.2"),
            set.process_of("8.1.1"),
            set.process_of("11.3"),
            set.process_of("99.9")
        ),
        ("prepayment", "install-and-commission", "firmware", "other")
    );
    assert_eq!(set.processes().count(), 6);
    for reason in NullReason::ALL {
        assert!(set.shorthand().any(|(m, w)| m == reason.mark() && !w.is_empty()), "{reason}");
    }
    assert!(set.codes().response("I0").is_some());
    assert!(
        set.codes().alert("AD1").unwrap().meaning.contains("power outage")
            && set.codes().alert("8F66").is_some()
    );
}

#[test]
fn an_overlay_replaces_one_file_and_changes_the_identity() {
    let embedded = RuleSet::embedded().unwrap();
    let o = Overlay::new().edited("targets.toml", "limit = \"25 s\"", "limit = \"26 s\"");
    let set = o.load().unwrap();
    assert_ne!(set.id(), embedded.id());
    assert_eq!(
        set.files().iter().filter(|f| f.overlaid).map(|f| f.name.as_str()).collect::<Vec<_>>(),
        ["targets.toml"]
    );
    assert_eq!(set.measures(), embedded.measures());
    // The same bytes are the same rules, wherever they come from.
    let same = Overlay::new().edited("targets.toml", "[[target]]", "[[target]]").load().unwrap();
    assert_eq!(same.id(), embedded.id());
    assert_eq!(RuleSet::load(Some(&o.path().join("nowhere"))).unwrap().id(), embedded.id());
    assert_eq!(embedded.id().len(), 64);
}

#[test]
fn an_overlay_may_add_measures_and_hide_dot_files() {
    let text = "[[measure]]\nid = \"LOCAL.1\"\ntitle = \"A measure of one's own\"\nunit = \"events\"\nperiod = \"month\"\n\
        rows = [{ provider = \"CSPN\", region = \"north\" }]\nbasis = { kind = \"exchanges\", select = { srv = [\"4.1.1\"] } }\nmark = \"assumed\"\n";
    let set = Overlay::new().with("measures/own.toml", text).with(".notes", "x").load().unwrap();
    assert_eq!(set.measure("LOCAL.1").unwrap().decimals, 2);
}

/// Name of the file, its text, and what the error must say.
const REFUSED: &[(&str, &str, &[&str])] = &[
    (
        "targets.toml",
        "[[target]]\nlimit = \"30 s\"\nfrom = \"2020-01-01\"\nmark = \"memory\"\nsvr = \"4.1.1\"\n",
        &["targets.toml line 5 column 1", "svr", "unknown field"],
    ),
    (
        "targets.toml",
        "[[target]]\nmode = \"on demand\"\nlimit = \"30 s\"\nfrom = \"2020-01-01\"\nmark = \"memory\"\n",
        &["line 2 column 8", "mode", "on-demand"],
    ),
    (
        "targets.toml",
        "[[target]]\nlimit = \"30\"\nfrom = \"2020-01-01\"\nmark = \"memory\"\n",
        &["line 2", "limit", "such as \"30 s\""],
    ),
    (
        "targets.toml",
        "[[target]]\nlimit = \"30 s\"\nfrom = \"2020-02-30\"\nmark = \"memory\"\n",
        &["line 3", "from", "not a day"],
    ),
    (
        "targets.toml",
        "[[target]]\nlimit = \"30 s\"\nfrom = \"2020-02-01\"\nmark = \"hearsay\"\n",
        &["line 4", "mark", "second-hand"],
    ),
    ("targets.toml", "[[target\n", &["targets.toml line 1"]),
    (
        "settings.toml",
        "[[setting]]\nkey = \"wilson\"\ntitle = \"z\"\nfrom = \"2020-01-01\"\nvalue = 1\nmark = \"memory\"\n",
        &["line 2", "is no setting", "wilson-z"],
    ),
    (
        "settings.toml",
        "[[setting]]\nkey = \"outage-window-minutes\"\ntitle = \"t\"\nfrom = \"2020-01-01\"\nvalue = 7\nmark = \"memory\"\n",
        &["line 5", "divides 1440"],
    ),
    (
        "measures/cpm.toml",
        "[[measure]]\nid = \"CPM1\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nlag = 13\nrows = []\nbasis = { kind = \"stated-only\" }\nmark = \"memory\"\n",
        &["line 6", "lag", "0 to 12"],
    ),
    (
        "measures/cpm.toml",
        "[[measure]]\nid = \"CPM1\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nrows = []\nbasis = { kind = \"stated-only\" }\nmark = \"memory\"\n",
        &["line 2", "rows", "at least one"],
    ),
    (
        "measures/own.toml",
        "[[measure]]\nid = \"X\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nrows = [{ provider = \"DSP\", region = \"none\" }]\nbasis = { kind = \"exchanges\", select = { mode = [\"soon\"] } }\nmark = \"memory\"\n",
        &["X: basis", "soon"],
    ),
    (
        "measures/own.toml",
        "[[measure]]\nid = \"X\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"year\"\nrows = []\nbasis = { kind = \"stated-only\" }\nmark = \"memory\"\n",
        &["measures/own.toml line 5 column 10", "\"year\"", "month, quarter"],
    ),
    (
        "measures/own.toml",
        "[[measure]]\nid = \"X\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nrows = []\nbasis = { kind = \"hubs\", when = \"later\" }\nmark = \"memory\"\n",
        &["line 7", "\"later\"", "at-install, within-90-days"],
    ),
    (
        "methodologies/own.toml",
        "id = \"own\"\ntitle = \"t\"\nfrom = \"2020-01-01\"\ncount = \"all\"\nsubject = \"tests\"\naggregate = \"mean\"\ncoverage_floor = \"90%\"\nmark = \"memory\"\n",
        &["methodologies/own.toml line 4 column 9", "count", "answered-only, all-attempts"],
    ),
    (
        "methodologies/own.toml",
        "id = \"own\"\ntitle = \"t\"\nfrom = \"2020-01-01\"\ncount = \"all-attempts\"\nsubject = \"test\"\naggregate = \"mean\"\ncoverage_floor = \"90%\"\nmark = \"memory\"\n",
        &["line 5", "subject", "tests, own-requests"],
    ),
    (
        "methodologies/own.toml",
        "id = \"own\"\ntitle = \"t\"\nfrom = \"2020-01-01\"\ncount = \"all-attempts\"\nsubject = \"tests\"\naggregate = \"median\"\ncoverage_floor = \"90%\"\nmark = \"memory\"\n",
        &["line 6", "aggregate", "mean, pooled, product"],
    ),
    (
        "codes/dcc_alert_codes.csv",
        "code,meaning,payload_type,provenance,source,notes\nAD1,x,,hearsay,,\n",
        &["codes/dcc_alert_codes.csv line 2", "provenance", "hearsay", "published", "unknown"],
    ),
    (
        "targets.toml",
        "[[target]]\nlimit = \"30 s\"\nfrom = \"2020-02-01\"\nmark = \"unknown\"\n",
        &["line 4", "mark", "second-hand"],
    ),
    (
        "calendars/own.toml",
        "id = \"own\"\ntitle = \"t\"\nfirst = \"2020-01-01\"\nlast = \"2020-12-31\"\nmark = \"memory\"\nholidays = [\"2021-01-01\"]\n",
        &["line 6", "outside"],
    ),
    ("codes/dcc_alert_codes.csv", "code,meaning\nAD1,x\n", &["line 1", "payload_type", "missing"]),
    ("buckets.csv", "bucket,from_us,to_us\n", &["buckets.csv", "cannot be overlaid"]),
    ("target.toml", "", &["target.toml", "targets.toml"]),
    ("measures/readme.txt", "", &["measures/readme.txt"]),
    ("extra/a.toml", "", &["extra"]),
];

#[test]
fn refusals_say_what_where_and_what_to_do() {
    for (name, text, wanted) in REFUSED {
        let error = Overlay::new().with(name, text).load().unwrap_err().to_string();
        for w in *wanted {
            assert!(error.contains(w), "{name}: {error:?} does not say {w:?}");
        }
    }
}

#[test]
fn a_file_may_have_its_limit_and_not_a_byte_more() {
    let fill = |to: usize| {
        let mut t = overlay::embedded_text("shorthand.toml").to_owned();
        t.push_str(&"#".repeat(to - t.len()));
        t
    };
    Overlay::new().with("shorthand.toml", &fill(MAX_FILE_BYTES)).load().unwrap();
    let error = Overlay::new()
        .with("shorthand.toml", &fill(MAX_FILE_BYTES + 1))
        .load()
        .unwrap_err()
        .to_string();
    assert!(error.contains("shorthand.toml") && error.contains("4194304"), "{error}");
}

#[test]
fn an_overlay_may_have_its_limit_of_files_and_not_one_more() {
    let mut o = Overlay::new();
    for i in 0..MAX_OVERLAY_FILES {
        o = o.with(&format!("measures/m{i}.toml"), "");
    }
    assert!(o.load().is_ok());
    assert!(o.with("measures/one-more.toml", "").load().is_err());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let o = Overlay::new();
    std::fs::write(o.path().join("targets.toml"), [b'#', 0xff]).unwrap();
    assert!(o.load().unwrap_err().to_string().contains("UTF-8 at byte 1"));
}

#[test]
fn an_overlay_that_is_no_folder_is_refused() {
    let o = Overlay::new().with("targets.toml", "");
    let file = o.path().join("targets.toml");
    for path in [file.clone(), file.join("below")] {
        let error = RuleSet::load(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("cannot read"), "{error}");
    }
}
