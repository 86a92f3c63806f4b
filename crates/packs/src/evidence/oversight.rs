//! What people state, feel, claim and decide around the figures, as at a time.

use crate::PackError;
use northbound_registers::{
    Gate, Query, Stored,
    records::{
        self as kept,
        oversight::actions::{Action, Flags, by_need, flags},
    },
};
use northbound_types::Day;
use std::collections::BTreeMap;

/// The registers around the figures, as at a time.
#[derive(Debug, Default)]
pub struct Oversight {
    /// Statements on the service, and notes.
    pub statements: Vec<Stored<kept::feedback::statements::Status>>,
    /// Assurance work.
    pub audits: Vec<Stored<kept::feedback::statements::Audit>>,
    /// Views that bodies take.
    pub views: Vec<Stored<kept::feedback::statements::View>>,
    /// What parties say.
    pub sentiments: Vec<Stored<kept::feedback::sentiments::Sentiment>>,
    /// Complaints.
    pub complaints: Vec<Stored<kept::feedback::sentiments::Complaint>>,
    /// Exceptional Events.
    pub cases: Vec<Stored<kept::oversight::cases::Case>>,
    /// Work packages.
    pub packages: Vec<Stored<kept::oversight::workpackages::WorkPackage>>,
    /// Examples of where reports disagree.
    pub examples: Vec<Stored<kept::feedback::examples::Example>>,
    /// What of them was passed on, by the example's id.
    pub passed: BTreeMap<String, kept::feedback::examples::PassedExample>,
    /// Comments on documents.
    pub comments: Vec<Stored<kept::feedback::comments::Comment>>,
    /// Documents.
    pub documents: Vec<Stored<kept::oversight::documents::Document>>,
    /// Actions of meetings.
    pub actions: Vec<Stored<Action>>,
    /// Defects of measures.
    pub metric_defects: Vec<Stored<kept::reporting::metric_defects::MetricDefect>>,
    /// Category of each party.
    pub classes: BTreeMap<String, String>,
}

impl Oversight {
    /// Actions in the order in which they need doing, each with what follows from it on a day.
    #[must_use]
    pub fn actions_by_need(&self, day: Day) -> Vec<(&Stored<Action>, Flags)> {
        // Whether a group owns it, and the other names of its owner, change neither the order nor the dates.
        let mut all: Vec<_> =
            self.actions.iter().map(|k| (k, flags(&k.record, day, false, &[]))).collect();
        all.sort_by(|a, b| by_need((&a.0.record, &a.1), (&b.0.record, &b.1)));
        all
    }
}

/// Reads them.
///
/// # Errors
/// Where the registers cannot be read.
pub fn read(gate: &Gate<'_>, q: &Query) -> Result<Oversight, PackError> {
    Ok(Oversight {
        statements: gate.list(q)?,
        audits: gate.list(q)?,
        views: gate.list(q)?,
        sentiments: gate.list(q)?,
        complaints: gate.list(q)?,
        cases: gate.list(q)?,
        packages: gate.list(q)?,
        examples: gate.list(q)?,
        comments: gate.list(q)?,
        documents: gate.list(q)?,
        actions: gate.list(q)?,
        metric_defects: gate.list(q)?,
        passed: gate
            .list::<kept::feedback::examples::PassedExample>(q)?
            .into_iter()
            .map(|k| (k.id, k.record))
            .collect(),
        classes: gate
            .list::<kept::participants::parties::Party>(q)?
            .into_iter()
            .map(|k| (k.record.id, k.record.category))
            .collect(),
    })
}
