"""``mail_send``: other hosts accept the site's mail. It rests on name resolution and any one authorised sender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from hostaudit.analysis.attribution.attribute import FAMILIES
from hostaudit.analysis.fault_tree.basic_events import EventContext
from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import EXCHANGERS, SENDERS, Purpose
from hostaudit.model.evidence import Evidence
from hostaudit.model.values import Addresses, Dkim, Kind, MailExchangers, Spf, SpfFault, Value, evidence_id

ID = "mail_send"

FAULTS: dict[SpfFault, str] = {
    "syntax": "SPF record with an error",
    "loop": "SPF records in a loop",
    "lookups": "SPF record with too many look-ups",
    "void_lookups": "SPF record with too many look-ups that find nothing",
}
"""The subject under which a report tells that receivers refuse the record."""


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """Yield the function. The loss of one of several senders degrades it."""
    domain = parts.target.domain
    item = parts.evidence.get("spf", domain)
    asked = parts.evidence.ids(("spf", domain))
    if item is None or item.unknown is not None:
        yield FunctionRecord(ID, applies="maybe", asked=asked)
        return
    nodes = _signers(parts)
    if isinstance(item.value, Spf):
        nodes += _senders(parts, item.value, item.id)
    if not nodes:
        yield FunctionRecord(ID, applies="no", note=_nobody(item.value))
        return
    known = [node for node in nodes if not _is_open(parts, node)]
    if not known:
        yield FunctionRecord(ID, applies="maybe", asked=asked)
        return
    legs = tuple(parts.tree.leg("sending", _subject(parts, node), node, liveness="not_asked") for node in known)
    senders = parts.tree.gate(SENDERS, "any", nodes)
    yield FunctionRecord(ID, (parts.resolves, senders), legs=legs, degraded_by=tuple(nodes))


def _nobody(value: Value | None) -> str:
    """Why no sender is known, for people. A record without a word about other hosts is like none (RFC 7208, 4.7)."""
    if not isinstance(value, Spf):
        return "no SPF record or DKIM key says who may send"
    if value.open is True:
        return "its SPF record names no sender and forbids none"
    return "its SPF record lets nobody send"


def _is_open(parts: TreeParts, node: str) -> bool:
    leaf = parts.tree.leaves.get(node)
    return leaf is not None and leaf.certainty == "unknown"


def _subject(parts: TreeParts, node: str) -> str:
    leaf = parts.tree.head(node)
    return leaf.subject if leaf is not None else parts.tree.gates[node].subject[-1]


def _senders(parts: TreeParts, spf: Spf, evidence: str) -> list[str]:
    """The senders that an SPF record authorises: one node each."""
    nodes = [
        parts.operators.operator("sending", each, parts.attribution.sender(each, evidence)) for each in spf.includes
    ]
    for network in spf.networks:
        address = network.split("/")[0]
        if parts.evidence.get("origin", address) is None:
            nodes.append(parts.operators.open_question("sending", network, (evidence,)))
        else:
            children = parts.operators.network("sending", network, address, EventContext(uses=(evidence,)))
            nodes.append(parts.tree.gate(Purpose.SENDING_NETWORK.of(network), "all", children))
    for other in parts.evidence.of("spf"):
        if other.unknown is not None and other.id != evidence_id("spf", parts.target.domain):
            # An include that could not be read may authorise any sender.
            nodes.append(parts.operators.open_question("sending", other.subject, (other.id,)))
    if spf.unlisted is not UNSET:
        nodes += [parts.operators.open_question("sending", f"SPF {each}", (evidence,)) for each in spf.unlisted]
    if spf.broken is not UNSET:
        # Receivers that refuse a record judge the mail by other signs, so that anybody may send.
        nodes += [parts.operators.open_question("sending", FAULTS[each], (evidence,)) for each in spf.broken]
    if spf.uses_mx:
        nodes += _exchangers(parts)
    if spf.uses_a:
        nodes += _own_addresses(parts)
    return list(dict.fromkeys(nodes))


def _exchangers(parts: TreeParts) -> list[str]:
    """The mail exchangers as senders: none if it is proved that there are none, an open question without an answer."""
    domain = parts.target.domain
    item = parts.evidence.get("mx", domain)
    if item is not None and isinstance(item.value, MailExchangers) and parts.tree.find(EXCHANGERS) is not None:
        if not parts.exchangers.asked:
            return [EXCHANGERS.id]
        # One that takes no mail may send it all the same.
        return [_exchanger(parts, host) for host in dict.fromkeys(each.host for each in item.value.exchangers)]
    return [] if _proved(item) else [_open_senders(parts, "MX", domain, ("mx",))]


def _exchanger(parts: TreeParts, host: str) -> str:
    """One mail exchanger as a sender: its operator, its name, and any one of its addresses."""
    found, open_ = parts.zones.addresses(host)
    named = parts.tree.children(Purpose.EXCHANGER.of(host))[:-1]
    nodes = [Purpose.EXCHANGER_OPERATORS.of(host, address).id for address in found]
    nodes += [parts.operators.open_question("sending", f"{host} {each.kind}", (each.id,)) for each in open_]
    addresses = parts.tree.gate(Purpose.SENDING_ADDRESSES.of(host), "any", nodes)
    key = Purpose.SENDING_EXCHANGER.of(host)
    return parts.tree.gate(key, "all", [*named, addresses, parts.zones.name(host, required=False)])


def _own_addresses(parts: TreeParts) -> list[str]:
    """The addresses of the domain as senders, with the same distinction."""
    domain = parts.target.domain
    items = [parts.evidence.get(kind, domain) for kind in FAMILIES]
    if any(item is not None and isinstance(item.value, Addresses) for item in items):
        return [parts.hosts.answers(domain)]
    return [] if all(map(_proved, items)) else [_open_senders(parts, "addresses", domain, FAMILIES)]


def _proved(item: Evidence | None) -> bool:
    """True if an answer proves that there is nothing."""
    return item is not None and item.unknown is None


def _open_senders(parts: TreeParts, what: str, domain: str, asked: Iterable[Kind]) -> str:
    because = parts.evidence.ids(*((kind, domain) for kind in asked))
    return parts.operators.open_question("sending", f"{what} of {domain}", because)


def _signers(parts: TreeParts) -> list[str]:
    """The services whose DKIM keys the site publishes by a CNAME: they send mail for it."""
    nodes = []
    for item in parts.evidence.of("dkim"):
        if item.unknown is not None:
            nodes.append(parts.operators.open_question("sending", item.subject, (item.id,)))
        elif isinstance(item.value, Dkim) and item.value.target:
            operator = parts.attribution.signer(item.value.target, item.id)
            nodes.append(parts.operators.operator("sending", item.value.target, operator))
    return nodes


FUNCTION = FunctionDefinition((ID,), 50, "down", add)
