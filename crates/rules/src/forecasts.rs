//! When forecasts are due: a Working Day of certain months, by the settings in force on the first day
//! of that month.

use crate::{error::RuleError, ruleset::RuleSet};
use northbound_types::{Day, Period};

/// Months looked back for a month in which a forecast is due: one that is due at least yearly is found.
const LOOK_BACK: i32 = 12;

impl RuleSet {
    /// The last day on which a forecast is in time, where one is due in that month.
    ///
    /// # Errors
    /// Where a setting has no value then, or the calendar does not reach: a Working Day is never guessed.
    pub fn forecast_due_in(&self, month: Period) -> Result<Option<Day>, RuleError> {
        let first = month.first();
        let number = format!("{:02}", first.date().month());
        if !self.list("forecast-due-months", first)?.contains(&number) {
            return Ok(None);
        }
        let n = u32::try_from(self.integer("forecast-due-working-day", first)?).unwrap_or(u32::MAX);
        self.working_day_after(first.plus(-1), n).map(Some)
    }

    /// The newest due days before a month begins, newest first; at most two.
    ///
    /// # Errors
    /// As [`RuleSet::forecast_due_in`].
    pub fn forecasts_due_before(&self, month: Period) -> Result<Vec<Day>, RuleError> {
        let mut found = Vec::new();
        for n in 1..=2 * LOOK_BACK {
            if let Some(due) = self.forecast_due_in(month.plus(-n))?.filter(|d| *d < month.first())
            {
                found.push(due);
            }
            if found.len() == 2 || (found.len() == 1 && n >= LOOK_BACK) {
                break;
            }
        }
        Ok(found)
    }

    /// The months that a forecast due in a month covers.
    ///
    /// # Errors
    /// Where the setting has no value then.
    pub fn forecast_months(&self, due_in: Period) -> Result<Vec<Period>, RuleError> {
        let n = i32::try_from(self.integer("forecast-months-ahead", due_in.first())?).unwrap_or(0);
        Ok((1..=n).map(|k| due_in.plus(k)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> RuleSet {
        RuleSet::embedded().unwrap()
    }
    fn due(month: &str) -> Option<String> {
        rules().forecast_due_in(month.parse().unwrap()).unwrap().map(|d| d.to_string())
    }

    #[test]
    fn r9_due_days_are_right_over_bank_holidays() {
        // April 2026: Good Friday on the 3rd and Easter Monday on the 6th. By hand: 1, 2, 7, 8, 9, 10, 13 … 23.
        assert_eq!(due("2026-04").as_deref(), Some("2026-04-23"));
        // July 2026 has none: 1 … 21. January 2026: the 1st is one.
        assert_eq!(
            (due("2026-07").as_deref(), due("2026-01").as_deref()),
            (Some("2026-07-21"), Some("2026-01-22"))
        );
        assert_eq!(due("2026-05"), None);
        // The report on May 2026 is due on the 10th Working Day of June, that on April behind two holidays in May.
        let report =
            |last: &str| rules().working_day_after(last.parse().unwrap(), 10).unwrap().to_string();
        assert_eq!(
            (report("2026-05-31"), report("2026-04-30")),
            ("2026-06-12".to_owned(), "2026-05-15".to_owned())
        );
    }

    #[test]
    fn the_due_day_of_a_month_is_the_newest_before_it_begins() {
        let of = |m: &str| {
            rules()
                .forecasts_due_before(m.parse().unwrap())
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("2026-05"), ["2026-04-23", "2026-01-22"]);
        assert_eq!(of("2026-07"), ["2026-04-23", "2026-01-22"], "July's own is not before July");
        assert_eq!(of("2026-08"), ["2026-07-21", "2026-04-23"]);
        let months = rules().forecast_months("2026-04".parse().unwrap()).unwrap();
        assert_eq!(
            (months[0].to_string(), months[7].to_string(), months.len()),
            ("2026-05".to_owned(), "2026-12".to_owned(), 8)
        );
    }
}
