#!/usr/bin/env python3
"""House rules that a machine can hold, over all tracked files (CONTRIBUTING.md says them in words).

    python3 tests/house.py

Each rule is tried on a planted offence first: a rule that finds nothing there fails by itself.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST = 600  # lines of a Rust file
SCREEN = 60  # lines of a function as rustfmt leaves it
HALF = 200  # lines; half of the Rust files are shorter
# Files over LONGEST and functions over SCREEN, with the lines that they may have at most. The lists only shrink: an entry that
# is longer than needed, or not needed any more, is an offence too. `python3 tests/house.py --shrink` rewrites them.
# What stays after the crates are divided has its reason behind the number.
LONG_FILES = {
    # begin long files
    # end long files
}
LONG_FUNCTIONS = {
    # begin long functions
    # end long functions
}
# Which crate may use which (ARCHITECTURE.md, code map). A crate not named here may use every crate.
MAY_USE = {
    "types": set(),
    "rules": {"types"},
    "duis": {"types", "rules"},
    "flow": {"types", "rules"},
    "gbcs": {"types"},
    "emulator": {"types", "gbcs"},
    "sim": {"types", "rules", "gbcs", "flow", "emulator"},
    "ledger": {"types", "rules"},
    "registers": {"types", "rules"},
    "measures": {"types", "rules"},
    "ingest": {"types", "rules", "duis", "ledger", "registers"},
    "keys": {"types", "duis", "gbcs"},
    "transport": set(),
    "client": {"types", "duis", "gbcs", "flow", "keys", "transport"},
    "gateway": {"types", "rules", "duis", "gbcs", "flow", "emulator", "ledger", "registers", "keys", "transport", "client"},
    "documents": {"types"},
    "minutes": {"types", "documents"},
    "packs": {"types", "rules", "documents", "ledger", "registers", "measures"},
    "terminal": {"types", "app"},
}
# Crates, or paths inside a crate, that read no clock, open no file and no socket.
PURE = {"types", "gbcs", "measures", "minutes", "emulator/src/model", "flow"}

# The command line: flags, wiring and printing. Everything else is a use-case in crates/app.
COMMAND_LINE = "crates/northbound/src/"
# Lines as rustfmt leaves them, tests aside, for each command of the table in `access` (docs/adr/0045).
LINES_A_COMMAND = 19
COMMANDS = r"crates/app/src/access/\w+\.rs"

# Name, files it looks at, pattern, an offence that must be found.
RULES = [
    ("a path of somebody's machine", r".*", r"(?<![A-Za-z0-9_.$}])/(?:home|root|Users|work|farm)/\w", "see /" + "home/kim"),
    ("a registry's host name", r"(?!.*(?:\.lock|package-lock\.json)$).*", r"registry\.npm|static\.crates\.io|index\.crates\.io|files\.pythonhosted|pypi\.org|deb\.debian\.org", "pypi" + ".org"),
    ("a stub or a test switched off", r".*\.rs", r"\btodo!\(|\bunimplemented!\(|#\[ignore|\bFIXME\b|\bX{3}\b", "#[" + "ignore]"),
    ("serde(flatten) or serde(untagged)", r".*\.rs", r"serde\([^)]*\b(?:flatten|untagged)\b", "#[serde(" + "flatten)]"),
    ("a lint switched off without a reason", r".*\.rs", r"#!?\[(?:allow|expect)\((?![^\]]*reason)", "#[" + "allow(dead_code)]"),
    ("a drawer for leftovers", r".*\.rs", r"^\s*(?:pub(?:\([^)]*\))? )?mod (?:util|utils|common|helpers|misc)\b", "mod " + "util;"),
    ("printing from a library crate", r"crates/(?!northbound/|[a-z]+/(?:tests|examples)/).*\.rs", r"\b(?:println|print|eprintln|eprint|dbg)!\(", "print" + "ln!(1)"),
    # about.rs writes the manual pages, which clap makes of the flags.
    ("a file or a register in the command line", rf"{COMMAND_LINE}(?!about\.rs).*\.rs", r"\bstd::fs\b|\bfs::|\bFile::(?:open|create)|\.store\(\)|\.gate\(|\bbegin_import\(", "ctx" + ".store()"),
    ("a command line or printing in the use-cases", r"crates/app/.*\.rs", r"\bclap\b|\b(?:println|print|eprintln|eprint)!\(|std::io::stdout|io::stderr", "use " + "clap::Args;"),
    ("a clock or a file in a pure crate", rf"crates/(?:{'|'.join(p if '/' in p else p + '/src' for p in sorted(PURE))})(?:/(?!.*tests?).*)?\.rs", r"\bstd::(?:fs|net|process)\b|SystemTime::now|Instant::now", "std::" + "fs::read"),
]


def tracked():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in names:
        path = ROOT / name
        if not name or not path.is_file(): continue
        data = path.read_bytes()
        if b"\0" not in data[:8000]: yield name, data.decode("utf-8", errors="replace")


def offences(name, text):
    found = []
    for rule, files, pattern, _ in RULES:
        if not re.fullmatch(files, name) or name == "tests/house.py": continue
        for m in re.finditer(pattern, text, flags=re.M):
            found.append(f"{name}:{text.count(chr(10), 0, m.start()) + 1}: {rule}: {m.group(0).strip()!r}")
    return found


FUNCTION = re.compile(r'^( *)(?:pub(?:\([^)]*\))? )?(?:default )?(?:const )?(?:async )?(?:extern "C" )?fn (\w+)')


def functions(text):
    """Name and lines of each function, by the indentation that rustfmt gives."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        m = FUNCTION.match(line)
        if not m: continue
        for end in range(start, len(lines)):
            body = lines[end]
            if body == m.group(1) + "}": break
            if body.startswith(m.group(1)) and not body.startswith(m.group(1) + " ") and body.endswith((";", "}")): break
        yield m.group(2), end - start + 1


