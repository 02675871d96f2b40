"""Claims about real behaviour, each checked by running the installed command in the laboratory network."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import lab_cases
import lab_odd
import lab_places
import lab_registries
import lab_servers
import lab_sites
import yaml

NUMBER = {"passed": 0, "failed": 0}
ONE_AT_A_TIME = threading.Lock()

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

DOWN_NOW = ("d-sec-wrongds-lab.com", "expired.hostile-lab.net", "s500.hostile-lab.net")
"""Those of which it is certain that they do not work now."""


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
    with ONE_AT_A_TIME:
        NUMBER["passed" if holds else "failed"] += 1
        print(f"{'ok  ' if holds else 'FAIL'} {claim}{'' if holds else f': {seen}'}", flush=True)


def ask(hostaudit: str, words: str) -> None:
    """Inside the network: run one command, and print one line of JSON with what it wrote and how it ended.

    ``words``: a domain, and the options to scan it with; or ``whatif`` or ``fallbacks``, before both.
    """
    verb, *rest = words.split()
    if verb not in ("whatif", "fallbacks"):
        verb, rest = "scan", [verb, *rest]
    with tempfile.TemporaryDirectory() as place:
        report, evidence = Path(place) / "report.json", Path(place) / "evidence.json"
        command = [hostaudit, verb, *rest, "--format", "json", "-o", str(report), "--save-evidence", str(evidence)]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds = time.monotonic() - started
        again = [hostaudit, "analyse", str(evidence), "--format", "json"]
        row = {
            "asked": words,
            "code": done.returncode,
            "seconds": seconds,
            "stderr": done.stderr,
            "report": json.loads(report.read_text()) if report.exists() else None,
            "evidence": evidence.read_text() if evidence.exists() else "",
        }
        if verb == "scan":
            said = subprocess.run(again, capture_output=True, text=True).stdout
            row["same"] = report.exists() and report.read_text() == said
    sys.stdout.write(json.dumps(row) + "\n")  # at once: another thread may be writing too
    sys.stdout.flush()


def offline(options: argparse.Namespace, row: dict, *words: str) -> dict:
    """What a command says of the evidence of a scan: its document, and how long it took."""
    with tempfile.TemporaryDirectory() as place:
        evidence = Path(place) / "evidence.json"
        evidence.write_text(row["evidence"], "utf-8")
        started = time.monotonic()
        command = [options.hostaudit, words[0], str(evidence), *words[1:], "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=place)
        seconds = time.monotonic() - started
    return {"code": done.returncode, "seconds": seconds, "stderr": done.stderr, **json.loads(done.stdout or "{}")}


def hours_down(document: dict) -> dict[str, float]:
    return {each["id"]: each["down_hours"] for each in document.get("functions", ())}


def run(options: argparse.Namespace, topology: str | Path, *asked: str, standing_in: bool = False) -> dict[str, dict]:
    """What came of some commands in a topology, two at a time; ``standing_in``: with the servers that do badly."""
    inner = [sys.executable, __file__, "--hostaudit", options.hostaudit]
    inner += [*(["--stand-in"] if standing_in else []), "--inside", *asked]
    done = subprocess.run(
        [str(options.lab), "run", "--quiet", str(topology), "--", *inner], capture_output=True, text=True, timeout=400
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(rows) != len(asked):
        sys.exit(f"{topology}: {len(rows)} of {len(asked)} commands came back\n{done.stderr[-2000:]}")
    return {row["asked"]: row for row in rows}


def parents(report: dict, *, names: bool = False) -> list[str]:
    return [
        point["failure_domain"]["id"]
        for point in report["spofs"]
        if point["failure_domain"]["kind"] == "parent" and (names or not point["name_only"])
    ]


def on_one_company(options: argparse.Namespace) -> dict:
    """Parler's site, and the ends of the scale: a name that does not exist, no network; gives the report."""
    asked = (
        "parler.com --host api.parler.com",
        "no-such-lab-domain.com",
        f"parler.com --resolver {NOWHERE}",
        "whatif parler.com --scenario parler-2021",
        "whatif parler.com --drop amazon --notice 24h",
        "fallbacks parler.com",
    )
    row, gone, dark, *live = map(run(options, "parler-2021.yaml", *asked).__getitem__, asked)
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
    replayed(*live)
    whole = offline(options, row, "whatif", "--all")
    check("parler-2021: whatif --all in 3 s", whole["seconds"] < 3 and len(whole["rows"]) >= 22, whole["seconds"])
    return report


