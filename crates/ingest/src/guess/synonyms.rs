//! Names that people give to the canonical columns.

use crate::layout::Layout;

/// Canonical column → usual names, folded. Where a layout is named the names hold there only.
const NAMES: &[(Option<Layout>, &str, &[&str])] = &[
    (
        None,
        "request_id",
        &["request id", "requestid", "service request id", "message id", "sr id", "correlation id"],
    ),
    (
        None,
        "originator",
        &[
            "originator id",
            "business originator",
            "business originator id",
            "sender",
            "sender id",
            "user id",
            "user eui",
            "from eui",
        ],
    ),
    (
        None,
        "target",
        &[
            "business target",
            "target id",
            "business target id",
            "device id",
            "device eui",
            "target device",
            "to eui",
        ],
    ),
    (
        None,
        "device",
        &["device id", "device eui", "originating device", "device guid", "target device"],
    ),
    (None, "recipient", &["recipient id", "user id", "user eui", "service user"]),
    (None, "counter", &["originator counter", "sequence", "sequence number", "message counter"]),
    (
        None,
        "srv",
        &[
            "service reference variant",
            "sr variant",
            "srv code",
            "service reference",
            "srv id",
            "service",
        ],
    ),
    (None, "cv", &["command variant"]),
    (None, "mode", &["request mode", "execution mode", "request type"]),
    (None, "role", &["user role"]),
    (None, "party_category", &["party category", "party type"]),
    (None, "generation", &["meter generation", "smets", "smets version", "device generation"]),
    (None, "device_type", &["device type", "type of device"]),
    (None, "test_kind", &["test kind", "test type", "rtt type"]),
    (None, "region", &["csp region", "communications region", "wan region", "area"]),
    (
        None,
        "provider",
        &[
            "service provider",
            "csp",
            "supplier of service",
            "provider name",
            "trust",
            "organisation",
        ],
    ),
    (None, "feed", &["source system"]),
    (
        None,
        "state",
        &["status", "outcome", "result", "final status", "end state", "response status"],
    ),
    (None, "code", &["response code", "result code", "alert code", "event code", "error code"]),
    (
        None,
        "user_sent",
        &["sent by user", "user sent time", "submitted", "sent", "sent at", "time sent"],
    ),
    (
        None,
        "received",
        &[
            "time in",
            "received at",
            "received time",
            "date received",
            "receipt time",
            "request received",
            "request time",
            "request timestamp",
            "start time",
            "start",
            "timestamp",
            "received utc",
            "time received",
            "alert received",
            "date",
            "date time",
            "datetime",
        ],
    ),
    (None, "acknowledged", &["ack time", "acknowledged at", "acknowledgement time"]),
    (None, "due", &["execution time", "future dated for", "due time", "execute at"]),
    (None, "sent_to_wan", &["sent to wan", "sent to csp", "dispatched", "command sent"]),
    (None, "delivered_to_device", &["delivered to device", "device received"]),
    (None, "answered_at_wan", &["received from csp", "answered at wan", "csp response time"]),
    (
        None,
        "answer_sent",
        &[
            "time out",
            "answered",
            "answered at",
            "response sent",
            "response timestamp",
            "responded",
            "end time",
            "end",
            "response received",
            "completed",
            "completed at",
            "answer time",
            "replied",
            "replied at",
            "reply time",
        ],
    ),
    (None, "delivered", &["delivered at", "delivery time"]),
    (None, "completed", &["completed at", "completion time", "download complete", "activated"]),
    (None, "target_at", &["target time", "sla time", "due by", "deadline"]),
    (None, "timeout_at", &["timeout", "timeout at", "expires", "expiry"]),
    (None, "raised", &["raised at", "device time", "event time", "alert raised"]),
    (None, "firmware", &["firmware version", "image", "image hash", "fw version"]),
    (
        Some(Layout::Figures),
        "measure",
        &[
            "performance measure",
            "measure id",
            "pm",
            "kpi",
            "metric",
            "ref",
            "reference",
            "measure ref",
        ],
    ),
    (
        Some(Layout::Figures),
        "period",
        &["month", "reporting period", "reporting month", "date", "quarter"],
    ),
    (Some(Layout::Figures), "user", &["service user", "user id"]),
    (Some(Layout::Figures), "numerator", &["num", "met", "within target", "passed", "on time"]),
    (Some(Layout::Figures), "denominator", &["den", "total", "due", "all", "measured"]),
    (Some(Layout::Figures), "count", &["volume", "number"]),
    (
        Some(Layout::Figures),
        "text",
        &[
            "performance",
            "percentage",
            "percent",
            "value",
            "actual",
            "achieved",
            "result",
            "reported",
        ],
    ),
    (
        Some(Layout::Figures),
        "target",
        &["target level", "target service level", "target performance"],
    ),
    (
        Some(Layout::Figures),
        "minimum",
        &["minimum level", "minimum service level", "min", "minimum performance"],
    ),
    (Some(Layout::Figures), "source", &["reported by", "owner"]),
    (Some(Layout::Figures), "document", &["report", "document name"]),
    (Some(Layout::Figures), "version", &["revision", "issue"]),
    (Some(Layout::Figures), "place", &["page", "table", "location"]),
    (Some(Layout::Services), "service", &["service name", "system", "interface"]),
    (Some(Layout::Services), "from", &["start", "start time", "down from", "outage start"]),
    (Some(Layout::Services), "to", &["end", "end time", "down to", "outage end", "restored"]),
    (Some(Layout::Services), "kind", &["type", "outage type"]),
    (Some(Layout::Services), "reference", &["ref", "incident", "incident reference", "change"]),
    (Some(Layout::Services), "note", &["notes", "comment", "description"]),
    (Some(Layout::Population), "day", &["date", "as at", "snapshot date"]),
    (Some(Layout::Population), "status", &["smi status", "device status"]),
    (Some(Layout::Population), "count", &["devices", "number", "total", "number of devices"]),
    (
        Some(Layout::Hubs),
        "hub",
        &["comms hub", "hub id", "chf id", "hub eui", "comms hub id", "device id"],
    ),
    (
        Some(Layout::Hubs),
        "installed",
        &["install date", "installed at", "installation date", "install time"],
    ),
    (Some(Layout::Hubs), "in_coverage", &["in coverage", "coverage", "within coverage"]),
    (
        Some(Layout::Hubs),
        "connected",
        &["connected at", "connection date", "first connected", "wan connected"],
    ),
    (Some(Layout::Hubs), "predicted", &["predicted coverage", "coverage prediction"]),
    (Some(Layout::Hubs), "exception", &["allowed exception", "exception reason"]),
    (Some(Layout::Hubs), "note", &["notes", "comment"]),
    (Some(Layout::Migrations), "week", &["week commencing", "week beginning", "w c", "date"]),
    (Some(Layout::Migrations), "count", &["installations", "meters", "number", "volume"]),
    (Some(Layout::Migrations), "status", &["meter status", "active dormant"]),
    (Some(Layout::Migrations), "kind", &["type", "plan or actual"]),
    (
        Some(Layout::Forecasts),
        "user",
        &["user id", "user eui", "service user", "subscriber", "eui"],
    ),
    (Some(Layout::Forecasts), "period", &["month", "forecast month", "reporting month"]),
    (Some(Layout::Forecasts), "count", &["forecast", "volume", "number", "requests"]),
    (Some(Layout::Volumes), "user", &["user id", "user eui", "service user", "subscriber", "eui"]),
    (Some(Layout::Volumes), "period", &["month", "forecast month", "reporting month"]),
    (Some(Layout::Volumes), "count", &["actual", "volume", "number", "requests"]),
    (
        Some(Layout::Incidents),
        "incident",
        &["number", "incident number", "incident id", "incident ref", "ticket", "id", "key"],
    ),
    (Some(Layout::Incidents), "event", &["event type", "action"]),
    (Some(Layout::Incidents), "category", &["priority", "severity", "incident category"]),
    (
        Some(Layout::Incidents),
        "responsible",
        &["assignment group", "assigned to", "resolver", "resolver group", "assignee"],
    ),
    (
        Some(Layout::Incidents),
        "text",
        &["short description", "summary", "title", "description", "comment"],
    ),
    (Some(Layout::Forecasts), "made", &["submitted", "submission date", "date submitted"]),
    (Some(Layout::Volumes), "reference", &["ref", "correction reference"]),
];

