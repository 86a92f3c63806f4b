//! Stated figures: the text as written, with all its readings; never a choice between them.

use crate::{
    cell::{Cell, RawRow, Row, printed},
    error::{Bad, Reason, fault},
    layout::figures as f,
    limits::MAX_FIELD,
    session::{Context, Load, LoadError},
    summary::Flag,
};
use northbound_ledger::{rows::StatedRow, sink::RowSink};
use northbound_types::{
    NullReason, Period, Ratio,
    figure::{parse_percent, readings_of_bare},
    percent::percent,
};
use std::collections::BTreeMap;

/// Loads stated figures.
pub(crate) struct Figures<'s> {
    pub(crate) sink: &'s mut dyn RowSink,
}

impl Load for Figures<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let (found, flags) = stated(row, place, context)?;
        self.sink.stated(&found).map_err(LoadError::Sink)?;
        for flag in flags {
            context.flags.add(flag);
        }
        Ok(())
    }
}

/// Spellings of a null that need no mapping, lower case; the marks are those of `NullReason::mark`.
const SPELLINGS: &[(&str, NullReason)] = &[
    ("n/a", NullReason::NotApplicable),
    ("not applicable", NullReason::NotApplicable),
    ("n/r", NullReason::NotReported),
    ("not reported", NullReason::NotReported),
    ("not available", NullReason::NotReported),
    ("tbc", NullReason::NotReported),
    ("-", NullReason::NotReported),
    ("–", NullReason::NotReported),
    ("null", NullReason::NotReported),
    ("no data", NullReason::NotReported),
    ("no events", NullReason::NoEvents),
    ("no activity", NullReason::NoEvents),
    ("unreliable", NullReason::Unreliable),
    ("suppressed", NullReason::Suppressed),
    ("redacted", NullReason::Suppressed),
];

/// What spreadsheets show in place of a value that cannot be computed, lower case: no value is stated.
const ERROR_CELLS: &[&str] =
    &["#calc!", "#div/0!", "#n/a", "#name?", "#null!", "#num!", "#ref!", "#spill!", "#value!"];

fn is_error_cell(cell: Cell<'_>) -> bool {
    matches!(cell, Cell::Text(t) if ERROR_CELLS.contains(&t.to_lowercase().as_str()))
}

/// The reason that a text states, where it is a null.
fn null_reason<R>(row: &Row<'_, R>, text: &str) -> Option<NullReason> {
    let lower = text.to_lowercase();
    row.plan
        .null_reasons
        .get(text)
        .copied()
        .or_else(|| {
            NullReason::ALL.iter().copied().find(|r| r.as_str() == lower || r.mark() == lower)
        })
        .or_else(|| SPELLINGS.iter().find(|(s, _)| *s == lower).map(|(_, r)| *r))
        .or_else(|| is_error_cell(Cell::Text(text)).then_some(NullReason::NotReported))
}

/// A decimal text as the field writes it, with a point for the decimals: `99.38%`. Thousands
/// separators are not guessed.
fn decimal<R>(row: &Row<'_, R>, column: &str, text: &str) -> Result<String, Bad> {
    let bad = || {
        fault(
            column.to_owned(),
            Reason::NotANumber,
            "write a decimal number or percentage, such as 99.38%, or a null spelling",
            text,
        )
    };
    if text.len() > 60 {
        return Err(bad());
    }
    let comma = row.plan.decimal_comma;
    if comma && text.contains('.') {
        return Err(bad());
    }
    let text = if comma { text.replacen(',', ".", 1) } else { text.to_owned() };
    if parse_percent(&text).is_none() {
        return Err(bad());
    }
    Ok(text)
}

/// A figure's cell: a number, a null with its reason, or nothing.
enum FigureCell {
    Nothing,
    Null(NullReason),
    Text(String),
}

fn cell<R: RawRow>(row: &Row<'_, R>, name: &str, cell: Cell<'_>) -> Result<FigureCell, Bad> {
    if cell == Cell::Empty {
        return Ok(FigureCell::Nothing);
    }
    let text = printed(cell);
    if let Some(reason) = null_reason(row, &text) {
        return Ok(FigureCell::Null(reason));
    }
    if text.eq_ignore_ascii_case("na") {
        return Err(ambiguous_null(name, &text));
    }
    decimal(row, name, &text).map(FigureCell::Text)
}