def replayed(scenario: dict, dropped: dict, stand_ins: dict) -> None:
    """Live: the incident on the site that it happened to, Amazon gone after a day's notice, and who could stand in."""
    check("whatif parler-2021, live: exit 0 in time", scenario["code"] == 0 and scenario["seconds"] < LONGEST)
    told = scenario["report"]
    hours = hours_down(told)
    check("whatif parler-2021, live: the web is down for 820 to 860 h", 820 <= hours.get("web", 0) <= 860, hours)
    check("whatif parler-2021, live: iOS installs stop for 3072 h", round(hours.get("install_ios", 0)) == 3072, hours)
    check("whatif parler-2021, live: Android 14448 h", round(hours.get("install_android", 0)) == 14448, hours)
    excluded = {each["provider"]: each["reason"] for each in told["excluded"]}
    refused = {"google-cloud": "judged unlikely", "azure": "judged unlikely", "njalla": "refused"}
    agree = all(words in excluded.get(each, "") for each, words in refused.items())
    check("whatif parler-2021, live: Google Cloud, Azure and Njalla are excluded", agree, excluded)

    told = dropped["report"]
    web = next(each for each in told["functions"] if each["id"] == "web")
    check("whatif --drop amazon --notice 24h: the web is down", dropped["code"] == 0 and web["down_hours"] > 24, web)
    # Kiwix was back after 48 hours, a day of which the notice gives.
    check("whatif --drop amazon --notice 24h: the notice shortens it", web["range"]["low"] == 24, web["range"])

    told = stand_ins["report"]
    gap = next((each for each in told["gaps"] if (each["parent"], each["role"]) == ("amazon", "hosting")), None)
    check("fallbacks parler.com: hosting by Amazon is a gap", gap is not None, [each["role"] for each in told["gaps"]])
    by = {each["provider"]: each for each in (gap or {"candidates": []})["candidates"]}
    good = [each for each in by.values() if each["independent"]]
    among = {"azure", "ovh"} <= {each["provider"] for each in good}
    check("fallbacks parler.com: there are candidates, Azure and OVH among them", among, good)
    held = set(told["parents"])
    check("... and none belongs to a company it has", not held & {each["parent"] for each in good}, held)
    google = by.get("google-cloud", {"independent": True, "reasons": []})
    why = not google["independent"] and any("shares parent alphabet" in each for each in google["reasons"])
    check("... and Google Cloud is not one, since Alphabet has the store", why, google)


def on_several(options: argparse.Namespace, captive: dict) -> None:
    """A site with two independent legs in every role, as it is, with less, with standbys and under faults."""
    with tempfile.TemporaryDirectory() as place:
        topology, site = Path(place) / "several.json", Path(place) / "hostaudit.yaml"
        topology.write_text(json.dumps(lab_sites.topology(options.lab.resolve().parent)), "utf-8")
        site.write_text(json.dumps(lab_sites.site_file()), "utf-8")
        declared = [f"{name}.org --site {site}" for name in (lab_sites.STANDBY, lab_sites.STRICT)]
        fewer = [f"{name}.org" for name in (lab_sites.ONE_PARENT, *lab_sites.REMOVED)]
        depths = [f"steadfast.org --depth {steps}" for steps in (0, 6)]
        found = run(options, topology, *declared, "steadfast.org", *fewer, *depths, standing_in=True)
    sound = found["steadfast.org"]["report"]
    graded(*(found[each] for each in declared))
    taken_over(options, found[declared[0]])
    in_pairs(options, found["steadfast.org"])
    of_one_parent(options, found[f"{lab_sites.ONE_PARENT}.org"])
    for name, (what, _) in lab_sites.REMOVED.items():
        less = found[f"{name}.org"]["report"]["score"]
        ends = [(less[end], sound["score"][end]) for end in ("low", "high")]
        check(f"redundant without {what}: no better score", all(a <= b for a, b in ends), ends)
    to_depths(*(found[each] for each in depths))
    check("redundant: no parent is of order 1 but for names", parents(sound) == [], parents(sound))
    # What stands behind its content networks is hidden, so the low end counts with a company that may be any.
    ends = (sound["score"]["low"], sound["score"]["high"])
    check("redundant: at least 60 points above", ends[1] - captive["score"]["high"] >= 60 and ends[0] < ends[1], ends)
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


