"""``resolve``: the name of the site resolves. It rests on registry, registrar and any one name server."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.name_servers import SERVING, ServerHealth, standing_of
from hostaudit.analysis.diagnosis.primaries import differences
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.report import Leg, Liveness
from hostaudit.model.values import ZoneCut
from hostaudit.model.words import few


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of one of several name servers of the site's own zones degrades it."""
    root = parts.resolves
    zones = _zones(parts)
    tenant = parts.zones.tenants.get(parts.target.domain)
    notes = [f"{tenant} is a name under {tenant.partition('.')[2]}, the platform's to give or take"] if tenant else []
    notes += [
        f"the operators of {each.zone} give different addresses for it, as some do by place or in turn"
        for each in differences(parts.evidence)
        if not each.telling
    ]
    yield FunctionRecord(
        "resolve",
        (root,),
        legs=tuple(_name_servers(parts, zones)),
        degraded_by=tuple(node for zone in zones for node in parts.tree.children(Purpose.SERVED.of(zone))),
        note="; ".join(notes),
        spares=tuple(parts.hosts.spare_names("name")),
    )


def _zones(parts: TreeParts) -> tuple[str, ...]:
    """The site's own zones; if its zone cuts are unknown, the zone whose delegation its registry may still show."""
    cut = parts.evidence.value("zone", parts.target.domain, ZoneCut)
    return cut.zones if cut is not None else (parts.target.registrable,)


def _name_servers(parts: TreeParts, zones: tuple[str, ...]) -> Iterator[Leg]:
    for zone in zones:
        for node in parts.tree.children(Purpose.SERVED.of(zone)):
            gate = parts.tree.gates.get(node)
            if gate is not None and gate.purpose is Purpose.NAME_SERVER:
                _, server = gate.subject
                health = parts.zones.servers.zones.get(zone)
                asked = [each for each in health.servers if each.server.server == server] if health is not None else []
                standing = standing_of(each.standing for each in asked)
                liveness: Liveness = "not_asked" if standing in (None, "not_asked") else ""
                if standing in SERVING:
                    liveness = "answers"
                told = [text for each in asked if (text := _told(each))]
                note = few(told) if told else ""
                because = [identity for each in asked for identity in each.because]
                yield parts.tree.leg("dns", f"{zone} {server}", node, note, liveness, because)


def _told(health: ServerHealth) -> str:
    """What is wrong with one address of a name server, in words; empty if nothing is."""
    address, lag = health.server.address, health.lag
    if health.standing == "lame":
        return f"{address} does not answer for the zone with authority ({health.rcode})"
    if lag is None or health.standing not in ("behind", "old_copy"):
        return ""
    than = f"serial {lag.serial}, while {lag.newer.nameserver} has {lag.newer.serial}"
    if health.standing == "old_copy":
        return f"{address} serves an old copy of the zone: {than}"
    return f"{address} is behind: {than}; a transfer may be under way"


FUNCTION = FunctionDefinition(("resolve",), 10, "down", add)
