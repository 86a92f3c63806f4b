//! Requests of ours to start from: the list of them, and one of them, written to a file or ready to send.

use super::{policy_of, services};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    whole_file,
};
use northbound_duis::build::{RequestOut, SampleOf, ServiceRef, has_sample, sample};
use northbound_rules::{RuleSet, catalogue::Service};
use northbound_types::{CommandVariant, Eui64, RequestId};
use serde_json::json;
use std::path::Path;

/// Version of the schema by which samples are written.
const SCHEMA_VERSION: &str = "5.4";
/// User and device of a sample that names none: invented ones. `send` puts others in their place.
const ANY_USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const ANY_DEVICE: Eui64 = Eui64(0x00DB_1234_0000_0000);

/// A request, not signed: `send` signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The message.
    pub xml: Vec<u8>,
    /// Service Reference Variant.
    pub srv: String,
    /// Command Variant.
    pub variant: CommandVariant,
}

/// The services of which there is a sample.
///
/// # Errors
/// Where a rule file is wrong.
pub fn list(ctx: &Context) -> Result<Answer> {
    let rules = ctx.rules()?;
    let mut t = Table::new("", &["SRV", "service", "CV", "who may send it"]);
    let mut listed = Vec::new();
    for s in rules.catalogue().services().iter().filter(|s| has_sample(&s.srv)) {
        let variant = s.command_variants.first().map(ToString::to_string).unwrap_or_default();
        t.row([s.srv.clone(), s.name.clone(), variant, s.roles.join(" ")]);
        listed.push(json!({"srv": s.srv, "name": s.name, "variants": s.command_variants, "roles": s.roles, "non_device": s.non_device}));
    }
    Ok(Answer::new(json!({"samples": listed})).table(t).then(
        "`northbound sample request --srv SRV --out FILE` writes one, `northbound send --sample SRV` sends one at once. CV 4 comes back as a Pre-Command: add --sign 5.",
    ))
}

/// The service of this SRV, if there is a sample of it.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) where the catalogue has none, or there is no sample of it.
pub fn service<'r>(rules: &'r RuleSet, srv: &str) -> Result<&'r Service> {
    let all = rules.catalogue().services();
    let found = all.iter().find(|s| s.srv == srv).ok_or_else(|| {
        AppError::not_found(format!("the catalogue has no service {srv:?}; `northbound sample list` shows those of which there is a sample"))
    })?;
    if !has_sample(srv) {
        return Err(AppError::not_found(format!(
            "there is no sample of {srv} ({}), whose body needs values of its own; `northbound sample list` shows those of which there is one",
            found.name
        )));
    }
    Ok(found)
}

/// A sample as this User sends it about this device.
///
/// # Errors
/// As [`service`].
pub fn build(
    ctx: &Context,
    rules: &RuleSet,
    srv: &str,
    user: Option<Eui64>,
    device: Option<Eui64>,
) -> Result<Sample> {
    let found = service(rules, srv)?;
    let (user, device) = (user.unwrap_or(ANY_USER), device.unwrap_or(ANY_DEVICE));
    let catalogue = services(rules);
    let entry = catalogue
        .get(srv)
        .ok_or_else(|| AppError::internal(format!("{srv} is missing in the catalogue")))?;
    let (variant, body) = sample(entry, SampleOf { device, now: ctx.now })
        .ok_or_else(|| AppError::internal(format!("no sample of {srv}")))?;
    let target = if found.non_device { policy_of(rules, ctx)?.service } else { device };
    let counter = u64::try_from(ctx.now.0 / 1_000).unwrap_or_default();
    let id = RequestId { originator: user, target, counter }.to_string();
    let out = RequestOut {
        schema_version: SCHEMA_VERSION,
        id: &id,
        first_in_sequence: None,
        preceding: None,
        variant,
        service: ServiceRef { reference: &found.reference, srv },
        body,
    };
    let xml = out.to_xml().map_err(|e| AppError::internal(e.to_string()))?;
    Ok(Sample { xml, srv: srv.to_owned(), variant })
}

/// Writes a sample to a file, or returns it to be printed.
///
/// # Errors
/// As [`build`], and where the file cannot be written.
pub fn request(
    ctx: &Context,
    srv: &str,
    user: Option<Eui64>,
    device: Option<Eui64>,
    out: Option<&Path>,
) -> Result<Answer> {
    let rules = ctx.rules()?;
    let made = build(ctx, &rules, srv, user, device)?;
    let name = &service(&rules, srv)?.name;
    let Some(path) = out else {
        let xml = String::from_utf8_lossy(&made.xml).into_owned();
        return Ok(Answer::raw(format!("{xml}\n"))
            .with_json(json!({"srv": srv, "name": name, "variant": made.variant, "xml": xml})));
    };
    if !ctx.dry_run {
        whole_file::write(path, |to| {
            to.write_all(&made.xml).map_err(|e| AppError::io("write", path, e))
        })?;
    }
    let shown = path.display();
    let sign = if made.variant == CommandVariant::Transform { " --sign 5" } else { "" };
    let user = user.map_or_else(|| "EUI".to_owned(), |u| u.to_string());
    let non_device = service(&rules, srv)?.non_device;
    let other = if device.is_some() || non_device { "" } else { " --device EUI" };
    let mut answer = Answer::new(json!({"file": shown.to_string(), "srv": srv, "name": name, "variant": made.variant, "bytes": made.xml.len()}))
        .say(format!("{} {shown}: {srv} {name}, Command Variant {}. It is not signed yet: `send` signs it.", if ctx.dry_run { "Would write" } else { "Wrote" }, made.variant))
        .then(format!("Send it: northbound send {shown} --user {user}{other}{sign}"));
    if non_device && device.is_none() {
        answer = answer.then(format!(
            "It asks about {ANY_DEVICE}, an invented device: name another with `sample request --device`."
        ));
    }
    Ok(answer)
}
