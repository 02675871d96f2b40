"""``renew_certificate``: the site gets its next certificate. It rests on name resolution and any permitted
authority."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostaudit.analysis.diagnosis.front_page import without_address
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import ANY_AUTHORITY, AUTHORITIES, Purpose
from hostaudit.model.evidence import Evidence, subject_of
from hostaudit.model.report import Leg
from hostaudit.model.values import Caa, Certificate, HostAddress
from hostaudit.model.words import listed

ID = "renew_certificate"


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. Its loss takes effect when the first certificate ends. A host that redirects to the front
    page over TLS needs a certificate of its own."""
    front = parts.hosts.front
    # A name that leads nowhere has no certificate, so that of the domain itself counts.
    host = front.host if not front.stopped or parts.hosts.exists(front.host) else parts.target.domain
    if not front.stopped and (proofs := without_address(parts.evidence, parts.target)):
        yield FunctionRecord(ID, applies="no", note="there is no web site to need one", asked=proofs)
        return
    leading = [each for each in front.hosts if each not in (host, front.host)]
    current = _current(parts, host)
    if current and all(item.not_applicable is not None for each in (host, *leading) for item in _current(parts, each)):
        yield FunctionRecord(ID, applies="no", note="the site uses no TLS")
        return
    nodes, note = _allowed(parts, host, _present(parts, host, current))
    legs = [parts.tree.leg("ca", host, node) for node in nodes if parts.tree.head(node) is not None]
    if not any(isinstance(item.value, Certificate) for each in (host, *leading) for item in _current(parts, each)):
        yield FunctionRecord(ID, applies="maybe", asked=parts.evidence.ids(("caa", host)))
        return
    if front.page is None and not front.stopped:
        # It is open which host's certificate counts.
        nodes = [parts.operators.open_question("ca", f"front page of {parts.target.domain}", ())]
    elif front.page is not None and not front.looked_at:
        asked = parts.operators.open_question("ca", f"front page at {front.page.host}", front.answer.because)
        nodes = [asked]
    children = []
    if not (current and all(item.not_applicable is not None for item in current)):
        children += [_zone(parts, host), parts.tree.gate(AUTHORITIES, "any", nodes)]
    for each in leading:
        children += _of_redirect(parts, each, legs)
    yield FunctionRecord(
        ID,
        tuple(dict.fromkeys(children)),
        legs=tuple(legs),
        note=note,
        begins=parts.times.certificates((*parts.target.hosts, host)),
    )


def _zone(parts: TreeParts, host: str) -> str:
    """The node for the names by which an authority finds out who controls a host."""
    return parts.resolves if host == parts.target.domain else parts.zones.name(host)


def _of_redirect(parts: TreeParts, host: str, legs: list[Leg]) -> list[str]:
    """The nodes for the certificate of a host that redirects to the front page; none if it uses no TLS. Adds to
    ``legs``."""
    current = _current(parts, host)
    if not any(isinstance(item.value, Certificate) for item in current):
        open_ = [item for item in current if item.unknown is not None]
        return [parts.operators.open_question("ca", item.subject, (item.id,)) for item in open_]
    nodes, _ = _allowed(parts, host, _present(parts, host, current))
    legs += [parts.tree.leg("ca", host, node) for node in nodes if parts.tree.head(node) is not None]
    return [_zone(parts, host), parts.tree.gate(Purpose.AUTHORITIES_OF.of(host), "any", nodes)]


def _current(parts: TreeParts, host: str) -> list[Evidence]:
    """The certificates of all addresses of a host, and the questions about them that have no answer."""
    asked = [(item, subject_of(item, HostAddress)) for item in parts.evidence.of("tls")]
    return [item for item, at in asked if at is not None and at.host == host]


def _present(parts: TreeParts, host: str, current: Sequence[Evidence]) -> list[str]:
    """A node for each authority that issued a certificate in use."""
    nodes = []
    context = EventContext(uses=parts.evidence.ids(("caa", host)))
    for item in current:
        operator = parts.attribution.certificate_authority(item)
        if operator is not None:
            nodes.append(parts.operators.operator("ca", host, operator, context))
        elif item.unknown is not None:
            nodes.append(parts.operators.open_question("ca", item.subject, (item.id,)))
    return nodes


def _allowed(parts: TreeParts, host: str, present: list[str]) -> tuple[list[str], str]:
    """The authorities that CAA permits to issue, those at ``present`` and others, and a sentence about them."""
    caa = parts.evidence.get("caa", host)
    if caa is None or caa.unknown is not None:
        # CAA might forbid even the present authority.
        asked = parts.evidence.ids(("caa", host))
        node = parts.operators.open_question("ca", f"authorities for {host}", asked)
        return [node], "whether CAA lets another authority issue is unknown"
    if not isinstance(caa.value, Caa):
        nodes = [*present, parts.tree.gate(ANY_AUTHORITY, "all")]
        return list(dict.fromkeys(nodes)), "no CAA record: any public authority may issue"
    allowed = [parts.attribution.permitted_authority(name, caa.id) for name in caa.value.issue]
    permitted = {operator.provider for operator in allowed}
    nodes = [node for node in present if _provider_of(parts, node) in (None, *permitted)]
    nodes += [parts.operators.operator("ca", host, operator) for operator in allowed]
    named = sorted(parts.attribution.provider_name(each) for each in permitted)
    note = f"the CAA record of {caa.value.owner} lets {listed(named) or 'nobody'} issue"
    return list(dict.fromkeys(nodes)), note


def _provider_of(parts: TreeParts, node: str) -> str | None:
    leaf = parts.tree.head(node)
    return leaf.domains.get("provider", ("",))[0] if leaf is not None else None


FUNCTION = FunctionDefinition((ID,), 80, "cannot_renew", add)
