#!/usr/bin/env python3
"""Signatures and built messages against other people's tools.

    python tests/signatures.py --ours target/release/examples/duis-signatures --packages DIR

DIR is what tests/fetch-signing-tools.sh made: the published signing tool (a jar with the schema V5.1 inside) and the
published test keystore. Checked, in both directions and row by row:

- canonical forms equal libxml2's, byte for byte, on built, hostile and published messages;
- every message that we build is valid to the schema; what we sign, libxmlsec1 and the published tool accept;
- what the published tool signs, we accept;
- each change to a signed message has the outcome that the table says, with us, with libxmlsec1 and with the tool.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import zipfile

import xmlsec
from lxml import etree

DSIG = "http://www.w3.org/2000/09/xmldsig#"
DUIS = "http://www.dccinterface.co.uk/ServiceUserGateway"
VALIDATE, SIGN = "uk.co.smartdcc.boxed.xmldsig.Validate", "uk.co.smartdcc.boxed.xmldsig.Sign"
# Exit codes of the published tool.
GOOD, UNREADABLE, NO_KEY, REFUSED = 0, 2, 3, 10
SUPPLIER, OPERATOR, OTHER, SUPPLIER2, DSP = "90b3d51f30010000", "90b3d51f30020000", "00db123456780004", "90b3d51f30030000", "90b3d51f30000002"
DSP_SERIAL = "167048897159233642262001557408276884033"

failures = []
checks = 0


def check(what, good, detail=""):
    global checks
    checks += 1
    if not good:
        failures.append(what)
        print(f"FAILED: {what} {detail}"[:600])


class Jar:
    """The published tool. Each call starts a Java machine, about a second: calls run side by side."""

    def __init__(self, path):
        self.path = path
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2)
        self.calls = 0

    def _run(self, main, arguments):
        command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp", str(self.path), main, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=120)
        return done.returncode, done.stdout

    def start(self, main, *arguments):
        self.calls += 1
        return self.pool.submit(self._run, main, arguments)


class Keys:
    def __init__(self, path):
        self.by_serial = {}
        for eui, usages in json.loads(pathlib.Path(path).read_text()).items():
            for usage, entries in usages.items():
                for serial, entry in entries.items():
                    self.by_serial[serial] = dict(entry, eui=eui, usage=usage)

    def xml_serial(self, eui):
        return next(s for s, e in self.by_serial.items() if e["eui"] == eui and e["usage"] == "digitalSignature" and e["role"] in (135, 137))


def parse(data):
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))


def libxmlsec(data, keys):
    """The strict verifier: the certificate by serial number, then libxmlsec1."""
    try:
        root = parse(data)
        node = root.find(f"{{{DSIG}}}Signature")
        serial = node.findtext(f".//{{{DSIG}}}X509SerialNumber")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(keys.by_serial[serial]["certificate"], xmlsec.KeyFormat.CERT_PEM)
        context.verify(node)
        return True
    except (etree.XMLSyntaxError, xmlsec.Error, AttributeError, KeyError):
        return False


def ours(tool, *arguments):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{tool} {arguments[0]}: {done.stderr}")
    return dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)


def schema(jar, work):
    """The schema inside the jar, with the two repairs that libxml2 needs."""
    folder = work / "xsd"
    folder.mkdir()
    with zipfile.ZipFile(jar) as packed:
        for name in packed.namelist():
            if name.endswith(".xsd") or name.endswith(".dtd"):
                (folder / name.replace(" ", "_")).write_bytes(packed.read(name))
    duis = folder / "DUIS_Schema_V5.1.xsd"
    duis.write_text(duis.read_text().replace("MMC Schema V5.1.xsd", "MMC_Schema_V5.1.xsd"))
    core = folder / "xmldsig-core-schema.xsd"
    text, n = re.subn(r'(name="X509SerialNumber"\s+type=")(?:xs|xsd)?:?integer"', r'\1token"', core.read_text())
    if n != 1:
        raise SystemExit("the schema of signatures is not as it was")
    # The type `token` needs the prefix that `integer` had.
    prefix = re.search(r'name="X509SerialNumber"\s+type="((?:xs|xsd)?:?)integer"', core.read_text()).group(1)
    core.write_text(text.replace('type="token"', f'type="{prefix}token"'))
    local = etree.XMLParser(no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.parse(str(duis), local))


def without_signature(root):
    """Takes the signature out and leaves what stands behind it."""
    node = root.find(f"{{{DSIG}}}Signature")
    before, tail = node.getprevious(), node.tail or ""
    root.remove(node)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        root.text = (root.text or "") + tail


def canonical(data):
    root = parse(data)
    info = root.find(f"{{{DSIG}}}Signature/{{{DSIG}}}SignedInfo")
    info = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    without_signature(root)
    return etree.tostring(root.getroottree(), method="c14n", exclusive=False, with_comments=False), info


class Hostile:
    """Messages with everything in them that canonicalisation can get wrong, from a seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def text(self, in_attribute=False):
        pieces = ["a", "Ä", "\u20ac", "\U0001f600", " ", "\t", "\n", "\r\n", "\r", "&lt;", "&gt;" if not in_attribute else "&#62;", "&amp;", "&quot;", "&apos;", "&#13;",
                  "&#10;", "&#9;", "&#xD;", "&#x20;", "&#233;", "0", "'" if not in_attribute else "&#39;"]
        if not in_attribute:
            pieces += ["<![CDATA[<&>\r\n]]>", "<!-- c -->", "<?pi  some \r\n <data>?>", "<?empty?>", '"', ">"]
        return "".join(self.dice.choice(pieces) for _ in range(self.dice.randint(0, 6)))

    def space(self):
        return self.dice.choice([" ", "\n  ", "\t", " \r\n"])

    def element(self, depth, scope):
        scope = dict(scope)
        declared = []
        for prefix in self.dice.sample(["", "a", "b", "zz", "sr"], self.dice.randint(0, 2)):
            uri = self.dice.choice(["urn:x:1", "urn:x:2", "http://invented/x?q=1;y", DUIS])
            if prefix == "" and self.dice.random() < 0.3:
                uri = ""
            scope[prefix] = uri
            declared.append((f"xmlns:{prefix}" if prefix else "xmlns", uri))
        attributes, seen = [], set()
        for _ in range(self.dice.randint(0, 4)):
            prefix = self.dice.choice(["", "xml"] + [p for p, u in scope.items() if p and u])
            local = self.dice.choice(["x", "y", "lang", "Z", "a-b"])
            if prefix == "xml":
                local = "lang"
            key = (scope.get(prefix, prefix) if prefix else "", local)
            if key in seen:
                continue
            seen.add(key)
            attributes.append((f"{prefix}:{local}" if prefix else local, self.text(True)))
        everything = declared + attributes
        self.dice.shuffle(everything)
        prefix = self.dice.choice([p for p, u in scope.items() if u or not p])
        name = (prefix + ":" if prefix else "") + self.dice.choice(["One", "two", "T_3"])
        quote = self.dice.choice("\"'")
        tag = "".join(f"{self.space()}{n}{self.dice.choice(['=', ' = '])}{quote}{v}{quote}" for n, v in everything)
        if depth > 4 or self.dice.random() < 0.25:
            return f"<{name}{tag}{self.dice.choice(['', ' '])}/>"
        inside = "".join(self.text() + self.element(depth + 1, scope) for _ in range(self.dice.randint(0, 3))) + self.text()
        return f"<{name}{tag}>{inside}</{name}{self.dice.choice(['', ' '])}>"

    def message(self):
        p, d = self.dice.choice(["sr", "q", ""]), self.dice.choice(["ds", "", "sig"])
        colon, dcolon = (p + ":" if p else ""), (d + ":" if d else "")
        own = f'xmlns{":" + p if p else ""}="{DUIS}"'
        more = self.dice.choice(["", ' xmlns:unused="urn:u"', ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'])
        here = f' xmlns{":" + d if d else ""}="{DSIG}"'
        scope = {p: DUIS}
        s = lambda: self.dice.choice(["", "\n ", "\r\n", "<!-- x -->", "\t"])
        c = lambda: self.dice.choice(["", " ", "\n"])
        deep = self.dice.choice(["", f' xmlns:q1="urn:q1"', here])
        info = (f'<{dcolon}SignedInfo{deep}>{s()}<{dcolon}CanonicalizationMethod{c()} Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>{s()}'
                f'<{dcolon}SignatureMethod Algorithm = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"{c()}/>{s()}<{dcolon}Reference URI=""{deep}>{s()}'
                f"<{dcolon}Transforms>{s()}<{dcolon}Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>{s()}</{dcolon}Transforms>{s()}"
                f'<{dcolon}DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><{dcolon}DigestValue>{c()}AAAA&#13;\r\n{c()}</{dcolon}DigestValue>{s()}'
                f"</{dcolon}Reference>{s()}</{dcolon}SignedInfo>")
        signature = (f"<{dcolon}Signature{here}>{s()}{info}{s()}<{dcolon}SignatureValue>AAAA</{dcolon}SignatureValue>{s()}<{dcolon}KeyInfo><{dcolon}X509Data><{dcolon}X509IssuerSerial>"
                     f"<{dcolon}X509IssuerName>CN=T,OU=07</{dcolon}X509IssuerName><{dcolon}X509SerialNumber>1</{dcolon}X509SerialNumber></{dcolon}X509IssuerSerial></{dcolon}X509Data></{dcolon}KeyInfo></{dcolon}Signature>")
        outside = self.dice.choice(["", "<?before  x?>", "<!-- before -->", "\n<?a?>\n<?b c?>"])
        after = self.dice.choice(["", "\n", "<?after?>", "<!-- after -->\n<?x y\r\n?>"])
        declaration = self.dice.choice(["", '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0'?>\r\n"])
        return (f'{declaration}{outside}<{colon}Request{more} {own} schemaVersion="5.4">{s()}<{colon}Header/>{s()}<{colon}Body>{self.text()}{self.element(0, scope)}{self.text()}'
                f"</{colon}Body>{s()}{signature}{s()}</{colon}Request>{after}").encode()


def canonical_forms(tool, work, built, templates):
    folder = work / "canonical"
    folder.mkdir()
    dice = Hostile(2026)
    for i in range(1500):
        (folder / f"hostile-{i:04}.xml").write_bytes(dice.message())
    for path in built:
        if b"Signature" in path.read_bytes():
            (folder / path.name).write_bytes(path.read_bytes())
    for i, path in enumerate(templates):
        (folder / f"template-{i:03}.xml").write_bytes(path.read_bytes())
    refused = ours(tool, "canonical", folder)
    compared = 0
    for path in sorted(folder.glob("*.xml")):
        data = path.read_bytes()
        if path.name in refused:
            # What libxml2 finds well-formed and canonical we must not refuse.
            try:
                canonical(data)
                check(f"canonical {path.name}", False, f"refused as {refused[path.name]}: {data!r}")
            except (etree.XMLSyntaxError, etree.C14NError, ValueError):
                pass
            continue
        document, info = canonical(data)
        check(f"canonical {path.name}", path.with_suffix(".document").read_bytes() == document, f"\n{document!r}\n{path.with_suffix('.document').read_bytes()!r}")
        # A template's placeholder has a comment, and its signature may not fit the profile.
        if path.with_suffix(".info").read_bytes() or not path.name.startswith("template"):
            check(f"SignedInfo of {path.name}", path.with_suffix(".info").read_bytes() == info, f"\n{info!r}\n{path.with_suffix('.info').read_bytes()!r}")
        compared += 1
    check("canonical forms were compared", compared > 1400, f"only {compared}")
    print(f"canonical forms: {compared} equal to libxml2's, {len(refused)} refused by both")


def changes(signed, keys):
    """Changes to a signed request: name, the message, exit code of the tool, strict verdict, our verdict."""
    def sub(old, new, count=1):
        if old not in signed:
            raise SystemExit(f"the signed request has no {old!r}")
        return signed.replace(old, new, count)

    other = keys.xml_serial(OPERATOR).encode()
    mine = keys.xml_serial(SUPPLIER).encode()
    signature = re.search(rb"<(\w+:)?Signature[ >].*</(\w+:)?Signature>", signed, re.S).group(0)
    value = re.search(rb"SignatureValue>([^<]{20})", signed).group(1)
    digest = re.search(rb"DigestValue>([^<]{10})", signed).group(1)
    flip = lambda b: (b"A" if b[:1] != b"A" else b"B") + b[1:]
    root = re.search(rb"<sr:Request [^>]*>", signed).group(0)
    turned = b"<sr:Request schemaVersion" + re.search(rb' schemaVersion(="[^"]*")', root).group(1) + re.search(rb"<sr:Request( .*?) schemaVersion", root).group(1) + b">"
    issuer = re.search(rb"X509IssuerName>([^<]*)<", signed).group(1)
    return [
        ("none", signed, GOOD, True, "valid"),
        ("comment", sub(b"<sr:Body>", b"<!-- a comment --><sr:Body>"), GOOD, True, "valid"),
        ("CR removed from the value", signed.replace(b"&#13;", b""), GOOD, True, "valid"),
        ("order of namespace and version", signed.replace(root, turned), GOOD, True, "valid"),
        ("issuer text", signed.replace(issuer, b"CN=Other,OU=07"), GOOD, True, "valid"),
        ("body", sub(b"ReadInstantaneousImportRegisters", b"ReadInstantaneousExportRegisters", 2), REFUSED, False, "body-mismatch"),
        ("counter", sub(b":1775044800000<", b":1775044800001<"), REFUSED, False, "digest-mismatch"),
        ("schemaVersion", sub(b'schemaVersion="5.1"', b'schemaVersion="5.2"'), REFUSED, False, "digest-mismatch"),
        ("digest", signed.replace(digest, flip(digest)), REFUSED, False, "digest-mismatch"),
        ("value", signed.replace(value, flip(value)), REFUSED, False, "signature-mismatch"),
        ("unused namespace on the root", sub(b" schemaVersion", b' xmlns:unused="urn:unused" schemaVersion'), REFUSED, False, "digest-mismatch"),
        # The tool drops white space between elements before it digests; a strict verifier does not.
        ("white space between elements", sub(b"<sr:Body>", b"\n  <sr:Body>"), GOOD, False, "digest-mismatch"),
        ("white space in SignedInfo", re.sub(rb"(<(\w+:)?SignatureMethod)", rb"\n  \1", signed, count=1), GOOD, False, "signature-mismatch"),
        ("serial of another User", signed.replace(mine, other), REFUSED, None, "wrong-signer"),
        ("unknown serial", signed.replace(mine, b"12345678901234567890"), NO_KEY, None, "unknown-serial"),
        ("signature missing", signed.replace(signature, b""), REFUSED, None, "signature-missing"),
        ("word that is not in the list", signed.replace(b">4.1.1<", b">4.1.99<"), REFUSED, False, "unknown-service"),
        ("white space in a typed value", sub(b"Variant>4.1.1<", b"Variant> 4.1.1 <"), REFUSED, False, "digest-mismatch"),
        ("document type", b'<!DOCTYPE a [<!ENTITY b "c">]>' + re.sub(rb"^<\?xml[^>]*>", b"", signed), UNREADABLE, None, "doctype"),
        ("not XML", b"not XML at all", UNREADABLE, None, "not-well-formed"),
        ("empty", b"", UNREADABLE, None, "not-well-formed"),
    ]


def table_of_changes(tool, jar, keys, store, work, signed):
    folder = work / "changes"
    folder.mkdir()
    rows = changes(signed, keys)
    for i, (_, data, *_) in enumerate(rows):
        (folder / f"{i:02}.xml").write_bytes(data)
    runs = [jar.start(VALIDATE, folder / f"{i:02}.xml") for i in range(len(rows))]
    said = ours(tool, "verify", store, folder)
    for i, (name, data, code, strict, verdict) in enumerate(rows):
        check(f"change «{name}», ours", said[f"{i:02}.xml"] == verdict, f"{said[f'{i:02}.xml']}, not {verdict}")
        if strict is not None:
            check(f"change «{name}», libxmlsec1", libxmlsec(data, keys) == strict)
        found = runs[i].result()[0]
        check(f"change «{name}», the tool", found == code, f"{found}, not {code}")
    print(f"changes to a signed request: {len(rows)} rows")


def signed_by_the_tool(tool, jar, keys, store, work, built):
    """Requests of four Users and an answer, signed by the published tool."""
    folder = work / "theirs"
    folder.mkdir()
    plain = (built / "request-read-registers.plain.xml").read_bytes()
    runs = {}
    for eui in (SUPPLIER, OPERATOR, OTHER, SUPPLIER2):
        path = folder / f"{eui}.plain"
        dashed = "-".join(eui[i:i + 2] for i in range(0, 16, 2)).upper().encode()
        path.write_bytes(plain.replace(b"90-b3-d5-1f-30-01-00-00", dashed))
        runs[eui] = jar.start(SIGN, path, "--preserveCounter")
    certificate, key = folder / "dsp.pem", folder / "dsp.key.pem"
    certificate.write_text(keys.by_serial[DSP_SERIAL]["certificate"])
    key.write_text(keys.by_serial[DSP_SERIAL]["privateKey"])
    for name in ("answer", "acknowledgement"):
        runs[name] = jar.start(SIGN, built / f"response-{name}.plain.xml", "--preserveCounter", certificate, key)
    for name, run in runs.items():
        code, data = run.result()
        check(f"the tool signs {name}", code == 0 and b"Signature" in data, f"exit {code}")
        (folder / f"{name}.xml").write_bytes(data)
        check(f"libxmlsec1 accepts what the tool signed: {name}", libxmlsec(data, keys))
    said = ours(tool, "verify", store, folder)
    for name in runs:
        check(f"we accept what the tool signed: {name}", said[f"{name}.xml"] == "valid", said[f"{name}.xml"])
    return (folder / f"{SUPPLIER}.xml").read_bytes()


def messages_that_we_build(tool, jar, keys, store, work, built):
    rules = schema(jar.path, work)
    paths = sorted(built.glob("*.xml"))
    check("messages are built", len(paths) >= 80, str(len(paths)))
    # Something must be refused, or nothing is checked.
    wrong = parse((built / "response-answer.xml").read_bytes().replace(b">I0<", b">I1<"))
    check("the schema refuses what is wrong", not rules.validate(wrong))
    said = ours(tool, "verify", store, built)
    for path in paths:
        root, signed = parse(path.read_bytes()), not path.name.endswith(".plain.xml")
        # The schema takes a Request with or without signature.
        check(f"{path.name} is valid to the schema", rules.validate(root), str(rules.error_log.last_error))
        check(f"{path.name} verifies", said[path.name] == ("valid" if signed else "signature-missing"), said[path.name])
        if signed:
            check(f"libxmlsec1 accepts {path.name}", libxmlsec(path.read_bytes(), keys))
    some = ["request-read-registers", "request-signed-pre-command", "request-prenotification", "response-acknowledgement", "response-refusal", "response-answer",
            "response-pre-command", "response-inventory", "response-closed", "response-device-alert-throttled", "response-outage", "response-quarantine-user"]
    runs = [(name, jar.start(VALIDATE, built / f"{name}.xml")) for name in some]
    runs += [(name, jar.start(VALIDATE, built / f"{name}.plain.xml")) for name in ("response-refusal", "response-device-alert")]
    for name, run in runs:
        code = run.result()[0]
        check(f"the tool accepts {name}", code == GOOD, f"exit {code}")
    print(f"messages that we build: {len(paths)} valid to the schema and as signed; {len(runs)} shown to the tool")


def templates_signed(tool, keys, store, work, templates, rules):
    """Published templates, as we sign them: white space and placeholders go, the rest stays."""
    folder = work / "templates"
    folder.mkdir()
    mine = [p for p in templates if b">90-B3-D5-1F-30-01-00-00:" in p.read_bytes()]
    for i, path in enumerate(mine):
        (folder / f"{i:03}.xml").write_bytes(path.read_bytes())
    ours(tool, "sign", store, keys.xml_serial(SUPPLIER), folder)
    for i, path in enumerate(mine):
        data = (folder / f"{i:03}.signed").read_bytes()
        (folder / f"{i:03}.xml").write_bytes(data)
        check(f"libxmlsec1 accepts template {path.name}", libxmlsec(data, keys))
        check(f"template {path.name} is valid to the schema", rules.validate(parse(data)), str(rules.error_log.last_error))
        check(f"template {path.name} has no white space between elements", re.search(rb">\s+<", data) is None)
    said = ours(tool, "verify", store, folder)
    for i, path in enumerate(mine):
        check(f"template {path.name} verifies", said[f"{i:03}.xml"] == "valid", said[f"{i:03}.xml"])
    print(f"templates signed: {len(mine)}")


def certificates_of_ours(tool, work):
    """What we issue, OpenSSL reads (through libxmlsec1), and a message signed with it verifies."""
    folder = work / "own"
    folder.mkdir()
    ours(tool, "own", folder)
    data = (folder / "message.xml").read_bytes()
    for name, good in (("user.pem", True), ("device.pem", True), ("user.key.pem", True)):
        kind = xmlsec.KeyFormat.PEM if name.endswith(".key.pem") else xmlsec.KeyFormat.CERT_PEM
        context = xmlsec.SignatureContext()
        try:
            context.key = xmlsec.Key.from_memory((folder / name).read_text(), kind)
            context.verify(parse(data).find(f"{{{DSIG}}}Signature"))
            found = True
        except xmlsec.Error as error:
            found = error
        check(f"OpenSSL reads {name} and verifies with it", found is True, str(found))


def with_the_odd_certificate(jar, store, work):
    """The keystore, and the one published certificate that writes its role as decimal text."""
    known = json.loads(store.read_text())
    with zipfile.ZipFile(jar) as packed:
        pem = packed.read("dsp-xml-sign-90B3D51F30000002-ds-pre-1.4.1.pem").decode()
    known.setdefault(DSP, {}).setdefault("digitalSignature", {})["50669612984035780968362471400449834504"] = {"certificate": pem, "name": "older"}
    path = work / "keystore.json"
    path.write_text(json.dumps(known))
    return path


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ours", required=True, help="the example duis-signatures, built")
    arguments.add_argument("--packages", required=True, type=pathlib.Path, help="what tests/fetch-signing-tools.sh made")
    arguments.add_argument("--templates", type=pathlib.Path, help="the published templates")
    given = arguments.parse_args()
    jar, store = Jar(given.packages / "tool.jar"), given.packages / "keystore.json"
    keys = Keys(store)
    templates = sorted(p for p in given.templates.rglob("*") if p.suffix.lower() == ".xml") if given.templates else []
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        built = work / "built"
        built.mkdir()
        store = with_the_odd_certificate(jar.path, store, work)
        certificates_of_ours(given.ours, work)
        ours(given.ours, "build", store, built)
        canonical_forms(given.ours, work, sorted(built.glob("*.xml")), templates)
        messages_that_we_build(given.ours, jar, keys, store, work, built)
        signed = signed_by_the_tool(given.ours, jar, keys, store, work, built)
        table_of_changes(given.ours, jar, keys, store, work, signed)
        if templates:
            other = work / "again"
            other.mkdir()
            templates_signed(given.ours, keys, store, work, templates, schema(jar.path, other))
    print(f"{checks} checks, {jar.calls} calls of the published tool, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
