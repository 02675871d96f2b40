"""The gates of declared standbys: the standby itself, and everything that the switch to it needs.

A proved standby is added to the standby gate of the node that serves now; if its proof is open, it is added as hoped.
The parts of a standby are built beside the node that it would replace: name servers in ``zones``, origins and spare
names in ``hosts``, mail exchangers with their function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.fault_tree.basic_events import EventContext, Operators
from hostaudit.analysis.fault_tree.fallback_proofs import Proof, Proofs
from hostaudit.analysis.fault_tree.purposes import GateKey, Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, Standby, Switch, Term
from hostaudit.model.report import Hours
from hostaudit.model.roles import Role


@dataclass(frozen=True)
class Takeover:
    """A fallback that takes the place of a node.

    ``backed``: the gate that it would replace. ``nodes``: all nodes on which the standby rests. ``spread``: times until
    all resolvers have the change. ``console``: the node of the console where names are changed, at most one. ``what``:
    for a spare name that backs up several functions, the part that it replaces here.
    """

    proof: Proof
    backed: GateKey
    nodes: Sequence[str]
    spread: tuple[Term, ...] = ()
    console: Sequence[str] = ()
    what: Literal["", "name", "page"] = ""


class Standbys:
    """Adds the gates of standbys to a tree."""

    def __init__(self, operators: Operators, proofs: Proofs) -> None:
        self.tree = operators.tree
        self.operators = operators
        self.attribution = operators.attribution
        self.proofs = proofs

    def ready(self, takeover: Takeover) -> tuple[Switch, str]:
        """Return the switch to a standby, and the node of the standby with everything that the switch needs.

        Names are changed in the console, unless the switch is automatic or the owner names another way. If the proof is
        open, the standby is only hoped.
        """
        proof, what = takeover.proof, takeover.what
        spare = self.tree.gate(Purpose.STANDBY.of(proof.id, what), "all", takeover.nodes)
        handle = self.tree.leaf(
            f"fallback:{proof.id}", BasicEvent({}, proof.role, proof.id, proof.because, owned=False)
        )
        self.tree.standbys[proof.id] = Standby(takeover.backed.id, spare, handle)
        needed = [spare, handle]
        if proof.passes is None:
            needed.append(self.operators.hoped(proof.role, proof.id, proof.because))
        needed += self._switched_at(takeover)
        ready = self.tree.gate(Purpose.STANDBY_READY.of(proof.id, what, proof.subject), "all", needed)
        return self._switch(takeover), ready

    def _switched_at(self, takeover: Takeover) -> list[str]:
        """The nodes that the switch needs: as the owner declares, else the console."""
        proof = takeover.proof
        fallback = proof.fallback
        if fallback is None:
            return []
        context = EventContext(stands_by=proof.id)
        nodes = [
            self.operators.operator(cast(Role, proof.role), "the switch", self.attribution.declared(each), context)
            for each in fallback.switched_by
        ]
        if not (fallback.activation == "automatic" or fallback.switched_by):
            nodes += takeover.console
        return nodes

    def _switch(self, takeover: Takeover) -> Switch:
        proof, fallback = takeover.proof, takeover.proof.fallback
        recovery, further = "spare_name" if proof.spare is not None else "", takeover.spread
        if fallback is not None:
            if fallback.activation_hours is None:
                recovery = "switch"
            else:
                hours = fallback.activation_hours
                declared = Term(Hours(hours, hours, hours), "assumed", "declared in the site file")
                further = (declared, *takeover.spread)
        return Switch(proof.id, recovery, further, fallback is not None and fallback.activation == "automatic")

    def server_addresses(self, role: Role, proof: Proof, owner: Operator | None) -> list[str]:
        """One node for the network of each proved address of a standby server. ``owner``: the operator of the server,
        if its name shows it."""
        context = EventContext(stands_by=proof.id)
        return [
            self.tree.gate(
                Purpose.STANDBY_ADDRESS.of(proof.id, each),
                "all",
                self.operators.host_network(role, proof.subject, each, owner, context),
            )
            for each in proof.addresses
        ]

    def any_of(self, purpose: Purpose, proof: Proof, nodes: Sequence[str]) -> list[str]:
        """The gate "any of these nodes"; empty if there are none, because the names may suffice."""
        return [self.tree.gate(purpose.of(proof.id), "any", nodes)] if nodes else []
