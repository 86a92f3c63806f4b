//! Contradictions are found, named and refused. All rules here are invented.

#[allow(dead_code, reason = "each test binary uses its part")]
use crate::overlay;
use overlay::Overlay;

const TARGET: &str =
    "[[target]]\nsrv = \"4.1.1\"\nlimit = \"30 s\"\nfrom = \"2020-01-01\"\nmark = \"published\"\n";

fn measure(id: &str, basis: &str, more: &str) -> String {
    format!(
        "[[measure]]\nid = \"{id}\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nrows = [{{ provider = \"DSP\", region = \"none\" }}]\nbasis = {basis}\nmark = \"assumed\"\n{more}\n"
    )
}
fn levels(from: &str, target: &str, minimum: &str) -> String {
    format!(
        "[[measure.levels]]\nfrom = \"{from}\"\ntarget = \"{target}\"\nminimum = \"{minimum}\"\nmark = \"published\"\n"
    )
}
const STATED: &str = "{ kind = \"stated-only\" }";

/// The rules must be refused, and one error must name all the words.
fn refused(o: &Overlay, words: &[&str]) {
    let errors: Vec<String> =
        o.findings().iter().filter(|f| f.is_error).map(ToString::to_string).collect();
    assert!(
        errors.iter().any(|e| words.iter().all(|w| e.contains(w))),
        "{words:?} not in {errors:#?}"
    );
    assert!(o.load().is_err());
}

#[test]
fn doubles_are_refused() {
    refused(
        &Overlay::new().with("targets.toml", &(TARGET.to_owned() + TARGET)),
        &["targets.toml line 6", "target/4.1.1", "is there twice from 2020-01-01", "line 1"],
    );
    refused(
        &Overlay::new().with("measures/own.toml", &measure("PM2", STATED, "")),
        &["measure/PM2", "is there twice"],
    );
    refused(
        &Overlay::new()
            .with("methodologies/own.toml", overlay::embedded_text("methodologies/pmm-2018.toml")),
        &["methodology/pmm-2018", "is there twice"],
    );
    let again = overlay::embedded_text("settings.toml").to_owned()
        + "\n[[setting]]\nkey = \"connect-days\"\ntitle = \"t\"\nfrom = \"2010-01-01\"\nvalue = 91\nmark = \"memory\"\n";
    refused(
        &Overlay::new().with("settings.toml", &again),
        &["setting/connect-days", "is there twice from 2010-01-01"],
    );
}

#[test]
fn unknown_services_providers_and_components_are_refused() {
    refused(
        &Overlay::new().with("targets.toml", &TARGET.replace("4.1.1", "4.1.9")),
        &["4.1.9", "not in the catalogue"],
    );
    refused(
        &Overlay::new().with("measures/own.toml", &measure("X", STATED, "").replace("DSP", "CSPX")),
        &["measure/X", "CSPX"],
    );
    refused(
        &Overlay::new().with(
            "measures/own.toml",
            &measure("X", "{ kind = \"composite\", of = [\"PM99\"] }", ""),
        ),
        &["measure/X", "PM99 is no measure"],
    );
    refused(
        &Overlay::new().with(
            "measures/own.toml",
            &measure("X", "{ kind = \"exchanges\", select = { srv = [\"0.0\"] } }", ""),
        ),
        &["measure/X", "0.0"],
    );
    refused(
        &Overlay::new().edited("processes.toml", "\"2.2\"", "\"2.22\""),
        &["process/prepayment", "2.22"],
    );
}

#[test]
fn circles_of_composites_are_refused() {
    let of = |id: &str, part: &str| {
        measure(
            id,
            &format!("{{ kind = \"composite\", of = [\"{part}\"], aggregate = \"mean\" }}"),
            "",
        )
    };
    refused(
        &Overlay::new().with("measures/own.toml", &of("A", "A")),
        &["measure/A", "component of itself"],
    );
    let ring = Overlay::new()
        .with("measures/own.toml", &(of("A", "B") + &of("B", "C") + &of("C", "A") + &of("D", "A")));
    refused(&ring, &["measure/A", "component of itself"]);
    assert!(
        !ring.findings().iter().any(|f| f.rule == "measure/D"),
        "D leads into the circle but is not part of it"
    );
    assert!(
        Overlay::new().with("measures/own.toml", &(of("A", "B") + &of("B", "PM2"))).load().is_ok()
    );
}

