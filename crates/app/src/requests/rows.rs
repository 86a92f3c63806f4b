//! Rows of messages from both places that have them: the ledger, and the live service's core and buffer.

use super::filter::Filter;
use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_client::{ClientError, control::Client};
use northbound_ledger::{
    Snapshot,
    find::{Record, Wanted},
    judge::RulesJudge,
    judged::{Judged, judged},
    schema::Table,
};
use northbound_types::Utc;
use serde_json::{Value, json};
use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

/// Column and value, named as the columns of the ledger's tables.
pub(super) type Columns = BTreeMap<String, String>;

/// One row, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) columns: Columns,
    pub(super) origin: Origin,
}

#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// Committed.
    Ledger(Box<Record>),
    /// Not committed yet; `true` where it will not change any more.
    Service(bool),
}

impl Row {
    fn of_ledger(mut record: Record) -> Row {
        let columns = std::mem::take(&mut record.columns);
        let columns = columns.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Row { columns, origin: Origin::Ledger(Box::new(record)) }
    }
    pub(super) fn text(&self, column: &str) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }
    pub(super) fn time(&self, column: &str) -> Option<Utc> {
        self.text(column).parse().ok()
    }
    /// Another record of the same message goes before it.
    pub(super) fn gave_way(&self) -> bool {
        matches!(&self.origin, Origin::Ledger(r) if r.gave_way.is_some())
    }
    pub(super) fn committed(&self) -> bool {
        matches!(self.origin, Origin::Ledger(_))
    }
    /// How the exchange did against its target.
    pub(super) fn judged(&self, judge: &RulesJudge) -> Judged {
        judged(&|column| self.text(column), judge)
    }
}

/// Whether the running service was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Service {
    /// It answered; its time.
    Asked(Option<Utc>),
    /// None runs here.
    NotRunning,
    /// The question is about an earlier state, which only the ledger has.
    Earlier,
}

impl Service {
    /// Why an answer may be incomplete; `None` where it is not.
    pub(super) fn note(&self, snapshot: &Snapshot) -> Option<String> {
        let live = snapshot.root.manifest.sources.iter().any(|s| s.is_live());
        match self {
            Service::NotRunning if live => Some(format!(
                "The live service does not run here: this is the ledger alone, as of {}.",
                snapshot.root.manifest.committed
            )),
            _ => None,
        }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            Service::Asked(at) => {
                json!({"state": "asked", "core_time": at.map(|t| t.to_string())})
            }
            Service::NotRunning => json!({"state": "not-running"}),
            Service::Earlier => json!({"state": "not-asked"}),
        }
    }
}

/// Both places, as of one moment.
pub(super) struct Places {
    pub(super) snapshot: Snapshot,
    pub(super) service: Service,
    requests: Vec<Row>,
    alerts: Vec<Row>,
    deliveries: Vec<Row>,
    /// The service has more than it gave.
    pub(super) more: bool,
}

/// Times that ledger and service are asked again where a commit came between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

