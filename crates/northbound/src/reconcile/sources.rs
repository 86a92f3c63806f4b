//! Where counts come from: the ledger, stated figures, a file of counts, a file of messages.

use super::ReconcileArgs;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    progress::Progress,
};
use northbound_ledger::{Days, Snapshot, drill, judge::RulesJudge};
use northbound_measures::reconcile::{Message, Profile, Source};
use northbound_types::{Day, Dim, Period, Selector, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Most messages that are compared one by one; beyond, sources are compared by counts alone.
pub(crate) const MAX_MESSAGES: u64 = 400_000;
/// Keys that the ledger is asked for where nobody says otherwise.
const DEFAULT_KEYS: [&str; 4] = ["period", "user", "srv", "region"];
/// Column of a counts file that holds the count.
const COUNT: &str = "count";

/// A source as named on the command line.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// The ledger, narrowed by `dimension=value`.
    Ledger(Vec<(Dim, String)>),
    /// Stated figures of a source, perhaps of one measure.
    Stated(String, Option<String>),
    /// A file.
    File(PathBuf),
}

impl Spec {
    pub(super) fn is_ledger(&self) -> bool {
        matches!(self.what, What::Ledger(_))
    }
}

/// A source with its counts, and with its messages where it holds identities.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) spec: Spec,
    pub(super) source: Source,
    /// Sorted by identity; `None` where the source holds no identities (or too many).
    pub(super) messages: Option<Vec<Message>>,
    pub(super) profile: Profile,
    /// What people should know of how it was read.
    pub(super) notes: Vec<String>,
}

/// What reading a source needs.
pub(super) struct Reading<'a> {
    pub(super) args: &'a ReconcileArgs,
    pub(super) ctx: &'a Ctx,
    pub(super) snapshot: &'a Snapshot,
    pub(super) judge: &'a RulesJudge,
    pub(super) progress: &'a mut Progress,
}

/// Reads `[NAME=]ledger[:dim=value,…] | stated:SOURCE[/MEASURE] | FILE`.
pub(super) fn parse(text: &str) -> Result<Spec> {
    let (name, what) = match text.split_once('=') {
        Some((n, rest))
            if !n.is_empty()
                && !rest.is_empty()
                && n.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') =>
        {
            (Some(n.to_owned()), rest)
        }
        _ => (None, text),
    };
    let parsed = if what == "ledger" {
        What::Ledger(Vec::new())
    } else if let Some(narrowed) = what.strip_prefix("ledger:") {
        What::Ledger(narrowed.split(',').map(|p| pair(text, p)).collect::<Result<_>>()?)
    } else if let Some(stated) = what.strip_prefix("stated:") {
        let (source, measure) =
            stated.split_once('/').map_or((stated, None), |(s, m)| (s, Some(m.to_owned())));
        What::Stated(source.to_owned(), measure)
    } else {
        What::File(PathBuf::from(what))
    };
    let default = match &parsed {
        What::File(p) => {
            p.file_name().map_or_else(|| what.to_owned(), |n| n.to_string_lossy().into_owned())
        }
        _ => what.to_owned(),
    };
    Ok(Spec { name: name.unwrap_or(default), what: parsed })
}

fn pair(whole: &str, text: &str) -> Result<(Dim, String)> {
    let (d, v) = text.split_once('=').ok_or_else(|| CliError::usage(format!("{whole:?}: {text:?} is not dimension=value; write ledger:feed=ID, or ledger:feed=ID,region=north")))?;
    Ok((d.parse().map_err(|e| CliError::usage(format!("{whole:?}: {e}")))?, v.to_owned()))
}

/// Options that name a source must name one that is there.
pub(super) fn check_names(specs: &[Spec], args: &ReconcileArgs) -> Result<()> {
    for option in [&args.rounded, &args.zone, &args.cut_off, &args.definition, &args.series_break] {
        for text in option {
            let (name, _) = text
                .split_once('=')
                .ok_or_else(|| CliError::usage(format!("{text:?} is not NAME=VALUE")))?;
            if !specs.iter().any(|s| s.name == name) {
                let names: Vec<&str> = specs.iter().map(|s| s.name.as_str()).collect();
                return Err(CliError::usage(format!(
                    "{text:?} names no source of this run; they are {}",
                    names.join(", ")
                )));
            }
        }
    }
    Ok(())
}

