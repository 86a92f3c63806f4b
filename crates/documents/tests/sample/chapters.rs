//! Chapters of the sample.

use super::{charts, id, share, unreliable};
use northbound_documents::model::*;
use northbound_types::figure::NullReason;

fn column(key: &str, title: &str, kind: ColumnKind, unit: &str) -> Column {
    Column { key: key.into(), title: title.into(), kind, unit: unit.into() }
}

fn section(id: &str, heading: &str, message: &str, intro: &str, blocks: Vec<Block>) -> Section {
    Section {
        id: id.into(),
        heading: heading.into(),
        message: message.into(),
        intro: vec![Para::plain(intro)],
        blocks,
    }
}

pub fn all() -> Vec<Section> {
    vec![
        section(
            "tests",
            "Test commands (PM4.3)",
            "The tests look perfect while Users' requests time out in North.",
            "Three ways to count the same messages. Nothing is left out in silence: what a way of counting leaves out stands in the last column.",
            vec![
                Block::Table(counting()),
                Block::Chart(charts::streak()),
                Block::Chart(charts::three()),
                Block::Table(regions()),
                Block::Chart(charts::dots()),
            ],
        ),
        section(
            "availability",
            "Availability (PM6.2)",
            "South missed its target by one minute.",
            "The period has 44,640 minutes. Scheduled maintenance is left out of the minutes down.",
            vec![Block::Table(availability())],
        ),
        firmware_section(),
        section(
            "contributions",
            "What made CPM1 fall",
            "Firmware in North pulls CPM1 down most.",
            "Contributions add up to the whole gap.",
            vec![Block::Chart(charts::contributions())],
        ),
        section(
            "alerts",
            "Outage alerts (PM12.1)",
            "An exception is in force in North.",
            "The figure is printed with and without the exception.",
            vec![Block::Text(
                Para::plain("With the exception: ")
                    .figure("94.02 %", id(9))
                    .text("; without it the figure stands."),
            )],
        ),
        section(
            "volumes-section",
            "Volumes",
            "Traffic is level.",
            "Requests received, whatever became of them.",
            vec![Block::Chart(charts::volumes())],
        ),
    ]
}

fn firmware_section() -> Section {
    section(
        "firmware",
        "Firmware (PM2)",
        "North has no figure for April.",
        "A figure that can't be trusted is left out with its reason.",
        vec![
            Block::Table(firmware()),
            Block::List(List {
                ordered: false,
                items: vec![
                    Para::plain(
                        "PM2 counts firmware payloads; PM2.1 counts minutes of availability. They are two measures.",
                    ),
                    Para::plain("The fault log is F-17."),
                ],
            }),
        ],
    )
}

fn table(id: &str, caption: &str, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { id: id.into(), caption: caption.into(), facts: Vec::new(), columns, rows }
}

fn counting() -> Table {
    let row = |name: &str, cell: Cell, counted: i64, left: i64| Row {
        total: false,
        cells: vec![Cell::words(name), cell, Cell::count(counted), Cell::count(left)],
    };
    table(
        "counting",
        "PM4.3 North, April 2026, counted three ways",
        vec![
            column("way", "Way of counting", ColumnKind::Label, ""),
            column("in_time", "In time", ColumnKind::Ratio, "per cent"),
            column("counted", "Counted", ColumnKind::Count, "requests"),
            column("left_out", "Left out", ColumnKind::Count, "requests"),
        ],
        vec![
            row("Answered only", share(900, 900).figure(id(1)).band(Band::Met), 900, 100),
            row("All attempts", share(900, 1_000).figure(id(2)).band(Band::BelowMinimum), 1_000, 0),
            row(
                "Own requests",
                share(5, 6).figure(id(10)).band(Band::BelowMinimum).state(
                    CellState::LowVolume,
                    "[low]",
                    "six requests; the interval is 43.6 % to 97.0 %",
                ),
                6,
                0,
            ),
        ],
    )
}

fn short(reason: NullReason, why: &str) -> Cell {
    Cell::null(reason, why).band(Band::NoFigure)
}

fn no_test() -> Cell {
    short(NullReason::NoEvents, "no test with this limit was sent in April 2026")
}

