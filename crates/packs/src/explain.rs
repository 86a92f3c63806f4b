//! From a figure down to what it is made of: its value or reason, the rules, numerator and
//! denominator by part, what was left out and why, files and places, and the messages themselves.
//! The counts are added up again from the messages, and it is said that they agree.

pub mod export;
pub mod name;
pub mod readd;
mod row;

use crate::{
    PackError,
    assemble::cells,
    data::{
        StatedEntry,
        figures::{Address, Entry, PROCESS},
        process,
        provenance::rules_used,
    },
    evidence::{Evidence, Progress, Scope, Sources, gather},
    store::{self, BuildRecord},
};
use northbound_documents::model::{RuleUsed, SourceFile};
use northbound_ledger::{
    drill::{Message, Query},
    schema::Table,
};
use northbound_measures::{
    MeasureResult, evaluate::bands::Override, incidents::in_time::CountedIncident,
    inputs::ServiceInterval, oversight::explanations::Explanation,
};
use northbound_registers::Visibility;
use northbound_types::{Day, Dim, Eui64, Figure, Ratio, Selector, Utc};
use readd::Readd;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// A figure id, or `PM4.3/CSPN/north/2026-04[/methodology]`.
    pub named: &'a str,
    /// As at, where the figure is not named by id; now where none is given.
    pub as_at: Option<Utc>,
    /// Clock.
    pub now: Utc,
    /// Messages to skip.
    pub skip: u64,
    /// Messages to show at most.
    pub limit: u64,
}

/// A row of a composite with its own figure id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentLine {
    /// Figure id.
    pub id: String,
    /// In words.
    pub what: String,
    /// As printed.
    pub printed: String,
    /// The figure.
    pub figure: Figure,
    /// Decimals in print.
    #[serde(skip)]
    pub decimals: u32,
    /// Levels that rounding never crosses.
    #[serde(skip)]
    pub levels: Vec<Ratio>,
}

/// A figure explained. Every key is documented in `docs/packs.md`.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// Figure id.
    pub id: String,
    /// Which figure.
    pub address: Address,
    /// Title.
    pub title: String,
    /// As printed.
    pub printed: String,
    /// Why it is null or weak; empty where it is neither.
    pub note: String,
    /// The figure.
    pub figure: Figure,
    /// As at.
    pub as_at: Utc,
    /// Root manifest hash.
    pub manifest: String,
    /// Rule-set hash.
    pub rules_id: String,
    /// The rules that made and judged it.
    pub rules: Vec<RuleUsed>,
    /// The whole result; null for a share that is no measure.
    pub result: Option<MeasureResult>,
    /// A composite's rows.
    pub components: Vec<ComponentLine>,
    /// The counts added up again.
    pub adds: Readd,
    /// The files that hold its messages.
    pub files: Vec<SourceFile>,
    /// What others stated, with document, version and place.
    pub stated: Vec<StatedEntry>,
    /// Down times and maintenance behind it.
    pub services: Vec<ServiceInterval>,
    /// What people said of it.
    pub explanations: Vec<Explanation>,
    /// What people decided about it.
    pub overrides: Vec<Override>,
    /// The messages that fell due, a page of them.
    pub messages: Vec<Message>,
    /// More follow: skip so many.
    pub next: Option<u64>,
    /// The incidents behind it, counted and left out; of a measure of incidents only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<CountedIncident>,
}

/// A figure with the evidence that it was explained from, for an export.
#[derive(Debug)]
pub struct Answer {
    /// The figure.
    pub explained: Explained,
    /// The evidence.
    pub evidence: Evidence,
    /// What met, what fell due, what was left out, and the days.
    pub behind: MessageSelection,
    /// Whether the one who asks may see the messages themselves: staff, and a User its own.
    pub open: bool,
}

/// The messages behind a figure.
#[derive(Debug, Clone)]
pub struct MessageSelection {
    /// Received days.
    pub days: (Day, Day),
    /// What met the standard.
    pub numerator: Vec<Selector>,
    /// What fell due.
    pub denominator: Vec<Selector>,
    /// What was left out, by why.
    pub excluded: Vec<(String, Selector)>,
}

