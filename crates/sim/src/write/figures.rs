//! What was stated for earlier months, and what is stated for this one: invented reports.
//!
//! CPM1 is below target in ten months running that end with the simulated month, and in 16 of the
//! last 17; the one month that met it lies ten months back. What pulls it down is firmware in the
//! North.

use super::{Folder, csv_out::Sink, truth::Truth};
use crate::{
    config::SimError,
    world::{FAULTY_DAYS, World},
};
use northbound_emulator::{Rng, latency::HOUR};
use northbound_types::{Period, Utc};

const HEADER: &str = "measure,period,region,provider,user,srv,mode,numerator,denominator,count,text,reading:value achieved,reading:the minimum itself,null,target,minimum,source,document,version,place,known";
/// Earlier months.
pub(crate) const MONTHS: i32 = 17;
/// Months back from the simulated one in which CPM1 met its target: one inside the window of 17,
/// and the oldest, which lies outside it.
const MET: [i32; 2] = [10, 17];
/// Months back whose firmware figure for the North can be read in two ways.
const AMBIGUOUS: i32 = 2;

/// One provider row: measure, provider, region, usual hundredths of a percent, usual denominator,
/// target, minimum.
type Row = (&'static str, &'static str, &'static str, i64, i64, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("DSP1.1", "DSP", "none", 9_946, 812_400, "99%", "96%"),
    ("DSP1.4", "DSP", "none", 9_988, 240_100, "99%", "96%"),
    ("DSP1.2", "DSP", "none", 9_941, 96_300, "99%", "96%"),
    ("DSP1.3", "DSP", "none", 9_963, 903_500, "99%", "96%"),
    ("PM2", "CSPN", "north", 7_900, 4_120, "99%", "96%"),
    ("PM2", "CSPC", "central", 9_950, 5_210, "99%", "96%"),
    ("PM2", "CSPS", "south", 9_942, 5_040, "99%", "96%"),
    ("PM4.3", "CSPN", "north", 10_000, 1_180, "99%", "96%"),
    ("PM4.3", "CSPC", "central", 10_000, 1_230, "99%", "96%"),
    ("PM4.3", "CSPS", "south", 9_992, 1_245, "99%", "96%"),
    ("PM4.1", "CSPN", "north", 10_000, 1_180, "99%", "96%"),
    ("PM4.1", "CSPC", "central", 9_995, 1_230, "99%", "96%"),
    ("PM4.1", "CSPS", "south", 9_996, 1_245, "99%", "96%"),
    ("PM4.2", "CSPN", "north", 10_000, 1_180, "99%", "96%"),
    ("PM4.2", "CSPC", "central", 9_990, 1_230, "99%", "96%"),
    ("PM4.2", "CSPS", "south", 9_994, 1_245, "99%", "96%"),
    ("PM3.1", "CSPN", "north", 9_905, 301_000, "99%", "96%"),
    ("PM3.1", "CSPC", "central", 9_961, 322_000, "99%", "96%"),
    ("PM3.1", "CSPS", "south", 9_964, 319_000, "99%", "96%"),
    ("PM12.1", "CSPN", "north", 9_890, 2_310, "", ""),
    ("PM12.2", "CSPN", "north", 9_720, 940, "", ""),
    ("PM1.1", "CSPC", "central", 9_930, 1_450, "", ""),
    ("PM1.1", "CSPS", "south", 9_924, 1_410, "", ""),
    ("COV1", "CSPN", "north", 9_870, 1_390, "", ""),
    ("PM2.1", "DSP", "none", 9_991, 0, "99.5%", "98%"),
    ("PM6.2", "CSPC", "central", 9_998, 0, "", ""),
    ("PM6.2", "CSPS", "south", 9_997, 0, "", ""),
];

/// Rows of CPM1 and CPM2 among [`ROWS`].
const CPM1: &[&str] = &["DSP1.1", "DSP1.4", "PM2", "PM4.3"];
const CPM2: &[&str] = &["DSP1.2", "DSP1.3", "PM3.1", "PM4.1", "PM4.2"];

/// The other code measures: usual hundredths of a percent, target, minimum.
const OTHERS: &[(&str, i64, &str, &str)] = &[
    ("CPM3", 9_951, "99%", "96%"),
    ("CPM4", 10_000, "100%", "85%"),
    ("CPM5", 9_280, "90%", "80%"),
    ("CPM6", 9_978, "99.5%", "98%"),
    ("CPM7", 9_993, "99%", "96%"),
    ("CPM8", 9_999, "99%", "96%"),
];

