//! Rules as data with dates and provenance: the catalogue of services, Target Response Times,
//! measures, methodologies, processes, providers, calendars, settings and the latency buckets.
//!
//! The files stand under `rules/`, are embedded in the binary, and are overlaid file by file by
//! `DATA/rules`. `docs/rules.md` describes their keys.

pub mod buckets;
pub mod catalogue;
pub mod check;
pub mod codes;
pub mod confirm;
pub mod definitions;
pub mod error;
pub mod files;
pub mod forecasts;
pub mod incidents;
pub mod lists;
pub mod measure;
pub mod registration;
pub mod ruleset;
pub mod scalar;
pub mod setting_words;
pub mod settings;
pub mod targets;
pub mod templates;

pub use catalogue::{Catalogue, Service};
pub use check::Finding;
pub use confirm::{Confirmable, RuleInfo};
pub use error::{Place, RuleError};
pub use ruleset::RuleSet;
pub use settings::{Setting, SettingValue};
pub use targets::{TargetKey, TargetResolver, TargetRule};
