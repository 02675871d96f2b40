"""What ``data status`` says of every state that an item can be in, and what the data are then used for."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest
from helpers.publishers import FEEDS, PAGES, route_lists, routes_item, run, suffix_item, suffixes
from helpers.servers import http

from hostaudit import domain
from hostaudit.cli import run as command
from hostaudit.datasets import BOOTSTRAP, RANGES, ROUTES, SUFFIXES, manifest
from hostaudit.documents import rules, schemas
from hostaudit.model.data import STALE_AFTER, DataItem
from hostaudit.observe.net.registry import rdap
from hostaudit.observe.refresh import sources, update
from hostaudit.observe.refresh.status import status
from hostaudit.report import Style, load

SOON = datetime(2026, 11, 21, tzinfo=UTC)
LATER = datetime(2027, 11, 21, tzinfo=UTC)
EVERY = sources.all_items(()) + FEEDS


def states(directory: Path, every=EVERY, now=SOON) -> dict[str, DataItem]:
    return {each.id: each for each in status(directory, every, now).items}


def test_nothing_fetched_means_what_came_with_hostaudit(tmp_path, monkeypatch):
    installed = re.sub(rb"(?m)^// VERSION: [\d-]+", b"// VERSION: 2026-11-07", domain.shipped_list())
    monkeypatch.setattr(domain, "shipped_list", lambda: installed)
    found = states(tmp_path / "none")

    assert {each.id: (each.state, each.origin) for each in found.values()} == {
        "origin-table": ("stale", "shipped"),
        "range-feeds": ("not_fetched", "none"),
        "aws": ("not_fetched", "none"),
        "other": ("not_fetched", "none"),
        "rdap-bootstrap": ("ok", "shipped"),
        "public-suffix-list": ("ok", "shipped"),
    }
    assert found["origin-table"].date == "2026-06-17"
    assert found["origin-table"].age == 157
    assert found["rdap-bootstrap"].date == "2026-07-23"
    assert found["origin-table"].next == "hostaudit data update origin-table"
    assert not (tmp_path / "none").exists(), "asking makes nothing"


def test_what_was_fetched_is_told_with_its_source_and_grows_old(tmp_path, monkeypatch):
    monkeypatch.setattr(update, "_now", lambda: "2026-11-01T12:00:00Z")
    run(tmp_path, PAGES)
    new, old = states(tmp_path), states(tmp_path, now=LATER)

    assert (new["aws"].state, new["aws"].origin, new["aws"].age) == ("ok", "fetched", 20)
    assert new["aws"].sources == ("http://ranges.example/aws.json",)
    assert new["range-feeds"].rows == 8
    assert new["range-feeds"].date == "2026-11-01", "as old as the oldest feed in it"
    assert (old["aws"].state, old["range-feeds"].state) == ("stale", "stale")
    assert old["aws"].note == f"older than {STALE_AFTER['range-feeds']} days"


@pytest.mark.parametrize("file", ["feeds/aws", RANGES])
@pytest.mark.parametrize("how", ["torn", "gone"])
def test_what_is_not_as_it_was_installed_is_damaged(tmp_path, file, how):
    run(tmp_path, PAGES)
    if how == "gone":
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:-1])
    found = states(tmp_path)
    wanted = "aws" if file == "feeds/aws" else "range-feeds"

    assert [each.id for each in found.values() if each.state == "damaged"] == [wanted]
    assert found[wanted].next == f"hostaudit data update {wanted}"


def test_a_table_built_by_hand_is_told_as_such(tmp_path):
    run(tmp_path, route_lists(), (routes_item(),))
    assert states(tmp_path)["origin-table"].origin == "fetched"
    (tmp_path / manifest.NAME).unlink()
    built = states(tmp_path)["origin-table"]
    assert (built.state, built.origin, built.date) == ("ok", "built", "2026-11-02")
    assert states(tmp_path, now=LATER)["origin-table"].state == "stale"
    (tmp_path / ROUTES).write_bytes(b"torn")
    assert states(tmp_path)["origin-table"].state == "damaged"


def test_the_document_is_as_its_schema_says(tmp_path):
    run(tmp_path, PAGES)
    for name, text in (
        ("data", load("json").render(status(tmp_path, EVERY, SOON), Style())),
        ("manifest", (tmp_path / manifest.NAME).read_text()),
    ):
        schema = msgspec.json.decode(schemas.path(name).read_bytes())
        jsonschema.validate(msgspec.json.decode(text), schema)


def test_the_table_fits_a_terminal(tmp_path):
    every = sources.all_items(rules.shipped().providers)
    shown = load("terminal").render(status(tmp_path, every, SOON), Style())

    assert "item                state        date        age" in shown
    assert shown.endswith("Next: update it\n  hostaudit data update\n")


def test_every_feed_of_the_catalogue_has_one_format_and_one_name():
    providers = rules.shipped().providers
    found = sources.feed_items(providers)
    claims = {(feed.url, feed.format) for provider in providers for feed in provider.feeds}

    assert len({url for url, _ in claims}) == len(claims) == len(found)
    assert len({item.id for item in found} | {item.file for item in found}) == 2 * len(found)
    assert {"aws", "azure", "cloudflare-ips-v4", "cloudflare-ips-v6", "fastly", "github"} <= {each.id for each in found}
    rest = {(feed.url, feed.format) for provider in providers for feed in provider.feeds if not feed.services}
    assert len(rest) == sum(not feed.services for provider in providers for feed in provider.feeds), "one has the rest"


# -- what is fetched is used ------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The data directory of this process, and no memory of another."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    caches = (domain.data_version, domain._list, domain._suffixes, domain._sections)
    caches += (rdap._snapshot, rdap._domains, rdap._blocks)
    for each in caches:
        each.cache_clear()
    yield tmp_path / "hostaudit"
    monkeypatch.undo()
    for each in caches:
        each.cache_clear()


def test_a_newer_list_of_suffixes_goes_first(home):
    run(home, {"tables.example /psl": http(200, suffixes(extra=1))}, (suffix_item(),))

    assert domain.data_version() == "2026-11-20"
    assert domain.registrable("a.b.x0.zz") == "b.x0.zz"


@pytest.mark.parametrize("text", [suffixes("2019-01-01", 1), suffixes(extra=1)[:9000], b""])
def test_an_older_or_torn_list_does_not(home, text):
    home.mkdir()
    (home / SUFFIXES).write_bytes(text)

    assert domain.data_version() == domain.list_date(domain.shipped_list())
    assert domain.registrable("a.b.x0.zz") is None


def registry(keys: str, url: str, date: str = "2026-11-01T00:00:00Z") -> bytes:
    known = {"dns": ["com", "net", "org"], "ipv4": ["8.0.0.0/8", "193.0.0.0/8"], "ipv6": ["2600::/12", "2a00::/12"]}
    services = [[known[keys], ["http://plain.example/", url]]]
    return msgspec.json.encode({"version": "1.0", "publication": date, "services": services, "description": "x"})


def bootstrap(**pages):
    item = next(each for each in sources.all_items(()) if each.id == "rdap-bootstrap")
    both = tuple(sources.Source(f"http://tables.example/{each}.json", 9000) for each in rdap.REGISTRIES)
    served = {each: registry(each, f"https://{each}.rdap.example/") for each in rdap.REGISTRIES} | pages
    return replace(item, ways=(both,)), {
        f"tables.example /{each}.json": http(200, body) for each, body in served.items()
    }


def test_fetched_rdap_servers_go_first(home):
    item, pages = bootstrap()
    results, _ = run(home, pages, (item,), accept_smaller=True)

    assert results["rdap-bootstrap"].outcome == "updated"
    assert rdap.bootstrap_date() == "2026-11-01"
    assert rdap.domain_base("a.com") == "https://dns.rdap.example/"


@pytest.mark.parametrize(
    "broken",
    [
        {"dns": b"{}"},
        {"dns": registry("ipv4", "https://x/")},
        {"ipv4": registry("ipv4", "https://x/").replace(b"8.0.0.0/8", b"8.0.0.0/80")},
        {"ipv6": b"\xff"},
        {"ipv4": registry("ipv4", "ftp://x/").replace(b"http://plain.example/", b"ftp://y/")},
    ],
)
def test_registries_that_are_none_are_refused(home, broken):
    item, pages = bootstrap(**broken)
    results, _ = run(home, pages, (item,), accept_smaller=True)

    assert results["rdap-bootstrap"].outcome == "failed"
    assert not (home / BOOTSTRAP).exists()


def test_registries_that_shrank_below_those_that_ship_are_refused(home):
    item, pages = bootstrap()
    results, _ = run(home, pages, (item,))

    assert "3 rows where 600 are installed" in results["rdap-bootstrap"].detail


@pytest.mark.parametrize("text", [b"", b"{", b"{}", b'{"dns": {"publication": "2030", "services": [[]]}}'])
def test_damaged_rdap_servers_are_passed_over(home, text):
    home.mkdir()
    (home / BOOTSTRAP).write_bytes(text)

    assert rdap.domain_base("a.com") == "https://rdap.verisign.com/com/v1/"


# -- the command ------------------------------------------------------------------------------------------


def test_what_would_be_fetched_can_be_asked(home, capsys):
    assert command(["data", "update", "--dry-run", "github-pages", "rdap-bootstrap"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "github: https://api.github.com/meta",
        *(f"rdap-bootstrap: https://data.iana.org/rdap/{each}.json" for each in ("dns", "ipv4", "ipv6")),
    ]
    assert not home.exists()


def test_a_file_fetched_by_hand_is_taken(home, capsys, tmp_path):
    given = tmp_path / "list"
    given.write_text("45.10.0.0/20\n")

    assert command(["data", "update", "-q", "--file", f"cloudflare-ips-v4={given}"]) == 0
    assert capsys.readouterr().out.startswith("cloudflare-ips-v4: updated, 1 rows of ")
    assert command(["data", "status", "--format", "json"]) == 0
    found = msgspec.json.decode(capsys.readouterr().out)
    assert {each["id"] for each in found["items"] if each["origin"] == "fetched"} == {
        "range-feeds",
        "cloudflare-ips-v4",
    }


def test_a_failed_item_ends_with_three(home, capsys, tmp_path):
    given = tmp_path / "list"
    given.write_text("nonsense\n")

    assert command(["data", "update", "-q", "--file", f"cloudflare-ips-v4={given}"]) == 3
    told = capsys.readouterr()
    assert "failed, not a network" in told.out
    assert "the data from before stay in use" in told.out
    assert "1 of 1 items could not be updated" in told.err


def test_an_update_beside_another_ends_with_three(home, capsys):
    home.mkdir()
    with manifest.changing(home):
        assert command(["data", "update", "-q", "fastly"]) == 3
    assert "another update is running" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense is not a name of data"),
        (["--file", "aws"], "names no file"),
        (["--file", "cloudflare=x"], "is not made of one file"),
        (["--file", "rdap-bootstrap=x"], "is not made of one file"),
        (["--resolver", "x", "fastly"], "not an IP address"),
    ],
)
def test_what_cannot_be_meant_is_refused(home, capsys, arguments, words):
    assert command(["data", "update", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not home.exists()


def test_help_and_version_load_no_table():
    code = (
        "import sys; from hostaudit import cli; cli.run(['data', '--help']);"
        "sys.exit(sum(each in sys.modules for each in ('httpx', 'msgspec', 'hostaudit.data.items', 'yaml')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, env={"PYTHONPATH": "."})
    assert ended.returncode == 0
