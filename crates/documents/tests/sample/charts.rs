//! Charts of the sample.

use super::{id, share};
use northbound_documents::model::*;

/// Eighteen months up to April 2026.
pub fn months() -> Vec<String> {
    let first = northbound_types::Period::month(2024, 11);
    let names =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (0..18)
        .map(|n| match first.plus(n) {
            northbound_types::Period::Month(y, m) => format!("{} {y}", names[m as usize - 1]),
            other => other.to_string(),
        })
        .collect()
}

fn band(hundredths: u64) -> Band {
    if hundredths >= 9_900 {
        Band::Met
    } else if hundredths >= 9_600 {
        Band::BelowTarget
    } else {
        Band::BelowMinimum
    }
}

/// Months in hundredths of a per cent; 0 stands for a gap.
fn series(name: &str, values: [u64; 18], first_id: u64, reason: &str) -> Series {
    let values = values
        .iter()
        .enumerate()
        .map(|(n, v)| match v {
            0 => Point::gap("[u]", reason).figure(id(first_id + n as u64)),
            v => Point::value(
                format!("{}.{:02}", v / 100, v % 100),
                format!("{}.{:02} %", v / 100, v % 100),
            )
            .band(band(*v))
            .figure(id(first_id + n as u64)),
        })
        .collect();
    Series { name: name.into(), values }
}

fn levels(change: bool) -> Vec<Level> {
    let target = if change {
        vec![
            LevelStep { from: 0, value: "98.5".into(), text: "98.5 %".into() },
            LevelStep { from: 5, value: "99".into(), text: "99 %".into() },
        ]
    } else {
        vec![LevelStep { from: 0, value: "99".into(), text: "99 %".into() }]
    };
    vec![
        Level { kind: LevelKind::Target, steps: target },
        Level {
            kind: LevelKind::Minimum,
            steps: vec![LevelStep { from: 0, value: "96".into(), text: "96 %".into() }],
        },
    ]
}

/// The table of a line chart: a row for each month.
fn table(table_id: &str, caption: &str, series: &[Series]) -> Table {
    let columns = std::iter::once(Column {
        key: "month".into(),
        title: "Month".into(),
        kind: ColumnKind::Label,
        unit: String::new(),
    })
    .chain(series.iter().map(|s| Column {
        key: s.name.to_lowercase(),
        title: s.name.clone(),
        kind: ColumnKind::Ratio,
        unit: "per cent".into(),
    }))
    .collect();
    let rows = months()
        .into_iter()
        .enumerate()
        .map(|(n, m)| Row {
            total: false,
            cells: std::iter::once(Cell::words(m))
                .chain(series.iter().map(|s| {
                    let p = &s.values[n];
                    let fig = p.figure.clone().expect("an id");
                    match &p.gap {
                        Some(g) => Cell::null(
                            northbound_types::figure::NullReason::Unreliable,
                            g.reason.clone(),
                        )
                        .figure(fig)
                        .band(Band::NoFigure),
                        None => {
                            let hundredths: u64 = p
                                .text
                                .chars()
                                .filter(char::is_ascii_digit)
                                .collect::<String>()
                                .parse()
                                .expect("digits");
                            share(hundredths, 10_000).figure(fig).band(p.band.expect("a band"))
                        }
                    }
                }))
                .collect(),
        })
        .collect();
    Table { id: table_id.into(), caption: caption.into(), facts: vec![], columns, rows }
}

const NORTH: [u64; 18] = [
    9_910, 9_874, 9_902, 9_850, 9_790, 9_815, 9_760, 9_702, 9_655, 0, 0, 9_620, 9_580, 9_630,
    9_540, 9_480, 9_350, 9_000,
];
const CENTRAL: [u64; 18] = [
    9_930, 9_935, 9_922, 9_940, 9_938, 9_929, 9_911, 9_905, 9_915, 9_927, 9_931, 9_930, 9_918,
    9_925, 9_934, 9_929, 9_920, 9_921,
];
const SOUTH: [u64; 18] = [
    9_880, 9_885, 9_890, 9_901, 9_905, 9_899, 9_903, 9_870, 9_866, 9_872, 9_890, 9_902, 9_907,
    9_900, 9_894, 9_880, 9_845, 9_812,
];
const FAULT: &str =
    "the provider's reporting tool was faulty (fault F-9), repaired on 2 October 2025";

