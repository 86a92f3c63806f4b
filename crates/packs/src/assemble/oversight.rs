//! What people state, feel, claim and decide around the figures: a chapter each, where there is anything.

use super::{
    Material,
    cells::{self, count, counts, label, text},
    words,
};
use crate::oversight::{class_lines, effects, held_against, regions, statements};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::{MeasureResult, oversight::tension::Tension};
use northbound_registers::records::feedback::examples::state;
use northbound_types::Region;

/// All chapters that have something to say.
pub(super) fn sections(d: &Material<'_>) -> Vec<Section> {
    [claims(d), evidence(d), sentiment(d), events(d), packages(d), examples(d)]
        .into_iter()
        .flatten()
        .collect()
}

fn results(d: &Material<'_>) -> Vec<MeasureResult> {
    d.data.results.iter().map(|n| n.result.clone()).collect()
}

fn section(id: &str, heading: &str, message: &str, blocks: Vec<Block>) -> Option<Section> {
    (!blocks.is_empty()).then(|| Section {
        id: id.to_owned(),
        heading: heading.to_owned(),
        message: message.to_owned(),
        intro: Vec::new(),
        blocks,
    })
}

/// Statements on the service beside what was measured, notes apart, and assurance work (S1, S3, S4).
fn claims(d: &Material<'_>) -> Option<Section> {
    let results = results(d);
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for k in statements(d.e) {
        let s = &k.record;
        let Some((tension, beside)) = held_against(s, &results) else {
            notes.push(vec![
                Cell::words(print::day(s.on)),
                Cell::words(s.author.clone()),
                Cell::words(s.text.clone()),
            ]);
            continue;
        };
        let measured: Vec<String> = beside
            .iter()
            .filter(|b| if tension == Tension::InTension { b.worse } else { true })
            .map(|b| {
                format!(
                    "{} {} {}: {}",
                    b.measure,
                    b.provider,
                    words::region(b.region),
                    b.band.words()
                )
            })
            .collect();
        let basis = if s.basis.is_empty() { "none given".to_owned() } else { s.basis.clone() };
        rows.push(vec![
            Cell::words(s.text.clone()),
            Cell::words(s.colour.map_or_else(String::new, |c| c.to_string())),
            Cell::words(s.author.clone()),
            Cell::words(basis),
            Cell::words(measured.join("; ")),
            Cell::words(tension.to_string()),
        ]);
    }
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "status-claims",
            "What is stated of the service, and what was measured",
            vec![
                label("text", "Statement"),
                text("colour", "Claims"),
                text("author", "By"),
                text("basis", "Basis given"),
                text("measured", "Measured"),
                text("standing", "Together"),
            ],
            rows,
        )));
    }
    if !notes.is_empty() {
        blocks.push(Block::Table(cells::table(
            "status-notes",
            "Notes; they enter no figure",
            vec![label("on", "On"), text("author", "By"), text("text", "Note")],
            notes,
        )));
    }
    let audits: Vec<Vec<Cell>> =
        d.e.known
            .registered
            .oversight
            .audits
            .iter()
            .filter(|k| k.record.on < d.e.known.as_at.day().plus(1))
            .map(|k| {
                let a = &k.record;
                let worth = a.evidence.as_ref().map_or_else(
                    || "a claim: no evidence is attached".to_owned(),
                    |e| format!("evidence: {e}"),
                );
                vec![
                    Cell::words(a.scope.clone()),
                    Cell::words(print::day(a.on)),
                    Cell::words(a.result.clone()),
                    Cell::words(worth),
                    Cell::words(a.told_by.clone()),
                ]
            })
            .collect();
    if !audits.is_empty() {
        blocks.push(Block::Table(cells::table(
            "audits",
            "Assurance work",
            vec![
                label("scope", "Scope"),
                text("on", "On"),
                text("result", "Result as told"),
                text("worth", "Worth"),
                text("told_by", "Told by"),
            ],
            audits,
        )));
    }
    section(
        "status",
        "Statements on the service",
        "What is claimed stands beside what was measured; neither takes the other's place.",
        blocks,
    )
}

