//! What is kept, and what can be done with it.

use northbound_types::text_enum;

text_enum! {
    /// A register: what a record is.
    pub enum Noun("register") {
        /// A data feed with its expected calendar.
        Feed = "feed",
        /// A fault of a feed or provider.
        Fault = "fault",
        /// An ingested file.
        Source = "source",
        /// A stretch of down time or planned maintenance.
        Service = "service",
        /// How many devices there were on a day.
        Population = "population",
        /// An attempted install of a Communications Hub.
        Hub = "hub",
        /// What the coverage database predicts for a place.
        Coverage = "coverage",
        /// Attempts that an Allowed Exception takes out of a measure.
        Exception = "exception",
        /// A reason for a miss.
        Explanation = "explanation",
        /// A remark on a stretch of time.
        Annotation = "annotation",
        /// How far a figure can be relied on, and who says so.
        Assurance = "assurance",
        /// A colour set by a person.
        Override = "override",
        /// A rule confirmed by somebody.
        Confirmation = "confirmation",
        /// A monthly pack.
        Pack = "pack",
        /// A figure as printed in a pack.
        Figure = "figure",
        /// A run of a reconciliation.
        Reconciliation = "reconciliation",
        /// A difference that a reconciliation found.
        Difference = "difference",
        /// A statement about months that the figures can be checked against.
        Claim = "claim",
        /// A party.
        Party = "party",
        /// A User: an EUI of a party with its roles.
        User = "user",
        /// A person, known by the role.
        Person = "person",
        /// The name behind a person, kept apart.
        Name = "name",
        /// A body: a group, panel, board, secretariat.
        Body = "body",
        /// A document, here or promised.
        Document = "document",
        /// An action that a meeting gave somebody.
        Action = "action",
        /// A contact of a party for a topic.
        Contact = "contact",
        /// An example of where the contact list was wrong.
        ContactIssue = "contact-issue",
        /// A mailing to the contacts of a topic.
        Mailing = "mailing",
        /// The proof of one message of a mailing.
        Delivery = "delivery",
        /// A statement on the state of the service.
        Status = "status",
        /// A piece of assurance work.
        Audit = "audit",
        /// The view that a body takes.
        View = "view",
        /// What a party says of the service in a month.
        Sentiment = "sentiment",
        /// A complaint.
        Complaint = "complaint",
        /// An example of where reports disagree.
        Example = "example",
        /// The same as the provider sees it.
        PassedExample = "passed-example",
        /// An Exceptional Event.
        Case = "case",
        /// A work package.
        WorkPackage = "workpackage",
        /// A comment on a document.
        Comment = "comment",
        /// Installations as somebody states them.
        Install = "install",
        /// A defect of a measure.
        MetricDefect = "metric-defect",
        /// How long something is kept.
        Retention = "retention",
        /// A change to the network's systems.
        Change = "change",
        /// Device models with a communications provider.
        Combination = "combination",
        /// A defect found in testing.
        Defect = "defect",
        /// Events of a defect in one month.
        Occurrence = "occurrence",
        /// Installations migrated, planned or capped in one week.
        Migration = "migration",
        /// A checklist for live services.
        Criteria = "criteria",
        /// A specification of a mitigation.
        Mitigation = "mitigation",
        /// Something that happened to an incident.
        IncidentEvent = "incident-event",
        /// Counts of incidents as a report states them.
        IncidentReport = "incident-report",
        /// A registration file that arrived.
        RegistrationFile = "registration-file",
        /// Who holds a role at a supply point or device.
        Registration = "registration",
        /// A device that serves a supply point.
        Meter = "meter",
        /// What the live service was told of a registration.
        AppliedRegistration = "told",
        /// A forecast of traffic, as submitted.
        Forecast = "forecast",
        /// Why no forecast was submitted.
        ForecastReason = "forecast-reason",
        /// Notice of exceptional demand.
        ForecastNotice = "forecast-notice",
        /// A count of requests that somebody else made.
        Volume = "volume",
        /// The secret behind pseudonyms.
        PseudonymKey = "pseudonym-key",
    }
}

impl Noun {
    /// The words after `northbound` that lead to it.
    #[must_use]
    pub const fn command(self) -> &'static str {
        match self {
            Noun::ForecastReason => "forecast reasons",
            Noun::ForecastNotice => "forecast notice",
            Noun::IncidentEvent => "incident",
            Noun::IncidentReport => "incident stated",
            Noun::Meter => "registration meters",
            Noun::AppliedRegistration => "registration apply",
            other => other.as_str(),
        }
    }
}

text_enum! {
    /// What happened to a record.
    pub enum Verb("verb") {
        /// Kept for the first time, or again after it was withdrawn.
        Add = "add",
        /// Changed.
        Change = "change",
        /// Taken back; it stays in the history.
        Withdraw = "withdraw",
        /// Brought by a file.
        Import = "import",
        /// A file taken back with all its rows.
        Retract = "retract",
        /// A pack frozen under a number.
        Issue = "issue",
        /// A figure printed in a pack.
        Print = "print",
        /// Passed through a gate: approved, admitted, found ready.
        Approve = "approve",
    }
}
