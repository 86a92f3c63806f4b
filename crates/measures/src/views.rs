//! Comparisons and breakdowns beside the measures themselves: one User by business process, before and
//! after a change, with and without an event, two methodologies, two packs, volumes, registration files.

pub mod compare;
pub mod diff;
pub mod event;
pub mod observation;
pub mod process;
pub mod registration;
pub mod volumes;
