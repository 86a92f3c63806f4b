#!/usr/bin/env python3
"""Opens a pack's HTML in a real browser and looks at what a reader would see.

    python3 tests/pack_browser.py [--chrome chromium] [--shots DIR] PACK/pack.html
    python3 tests/pack_browser.py --picture OUT.png --size 1200x800 PACK/pack.html

For a wide and a narrow window, light and dark: the page asks for nothing beyond its own file, the
console stays silent, the picture is not blank, no part is wider than the window (WCAG 1.4.10), and
each drawing has a size. With its sections folded the page has at most 30 screens of 1280x800; in a narrow window a
table that is scrolled to its end still shows its row headings and its figures; a link to a folded section opens it. The browser is driven over a pipe (its own debugging protocol); nothing but
the standard library is needed. A page with planted faults is opened first and must be found out.
"""
import argparse
import base64
import json
import os
import pathlib
import select
import struct
import subprocess
import sys
import tempfile
import time
import zlib

WINDOWS = [(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (320, 640, "light")]
MOST_SCREENS = 30
SCREEN = (1280, 800)
PATIENCE = 60  # seconds for one answer
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
         "--no-first-run", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-pipe"]
FAULTY = """<!DOCTYPE html><html lang="en"><title>x</title><body><div style="width:3000px">wide</div>
<img src="http://127.0.0.1:9/x.png" alt=""><svg width="0" height="0" role="img"></svg><script>console.error("planted")</script>
<div style="height:60000px"></div><div class="scroll" style="overflow:auto;width:200px"><table style="width:2000px"><tbody><tr><th>a</th><td class="key">1</td><td>b</td></tr></tbody></table></div>"""
LOOK = """JSON.stringify({wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth,
 flat: [...document.querySelectorAll('svg[role=img]')].filter(s => { const r = s.getBoundingClientRect(); return !(r.width && r.height) && !s.closest('details:not([open])'); }).length,
 high: document.documentElement.scrollHeight,
 lost: [...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth && s.querySelector('td.key') && (s.scrollLeft = s.scrollWidth, true)).filter(s => {
   const frame = s.getBoundingClientRect(); return [...s.querySelectorAll('tbody th, td.key')].some(c => { const r = c.getBoundingClientRect(); return r.right < frame.left + 20 || r.left > frame.right - 20; }); }).length,
 folded: [...document.querySelectorAll('details.evidence:not([open]) > div[id]')].slice(0, 3).filter(d => { location.hash = d.id; const open = d.parentElement.open; d.parentElement.open = false; return !open; }).length,
 words: document.body.innerText.length})"""


class Browser:
    """One browser and one page of it."""

    def __init__(self, chrome, home):
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()
        # The browser reads from 3 and writes to 4; both ends move out of the way first.
        high = [os.dup2(fd, at) for fd, at in ((to_read, 200), (to_write, 201))]

        def ends():
            os.dup2(200, 3)
            os.dup2(201, 4)

        self.process = subprocess.Popen([chrome, *FLAGS, f"--user-data-dir={home}", "about:blank"], preexec_fn=ends, pass_fds=(3, 4, *high),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for fd in (to_read, to_write, *high): os.close(fd)
        self.rest, self.number, self.events, self.session = b"", 0, [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"): self.ask(f"{domain}.enable")

    def message(self, until):
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], max(0.0, until - time.monotonic()))[0]: raise TimeoutError("the browser does not answer")
            got = os.read(self.read, 1 << 20)
            if not got: raise EOFError("the browser ended")
            self.rest += got
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, **params):
        self.number += 1
        call = {"id": self.number, "method": method, "params": params}
        if self.session: call["sessionId"] = self.session
        data = json.dumps(call).encode() + b"\0"
        while data: data = data[os.write(self.write, data):]
        until = time.monotonic() + PATIENCE
        while True:
            m = self.message(until)
            if m.get("id") == self.number:
                if "error" in m: raise RuntimeError(f"{method}: {m['error']}")
                return m["result"]
            self.events.append(m)

    def open(self, page, width, height, scheme):
        self.events.clear()
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=page.resolve().as_uri())
        until = time.monotonic() + PATIENCE
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events): self.events.append(self.message(until))

    def look(self): return json.loads(self.ask("Runtime.evaluate", expression=LOOK)["result"]["value"])

    def picture(self): return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def close(self):
        self.process.terminate()
        try: self.process.wait(10)
        except subprocess.TimeoutExpired: self.process.kill()


