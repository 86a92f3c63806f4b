//! Forecasts, Users and actuals in the shapes that the measures read. Used by packs, and alone by the
//! commands on forecasts, which need no other evidence.

use super::{calendar, registered::fault};
use crate::PackError;
use northbound_ledger::{Snapshot, judge::RulesJudge, schema::Table};
use northbound_measures::forecast::{
    Actual, Actuals, Counts, Line, Member, Month, Submission,
    variance::{self, Variance},
};
use northbound_measures::{
    evaluate::coverage::{OwnMessages, Reliability, own_messages},
    inputs::Fault,
};
use northbound_registers::{
    AsAt, Gate, Query, Visibility,
    records::{
        data::{
            feeds::{self, Expected, Feed},
            sources::SourceFile,
            volumes::{Counted, Volume},
        },
        forecasting::forecasts::Forecast,
        participants::parties::{Party, User},
        reporting::annotations::Annotation,
    },
};
use northbound_rules::{
    RuleSet,
    setting_words::{DuringMonth, ForecastRule, Inclusion},
};
use northbound_types::{
    Day, Dim, ForecastKind, Generation, Null, NullReason, Period, Ratio, TestKind, Utc, text_enum,
};
use std::collections::{BTreeMap, BTreeSet};

/// Months that a pack shows, the reported one included.
pub const MONTHS: i32 = 6;

/// In a rule's list of roles: every role.
pub const ANY_ROLE: &str = "any";

/// Why counts of a month cannot be used; `record` is the one that has no room in their sum.
fn too_large(record: &str, period: Period) -> Null {
    Null {
        reason: NullReason::Unreliable,
        detail: format!(
            "the counts of {period} add up to more than can be counted with {record}; correct or withdraw it"
        ),
        source: Some(record.to_owned()),
        since: None,
        owner: None,
        bounds: None,
    }
}

text_enum! {
    /// Where actuals come from.
    pub enum ActualsFrom("source of actuals") {
        /// Counted from the ledger's messages.
        Ledger = "ledger",
        /// Totals stated by others (`ingest volumes`).
        Stated = "stated",
    }
}

/// Where forecasts and actuals are read from.
///
/// A pack fills this from its evidence; the commands on forecasts fill it alone.
#[derive(Debug, Clone, Copy)]
pub struct ForecastSources<'a> {
    /// Rules.
    pub rules: &'a RuleSet,
    /// Registers, as the one who asks may see them.
    pub gate: &'a Gate<'a>,
    /// State of the registers.
    pub state: AsAt,
    /// Ledger.
    pub snapshot: &'a Snapshot,
    /// Rules as the ledger's judge.
    pub judge: &'a RulesJudge,
    /// What came later is not known.
    pub as_at: Utc,
    /// Below this share of its feeds' expected days the actual of a month is null.
    pub floor: Ratio,
}

/// What feeds of Users' messages there are, and what is known against them.
#[derive(Debug, Default)]
struct Watched {
    feeds: Vec<Feed>,
    faults: Vec<Fault>,
    sources: Vec<(Utc, SourceFile)>,
}

/// Settings that a variance rests on, beside those named by kind.
pub const SETTINGS: &[&str] = &[
    "forecast-due-months",
    "forecast-due-working-day",
    "forecast-months-ahead",
    "forecast-during-month",
    "forecast-kinds",
    "forecast-test-traffic",
    "forecast-smets1",
    "variance-low",
    "variance-high",
    "small-cell-below",
    "user-report-due-working-days",
    "holiday-calendar",
];

/// Everything on forecasts of one kind.
#[derive(Debug, Clone, Default)]
pub struct Forecasts {
    /// Users that the one who asks may see.
    pub members: Vec<Member>,
    /// Their submissions.
    pub submissions: Vec<Submission>,
    /// Actuals by month.
    pub actuals: Actuals,
    /// Terms of the months asked for, each with the due day before its own.
    pub months: Vec<(Month, Option<Day>)>,
}

