"""``declaration-contradicted``: the evidence shows something else than the owner declares in the site file."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import DomainKind, Finding
from hostaudit.model.values import Addresses, AppLinks, FrontPage, MailExchangers
from hostaudit.model.words import few

RULE = "declaration-contradicted"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield one finding for each key of ``declare``, and each entry of ``own``, that the evidence contradicts."""
    yield from _apps(site)
    yield from _mailbox(site)
    yield from _origin(site)
    yield from _own(site)


def _apps(site: SiteModel) -> Iterator[Finding]:
    item = site.evidence.get("apps", site.file.target.domain)
    if site.proofs.declared.apps != "none" or item is None or not isinstance(item.value, AppLinks):
        return
    named = few([f"{app.id} in {app.store}" for app in item.value.apps])
    if item.value.apps:
        message = f"The site file says that there is no app, and the site names {named}; the apps count."
        yield _contradicted("apps", message, (item.id,))


def _mailbox(site: SiteModel) -> Iterator[Finding]:
    domain = site.file.target.domain
    item = site.evidence.get("mx", domain)
    declared = site.proofs.declared.mailbox
    if not declared or item is None or item.unknown is not None or isinstance(item.value, MailExchangers):
        return
    reason = item.absent or item.not_applicable
    message = f"The site file says that {declared} holds the mailboxes, and {domain} has no mail exchanger: {reason}."
    yield _contradicted("mailbox", message, (item.id,))


def _origin(site: SiteModel) -> Iterator[Finding]:
    """The finding for a declared origin at a host whose operators are seen, and none of which is the declared one's
    company."""
    declared, domain = site.proofs.declared.origin, site.file.target.domain
    page = site.evidence.value("front", domain, FrontPage)
    seen = _behind(site, page.host) if declared and page is not None else ()
    if page is None or not seen or site.attribution.declared(declared).parent in {each.parent for each in seen}:
        return
    because = tuple(dict.fromkeys(item for each in seen for item in each.because))
    named = few(sorted({each.name for each in seen}))
    said = f"The site file says that {declared} is the origin, and {page.host} is served by {named}"
    yield _contradicted("origin", f"{said}; what is seen counts.", because)


def _behind(site: SiteModel, host: str) -> tuple[Operator, ...]:
    """The operators of a host that are no content networks; none if one of its addresses hides what stands there, or
    may be anybody's."""
    attribution = site.attribution
    found: list[Operator] = []
    for kind in FAMILIES:
        value = site.evidence.value(kind, host, Addresses)
        for address in value.addresses if value is not None else ():
            edges = attribution.edges(host, address)
            every = (*edges, *attribution.networks.of(address))
            fronted = any(map(attribution.fronts, every)) and all(map(attribution.fronts, edges))
            if fronted or any(not each.certain for each in every):
                return ()
            found += [each for each in every if not attribution.fronts(each)]
    return tuple(found)


def _own(site: SiteModel) -> Iterator[Finding]:
    """The findings for what is declared as the owner's own and is not: an address in a network of his that is another
    company's, and an entry by which nothing of the site was recognised, if everything was."""
    ownership, tree = site.attribution.ownership, site.tree
    theirs: dict[tuple[str, str], dict[str, None]] = {}
    for item in site.evidence.of("origin"):
        for operator in site.attribution.networks.of(item.subject):
            mine = operator.asns and ownership.asns.issuperset(operator.asns)
            if mine and not ownership.of(operator).ground:
                for number in operator.asns:
                    theirs.setdefault((number, operator.name), {}).update(dict.fromkeys(operator.because))
    for (number, name), because in sorted(theirs.items()):
        said = f"The site file says that {number} is the site's own, and an address in it is known as {name}'s"
        yield _contradicted(f"own {number}", f"{said}; what is seen counts.", tuple(because), key="own")
    if any(leaf.certainty not in ("certain", "failed") for leaf in tree.leaves.values()):
        return
    held = {kind: {each for leaf in tree.leaves.values() for each in leaf.domains.get(kind, ())} for kind in HELD}
    seen = {"parent": held["parent"], "asn": held["asn"] | {number for number, _ in theirs}}
    entries = [(f"company {each}", each in seen["parent"]) for each in sorted(ownership.parents)]
    entries += [(each, each in seen["asn"]) for each in sorted(ownership.asns)]
    for entry, known in entries:
        if not known:
            message = f"The site file says that {entry} is the site's own, and nothing that was seen of it rests on it."
            yield structs.replace(_contradicted(f"own {entry}", message, (), key="own"), severity="low")


HELD: tuple[DomainKind, ...] = ("parent", "asn")


def _contradicted(subject: str, message: str, because: tuple[str, ...], key: str = "declare") -> Finding:
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="medium",
        confidence=0.8,
        subject=subject,
        message=message,
        because=because,
        fix=f"Correct {key} in the site file, or what is seen.",
        effect="The declaration closes no question.",
    )


FINDING = FindingDefinition(RULE, find)