def lengths(name, text):
    """Files and functions that are over their limit, as {key: lines}."""
    files, long = {}, {}
    if text.count("\n") > LONGEST: files[name] = text.count("\n")
    for function, lines in functions(text):
        key = f"{name}::{function}"
        if lines > SCREEN: long[key] = max(lines, long.get(key, 0))
    return files, long


def against(allowed, found, what, limit):
    """What is over its limit and not listed, or longer than listed; and entries that say more than is needed."""
    odd = [f"{k}: {n} lines, {what} has at most {allowed.get(k, limit)}" for k, n in found.items() if n > allowed.get(k, limit)]
    return odd + [f"tests/house.py: {k} is listed with {n} lines and has {found.get(k, f'at most {limit}')}; the list only shrinks" for k, n in allowed.items() if found.get(k, 0) < n]


def shrink(files, long):
    """Takes out of this file what is not needed any more and lowers what became shorter; adds nothing."""
    text = pathlib.Path(__file__).read_text()
    for mark, allowed, found in (("long files", LONG_FILES, files), ("long functions", LONG_FUNCTIONS, long)):
        head, rest = text.split(f"    # begin {mark}\n", 1)
        body, tail = rest.split(f"    # end {mark}\n", 1)
        kept = ""
        for line in body.splitlines(keepends=True):
            key = line.split('"')[1]
            if key in found: kept += line.replace(f": {allowed[key]},", f": {min(allowed[key], found[key])},")
        text = f"{head}    # begin {mark}\n{kept}    # end {mark}\n{tail}"
    pathlib.Path(__file__).write_text(text)


def dependencies(name, text):
    """Uses of other crates outside [dev-dependencies] that the code map does not allow."""
    crate = re.fullmatch(r"crates/([a-z]+)/Cargo\.toml", name)
    if not crate or crate.group(1) not in MAY_USE: return []
    section, found = "", []
    for line in text.splitlines():
        section = line.strip() if line.startswith("[") else section
        used = re.match(r"northbound-([a-z]+)\b", line)
        if used and section == "[dependencies]" and used.group(1) not in MAY_USE[crate.group(1)]:
            found.append(f"{name}: {crate.group(1)} may not use {used.group(1)} (ARCHITECTURE.md, code map)")
    return found


def undeclared(files):
    """Files of tests/ that the one test program of their crate does not list: their tests would never run."""
    found = []
    for name, text in files.items():
        here = re.fullmatch(r"(crates/[a-z]+/tests)/main\.rs", name)
        if not here: continue
        listed = set(re.findall(r"^mod (\w+);", text, flags=re.M))
        for other in files:
            one = re.fullmatch(re.escape(here.group(1)) + r"/(\w+)\.rs", other)
            if one and one.group(1) != "main" and one.group(1) not in listed: found.append(f"{other}: not listed in {name}, so it never runs")
    folders = [n.rsplit("/", 1)[0] for n in files if re.fullmatch(r"crates/[a-z]+/tests/\w+\.rs", n)]
    alone = {f for f in folders if folders.count(f) > 1 and f + "/main.rs" not in files}
    return found + [f"{a}: integration tests are one program, {a}/main.rs" for a in sorted(alone)]


