//! What a number format of a workbook shows: a percentage, a literal sign, a month, a time.

/// What the number format of a cell shows, as far as it changes the meaning of the cell's number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
}

/// One of up to four parts of a format: for positive, negative and zero numbers, and for texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// Signs that scale the number: each is two decimal places.
    pub(super) percents: usize,
    /// A quoted or escaped sign, which is shown and does not scale.
    pub(super) literal_percent: bool,
    /// Zeros after the decimal point.
    pub(super) places: usize,
    /// Parts of a date and a time that are shown.
    pub(super) year: bool,
    pub(super) month: bool,
    pub(super) day: bool,
    pub(super) time: bool,
    condition: Option<Condition>,
}

/// `[<1]` before a section: for which numbers it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    operator: String,
    operand: String,
}

impl Condition {
    fn parse(text: &str) -> Option<Condition> {
        let at = text.find(|c: char| !matches!(c, '<' | '>' | '='))?;
        let (operator, operand) = text.split_at(at);
        operand.trim().parse::<f64>().ok().filter(|_| !operator.is_empty())?;
        Some(Condition { operator: operator.to_owned(), operand: operand.trim().to_owned() })
    }

    fn holds(&self, number: f64) -> bool {
        let Ok(than) = self.operand.parse::<f64>() else { return false };
        match self.operator.as_str() {
            "<" => number < than,
            "<=" => number <= than,
            ">" => number > than,
            ">=" => number >= than,
            "=" => number == than,
            _ => number != than,
        }
    }
}

impl NumberFormat {
    /// Reads a format code such as `0.00%;[Red]-0.00%` or `mmm-yy`.
    pub(super) fn parse(code: &str) -> NumberFormat {
        let mut sections = vec![Reader::default()];
        let mut chars = code.chars().peekable();
        while let Some(c) = chars.next() {
            let Some(last) = sections.last_mut() else { break };
            match c {
                ';' => sections.push(Reader::default()),
                '"' => {
                    for quoted in chars.by_ref().take_while(|q| *q != '"') {
                        last.literal(quoted);
                    }
                }
                '\\' => chars.next().into_iter().for_each(|escaped| last.literal(escaped)),
                // `_x` leaves the width of x, `*x` fills with x.
                '_' | '*' => {
                    chars.next();
                }
                '[' => {
                    let inner: String = chars.by_ref().take_while(|b| *b != ']').collect();
                    last.bracket(&inner);
                }
                'a' | 'A' => {
                    // AM/PM or A/P
                    while chars.peek().is_some_and(|n| "mMpP/".contains(*n)) {
                        chars.next();
                    }
                    last.date_part('h');
                }
                'g' | 'G' => {
                    // General
                    while chars.peek().is_some_and(|n| "eneralENERAL".contains(*n)) {
                        chars.next();
                    }
                }
                'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                    let part = c.to_ascii_lowercase();
                    let mut length = 1;
                    while chars.peek().is_some_and(|n| n.eq_ignore_ascii_case(&part)) {
                        chars.next();
                        length += 1;
                    }
                    // Three or more are a name.
                    last.date_part(if part == 'm' && length > 2 { 'M' } else { part });
                }
                '%' => last.section.percents += 1,
                '.' => last.point = true,
                '0' if last.point => last.section.places += 1,
                _ => {}
            }
        }
        NumberFormat { sections: sections.into_iter().map(Reader::finish).collect() }
    }

    /// The section that shows a number.
    pub(super) fn section(&self, number: f64) -> Section {
        if self.sections.iter().any(|s| s.condition.is_some()) {
            let fits = |s: &&Section| s.condition.as_ref().is_none_or(|c| c.holds(number));
            return self.sections.iter().find(fits).cloned().unwrap_or_default();
        }
        let at = match self.sections.len() {
            0 | 1 => 0,
            _ if number < 0.0 => 1,
            3.. if number == 0.0 => 2,
            _ => 0,
        };
        self.sections.get(at).cloned().unwrap_or_default()
    }
}

/// A section being read. An `m` is a month or a minute by what is beside it.
#[derive(Default)]
struct Reader {
    section: Section,
    point: bool,
    before: Option<char>,
    open_m: bool,
}

impl Reader {
    fn literal(&mut self, c: char) {
        self.section.literal_percent |= c == '%';
    }

    fn bracket(&mut self, inner: &str) {
        match inner.to_ascii_lowercase().chars().next() {
            Some(part @ ('h' | 'm' | 's'))
                if inner.chars().all(|c| c.eq_ignore_ascii_case(&part)) =>
            {
                self.section.time = true;
                self.before = Some('h');
            }
            _ => self.section.condition = Condition::parse(inner).or(self.section.condition.take()),
        }
    }

    fn date_part(&mut self, part: char) {
        let open = std::mem::take(&mut self.open_m);
        match part {
            's' => self.section.time = true,
            _ => self.section.month |= open,
        }
        match part {
            'y' => self.section.year = true,
            'd' => self.section.day = true,
            'M' => self.section.month = true,
            'h' => self.section.time = true,
            // After an hour it is a minute; before a second too, which the next part tells.
            'm' if self.before == Some('h') => self.section.time = true,
            'm' => self.open_m = true,
            _ => {}
        }
        self.before = Some(part);
    }

    fn finish(mut self) -> Section {
        self.section.month |= self.open_m;
        self.section
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_or_escaped_percent_sign_does_not_scale() {
        for (code, percents, literal, places) in [
            ("0.00%", 1, false, 2),
            ("0.00\"%\"", 0, true, 2),
            ("0.00\\%", 0, true, 2),
            ("0.0%;[Red]-0.0%", 1, false, 1),
            ("0.0_%", 0, false, 1),
            ("#,##0.00", 0, false, 2),
            ("General", 0, false, 0),
            ("General\"%\"", 0, true, 0),
            ("0.00%\" of target\"", 1, false, 2),
        ] {
            let s = NumberFormat::parse(code).section(0.5);
            assert_eq!(
                (s.percents, s.literal_percent, s.places),
                (percents, literal, places),
                "{code}"
            );
        }
    }

    #[test]
    fn the_section_is_that_of_the_number() {
        let f = NumberFormat::parse("0.00%;0.00\"%\";0");
        assert_eq!(f.section(1.0).percents, 1);
        assert!(f.section(-1.0).literal_percent);
        assert_eq!(f.section(0.0), NumberFormat::parse("0").section(0.0));
        let f = NumberFormat::parse("[<=1]0.00%;0.00\"%\"");
        assert_eq!((f.section(0.97).percents, f.section(97.0).percents), (1, 0));
        assert!(f.section(97.0).literal_percent);
    }

    #[test]
    fn parts_of_dates_are_told_apart() {
        for (code, year, month, day, time) in [
            ("mmm-yy", true, true, false, false),
            ("mm/yyyy", true, true, false, false),
            ("[$-809]mmmm\\ yyyy;@", true, true, false, false),
            ("\"day\" mmm yyyy", true, true, false, false),
            ("mmmm", false, true, false, false),
            ("dd/mm/yyyy", true, true, true, false),
            ("dd/mm/yyyy hh:mm:ss", true, true, true, true),
            ("m/d/yy h:mm", true, true, true, true),
            ("h:mm AM/PM", false, false, false, true),
            ("mm:ss", false, false, false, true),
            ("[h]:mm:ss", false, false, false, true),
            ("yyyy-mm-dd\"T\"hh:mm:ss.000", true, true, true, true),
        ] {
            let s = NumberFormat::parse(code).section(1.0);
            assert_eq!((s.year, s.month, s.day, s.time), (year, month, day, time), "{code}");
        }
    }
}
