//! The words that a setting of `settings.toml` or `traffic.toml` may have as its value.

use northbound_types::text_enum;

text_enum! {
    /// `sr-forecast-rule` and `csr-forecast-rule`: what Users are asked for.
    pub enum ForecastRule("rule on forecasts") {
        /// A forecast for each month.
        Forecast = "forecast",
        /// A notice before unusual volumes.
        Notice = "notice",
    }
}

text_enum! {
    /// `forecast-during-month`: does a forecast count that was submitted in its own month?
    pub enum DuringMonth("rule on late forecasts") {
        /// It counts.
        Counts = "counts",
        /// It does not.
        DoesNotCount = "does-not-count",
    }
}

text_enum! {
    /// `forecast-test-traffic` and `forecast-smets1`: is this traffic part of the actual volumes?
    pub enum Inclusion("choice of inclusion") {
        /// It is.
        In = "in",
        /// It is left out.
        Out = "out",
    }
}

text_enum! {
    /// `incident-days`: the days in which target times are counted.
    pub enum IncidentDays("kind of days") {
        /// All days.
        Calendar = "calendar",
        /// Working Days of the calendar in force.
        Working = "working",
    }
}

text_enum! {
    /// `incident-clock-stops`: when the clock of an incident stops before its resolution.
    pub enum ClockStops("rule on the incident clock") {
        /// While it is suspended.
        Suspended = "suspended",
        /// Never.
        Never = "never",
    }
}

text_enum! {
    /// `incident-reopened`: what reopening an incident is.
    pub enum Reopening("rule on reopened incidents") {
        /// The first occasion goes on.
        SameOccasion = "same-occasion",
        /// A further occasion, with its own target time.
        NewOccasion = "new-occasion",
    }
}

text_enum! {
    /// `incident-relevant`: which incidents a period counts.
    pub enum RelevantIncidents("rule on relevant incidents") {
        /// Whose target time falls in it.
        Due = "due",
        /// Opened in it.
        Raised = "raised",
        /// Resolved in it.
        Resolved = "resolved",
    }
}

text_enum! {
    /// `storm-protection`: is it on?
    pub enum Switch("switch") {
        /// It is on.
        On = "on",
        /// It is off.
        Off = "off",
    }
}
