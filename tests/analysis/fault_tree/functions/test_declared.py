"""Functions that the owner declares: any one provider of a need will do, and what is required must work."""

from __future__ import annotations

from helpers.reports import impacts, report_on, state
from helpers.sites import in_one_leg

from hostaudit.model.site import DeclaredFunction, Need


def report(*needs: Need, requires: tuple[str, ...] = ()):
    return report_on(in_one_leg().declare(functions=(DeclaredFunction("pay", needs, requires),)))


def test_the_only_provider_of_a_need_takes_it_down():
    found = report(Need("payment", ("stripe",)))

    assert state(found, "pay") == "up"
    assert impacts(found, "stripe") == {"pay": "down"}


def test_either_of_two_providers_will_do():
    found = report(Need("payment", ("stripe", "adyen")))

    assert "stripe" not in {point.failure_domain.id for point in found.spofs}


def test_what_takes_a_required_function_down_takes_this_one_down():
    found = report(Need("payment", ("stripe", "adyen")), requires=("web",))

    assert impacts(found, "hetzner")["pay"] == impacts(found, "hetzner")["web"] == "down"