fn line(
    chart_id: &str,
    title: &str,
    series: Vec<Series>,
    annotations: Vec<Annotation>,
    change: bool,
) -> Chart {
    let names: Vec<&str> = series.iter().map(|s| s.name.as_str()).collect();
    let caption = format!("Test commands answered in time, {}, by month", names.join(", "));
    Chart {
        id: chart_id.into(),
        title: title.into(),
        subtitle: "Test commands answered within their target, per cent of those sent, by month"
            .into(),
        kind: ChartKind::Line,
        unit: "per cent".into(),
        points: months(),
        table: table(&format!("{chart_id}-data"), &caption, &series),
        series,
        levels: levels(change),
        annotations,
        windows: vec![],
    }
}

pub fn regions() -> Multiples {
    Multiples {
        id: "regions".into(),
        title: "North has fallen for a year; Central and South have not".into(),
        subtitle: "PM4.3, test commands answered in time, per cent, on one scale".into(),
        charts: vec![
            line(
                "north-small",
                "North: below minimum",
                vec![series("North", NORTH, 100, FAULT)],
                vec![],
                false,
            ),
            line(
                "central-small",
                "Central: met",
                vec![series("Central", CENTRAL, 200, FAULT)],
                vec![],
                false,
            ),
            line(
                "south-small",
                "South: below target",
                vec![series("South", SOUTH, 300, FAULT)],
                vec![],
                false,
            ),
        ],
    }
}

pub fn streak() -> Chart {
    let annotations = vec![
        Annotation { from: 1, to: 3, label: "Pandemic: fewer site visits".into() },
        Annotation { from: 16, to: 17, label: "Gateway maintenance at weekends".into() },
    ];
    // One of three hours, far too short to be seen at its own width, and one of a fortnight.
    let windows = vec![
        Window {
            start: "1489/240".into(),
            end: "1490/240".into(),
            label: "change-1, New schedule engine (6 May 2025, 22:00 UTC to 7 May 2025, 01:00 UTC)"
                .into(),
        },
        Window {
            start: "12".into(),
            end: "25/2".into(),
            label: "change-2, Firewall, not approved (1 to 14 November 2025)".into(),
        },
    ];
    Chart {
        windows,
        ..line(
            "streak",
            "North has been below its target for at least 13 months",
            vec![series("North", NORTH, 100, FAULT)],
            annotations,
            true,
        )
    }
}

pub fn three() -> Chart {
    let all = vec![
        series("North", NORTH, 100, FAULT),
        series("Central", CENTRAL, 200, FAULT),
        series("South", SOUTH, 300, FAULT),
    ];
    Chart {
        levels: levels(false),
        ..line(
            "three-regions",
            "The distance between regions has grown to nine points",
            all,
            vec![],
            false,
        )
    }
}

pub fn dots() -> Chart {
    let dot = |v: &str, lo: &str, hi: &str, text: &str, b: Band| {
        Point::value(v, text).interval(lo, hi).band(b)
    };
    let points = vec![
        "North, 5 of 6 own reads".to_owned(),
        "North, 500 of 600 own reads".to_owned(),
        "Central, 2,310 of 2,330".to_owned(),
        "South".to_owned(),
    ];
    let values = vec![
        dot("500/6", "43.6", "97.0", "83.33 % (43.6 to 97.0)", Band::BelowMinimum),
        dot("500/6", "80.1", "86.1", "83.33 % (80.1 to 86.1)", Band::BelowMinimum),
        dot("99.14", "98.7", "99.4", "99.14 % (98.7 to 99.4)", Band::Met),
        Point::gap(
            "[x]",
            "no reads were reported for South in April 2026; owner: network operators",
        ),
    ];
    let rows = points
        .iter()
        .zip(&values)
        .map(|(p, v)| Row {
            total: false,
            cells: vec![
                Cell::words(p.clone()),
                if v.gap.is_some() {
                    Cell::null(
                        northbound_types::figure::NullReason::NotReported,
                        "no reads were reported for South in April 2026; owner: network operators",
                    )
                } else {
                    Cell::words(v.text.clone())
                },
            ],
        })
        .collect();
    Chart {
        id: "own-reads".into(), title: "Six reads are no evidence; six hundred are".into(), subtitle: "Network operators' own test reads, per cent answered in time, with 95 % intervals, April 2026".into(),
        kind: ChartKind::DotInterval, unit: "per cent".into(), points, series: vec![Series { name: "Own reads".into(), values }], levels: levels(false), annotations: vec![], windows: vec![],
        table: Table { id: "own-reads-data".into(), caption: "Own test reads with intervals".into(), facts: vec![], columns: vec![
            Column { key: "who".into(), title: "Reads".into(), kind: ColumnKind::Label, unit: String::new() },
            Column { key: "share".into(), title: "In time".into(), kind: ColumnKind::Text, unit: String::new() }], rows },
    }
}

