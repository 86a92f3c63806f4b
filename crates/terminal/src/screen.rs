//! What standard output is like: how wide and high, and whether colour can be shown.

use std::io::IsTerminal;
use terminal_size::{Height, Width, terminal_size_of};

/// How text is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Columns of a line; `None` where lines may have any length.
    pub width: Option<usize>,
    /// Colours and symbols beside words.
    pub colour: bool,
}

/// Standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Screen {
    /// It is a terminal.
    pub terminal: bool,
    /// Columns: `COLUMNS`, else those of the terminal.
    pub width: Option<usize>,
    /// Lines: `LINES`, else those of the terminal.
    pub height: Option<usize>,
    /// It is a terminal that shows colours and moves the cursor (`TERM` is not `dumb`).
    pub capable: bool,
    /// Colours are wanted: `NO_COLOR` is not set.
    pub colour: bool,
}

impl Screen {
    /// Standard output as it is now, with `COLUMNS`, `LINES`, `TERM` and `NO_COLOR` from `variable`.
    pub fn of_stdout(variable: impl Fn(&str) -> Option<String>) -> Screen {
        let out = std::io::stdout();
        let size = terminal_size_of(&out).map(|(Width(w), Height(h))| (w.into(), h.into()));
        Screen::of(out.is_terminal(), size, variable)
    }

    /// A screen of this size. `NO_COLOR` counts where it is not empty (no-color.org).
    pub fn of(
        terminal: bool,
        size: Option<(usize, usize)>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Screen {
        let number = |name: &str| {
            variable(name).and_then(|v| v.trim().parse::<usize>().ok()).filter(|n| *n > 0)
        };
        let capable = terminal && variable("TERM").is_none_or(|t| t != "dumb");
        let colour = capable && variable("NO_COLOR").is_none_or(|v| v.is_empty());
        let size = size.filter(|_| terminal);
        Screen {
            terminal,
            width: number("COLUMNS").or(size.map(|s| s.0)),
            height: number("LINES").or(size.map(|s| s.1)).filter(|_| terminal),
            capable,
            colour,
        }
    }

    /// How text is laid out on it. `wide`: lines may have any length.
    #[must_use]
    pub fn look(&self, wide: bool) -> Look {
        Look { width: self.width.filter(|_| !wide), colour: self.colour }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(terminal: bool, variables: &[(&str, &str)]) -> Screen {
        Screen::of(terminal, Some((100, 40)), |name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn a_pipe_has_no_width_no_height_and_no_colour() {
        assert_eq!(screen(false, &[("TERM", "xterm")]), Screen::default());
        assert_eq!(screen(false, &[]).look(false), Look::default());
    }

    #[test]
    fn columns_wins_over_the_terminal_and_wide_over_both() {
        let s = screen(true, &[("COLUMNS", "60")]);
        assert_eq!((s.width, s.height), (Some(60), Some(40)));
        assert_eq!((s.look(false).width, s.look(true).width), (Some(60), None));
        assert_eq!(screen(false, &[("COLUMNS", "60")]).width, Some(60));
        for useless in ["", "0", "wide"] {
            assert_eq!(screen(true, &[("COLUMNS", useless)]).width, Some(100), "{useless:?}");
        }
    }

    #[test]
    fn colour_is_for_terminals_that_can_and_readers_who_want() {
        assert!(screen(true, &[("TERM", "xterm")]).colour);
        assert!(screen(true, &[("NO_COLOR", "")]).colour);
        assert!(!screen(true, &[("NO_COLOR", "1")]).colour);
        assert!(!screen(true, &[("TERM", "dumb")]).colour);
        assert!(screen(true, &[("NO_COLOR", "1")]).capable);
        assert!(!screen(true, &[("TERM", "dumb")]).capable);
    }
}
