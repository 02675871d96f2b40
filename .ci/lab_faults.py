"""Every cell of the fault matrix: what is done to which look-up of a site, for the laboratory network.

A cell is a site of its own, named after its layer and its fault, so that one network holds many of them. Its shape says
which healthy site it is held against. ``matrix`` lists all, ``topology`` makes the network for some of them.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Tree = dict[str, Any]

# --- what can be done to an answer ---

DNS: dict[str, Tree] = {
    each: {"kind": each}
    for each in (
        *("timeout", "servfail", "refused", "nxdomain", "notimp", "formerr", "truncate", "malformed", "wrong-id"),
        *("no-edns", "upward", "empty", "hs", "noaa", "garbage", "other-question", "zeroes"),
    )
}
DNS |= {
    "slow": {"kind": "slow", "ms": 1500},
    "flaky": {"kind": "flaky", "every": 2},
    "answer": {"kind": "answer", "address": "51.38.99.99"},
}
"""Kinds of ``dns_faults``."""


def _raw(data: bytes) -> Tree:
    return {"kind": "raw", "b64": base64.b64encode(data).decode()}


def _status(number: int, **headers: str) -> Tree:
    return {
        "kind": "status",
        "status": number,
        "body": "<html>no</html>",
        "headers": {"Content-Type": "text/html", **headers},
    }


def _body(text: str, kind: str = "application/json") -> Tree:
    return {"kind": "body", "body": text, "headers": {"Content-Type": kind}}


LATE = "Mon, 01 Jan 2024 00:00:00 +99999999999999999"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

HTTP: dict[str, Tree] = {
    **{str(number): _status(number) for number in (204, 400, 401, 403, 404, 405, 410, 418, 429, 451, 500, 502, 503)},
    "403-challenge": _status(403, **{"Server": "cloudflare", "cf-mitigated": "challenge"}),
    "429-never": _status(429, **{"Retry-After": LATE}),
    "301-nowhere": _status(301),
    "to-login": {"kind": "redirect", "to": "https://portal.faults-lab.net/login"},
    "to-gone": {"kind": "redirect", "to": "https://portal.faults-lab.net/gone"},
    "to-itself": {"kind": "redirect", "to": "https://SITE/"},
    "to-private": {"kind": "redirect", "to": "http://169.254.169.254/latest/meta-data/"},
    "to-file": {"kind": "redirect", "to": "file:///etc/passwd"},
    "challenge-200": {"kind": "html"},
    "cut-json": {"kind": "malformed-json"},
    "wrong-json": {"kind": "wrong-json"},
    "hang": {"kind": "hang"},
    "drip": {"kind": "drip", "interval_ms": 400},
    "drip-body": {"kind": "drip", "interval_ms": 400, "body_only": True},
    "reset": {"kind": "reset"},
    "garbage": {"kind": "garbage"},
    "bad-length": {"kind": "bad-length"},
    "endless-headers": {"kind": "endless-headers"},
    "huge": {"kind": "huge", "bytes": 60_000_000},
    "huge-unsized": {"kind": "huge", "bytes": 60_000_000, "no_length": True},
    "bomb": {"kind": "gzip-bomb", "mib": 24},
    "silent-close": _raw(b""),
    "negative-chunk": _raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n"),
    "cut-chunk": _raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "many-headers": _raw(HEAD + b"".join(b"X-%d: y\r\n" % each for each in range(5000)) + b"\r\n{}"),
    "status-999": _raw(b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}"),
    "old-http": _raw(b"<html>no head</html>"),
    "empty-200": _body(""),
    "null-json": _body("null"),
    "deep-json": _body("[" * 100_000),
    "list-json": _body("[]"),
    "other-type": _body("\0\1\2", "application/octet-stream"),
}
"""Kinds of ``service_faults``."""

TEXT: dict[str, Tree] = {
    **{each: {"kind": each} for each in ("hang", "reset", "rate-limit", "drip")},
    "empty": {"kind": "text", "text": ""},
    "line-feeds": {"kind": "text", "repeat": ["\n", 60_000]},
    "percents": {"kind": "text", "repeat": ["%", 60_000]},
    "marks": {"kind": "text", "repeat": ["> \n", 20_000]},
    "networks": {"kind": "text", "repeat": ["CIDR: 13.0.0.0/8\n", 15_000]},
    "long-line": {"kind": "text", "repeat": ["Domain Name: x ", 15_000]},
    "too-long": {"kind": "text", "repeat": ["A: b\n", 80_000]},
    "page": {"kind": "text", "text": "<html><body>Please verify you are human</body></html>\r\n"},
    "nul": {"kind": "text", "text": "\0\0\0\0\n"},
    "comments": {"kind": "text", "text": "% Terms of use\r\n% No warranty\r\n"},
    "limited": {"kind": "text", "text": "Too many requests; try again later\r\n"},
    "refused": {"kind": "text", "text": "% Access denied\r\n"},
    "bytes": {"kind": "text", "b64": base64.b64encode(bytes(range(128, 256)) * 8).decode()},
}
"""Kinds of ``whois_rules``."""

FOREIGN_RDAP = _body(
    json.dumps(
        {
            "objectClassName": "domain",
            "ldhName": "X.COM",
            "status": ["active"],
            "events": [{"eventAction": "expiration", "eventDate": "2099-01-01T00:00:00Z"}],
            "entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Gandi SAS"]]]}],
        }
    ),
    "application/rdap+json",
)
FOREIGN_WHOIS = {
    "kind": "text",
    "text": "Domain Name: other.io\r\nRegistrar: Gandi SAS\r\nRegistry Expiry Date: 2099-01-01T00:00:00Z\r\n",
}
FOREIGN_APPLE = _body(
    json.dumps({"resultCount": 1, "results": [{"trackId": 7, "bundleId": "org.other", "trackName": "Other"}]})
)

TLS = ("expired", "not-yet-valid", "self-signed", "no-chain", "hang", "reset", "plaintext", "tls1.0")

# --- sites ---


class Site(NamedTuple):
    """``number`` makes addresses and app ids its own; ``shape``: of what it consists."""

    name: str
    number: int
    shape: str


class Cell(NamedTuple):
    """``rows``: where a fault is put, and which one. ``of``: the cells of which a pair is made. ``name``: of the site,
    without its top-level domain."""

    layer: str
    fault: str
    shape: str
    rows: tuple[tuple[str, Tree], ...]
    of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.layer}-{self.fault}".replace(".", "").replace("+", "-and-")


SHAPES = {"usual": "org", "by-whois": "io", "declared": "org", "by-holder": "org", "by-origin": "org"}
"""The shapes, and the top-level domain of each: two of everything; the same where the registry has whois alone; apps
named in well-known files alone; one address, whose host is known by the holder of its network alone, or by who
announces it alone."""

OWN_NETWORK = {"by-holder": {"asn": 64999, "org": "hetzner"}, "by-origin": {"asn": 24940, "org": "smalltown"}}
NOWHERE = "83.207"
"""The first half of addresses that nobody announces, so that the shipped table of origins does not know them."""

NSONE = ["dns1.p01.nsone.net", "dns2.p01.nsone.net"]
GANDI = ["ns-10-a.gandi.net", "ns-20-b.gandi.net"]
PARENT = ["a0.org.afilias-nst.info", "b0.org.afilias-nst.org"]
CYMRU = ["ns1.cymru.com", "ns2.cymru.com"]
WELL_KNOWN = "^/.well-known/"


def _addresses(site: Site) -> tuple[str, ...]:
    if site.shape in OWN_NETWORK:
        return (f"{NOWHERE}.{site.number}.10",)
    high, low = divmod(site.number, 250)
    return f"88.198.{100 + high}.{low + 1}", f"51.38.{100 + high}.{low + 1}"


def _healthy(site: Site) -> Tree:
    """The part of a topology that makes one site."""
    name, addresses = site.name, _addresses(site)
    app, number = f"org.cell{site.number}.app", 1_700_000_000 + site.number
    links = (
        ""
        if site.shape == "declared"
        else (
            f'<a href="https://f-droid.org/packages/{app}/">F</a><a href="https://apps.apple.com/app/id{number}">A</a>'
            f'<a href="https://play.google.com/store/apps/details?id={app}">P</a>'
        )
    )
    head = "" if site.shape == "declared" else '<link rel="manifest" href="/m.json">'
    icons = [{"src": f"/{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    manifest = {"name": "Cell", "start_url": "/", "display": "standalone", "icons": icons}
    web: Tree = {
        "hosts": [name, f"www.{name}"],
        "headers": {"Server": "nginx", "Content-Type": "text/html"},
        "body": f"<html><head>{head}<title>Cell</title></head><body>{links}</body></html>",
        "paths": {
            "/m.json": {"json": manifest},
            "/.well-known/apple-app-site-association": {
                "json": {"applinks": {"details": [{"appIDs": [f"AB12CD34EF.{app}"], "components": [{"/": "*"}]}]}}
            },
            "/.well-known/assetlinks.json": {
                "json": [
                    {
                        "relation": ["delegate_permission/common.handle_all_urls"],
                        "target": {"namespace": "android_app", "package_name": app},
                    }
                ]
            },
        },
    }
    records = [f"{host} 300 A {address}" for host in ("@", "www") for address in addresses]
    records += ["@ 300 MX 10 mx1", "@ 300 MX 20 mx2", "mx1 300 A 88.198.77.25", "mx2 300 A 51.38.99.25"]
    records += ['@ 300 TXT "v=spf1 mx -all"', '@ 300 CAA 0 issue "letsencrypt.org"']
    made: Tree = {
        "zones": {name: {"dns": {"nsone": NSONE, "gandi-dns": GANDI}, "registrar": "gandi", "records": records}},
        "http": [{**web, "ips": [each], "tls": {"ca": "letsencrypt"}} for each in addresses],
        "apps": {
            "ios": [{"id": number, "bundle": app, "name": "Cell", "seller": "Cell", "seller_url": f"https://{name}"}],
            "android": [{"id": app, "name": "Cell", "developer": "Cell", "website": f"https://{name}"}],
            "fdroid": [{"id": app, "name": "Cell", "versions": [[1, "1.0"]]}],
        },
    }
    if site.shape in OWN_NETWORK:
        block = {"registry": "ripencc", "cc": "DE", "allocated": "2015-01-01", **OWN_NETWORK[site.shape]}
        made["networks"] = [{"prefix": f"{NOWHERE}.{site.number}.0/24", "netname": "CELL", **block}]
    return made


# --- where a fault is put ---


def _by_dns(site: Site, fault: Tree, servers: list[str], **more: Any) -> Tree:
    rule = {"zones": [site.name], **more, **fault}
    return {"dns_faults": [{"server": each, **rule} for each in servers]}


def _by_http(site: Site, fault: Tree, host: str, path: str) -> Tree:
    return {
        "service_faults": [{"host": host, "path": path, **json.loads(json.dumps(fault).replace("SITE", site.name))}]
    }


def _whois(site: Site, fault: Tree) -> Tree:
    return {"whois_rules": [{"q": site.name.replace(".", r"\."), **fault}]}


def _network(site: Site) -> str:
    return rf"{NOWHERE}\.{site.number}\.".replace(NOWHERE, NOWHERE.replace(".", r"\."))


def put(place: str, site: Site, fault: Tree) -> Tree:
    """The part of a topology that puts a fault at a place of a site."""
    app, number = rf"org\.cell{site.number}\.app", 1_700_000_000 + site.number
    mail = [f"mx1.{site.name}", f"mx2.{site.name}"]
    origin = [f"{site.number}.{'.'.join(reversed(NOWHERE.split('.')))}.origin.asn.cymru.com"]
    match place:
        case "rdap":
            return _by_http(site, fault, "rdap.publicinterestregistry.org", f"(?i)domain/{site.name}")
        case "whois":
            return _whois(site, fault)
        case "parent for us":
            return _by_dns(site, fault, PARENT, only="client")
        case "parent":
            return _by_dns(site, fault, PARENT)
        case "servers for us":
            return _by_dns(site, fault, [*NSONE, *GANDI], only="client")
        case "servers":
            return _by_dns(site, fault, [*NSONE, *GANDI])
        case "one operator":
            return _by_dns(site, fault, NSONE)
        case "all port 53 for us":
            return _by_dns(site, fault, [*PARENT, *NSONE, *GANDI], only="client")
        case "mx":
            return _by_dns(site, fault, [*NSONE, *GANDI], qtypes=["MX"])
        case "txt":
            return _by_dns(site, fault, [*NSONE, *GANDI], qtypes=["TXT"])
        case "mail hosts":
            return _by_dns(site, fault, [*NSONE, *GANDI], zones=mail)
        case "caa":
            return _by_dns(site, fault, [*NSONE, *GANDI], qtypes=["CAA"])
        case "front page":
            return _by_http(site, fault, site.name, "^/$")
        case "well-known":
            return _by_http(site, fault, site.name, WELL_KNOWN)
        case "well-known of both names":
            return {
                "service_faults": [
                    each
                    for host in (site.name, f"www.{site.name}")
                    for each in _by_http(site, fault, host, WELL_KNOWN)["service_faults"]
                ]
            }
        case "manifest":
            return _by_http(site, fault, site.name, "^/m.json")
        case "apple":
            return _by_http(site, fault, "itunes.apple.com", f"{number}|{app}")
        case "play":
            return _by_http(site, fault, "play.google.com", app)
        case "f-droid":
            return _by_http(site, fault, "f-droid.org", app)
        case "holder by rdap":
            return _by_http(site, fault, "rdap.db.ripe.net", f"ip/{_network(site)}")
        case "holder by whois":
            return {"whois_rules": [{"q": _network(site), **fault}]}
        case "origin":
            return _by_dns(site, fault, CYMRU, zones=origin)
        case "tls" | "tls of one leg":
            return {place: fault}
    raise ValueError(place)


# --- the matrix ---


def _some(faults: dict[str, Tree], *names: str) -> dict[str, Tree]:
    return {name: faults[name] for name in names}


FRONT = {name: fault for name, fault in HTTP.items() if name not in ("cut-json", "null-json", "deep-json", "list-json")}
LOOKED_UP = _some(
    HTTP,
    "400",
    "401",
    "403",
    "404",
    "410",
    "429-never",
    "451",
    "500",
    "503",
    "301-nowhere",
    "to-gone",
    "to-private",
    "challenge-200",
    "cut-json",
    "wrong-json",
    "hang",
    "drip",
    "reset",
    "garbage",
    "bad-length",
    "huge",
    "bomb",
    "negative-chunk",
    "many-headers",
    "empty-200",
    "deep-json",
)
STORE = _some(
    HTTP,
    "400",
    "403",
    "429-never",
    "500",
    "to-gone",
    "challenge-200",
    "cut-json",
    "wrong-json",
    "hang",
    "reset",
    "bomb",
    "301-nowhere",
)
CERTIFICATES: dict[str, Tree] = {
    **{each.replace(".", ""): {"ca": "letsencrypt", "fault": each} for each in TLS},
    "wrong-name": {"ca": "letsencrypt", "sans": ["another-site.com"]},
    "untrusted": {"ca": "untrusted"},
    "closed": {},
    "nobody": {"nobody": True},
}

LAYERS: dict[str, tuple[tuple[str, str, dict[str, Tree], tuple[tuple[str, Tree], ...]], ...]] = {
    "registry": (
        ("usual", "rdap", {**LOOKED_UP, "of-another": FOREIGN_RDAP}, (("whois", TEXT["reset"]),)),
        ("by-whois", "whois", {**TEXT, "of-another": FOREIGN_WHOIS}, ()),
    ),
    "parent-to-us": (("usual", "parent for us", DNS, ()),),
    "parent-to-all": (("usual", "parent", DNS, ()),),
    "servers-to-us": (("usual", "servers for us", DNS, ()),),
    "servers-to-all": (("usual", "servers", DNS, ()),),
    "one-operator": (("usual", "one operator", DNS, ()),),
    "in-between": (("usual", "all port 53 for us", DNS, ()),),
    "web": (("usual", "front page", FRONT, ()),),
    "tls": (("usual", "tls", CERTIFICATES, ()), ("usual", "tls of one leg", CERTIFICATES, ())),
    "holder": (
        ("by-holder", "holder by rdap", LOOKED_UP, (("holder by whois", TEXT["reset"]),)),
        ("by-holder", "holder by whois", TEXT, (("holder by rdap", HTTP["500"]),)),
        ("by-origin", "origin", DNS, ()),
    ),
    "mail": (("usual", "mx", DNS, ()), ("usual", "txt", DNS, ()), ("usual", "mail hosts", DNS, ())),
    "stores": (
        ("usual", "apple", {**STORE, "of-another": FOREIGN_APPLE}, ()),
        ("usual", "play", STORE, ()),
        ("usual", "f-droid", STORE, ()),
    ),
    "beside-links": (("usual", "well-known of both names", LOOKED_UP, ()), ("usual", "manifest", STORE, ())),
    "alone": (("declared", "well-known of both names", HTTP, ()),),
}
"""By layer: the shape of its sites, where the fault is put, the faults, and what else is put there so that nothing but
this look-up could tell."""

LETTERS = {
    "rdap": "rdap",
    "whois": "whois",
    "tls": "all",
    "tls of one leg": "one",
    "holder by rdap": "rdap",
    "holder by whois": "whois",
    "origin": "origin",
    "mx": "mx",
    "txt": "txt",
    "mail hosts": "hosts",
    "apple": "apple",
    "play": "play",
    "f-droid": "fdroid",
    "manifest": "manifest",
}
"""What tells apart the rows of one layer, in the names of cells."""


def _single() -> Iterator[Cell]:
    for layer, rows in LAYERS.items():
        for shape, place, faults, besides in rows:
            for name, fault in faults.items():
                told = f"{LETTERS[place]}-{name}" if place in LETTERS else name
                yield Cell(layer, told, shape, ((place, fault), *besides))


def _pairs(single: list[Cell]) -> Iterator[Cell]:
    """One cell for each two layers of the usual shape, the faults taken by turns."""
    by_layer = {layer: [each for each in single if (each.layer, each.shape) == (layer, "usual")] for layer in LAYERS}
    usual = [layer for layer, cells in by_layer.items() if cells]
    for turn, (first, second) in enumerate(itertools.combinations(usual, 2)):
        one, other = (by_layer[layer][turn * step % len(by_layer[layer])] for layer, step in ((first, 7), (second, 11)))
        both = (one.name, other.name)
        yield Cell("pair", "+".join(both), "usual", (*one.rows, *other.rows), both)


def matrix() -> list[Cell]:
    """All cells, in an order that never depends on anything but this file."""
    single = list(_single())
    return [*single, *_pairs(single)]


def twin(shape: str) -> str:
    """The domain of the healthy site of a shape."""
    return f"healthy-{shape}.{SHAPES[shape]}"


def domain(cell: Cell) -> str:
    # A label has at most 63 characters; the two halves of a pair keep their own names apart.
    return f"{cell.name[:63].rstrip('-')}.{SHAPES[cell.shape]}"


def topology(lab: Path, cells: list[Cell]) -> Tree:
    """The rest of the Internet, the healthy sites, and the sites of these cells with what is done to them."""
    portal = {"hosts": ["portal.faults-lab.net"], "paths": {"/login": {"body": "<html>Log in</html>"}}}
    whole: Tree = {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "faults",
        "zones": {"faults-lab.net": {"dns": "nsone", "records": ["@ 300 A 88.198.77.80", "portal 300 A 88.198.77.80"]}},
        "http": [{**portal, "tls": {"ca": "letsencrypt"}}],
        "hosts_up": ["88.198.77.25", "51.38.99.25", "51.38.99.99"],
        "hosts_down": [],
        "apps": {"ios": [], "android": [], "fdroid": []},
        **{key: [] for key in ("networks", "dns_faults", "service_faults", "whois_rules")},
    }
    networks, others = itertools.count(), itertools.count()
    for shape in dict.fromkeys(each.shape for each in cells):
        _add(whole, _healthy(Site(twin(shape), next(networks if shape in OWN_NETWORK else others), shape)))
    for cell in cells:
        number = next(networks if cell.shape in OWN_NETWORK else others)
        site = Site(domain(cell), number, cell.shape)
        made = _healthy(site)
        for place, fault in cell.rows:
            part = put(place, site, fault)
            for key in ("tls", "tls of one leg"):
                if key in part:
                    _spoil(whole, made, part.pop(key), one=key != "tls")
            _add(whole, part)
        _add(whole, made)
    return whole


def _spoil(whole: Tree, made: Tree, tls: Tree, *, one: bool) -> None:
    """Other certificates, or none, at all addresses of a site or at the first."""
    for leg in made["http"][:1] if one else list(made["http"]):
        if "nobody" in tls:
            whole["hosts_down"] += leg["ips"]
            made["http"].remove(leg)
        else:
            leg["tls"] = tls or False


def _add(whole: Tree, part: Tree) -> None:
    for key, value in part.items():
        if isinstance(value, list):
            whole.setdefault(key, []).extend(value)
        elif key == "apps":
            for store, rows in value.items():
                whole["apps"][store] += rows
        else:
            whole.setdefault(key, {}).update(value)