/// Nulls, each in a spelling of its own: measure, provider, months back, text, null word.
const NULLS: &[(&str, &str, i32, &str, &str)] = &[
    ("CPM3", "DCC", 5, "", "not-reported"),
    ("CPM5", "DCC", 9, "", "unreliable"),
    ("CPM7", "DCC", 3, "n/a", ""),
    ("PM12.2", "CSPN", 6, "-", ""),
    ("PM12.2", "CSPN", 7, "", "no-events"),
    ("PM1.1", "CSPS", 12, "N/A", ""),
    ("COV1", "CSPN", 4, "not reported", ""),
    ("PM6.2", "CSPC", 8, "", "[x]"),
    ("CPM3", "DCC", 6, "[u]", ""),
];

/// One stated cell: hundredths of a percent and, where events are counted, numerator and denominator.
fn cell(world: &World, row: usize, back: i32) -> (i64, Option<(i64, i64)>) {
    let &(measure, provider, _, usual, den, ..) = &ROWS[row];
    let mut rng = Rng::stream(world.config.seed, &[70, row as u64, back.unsigned_abs().into()]);
    let firmware = measure == "PM2" && provider == "CSPN";
    let share = if firmware && MET.contains(&back) {
        9_700
    } else if usual == 10_000 {
        usual
    } else {
        let spread = if firmware { 260 } else { 6 };
        (usual + rng.between(-spread, spread + 1)).min(10_000)
    };
    if den == 0 {
        return (share, None);
    }
    let den = den + rng.between(-den / 20, den / 20 + 1);
    let num = den * share / 10_000;
    (num * 10_000 / den, Some((num, den)))
}

/// The mean of the rows of a code measure, in hundredths of a percent, cut and not rounded.
fn mean(world: &World, of: &[&str], back: i32) -> i64 {
    let parts: Vec<i64> = (0..ROWS.len())
        .filter(|&r| of.contains(&ROWS[r].0))
        .map(|r| cell(world, r, back).0)
        .collect();
    parts.iter().sum::<i64>() / parts.len() as i64
}

fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// How to read the spellings of nulls in both files.
const MAP: &str = r#"# Invented. Spellings of nulls in the figures files: northbound ingest figures FILE --map figures.map.toml
layout = "figures"

[nulls]
"n/a" = "not-applicable"
"N/A" = "not-applicable"
"-" = "not-reported"
"not reported" = "not-reported"
"[x]" = "not-reported"
"[u]" = "unreliable"

[values.null]
"[x]" = "not-reported"
"#;

struct Report<'a> {
    world: &'a World,
    period: Period,
    back: i32,
}

struct Stated<'a> {
    measure: &'a str,
    provider: &'a str,
    region: &'a str,
    counts: Option<(i64, i64)>,
    text: String,
    readings: [&'a str; 2],
    null: &'a str,
    levels: (&'a str, &'a str),
    place: String,
}

impl Report<'_> {
    fn line(&self, s: &mut Sink, r: &Stated<'_>) -> Result<(), SimError> {
        // Monthly reports come out on the 25th day after the month, daily ones on the next; invented.
        let wait = if matches!(self.period, Period::Day(_)) { 0 } else { 25 };
        let known = self.period.after().plus(wait).start().0 + 12 * HOUR;
        s.word(r.measure)
            .word(&self.period.to_string())
            .word(r.region)
            .word(r.provider)
            .word("")
            .word("")
            .word("");
        match r.counts {
            Some((n, d)) => {
                s.number(n).number(d);
            }
            None => {
                s.word("").word("");
            }
        }
        s.word("")
            .word(&r.text)
            .word(r.readings[0])
            .word(r.readings[1])
            .word(r.null)
            .word(r.levels.0)
            .word(r.levels.1)
            .word(r.provider)
            .word(&format!("Invented performance report {}", self.period))
            .word("1.0")
            .word(&r.place)
            .time(Some(Utc(known)))
            .end()
    }

    fn write(&self, s: &mut Sink) -> Result<(), SimError> {
        for (row, &(measure, provider, region, .., target, minimum)) in ROWS.iter().enumerate() {
            let (share, counts) = cell(self.world, row, self.back);
            let mut r = Stated {
                measure,
                provider,
                region,
                counts,
                text: percent(share),
                readings: ["", ""],
                null: "",
                levels: (target, minimum),
                place: format!("table 3, row {}", row + 1),
            };
            if measure == "PM2" && provider == "CSPN" && self.back == AMBIGUOUS {
                r.counts = None;
                r.text = "54.80%".to_owned();
                r.readings = ["54.80%", "54.80%"];
                r.place = "page 4, remark: below the minimum, 54.80 %".to_owned();
            }
            self.null(&mut r);
            self.line(s, &r)?;
        }
        let codes = [
            ("CPM1", mean(self.world, CPM1, self.back), "99%", "96%"),
            ("CPM2", mean(self.world, CPM2, self.back), "99%", "96%"),
        ];
        let others = OTHERS.iter().enumerate().map(|(n, &(m, usual, target, minimum))| {
            let mut rng = Rng::stream(
                self.world.config.seed,
                &[71, n as u64, self.back.unsigned_abs().into()],
            );
            (
                m,
                if usual == 10_000 { usual } else { (usual + rng.between(-6, 7)).min(10_000) },
                target,
                minimum,
            )
        });
        for (n, (measure, share, target, minimum)) in codes.into_iter().chain(others).enumerate() {
            let mut r = Stated {
                measure,
                provider: "DCC",
                region: "none",
                counts: None,
                text: percent(share),
                readings: ["", ""],
                null: "",
                levels: (target, minimum),
                place: format!("table 1, row {}", n + 1),
            };
            self.null(&mut r);
            self.line(s, &r)?;
        }
        Ok(())
    }

    fn null(&self, r: &mut Stated<'_>) {
        if let Some(n) =
            NULLS.iter().find(|n| n.0 == r.measure && n.1 == r.provider && n.2 == self.back)
        {
            r.counts = None;
            r.text = n.3.to_owned();
            r.null = n.4;
        }
    }
}

