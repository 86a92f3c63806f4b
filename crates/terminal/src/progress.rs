//! Progress of long steps, on standard error only.

use indicatif::{ProgressBar, ProgressStyle};
use northbound_app::{answer, progress::ShowProgress};
use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// The shortest interval between progress lines without a terminal.
const EVERY: Duration = Duration::from_secs(1);

enum Way {
    /// Nothing is shown.
    Silent,
    /// A bar that redraws itself.
    Bar(ProgressBar),
    /// Plain lines, for a log.
    Lines(Instant),
}

/// Shows progress until it is dropped.
struct Shown {
    way: Way,
    step: String,
    /// When the step began.
    since: Instant,
}

/// A bar on a terminal; plain lines where `--progress` asks for them; else nothing.
#[must_use]
pub fn start(asked: bool, json: bool) -> Box<dyn ShowProgress> {
    let terminal = std::io::stderr().is_terminal();
    let way = if terminal && (asked || !json) {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{msg}  {wide_bar} {percent:>3} %  {elapsed}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Way::Bar(bar)
    } else if asked {
        Way::Lines(Instant::now())
    } else {
        Way::Silent
    };
    Box::new(Shown { way, step: String::new(), since: Instant::now() })
}

impl ShowProgress for Shown {
    fn show(&mut self, step: &str, done: u64, total: u64) {
        self.show_with(step, done, total, "");
    }

    fn show_bytes(&mut self, step: &str, done: u64, total: u64) {
        if self.step != step {
            self.since = Instant::now();
        }
        self.show_with(step, done, total, &speed(done, self.since.elapsed()));
    }
}

/// Bytes a second, from the first hundredth of a second on.
fn speed(bytes: u64, elapsed: Duration) -> String {
    match u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) {
        0..10 => String::new(),
        millis => format!(", {} bytes/s", answer::count(bytes.saturating_mul(1000) / millis)),
    }
}

impl Shown {
    /// `more` follows the step's name.
    fn show_with(&mut self, step: &str, done: u64, total: u64, more: &str) {
        match &mut self.way {
            Way::Silent => {}
            Way::Bar(bar) => {
                if self.step != step || !more.is_empty() {
                    self.step = step.to_owned();
                    bar.set_message(format!("{step}{more}"));
                }
                bar.set_length(total.max(1));
                bar.set_position(done.min(total.max(1)));
            }
            Way::Lines(last) => {
                if self.step == step && last.elapsed() < EVERY && done < total {
                    return;
                }
                if self.step == step && done >= total {
                    return;
                }
                *last = Instant::now();
                self.step = step.to_owned();
                let percent =
                    if total == 0 { 0 } else { u128::from(done) * 100 / u128::from(total) };
                let _ = writeln!(std::io::stderr(), "{step}: {percent} %{more}");
            }
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Way::Bar(bar) = &self.way {
            bar.finish_and_clear();
        }
    }
}
