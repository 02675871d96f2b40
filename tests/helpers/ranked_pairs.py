"""Twenty pairs of sites that an engineer would rank, each the better one first, with the reason."""

from __future__ import annotations

from typing import NamedTuple

from helpers.sites import AMAZON_NS, AMAZON_REGISTRAR, CLOUDFLARE_NS, GANDI, GANDI_NS, NSONE, Site
from hostaudit.model.site import DeclaredFallback

HETZNER, OVH, AWS = ("88.198.77.10", 24940), ("51.38.99.20", 16276), ("54.189.10.21", 16509)
BEHIND_CLOUDFLARE = ("104.16.188.80", 13335)
FASTMAIL = ("in1-smtp.messagingengine.com", "103.168.172.216", 151847)
OWN_MX = (("mx1.shop.org", "88.198.77.25", 24940), ("mx2.shop.org", "51.38.99.25", 16276))
STORES = (("ios", "apple-app-store", "1"), ("android", "google-play", "org.shop"))
F_DROID = ("android", "f-droid", "org.shop")
EVERYWHERE = (*STORES, F_DROID)
STANDBY = DeclaredFallback("hosting", "ovh", address=OVH[0])


class Shape(NamedTuple):
    """What a site is made of; by default one company in each role, each another one, without mail and apps."""

    hosts: tuple[tuple[str, int], ...] = (HETZNER,)
    dns: dict[str, tuple[str, int]] = NSONE
    registrar: tuple[str, str] = GANDI
    mail: tuple[tuple[str, str, int], ...] = ()
    apps: tuple[tuple[str, str, str], ...] = ()
    installable: bool = False
    standby: bool = False
    spare: bool = False
    web: bool = True
    proxied: bool = False


def built(shape: Shape) -> Site:
    """The evidence of a site of some shape."""
    site = Site("shop.org").name(shape.registrar, shape.dns)
    for host in ("shop.org", "www.shop.org"):
        if shape.web:
            site.web(host, *shape.hosts, headers=(("cf-ray", "1-FRA"),) if shape.proxied else ())
        else:
            site.note("a", host, absent="NODATA").note("aaaa", host, absent="NODATA").zone(host)
    if shape.web:
        site.front("www.shop.org")
    site.caa().mail(*shape.mail).apps(*shape.apps, installable=shape.installable)
    if shape.standby:
        site.standby_page("www.shop.org", OVH).standby_page("shop.org", OVH).declare(STANDBY)
    if shape.spare:
        servers = {"ns.standby.se": ("51.38.1.53", 16276)}
        site.declare(spare_names=(site.spare("shop.se", ("OVH sas", "433"), servers, OVH),))
    return site


ONE = Shape()
TWO_HOSTS = Shape(hosts=(HETZNER, OVH))
TWO_DNS = Shape(dns={**NSONE, **GANDI_NS})
BOTH = Shape(hosts=(HETZNER, OVH), dns={**NSONE, **GANDI_NS})
AT_AMAZON = Shape(
    (AWS,), AMAZON_NS, AMAZON_REGISTRAR, (("inbound-smtp.us-west-2.amazonaws.com", "52.35.1.10", 16509),), STORES
)

SHAPES = {
    "one of each": ONE,
    "two hosts": TWO_HOSTS,
    "two hosts of one company": Shape(hosts=(HETZNER, ("88.198.77.12", 24940))),
    "two DNS operators": TWO_DNS,
    "two of each": BOTH,
    "mail at one company": Shape(mail=(FASTMAIL,)),
    "mail at two companies": Shape(mail=OWN_MX),
    "two hosts, mail at one company": TWO_HOSTS._replace(mail=(FASTMAIL,)),
    "apps in two stores": Shape(apps=STORES),
    "apps everywhere": Shape(apps=EVERYWHERE, installable=True),
    "two of each, apps in two stores": BOTH._replace(apps=STORES),
    "two of each, apps everywhere": BOTH._replace(apps=EVERYWHERE, installable=True),
    "DNS at Cloudflare": Shape(dns=CLOUDFLARE_NS),
    "DNS and registrar at Cloudflare": Shape(dns=CLOUDFLARE_NS, registrar=("Cloudflare, Inc.", "1910")),
    "a proved standby host": Shape(standby=True),
    "two of each, a proved spare name": BOTH._replace(spare=True),
    "a host behind a proxy": Shape(hosts=(BEHIND_CLOUDFLARE,), proxied=True),
    "everything at Amazon": AT_AMAZON,
    "mail only, one of each": Shape(web=False, mail=(FASTMAIL,)),
    "mail only, two of each": Shape(web=False, mail=OWN_MX, dns={**NSONE, **GANDI_NS}),
}
"""Sites by what they are made of; where nothing is said of a role, one company has it."""

PAIRS = (
    ("two of each", "one of each", "nobody alone ends the web site"),
    ("two hosts", "one of each", "a day without DNS instead of two weeks without host"),
    ("two hosts", "two DNS operators", "DNS moves in a day, a host does not"),
    ("two hosts", "two hosts of one company", "one company is one leg"),
    ("two of each", "two hosts", "the last day is gone too"),
    ("two DNS operators", "one of each", "one company fewer that can end it"),
    ("one of each", "mail at one company", "what is not there cannot be lost"),
    ("mail at two companies", "mail at one company", "either of them may go"),
    ("two hosts, mail at one company", "mail at two companies", "the web site is most of it"),
    ("one of each", "apps in two stores", "a store ends what it alone carries"),
    ("two of each, apps everywhere", "two of each, apps in two stores", "installs go on without either store"),
    ("two of each, apps in two stores", "apps everywhere", "installs are no use without the site"),
    ("two of each, apps in two stores", "two hosts", "a store ends installs, a DNS operator ends everything"),
    ("DNS at Cloudflare", "DNS and registrar at Cloudflare", "who has both can keep the name from moving"),
    ("a proved standby host", "one of each", "the switch takes hours instead of two weeks"),
    ("a proved standby host", "two DNS operators", "the host was the longer loss"),
    ("two of each, a proved spare name", "two of each", "names no longer end it"),
    ("two hosts", "a host behind a proxy", "both are needed, and one of them is unseen"),
    ("one of each", "everything at Amazon", "names, web, mail and installs end together"),
    ("mail only, two of each", "mail only, one of each", "what there is counts in full"),
)
"""The better site, the worse one, and why."""