/// Evidence by region (M13, M14), where somebody other than the network gave some.
fn evidence(d: &Material<'_>) -> Option<Section> {
    let (found, compared) = regions::evidence(d.e, d.data).ok()?;
    let others = |s: northbound_measures::oversight::evidence::Side| {
        !matches!(
            s,
            northbound_measures::oversight::evidence::Side::ContractMeasure
                | northbound_measures::oversight::evidence::Side::OwnRequests
        )
    };
    if !found.iter().flat_map(|r| &r.witnesses).any(|w| others(w.side)) {
        return None;
    }
    let mut rows = Vec::new();
    for r in &found {
        for w in &r.witnesses {
            let ratio = w.ratio.map_or_else(|| Cell::words(""), |r| cells::ratio(r.num, r.den));
            rows.push(vec![
                Cell::words(words::region(r.region)),
                Cell::words(w.side.to_string()),
                Cell::words(w.what.clone()),
                ratio,
                Cell::words(w.says.to_string()),
                Cell::words(w.why.clone()),
            ]);
        }
    }
    let mut blocks = vec![Block::Table(cells::table(
        "evidence-sources",
        "What each source says of each region",
        vec![
            label("region", "Region"),
            text("side", "Source"),
            text("what", "What"),
            cells::shares("share", "Share"),
            text("says", "Says"),
            text("why", "Why"),
        ],
        rows,
    ))];
    let tests: Vec<Vec<Cell>> = compared
        .iter()
        .map(|c| {
            let (points, interval, finding) = match &c.difference {
                Ok(x) => {
                    (x.points.clone(), format!("{} to {}", x.low, x.high), x.found.to_string())
                }
                Err(why) => (String::new(), String::new(), why.clone()),
            };
            vec![
                Cell::words(words::region(c.region)),
                count(c.own.num),
                count(c.own.den),
                count(c.others.num),
                count(c.others.den),
                Cell::words(points),
                Cell::words(interval),
                Cell::words(finding),
            ]
        })
        .collect();
    if !tests.is_empty() {
        blocks.push(Block::Table(cells::table(
            "user-tests",
            "Read tests that Users ran, against the other regions",
            vec![
                label("region", "Region"),
                counts("answered", "Answered", "tests"),
                counts("sent", "Sent", "tests"),
                counts("others_answered", "Others answered", "tests"),
                counts("others_sent", "Others sent", "tests"),
                text("points", "Difference, points"),
                text("interval", "Interval"),
                text("finding", "Finding"),
            ],
            tests,
        )));
    }
    let names = |s: &[northbound_measures::oversight::evidence::Side]| {
        s.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ")
    };
    let conflicts: Vec<Para> = found
        .iter()
        .filter(|r| r.conflict)
        .map(|r| {
            Para::plain(format!(
                "{}: {} say that the service is well; {} say that it is not.",
                words::region(r.region),
                names(&r.well),
                names(&r.not_well)
            ))
        })
        .collect();
    let message = if conflicts.is_empty() {
        "The sources do not contradict each other."
    } else {
        "Sources contradict each other; none is dropped."
    };
    let mut s = section("evidence", "Evidence by region", message, blocks)?;
    s.intro = conflicts;
    Some(s)
}

/// What parties say, by class, small classes hidden (M15).
fn sentiment(d: &Material<'_>) -> Option<Section> {
    let lines = class_lines(d.e).ok()?;
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|l| {
            let class = if l.class.is_empty() { "all classes" } else { &l.class };
            let region = if l.region == Region::None {
                "The service as a whole"
            } else {
                words::region(l.region)
            };
            let numbers = match l.counts {
                Some(m) => [m.parties, m.poor, m.fair, m.good].map(count),
                None => std::array::from_fn(|_| {
                    Cell::null(northbound_types::NullReason::Suppressed, l.hidden.clone())
                }),
            };
            [vec![Cell::words(region), Cell::words(class)], numbers.to_vec()].concat()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("region", "Region"),
        text("class", "Class of party"),
        counts("parties", "Parties", "parties"),
        counts("poor", "Poor", "parties"),
        counts("fair", "Fair", "parties"),
        counts("good", "Good", "parties"),
    ];
    section(
        "sentiment",
        "User sentiment",
        "Each party counts once a month and region; none is named.",
        vec![Block::Table(cells::table(
            "sentiment-classes",
            "What parties say of the service",
            columns,
            rows,
        ))],
    )
}

