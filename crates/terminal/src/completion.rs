//! Scripts that complete commands in a shell.

/// The bash script with the commands before the flags: bash proposes words in the order of `opts="…"`.
#[must_use]
pub fn commands_first(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    for line in script.split_inclusive('\n') {
        let Some((head, (words, tail))) =
            line.split_once("opts=\"").and_then(|(head, rest)| Some((head, rest.split_once('"')?)))
        else {
            out.push_str(line);
            continue;
        };
        let (flags, commands): (Vec<&str>, Vec<&str>) =
            words.split_whitespace().partition(|w| w.starts_with('-'));
        let words = [commands, flags].concat().join(" ");
        out.push_str(&format!("{head}opts=\"{words}\"{tail}"));
    }
    out
}
