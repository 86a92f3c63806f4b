//! SMETS1: combinations, defects, migration, exposure, criteria (D1 to D14). Each section stands only
//! where something is kept.

use super::{
    Material,
    cells::{self, counts, label, text},
    words,
};
use crate::smets1::{
    Migrated, Stream, WeekLine, expected, exposed, exposure_words, fix_day, hit_list, month_counts,
    streams, weeks,
};
use northbound_documents::{
    model::{Block, Cell, Chart, ChartKind, Para, Point, Section, Series},
    render::words as print,
};
use northbound_measures::{
    smets1::expectation::{Held, Pace, hold},
    statistics::exact::decimal,
};
use northbound_registers::{
    Kept,
    records::smets1::{combinations::Listing, criteria::CriteriaState, defects::Defect},
};
use northbound_types::{Day, NullReason};

/// Decimals of an expected number.
const DECIMALS: u32 = 2;

/// All of them, as far as there is anything to say.
pub(super) fn sections(d: &Material<'_>) -> Vec<Section> {
    [combinations(d), defects(d), migration(d), readiness(d)].into_iter().flatten().collect()
}

fn today(d: &Material<'_>) -> Day {
    d.e.known.as_at.day()
}

fn optional(n: Option<u64>, why: &str) -> Cell {
    n.map_or_else(|| Cell::null(NullReason::NotReported, why), cells::count)
}

fn combinations(d: &Material<'_>) -> Option<Section> {
    let kept = &d.e.known.registered.smets1;
    if kept.combinations.is_empty() {
        return None;
    }
    let mut live_unassessed = 0u64;
    let rows = kept
        .combinations
        .iter()
        .map(|k| {
            let c = &k.record;
            let open: Vec<&Kept<Defect>> = kept
                .defects
                .iter()
                .filter(|x| x.record.is_open() && x.record.combinations.contains(&k.id))
                .collect();
            let unassessed = open.iter().any(|x| !x.record.not_assessed().is_empty());
            if unassessed && c.list == Listing::Eligible {
                live_unassessed += 1;
            }
            let standing = match (c.list, unassessed, c.evidence.is_empty()) {
                (Listing::Eligible, true, _) => "live with a defect not assessed",
                (_, true, _) => "cannot go live: a defect is not assessed",
                (Listing::Pending, _, true) => "cannot go live: no evidence",
                _ => "",
            };
            vec![
                Cell::words(k.id.clone()),
                Cell::words(c.cohort.clone().unwrap_or_default()),
                Cell::words(c.list.to_string()),
                Cell::words(c.first_added.map(print::day).unwrap_or_default()),
                Cell::words(
                    c.evidence
                        .iter()
                        .map(|e| format!("{}: {}", e.proof, e.document))
                        .collect::<Vec<_>>()
                        .join("; "),
                ),
                Cell::words(open.iter().map(|x| x.id.clone()).collect::<Vec<_>>().join(", ")),
                Cell::words(standing),
            ]
        })
        .collect();
    let columns = vec![
        label("combination", "Combination"),
        text("cohort", "Cohort"),
        text("list", "List"),
        text("first_added", "First added"),
        text("evidence", "Evidence"),
        text("defects", "Open defects"),
        text("standing", "Standing"),
    ];
    let warning = (live_unassessed > 0).then(|| {
        Para::plain(format!(
            "{} live while a defect that hits it is not assessed.",
            words::things(live_unassessed, "combination is", "combinations are")
        ))
    });
    Some(Section {
        id: "smets1-combinations".to_owned(), heading: "SMETS1: eligible combinations".to_owned(), message: "Device models with a communications provider, what proves them, and what is open on them.".to_owned(),
        intro: warning.into_iter().collect(), blocks: vec![Block::Table(cells::table("smets1-combination-list", "Combinations", columns, rows))],
    })
}