/// Explains a figure.
///
/// # Errors
/// Where it is not known, the evidence cannot be read, or its counts and its messages differ.
pub fn explain(
    sources: &Sources<'_>,
    q: &Question<'_>,
    progress: Progress<'_>,
) -> Result<Answer, PackError> {
    let asked = asked(sources, q)?;
    let e = gather(sources, &asked.scope, progress)?;
    progress("computing the figure");
    let asked = asked.spelt(&e);
    let mut answer = if asked.entry.address.measure == PROCESS {
        share(e, &asked)?
    } else {
        row::row(e, &asked)?
    };
    progress("re-adding its messages");
    answer.explained.adds = readd::readd(&answer)?;
    answer.open = may_see(sources, &answer);
    let query = Query {
        days: answer.behind.days,
        selectors: &answer.behind.denominator,
        skip: q.skip,
        limit: q.limit,
        set_aside: false,
    };
    if answer.open && !answer.behind.denominator.is_empty() && q.limit > 0 {
        let page = answer.evidence.known.snapshot.messages(&query, &answer.evidence.known.judge)?;
        (answer.explained.messages, answer.explained.next) = (page.messages, page.next);
    }
    Ok(answer)
}

/// Counts are for everybody; messages are their sender's own.
fn may_see(sources: &Sources<'_>, a: &Answer) -> bool {
    let visibility = Visibility::of(sources.gate.actor());
    let party =
        a.explained.address.keys.get("user").and_then(|u| a.evidence.known.registered.users.get(u));
    visibility.all || (party.is_some() && party == visibility.party.as_ref())
}

/// A figure to open, and the evidence to open it from.
struct Asked {
    scope: Scope,
    entry: Entry,
    /// The build that printed it, where it is named by its id.
    build: Option<BuildRecord>,
}

impl Asked {
    /// The methodology of the build. It also prints figures that are counted another way.
    fn methodology(&self) -> Option<&String> {
        self.build.as_ref().map(|b| &b.methodology)
    }

    /// The figure with its measure and provider as the rules spell them.
    fn spelt(mut self, e: &Evidence) -> Asked {
        let address = &mut self.entry.address;
        let measures = e.known.rules.measures();
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let Some(def) = measures.iter().find(|m| same(&m.id, &address.measure)) else {
            return self;
        };
        address.measure.clone_from(&def.id);
        if let Some(p) = address.keys.get_mut("provider")
            && let Some(r) = def.rows.iter().find(|r| same(&r.provider, p))
        {
            p.clone_from(&r.provider);
        }
        self
    }

    /// Ids of figures: those that the build printed, whatever an earlier version made them of.
    fn ids<'a>(&'a self, e: &Evidence) -> impl Fn(&Address) -> String + use<'a> {
        let cited = e.cited();
        move |address| {
            if self.entry.address == *address && !self.entry.id.is_empty() {
                return self.entry.id.clone();
            }
            let printed =
                self.build.as_ref().and_then(|b| b.figures.iter().find(|f| f.address == *address));
            printed.map_or_else(|| address.id(&cited), |f| f.id.clone())
        }
    }
}

fn asked(sources: &Sources<'_>, q: &Question<'_>) -> Result<Asked, PackError> {
    if let Some(address) = name::address(q.named)? {
        let methodology = if address.measure == PROCESS {
            None
        } else {
            Some(address.methodology.clone()).filter(|m| !m.is_empty())
        };
        let scope = Scope { as_at: q.as_at, methodology, ..Scope::of(address.period, q.now) };
        let entry = Entry { id: String::new(), address, numerator: None, denominator: None };
        return Ok(Asked { scope, entry, build: None });
    }
    let (record, entry) = store::find_figure(sources, q.named)?;
    let methodology = if entry.address.measure == PROCESS {
        record.methodology.clone()
    } else {
        entry.address.methodology.clone()
    };
    let scope = Scope {
        period: record.period,
        as_at: Some(record.as_at),
        methodology: Some(methodology),
        now: q.now,
        frozen: Some(record.frozen.clone()),
    };
    Ok(Asked { scope, entry, build: Some(record) })
}