def graded(standby: dict, strict: dict) -> None:
    """What the owner declares gets the grade that it can prove, with the reason."""
    check("standbys: exit 0", standby["code"] == 0, standby["stderr"])
    check("standbys: analyse gives the same report byte for byte", standby["same"] and strict["same"])
    grades = {each["id"]: (each["grade"], each["reasons"]) for each in standby["report"]["fallbacks"]}
    for what, declared in lab_sites.GOOD.items():
        seen = grades[fallback_id(declared)]
        check(f"standbys: {what} is independent", seen[0] == "independent", seen)
    spare, *poor = lab_sites.SPARES
    check("standbys: a spare name is independent", grades[f"spare_name:{spare}"][0] == "independent", grades)
    for name in poor:
        grade, reasons = grades[f"spare_name:{name}"]
        why = lab_sites.BAD_SPARES[name]
        check(f"standbys: {lab_sites.SPARES[name][1]} is only probed", grade == "probed" and why in reasons, reasons)
    rows = [(grades, what, case) for what, case in lab_sites.BAD.items()]
    grades = {each["id"]: (each["grade"], each["reasons"]) for each in strict["report"]["fallbacks"]}
    rows += [(grades, what, case) for what, case in lab_sites.FORBIDDEN.items()]
    for among, what, (declared, grade, why) in rows:
        seen = among[fallback_id(declared)]
        check(f"standbys: {what} is {grade}", seen[0] == grade and any(why in each for each in seen[1]), seen)


def taken_over(options: argparse.Namespace, row: dict) -> None:
    """What stands by shortens a loss, and is not mistaken for what serves."""
    hours = hours_down(offline(options, row, "whatif", "--drop", "fastly", "--drop", "cloudflare"))
    check("standbys: both CDNs gone, the web is back within 2 h", 0 < hours["web"] <= 2, hours)
    hours = hours_down(offline(options, row, "whatif", "--drop", "tucows"))
    check("standbys: the registrar gone, a spare name takes over", 0 < hours["web"] <= 6 < hours["mail_receive"], hours)
    told = offline(options, row, "whatif", "--scenario", "pirate-bay-domains")
    hours = hours_down(told)
    check("standbys: pirate-bay-domains costs the web hours, by the spare name", 0 < hours["web"] <= 6, hours)
    bound = {each["id"] for event in told["events"] for each in event["bound"] if event["layer"] == "hosting"}
    check("... whose host is one that serves, not one that stands by", bound <= {"hetzner", "ovh"} and bound, bound)


def fallback_id(declared: dict) -> str:
    proof = next((declared[key] for key in ("server", "address", "host", "app") if key in declared), "")
    return ":".join(each for each in (declared["role"], declared["provider"], proof) if each)


def cuts(report: dict, kind: str, function: str) -> list[list[str]]:
    return [each["members"] for each in report["cut_sets"] if (each["kind"], each["function"]) == (kind, function)]


def in_pairs(options: argparse.Namespace, row: dict) -> None:
    """Two companies that end the site together, and neither alone; incidents that met others; every incident."""
    pair = ["cloudflare", "fastly"]
    seen = cuts(row["report"], "parent", "web")
    check("redundant: both CDNs together are a cut set of order 2", pair in seen, seen)
    check("redundant: neither is one alone", not any([each] in seen for each in pair), seen)
    for each in pair:
        hours = hours_down(offline(options, row, "whatif", "--drop", each))
        check(f"whatif --drop {each}: the web goes on", hours.get("web") == 0, hours)
    hours = hours_down(offline(options, row, "whatif", "--drop", pair[0], "--drop", pair[1]))
    check("whatif with both dropped: the web is down", hours.get("web", 0) > 0, hours)
    check("... and installs with it, and not mail", hours["install_android"] > 0 == hours["mail_receive"], hours)
    told = offline(options, row, "whatif", "--scenario", "fastly-2021")
    fate = next(each for each in told["functions"] if each["id"] == "web")
    lost = (fate["down_hours"], fate["degraded_hours"] > 0.5)
    check("whatif fastly-2021: two CDNs behind a DNS switch lose nothing", lost == (0, True), fate)
    told = offline(options, row, "whatif", "--scenario", "dyn-2016")
    check("whatif dyn-2016: nothing goes down", not any(hours_down(told).values()), hours_down(told))
    applied = [each["applies"] for each in told["events"]]
    check("... though the DNS switch rests on Dyn", "yes" in applied, applied)
    gaps = [(each["parent"], each["role"]) for each in offline(options, row, "fallbacks")["gaps"]]
    check(
        "fallbacks: one of two DNS operators is no gap, the registrar is", gaps == [("your-online", "registrar")], gaps
    )
    whole = offline(options, row, "whatif", "--all")
    check("whatif --all of saved evidence in 3 s", whole["code"] == 0 and whole["seconds"] < 3, whole["seconds"])
    check("... with every scenario", len(whole["rows"]) >= 22, len(whole["rows"]))


