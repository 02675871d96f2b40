"""What a policy says in vain, and what ends: told, and no failure."""

from __future__ import annotations

import pytest
from helpers.policy_files import EXCEPTION, TODAY, WORLD
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.documents import policy_values
from hostaudit.policy.warnings import reminders


def about(load, expires: str, **keys: str) -> list[str]:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    loaded = load(f"exceptions: [{{{EXCEPTION}, expires: {expires}{more}}}]")
    return [text for _, text in reminders(loaded.content, WORLD, TODAY)]


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2028-02-28", ["exception EX-7 expired on 2028-02-28; alice answers for it"]),
        ("2028-02-29", ["exception EX-7 ends today; alice answers for it"]),
        ("2028-03-01", ["exception EX-7 ends in 1 day, on 2028-03-01; alice answers for it"]),
        ("2028-03-30", ["exception EX-7 ends in 30 days, on 2028-03-30; alice answers for it"]),
        ("2028-03-31", []),
        ("9999-12-31", []),
        ("2027-02-29", ["exception EX-7 counts as expired: '2027-02-29' is no day (YYYY-MM-DD)"]),
        ("31.03.2028", ["exception EX-7 counts as expired: '31.03.2028' is no day (YYYY-MM-DD)"]),
        ("2028-3-31", ["exception EX-7 counts as expired: '2028-3-31' is no day (YYYY-MM-DD)"]),
        ("20280331", ["exception EX-7 counts as expired: '20280331' is no day (YYYY-MM-DD)"]),
        ("2028-03-31T00:00:00Z", ["exception EX-7 counts as expired: '2028-03-31T00:00:00Z' is no day (YYYY-MM-DD)"]),
        ("Never", ["exception EX-7 counts as expired: 'Never' is no day (YYYY-MM-DD)"]),
        ("no", ["exception EX-7 counts as expired: 'no' is no day (YYYY-MM-DD)"]),
        ("'2028-03-31 '", ["exception EX-7 counts as expired: '2028-03-31 ' is no day (YYYY-MM-DD)"]),
    ],
)  # fmt: skip
def test_an_exception_ends_with_its_day_and_at_once_if_that_is_none(load, expires, said):
    assert about(load, expires) == said


def test_what_never_ends_is_looked_at_again(load):
    assert about(load, "never", review="2028-02-29") == []
    assert about(load, "never", review="2028-02-28") == [
        "exception EX-7 never ends and was to be reviewed by 2028-02-28; alice answers for it"
    ]
    assert about(load, "never", review="soon") == [
        "exception EX-7 never ends, and 'soon' is no day (YYYY-MM-DD) on which to review it"
    ]


@given(st.dates(), st.text(max_size=12))
def test_a_day_is_a_day_and_nothing_else_is(day, text):
    assert policy_values.day(day.isoformat()) == day
    found = policy_values.day(text)
    assert found is None or found.isoformat() == text


def test_names_that_mean_nothing_here_are_told(load):
    text = """\
policy: {providers: [{id: example-host}, {id: aws}], roles: {ca: {allow: [my-own-ca]}}}
sites: [{domain: shop.example.com}]
targets: [{match: ['*.example.net']}]
exceptions:
  - {id: A, rule: dns.*, target: shop.example.com, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: B, rule: dns.*, target: a.example.net, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: C, rule: dns.*, target: shop.example.org, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: D, rule: dns.*, target: '*.example.com', reason: long enough, owner: x, expires: 9999-01-01}
"""
    loaded = load(text)

    assert [(loaded.place(where), text) for where, text in reminders(loaded.content, WORLD, TODAY)] == [
        ("hostaudit.yaml:2:75", "my-own-ca is not in the catalogue, so that no report will name it"),
        ("hostaudit.yaml:2:22", "example-host is not in the catalogue, so that no report will name it"),
        ("hostaudit.yaml:8:26", "exception C: no site and no target of this file is called shop.example.org"),
    ]


def test_what_counts_as_two_is_told_where_two_are_demanded(effective):
    found = effective("policy: {roles: {dns: {min_providers: 2}, mail: {severity: low}}}")

    assert found.origins["roles.dns.independent_by"] == "default"
    assert "roles.mail.independent_by" not in found.origins