/// `NA` is *not applicable* to one author and *not available* to another, and programs write it for
/// any value that they do not have.
fn ambiguous_null(column: &str, text: &str) -> Bad {
    fault(
        column.to_owned(),
        Reason::AmbiguousSpelling,
        format!(
            "{text:?} may mean not applicable or not available: a mapping says which, by {text:?} = \"not-applicable\" or \"not-reported\" under [nulls]"
        ),
        text,
    )
}

/// A count: a null spelling counts as none, with its reason.
fn count<R: RawRow>(
    row: &Row<'_, R>,
    column: usize,
    null: &mut Option<NullReason>,
) -> Result<Option<i64>, Bad> {
    if let Cell::Text(t) = row.get(column)
        && let Some(reason) = null_reason(row, t)
    {
        null.get_or_insert(reason);
        return Ok(None);
    }
    if let Cell::Text(t) = row.get(column)
        && t.eq_ignore_ascii_case("na")
    {
        return Err(ambiguous_null(row.name(column), t));
    }
    row.count(column)
}

fn stated<R: RawRow>(
    row: &Row<'_, R>,
    place: i64,
    context: &Context<'_>,
) -> Result<(StatedRow, Vec<Flag>), Bad> {
    let mut flags = Vec::new();
    let measure = row.text(f::MEASURE)?;
    if measure.is_empty() {
        return Err(row.missing(f::MEASURE));
    }
    let period = period(row)?;
    let value = value(row, &mut flags)?;
    let found = StatedRow {
        measure: measure.to_owned(),
        period: period.to_string(),
        keys: keys(row)?,
        numerator: value.numerator,
        denominator: value.denominator,
        count: value.count,
        text: value.text,
        readings: value.readings,
        null: value.null.map(|r| r.as_str().to_owned()),
        target: level(row, f::TARGET, &mut flags)?,
        minimum: level(row, f::MINIMUM, &mut flags)?,
        source: owned_or(row.note(f::SOURCE)?, &context.options.source),
        document: owned_or(row.note(f::DOCUMENT)?, context.file),
        version: row.note(f::VERSION)?.to_owned(),
        place: owned_or(row.note(f::PLACE)?, &place_in(place, context)),
        known: row.time(f::KNOWN)?.unwrap_or(context.options.known.0),
        row: place,
    };
    Ok((found, flags))
}

/// Where a row is, for a reader who opens the file.
fn place_in(row: i64, context: &Context<'_>) -> String {
    if context.hidden { format!("row {row} (hidden)") } else { format!("row {row}") }
}

/// The value of a figure in every form that the row states, or why there is none.
struct StatedValue {
    numerator: Option<i64>,
    denominator: Option<i64>,
    count: Option<i64>,
    text: Option<String>,
    readings: Vec<(String, String)>,
    null: Option<NullReason>,
}

fn value<R: RawRow>(row: &Row<'_, R>, flags: &mut Vec<Flag>) -> Result<StatedValue, Bad> {
    let mut null = None;
    let numerator = count(row, f::NUMERATOR, &mut null)?;
    let denominator = count(row, f::DENOMINATOR, &mut null)?;
    let counted = count(row, f::COUNT, &mut null)?;
    let text = match cell(row, "text", row.get(f::TEXT))? {
        FigureCell::Nothing => None,
        FigureCell::Null(reason) => {
            null.get_or_insert(reason);
            None
        }
        FigureCell::Text(t) => Some(t),
    };
    let cells = [f::TEXT, f::NUMERATOR, f::DENOMINATOR, f::COUNT];
    if cells.iter().any(|c| is_error_cell(row.get(*c))) {
        flags.push(Flag::ErrorCell);
    }
    let readings = readings(row)?;
    check_ratio(numerator, denominator)?;
    let explicit = explicit_null(row)?;
    let has_value =
        numerator.is_some() || counted.is_some() || text.is_some() || !readings.is_empty();
    if has_value && explicit.is_some() {
        return Err(fault("null", Reason::ValueAndNull, "the row states a null and a value", ""));
    }
    // A spelling of a null in one cell, beside a value in another, is an empty cell.
    let mut null = if has_value { None } else { explicit.or(null) };
    if !has_value && null.is_none() {
        null = Some(NullReason::NotReported);
        flags.push(Flag::BlankValue);
    }
    let mut value = StatedValue { numerator, denominator, count: counted, text, readings, null };
    read_bare(&mut value, flags);
    flag_readings(&mut value, flags);
    Ok(value)
}

