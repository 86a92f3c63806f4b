//! Numbers from the rules that belong to no single measure, passed as plain values so that the
//! evaluation does not know how rules are stored.

use northbound_types::Ratio;
use serde::{Deserialize, Serialize};

/// Settings of an evaluation. There is no default: they come from the rules, with provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// z of the Wilson interval as a fraction (196/100 for 95 %).
    pub wilson_z: Ratio,
    /// Length of an outage window in minutes (3, published); divides 1440.
    pub outage_window_minutes: u32,
    /// First quiet hour of the day, UTC.
    pub quiet_from: u8,
    /// First hour after the quiet hours, UTC; less than `quiet_from` where they span midnight.
    pub quiet_to: u8,
    /// Test commands per commissioned hub over the period (1/2, published).
    pub tests_per_hub: Ratio,
    /// Device types that are Communications Hubs in the population.
    pub hub_device_types: Vec<String>,
    /// Statuses that count as commissioned in the population.
    pub commissioned: Vec<String>,
    /// Days within which PM1.2 wants a hub connected (90, published).
    pub connect_days: i32,
    /// An interval wider than this share says that the count is weak evidence.
    pub wide_interval: Ratio,
}

impl Settings {
    /// Outage windows in a day: 480 of 3 minutes. 0 where the setting is 0.
    #[must_use]
    pub const fn windows_per_day(&self) -> u32 {
        if self.outage_window_minutes == 0 { 0 } else { 1440 / self.outage_window_minutes }
    }
    /// Is the hour (0–23, UTC) a quiet one?
    #[must_use]
    pub const fn is_quiet(&self, hour: u8) -> bool {
        if self.quiet_from <= self.quiet_to {
            hour >= self.quiet_from && hour < self.quiet_to
        } else {
            hour >= self.quiet_from || hour < self.quiet_to
        }
    }
}
