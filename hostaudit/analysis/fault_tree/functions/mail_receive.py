"""``mail_receive``: mail for the site arrives. It rests on name resolution and any one mail exchanger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from hostaudit.analysis.diagnosis.aliases import missing_host
from hostaudit.analysis.diagnosis.mail_exchangers import is_implicit
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import EXCHANGERS, Purpose
from hostaudit.analysis.fault_tree.standbys import Takeover
from hostaudit.analysis.fault_tree.tree import Switch
from hostaudit.model.report import Liveness
from hostaudit.model.site import DeclaredFallback
from hostaudit.model.values import NULL_MX, HostAddress, MailExchangers, subject_text

ID = "mail_receive"


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of one of several exchangers degrades it."""
    domain = parts.target.domain
    item = parts.evidence.get("mx", domain)
    if item is None or item.unknown is not None:
        yield FunctionRecord(ID, applies="maybe", asked=parts.evidence.ids(("mx", domain)))
        return
    if isinstance(item.value, MailExchangers):
        yield _record(parts, tuple(dict.fromkeys(each.host for each in item.value.exchangers)))
    elif item.absent == NULL_MX:
        yield FunctionRecord(ID, applies="no", note=f"takes no mail: {item.absent}")
    elif is_implicit(parts.evidence, domain):
        yield _without_exchanger(parts)
    else:
        yield FunctionRecord(ID, applies="no", note=f"no mail exchanger: {item.absent or item.not_applicable}")


def _without_exchanger(parts: TreeParts) -> FunctionRecord:
    """The function of a domain without MX records: mail goes to its address (RFC 5321 section 5.1). Most web servers
    take none, so this weighs nothing until one greeted there."""
    domain = parts.target.domain
    standing = parts.exchangers.standing(domain)
    told = "no MX record, so mail goes to the address itself (RFC 5321 section 5.1)"
    if standing == "answers":
        return _record(parts, (domain,), f"{told}, where a mail server greets")
    if parts.exchangers.refused(domain):
        return FunctionRecord(ID, applies="no", note=f"{told}, which refuses connections to port 25")
    if standing == "open":
        asked = tuple(each.id for each in parts.evidence.of("exchanger"))
        return FunctionRecord(ID, applies="maybe", note=f"{told}, which gave no answer on port 25", asked=asked)
    return FunctionRecord(ID, applies="no", note=f"{told}; whether it takes any was not asked, --smtp asks")


def _record(parts: TreeParts, hosts: tuple[str, ...], note: str = "") -> FunctionRecord:
    """The function with any one of these hosts as mail exchangers."""
    nodes, legs = [], []
    for host in hosts:
        node = _exchanger(parts, host)
        nodes.append(node)
        standing = parts.exchangers.standing(host)
        liveness: Liveness = standing if standing in ("answers", "not_asked") else ""
        refuses = "refuses connections to port 25, while another exchanger answers" if standing == "refuses" else ""
        asked = parts.evidence.ids(*(("exchanger", HostAddress(host, each)) for each in parts.zones.addresses(host)[0]))
        legs.append(parts.tree.leg("mail", host, node, refuses, liveness, asked))
    serving = parts.tree.gate(EXCHANGERS, "any", nodes)
    any_leg = parts.tree.spares(Purpose.EXCHANGERS_OR_STANDBY.of("any"), serving, _standby_exchangers(parts))
    mailboxes = _declared_mailboxes(parts)
    subject = f"mailboxes of {parts.target.domain}"
    legs += [parts.tree.leg("mail", subject, node, "declared in the site file") for node in mailboxes]
    kept = next(iter(parts.times.exchangers(parts.target.domain)), None)
    found = parts.tree.gate(Purpose.EXCHANGER_SET.of(parts.target.domain), "all", [parts.resolves], kept)
    children = (found, any_leg, *mailboxes)
    return FunctionRecord(ID, children, legs=tuple(legs), degraded_by=tuple(nodes), note=note)


def _declared_mailboxes(parts: TreeParts) -> list[str]:
    """The node for the provider that the owner declares to hold the mailboxes behind the exchangers."""
    provider, domain = parts.proofs.declared.mailbox, parts.target.domain
    if not provider:
        return []
    return [parts.operators.operator("mail", f"mailboxes of {domain}", parts.attribution.declared(provider))]


def _exchanger(parts: TreeParts, host: str) -> str:
    """One mail exchanger: its operator, and any one of its addresses."""
    found, _ = parts.zones.addresses(host)
    operator = parts.attribution.mail_exchanger(host, found)
    context = EventContext(
        parts.times.exchangers(parts.target.domain),
        regions=parts.legs.region_of(host),
        uses=parts.evidence.ids(("mx", parts.target.domain)),
    )
    legs = {
        address: parts.tree.gate(
            Purpose.EXCHANGER_OPERATORS.of(host, address),
            "all",
            parts.operators.host_network("mail", host, address, operator, context),
        )
        for address in found
    }
    for address, node in legs.items():
        if shown := _liveness(parts, host, address):
            legs[address] = parts.tree.gate(Purpose.EXCHANGER_GREETS.of(host, address), "all", [node, *shown])
    named = [parts.operators.operator("mail", host, operator, context)] if operator is not None else []
    missing = missing_host(parts.evidence, parts.attribution.catalogue, host)
    if missing is not None:
        addresses = parts.operators.broken("mail", host, missing.because)
    else:
        addresses = parts.zones.any_address(Purpose.EXCHANGER_ADDRESSES, Purpose.EXCHANGER_LEG, "mail", host, legs)
    return parts.tree.gate(Purpose.EXCHANGER.of(host), "all", [*named, addresses])


def _liveness(parts: TreeParts, host: str, address: str) -> list[str]:
    """A failed or unknown basic event if this address was asked and does not greet."""
    at = HostAddress(host, address)
    subject, because = subject_text(at), parts.evidence.ids(("exchanger", at))
    match parts.exchangers.of(at):
        case "refuses":
            return [parts.operators.broken("mail", subject, because)]
        case "open":
            return [parts.operators.silent_server("mail", subject, because)]
        case _:
            return []


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
