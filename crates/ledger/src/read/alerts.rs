//! Alerts by what became of them, and in fixed windows.

use super::snapshot::{Days, Snapshot};
use crate::{error::LedgerError, tables::schema::Table};
use northbound_types::{AlertState, Day, Region, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Alerts of one code in one fixed window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct AlertWindow {
    /// Day.
    pub day: Day,
    /// Number of the window in its day, from 0.
    pub window: i64,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// Distinct devices.
    pub devices: u64,
    /// Alerts received in it, exact repeats left out.
    pub received: u64,
    /// Of these, passed on.
    pub passed: u64,
}

impl Snapshot {
    /// Alerts by day, region, code, state, for the books and the pack.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn alerts(
        &self,
        days: Days,
    ) -> Result<BTreeMap<(Day, String, String, String), (u64, i64)>, LedgerError> {
        let mut out = BTreeMap::new();
        self.batches(
            Table::Alerts,
            days,
            &["region", "code", "state", "carried", "received"],
            &mut |_, b| {
                let ((rk, rw), (ck, cw), (sk, sw)) =
                    (b.words("region"), b.words("code"), b.words("state"));
                let (carried, received) = (b.ints("carried"), b.ints("received"));
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let e: &mut (u64, i64) = out
                        .entry((
                            Utc(received[i]).day(),
                            rw[rk[i] as usize].clone(),
                            cw[ck[i] as usize].clone(),
                            sw[sk[i] as usize].clone(),
                        ))
                        .or_default();
                    e.0 += 1;
                    e.1 += carried[i];
                }
                Ok(())
            },
        )?;
        Ok(out)
    }

    /// Alerts of a code in fixed windows of the UTC clock.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn alert_windows(
        &self,
        days: Days,
        code: &str,
        window_minutes: i64,
    ) -> Result<Vec<AlertWindow>, LedgerError> {
        let mut windows: BTreeMap<(Day, i64, String, String), (BTreeSet<i64>, u64, u64)> =
            BTreeMap::new();
        let cols = ["device", "code", "state", "received", "region", "provider"];
        self.batches(Table::Alerts, days, &cols, &mut |_, b| {
            let (ck, cw) = b.words("code");
            let Some(wanted) = cw.iter().position(|c| c == code) else { return Ok(()) };
            let ((sk, sw), (rk, rw), (pk, pw)) =
                (b.words("state"), b.words("region"), b.words("provider"));
            let (device, received) = (b.ints("device"), b.ints("received"));
            for i in (0..b.rows()).filter(|&i| b.keep[i] && ck[i] as usize == wanted) {
                let state = sw[sk[i] as usize].parse::<AlertState>().ok();
                if state == Some(AlertState::Duplicate) {
                    continue;
                }
                let day = Utc(received[i]).day();
                let window = (received[i] - day.start().0) / (window_minutes.max(1) * 60_000_000);
                let e = windows
                    .entry((day, window, rw[rk[i] as usize].clone(), pw[pk[i] as usize].clone()))
                    .or_default();
                e.0.insert(device[i]);
                e.1 += 1;
                e.2 += u64::from(state.is_some_and(AlertState::is_forwarded));
            }
            Ok(())
        })?;
        Ok(windows
            .into_iter()
            .map(|((day, window, region, provider), (devices, received, passed))| AlertWindow {
                day,
                window,
                region: region.parse().unwrap_or(Region::Unknown),
                provider,
                devices: devices.len() as u64,
                received,
                passed,
            })
            .collect())
    }
}
