"""Sites at which reports once said something false, circular or empty, and what they have to say instead.

``PYTHONPATH=tests python -m helpers.wording_cases`` writes the golden texts anew; read the difference before committing
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msgspec

from helpers import ROOT, broken_sites, odd_sites, sites
from helpers.corpus import STYLE, behind_a_proxy, half_blind, rendered
from hostaudit import api, report
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.site import DeclaredFallback, SpareName
from hostaudit.model.values import MailExchanger, MailExchangers, Registration

GOLDEN = ROOT / "tests" / "words"

COMPANIES = "What one company alone can end"
OTHERWISE = "By product, network, place and TLD"
FUNCTIONS = "Functions and what each rests on"


@dataclass(frozen=True)
class Case:
    """One case: what makes its page, and the titles of the sections that it is about; the head always counts."""

    page: Callable[[], str]
    sections: tuple[str, ...] = ()


def page_of(site: sites.Site) -> str:
    return rendered(site.file(), "terminal")


@cache
def parler() -> EvidenceFile:
    return read_evidence(str(ROOT / "examples/parler-2021/evidence.json"))


def two_hosts(*, dns=sites.CLOUDFLARE_NS) -> sites.Site:
    """A site whose names and host are two companies: both stop it, one of them for much longer."""
    site = sites.Site("steady.org").name(sites.GANDI, dns)
    for host, ip in (("steady.org", "88.198.77.10"), ("www.steady.org", "88.198.77.11")):
        site.web(host, (ip, 24940))
    return site.front("www.steady.org").caa("letsencrypt.org").mail().apps()


def one_store() -> sites.Site:
    """A site in pairs whose Android app is in one store alone."""
    site = sites.in_pairs()
    for listing in [each for each in site.items if each.startswith("listing:")]:
        del site.items[listing]
    return site.apps(("android", "google-play", "org.steady"))


def five_declared() -> sites.Site:
    return two_hosts().declare(
        DeclaredFallback("hosting", "ovh", address="51.38.99.20"),
        DeclaredFallback("dns", "ns1", server="dns1.p01.nsone.net"),
        DeclaredFallback("ca", "digicert"),
        DeclaredFallback("mail", "fastmail", host="in1-smtp.messagingengine.com"),
        spare_names=(SpareName("steady.net"),),
    )


def same_mail() -> sites.Site:
    """A site whose mail exchangers are not asked, with the usual greeting left out."""
    site = sites.in_pairs()
    rows = (MailExchanger(10, "mx1.steady.org"), MailExchanger(20, "mx2.steady.org"))
    return site.note("mx", "steady.org", MailExchangers(rows, 300))


def at_one_registrar() -> sites.Site:
    """A site of which a zone of a provider is registered elsewhere than its own."""
    site = two_hosts(dns=sites.NSONE)
    return site.note("registration", "nsone.net", Registration("rdap", "MarkMonitor Inc.", "292"))


def with_data(**versions: str) -> str:
    """The page of Parler's evidence, read with tables of these days."""
    found = api.analyse(parler())
    run = msgspec.structs.replace(
        found.run, data_versions={key.replace("_", "-"): day for key, day in versions.items()}
    )
    return report.load("terminal").render(msgspec.structs.replace(found, run=run), STYLE)


def without(who: str, site: sites.Site) -> str:
    return report.load("terminal").render(api.whatif(site.file(), drop=who), STYLE)


CASES: dict[str, Case] = {
    "01-what-the-company-decides": Case(lambda: rendered(parler(), "terminal"), (COMPANIES,)),
    "02-hours-for-each-company": Case(lambda: page_of(two_hosts()), (COMPANIES,)),
    "03-what-is-known-of-the-score": Case(lambda: page_of(behind_a_proxy())),
    "04-data-newer-than-the-look": Case(
        lambda: with_data(public_suffix_list="2026-10-22", origin_table="2021-01-09", range_feeds="2021-01-08")
    ),
    "05-a-store-takes-nothing-down": Case(lambda: page_of(one_store()), (COMPANIES,)),
    "06-first-users-at-once": Case(lambda: without("gandi", two_hosts()), ("What stops",)),
    "07-registrar-and-registry-apart": Case(lambda: page_of(two_hosts()), (COMPANIES,)),
    "08-what-the-unknown-may-hide": Case(lambda: page_of(half_blind()), (COMPANIES, "Unknown")),
    "08-nothing-is-unknown": Case(lambda: page_of(sites.in_pairs()), (COMPANIES, "Unknown")),
    "09-declared-and-not-proved": Case(lambda: page_of(five_declared()), ("Fallbacks",)),
    "10-a-tick-for-what-answered": Case(lambda: page_of(same_mail()), (FUNCTIONS,)),
    "11-registrar-of-whose-name": Case(lambda: page_of(at_one_registrar()), (COMPANIES,)),
    "12-by-network-and-place": Case(lambda: rendered(parler(), "terminal"), (OTHERWISE,)),
    "13-a-country-for-its-registry-alone": Case(lambda: page_of(sites.in_pairs()), (OTHERWISE,)),
    "14-through-whom-it-goes-on": Case(lambda: without("hetzner", sites.in_pairs()), ("What is only degraded",)),
    "14-no-leg-goes-on": Case(lambda: without("hetzner", odd_sites.redirect_only()), ("What stops", "What is only")),
    "15-a-certificate-that-ended": Case(lambda: page_of(broken_sites.expired()), ("Findings",)),
    "15-a-page-that-is-refused": Case(lambda: page_of(odd_sites.answers(403)), ("Findings", "Not assessed")),
    "16-apps-that-were-not-looked-for": Case(lambda: page_of(odd_sites.answers(404)), (FUNCTIONS, "Not assessed")),
}


def shown(case: Case) -> str:
    """The head of a page, and the sections that a case is about; a section begins with a line at the margin behind an
    empty one."""
    blocks: list[list[str]] = [[]]
    for line in case.page().splitlines():
        if line and not line.startswith(" ") and blocks[-1] and not blocks[-1][-1]:
            blocks.append([])
        blocks[-1].append(line)
    head = blocks[:2] if blocks[0][0] and len(blocks) > 1 and not blocks[1][0].startswith("What stops") else blocks[:1]
    kept = head + [each for each in blocks if each not in head and each[0].startswith(case.sections or ("\0",))]
    return "\n".join("\n".join(each).rstrip() + "\n" for each in kept)


def write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for name, case in CASES.items():
        (GOLDEN / f"{name}.txt").write_text(shown(case), "utf-8")


if __name__ == "__main__":
    write()
