//! One message as bytes (RFC 5322): plain text in UTF-8, without attachments.

use northbound_measures::oversight::contacts::ContactEntry;
use northbound_registers::records::participants::mailings::{Delivery, Mailing};
use northbound_types::Utc;
use sha2::{Digest, Sha256};

/// Longest content of an encoded word in a header (RFC 2047, 2).
const WORD_BYTES: usize = 45;

/// A message with the proof that goes with it.
pub(super) struct Message {
    /// File name.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) proof: Delivery,
}

/// SHA-256 in hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Message {
    pub(super) fn new(
        mailing: &str,
        m: &Mailing,
        to: &ContactEntry,
        version: i64,
        now: Utc,
    ) -> Message {
        let message_id = format!("{mailing}.{}.v{version}@northbound.invalid", to.id);
        let mut text = String::new();
        for (name, value) in [
            ("From", m.sender.clone()),
            ("To", to.address.clone()),
            ("Subject", header(&m.subject)),
            ("Date", date(now)),
            ("Message-ID", format!("<{message_id}>")),
            ("MIME-Version", "1.0".to_owned()),
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
            ("Content-Transfer-Encoding", "8bit".to_owned()),
        ] {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        for line in m.text.lines() {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if let Some(d) = &m.document {
            text.push_str(&format!("\r\nDocument: {d}\r\n"));
        }
        let name = format!("{}.eml", to.id);
        let bytes = text.into_bytes();
        let proof = Delivery {
            message_id,
            mailing: mailing.to_owned(),
            party: to.party.clone(),
            contact: to.id.clone(),
            contact_version: version,
            address: to.address.clone(),
            sent: now,
            file: name.clone(),
            sha256: sha256(&bytes),
            bounced: None,
            relayed: None,
        };
        Message { name, bytes, proof }
    }
}

/// `Wed, 20 May 2026 09:00:00 +0000`.
fn date(at: Utc) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map_or_else(|_| at.to_string(), |t| t.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// The text of a header: itself where it is printable ASCII, else encoded words.
fn header(text: &str) -> String {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        let mut buffer = [0; 4];
        let coded: String = c
            .encode_utf8(&mut buffer)
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() {
                    char::from(b).to_string()
                } else {
                    format!("={b:02X}")
                }
            })
            .collect();
        if words.last().is_some_and(|w| w.len() + coded.len() > WORD_BYTES) {
            words.push(String::new());
        }
        if let Some(w) = words.last_mut() {
            w.push_str(&coded);
        }
    }
    words.iter().map(|w| format!("=?UTF-8?Q?{w}?=")).collect::<Vec<_>>().join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stay_one_header_whatever_the_text() {
        assert_eq!(header("Consultation 7: queues"), "Consultation 7: queues");
        assert_eq!(header("Prüfung"), "=?UTF-8?Q?Pr=C3=BCfung?=");
        let long = header(&"ü".repeat(40));
        assert!(
            long.lines().count() > 1
                && long.lines().skip(1).all(|l| l.starts_with(' '))
                && long.lines().all(|l| l.len() <= 75),
            "{long}"
        );
        assert!(!header("a\r\nBcc: x@y").contains("\r\nBcc"));
    }

    #[test]
    fn a_date_is_that_of_the_standard() {
        assert_eq!(
            date("2026-05-20T09:00:00Z".parse().unwrap()),
            "Wed, 20 May 2026 09:00:00 +0000"
        );
    }
}
