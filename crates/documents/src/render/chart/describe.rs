//! A chart in words: the notes under it, and its description for those who cannot see it.

use super::{Frame, axis::letter};
use crate::model::{Chart, ChartKind, Gap, Level, LevelKind, Multiples};

/// Notes under a chart: shaded stretches, windows of changes, gaps with their reasons, an axis that does not start at zero.
#[must_use]
pub fn notes(chart: &Chart, frame: &Frame) -> Vec<String> {
    let mut out = Vec::new();
    for (n, a) in chart.annotations.iter().enumerate() {
        out.push(format!("{}: {} ({}).", letter(n), a.label, stretch(chart, a.from, a.to)));
    }
    out.extend(chart.windows.iter().enumerate().map(|(n, w)| format!("{}: {}.", n + 1, w.label)));
    out.extend(chart.levels.iter().filter(|l| l.steps.len() > 1).map(|l| changes(chart, l)));
    out.extend(gaps(chart));
    if !frame.compact
        && let Some(first) = cut_axis(chart, frame)
    {
        out.push(format!("The axis starts at {first}, not at zero."));
    }
    out
}

/// Where the value axis starts, if not at zero.
fn cut_axis(chart: &Chart, frame: &Frame) -> Option<String> {
    let scale = frame.scale(chart, false);
    let cut = matches!(chart.kind, ChartKind::Line | ChartKind::DotInterval) && scale.lo > 0.0;
    cut.then(|| scale.ticks().first().map_or(String::new(), |t| t.1.clone()))
}

/// The notes of small charts: those of each, and those that all of them share, which are printed once.
#[must_use]
pub fn notes_of(multiples: &Multiples) -> (Vec<Vec<String>>, Vec<String>) {
    let frame = Frame::small(multiples);
    let all: Vec<Vec<String>> = multiples.charts.iter().map(|c| notes(c, &frame)).collect();
    let several = all.len() > 1;
    let in_all = |n: &String| several && all.iter().all(|own| own.contains(n));
    let first = all.first().map_or(&[][..], Vec::as_slice);
    let mut shared: Vec<String> = first.iter().filter(|n| in_all(n)).cloned().collect();
    let own = all.iter().map(|o| o.iter().filter(|n| !in_all(n)).cloned().collect()).collect();
    let start = multiples.charts.first().and_then(|c| cut_axis(c, &frame));
    shared.extend(start.map(|start| {
        let whose = if several { "All charts have one axis; it" } else { "The axis" };
        format!("{whose} starts at {start}, not at zero.")
    }));
    (own, shared)
}

/// A level that changes, with its dates.
fn changes(chart: &Chart, level: &Level) -> String {
    let name = match level.kind {
        LevelKind::Target => "Target",
        LevelKind::Minimum => "Minimum",
    };
    let steps: Vec<String> =
        level.steps.iter().map(|s| format!("{} from {}", s.text, chart.points[s.from])).collect();
    format!("{name}: {}.", steps.join(", "))
}

fn stretch(chart: &Chart, from: usize, to: usize) -> String {
    if from == to {
        chart.points[from].clone()
    } else {
        format!("{} to {}", chart.points[from], chart.points[to])
    }
}

/// Gaps with their reasons, those of one reason that follow each other as one, equal ones of
/// several series as one.
fn gaps(chart: &Chart) -> Vec<String> {
    let mut found: Vec<(&Gap, usize, usize, Vec<&str>)> = Vec::new();
    for series in &chart.series {
        let mut at = 0;
        while let Some(point) = series.values.get(at) {
            let Some(gap) = &point.gap else {
                at += 1;
                continue;
            };
            let mut last = at;
            while series.values.get(last + 1).is_some_and(|p| p.gap.as_ref() == Some(gap)) {
                last += 1;
            }
            match found.iter_mut().find(|f| f.0 == gap && f.1 == at && f.2 == last) {
                Some(f) => f.3.push(&series.name),
                None => found.push((gap, at, last, vec![&series.name])),
            }
            at = last + 1;
        }
    }
    found
        .into_iter()
        .map(|(gap, from, to, names)| {
            let who = if names.len() < chart.series.len() {
                format!(", {}", names.join(", "))
            } else {
                String::new()
            };
            let stop = if gap.reason.ends_with('.') { "" } else { "." };
            format!("{} {}{who}: {}{stop}", gap.mark, stretch(chart, from, to), gap.reason)
        })
        .collect()
}

/// The chart in words, for the description of the picture.
#[must_use]
pub fn description(chart: &Chart) -> String {
    let kind = match chart.kind {
        ChartKind::Line => "Line chart",
        ChartKind::Bar => "Bar chart",
        ChartKind::DotInterval => "Dots with intervals",
        ChartKind::Stacked => "Stacked columns",
    };
    let mut out = format!(
        "{kind}. {}. {}.",
        chart.subtitle.trim_end_matches('.'),
        stretch(chart, 0, chart.points.len() - 1)
    );
    for series in &chart.series {
        let found: Vec<(usize, &str)> = series
            .values
            .iter()
            .enumerate()
            .filter(|v| v.1.value.is_some())
            .map(|(i, v)| (i, v.text.as_str()))
            .collect();
        let missing = series.values.len() - found.len();
        match chart.kind {
            ChartKind::Bar | ChartKind::DotInterval => {
                let list: Vec<String> =
                    found.iter().map(|(i, t)| format!("{} {t}", chart.points[*i])).collect();
                out.push_str(&format!(" {}: {}.", series.name, list.join("; ")));
            }
            ChartKind::Line | ChartKind::Stacked => match (found.first(), found.last()) {
                (Some(a), Some(b)) => out.push_str(&format!(
                    " {}: {} in {}, {} in {}.",
                    series.name, a.1, chart.points[a.0], b.1, chart.points[b.0]
                )),
                _ => out.push_str(&format!(" {}: no value.", series.name)),
            },
        }
        if missing > 0 {
            out.push_str(&format!(" {missing} without a value."));
        }
    }
    for level in &chart.levels {
        let name = match level.kind {
            LevelKind::Target => "Target",
            LevelKind::Minimum => "Minimum",
        };
        if let Some(step) = level.steps.last() {
            out.push_str(&format!(" {name} {}.", step.text));
        }
    }
    out.push_str(" The same data is in the table below the chart.");
    out
}
