"""Two files of one site, or of many: a report, evidence and a list are compared alike."""

from __future__ import annotations

import json

import pytest
from helpers import ROOT
from helpers.command import PARLER, PARLER_REPORT

from hostaudit import cli
from hostaudit.errors import Exit

CORPUS = ROOT / "tests" / "corpus"


def row(name: str, domain: str = "") -> dict:
    found = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))
    if not domain:
        return found
    return json.loads(json.dumps(found).replace("steady.org", domain))


BROKEN, WELL, DARK = row("expired-certificate"), row("in-pairs"), row("half-blind")


def listed(place, *rows) -> str:
    place.write_text("".join(f"{json.dumps(each)}\n" for each in rows), "utf-8")
    return str(place)


@pytest.fixture
def lists(here) -> tuple[str, str]:
    """One site that stops, one that a scan could see less of, one that is the same, and four in one list only."""
    parler = row("parler-2021")
    old = [WELL, row("in-pairs", "darker.org"), parler, row("in-pairs", "gone.org"), row("in-pairs", "silent.org")]
    new = [row("half-blind", "darker.org"), parler, BROKEN, row("in-pairs", "new.org")]
    new += [{"type": "failed", "domain": "silent.org"}, {"type": "failed", "domain": "newer.org"}, {"type": "summary"}]
    return listed(here / "old.jsonl", *old), listed(here / "new.jsonl", *new)


def diff(capsys, *arguments: str) -> tuple[int, str, str]:
    code = cli.run(["diff", *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_two_lists_are_compared_by_site_the_worst_change_first(capsys, lists):
    code, out, _ = diff(capsys, *lists, "--format", "json")
    found = json.loads(out)

    assert code == Exit.PASS
    assert [each["domain"] for each in found["sites"]] == ["steady.org", "darker.org"]
    assert (found["schema"], found["outcome"], found["same"]) == ("hostaudit.list-changes/1", "changed", ["parler.com"])
    assert (found["only_before"], found["only_after"]) == (["gone.org"], ["new.org", "newer.org"])
    assert (found["unjudged_before"], found["unjudged_after"]) == ([], ["silent.org"])
    stopped = [each for each in found["sites"][0]["changes"] if each["id"] == "web"]
    assert stopped[0]["after"] == {"state": "down"}


def test_the_other_way_round_mends_what_was_broken(capsys, lists):
    old, new = lists
    found = json.loads(diff(capsys, new, old, "--format", "json")[1])

    assert found["only_before"] == ["new.org", "newer.org"]
    assert found["unjudged_before"] == ["silent.org"]
    assert {each["domain"] for each in found["sites"]} == {"steady.org", "darker.org"}


def test_the_page_tells_who_is_where_and_what_changed(capsys, lists):
    _, out, errors = diff(capsys, *lists)

    assert out.startswith("3 sites in both lists: ")
    assert "only in the later list: new.org, newer.org" in out
    assert "only in the earlier list: gone.org" in out
    assert "not judged in the later list, so unknown: silent.org" in out
    assert out.index("\nsteady.org: changed") < out.index("\ndarker.org: ")
    assert "what works, web site: up -> down" in out
    assert "without a report in " in errors


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((WELL, DARK), (WELL, DARK), Exit.PASS),
        ((WELL,), (BROKEN,), Exit.FAIL),
        ((WELL,), (WELL, row("parler-2021")), Exit.FAIL),
        ((WELL, row("parler-2021")), (WELL,), Exit.FAIL),
        ((WELL,), ({"type": "failed", "domain": "steady.org"}, row("parler-2021")), Exit.FAIL),
        ((WELL, row("parler-2021")), (WELL, {"type": "failed", "domain": "parler.com"}), Exit.INCONCLUSIVE),
    ],
)
def test_exit_codes_are_those_of_a_single_diff(capsys, here, old, new, expected):
    files = listed(here / "old.jsonl", *old), listed(here / "new.jsonl", *new)

    assert diff(capsys, *files, "--expect-no-changes", "-q")[0] == expected
    assert diff(capsys, *files, "-q")[0] == Exit.PASS


def test_what_only_became_unknown_ends_as_for_one_site(capsys, here):
    dark = row("in-the-dark")
    domain = dark["target"]["domain"]
    old, new = row("in-pairs", domain) if domain != "steady.org" else WELL, dark
    alone = [str(here / name) for name in ("a.json", "b.json")]
    for path, each in zip(alone, (old, new), strict=True):
        (here / path).write_text(json.dumps(each, indent=1), "utf-8")
    files = listed(here / "old.jsonl", old), listed(here / "new.jsonl", new)

    single = diff(capsys, *alone, "--expect-no-changes")[0]
    assert diff(capsys, *files, "--expect-no-changes")[0] == single != Exit.PASS


def test_one_site_is_compared_with_itself_in_a_list(capsys, here):
    file = listed(here / "list.jsonl", WELL, row("parler-2021"))

    for pair in ((file, PARLER_REPORT), (PARLER, file)):
        code, out, _ = diff(capsys, *pair, "--format", "json", "--expect-no-changes")
        assert (code, json.loads(out)["schema"]) == (Exit.PASS, "hostaudit.changes/1")


def test_what_cannot_be_compared_is_said(capsys, here):
    file = listed(here / "list.jsonl", WELL)
    other = here / "other.json"
    other.write_text(json.dumps(WELL, indent=1), "utf-8")

    assert "has no report of parler.com" in diff(capsys, file, PARLER)[2]
    assert "is a report of steady.org" in diff(capsys, str(other), PARLER)[2]
    assert diff(capsys, listed(here / "none.jsonl", {"type": "summary"}), file)[0] == Exit.NOTHING_TO_SCAN


def test_a_domain_that_stands_twice_counts_once(capsys, here):
    twice = listed(here / "twice.jsonl", BROKEN, WELL)
    code, out, errors = diff(capsys, twice, listed(here / "once.jsonl", WELL), "--expect-no-changes")

    assert (code, out.splitlines()[0]) == (Exit.PASS, "1 site in both lists: 1 without a change")
    assert "stands there again" in errors
