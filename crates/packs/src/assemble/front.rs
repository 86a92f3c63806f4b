//! The front page: what fell short, since when, why, who acts; what has no figure and why.

use super::{Edition, Material, brief, cells, words};
use crate::data::{Numbered, figures::Address, test_commands::own_kind_of};
use northbound_documents::{
    model::{ActiveException, Front, Headline, Para, Shortfall},
    render::words as print,
};
use northbound_measures::{
    MeasureResult,
    evaluate::bands::Band,
    oversight::explanations::{Explained, Requirement},
};
use northbound_types::{Dim, Figure, Period, Region, Selector, TestKind, Utc};

/// The front page.
pub(super) fn front(d: &Material<'_>, edition: &Edition) -> Front {
    let mut short: Vec<&Numbered> =
        d.data.results.iter().filter(|n| n.result.band.below_target() == Some(true)).collect();
    // Below minimum first, then the longest run, then in the order of the measures.
    short.sort_by_key(|n| {
        (
            n.result.band != Band::BelowMinimum,
            std::cmp::Reverse(n.result.streak.as_ref().map_or(0, |s| s.below_target.greatest)),
        )
    });
    Front {
        warnings: warnings(d),
        statements: statements(d),
        headlines: d.data.results.iter().map(|n| headline(d, n)).collect(),
        shortfalls: short.into_iter().map(|n| shortfall(d, n)).collect(),
        exceptions: exceptions(d),
        blocks: super::ways_chart::chart(d).into_iter().collect(),
        brief: brief::brief(d, edition),
    }
}

fn headline(d: &Material<'_>, n: &Numbered) -> Headline {
    let r = &n.result;
    Headline {
        measure: r.measure.clone(),
        title: r.title.clone(),
        region: words::region(r.region).to_owned(),
        provider: r.provider.clone(),
        cell: cells::result(r, &n.id),
        target: words::level(r.levels.target),
        minimum: words::level(r.levels.minimum),
        traffic: traffic(d, r.region),
        age_days: Some(r.age_days),
        section: "measures".to_owned(),
        exception: r.exceptions.as_ref().and_then(|x| x.reasons.first()).map(|l| l.reason.clone()),
    }
}

/// The region's share of Users' own requests.
fn traffic(d: &Material<'_>, region: Region) -> String {
    if matches!(region, Region::None | Region::Unknown) {
        return String::new();
    }
    let own = Selector::all().and(Dim::TestKind, [TestKind::None.as_str()]);
    let of = |s: &Selector| d.e.counts.messages.by_user.sum(s).count;
    let (mine, all) = (of(&own.clone().and(Dim::Region, [region.as_str()])), of(&own));
    northbound_types::percent::percent(northbound_types::Ratio { num: mine, den: all }, 1, &[])
        .map_or_else(String::new, |p| format!("{p} %"))
}

fn shortfall(d: &Material<'_>, n: &Numbered) -> Shortfall {
    let r = &n.result;
    let need = d
        .data
        .required
        .iter()
        .find(|q| q.measure == r.measure && q.provider == r.provider && q.region == r.region);
    let (why, why_from) = need.map_or_else(Default::default, reason);
    let steps = need.and_then(|q| {
        q.given.iter().rev().find_map(|e| {
            e.steps.clone().filter(|s| !s.trim().is_empty()).map(|s| (e.by.clone(), s))
        })
    });
    let (acts, action) = steps.unwrap_or_default();
    let missed = if r.band == Band::BelowMinimum {
        ("minimum", r.levels.minimum)
    } else {
        ("target", r.levels.target)
    };
    Shortfall {
        measure: r.measure.clone(),
        what: r.title.clone(),
        region: format!("{}, {}", words::region(r.region), r.provider),
        cell: cells::result(r, &n.id),
        level: format!("a {} of {}", missed.0, words::level(missed.1)),
        since: words::since(r),
        why,
        why_from,
        acts,
        action,
    }
}