fn defects(d: &Material<'_>) -> Option<Section> {
    let kept = &d.e.known.registered.smets1;
    if kept.defects.is_empty() {
        return None;
    }
    let (mut rows, mut impact, mut trail, mut fixes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for k in &kept.defects {
        let x = &k.record;
        let name = format!("{}: {}", k.id, x.title);
        let standing = x.asked_in.as_ref().and_then(|a| kept.actions.get(a));
        let [functions, srvs, attributes] = [&x.functions, &x.srvs, &x.attributes]
            .map(|l| Cell::words(hit_list(l.as_deref(), x.asked_in.as_deref(), standing).words));
        rows.push(vec![
            Cell::words(name.clone()),
            Cell::words(x.state.to_string()),
            Cell::words(x.severity.clone().unwrap_or_else(|| "not assessed".to_owned())),
            functions,
            srvs,
            attributes,
            Cell::words(x.combinations.join(", ")),
        ]);
        for i in x.impact() {
            let standing = if i.provisional {
                format!("provisional until {}", i.review)
            } else {
                format!("reviewed at {}", i.review)
            };
            impact.push(vec![
                Cell::words(name.clone()),
                Cell::words(i.class.clone()),
                Cell::words(i.level.to_string()),
                Cell::words(standing),
                Cell::words(format!("{}, {}", i.by, print::day(i.on))),
            ]);
        }
        for t in &x.trail {
            trail.push(vec![
                Cell::words(name.clone()),
                Cell::words(t.body.clone()),
                Cell::words(t.question.clone()),
                Cell::words(t.standing(today(d))),
            ]);
        }
        for (n, f) in x.fixes.iter().rev().enumerate() {
            let when = f.date.map_or_else(
                || format!("“{}”: no day is told", f.stated),
                |day| {
                    if f.stated.is_empty() {
                        print::day(day)
                    } else {
                        format!("{} (“{}”)", print::day(day), f.stated)
                    }
                },
            );
            let by = f
                .confirmed_by
                .as_ref()
                .map_or_else(|| f.sure().to_owned(), |by| format!("{}, says {by}", f.sure()));
            fixes.push(vec![
                Cell::words(name.clone()),
                Cell::words(when),
                Cell::words(by),
                Cell::words(format!("{}, {}", f.by, print::day(f.on))),
                Cell::words(if n == 0 { "holds now" } else { "earlier" }),
            ]);
        }
    }
    let columns = vec![
        label("defect", "Defect"),
        text("state", "State"),
        text("severity", "Severity"),
        text("functions", "Functions hit"),
        text("srvs", "SRVs hit"),
        text("attributes", "Attributes hit"),
        text("combinations", "Combinations hit"),
    ];
    let mut blocks =
        vec![Block::Table(cells::table("smets1-defect-list", "Defects", columns, rows))];
    let mut more = |id: &str, caption: &str, columns, rows: Vec<Vec<Cell>>| {
        if !rows.is_empty() {
            blocks.push(Block::Table(cells::table(id, caption, columns, rows)));
        }
    };
    more(
        "smets1-impact",
        "Impact by class of party",
        vec![
            label("defect", "Defect"),
            text("class", "Class"),
            text("level", "Level"),
            text("standing", "Standing"),
            text("by", "By"),
        ],
        impact,
    );
    more(
        "smets1-bodies",
        "What bodies decide",
        vec![
            label("defect", "Defect"),
            text("body", "Body"),
            text("question", "Asked"),
            text("standing", "As at"),
        ],
        trail,
    );
    more(
        "smets1-fixes",
        "Dates of the fix, newest first",
        vec![
            label("defect", "Defect"),
            text("date", "Date"),
            text("sure", "How sure"),
            text("by", "Given by"),
            text("standing", "Standing"),
        ],
        fixes,
    );
    let (lines, intro) = events(d);
    if !lines.is_empty() {
        let columns = vec![
            label("defect", "Defect"),
            text("reading", "Read as"),
            counts("counted", "Counted", ""),
            cells::column(
                "due",
                "Expected by then",
                northbound_documents::model::ColumnKind::Number,
                "",
            ),
            text("pace", "Pace"),
            text("missing", "Months not counted"),
        ];
        more("smets1-events", "Events against what is expected", columns, lines);
    }
    Some(Section {
        id: "smets1-defects".to_owned(),
        heading: "SMETS1: test defects".to_owned(),
        message: "What they hit, what that means by class, who decides, and how sure the fix is."
            .to_owned(),
        intro,
        blocks,
    })
}

/// Rows of events against expectation, and what is said above them.
fn events(d: &Material<'_>) -> (Vec<Vec<Cell>>, Vec<Para>) {
    let kept = &d.e.known.registered.smets1;
    let (mut rows, mut said) = (Vec::new(), Vec::new());
    for k in &kept.defects {
        let Some(e) = &k.record.expectation else { continue };
        let counts: Vec<_> =
            kept.occurrences.iter().filter(|o| o.defect == k.id).cloned().collect();
        let held: Held = hold(&expected(e), &month_counts(&counts), today(d));
        let open = if held.open_questions.is_empty() {
            String::new()
        } else {
            format!(" Open: {}.", held.open_questions.join("; "))
        };
        said.push(Para::plain(format!(
            "{}: about {} events expected from {} to {}, says {}; {}.{open}",
            k.id,
            e.about,
            print::day(e.from),
            print::day(e.to),
            e.by,
            held.words()
        )));
        for r in &held.readings {
            let span = if r.whole { "for the whole stretch" } else { "for what was left of it" };
            let due = r.due.share().map(|v| decimal(&v, DECIMALS)).unwrap_or_default();
            let pace = match r.pace {
                Pace::Faster => "faster than expected",
                Pace::NotFaster => "not faster",
                Pace::NotDeterminable => "not determinable",
            };
            rows.push(vec![
                Cell::words(k.id.clone()),
                Cell::words(format!("{}, {span}, {} to {}", r.unit, r.from, r.to)),
                cells::count(r.counted),
                Cell {
                    number: Some(due.clone()),
                    state: northbound_documents::model::CellState::Ok,
                    ..Cell::words(due)
                },
                Cell::words(pace),
                Cell::words(
                    r.missing
                        .iter()
                        .map(|m| words::short_period(*m))
                        .collect::<Vec<_>>()
                        .join(", "),
                ),
            ]);
        }
    }
    (rows, said)
}

fn migration(d: &Material<'_>) -> Option<Section> {
    let all = streams(&d.e.known.registered.smets1.migrations);
    if all.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (n, (stream, m)) in all.iter().enumerate() {
        blocks.extend(chart(n + 1, stream, m).map(Block::Chart));
    }
    let (mut rows, mut intro) = (
        Vec::new(),
        vec![Para::plain(
            "Active and dormant installations stand apart and are never added. A plan tells weeks, so exposure is told as least and most.",
        )],
    );
    for k in d.e.known.registered.smets1.defects.iter().filter(|k| k.record.is_open()) {
        let fix = match fix_day(&k.id, &k.record) {
            Ok(day) => day,
            Err(why) => {
                intro.push(Para::plain(format!("No exposure to {} is told: {why}.", k.id)));
                continue;
            }
        };
        for (stream, m) in
            all.iter().filter(|(_, m)| !m.plan.weeks.is_empty() || !m.plan.due.is_empty())
        {
            match exposed(m, fix, None) {
                Ok(e) => rows.push(vec![
                    Cell::words(format!("{}, {}", k.id, stream.words())),
                    Cell::words(format!(
                        "{} ({})",
                        print::day(fix),
                        k.record.fix().map_or("", |f| f.sure())
                    )),
                    cells::count(e.installations),
                    cells::count(e.before_least),
                    cells::count(e.before_greatest),
                    cells::count(e.days_least),
                    optional(e.days_greatest, "the ramp is not told"),
                    Cell::words(exposure_words(&e)),
                ]),
                Err(why) => {
                    intro.push(Para::plain(format!("{}, {}: {why}.", k.id, stream.words())))
                }
            }
        }
    }
    if !rows.is_empty() {
        let columns = vec![
            label("what", "Defect and installations"),
            text("fix", "Fix"),
            counts("installations", "Planned", "installations"),
            counts("before_least", "Before the fix, least", "installations"),
            counts("before_most", "Most", "installations"),
            counts("days_least", "Exposed, least", "installation-days"),
            counts("days_most", "Most", "installation-days"),
            text("words", "In words"),
        ];
        blocks.push(Block::Table(cells::table(
            "smets1-exposure",
            "Exposure before the fix",
            columns,
            rows,
        )));
    }
    Some(Section {
        id: "smets1-migration".to_owned(),
        heading: "SMETS1: migration".to_owned(),
        message: "Plan and actuals by week, and what is exposed before the fix.".to_owned(),
        intro,
        blocks,
    })
}

/// Plan beside actuals, so far, of one stream; none where the plan tells no weeks and nothing was done.
fn chart(n: usize, stream: &Stream, m: &Migrated) -> Option<Chart> {
    let lines: Vec<WeekLine> = weeks(m);
    if lines.is_empty() {
        return None;
    }
    let spare = lines.len().saturating_sub(northbound_documents::model::check::MAX_POINTS);
    let lines = lines.get(spare..)?;
    let point = |n: Option<u64>, why: &str| {
        n.map_or_else(
            || Point::gap("[x]", why),
            |n| {
                let c = cells::count(n);
                Point::value(n.to_string(), c.text)
            },
        )
    };
    let series = |name: &str, of: fn(&WeekLine) -> Option<u64>, why: &str| Series {
        name: name.to_owned(),
        values: lines.iter().map(|l| point(of(l), why)).collect(),
    };
    let rows = lines
        .iter()
        .map(|l| {
            vec![
                Cell::words(print::day(l.week)),
                optional(l.planned, "no plan for the week"),
                optional(l.planned_so_far, "no plan yet"),
                optional(l.actual, "nobody said"),
                optional(l.actual_so_far, "nobody said"),
                Cell::words(l.due.map(|n| cells::count(n).text).unwrap_or_default()),
                Cell::words(l.cap.map(|n| cells::count(n).text).unwrap_or_default()),
            ]
        })
        .collect();
    let unit = "installations";
    let columns = vec![
        label("week", "Week of"),
        counts("planned", "Planned", unit),
        counts("planned_so_far", "Planned so far", unit),
        counts("migrated", "Migrated", unit),
        counts("migrated_so_far", "Migrated so far", unit),
        text("due", "Due in all"),
        text("cap", "Cap a week"),
    ];
    Some(Chart {
        id: format!("smets1-weeks-{n}"),
        title: stream.words(),
        subtitle: "Installations so far, by week".to_owned(),
        kind: ChartKind::Line,
        unit: unit.to_owned(),
        points: lines.iter().map(|l| l.week.to_string()).collect(),
        series: vec![
            series("Planned", |l| l.planned_so_far.or(l.due), "the plan tells no number yet"),
            series("Migrated", |l| l.actual_so_far, "nobody said how many"),
        ],
        levels: Vec::new(),
        annotations: Vec::new(),
        windows: Vec::new(),
        table: cells::table(
            &format!("smets1-weeks-{n}-table"),
            format!("{}, by week", stream.words()),
            columns,
            rows,
        ),
    })
}

fn readiness(d: &Material<'_>) -> Option<Section> {
    let kept = &d.e.known.registered.smets1;
    if kept.criteria.is_empty() && kept.mitigations.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (n, (k, open)) in kept.criteria.iter().enumerate() {
        let c = &k.record;
        let standing = match (c.state, open.is_empty()) {
            (CriteriaState::Decided, _) => {
                c.ruling.map(|r| format!("decided: {r}")).unwrap_or_default()
            }
            (CriteriaState::Ready, true) => "ready".to_owned(),
            (CriteriaState::Ready, false) => "was called ready, and is not".to_owned(),
            (CriteriaState::Open, _) => "not ready".to_owned(),
        };
        let review = c.review.map_or_else(
            || "no day is set for its review".to_owned(),
            |r| format!("review on {}", print::day(r)),
        );
        blocks.push(Block::Text(Para::plain(format!(
            "{} ({}, {}): {standing}; {review}.",
            k.id, c.title, c.body
        ))));
        if !open.is_empty() {
            blocks.push(Block::List(northbound_documents::model::List {
                ordered: false,
                items: open.iter().map(|o| Para::plain(format!("Open: {o}."))).collect(),
            }));
        }
        let rows = c
            .items
            .iter()
            .map(|i| {
                vec![
                    Cell::words(i.title.clone()),
                    Cell::words(i.evidence.as_ref().map_or_else(
                        || "none".to_owned(),
                        |e| format!("{}: {}", e.document, e.text),
                    )),
                    Cell::words(
                        i.evidence
                            .as_ref()
                            .map(|e| format!("{}, {}", e.by, print::day(e.on)))
                            .unwrap_or_default(),
                    ),
                ]
            })
            .collect();
        blocks.push(Block::Table(cells::table(
            &format!("smets1-criteria-{}", n + 1),
            format!("Checklist {}", k.id),
            vec![label("item", "Item"), text("evidence", "Evidence"), text("by", "By")],
            rows,
        )));
    }
    if !kept.mitigations.is_empty() {
        let rows = kept
            .mitigations
            .iter()
            .map(|k| {
                let missing = k.record.missing();
                vec![
                    Cell::words(format!("{}: {}", k.id, k.record.title)),
                    Cell::words(k.record.defect.clone()),
                    Cell::words(if missing.is_empty() { "complete" } else { "incomplete" }),
                    Cell::words(missing.join(", ")),
                    Cell::words(k.record.document.clone()),
                ]
            })
            .collect();
        blocks.push(Block::Table(cells::table(
            "smets1-mitigations",
            "Specifications of mitigations",
            vec![
                label("mitigation", "Mitigation"),
                text("defect", "Defect"),
                text("standing", "Standing"),
                text("missing", "Lacks"),
                text("document", "Document"),
            ],
            rows,
        )));
    }
    Some(Section {
        id: "smets1-readiness".to_owned(),
        heading: "SMETS1: live-service criteria and mitigations".to_owned(),
        message: "Nothing is ready while anything is open.".to_owned(),
        intro: Vec::new(),
        blocks,
    })
}
