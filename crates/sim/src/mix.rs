//! The mix of Service Requests. The variants, their roles and modes are the catalogue's (a test
//! holds them against it); the weights are invented, so that some six in ten are readings.

use crate::users::Role;
use northbound_types::Mode;

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// The meter of the sender's fuel; gas readings come from the hub's gas proxy.
    Reading,
    /// The meter itself, asleep or not.
    Meter,
    /// The hub.
    Hub,
    /// The service answers.
    Service,
}

/// One line of the mix.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Service Reference Variant.
    pub srv: &'static str,
    /// Weight.
    pub weight: u64,
    /// On demand, scheduled or future-dated.
    pub mode: Mode,
    /// Critical: a transform leg (CV4) and a send leg (CV5).
    pub critical: bool,
    /// Who may send it (one of these is drawn).
    pub roles: &'static [Role],
    /// The device that it goes to, or the service.
    pub aim: Aim,
    /// Response class.
    pub class: &'static str,
    /// Waits for a predecessor.
    pub chained: bool,
}

const fn t(
    srv: &'static str,
    weight: u64,
    mode: Mode,
    roles: &'static [Role],
    aim: Aim,
    class: &'static str,
) -> Template {
    Template { srv, weight, mode, critical: false, roles, aim, class, chained: false }
}
const fn critical(of: Template) -> Template {
    Template { critical: true, ..of }
}
const fn chained(of: Template) -> Template {
    Template { chained: true, ..of }
}

use Aim::{Hub, Meter, Reading, Service};
use Mode::{FutureDated, NonDevice, OnDemand, Scheduled};
use Role::{Ed, Gs, Gt, Is, Ou};

const BOTH: &[Role] = &[Is, Gs];
const BULK: &str = "bulk";
const DEMAND: &str = "on-demand";
const FUTURE: &str = "future-dated";
const INSTALL: &str = "install-commission";
const PREPAY: &str = "prepayment";
const OWN: &str = "non-device";

/// The mix.
pub const MIX: &[Template] = &[
    t("4.6.1", 130, Scheduled, BOTH, Reading, BULK),
    t("4.8.1", 150, Scheduled, &[Is, Gs, Ed], Reading, BULK),
    t("4.17", 40, Scheduled, BOTH, Reading, BULK),
    t("4.10", 25, Scheduled, &[Ed], Reading, BULK),
    t("4.14", 20, Scheduled, BOTH, Reading, BULK),
    t("4.12.1", 5, Scheduled, &[Ed], Reading, BULK),
    t("4.15", 5, Scheduled, &[Is], Reading, BULK),
    t("4.1.1", 110, OnDemand, BOTH, Reading, DEMAND),
    t("4.1.2", 10, OnDemand, &[Is], Reading, DEMAND),
    t("4.3", 20, OnDemand, BOTH, Reading, PREPAY),
    t("4.18", 25, OnDemand, BOTH, Reading, PREPAY),
    t("4.8.1", 20, OnDemand, &[Is, Ed, Ou], Reading, DEMAND),
    t("4.10", 14, OnDemand, &[Ed, Gt], Reading, DEMAND),
    t("4.13", 8, OnDemand, BOTH, Reading, PREPAY),
    t("4.11.1", 8, OnDemand, &[Is, Gs, Ou], Reading, DEMAND),
    t("4.4.3", 20, FutureDated, BOTH, Reading, FUTURE),
    t("4.1.1", 10, FutureDated, BOTH, Reading, FUTURE),
    t("2.2", 60, OnDemand, BOTH, Meter, PREPAY),
    critical(t("2.3", 6, OnDemand, BOTH, Meter, PREPAY)),
    critical(t("2.5", 3, OnDemand, BOTH, Meter, PREPAY)),
    critical(t("2.1", 4, FutureDated, BOTH, Meter, PREPAY)),
    critical(t("1.6", 4, OnDemand, BOTH, Meter, PREPAY)),
    critical(t("1.5", 8, OnDemand, BOTH, Meter, PREPAY)),
    critical(t("1.1.1", 10, FutureDated, BOTH, Meter, FUTURE)),
    critical(t("1.2.1", 14, FutureDated, BOTH, Meter, FUTURE)),
    t("3.1", 8, FutureDated, BOTH, Meter, FUTURE),
    t("3.2", 4, OnDemand, BOTH, Meter, DEMAND),
    t("6.2.4", 10, OnDemand, &[Is, Gs, Ed, Gt, Ou], Meter, DEMAND),
    t("6.2.7", 8, OnDemand, &[Is, Gs, Ou], Meter, DEMAND),
    t("6.13", 8, OnDemand, &[Is, Gs, Ed], Meter, DEMAND),
    critical(t("6.11", 5, OnDemand, BOTH, Meter, DEMAND)),
    t("6.5", 2, FutureDated, &[Ed], Meter, FUTURE),
    critical(t("6.15.1", 4, OnDemand, BOTH, Meter, DEMAND)),
    chained(t("6.20.1", 4, OnDemand, BOTH, Meter, INSTALL)),
    t("6.21", 3, OnDemand, BOTH, Hub, "change-of-supplier"),
    t("6.22", 3, OnDemand, &[Is, Ed], Meter, DEMAND),
    t("6.23", 10, FutureDated, BOTH, Meter, "change-of-supplier"),
    t("6.24.1", 12, OnDemand, &[Is, Gs, Ed], Meter, DEMAND),
    critical(t("7.2", 1, OnDemand, &[Is], Meter, DEMAND)),
    critical(t("7.3", 2, OnDemand, &[Is], Meter, PREPAY)),
    t("7.4", 20, OnDemand, &[Is, Ed], Meter, DEMAND),
    critical(t("8.1.1", 6, OnDemand, BOTH, Meter, INSTALL)),
    chained(t("8.7.2", 8, OnDemand, BOTH, Hub, INSTALL)),
    t("8.11", 8, OnDemand, BOTH, Hub, INSTALL),
    t("8.9", 6, OnDemand, &[Is, Gs, Ou], Hub, INSTALL),
    t("11.2", 20, OnDemand, &[Is, Gs, Ed], Meter, DEMAND),
    critical(t("11.3", 5, OnDemand, BOTH, Meter, DEMAND)),
    t("8.2", 55, NonDevice, &[Is, Gs, Ed, Gt, Ou], Service, OWN),
    t("8.4", 12, NonDevice, BOTH, Service, OWN),
    t("8.14.1", 2, NonDevice, BOTH, Service, INSTALL),
    t("8.14.2", 1, NonDevice, BOTH, Service, INSTALL),
    t("12.2", 16, NonDevice, BOTH, Service, INSTALL),
    t("12.1", 8, NonDevice, &[Is, Gs, Ou], Service, OWN),
    t("5.1", 8, NonDevice, &[Is, Gs, Ed], Service, OWN),
    t("5.2", 2, NonDevice, BOTH, Service, OWN),
    t("5.3", 3, NonDevice, BOTH, Service, OWN),
    t("11.1", 1, NonDevice, BOTH, Service, OWN),
];

/// Index of the first line of a variant in the mix.
pub(crate) fn line(srv: &str) -> usize {
    MIX.iter().position(|m| m.srv == srv).unwrap_or(0)
}