/// A number up to 1 without a percent sign has two readings, unless counts beside it decide (X10).
fn read_bare(value: &mut StatedValue, flags: &mut Vec<Flag>) {
    let (of, meaning) = match (&value.text, value.readings.as_slice(), value.numerator) {
        (Some(text), [], None) => (text, String::new()),
        (None, [(meaning, text)], None) => (text, format!("{meaning}, ")),
        _ => return,
    };
    let Some(both) = readings_of_bare(of) else { return };
    value.readings =
        both.into_iter().map(|r| (format!("{meaning}{}", r.meaning), r.text)).collect();
    flags.push(Flag::BareFraction);
}

/// Adds both readings where text and counts disagree, and flags what a reader has to look at.
fn flag_readings(value: &mut StatedValue, flags: &mut Vec<Flag>) {
    if let (Some(t), Some(n), Some(d)) = (&value.text, value.numerator, value.denominator)
        && let Some(computed) = disagreeing(t, n, d)
    {
        value.readings.push(("text as written".into(), t.clone()));
        value.readings.push(("numerator over denominator".into(), computed));
        flags.push(Flag::ReadingsDisagree);
    }
    if value.readings.len() > 1 {
        flags.push(Flag::SeveralReadings);
    }
    let over = |t: &str| parse_percent(t).is_some_and(|p| p > num_one());
    if value.text.as_deref().is_some_and(over) || value.readings.iter().any(|(_, t)| over(t)) {
        flags.push(Flag::OverHundred);
    }
}

fn num_one() -> num_rational::BigRational {
    num_rational::BigRational::from_integer(1.into())
}

fn owned_or(text: &str, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text.to_owned() }
}

fn period<R: RawRow>(row: &Row<'_, R>) -> Result<Period, Bad> {
    let cell = row.get(f::PERIOD);
    if cell == Cell::Empty {
        return Err(row.missing(f::PERIOD));
    }
    let text = printed(cell);
    text.parse().map_err(|e: northbound_types::time::TimeError| {
        fault("period", Reason::MalformedPeriod, e.hint, &text)
    })
}

fn explicit_null<R: RawRow>(row: &Row<'_, R>) -> Result<Option<NullReason>, Bad> {
    let text = row.spelling(f::NULL)?;
    if text.is_empty() {
        return Ok(None);
    }
    null_reason(row, text).map(Some).ok_or_else(|| {
        let words: Vec<&str> = NullReason::ALL.iter().map(|r| r.as_str()).collect();
        fault(
            "null",
            Reason::UnknownWord,
            format!("use one of: {}, or a spelling from the mapping's [nulls]", words.join(", ")),
            text,
        )
    })
}

fn check_ratio(numerator: Option<i64>, denominator: Option<i64>) -> Result<(), Bad> {
    match (numerator, denominator) {
        (Some(n), Some(d)) if n > d => Err(fault(
            "numerator",
            Reason::NumeratorOverDenominator,
            format!("more than the denominator {d}"),
            &n.to_string(),
        )),
        (Some(n), None) => Err(fault(
            "denominator",
            Reason::HalfARatio,
            "a numerator needs its denominator",
            &n.to_string(),
        )),
        (None, Some(d)) => Err(fault(
            "numerator",
            Reason::HalfARatio,
            "a denominator needs its numerator; a count goes into `count`",
            &d.to_string(),
        )),
        _ => Ok(()),
    }
}

