#!/usr/bin/env python3
"""The documents are in plain English: words of the old dialect are rare in all Markdown files together.

    python3 tests/words.py            # fails above LIMIT
    python3 tests/words.py --list     # each place

Words inside code count too: JSON keys such as `told` are few. Each word is tried on a planted offence first.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 60
WORDS = ("told", "kept", "stands", "let go", "nobody", "bears", "room", "rooms", "turned away", "what is said", "gives way", "by hand", "rests on")
PATTERN = re.compile(r"\b(?:" + "|".join(w.replace(" ", r"\s+") for w in WORDS) + r")\b", re.I)


def found(text):
    """Each word with its line, counted from 1. A phrase may be broken over two lines."""
    return [(text.count("\n", 0, m.start()) + 1, " ".join(m.group(0).lower().split())) for m in PATTERN.finditer(text)]


def over(count):
    return count > LIMIT


def self_test():
    odd = [f"self-test: {w!r} is not found" for w in WORDS if found(f"It is\n{w.replace(' ', chr(10))} here.\n") != [(2, w)]]
    if found("untold, keptsake, standstill, mushroom, bearskin"): odd.append("self-test: parts of other words are not offences")
    if not over(len(found("told\n" * (LIMIT + 1)))) or over(len(found("told\n" * LIMIT))): odd.append("self-test: the limit")
    return odd


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    odd, count, worst = self_test(), 0, []
    for name in names:
        if not (ROOT / name).is_file(): continue
        here = found((ROOT / name).read_text(encoding="utf-8"))
        count += len(here)
        worst.append((len(here), name))
        if "--list" in sys.argv[1:]:
            for line, word in here: print(f"{name}:{line}: {word}")
    if over(count):
        odd.append(f"{count} words of the dialect, at most {LIMIT}: " + ", ".join(f"{name} {n}" for n, name in sorted(worst, reverse=True)[:5]))
        odd.append(f"say it plainly ({', '.join(WORDS)}); python3 tests/words.py --list shows each place")
    for o in odd: print(o)
    print(f"{count} words of the dialect in {len(worst)} documents, at most {LIMIT}")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