def of_one_parent(options: argparse.Namespace, row: dict) -> None:
    """Two DNS operators that one company owns."""
    report, two = row["report"], ["dnsmadeeasy", "ultradns"]
    check("two DNS operators of one parent: order 1 at parent level", parents(report) == ["digicert"], parents(report))
    alone = [
        point["failure_domain"]["id"] for point in report["spofs"] if point["failure_domain"]["kind"] == "provider"
    ]
    check("... and neither alone at provider level", not set(two) & set(alone), alone)
    seen = cuts(report, "provider", "resolve")
    check("... where they are a cut set of order 2", two in seen, seen)
    hours = hours_down(offline(options, row, "whatif", "--drop", two[0]))
    check("... whatif one ends: names go on", hours.get("resolve") == 0, hours)
    hours = hours_down(offline(options, row, "whatif", "--drop", "digicert"))
    check("... whatif the parent ends: nothing resolves", hours.get("resolve", 0) > 0 < hours.get("web", 0), hours)


def to_depths(shallow: dict, deep: dict) -> None:
    """How far foreign zones are followed."""
    zones = []
    for row in (shallow, deep):
        check(f"{row['asked']}: exit 0 in time", row["code"] == 0 and row["seconds"] < LONGEST, row["stderr"])
        check(f"{row['asked']}: analysed the same", row["same"])
        zones.append(sum(each["kind"] in ("zone", "nameservers") for each in row["report"]["evidence"]))
    check("a deeper scan looks at more zones", zones[0] < zones[1], zones)


def under_other_names(options: argparse.Namespace) -> None:
    """Sites that hide their operators behind names, networks and platforms of others."""
    found = {domain: row["report"] for domain, row in run(options, "vanity.yaml", *lab_cases.VANITY).items()}
    for domain, true in lab_cases.VANITY.items():
        differ = lab_cases.differences(found[domain], true)
        check(f"vanity: the operators of {domain}", not differ, differ)
    servers = [row for row in found["vanity-shop.com"]["dependencies"] if row["role"] == "dns"]
    said = all("is a private name, hosted by NS1" in row["clues"][-1] for row in servers)
    check("vanity: private names are said to be hosted by NS1", said, servers)
    hidden = [each["subject"] for each in found["flattened.dev"]["unknowns"] if each["cause"] == "hidden_behind_cdn"]
    check("vanity: the origin behind a flattened name stays unknown", len(hidden) == 3, hidden)
    blocked = [each["cause"] for each in found["intranet-only.com"]["unknowns"]]
    check("vanity: private addresses are not connected to", "blocked_address" in blocked, blocked)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "cases.json"
        path.write_text(json.dumps(lab_cases.topology(options.lab.resolve().parent)), "utf-8")
        rows = run(options, path, *lab_cases.TRUE)
    for domain, true in lab_cases.TRUE.items():
        differ = lab_cases.differences(rows[domain]["report"], true)
        check(f"cases: the operators of {domain}", not differ, differ)
        check(f"cases: {domain} is analysed the same", rows[domain]["same"])
    for domain, holder in (("of-a-customer.org", "Example University"), ("of-a-platform.org", "Shopify, Inc.")):
        told = [row.get("clues", ()) for row in rows[domain]["report"]["dependencies"] if row["role"] == "cdn"]
        block = told and all(f"the block is registered to {holder}" in clues for clues in told)
        check(f"cases: the block of {domain} is said to be {holder}'s", block, told)
    findings = rows["mistyped.com"]["report"]["findings"]
    almost = [(each["rule"], each["severity"], each["subject"]) for each in findings]
    wanted = {(rule, "high", "ns2-01.azure.dns.net") for rule in ("lookalike-name-server", "dangling-name")}
    check("cases: a mistyped name server is a finding", set(almost) == wanted, almost)
    others = {domain: rows[domain]["report"]["findings"] for domain in rows if domain != "mistyped.com"}
    check("cases: no other site has a finding", not any(others.values()), others)
    for_a_while(options, rows["long-cached.com"])
    notes = [each.get("note", "") for each in rows["tenant.github.io"]["report"]["functions"]]
    check("cases: a tenant's name is its platform's", any("to give or take" in each for each in notes), notes)


