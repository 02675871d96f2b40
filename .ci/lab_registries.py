"""Names under top-level domains whose registries serve RDAP that IANA does not list, for the laboratory network: as a
fresh install finds their registrations without IANA, and what it says where such a server has lost a top-level domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

Tree = dict[str, Any]
State = Literal["sound", "lost", "silent"]
STATES: tuple[State, ...] = get_args(State)

UNLISTED = {
    "co": "https://rdap.registry.co/co/",
    "ch": "https://rdap.nic.ch/",
    "de": "https://rdap.denic.de/",
    "us": "https://rdap.nic.us/",
}
"""Servers that answer. That of ``io`` and ``me`` in the laboratory knows none of the names under these two."""

LOST = ("io", "me")
PORT_43 = {
    "ch": "whois.nic.ch",
    "co": "whois.registry.co",
    "us": "whois.nic.us",
    "me": "whois.nic.me",
    "nl": "whois.domain-registry.nl",
}
"""Of the top-level domains, and their servers, that the laboratory does not have by itself."""

SITES = {tld: f"ledger-lab.{tld}" for tld in ("nl", "ch", "io", "us", "co", "de", "me")}
ASKED: dict[State, tuple[str, ...]] = {
    "sound": tuple(SITES.values()),
    "lost": tuple(SITES[tld] for tld in (*UNLISTED, *LOST)),
    "silent": tuple(SITES[tld] for tld in ("ch", "io")),
}
"""The sites that are looked at in each state."""

LONGEST = 46
"""Seconds: the deadline of a scan, and what it takes to start and to write."""

IANA = ("192.0.46.9/32", "192.0.47.59/32")
"""Its bootstrap and its whois."""


def topology(lab: Path, state: State) -> Tree:
    """The rest of the Internet with these registries and a site under each. ``lost``: no server that IANA does not list
    knows a name; ``silent``: and no server of port 43 answers."""
    addresses = {tld: f"199.19.60.{number}" for number, tld in enumerate((*PORT_43, *UNLISTED), 10)}
    whois = [
        {"host": host, "ips": [f"199.19.61.{number}"], "whois": "registry"}
        for number, host in enumerate(PORT_43.values(), 10)
    ]
    return {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": f"registries-{state}",
        "tlds": {
            tld: {"dns": "nic-io", "whois": host, **({"rdap": "https://rdap.sidn.nl/"} if tld == "nl" else {})}
            for tld, host in PORT_43.items()
        },
        "endpoints": [*whois, {"host": "rdap.sidn.nl", "ips": [addresses["nl"]], "service": "rdap"}],
        "zones": {
            **{
                name: {
                    "dns": "nsone",
                    "registrar": "gandi",
                    "records": f"@ 300 A 88.198.73.{at}\nwww 300 A 88.198.73.{at}",
                }
                for at, name in enumerate(SITES.values(), 10)
            },
            **{
                ".".join(_host(base).split(".")[-2:]): {"dns": "nsone", "records": f"rdap 300 A {addresses[tld]}"}
                for tld, base in UNLISTED.items()
            },
        },
        "http": [
            *({"hosts": [name, f"www.{name}"]} for name in SITES.values()),
            *(_server(tld, base, addresses[tld], known=state == "sound") for tld, base in UNLISTED.items()),
        ],
        "blackhole": list(IANA),
        "whois_rules": [{"q": r"ledger-lab\.", "kind": "reset"}] if state == "silent" else [],
    }


def _host(base: str) -> str:
    return base.split("/")[2]


def _server(tld: str, base: str, address: str, *, known: bool) -> Tree:
    """An RDAP server that knows the site under its top-level domain, or no name at all."""
    registrar = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Gandi SAS"]]]
    entity = {"objectClassName": "entity", "roles": ["registrar"], "vcardArray": registrar}
    answer = {
        "objectClassName": "domain",
        "ldhName": SITES[tld],
        "status": ["active"],
        "entities": [entity],
        "events": [
            {"eventAction": "registration", "eventDate": "2015-01-01T00:00:00Z"},
            {"eventAction": "expiration", "eventDate": "2031-01-01T00:00:00Z"},
        ],
    }
    path = f"/{base.split('/', 3)[3]}domain/{SITES[tld]}"
    paths = {path: {"status": 200, "json": answer}} if known else {}
    return {"hosts": [_host(base)], "ips": [address], "status": 404, "paths": paths}


def claims(state: State, rows: dict[str, Tree]) -> Iterator[tuple[str, bool, object]]:
    """What must be true of the scans of ``ASKED``: a claim, whether it holds, and what was seen."""
    for name, row in rows.items():
        tld = name.rpartition(".")[2]
        found = [
            each for each in row["report"]["evidence"] if (each["kind"], each["subject"]) == ("registration", name)
        ]
        seen = found[0] if found else {}
        value = seen.get("value") or {}
        told = (value.get("via"), value.get("registrar"))
        listed = tld == "nl" or (state == "sound" and tld not in LOST)
        wanted = (None, None) if state == "silent" and not listed else ("rdap" if listed else "whois", "Gandi SAS")
        yield f"registries, {state}: the registration of a .{tld} name", told == wanted, seen
        yield f"... and it is not called free (.{tld})", seen != {} and "absent" not in seen, seen
        states = {each["id"]: each["state"] for each in row["report"]["functions"]}
        yield f"... nor down (.{tld})", "down" not in (states["resolve"], states["web"]), states
        yield (
            f"... in order, without IANA (.{tld})",
            row["code"] in (0, 3) and row["seconds"] < LONGEST,
            row["stderr"][-300:],
        )