/// Exceptional Events whose days touch the period (M20).
fn events(d: &Material<'_>) -> Option<Section> {
    let mut blocks = Vec::new();
    for (n, k) in
        d.e.known
            .registered
            .oversight
            .cases
            .iter()
            .filter(|k| k.record.from < d.e.period.after() && k.record.to >= d.e.period.first())
            .enumerate()
    {
        let c = &k.record;
        blocks.push(Block::Text(Para::plain(format!(
            "{} ({} to {}), claimed by {}: {}.",
            c.title,
            print::day(c.from),
            print::day(c.to),
            c.claimant,
            c.standing(d.e.known.as_at.day())
        ))));
        let steps = c
            .steps
            .iter()
            .map(|s| {
                vec![
                    Cell::words(s.what.to_string()),
                    Cell::words(print::day(s.on)),
                    Cell::words(s.by.clone()),
                    Cell::words(s.text.clone()),
                    Cell::words(s.document.clone()),
                ]
            })
            .collect();
        blocks.push(Block::Table(cells::table(
            &format!("case-steps-{n}"),
            format!("{}: steps", c.title),
            vec![
                label("what", "Step"),
                text("on", "On"),
                text("by", "By"),
                text("text", "In words"),
                text("document", "Document"),
            ],
            steps,
        )));
        let rows: Vec<Vec<Cell>> = effects(d.e, c)
            .unwrap_or_default()
            .into_iter()
            .map(|x| {
                let id = d
                    .data
                    .results
                    .iter()
                    .find(|n| n.result.key() == x.with.key())
                    .map(|n| n.id.clone());
                let with = id.map_or_else(
                    || cells::figure(&x.with.figure, x.with.decimals, &x.with.levels.list()),
                    |id| cells::result(&x.with, &id),
                );
                let without = x.without.as_ref().map_or_else(
                    || Cell::null(northbound_types::NullReason::NotDeterminable, x.note.clone()),
                    |w| cells::figure(&w.figure, w.decimals, &w.levels.list()),
                );
                vec![Cell::words(words::row(&x.with)), with, without, Cell::words(x.note)]
            })
            .collect();
        if !rows.is_empty() {
            blocks.push(Block::Table(cells::table(
                &format!("case-effect-{n}"),
                format!("{}: with and without the event", c.title),
                vec![
                    label("row", "Measure, provider, region"),
                    cells::shares("with", "As reported, with it"),
                    cells::shares("without", "Without it"),
                    text("note", "What was taken out"),
                ],
                rows,
            )));
        }
    }
    section(
        "exceptional-events",
        "Exceptional Events",
        "Both values are given; criteria met is not granted.",
        blocks,
    )
}

/// Work packages whose quarter touches the period (S5).
fn packages(d: &Material<'_>) -> Option<Section> {
    let pounds = |p: Option<i64>| {
        p.map_or_else(|| "not given".to_owned(), |p| format!("£{}.{:02}", p / 100, p % 100))
    };
    let rows: Vec<Vec<Cell>> = d
        .e
        .known
        .registered
        .oversight
        .packages
        .iter()
        .filter(|k| k.record.from < d.e.period.after() && k.record.to >= d.e.period.first())
        .flat_map(|k| {
            let w = &k.record;
            let quarter = format!(
                "{} of a {} year: {} to {}",
                w.quarter,
                w.definition,
                print::day(w.from),
                print::day(w.to)
            );
            let head = [w.title.clone(), quarter, w.state.to_string()].map(Cell::words).to_vec();
            w.lines
                .iter()
                .map(move |l| {
                    [
                        head.clone(),
                        [l.activity.clone(), pounds(l.budget_pence), pounds(l.actual_pence)]
                            .map(Cell::words)
                            .to_vec(),
                    ]
                    .concat()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("title", "Work package"),
        text("quarter", "Quarter"),
        text("state", "State"),
        text("activity", "Activity"),
        text("budget", "Budget"),
        text("actual", "Spent"),
    ];
    section(
        "work-packages",
        "Work packages",
        "An amount that nobody gave is not given here either.",
        vec![Block::Table(cells::table(
            "work-package-lines",
            "Activities of the quarter",
            columns,
            rows,
        ))],
    )
}

/// Examples of where reports disagree, by state (R2). No sender is named.
fn examples(d: &Material<'_>) -> Option<Section> {
    let o = &d.e.known.registered.oversight;
    let rows: Vec<Vec<Cell>> = o
        .examples
        .iter()
        .map(|k| {
            let p = o.passed.get(&k.id);
            let (to, answer) =
                p.map_or_else(Default::default, |p| (p.passed_to.clone(), p.answer.clone()));
            [k.id.clone(), k.record.about.clone(), state(&k.record, p).to_string(), to, answer]
                .map(Cell::words)
                .to_vec()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("id", "Example"),
        text("about", "About"),
        text("state", "State"),
        text("to", "Passed on to"),
        text("answer", "Answer"),
    ];
    section(
        "examples",
        "Examples of report discrepancies",
        "Each example has a state until it is answered.",
        vec![Block::Table(cells::table("example-list", "Examples and their state", columns, rows))],
    )
}
