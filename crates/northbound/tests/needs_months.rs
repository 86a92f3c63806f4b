//! How long and how often a measure missed, what was said about it, and ambiguous numbers (M3, X1, X10, M18).

use crate::support;
use std::fmt::Write as _;
use support::needs::{Pack, Room};

const CLOCK: &str = "2020-05-20T09:00:00Z";
const MONTHS: [&str; 17] = [
    "2018-12", "2019-01", "2019-02", "2019-03", "2019-04", "2019-05", "2019-06", "2019-07",
    "2019-08", "2019-09", "2019-10", "2019-11", "2019-12", "2020-01", "2020-02", "2020-03",
    "2020-04",
];

/// CPM1 as stated for 17 months: 98.2 % in each but where `value` says otherwise.
fn stated(value: impl Fn(&str) -> Option<&'static str>) -> Room {
    let r = Room::new();
    let mut text = "measure,period,provider,text,document,place\n".to_owned();
    for m in MONTHS {
        writeln!(text, "CPM1,{m},DCC,{},PMR {m},page 4", value(m).unwrap_or("98.2%")).unwrap();
    }
    r.write("figures.csv", &text);
    r.at(CLOCK, "ingest figures figures.csv").ok();
    r
}

fn june(m: &str) -> Option<&'static str> {
    (m == "2019-06").then_some("99.0%")
}

fn claim(r: &Room, text: &str) {
    r.nb(&format!(
        "claim add --measure CPM1 --provider DCC --until 2020-04 --text '{text}' \
         --source DCC --document 'OPSG paper' --place 'line 12'"
    ))
    .ok();
}

fn build(r: &Room) -> Pack {
    r.pack("p", "--period 2020-04")
}

