//! Times, categories and states of incidents as cells.

use northbound_measures::incidents::{
    Life,
    clock::{Occasion, Standing},
};
use northbound_types::Utc;

pub(super) fn time(t: Option<Utc>) -> String {
    t.map(|t| t.to_string()).unwrap_or_default()
}

/// `?` where the category is unknown.
pub(super) fn category(c: Option<u8>) -> String {
    c.map_or_else(|| "?".to_owned(), |c| c.to_string())
}

pub(super) fn text(t: Option<&String>) -> String {
    t.cloned().unwrap_or_default()
}

pub(super) fn state(l: &Life) -> String {
    if l.suspended { "open (suspended)".to_owned() } else { l.state.to_string() }
}

/// The state of an occasion against its target time.
pub(super) fn resolution(o: &Occasion) -> String {
    match &o.standing {
        Standing::InTime => "resolved in time".to_owned(),
        Standing::Late => "resolved after its target time".to_owned(),
        Standing::Overdue => "past its target time".to_owned(),
        Standing::Running if o.due.is_none() => "clock stopped".to_owned(),
        Standing::Running => "within its target time".to_owned(),
        Standing::Unknown { why } => format!("cannot be determined: {why}"),
    }
}

/// The state of an initial response against its target time.
pub(super) fn response(standing: &Standing) -> String {
    match standing {
        Standing::InTime => "on time".to_owned(),
        Standing::Late => "late".to_owned(),
        Standing::Running | Standing::Overdue => "not due yet".to_owned(),
        Standing::Unknown { why } => format!("cannot be determined: {why}"),
    }
}
