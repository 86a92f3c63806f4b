#!/usr/bin/env python3
"""Every relative link in a tracked Markdown file leads to a file, and to a heading where it names one.

    python3 tests/links.py

Links to the web are not followed: no network is needed. `--self-test` plants broken links.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def without_blocks(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", without_blocks(text))


def slug(heading):
    """The anchor that forges make of a heading."""
    words = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", lambda m: m.group(1) or "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(text):
    return {slug(m) for m in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", without_blocks(text), flags=re.M)} | set(re.findall(r'(?:id|name)="([^"]+)"', text))


def broken(path, text, read):
    odd = []
    for target in LINK.findall(without_code(text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target): continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if file and not there.exists(): odd.append(f"{path.relative_to(ROOT)}: {target}: no such file")
        elif anchor and there.suffix == ".md" and anchor not in anchors(read(there) if file else text): odd.append(f"{path.relative_to(ROOT)}: {target}: no such heading")
    return odd


def unlisted(names, map_text):
    """Pages of docs/ that docs/README.md does not link to; decisions have an index of their own."""
    listed = {(ROOT / "docs" / t.partition("#")[0]).resolve() for t in LINK.findall(without_code(map_text))}
    pages = [n for n in names if n.startswith("docs/") and not n.startswith("docs/adr/") and n != "docs/README.md"]
    return [f"{n}: not on the map of docs/README.md" for n in pages if (ROOT / n).resolve() not in listed]


def self_test():
    if unlisted(["docs/cli.md", "docs/rules.md"], "[a](cli.md#x)") != ["docs/rules.md: not on the map of docs/README.md"]: return ["self-test: a page that is not on the map"]
    page = ROOT / "README.md"
    text = "[a](no-such-file.md) [b](#no-such-heading) [c](#good-one) `[d](code.md)` [e](https://example.org/)\n# Good `one`\n"
    found = broken(page, text, lambda _: text)
    return [] if len(found) == 2 else [f"self-test: two planted links are broken, found {found}"]


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    read = lambda p: p.read_text(encoding="utf-8")
    odd, links = self_test(), 0
    for path in (ROOT / n for n in names if n and (ROOT / n).exists()):
        text = read(path)
        links += len(LINK.findall(without_code(text)))
        odd += broken(path, text, read)
    odd += unlisted([n for n in names if n], read(ROOT / "docs/README.md"))
    for o in odd: print(o)
    print(f"{links} links in {len(names) - 1} documents, {len(odd)} broken")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
