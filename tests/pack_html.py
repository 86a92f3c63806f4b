#!/usr/bin/env python3
"""Accessibility and self-containment of a pack's HTML, with nothing but the standard library.

    python3 tests/pack_html.py PACK/pack.html

What is looked at: one language, one title, one h1 and one main; headings that never skip a level;
ids that stand once and links inside the page that lead somewhere; tables with a caption, header
cells with a scope and rows of one width; images and drawings with a name; boxes that scroll can be
reached by keyboard and have a name; colour of text against its ground is left to the style sheet's
own test. Nothing may be loaded from elsewhere and no script may run. Each rule is tried on a planted
offence first.
"""
import html.parser
import pathlib
import re
import sys

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADS = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}


class Node:
    def __init__(self, tag, attrs, parent, line):
        self.tag, self.attrs, self.parent, self.line, self.children, self.words = tag, attrs, parent, line, [], []

    def all(self, *tags):
        for c in self.children:
            if c.tag in tags: yield c
            yield from c.all(*tags)

    def text(self):
        return " ".join("".join(self.words + [c.text() for c in self.children]).split())

    def inside(self, tag):
        n = self.parent
        while n and n.tag != tag: n = n.parent
        return n


class Tree(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("#", {}, None, 0)
        self.odd = []
        self.feed(page)
        self.close()
        if self.at is not self.root: self.odd.append(f"line {self.at.line}: <{self.at.tag}> is never closed")

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs), self.at, self.getpos()[0])
        if len(node.attrs) != len(attrs): self.odd.append(f"line {node.line}: <{tag}> has an attribute twice")
        self.at.children.append(node)
        if tag not in VOID: self.at = node

    def handle_startendtag(self, tag, attrs):
        self.at.children.append(Node(tag, dict(attrs), self.at, self.getpos()[0]))

    def handle_endtag(self, tag):
        if self.at.tag != tag: self.odd.append(f"line {self.getpos()[0]}: </{tag}> closes <{self.at.tag}>")
        if self.at.parent: self.at = self.at.parent

    def handle_data(self, data): self.at.words.append(data)


def page_rules(root):
    for tag in ("html", "title", "main", "h1"):
        n = len([t for t in root.all(tag) if tag != "title" or not t.inside("svg")])
        if n != 1: yield f"{n} <{tag}>, must be one"
    for h in root.all("html"):
        if not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", h.attrs.get("lang") or ""): yield "the page names no language"
    if not any("viewport" == m.attrs.get("name") for m in root.all("meta")): yield "the page does not fit small screens (no viewport)"
    level = 0
    for h in root.all("h1", "h2", "h3", "h4", "h5", "h6"):
        now = int(h.tag[1])
        if now > level + 1: yield f"line {h.line}: h{level} is followed by h{now}: {h.text()[:60]!r}"
        if not h.text(): yield f"line {h.line}: empty heading"
        # A navigation's heading stands beside the document's, not in its order.
        if not h.inside("nav"): level = now


def link_rules(root):
    ids, seen = {}, list(root.all_nodes)
    for n in seen:
        i = n.attrs.get("id")
        if i is None: continue
        if i in ids: yield f"line {n.line}: id {i!r} stands twice"
        ids[i] = n
    for n in seen:
        for key in ("aria-labelledby", "aria-describedby", "for", "headers"):
            for i in (n.attrs.get(key) or "").split():
                if i not in ids: yield f"line {n.line}: {key}={i!r} names nothing"
        href = n.attrs.get("href") or ""
        if n.tag == "a":
            if href.startswith("#") and len(href) > 1 and href[1:] not in ids: yield f"line {n.line}: link to {href} leads nowhere"
            if not (n.text() or n.attrs.get("aria-label")): yield f"line {n.line}: a link without words"
        elif href and not href.startswith(("#", "data:")): yield f"line {n.line}: <{n.tag}> loads {href[:80]}"
        for key in LOADS & n.attrs.keys():
            if not (n.attrs[key] or "").startswith("data:"): yield f"line {n.line}: <{n.tag} {key}> loads {n.attrs[key][:80]!r}"
        if n.tag in ("script", "iframe", "object", "embed"): yield f"line {n.line}: <{n.tag}>"
        for key in n.attrs:
            if key.startswith("on"): yield f"line {n.line}: {key} runs a script"
        for css in [n.attrs.get("style") or ""] + (n.words if n.tag == "style" else []):
            for found in re.findall(r"@import[^;]*|url\((?!['\"]?(?:data:|#))[^)]*\)", css): yield f"line {n.line}: style loads {found[:80]}"


