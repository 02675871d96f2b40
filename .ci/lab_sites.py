"""Made-up sites for the claims of ``lab_checks.py``: their topology, their site files, and servers that stand in badly.

The laboratory's own servers always answer well for a zone and greet every mail. So what must answer stale, refuse or
keep silent stands in the client's own network space, at an address that lies in a real operator's network.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import yaml

MARKER = "We stand by."
STANDBY, STRICT = "standby", "strict"
"""Sites like ``steadfast.org`` under other names, with the suffix ``.org`` like all those below."""

STALE, REFUSING, SILENT = "193.108.91.64", "157.230.40.26", "157.230.40.27"

SWITCH_A, SWITCH_B = "151.101.1.7", "104.17.20.30"
"""The two CDNs to which the DNS switch of a site points."""

REMOVED = {
    "oneaddress": ("a leg of the web site", None),
    "onecdn": ("a CDN", None),
    "oneoperator": ("a DNS operator", None),
    "onemx": ("a mail exchanger", " MX 10 mx2."),
    "onecaa": ("a certification authority in CAA", "sectigo.com"),
    "onestore": ("a store listing", None),
}
"""By name of a site: what it lacks, and a mark of the record without which it is made, if it is a record."""

ONE_PARENT = "oneparent"
"""Two DNS operators, DNS Made Easy and UltraDNS, that belong to one company."""

SPARES = {
    "standby-spare.com": ("namecheap", "a spare name elsewhere"),
    "standby-spare.net": ("hover", "a spare name at the same registrar"),
    "standby-spare.org": ("namecheap", "a spare name under the same TLD"),
}

Tree = dict[str, Any]


def topology(lab: Path) -> Tree:
    """``redundant`` with further sites of the same shape, with what they lack, and what stands by for two of them."""
    source = lab / "topologies" / "redundant.yaml"
    base = yaml.safe_load(source.read_text("utf-8"))
    names = (STANDBY, STRICT, ONE_PARENT, *REMOVED)
    zones: Tree = {}
    apps: dict[str, list[Tree]] = {"ios": [], "android": [], "fdroid": []}
    merged: Tree = {"include": [str(source)], "zones": zones, "http": [], "apps": apps}
    for number, name in enumerate(names):
        copy = json.loads(
            json.dumps({key: base[key] for key in ("zones", "http", "apps")})
            .replace("steadfast", name)
            .replace("1500000001", str(1600000001 + number))
        )
        zones[f"{name}.org"] = copy["zones"][f"{name}.org"]
        merged["http"] += copy["http"]
        for store, listed in copy["apps"].items():
            apps[store] += [] if (name, store) == ("onestore", "fdroid") else listed
    lacking = [f"{name} 30 A {address}" for name in names for address in _edges(name)]
    own = base["zones"]["cdn-switch.net"]["records"].splitlines()
    zones["cdn-switch.net"] = {"records": [*own, *lacking]}
    own = base["zones"]["cdn.cloudflare.net"]["records"].splitlines()
    zones["cdn.cloudflare.net"] = {"records": [*own, *(f"www.{name}.org 300 A {SWITCH_B}" for name in names)]}
    for name, (_, mark) in REMOVED.items():
        if mark:
            _without(zones[f"{name}.org"], mark)
    _without(zones["oneaddress.org"], "A 51.38.99.20")
    zones["oneoperator.org"]["dns"] = {"nsone": ["dns1.p01.nsone.net", "dns2.p01.nsone.net"]}
    zones[f"{ONE_PARENT}.org"]["dns"] = {"dnsmadeeasy": None, "ultradns": ["pdns1.ultradns.net", "pdns2.ultradns.net"]}
    _stand_by(merged)
    return merged


def _edges(name: str) -> list[str]:
    return [SWITCH_A] if name == "onecdn" else [SWITCH_A, SWITCH_B]


def _without(zone: Tree, mark: str) -> None:
    lines = zone["records"].splitlines()
    kept = [line for line in lines if mark not in line]
    assert len(kept) == len(lines) - 1, mark
    zone["records"] = "\n".join(kept)


def _stand_by(merged: Tree) -> None:
    """What stands by for ``standby.org``, well and badly, and what its twin ``strict.org`` forbids."""
    main, strict = merged["zones"][f"{STANDBY}.org"], merged["zones"][f"{STRICT}.org"]
    main["registrar"] = "hover"  # else the console of Gandi, who serves the zone too, is needed to delegate it anew
    main["soa"] = {"serial": 57}
    for zone in (main, strict):
        zone["dns"] = {**zone["dns"], "route53": []}  # served there, and not delegated
    main["records"] += f"\nmx3 300 A 157.230.40.25\nmx4 300 A {REFUSING}\nmx5 300 A {SILENT}\n"
    main["records"] += "edge 300 A 151.101.2.7\n"
    _without(strict, "sectigo.com")
    host = f"www.{STANDBY}.org"
    page = f"<!doctype html><title>Standby</title><p>{MARKER}</p>"
    for address, changes in {
        "157.230.40.40": {},
        "167.99.40.41": {"status": 404},
        "167.99.40.42": {"body": "<!doctype html><title>Somebody else</title>"},
        "116.202.40.43": {},
        "167.99.40.44": {"tls": {"ca": "letsencrypt", "sans": ["another-customer.com"]}},
        "151.101.2.7": {},
    }.items():
        site = {"hosts": [host], "ips": [address], "tls": {"ca": "letsencrypt", "sans": [host]}, "body": page}
        merged["http"].append({**site, **changes})
    merged["smtp"] = [{"host": f"mx3.{STANDBY}.org"}]
    for place, (name, (registrar, _)) in enumerate(SPARES.items()):
        address = f"172.104.40.{50 + place}"
        merged["zones"][name] = {"dns": "azure-dns", "registrar": registrar, "records": f"@ 300 A {address}"}
        merged["http"].append({"hosts": [name], "tls": {"ca": "letsencrypt"}, "body": page})


def _page(provider: str, role: str = "hosting", **where: str) -> Tree:
    return {"role": role, "provider": provider, **where, "marker": MARKER}


GOOD = {
    "a name server": {"role": "dns", "provider": "route53", "server": "ns-265.awsdns-33.com"},
    "an origin": _page("digitalocean", address="157.230.40.40"),
    "a mail exchanger": {"role": "mail", "provider": "digitalocean", "host": f"mx3.{STANDBY}.org"},
    "a certification authority": {"role": "ca", "provider": "sectigo"},
    "a store": {"role": "app_store", "provider": "f-droid", "app": f"org.{STANDBY}.app"},
}
"""Fallbacks of ``standby.org`` that are independent."""

BAD: dict[str, tuple[Tree, str, str]] = {
    "a stale zone": (
        {"role": "dns", "provider": "akamai", "server": "a1-64.akam.net"},
        "declared",
        "stale serial 41 < 57",
    ),
    "a name server that knows nothing of the zone": (
        {"role": "dns", "provider": "godaddy", "server": "ns01.domaincontrol.com"},
        "declared",
        "with authority (REFUSED)",
    ),
    "a name server of a company that serves the zone": (
        {"role": "dns", "provider": "ns1", "server": "dns3.p01.nsone.net"},
        "probed",
        "shares parent ibm",
    ),
    "an edge of a company that serves the site": (
        _page("fastly", "cdn", host=f"edge.{STANDBY}.org"),
        "probed",
        "shares parent fastly",
    ),
    "a wrong status": (_page("digitalocean", address="167.99.40.41"), "declared", "with 404, not 200"),
    "another site's page": (_page("digitalocean", address="167.99.40.42"), "declared", "lacks the declared text"),
    "another provider's address": (
        _page("linode", address="116.202.40.43"),
        "declared",
        "belongs to hetzner, not to linode",
    ),
    "a certificate for another host": (
        _page("digitalocean", address="167.99.40.44"),
        "declared",
        "gave no answer: certificate_invalid",
    ),
    "a mail exchanger that refuses": (
        {"role": "mail", "provider": "digitalocean", "host": f"mx4.{STANDBY}.org"},
        "declared",
        "greets with 554, not 220",
    ),
    "a mail exchanger that is silent": (
        {"role": "mail", "provider": "digitalocean", "host": f"mx5.{STANDBY}.org"},
        "declared",
        "gave no answer: timeout",
    ),
}
"""Fallbacks of ``standby.org`` that are not: the grade that each gets and words of the reason."""

BAD_SPARES = {
    "standby-spare.net": "same registrar tucows",
    "standby-spare.org": "same TLD .org",
}

FORBIDDEN: dict[str, tuple[Tree, str, str]] = {
    "an authority that CAA forbids": (
        {"role": "ca", "provider": "sectigo"},
        "declared",
        "does not let Sectigo (incl. Comodo, USERTrust) issue",
    ),
    "a delegation that only a present operator can change": (
        {"role": "dns", "provider": "route53", "server": "ns-265.awsdns-33.com"},
        "probed",
        "control plane of the failed provider is needed",
    ),
}
"""The same for ``strict.org``."""


def site_file() -> Tree:
    """The declarations of both."""
    declared = [*GOOD.values(), *(each for each, _, _ in BAD.values())]
    return {
        "version": 1,
        "sites": [
            {
                "domain": f"{STANDBY}.org",
                "fallbacks": declared,
                "spare_names": [{"domain": name, "marker": MARKER} for name in SPARES],
            },
            {"domain": f"{STRICT}.org", "fallbacks": [each for each, _, _ in FORBIDDEN.values()]},
        ],
    }


def stand_in() -> None:
    """Inside the network: serve a stale zone, refuse mail, and keep silent, until the process ends."""
    for address in (STALE, REFUSING, SILENT):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(_serve(ready)), daemon=True).start()
    if not ready.wait(10):
        raise TimeoutError("what stands in did not start")


async def _serve(ready: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Stale, local_addr=(STALE, 53))
    await asyncio.start_server(_refuse, REFUSING, 25)
    await asyncio.start_server(_keep_silent, SILENT, 25)
    ready.set()
    await asyncio.Event().wait()


class Stale(asyncio.DatagramProtocol):
    """A name server whose copy of every zone is of serial 41."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        name = asked.question[0].name
        records = {"SOA": "a1-64.akam.net. hostmaster.akamai.com. 41 7200 900 1209600 300", "NS": "a1-64.akam.net."}
        kind = dns.rdatatype.to_text(asked.question[0].rdtype)
        if kind in records:
            answer.answer.append(dns.rrset.from_text(name, 900, "IN", kind, records[kind]))
        self.transport.sendto(answer.to_wire(), addr)


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"554 no service here\r\n")
    await writer.drain()
    await reader.read(200)
    writer.close()


async def _keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
