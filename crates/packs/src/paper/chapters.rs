//! The chapters. What people wrote is cited with its record, digits and all; what is counted is cited
//! with what it was counted over.

use crate::{
    PackError,
    assemble::{cells, front, marks, words as say},
    data::{Numbered, PackData},
    evidence::Evidence,
    oversight::{Effect, class_lines, effects, held_against, regions, statements},
};
use northbound_documents::{
    paper::{Chapter, Citations, Paragraph, Run, Source, words},
    render::words as print,
};
use northbound_measures::{
    MeasureResult,
    evaluate::bands::Band,
    oversight::explanations::{Explained, Requirement},
};
use northbound_registers::{
    Record, Stored,
    records::{feedback::examples::state, oversight::actions::Flags},
};
use northbound_types::Figure;
use std::collections::BTreeMap;

/// What an empty chapter says.
const NONE: &str = "None received.";

pub(super) fn all(
    e: &Evidence,
    data: &PackData,
    d: &mut Citations,
) -> Result<Vec<Chapter>, PackError> {
    Ok(vec![
        chapter("Performance", performance(data, d)),
        chapter("Open questions", questions(data, d)),
        chapter("Test commands and Users' own requests", ways(data, d)),
        chapter("Evidence by region", evidence(e, data, d)?),
        chapter("User sentiment", sentiment(e, d)?),
        chapter("Statements on the service", claims(e, data, d)),
        chapter("Exceptional Events", events(e, data, d)?),
        chapter("Report discrepancies", examples(e, d)),
        chapter("Actions", actions(e, d)),
        chapter("Comments", comments(e, d)),
        chapter("Work packages", packages(e, d)),
        chapter("The group's view", views(e, d)),
    ])
}

/// A chapter is printed even when it is empty (needs.md R13).
fn chapter(heading: &str, mut paragraphs: Vec<Paragraph>) -> Chapter {
    if paragraphs.is_empty() {
        paragraphs.push(Paragraph { runs: vec![words(NONE)] });
    }
    Chapter { heading: heading.to_owned(), paragraphs }
}

fn figure(n: &Numbered) -> Source {
    Source::Figure {
        id: n.id.clone(),
        what: format!("{}, {}", say::row(&n.result), n.result.methodology),
    }
}
fn record<T: Record>(k: &Stored<T>) -> Source {
    Source::Record { register: T::NOUN.to_string(), id: k.id.clone(), version: k.version }
}
fn sum(what: &str) -> Source {
    Source::Sum { what: what.to_owned() }
}
fn printed(n: &Numbered, data: &PackData) -> String {
    marks::printed(&cells::result(&n.result, &n.id), &n.result.figure, data)
}
fn para(runs: Vec<Run>) -> Paragraph {
    Paragraph { runs }
}

fn performance(data: &PackData, d: &mut Citations) -> Vec<Paragraph> {
    let of =
        |b: &dyn Fn(&MeasureResult) -> bool| data.results.iter().filter(|n| b(&n.result)).count();
    let over =
        || sum("counted over the measure rows of the pack of this period (data.json, results)");
    let mut out = vec![para(vec![
        words("Of "),
        d.sourced(data.results.len().to_string(), over()),
        words(" measure rows "),
        d.sourced(of(&|r| r.band == Band::Met).to_string(), over()),
        words(" met the target, "),
        d.sourced(of(&|r| r.band == Band::BelowTarget).to_string(), over()),
        words(" are below target, "),
        d.sourced(of(&|r| r.band == Band::BelowMinimum).to_string(), over()),
        words(" below minimum, and "),
        d.sourced(of(&|r| matches!(r.figure, Figure::Null(_))).to_string(), over()),
        words(" have no figure."),
    ])];
    for n in data.results.iter().filter(|n| n.result.band.below_target() == Some(true)) {
        out.push(shortfall(data, n, d));
    }
    out
}

