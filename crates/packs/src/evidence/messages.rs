//! Counts from the ledger in the shapes that the measures read.

use super::{Detail, Known};
use crate::PackError;
use northbound_ledger::{Days, Snapshot, rows::StatedRow, schema::Table};
use northbound_measures::inputs::{
    NEEDED_DIMS, OutageWindow, PayloadCount, StatedFigure, TestsByHour,
};
use northbound_rules::{buckets, measure::Basis};
use northbound_types::{Cells, Day, Dim, LatencyRow, Period, Region, TestKind, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Dimensions of the latency histograms.
pub const LATENCY: &[Dim] = &[Dim::Region, Dim::Srv, Dim::Mode, Dim::TestKind];
/// Dimensions of the counts by User, over the whole period.
pub const BY_USER: &[Dim] = &[
    Dim::Kind,
    Dim::Region,
    Dim::User,
    Dim::Srv,
    Dim::Mode,
    Dim::TestKind,
    Dim::State,
    Dim::Timeliness,
];

/// Alerts by day, region, code and state: how many, and how many further alerts their copies represent.
pub type AlertDays = BTreeMap<(Day, String, String, String), (u64, i64)>;

/// What the ledger holds of a period.
#[derive(Debug, Default)]
pub struct Messages {
    /// Exchanges by the dimensions of the measures.
    pub cells: Cells,
    /// Exchanges of the period by User and SRV.
    pub by_user: Cells,
    /// Latency histograms of the period.
    pub latency: Vec<LatencyRow>,
    /// After how long an attempt was given up at the least, by region and mode.
    pub deadlines: BTreeMap<(String, String), Option<i64>>,
    /// Upper edges of their buckets.
    pub edges: Vec<i64>,
    /// Outage alerts by window.
    pub outages: Vec<OutageWindow>,
    /// Payloads.
    pub payloads: Vec<PayloadCount>,
    /// Tests and own requests by hour.
    pub by_hour: Vec<TestsByHour>,
    /// Alerts of the period.
    pub alerts: AlertDays,
    /// Days on which a feed brought alerts or payloads.
    pub feed_days: BTreeMap<String, BTreeSet<Day>>,
}

/// Reads what the measures of a period look at, and by `detail` what only a document shows.
pub(super) fn read(known: &Known, period: Period, detail: Detail) -> Result<Messages, PackError> {
    let (s, days) = (&known.snapshot, super::reach(&known.rules, period));
    let own: Days = (period.first(), period.after());
    let mut m = Messages {
        cells: s.cells(days, NEEDED_DIMS, &known.judge)?,
        edges: buckets::edges(),
        ..Messages::default()
    };
    m.outages = outages(known, days)?;
    m.payloads = payloads(s, days)?;
    for table in [Table::Alerts, Table::Payloads] {
        for (feed, days) in s.feed_days(table, days)? {
            m.feed_days.entry(feed).or_default().extend(days);
        }
    }
    if detail == Detail::Document {
        m.by_user = s.cells(own, BY_USER, &known.judge)?;
        m.latency = s.latency(own, LATENCY, &known.judge)?;
        m.deadlines = s.deadlines(own)?;
        m.by_hour = by_hour(s, own)?;
        m.alerts = s.alerts(own)?;
    }
    Ok(m)
}

/// The User whose messages are all that the ledger holds of the days that a period's measures look at; `None`
/// where there are several, or any test command of the network: then it is not one User's own log.
pub(super) fn only_user(known: &Known, period: Period) -> Result<Option<String>, PackError> {
    let days = super::reach(&known.rules, period);
    let cells = known.snapshot.cells(days, &[Dim::User, Dim::TestKind], &known.judge)?;
    let mut users = BTreeSet::new();
    for row in &cells.rows {
        let [user, test] = row.keys.as_slice() else { continue };
        if !matches!(test.parse(), Ok(TestKind::None | TestKind::User)) {
            return Ok(None);
        }
        users.insert(user.to_string());
    }
    let mut users = users.into_iter();
    Ok(users.next().filter(|u| !u.is_empty() && users.next().is_none()))
}

fn outages(known: &Known, days: Days) -> Result<Vec<OutageWindow>, PackError> {
    let codes: BTreeSet<&str> = known
        .rules
        .measures()
        .iter()
        .filter_map(|d| match &d.basis {
            Basis::OutageWindows { code, .. } => Some(code.as_str()),
            _ => None,
        })
        .collect();
    let mut by: BTreeMap<(String, Day, i64, Region), OutageWindow> = BTreeMap::new();
    for code in codes {
        for w in known.snapshot.alert_windows(
            days,
            code,
            i64::from(known.settings.outage_window_minutes),
        )? {
            let window = u16::try_from(w.window).unwrap_or(u16::MAX);
            // One region may have rows of several providers: a hub belongs to one of them.
            let o = by.entry((code.to_owned(), w.day, w.window, w.region)).or_insert_with(|| {
                OutageWindow {
                    day: w.day,
                    window,
                    region: w.region,
                    code: code.to_owned(),
                    hubs: 0,
                    received: 0,
                    passed: 0,
                }
            });
            o.hubs += w.devices;
            o.received += w.received;
            o.passed += w.passed;
        }
    }
    Ok(by.into_values().collect())
}

fn payloads(s: &Snapshot, days: Days) -> Result<Vec<PayloadCount>, PackError> {
    Ok(s.payload_days(days)?
        .into_iter()
        .map(|((day, region, provider, feed), c)| PayloadCount {
            day,
            region: region.parse().unwrap_or(Region::Unknown),
            provider,
            feed,
            in_time: c.in_time,
            late: c.late,
            no_target: c.no_target,
            failed: c.failed,
            pending: c.pending,
        })
        .collect())
}

fn by_hour(s: &Snapshot, days: Days) -> Result<Vec<TestsByHour>, PackError> {
    let mut by: BTreeMap<(Region, u8), TestsByHour> = BTreeMap::new();
    for ((region, kind, hour), n) in s.by_hour(days)? {
        let region = region.parse().unwrap_or(Region::Unknown);
        let t = by.entry((region, hour)).or_insert_with(|| TestsByHour {
            region,
            device_type: String::new(),
            hour,
            tests: 0,
            own: 0,
        });
        match kind.parse::<TestKind>() {
            Ok(TestKind::Rtt2 | TestKind::Rtt3 | TestKind::Rtt4) => t.tests += n,
            Ok(TestKind::None) => t.own += n,
            // A test that a User ran is neither the network's test nor its own traffic.
            Ok(TestKind::User) | Err(_) => {}
        }
    }
    Ok(by.into_values().collect())
}

/// Every stated figure that counts, and beside it the name of its file. One whose period cannot be
/// read speaks of none and is left out by the reader of the file.
pub(super) fn stated(s: &Snapshot) -> Result<(Vec<StatedFigure>, Vec<String>), PackError> {
    let (mut out, mut files) = (Vec::new(), Vec::new());
    for entry in s.stated_with_rivals(&[])? {
        let row = entry.row.row;
        let Some(figure) = figure(entry.row, entry.rank) else { continue };
        files.push(s.root.manifest.source(entry.source).map_or_else(
            || format!("source {}", entry.source),
            |f| format!("{}, row {row}", f.name),
        ));
        out.push(figure);
    }
    Ok((out, files))
}

/// `None` where the period cannot be read. Names every field of the row, so that a new one does not
/// compile before it is dealt with.
fn figure(stated: StatedRow, rank: i64) -> Option<StatedFigure> {
    let StatedRow {
        measure,
        period,
        keys,
        numerator,
        denominator,
        count,
        text,
        readings,
        null,
        target,
        minimum,
        source,
        document,
        version,
        place,
        known,
        row: _,
    } = stated;
    let whole = |n: Option<i64>| n.and_then(|v| u64::try_from(v).ok());
    Some(StatedFigure {
        measure,
        period: period.parse().ok()?,
        keys,
        numerator: whole(numerator),
        denominator: whole(denominator),
        count,
        text,
        readings,
        null,
        target,
        minimum,
        source,
        document,
        version,
        place,
        known: Utc(known),
        rank,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_stated_figure_has_the_keys_of_its_row() {
        let row = StatedRow {
            measure: "PM4.3".into(),
            period: "2026-04".into(),
            keys: [("region".to_owned(), "north".to_owned())].into(),
            numerator: Some(9),
            denominator: Some(10),
            count: Some(3),
            text: Some("90 %".into()),
            readings: vec![("share".into(), "90 %".into())],
            null: Some("not-reported".into()),
            target: Some("99 %".into()),
            minimum: Some("96 %".into()),
            source: "CSPN".into(),
            document: "report".into(),
            version: "1".into(),
            place: "page 7".into(),
            known: 1,
            row: 5,
        };
        let keys = |v: serde_json::Value| {
            v.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>()
        };
        let mut of_row = keys(serde_json::to_value(&row).unwrap());
        assert!(of_row.remove("row"), "the row in its file has no meaning for a measure");
        let unreadable = StatedRow { period: "April".into(), ..row.clone() };
        let found = figure(row, 3).unwrap();
        assert_eq!((found.numerator, found.denominator, found.known), (Some(9), Some(10), Utc(1)));
        assert_eq!(found.rank, 3);
        of_row.insert("rank".into());
        assert_eq!(keys(serde_json::to_value(&found).unwrap()), of_row);
        assert_eq!(figure(unreadable, 3), None);
    }
}