/// The reason in the report where there is one, else the latest given elsewhere; and where it was given.
pub(crate) fn reason(q: &Requirement) -> (String, String) {
    let Some(e) = q.given.iter().rev().find(|e| e.in_report).or(q.given.last()) else {
        return (String::new(), String::new());
    };
    let mut from = match q.explained {
        Explained::InReport => format!("in the report, by {}", e.by),
        Explained::OfflineOnly => format!("offline only, by {}", e.by),
        Explained::Missing => String::new(),
    };
    if let Some(p) = q.same_as {
        from.push_str(&format!("; the same reason as for {}", print::period(p)));
    }
    (e.text.clone(), from)
}

fn warnings(d: &Material<'_>) -> Vec<Para> {
    let mut out = Vec::new();
    if d.data.manifest.is_empty() {
        out.push(Para::plain("The ledger is empty: no figure of this pack is computed."));
    }
    let days: i32 = d.e.counts.feeds.iter().map(|f| f.expected.len() as i32).sum();
    let came: i32 =
        d.e.counts.feeds.iter().map(|f| f.expected.intersection(&f.observed).count() as i32).sum();
    if days > 0 && came == 0 {
        out.push(Para::plain("Every feed has stopped: nothing that was expected for the period was received, and no measure is met."));
    }
    for f in
        d.e.known.registered.faults.iter().filter(|f| d.e.period.each_day().any(|x| f.covers(x)))
    {
        let to =
            f.to.map_or_else(|| "and continuing".to_owned(), |t| format!("to {}", print::day(t)));
        let repair = f
            .owner
            .as_ref()
            .map_or_else(|| "No owner is named".to_owned(), |o| format!("Owner: {o}"));
        let request = f
            .change_request
            .as_ref()
            .map_or_else(String::new, |c| format!(" (change request {c})"));
        out.push(Para::plain(format!(
            "The feed {} was faulty from {} {to}: {} {repair}{request}.",
            f.source(),
            print::day(f.from),
            sentence(&f.what)
        )));
    }
    out.extend(unfinished(d.e.period, d.e.known.as_at).map(|(_, text)| Para::plain(text)));
    out
}

/// What to know of a period that has not begun or not ended: a word for it and a sentence.
#[must_use]
pub fn unfinished(period: Period, as_at: Utc) -> Option<(&'static str, &'static str)> {
    if as_at < period.first().start() {
        let text = "DRAFT. The period has not begun at the as-at time: it has no figures yet, and nothing is said of runs.";
        Some(("not-begun", text))
    } else if as_at < period.after().start() {
        let text = "DRAFT. The period is not over at the as-at time: every figure is provisional.";
        Some(("not-ended", text))
    } else {
        None
    }
}

/// Ends a text with a full stop.
pub(super) fn sentence(text: &str) -> String {
    let t = text.trim();
    if t.is_empty() || t.ends_with(['.', '!', '?']) { t.to_owned() } else { format!("{t}.") }
}

/// How many rows met, fell short or have no figure.
pub(super) fn summary(d: &Material<'_>) -> Para {
    let of =
        |b: &dyn Fn(&MeasureResult) -> bool| d.data.results.iter().filter(|n| b(&n.result)).count();
    let (met, target, minimum) = (
        of(&|r| r.band == Band::Met),
        of(&|r| r.band == Band::BelowTarget),
        of(&|r| r.band == Band::BelowMinimum),
    );
    let nulls = of(&|r| matches!(r.figure, Figure::Null(_)));
    let other = d.data.results.len() - met - target - minimum - nulls;
    let said = [
        (met, "met its target", "met their target"),
        (target, "is below target", "are below target"),
        (minimum, "is below minimum", "are below minimum"),
        (nulls, "has no figure", "have no figure"),
        (other, "cannot be compared with a level", "cannot be compared with a level"),
    ];
    let parts: Vec<String> = said
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| words::things(n as u64, one, many))
        .collect();
    let all = words::things(d.data.results.len() as u64, "measure row", "measure rows");
    let text = format!("Of {all}, {}.", words::listed(&parts));
    Para::plain(text)
}

