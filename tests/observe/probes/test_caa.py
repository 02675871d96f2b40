"""The climb to the CAA set that counts."""

from __future__ import annotations

import pytest
from helpers.fakes import FakeNet, observe

from hostaudit.model.values import Caa
from hostaudit.observe.probes.caa import PROBE

DEEP = "api.shop.example.co.uk"


def climb(host=DEEP, **answers):
    """CAA of ``host`` where ``answers`` are by first label; names not given have no CAA record."""
    names = (DEEP, "shop.example.co.uk", "example.co.uk", "www.example.co.uk")
    net = FakeNet(dns={(name, "CAA"): answers.get(name.split(".")[0], "NODATA") for name in names})
    return observe(host, net, PROBE)[f"caa:{host}"], net


def issue(*values):
    return [(0, "issue", value) for value in values]


def test_the_nearest_set_counts_and_what_is_above_it_does_not():
    item, _ = climb(shop=issue("near.example"), example=issue("far.example"))

    assert item.value == Caa("shop.example.co.uk", ("near.example",))


def test_the_climb_ends_at_the_registrable_name():
    item, net = climb()

    assert item.absent == "no CAA record up to example.co.uk"
    assert ("dns", ("co.uk", "CAA")) not in net.calls


@pytest.mark.parametrize("broken", ["api", "shop", "example"])
@pytest.mark.parametrize("cause", ["servfail", "timeout", "malformed"])
def test_a_fault_before_the_set_is_unknown_and_never_absent(broken, cause):
    item, _ = climb(**{broken: ("unknown", cause)})

    assert item.unknown.cause == cause
    assert item.absent is None


def test_a_fault_below_hides_the_set_above():
    item, _ = climb(api=("unknown", "servfail"), example=issue("ca.example"))

    assert (item.value, item.unknown.cause) == (None, "servfail")


def test_a_fault_above_the_set_does_not_matter():
    item, _ = climb(shop=issue("ca.example"), example=("unknown", "servfail"))

    assert item.value.issue == ("ca.example",)


def test_parameters_and_case_are_dropped_from_issuer_names():
    rows = issue("LetsEncrypt.org; validationmethods=dns-01", "letsencrypt.org;accounturi=https://x/1", " pki.goog ")

    assert climb(api=rows)[0].value.issue == ("letsencrypt.org", "pki.goog")


@pytest.mark.parametrize("nobody", [";", "", "; policy=x", "%%%"])
def test_an_empty_or_malformed_issuer_means_that_nobody_may_issue(nobody):
    item, _ = climb(api=issue(nobody))

    assert item.value == Caa(DEEP, ())


@pytest.mark.parametrize("tag", ["iodef", "issuewild", "contactemail"])
def test_a_set_without_an_issue_property_ends_the_climb_and_restricts_nobody(tag):
    item, _ = climb(api=[(0, tag, "x.example")], example=issue("ca.example"))

    assert item.absent == f"no issue property in the CAA set of {DEEP}"


def test_wildcard_and_report_properties_are_kept_apart():
    rows = [*issue("a.example"), (0, "issuewild", "b.example"), (0, "iodef", "mailto:x@example.com"), (128, "tbs", "y")]

    assert climb(api=rows)[0].value == Caa(DEEP, ("a.example",), ("b.example",), ("mailto:x@example.com",))


def test_tags_are_read_without_regard_to_case_and_the_order_does_not_matter():
    rows = [(0, "ISSUE", "b.example"), (0, "Issue", "a.example")]

    assert climb(api=rows)[0].value == climb(api=rows[::-1])[0].value == Caa(DEEP, ("a.example", "b.example"))


def test_every_host_of_the_target_has_an_answer():
    net = FakeNet(dns={("example.co.uk", "CAA"): issue("ca.example"), ("www.example.co.uk", "CAA"): "NXDOMAIN"})

    found = observe("example.co.uk", net, PROBE)

    assert {key: item.value.owner for key, item in found.items()} == {
        "caa:example.co.uk": "example.co.uk",
        "caa:www.example.co.uk": "example.co.uk",
    }


def test_nxdomain_on_the_way_up_from_a_host_with_an_address_is_a_contradiction():
    names = (DEEP, "shop.example.co.uk", "example.co.uk")
    denied = {(name, "CAA"): "NXDOMAIN" for name in names}
    there = observe(DEEP, FakeNet(dns=denied | {(DEEP, "A"): ["192.0.2.1"]}), PROBE)[f"caa:{DEEP}"]
    gone = observe(DEEP, FakeNet(dns=denied | {(DEEP, "A"): "NXDOMAIN"}), PROBE)[f"caa:{DEEP}"]

    assert there.unknown.cause == "contradicted"
    assert gone.absent == "no CAA record up to example.co.uk"
