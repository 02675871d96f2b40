"""Sites that run themselves, in whole or in part, and their likes on rented machines."""

from __future__ import annotations

from helpers.sites import GANDI, NSONE, Site
from hostaudit.model.site import Own
from hostaudit.model.values import Origin, Owner, Registration

CAMPUS, SECOND = 64500, 64501
"""Autonomous systems that the catalogue does not hold (RFC 5398)."""


def network(site: Site, address: str, asn: int, name: str, organisation: str = "", netname: str | None = None) -> Site:
    """An address with the registered name of its AS, and of its holder if there is one."""
    prefix = ".".join(address.split(".")[:2]) + ".0.0/16"
    site.note("origin", address, Origin(prefix, (asn,), (name,), "SE"))
    if organisation or netname:
        start = ".".join(address.split(".")[:2])
        owner = Owner("rdap", f"{start}.0.0", f"{start}.255.255", netname, organisation=organisation or None)
        site.note("owner", address, owner)
    return site


def alone(domain: str = "cornuni.org", asn: int = CAMPUS, name: str = "CORNUNI, SE", organisation: str = "") -> Site:
    """Web, DNS and mail on one network, under names of the site's own."""
    site = Site(domain).name(GANDI, {f"ns1.{domain}": ("192.0.2.53", asn), f"ns2.{domain}": ("192.0.2.54", asn)})
    site.web(domain, ("192.0.2.10", asn)).web(f"www.{domain}", ("192.0.2.11", asn)).front(f"www.{domain}")
    site.caa("letsencrypt.org").mail((f"mx.{domain}", "192.0.2.25", asn)).apps()
    for address in ("192.0.2.53", "192.0.2.54", "192.0.2.10", "192.0.2.11", "192.0.2.25"):
        network(site, address, asn, name, organisation)
    return site


def university(**own) -> Site:
    """A university on its own network, as its owner declares unless ``own`` says otherwise."""
    return alone().declare(own=Own(**own) if own else Own(asns=(CAMPUS,)))


def rented() -> Site:
    """The same on a rented server of Hetzner."""
    site = Site("cornuni.org")
    leg = ("88.198.77.53", 24940), ("88.198.77.54", 24940)
    site.name(GANDI, {"ns1.cornuni.org": leg[0], "ns2.cornuni.org": leg[1]})
    site.web("cornuni.org", ("88.198.77.10", 24940)).web("www.cornuni.org", ("88.198.77.11", 24940))
    return site.front("www.cornuni.org").caa("letsencrypt.org").mail(("mx.cornuni.org", "88.198.77.25", 24940)).apps()


def broadcaster() -> Site:
    """Own name servers under two names in an own network, and the site in another block of it: three ids, one party."""
    site = Site("bcast.com").name(
        GANDI, {"ns0.bcast.com": ("192.0.2.53", CAMPUS), "ns0.bcast.co.uk": ("192.0.2.54", CAMPUS)}
    )
    site.web("bcast.com", ("198.51.100.10", CAMPUS)).web("www.bcast.com", ("198.51.100.11", CAMPUS))
    site.front("www.bcast.com").caa("letsencrypt.org").mail(("mx.bcast.com", "203.0.113.25", SECOND)).apps()
    for address in ("192.0.2.53", "192.0.2.54"):
        network(site, address, CAMPUS, "BCAST Bcast Internet Services, UK, GB")
    for address in ("198.51.100.10", "198.51.100.11"):
        network(site, address, CAMPUS, "BCAST Bcast Internet Services, UK, GB", "Bcast", "BCAST-NETWORK")
    return network(site, "203.0.113.25", SECOND, "BCAST-MAIL, GB", "Bcast")


def bookshop(domain: str = "amazon.com") -> Site:
    """A site wholly at Amazon, under a name of Amazon's or another."""
    site = Site(domain).name(("MarkMonitor Inc.", "292"), {"ns-1.awsdns-00.com": ("205.251.192.1", 16509)})
    site.web(domain, ("54.189.10.21", 16509), issuer="Amazon").web(f"www.{domain}", ("54.189.10.22", 16509))
    return site.front(domain).caa("amazon.com").mail().apps()


def registered_to(site: Site, organisation: str) -> Site:
    """The same site, whose registration shows an organisation as the holder of the name."""
    zone = site.target.registrable
    return site.note("registration", zone, Registration("rdap", *GANDI, registrant=organisation))


def half_rented() -> Site:
    """DNS at NS1, the site on the university's network."""
    return alone().name(GANDI, NSONE)
