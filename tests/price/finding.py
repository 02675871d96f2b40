"""A finding that needs no policy: its text and its module."""

from __future__ import annotations

from price.patched_copy import Price, new

PRICE = Price(
    most=2,
    patch={
        "rules/checks/crowded-domain.yaml": new(
            """\
id: crowded-domain
title: The name lies in a top-level domain of its own kind
risk: A name in a crowded top-level domain is easily mistaken for another one.
how: The top-level domain of the name is compared with the largest one.
fix: Register the name in a second top-level domain as well.
source: made up
severity: low
code: HA-NAME-901
"""
        ),
        "hostaudit/analysis/findings/crowded_domain.py": new(
            '''\
"""``crowded-domain``: the name lies in the largest top-level domain."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit import domain
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding

RULE = "crowded-domain"


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the finding for a name in the largest top-level domain."""
    name = site.file.target.registrable
    if domain.tld(name) == "com":
        yield Finding(
            rule=RULE,
            outcome="fail",
            severity="low",
            confidence=0.9,
            subject=name,
            message=f"{name} lies in a crowded top-level domain.",
            because=(),
            fix="Register it elsewhere too.",
        )


FINDING = FindingDefinition(RULE, find)
'''
        ),
    },
    checks=("analysis/findings/test_findings.py",),
    shows=("analyse", "{root}/examples/parler-2021/evidence.json"),
    expect=("HA-NAME-901 crowded-domain", "parler.com lies in a crowded"),
)
