//! What a run came to.

use super::Run;
use crate::{Answer, Table};
use northbound_registers::records::participants::mailings::{Delivery, RelayState};
use serde_json::json;

impl Run<'_> {
    /// Every message with its outcome, those left in the outbox, and what to do next.
    pub(super) fn answer(
        &self,
        left: &[Delivery],
        altered: &[Delivery],
        stopped: Option<String>,
    ) -> Answer {
        let [taken, put_off, refused, open] =
            [RelayState::Taken, RelayState::PutOff, RelayState::Refused, RelayState::Trying]
                .map(|state| self.count(state));
        let ids = |l: &[Delivery]| l.iter().map(|d| d.message_id.clone()).collect::<Vec<_>>();
        let json = json!({"relay": self.relay.name(), "taken": taken, "put_off": put_off, "refused": refused, "open": open, "sent_again": self.sent_again, "messages": self.done, "waiting": ids(left), "altered": ids(altered), "stopped": stopped, "dry_run": self.ctx.dry_run});
        let mut a = Answer::new(json).table(self.table(left, altered));
        if !self.ctx.dry_run {
            a = a.say(format!("{taken} accepted by {}, {put_off} deferred, {refused} refused, {open} open, {} waiting.", self.relay.name(), left.len()));
            if put_off + open + left.len() > 0 {
                a = a.then("Run it again for those deferred, open or waiting.");
            }
        }
        if refused > 0 {
            a = a.then(
                "Refused messages are not retried: correct the contact and send a new mailing.",
            );
        }
        if !self.sent_again.is_empty() {
            a = a.then(format!("Sent again, because an earlier run stopped before the relay's reply was recorded: {}.", self.sent_again.join(", ")));
        }
        if !altered.is_empty() {
            a = a.then("Files that are not as sent stay where they are.");
        }
        if let Some(why) = &stopped {
            a = a.then(format!("Stopped: {why}."));
        }
        a.found = put_off + refused + open + altered.len() > 0 || stopped.is_some();
        a
    }

    fn count(&self, state: RelayState) -> usize {
        let in_state = |d: &&Delivery| d.relayed.as_ref().is_some_and(|r| r.state == state);
        self.done.iter().filter(in_state).count()
    }

    fn table(&self, left: &[Delivery], altered: &[Delivery]) -> Table {
        let mut t = Table::new(
            "Messages",
            &["party", "address", "message", "outcome", ">tries", "reply of the relay"],
        );
        for d in &self.done {
            let r = d.relayed.as_ref();
            let outcome = r.map_or("", |r| match r.state {
                RelayState::Trying => "open",
                state => state.as_str(),
            });
            t.row(row(d, outcome, r.map(|r| r.reply.clone()).unwrap_or_default()));
        }
        for (list, outcome) in [(left, "waiting"), (altered, "NOT as sent")] {
            for d in list {
                t.row(row(d, outcome, String::new()));
            }
        }
        t
    }
}

fn row(d: &Delivery, outcome: &str, reply: String) -> [String; 6] {
    [
        d.party.clone(),
        d.address.clone(),
        d.message_id.clone(),
        outcome.to_owned(),
        d.relayed.as_ref().map_or(0, |r| r.tries).to_string(),
        reply,
    ]
}