fn all_regions() -> [Cell; 3] {
    [
        Cell::null(
            NullReason::NotDeterminable,
            "a region has no figure; between 95.10 % and 96.40 %",
        )
        .figure(id(26))
        .band(Band::NoFigure),
        short(NullReason::Suppressed, "a single User is behind the rest").figure(id(27)),
        no_test().figure(id(28)),
    ]
}

fn regions() -> Table {
    let row = |name: &str, cells: [Cell; 3], total: bool| Row {
        total,
        cells: std::iter::once(Cell::words(name)).chain(cells).collect(),
    };
    table(
        "every-state",
        "PM4.3 by region and test, April 2026",
        vec![
            column("region", "Region", ColumnKind::Label, ""),
            column("rtt2", "Longest limit", ColumnKind::Ratio, "per cent"),
            column("rtt3", "Middle limit", ColumnKind::Ratio, "per cent"),
            column("rtt4", "Shortest limit", ColumnKind::Ratio, "per cent"),
        ],
        vec![
            row(
                "North",
                [
                    share(900, 1_000).figure(id(2)).band(Band::BelowMinimum),
                    unreliable().figure(id(20)).band(Band::NoFigure),
                    no_test().figure(id(21)),
                ],
                false,
            ),
            row(
                "Central",
                [
                    share(99_214, 100_000).figure(id(3)).band(Band::Met),
                    share(4_801, 4_900).figure(id(22)).band(Band::BelowTarget).state(
                        CellState::Disputed,
                        "[d]",
                        "the provider states 99.10 %, the ledger counts 97.98 %",
                    ),
                    short(NullReason::NotApplicable, "the limit is not used in Central")
                        .figure(id(23)),
                ],
                false,
            ),
            row(
                "South",
                [
                    share(98_120, 100_000).figure(id(4)).band(Band::BelowTarget).state(
                        CellState::Provisional,
                        "[p]",
                        "rests on an assumed Target Response Time of 30 s",
                    ),
                    share(9_950, 10_000).figure(id(24)).band(Band::Met).state(
                        CellState::Suspect,
                        "[s]",
                        "one day of the feed is missing",
                    ),
                    short(NullReason::NotReported, "due on 15 May 2026 from CSPS; not received")
                        .figure(id(25)),
                ],
                false,
            ),
            row("All regions", all_regions(), true),
        ],
    )
}

fn availability() -> Table {
    let row = |name: &str, down: i64, planned: i64, cell: Cell| Row {
        total: false,
        cells: vec![Cell::words(name), Cell::count(down), Cell::count(planned), cell],
    };
    table(
        "availability-minutes",
        "Minutes down and availability by region, April 2026",
        vec![
            column("region", "Region", ColumnKind::Label, ""),
            column("down", "Down", ColumnKind::Count, "minutes"),
            column("planned", "Scheduled", ColumnKind::Count, "minutes"),
            column("availability", "Availability", ColumnKind::Ratio, "per cent"),
        ],
        vec![
            row("North", 223, 0, share(44_417, 44_640).figure(id(5)).band(Band::Met)),
            row("South", 224, 0, share(44_416, 44_640).figure(id(6)).band(Band::BelowTarget)),
        ],
    )
}

fn firmware() -> Table {
    table(
        "firmware-payloads",
        "Firmware payloads completed by their target, by region, April 2026",
        vec![
            column("region", "Region", ColumnKind::Label, ""),
            column("done", "Completed in time", ColumnKind::Ratio, "per cent"),
            column("remark", "Remark", ColumnKind::Text, ""),
        ],
        vec![
            Row {
                total: false,
                cells: vec![
                    Cell::words("North"),
                    unreliable().figure(id(7)).band(Band::NoFigure),
                    Cell::words(
                        "Fault F-17 is 73 days old. Change request CR-204 was refused once, and asked for again.",
                    ),
                ],
            },
            Row {
                total: false,
                cells: vec![
                    Cell::words("Central"),
                    share(48_991, 49_300).figure(id(30)).band(Band::Met),
                    Cell::words(""),
                ],
            },
            Row {
                total: false,
                cells: vec![
                    Cell::words("South"),
                    share(51_002, 51_300).figure(id(31)).band(Band::Met),
                    Cell::words("Revised on 12 June 2026 after a late file."),
                ],
            },
        ],
    )
}