def for_a_while(options: argparse.Namespace, row: dict) -> None:
    """Caches hide a loss from some users for a while, and from others not at all."""
    told = {
        point["failure_domain"]["id"]: {each["id"]: each["time_to_impact"] for each in point["functions"]}
        for point in row["report"]["spofs"]
        if point["failure_domain"]["kind"] == "parent"
    }
    for company, least in (("ibm", 24), ("godaddy", 48)):
        impact = told[company]["web"]
        check(f"cases: users notice that {company} left, some at once", impact["low"] == 0, impact)
        check("... and the last ones within seven days", least <= impact["high"] <= 168, impact)
        answer = offline(options, row, "whatif", "--drop", company)
        web = next(each for each in answer["functions"] if each["id"] == "web")
        start = web["intervals"][0]["from_hours"]
        check("... and whatif has it down from the first hour", start == 0 < web["down_hours"], web)
    check("cases: nothing keeps a host that has left", told["hetzner"]["web"]["high"] == 0, told["hetzner"])


def of_an_odd_kind(options: argparse.Namespace) -> None:
    """Sites of which the usual picture is wrong: what is said of them is true, and each is analysed the same."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "odd.json"
        path.write_text(json.dumps(lab_odd.topology(options.lab.resolve().parent)), "utf-8")
        rows = run(options, path, *lab_odd.TRUE, lab_odd.WIDE)
    for domain, true in lab_odd.TRUE.items():
        row = rows[domain]
        differ = lab_odd.differences(row["report"], true)
        check(f"odd: what is said of {domain} is true", not differ, differ)
        check(f"odd: {domain} ends with {true.code}", row["code"] == true.code, (row["code"], row["stderr"][-300:]))
        check(f"odd: {domain} is analysed the same", row["same"])
    for company, domain in (("hetzner", "leads-away.com"), ("ovh", "leads-away.com"), ("ns1", "mail-alone.com")):
        down = hours_down(offline(options, rows[domain], "whatif", "--drop", company))
        lost = "web" if domain == "leads-away.com" else "mail_receive"
        check(f"odd: {domain} is down without {company}", down.get(lost, 0) > 0, down)
    wide = rows[lab_odd.WIDE]["report"]
    score = wide["score"]
    check("odd: a hidden origin widens the interval", score["low"] < score["high"] and score["coverage"] < 1, score)
    check("odd: a hidden origin changes no exit code", rows[lab_odd.WIDE]["code"] == 0, wide["verdict"])


def without_a_policy(options: argparse.Namespace) -> None:
    """What is down now fails without any policy, what is coming does not; sentence and state agree with it."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "found.json"
        path.write_text(json.dumps(lab_cases.found_topology(options.lab.resolve().parent)), "utf-8")
        rows = run(options, path, *lab_cases.FOUND)
    for domain, (code, true) in lab_cases.FOUND.items():
        row, report = rows[domain], rows[domain]["report"]
        told = {each["rule"]: set(each["down_now"]) for each in report["findings"]}
        agree = told.keys() == true.keys() and all(true[rule] <= told[rule] for rule in true)
        check(f"found: what is found at {domain}", agree, (told, report["summary"]))
        check(f"found: {domain} ends with {code}", row["code"] == code, (row["code"], row["stderr"][-300:]))
        down = {each["id"] for each in report["functions"] if each["state"] == "down"}
        check(f"found: the states of {domain} agree", set().union(*told.values()) <= down, (told, down))
        first = next((each["message"] for each in report["findings"] if each["down_now"]), "")
        check(f"found: the sentence on {domain} says why", first in report["summary"], report["summary"])
        check(f"found: {domain} is analysed the same", row["same"])


