"""Sites of which something does not work now, or will not soon, made from sound ones."""

from __future__ import annotations

from helpers.sites import GANDI, NSONE, Site, in_pairs
from hostaudit.model.values import (
    CanonicalName,
    Certificate,
    CertificateName,
    Delegation,
    MailExchanger,
    MailExchangers,
    NameServerGlue,
    NameServers,
    Registration,
    WebAnswer,
)

NAME = "steady.org"
LEGS = (
    (NAME, "88.198.77.10"),
    (NAME, "51.38.99.20"),
    (f"www.{NAME}", "88.198.77.11"),
    (f"www.{NAME}", "51.38.99.21"),
)
BEGAN, ENDED, LATER = "2020-10-01T00:00:00Z", "2021-01-01T00:00:00Z", "2021-03-01T00:00:00Z"


def registered(*status: str, expires: str | None = None, gone: bool = False) -> Site:
    """A sound site whose registration has these statuses; ``gone``: its registry does not delegate it."""
    site = in_pairs()
    site.note("registration", NAME, Registration("rdap", *GANDI, status=status, expires=expires))
    return site.note("delegation", NAME, absent="NXDOMAIN from a0.org.afilias-nst.info (199.19.56.1)") if gone else site


def with_certificates(*legs: tuple[str, str], **changes) -> Site:
    """A sound site that presents such certificates at some of its legs, all by default; its front page is unknown."""
    site = in_pairs()
    for host, address in legs or LEGS:
        fields = {
            "issuer": CertificateName("Let's Encrypt", "R3", "US"),
            "names": (host,),
            "not_before": BEGAN,
            "not_after": LATER,
            "valid": False,
            "problem": "the verifier's own words",
        }
        site.note("tls", f"{host} {address}", Certificate(host, address, **(fields | changes)))
        site.note("web", f"{host} {address}", unknown="certificate_invalid")
    return site if legs else site.note("front", NAME, unknown="certificate_invalid")


def expired(*legs: tuple[str, str]) -> Site:
    return with_certificates(*legs, not_after=ENDED)


def bogus() -> Site:
    """A site with a DS record that does not fit: its servers answer, the resolver fails."""
    site = in_pairs()
    glue = tuple(NameServerGlue(host) for host in ("dns1.p01.nsone.net", "ns-10-a.gandi.net"))
    site.note("delegation", NAME, Delegation("org", glue, 172800, ds=True))
    for kind in ("dnssec", "nameservers", "zone", "a", "aaaa", "mx", "spf", "front", "caa"):
        site.note(kind, NAME, unknown="servfail")
    for host in site.target.hosts:
        for kind in ("zone", "a", "aaaa"):
            site.note(kind, host, unknown="servfail")
    return site


def dangling(target: str = "steady-shop.azurewebsites.net") -> Site:
    """A site whose bare name redirects to its www name, which is an alias of a name that does not exist."""
    site = in_pairs()
    for host, address in LEGS[:2]:
        place = f"https://www.{NAME}/"
        site.note("web", f"{host} {address}", WebAnswer(host, address, "https", 301, (), location=place))
    for host, address in LEGS[2:]:
        del site.items[f"web:{host} {address}"], site.items[f"tls:{host} {address}"]
    for kind in ("a", "aaaa"):
        site.note(kind, f"www.{NAME}", absent="NXDOMAIN")
    site.note("cname", f"www.{NAME}", CanonicalName(target, 300)).note("cname", target, absent="NXDOMAIN")
    return site.note("front", NAME, unknown="dns_error")


def without_exchangers() -> Site:
    """A site whose only mail exchanger does not exist."""
    site = in_pairs().note("mx", NAME, MailExchangers((MailExchanger(10, "mx.gone.net"),), 300)).zone("mx.gone.net")
    return site.note("a", "mx.gone.net", absent="NXDOMAIN").note("aaaa", "mx.gone.net", absent="NXDOMAIN")


def with_lost_server(*, registered_name: bool) -> Site:
    """A site one of whose two name servers does not exist."""
    site = Site(NAME).name(GANDI, NSONE)
    for host, address in LEGS:
        site.web(host, (address, 24940))
    site.front(NAME).caa().mail().apps()
    glue = tuple(NameServerGlue(host) for host in (*NSONE, "ns1.gone.net"))
    site.note("delegation", NAME, Delegation("org", glue, 172800, ds=False))
    site.note("nameservers", NAME, NameServers((*NSONE, "ns1.gone.net"), 3600)).zone("ns1.gone.net")
    site.note("a", "ns1.gone.net", absent="NXDOMAIN").note("aaaa", "ns1.gone.net", absent="NXDOMAIN")
    if registered_name:
        return site.note("registration", "gone.net", Registration("rdap", *GANDI))
    return site.note("registration", "gone.net", absent="404 from the registry")