/// The value of `NAME=VALUE` for a source.
fn option<'t>(list: &'t [String], name: &str) -> Option<&'t str> {
    list.iter().filter_map(|t| t.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// The keys to compare by.
pub(super) fn common_keys<'s>(
    asked: &[String],
    sources: impl Iterator<Item = &'s Source>,
) -> Result<Vec<String>> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let mut keys: Option<Vec<String>> = None;
    for s in sources {
        keys = Some(match keys {
            None => s.keys.clone(),
            Some(k) => k.into_iter().filter(|k| s.keys.contains(k)).collect(),
        });
    }
    let keys = keys.unwrap_or_else(|| DEFAULT_KEYS.iter().map(|k| (*k).to_owned()).collect());
    let held: Vec<String> =
        keys.into_iter().filter(|k| is_period(k) || k.parse::<Dim>().is_ok()).collect();
    if held.is_empty() {
        return Err(CliError::input(
            "the sources have no key in common; name the keys with --keys, or rename the files' columns to period, user, srv, region …",
        ));
    }
    Ok(held)
}

fn is_period(key: &str) -> bool {
    matches!(key, "period" | "month")
}

impl Reading<'_> {
    pub(super) fn load(&mut self, spec: &Spec, keys: &[String]) -> Result<Loaded> {
        let mut loaded = match &spec.what {
            What::Ledger(narrowed) => self.ledger(spec, narrowed, keys)?,
            What::Stated(source, measure) => self.stated(spec, source, measure.as_deref())?,
            What::File(path) => self.file(spec, path)?,
        };
        self.options(&mut loaded)?;
        Ok(loaded)
    }

    fn options(&self, loaded: &mut Loaded) -> Result<()> {
        let (args, name) = (self.args, loaded.spec.name.as_str());
        let number = |t: &str| {
            t.parse::<i64>()
                .map_err(|_| CliError::usage(format!("{name}={t}: {t:?} is not a whole number")))
        };
        let s = &mut loaded.source;
        if !loaded.spec.is_ledger() {
            s.tolerance = args.tolerance;
        }
        if let Some(unit) = option(&args.rounded, name) {
            let unit = number(unit)?;
            for r in &mut s.rows {
                r.rounded_to = unit;
            }
        }
        if let Some(z) = option(&args.zone, name) {
            s.notes.zone_minutes = Some(
                i32::try_from(number(z)?)
                    .map_err(|_| CliError::usage(format!("--zone {name}={z}: write minutes")))?,
            );
        }
        if let Some(t) = option(&args.cut_off, name) {
            let at: Utc =
                t.parse().map_err(|e| CliError::usage(format!("--cut-off {name}={t}: {e}")))?;
            s.notes.cut_off = Some(at);
            loaded.profile.cut_off = Some(at);
        }
        if let Some(d) = option(&args.definition, name) {
            s.notes.definition = Some(d.to_owned());
        }
        if let Some(b) = option(&args.series_break, name) {
            let (p, what) = b.split_once(':').ok_or_else(|| {
                CliError::usage(format!("--series-break {name}={b}: write NAME=PERIOD:TEXT"))
            })?;
            s.notes.series_break = Some((p.to_owned(), what.to_owned()));
        }
        Ok(())
    }

    /// The days asked for, or all.
    pub(super) fn days(&self) -> Days {
        self.args.period.map_or((Day(i32::MIN), Day(i32::MAX)), |p| (p.first(), p.after()))
    }

    fn ledger(
        &mut self,
        spec: &Spec,
        narrowed: &[(Dim, String)],
        keys: &[String],
    ) -> Result<Loaded> {
        if self.snapshot.root.manifest.version == 0 {
            return Err(CliError::not_found(format!(
                "the ledger in {} is empty; ingest something first",
                self.ctx.data.display()
            )));
        }
        let selector = narrowed.iter().fold(Selector::all(), |s, (d, v)| s.and(*d, [v.clone()]));
        // A feed's own account: with the records that lost against another feed's.
        let own_account = narrowed.iter().any(|(d, _)| *d == Dim::Feed);
        let mut notes = Vec::new();
        let messages = self.messages(&selector, own_account)?;
        if messages.is_none() {
            notes.push(format!("{}: over {MAX_MESSAGES} messages, so it is compared by counts alone; narrow it with --period or ledger:dimension=value", spec.name));
        }
        let source = match &messages {
            Some(list) if own_account => counted(&spec.name, keys, list)?,
            _ => self.cells(&spec.name, &selector, keys)?,
        };
        let mut profile = Profile::default();
        for m in messages.iter().flatten() {
            profile.see(m.test_kind, m.generation);
        }
        Ok(Loaded { spec: spec.clone(), source, messages, profile, notes })
    }

    /// The ledger's counts under keys, from rollups where these are fresh.
    pub(super) fn cells(&self, name: &str, selector: &Selector, keys: &[String]) -> Result<Source> {
        let mut dims: Vec<Dim> = Vec::new();
        for k in keys {
            let d = if is_period(k) {
                Dim::Day
            } else {
                k.parse().map_err(|e| CliError::usage(format!("--keys: {e}, or period")))?
            };
            if !dims.contains(&d) {
                dims.push(d);
            }
        }
        let extra: Vec<Dim> = selector.dims().filter(|d| !dims.contains(d)).collect();
        dims.extend(extra);
        let cells = self.snapshot.cells(self.days(), &dims, self.judge)?;
        let mut sums: BTreeMap<Vec<Arc<str>>, i64> = BTreeMap::new();
        for row in cells.rows.iter().filter(|r| selector.takes(&cells, r)) {
            let mut key = Vec::with_capacity(keys.len());
            for k in keys {
                let at = if is_period(k) {
                    cells.index(Dim::Day)
                } else {
                    k.parse().ok().and_then(|d| cells.index(d))
                };
                let value =
                    at.and_then(|i| row.keys.get(i)).cloned().unwrap_or_else(|| Arc::from(""));
                key.push(if is_period(k) {
                    Arc::from(value.get(..7).unwrap_or(""))
                } else {
                    value
                });
            }
            *sums.entry(key).or_default() += i64::try_from(row.count)
                .map_err(|_| CliError::internal("a count does not fit 63 bits"))?;
        }
        let mut source = Source::new(name, 0, keys.iter().cloned());
        for (key, n) in sums {
            source.add(&key.iter().map(|k| &**k).collect::<Vec<_>>(), n);
        }
        Ok(source)
    }

    /// Messages that a selector takes, sorted by identity; `None` where there are too many.
    fn messages(
        &mut self,
        selector: &Selector,
        set_aside_too: bool,
    ) -> Result<Option<Vec<Message>>> {
        let mut all = Vec::new();
        let selectors = [selector.clone()];
        for set_aside in [false, true] {
            if set_aside && !set_aside_too {
                continue;
            }
            let mut skip = 0;
            loop {
                let q = drill::Query {
                    days: self.days(),
                    selectors: &selectors,
                    skip,
                    limit: drill::PAGE_MESSAGES.min(MAX_MESSAGES + 1),
                    set_aside,
                };
                let page = self.snapshot.messages(&q, self.judge)?;
                for m in &page.messages {
                    all.push(super::identities::message(m)?);
                }
                self.progress.tell("reading messages", all.len() as u64, MAX_MESSAGES);
                if all.len() as u64 > MAX_MESSAGES {
                    return Ok(None);
                }
                match page.next {
                    Some(n) => skip = n,
                    None => break,
                }
            }
        }
        all.sort();
        Ok(Some(all))
    }

    fn stated(&self, spec: &Spec, from: &str, measure: Option<&str>) -> Result<Loaded> {
        let measure = measure.or(self.args.measure.as_deref());
        let rows: Vec<_> = self
            .snapshot
            .stated(&[])?
            .into_iter()
            .map(|e| e.row)
            .filter(|r| {
                r.source == from && measure.is_none_or(|m| r.measure == m) && r.count.is_some()
            })
            .filter(|r| self.within(&r.period))
            .collect();
        if rows.is_empty() {
            return Err(CliError::not_found(format!(
                "no stated counts of {from:?}{} are in the ledger; `northbound ingest figures` brings them, `northbound ingest list` shows what is there",
                measure.map(|m| format!(" for {m:?}")).unwrap_or_default()
            )));
        }
        let measures: BTreeSet<&str> = rows.iter().map(|r| r.measure.as_str()).collect();
        if measures.len() > 1 {
            return Err(CliError::usage(format!(
                "{from:?} states counts of several measures ({}); choose one: stated:{from}/MEASURE",
                measures.into_iter().collect::<Vec<_>>().join(", ")
            )));
        }
        let mut keys: Vec<String> = vec!["period".to_owned()];
        if let Some(first) = rows.first() {
            keys.extend(
                first.keys.keys().filter(|k| rows.iter().all(|r| r.keys.contains_key(*k))).cloned(),
            );
        }
        let mut source = Source::new(&spec.name, 1, keys.iter().cloned());
        for r in &rows {
            let values: Vec<&str> = keys
                .iter()
                .map(|k| {
                    if k == "period" {
                        r.period.as_str()
                    } else {
                        r.keys.get(k).map_or("", String::as_str)
                    }
                })
                .collect();
            source.add(&values, r.count.unwrap_or(0));
        }
        Ok(Loaded {
            spec: spec.clone(),
            source,
            messages: None,
            profile: Profile::default(),
            notes: Vec::new(),
        })
    }

    /// Does a period, as a source writes it, lie within the one asked for?
    fn within(&self, text: &str) -> bool {
        let Some(wanted) = self.args.period else { return true };
        text.parse::<Period>()
            .is_ok_and(|p| p.first() >= wanted.first() && p.after() <= wanted.after())
    }

    fn file(&mut self, spec: &Spec, path: &Path) -> Result<Loaded> {
        if self.args.map.is_none()
            && let Some(source) = self.counts_file(spec, path)?
        {
            return Ok(Loaded {
                spec: spec.clone(),
                source,
                messages: None,
                profile: Profile::default(),
                notes: Vec::new(),
            });
        }
        let (mut messages, notes) = super::identities::read_file(path, self)?;
        if let Some(p) = self.args.period {
            messages.retain(|m| p.contains(m.received.day()));
        }
        messages.sort();
        let keys: Vec<String> = if self.args.keys.is_empty() {
            DEFAULT_KEYS.iter().map(|k| (*k).to_owned()).collect()
        } else {
            self.args.keys.clone()
        };
        let source = counted(&spec.name, &keys, &messages)?;
        let mut profile = Profile::default();
        for m in &messages {
            profile.see(m.test_kind, m.generation);
        }
        Ok(Loaded { spec: spec.clone(), source, messages: Some(messages), profile, notes })
    }

    /// A CSV with a column `count`; every other column is a key. `None` where there is no such column.
    fn counts_file(&self, spec: &Spec, path: &Path) -> Result<Option<Source>> {
        let bytes = std::fs::File::open(path).map_err(|e| CliError::io("open", path, e))?;
        let mut csv = csv::ReaderBuilder::new().from_reader(std::io::BufReader::new(bytes));
        let Ok(header) = csv.headers().cloned() else { return Ok(None) };
        let header: Vec<String> =
            header.iter().map(|h| h.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        let Some(at) = header.iter().position(|h| h == COUNT) else { return Ok(None) };
        let keys: Vec<String> =
            header.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, k)| k.clone()).collect();
        let mut source = Source::new(&spec.name, 2, keys.iter().cloned());
        for record in csv.records() {
            let record = record.map_err(|e| {
                CliError::input(format!("{}: {e}; correct the file", path.display()))
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let text = record.get(at).unwrap_or("").trim();
            let n: i64 = text.parse().ok().filter(|n| *n >= 0).ok_or_else(|| CliError::input(format!("{}, line {line}, column {COUNT}: {text:?} is not a whole number; write digits only", path.display())))?;
            let values: Vec<&str> = record
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, v)| v.trim())
                .collect();
            if let Some(i) = keys.iter().position(|k| is_period(k))
                && !values.get(i).is_some_and(|v| self.within(v))
            {
                continue;
            }
            source.add(&values, n);
        }
        if source.rows.is_empty() {
            return Err(CliError::input(format!(
                "{} holds no counts{}",
                path.display(),
                self.args.period.map(|p| format!(" for {p}")).unwrap_or_default()
            )));
        }
        Ok(Some(source))
    }
}