def on_their_own(options: argparse.Namespace) -> None:
    """Nobody ends a contract with himself, as declared and as guessed; a tried recovery counts for the high end."""
    alone, rented, mixed = lab_cases.ALONE, lab_cases.RENTED, lab_cases.MIXED
    day, old = (datetime.now(UTC).date() - timedelta(days=each) for each in (30, 400))
    with tempfile.TemporaryDirectory() as place:
        path, new, past = (Path(place) / each for each in ("own.yaml", "new.yaml", "old.yaml"))
        path.write_text(yaml.safe_dump(lab_cases.own_topology(options.lab.resolve().parent)), "utf-8")
        new.write_text(json.dumps(lab_cases.own_site_file(day.isoformat())), "utf-8")
        past.write_text(json.dumps(lab_cases.own_site_file(old.isoformat())), "utf-8")
        sites = (alone, rented, mixed, f"{alone} --site {new}", f"{mixed} --site {new}", f"{mixed} --site {past}")
        drop = f"whatif {alone} --site {new} --drop {lab_cases.CAMPUS}"
        ended = f"whatif {alone} --site {new} --scenario parler-2021"
        rows = run(options, path, *sites, drop, ended)
    reports = [rows[each]["report"] for each in sites]
    guess, other, plain, own, tried, forgotten = reports
    for name, report in zip(("guessed", "rented", "mixed", "declared", "tried", "forgotten"), reports, strict=True):
        check(f"own: {name} works", {each["state"] for each in report["functions"]} <= {"up", "not_applicable"}, report)
    check("own: every scan is analysed the same", all(rows[each]["same"] for each in sites))
    check("own: as declared above a rented server", own["score"]["low"] > other["score"]["high"], own["score"])
    check("own: as guessed the low end stays", guess["score"]["low"] < 40, guess["score"])
    check("own: as guessed the high end is that of the declared", guess["score"]["high"] == own["score"]["high"])
    check("own: the guess is told", "looks like the site's own" in guess["summary"], guess["summary"])
    check("own: the declaration is told", "runs on its own" in own["summary"], own["summary"])
    mine = [each for each in parents(own, names=True) if each.startswith("unknown:as64998")]
    check("own: it is no company", mine == [], parents(own))
    kinds = {each["failure_domain"]["kind"] for each in own["spofs"]}
    check("own: it can fail by network, prefix and country", {"asn", "prefix", "jurisdiction"} <= kinds, kinds)
    gone, kept = hours_down(rows[drop]["report"]), hours_down(rows[ended]["report"])
    check("own: an outage of its network takes it down", gone["web"] > 0 < gone["mail_receive"], gone)
    check("own: nobody ends its contract in parler-2021", kept["web"] == 0 == kept["resolve"], kept)
    ends = [(each["score"]["low"], each["score"]["high"]) for each in (plain, tried, forgotten)]
    state = [each["recoveries"][0]["state"] for each in (tried, forgotten)]
    check("recovery: a test of last month counts, one of last year does not", state == ["counts", "old"], state)
    check("recovery: the high end counts on it", tried["score"]["high"] > forgotten["score"]["high"] + 10, ends)
    check("recovery: the low end keeps what was recorded", tried["score"]["low"] == forgotten["score"]["low"], ends)


def from_several_places(options: argparse.Namespace) -> None:
    """Two topologies of one site, merged, have no redundancy that no place has; a lying resolver is not believed."""
    lab, site = options.lab.resolve().parent, lab_places.SITE
    trees = {each: lab_places.topology(lab, each) for each in lab_places.HALVES} | {"filtered": lab_places.lying(lab)}
    looks, reports = {}, {}
    with tempfile.TemporaryDirectory() as place:
        for name, tree in trees.items():
            path, asked = Path(place) / f"{name}.yaml", f"{site} --vantage {name}"
            path.write_text(yaml.safe_dump(tree), "utf-8")
            row = run(options, path, asked)[asked]
            looks[name], reports[name] = Path(place) / f"{name}.json", row["report"]
            looks[name].write_text(row["evidence"], "utf-8")
        whole = run(options, "redundant.yaml", site)[site]["report"]
        merged = merged_report(options, looks["tokyo"], looks["paris"])
        filtered = merged_report(options, looks["paris"], looks["filtered"])
        drop = offline(options, {"evidence": merged["evidence_file"]}, "whatif", "--drop", "fastly")
    ends = {name: each["score"] for name, each in reports.items()}
    alone = {
        point["failure_domain"]["id"]: point.get("places")
        for point in merged["spofs"]
        if point["failure_domain"]["kind"] == "parent"
        and any((each["id"], each["effect"]) == ("web", "down") for each in point["functions"])
    }
    for name, edge in lab_places.EDGES.items():
        check(f"places: {name} falls with {edge} alone", alone.get(edge) == [name], alone)
    check("places: who sees both has neither as a single point", set(parents(whole)).isdisjoint(alone), parents(whole))
    least = min(ends["tokyo"]["low"], ends["paris"]["low"])
    check("places: the score is that of the worst place", merged["score"]["low"] == least, ends)
    high, both = merged["score"]["high"], whole["score"]["high"]
    check("places: its high end is below that of both together", high < both - 10, (high, both))
    check("places: nothing is contradicted", "contradictions" not in merged, merged.get("contradictions"))
    ids = [each["id"] for each in merged["dependencies"]]
    check("places: nothing is doubled", len(ids) == len(set(ids)), ids)
    web = next((each for each in drop["functions"] if each["id"] == "web"), {})
    check("places: without Fastly one place is down", web.get("places") == ["tokyo"] and web["down_hours"] > 0, web)
    told = {place for each in filtered.get("contradictions", ()) for place in each["unknown_in"]}
    unsure = {each["cause"] for each in filtered["unknowns"] if each.get("places") == ["filtered"]}
    check("places: a resolver that lies is contradicted", told == {"filtered"} or "contradicted" in unsure, unsure)
    check("places: and proves nothing", filtered["verdict"] == "inconclusive", filtered["summary"])
    check("places: it widens", filtered["score"]["low"] <= ends["paris"]["low"], ends)