fn statements(d: &Material<'_>) -> Vec<Para> {
    let mut out: Vec<Para> = Vec::new();
    out.extend(own_requests(d));
    out.extend(tests_against_own(d));
    let missing: Vec<String> = d
        .data
        .required
        .iter()
        .filter(|q| q.explained == Explained::Missing)
        .map(|q| format!("{} {} {}", q.measure, q.provider, words::region(q.region)))
        .collect();
    if !missing.is_empty() {
        out.push(Para::plain(format!("Below target and not explained: {}.", missing.join("; "))));
    }
    let blocking: Vec<String> = d
        .data
        .required
        .iter()
        .filter(|q| q.blocks_issue)
        .map(|q| format!("{} {} {}", q.measure, q.provider, words::region(q.region)))
        .collect();
    if !blocking.is_empty() {
        out.push(Para::plain(format!(
            "Below minimum without a reason in the report, so that this pack cannot be issued: {}.",
            blocking.join("; ")
        )));
    }
    out.push(Para::plain(format!(
        "Figures are as known at {}. Marked values are uncertain; see the key above each table.",
        print::time(d.e.known.as_at)
    )));
    out
}

/// The one headline of Users' own requests: all attempts that fell due, of every mode, by region.
fn own_requests(d: &Material<'_>) -> Option<Para> {
    let v = &d.data.process;
    let cited = d.e.cited();
    let mut text = Para::plain(
        "Users' own requests, on time of all that fell due (time-outs counted as misses): ",
    );
    let lines = v.regions.iter().filter(|l| l.requests > 0);
    for (i, l) in lines.clone().enumerate() {
        let id = Address::own("region", &l.key, v.user.as_deref(), v.period).id(&cited);
        let comma = if i == 0 { "" } else { ", " };
        text = text
            .text(format!("{comma}{} ", words::region_word(&l.key)))
            .figure(cells::figure(&l.share, 2, &[]).printed(), id);
    }
    (lines.count() > 0).then(|| {
        text.text(". Other shares of the same requests are of some modes only, or leave time-outs out, and say so.")
    })
}

/// Where test commands meet a target that the Users' own requests of the region miss (M2).
fn tests_against_own(d: &Material<'_>) -> Option<Para> {
    let is_test = |r: &MeasureResult| {
        let def = d.e.known.rules.measure(&r.measure);
        def.is_some_and(crate::data::test_commands::is_test_measure) && r.band == Band::Met
    };
    let mut text = Para::plain(
        "Official tests look fine, real traffic does not (time-outs counted as misses): ",
    );
    let mut found = 0;
    for n in d.data.results.iter().filter(|n| is_test(&n.result)) {
        let r = &n.result;
        let of =
            |w: &&Numbered| w.result.key() == r.key() && w.result.methodology == "own-requests";
        let Some(own) = d.data.ways.iter().find(of) else { continue };
        if own.result.band.below_target() != Some(true) {
            continue;
        }
        let (a, b) = (cells::result(r, &n.id), cells::result(&own.result, &own.id));
        let between = if found == 0 { "" } else { "; " };
        found += 1;
        text = text
            .text(format!("{between}{} {} ", r.measure, words::region(r.region)))
            .figure(a.printed(), &n.id)
            .text(format!(" from tests, while Users' own {} came to ", own_kind(d, &r.measure)))
            .figure(b.printed(), &own.id);
    }
    (found > 0).then(|| text.text("."))
}

/// Which of Users' own requests are set beside a test measure.
fn own_kind(d: &Material<'_>, measure: &str) -> &'static str {
    d.e.known.rules.measure(measure).map_or("requests", own_kind_of)
}

fn exceptions(d: &Material<'_>) -> Vec<ActiveException> {
    let mut out: Vec<ActiveException> = Vec::new();
    for n in &d.data.results {
        for line in n.result.exceptions.iter().flat_map(|x| &x.reasons) {
            match out.iter_mut().find(|x| x.reference == line.reason) {
                Some(x) => {
                    if !x.measures.contains(&n.result.measure) {
                        x.measures.push(n.result.measure.clone());
                    }
                }
                None => out.push(ActiveException {
                    reference: line.reason.clone(),
                    title: format!("{} excluded", words::things(line.count, "attempt", "attempts")),
                    measures: vec![n.result.measure.clone()],
                    from: n.result.activity.first(),
                    to: Some(n.result.activity.after().plus(-1)),
                    state: "in force; the figure without it is also shown".to_owned(),
                }),
            }
        }
    }
    out
}
