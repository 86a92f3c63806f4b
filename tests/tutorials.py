#!/usr/bin/env python3
"""Pages that are run as written, on a copy of a demo's folder.

  tutorials.py console BINARY DEMO PAGE…   runs the commands of ```console blocks
  tutorials.py python PYTHON DEMO PAGE…    runs the ```python blocks of a page, as one program each page

In a console block a line that begins with `$ ` is a command; the lines below it must be in its output, in this order.
`…` is any text. A command ends with 0, or with the code in a line `(exit code 7)`. One that ends with ` &` runs on until
the page is done. In a page of Python the lines of ```text blocks must be in the output of the program so far.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS = 120


def blocks(text):
    return re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", text)


def plain(line):
    return " ".join(line.split())


def missing(expected, output):
    """The first of the expected lines that is not in the output after those before it."""
    at, lines = 0, [plain(line) for line in output.splitlines()]
    for line in expected:
        pattern = re.compile(".*".join(re.escape(part) for part in plain(line).split("…")))
        while at < len(lines) and not pattern.fullmatch(lines[at]): at += 1
        if at == len(lines): return line
        at += 1
    return None


def commands(text):
    """Command, lines below it."""
    found = []
    for kind, block in blocks(text):
        if kind != "console": continue
        lines = iter(block.splitlines())
        for line in lines:
            if line.startswith("$ "):
                command = line[2:]
                while command.endswith("\\"): command = command[:-1] + next(lines).strip()
                found.append((command, []))
            elif line.strip(): found[-1][1].append(line)
    return found


def run_console(page, folder, environment):
    running, odd = [], []
    for command, expected in commands(page.read_text()):
        if command.startswith("export "):
            key, value = command[len("export ") :].split("=", 1)
            environment[key] = value
            continue
        code = next((int(m[1]) for e in expected if (m := re.fullmatch(r"\(exit code (\d+)\)", e.strip()))), 0)
        expected = [e for e in expected if not re.fullmatch(r"\(exit code \d+\)", e.strip())]
        if command.endswith(" &"):
            out = open(folder / f"background-{len(running)}", "w+")
            # Its own group, so that what the shell starts ends with it.
            running.append(subprocess.Popen(["bash", "-c", "exec " + command[:-2]], cwd=folder, env=environment, stdout=out, stderr=subprocess.DEVNULL))
            for _ in range(SECONDS * 5):
                time.sleep(0.2)
                gone = missing(expected, pathlib.Path(out.name).read_text())
                if not gone: break
            if gone: odd.append(f"{page.name}: `{command}` did not print {gone!r}")
            continue
        ran = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS)
        gone = missing(expected, ran.stdout)
        if ran.returncode != code: odd.append(f"{page.name}: `{command}` ended with {ran.returncode}, not {code}: {ran.stderr.strip()[:400]}")
        elif gone: odd.append(f"{page.name}: `{command}` does not print {gone!r}; it prints:\n{ran.stdout[:1500]}")
    for process in running:
        process.terminate()
        process.wait()
    return odd


def run_python(page, python, folder):
    program, odd = "", []
    for kind, block in blocks(page.read_text()):
        if kind == "python": program += block
        if kind != "text": continue
        ran = subprocess.run([python, "-c", program], cwd=folder, capture_output=True, text=True, timeout=SECONDS)
        gone = missing([line for line in block.splitlines() if line.strip()], ran.stdout)
        if ran.returncode: odd.append(f"{page.name}: ended with {ran.returncode}: {ran.stderr[-800:]}")
        elif gone: odd.append(f"{page.name}: does not print {gone!r}; it prints:\n{ran.stdout[-1500:]}")
    return odd


def self_test():
    page = "```console\n$ printf 'a  1\\nb\\n'\na …\nb\n$ false\n(exit code 1)\n```\n"
    wrong = page.replace("\nb\n$", "\nc\n$")
    with tempfile.TemporaryDirectory() as name:
        for text, right in [(page, True), (wrong, False), (page.replace("(exit code 1)\n", ""), False)]:
            path = pathlib.Path(name) / "page.md"
            path.write_text(text)
            assert (not run_console(path, pathlib.Path(name), dict(os.environ))) == right, f"self-test: {text}"
        path.write_text("```python\nprint('x 1')\n```\n```text\nx …\n```\n")
        assert not run_python(path, sys.executable, name), "self-test: Python"
        path.write_text(path.read_text().replace("\nx …", "\ny …"))
        assert run_python(path, sys.executable, name), "self-test: a line that is not printed"


def main(how, program, demo, pages):
    odd = []
    for page in map(pathlib.Path, pages):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            shutil.copytree(demo, folder / "demo-out")
            if how == "python":
                odd += run_python(page, program, folder)
                continue
            (folder / "bin").mkdir()
            (folder / "bin/northbound").symlink_to(pathlib.Path(program).resolve())
            own = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), "USER": "reader", "NO_COLOR": "1", "COLUMNS": "400"}
            odd += run_console(page, folder, own)
    print("\n".join(odd) or f"{len(pages)} pages do what they say")
    return 1 if odd else 0


self_test()
if len(sys.argv) < 5 or sys.argv[1] not in ("console", "python"): sys.exit(__doc__)
sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