def merged_report(options: argparse.Namespace, *looks: Path) -> dict:
    """The report on merged evidence, and the evidence itself."""
    merged = looks[0].with_name("merged.json")
    subprocess.run([options.hostaudit, "merge", *map(str, looks), "-o", str(merged)], check=True, capture_output=True)
    done = subprocess.run(
        [options.hostaudit, "analyse", str(merged), "--format", "json"],
        capture_output=True,
        text=True,
        cwd=merged.parent,
    )
    return {**json.loads(done.stdout), "evidence_file": merged.read_text("utf-8")}


def among_faults(options: argparse.Namespace) -> None:
    """Every fault is unknown with its cause, and ends in time."""
    folder = options.lab.resolve().parent / "topologies"
    hostile = yaml.safe_load((folder / "hostile.yaml").read_text("utf-8"))
    hostile["include"] = [str(folder / each) for each in hostile["include"]]
    for each in hostile["http"]:
        if each.get("fault", {}).get("kind") == "gzip-bomb":
            each["fault"]["mib"] = 64  # the laboratory compresses it for each request, while all its servers wait
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "hostile.json"
        path.write_text(json.dumps(hostile), "utf-8")
        found = run(options, path, *HOSTILE)
    for domain, cause in HOSTILE.items():
        row = found[domain]
        causes = {each["cause"] for each in (row["report"] or {"unknowns": []})["unknowns"]}
        check(f"hostile: {domain} is unknown({cause})", cause in causes, f"{causes} {row['stderr']}")
        orderly = row["seconds"] < LONGEST and row["code"] in ((1,) if domain in DOWN_NOW else (0, 3))
        check(f"hostile: {domain} ends in time and in order", orderly, (row["seconds"], row["code"]))
        check(f"hostile: {domain} is analysed the same", row["same"])


def second_servers(options: argparse.Namespace) -> None:
    """Second servers that are none, or are full ones, and a network that answers for all of them."""
    lab = options.lab.resolve().parent
    with tempfile.TemporaryDirectory() as place:
        sound, meddling = Path(place) / "servers.json", Path(place) / "meddling.json"
        sound.write_text(json.dumps(lab_servers.topology(lab)), "utf-8")
        meddling.write_text(json.dumps(lab_servers.topology(lab, meddling=True)), "utf-8")
        found = run(options, sound, *lab_servers.ASKED)
        behind = run(options, meddling, "sound.org")["sound.org"]["report"]
    for claim in (*lab_servers.claims(found), *lab_servers.meddled(behind, found["sound.org"]["report"])):
        check(*claim)


def by_unlisted_servers(options: argparse.Namespace) -> None:
    """Registrations under top-level domains whose servers IANA does not list, while IANA cannot be reached."""
    lab = options.lab.resolve().parent
    for state in lab_registries.STATES:
        with tempfile.TemporaryDirectory() as place:
            path, evidence = Path(place) / "registries.json", Path(place) / "evidence.json"
            path.write_text(json.dumps(lab_registries.topology(lab, state)), "utf-8")
            rows = run(options, path, *lab_registries.ASKED[state])
            for claim in lab_registries.claims(state, rows):
                check(*claim)
            evidence.write_text(rows[lab_registries.ASKED[state][0]]["evidence"], "utf-8")
            command = [options.hostaudit, "analyse", str(evidence), "--no-site"]
            said = subprocess.run(command, capture_output=True, text=True, cwd=place)
            old = [line for line in (said.stdout + said.stderr).splitlines() if "old data" in line]
        check(f"registries, {state}: a fresh install has no old data", not old, old)


