#!/usr/bin/env python3
"""README, its picture and the demo say the same.

  readme_demo.py check DEMO             compares README.md and docs/img/pack.png with a demo's folder
  readme_demo.py picture DEMO CHROME    makes docs/img/pack.png anew from the demo's pack

The picture bears the figures that it shows as a text chunk of the PNG. Figures and counts are compared only with
a demo of README's size; dates always.
"""
import html
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/img/pack.png"
KEYWORD = b"Northbound-figures"
SIZE = (1180, 1460)
# README's demo: the defaults of `northbound demo`.
METERS, SEED = 5000, 1
SHOWN_CHARACTERS = 2600  # of the page's text, about what the picture has
MONTHS = "January February March April May June July August September October November December".split()


def day(text):
    year, month, of_month = text.split("-")
    return int(of_month), MONTHS[int(month) - 1], year


def span(first, last):
    """«11 to 20 April 2026», of days of one month."""
    (a, month, year), (b, _, _) = day(first), day(last)
    return f"{a} to {b} {month} {year}"


def story(demo):
    """What README says of the demo, as the demo's own files have it."""
    registers = json.loads((demo / "input/registers.json").read_text())
    correction = json.loads((demo / "input/correction/correction.json").read_text())["corrections"][0]
    truth = json.loads((demo / "input/truth.json").read_text())
    fault = registers["faults"][0]
    left = f"{int(correction['last_day'][-2:]) + 1:02}"
    dates = [span(fault["from"], fault["to"]), span(fault["from"][:8] + left, fault["to"])]
    tests = truth["tests_logged"]["CSPN"]["rtt4"]
    counts = [f"simulates {truth['meters']:,} meters", f"{tests['in_time'] + tests['late']} tests were answered", f"{tests['unanswered']} that were never answered"]
    return dates, counts, (truth["meters"], truth["seed"]) == (METERS, SEED)


def page_text(demo):
    page = (demo / "pack/pack.html").read_text()
    page = re.sub(r"(?s)<(style|title|svg|nav)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def percentages(text):
    return sorted(set(re.findall(r"\d+(?:\.\d+)? ?%", text.replace("\u00a0", " ").replace("\u202f", " "))))


def chunks(png):
    at = 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def shown(png):
    """The figures that a picture bears."""
    for kind, data in chunks(png):
        if kind == b"tEXt" and data.startswith(KEYWORD + b"\0"):
            return json.loads(data[len(KEYWORD) + 1 :])
    return None


def with_figures(png, figures):
    text = chunk(b"tEXt", KEYWORD + b"\0" + json.dumps(figures).encode("ascii"))
    head = 8 + 12 + 13  # signature, IHDR
    return png[:head] + text + png[head:]


def offences(readme, figures, demo):
    dates, counts, full = story(demo)
    text, page = " ".join(readme.split()), page_text(demo)
    odd = [f"README does not say «{d}»" for d in dates if d not in text]
    if full:
        odd += [f"README does not say «{c}»" for c in counts if c not in text]
        if not figures: odd.append("docs/img/pack.png bears no figures: make it with this script")
        odd += [f"the picture shows {f}, which the demo's pack does not have" for f in figures or [] if f not in percentages(page)]
    issued = sorted((demo / "data/packs").glob("20*/v*/pack.html"))
    if not issued or issued[-1].read_bytes() != (demo / "pack/pack.html").read_bytes():
        odd.append("what the demo opens is not the newest issue")
    return odd, full


def self_test():
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b"")
    assert shown(png) is None and shown(with_figures(png, ["7.5 %"])) == ["7.5 %"], "self-test: text chunk"
    assert percentages("a 7.50 % b 12% c 7") == ["12%", "7.50 %"], "self-test: percentages"
    assert span("2026-04-11", "2026-04-20") == "11 to 20 April 2026", "self-test: dates"


def check(demo):
    readme, figures = (ROOT / "README.md").read_text(), shown(PICTURE.read_bytes())
    odd, full = offences(readme, figures, demo)
    # Planted: another day, another figure.
    dates, _, _ = story(demo)
    assert offences(" ".join(readme.split()).replace(dates[0], "1 to 2 April 2026"), figures, demo)[0] != odd, "self-test: a date is not compared"
    if full: assert offences(readme, (figures or []) + ["12.345 %"], demo)[0] != odd, "self-test: a figure is not compared"
    print("\n".join(odd) or f"README and the demo agree{'' if full else ' in their dates; figures need a demo of README’s size'}")
    return 1 if odd else 0


def picture(demo, chrome):
    if not story(demo)[2]: sys.exit(f"the picture shows a demo of {METERS} meters with seed {SEED}")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "pack.png"
        subprocess.run([chrome, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={out}", (demo / "pack/pack.html").resolve().as_uri()], check=True, capture_output=True)
        PICTURE.write_bytes(with_figures(out.read_bytes(), percentages(page_text(demo)[:SHOWN_CHARACTERS])))
    print(f"{PICTURE.relative_to(ROOT)}: {', '.join(shown(PICTURE.read_bytes()))}")
    return 0


self_test()
if sys.argv[1:2] == ["check"] and len(sys.argv) == 3: sys.exit(check(pathlib.Path(sys.argv[2])))
if sys.argv[1:2] == ["picture"] and len(sys.argv) == 4: sys.exit(picture(pathlib.Path(sys.argv[2]), sys.argv[3]))
sys.exit(__doc__)
