//! The brief: what is not known, what changed, what is due and who acts.

use super::{Edition, Material, front, marks, words};
use crate::data::Numbered;
use northbound_documents::{
    model::{Brief, Due, Para, Unknown},
    render::words as print,
};
use northbound_measures::{
    MeasureResult,
    evaluate::bands,
    inputs::HistoryPoint,
    oversight::explanations::Explained,
    views::diff::{Change, Difference},
};
use northbound_types::{Figure, NullReason, Period};

/// Most rows that a sentence names; the annex has all.
const NAMED: usize = 6;
/// Actions of meetings are due on page 1 where their date is at most so many days ahead: about until the next meeting.
const DAYS_AHEAD: i32 = 31;
/// Most changes of figures that are listed.
const CHANGES: usize = 5;

/// The brief of a pack.
pub(super) fn brief(d: &Material<'_>, edition: &Edition) -> Brief {
    Brief {
        summary: vec![front::summary(d)],
        banner: marks::banner(d).into_iter().collect(),
        unknown: unknown(d),
        changes: changes(d, edition),
        due: due(d),
    }
}

/// Rows without a figure, those with one reason together, most rows first.
fn unknown(d: &Material<'_>) -> Vec<Unknown> {
    let mut groups: Vec<(String, String, Vec<&MeasureResult>)> = Vec::new();
    for r in d.data.results.iter().map(|n| &n.result) {
        let Figure::Null(null) = &r.figure else { continue };
        let (reason, since) = (reason(null), without_since(d, r, null));
        match groups.iter_mut().find(|g| g.0 == reason && g.1 == since) {
            Some(g) => g.2.push(r),
            None => groups.push((reason, since, vec![r])),
        }
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.2.len()));
    groups
        .into_iter()
        .map(|(reason, since, rows)| Unknown {
            count: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            rows: words::rows(&rows, NAMED),
            reason,
            since,
        })
        .collect()
}

/// Why there is no figure; the day since when has a column of its own.
fn reason(n: &northbound_types::Null) -> String {
    let bare = northbound_types::Null { since: None, ..n.clone() };
    let text = words::null(&bare);
    let kind = n.reason.words();
    if n.reason == NullReason::NotReported || text.contains(kind) {
        text
    } else {
        format!("{kind}: {text}")
    }
}

/// The day that the null names; else the month after the last one with a figure.
fn without_since(d: &Material<'_>, r: &MeasureResult, n: &northbound_types::Null) -> String {
    if let Some(day) = n.since {
        return format!("since {}", print::day(day));
    }
    let months: Vec<&HistoryPoint> = history(d, r).filter(|h| h.period < r.period).collect();
    let last = months.iter().filter(|h| h.figure.as_value().is_some()).map(|h| h.period).max();
    match last {
        Some(p) if p.plus(1) == r.period => format!("new in {}", print::period(r.period)),
        Some(p) => format!("since {}", print::period(p.plus(1))),
        None if months.is_empty() => String::new(),
        None => "no figure in any month read".to_owned(),
    }
}

fn history<'a>(
    d: &'a Material<'_>,
    r: &'a MeasureResult,
) -> impl Iterator<Item = &'a HistoryPoint> + 'a {
    d.data
        .history
        .iter()
        .filter(|h| h.measure == r.measure && h.provider == r.provider && h.region == r.region)
}

/// What changed since the issue before, and against the month before.
fn changes(d: &Material<'_>, edition: &Edition) -> Vec<Para> {
    let mut out = match &edition.since {
        Some(diff) => since_issue(diff, edition),
        None => vec![Para::plain("This is the first issue of the period.")],
    };
    out.extend(against_last_month(d));
    out
}

fn since_issue(diff: &Difference, edition: &Edition) -> Vec<Para> {
    let of = |field: &str| diff.changes.iter().filter(|c| c.field == field).collect::<Vec<_>>();
    let (figures, bands) = (of("figure"), of("band"));
    let issue = edition.previous.split(',').next().unwrap_or_default();
    if figures.is_empty() && bands.is_empty() {
        return vec![Para::plain(format!("No figure changed since {issue}."))];
    }
    let mut text = format!(
        "Since {issue}, {} changed",
        words::things(figures.len() as u64, "figure", "figures")
    );
    if !bands.is_empty() {
        text.push_str(&format!(
            ", {} another band",
            words::things(bands.len() as u64, "row with", "rows with")
        ));
    }
    text.push('.');
    let mut out = vec![Para::plain(text)];
    // A row that changed sides tells more than one whose decimals moved.
    let mut shown: Vec<&Change> = figures;
    shown.sort_by_key(|c| !bands.iter().any(|b| same_row(b, c)));
    let more = shown.len().saturating_sub(CHANGES);
    for c in shown.iter().take(CHANGES) {
        let row = format!("{} {}", c.measure, words::region(c.region));
        out.push(Para::plain(format!(
            "{row}: now {}, before {}. {}",
            bare(&c.after),
            bare(&c.before),
            sentence(&c.reason)
        )));
    }
    if more > 0 {
        out.push(Para::plain(format!(
            "And {}: see Revisions.",
            words::things(more as u64, "more changed figure", "more changed figures")
        )));
    }
    out
}

