"""The model of one site: its evidence, who operates it, its proved fallbacks and its fault tree."""

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
    """Everything known of one site, in the order in which it is worked out; all analysis starts from here."""

    file: EvidenceFile
    rules: Rules
    run: Run
    evidence: EvidenceIndex
    attribution: Attribution
    proofs: Proofs
    tree: FaultTree

    def company(self, identity: str) -> str:
        """The name of the company with a parent id, for people; the id itself if there is none."""
        record = self.rules.parents.get(identity)
        return record.name if record else self.tree.names.get(("parent", identity)) or identity


def understand(file: EvidenceFile, rules: Rules, catalogue: Catalogue, run: Run) -> SiteModel:
    """The model of a site from its evidence and the rules; pure, as is all analysis after it.

    ``catalogue`` is that of the rules.
    """
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
