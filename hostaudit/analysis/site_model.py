"""One site as evidence and rules show it, put in order for everything that is asked about it."""

from __future__ import annotations

from dataclasses import dataclass

from hostaudit import __version__, domain
from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.fault_tree.build import build
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Run
from hostaudit.model.rules import Rules


@dataclass(frozen=True)
class SiteModel:
    """What was seen, to whom it points, what of the declarations is proved, and what rests on what."""

    file: EvidenceFile
    rules: Rules
    run: Run
    evidence: EvidenceIndex
    attribution: Attribution
    proofs: Proofs
    tree: FaultTree

    def company(self, identity: str) -> str:
        """What a person calls the company of a parent id."""
        record = self.rules.parents.get(identity)
        return record.name if record else self.tree.names.get(("parent", identity)) or identity


def understand(file: EvidenceFile, rules: Rules, catalogue: Catalogue, run: Run) -> SiteModel:
    """Evidence and rules to a case; pure, as is everything that follows. ``catalogue`` is that of the rules."""
    evidence = EvidenceIndex(file.evidence)
    held = domain.tenant(file.target.domain) or file.target.registrable
    attribution = Attribution(evidence, catalogue, held)
    proofs = Proofs(file.target, evidence, attribution, file.site)
    tree = build(file.target, evidence, attribution, rules.scoring, proofs)
    return SiteModel(file, rules, run, evidence, attribution, proofs, tree)


def run_of(file: EvidenceFile, rules: Rules) -> Run:
    """The ``run`` of a report on evidence: when and from where it was taken, and by which data it is judged.

    Names are now perhaps read by another list of public suffixes than then; both dates are in it.
    """
    looked = file.run.data or {}
    now = domain.data_version()
    then = looked.get("public-suffix-list", now)
    other = {} if then == now else {"public-suffix-list-now": now}
    return Run(
        started=file.run.started,
        finished=file.run.finished,
        resolver=file.run.resolver,
        vantage=file.run.vantage,
        tool_version=__version__,
        rules_version=rules.version,
        data_versions=dict(sorted(({"public-suffix-list": then} | looked | other).items())),
    )
