#!/usr/bin/env python3
"""Documents, help and printed texts are in plain English: words of the old dialect are rare.

    python3 tests/words.py            # fails above a limit
    python3 tests/words.py --list     # each place

Counted apart: all Markdown files (DOCUMENTS), and what the program prints (PRINTED): the string literals of
`crates/*/src`, tests aside, and the doc comments of `crates/northbound/src`, which are the help. A literal without a
space is a key, a code or a word of a format, and is not counted; nor are names in braces. The limits only shrink. Each word is tried on a
planted offence first.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GENERATED = "docs/commands.md"  # of the help, which is counted with the printed texts
DOCUMENTS, PRINTED = 21, 4
WORDS = ("told", "kept", "stands", "let go", "nobody", "bears", "room", "rooms", "turned away", "what is said", "gives way", "by hand", "rests on")
PATTERN = re.compile(r"\b(?:" + "|".join(w.replace(" ", r"\s+") for w in WORDS) + r")\b", re.I)
# A doc comment; another comment; a raw string; a string; a character.
RUST = re.compile(r'(?P<doc>///[^\n]*)|//[^\n]*|r(?P<hashes>#*)"(?P<raw>.*?)"(?P=hashes)|"(?P<text>(?:[^"\\]|\\.)*)"|\'(?:[^\'\\]|\\.[^\']*)\'', re.S)
TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{", re.M)


def found(text):
    """Each word with its line, counted from 1. A phrase may be broken over two lines."""
    return [(text.count("\n", 0, m.start()) + 1, " ".join(m.group(0).lower().split())) for m in PATTERN.finditer(text)]


def printed(source, is_help):
    """The words in the literals of a source file, and in its doc comments where these are help."""
    tests = TESTS.search(source)
    out = []
    for m in RUST.finditer(source[:tests.start()] if tests else source):
        kind = m.lastgroup
        if kind == "doc" and not is_help or kind not in ("doc", "raw", "text"): continue
        # A line break after a backslash is not part of a literal, but the lines still count.
        text = re.sub(r"\\\n", " \n", re.sub(r"\{\w*\}", "", m.group(kind)))
        if not re.search(r"\S\s+\S", text): continue
        first = source.count("\n", 0, m.start(kind))
        out += [(first + line, word) for line, word in found(text)]
    return out


def is_printed(name):
    return re.fullmatch(r"crates/[^/]+/src/.*\.rs", name) and not re.search(r"(^|[/_])tests?(_[^/]*)?(/|\.rs$)", name)


def over(count, limit):
    return count > limit


def self_test():
    odd = [f"self-test: {w!r} is not found" for w in WORDS if found(f"It is\n{w.replace(' ', chr(10))} here.\n") != [(2, w)]]
    if found("untold, keptsake, standstill, mushroom, bearskin"): odd.append("self-test: parts of other words are not offences")
    source = '/// Nobody\nfn f() { // told\n    p("is\\\n  kept"); q("kept"); r(r#"a "told" one"#); s(\'"\'); t("it stands"); }\n#[cfg(test)]\nmod tests { const T: &str = "was told"; }\n'
    want = [(4, "kept"), (4, "told"), (4, "stands")]
    if printed(source, False) != want: odd.append(f"self-test: literals: {printed(source, False)}")
    if printed("/// Asks nobody\n", True) != [(1, "nobody")]: odd.append("self-test: help")
    if printed('fn f() { p("a {told} word"); }\n', False): odd.append("self-test: a name in braces is no word")
    if not over(1, 0) or over(1, 1): odd.append("self-test: the limit")
    if not is_printed("crates/x/src/a/b.rs") or any(map(is_printed, ("crates/x/tests/a.rs", "crates/x/src/tests.rs", "crates/x/src/a/tests_b.rs", "crates/x/src/a_tests.rs", "crates/x/src/tests/a.rs"))):
        odd.append("self-test: which files are printed")
    return odd


def check(what, limit, places):
    """Complaints about one kind of text. `places` has a file's name and its words."""
    if "--list" in sys.argv[1:]:
        for name, words in places:
            for line, word in words: print(f"{name}:{line}: {word}")
    count = sum(len(words) for _, words in places)
    print(f"{count} words of the dialect in {what}, at most {limit}")
    if not over(count, limit): return []
    worst = sorted(((len(words), name) for name, words in places if words), reverse=True)[:5]
    return [f"{what}: {count} words of the dialect, at most {limit}: " + ", ".join(f"{name} {n}" for n, name in worst),
            f"say it plainly ({', '.join(WORDS)}); python3 tests/words.py --list shows each place"]


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md", "*.rs"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    names = [n for n in names if (ROOT / n).is_file()]
    read = lambda n: (ROOT / n).read_text(encoding="utf-8")
    odd = self_test()
    odd += check("documents", DOCUMENTS, [(n, found(read(n))) for n in names if n.endswith(".md") and n != GENERATED])
    odd += check("help and printed texts", PRINTED, [(n, printed(read(n), n.startswith("crates/northbound/"))) for n in names if is_printed(n)])
    for o in odd: print(o)
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
