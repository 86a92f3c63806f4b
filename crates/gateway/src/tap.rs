//! Who watches: one line a step, for a request, a device or a User, live. Costs nothing while nobody
//! does. A watcher that cannot keep up loses lines and is told how many.

use northbound_flow::{
    Effect,
    effect::{Command, Delivery},
    event::{Correlation, Event, Unverified},
};
use northbound_types::{Eui64, RequestId, Utc};
use serde::Serialize;
use std::{fmt, sync::Arc};
use tokio::sync::broadcast;

/// Steps that a slow watcher may be behind.
pub const BEHIND: usize = 8_192;

/// One step of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TapStep {
    /// When.
    pub at: Utc,
    /// What happened: `request`, `reply`, `dispatch`, `answer` …
    pub step: &'static str,
    /// RequestID, where the step has one.
    pub request: Option<String>,
    /// Device.
    pub device: Option<Eui64>,
    /// User.
    pub user: Option<Eui64>,
    /// The rest in words.
    pub detail: String,
}

/// What a watcher wants to see; nothing given is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this request, and the Command made of it.
    pub request: Option<RequestId>,
    /// Of this device.
    pub device: Option<Eui64>,
    /// Of this User.
    pub user: Option<Eui64>,
}

impl Filter {
    /// Does it want this step?
    #[must_use]
    pub fn wants(&self, s: &TapStep) -> bool {
        let request =
            self.request.is_none_or(|r| s.request.as_deref().is_some_and(|t| t == r.to_string()));
        request
            && self.device.is_none_or(|d| s.device == Some(d))
            && self.user.is_none_or(|u| s.user == Some(u))
    }
}

/// Where steps go.
#[derive(Clone)]
pub struct Tap {
    steps: broadcast::Sender<Arc<TapStep>>,
}

impl Default for Tap {
    fn default() -> Tap {
        Tap { steps: broadcast::Sender::new(BEHIND) }
    }
}

impl Tap {
    /// How many watch.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.steps.receiver_count()
    }
    /// Does anybody watch?
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.watchers() > 0
    }
    /// Watches from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Arc<TapStep>> {
        self.steps.subscribe()
    }
    // Nobody watching is no error.
    fn say(&self, step: TapStep) {
        let _ = self.steps.send(Arc::new(step));
    }

    /// An input.
    pub fn event(&self, at: Utc, event: &Event) {
        let of = |step, request: Option<RequestId>, device, user, detail: String| TapStep {
            at,
            step,
            request: request.map(|r| r.to_string()),
            device,
            user,
            detail,
        };
        let by = |step, c: &Correlation, detail: String| {
            of(step, Some(request_of(c)), Some(c.device), Some(c.recipient), detail)
        };
        self.say(match event {
            Event::Request(r) => of(
                "request",
                Some(r.id),
                Some(r.id.target),
                Some(r.id.originator),
                format!("{} CV{} to {}", r.srv, r.cv, r.service),
            ),
            Event::Rejected(t) => of(
                "turned-away",
                t.id,
                t.id.map(|i| i.target),
                t.id.map(|i| i.originator).or(t.from),
                format!("code {}", t.code),
            ),
            Event::Answer(a) => by(
                "answer",
                &a.to,
                format!(
                    "{}, {} bytes",
                    if a.success { "success" } else { "device error" },
                    a.content.len()
                ),
            ),
            Event::NoRoute(c) => by("no-route", c, String::new()),
            Event::NotReceived(c) => by("never-had", c, String::new()),
            Event::Alert(a) => of(
                "alert",
                None,
                Some(a.device),
                a.recipient,
                format!("{} counter {}", a.code, a.counter),
            ),
            Event::Attempt(a) => of(
                "attempt",
                None,
                None,
                None,
                format!("delivery {} status {} {}", a.delivery, a.status, a.outcome),
            ),
            Event::Control(c) => of("change", None, None, None, format!("by {}", c.actor)),
            Event::Unverified(u) => unverified(at, u),
            Event::Restarted => of("restarted", None, None, None, String::new()),
            Event::Tick => return,
        });
    }

    /// An effect.
    pub fn effect(&self, at: Utc, effect: &Effect) {
        let of = |step, request: Option<RequestId>, device, user, detail: String| TapStep {
            at,
            step,
            request: request.map(|r| r.to_string()),
            device,
            user,
            detail,
        };
        self.say(match effect {
            Effect::Reply(r) => of(
                "reply",
                Some(r.id),
                Some(r.id.target),
                Some(r.id.originator),
                format!("{} {}", r.srv, r.code),
            ),
            Effect::Dispatch(c) => dispatch(at, c),
            Effect::Ask(c) => {
                of("ask", Some(request_of(c)), Some(c.device), Some(c.recipient), String::new())
            }
            Effect::Deliver(d) => deliver(at, d),
            Effect::Settled(r) => of(
                "settled",
                Some(r.id),
                Some(r.id.target),
                Some(r.id.originator),
                format!("{} {} {}", r.leg, r.state, r.code),
            ),
            Effect::AlertSettled(a) => of(
                "alert-settled",
                None,
                Some(a.device),
                Some(a.recipient),
                format!("{} {}", a.code, a.state),
            ),
            Effect::Tried(t) => of(
                "tried",
                t.request,
                Some(t.from),
                Some(t.to),
                format!(
                    "delivery {} attempt {} status {} {}",
                    t.delivery, t.attempt, t.status, t.outcome
                ),
            ),
            Effect::Moved(_) | Effect::Notice(_) | Effect::Unverified(_) => return,
        });
    }
}

