"""Claims about real behaviour, each checked by running the installed command in the laboratory network."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NUMBER = {"passed": 0, "failed": 0}

HOSTILE = {
    "d-timeout-lab.com": "timeout",
    "d-servfail-lab.com": "servfail",
    "d-lame-lab.com": "servfail",
    "d-aaaa-lab.com": "timeout",
    "d-caa-lab.com": "servfail",
    "d-sec-wrongds-lab.com": "servfail",
    "nobody-home-lab.com": "servfail",
    "expired.hostile-lab.net": "certificate_invalid",
    "tlshang.hostile-lab.net": "timeout",
    "tls10.hostile-lab.net": "tls_error",
    "drip.hostile-lab.net": "timeout",
    "gzipbomb.hostile-lab.net": "too_large",
    "redirloop.hostile-lab.net": "too_many_redirects",
    "redirprivate.hostile-lab.net": "blocked_address",
    "redirfile.hostile-lab.net": "redirect_refused",
    "garbage.hostile-lab.net": "malformed",
    "headers.hostile-lab.net": "too_large",
    "s429.hostile-lab.net": "rate_limited",
    "s500.hostile-lab.net": "http_status",
    "closed.hostile-lab.net": "connection_refused",
}


VANITY = {
    "vanity-shop.com": ("dns", "ns1"),
    "flattened.dev": ("cdn", "cloudflare"),
    "agency.co.uk": ("hosting", "vercel"),
    "sechs.io": ("hosting", "hetzner"),
    "split.org": ("dns", "azure-dns"),
    "app.split.org": ("dns", "route53"),
    "mailonly.org": ("registrar", "gandi"),
    "intranet-only.com": ("dns", "ovh"),
}

FAULTS = {
    "name servers": """
dns_faults:
  - {server: dns1.p01.nsone.net, kind: servfail}
  - {server: ns-20-b.gandi.net, kind: timeout}
""",
    "registries and stores": """
service_faults:
  - {host: play.google.com, kind: status, status: 429}
  - {host: f-droid.org, kind: hang}
  - {host: rdap.publicinterestregistry.org, kind: malformed-json}
  - {host: rdap.db.ripe.net, kind: status, status: 500}
""",
    "legs of the web site": """
blackhole: [151.101.1.7/32, 51.38.99.20/32]
""",
}
NOWHERE = "45.90.28.1"
"""An address behind which nothing answers."""

LONGEST = 46
"""Seconds: the deadline of a scan, and what it takes to start and to write."""


def check(claim: str, holds: bool, seen: object = "") -> None:
    NUMBER["passed" if holds else "failed"] += 1
    print(f"{'ok  ' if holds else 'FAIL'} {claim}{'' if holds else f': {seen}'}", flush=True)


def scan(hostaudit: str, words: str) -> None:
    """Inside the network: scan, and print one line of JSON with the report and how the command ended.

    ``words``: a domain, and the options to scan it with.
    """
    domain, *options = words.split()
    with tempfile.TemporaryDirectory() as place:
        report, evidence = Path(place) / "report.json", Path(place) / "evidence.json"
        command = [hostaudit, "scan", domain, "--format", "json", "-o", str(report), "--save-evidence", str(evidence)]
        started = time.monotonic()
        done = subprocess.run([*command, *options], capture_output=True, text=True)
        seconds = time.monotonic() - started
        again = subprocess.run(
            [hostaudit, "analyse", str(evidence), "--format", "json"], capture_output=True, text=True
        )
        found = json.loads(report.read_text()) if report.exists() else None
        row = {
            "asked": words,
            "code": done.returncode,
            "seconds": seconds,
            "stderr": done.stderr,
            "report": found,
            "same": report.exists() and report.read_text() == again.stdout,
        }
    print(json.dumps(row), flush=True)


def run(options: argparse.Namespace, topology: str | Path, *domains: str) -> dict[str, dict]:
    """The reports on some domains of a topology, two scans at a time."""
    inner = [sys.executable, __file__, "--hostaudit", options.hostaudit, "--inside", *domains]
    done = subprocess.run(
        [str(options.lab), "run", "--quiet", str(topology), "--", *inner], capture_output=True, text=True, timeout=400
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(rows) != len(domains):
        sys.exit(f"{topology}: {len(rows)} of {len(domains)} scans came back\n{done.stderr[-2000:]}")
    return {row["asked"]: row for row in rows}


def parents(report: dict, *, names: bool = False) -> list[str]:
    return [
        point["failure_domain"]["id"]
        for point in report["spofs"]
        if point["failure_domain"]["kind"] == "parent" and (names or not point["name_only"])
    ]


def on_one_company(options: argparse.Namespace) -> dict:
    """Parler's site, and the ends of the scale: a name that does not exist, no network; gives the report."""
    asked = ("parler.com --host api.parler.com", "no-such-lab-domain.com", f"parler.com --resolver {NOWHERE}")
    row, gone, dark = map(run(options, "parler-2021.yaml", *asked).__getitem__, asked)
    report = row["report"]
    check(
        "parler-2021: Amazon is the first single point of failure", parents(report)[:1] == ["amazon"], parents(report)
    )
    ended = {each["id"] for each in report["spofs"][0]["functions"] if each["effect"] == "down"}
    check("parler-2021: it takes down web and API alone", {"web", "web:api.parler.com"} <= ended, ended)
    check("parler-2021: the score is below 15", report["score"]["high"] < 15, report["score"])
    check("parler-2021: both stores are single points for installs", {"apple", "alphabet"} <= set(parents(report)))
    check("parler-2021: no fallback", report["fallbacks"] == [], report["fallbacks"])
    check("parler-2021: exit 0", row["code"] == 0, row["stderr"])
    check("parler-2021: analyse gives the same report byte for byte", row["same"])
    check("a name that does not exist fails with exit 1", gone["code"] == 1 and gone["report"]["verdict"] == "fail")
    check("... and the sentence says so", "does not exist" in gone["report"]["summary"], gone["report"]["summary"])
    verdict = (dark["code"], dark["report"]["verdict"])
    check("a resolver that never answers is inconclusive, exit 3", verdict == (3, "inconclusive"), verdict)
    check("... within the deadline", dark["seconds"] < LONGEST, dark["seconds"])
    check("... and the sentence says so", "could be learnt" in dark["report"]["summary"], dark["report"]["summary"])
    return report


