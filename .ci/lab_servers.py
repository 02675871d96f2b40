"""Sites whose second server is none, or is a full one, for the laboratory network, and what is true of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

Tree = dict[str, Any]
Claim = tuple[str, bool, object]

NSONE, GANDI = ["dns1.p01.nsone.net", "dns2.p01.nsone.net"], ["ns-10-a.gandi.net"]
RECORDS = """
@ 300 A 88.198.77.10
www 300 A 88.198.77.10
@ 300 MX 10 mx1.NAME.
@ 300 MX 20 mx2.NAME.
mx1 300 A 88.198.77.25
mx2 300 A 51.38.99.25
@ 300 TXT "v=spf1 mx -all"
"""
NAMES = ("sound.org", "old-copy.org", "counting.org", "apart.org", "differing.org", "lame.org", "closed.org")
GREETING = ("closed.org --smtp", "no-mx.org --smtp", "greets.org --smtp")
ASKED = (*NAMES, "no-mx.org", *GREETING)


def topology(lab: Path, *, meddling: bool = False) -> Tree:
    """The sites; ``meddling``: the client's own network answers for their name servers."""
    dns = {"nsone": NSONE, "gandi-dns": GANDI}
    zones: Tree = {name: {"dns": dns, "registrar": "gandi", "records": RECORDS.replace("NAME", name)} for name in NAMES}
    zones["old-copy.org"]["soa"] = {"serial": 2021010101}
    zones["counting.org"]["soa"] = {"serial": 57}
    zones["lame.org"]["not_served_by"] = ["gandi-dns"]
    for name, address in (("no-mx.org", "88.198.77.11"), ("greets.org", "51.38.99.26")):
        zones[name] = {"dns": dns, "registrar": "gandi", "records": f"@ 300 A {address}\nwww 300 A {address}"}
    sites = [
        {"hosts": [name, f"www.{name}"], "tls": {"ca": "letsencrypt", "sans": [name, f"www.{name}"]}} for name in zones
    ]
    # The second exchanger has a machine, and port 25 is closed there.
    there = {"hosts": ["closed.org"], "ips": ["51.38.99.25"], "tls": {"ca": "letsencrypt", "sans": ["closed.org"]}}
    whole: Tree = {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "servers",
        "zones": zones,
        "copies": {
            "old-copy.org": {"gandi-dns": {"serial": 2019030301}},
            "counting.org": {"gandi-dns": {"serial": 41}},
            "apart.org": {"gandi-dns": {"serial": 1, "mname": "ns1.gandi.net"}},
            "differing.org": {"gandi-dns": {"serial": 1, "mname": "ns1.gandi.net", "drop": "MX 20"}},
        },
        "http": [*sites, there],
        "smtp": [{"host": "mx1.closed.org", "ips": ["88.198.77.25"]}, {"host": "greets.org", "ips": ["51.38.99.26"]}],
    }
    if meddling:
        whole["dns_faults"] = [{"server": each, "kind": "noaa", "only": "client"} for each in (*NSONE, *GANDI)]
    return whole


def claims(found: dict[str, Tree]) -> Iterator[Claim]:
    """What has to hold of the reports, by what was asked."""
    reports = {asked: row["report"] for asked, row in found.items()}
    expected = {
        "sound.org": ("up", set()),
        "old-copy.org": ("degraded", {"name-server-old-copy"}),
        "counting.org": ("up", set()),
        "apart.org": ("up", set()),
        "differing.org": ("up", {"operators-answer-differently"}),
        "lame.org": ("degraded", {"lame-delegation"}),
    }
    for name, seen in expected.items():
        report = reports[name]
        said = (function(report, "resolve")["state"], {each["rule"] for each in report["findings"]})
        yield f"servers: name resolution of {name} is {seen[0]}", said == seen, said
    sound = reports["sound.org"]["score"]
    resolves = function(reports["sound.org"], "resolve")["score"]
    for name in ("counting.org", "apart.org", "differing.org"):
        seen = function(reports[name], "resolve")["score"]
        yield f"servers: {name} has two full legs", seen == resolves, seen
    for name in ("old-copy.org", "lame.org"):
        held = any(point["failure_domain"]["id"] == "ibm" for point in reports[name]["spofs"])
        yield f"servers: IBM alone takes down {name}", held and reports[name]["score"]["high"] < sound["low"], sound
    old = next(each["message"] for each in reports["old-copy.org"]["findings"])
    both = all(word in old for word in ("2019030301", "2021010101", *GANDI))
    yield "servers: the finding names the server and both serials", both, old
    yield from mail_claims(reports)
    for asked, row in found.items():
        yield (
            f"servers: {asked} is analysed the same, exit {row['code']}",
            row["same"] and row["code"] == 0,
            row["stderr"],
        )


def mail_claims(reports: dict[str, Tree]) -> Iterator[Claim]:
    """What has to hold of mail exchangers, asked and not."""
    legs = [(leg["state"], leg.get("liveness", "")) for leg in function(reports["closed.org"], "mail_receive")["legs"]]
    yield "servers: nobody asked the mail exchangers", legs == [("known", "not_asked")] * 2, legs
    closed = reports["closed.org --smtp"]
    legs = [(leg["state"], leg.get("liveness", "")) for leg in function(closed, "mail_receive")["legs"]]
    yield "servers: a closed second exchanger is none", legs == [("known", "answers"), ("failed", "")], legs
    rules = {each["rule"] for each in closed["findings"]}
    yield "... and is a finding", rules == {"mail-exchanger-refuses"}, rules
    states = [function(reports[each], "mail_receive")["state"] for each in ("no-mx.org", *GREETING[1:])]
    yield "servers: an address is an exchanger once it greeted", states == ["not_applicable"] * 2 + ["up"], states
    told = [each["why"] for each in reports["no-mx.org"]["not_assessed"] if each["what"] == "incoming mail"]
    yield "servers: mail to an address is told", len(told) == 1 and "RFC 5321" in told[0], told


def meddled(report: Tree, sound: Tree) -> Iterator[Claim]:
    """What has to hold behind a network that answers port 53 itself."""
    kinds = [(each["kind"], each["subject"]) for each in report["caveats"]]
    yield "servers: a network that meddles is said at the head", kinds == [("direct_dns", "sound.org")], kinds
    said = (report["score"], report["verdict"], report["findings"], function(report, "resolve")["state"])
    yield "... and takes nothing down", said == (sound["score"], sound["verdict"], [], "up"), said
    legs = {leg.get("liveness", "") for leg in function(report, "resolve")["legs"]}
    yield "... and no tick says that servers answer", legs == {"not_asked"}, legs


def function(report: Tree, identity: str) -> Tree:
    return next(each for each in report["functions"] if each["id"] == identity)
