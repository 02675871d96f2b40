"""Published ranges from the table to an attribution: seen by a scan, kept in the evidence, read without the table."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest
from helpers import sites
from helpers.fakes import FakeNet, observe, record

from hostaudit import audit
from hostaudit.analysis.attribution.attribute import Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.datasets import RANGES, feeds, ranges
from hostaudit.documents import rules
from hostaudit.documents.evidence_file import encode_evidence, read_evidence
from hostaudit.errors import DocumentError
from hostaudit.model.evidence import EvidenceFile
from hostaudit.model.values import Origin, Published, PublishedRanges
from hostaudit.observe.net.limits import Limits
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.probes import ip_owner

AWS = "https://ip-ranges.amazonaws.com/ip-ranges.json"
AZURE = "https://www.microsoft.com/en-us/download/details.aspx?id=56519"
GITHUB = "https://api.github.com/meta"
CLOUD, GOOG = "https://www.gstatic.com/ipranges/cloud.json", "https://www.gstatic.com/ipranges/goog.json"
CLOUDFLARE = "https://www.cloudflare.com/ips-v4"


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue(rules.load())


def listed(*rows):
    return tuple(Published(prefix, feed, service, "", "2026-11-01") for prefix, feed, service in rows)


@pytest.mark.parametrize(
    ("rows", "provider"),
    [
        ([("44.0.0.0/16", AWS, "S3"), ("44.0.0.0/16", AWS, "EC2"), ("44.0.0.0/11", AWS, "AMAZON")], "amazon-s3"),
        ([("44.0.0.0/16", AWS, "EC2"), ("44.0.0.0/11", AWS, "AMAZON")], "aws"),
        ([("44.0.0.0/20", AWS, "EC2"), ("44.0.0.0/11", AWS, "CLOUDFRONT")], "cloudfront"),
        ([("44.0.0.0/24", AWS, "ROUTE53"), ("44.0.0.0/24", AWS, "AMAZON")], "route53"),
        ([("51.0.0.0/24", AZURE, "Storage"), ("51.0.0.0/16", AZURE, "AzureCloud")], "azure-blob-storage"),
        ([("51.0.0.0/24", AZURE, "AzureFrontDoor.Frontend")], "azure-front-door"),
        ([("51.0.0.0/24", AZURE, "AzureFrontDoor.Backend")], "azure"),
        ([("51.0.0.0/24", AZURE, "AzureCloud"), ("51.0.0.0/24", GITHUB, "actions")], "azure"),
        ([("48.0.0.1/32", GITHUB, "pages"), ("48.0.0.0/22", GITHUB, "web")], "github-pages"),
        ([("48.0.0.0/22", GITHUB, "web"), ("48.0.0.0/22", GITHUB, "hooks")], "github"),
        ([("34.0.0.0/20", CLOUD, "Google Cloud"), ("34.0.0.0/15", GOOG, "")], "google-cloud"),
        ([("34.0.0.0/15", CLOUD, "Google Cloud"), ("34.0.0.0/20", GOOG, "")], "google-cloud"),
        ([("34.0.0.0/15", GOOG, "")], "google"),
        ([("45.0.0.0/15", CLOUDFLARE, "")], "cloudflare"),
        ([("45.0.0.0/15", "https://unknown.example/", "")], None),
        ([], None),
    ],
)
def test_a_service_that_somebody_names_goes_before_the_rest_of_a_feed(catalogue, rows, provider):
    found = catalogue.published(listed(*rows))

    assert [clue.provider for clue in found] == ([provider] if provider else [])
    assert all((clue.kind, clue.strength) == ("range", 0.95) for clue in found)


def test_two_companies_that_both_list_a_range_are_both_kept(catalogue):
    found = catalogue.published(listed(("45.0.0.0/24", AWS, "S3"), ("45.0.0.0/15", CLOUDFLARE, "")))

    assert {clue.provider for clue in found} == {"amazon-s3", "cloudflare"}


@pytest.mark.parametrize("prefix", ["45.0.0.0", "45.0.0.0/255.0.0.0", ""])
def test_a_prefix_from_a_stranger_s_evidence_breaks_nothing(catalogue, prefix):
    assert catalogue.published(listed((prefix, CLOUDFLARE, "")))[0].provider == "cloudflare"


# -- looking ----------------------------------------------------------------------------------------------


def look(**tables):
    net = FakeNet(dns={("x.com", "A"): ["45.1.2.3"]}, origins={"45.1.2.3": Origin("45.0.0.0/15", (64,))}, **tables)
    from hostaudit.observe.probes import addresses

    assert record("x.com", "A", "45.1.2.3")
    return observe("x.com", net, addresses.PROBE, ip_owner.PROBE)


def test_a_scan_notes_what_the_feeds_list():
    found = PublishedRanges(listed(("45.0.0.0/15", CLOUDFLARE, "")))

    assert look(published={"45.1.2.3": found})["published:45.1.2.3"].value == found
    assert look(published={"45.1.2.3": "in no feed"})["published:45.1.2.3"].absent == "in no feed"
    assert look(published={})["published:45.1.2.3"].unknown.cause == "unreachable"


def test_without_feeds_nothing_is_noted():
    assert "published:45.1.2.3" not in look()


def live(call):
    async def go():
        async with LiveNet(Limits(), resolver=("127.0.0.1:1",)) as net:
            return await call(net), net.data

    return asyncio.run(go())


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "hostaudit").mkdir()
    return tmp_path / "hostaudit"


def test_the_net_answers_from_the_table_that_was_fetched(home):
    body = feeds.parse("cidr-list", b"45.0.0.0/15\n")
    (home / RANGES).write_bytes(ranges.build([(CLOUDFLARE, "2026-11-01", body)]))
    outcome, data = live(lambda net: net.published("45.1.2.3"))
    nothing, _ = live(lambda net: net.published("46.1.2.3"))

    assert outcome.value == PublishedRanges(listed(("45.0.0.0/15", CLOUDFLARE, "")))
    assert outcome.source == "published ranges of 2026-11-01"
    assert nothing.absent == "in no feed"
    assert data["range-feeds"] == "2026-11-01"
    assert set(data) <= {"range-feeds", "rdap-bootstrap", "origin-table"}


def test_no_table_is_no_answer_and_a_damaged_one_an_unknown(home):
    outcome, data = live(lambda net: net.published("45.1.2.3"))
    assert outcome is None
    assert "range-feeds" not in data

    (home / RANGES).write_bytes(b"torn")
    outcome, data = live(lambda net: net.published("45.1.2.3"))
    assert outcome.unknown.cause == "malformed"
    assert "range-feeds" not in data


# -- thinking ---------------------------------------------------------------------------------------------


def site() -> EvidenceFile:
    """A site on an address whose AS says one thing and whose published range says it better."""
    found = sites.on_one_parent().file()
    item = next(each for each in found.evidence if each.kind == "origin")
    value = PublishedRanges((Published(item.value.prefix, AWS, "S3", "eu-west-1", "2026-11-01"),))
    more = msgspec.structs.replace(item, id=f"published:{item.subject}", kind="published", value=value)
    run = msgspec.structs.replace(found.run, data={"range-feeds": "2026-11-01", "public-suffix-list": "2020-10-01"})
    return msgspec.structs.replace(found, evidence=(*found.evidence, more), run=run)


def test_what_a_feed_lists_names_the_product_and_is_its_proof(catalogue):
    file = site()
    address = next(each.subject for each in file.evidence if each.kind == "published")
    (operator,) = Attribution(EvidenceIndex(file.evidence), catalogue, "x.com").networks.of(address)

    assert operator.provider == "amazon-s3"
    assert f"published:{address}" in operator.because
    assert any(clue.startswith("range ") and clue.endswith("S3 eu-west-1") for clue in operator.clues)


def test_analysis_is_the_same_whatever_is_installed(home, tmp_path, monkeypatch):
    path = tmp_path / "evidence.json"
    path.write_bytes(encode_evidence(site()))
    file = read_evidence(str(path))
    before = msgspec.json.encode(audit.analyse(file, rules.load()))
    body = feeds.parse("cidr-list", b"44.0.0.0/8\n54.0.0.0/8\n52.0.0.0/8\n")
    (home / RANGES).write_bytes(ranges.build([(CLOUDFLARE, "2027-01-01", body)]))
    (home / "rdap-bootstrap.json").write_bytes(b"torn")
    (home / "routes.hat").write_bytes(b"torn")
    monkeypatch.chdir(home)

    assert msgspec.json.encode(audit.analyse(file, rules.load())) == before


def test_the_report_names_the_data_of_the_looking():
    versions = audit.analyse(site(), rules.load()).run.data_versions

    assert versions["range-feeds"] == "2026-11-01"
    assert versions["public-suffix-list"] == "2020-10-01"
    assert versions["public-suffix-list-now"] > "2020-10-01", "thinking used a newer list than looking"


@pytest.mark.parametrize(
    "data", [{"range-feeds": "soon"}, {"x" * 99: "2026-11-01"}, {"range-feeds": "2026-11-01\n"}, {"": ""}]
)
def test_dates_in_evidence_from_a_stranger_are_checked(tmp_path, data):
    path = Path(tmp_path, "evidence.json")
    document = json.loads(encode_evidence(site()))
    document["run"]["data"] = data
    path.write_text(json.dumps(document))

    with pytest.raises(DocumentError, match=r"run\.data"):
        read_evidence(str(path))
