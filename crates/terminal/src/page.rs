//! Standard output: directly, or through a pager where an answer is longer than the screen.

use crate::{
    answer::{Format, write},
    error::TerminalError,
    screen::{Look, Screen},
};
use northbound_app::Answer;
use std::{
    io::{self, Write},
    process::{Command, Stdio},
};

/// The pager where `PAGER` names none: it ends by itself if all fits, keeps colours and does not wrap.
const DEFAULT: [&str; 2] = ["less", "-FRX"];

/// The program that shows long answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// Program and arguments; empty where there is none.
    words: Vec<String>,
}

impl Pager {
    /// No pager.
    #[must_use]
    pub fn none() -> Pager {
        Pager::default()
    }

    /// The one that `PAGER` names, as words separated by spaces; `less` where it is absent, none where it is empty
    /// or `cat`.
    #[must_use]
    pub fn of(variable: Option<&str>) -> Pager {
        let words: Vec<String> = match variable {
            None => DEFAULT.map(str::to_owned).into(),
            Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        };
        if words.first().is_some_and(|w| w == "cat") { Pager::none() } else { Pager { words } }
    }
}

/// Prints the answer to standard output. A reader that closed the pipe is not an error.
///
/// # Errors
/// [`TerminalError::Write`].
pub fn show(
    answer: &Answer,
    format: Format,
    screen: Screen,
    look: Look,
    pager: &Pager,
) -> Result<(), TerminalError> {
    let paged = format == Format::Table && answer.raw.is_none() && screen.terminal;
    if !paged {
        let mut out = io::BufWriter::new(io::stdout().lock());
        return ended(write(answer, format, look, &mut out).and_then(|()| out.flush()));
    }
    let mut text = Vec::new();
    write(answer, format, look, &mut text).map_err(TerminalError::Write)?;
    if is_long(&text, screen) && through(pager, &text) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    ended(out.write_all(&text).and_then(|()| out.flush()))
}

/// Has it more lines than the screen?
fn is_long(text: &[u8], screen: Screen) -> bool {
    screen.height.is_some_and(|h| text.iter().filter(|b| **b == b'\n').count() >= h)
}

/// Shows the text in the pager; `false` where it cannot be started.
fn through(pager: &Pager, text: &[u8]) -> bool {
    let Some((program, arguments)) = pager.words.split_first() else { return false };
    let child = Command::new(program).args(arguments).stdin(Stdio::piped()).spawn();
    let Ok(mut child) = child else { return false };
    if let Some(mut to) = child.stdin.take() {
        // A reader who leaves early has seen enough.
        let _ = to.write_all(text);
    }
    let _ = child.wait();
    true
}

fn ended(result: io::Result<()>) -> Result<(), TerminalError> {
    match result {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(TerminalError::Write(e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_what_the_variable_says() {
        assert_eq!(Pager::of(None).words, DEFAULT);
        assert_eq!(Pager::of(Some("more -d")).words, ["more", "-d"]);
        for none in ["", " ", "cat"] {
            assert_eq!(Pager::of(Some(none)), Pager::none(), "{none:?}");
        }
    }

    #[test]
    fn only_more_lines_than_the_screen_has_are_long() {
        let screen = Screen { terminal: true, height: Some(3), ..Screen::default() };
        assert!(!is_long(b"a\nb\n", screen) && is_long(b"a\nb\nc\n", screen));
        assert!(!is_long(b"a\nb\nc\nd\n", Screen::default()));
    }

    #[test]
    fn a_pager_that_is_not_there_shows_nothing_and_says_so() {
        assert!(!through(&Pager::of(Some("no-such-pager-here")), b"text"));
        assert!(!through(&Pager::none(), b"text"));
        assert!(through(&Pager::of(Some("true")), b"text"));
    }
}
