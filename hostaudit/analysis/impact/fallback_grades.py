"""Grades of fallbacks: declared < configured < probed < independent, each with the reasons for and against.

A fallback is *independent* if it is proved, if it shares no parent company with what it backs up, and if the switch
to it needs no company that would fail together with what it backs up.
"""

from __future__ import annotations

from collections.abc import Iterable

from hostaudit import domain
from hostaudit.analysis.fault_tree.fallback_proofs import Proof, Proofs
from hostaudit.analysis.fault_tree.purposes import AUTHORITIES, Purpose
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.model.actors import seen_of
from hostaudit.model.report import Fallback, Grade
from hostaudit.model.roles import NOT_ASSESSED, STANDBYS


def unseen_roles(tree: FaultTree) -> tuple[str, ...]:
    """The roles that a report lists as not assessed: not visible from outside, and not declared."""
    declared = {leaf.role for leaf in tree.leaves.values()}
    return tuple(role for role in NOT_ASSESSED if role not in declared)


def graded(tree: FaultTree, proofs: Proofs) -> tuple[Fallback, ...]:
    """Every declared fallback of a site with its grade, in the order of the site file."""
    return tuple(_graded(tree, proofs, proof) for proof in proofs.all)


def _graded(tree: FaultTree, proofs: Proofs, proof: Proof) -> Fallback:
    backed = parents_backed(tree, proof)
    grade: Grade = "configured" if proof.configured else "declared"
    reasons = list(proof.reasons)
    if proof.passes:
        against = _against(tree, proofs, proof, backed)
        grade = "probed" if against else "independent"
        alone = (
            f"shares no parent or control plane with what it backs up ({', '.join(sorted(backed)) or 'nobody known'})"
        )
        reasons += against or [alone]
    return Fallback(
        role=proof.role,
        provider=proof.provider,
        grade=grade,
        reasons=tuple(reasons),
        backs_up=_backs_up(proofs, proof),
        id=proof.id,
        because=proof.because,
        proof="open" if proof.passes is None else "passed" if proof.passes else "failed",
        name=proofs.attribution.provider_name(proof.provider) if proof.provider else "",
    )


def _backs_up(proofs: Proofs, proof: Proof) -> str:
    if proof.fallback is None:
        return proofs.target.domain
    return proofs.stands_for(proof.fallback) if proof.role != "app_store" else "app stores"


def parents_backed(tree: FaultTree, proof: Proof) -> set[str]:
    """The parent companies of the operators that a fallback would replace."""
    if proof.id in tree.standbys:
        return _parents(tree, [tree.standbys[proof.id].backed], whole=proof.spare is not None)
    if proof.role == "ca":
        used = {row.parent for row in tree.dependencies.values() if row.role == "ca" and row.provider != proof.provider}
        return used & _parents(tree, [AUTHORITIES.id]) if tree.find(AUTHORITIES) is not None else used
    return {
        row.parent for row in tree.dependencies.values() if row.role == proof.role and row.provider != proof.provider
    }


def _against(tree: FaultTree, proofs: Proofs, proof: Proof, backed: set[str]) -> list[str]:
    """The reasons why a proved fallback depends on the companies that it would replace."""
    if proof.spare is not None:
        return _against_spare(tree, proofs, proof, backed)
    own = _parents(tree, [tree.standbys[proof.id].spare]) if proof.id in tree.standbys else set()
    if proof.fallback is not None:
        own.add(proofs.attribution.declared(proof.provider, proof.fallback.parent).parent)
    reasons = [f"shares parent {seen_of(each)}" for each in sorted(own & backed)]
    for company, what in _needed_to_switch(tree, proofs, proof):
        if company in backed and company not in own:
            reasons.append(f"control plane of the failed provider is needed: {what} ({company})")
    return reasons


def _needed_to_switch(tree: FaultTree, proofs: Proofs, proof: Proof) -> list[tuple[str, str]]:
    """The companies whose console is needed to switch, with reasons: as declared, else the operators of the names that
    have to change."""
    fallback = proof.fallback
    if fallback is None or proof.role not in STANDBYS:
        return []
    if fallback.switched_by:
        return [(proofs.attribution.declared(each).parent, f"the switch is at {each}") for each in fallback.switched_by]
    host = proofs.stands_for(fallback)
    if proof.role == "dns":
        name = domain.registrable(host)
        registrar = proofs.attribution.registrar(name) if name else None
        return [(registrar.parent, f"the delegation is changed at {registrar.provider}")] if registrar else []
    return [(company, f"the records of {host} are changed at {company}") for company in sorted(_alone(tree, host))]


def _alone(tree: FaultTree, host: str) -> set[str]:
    """The companies each of which operates every name server of a host's own zone."""
    gates = [gate for _, gate in tree.gates_for(Purpose.SERVED) if domain.lies_under(host, gate.subject[0])]
    if not gates:
        return set()
    own = max(gates, key=lambda gate: len(gate.subject[0]))
    legs = [_parents(tree, [each]) for each in own.children]
    return set.intersection(*legs) if legs else set()


def _against_spare(tree: FaultTree, proofs: Proofs, proof: Proof, backed: set[str]) -> list[str]:
    main, spare = proofs.target.registrable, domain.registrable(proof.subject) or proof.subject
    reasons = []
    if domain.tld(main) == domain.tld(spare):
        reasons.append(f"same TLD .{domain.tld(main)}")
    elif (
        proofs.attribution.registry(domain.tld(main), ()).parent
        == proofs.attribution.registry(domain.tld(spare), ()).parent
    ):
        reasons.append(f"same registry operator {proofs.attribution.registry(domain.tld(main), ()).provider}")
    registrars = proofs.attribution.registrar(main), proofs.attribution.registrar(spare)
    if registrars[0] is not None and registrars[1] is not None and registrars[0].parent == registrars[1].parent:
        reasons.append(f"same registrar {registrars[0].provider}")
    own = _parents(tree, [tree.standbys[proof.id].spare], whole=True)
    return reasons + [f"shares parent {seen_of(each)}" for each in sorted(own & backed)]


def _parents(tree: FaultTree, nodes: Iterable[str], *, whole: bool = False) -> set[str]:
    """The parent companies under some nodes. ``whole``: includes the operators of the zones of the names there, but
    not the registries and registrars of other parties' names, which nearly every site shares."""
    found: set[str] = set()
    for node in nodes:
        below = [tree.leaves[name] for name in tree.below(node) if name in tree.leaves]
        leaves = [leaf for leaf in below if not leaf.names_only] if whole else tree.near(node)
        found.update(each for leaf in leaves for each in leaf.domains.get("parent", ()))
    return found
