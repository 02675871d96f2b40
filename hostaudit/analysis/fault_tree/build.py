"""Building the fault tree from evidence: a loop over the functions of a site, one file each in ``functions``.

resolve          registry AND registrar AND ANY(name servers)
web, web:HOST    resolve AND ANY(address legs: network AND edge AND origin AND an answer)
web elsewhere    resolve AND ANY(own hosts that redirect) AND the host that serves
mail_receive     resolve AND ANY(mail exchangers) AND a declared mailbox host
mail_send        resolve AND ANY(authorised senders)
install_*        web AND ANY(store listings, installable web app, direct package)
renew_certificate  for each host with a certificate: its zone AND ANY(authorities that CAA allows)
declared ones    ALL(functions required) AND, for each need, ANY(providers declared)

A standby that the site file declares is added to a standby gate: as a proved standby, or as hoped if its proof is
open.
"""

from __future__ import annotations

from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.functions import FunctionRecord, definitions
from hostaudit.analysis.fault_tree.parts import TreeParts, tree_parts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import FaultTree, Loss, SiteFunction
from hostaudit.model.evidence import Target
from hostaudit.model.rules import Scoring


def build(
    target: Target, evidence: EvidenceIndex, attribution: Attribution, scoring: Scoring, proofs: Proofs
) -> FaultTree:
    """Return the whole fault tree of a site, with the owner's declarations and their proofs."""
    parts = tree_parts(target, evidence, attribution, scoring, proofs)
    for definition in definitions():
        for record in definition.add(parts):
            parts.tree.functions.append(_function(parts, record, definition.loss))
    return parts.tree


def _function(parts: TreeParts, record: FunctionRecord, loss: Loss) -> SiteFunction:
    """A function with its gate. If it is open whether the site has the function, it rests on that question alone."""
    children = record.children
    if record.applies in ("maybe", "unseen"):
        children = (parts.operators.open_question(record.id, parts.target.domain, record.asked),)
    root = parts.tree.gate(Purpose.FUNCTION.of(record.id), "all", children)
    spares = record.spares if record.applies == "yes" else ()
    weight = record.weight
    if weight is None:
        weight = parts.scoring.weights.get(record.id, parts.scoring.named_host_weight)
    return SiteFunction(
        id=record.id,
        root=parts.tree.spares(Purpose.FUNCTION_OR_STANDBY.of(record.id), root, spares),
        applies=record.applies,
        loss=loss,
        weight=weight,
        legs=record.legs,
        degraded_by=record.degraded_by,
        note=record.note,
        begins=record.begins,
        hidden_origins=record.hidden_origins,
        possible=record.possible,
    )
