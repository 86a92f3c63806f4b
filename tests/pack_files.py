#!/usr/bin/env python3
"""Holds the files of one pack against each other: what one prints, the others print.

    python3 tests/pack_files.py plain PACK     manifest, JSON, CSV and HTML; standard library only
    python3 tests/pack_files.py xlsx PACK      the workbook, opened with openpyxl
    python3 tests/pack_files.py docx PACK      the brief as a Word document, opened with python-docx
    python3 tests/pack_files.py pdf PACK       the PDF, read with pdftotext and pdffonts

`plain` takes each percentage apart: the printed number must follow from its numerator and denominator.
"""
import csv
import decimal
import fractions
import hashlib
import html
import json
import pathlib
import re
import subprocess
import sys

SHEETS_BEFORE = ["Contents", "Brief"]
MOST_BRIEF, MOST_ANNEX = 4, 20  # pages of the PDF
MOST_SHEETS = 25


def squeezed(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ").split())


def load(pack):
    return json.loads((pack / "pack.json").read_text(encoding="utf-8"))


def tables(pack):
    for path in sorted((pack / "csv").glob("*.csv")):
        with open(path, newline="", encoding="utf-8-sig") as f: yield path.stem, list(csv.reader(f))


def wrong_percentage(printed, numerator, denominator):
    """Is the printed number further from the ratio than half a unit of its last decimal? One unit is
    allowed where rounding would have lifted the figure over its target."""
    exact = fractions.Fraction(int(numerator) * 100, int(denominator))
    unit = fractions.Fraction(10) ** decimal.Decimal(printed).as_tuple().exponent
    return abs(fractions.Fraction(printed) - exact) > unit


def figure_cells(rows):
    """Name of the row, and the parts of each cell that holds a figure."""
    head = rows[0]
    for at in range(len(head)):
        if not head[at].endswith("_figure"): continue
        key = head[at][: -len("_figure")]
        columns = {part: head.index(f"{key}_{part}") for part in ("value", "numerator", "denominator", "state", "band") if f"{key}_{part}" in head}
        for row in rows[1:]: yield row[0], row[head.index(key)], row[at], {part: row[i] for part, i in columns.items()}


def plain(pack):
    odd = []
    manifest = json.loads((pack / "manifest.json").read_text())
    listed = {f["name"]: f for f in manifest["files"]}
    there = {str(p.relative_to(pack)) for p in pack.rglob("*") if p.is_file()} - {"manifest.json"}
    if listed.keys() != there: odd.append(f"listed and present differ: {sorted(listed.keys() ^ there)[:5]}")
    for name in listed.keys() & there:
        data = (pack / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != listed[name]["sha256"] or len(data) != listed[name]["bytes"]: odd.append(f"{name}: hash or length is not the manifest's")
    found = load(pack)
    if manifest["root_manifest"] != found["pack"]["origin"]["manifest"]: odd.append("manifest.json and pack.json cite other ledgers")
    figures = {f["id"]: f for f in found["figures"]}
    page = (pack / "pack.html").read_text(encoding="utf-8")
    words = squeezed(html.unescape(re.sub(r"<[^>]*>", " ", page)))
    for h in found["pack"]["front"]["headlines"]:
        if squeezed(h["cell"]["text"]) not in words: odd.append(f"pack.html does not print {h['measure']} {h['region']}: {h['cell']['text']}")
    for f in figures.values():
        if f["id"] not in page: odd.append(f"pack.html does not list figure {f['id']}")
    cells = numbers = 0
    for name, rows in tables(pack):
        if any(len(r) != len(rows[0]) for r in rows): odd.append(f"{name}.csv: rows of several widths")
        for where, text, figure, part in figure_cells(rows):
            cells += 1
            if figure and figure not in figures: odd.append(f"{name}.csv, {where}: figure {figure} is not in pack.json")
            if part.get("band") == "no figure" and re.search(r"\d", part.get("value", "")): odd.append(f"{name}.csv, {where}: a null with a number: {text}")
            if "%" in text and part.get("value") and part.get("numerator") and int(part.get("denominator") or 0) > 0:
                numbers += 1
                if wrong_percentage(part["value"], part["numerator"], part["denominator"]): odd.append(f"{name}.csv, {where}: {text} does not follow from {part['numerator']} of {part['denominator']}")
            if figure in figures and part.get("numerator") and figures[figure].get("numerator") != part["numerator"]: odd.append(f"{name}.csv, {where}: numerator is not the one in pack.json")
    if not figures or not cells: odd.append("the pack holds no figure")
    if wrong_percentage("99.91", "999074", "1000000") or not wrong_percentage("99.93", "999074", "1000000"): odd.append("self-test: percentages")
    print(f"{len(listed)} files, {len(figures)} figures, {cells} cells, {numbers} percentages recomputed")
    return odd


def xlsx(pack):
    import openpyxl
    book = openpyxl.load_workbook(pack / "pack.xlsx")
    odd, held = [], {}
    if book.sheetnames[: len(SHEETS_BEFORE)] != SHEETS_BEFORE: odd.append(f"first sheets are {book.sheetnames[:3]}")
    if len(book.sheetnames) > MOST_SHEETS: odd.append(f"{len(book.sheetnames)} sheets, at most {MOST_SHEETS}")
    for sheet in book:
        if sheet.merged_cells.ranges: odd.append(f"{sheet.title}: merged cells")
        if sheet["A1"].value is None: odd.append(f"{sheet.title}: does not begin at A1")
        for row in sheet.iter_rows():
            for c in row:
                if c.data_type in ("e", "f"): odd.append(f"{sheet.title}!{c.coordinate}: formula or error")
        if sheet.title in SHEETS_BEFORE: continue
        if len(sheet.tables) != 1: odd.append(f"{sheet.title}: {len(sheet.tables)} tables, must be one")
        for t in sheet.tables.values():
            if not t.ref.startswith("A1:"): odd.append(f"{sheet.title}: its table is at {t.ref}, must begin in A1")
            block = [[c.value for c in row] for row in sheet[t.ref]]
            if len(set(block[0])) != len(block[0]): odd.append(f"{sheet.title}: columns of one name")
            if "CSV file" not in block[0]: continue
            at = {name: block[0].index(name) for name in ("CSV file", "Figure id", "Printed", "Numerator", "Denominator")}
            for r in block[1:]:
                if r[at["Figure id"]]: held.setdefault(r[at["CSV file"]], []).append(tuple(str("" if r[at[n]] is None else r[at[n]]) for n in ("Figure id", "Printed", "Numerator", "Denominator")))
    named = {c.hyperlink.location.split("!")[0].strip("'").replace("''", "'") for row in book["Contents"].iter_rows() for c in row if c.hyperlink}
    if named != set(book.sheetnames[1:]): odd.append(f"Contents and sheets differ: {sorted(named ^ set(book.sheetnames[1:]))[:5]}")
    figures = 0
    for name, rows in tables(pack):
        mine = sorted((figure, text, part.get("numerator", ""), part.get("denominator", "")) for _, text, figure, part in figure_cells(rows) if figure)
        figures += len(mine)
        if sorted(held.pop(f"csv/{name}.csv", [])) != mine: odd.append(f"{name}.csv: the workbook has other figures")
    if held: odd.append(f"the workbook has figures of files that are not there: {sorted(held)[:3]}")
    if not figures: odd.append("no figure was compared")
    print(f"{len(book.sheetnames)} sheets, {figures} figures held against their CSV files")
    return odd


def docx(pack):
    import docx as word
    document = word.Document(pack / "brief.docx")
    front, odd = load(pack)["pack"]["front"], []
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    if not headings or document.paragraphs[0].style.name not in ("Title", "Normal"): odd.append(f"headings: {headings}")
    for t in document.tables:
        if not t.rows[0]._tr.xpath("./w:trPr/w:tblHeader"): odd.append(f"a table without a header row: {t.cell(0, 0).text}")
        if t.style.name != "Table Grid": odd.append(f"a table in the style {t.style.name}")
    rows = [[squeezed(c.text) for c in r.cells] for t in document.tables for r in t.rows]
    for s in front["shortfalls"]:
        if not any(len(r) == 5 and r[0].startswith(squeezed(f"{s['measure']} {s['region']}")) and squeezed(s["cell"]["text"]) in r[1] and squeezed(s["since"]) == r[2] for r in rows): odd.append(f"no row for the shortfall {s['measure']} {s['region']}")
    for h in front["headlines"]:
        if not any(len(r) == 6 and r[0].startswith(h["measure"]) and squeezed(h["region"]) in r[1] and squeezed(h["cell"]["text"]) in r[2] for r in rows): odd.append(f"no row for {h['measure']} {h['region']}")
    if any("vba" in p.partname.lower() for p in document.part.package.iter_parts()): odd.append("a macro")
    print(f"{len(headings)} headings, {len(document.tables)} tables, {len(rows)} rows read")
    return odd


def pdf(pack):
    odd = []
    run = lambda *cmd: subprocess.run(cmd, check=True, capture_output=True).stdout.decode("utf-8", errors="replace")
    text = squeezed(run("pdftotext", "-layout", str(pack / "pack.pdf"), "-"))
    front = load(pack)["pack"]
    for h in front["front"]["headlines"]:
        if squeezed(h["cell"]["text"]) not in text: odd.append(f"the PDF does not print {h['measure']} {h['region']}: {h['cell']['text']}")
    for s in front["sections"]:
        if s["id"] in front.get("evidence", []): continue
        if squeezed(s["heading"]) not in text: odd.append(f"the PDF has no heading {s['heading']!r}")
    pages = run("pdftotext", "-layout", str(pack / "pack.pdf"), "-").split("\f")[:-1]
    annex = next((n for n, p in enumerate(pages) if squeezed("Annex: what fell short, in full") in squeezed(p) and squeezed("Contents") not in squeezed(p)), None)
    if annex is None: odd.append("the PDF has no annex")
    elif annex > MOST_BRIEF or len(pages) - annex > MOST_ANNEX: odd.append(f"{annex} pages of brief, at most {MOST_BRIEF}; {len(pages) - annex} of annex, at most {MOST_ANNEX}")
    short = front["front"]["shortfalls"]
    if short and squeezed(short[0]["measure"]) not in squeezed(pages[0]): odd.append("page 1 does not have the worst shortfall")
    more = re.search(r"and (\d+) more, annex page (\d+)", pages[0])
    if more and annex is not None and int(more[2]) != annex + 1: odd.append(f"page 1 sends to page {more[2]}; the annex begins on {annex + 1}")
    fonts = [line.split() for line in run("pdffonts", str(pack / "pack.pdf")).splitlines()[2:]]
    # Columns from the right: object id (two numbers), uni, sub, emb.
    loose = [f[0] for f in fonts if f[-5] != "yes"]
    if loose or not fonts: odd.append(f"fonts that are not embedded: {loose or 'none found'}")
    print(f"{len(front['front']['headlines'])} headline figures found in {len(text)} characters; {len(fonts)} fonts embedded")
    return odd


def main():
    ways = {"plain": plain, "xlsx": xlsx, "docx": docx, "pdf": pdf}
    if len(sys.argv) != 3 or sys.argv[1] not in ways: sys.exit("usage: pack_files.py plain|xlsx|docx|pdf PACK")
    odd = ways[sys.argv[1]](pathlib.Path(sys.argv[2]))
    for o in odd[:40]: print("DIFFERS", o)
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