def command_line(files):
    """The command line has a limit for each command, so that use-cases do not grow in it again."""
    lines = sum(text.split("#[cfg(test)]")[0].count("\n") for name, text in files.items() if name.startswith(COMMAND_LINE))
    commands = sum(len(re.findall(r'^    (?:\w+|Command::\w+)\(\s*"', text, flags=re.M)) for name, text in files.items() if re.fullmatch(COMMANDS, name))
    most = commands * LINES_A_COMMAND
    return [f"{COMMAND_LINE}: {lines} lines without tests, at most {most} for {commands} commands"] if lines > most else []


def self_test():
    odd = []
    for rule, files, _, offence in RULES:
        name = next(n for n in ("crates/types/src/x.rs", "crates/app/src/x.rs", "crates/northbound/src/x.rs", "crates/ledger/src/x.rs", "README.md") if re.fullmatch(files, n))
        if not any(rule in o for o in offences(name, offence + "\n")): odd.append(f"self-test: the rule «{rule}» misses {offence!r}")
    planted = "std::" + "fs::read\n"
    if not offences("crates/emulator/src/model/x.rs", planted) or offences("crates/emulator/src/devices/x.rs", planted): odd.append("self-test: a pure path inside a crate")
    if not lengths("x.rs", "\n" * (LONGEST + 1))[0] or lengths("x.rs", "\n" * LONGEST)[0]: odd.append("self-test: length of files")
    for lines, too_long in ((SCREEN, False), (SCREEN + 1, True)):
        text = "    fn one(\n        a: u8,\n    ) -> u8 {\n" + "        a\n" * (lines - 4) + "    }\n\n    fn two();\n"
        if bool(lengths("x.rs", text)[1]) != too_long: odd.append(f"self-test: a function of {lines} lines")
    if not against({}, {"x": 61}, "a function", SCREEN) or not against({"x": 62}, {"x": 61}, "a function", SCREEN) or not against({"x": 61}, {}, "a function", SCREEN) or against({"x": 61}, {"x": 61}, "a function", SCREEN):
        odd.append("self-test: lists that only shrink")
    table = {"crates/app/src/access/x.rs": '    reads("a list", Who::Readers),\n    changes("a add", Who::Readers),\n'}
    for lines in (2 * LINES_A_COMMAND, 2 * LINES_A_COMMAND + 1):
        if bool(command_line(table | {COMMAND_LINE + "x.rs": "\n" * lines + "#[cfg(test)]\n" * 9})) != (lines > 2 * LINES_A_COMMAND): odd.append("self-test: length of the command line")
    one = {"crates/x/tests/main.rs": "mod a;\n", "crates/x/tests/a.rs": ""}
    if undeclared(one) or not undeclared(one | {"crates/x/tests/b.rs": ""}) or not undeclared({"crates/y/tests/a.rs": "", "crates/y/tests/b.rs": ""}): odd.append("self-test: test programs")
    if not dependencies("crates/types/Cargo.toml", "[dependencies]\nnorthbound-rules.workspace = true\n"): odd.append("self-test: crates")
    return odd


def main():
    odd, files, rust, long_files, long_functions, tests = self_test(), 0, [], {}, {}, {}
    for name, text in tracked():
        files += 1
        odd += offences(name, text) + dependencies(name, text)
        if not name.endswith(".rs"): continue
        rust.append(text.count("\n"))
        tests[name] = text
        here = lengths(name, text)
        long_files |= here[0]
        long_functions |= here[1]
    if sys.argv[1:] == ["--shrink"]: return shrink(long_files, long_functions)
    odd += against(LONG_FILES, long_files, "a file", LONGEST) + against(LONG_FUNCTIONS, long_functions, "a function", SCREEN)
    odd += undeclared(tests) + command_line(tests)
    rust.sort()
    if rust and rust[len(rust) // 2] >= HALF: odd.append(f"half of the Rust files have {rust[len(rust) // 2]} lines or more, at most {HALF - 1}")
    for o in odd: print(o)
    if rust: print(f"{files} files; {len(rust)} of Rust: median {rust[len(rust) // 2]} lines, 90% at most {rust[len(rust) * 9 // 10]}, longest {rust[-1]}; {len(long_functions)} functions over {SCREEN} lines; {len(odd)} offences")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
