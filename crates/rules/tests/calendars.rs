//! Working Days and the embedded calendar, held against the rule of Easter.

use northbound_rules::RuleSet;
use northbound_types::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Easter Sunday by the anonymous Gregorian computation.
fn easter(y: i32) -> Day {
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    day(&format!("{y}-{:02}-{:02}", n / 31, n % 31 + 1))
}

#[test]
fn the_calendar_has_every_bank_holiday() {
    let set = RuleSet::embedded().unwrap();
    let c = set.calendar("england-and-wales").unwrap();
    for y in 2018..=2027 {
        for d in [easter(y).plus(-2), easter(y).plus(1)] {
            assert!(c.holidays.contains(&d), "{d}");
        }
        let in_year: Vec<&Day> =
            c.holidays.iter().filter(|d| i32::from(d.date().year()) == y).collect();
        // Eight each year, and one more for the jubilee and the funeral of 2022 and the coronation.
        assert_eq!(
            in_year.len(),
            match y {
                2022 => 10,
                2023 => 9,
                _ => 8,
            },
            "{y}"
        );
        assert!(
            in_year.iter().all(|d| (1..=5).contains(&d.date().weekday().to_monday_one_offset())),
            "{y}"
        );
        assert!(
            !c.is_working(day(&format!("{y}-12-25")))
                && !c.is_working(day(&format!("{y}-12-26")))
                && !c.is_working(day(&format!("{y}-01-01"))),
            "{y}"
        );
    }
}

#[test]
fn a_report_is_due_25_working_days_after_its_month() {
    let set = RuleSet::embedded().unwrap();
    let due = |last: &str| set.working_day_after(day(last), 25).unwrap();
    // April 2026: weekdays of May and June less 4 May and 25 May.
    assert_eq!(due("2026-04-30"), day("2026-06-08"));
    assert_eq!(set.working_day_after(day("2026-04-02"), 1).unwrap(), day("2026-04-07"));
}

#[test]
fn a_working_day_outside_the_calendar_is_never_guessed() {
    let set = RuleSet::embedded().unwrap();
    assert!(
        set.calendar_on(day("2018-01-01")).is_ok() && set.calendar_on(day("2027-12-31")).is_ok()
    );
    for d in ["2017-12-31", "2028-01-01"] {
        assert!(
            set.calendar_on(day(d))
                .unwrap_err()
                .to_string()
                .contains("it covers 2018-01-01 to 2027-12-31"),
            "{d}"
        );
    }
    assert!(set.working_day_after(day("2027-12-20"), 25).is_err());
    assert!(set.calendar("mars").is_none());
}