def table_rules(root):
    for t in root.all("table"):
        where = f"line {t.line}: table"
        if not any(c.tag == "caption" and c.text() for c in t.children): yield f"{where} without a caption"
        if not list(t.all("th")): yield f"{where} without header cells"
        for th in t.all("th"):
            if th.attrs.get("scope") not in ("col", "row", "colgroup", "rowgroup"): yield f"line {th.line}: header cell without scope: {th.text()[:40]!r}"
        widths = set()
        for r in t.all("tr"):
            cells = [c for c in r.children if c.tag in ("td", "th")]
            if any(int(c.attrs.get("rowspan") or 1) > 1 for c in cells): widths = set(); break
            widths.add(sum(int(c.attrs.get("colspan") or 1) for c in cells))
        if len(widths) > 1: yield f"{where} with rows of {sorted(widths)} cells"


def picture_rules(root):
    for n in root.all("svg", "img"):
        if n.attrs.get("aria-hidden") == "true": continue
        where = f"line {n.line}: <{n.tag}>"
        if n.tag == "img" and "alt" not in n.attrs: yield f"{where} without alt"
        if n.tag == "svg":
            titles = [c for c in n.children if c.tag == "title" and c.text()]
            if n.attrs.get("role") != "img": yield f"{where} is no img to a reader"
            if not titles and not n.attrs.get("aria-label") and not n.attrs.get("aria-labelledby"): yield f"{where} without a title"
    for n in root.all("div", "section"):
        if n.attrs.get("tabindex") == "0" and not (n.attrs.get("role") and (n.attrs.get("aria-label") or n.attrs.get("aria-labelledby"))):
            yield f"line {n.line}: a box in the order of the keyboard without role and name"
    if any(int(n.attrs.get("tabindex") or 0) > 0 for n in root.all_nodes): yield "a tabindex above 0 changes the order of the keyboard"


def offences(page):
    tree = Tree(page)
    tree.root.all_nodes = list(walk(tree.root))
    return tree.odd + [o for rules in (page_rules, link_rules, table_rules, picture_rules) for o in rules(tree.root)]


def walk(node):
    for c in node.children:
        yield c
        yield from walk(c)


SOUND = """<!DOCTYPE html><html lang="en-GB"><head><meta name="viewport" content="x"><title>t</title></head><body><main id="m"><h1>a</h1><h2>b</h2>
<a href="#m">up</a><table><caption>c</caption><tr><th scope="col">x</th></tr><tr><td>1</td></tr></table>
<svg role="img"><title>d</title></svg></main></body></html>"""
PLANTED = [
    ('lang="en-GB"', ""), ("<h2>b</h2>", "<h3>b</h3>"), ("<h1>a</h1>", ""), ('href="#m"', 'href="#gone"'), (">up</a>", "></a>"), ("<caption>c</caption>", ""),
    ('scope="col"', ""), ("<td>1</td>", "<td>1</td><td>2</td>"), ("<title>d</title>", ""), ('role="img"', ""), ("</main>", "<img src='https://example.org/x.png' alt=''></main>"),
    ("</main>", "<script>1</script></main>"), ("</main>", "<p id='m'></p></main>"), ("</main>", "<p style='background:url(x.png)'></p></main>"),
    ("</main>", "<p onclick='x'></p></main>"), ("</main>", "<div tabindex='0'></div></main>"), ("</table>", ""), ("</head>", "<link rel='stylesheet' href='x.css'></head>"),
]


def self_test():
    odd = [f"self-test: a sound page has {o}" for o in offences(SOUND)]
    for was, now in PLANTED:
        if was not in SOUND or not offences(SOUND.replace(was, now, 1)): odd.append(f"self-test: {now or 'without ' + was!r} was not noticed")
    return odd


def main():
    if len(sys.argv) < 2: sys.exit("usage: pack_html.py PAGE...")
    odd = self_test()
    for name in sys.argv[1:]:
        page = pathlib.Path(name).read_text(encoding="utf-8")
        found = offences(page)
        odd += [f"{name}: {o}" for o in found]
        print(f"{pathlib.Path(name).name}: {len(page) // 1024} KiB, {page.count('<table')} tables, {page.count('<svg')} drawings, {len(found)} offences")
    for o in odd[:40]: print(o)
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
