"""Merged evidence: looks side by side, each given back as it was."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.several_places import example, geo_split, in_two_places
from helpers.sites import in_pairs
from msgspec import structs

from hostaudit import api
from hostaudit.documents import places
from hostaudit.documents.evidence_file import decode_evidence, encode_evidence
from hostaudit.errors import DocumentError, UsageError
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.site import Site


def look(name: str, edge: str = "fastly", *, started: str = "2021-01-09T00:00:00Z") -> EvidenceFile:
    file = geo_split(edge=edge).file()
    return structs.replace(file, run=structs.replace(file.run, vantage=name, started=started))


def test_each_look_comes_back_as_it_was():
    looks = [look("paris"), look("tokyo", "cloudflare")]
    merged = api.merge(looks)

    for before, after in zip(looks, places.apart(merged), strict=True):
        assert (before.target, before.run) == (after.target, after.run)
        assert sorted(before.evidence, key=lambda each: each.id) == sorted(after.evidence, key=lambda each: each.id)


@pytest.mark.parametrize("place", ["tokyo", "paris"])
def test_the_examples_are_what_the_pages_say(place):
    assert (ROOT / "examples" / "several-places" / f"{place}.json").read_bytes() == encode_evidence(example(place))


def test_an_equal_answer_is_written_once_with_all_its_places():
    file = in_two_places()
    shared = next(each for each in file.evidence if each.id == "registration:geosplit.org")
    differing = [each for each in file.evidence if each.id == "a:geosplit.org"]

    assert shared.vantages == ("paris", "tokyo")
    assert [each.vantages for each in differing] == [("paris",), ("tokyo",)]


def test_the_order_does_not_matter_and_merged_evidence_brings_its_looks():
    one, two, three = look("osaka", "cloudflare"), look("paris"), look("tokyo", "cloudflare")

    assert api.merge([one, two, three]) == api.merge([three, one, two])
    assert api.merge([api.merge([one, three]), two]) == api.merge([one, two, three])


def test_merged_evidence_is_written_and_read():
    file = in_two_places()

    assert decode_evidence(encode_evidence(file), "merged.json") == file
    assert [each.run.vantage for each in file.looks] == ["paris", "tokyo"]


def test_evidence_of_one_look_is_written_as_before():
    assert b"vantage" not in encode_evidence(in_pairs().file()).replace(b'"vantage": "local"', b"")
    assert b"looks" not in encode_evidence(in_pairs().file())


def test_looks_that_lie_far_apart_are_told():
    near, far = look("tokyo"), look("tokyo", started="2021-01-12T00:00:00Z")

    assert places.far_apart(api.merge([look("paris"), near])) == ""
    assert places.far_apart(api.merge([look("paris"), far])).startswith("paris looked 3.0 days before tokyo")


def test_different_sites_are_refused():
    other = in_pairs().file()
    with pytest.raises(UsageError, match=r"paris looked at geosplit.org, tokyo at steady.org"):
        api.merge({"paris": look(""), "tokyo": other})


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([look("paris"), look("paris")], "two looks are from the place paris"),
        ([look("paris")], "1 look is given"),
        ([look("paris"), look("local")], "does not say from which place"),
        ({"no name!": look("x"), "paris": look("y")}, "is not the name of a place"),
        ({"paris": look("x"), "both": in_two_places()}, "is evidence of several places already"),
    ],
    ids=["twice", "one", "unnamed", "name", "several"],
)
def test_looks_that_cannot_be_merged_are_refused(looks, said):
    with pytest.raises(UsageError, match=said):
        api.merge(looks)


def test_different_declarations_are_refused():
    declared = structs.replace(look("paris"), site=Site("geosplit.org"))
    other = structs.replace(look("tokyo"), site=Site("geosplit.org", hosts=("www.geosplit.org",)))

    assert api.merge([declared, look("tokyo")]).site == declared.site
    with pytest.raises(UsageError, match="hold different declarations"):
        api.merge([declared, other])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["looks"].pop(), "1 looks"),
        (lambda d: d["looks"][0]["run"].update(vantage="a b"), "is not the name of one place"),
        (lambda d: d["looks"][0]["run"].update(vantage="tokyo"), "is not the name of one place"),
        (
            lambda d: d["looks"][0]["target"].update(domain="x.org", registrable="x.org", hosts=["x.org"]),
            "not geosplit",
        ),
        (lambda d: d["looks"][0]["run"].update(started="soon"), r"looks\[0\].run.started"),
        (lambda d: d["evidence"][0].update(vantage="mars"), "'mars' is not the place of one of the looks"),
        (lambda d: d["evidence"][0].pop("vantage"), "'' is not the place of one of the looks"),
        (lambda d: d.pop("looks"), "it names a place, but the document has no looks"),
        (lambda d: d["evidence"].append(d["evidence"][0]), "occurs twice for "),
    ],
    ids=["one", "name", "twice", "site", "time", "place", "unplaced", "no looks", "item twice"],
)
def test_unsound_places_are_refused(change, said):
    document = json.loads(encode_evidence(in_two_places()))
    change(document)
    with pytest.raises(DocumentError, match=said):
        decode_evidence(json.dumps(document).encode(), "merged.json")
