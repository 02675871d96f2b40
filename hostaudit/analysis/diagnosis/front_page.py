"""The front page of a site: whether there is a web site at all, where its page is served, and what its status means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.model.evidence import Evidence, Target, subject_of
from hostaudit.model.values import Addresses, AppLinks, FrontPage, HostAddress, Kind, WebAnswer, is_challenge

PageState = Literal["shown", "not_shown", "broken", "open"]

SHOWN, REFUSED, BROKEN = 200, 400, range(500, 600)
"""The status of an answer with a page, the lowest one of a refusal, and those of a server that does not work (RFC 9110,
section 15). What is above them is no status: firewalls refuse with it, as they do with 403."""

GONE = (404, 410)
"""The statuses that prove that there is no page, on which an app could be named."""

READ_ON_THE_PAGE: tuple[Kind, ...] = ("packages", "web_app", "apps")
"""The kinds of evidence that a front page which is not shown leaves without an answer."""


@dataclass(frozen=True)
class PageAnswer:
    """The answer of the front page. ``state``: *shown*; *not_shown*, the host answers and shows no page; *broken*, the
    host answers that it does not work; *open*, no answer. ``because``: the evidence for it."""

    state: PageState
    page: FrontPage | None
    because: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The host and its status, a sentence without its end; empty without an answer."""
        if self.page is None:
            return ""
        with_what = " with a challenge page" if self.page.challenge is True else ""
        return f"{self.page.host} answered {self.page.status}{with_what} to this scan"


def own_hosts(target: Target) -> tuple[str, ...]:
    """Return the hosts that may serve the front page: those of the target that the user did not name besides."""
    return tuple(host for host in target.hosts if host not in target.named)


def without_address(evidence: EvidenceIndex, target: Target) -> tuple[str, ...]:
    """Return the evidence that proves that no host of the site has an address; empty if that is not proved."""
    items = [evidence.get(kind, host) for host in own_hosts(target) for kind in FAMILIES]
    proofs = tuple(item.id for item in items if item is not None and item.absent is not None)
    return proofs if len(proofs) == len(items) else ()


def page_answer(evidence: EvidenceIndex, target: Target) -> PageAnswer:
    """Return what the status of the front page says."""
    because = evidence.ids(("front", target.domain))
    page = evidence.value("front", target.domain, FrontPage)
    if page is None:
        return PageAnswer("open", None, because)
    challenged = page.challenge is True or _challenged(evidence, page.host)
    if page.status == SHOWN and page.challenge is not True:
        return PageAnswer("shown", page, because)
    broken = page.status in BROKEN and not challenged
    return PageAnswer("broken" if broken else "not_shown", page, because)


def _challenged(evidence: EvidenceIndex, host: str) -> bool:
    return any(isinstance(item.value, WebAnswer) and _is_trial(item.value) for item in _answers(evidence, host))


def _is_trial(answer: WebAnswer) -> bool:
    return is_challenge(answer.headers)


def is_broken(answer: WebAnswer) -> bool:
    """Return True if one address of a host answered that its server does not work."""
    return answer.status in BROKEN and not _is_trial(answer)


def _answers(evidence: EvidenceIndex, host: str) -> tuple[Evidence, ...]:
    """The first answers of all addresses of a host."""
    asked = ((item, subject_of(item, HostAddress)) for item in evidence.of("web"))
    return tuple(item for item, at in asked if at is not None and at.host == host)


def apps_open(evidence: EvidenceIndex, target: Target) -> bool:
    """Return True if a page that is not shown is all that leaves open which apps the site names: nothing was looked
    for on it, and nothing else speaks for an app."""
    if page_answer(evidence, target).state != "not_shown":
        return False
    item = evidence.get("apps", target.domain)
    if item is None or isinstance(item.value, AppLinks):
        return item is None
    return item.unknown is None or item.unknown.cause == "depends_on_unknown"


def answered_otherwise(evidence: EvidenceIndex, target: Target) -> frozenset[str]:
    """Return the evidence without an answer whose question does not arise: about the page of a site that has no
    address, or about what a page names that is not shown. Older evidence records these questions as open."""
    if without_address(evidence, target):
        kinds: tuple[Kind, ...] = ("front", "page", *READ_ON_THE_PAGE)
    elif apps_open(evidence, target):
        kinds = READ_ON_THE_PAGE
    else:
        return frozenset()
    found = (evidence.get(kind, host) for kind in kinds for host in (*target.hosts, _page_host(evidence, target)))
    return frozenset(item.id for item in found if item is not None and item.unknown is not None)


def _page_host(evidence: EvidenceIndex, target: Target) -> str:
    page = evidence.value("front", target.domain, FrontPage)
    return page.host if page is not None else target.domain


# -- a front page under another name ----------------------------------------------------------------------


def held(host: str) -> str:
    """Return the name under which a host is held: the customer's name at a platform, else the registrable name."""
    return domain.tenant(host) or domain.registrable(host) or host


def is_elsewhere(page: FrontPage, target: Target) -> bool:
    """Return True if the front page is served under another name than the target's own names."""
    return held(page.host) not in {held(host) for host in target.hosts}


@dataclass(frozen=True)
class Redirects:
    """The redirects to a front page that is served elsewhere. ``sure``: the site's own hosts that send their visitors
    there, so any one of them does; ``perhaps``: those of which no answer is known. ``between``: hosts of others on the
    way, each of which is needed; older evidence does not have them."""

    sure: tuple[str, ...]
    perhaps: tuple[str, ...]
    between: tuple[str, ...] = ()


def redirects(evidence: EvidenceIndex, target: Target, page: FrontPage) -> Redirects:
    """Return the own hosts that redirect away: the last own one on the way to the page, and any other one that was seen
    to redirect to another name itself."""
    own = own_hosts(target)
    names = {held(host) for host in own}
    way = [host for hop in page.hops if (host := domain.linked_host(hop)) and held(host) in names]
    first = way[-1] if way else next((host for host in own if _has_address(evidence, host)), own[0])
    sure, perhaps = [first], []
    for host in own:
        answers = _answers(evidence, host)
        if host in way or host == first:
            continue
        if any(isinstance(item.value, WebAnswer) and _leaves(item.value, names) for item in answers):
            sure.append(host)
        elif any(item.unknown is not None for item in answers) or any(evidence.open(kind, host) for kind in FAMILIES):
            perhaps.append(host)
    foreign = dict.fromkeys(host for hop in page.hops if (host := domain.linked_host(hop)) and held(host) not in names)
    asked = (host for host in foreign if host != page.host and any(evidence.get(kind, host) for kind in FAMILIES))
    return Redirects(tuple(sure), tuple(perhaps), tuple(asked))


def _has_address(evidence: EvidenceIndex, host: str) -> bool:
    return any(evidence.value(kind, host, Addresses) for kind in FAMILIES)


def _leaves(answer: WebAnswer, names: set[str]) -> bool:
    """True if an answer redirects to a host under none of these names."""
    if not answer.location or not 300 <= answer.status < REFUSED:
        return False
    host = domain.linked_host(answer.location, f"{answer.scheme}://{answer.host}/")
    return bool(host) and held(host) not in names