def policies(options: argparse.Namespace) -> None:
    """One demand, two DNS operators: met, not met, and not to be known, in every format that has a verdict."""
    demand = "version: 1\npolicy: {roles: {dns: {min_providers: 2, independent_by: [parent]}}}\n"
    silent = [{"server": name, "kind": "timeout"} for name in ("ns-10-a.gandi.net", "ns-20-b.gandi.net")]
    with tempfile.TemporaryDirectory() as place:
        policy, dead = Path(place) / "policy.yaml", Path(place) / "dead.yaml"
        policy.write_text(demand, "utf-8")
        redundant = options.lab.resolve().parent / "topologies" / "redundant.yaml"
        dead.write_text(json.dumps({"include": [str(redundant)], "dns_faults": silent}), "utf-8")
        for topology, domain, code in (
            ("parler-2021.yaml", "parler.com", 1),
            ("redundant.yaml", "steadfast.org", 0),
            (dead, "steadfast.org", 3),
        ):
            asked = f"{domain} --no-site --policy {policy}"
            row = run(options, topology, asked)[asked]
            claim = f"policy: {Path(topology).stem} ends with {code}"
            check(claim, row["code"] == code, (row["code"], row["stderr"][-300:]))
            said = verdicts(options, row, policy)
            check(f"policy: {Path(topology).stem} is {code} in every format", {*said.values()} == {code}, said)


def verdicts(options: argparse.Namespace, row: dict, policy: Path) -> dict[str, int]:
    """The exit code that each format speaks of, and the real one, when evidence is judged again."""
    names = ("sarif", "junit", "gitlab", "markdown", "prom")
    with tempfile.TemporaryDirectory() as place:
        evidence = Path(place) / "evidence.json"
        evidence.write_text(row["evidence"], "utf-8")
        outputs = [each for name in names for each in ("-o", f"{name}={Path(place) / name}")]
        command = [options.hostaudit, "analyse", str(evidence), "--no-site", "--policy", str(policy), "-q", *outputs]
        done = subprocess.run(command, capture_output=True, text=True, cwd=place)
        text = {name: (Path(place) / name).read_text("utf-8") for name in names}
    kinds = [each["kind"] for each in json.loads(text["sarif"])["runs"][0]["results"]]
    rows = [(each["severity"], each["description"]) for each in json.loads(text["gitlab"])]
    rows = [(severity, words) for severity, words in rows if not words.startswith("Told as")]
    metric = next(line for line in text["prom"].splitlines() if line.startswith("hostaudit_exit_code{"))
    return {
        "process": done.returncode,
        "sarif": 1 if "fail" in kinds else 3 if "review" in kinds else 0,
        "junit": 1 if "<failure" in text["junit"] else 3 if "<error" in text["junit"] else 0,
        "gitlab": 0 if not rows else 3 if all("unknown" in words.lower() for _, words in rows) else 1,
        "markdown": int(text["markdown"].partition("exit code ")[2][:1]),
        "prom": int(float(metric.rpartition(" ")[2])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, default=Path())
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--stand-in", action="store_true")
    parser.add_argument("--inside", nargs="+")
    options = parser.parse_args()
    if options.stand_in:
        lab_sites.stand_in()
    if options.inside:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda words: ask(options.hostaudit, words), options.inside))
        return
    # Half of their time they wait for what never answers, so two go side by side.
    groups = (
        under_other_names,
        of_an_odd_kind,
        without_a_policy,
        on_their_own,
        from_several_places,
        among_faults,
        second_servers,
        by_unlisted_servers,
        policies,
    )
    with ThreadPoolExecutor(2) as pool:
        several = pool.submit(lambda: on_several(options, on_one_company(options)))
        others = [pool.submit(each, options) for each in groups]
        for done in (several, *others):
            done.result()
    print(f"{NUMBER['passed']} passed, {NUMBER['failed']} failed")
    sys.exit(1 if NUMBER["failed"] else 0)


if __name__ == "__main__":
    main()
