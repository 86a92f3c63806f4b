//! A row of a measure, opened.

use super::{Answer, Asked, ComponentLine, Explained, MessageSelection, files, readd::Readd, used};
use crate::{
    PackError,
    assemble::{cells, words},
    data::{StatedEntry, figures::Address},
    evidence::Evidence,
};
use northbound_documents::model::RuleUsed;
use northbound_measures::{
    MeasureResult,
    evaluate::evaluate,
    incidents::in_time::{CountedIncident, listed},
    inputs::{Inputs, ServiceInterval},
};
use northbound_rules::measure::{Basis, MeasureDef};
use northbound_types::{Dim, Region};

/// Opens the row that an address names.
pub(super) fn row(e: Evidence, asked: &Asked) -> Result<Answer, PackError> {
    let address = &asked.entry.address;
    let def = e.known.rules.measure(&address.measure).cloned().ok_or_else(|| {
        PackError::NotFound(format!(
            "there is no measure {:?}; `northbound rules list` shows them",
            address.measure
        ))
    })?;
    let results = results(&e, asked)?;
    let r = find(&results, address)?;
    let manifest = e.known.snapshot.root.hash.clone();
    let address = Address::of(r);
    let ids = asked.ids(&e);
    let id = ids(&address);
    let cell = cells::result(r, &id);
    let behind = selection(r);
    let registered = &e.known.registered;
    let own = |measure: &str, provider: &str, region: Region, period| {
        period == r.period && (measure, provider, region) == r.key()
    };
    let explained = Explained {
        id,
        address,
        title: r.title.clone(),
        printed: cell.printed(),
        note: cell.note.clone(),
        figure: r.figure.clone(),
        as_at: e.known.as_at,
        rules_id: e.known.rules.id().to_owned(),
        rules: rules(&e, &def),
        components: components(r, &results, &ids),
        manifest,
        adds: Readd::default(),
        files: files(&e, &behind),
        stated: stated(&e, r),
        services: services(&e, &def, r),
        explanations: registered
            .explanations
            .iter()
            .filter(|x| own(&x.measure, &x.provider, x.region, x.period))
            .cloned()
            .collect(),
        overrides: registered
            .overrides
            .iter()
            .filter(|x| own(&x.measure, &x.provider, x.region, x.period))
            .cloned()
            .collect(),
        messages: Vec::new(),
        next: None,
        incidents: incidents(&e, &def, r),
        result: Some(r.clone()),
    };
    Ok(Answer { explained, evidence: e, behind, open: false })
}

/// The incidents that a measure of incidents counts and leaves out.
fn incidents(e: &Evidence, def: &MeasureDef, r: &MeasureResult) -> Vec<CountedIncident> {
    let Basis::Incidents { categories } = &def.basis else { return Vec::new() };
    listed(e.inputs().incidents, categories, r.activity, e.known.as_at)
}

/// All results, by the methodology of the address. A figure that is counted another way than the pack's own
/// is not subject to decisions about the pack's figure.
fn results(e: &Evidence, asked: &Asked) -> Result<Vec<MeasureResult>, PackError> {
    let (own, counted) = (asked.methodology(), &asked.entry.address.methodology);
    if own.is_none_or(|own| own == counted) || counted.is_empty() {
        return Ok(evaluate(&e.inputs())?);
    }
    Ok(evaluate(&Inputs { overrides: &[], stated: &[], ..e.inputs() })?)
}

fn find<'a>(
    results: &'a [MeasureResult],
    address: &Address,
) -> Result<&'a MeasureResult, PackError> {
    let key = |k: &str| address.keys.get(k).map(String::as_str).unwrap_or_default();
    let (provider, region) = (key("provider"), key("region"));
    let own = || results.iter().filter(|r| r.measure == address.measure);
    own().find(|r| r.provider == provider && r.region.as_str() == region).ok_or_else(|| {
        let rows: Vec<String> =
            own().map(|r| format!("{}/{}/{}", r.measure, r.provider, r.region)).collect();
        PackError::NotFound(format!(
            "{} has no row {provider}/{region}; its rows are {}",
            address.measure,
            rows.join(", ")
        ))
    })
}

fn components(
    r: &MeasureResult,
    results: &[MeasureResult],
    ids: &dyn Fn(&Address) -> String,
) -> Vec<ComponentLine> {
    let keys = r.components.iter().map(|c| (c.measure.as_str(), c.provider.as_str(), c.region));
    keys.filter_map(|key| results.iter().find(|x| x.key() == key))
        .map(|x| {
            let id = ids(&Address::of(x));
            let printed = cells::result(x, &id).printed();
            let (figure, decimals) = (x.figure.clone(), x.decimals);
            ComponentLine {
                what: words::row(x),
                printed,
                id,
                figure,
                decimals,
                levels: x.levels.list(),
            }
        })
        .collect()
}

fn selection(r: &MeasureResult) -> MessageSelection {
    MessageSelection {
        days: (r.activity.first(), r.activity.after()),
        numerator: r.parts.iter().filter_map(|p| p.numerator.clone()).collect(),
        denominator: r.parts.iter().filter_map(|p| p.denominator.clone()).collect(),
        excluded: r
            .excluded
            .iter()
            .filter_map(|l| l.selector.clone().map(|s| (l.reason.clone(), s)))
            .collect(),
    }
}

/// The definition, the levels, the methodology; for exchanges the targets that may apply.
fn rules(e: &Evidence, def: &MeasureDef) -> Vec<RuleUsed> {
    let kinds: Vec<String> = match &def.basis {
        Basis::Exchanges { select } => select
            .any_of
            .iter()
            .find(|(d, _)| *d == Dim::TestKind)
            .map_or_else(Vec::new, |(_, v)| v.iter().cloned().collect()),
        _ => Vec::new(),
    };
    let exchanges = matches!(def.basis, Basis::Exchanges { .. });
    let test = kinds.iter().any(|k| k != "none");
    used(e, &|id| match id.split_once('/') {
        Some(("measure" | "levels", m)) => m == def.id,
        Some(("methodology", _)) => true,
        Some(("target", rest)) => {
            exchanges
                && if test {
                    kinds.iter().any(|k| rest.split('/').any(|p| p == k))
                } else {
                    !["rtt2", "rtt3", "rtt4"].iter().any(|k| rest.split('/').any(|p| p == *k))
                }
        }
        _ => false,
    })
}

fn stated(e: &Evidence, r: &MeasureResult) -> Vec<StatedEntry> {
    let mine = northbound_measures::evaluate::stated::for_row(
        &e.known.stated,
        &r.measure,
        &r.provider,
        r.region.as_str(),
        r.period,
        r.activity,
    );
    e.known
        .stated
        .iter()
        .zip(&e.known.stated_sources)
        .filter(|(s, _)| mine.iter().any(|(m, _)| std::ptr::eq(*m, *s)))
        .map(|(s, file)| StatedEntry { stated: s.clone(), file: file.clone() })
        .collect()
}

fn services(e: &Evidence, def: &MeasureDef, r: &MeasureResult) -> Vec<ServiceInterval> {
    let row = def.rows.iter().find(|x| x.provider == r.provider && x.region == r.region);
    let Some(name) = row.and_then(|row| def.basis.service_of(row)) else { return Vec::new() };
    let (first, after) = (r.activity.first().start(), r.activity.after().start());
    e.known
        .registered
        .services
        .iter()
        .filter(|s| s.service == name && s.from < after && s.to.is_none_or(|t| t > first))
        .cloned()
        .collect()
}
