//! Comparing counts: every pair of sources, every key, every difference split into causes.

use super::hints::{Lines, MAX_COMBINATIONS, PairHints};
use super::keyspace::KeySpace;
use super::pairing::{RawLine, Taken, choose, merge, totals};
use super::source::{MAX_SOURCES, Projected};
use super::{
    Cause, Hint, LevelShift, Line, Notes, Outcome, Pair, Part, ReconcileError, Report, Source,
    SourceInfo, Strength, breaks, known, report::CauseSum,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What to compare by and what to keep.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Keys to compare by; empty means every key that all sources have.
    pub keys: Vec<String>,
    /// Keep matching lines in the report as well.
    pub keep_matching: bool,
}

/// Compares two or more sources of counts and classifies each difference.
///
/// # Errors
/// [`ReconcileError`] where the sources cannot be compared as asked; nothing is guessed.
pub fn reconcile(
    sources: &[Source],
    options: &Options,
    hints: &[Hint],
) -> Result<Report, ReconcileError> {
    if !(2..=MAX_SOURCES).contains(&sources.len()) {
        return Err(ReconcileError::Sources(sources.len()));
    }
    let mut ordered: Vec<&Source> = sources.iter().collect();
    ordered.sort_by(|x, y| (x.rank, &x.name).cmp(&(y.rank, &y.name)));
    let mut names = BTreeSet::new();
    if let Some(bad) = ordered.iter().find(|s| s.name.is_empty() || !names.insert(s.name.as_str()))
    {
        return Err(ReconcileError::Name(bad.name.clone()));
    }
    check_hints(hints, &names)?;
    let keys = chosen_keys(&ordered, &options.keys)?;
    let (space, codes) = KeySpace::build(&ordered, &keys)?;
    let projected = ordered
        .iter()
        .zip(&codes)
        .map(|(s, codes)| s.project(codes))
        .collect::<Result<Vec<_>, _>>()?;
    let mut pairs = Vec::new();
    for i in 0..ordered.len() {
        for j in i + 1..ordered.len() {
            let sides = Sides { a: ordered[i], b: ordered[j], keys: &keys, space: &space };
            pairs.push(sides.compare(
                &projected[i],
                &projected[j],
                hints,
                options.keep_matching,
            )?);
        }
    }
    let infos = ordered.iter().zip(&projected).map(|(s, p)| info(s, p, &keys)).collect();
    let periods = periods(&keys, &space);
    Ok(Report { keys, periods, sources: infos, pairs })
}

fn chosen_keys(sources: &[&Source], asked: &[String]) -> Result<Vec<String>, ReconcileError> {
    let mut seen = BTreeSet::new();
    let keys: Vec<String> = if asked.is_empty() {
        sources[0]
            .keys
            .iter()
            .filter(|k| sources.iter().all(|s| s.keys.contains(k)))
            .cloned()
            .collect()
    } else {
        asked.iter().filter(|k| seen.insert(k.as_str())).cloned().collect()
    };
    if keys.is_empty() { Err(ReconcileError::NoCommonKey) } else { Ok(keys) }
}

fn periods(keys: &[String], space: &KeySpace<'_>) -> Vec<String> {
    let when = (0..keys.len()).filter(|&i| known::PERIOD_KEYS.contains(&keys[i].as_str()));
    let seen: BTreeSet<&str> = when.flat_map(|i| space.values(i).iter().copied()).collect();
    seen.into_iter().map(str::to_owned).collect()
}

fn check_hints(hints: &[Hint], names: &BTreeSet<&str>) -> Result<(), ReconcileError> {
    use super::Basis::{Alternative, Counted, Measured};
    for hint in hints {
        let about: Vec<&String> = match &hint.basis {
            Counted { source } | Alternative { source } => vec![source],
            Measured { a, b } => vec![a, b],
        };
        if let Some(other) = about.into_iter().find(|s| !names.contains(s.as_str())) {
            return Err(ReconcileError::Hint {
                label: hint.label.clone(),
                what: format!("is about {other:?}, which is not compared"),
            });
        }
    }
    Ok(())
}

