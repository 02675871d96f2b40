"""The model of one site: its evidence, who operates it, its proved fallbacks and its fault tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hostaudit import __version__, domain
from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.ownership import Ownership
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.diagnosis.mail_exchangers import ExchangerHealth
from hostaudit.analysis.diagnosis.name_servers import NameServerHealth
from hostaudit.analysis.fault_tree.build import build
from hostaudit.analysis.fault_tree.fallback_proofs import Proofs
from hostaudit.analysis.fault_tree.tree import FaultTree
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.report import Run
from hostaudit.model.rules import Rules


@dataclass(frozen=True)
class SiteModel:
    """Everything known about one site, in the order in which it is derived; all analysis starts from here."""

    file: EvidenceFile
    rules: Rules
    run: Run
    evidence: EvidenceIndex
    attribution: Attribution
    proofs: Proofs
    tree: FaultTree

    @cached_property
    def servers(self) -> NameServerHealth:
        """The health of the name servers that were asked."""
        return NameServerHealth(self.evidence)

    @cached_property
    def exchangers(self) -> ExchangerHealth:
        """The health of the mail exchangers that were asked."""
        return ExchangerHealth(self.evidence)

    def company(self, identity: str) -> str:
        """The name of the company with a parent id, for people; the id itself if there is none."""
        record = self.rules.parents.get(identity)
        return record.name if record else self.tree.names.get(("parent", identity)) or identity


def understand(file: EvidenceFile, rules: Rules, catalogue: Catalogue, run: Run) -> SiteModel:
    """Return the model of a site from its evidence and the rules. Pure, like all analysis after it.

    ``catalogue`` is the catalogue of these rules.
    """
    evidence = EvidenceIndex(file.evidence)
    held = domain.tenant(file.target.domain) or file.target.registrable
    site = file.site
    declared, spares = (site.own, [each.domain for each in site.spare_names]) if site is not None else (None, [])
    attribution = Attribution(evidence, catalogue, held, Ownership(evidence, catalogue, held, declared, spares))
    proofs = Proofs(file.target, evidence, attribution, file.site)
    tree = build(file.target, evidence, attribution, rules.scoring, proofs)
    return SiteModel(file, rules, run, evidence, attribution, proofs, tree)


def run_of(file: EvidenceFile, rules: Rules) -> Run:
    """Return the ``run`` of a report: when and from where the evidence was taken, and the data by which it is judged.

    The list of public suffixes may be newer now than when the evidence was taken; both dates are in the result.
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
        defects=file.run.defects,
    )
