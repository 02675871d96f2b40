"""Sites of which the usual picture is wrong: no web site, a page under another name, no page at all."""

from __future__ import annotations

from helpers.sites import AT, GANDI, NSONE, ServerAnswer, Site, in_one_leg
from hostaudit.model.values import (
    Addresses,
    Certificate,
    CertificateName,
    Delegation,
    FrontPage,
    NameServerGlue,
    NameServers,
    Origin,
    Registration,
    WebAnswer,
)

LEFT_OPEN = ("packages", "web_app", "apps")
"""Of a page that could not be read, older evidence says only that these hang on it."""


def mail_only() -> Site:
    """A name for mail alone, as older evidence told it: its front page "could not be learnt"."""
    site = Site("mailonly.com").name(GANDI, NSONE).caa()
    for host in site.target.hosts:
        site.note("a", host, absent="NODATA").note("aaaa", host, absent="NODATA").zone(host)
    for kind in ("front", "page"):
        site.note(kind, "mailonly.com", unknown="dns_error")
    for kind in LEFT_OPEN:
        site.note(kind, "mailonly.com", unknown="depends_on_unknown")
    return site.mail(("mx1.mailonly.com", "88.198.77.25", 24940))


def other_place(site: Site) -> Site:
    """A web site under another name, all of it at OVH, to which the site leads."""
    servers = {"dns200.anycast.me": ("46.105.206.200", 16276)}
    site.note("registration", "otherplace.net", Registration("rdap", "OVH SAS", "433"))
    glue = tuple(map(NameServerGlue, servers))
    site.note("delegation", "otherplace.net", Delegation("net", glue, 172800, ds=False))
    site.note("nameservers", "otherplace.net", NameServers(tuple(servers), 3600))
    for host, leg in servers.items():
        site.address(host, leg)
        answer = ServerAnswer("otherplace.net", host, leg[0], True, "NOERROR", 1)
        site.note("server", f"otherplace.net {host} {leg[0]}", answer)
    site.web("www.otherplace.net", ("51.38.99.20", 16276))
    return site.note("caa", "www.otherplace.net", absent="no CAA")


def redirect_only(*, away: str = "https://www.otherplace.net/") -> Site:
    """A site at Hetzner, both names of which redirect to a page under another name."""
    site = other_place(Site("redirsite.com").name(GANDI, NSONE)).caa().mail().apps()
    for host in ("redirsite.com", "www.redirsite.com"):
        site.web(host, ("88.198.77.10", 24940))
        site.note("web", f"{host} 88.198.77.10", WebAnswer(host, "88.198.77.10", "https", 301, (), away))
    page = FrontPage("https://www.otherplace.net/", "www.otherplace.net", 200, ("https://redirsite.com/",))
    return site.note("front", "redirsite.com", page)


def answers(status: int, headers=()) -> Site:
    """A site of one host, whose front page answers with a status that shows no page; it names no app elsewhere."""
    site = in_one_leg()
    for host, address in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.note("web", f"{host} {address}", WebAnswer(host, address, "https", status, tuple(headers)))
    site.note("front", "steady.org", FrontPage("https://www.steady.org/", "www.steady.org", status))
    site.note("page", "www.steady.org", unknown="http_status").note("apps", "steady.org", unknown="depends_on_unknown")
    for kind in ("packages", "web_app"):
        site.note(kind, "www.steady.org", unknown="depends_on_unknown")
    for each in [key for key in site.items if key.startswith("listing:")]:
        del site.items[each]
    return site


def ipv6_only() -> Site:
    """A site with addresses of the newer family alone."""
    site = Site("sechs.org").name(GANDI, NSONE).caa().mail().apps()
    for host in site.target.hosts:
        address = "2a01:4f8:c0c:1::1"
        site.zone(host).note("a", host, absent="NODATA").note("aaaa", host, Addresses((), (address,), 60))
        site.note("web", f"{host} {address}", WebAnswer(host, address, "https", 200, ()))
        name = CertificateName("Let's Encrypt", "X1", "US")
        valid = Certificate(host, address, name, (host,), AT, "2021-03-01T00:00:00Z", True)
        site.note("tls", f"{host} {address}", valid)
        site.note("origin", address, Origin("2a01:4f8::/32", (24940,), ("HETZNER",), "DE"))
    return site.front("sechs.org")


def www_only() -> Site:
    """A site whose bare name has no address."""
    site = in_one_leg()
    for kind in ("a", "aaaa"):
        site.note(kind, "steady.org", absent="NODATA")
    for each in ("web:steady.org 88.198.77.10", "tls:steady.org 88.198.77.10"):
        del site.items[each]
    return site