#[test]
fn the_aggregate_of_a_new_composite_is_chosen() {
    let own = |rest: &str| {
        let basis = format!("{{ kind = \"composite\", of = [\"PM2\"]{rest} }}");
        Overlay::new().with("measures/own.toml", &measure("X", &basis, ""))
    };
    let warned = |o: &Overlay| {
        o.findings()
            .iter()
            .any(|f| f.rule == "measure/X" && f.to_string().contains("no aggregate is chosen"))
    };
    // A folder with such a rule from before still opens.
    assert!(warned(&own("")) && own("").load().is_ok());
    assert!(!warned(&own(", aggregate = \"pooled\"")));
    // CPM1 and CPM2 are combined as the methodology says.
    assert!(!Overlay::new().findings().iter().any(|f| f.rule == "measure/CPM1"));
}

#[test]
fn rows_do_not_end_before_they_begin() {
    let own = |to: &str| {
        let text = measure("X", STATED, "").replace(
            "region = \"none\"",
            &format!("region = \"none\", from = \"2026-04-01\", to = \"{to}\""),
        );
        Overlay::new().with("measures/own.toml", &text).load()
    };
    assert!(own("2026-04-01").is_ok());
    assert!(own("2026-03-31").unwrap_err().to_string().contains("ends before it begins"));
}

#[test]
fn a_minimum_may_equal_its_target_but_not_exceed_it() {
    let own = |minimum: &str| {
        Overlay::new()
            .with("measures/own.toml", &measure("X", STATED, &levels("2020-01-01", "99%", minimum)))
    };
    assert!(own("99%").load().is_ok());
    refused(&own("99.0001%"), &["levels/X", "minimum is above the target"]);
    let twice = levels("2020-01-01", "99%", "90%") + &levels("2020-01-01", "98%", "90%");
    refused(
        &Overlay::new().with("measures/own.toml", &measure("X", STATED, &twice)),
        &["levels/X", "two versions start on 2020-01-01"],
    );
}

#[test]
fn a_service_in_two_processes_is_refused_and_in_none_is_a_warning() {
    refused(
        &Overlay::new().edited("processes.toml", "\"2.2\"", "\"2.2\", \"4.1.1\""),
        &["4.1.1", "leave it in one process"],
    );
    let gap = Overlay::new().edited("processes.toml", "\"2.2\", ", "");
    let findings = gap.findings();
    assert_eq!(findings.len(), 1);
    assert!(
        !findings[0].is_error && findings[0].problem.contains("2.2 (Top Up Device)"),
        "{}",
        findings[0]
    );
    assert_eq!(gap.load().unwrap().process_of("2.2"), "other");
}

#[test]
fn a_missing_setting_calendar_or_shorthand_is_refused() {
    refused(&Overlay::new().edited("shorthand.toml", "[z]", "[k]"), &["shorthand/[z]"]);
    refused(&Overlay::new().with("settings.toml", ""), &["setting/connect-days", "has no value"]);
    refused(
        &Overlay::new().edited("settings.toml", "\"england-and-wales\"", "\"mars\""),
        &["mars"],
    );
}

#[test]
fn a_target_that_differs_from_the_catalogue_is_a_warning() {
    let o = Overlay::new().edited("targets.toml", "limit = \"5600 s\"", "limit = \"5601 s\"");
    let findings = o.findings();
    assert_eq!(findings.len(), 1);
    assert!(
        !findings[0].is_error
            && findings[0].problem.contains("5600 s for smets2")
            && findings[0].rule == "catalogue/4.8.1",
        "{}",
        findings[0]
    );
    assert!(o.load().is_ok());
}
