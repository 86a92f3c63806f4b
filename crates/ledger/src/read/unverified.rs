//! Messages to the live service whose sender was not verified.

use super::{
    batches::for_each_batch,
    snapshot::{Days, Snapshot},
};
use crate::{
    error::LedgerError,
    tables::{rows::UnverifiedRow, schema::Table},
};
use northbound_types::{Eui64, Utc};

impl Snapshot {
    /// The rows of some days, in the order in which the messages were received; with `user`, only those that
    /// came with that User's TLS client certificate.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn unverified(
        &self,
        days: Days,
        user: Option<Eui64>,
    ) -> Result<Vec<UnverifiedRow>, LedgerError> {
        let files = self.files(Table::Unverified, days);
        let aside = self.aside(days)?;
        let columns: Vec<&str> = Table::Unverified.columns().iter().map(|(n, _)| *n).collect();
        let mut out = Vec::new();
        for_each_batch(
            &self.dir,
            Table::Unverified,
            &files,
            &columns,
            &self.visible,
            &aside,
            &mut |_, b| {
                let texts = ["address", "reason", "code", "claimed", "feed"].map(|c| b.words(c));
                let text = |column: usize, row: usize| {
                    let (codes, words) = &texts[column];
                    words[codes[row] as usize].clone()
                };
                let (users, messages) = (b.ints("user"), b.ints("messages"));
                let (first, received) = (b.ints("first"), b.ints("received"));
                for i in (0..b.rows()).filter(|&i| b.keep[i]) {
                    let shown = Some(users[i]).filter(|u| *u != 0).map(Eui64::from_i64);
                    if user.is_some() && shown != user {
                        continue;
                    }
                    out.push(UnverifiedRow {
                        address: text(0, i),
                        user: shown,
                        reason: text(1, i),
                        code: text(2, i),
                        claimed: text(3, i),
                        messages: u64::try_from(messages[i]).unwrap_or(0),
                        first: Utc(first[i]),
                        received: Utc(received[i]),
                        feed: text(4, i),
                    });
                }
                Ok(())
            },
        )?;
        out.sort_by(|a, b| (a.received, &a.address).cmp(&(b.received, &b.address)));
        Ok(out)
    }
}