/// What numerator and denominator make, where the text is neither their rounded nor their cut share in any
/// of its readings.
fn disagreeing(text: &str, numerator: i64, denominator: i64) -> Option<String> {
    let as_written = disagreeing_percentage(text, numerator, denominator)?;
    match readings_of_bare(text) {
        Some([_, share]) => disagreeing_percentage(&share.text, numerator, denominator),
        None => Some(as_written),
    }
}

fn disagreeing_percentage(text: &str, numerator: i64, denominator: i64) -> Option<String> {
    let ratio =
        Ratio { num: u64::try_from(numerator).ok()?, den: u64::try_from(denominator).ok()? };
    let places = text
        .trim_end_matches(['%', ' '])
        .split_once('.')
        .map_or(0, |(_, d)| d.len() as u32)
        .min(30);
    let said = parse_percent(text)?;
    // Nothing fell due: any percentage says more than the counts do.
    let Some(exact) = ratio.rational() else { return Some(format!("{numerator}/{denominator}")) };
    let rounded = parse_percent(&percent(ratio, places, &[])?)?;
    let step =
        num_rational::BigRational::new(1.into(), num_bigint::BigInt::from(10u32).pow(places + 2));
    let cut = said <= exact && &exact - &said < step;
    if said == rounded || cut {
        None
    } else {
        Some(format!("{}%", percent(ratio, places.max(2), &[])?))
    }
}

/// Keys of the figure: the layout's and the mapping's, where they say something.
fn keys<R: RawRow>(row: &Row<'_, R>) -> Result<BTreeMap<String, String>, Bad> {
    let mut keys = BTreeMap::new();
    for column in [f::REGION, f::PROVIDER, f::USER, f::SRV, f::MODE] {
        let text = row.text(column)?;
        if !text.is_empty() {
            keys.insert(row.name(column).to_owned(), text.to_owned());
        }
    }
    if let Some(word) = keys.get("region") {
        word.parse::<northbound_types::Region>()
            .map_err(|e| fault("region", Reason::UnknownWord, e.to_string(), word))?;
    }
    for (name, at) in &row.plan.keys {
        let text = printed(row.source(*at));
        if text.len() > MAX_FIELD {
            return Err(fault(
                name.clone(),
                Reason::FieldTooLong,
                format!("the limit is {MAX_FIELD} bytes"),
                &text,
            ));
        }
        if !text.is_empty() {
            keys.insert(name.clone(), text);
        }
    }
    Ok(keys)
}

/// Readings from `reading:MEANING` columns and from a `readings` cell (`achieved=54.80%; minimum=54.80%`).
fn readings<R: RawRow>(row: &Row<'_, R>) -> Result<Vec<(String, String)>, Bad> {
    let mut found = Vec::new();
    for (meaning, at) in &row.plan.readings {
        if let FigureCell::Text(t) = cell(row, &format!("reading:{meaning}"), row.source(*at))? {
            found.push((meaning.clone(), t));
        }
    }
    for part in row.note(f::READINGS)?.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let Some((meaning, text)) = part.split_once('=') else {
            return Err(fault(
                "readings",
                Reason::NotANumber,
                "write MEANING=NUMBER; MEANING=NUMBER",
                part,
            ));
        };
        found.push((meaning.trim().to_owned(), decimal(row, "readings", text.trim())?));
    }
    Ok(found)
}

/// A target or minimum as text; one that is no percentage is stored and flagged.
fn level<R: RawRow>(
    row: &Row<'_, R>,
    column: usize,
    flags: &mut Vec<Flag>,
) -> Result<Option<String>, Bad> {
    let text = row.spelling(column)?;
    if text.is_empty() || null_reason(row, text).is_some() {
        return Ok(None);
    }
    match decimal(row, "", text) {
        Ok(t) => {
            if readings_of_bare(&t).is_some() {
                flags.push(Flag::BareFraction);
            }
            Ok(Some(t))
        }
        Err(_) => {
            flags.push(Flag::LevelNotANumber);
            Ok(Some(text.to_owned()))
        }
    }
}
