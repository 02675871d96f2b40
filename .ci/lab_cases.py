"""Sites of which the first guess at an operator is wrong, for the laboratory network, and what is true of them.

Each row of ``TRUE``: a site to who must stand in a role for a host, by the host's name, and nobody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

Tree = dict[str, Any]

VANITY: dict[str, dict[tuple[str, str], set[str]]] = {
    "vanity-shop.com": {
        ("dns", "ns1.vanity-shop.com"): {"ns1"},
        ("dns", "ns2.vanity-shop.com"): {"ns1"},
        ("hosting", "vanity-shop.com"): {"digitalocean"},
        ("registrar", "vanity-shop.com"): {"namecheap"},
        ("ca", "vanity-shop.com"): {"lets-encrypt"},
    },
    "flattened.dev": {
        ("dns", "ada.ns.cloudflare.com"): {"cloudflare"},
        ("cdn", "flattened.dev"): {"cloudflare"},
        ("cdn", "www.flattened.dev"): {"cloudflare"},
        ("hosting", "flattened.dev"): set(),
        ("registrar", "flattened.dev"): {"cloudflare"},
        ("ca", "flattened.dev"): {"google-trust-services"},
    },
    "agency.co.uk": {
        ("dns", "ns1.digitalocean.com"): {"digitalocean"},
        ("hosting", "ns1.digitalocean.com"): {"cloudflare"},
        ("hosting", "agency.co.uk"): {"vercel", "aws"},
        ("hosting", "www.agency.co.uk"): {"github-pages"},
        ("cdn", "www.agency.co.uk"): {"fastly"},
        ("registrar", "agency.co.uk"): {"tucows"},
        ("registrar", "agency-hosting.io"): {"namecheap"},
    },
    "xn--bcher-laden-thb.de": {
        ("dns", "helium.ns.hetzner.de"): {"hetzner"},
        ("hosting", "xn--bcher-laden-thb.de"): {"hetzner"},
        ("ca", "xn--bcher-laden-thb.de"): {"lets-encrypt"},
    },
    "sechs.io": {("hosting", "sechs.io"): {"hetzner"}, ("registrar", "sechs.io"): {"gandi"}},
    "wildcard.net": {
        ("dns", "ns01.domaincontrol.com"): {"godaddy"},
        ("hosting", "wildcard.net"): {"aws"},
        ("ca", "wildcard.net"): {"amazon-trust-services"},
        ("mail", "mx.wildcard.net"): set(),  # the record of the wildcard is none of the name itself (RFC 4592)
    },
    "mailonly.org": {
        ("registrar", "mailonly.org"): {"gandi"},
        ("hosting", "www.mailonly.org"): {"gandi"},
        ("hosting", "mailonly.org"): set(),
    },
    "intranet-only.com": {
        ("dns", "dns200.anycast.me"): {"ovh"},
        ("hosting", "intranet-only.com"): {"unknown:10.0.0.1"},
    },
    "split.org": {
        ("dns", "ns1-01.azure-dns.com"): {"azure-dns"},
        ("dns", "ns-1.awsdns-00.com"): set(),
        ("hosting", "split.org"): {"azure"},
        ("ca", "split.org"): {"digicert"},
    },
    "app.split.org": {
        ("dns", "ns1-01.azure-dns.com"): {"azure-dns"},
        ("dns", "ns-1.awsdns-00.com"): {"route53"},
        ("hosting", "app.split.org"): {"aws"},
        ("ca", "app.split.org"): {"amazon-trust-services"},
    },
}
"""Of the sites in ``vanity``. The mail exchanger of ``xn--bcher-laden-thb.de`` is written there in UTF-8, which is not
its name in the DNS, so that its mail is down there indeed."""

TRUE: dict[str, dict[tuple[str, str], set[str]]] = {
    "of-a-customer.org": {("cdn", "of-a-customer.org"): {"cloudflare"}, ("hosting", "of-a-customer.org"): set()},
    "of-a-platform.org": {("cdn", "of-a-platform.org"): {"cloudflare"}, ("hosting", "of-a-platform.org"): set()},
    "cached.net": {("cdn", "cached.net"): {"akamai"}, ("hosting", "cached.net"): {"unknown:as64999"}},
    "layered.org": {("cdn", "layered.org"): {"cloudflare"}, ("hosting", "layered.org"): {"render"}},
    "stored.org": {("cdn", "www.stored.org"): {"fastly"}, ("hosting", "www.stored.org"): {"amazon-s3"}},
    "two-networks.org": {("cdn", "two-networks.org"): {"fastly", "cloudflare"}},
    "tenant.github.io": {
        ("registrar", "tenant.github.io"): {"github-pages"},
        ("registrar", "github.io"): {"markmonitor"},
        ("dns", "dns1.p01.nsone.net"): {"ns1"},
        ("hosting", "tenant.github.io"): {"github-pages"},
        ("cdn", "tenant.github.io"): {"fastly"},
    },
    "mistyped.com": {
        ("dns", "ns1-01.azure-dns.com"): {"azure-dns"},
        ("dns", "ns2-01.azure.dns.net"): {"unknown:dns.net"},
    },
    "rented.org": {
        ("dns", "ns1.rented-host.net"): {"unknown:rented-host.net"},
        ("hosting", "ns1.rented-host.net"): {"hetzner"},
    },
    "own-servers.org": {("dns", "ns1.own-servers.org"): {"hetzner"}},
    "long-cached.com": {("dns", "dns1.p01.nsone.net"): {"ns1"}, ("registrar", "long-cached.com"): {"godaddy"}},
}
"""Of the sites in ``topology``."""


def topology(lab: Path) -> Tree:
    """The rest of the Internet with these sites in it."""
    render = {"server": "cloudflare", "cf-ray": "60aa1122bb33cc44-FRA", "x-render-origin-server": "Render"}
    github = {"Server": "GitHub.com", "X-GitHub-Request-Id": "A:B:C", "X-Served-By": "cache-fra-1-FRA"}
    stored = {"Server": "AmazonS3", "Via": "1.1 varnish", "X-Served-By": "cache-fra-1-FRA", "X-Timer": "S1.0,VS0,VE0"}
    block = {"registry": "ripencc", "cc": "SE", "allocated": "2015-01-01", "asn": 13335}
    return {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "cases",
        "orgs": {
            "university": {"handle": "ORG-EU1-RIPE", "name": "Example University", "abuse": "abuse@example.edu"},
            "shopify": {"handle": "SHOPI-1", "name": "Shopify, Inc.", "abuse": "abuse@shopify.com"},
        },
        "networks": [
            {"prefix": "193.235.24.0/24", "org": "university", "netname": "SE-UNI", **block},
            {"prefix": "193.235.25.0/24", "org": "shopify", "netname": "SHOPIFY", **block},
        ],
        "dns": {"selfdns": {"servers": {}, "extra_ips": ["88.198.70.53", "88.198.70.54"]}},
        "zones": {
            "of-a-customer.org": {"dns": "nsone", "records": "@ 300 A 193.235.24.10"},
            "of-a-platform.org": {"dns": "nsone", "records": "@ 300 A 193.235.25.10"},
            "cached.net": {"dns": "nsone", "records": "@ 300 A 193.235.16.80"},
            "layered.org": {"dns": "nsone", "records": "@ 300 A 104.17.5.5"},
            "stored.org": {"dns": "nsone", "records": "www 300 CNAME stored.map.fastly.net."},
            "fastly.net": {"records": "stored.map 60 A 151.101.1.9"},
            "two-networks.org": {"dns": "nsone", "records": "@ 300 A 151.101.1.8\n@ 300 A 104.17.5.6"},
            "github.io": {"records": "tenant 3600 A 185.199.108.153"},
            "mistyped.com": {
                "dns": "azure-dns",
                "ns": ["ns1-01.azure-dns.com", "ns2-01.azure.dns.net"],
                "records": "@ 300 A 20.41.5.6",
            },
            "rented-host.net": {"dns": "hetzner-dns", "records": "ns1 300 A 88.198.70.53"},
            "rented.org": {"dns": "selfdns", "ns": ["ns1.rented-host.net"], "records": "@ 300 A 88.198.70.60"},
            "long-cached.com": {
                "dns": "nsone",
                "registrar": "godaddy",
                "records": "@ 604800 A 88.198.70.62\nwww 604800 A 88.198.70.62",
            },
            "own-servers.org": {
                "dns": "selfdns",
                "ns": ["ns1.own-servers.org"],
                "records": "ns1 300 A 88.198.70.54\n@ 300 A 88.198.70.61",
            },
        },
        "http": [
            {"hosts": ["of-a-customer.org"], "headers": {"Server": "cloudflare", "CF-RAY": "60aa1122bb33cc44-FRA"}},
            {"hosts": ["of-a-platform.org"], "headers": {"Server": "cloudflare", "CF-RAY": "60aa1122bb33cc44-FRA"}},
            {"hosts": ["cached.net"], "headers": {"Server": "AkamaiGHost"}},
            {"hosts": ["layered.org"], "headers": render},
            {"hosts": ["www.stored.org"], "headers": stored},
            {"hosts": ["two-networks.org"]},
            {"hosts": ["tenant.github.io"], "headers": github},
            *({"hosts": [name]} for name in ("mistyped.com", "rented.org", "own-servers.org")),
            {"hosts": ["long-cached.com", "www.long-cached.com"]},
        ],
    }


FOUND: dict[str, tuple[int, dict[str, set[str]]]] = {
    "expired-cert.org": (1, {"certificate-refused": {"web"}}),
    "half-cert.org": (0, {"certificate-refused": set()}),
    "self-signed.org": (1, {"certificate-refused": {"web"}}),
    "wrong-name.org": (1, {"certificate-refused": {"web"}}),
    "no-chain.org": (3, {}),
    "plain-beside.org": (0, {"certificate-refused": set()}),
    "wrong-ds.org": (1, {"dnssec-fails": {"resolve", "web"}}),
    "old-signatures.org": (1, {"dnssec-fails": {"resolve", "web"}}),
    "held-still-there.org": (0, {"registration-on-hold": set()}),
    "held-and-gone.io": (1, {"registration-on-hold": {"resolve", "web"}}),
    "deleted.io": (1, {"registration-deleted": {"resolve", "web"}}),
    "dangling.org": (1, {"dangling-name": {"web"}}),
    "lost-exchanger.org": (1, {"dangling-name": {"mail_receive"}}),
}
"""Of the sites in ``found_topology``: by domain the exit code, and by rule of a finding what it shows to be down."""


def found_topology(lab: Path) -> Tree:
    """The rest of the Internet with sites of which something does not work now, or will not soon."""
    zones: Tree = {
        name: {"dns": "nsone", "registrar": "gandi", "records": f"@ 300 A 88.198.70.{70 + number}"}
        for number, name in enumerate(FOUND)
    }
    zones["half-cert.org"]["records"] += "\n@ 300 A 88.198.70.99"
    zones["wrong-ds.org"]["signed"] = "wrong-ds"
    zones["old-signatures.org"]["signed"] = "expired"
    zones["held-still-there.org"]["status"] = ["client hold"]
    zones["dangling.org"]["records"] += "\nwww 300 CNAME gone-shop.azurewebsites.net."
    zones["lost-exchanger.org"]["records"] += "\n@ 300 MX 10 gone"
    zones["azurewebsites.net"] = {"dns": "azure-dns", "registrar": "markmonitor"}
    expired = {"ca": "letsencrypt", "fault": "expired"}
    changes: Tree = {
        "expired-cert.org": {"tls": expired},
        "half-cert.org": {"ips": [zones["half-cert.org"]["records"].split()[3]], "tls": expired},
        "self-signed.org": {"tls": {"ca": "letsencrypt", "fault": "self-signed"}},
        "wrong-name.org": {"tls": {"ca": "letsencrypt", "sans": ["another-site.com"]}},
        "no-chain.org": {"tls": {"ca": "letsencrypt", "fault": "no-chain"}},
        "plain-beside.org": {"tls": expired, "http80": "serve"},
        "dangling.org": {"redirect": "https://www.dangling.org/"},
    }
    gone = {"held-and-gone.io": ("clientHold",), "deleted.io": ("redemptionPeriod", "pendingDelete")}
    return {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "found",
        "zones": zones,
        "http": [
            *({"hosts": [name], **changes.get(name, {})} for name in FOUND),
            {"hosts": ["half-cert.org"], "ips": ["88.198.70.99"], "tls": {"ca": "letsencrypt"}},
        ],
        "whois_rules": [{"q": name, "kind": "text", "text": _whois(name, status)} for name, status in gone.items()],
        # The laboratory's registries delegate every name, so for these their servers say otherwise.
        "dns_faults": [{"server": each, "kind": "nxdomain", "zones": [*gone]} for each in ("a0.nic.io", "b0.nic.io")],
    }


def _whois(name: str, status: tuple[str, ...]) -> str:
    """What a registry says of a name with these statuses."""
    lines = [f"Domain Status: {each} https://icann.org/epp#{each}" for each in status]
    return "\r\n".join((f"Domain Name: {name}", "Registrar: Gandi SAS", "Registrar IANA ID: 81", *lines, ""))


CAMPUS = "AS64998"
"""The network of a made-up university, under its name."""

ALONE, RENTED, MIXED = "cornuni.org", "rentuni.org", "cornshop.org"
"""A university on its own network; the same on rented servers; names and mail on the same network and a rented host."""


def own_topology(lab: Path) -> Tree:
    """The rest of the Internet with a university that runs itself, and its likes."""
    org = {"handle": "ORG-CU1-RIPE", "name": "Cornuni", "abuse": "abuse@cornuni.org"}
    announced = {"registry": "ripencc", "cc": "SE", "allocated": "2015-01-01"}
    places = {
        ALONE: ("193.235.32", "193.235.32"),
        RENTED: ("88.198.71", "88.198.71"),
        MIXED: ("193.235.33", "88.198.72"),
    }
    zones, servers = {}, {}
    for number, (name, (home, host)) in enumerate(places.items()):
        servers[f"campus{number}"] = {"servers": {}, "extra_ips": [f"{home}.53", f"{home}.54"]}
        records = (f"ns1 300 A {home}.53", f"ns2 300 A {home}.54", f"@ 300 A {host}.10", f"www 300 A {host}.11")
        mail = (f"mx 300 A {home}.25", "@ 300 MX 10 mx")
        ns = [f"ns1.{name}", f"ns2.{name}"]
        zones[name] = {"dns": f"campus{number}", "ns": ns, "registrar": "gandi", "records": "\n".join(records + mail)}
    return {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "own",
        "orgs": {"cornuni": org},
        "asns": {64998: {"name": "CORNUNI", "org": "cornuni", **announced}},
        "networks": [
            {"prefix": prefix, "asn": 64998, "org": "cornuni", "netname": "SE-CORNUNI", **announced}
            for prefix in ("193.235.32.0/24", "193.235.33.0/24")
        ],
        "dns": servers,
        "zones": zones,
        "http": [{"hosts": [name, f"www.{name}"], "tls": {"ca": "letsencrypt"}} for name in places],
    }


def own_site_file(tested: str) -> Tree:
    """What the university declares: its network and, for the site with a rented host, its last test of a recovery."""
    own = {"asns": [CAMPUS]}
    recovery = {"hosting": {"hours": 4, "tested": tested}}
    sites = [{"domain": ALONE, "own": own}, {"domain": MIXED, "own": own, "recovery": recovery}]
    return {"version": 1, "sites": sites}


def differences(report: Tree, true: dict[tuple[str, str], set[str]]) -> list[str]:
    """What a report says otherwise."""
    found = []
    for (role, host), expected in true.items():
        seen = {
            row["provider"]
            for row in report["dependencies"]
            if row["role"] == role and row["subject"].split(" ")[0] == host
        }
        if seen != expected:
            found.append(f"{role} of {host} is {sorted(expected)}, the report says {sorted(seen)}")
    return found