def on_several(options: argparse.Namespace, captive: dict) -> None:
    """A site with two independent legs in every role, as it is and under faults."""
    sound = run(options, "redundant.yaml", "steadfast.org")["steadfast.org"]["report"]
    check("redundant: no parent is of order 1 but for names", parents(sound) == [], parents(sound))
    check("redundant: at least 60 points above", sound["score"]["low"] - captive["score"]["high"] >= 60, sound["score"])
    with tempfile.TemporaryDirectory() as place:
        for name, lines in FAULTS.items():
            path = Path(place) / "faulty.yaml"
            path.write_text(f"include: [{options.lab.resolve().parent}/topologies/redundant.yaml]\n{lines}", "utf-8")
            row = run(options, path, "steadfast.org")["steadfast.org"]
            report = row["report"]
            lost = len(report["unknowns"]) > len(sound["unknowns"])
            check(f"redundant, faults of {name}: they are unknown", lost, report["unknowns"])
            seen = (report["score"], sound["score"])
            check(f"redundant, faults of {name}: no better score", seen[0]["low"] <= seen[1]["low"], seen)
            check(f"redundant, faults of {name}: in time", row["seconds"] < LONGEST, row["seconds"])


def under_other_names(options: argparse.Namespace) -> None:
    """Sites that hide their operators behind names of their own."""
    found = {domain: row["report"] for domain, row in run(options, "vanity.yaml", *VANITY).items()}
    for domain, (role, provider) in VANITY.items():
        providers = {row["provider"] for row in found[domain]["dependencies"] if row["role"] == role}
        check(f"vanity: {role} of {domain} is {provider}", provider in providers, providers)
    blocked = [each["cause"] for each in found["intranet-only.com"]["unknowns"]]
    check("vanity: private addresses are not connected to", "blocked_address" in blocked, blocked)


def among_faults(options: argparse.Namespace) -> None:
    """Every fault is unknown with its cause, and ends in time."""
    found = run(options, "hostile.yaml", *HOSTILE)
    for domain, cause in HOSTILE.items():
        row = found[domain]
        causes = {each["cause"] for each in (row["report"] or {"unknowns": []})["unknowns"]}
        check(f"hostile: {domain} is unknown({cause})", cause in causes, f"{causes} {row['stderr']}")
        orderly = row["seconds"] < LONGEST and row["code"] in (0, 3)
        check(f"hostile: {domain} ends in time and in order", orderly, (row["seconds"], row["code"]))
        check(f"hostile: {domain} is analysed the same", row["same"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, default=Path())
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--inside", nargs="+")
    options = parser.parse_args()
    if options.inside:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda words: scan(options.hostaudit, words), options.inside))
        return
    captive = on_one_company(options)
    on_several(options, captive)
    under_other_names(options)
    among_faults(options)
    print(f"{NUMBER['passed']} passed, {NUMBER['failed']} failed")
    sys.exit(1 if NUMBER["failed"] else 0)


if __name__ == "__main__":
    main()
