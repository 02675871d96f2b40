"""Evidence bundles and the reports that are made of them.

``PYTHONPATH=tests python -m helpers.corpus`` writes the golden reports anew; read the difference before committing it.
"""

from __future__ import annotations

import msgspec

from helpers import ROOT, broken_sites, odd_sites, sites
from hostaudit import report
from hostaudit.audit import analyse
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.values import SecondAnswer, ServerAnswer
from hostaudit.report import Style

CORPUS = ROOT / "tests" / "corpus"
RULES_VERSION = "corpus"
"""The digest of the rules changes with every provider; the reports must not."""


def behind_a_proxy() -> sites.Site:
    site = sites.Site("fronted.net").name(sites.GANDI, sites.CLOUDFLARE_NS)
    headers = (("server", "cloudflare"), ("cf-ray", "60aa1122bb33cc44-ARN"))
    for host in ("fronted.net", "www.fronted.net"):
        site.web(host, ("104.17.20.30", 13335), headers=headers)
    return site.front("fronted.net").caa("letsencrypt.org").mail().apps()


def half_blind() -> sites.Site:
    site = sites.in_pairs()
    site.note("server", "steady.org dns1.p01.nsone.net 198.51.44.1", unknown="timeout")
    site.note("web", "www.steady.org 51.38.99.21", unknown="connection_reset")
    site.note("listing", "f-droid org.steady", unknown="rate_limited")
    return site.note("caa", "www.steady.org", unknown="servfail")


def not_there() -> sites.Site:
    proof = "NXDOMAIN from a.gtld-servers.net (192.5.6.30)"
    return sites.Site("not-there.com").note("delegation", "not-there.com", absent=proof)


def in_the_dark() -> sites.Site:
    site = sites.Site("dark.com")
    for host in site.target.hosts:
        for kind in ("a", "aaaa", "https", "caa", "zone"):
            site.note(kind, host, unknown="timeout")
    for kind in ("delegation", "nameservers", "mx", "spf", "front", "page", "apps", "registration"):
        site.note(kind, "dark.com", unknown="timeout")
    return site


def hostile_text() -> sites.Site:
    site = sites.on_one_parent()
    evil = "\x1b[31m<script>alert(1)</script>\u202e\r\n::error::x =cmd|' /C calc'!A0 [/x]"
    site.web("captive.com", ("54.189.10.21", 16509), issuer=evil, headers=(("server", evil),))
    return site.note("apps", "captive.com", unknown="malformed")


def hostile_network() -> sites.Site:
    """Port 53 is answered on the way, the resolver filters, and a firewall stands before the well-known files."""
    site = sites.in_pairs()
    for item in [each for each in site.items.values() if each.kind in ("server", "listing")]:
        if isinstance(item.value, ServerAnswer):
            refused = (item.value.zone, item.value.nameserver, item.value.address, False, "REFUSED")
            site.note("server", item.subject, ServerAnswer(*refused))
            site.note("server_again", item.subject, SecondAnswer(*refused))
        else:
            del site.items[item.id]
    site.note("delegation", "steady.org", unknown="refused").note("mx", "steady.org", unknown="contradicted")
    return site.note("apps", "steady.org", unknown="http_status").note("caa", "www.steady.org", unknown="unproved")


SITES = {
    "hostile-network": hostile_network,
    "on-one-parent": sites.on_one_parent,
    "in-pairs": sites.in_pairs,
    "behind-a-proxy": behind_a_proxy,
    "half-blind": half_blind,
    "not-there": not_there,
    "in-the-dark": in_the_dark,
    "hostile-text": hostile_text,
    "expired-certificate": broken_sites.expired,
    "mail-only": odd_sites.mail_only,
    "redirect-only": odd_sites.redirect_only,
}
STYLE = Style(colour=False, unicode=True, width=80)
SCREENS = {f"{columns} columns": Style(width=columns, brief=True) for columns in (40, 80, 120)}
SCREENS |= {"80 columns of ASCII": Style(unicode=False, brief=True)}
FORMATS = {"terminal": "txt", "json": "json", "screens": "screens.txt"}


def rendered(file: EvidenceFile, form: str) -> str:
    if form == "screens":
        return "\n".join(f"--- {name} ---\n{shown(file, 'terminal', style)}" for name, style in SCREENS.items())
    return shown(file, form, STYLE)


def shown(file: EvidenceFile, form: str, style: Style) -> str:
    fixed = msgspec.structs.replace(rules.load(), version=RULES_VERSION)
    found = analyse(file, fixed)
    # The list of public suffixes is renewed by its own package.
    run = msgspec.structs.replace(found.run, data_versions={"public-suffix-list": "2021-01-01"})
    return report.load(form).render(msgspec.structs.replace(found, run=run), style)


def bundles() -> dict[str, EvidenceFile]:
    found = {name: make().file() for name, make in SITES.items()}
    found["parler-2021"] = read_evidence(str(ROOT / "examples/parler-2021/evidence.json"))
    return found


def write() -> None:
    CORPUS.mkdir(exist_ok=True)
    for name, file in bundles().items():
        for form, ending in FORMATS.items():
            (CORPUS / f"{name}.{ending}").write_text(rendered(file, form), "utf-8")


if __name__ == "__main__":
    write()
