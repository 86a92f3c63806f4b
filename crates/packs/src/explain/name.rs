//! Figures written out: `PM4.3/CSPN/north/2026-04`, with the methodology after it where it is not the
//! usual one; `OWN/process=prepayment/2026-04` for a share of Users' own requests.

use crate::{
    PackError,
    data::figures::{Address, ID_DIGITS, PROCESS},
    evidence::DEFAULT_METHODOLOGY,
};
use northbound_types::{Period, Region};
use std::collections::BTreeMap;

/// Reads a figure that is written out; `None` where the text is a figure id.
///
/// # Errors
/// [`PackError::NotAFigure`] saying how to write it.
pub fn address(text: &str) -> Result<Option<Address>, PackError> {
    let bad = |why: &str| {
        PackError::NotAFigure(format!(
            "{text:?} is not a figure: {why}; write a figure id, or measure/provider/region/period[/methodology], such as PM4.3/CSPN/north/2026-04"
        ))
    };
    if text.len() == ID_DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let parts: Vec<&str> = text.split('/').collect();
    let period = |t: &str| t.parse::<Period>().map_err(|e| bad(&e.to_string()));
    if parts.first() == Some(&PROCESS) && parts.len() >= 3 {
        let mut keys = BTreeMap::new();
        for p in &parts[1..parts.len() - 1] {
            let (k, v) = p.split_once('=').ok_or_else(|| bad("keys of own requests are written process=NAME, srv=4.1.1, region=north, user=EUI"))?;
            keys.insert(k.to_owned(), v.to_owned());
        }
        return Ok(Some(Address {
            measure: PROCESS.to_owned(),
            methodology: "all-attempts".to_owned(),
            keys,
            period: period(parts[parts.len() - 1])?,
        }));
    }
    let (measure, provider, region, when, methodology) = match parts.as_slice() {
        [m, p, r, t] => (*m, *p, *r, *t, DEFAULT_METHODOLOGY),
        [m, p, r, t, how] => (*m, *p, *r, *t, *how),
        _ => return Err(bad("it has neither four nor five parts")),
    };
    let region: Region = region
        .parse()
        .map_err(|e: northbound_types::text_enum::UnknownWord| bad(&e.to_string()))?;
    Ok(Some(Address::row(measure, methodology, provider, region, period(when)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_they_are_written() {
        let a = address("PM4.3/CSPN/north/2026-04").unwrap().unwrap();
        assert_eq!(
            a,
            Address::row("PM4.3", "pmm-2018", "CSPN", Region::North, Period::month(2026, 4))
        );
        assert_eq!(
            address("PM4.3/CSPN/north/2026-04/all-attempts").unwrap().unwrap().methodology,
            "all-attempts"
        );
        assert_eq!(
            address("OWN/process=prepayment/2026-04").unwrap().unwrap(),
            Address::own("process", "prepayment", None, Period::month(2026, 4))
        );
        assert_eq!(address("0123456789abcdef").unwrap(), None);
        for bad in [
            "",
            "PM4.3",
            "PM4.3/CSPN/nowhere/2026-04",
            "PM4.3/CSPN/north/2026-13",
            "OWN/prepayment/2026-04",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
