"""``mail_receive``: mail for the site arrives. It rests on name resolution and any one mail exchanger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from hostaudit.analysis.diagnosis.aliases import missing_host
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import EXCHANGERS, Purpose
from hostaudit.analysis.fault_tree.standbys import Takeover
from hostaudit.analysis.fault_tree.tree import Switch
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import MailExchangers

ID = "mail_receive"


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of one of several exchangers degrades it."""
    domain = parts.target.domain
    item = parts.evidence.get("mx", domain)
    if item is None or item.unknown is not None:
        yield FunctionRecord(ID, applies="maybe", asked=parts.evidence.ids(("mx", domain)))
        return
    if not isinstance(item.value, MailExchangers):
        yield FunctionRecord(ID, applies="no", note=f"no mail exchanger: {item.absent or item.not_applicable}")
        return
    nodes, legs = [], []
    for host in dict.fromkeys(each.host for each in item.value.exchangers):
        node = _exchanger(parts, host)
        nodes.append(node)
        legs.append(parts.tree.leg("mail", host, node))
    serving = parts.tree.gate(EXCHANGERS, "any", nodes)
    any_leg = parts.tree.spares(Purpose.EXCHANGERS_OR_STANDBY.of("any"), serving, _standby_exchangers(parts))
    yield FunctionRecord(ID, (parts.resolves, any_leg), legs=tuple(legs), degraded_by=tuple(nodes))


def _exchanger(parts: TreeParts, host: str) -> str:
    """One mail exchanger: its operator, and any one of its addresses."""
    found, _ = parts.zones.addresses(host)
    operator = parts.attribution.mail_exchanger(host, found)
    context = EventContext(parts.times.exchangers(parts.target.domain), regions=parts.legs.region_of(host))
    legs = {
        address: parts.tree.gate(
            Purpose.EXCHANGER_OPERATORS.of(host, address),
            "all",
            parts.operators.host_network("mail", host, address, operator, context),
        )
        for address in found
    }
    named = [parts.operators.operator("mail", host, operator, context)] if operator is not None else []
    missing = missing_host(parts.evidence, parts.attribution.catalogue, host)
    if missing is not None:
        addresses = parts.operators.broken("mail", host, missing.because)
    else:
        addresses = parts.zones.any_address(Purpose.EXCHANGER_ADDRESSES, Purpose.EXCHANGER_LEG, "mail", host, legs)
    return parts.tree.gate(Purpose.EXCHANGER.of(host), "all", [*named, addresses])


def _standby_exchangers(parts: TreeParts) -> list[tuple[Switch, str]]:
    """The proved standby mail exchangers; senders keep the old MX set for its TTL."""
    domain, rows = parts.target.domain, []
    for proof in parts.proofs.of("mail"):
        fallback = cast(DeclaredFallback, proof.fallback)
        if parts.proofs.stands_for(fallback) != domain:
            continue
        context = EventContext(stands_by=fallback.id)
        owner = parts.attribution.mail_exchanger(fallback.host, proof.addresses)
        nodes = [] if owner is None else [parts.operators.operator("mail", fallback.host, owner, context)]
        legs = parts.standbys.server_addresses("mail", proof, owner)
        nodes.append(parts.zones.name(fallback.host))
        nodes += parts.standbys.any_of(Purpose.STANDBY_ADDRESSES, proof, legs)
        console = parts.zones.console_of_records(domain)
        takeover = Takeover(proof, EXCHANGERS, nodes, parts.times.exchangers(domain), console)
        rows.append(parts.standbys.ready(takeover))
    return rows


FUNCTION = FunctionDefinition((ID,), 40, "down", add)
