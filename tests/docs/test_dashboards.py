"""The eight questions of docs/dashboards.md: jq and DuckDB, with the text of the page, give what the reports say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from helpers import ROOT, corpus
from helpers.policies import effective
from helpers.several_places import in_two_places
from msgspec import structs

from hostaudit import api
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import Policy
from hostaudit.model.report import Report
from hostaudit.model.values import Certificate, Registration

pytest.importorskip("jq")
pytest.importorskip("duckdb")
from helpers import dashboards

ASKED = range(1, 9)
NOW = datetime(2021, 2, 20, tzinfo=UTC)
OWNERS = {"captive.com": "shop", "steady.org": "shop", "mailonly.com": "post"}


def answers(day: str) -> list[Report]:
    """The report on every site of the corpus, on Parler's and on one of several places, one for each domain."""
    files = [made().file() for made in corpus.SITES.values()]
    files += [api.read_evidence(ROOT / "examples/parler-2021/evidence.json"), in_two_places()]
    found = {}
    for file in files:
        name = file.target.domain
        policy = effective(Policy(), name, stated=False, labels={"owner": OWNERS[name]} if name in OWNERS else {})
        report = api.analyse(file, criteria=Criteria(policy=policy), day=datetime.fromisoformat(day).date())
        found[name] = report
    return list(found.values())


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return answers("2021-01-09")


@pytest.fixture(scope="module")
def folder(reports, tmp_path_factory):
    """What a list wrote today and yesterday: with a site that failed and the summary, as lists have them."""
    place = tmp_path_factory.mktemp("dashboards")
    failed = json.dumps({"type": "failed", "domain": "nobody.example", "message": "a defect"}) + "\n"
    summary = json.dumps({"type": "summary", "domains": len(reports)}) + "\n"
    lines = [api.encode_report(each, "jsonl").decode() for each in reports]
    (place / "reports.jsonl").write_text("".join([failed, *lines, summary]))
    before = [api.encode_report(yesterday(each), "jsonl").decode() for each in reports[1:]]
    (place / "yesterday.jsonl").write_text("".join([*before, summary]))
    return place


def yesterday(report: Report) -> Report:
    """One site was better then; all others as today."""
    if report.target.domain != "captive.com":
        return report
    points = tuple(each for each in report.spofs if each.failure_domain.id != "amazon")
    better = structs.replace(report.score, class_=structs.replace(report.score.class_, low="A", high="A"))
    return structs.replace(report, spofs=points, score=better)


def alone(report: Report, *, names: bool) -> dict[str, set[str]]:
    """By company, the functions that it takes down alone."""
    return {
        each.failure_domain.id: {one.id for one in each.functions if one.effect == "down"}
        for each in report.spofs
        if each.failure_domain.kind == "parent" and (names or not each.name_only)
    }


def expected(question: int, reports: list[Report]) -> dashboards.Rows:
    """The answer from the typed reports, without their JSON."""
    rows: list[tuple] = []
    taken = Counter(who for each in reports for who, lost in alone(each, names=False).items() if "web" in lost)
    for each in reports:
        site = each.target.domain
        direct = [row for row in each.dependencies if row.direct is True]
        items = [item for item in each.evidence if item.value is not None]
        match question:
            case 1:
                rows += [(site,)] if "web" in alone(each, names=True).get("cloudflare", ()) else []
            case 3:
                rows += [(site,)] if len({row.parent for row in direct if row.role == "dns"}) == 1 else []
            case 4:
                rows += {(site, row.role, row.provider) for row in direct if row.role in ("hosting", "cdn")}
            case 5:
                ends = {(v.host, v.not_after) for v in (item.value for item in items) if isinstance(v, Certificate)}
                limit = NOW + timedelta(days=14)
                rows += [(site, host, at) for host, at in ends if datetime.fromisoformat(at) < limit]
            case 6:
                for item in each.evidence:
                    if item.id == f"registration:{each.target.registrable}":
                        known = isinstance(item.value, Registration) and item.value.expires
                        rows.append((site, known or "unknown"))
    if question == 2:
        rows = [(who, str(count)) for who, count in taken.items()]
    return sorted(rows)


@pytest.mark.parametrize("question", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("ask", [dashboards.by_jq, dashboards.by_sql])
def test_the_answer_is_what_the_reports_say(ask, question, folder, reports):
    wanted = expected(question, reports)

    assert wanted, "a question to which the corpus has no answer proves nothing"
    assert ask(question, folder, NOW.timestamp()) == wanted


def test_what_changed_is_told_of_the_site_that_did(folder, reports):
    now = NOW.timestamp()
    by_jq, by_sql = dashboards.by_jq(7, folder, now), dashboards.by_sql(7, folder, now)

    assert (
        [row[:2] for row in by_jq]
        == [row[:2] for row in by_sql]
        == [("captive.com", "alone"), ("captive.com", "class")]
    )
    captive = next(each for each in reports if each.target.domain == "captive.com")
    assert json.loads(by_jq[0][3]) == sorted(who for who in alone(captive, names=False))
    assert "amazon" not in by_jq[0][2] and "amazon" in by_sql[0][3]


def test_scores_by_owner(folder, reports):
    low: dict[str, list[tuple[float, str]]] = {}
    for each in reports:
        low.setdefault(OWNERS.get(each.target.domain, "none"), []).append((each.score.low, each.target.domain))
    wanted = {owner: (round(sum(score for score, _ in rows) / len(rows), 2), *min(rows)) for owner, rows in low.items()}

    for ask in (dashboards.by_jq, dashboards.by_sql):
        found = {row[0]: (float(row[1]), float(row[2]), row[3]) for row in ask(8, folder, NOW.timestamp())}
        assert found.keys() == wanted.keys() == {"shop", "post", "none"}
        for owner, (mean, worst, site) in wanted.items():
            assert found[owner][0] == pytest.approx(mean, abs=0.011)
            assert found[owner][1:] == (worst, site)


def test_the_page_has_eight_questions_each_asked_twice():
    found = dashboards.queries()

    assert [*found] == [*ASKED]
    assert all({*blocks} == {"bash", "sql"} for blocks in found.values())