def pixels(png):
    """Width, height and the distinct colours of a picture of 8 bits a channel."""
    at, data, width, height, kind = 8, b"", 0, 0, 0
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + size]
        if name == b"IHDR": width, height, _, kind = struct.unpack(">IIBB", body[:10])
        if name == b"IDAT": data += body
        at += size + 12
    step = {2: 3, 6: 4}[kind]
    raw, before, colours = zlib.decompress(data), bytearray(width * step), {}
    for y in range(height):
        line = bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        method = raw[y * (width * step + 1)]
        for x in range(len(line)):
            a = line[x - step] if x >= step else 0
            b, c = before[x], before[x - step] if x >= step else 0
            if method == 1: line[x] = line[x] + a & 255
            elif method == 2: line[x] = line[x] + b & 255
            elif method == 3: line[x] = line[x] + (a + b) // 2 & 255
            elif method == 4:
                p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                line[x] = line[x] + (a if p <= q and p <= r else b if q <= r else c) & 255
        for x in range(0, len(line), step):
            key = bytes(line[x:x + 3])
            colours[key] = colours.get(key, 0) + 1
        before = line
    return width, height, colours


def offences(browser, page, window, shots):
    browser.open(page, *window)
    seen, png = browser.look(), browser.picture()
    if shots: (shots / f"{page.stem}-{window[0]}-{window[2]}.png").write_bytes(png)
    odd = []
    for e in browser.events:
        kind, p = e.get("method"), e.get("params", {})
        if kind == "Network.requestWillBeSent" and not p["request"]["url"].startswith(("data:", page.resolve().as_uri())): odd.append(f"asks for {p['request']['url'][:100]}")
        if kind == "Runtime.consoleAPICalled": odd.append(f"console {p['type']}: {p['args'][:1]}")
        if kind == "Runtime.exceptionThrown": odd.append(f"exception: {p['exceptionDetails'].get('text')}")
        if kind == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"): odd.append(f"log {p['entry']['level']}: {p['entry']['text'][:160]}")
    if seen["wide"] > seen["window"]: odd.append(f"the page is {seen['wide']} wide in a window of {seen['window']}")
    if window[0] == SCREEN[0] and seen["high"] > MOST_SCREENS * SCREEN[1]: odd.append(f"the page is {seen['high'] / SCREEN[1]:.1f} screens high, at most {MOST_SCREENS}")
    if window[0] < 700 and seen["lost"]: odd.append(f"{seen['lost']} tables lose row heading or figure when they are scrolled")
    if seen["folded"]: odd.append(f"{seen['folded']} folded sections are not opened by a link to them")
    if seen["flat"]: odd.append(f"{seen['flat']} drawings have no size")
    if seen["words"] < 500: odd.append(f"only {seen['words']} characters can be read")
    _, _, colours = pixels(png)
    if len(colours) < 16 or max(colours.values()) > 0.995 * sum(colours.values()): odd.append(f"the picture is blank ({len(colours)} colours)")
    return odd


def self_test(browser, folder):
    page = folder / "faulty.html"
    page.write_text(FAULTY)
    found = " ".join(offences(browser, page, WINDOWS[0], None) + offences(browser, page, WINDOWS[-1], None))
    missing = [w for w in ("asks for", "console", "wide in a window", "no size", "can be read", "blank", "screens high", "lose row heading") if w not in found]
    return [f"self-test: a faulty page does not show «{w}»" for w in missing]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--chrome", default="chromium")
    p.add_argument("--shots", type=pathlib.Path, help="keep the pictures there")
    p.add_argument("--picture", type=pathlib.Path, help="take one picture only")
    p.add_argument("--size", default="1200x800")
    p.add_argument("page", type=pathlib.Path)
    a = p.parse_args()
    if a.shots: a.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp:
        browser = Browser(a.chrome, str(pathlib.Path(tmp) / "profile"))
        try:
            if a.picture:
                browser.open(a.page, *(int(n) for n in a.size.split("x")), "light")
                a.picture.write_bytes(browser.picture())
                return
            odd = self_test(browser, pathlib.Path(tmp))
            for window in WINDOWS:
                found = offences(browser, a.page, window, a.shots)
                odd += [f"{window[0]} wide, {window[2]}: {o}" for o in found]
                print(f"{window[0]}x{window[1]} {window[2]}: {len(found)} offences")
        finally:
            browser.close()
    for o in odd[:40]: print(o)
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
