//! The canonical layouts: which columns each input has. `docs/layouts.md` says the same for people.

use northbound_types::text_enum;

text_enum! {
    /// What a file holds.
    pub enum Layout("layout") {
        /// Message records.
        Messages = "messages",
        /// Alerts.
        Alerts = "alerts",
        /// Firmware payloads by device.
        Payloads = "payloads",
        /// Stated figures.
        Figures = "figures",
        /// Down times and planned maintenance.
        Services = "services",
        /// Devices by day.
        Population = "population",
        /// Hub installs.
        Hubs = "hubs",
        /// SMETS1 migrations by week.
        Migrations = "migrations",
        /// Forecasts of traffic.
        Forecasts = "forecasts",
        /// Counts of traffic stated by another party.
        Volumes = "volumes",
        /// Events of incidents.
        Incidents = "incidents",
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A short text.
    Text,
    /// An EUI-64.
    Eui,
    /// `originator:target:counter`.
    RequestId,
    /// A whole number.
    Int,
    /// A time.
    Time,
    /// A day or a time.
    Day,
    /// A word of a closed set.
    Word,
    /// A period.
    Period,
    /// A decimal number or percentage as text.
    Decimal,
    /// `true` or `false`.
    Bool,
}

/// One column of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its canonical name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// `true` where a file without it is refused (`received`, say). The parts of an identity that
    /// can be given in two ways are checked together.
    pub required: bool,
}

macro_rules! columns {
    ($module:ident: $($konst:ident $name:literal $holds:ident $need:literal),+ $(,)?) => {
        pub(crate) mod $module {
            use super::{Column, Holds};
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names of the constants number themselves")]
            enum At { $($konst),+ }
            $(pub(crate) const $konst: usize = At::$konst as usize;)+
            pub(crate) const COLUMNS: &[Column] = &[$(Column { name: $name, holds: Holds::$holds, required: $need }),+];
        }
    };
}

