"""``web``: the host that serves the front page answers. It rests on name resolution and any one address leg."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.values import Page


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of another name of the site, of one of several legs or of a third party degrades
    it."""
    target, hosts = parts.target, parts.hosts
    host = hosts.front.host
    answers = hosts.answers(host)
    shown = hosts.shown(host)
    further, note = _open_questions(parts)
    aside = [each for each in target.hosts if each != host and each not in target.named and hosts.exists(each)]
    degraded = [hosts.answers(each) for each in aside] + _third_parties(parts, host)
    degraded += parts.tree.children(Purpose.LEGS.of(host))
    if not note and aside:
        note = f"served at {host}; without {', '.join(aside)} it is only degraded"
    yield FunctionRecord(
        "web",
        further if hosts.front.page is None and not hosts.front.stopped else (answers, *further),
        legs=shown.legs,
        degraded_by=tuple(degraded),
        note=note,
        spares=tuple(hosts.spare_names("page")),
        hidden_origins=shown.hidden_origins,
    )


def _open_questions(parts: TreeParts) -> tuple[tuple[str, ...], str]:
    """Basic events for open questions about the front page, and a sentence about them."""
    target, front, page = parts.target, parts.hosts.front, parts.hosts.front.page
    asked = parts.evidence.ids(("front", target.domain))
    if front.stopped:
        return (), ""
    if page is None:
        # The host that serves the page is unknown: a failure of all candidates stops it, if it is one of them.
        candidates = [parts.hosts.answers(each) for each in target.hosts if each not in target.named]
        elsewhere = parts.operators.hoped("hosting", f"another host than {target.domain}", asked)
        any_host = parts.tree.gate(Purpose.FRONT_PAGE_CANDIDATES.of(), "any", [*candidates, elsewhere])
        # A page elsewhere is found by way of the name too, so it does not help if that is known not to resolve.
        return (
            *parts.zones.failed(target.registrable),
            any_host,
            parts.operators.open_question("hosting", f"front page of {target.domain}", asked),
        ), ""
    if not front.looked_at:
        note = f"the front page is served by {page.host}, which was not looked at: add --host {page.host}"
        return (parts.operators.open_question("hosting", f"front page at {page.host}", asked),), note
    if page.status >= 500 or page.status == 403:
        note = f"the front page answers {page.status}"
        return (parts.operators.open_question("hosting", f"front page of {front.host}", asked),), note
    return (), ""


def _third_parties(parts: TreeParts, host: str) -> list[str]:
    """Basic events for the operators of scripts and styles for which the front page waits."""
    page = parts.evidence.value("page", host, Page)
    foreign = sorted({each.host for each in page.resources if each.blocking} if page is not None else ())
    return [
        parts.operators.operator("page", each, parts.attribution.resource(each))
        for each in foreign
        if parts.evidence.get("resource", each) is not None
    ]


FUNCTION = FunctionDefinition(("web",), 20, "down", add)