/// A share of Users' own requests.
fn share(e: Evidence, asked: &Asked) -> Result<Answer, PackError> {
    let entry = &asked.entry;
    let manifest = e.known.snapshot.root.hash.clone();
    let (found, figure) = own_line(&e, &entry.address).ok_or_else(|| {
        PackError::NotFound(format!(
            "there were no requests of {} in {}",
            entry.address.words(),
            e.period
        ))
    })?;
    let cell = cells::figure(&figure, 2, &[]);
    let behind = MessageSelection {
        days: e.days(),
        numerator: found.numerator.iter().cloned().collect(),
        denominator: found.denominator.iter().cloned().collect(),
        excluded: Vec::new(),
    };
    let explained = Explained {
        id: asked.ids(&e)(&found.address),
        title: "Users' own requests answered in time, of all attempts".to_owned(),
        printed: cell.printed(),
        note: cell.note,
        figure,
        as_at: e.known.as_at,
        manifest,
        rules_id: e.known.rules.id().to_owned(),
        rules: used(&e, &|id| id.starts_with("target/") || id.starts_with("process/")),
        result: None,
        components: Vec::new(),
        adds: Readd::default(),
        files: files(&e, &behind),
        stated: Vec::new(),
        services: Vec::new(),
        explanations: Vec::new(),
        overrides: Vec::new(),
        messages: Vec::new(),
        next: None,
        incidents: Vec::new(),
        address: found.address,
    };
    Ok(Answer { explained, evidence: e, behind, open: false })
}

/// The line of Users' own requests with this address, and its share.
fn own_line(e: &Evidence, address: &Address) -> Option<(Entry, Figure)> {
    let mut keys = address.keys.clone();
    // EUIs are written in either case.
    if let Some(user) = keys.get_mut("user")
        && let Ok(eui) = user.parse::<Eui64>()
    {
        *user = eui.to_string();
    }
    let user = keys.get("user").map(String::as_str);
    if let (Some(user), 1) = (user, keys.len()) {
        return process::total_of(e, user).map(|(entry, line)| (entry, line.share));
    }
    let view = process::view_of(e, user, &[]);
    let found = process::entries(&view, &e.cited()).into_iter().find(|x| x.address.keys == keys)?;
    let lines = process::lines(&view);
    let (_, line) = lines.into_iter().find(|(a, _)| a.keys == keys)?;
    Some((found, line.share.clone()))
}

fn used(e: &Evidence, which: &dyn Fn(&str) -> bool) -> Vec<RuleUsed> {
    rules_used(e).into_iter().filter(|r| which(&r.id)).collect()
}

/// Files with rows in the days, of the feeds that the figure counts.
fn files(e: &Evidence, behind: &MessageSelection) -> Vec<SourceFile> {
    if behind.denominator.is_empty() {
        return Vec::new();
    }
    let m = &e.known.snapshot.root.manifest;
    let ids: BTreeSet<i64> = m
        .files(Table::Exchanges)
        .iter()
        .filter(|f| f.day.is_some_and(|d| d >= behind.days.0 && d < behind.days.1))
        .flat_map(|f| f.sources.iter().copied())
        .collect();
    let c = &e.counts.messages.cells;
    let feeds: BTreeSet<String> = c.index(Dim::Feed).map_or_else(BTreeSet::new, |i| {
        // The counts by User hold no feed: then every file of the days may have brought a message.
        let narrow = behind.denominator.iter().all(|s| s.dims().all(|d| c.index(d).is_some()));
        c.rows
            .iter()
            .filter(|r| !narrow || behind.denominator.iter().any(|s| s.takes(c, r)))
            .map(|r| r.keys[i].to_string())
            .collect()
    });
    // The feed of a file is that of rows which name none: where no message has it, its rows name their own.
    let named = c.index(Dim::Feed).map_or_else(BTreeSet::new, |i| {
        c.rows.iter().map(|r| r.keys[i].to_string()).collect::<BTreeSet<String>>()
    });
    let mine = |feed: &String| feed.is_empty() || feeds.contains(feed) || !named.contains(feed);
    // A file that was taken back is no source any more.
    let taken_back = |id: i64| m.retracted.iter().any(|r| r.source == id);
    m.sources
        .iter()
        .filter(|s| {
            ids.contains(&s.id) && !taken_back(s.id) && s.known <= e.known.as_at && mine(&s.feed)
        })
        .map(|s| SourceFile {
            name: s.name.clone(),
            kind: s.layout.clone(),
            feed: s.feed.clone(),
            rows: s.rows,
            sha256: s.sha256.clone(),
            known: s.known,
        })
        .collect()
}