fn info(source: &Source, projected: &Projected, keys: &[String]) -> SourceInfo {
    SourceInfo {
        name: source.name.clone(),
        rank: source.rank,
        rows: source.rows.len(),
        total: projected.total,
        summed_over: source.keys.iter().filter(|k| !keys.contains(k)).cloned().collect(),
        tolerance: source.tolerance,
        notes: source.notes.clone(),
    }
}

struct Sides<'s> {
    a: &'s Source,
    b: &'s Source,
    keys: &'s [String],
    space: &'s KeySpace<'s>,
}

impl Sides<'_> {
    fn compare(
        &self,
        a: &Projected,
        b: &Projected,
        hints: &[Hint],
        keep_matching: bool,
    ) -> Result<Pair, ReconcileError> {
        let names = (self.a.name.as_str(), self.b.name.as_str());
        let raw = merge(a, b, names)?;
        let keys: Vec<u128> = raw.iter().map(|l| l.key).collect();
        let hints =
            PairHints::collect(hints, names.0, names.1, &Lines { space: self.space, keys: &keys })?;
        if hints.combinations() > MAX_COMBINATIONS {
            return Err(ReconcileError::Combinations(hints.combinations()));
        }
        let residual: Vec<i128> = raw
            .iter()
            .enumerate()
            .map(|(i, l)| {
                i128::from(l.difference)
                    - hints.measured.iter().map(|e| i128::from(e.amounts[i])).sum::<i128>()
            })
            .collect();
        let tolerance: Vec<i64> = raw.iter().map(|l| l.tolerance).collect();
        let taken = choose(&hints, &residual, &tolerance);
        let (shifts, shifted) = self.level_shifts(&raw);
        let mut lines = Vec::new();
        for (i, line) in raw.iter().enumerate() {
            let mut parts = self.explain(i, line, &hints, &taken)?;
            if let Some(shift) = shifted.get(&i).and_then(|n| shifts.get(*n)) {
                propose(shift, &mut parts);
            }
            if keep_matching || !parts.is_empty() {
                lines.push(self.line(line, parts));
            }
        }
        let causes = sum_causes(&lines, names)?;
        lines.retain(|l| keep_matching || l.differs());
        Ok(Pair {
            a: names.0.to_owned(),
            b: names.1.to_owned(),
            totals: totals(&raw, names)?,
            causes,
            lines,
            shifts,
            gone: Vec::new(),
        })
    }

    /// Level shifts by key, and which lines come after which of them.
    fn level_shifts(&self, raw: &[RawLine]) -> (Vec<LevelShift>, HashMap<usize, usize>) {
        let mut found = (Vec::new(), HashMap::new());
        let when = self.keys.iter().position(|k| known::PERIOD_KEYS.contains(&k.as_str()));
        let Some(when) = when.filter(|_| raw.len() <= breaks::MOST_LINES) else { return found };
        if self.a.notes.series_break.is_some() || self.b.notes.series_break.is_some() {
            return found;
        }
        let mut series: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for (i, line) in raw.iter().enumerate() {
            if line.a.is_some() && line.b.is_some() {
                let key = (0..self.keys.len()).filter(|k| *k != when);
                series
                    .entry(key.map(|k| self.space.text(line.key, k)).collect())
                    .or_default()
                    .push(i);
            }
        }
        let period = |i: usize| self.space.text(raw[i].key, when);
        for (key, mut lines) in series {
            lines.sort_by_key(|i| period(*i));
            let values: Vec<i64> = lines.iter().map(|i| raw[*i].difference).collect();
            let tolerance = lines.iter().map(|i| raw[*i].tolerance).max().unwrap_or(0);
            let Some(shift) = breaks::find(&values, tolerance) else { continue };
            let names = self.keys.iter().enumerate().filter(|(k, _)| *k != when).map(|(_, k)| k);
            found.1.extend(lines[shift.at..].iter().map(|i| (*i, found.0.len())));
            found.0.push(LevelShift {
                keys: names.cloned().zip(key.into_iter().map(str::to_owned)).collect(),
                from: period(lines[shift.at]).to_owned(),
                before: shift.before,
                after: shift.after,
                periods_before: shift.at,
                periods_after: lines.len() - shift.at,
            });
        }
        found
    }

    /// The parts of one difference; they add up to it.
    fn explain(
        &self,
        i: usize,
        line: &RawLine,
        hints: &PairHints,
        taken: &[Taken<'_>],
    ) -> Result<Vec<Part>, ReconcileError> {
        let mut parts = Vec::new();
        let mut left = i128::from(line.difference);
        let mut add = |left: &mut i128, cause, amount: i64, strength, evidence: String| {
            if amount != 0 {
                *left -= i128::from(amount);
                parts.push(Part { cause, amount, strength, evidence });
            }
        };
        for e in &hints.measured {
            add(
                &mut left,
                e.cause,
                e.amounts[i],
                Strength::Measured,
                format!("{}: counted on both sides", e.label),
            );
        }
        // A matching count is put down to measured causes only: suggestions would be noise there.
        if line.outcome() != Outcome::Match {
            for t in taken {
                let (label, applies, exact) = (&t.effect.label, t.applies, t.exact);
                let strength =
                    if 2 * exact > applies { Strength::Consistent } else { Strength::Possible };
                add(
                    &mut left,
                    t.effect.cause,
                    t.effect.amounts[i],
                    strength,
                    format!("{label}: agrees on {exact} of {applies} lines to which it applies"),
                );
            }
            if left.unsigned_abs() > u128::from(line.tolerance.unsigned_abs())
                && let Some((cause, label, amount)) = fits_alone(i, left, hints, taken)
            {
                add(
                    &mut left,
                    cause,
                    amount,
                    Strength::Possible,
                    format!(
                        "{label}: has exactly this size on this line, but other lines do not support it"
                    ),
                );
            }
        }
        if left != 0 {
            let amount = i64::try_from(left).map_err(|_| {
                ReconcileError::Overflow(format!("{} less {}", self.a.name, self.b.name))
            })?;
            parts.push(self.remainder(line, amount));
        }
        Ok(parts)
    }

    /// Names what the counted causes leave over.
    fn remainder(&self, line: &RawLine, amount: i64) -> Part {
        let part = |cause, strength, evidence: String| Part { cause, amount, strength, evidence };
        if amount.unsigned_abs() <= line.tolerance.unsigned_abs() {
            return part(
                Cause::Rounding,
                Strength::Stated,
                format!("within ±{} that the sources state for this line", line.tolerance),
            );
        }
        let within = amount.signum() == line.difference.signum()
            && amount.unsigned_abs() <= line.difference.unsigned_abs();
        let absent = match line.outcome() {
            Outcome::OnlyA => Some(&self.b.name),
            Outcome::OnlyB => Some(&self.a.name),
            Outcome::Match | Outcome::Differ => None,
        };
        if let (Some(name), true) = (absent, within) {
            return part(
                Cause::Missing,
                Strength::Measured,
                format!("{name} has no row under this key"),
            );
        }
        if line.outcome() == Outcome::Differ {
            if let Some(text) = self.series_break(line) {
                return part(Cause::SeriesBreak, Strength::Declared, text);
            }
            if let (Some(a), Some(b)) = (&self.a.notes.definition, &self.b.notes.definition)
                && a != b
            {
                return part(
                    Cause::Definition,
                    Strength::Declared,
                    format!("{} counts {a}; {} counts {b}", self.a.name, self.b.name),
                );
            }
        }
        part(Cause::Unexplained, Strength::None, "no cause accounts for it".to_owned())
    }

    /// A break that one source declares for this period and the other does not.
    fn series_break(&self, line: &RawLine) -> Option<String> {
        let period = self.space.text(
            line.key,
            self.keys.iter().position(|k| known::PERIOD_KEYS.contains(&k.as_str()))?,
        );
        let broken = |n: &Notes| {
            n.series_break.as_ref().filter(|(from, _)| period >= from.as_str()).cloned()
        };
        match (broken(&self.a.notes), broken(&self.b.notes)) {
            (Some((from, what)), None) => {
                Some(format!("{} counts differently from {from}: {what}", self.a.name))
            }
            (None, Some((from, what))) => {
                Some(format!("{} counts differently from {from}: {what}", self.b.name))
            }
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    fn line(&self, raw: &RawLine, parts: Vec<Part>) -> Line {
        let keys: BTreeMap<String, String> = self
            .keys
            .iter()
            .enumerate()
            .map(|(i, k)| (k.clone(), self.space.text(raw.key, i).to_owned()))
            .collect();
        Line {
            key: known::difference_key(&self.a.name, &self.b.name, &keys),
            standing_key: known::standing_key(&self.a.name, &self.b.name, &keys),
            keys,
            outcome: raw.outcome(),
            a: raw.a,
            b: raw.b,
            difference: raw.difference,
            unexplained: parts
                .iter()
                .filter(|p| p.cause == Cause::Unexplained)
                .map(|p| p.amount)
                .sum(),
            parts,
            known: None,
        }
    }
}

/// Puts what no cause accounts for down to a level shift, as a proposal.
fn propose(shift: &LevelShift, parts: &mut [Part]) {
    for part in parts.iter_mut().filter(|p| p.cause == Cause::Unexplained) {
        part.cause = Cause::SeriesBreak;
        part.strength = Strength::Possible;
        part.evidence = format!(
            "a level shift of {:+} from {}: the median difference is {} in the {} periods before and {} in the {} since",
            shift.after - shift.before,
            shift.from,
            shift.before,
            shift.periods_before,
            shift.after,
            shift.periods_after
        );
    }
}

/// An alternative not taken for the pair that is exactly what this line lacks. Several that fit
/// are no evidence for any.
fn fits_alone<'h>(
    i: usize,
    left: i128,
    hints: &'h PairHints,
    taken: &[Taken<'_>],
) -> Option<(Cause, &'h str, i64)> {
    let mut fits = hints.alternatives.values().flatten().filter(|e| {
        !taken.iter().any(|t| std::ptr::eq(t.effect, *e))
            && e.amounts[i] != 0
            && i128::from(e.amounts[i]) == left
    });
    let first = fits.next()?;
    if fits.next().is_some() {
        return None;
    }
    Some((first.cause, &first.label, first.amounts[i]))
}

fn sum_causes(lines: &[Line], names: (&str, &str)) -> Result<Vec<CauseSum>, ReconcileError> {
    let overflow = || ReconcileError::Overflow(format!("{} less {}", names.0, names.1));
    let mut sums: BTreeMap<(Cause, Strength), CauseSum> = BTreeMap::new();
    for line in lines {
        let mut here = BTreeSet::new();
        for part in &line.parts {
            let at = (part.cause, part.strength);
            let sum = sums.entry(at).or_insert(CauseSum {
                cause: part.cause,
                strength: part.strength,
                lines: 0,
                net: 0,
                gross: 0,
            });
            sum.lines += u64::from(here.insert(at));
            sum.net = sum.net.checked_add(part.amount).ok_or_else(overflow)?;
            sum.gross = part
                .amount
                .checked_abs()
                .and_then(|n| sum.gross.checked_add(n))
                .ok_or_else(overflow)?;
        }
    }
    Ok(sums.into_values().collect())
}
