//! An invented pack of an invented network: every kind of figure, null, block and chart.
mod chapters;
mod charts;

use northbound_documents::model::*;
use northbound_types::{Day, Period, Utc, figure::NullReason};

pub fn utc(text: &str) -> Utc {
    text.parse().expect("a time")
}
pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A figure id from a number: sixteen hexadecimal digits.
pub fn id(n: u64) -> String {
    format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// A percentage with two decimals, as the measures room prints it.
pub fn share(num: u64, den: u64) -> Cell {
    let levels =
        [(99, 100), (96, 100), (995, 1_000)].map(|(num, den)| northbound_types::Ratio { num, den });
    let text = northbound_types::percent::percent(northbound_types::Ratio { num, den }, 2, &levels)
        .expect("a denominator");
    Cell::share(format!("{text} %"), text, num, den)
}

pub fn pack() -> Document {
    Document {
        title: "Monthly performance pack".into(),
        network: "Exemplar Metering Network (invented)".into(),
        period: Period::month(2026, 4),
        version: 2,
        status: Status::Issued {
            number: 2,
            at: utc("2026-06-22T10:00:00Z"),
            by: "A. Example, reporting analyst".into(),
        },
        marking: "Green".into(),
        as_at: utc("2026-06-22T00:00:00Z"),
        cut_off: utc("2026-05-01T00:00:00Z"),
        methodology: Named {
            id: "pmm-2018".into(),
            title: "Performance methodology, edition 2018".into(),
        },
        origin: Origin {
            manifest: "3f9a51c07be2d4a8866e1b7a90c4d2f15b0e7734a1c29d60".into(),
            rules: "b7c41e09a2f85d13".into(),
        },
        previous: "Version 1, issue 1 of 22 May 2026; last month's pack: March 2026, issue 1"
            .into(),
        front: front(),
        sections: chapters::all(),
        evidence: vec!["volumes-section".into()],
        shorthand: shorthand(),
        rules: rules(),
        sources: vec![
            SourceFile {
                name: "cspn-april-2026.csv".into(),
                kind: "Stated figures".into(),
                feed: "cspn-monthly".into(),
                rows: 412,
                sha256: "9c".repeat(32),
                known: utc("2026-05-20T08:30:00Z"),
            },
            SourceFile {
                name: "messages-2026-04.parquet".into(),
                kind: "Messages".into(),
                feed: "gateway".into(),
                rows: 41_882_307,
                sha256: "41".repeat(32),
                known: utc("2026-05-01T02:00:00Z"),
            },
        ],
    }
}

fn shorthand() -> Vec<Shorthand> {
    [
        ("[p]", "provisional: based on an unconfirmed rule"),
        ("[low]", "low volume: too few events to be evidence"),
        ("[d]", "disputed: sources contradict each other"),
        ("[s]", "suspect: the source was faulty for part of the period"),
        ("[r]", "revised since the last issue"),
    ]
    .into_iter()
    .map(|(m, w)| Shorthand { mark: m.into(), words: w.into() })
    .chain(
        NullReason::ALL
            .iter()
            .map(|r| Shorthand { mark: r.mark().into(), words: r.words().into() }),
    )
    .collect()
}

fn rules() -> Vec<RuleUsed> {
    let rule =
        |id: &str, title: &str, mark: &str, source: &str, needs: bool, by: Option<&str>| RuleUsed {
            id: id.into(),
            title: title.into(),
            mark: mark.into(),
            source: source.into(),
            note: String::new(),
            needs_confirmation: needs,
            confirmed_by: by.map(Into::into),
        };
    vec![
        rule(
            "measure:PM4.3",
            "Round-trip-time test commands",
            "published",
            "Measures, edition 2018, section 4.3",
            false,
            None,
        ),
        rule(
            "levels:PM4.3",
            "Target 99 %, minimum 96 %",
            "second-hand",
            "Minutes of an invented meeting",
            true,
            Some("A. Example, 3 May 2026"),
        ),
        rule("target:8.14.1", "Target Response Time 30 s on demand", "assumed", "", true, None),
        RuleUsed {
            note: "Mean of rows, not weighted by volume.".into(),
            ..rule("aggregate:CPM1", "CPM1 is the mean of its rows", "memory", "", true, None)
        },
    ]
}

fn headline(
    (measure, title): (&str, &str),
    region: &str,
    provider: &str,
    cell: Cell,
    levels: (&str, &str),
    traffic: &str,
    section: &str,
) -> Headline {
    Headline {
        measure: measure.into(),
        title: title.into(),
        region: region.into(),
        provider: provider.into(),
        cell,
        target: levels.0.into(),
        minimum: levels.1.into(),
        traffic: traffic.into(),
        age_days: Some(53),
        section: section.into(),
        exception: None,
    }
}

pub fn unreliable() -> Cell {
    Cell::null(
        NullReason::Unreliable,
        "the provider's reporting tool was faulty from 11 to 20 April 2026 (fault F-17); CSPN repairs it",
    )
}

fn front() -> Front {
    Front {
        warnings: vec![Para::plain(
            "North has no firmware figure for April: the provider's reporting tool was faulty for ten days. Figures of North are sound again from 21 April 2026.",
        )],
        statements: vec![
            Para::plain("Users' own requests in North were answered in time in ")
                .figure("90.00 %", id(2))
                .text(" of attempts; the provider's test commands show ")
                .figure("100.00 %", id(1))
                .text(", because tests that timed out are left out."),
            Para::plain("CPM1 can't be determined: one of its components has no figure."),
            Para::plain("South and Central met every target that has a figure."),
        ],
        headlines: [tests_by_region(), other_measures()].concat(),
        shortfalls: shortfalls(),
        exceptions: vec![ActiveException {
            reference: "EX-4".into(),
            title: "coverage of the northern islands".into(),
            measures: vec!["PM12.1".into()],
            from: day("2026-02-01"),
            to: None,
            state: "criteria met, letter due".into(),
        }],
        blocks: vec![Block::Multiples(charts::regions())],
        brief: brief(),
    }
}

fn brief() -> Brief {
    Brief {
        summary: vec![Para::plain(
            "Of 6 rows 2 met their target, 2 are below it, 1 is below minimum, and 1 has no figure.",
        )],
        banner: vec![Para::plain(
            "12 rules are not confirmed: figures that rest on them are provisional. `northbound rules confirm ID` changes that.",
        )],
        unknown: vec![Unknown {
            count: 1,
            rows: "CPM1 (National)".into(),
            reason: "one of its components has no figure".into(),
            since: "new in April 2026".into(),
        }],
        changes: vec![Para::plain("Since Issue 1, 1 figure changed.")],
        due: vec![Due {
            what: "Say when the capacity of the North is enough".into(),
            who: "CSPN".into(),
            when: "30 June 2026".into(),
        }],
    }
}

/// The headlines on test commands.
fn tests_by_region() -> Vec<Headline> {
    let (rtt, lv) = ("Round-trip-time test commands", ("99 %", "96 %"));
    vec![
        headline(
            ("PM4.3", rtt),
            "North",
            "CSPN",
            share(900, 1_000).figure(id(2)).band(Band::BelowMinimum),
            lv,
            "31.2 %",
            "tests",
        ),
        headline(
            ("PM4.3", rtt),
            "Central",
            "CSPC",
            share(99_214, 100_000).figure(id(3)).band(Band::Met),
            lv,
            "36.0 %",
            "tests",
        ),
        headline(
            ("PM4.3", rtt),
            "South",
            "CSPS",
            share(98_120, 100_000).figure(id(4)).band(Band::BelowTarget).state(
                CellState::Provisional,
                "[p]",
                "rests on an assumed Target Response Time of 30 s",
            ),
            lv,
            "32.8 %",
            "tests",
        ),
    ]
}

/// The other headlines.
fn other_measures() -> Vec<Headline> {
    let (avail, fw, lv) = ("WAN gateway availability", "Firmware payloads", ("99 %", "96 %"));
    let mut outage = headline(
        ("PM12.1", "Outage alerts, small events"),
        "North",
        "CSPN",
        share(9_402, 10_000).figure(id(9)).band(Band::BelowMinimum),
        ("99 %", "96 %"),
        "",
        "alerts",
    );
    outage.exception = Some("EX-4".into());
    vec![
        headline(
            ("PM6.2", avail),
            "North",
            "CSPN",
            share(44_417, 44_640).figure(id(5)).band(Band::Met),
            ("99.5 %", "99 %"),
            "",
            "availability",
        ),
        headline(
            ("PM6.2", avail),
            "South",
            "CSPS",
            share(44_416, 44_640).figure(id(6)).band(Band::BelowTarget),
            ("99.5 %", "99 %"),
            "",
            "availability",
        ),
        headline(
            ("PM2", fw),
            "North",
            "CSPN",
            unreliable().figure(id(7)).band(Band::NoFigure),
            lv,
            "",
            "firmware",
        ),
        headline(
            ("CPM1", "On-demand Service Responses"),
            "National",
            "",
            Cell::null(
                NullReason::NotDeterminable,
                "PM2 North has no figure; between 91.20 % and 97.90 %",
            )
            .figure(id(8))
            .band(Band::NoFigure),
            lv,
            "",
            "contributions",
        ),
        outage,
    ]
}

fn shortfalls() -> Vec<Shortfall> {
    vec![
        Shortfall {
            measure: "PM4.3".into(),
            what: "Users' requests not answered in time".into(),
            region: "North".into(),
            cell: share(900, 1_000).figure(id(2)).band(Band::BelowMinimum),
            level: "a minimum of 96 %".into(),
            since: "Since January 2026: 4 months in a row, 9 of the last 12; one month unknown"
                .into(),
            why: "Two regional gateways lost their routes after a software change.".into(),
            why_from: "in the report; the same reason as last month".into(),
            acts: "CSPN".into(),
            action: "replaces the routing tables by 30 June 2026 (action A-112, moved once)".into(),
        },
        Shortfall {
            measure: "PM6.2".into(),
            what: "Unscheduled minutes of downtime".into(),
            region: "South".into(),
            cell: share(44_416, 44_640).figure(id(6)).band(Band::BelowTarget),
            level: "a target of 99.5 %".into(),
            since: "April 2026 only".into(),
            why: String::new(),
            why_from: String::new(),
            acts: String::new(),
            action: String::new(),
        },
    ]
}
