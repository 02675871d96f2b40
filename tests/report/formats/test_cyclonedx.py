"""CycloneDX: valid by the schema of 1.6 that its own library carries, and never complete."""

from __future__ import annotations

import json

import pytest
from helpers.sample_judged import WAYS, everything, judged
from msgspec import structs

from hostaudit.model.report import Score
from hostaudit.report import Style, load


def bom(report) -> dict:
    return json.loads(load("cyclonedx").render(report, Style()))


@pytest.mark.parametrize("report", [everything(), judged("pass"), WAYS["not judged"]])
def test_the_bill_is_valid_by_the_schema(report):
    validation = pytest.importorskip("cyclonedx.validation.json")
    version = pytest.importorskip("cyclonedx.schema").SchemaVersion.V1_6

    assert validation.JsonStrictValidator(version).validate_str(load("cyclonedx").render(report, Style())) is None


def test_each_provider_is_a_service_of_its_organisation_with_its_evidence():
    found = {each["bom-ref"]: each for each in bom(everything())["services"]}
    aws = found["service:aws"]
    properties = [(each["name"], each["value"]) for each in aws["properties"]]

    assert set(found) == {"service:aws", "service:route53", "service:unknown:as64999"}
    assert (aws["name"], aws["provider"]["name"]) == ("AWS", "Amazon")
    assert ("hostaudit:role", "hosting") in properties
    assert ("hostaudit:jurisdiction", "US") in properties
    assert ("hostaudit:evidence", "a:captive.com") in properties


def test_the_site_depends_on_all_of_them():
    found = bom(everything())
    site = found["metadata"]["component"]["bom-ref"]
    graph = {each["ref"]: each.get("dependsOn", []) for each in found["dependencies"]}

    assert graph[site] == sorted(each["bom-ref"] for each in found["services"])
    assert set(graph) == {site, *graph[site]}


@pytest.mark.parametrize("way", WAYS)
def test_the_composition_is_never_called_complete(way):
    (composition,) = bom(WAYS[way])["compositions"]

    assert composition["aggregate"] in ("incomplete_third_party_only", "unknown")


def test_what_is_unknown_makes_the_composition_unknown():
    whole = judged("pass", score=Score(50, 50, 1.0))

    assert bom(whole)["compositions"][0]["aggregate"] == "incomplete_third_party_only"
    assert bom(judged("pass"))["compositions"][0]["aggregate"] == "unknown"
    assert bom(judged("inconclusive", score=Score(50, 50, 1.0)))["compositions"][0]["aggregate"] == "unknown"


def test_the_serial_number_is_that_of_site_and_time():
    report = everything()
    later = structs.replace(report, run=structs.replace(report.run, finished="2021-01-10T12:00:00Z"))

    assert bom(report)["serialNumber"] == bom(report)["serialNumber"] != bom(later)["serialNumber"]


def test_references_stay_apart_when_names_look_alike():
    row = everything().dependencies[0]
    rows = tuple(structs.replace(row, id=str(n), provider=f"{'x' * 300}{n}{'x' * 300}") for n in range(3))
    refs = [each["bom-ref"] for each in bom(judged("pass", dependencies=rows))["services"]]

    assert len(set(refs)) == 3


def test_much_evidence_is_cut_with_its_number():
    row = structs.replace(everything().dependencies[0], because=tuple(f"a:h{n}.example" for n in range(80)))
    (service,) = bom(judged("pass", dependencies=(row,)))["services"]

    assert {"name": "hostaudit:evidence_left_out", "value": "30"} in service["properties"]
