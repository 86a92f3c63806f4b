//! Axes with round ticks. The labels of the ticks are the only printed numbers that come from floating point.

/// An axis from a to b with ticks at round numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Lowest value drawn.
    pub lo: f64,
    /// Highest value drawn.
    pub hi: f64,
    /// Distance of ticks.
    pub step: f64,
    /// Decimals that the ticks need.
    decimals: usize,
}

/// Ticks aimed at.
const TICKS: f64 = 5.0;

impl Scale {
    /// Covers `lo` to `hi` with round ticks. `ceiling` is a value that the axis never passes where
    /// the data do not (100 for percentages).
    #[must_use]
    pub fn covering(lo: f64, hi: f64, ceiling: Option<f64>) -> Scale {
        let (lo, hi) = if hi > lo { (lo, hi) } else { (lo - 0.5, lo + 0.5) };
        let raw = (hi - lo) / TICKS;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|m| m * power)
            .find(|s| *s >= raw * 0.999)
            .unwrap_or(10.0 * power);
        let whole = |d: &usize| {
            let v = step * 10f64.powi(*d as i32);
            (v - v.round()).abs() < 1e-6
        };
        let decimals = (0..=12).find(whole).unwrap_or(12);
        let top = (hi / step - 1e-9).ceil() * step;
        let hi = match ceiling {
            Some(c) if top > c && hi <= c => c,
            _ => top,
        };
        Scale { lo: (lo / step + 1e-9).floor() * step, hi, step, decimals }
    }

    /// Ticks with their labels.
    #[must_use]
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let first = (self.lo / self.step).round() as i64;
        (0..=50)
            .map(|i| (first + i) as f64 * self.step)
            .take_while(|v| *v <= self.hi + self.step * 1e-6)
            .map(|v| (v, self.label(v)))
            .collect()
    }

    fn label(&self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals, value.abs());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let whole =
            whole.parse::<i64>().map_or_else(|_| whole.to_owned(), crate::model::table::grouped);
        let sign = if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            "−"
        } else {
            ""
        };
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    /// Position of a value: 0 at `lo`, 1 at `hi`.
    #[must_use]
    pub fn at(&self, value: f64) -> f32 {
        (((value - self.lo) / (self.hi - self.lo)).clamp(-0.02, 1.02)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_stop_at_a_hundred() {
        let s = Scale::covering(93.2, 99.98, Some(100.0));
        assert_eq!((s.lo, s.hi), (92.0, 100.0));
        assert_eq!(
            s.ticks().iter().map(|t| t.1.as_str()).collect::<Vec<_>>(),
            ["92", "94", "96", "98", "100"]
        );
        let s = Scale::covering(-0.35, 0.0, None);
        assert_eq!(s.ticks()[0].1, "−0.4");
        assert_eq!(Scale::covering(0.0, 120_000.0, None).ticks()[1].1, "25,000");
    }
}
