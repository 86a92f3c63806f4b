//! What the emulated network carries as content. **Invented**: no real use case's payload is
//! written or read anywhere. `docs/gbcs.md` describes the bytes.
//!
//! A Command says which Service Reference Variant it runs and with which parameters, so that an
//! emulated device can decide what to answer. A response says whether it was done, and carries a
//! value. Alerts have contents in the three published forms that a code can be read from.

use crate::{
    error::{ErrorCode, GbcsError},
    length::{Cursor, write_length},
};

/// First bytes: `NB` and the version of the format.
pub const MAGIC: [u8; 3] = [b'N', b'B', 1];
/// Bytes of a Service Reference Variant's text.
pub const MAX_SRV_BYTES: usize = 12;
/// Parameters of a Command.
pub const MAX_PARAMETERS: usize = 32;
/// Bytes of a parameter's name.
pub const MAX_NAME_BYTES: usize = 64;
/// Bytes of a parameter's value, and of a response's value.
pub const MAX_VALUE_BYTES: usize = 16_384;

const COMMAND: u8 = 1;
const RESPONSE: u8 = 2;
const ONCE: u8 = 1;

/// What a Command asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandContent {
    /// Service Reference Variant, such as `4.1.1`.
    pub srv: String,
    /// `true` where doing it twice does more than doing it once (a top-up, say).
    pub once: bool,
    /// When the device is to do it, µs UTC; `None` for at once.
    pub execute_at: Option<i64>,
    /// Names and values, in order.
    pub parameters: Vec<(String, String)>,
}

/// What a device says to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponseContent {
    /// The Service Reference Variant of the Command.
    pub srv: String,
    /// 0: done. Anything else: the device's error.
    pub status: u8,
    /// Which execution of the device this was: counts from 1 and never repeats.
    pub execution: u64,
    /// When the device did it, µs UTC.
    pub executed: i64,
    /// The value that was read (invented), or nothing.
    pub value: String,
}

/// The status of a device that could not do it.
pub const STATUS_FAILED: u8 = 1;

impl CommandContent {
    /// The bytes. The same content gives the same bytes, always.
    ///
    /// # Errors
    /// `bad-content` beyond a limit of this module.
    pub fn write(&self) -> Result<Vec<u8>, GbcsError> {
        if self.parameters.len() > MAX_PARAMETERS {
            return Err(bad(
                0,
                format!("{} parameters, at most {MAX_PARAMETERS}", self.parameters.len()),
            ));
        }
        let mut out = start(COMMAND);
        out.push(u8::from(self.once) * ONCE);
        text(&mut out, &self.srv, MAX_SRV_BYTES, "SRV")?;
        // µs since 1970 fit 63 bits; a negative one marks that there is none.
        let at = match self.execute_at {
            None => -1,
            Some(at) if at >= 0 => at,
            Some(at) => {
                return Err(bad(out.len(), format!("to be executed at {at} µs, before 1970")));
            }
        };
        out.extend(at.to_be_bytes());
        out.push(self.parameters.len() as u8);
        for (name, value) in &self.parameters {
            text(&mut out, name, MAX_NAME_BYTES, "name of a parameter")?;
            text(&mut out, value, MAX_VALUE_BYTES, "value of a parameter")?;
        }
        Ok(out)
    }

    /// From the bytes.
    ///
    /// # Errors
    /// `bad-content` or `truncated`, with the offset from the start of the content.
    pub fn read(content: &[u8]) -> Result<CommandContent, GbcsError> {
        let mut c = begin(content, COMMAND)?;
        let at = c.at;
        let once = match c.byte("flags")? {
            0 => false,
            ONCE => true,
            b => return Err(bad(at, format!("flags {b:02X}; 00 or 01"))),
        };
        let srv = read_text(&mut c, MAX_SRV_BYTES, "SRV")?;
        let when = c.at;
        let execute_at = match c.u64("time of execution")? as i64 {
            -1 => None,
            at if at >= 0 => Some(at),
            at => return Err(bad(when, format!("to be executed at {at} µs, before 1970"))),
        };
        let at = c.at;
        let n = usize::from(c.byte("number of parameters")?);
        if n > MAX_PARAMETERS {
            return Err(bad(at, format!("{n} parameters, at most {MAX_PARAMETERS}")));
        }
        let parameters = (0..n)
            .map(|_| {
                Ok((
                    read_text(&mut c, MAX_NAME_BYTES, "name of a parameter")?,
                    read_text(&mut c, MAX_VALUE_BYTES, "value of a parameter")?,
                ))
            })
            .collect::<Result<_, GbcsError>>()?;
        end(&c)?;
        Ok(CommandContent { srv, once, execute_at, parameters })
    }
}

