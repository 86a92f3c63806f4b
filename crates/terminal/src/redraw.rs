//! A frame that takes the place of the one before it.

/// The frame with what it takes to draw it in place, on a screen of this height: the cursor goes home, each line
/// is cleared to its end, and so is all below. What is below the last line of the screen is left out, since it
/// would scroll the frame away.
#[must_use]
pub fn redraw(frame: &str, height: Option<usize>) -> String {
    let most = height.map_or(usize::MAX, |h| h.saturating_sub(1).max(1));
    let mut out = String::from("\x1b[H");
    for line in frame.lines().take(most) {
        out.push_str(line);
        out.push_str("\x1b[K\n");
    }
    out.push_str("\x1b[J");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_never_scrolls() {
        assert_eq!(redraw("a\nb\n", None), "\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J");
        assert_eq!(redraw("a\nb\nc\n", Some(3)), "\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J");
        assert_eq!(redraw("a\nb\nc\n", Some(4)).matches('\n').count(), 3);
    }
}