const CONTRIBUTIONS: [(&str, &str); 5] = [
    ("PM2 North (firmware)", "-1.30"),
    ("PM4.3 North", "-0.92"),
    ("PM4.3 South", "-0.09"),
    ("PM6.2 South", "-0.01"),
    ("PM4.3 Central", "0.02"),
];

fn contributions_table() -> Table {
    Table {
        id: "contributions-data".into(),
        caption: "Contributions to the gap of CPM1 against its target, points".into(),
        facts: Vec::new(),
        columns: vec![
            Column {
                key: "component".into(),
                title: "Component".into(),
                kind: ColumnKind::Label,
                unit: String::new(),
            },
            Column {
                key: "points".into(),
                title: "Contribution".into(),
                kind: ColumnKind::Number,
                unit: "points".into(),
            },
        ],
        rows: CONTRIBUTIONS
            .iter()
            .map(|(n, v)| (n, v, false))
            .chain([(&"Sum", &"-2.30", true)])
            .map(|(n, v, total)| Row {
                total,
                cells: vec![
                    Cell::words(*n),
                    Cell {
                        number: Some((*v).into()),
                        state: CellState::Ok,
                        ..Cell::words(v.replace('-', "−"))
                    },
                ],
            })
            .collect(),
    }
}

pub fn contributions() -> Chart {
    Chart {
        id: "contributions-chart".into(),
        title: "Firmware in North pulls CPM1 down most".into(),
        subtitle:
            "Contribution of each component to the gap against the target, points, March 2026"
                .into(),
        kind: ChartKind::Bar,
        unit: "points".into(),
        points: CONTRIBUTIONS.iter().map(|r| r.0.to_owned()).collect(),
        series: vec![Series {
            name: "Contribution".into(),
            values: CONTRIBUTIONS
                .iter()
                .map(|r| Point::value(r.1, r.1.replace('-', "−")))
                .collect(),
        }],
        levels: vec![],
        annotations: vec![],
        windows: vec![],
        table: contributions_table(),
    }
}

pub fn volumes() -> Chart {
    let count = |n: usize, base: u64| base + (n as u64 * 7_919) % 40_000;
    let parts = [("North", 310_000u64), ("Central", 360_000), ("South", 328_000)];
    let point = |n: usize, base: u64| {
        if n == 10 {
            Point::gap(
                "[x]",
                "the gateway's log of September 2025 was not delivered; owner: live operations",
            )
        } else {
            let v = count(n, base);
            Point::value(v.to_string(), table::grouped(v as i64))
        }
    };
    let series: Vec<Series> = parts
        .iter()
        .map(|(n, b)| Series { name: (*n).into(), values: (0..18).map(|i| point(i, *b)).collect() })
        .collect();
    let columns = std::iter::once(Column {
        key: "month".into(),
        title: "Month".into(),
        kind: ColumnKind::Label,
        unit: String::new(),
    })
    .chain(parts.iter().map(|(n, _)| Column {
        key: n.to_lowercase(),
        title: (*n).into(),
        kind: ColumnKind::Count,
        unit: "requests".into(),
    }))
    .collect();
    let rows = months().into_iter().enumerate().map(|(i, m)| Row { total: false, cells: std::iter::once(Cell::words(m)).chain(parts.iter().map(|(_, b)| {
        if i == 10 { Cell::null(northbound_types::figure::NullReason::NotReported, "the gateway's log of September 2025 was not delivered; owner: live operations") } else { Cell::count(count(i, *b) as i64) }
    })).collect() }).collect();
    Chart {
        id: "volumes".into(),
        title: "Traffic is level; one month was never delivered".into(),
        subtitle: "Service Requests received, by region and month".into(),
        kind: ChartKind::Stacked,
        unit: "requests".into(),
        points: months(),
        series,
        levels: vec![],
        annotations: vec![],
        windows: vec![Window {
            start: "151/31".into(),
            end: "152/31".into(),
            label: "change-3, Gateway release (26 to 27 March 2025)".into(),
        }],
        table: Table {
            id: "volumes-data".into(),
            caption: "Service Requests received by region and month".into(),
            facts: Vec::new(),
            columns,
            rows,
        },
    }
}