/// Lower case, words apart by one space: `ResponseCode`, `response_code` and `Response Code` are one.
pub(super) fn folded(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            lower = false;
            continue;
        }
        if c.is_uppercase() && lower && !out.ends_with(' ') {
            out.push(' ');
        }
        lower = c.is_lowercase();
        out.extend(c.to_lowercase());
    }
    out.trim_end().to_owned()
}

/// Is the source's name a usual one for the canonical column?
pub(super) fn means(layout: Layout, canonical: &str, source: &str) -> bool {
    let name = folded(source);
    let short = name.strip_suffix(" utc").unwrap_or(&name);
    let canonical_words = canonical.replace('_', " ");
    [name.as_str(), short].iter().any(|n| {
        *n == canonical_words
            || NAMES.iter().any(|(only, column, names)| {
                only.is_none_or(|o| o == layout) && *column == canonical && names.contains(n)
            })
    })
}

/// The event of an incident whose time a column has, where the name is a usual one.
pub(super) fn event(source: &str) -> Option<&'static str> {
    let name = folded(source);
    let plain = ["date ", "time "].iter().find_map(|w| name.strip_prefix(w)).unwrap_or(&name);
    let plain = [" date", " at", " time", " on"]
        .iter()
        .find_map(|w| plain.strip_suffix(w))
        .unwrap_or(plain);
    match plain {
        "opened" | "raised" | "created" | "reported" => Some("opened"),
        "responded" | "first response" => Some("responded"),
        "resolved" | "resolution" | "fixed" => Some("resolved"),
        "closed" | "closure" => Some("closed"),
        _ => None,
    }
}

/// Does a column have the time of day, by its name?
pub(super) fn is_time_of_day(source: &str) -> bool {
    matches!(folded(source).as_str(), "time" | "time of day" | "received time" | "time received")
}

/// The unit of a response time, where the name is one and states it.
pub(super) fn duration_unit(source: &str) -> Option<&'static str> {
    let name = folded(source);
    if !["response", "duration", "elapsed", "latency", "rtt", "round trip"]
        .iter()
        .any(|w| name.contains(w))
    {
        return None;
    }
    name.split(' ').find_map(|word| match word {
        "ms" | "millis" | "milliseconds" => Some("ms"),
        "s" | "sec" | "secs" | "seconds" => Some("s"),
        "us" | "micros" | "microseconds" => Some("us"),
        "min" | "mins" | "minutes" => Some("min"),
        _ => None,
    })
}