/// A figure of a difference without its counts and its state; the list of changes has them.
fn bare(words: &str) -> String {
    if words.is_empty() || words.starts_with('[') {
        return "no figure".to_owned();
    }
    let end = words.find(" (").or_else(|| words.find(", ")).unwrap_or(words.len());
    words[..end].replace('"', "")
}

fn same_row(a: &Change, b: &Change) -> bool {
    (&a.measure, &a.provider, a.region, a.period) == (&b.measure, &b.provider, b.region, b.period)
}

fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    front::sentence(&format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// Rows that fell short and did not in the month before, and the reverse.
fn against_last_month(d: &Material<'_>) -> Option<Para> {
    let before = |r: &MeasureResult| {
        let h = history(d, r).find(|h| h.period == r.period.plus(-1))?;
        bands::band_by(
            r.better,
            &h.figure,
            h.target.or(r.levels.target),
            h.minimum.or(r.levels.minimum),
        )
        .below_target()
    };
    let rows = |was: bool, is: bool| -> Vec<&MeasureResult> {
        let results = d.data.results.iter().map(|n: &Numbered| &n.result);
        results
            .filter(|r| matches!(r.period, Period::Month(..)))
            .filter(|r| r.band.below_target() == Some(is) && before(r) == Some(was))
            .collect()
    };
    let (fell, rose) = (rows(false, true), rows(true, false));
    let month = print::period(d.e.period.plus(-1));
    let mut parts = Vec::new();
    if !fell.is_empty() {
        parts.push(format!("newly short of target: {}", words::rows(&fell, NAMED)));
    }
    if !rose.is_empty() {
        parts.push(format!("back at target: {}", words::rows(&rose, NAMED)));
    }
    (!parts.is_empty()).then(|| Para::plain(format!("Against {month}, {}.", parts.join("; "))))
}

/// Reasons that are owed, actions of meetings, steps that were promised, faults under repair.
fn due(d: &Material<'_>) -> Vec<Due> {
    let mut out = owed(d);
    out.extend(actions(d));
    for q in &d.data.required {
        let Some(e) =
            q.given.iter().rev().find(|e| e.steps.as_deref().is_some_and(|s| !s.trim().is_empty()))
        else {
            continue;
        };
        let what = e.steps.clone().unwrap_or_default();
        if !out.iter().any(|x| x.who == e.by && x.what == what) {
            out.push(Due { what, who: e.by.clone(), when: String::new() });
        }
    }
    out.extend(faults(d));
    out
}

/// The reasons that providers still owe: those that keep the pack from being issued first.
fn owed(d: &Material<'_>) -> Vec<Due> {
    let mut by: Vec<(bool, String, Vec<&MeasureResult>)> = Vec::new();
    for q in d.data.required.iter().filter(|q| q.blocks_issue || q.explained == Explained::Missing)
    {
        let key = (q.measure.as_str(), q.provider.as_str(), q.region);
        let Some(n) = d.data.results.iter().find(|n| n.result.key() == key) else { continue };
        match by.iter_mut().find(|g| g.0 == q.blocks_issue && g.1 == q.provider) {
            Some(g) => g.2.push(&n.result),
            None => by.push((q.blocks_issue, q.provider.clone(), vec![&n.result])),
        }
    }
    by.sort_by_key(|g| !g.0);
    by.into_iter()
        .map(|(blocks, who, rows)| Due {
            what: format!("Give a reason for {}", words::rows(&rows, NAMED)),
            who,
            when: if blocks { "before the pack can be issued".to_owned() } else { String::new() },
        })
        .collect()
}

/// Actions that are overdue, and those due soon, the most urgent first.
fn actions(d: &Material<'_>) -> Vec<Due> {
    let day = d.e.known.as_at.day();
    let soon = day.plus(DAYS_AHEAD);
    let all = d.e.known.registered.oversight.actions_by_need(day);
    all.into_iter()
        .filter(|(_, f)| f.open && f.due.is_some_and(|due| due <= soon))
        .map(|(k, f)| {
            let date = f.due.map(print::day).unwrap_or_default();
            let was = if f.overdue { "overdue since" } else { "due" };
            let text = k.record.text.trim_end_matches('.');
            Due {
                what: format!("{text} (action {})", k.record.label()),
                who: k.record.owner.clone(),
                when: format!("{was} {date}"),
            }
        })
        .collect()
}

fn faults(d: &Material<'_>) -> Vec<Due> {
    let faults = d.e.known.registered.faults.iter();
    faults
        .filter(|f| d.e.period.each_day().any(|x| f.covers(x)))
        .filter(|f| f.to.is_none() || f.change_request.is_some())
        .map(|f| Due {
            what: match &f.change_request {
                Some(c) => format!("Repair the reporting of {} ({c})", f.source()),
                None => format!("Repair the reporting of {}", f.source()),
            },
            who: f.owner.clone().unwrap_or_default(),
            when: String::new(),
        })
        .collect()
}