/// The request that a User's own Command is of.
fn request_of(c: &Correlation) -> RequestId {
    RequestId { originator: c.recipient, target: c.device, counter: c.counter }
}

fn unverified(at: Utc, u: &Unverified) -> TapStep {
    let claimed = u.claimed.map_or_else(|| "no RequestID".to_owned(), |id| id.to_string());
    TapStep {
        at,
        step: "unverified",
        // The RequestID is stated by whoever sent it, so no filter finds the message by it.
        request: None,
        device: None,
        user: u.user,
        detail: format!("{} from {:?}, code {}, states {claimed}", u.messages, u.address, u.code),
    }
}

fn dispatch(at: Utc, c: &Command) -> TapStep {
    TapStep {
        at,
        step: "dispatch",
        request: Some(request_of(&c.correlation).to_string()),
        device: Some(c.correlation.device),
        user: Some(c.originator),
        detail: format!("{} to {}, try {}, until {}", c.srv, c.region, c.attempt, c.timeout_at),
    }
}

fn deliver(at: Utc, d: &Delivery) -> TapStep {
    let request = d.answers.as_ref().map(|(id, _)| *id);
    TapStep {
        at,
        step: "deliver",
        request: request.map(|r| r.to_string()),
        device: request.map_or(Some(d.from), |r| Some(r.target)),
        user: Some(d.to),
        detail: format!("delivery {} {}", d.number, d.code),
    }
}

impl fmt::Display for TapStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {:<13}", self.at, self.step)?;
        if let Some(r) = &self.request {
            write!(f, "  {r}")?;
        } else {
            if let Some(d) = self.device {
                write!(f, "  device {d}")?;
            }
            if let Some(u) = self.user {
                write!(f, "  User {u}")?;
            }
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, "  {}", self.detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_takes_what_it_names() {
        let (r, other) = (
            RequestId { originator: Eui64(1), target: Eui64(2), counter: 3 },
            RequestId { originator: Eui64(1), target: Eui64(2), counter: 4 },
        );
        let step = TapStep {
            at: Utc(0),
            step: "reply",
            request: Some(r.to_string()),
            device: Some(Eui64(2)),
            user: Some(Eui64(1)),
            detail: String::new(),
        };
        for (f, wants) in [
            (Filter::default(), true),
            (Filter { request: Some(r), ..Filter::default() }, true),
            (Filter { request: Some(other), ..Filter::default() }, false),
            (Filter { device: Some(Eui64(2)), user: Some(Eui64(1)), ..Filter::default() }, true),
            (Filter { device: Some(Eui64(2)), user: Some(Eui64(2)), ..Filter::default() }, false),
        ] {
            assert_eq!(f.wants(&step), wants, "{f:?}");
        }
    }

    #[test]
    fn nobody_watching_costs_nothing_and_is_no_error() {
        let tap = Tap::default();
        assert!(!tap.is_watched());
        tap.event(Utc(0), &Event::Restarted);
        let mut watcher = tap.watch();
        assert!(tap.is_watched());
        tap.event(Utc(1), &Event::Restarted);
        assert_eq!(watcher.try_recv().unwrap().at, Utc(1));
    }
}
