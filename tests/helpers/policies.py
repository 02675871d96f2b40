"""Policies in force, and reports judged by them."""

from __future__ import annotations

from datetime import date

from helpers.sites import Site, in_pairs
from hostaudit import audit
from hostaudit.documents import rules
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import EffectivePolicy, Exemption, Policy, RoleDemand
from hostaudit.model.report import Report

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


def judged(site, policy: Policy, *exceptions: Exemption, day: date = DAY, **criteria) -> Report:
    """The report on a site, or on a file of evidence."""
    file = site.file() if isinstance(site, Site) else site
    wanted = Criteria(policy=effective(policy, file.target.domain, *exceptions), **criteria)
    return audit.analyse(file, RULES, wanted, day)


def silent() -> Site:
    """A second operator that gives no answer."""
    return in_pairs().note("server", SILENT, unknown="timeout")
