"""The finding for a service that has ended."""

from __future__ import annotations

import msgspec
import pytest
from helpers.reports import catalogue, report_on
from helpers.sites import in_pairs

from hostaudit.audit import analyse


def found_at(target: str):
    site = in_pairs().web("www.steady.org", ("192.0.2.80", 64500), chain=(target,)).front("www.steady.org")
    return [each for each in report_on(site).findings if each.rule == "provider-ended"]


def test_what_still_points_to_an_ended_service_is_told():
    (found,) = found_at("shop.insnw.net")

    assert found.message.startswith("Instart Logic ended this service on 2020; what still points to it here")
    assert "www.steady.org" in found.message
    assert (found.provider, found.severity, found.down_now, found.code) == ("instart", "medium", (), "HA-PROVIDER-002")
    assert "a:www.steady.org" in found.because


@pytest.mark.parametrize("target", ["shop.edgekey.net", "shop.edgecastcdn.net"])
def test_a_service_that_goes_on_or_ended_years_after_the_scan_is_not_told(target):
    assert found_at(target) == []


@pytest.mark.parametrize(("day", "verb"), [("2021-01", "ended"), ("2020", "ended"), ("2021-11-30", "ends")])
def test_an_end_to_come_is_told_as_one(day, verb):
    rules = catalogue()
    providers = tuple(
        msgspec.structs.replace(each, ended=day if each.id == "akamai" else each.ended) for each in rules.providers
    )
    site = in_pairs().web("www.steady.org", ("192.0.2.80", 64500), chain=("shop.edgekey.net",)).front("www.steady.org")
    changed = msgspec.structs.replace(rules, providers=providers, version=f"ended {day}")
    (found,) = (each for each in analyse(site.file(), changed).findings if each.rule == "provider-ended")

    assert f"{verb} this service on {day}" in found.message
