use super::*;
use proptest::prelude::*;

fn us(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn london() -> TimeRule {
    TimeRule {
        formats: vec!["%d/%m/%Y %H:%M:%S".into()],
        zone: Some(TimeZone::get("Europe/London").unwrap()),
        ..TimeRule::default()
    }
}

proptest! {
    #[test]
    fn the_fast_way_is_the_slow_way(t in 0i64..LAST_TIME) {
        let text = Timestamp::from_microsecond(t).unwrap().to_string();
        prop_assert_eq!(rfc3339(text.as_bytes()), Some(t));
    }

    #[test]
    fn what_the_fast_way_takes_the_slow_way_takes(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,6})?Z") {
        if let Some(fast) = rfc3339(text.as_bytes()) { prop_assert_eq!(fast, us(&text)); }
    }
}

#[test]
fn bytes_that_are_no_time_are_none() {
    for t in [
        "2026-04-01T12:00:00",
        "2026-02-29T00:00:00Z",
        "2026-04-01T24:00:00Z",
        "2026-04-01T12:00:60Z",
        "2026-04-01T12:00:00.Z",
        "2026-04-01T12:00:00.1234567Z",
        "２０26-04-01T12:00:00Z",
    ] {
        assert_eq!(rfc3339(t.as_bytes()), None, "{t}");
    }
    assert_eq!(rfc3339(b"2024-02-29T00:00:00.25Z"), Some(us("2024-02-29T00:00:00.25Z")));
}

#[test]
fn offsets_are_taken_and_missing_ones_are_not_guessed() {
    let plain = TimeRule::default();
    assert_eq!(plain.read(Cell::Text("2026-04-01T13:00:00+01:00")), Ok(us("2026-04-01T12:00:00Z")));
    assert_eq!(plain.read(Cell::Text("2026-04-01T13:00:00")).unwrap_err().0, Reason::NoZone);
    assert_eq!(plain.read(Cell::Text("2026-04-01")).unwrap_err().0, Reason::NotATime);
    assert_eq!(plain.read(Cell::Text("1775044800")).unwrap_err().0, Reason::NotATime);
    assert_eq!(plain.read(Cell::Wall(0)).unwrap_err().0, Reason::NoZone);
    assert_eq!(
        plain.read(Cell::Text("1969-12-31T23:59:59Z")).unwrap_err().0,
        Reason::TimeOutOfRange
    );
    assert_eq!(plain.read(Cell::Micros(LAST_TIME)).unwrap_err().0, Reason::TimeOutOfRange);
    assert_eq!(plain.read(Cell::Micros(LAST_TIME - 1)), Ok(LAST_TIME - 1));
    let days = TimeRule { date_alone: true, ..TimeRule::default() };
    assert_eq!(days.read(Cell::Text("2026-04-01")), Ok(us("2026-04-01T00:00:00Z")));
}

#[test]
fn epochs_need_their_unit() {
    let ms = TimeRule { epoch_unit: Some(1000), ..TimeRule::default() };
    assert_eq!(ms.read(Cell::Text("1775044800123")), Ok(1_775_044_800_123_000));
    assert_eq!(ms.read(Cell::Int(1_775_044_800_123)), Ok(1_775_044_800_123_000));
}

#[test]
fn london_summer_and_winter() {
    let r = london();
    assert_eq!(r.read(Cell::Text("01/07/2026 12:00:00")), Ok(us("2026-07-01T11:00:00Z")));
    assert_eq!(r.read(Cell::Text("01/01/2026 12:00:00")), Ok(us("2026-01-01T12:00:00Z")));
    assert_eq!(r.read(Cell::Text("2026-07-01 12:00:00")).unwrap_err().0, Reason::NotATime);
}

#[test]
fn the_hour_that_happens_twice_is_rejected_or_chosen() {
    // 2026-10-25: 02:00 BST becomes 01:00 GMT.
    let mut r = london();
    for t in ["25/10/2026 01:00:00", "25/10/2026 01:59:59"] {
        assert_eq!(r.read(Cell::Text(t)).unwrap_err().0, Reason::AmbiguousTime);
    }
    assert_eq!(r.read(Cell::Text("25/10/2026 00:59:59")), Ok(us("2026-10-24T23:59:59Z")));
    assert_eq!(r.read(Cell::Text("25/10/2026 02:00:00")), Ok(us("2026-10-25T02:00:00Z")));
    r.ambiguous = ClockChange::Earlier;
    assert_eq!(r.read(Cell::Text("25/10/2026 01:30:00")), Ok(us("2026-10-25T00:30:00Z")));
    r.ambiguous = ClockChange::Later;
    assert_eq!(r.read(Cell::Text("25/10/2026 01:30:00")), Ok(us("2026-10-25T01:30:00Z")));
}

#[test]
fn the_hour_that_never_happens_is_rejected_or_chosen() {
    // 2026-03-29: 01:00 GMT becomes 02:00 BST.
    let mut r = london();
    for t in ["29/03/2026 01:00:00", "29/03/2026 01:59:59"] {
        assert_eq!(r.read(Cell::Text(t)).unwrap_err().0, Reason::SkippedTime);
    }
    assert_eq!(r.read(Cell::Text("29/03/2026 00:59:59")), Ok(us("2026-03-29T00:59:59Z")));
    assert_eq!(r.read(Cell::Text("29/03/2026 02:00:00")), Ok(us("2026-03-29T01:00:00Z")));
    r.skipped = ClockChange::Earlier;
    assert_eq!(r.read(Cell::Text("29/03/2026 01:30:00")), Ok(us("2026-03-29T00:30:00Z")));
    r.skipped = ClockChange::Later;
    assert_eq!(r.read(Cell::Text("29/03/2026 01:30:00")), Ok(us("2026-03-29T01:30:00Z")));
}

#[test]
fn wall_times_of_parquet_take_the_zone_too() {
    let r = london();
    assert_eq!(r.read(Cell::Wall(us("2026-07-01T12:00:00Z"))), Ok(us("2026-07-01T11:00:00Z")));
}