columns!(messages:
    NAMESPACE "namespace" Text false, REQUEST_ID "request_id" RequestId false, ORIGINATOR "originator" Eui false,
    TARGET "target" Eui false, COUNTER "counter" Int false, LEG "leg" Word false, INSTANCE "instance" Int false,
    KIND "kind" Word false, MODE "mode" Word false, SRV "srv" Text false, CV "cv" Int false, ROLE "role" Text false,
    PARTY_CATEGORY "party_category" Text false, CLASS "class" Text false, GENERATION "generation" Word false,
    DEVICE_TYPE "device_type" Text false, TEST_KIND "test_kind" Word false, REGION "region" Word false,
    PROVIDER "provider" Text false, FEED "feed" Text false, STATE "state" Word false, CODE "code" Text false,
    USER_SENT "user_sent" Time false, RECEIVED "received" Time true, ACKNOWLEDGED "acknowledged" Time false,
    DUE "due" Time false, RELEASED "released" Time false, QUEUED "queued" Time false,
    SENT_TO_WAN "sent_to_wan" Time false, DELIVERED_TO_DEVICE "delivered_to_device" Time false,
    ANSWERED_AT_WAN "answered_at_wan" Time false, ANSWER_SENT "answer_sent" Time false,
    DELIVERED "delivered" Time false, TARGET_AT "target_at" Time false, TIMEOUT_AT "timeout_at" Time false,
    KNOWN "known" Day false,
);
columns!(alerts:
    NAMESPACE "namespace" Text false, DEVICE "device" Eui true, RECIPIENT "recipient" Eui true,
    COUNTER "counter" Int true, CODE "code" Text true, ALERT_KIND "alert_kind" Word false, STATE "state" Word false,
    EXCLUDED "excluded" Bool false, CARRIED "carried" Int false, RAISED "raised" Time false,
    RECEIVED "received" Time true, DELIVERED "delivered" Time false, REGION "region" Word false,
    PROVIDER "provider" Text false, FEED "feed" Text false, KNOWN "known" Day false,
);
columns!(payloads:
    ORIGINATOR "originator" Eui true, DEVICE "device" Eui true, COUNTER "counter" Int true,
    FIRMWARE "firmware" Text false, REGION "region" Word false, PROVIDER "provider" Text false,
    FEED "feed" Text false, RECEIVED "received" Time true, COMPLETED "completed" Time false,
    TARGET_AT "target_at" Time false, STATE "state" Word false, KNOWN "known" Day false,
);
columns!(figures:
    MEASURE "measure" Text true, PERIOD "period" Period true, REGION "region" Text false,
    PROVIDER "provider" Text false, USER "user" Text false, SRV "srv" Text false, MODE "mode" Text false,
    NUMERATOR "numerator" Int false, DENOMINATOR "denominator" Int false, COUNT "count" Int false,
    TEXT "text" Decimal false, READINGS "readings" Text false, NULL "null" Word false,
    TARGET "target" Text false, MINIMUM "minimum" Text false, SOURCE "source" Text false,
    DOCUMENT "document" Text false, VERSION "version" Text false, PLACE "place" Text false, KNOWN "known" Day false,
);
columns!(services:
    SERVICE "service" Text true, FROM "from" Time true, TO "to" Time true, KIND "kind" Word true,
    REFERENCE "reference" Text false, NOTE "note" Text false,
);
columns!(population:
    DAY "day" Day true, REGION "region" Word true, GENERATION "generation" Word false,
    DEVICE_TYPE "device_type" Text true, STATUS "status" Text false, COUNT "count" Int true,
);
columns!(hubs:
    HUB "hub" Eui true, REGION "region" Word true, PROVIDER "provider" Text false, INSTALLED "installed" Day true,
    SRV "srv" Word true, IN_COVERAGE "in_coverage" Bool true, CONNECTED "connected" Day false,
    EXCEPTION "exception" Text false, PREDICTED "predicted" Bool false, NOTE "note" Text false,
);
columns!(migrations:
    KIND "kind" Word true, COHORT "cohort" Text true, COMBINATION "combination" Text false, STATUS "status" Word true,
    WEEK "week" Day true, COUNT "count" Int true, SOURCE "source" Text false, NOTE "note" Text false,
);
columns!(incidents:
    INCIDENT "incident" Text true, EVENT "event" Word true, AT "at" Day true, KNOWN "known" Day false, CATEGORY "category" Int false,
    RESPONSIBLE "responsible" Text false, AREA "area" Text false, PROVIDER "provider" Text false, TO "to" Text false,
    INTO "into" Text false, TEXT "text" Text false, BY "by" Text false,
);

columns!(forecasts:
    KIND "kind" Word false, USER "user" Eui true, SRV "srv" Text true, MODE "mode" Word false,
    PERIOD "period" Period true, COUNT "count" Int true, MADE "made" Time false,
);
columns!(volumes:
    KIND "kind" Word false, USER "user" Eui true, SRV "srv" Text true, MODE "mode" Word false,
    PERIOD "period" Period true, COUNT "count" Decimal true, CORRECTION "correction" Bool false, REFERENCE "reference" Text false,
);

impl Layout {
    /// Its columns, in canonical order.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Layout::Messages => messages::COLUMNS,
            Layout::Alerts => alerts::COLUMNS,
            Layout::Payloads => payloads::COLUMNS,
            Layout::Figures => figures::COLUMNS,
            Layout::Services => services::COLUMNS,
            Layout::Population => population::COLUMNS,
            Layout::Hubs => hubs::COLUMNS,
            Layout::Migrations => migrations::COLUMNS,
            Layout::Forecasts => forecasts::COLUMNS,
            Layout::Volumes => volumes::COLUMNS,
            Layout::Incidents => incidents::COLUMNS,
        }
    }
    /// Position of a column in its layout.
    #[must_use]
    pub fn index(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|c| c.name == name)
    }
}
