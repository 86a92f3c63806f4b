//! Requests that were sent, their acknowledgements and responses, as `send` shows them.

use super::answers;
use crate::answer::{Answer, Table};
use northbound_client::{
    receive::Received,
    send::{Prepared, Sent},
};
use northbound_gateway::clock::SystemClock;
use serde_json::json;

/// The outcome of one exchange.
pub struct Went {
    /// As it was sent.
    pub request: Prepared,
    /// The acknowledgement.
    pub sent: Sent,
    /// The response, if it came in time.
    pub answer: Option<Received>,
}

/// How exchanges are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Seconds for which the response was awaited; 0 where it was not.
    pub wait: u64,
    /// A Pre-Command is signed and sent on.
    pub signs: bool,
    /// Messages are shown unmodified too.
    pub xml: bool,
}

impl Shown {
    /// The exchanges as an answer, which says `found` where a response is missing.
    #[must_use]
    pub fn answer(&self, went: &[Went]) -> Answer {
        let mut t = Table::new(
            "",
            &["request", "CV", "acknowledgement", "answer", "ResponseID", "holds", "signed by"],
        );
        let mut printed = Vec::new();
        let mut missing = false;
        for w in went {
            let m = w.answer.as_ref().and_then(|a| a.message.as_ref());
            let waits = w.sent.code.as_deref() == Some("I99") && self.wait > 0;
            missing |= waits && m.is_none();
            t.row([
                w.request.id.to_string(),
                w.request.variant.to_string(),
                w.sent.code.clone().unwrap_or_else(|| format!("HTTP {}", w.sent.status)),
                m.map_or_else(
                    || if waits { format!("none within {} s", self.wait) } else { String::new() },
                    |m| m.code.clone(),
                ),
                m.and_then(|m| m.response.as_ref()).map(|r| r.text.clone()).unwrap_or_default(),
                m.map(|m| answers::holds(&m.body)).unwrap_or_default(),
                w.answer.as_ref().and_then(|a| a.signer).map(|s| s.to_string()).unwrap_or_default(),
            ]);
            printed.push(json!({
            "request": w.request.id, "variant": w.request.variant, "srv": w.request.srv, "status": w.sent.status, "code": w.sent.code, "pre_command": w.sent.pre_command.is_some(), "says": w.sent.message.as_deref().map(|m| answers::says(&w.sent.body, m)),
            "answer": w.answer.as_ref().map(answers::json), "acknowledgement": self.xml.then(|| String::from_utf8_lossy(&w.sent.body).into_owned()),
        }));
        }
        let mut a = Answer::new(json!({"exchanges": printed})).table(t);
        for w in went {
            let answered =
                w.answer.as_ref().and_then(|r| Some((&r.body[..], r.message.as_deref()?)));
            // A Pre-Command that is signed and sent on is no news.
            let reply = w.sent.message.as_deref().filter(|_| !self.signs);
            for (xml, m) in reply.map(|m| (&w.sent.body[..], m)).into_iter().chain(answered) {
                a.said.extend(answers::sentence(xml, m));
                a.tables.extend(answers::table(xml, m));
            }
        }
        if self.xml {
            for w in went.iter().filter_map(|w| w.answer.as_ref()) {
                a = a.then(String::from_utf8_lossy(&w.body).into_owned());
            }
        }
        a.found = missing;
        a
    }
}

/// The acknowledgement of a request in words; the message too where `xml` asks for it, or where it has no code.
#[must_use]
pub fn acknowledged(request: &Prepared, sent: &Sent, xml: bool) -> String {
    let code = sent.code.clone().unwrap_or_else(|| format!("HTTP {}", sent.status));
    let line = format!("{} CV{} {}: {code}", request.srv, request.variant, request.id);
    if xml || sent.code.is_none() {
        format!("{line}\n{}", String::from_utf8_lossy(&sent.body))
    } else {
        line
    }
}

/// The time in milliseconds: the counter of a request that has none of its own.
#[must_use]
pub fn now_ms() -> u64 {
    u64::try_from(SystemClock::shared().wall().0 / 1_000).unwrap_or(0)
}
