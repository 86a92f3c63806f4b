//! The parts of the core's state. Each owns its fields: the steps of the core can change them only
//! through its methods, and no part reaches into another.

mod alerts;
mod deliveries;
mod exchanges;
mod inventory;
mod pre_commands;
mod quarantine;
mod regions;
mod schedules;
mod sequences;
mod storms;
mod timers;
mod windows;

pub(crate) use alerts::{AlertCopy, OpenAlerts};
pub(crate) use deliveries::{Deliveries, Purpose};
pub(crate) use exchanges::{Exchange, Exchanges, Facts};
pub use inventory::{ALERTS_REMEMBERED, MAX_USERS};
pub(crate) use inventory::{Inventory, UserNo};
pub(crate) use pre_commands::PreCommands;
pub(crate) use quarantine::Quarantine;
pub(crate) use regions::{Regions, region_index};
pub(crate) use schedules::{Run, Schedules};
pub(crate) use sequences::Sequences;
pub(crate) use storms::{Look, StormKey, Storms};
pub(crate) use timers::{Timer, Timers};
pub(crate) use windows::Windows;
