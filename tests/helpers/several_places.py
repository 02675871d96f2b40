"""Evidence of one site from two places: name servers that answer by place, and a resolver that lies."""

from __future__ import annotations

from msgspec import structs

from helpers.sites import CLOUDFLARE_NS, GANDI, NSONE, Site, in_pairs
from hostaudit import api
from hostaudit.model.evidence import EvidenceFile

CLOUDFLARE = (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-NRT"))
FASTLY = (("x-served-by", "cache-cdg20728-CDG"), ("via", "1.1 varnish"))


def geo_split(*, edge: str, domain: str = "geosplit.org") -> Site:
    """The site as one place sees it: behind one content network there, another one elsewhere."""
    site = Site(domain).name(GANDI, {**NSONE, **CLOUDFLARE_NS})
    leg, headers = {
        "cloudflare": (("104.17.20.30", 13335), CLOUDFLARE),
        "fastly": (("151.101.1.57", 54113), FASTLY),
    }[edge]
    for host in site.target.hosts:
        site.web(host, leg, headers=headers)
    return site.front(domain).caa("letsencrypt.org").mail().apps()


def example(place: str) -> EvidenceFile:
    """The evidence in ``examples/several-places``."""
    edge = {"tokyo": "cloudflare", "paris": "fastly"}[place]
    file = geo_split(edge=edge, domain="example.org").file()
    return structs.replace(file, run=structs.replace(file.run, vantage=place))


def half_of_a_pair(leg: int) -> Site:
    """``in_pairs`` as a place sees it that is given one of its two hosts."""
    site = in_pairs()
    for host, legs in (
        ("steady.org", (("88.198.77.10", 24940), ("51.38.99.20", 16276))),
        ("www.steady.org", (("88.198.77.11", 24940), ("51.38.99.21", 16276))),
    ):
        for ip, _ in legs:
            for kind in ("web", "tls"):
                del site.items[f"{kind}:{host} {ip}"]
        site.web(host, legs[leg])
    return site


def in_two_places() -> EvidenceFile:
    """A content network for each of two places."""
    return api.merge({"tokyo": geo_split(edge="cloudflare").file(), "paris": geo_split(edge="fastly").file()})


def denied() -> Site:
    """The site at a resolver that denies that the name exists."""
    site = Site("geosplit.org")
    for host in site.target.hosts:
        for kind in ("a", "aaaa", "https"):
            site.note(kind, host, absent="NXDOMAIN")
    for kind in ("mx", "spf", "nameservers"):
        site.note(kind, "geosplit.org", absent="NXDOMAIN")
    site.note("delegation", "geosplit.org", absent="NXDOMAIN from a0.org.afilias-nst.info (199.19.56.1)")
    return site.note("front", "geosplit.org", absent="no address")


def with_a_liar() -> EvidenceFile:
    """A place where the site is seen, and one whose resolver denies it."""
    return api.merge({"paris": geo_split(edge="fastly").file(), "filtered": denied().file()})
