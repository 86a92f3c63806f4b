//! Which keys the list of each register shows.

use northbound_registers::Noun;

/// JSON keys of the records of each register. A leading `>` aligns the column to the right. Registers
/// that are not here have a list of their own, or none.
const COLUMNS: &[(Noun, &str)] = &[
    (Noun::Annotation, "from to title text source"),
    (Noun::Assurance, "measure provider region period status what said_by"),
    (Noun::Audit, "scope on result evidence told_by"),
    (Noun::Body, "name kind powers"),
    (Noun::Case, "title claimant from to measures regions"),
    (Noun::Claim, "measure provider region until text source document place"),
    (Noun::Combination, "csp models cohort list first_added note"),
    (Noun::Comment, "document by received late text response"),
    (Noun::Complaint, "party region on heard_by text"),
    (Noun::ContactIssue, "contact party topic state what answer"),
    (Noun::Criteria, "title cohort body review state ruling actions defects"),
    (Noun::Defect, "title cohort combinations severity state found found_in asked_in"),
    (Noun::Example, "party on about state hide_sender action"),
    (Noun::Exception, "measure provider region period count met reason"),
    (Noun::Explanation, "measure provider region period where said_by text repeat_of"),
    (Noun::Fault, "feed provider from to severity measures what owner closed_by"),
    (Noun::Feed, "title provider region brings calendar from to >rank owner"),
    (Noun::Hub, "hub region provider installed srv in_coverage connected exception predicted"),
    (
        Noun::IncidentReport,
        "area period opening opened reopened resolved withdrawn open identified source document place",
    ),
    (Noun::Install, "source period region count coverage series_break"),
    (Noun::MetricDefect, "measure what effect found_by change"),
    (Noun::Mailing, "topic subject state sent categories missing"),
    (Noun::Migration, "kind cohort combination status week count source"),
    (Noun::Mitigation, "defect title action document"),
    (Noun::Override, "measure provider region period colour withhold who why"),
    (Noun::Party, "name category"),
    (Noun::PassedExample, "about text sender passed_to passed answer answered"),
    (Noun::Person, "role body party from to"),
    (Noun::Population, "day region generation device_type status count"),
    (Noun::Sentiment, "party region period mood source"),
    (Noun::Service, "service kind from to reference note"),
    (Noun::Status, "period on kind colour author text basis"),
    (Noun::User, "party roles"),
    (Noun::View, "period body subject text meeting"),
    (Noun::Volume, "kind user party srv mode period counted count reference"),
    (Noun::WorkPackage, "title quarter definition from to state"),
];

/// JSON keys that a list of this register shows between the id and who recorded it; a leading `>`
/// aligns the column to the right.
pub fn columns(noun: Noun) -> impl Iterator<Item = &'static str> + Clone {
    let keys = COLUMNS.iter().find(|(of, _)| *of == noun).map_or("", |(_, keys)| keys);
    keys.split(' ').filter(|key| !key.is_empty())
}