/// Messages counted under keys.
pub(super) fn counted(name: &str, keys: &[String], messages: &[Message]) -> Result<Source> {
    let mut sums: BTreeMap<Vec<Arc<str>>, i64> = BTreeMap::new();
    for m in messages {
        *sums.entry(key_of(keys, m, 0)?).or_default() += 1;
    }
    let mut source = Source::new(name, 1, keys.iter().cloned());
    for (key, n) in sums {
        source.add(&key.iter().map(|k| &**k).collect::<Vec<_>>(), n);
    }
    Ok(source)
}

/// The key values of a message, by a clock that stands so many minutes from UTC.
pub(super) fn key_of(keys: &[String], m: &Message, minutes: i64) -> Result<Vec<Arc<str>>> {
    let day = Utc(m.received.0 + minutes * 60_000_000).day();
    keys.iter().map(|k| Ok(match k.as_str() {
        "period" | "month" => Arc::from(day.month().to_string()),
        "day" => Arc::from(day.to_string()),
        "user" => Arc::from(m.id.request.originator.to_string()),
        "test_kind" => Arc::from(m.test_kind.as_str()),
        "generation" => Arc::from(m.generation.as_str()),
        k => Arc::from(m.attributes.get(k).ok_or_else(|| CliError::usage(format!("messages cannot be counted by {k:?}; use period, day, user, srv, region, mode, state, code, generation or test_kind")))?.as_str()),
    })).collect()
}