impl Places {
    /// Asks both. `about` narrows what the service gives, one query (`user=…&device=…`) after another.
    pub(super) fn ask(ctx: &Context, about: &[String]) -> Result<Places> {
        if ctx.as_at.is_some() {
            return Ok(Places::ledger_alone(ctx.snapshot()?, Service::Earlier));
        }
        let client = match Client::of(&ctx.data, &ctx.actor) {
            Ok(client) => client,
            Err(ClientError::NotRunning { .. }) => {
                return Ok(Places::ledger_alone(ctx.snapshot()?, Service::NotRunning));
            }
            Err(e) => return Err(e.into()),
        };
        let mut tries = 0;
        loop {
            let answers: Vec<Value> = about
                .iter()
                .map(|q| Ok(client.get(&format!("/messages?{q}"))?))
                .collect::<Result<_>>()?;
            let snapshot = ctx.snapshot()?;
            // A commit that came between would put rows into both places.
            let reached = answers.iter().filter_map(|a| a["ledger_position"].as_u64()).min();
            tries += 1;
            let position = snapshot.root.manifest.journal_position;
            if reached.is_none_or(|p| position <= p) || tries == TRIES {
                return Places::of(snapshot, &answers);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn ledger_alone(snapshot: Snapshot, service: Service) -> Places {
        let [requests, alerts, deliveries] = [Vec::new(), Vec::new(), Vec::new()];
        Places { snapshot, service, requests, alerts, deliveries, more: false }
    }

    fn of(snapshot: Snapshot, answers: &[Value]) -> Result<Places> {
        let at = answers.first().and_then(|a| a["core_time"].as_str()?.parse().ok());
        let mut p = Places::ledger_alone(snapshot, Service::Asked(at));
        for a in answers {
            p.requests.extend(rows(&a["requests"])?);
            p.alerts.extend(rows(&a["alerts"])?);
            p.deliveries.extend(rows(&a["deliveries"])?);
            p.more |= a["more"] == true;
        }
        Ok(p)
    }

    /// Did the service answer, so that its open messages are to be left out of the ledger's?
    fn asked(&self) -> bool {
        matches!(self.service, Service::Asked(_))
    }

    /// The rows of a table that the filter takes, the newest first, and how many there are.
    pub(super) fn page(
        &self,
        table: Table,
        filter: &Filter,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<Row>, u64)> {
        let recent = if table == Table::Alerts { &self.alerts } else { &self.requests };
        let mut recent: Vec<Row> =
            recent.iter().filter(|r| filter.takes(&r.columns)).cloned().collect();
        recent.sort_by_key(|r| Reverse(received(r)));
        // Up to so many of the ledger's rows may be pushed onto this page.
        let from = skip.saturating_sub(recent.len() as u64);
        let wanted =
            Wanted { settled: self.asked(), ..filter.wanted(table, from, skip - from + limit) };
        let found = self.snapshot.find(&wanted)?;
        let all = found.all + recent.len() as u64;
        let rows = found.records.into_iter().map(Row::of_ledger).collect();
        Ok((merged(rows, from, recent, skip..skip + limit), all))
    }

    /// Every record of a table that a search takes, those that gave way among them, and the service's.
    pub(super) fn records(&self, wanted: Wanted) -> Result<(Vec<Row>, u64)> {
        let recent = match wanted.table {
            Table::Alerts => &self.alerts,
            Table::Deliveries => &self.deliveries,
            _ => &self.requests,
        };
        let found =
            self.snapshot.find(&Wanted { settled: self.asked(), copies: true, ..wanted })?;
        let all = found.all + recent.len() as u64;
        let rows = recent.iter().cloned().chain(found.records.into_iter().map(Row::of_ledger));
        Ok((rows.collect(), all))
    }
}

/// The rows at some places of the merged list. `ledger` are the ledger's from its place `from` on; a row of
/// `recent` that is newer than all of them is before every place asked for, unless `from` is 0.
fn merged(ledger: Vec<Row>, from: u64, recent: Vec<Row>, places: std::ops::Range<u64>) -> Vec<Row> {
    let times = |rows: &[Row]| rows.iter().map(received).collect::<Vec<i64>>();
    let (of_ledger, of_recent) = (times(&ledger), times(&recent));
    let newer = |times: &[i64], than: i64| times.partition_point(|t| *t >= than) as u64;
    let mut all: Vec<(u64, Row)> = Vec::with_capacity(ledger.len() + recent.len());
    for (k, row) in ledger.into_iter().enumerate() {
        let before = of_recent.partition_point(|t| *t > of_ledger[k]) as u64;
        all.push((from + k as u64 + before, row));
    }
    for (j, row) in recent.into_iter().enumerate() {
        all.push((from + newer(&of_ledger, of_recent[j]) + j as u64, row));
    }
    all.retain(|(place, _)| places.contains(place));
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, row)| row).collect()
}

fn received(row: &Row) -> i64 {
    row.time("received").map_or(i64::MIN, |t| t.0)
}

fn rows(list: &Value) -> Result<Vec<Row>> {
    let strange = || AppError::internal("the service's answer is not understood");
    let mut out = Vec::new();
    for v in list.as_array().ok_or_else(strange)? {
        let columns: Columns =
            serde_json::from_value(v["columns"].clone()).map_err(|_| strange())?;
        out.push(Row { columns, origin: Origin::Service(v["settled"] == true) });
    }
    Ok(out)
}

/// Where a row is from, in words, and as JSON.
pub(super) fn provenance(row: &Row, snapshot: &Snapshot) -> (String, Value) {
    let Origin::Ledger(record) = &row.origin else {
        return (
            "the running service; not committed yet".to_owned(),
            json!({"kind": "service", "committed": false}),
        );
    };
    let source = snapshot.root.manifest.source(record.source);
    let name = source.map_or_else(|| format!("source {}", record.source), |s| s.name.clone());
    if source.is_some_and(|s| s.is_live()) {
        let position = snapshot.journal_position_of(&record.file);
        let upto = position.map_or_else(String::new, |p| format!(", journal up to position {p}"));
        return (
            format!("the service's own record{upto}"),
            json!({"kind": "journal", "source": record.source, "journal_position": position, "row": record.row, "file": record.file, "committed": true}),
        );
    }
    (
        format!("{name} row {}", record.row),
        json!({"kind": "file", "source": record.source, "name": name, "row": record.row, "sha256": source.map(|s| &s.sha256), "file": record.file, "committed": true}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(second: i64) -> Row {
        let at = Utc(second * 1_000_000).to_string();
        Row { columns: [("received".to_owned(), at)].into(), origin: Origin::Service(false) }
    }

    /// Pages of the two lists together are the pages of one list.
    #[test]
    fn pages_of_two_lists_follow_on_each_other() {
        let ledger = [90, 70, 70, 50, 40, 30, 20, 10];
        let recent = [95, 70, 45, 5];
        let mut one: Vec<i64> = ledger.iter().chain(&recent).copied().collect();
        one.sort_by_key(|t| Reverse(*t));
        for limit in 1..=5_u64 {
            let mut pages = Vec::new();
            for skip in (0..13_u64).step_by(limit as usize) {
                let from = skip.saturating_sub(recent.len() as u64);
                let window: Vec<Row> = ledger
                    .iter()
                    .skip(from as usize)
                    .take((skip - from + limit) as usize)
                    .map(|t| row(*t))
                    .collect();
                let recent = recent.iter().map(|t| row(*t)).collect();
                let page = merged(window, from, recent, skip..skip + limit);
                pages.extend(page.iter().map(|r| received(r) / 1_000_000));
            }
            assert_eq!(pages, one, "pages of {limit}");
        }
    }
}
