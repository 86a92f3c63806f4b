//! The measures by which the service is judged: list them, show one.

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    names,
};
use northbound_packs::assemble::words;
use northbound_rules::{
    RuleInfo, RuleSet,
    measure::{Levels, MeasureDef},
};
use northbound_types::Region;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is known of the confirmation of rules.
struct Known {
    rules: Vec<RuleInfo>,
    confirmed: BTreeSet<String>,
}

impl Known {
    fn of(ctx: &Context, set: &RuleSet) -> Result<Known> {
        let confirmed = ctx.confirmed(&ctx.store()?)?;
        Ok(Known { rules: set.rules(), confirmed })
    }

    /// The rules of a measure: its definition, then its levels by date.
    fn rules_of(&self, measure: &str) -> impl Iterator<Item = &RuleInfo> {
        let ids = [format!("measure/{measure}"), format!("levels/{measure}")];
        self.rules.iter().filter(move |r| ids.contains(&r.id))
    }

    /// Does a figure of the measure rest on a rule that somebody has to confirm yet?
    fn unconfirmed(&self, measure: &str) -> Vec<String> {
        self.rules_of(measure)
            .filter(|r| {
                r.provenance.needs_confirmation() && !self.confirmed.contains(&r.confirmation_key)
            })
            .map(|r| r.id.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// How its figures are counted, as the definition says it.
    fn counted(&self, measure: &str) -> String {
        let id = format!("measure/{measure}");
        self.rules.iter().find(|r| r.id == id).map(|r| r.value.clone()).unwrap_or_default()
    }

    fn json(&self, m: &MeasureDef) -> Value {
        json!({
            "definition": m, "counted": self.counted(&m.id), "section": SECTION,
            "unconfirmed": self.unconfirmed(&m.id),
        })
    }
}

/// The section of a pack that has the figures of all measures.
const SECTION: &str = "measures";

/// Every measure of the rules in force, with the levels of today.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    let set = ctx.rules()?;
    let known = Known::of(ctx, &set)?;
    let today = ctx.as_at.unwrap_or(ctx.now).day();
    let mut t = Table::new(
        "",
        &["id", "title", "unit", "better", "target", "minimum", "levels from", "mark", "standing"],
    );
    for m in set.measures() {
        let now = m.levels_on(today);
        let level = |of: fn(&Levels) -> _| words::level(now.and_then(of));
        t.row([
            m.id.clone(),
            m.title.clone(),
            m.unit.to_string(),
            m.better.to_string(),
            level(|l| l.target),
            level(|l| l.minimum),
            now.map(|l| l.from.to_string()).unwrap_or_default(),
            m.provenance.mark.to_string(),
            standing(&known.unconfirmed(&m.id)).to_owned(),
        ]);
    }
    let all: Vec<Value> = set.measures().iter().map(|m| known.json(m)).collect();
    Ok(Answer::new(json!({"measures": all}))
        .table(t)
        .then("To see how one is counted: northbound measure show ID"))
}

const fn standing(unconfirmed: &[String]) -> &'static str {
    if unconfirmed.is_empty() { "confirmed" } else { "not confirmed" }
}

/// One measure: what it counts, its rows, its levels by date and where each comes from.
///
/// # Errors
/// Where there is no such measure, or rules or registers cannot be read.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let id = names::known(ctx, names::Named::Measure, id)?;
    let m = set.measure(&id).ok_or_else(|| {
        AppError::not_found(format!(
            "there is no measure {id:?}; `northbound measure list` shows them"
        ))
    })?;
    let known = Known::of(ctx, &set)?;
    let unconfirmed = known.unconfirmed(&m.id);
    let mut about = Table::new("", &["measure", m.id.as_str()]);
    for (key, value) in [
        ("title", m.title.clone()),
        ("unit", m.unit.to_string()),
        ("better", m.better.to_string()),
        ("counted", known.counted(&m.id)),
        ("period", m.period.to_string()),
        ("pack section", SECTION.to_owned()),
        ("mark", m.provenance.mark.to_string()),
        ("source", m.provenance.source.clone()),
        ("note", m.provenance.note.clone()),
        ("standing", standing(&unconfirmed).to_owned()),
    ] {
        if !value.is_empty() {
            about.row([key.to_owned(), value]);
        }
    }
    let answer = Answer::new(known.json(m)).table(about).table(levels(m)).table(rows(m));
    Ok(unconfirmed.iter().fold(answer, |a, rule| {
        a.then(format!(
            "Not confirmed: {rule}. Confirm it: northbound rules confirm {rule} --source 'document, place' --reason 'why'"
        ))
    }))
}

fn levels(m: &MeasureDef) -> Table {
    let mut t =
        Table::new("Levels by date", &["from", "target", "minimum", "mark", "source", "note"]);
    for l in &m.levels {
        let p = &l.provenance;
        t.row([
            l.from.to_string(),
            words::level(l.target),
            words::level(l.minimum),
            p.mark.to_string(),
            p.source.clone(),
            p.note.clone(),
        ]);
    }
    t
}

fn rows(m: &MeasureDef) -> Table {
    let mut t = Table::new("Rows", &["provider", "region", "from", "to"]);
    for r in &m.rows {
        let region =
            if r.region == Region::None { "national".to_owned() } else { r.region.to_string() };
        let day = |d: Option<northbound_types::Day>| d.map(|d| d.to_string()).unwrap_or_default();
        t.row([r.provider.clone(), region, day(r.from), day(r.to)]);
    }
    t
}