impl Forecasts {
    /// The variance of each month asked for.
    #[must_use]
    pub fn variances(&self) -> Vec<Variance> {
        self.months
            .iter()
            .map(|(m, before)| {
                variance::make(
                    m,
                    *before,
                    &self.members,
                    &self.submissions,
                    self.actuals.get(&m.period).unwrap_or(&Actual::default()),
                )
            })
            .collect()
    }
}

impl ForecastSources<'_> {
    /// Members, submissions, terms of `months`, and actuals of these and of `history` months before the
    /// first of them.
    ///
    /// # Errors
    /// Where registers, rules or ledger cannot be read.
    pub fn read(
        &self,
        kind: ForecastKind,
        months: &[Period],
        history: i32,
        from: ActualsFrom,
    ) -> Result<Forecasts, PackError> {
        let mut f = Forecasts { submissions: self.submissions(kind)?, ..Forecasts::default() };
        for p in months {
            f.months.push(self.month(kind, *p)?);
        }
        let Some(first) = months.iter().min() else { return Ok(f) };
        f.members = self.members(kind, months.iter().max().unwrap_or(first).after().plus(-1))?;
        let past = (1..=history).map(|n| first.plus(-n));
        f.actuals = self.actuals(kind, past.chain(months.iter().copied()), from)?;
        Ok(f)
    }

    /// What came in each of some months.
    ///
    /// # Errors
    /// Where registers, rules or ledger cannot be read.
    pub fn actuals(
        &self,
        kind: ForecastKind,
        months: impl Iterator<Item = Period>,
        from: ActualsFrom,
    ) -> Result<Actuals, PackError> {
        let watched = if (kind, from) == (ForecastKind::Sr, ActualsFrom::Ledger) {
            self.watched()?
        } else {
            Watched::default()
        };
        months.map(|p| Ok((p, self.actual(kind, p, from, &watched)?))).collect()
    }

    /// What the rules say of a month, and the due day before the month's own.
    ///
    /// # Errors
    /// Where a setting has no value then, or the calendar does not reach.
    pub fn month(
        &self,
        kind: ForecastKind,
        period: Period,
    ) -> Result<(Month, Option<Day>), PackError> {
        let (r, day) = (self.rules, period.first());
        let due = r.forecasts_due_before(period)?;
        let Some(own) = due.first().copied() else {
            return Err(PackError::Refused(format!(
                "no forecast is due in the year before {period}: the setting forecast-due-months names no month; correct settings.toml"
            )));
        };
        let report = u32::try_from(r.integer("user-report-due-working-days", day)?).unwrap_or(0);
        let rule: ForecastRule = r.word(&format!("{kind}-forecast-rule"), day)?;
        let annotations = self.gate.list::<Annotation>(&Query {
            during: Some((day.start(), period.after().start())),
            ..Query::as_at(self.state)
        })?;
        let month = Month {
            period,
            due: own,
            report_due: r.working_day_after(period.after().plus(-1), report)?,
            during_counts: r.word::<DuringMonth>("forecast-during-month", day)?
                == DuringMonth::Counts,
            asked_for: rule == ForecastRule::Forecast,
            low: r.fraction("variance-low", day)?,
            high: r.fraction("variance-high", day)?,
            small_below: u64::try_from(r.integer("small-cell-below", day)?).unwrap_or(0),
            annotations: annotations.into_iter().map(|k| k.record.title).collect(),
        };
        Ok((month, due.get(1).copied()))
    }

    /// The Users of whom forecasts of a kind are asked, by the roles of the rules on a day. Only those
    /// that the one who asks may see.
    ///
    /// # Errors
    /// Where registers or rules cannot be read.
    pub fn members(&self, kind: ForecastKind, day: Day) -> Result<Vec<Member>, PackError> {
        let roles = self.rules.list(&format!("{kind}-forecast-roles"), day)?;
        let any = roles.iter().any(|r| r == ANY_ROLE);
        let visibility = Visibility::of(self.gate.actor());
        let classes: BTreeMap<String, String> = self
            .gate
            .list::<Party>(&Query::as_at(self.state))?
            .into_iter()
            .map(|k| (k.record.id, k.record.category))
            .collect();
        let users = self
            .gate
            .list::<User>(&Query::as_at(self.state))?
            .into_iter()
            .map(|k| k.record)
            .filter(|u| visibility.sees(Some(&u.party)));
        let mut members: Vec<Member> = users
            .map(|u| Member {
                class: classes.get(&u.party).cloned().unwrap_or_else(|| "unknown".to_owned()),
                held: u
                    .roles
                    .iter()
                    .filter(|r| any || roles.contains(&r.role))
                    .map(|r| (r.from, r.to))
                    .collect(),
                user: u.eui.to_string(),
                party: u.party,
            })
            .filter(|m| !m.held.is_empty())
            .collect();
        members.sort_by(|a, b| a.user.cmp(&b.user));
        Ok(members)
    }

    /// Submissions of a kind that had come by the as-at time.
    ///
    /// # Errors
    /// Where the registers cannot be read.
    pub fn submissions(&self, kind: ForecastKind) -> Result<Vec<Submission>, PackError> {
        let kept = self.gate.list::<Forecast>(&Query::as_at(self.state))?;
        Ok(kept
            .into_iter()
            .filter(|k| k.record.kind == kind && k.record.made <= self.as_at)
            .map(|k| {
                let mut months: BTreeMap<Period, Counts> = BTreeMap::new();
                for l in &k.record.lines {
                    months.entry(l.period).or_default().insert(Line::new(&l.srv, &l.mode), l.count);
                }
                Submission {
                    id: k.id,
                    user: k.record.user.to_string(),
                    made: k.record.made,
                    months,
                }
            })
            .collect())
    }

    /// What came in a month. A month that was not over at the as-at time is not known.
    fn actual(
        &self,
        kind: ForecastKind,
        period: Period,
        from: ActualsFrom,
        watched: &Watched,
    ) -> Result<Actual, PackError> {
        if self.as_at < period.after().start() {
            return Ok(Actual::default());
        }
        let mut actual = match (kind, from) {
            (ForecastKind::Sr, ActualsFrom::Ledger) => {
                let mut counted = self.counted(period)?;
                if counted.ground.null.is_none() {
                    counted.ground = self.ground(period, watched)?;
                }
                counted
            }
            _ => Actual::default(),
        };
        let counted = matches!((kind, from), (ForecastKind::Sr, ActualsFrom::Ledger));
        let volumes = self
            .gate
            .current::<Volume>(&Query { period: Some(period), ..Query::as_at(self.state) })?;
        let of_lines = |c: &Counts| c.values().map(|n| i128::from(*n)).sum();
        let mut users: BTreeMap<String, i128> =
            actual.counts.iter().map(|(user, c)| (user.clone(), of_lines(c))).collect();
        for (id, v) in volumes.rows.into_iter().map(|k| (k.id, k.record)) {
            if v.kind != kind {
                continue;
            }
            if counted && v.counted == Counted::Total {
                continue;
            }
            if !counted {
                actual.known = true;
            }
            let n = actual
                .counts
                .entry(v.user.to_string())
                .or_default()
                .entry(Line::new(&v.srv, &v.mode))
                .or_default();
            let total = users.entry(v.user.to_string()).or_default();
            *total += i128::from(v.count);
            match n.checked_add(v.count).filter(|_| i64::try_from(*total).is_ok()) {
                Some(sum) => *n = sum,
                None => actual.ground.null = Some(too_large(&id, period)),
            }
        }
        Ok(actual)
    }

    /// Every feed and fault, and the files that came.
    fn watched(&self) -> Result<Watched, PackError> {
        let q = Query::as_at(self.state);
        Ok(Watched {
            feeds: self.gate.list::<Feed>(&q)?.into_iter().map(|k| k.record).collect(),
            faults: self
                .gate
                .list::<feeds::Fault>(&q)?
                .into_iter()
                .map(|k| fault(k.record))
                .collect(),
            sources: self
                .gate
                .list::<SourceFile>(&q)?
                .into_iter()
                .map(|k| (k.known, k.record))
                .collect(),
        })
    }

    /// What the counts of a month rest on: by the rule of a pack's figures of Users' own requests, of
    /// messages, alerts and payloads alone. Rows that a feed brought into the registers are no messages.
    fn ground(&self, period: Period, w: &Watched) -> Result<Reliability, PackError> {
        if w.feeds.is_empty() && w.faults.is_empty() {
            return Ok(Reliability::default());
        }
        let days = (period.first(), period.after());
        let (mut brought, mut seen): (BTreeMap<String, BTreeSet<Day>>, BTreeSet<String>) =
            Default::default();
        for row in
            self.snapshot.cells(days, &[Dim::Feed, Dim::Day, Dim::TestKind], self.judge)?.rows
        {
            let [feed, day, test] = row.keys.as_slice() else { continue };
            if let Ok(day) = day.parse() {
                brought.entry(feed.to_string()).or_default().insert(day);
            }
            if &**test == TestKind::None.as_str() {
                seen.insert(feed.to_string());
            }
        }
        for table in [Table::Alerts, Table::Payloads] {
            for (feed, days) in self.snapshot.feed_days(table, days)? {
                brought.entry(feed).or_default().extend(days);
            }
        }
        let came = |feed: &Feed, d: Day| {
            let rows = brought.get(feed.id.as_str());
            match feed.calendar {
                Expected::Monthly => {
                    rows.is_some_and(|r| r.iter().any(|x| d.month().contains(*x)))
                        || calendar::reported(
                            &self.snapshot.root.manifest,
                            &w.sources,
                            self.as_at,
                            feed,
                            d.month(),
                        )
                }
                Expected::Daily | Expected::WorkingDays | Expected::Days => {
                    rows.is_some_and(|r| r.contains(&d))
                }
            }
        };
        let coverage = calendar::of_feeds(&w.feeds, self.rules, self.as_at, days, &came)?;
        Ok(own_messages(
            OwnMessages { activity: period, region: None, seen: &seen, as_at: self.as_at },
            &coverage,
            &w.faults,
            self.floor,
        ))
    }

    /// Counts of the ledger, by the rules on what counts.
    fn counted(&self, period: Period) -> Result<Actual, PackError> {
        let day = period.first();
        let kinds: BTreeSet<&str> =
            self.rules.list("forecast-kinds", day)?.iter().map(String::as_str).collect();
        let tests = self.rules.word::<Inclusion>("forecast-test-traffic", day)? == Inclusion::In;
        let smets1 = self.rules.word::<Inclusion>("forecast-smets1", day)? == Inclusion::In;
        let cells = self.snapshot.cells(
            (day, period.after()),
            &[Dim::Kind, Dim::User, Dim::Srv, Dim::Mode, Dim::TestKind, Dim::Generation],
            self.judge,
        )?;
        let mut actual = Actual { known: !cells.rows.is_empty(), whole: true, ..Actual::default() };
        for row in &cells.rows {
            let [kind, user, srv, mode, test, generation] = row.keys.as_slice() else { continue };
            if !kinds.contains(&**kind)
                || (!tests && &**test != TestKind::None.as_str())
                || (!smets1 && &**generation == Generation::Smets1.as_str())
            {
                continue;
            }
            let n = actual
                .counts
                .entry(user.to_string())
                .or_default()
                .entry(Line::new(srv, mode))
                .or_default();
            let sum = i64::try_from(row.count).ok().and_then(|count| n.checked_add(count));
            match sum {
                Some(sum) => *n = sum,
                None => actual.ground.null = Some(too_large("the messages of the ledger", period)),
            }
        }
        Ok(actual)
    }
}