impl ResponseContent {
    /// The bytes.
    ///
    /// # Errors
    /// `bad-content` beyond a limit of this module.
    pub fn write(&self) -> Result<Vec<u8>, GbcsError> {
        let mut out = start(RESPONSE);
        out.push(self.status);
        text(&mut out, &self.srv, MAX_SRV_BYTES, "SRV")?;
        out.extend(self.execution.to_be_bytes());
        out.extend(self.executed.to_be_bytes());
        text(&mut out, &self.value, MAX_VALUE_BYTES, "value")?;
        Ok(out)
    }

    /// From the bytes.
    ///
    /// # Errors
    /// `bad-content` or `truncated`, with the offset from the start of the content.
    pub fn read(content: &[u8]) -> Result<ResponseContent, GbcsError> {
        let mut c = begin(content, RESPONSE)?;
        let status = c.byte("status")?;
        let srv = read_text(&mut c, MAX_SRV_BYTES, "SRV")?;
        let execution = c.u64("execution")?;
        let executed = c.u64("time of execution")? as i64;
        let value = read_text(&mut c, MAX_VALUE_BYTES, "value")?;
        end(&c)?;
        Ok(ResponseContent { srv, status, execution, executed, value })
    }
}

/// Which of the published forms an alert's content takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertForm {
    /// `0F`: DLMS data notification (electricity meters).
    Dlms,
    /// `01 09`: ZigBee (gas).
    Zigbee,
    /// `30`: ASN.1 (hubs).
    Asn1,
}

/// The content of an alert that closes a future-dated Command: as [`alert_content`], then the
/// Command's counter and message code (their places are invented).
#[must_use]
pub fn closing_content(form: AlertForm, code: u16, counter: u64, message_code: u16) -> Vec<u8> {
    let mut out = alert_content(form, code);
    out.extend(counter.to_be_bytes());
    out.extend(message_code.to_be_bytes());
    out
}

/// Counter and message code of the Command that an alert closes, where its content has them as
/// [`closing_content`] writes them.
#[must_use]
pub fn closed_command(content: &[u8]) -> Option<(u64, u16)> {
    let head = match content {
        [0x0F, ..] => 11,
        [0x01, 0x09, ..] => 5,
        _ => return None,
    };
    let (counter, rest) = content.get(head..)?.split_first_chunk::<8>()?;
    let code = <[u8; 2]>::try_from(rest).ok()?;
    Some((u64::from_be_bytes(*counter), u16::from_be_bytes(code)))
}

/// An alert's content: the code where its form has it, and nothing else that means anything.
#[must_use]
pub fn alert_content(form: AlertForm, code: u16) -> Vec<u8> {
    let [high, low] = code.to_be_bytes();
    match form {
        AlertForm::Dlms => vec![0x0F, 0, 0, 0, 0, 0, 0x02, 0x01, 0x12, high, low],
        AlertForm::Zigbee => vec![0x01, 0x09, 0x00, high, low],
        // DER writes a zero before an INTEGER whose top bit is set.
        AlertForm::Asn1 if high >= 0x80 => vec![0x30, 0x05, 0x02, 0x03, 0x00, high, low],
        AlertForm::Asn1 => vec![0x30, 0x04, 0x02, 0x02, high, low],
    }
}

fn bad(offset: usize, detail: impl Into<String>) -> GbcsError {
    GbcsError::new(ErrorCode::BadContent, offset, detail)
}

fn start(kind: u8) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.push(kind);
    out
}

fn text(out: &mut Vec<u8>, value: &str, most: usize, what: &str) -> Result<(), GbcsError> {
    if value.len() > most {
        return Err(bad(out.len(), format!("{what} of {} bytes, at most {most}", value.len())));
    }
    write_length(out, value.len(), what)?;
    out.extend(value.as_bytes());
    Ok(())
}

fn begin(content: &[u8], kind: u8) -> Result<Cursor<'_>, GbcsError> {
    let mut c = Cursor::new(content);
    c.fixed(&MAGIC, "format of the emulated network").map_err(|e| GbcsError {
        code: if e.code == ErrorCode::FixedByte { ErrorCode::BadContent } else { e.code },
        ..e
    })?;
    match c.byte("kind")? {
        k if k == kind => Ok(c),
        k => Err(bad(3, format!("kind {k:02X} where {kind:02X} belongs; 01 Command, 02 Response"))),
    }
}

fn read_text(c: &mut Cursor<'_>, most: usize, what: &str) -> Result<String, GbcsError> {
    let at = c.at;
    let n = c.length(what)?;
    if n > most {
        return Err(bad(at, format!("{what} of {n} bytes, at most {most}")));
    }
    let from = c.at;
    std::str::from_utf8(c.take(n, what)?)
        .map(str::to_owned)
        .map_err(|e| bad(from + e.valid_up_to(), format!("{what} is not UTF-8")))
}

fn end(c: &Cursor<'_>) -> Result<(), GbcsError> {
    if c.left() == 0 {
        Ok(())
    } else {
        Err(bad(c.at, format!("{} bytes after the end of the content", c.left())))
    }
}