/// A row below its target: figure, target, since when, reason given.
fn shortfall(data: &PackData, n: &Numbered, d: &mut Citations) -> Paragraph {
    let r = &n.result;
    let mut runs = vec![
        d.name(say::row(r)),
        words(": "),
        d.sourced(printed(n, data), figure(n)),
        words(format!(", {}", r.band_words())),
    ];
    if r.levels.target.is_some() {
        let rule = Source::Rule { id: format!("levels/{}", r.measure) };
        let target = d.sourced(say::level(r.levels.target), rule);
        runs.extend([words(" (target "), target, words(")")]);
    }
    let since = say::clause(&say::since(r));
    if !since.is_empty() {
        runs.extend([words("; "), d.sourced(since, figure(n))]);
    }
    let own = |q: &&Requirement| {
        q.measure == r.measure && q.provider == r.provider && q.region == r.region
    };
    if let Some(q) = data.required.iter().find(own) {
        let (why, from) = front::reason(q);
        if why.is_empty() {
            runs.push(words("; no reason was given"));
        } else {
            let source = sum(&format!("explanations of {}", say::row(r)));
            runs.extend([words("; reason given "), d.sourced(format!("{from}: {why}"), source)]);
        }
    }
    runs.push(words("."));
    para(runs)
}

fn questions(data: &PackData, d: &mut Citations) -> Vec<Paragraph> {
    let mut out = Vec::new();
    for q in data.required.iter().filter(|q| q.explained != Explained::InReport) {
        let row = format!("{} {} {}", q.measure, q.provider, say::region(q.region));
        let what = if q.explained == Explained::OfflineOnly {
            " is below target, and its reason was given offline only."
        } else {
            " is below target, without a reason."
        };
        out.push(para(vec![d.name(row), words(what)]));
    }
    for n in data.results.iter().filter(|n| matches!(n.result.figure, Figure::Null(_))) {
        if let Figure::Null(x) = &n.result.figure {
            out.push(para(vec![
                d.name(say::row(&n.result)),
                words(" has no figure: "),
                d.sourced(say::null(x), figure(n)),
                words("."),
            ]));
        }
    }
    let open = marks::unconfirmed_rules(data);
    if open > 0 {
        let source =
            sum("unconfirmed rules (data.json, rules_used; northbound rules list --unconfirmed)");
        let said = if open == 1 {
            " rule behind these figures is unconfirmed."
        } else {
            " rules behind these figures are unconfirmed."
        };
        out.push(para(vec![d.sourced(open.to_string(), source), words(said)]));
    }
    out
}

fn ways(data: &PackData, d: &mut Citations) -> Vec<Paragraph> {
    let mut out = Vec::new();
    for n in &data.results {
        let ways: Vec<&Numbered> = data
            .ways
            .iter()
            .filter(|w| {
                w.result.key() == n.result.key() && !matches!(w.result.figure, Figure::Null(_))
            })
            .collect();
        if ways.is_empty() {
            continue;
        }
        let mut runs = vec![d.name(say::row(&n.result)), words(": ")];
        for (i, w) in ways.iter().enumerate() {
            if i > 0 {
                runs.push(words("; "));
            }
            let left: u64 = w.result.excluded.iter().map(|l| l.count).sum();
            runs.extend([
                d.name(w.result.methodology.clone()),
                words(" "),
                d.sourced(printed(w, data), figure(w)),
                words(", excluding "),
                d.sourced(left.to_string(), figure(w)),
            ]);
        }
        runs.push(words("."));
        out.push(para(runs));
    }
    out
}

fn evidence(e: &Evidence, data: &PackData, d: &mut Citations) -> Result<Vec<Paragraph>, PackError> {
    let (found, _) = regions::evidence(e, data)?;
    let mut out = Vec::new();
    for r in found.iter().filter(|r| !r.witnesses.is_empty()) {
        let mut runs = vec![words(format!("{}: ", say::region(r.region)))];
        for (i, w) in r.witnesses.iter().enumerate() {
            if i > 0 {
                runs.push(words("; "));
            }
            let n = w.row.as_ref().and_then(|(m, p, way)| {
                data.results.iter().chain(&data.ways).find(|n| {
                    n.result.measure == *m
                        && n.result.provider == *p
                        && n.result.region == r.region
                        && n.result.methodology == *way
                })
            });
            runs.extend([
                words(format!("{} ", w.side)),
                d.name(w.what.clone()),
                words(format!(" says {} (", w.says)),
            ]);
            runs.push(match n {
                Some(n) => d.sourced(printed(n, data), figure(n)),
                None => d.sourced(
                    w.why.clone(),
                    sum(&format!(
                        "{} in {} (northbound report evidence --period {})",
                        w.side,
                        say::region(r.region),
                        e.period
                    )),
                ),
            });
            runs.push(words(")"));
        }
        runs.push(words(if r.conflict {
            ". The sources contradict each other; none is dropped."
        } else {
            "."
        }));
        out.push(para(runs));
    }
    Ok(out)
}

