"""Policies in force, and reports judged by them."""

from __future__ import annotations

from datetime import date

import msgspec

from helpers.sites import Site, in_pairs
from hostaudit import audit
from hostaudit.analysis import assess
from hostaudit.analysis.site_model import SiteModel
from hostaudit.documents import rules, scenarios
from hostaudit.model.checks import Criteria
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.policy import EffectivePolicy, Exemption, Policy, RoleDemand
from hostaudit.model.report import Report
from hostaudit.policy import verdict

RULES = rules.shipped()
DAY = date(2021, 1, 10)
SILENT = "steady.org dns1.p01.nsone.net 198.51.44.1"
TWO_DNS = Policy(roles={"dns": RoleDemand(min_providers=2, independent_by=("parent", "asn"))})


def effective(policy: Policy, domain: str, *exceptions: Exemption, **changes) -> EffectivePolicy:
    fields = {
        "schema": "hostaudit.policy/1",
        "target": domain,
        "source": "hostaudit.yaml",
        "line": 2,
        "stated": True,
        "matched": "",
        "labels": {"owner": "team-web"},
        "extends": (),
        "policy": policy,
        "origins": {},
        "exceptions": exceptions,
    }
    return EffectivePolicy(**(fields | changes))


_ASSESSED: dict[tuple[bytes, float], tuple[SiteModel, Report]] = {}
"""By evidence and notice the model of a site and the report on it before it is judged, which is most of the work."""


def judged_by(file: EvidenceFile, criteria: Criteria, day: date) -> Report:
    """As ``audit.analyse`` with criteria, but equal evidence is assessed once."""
    policy = criteria.policy.policy if criteria.policy is not None else Policy()
    notice = policy.notice_hours or 0.0
    key = msgspec.json.encode(file), notice
    if key not in _ASSESSED:
        model = audit.understand(file, RULES)
        _ASSESSED[key] = model, assess.judge(model, notice)
    recorded = {each.scenario: scenarios.shipped(each.scenario) for each in policy.scenarios}
    return verdict.apply_policy(*_ASSESSED[key], criteria, day, recorded)


def judged(site, policy: Policy, *exceptions: Exemption, day: date = DAY, **criteria) -> Report:
    """The report on a site, or on a file of evidence."""
    file = site.file() if isinstance(site, Site) else site
    wanted = Criteria(policy=effective(policy, file.target.domain, *exceptions), **criteria)
    return judged_by(file, wanted, day)


def silent() -> Site:
    """A second operator that gives no answer."""
    return in_pairs().note("server", SILENT, unknown="timeout")
