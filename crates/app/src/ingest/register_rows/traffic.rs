//! Forecasts and counts of traffic, from rows to records. A submission is all rows of one User, kind and
//! time of submission.

use super::Target;
use crate::error::Result;
use northbound_ingest::{ForecastRow, VolumeRow};
use northbound_registers::{
    Added, AsAt, Gate, RegisterError,
    records::{
        data::volumes::{Counted, Volume},
        forecasting::forecasts::{Forecast, ForecastLine, Made},
    },
};
use northbound_types::{Eui64, ForecastKind, Period, Utc};
use std::collections::BTreeMap;

impl Target<'_, '_> {
    /// Rejects the rows that together are one record.
    fn reject_all(&mut self, rows: &[i64], field: &str, problem: &str) -> Result<()> {
        for place in rows {
            self.reject(*place, field, problem.to_owned())?;
        }
        Ok(())
    }

    /// Takes the reply of the registers for the record made of `rows`.
    fn added(
        &mut self,
        added: std::result::Result<Added, RegisterError>,
        rows: &[i64],
    ) -> Result<()> {
        match added {
            Ok(Added::New) => Ok(()),
            Ok(Added::Duplicate) => {
                self.outcome.duplicates += rows.len() as u64;
                Ok(())
            }
            Err(RegisterError::Invalid { field, problem, .. }) => {
                self.reject_all(rows, field, &problem)
            }
            Err(e @ (RegisterError::Owner { .. } | RegisterError::Party { .. })) => {
                self.reject_all(rows, "user", &e.to_string())
            }
            Err(e @ RegisterError::Backdated { .. }) => {
                self.reject_all(rows, "made", &e.to_string())
            }
            Err(e) => Err(e.into()),
        }
    }
}

pub(super) fn add(
    forecasts: &[ForecastRow],
    volumes: &[VolumeRow],
    gate: &Gate<'_>,
    known: Utc,
    target: &mut Target<'_, '_>,
) -> Result<()> {
    let mut parties: BTreeMap<Eui64, Option<String>> = BTreeMap::new();
    for user in forecasts.iter().map(|r| r.user).chain(volumes.iter().map(|r| r.user)) {
        if let std::collections::btree_map::Entry::Vacant(free) = parties.entry(user) {
            free.insert(gate.party_of(user, AsAt::NOW)?.map(|u| u.party.id));
        }
    }
    let party = |user: Eui64| parties.get(&user).cloned().flatten();
    let unknown = |user: Eui64| {
        format!(
            "{user} is not a registered User; add it with `northbound user add` and ingest the file again"
        )
    };
    for v in volumes {
        let Some(party) = party(v.user) else {
            target.reject(v.place, "user", unknown(v.user))?;
            continue;
        };
        let counted = if v.correction { Counted::Correction } else { Counted::Total };
        let row = Volume {
            kind: v.kind,
            user: v.user,
            party,
            srv: v.srv.clone(),
            mode: v.mode.clone(),
            period: v.period,
            counted,
            count: v.count,
            reference: v.reference.clone(),
        };
        let added = target.import(&row, v.place, None)?;
        target.added(added, &[v.place])?;
    }
    for ((kind, user, made), rows) in submissions(forecasts, known) {
        let places: Vec<i64> = rows.iter().map(|r| r.place).collect();
        let Some(party) = party(user) else {
            target.reject_all(&places, "user", &unknown(user))?;
            continue;
        };
        let (lines, places) = lines(&rows, target)?;
        if lines.is_empty() {
            continue;
        }
        let record =
            Forecast { kind, user, party, made, how: Made::File, lines, note: String::new() };
        let added = target.import(&record, places.first().copied().unwrap_or(0), Some(made))?;
        target.added(added, &places)?;
    }
    Ok(())
}

type Key = (ForecastKind, Eui64, Utc);

fn submissions(rows: &[ForecastRow], known: Utc) -> BTreeMap<Key, Vec<&ForecastRow>> {
    let mut by: BTreeMap<Key, Vec<&ForecastRow>> = BTreeMap::new();
    for r in rows {
        by.entry((r.kind, r.user, r.made.unwrap_or(known))).or_default().push(r);
    }
    by
}

/// The lines of a submission with the numbers of their rows. Rows that give one line several counts are
/// all rejected, since neither can be chosen. The same row twice is one line.
fn lines(
    rows: &[&ForecastRow],
    target: &mut Target<'_, '_>,
) -> Result<(Vec<ForecastLine>, Vec<i64>)> {
    let mut by: BTreeMap<(Period, &str, &str), Vec<&ForecastRow>> = BTreeMap::new();
    for r in rows {
        by.entry((r.period, &r.srv, &r.mode)).or_default().push(r);
    }
    let (mut out, mut places) = (Vec::new(), Vec::new());
    for ((period, srv, mode), rows) in by {
        let Some(first) = rows.first() else { continue };
        if rows.iter().any(|r| r.count != first.count) {
            let at: Vec<i64> = rows.iter().map(|r| r.place).collect();
            target.reject_all(
                &at,
                "count",
                &format!(
                    "{srv} {mode} in {period} has several counts in this file; leave only one"
                ),
            )?;
            continue;
        }
        target.outcome.duplicates += rows.len() as u64 - 1;
        places.extend(rows.iter().map(|r| r.place));
        out.push(ForecastLine {
            period,
            srv: srv.to_owned(),
            mode: mode.to_owned(),
            count: first.count,
        });
    }
    Ok((out, places))
}