fn sentiment(e: &Evidence, d: &mut Citations) -> Result<Vec<Paragraph>, PackError> {
    let lines = class_lines(e)?;
    Ok(lines
        .iter()
        .map(|l| {
            let who = format!(
                "{}, {}: ",
                if l.region == northbound_types::Region::None {
                    "the service as a whole"
                } else {
                    say::region(l.region)
                },
                if l.class.is_empty() { "all classes" } else { &l.class }
            );
            let source = || {
                sum(&format!(
                    "sentiment of {}, by class (northbound report sentiment --period {})",
                    e.period, e.period
                ))
            };
            match l.counts {
                None => para(vec![
                    d.name(who),
                    d.sourced(format!("not shown ({})", l.hidden), source()),
                    words("."),
                ]),
                Some(m) => para(vec![
                    d.name(who),
                    d.sourced(m.poor.to_string(), source()),
                    words(" poor, "),
                    d.sourced(m.fair.to_string(), source()),
                    words(" fair, "),
                    d.sourced(m.good.to_string(), source()),
                    words(" good, of "),
                    d.sourced(m.parties.to_string(), source()),
                    words(" parties."),
                ]),
            }
        })
        .collect())
}

fn claims(e: &Evidence, data: &PackData, d: &mut Citations) -> Vec<Paragraph> {
    let results: Vec<MeasureResult> = data.results.iter().map(|n| n.result.clone()).collect();
    statements(e)
        .map(|k| {
            let s = &k.record;
            let basis = if s.basis.is_empty() {
                "no basis given".to_owned()
            } else {
                format!("basis: {}", s.basis)
            };
            let mut runs = vec![d.sourced(
                format!("{} on {}: {} ({basis})", s.author, print::day(s.on), s.text),
                record(k),
            )];
            match held_against(s, &results) {
                None => runs.push(words(". A note, not part of any figure.")),
                Some((tension, beside)) => {
                    runs.push(words(format!(
                        ". Claimed {}; {tension}",
                        s.colour.map_or_else(String::new, |c| c.to_string())
                    )));
                    for b in beside.iter().filter(|b| b.worse) {
                        let Some(n) = data.results.iter().find(|n| {
                            n.result.measure == b.measure
                                && n.result.provider == b.provider
                                && n.result.region == b.region
                        }) else {
                            continue;
                        };
                        runs.extend([
                            words("; "),
                            d.name(say::row(&n.result)),
                            words(" "),
                            d.sourced(printed(n, data), figure(n)),
                            words(format!(" is {}", b.band.words())),
                        ]);
                    }
                    runs.push(words("."));
                }
            }
            para(runs)
        })
        .collect()
}

fn events(e: &Evidence, data: &PackData, d: &mut Citations) -> Result<Vec<Paragraph>, PackError> {
    let (first, after) = e.days();
    let mut out = Vec::new();
    for k in &e.known.registered.oversight.cases {
        let c = &k.record;
        if c.from >= after || c.to < first {
            continue;
        }
        let steps: Vec<String> = c
            .steps
            .iter()
            .map(|s| format!("{} by {} on {}", s.what, s.by, print::day(s.on)))
            .collect();
        let text = format!(
            "{}, claimed by {}: {} ({})",
            c.title,
            c.claimant,
            c.standing(e.known.as_at.day()),
            steps.join("; ")
        );
        let mut runs = vec![d.sourced(text, record(k)), words(".")];
        for x in effects(e, c)? {
            runs.extend(effect(e, data, &k.id, &x, d));
        }
        out.push(para(runs));
    }
    Ok(out)
}

/// A claimed measure with and without the event; nothing where the pack does not print it.
fn effect(e: &Evidence, data: &PackData, case: &str, x: &Effect, d: &mut Citations) -> Vec<Run> {
    let Some(n) = data.results.iter().find(|n| n.result.key() == x.with.key()) else {
        return Vec::new();
    };
    let mut runs = vec![
        words(" "),
        d.name(say::row(&x.with)),
        words(": with the event "),
        d.sourced(printed(n, data), figure(n)),
        words(", without it "),
    ];
    let without = x.without.as_ref().map_or_else(
        || "not determinable".to_owned(),
        |w| cells::figure(&w.figure, w.decimals, &w.levels.list()).printed(),
    );
    let source = sum(&format!(
        "{} {} (northbound case effect {case} --period {})",
        say::row(&x.with),
        x.note,
        e.period
    ));
    runs.extend([d.sourced(without, source), words(".")]);
    runs
}