/// What the providers state of each day for the shortest test, answered tests only. In its faulty
/// days CSPC's tool states nothing, a hundred without counts, or a word.
fn daily(world: &World, folder: &mut Folder, truth: &Truth) -> Result<(), SimError> {
    let name = format!("figures-daily-{}.csv", world.config.period);
    let mut s = folder.sink(&name, HEADER)?;
    for (n, day) in (0i32..).zip(world.each_day()) {
        for profile in &world.network.profiles {
            let faulty = world.config.scenario.faulty_reporting
                && profile.provider == "CSPC"
                && (FAULTY_DAYS.0..=FAULTY_DAYS.1).contains(&n);
            let counts = truth
                .daily
                .get(&(profile.provider, day))
                .map(|c| (c.in_time as i64, (c.in_time + c.late) as i64))
                .filter(|c| c.1 > 0);
            let (counts, text) = match (faulty, n % 4, counts) {
                (true, 0, _) => continue,
                (true, 1, _) => (None, "100.00%".to_owned()),
                (true, _, _) => (None, "n/a".to_owned()),
                (false, _, None) => (None, "-".to_owned()),
                (false, _, Some((num, den))) => (Some((num, den)), percent(num * 10_000 / den)),
            };
            Report { world, period: Period::Day(day), back: 0 }.line(
                &mut s,
                &Stated {
                    measure: "PM4.3",
                    provider: profile.provider,
                    region: profile.region.as_str(),
                    counts,
                    text,
                    readings: ["", ""],
                    null: "",
                    levels: ("99%", "96%"),
                    place: format!("daily table, row {}", n + 1),
                },
            )?;
        }
    }
    folder.close(&name, "figures-daily", s)
}

pub(crate) fn write(world: &World, folder: &mut Folder, truth: &mut Truth) -> Result<(), SimError> {
    let mut s = folder.sink("figures-history.csv", HEADER)?;
    for back in (1..=MONTHS).rev() {
        Report { world, period: world.config.period.plus(-back), back }.write(&mut s)?;
    }
    folder.close("figures-history.csv", "figures", s)?;
    let name = format!("figures-{}.csv", world.config.period);
    let mut s = folder.sink(&name, HEADER)?;
    Report { world, period: world.config.period, back: 0 }.write(&mut s)?;
    folder.close(&name, "figures", s)?;
    daily(world, folder, truth)?;
    folder.text("figures.map.toml", "map", MAP)?;
    let month = |back: i32| world.config.period.plus(-back);
    truth.stated.insert("CPM1".to_owned(), format!(
        "stated below target in 10 months running, {} to {}, and in 16 of the last 17, {} to {}; the month that met it is {}; {} met it too and is outside the window",
        month(9), month(0), month(16), month(0), month(10), month(17)));
    truth
        .stated
        .insert("PM2 CSPN".to_owned(), format!("{} can be read in two ways", month(AMBIGUOUS)));
    for n in NULLS {
        truth.stated.insert(format!("{} {} {}", n.0, n.1, month(n.2)), "null".to_owned());
    }
    Ok(())
}
