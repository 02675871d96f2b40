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


def check(claim: str, holds: bool, seen: object = "") -> None:
    NUMBER["passed" if holds else "failed"] += 1
    print(f"{'ok  ' if holds else 'FAIL'} {claim}{'' if holds else f': {seen}'}", flush=True)


def scan(hostaudit: str, domain: str, *options: str) -> None:
    """Inside the network: scan, and print one line of JSON with the report and how the command ended."""
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
            "domain": domain,
            "code": done.returncode,
            "seconds": seconds,
            "stderr": done.stderr,
            "report": found,
            "same": report.exists() and report.read_text() == again.stdout,
        }
    print(json.dumps(row), flush=True)


def run(options: argparse.Namespace, topology: str, *domains: str) -> dict[str, dict]:
    """The reports on some domains of a topology, two scans at a time."""
    inner = [sys.executable, __file__, "--hostaudit", options.hostaudit, "--inside", *domains]
    done = subprocess.run(
        [str(options.lab), "run", "--quiet", topology, "--", *inner], capture_output=True, text=True, timeout=400
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(rows) != len(domains):
        sys.exit(f"{topology}: {len(rows)} of {len(domains)} scans came back\n{done.stderr[-2000:]}")
    return {row["domain"]: row for row in rows}


def parents(report: dict, *, names: bool = False) -> list[str]:
    return [
        point["failure_domain"]["id"]
        for point in report["spofs"]
        if point["failure_domain"]["kind"] == "parent" and (names or not point["name_only"])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--inside", nargs="+")
    options = parser.parse_args()
    if options.inside:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda domain: scan(options.hostaudit, domain), options.inside))
        return
    parler = run(options, "parler-2021.yaml", "parler.com", "no-such-lab-domain.com")
    gone, parler = parler["no-such-lab-domain.com"], parler["parler.com"]
    captive = parler["report"]
    check("parler-2021: Amazon is the first single point of failure", parents(captive)[0] == "amazon", parents(captive))
    check("parler-2021: the score is below 15", captive["score"]["high"] < 15, captive["score"])
    check("parler-2021: both stores are single points for installs", {"apple", "alphabet"} <= set(parents(captive)))
    check("parler-2021: no fallback", captive["fallbacks"] == [], captive["fallbacks"])
    check("parler-2021: exit 0", parler["code"] == 0, parler["stderr"])
    check("parler-2021: analyse gives the same report byte for byte", parler["same"])
    check("a name that does not exist fails with exit 1", gone["code"] == 1 and gone["report"]["verdict"] == "fail")
    check("... and the sentence says so", "does not exist" in gone["report"]["summary"], gone["report"]["summary"])

    pair = run(options, "redundant.yaml", "steadfast.org")["steadfast.org"]["report"]
    check("redundant: no parent is of order 1 but for names", parents(pair) == [], parents(pair))
    check("redundant: at least 60 points above", pair["score"]["low"] - captive["score"]["high"] >= 60, pair["score"])

    vanity = {n: row["report"] for n, row in run(options, "vanity.yaml", *VANITY).items()}
    for domain, (role, provider) in VANITY.items():
        providers = {row["provider"] for row in vanity[domain]["dependencies"] if row["role"] == role}
        check(f"vanity: {role} of {domain} is {provider}", provider in providers, providers)
    blocked = [each["cause"] for each in vanity["intranet-only.com"]["unknowns"]]
    check("vanity: private addresses are not connected to", "blocked_address" in blocked, blocked)

    hostile = run(options, "hostile.yaml", *HOSTILE)
    for domain, cause in HOSTILE.items():
        row = hostile[domain]
        causes = {each["cause"] for each in (row["report"] or {"unknowns": []})["unknowns"]}
        check(f"hostile: {domain} is unknown({cause})", cause in causes, f"{causes} {row['stderr']}")
        check(
            f"hostile: {domain} ends in time and in order", row["seconds"] < 46 and row["code"] in (0, 3), row["code"]
        )
        check(f"hostile: {domain} is analysed the same", row["same"])
    print(f"{NUMBER['passed']} passed, {NUMBER['failed']} failed")
    sys.exit(1 if NUMBER["failed"] else 0)


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

if __name__ == "__main__":
    main()