fn examples(e: &Evidence, d: &mut Citations) -> Vec<Paragraph> {
    let o = &e.known.registered.oversight;
    let mut by = BTreeMap::<&str, u64>::new();
    for k in &o.examples {
        *by.entry(state(&k.record, o.passed.get(&k.id)).as_str()).or_default() += 1;
    }
    if by.is_empty() {
        return Vec::new();
    }
    let mut runs = vec![words("Examples collected, by state: ")];
    for (i, (s, n)) in by.into_iter().enumerate() {
        if i > 0 {
            runs.push(words(", "));
        }
        runs.extend([
            words(format!("{s} ")),
            d.sourced(n.to_string(), sum("counted over the examples (northbound example track)")),
        ]);
    }
    runs.push(words(". No sender is named."));
    vec![para(runs)]
}

fn comments(e: &Evidence, d: &mut Citations) -> Vec<Paragraph> {
    let o = &e.known.registered.oversight;
    let mut by = BTreeMap::<&str, (u64, u64)>::new();
    for c in o.comments.iter().map(|k| &k.record) {
        let n = by.entry(&c.document).or_default();
        n.0 += 1;
        n.1 += u64::from(c.late);
    }
    by.into_iter()
        .map(|(doc, (all, late))| {
            let source = || sum(&format!("comments on {doc} (northbound comment on {doc})"));
            let mut runs = vec![
                d.name(doc),
                words(": "),
                d.sourced(all.to_string(), source()),
                words(" comments, "),
                d.sourced(late.to_string(), source()),
                words(" of them late"),
            ];
            if let Some(k) = o.documents.iter().find(|k| k.id == doc)
                && let Some(by) = k.record.comments_by
            {
                runs.extend([words("; the last day was "), d.sourced(print::day(by), record(k))]);
            }
            runs.push(words("."));
            para(runs)
        })
        .collect()
}

/// How many actions are open, and each that is overdue.
fn actions(e: &Evidence, d: &mut Citations) -> Vec<Paragraph> {
    let day = e.known.as_at.day();
    let all = e.known.registered.oversight.actions_by_need(day);
    if all.is_empty() {
        return Vec::new();
    }
    let count = |which: fn(&Flags) -> bool| all.iter().filter(|(_, f)| which(f)).count();
    let source = || sum("the register of actions (northbound action list)");
    let mut out = vec![para(vec![
        d.sourced(count(|f| f.open).to_string(), source()),
        words(" actions are open, of which "),
        d.sourced(count(|f| f.overdue).to_string(), source()),
        words(" overdue and "),
        d.sourced(count(|f| f.no_date).to_string(), source()),
        words(" without a date."),
    ])];
    for (k, f) in all.iter().filter(|(_, f)| f.overdue) {
        let a = &k.record;
        let due = f.due.map(print::day).unwrap_or_default();
        let text = a.text.trim_end_matches('.');
        out.push(para(vec![
            d.sourced(
                format!("{} ({}): {text}; overdue since {due}", a.label(), a.owner),
                record(k),
            ),
            words("."),
        ]));
    }
    out
}

fn packages(e: &Evidence, d: &mut Citations) -> Vec<Paragraph> {
    e.known
        .registered
        .oversight
        .packages
        .iter()
        .filter(|k| k.record.from < e.period.after() && k.record.to >= e.period.first())
        .map(|k| {
            let w = &k.record;
            let budget = w.sum(|l| l.budget_pence).map_or_else(
                || "no amount was given".to_owned(),
                |(p, n)| {
                    format!("£{}.{:02} over {n} of {} activities", p / 100, p % 100, w.lines.len())
                },
            );
            para(vec![
                d.sourced(
                    format!(
                        "{}, {} of a {} year ({} to {}): {}, {budget}",
                        w.title,
                        w.quarter,
                        w.definition,
                        print::day(w.from),
                        print::day(w.to),
                        w.state
                    ),
                    record(k),
                ),
                words("."),
            ])
        })
        .collect()
}

fn views(e: &Evidence, d: &mut Citations) -> Vec<Paragraph> {
    e.known
        .registered
        .oversight
        .views
        .iter()
        .filter(|k| k.record.period == e.period)
        .map(|k| {
            let v = &k.record;
            para(vec![d.sourced(
                format!("{} on {} (meeting {}): {}", v.body, v.subject, v.meeting, v.text),
                record(k),
            )])
        })
        .collect()
}