#[test]
fn x1_the_one_month_that_met_its_target_must_be_june_2019() {
    let r = stated(june);
    claim(&r, "below target 10 months in a row");
    claim(&r, "below target in 16 of the last 17 months");
    let p = build(&r);
    assert_eq!(
        (
            p.cell("streaks", "CPM1 DCC National", "run_target"),
            p.cell("streaks", "CPM1 DCC National", "window")
        ),
        ("10".to_owned(), "16 of the last 17 months".to_owned())
    );
    assert!(
        p.cell("streaks", "CPM1 DCC National", "words").contains("since July 2019"),
        "{:?}",
        p.table("streaks")
    );
    let c = &p.data()["claims"][0]["report"];
    assert_eq!(
        (
            c["must_have_met"].to_string(),
            c["contradict_table"].as_bool(),
            c["contradict_each_other"].as_bool()
        ),
        ("[\"2019-06\"]".to_owned(), Some(false), Some(false))
    );
    assert!(p.text("pack.html").contains("the target was met in June 2019"));
    assert!(
        p.table("claim-list").iter().all(|l| l["standing"] == "agrees"),
        "{:?}",
        p.table("claim-list")
    );
    // The claims alone say so too: without any stated month they rest on nothing else.
    let other = stated(|m| (m == "2019-05").then_some("99.0%"));
    claim(&other, "below target 10 months in a row");
    claim(&other, "below target in 16 of the last 17 months");
    let p = build(&other);
    assert_eq!(p.cell("streaks", "CPM1 DCC National", "run_target"), "11");
    let c = &p.data()["claims"][0]["report"];
    assert_eq!(
        (c["contradict_table"].as_bool(), c["must_have_met"][0].as_str()),
        (Some(true), Some("2019-06"))
    );
    let months: Vec<_> = c["disagreements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["month"].as_str().unwrap())
        .collect();
    assert_eq!(months, ["2019-05", "2019-06"]);
    assert_eq!(
        p.table("claim-list").iter().filter(|l| l["standing"] == "contradicted").count(),
        1,
        "the run; the count of 16 still agrees"
    );
}

#[test]
fn x1_claims_that_no_months_could_meet_are_called_that() {
    let r = stated(june);
    claim(&r, "below target 10 months in a row");
    claim(&r, "below target in 17 of the last 17 months");
    assert_eq!(build(&r).data()["claims"][0]["report"]["contradict_each_other"], true);
}

#[test]
fn m3_a_null_inside_a_run_is_unknown_from_there_with_least_and_greatest() {
    let p = build(&stated(|m| if m == "2019-12" { Some("-") } else { june(m) }));
    let s = &p.row("CPM1", "none")["streak"];
    assert_eq!(
        (
            s["below_target"]["least"].as_u64(),
            s["below_target"]["greatest"].as_u64(),
            s["unknown_from"].as_str()
        ),
        (Some(4), Some(10), Some("2019-12"))
    );
    assert!(
        p.cell("streaks", "CPM1 DCC National", "words")
            .contains("since at least January 2020; December 2019 is missing; missed 15 of the last 17 months, possibly 16"),
        "{:?}",
        p.table("streaks")
    );
    assert_eq!(p.cell("streaks", "CPM1 DCC National", "window"), "15 to 16 of the last 17 months");
    // One month earlier the null stands one month further from the end.
    let p = build(&stated(|m| if m == "2019-11" { Some("-") } else { june(m) }));
    assert_eq!(p.row("CPM1", "none")["streak"]["below_target"]["least"], 5);
    // A month met inside is no null: it ends the run.
    let p = build(&stated(|m| if m == "2019-12" { Some("99%") } else { june(m) }));
    assert_eq!(
        (
            p.cell("streaks", "CPM1 DCC National", "run_target"),
            p.cell("streaks", "CPM1 DCC National", "longest")
        ),
        ("4".to_owned(), "6".to_owned())
    );
}

/// The points of the drawn line of a chart, piece by piece: how many each has, and where it begins and
/// ends from the left.
fn drawn(p: &Pack, chart: &str) -> Vec<(usize, f32, f32)> {
    let page = p.text("pack.html");
    let titled = format!("<title id=\"{chart}-t\"");
    let start = page.find(&titled).unwrap_or_else(|| panic!("no chart {chart}"));
    let svg = page[start..].split("</svg>").next().unwrap();
    svg.split("<polyline points=\"")
        .skip(1)
        .filter(|line| !line.split("/>").next().unwrap().contains("stroke-dasharray"))
        .map(|line| {
            let points = line.split('"').next().unwrap();
            let x: Vec<f32> =
                points.split(' ').map(|q| q.split(',').next().unwrap().parse().unwrap()).collect();
            (x.len(), x[0], *x.last().unwrap())
        })
        // The axes and levels are lines of two points.
        .filter(|(points, ..)| *points > 2)
        .collect()
}

#[test]
fn m3_the_line_of_a_chart_breaks_at_a_null() {
    // Without a null the line has a point for each of the seventeen months.
    let whole = drawn(&build(&stated(june)), "trend-cpm1-dcc-none");
    assert_eq!(whole.iter().map(|l| l.0).collect::<Vec<_>>(), [17], "{whole:?}");
    let p = build(&stated(|m| if m == "2019-12" { Some("-") } else { june(m) }));
    assert_eq!(p.cell("trend-cpm1-dcc-none-table", "Dec 2019", "figure"), "[x]");
    assert_eq!(p.cell("trend-cpm1-dcc-none-table", "Nov 2019", "figure"), "98.2% [p]");
    // With December 2019 unknown it has twelve before it and four after it, and none in between.
    let broken = drawn(&p, "trend-cpm1-dcc-none");
    assert_eq!(broken.iter().map(|l| l.0).collect::<Vec<_>>(), [12, 4], "{broken:?}");
    let month = (whole[0].2 - whole[0].1) / 16.0;
    assert!((broken[1].1 - broken[0].2 - 2.0 * month).abs() < 0.5, "{broken:?}, {month} a month");
}

#[test]
fn m18_april_is_53_days_old_and_may_22_as_at_22_june() {
    let age = |clock: &str, period: &str| {
        Room::new().pack_at(clock, "p", &format!("--period {period}")).row("CPM1", "none")["age_days"].as_i64()
    };
    assert_eq!(
        (age("2020-06-22T09:00:00Z", "2020-04"), age("2020-06-22T09:00:00Z", "2020-05")),
        (Some(53), Some(22))
    );
    assert_eq!(
        (age("2020-06-23T00:00:00Z", "2020-04"), age("2020-06-21T23:59:59Z", "2020-05")),
        (Some(54), Some(21))
    );
    let p = Room::new().pack_at("2020-06-30T09:00:00Z", "p", "--period 2020-05 --as-at 2020-06-22");
    assert_eq!(
        p.cell("measure-detail", "CPM1 DCC National", "age"),
        "22",
        "the age is that at the pack's as-at time"
    );
}

#[test]
fn x10_54_80_keeps_both_readings_unresolved() {
    let r = Room::new();
    let header = "measure,period,provider,region,text,readings,source,document,place\n";
    r.figures("f.csv", &format!("{header}PM2,2026-04,CSPN,north,54.80,the value achieved=54.80%; the minimum itself=54.80%,DCC,PMR April,page 9\n"));
    let p = r.april();
    let row = p.row("PM2", "north");
    assert_eq!(
        (row["band"].as_str(), row["figure"]["state"].as_str(), row["rag"].as_str()),
        (Some("unresolved"), Some("disputed"), Some("grey"))
    );
    let meanings: Vec<_> = row["figure"]["quantity"]["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| (x["meaning"].as_str().unwrap(), x["text"].as_str().unwrap()))
        .collect();
    assert_eq!(meanings, [("the value achieved", "54.80%"), ("the minimum itself", "54.80%")]);
    let note = p.cell("measure-detail", "PM2 CSPN North", "figure_note");
    assert!(
        note.contains("it may be the value achieved: 54.80%")
            && note.contains("it may be the minimum itself: 54.80%"),
        "{note}"
    );
    assert_eq!(
        (
            p.cell("measure-detail", "PM2 CSPN North", "figure_value"),
            p.row("CPM1", "none")["figure"]["reason"].as_str()
        ),
        (String::new(), Some("not-determinable")),
        "no figure is chosen, nor one made of it"
    );
    assert!(
        r.nb("explain PM2/CSPN/north/2026-04")
            .ok()
            .out
            .contains("Reading: 54.80% (the minimum itself)")
    );
    // One reading: a figure, and below minimum.
    let r = Room::new();
    r.figures("f.csv", &format!("{header}PM2,2026-04,CSPN,north,54.80%,,DCC,PMR April,page 9\n"));
    assert_eq!(r.april().band("PM2", "north"), "below-minimum");
}
