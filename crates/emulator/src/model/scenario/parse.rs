//! Text to a scenario.

use super::{
    EndpointFault, MAX_ENTRIES, MAX_LENGTH, MAX_METERS, MAX_PER_MINUTE, PlannedEndpoint,
    PlannedFault, PlannedStorm, PlannedTraffic, Scenario, Span, text::duration,
};
use crate::model::{alerts::USUAL, fault::Trouble, fleet::DeviceType, latency::SECOND};
use northbound_types::{Eui64, Region};
use serde::Deserialize;
use toml::Spanned;

/// Why a scenario cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct ScenarioError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: String,
    description: String,
    seed: u64,
    meters: Spanned<u32>,
    length: Spanned<String>,
    #[serde(default)]
    fault: Vec<Spanned<FaultText>>,
    #[serde(default)]
    storm: Vec<Spanned<StormText>>,
    #[serde(default)]
    endpoint: Vec<Spanned<EndpointText>>,
    #[serde(default)]
    traffic: Vec<Spanned<TrafficText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultText {
    region: Spanned<Region>,
    from: Spanned<String>,
    until: Spanned<String>,
    trouble: Spanned<String>,
    percent: Option<Spanned<i64>>,
    ppm: Option<Spanned<u64>>,
    hubs: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StormText {
    home: Spanned<u32>,
    code: Spanned<String>,
    from: Spanned<String>,
    until: Spanned<String>,
    every: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointText {
    user: Eui64,
    from: Spanned<String>,
    until: Spanned<String>,
    kind: Spanned<EndpointFault>,
    delay: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrafficText {
    user: Eui64,
    srv: Spanned<String>,
    device: DeviceType,
    from: Spanned<String>,
    until: Spanned<String>,
    per_minute: Spanned<u32>,
}

/// A reason with the byte of the fault.
type Found<T> = Result<T, (usize, String)>;

/// Reads a scenario. `file` is its name for the messages.
///
/// # Errors
/// File, line and reason.
pub fn read(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let at = |offset: usize, reason: String| ScenarioError {
        file: file.to_owned(),
        line: 1 + text.bytes().take(offset).filter(|&b| b == b'\n').count(),
        reason,
    };
    let raw: Text = toml::from_str(text)
        .map_err(|e| at(e.span().map_or(0, |s| s.start), e.message().to_owned()))?;
    scenario(&raw).map_err(|(offset, reason)| at(offset, reason))
}

fn scenario(t: &Text) -> Found<Scenario> {
    let meters = *t.meters.get_ref();
    if !(1..=MAX_METERS).contains(&meters) {
        return fail(&t.meters, format!("{meters} meters; from 1 to {MAX_METERS}"));
    }
    let length = time(&t.length, "length")?;
    if !(1..=MAX_LENGTH).contains(&length) {
        return fail(&t.length, "a scenario is longer than nothing and at most 40d long");
    }
    for (name, n, first) in [
        ("fault", t.fault.len(), t.fault.get(MAX_ENTRIES).map(|s| s.span().start)),
        ("storm", t.storm.len(), t.storm.get(MAX_ENTRIES).map(|s| s.span().start)),
        ("endpoint", t.endpoint.len(), t.endpoint.get(MAX_ENTRIES).map(|s| s.span().start)),
        ("traffic", t.traffic.len(), t.traffic.get(MAX_ENTRIES).map(|s| s.span().start)),
    ] {
        if let Some(first) = first {
            return Err((first, format!("{n} entries of {name}, at most {MAX_ENTRIES}")));
        }
    }
    Ok(Scenario {
        title: t.title.clone(),
        description: t.description.trim().to_owned(),
        seed: t.seed,
        meters,
        length,
        faults: t.fault.iter().map(|f| fault(f.get_ref())).collect::<Found<_>>()?,
        storms: t.storm.iter().map(|s| storm(s.get_ref())).collect::<Found<_>>()?,
        endpoints: t.endpoint.iter().map(|e| endpoint(e.get_ref())).collect::<Found<_>>()?,
        traffic: t.traffic.iter().map(|x| traffic(x.get_ref())).collect::<Found<_>>()?,
    })
}

fn fail<T, V>(what: &Spanned<V>, reason: impl Into<String>) -> Found<T> {
    Err((what.span().start, reason.into()))
}

fn time(text: &Spanned<String>, what: &str) -> Found<i64> {
    duration(text.get_ref()).map_or_else(
        || {
            fail(
                text,
                format!(
                    "{what}: {:?} is no duration; write it as 90s, 1h30m, 250ms",
                    text.get_ref()
                ),
            )
        },
        Ok,
    )
}

fn span(from: &Spanned<String>, until: &Spanned<String>) -> Found<Span> {
    let span = Span { from: time(from, "from")?, until: time(until, "until")? };
    if span.from >= span.until {
        return fail(
            until,
            format!(
                "it ends at {} and begins at {}; the end comes after",
                until.get_ref(),
                from.get_ref()
            ),
        );
    }
    Ok(span)
}

fn fault(f: &FaultText) -> Found<PlannedFault> {
    let region = *f.region.get_ref();
    if !matches!(region, Region::North | Region::Central | Region::South) {
        return fail(&f.region, "a trouble has a region: north, central or south");
    }
    let word = f.trouble.get_ref().as_str();
    for (name, owner, at) in [
        ("percent", "slow", f.percent.as_ref().map(Spanned::span)),
        ("ppm", "loss", f.ppm.as_ref().map(Spanned::span)),
        ("hubs", "power-cut", f.hubs.as_ref().map(Spanned::span)),
    ] {
        match at {
            Some(at) if word != owner => {
                return Err((at.start, format!("{name} belongs to trouble = \"{owner}\"")));
            }
            None if word == owner => {
                return fail(&f.trouble, format!("trouble = \"{owner}\" needs {name}"));
            }
            _ => {}
        }
    }
    let trouble = match (word, &f.percent, &f.ppm, &f.hubs) {
        ("outage", ..) => Trouble::Outage,
        ("silent", ..) => Trouble::Loss { ppm: 1_000_000 },
        ("slow", Some(p), ..) if (100..=100_000).contains(p.get_ref()) => {
            Trouble::Slow { percent: *p.get_ref() }
        }
        ("slow", Some(p), ..) => return fail(p, "percent of the usual time: from 100 to 100000"),
        ("loss", _, Some(p), _) if *p.get_ref() <= 1_000_000 => Trouble::Loss { ppm: *p.get_ref() },
        ("loss", _, Some(p), _) => return fail(p, "parts in a million: at most 1000000"),
        ("power-cut", .., Some(h)) if *h.get_ref() > 0 => Trouble::PowerCut { hubs: *h.get_ref() },
        ("power-cut", .., Some(h)) => return fail(h, "a power cut hits at least one hub"),
        _ => {
            return fail(
                &f.trouble,
                format!(
                    "{word:?} is no trouble; use one of: outage, silent, slow, loss, power-cut"
                ),
            );
        }
    };
    Ok(PlannedFault { region, span: span(&f.from, &f.until)?, trouble })
}

fn storm(s: &StormText) -> Found<PlannedStorm> {
    let code = match USUAL.iter().find(|(code, ..)| code == s.code.get_ref()) {
        Some((code, ..)) => *code,
        None => {
            return fail(
                &s.code,
                format!(
                    "{:?} is no alert of the emulated meters; use one of: {}",
                    s.code.get_ref(),
                    USUAL.iter().map(|u| u.0).collect::<Vec<_>>().join(", ")
                ),
            );
        }
    };
    let every = time(&s.every, "every")?;
    // The model repeats no faster.
    if every < SECOND {
        return fail(&s.every, "a device repeats an alert at most once a second");
    }
    Ok(PlannedStorm { home: *s.home.get_ref(), code, span: span(&s.from, &s.until)?, every })
}

fn endpoint(e: &EndpointText) -> Found<PlannedEndpoint> {
    let kind = *e.kind.get_ref();
    let delay = match (&e.delay, kind) {
        (Some(d), EndpointFault::Slow) => time(d, "delay")?,
        (None, EndpointFault::Slow) => return fail(&e.kind, "kind = \"slow\" needs delay"),
        (Some(d), _) => return fail(d, "delay belongs to kind = \"slow\""),
        (None, _) => 0,
    };
    Ok(PlannedEndpoint { user: e.user, span: span(&e.from, &e.until)?, kind, delay })
}

fn traffic(t: &TrafficText) -> Found<PlannedTraffic> {
    let srv = t.srv.get_ref();
    if srv.is_empty()
        || srv.len() > northbound_gbcs::content::MAX_SRV_BYTES
        || !srv.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return fail(&t.srv, format!("{srv:?} is no Service Reference Variant; write it as 4.1.1"));
    }
    let per_minute = *t.per_minute.get_ref();
    if !(1..=MAX_PER_MINUTE).contains(&per_minute) {
        return fail(&t.per_minute, format!("{per_minute} a minute; from 1 to {MAX_PER_MINUTE}"));
    }
    Ok(PlannedTraffic {
        user: t.user,
        srv: srv.clone(),
        device: t.device,
        span: span(&t.from, &t.until)?,
        per_minute,
    })
}
