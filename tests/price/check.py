"""A check: its text, its module, and its key in the policy."""

from __future__ import annotations

from price.patched_copy import Price, before, new

POLICY = """\
version: 1
policy:
  roles: {dns: {max_alternatives: 1}, registrar: {max_alternatives: 1}}
exceptions:
  - {id: EX-1, rule: registrar.max_alternatives, target: example.com, reason: not this site, owner: me,
     expires: "2099-01-01"}
"""

PRICE = Price(
    most=3,
    patch={
        "rules/checks/role-max-alternatives.yaml": new(
            """\
id: ROLE.max_alternatives
title: No more alternatives than can be looked after
risk: Somebody has to know the console of each of them.
how: The alternatives of each zone, host or platform in the role are counted.
fix: Leave the one that nobody can operate.
source: made up
severity: low
write: "policy: {roles: {dns: {max_alternatives: 3}}}"
number: "901"
"""
        ),
        "hostaudit/policy/checks/role_max_alternatives.py": new(
            '''\
"""``ROLE.max_alternatives``: no more alternatives than can be looked after."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand, Ladder, compared_most
from hostaudit.policy.context import PolicyContext


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """One answer for each group of alternatives in the role."""
    for group in context.alternatives.groups(demand.role):
        count = len(group.all)
        message = f"{context.title(demand.role)}: {count} alternatives; at most {demand.value} are allowed."
        yield demand.answer(compared_most(count, count, demand.value), group.subject, message)


CHECK = Check("ROLE.max_alternatives", evaluate, Ladder((1, 2, 3, 4)))
'''
        ),
        "hostaudit/model/policy.py": before(
            "    independent_by: Annotated[\n",
            """\
    max_alternatives: Annotated[
        int | None,
        Key("The most alternatives that there may be.", Range(1, 50, "a number from 1 to 50"), "ROLE.max_alternatives"),
    ] = None
""",
        ),
    },
    checks=("policy/checks/test_checks.py",),
    inputs={"policy.yaml": POLICY},
    shows=("analyse", "{root}/examples/parler-2021/evidence.json", "--policy", "policy.yaml"),
    expect=("HA-DNS-901 dns.max_alternatives", "DNS operator: 4 alternatives"),
)
