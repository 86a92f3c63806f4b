#!/usr/bin/env python3
"""Verifying and signing DUIS messages: ours beside python-xmlsec (libxml2 and OpenSSL), the same messages, in turns.

    python bench/signatures.py --ours target/release/examples/duis-signatures --packages DIR [--rounds 5 --seconds 2]

DIR is what tests/fetch-signing-tools.sh made. Both sides do the same duties on one thread: parse the bytes, find the certificate
by serial number among all of the keystore, canonicalise, digest, verify. Keys are parsed once on both sides. Ours also reads the
message's fields and judges who signed. The peer's work is done by its C libraries; Python's own share is a few microseconds a call.
Rates are of the thread's time on the processor, so that what else the machine does counts as little as it can.
Ends with 1 where a side refuses the message, or where ours verifies fewer a second than the peer.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import xmlsec
from lxml import etree

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


class Peer:
    def __init__(self, store):
        self.keys = {}
        for usages in json.loads(pathlib.Path(store).read_text()).values():
            for entries in usages.values():
                for serial, entry in entries.items():
                    self.keys[serial] = xmlsec.Key.from_memory(entry["certificate"], xmlsec.KeyFormat.CERT_PEM)
        self.parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)

    def verify(self, data):
        root = etree.fromstring(data, self.parser)
        node = root[-1]
        context = xmlsec.SignatureContext()
        context.key = self.keys[node[2][0][0][1].text]
        context.verify(node)


class Signing:
    """Signs as the peer would: a template put into a fresh tree."""

    def __init__(self, store, serial, unsigned):
        entry = next(e[serial] for u in json.loads(pathlib.Path(store).read_text()).values() for e in u.values() if serial in e)
        self.key = xmlsec.Key.from_memory(entry["privateKey"], xmlsec.KeyFormat.PEM)
        self.unsigned = unsigned

    def sign(self):
        root = etree.fromstring(self.unsigned)
        node = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformEcdsaSha256, ns="ds")
        root.append(node)
        reference = xmlsec.template.add_reference(node, xmlsec.constants.TransformSha256, uri="")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        context = xmlsec.SignatureContext()
        context.key = self.key
        context.sign(node)
        return etree.tostring(root)


def rate(work, seconds):
    times, began, used = 0, time.perf_counter(), time.thread_time()
    while time.perf_counter() - began < seconds:
        for _ in range(16):
            work()
        times += 16
    return times / (time.thread_time() - used)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ours", required=True)
    arguments.add_argument("--packages", required=True, type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=2.0, help="of each side in a round")
    given = arguments.parse_args()
    store = given.packages / "keystore.json"
    names = ("request-read-registers", "request-read-profile", "request-prenotification")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([given.ours, "build", store, folder], check=True)
        peer, rows = Peer(store), {}
        for message in names:
            path = folder / f"{message}.xml"
            data, unsigned = path.read_bytes(), (folder / f"{message}.plain.xml").read_bytes()
            root = etree.fromstring(data)
            signing = Signing(store, root.findtext(f".//{DSIG}X509SerialNumber"), unsigned)
            peer.verify(data)
            seen = rows.setdefault(message, {"bytes": len(data)})
            for turn in range(given.rounds):
                sides = [
                    lambda: {k: v["times"] * 1e9 / v["nanoseconds"] for k, v in json.loads(subprocess.run(
                        [given.ours, "rate", store, path, str(given.seconds)], check=True, capture_output=True, text=True).stdout).items() if k != "bytes"},
                    lambda: {"peer verify": rate(lambda: peer.verify(data), given.seconds), "peer sign": rate(signing.sign, given.seconds / 2)},
                ]
                # Who begins changes with the round.
                for side in sides if turn % 2 == 0 else reversed(sides):
                    for key, value in side().items():
                        seen.setdefault(key, []).append(value)
    slower = False
    print("rates a second, median of", given.rounds, "rounds (least to most); one thread")
    for message, seen in rows.items():
        print(f"\n{message}, {seen['bytes']} bytes")
        for key, values in seen.items():
            if key != "bytes":
                print(f"  {key:18} {statistics.median(values):10,.0f}   ({min(values):,.0f} to {max(values):,.0f})")
        ours, theirs = statistics.median(seen["read_and_verify"]), statistics.median(seen["peer verify"])
        print(f"  read and verify: {ours / theirs:.2f} times the peer; beyond the curve {1e6 / ours - 1e6 / statistics.median(seen['curve_alone']):.1f} µs")
        slower |= ours < theirs
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
