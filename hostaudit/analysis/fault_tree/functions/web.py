"""``web``: the host that serves the front page answers. It rests on name resolution and any one address leg; if that
host has another name than the site, also on the site's own name and any one of its hosts that redirects there."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.front_page import own_hosts, without_address
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.values import Page
from hostaudit.model.words import listed


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of another name of the site, of one of several legs or of a third party degrades
    it. A site of which no name has an address has no such function."""
    target, hosts = parts.target, parts.hosts
    front = hosts.front
    if not front.stopped and (proofs := without_address(parts.evidence, target)):
        yield FunctionRecord("web", applies="no", note="no name of it has an address", asked=proofs)
        return
    serving = [front.host] if front.stopped or (front.page is not None and front.looked_at) else []
    children = [*_redirects(parts), *(hosts.answers(each) for each in serving), *_open_questions(parts)]
    shown = [hosts.shown(each, _leads(parts, each)) for each in front.hosts]
    aside = [
        each for each in target.hosts if each not in front.hosts and each not in target.named and hosts.exists(each)
    ]
    degraded = [hosts.answers(each) for each in aside] + _third_parties(parts, front.host)
    degraded += [leg for each in front.hosts for leg in parts.tree.children(Purpose.LEGS.of(each))]
    yield FunctionRecord(
        "web",
        tuple(children),
        legs=tuple(leg for each in shown for leg in each.legs),
        degraded_by=tuple(degraded),
        note=_note(parts, aside),
        spares=tuple(hosts.spare_names("page")),
        hidden_origins=tuple(origin for each in shown for origin in each.hidden_origins),
    )


def _redirects(parts: TreeParts) -> list[str]:
    """The nodes of a front page under another name: the site's own name, any one host that leads there, and each host
    between."""
    away = parts.hosts.front.by_way_of
    if away is None:
        return []
    return [parts.resolves, parts.hosts.redirecting(away), *(parts.hosts.answers(each) for each in away.between)]


def _leads(parts: TreeParts, host: str) -> str:
    """A note on a host that only leads to the page."""
    front = parts.hosts.front
    leads = (
        front.by_way_of is not None
        and front.page is not None
        and host in (*front.by_way_of.sure, *front.by_way_of.between)
    )
    return f"redirects to {front.page.host}" if leads and front.page is not None else ""


def _note(parts: TreeParts, aside: list[str]) -> str:
    front, page = parts.hosts.front, parts.hosts.front.page
    if page is None:
        return f"served at {front.host}; the loss of {listed(aside)} only degrades it" if aside else ""
    words = {"broken": front.answer.in_words, "not_shown": f"{front.answer.in_words}: it shows no page"}
    notes = [words[front.answer.state]] if front.answer.state in words else []
    if not front.looked_at:
        notes.append(f"the front page is served by {page.host}, which was not looked at: add --host {page.host}")
    elif front.by_way_of is not None:
        leading = front.by_way_of.sure
        notes.append(f"served at {page.host}, to which {listed(leading)} redirect{'s' if len(leading) == 1 else ''}")
    if aside and not notes:
        notes.append(f"served at {front.host}; the loss of {listed(aside)} only degrades it")
    return "; ".join(notes)


def _open_questions(parts: TreeParts) -> Iterator[str]:
    """Basic events for open questions about the front page, and for a page that is known not to work."""
    target, front, page = parts.target, parts.hosts.front, parts.hosts.front.page
    asked = front.answer.because
    if front.stopped:
        return
    if page is None:
        # The host that serves the page is unknown: a failure of all candidates stops it, if it is one of them.
        candidates = [parts.hosts.answers(each) for each in own_hosts(target)]
        elsewhere = parts.operators.hoped("hosting", f"another host than {target.domain}", asked)
        # A page elsewhere is found by way of the name too, so it does not help if that is known not to resolve.
        yield from parts.zones.failed(target.registrable)
        yield parts.tree.gate(Purpose.FRONT_PAGE_CANDIDATES.of(), "any", [*candidates, elsewhere])
        yield parts.operators.open_question("hosting", f"front page of {target.domain}", asked)
        return
    if front.answer.state == "broken":
        yield parts.operators.broken("hosting", f"front page of {page.host}", asked)
    if not front.looked_at:
        yield parts.operators.open_question("hosting", f"front page at {page.host}", asked)


def _third_parties(parts: TreeParts, host: str) -> list[str]:
    """Basic events for the operators of scripts and styles for which the front page waits."""
    page = parts.evidence.value("page", host, Page)
    foreign = sorted({each.host for each in page.resources if each.blocking} if page is not None else ())
    context = EventContext(uses=parts.evidence.ids(("page", host)))
    return [
        parts.operators.operator("page", each, parts.attribution.resource(each), context)
        for each in foreign
        if parts.evidence.get("resource", each) is not None
    ]


FUNCTION = FunctionDefinition(("web",), 20, "down", add)
