"""Look-ups that travel together: one request for those that wait, and to each its own answer."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from helpers.fakes import reply
from helpers.pages import answer, asked, urls
from helpers.servers import DnsServer

from hostaudit.observe.net.batches import MOST_IDS, Batches
from hostaudit.observe.net.limits import Budget, Limits
from hostaudit.observe.net.live import LiveNet
from hostaudit.observe.net.outcome import Outcome

LOOKUP = "https://itunes.apple.com/lookup?{key}={ids}&country=us&entity=software"
ROWS = {str(number): {"trackId": number, "bundleId": f"com.app{number}", "trackName": "x"} for number in range(1, 200)}


@pytest.fixture(autouse=True)
def paced(monkeypatch):
    """Everybody waits for a turn, long enough for the others to join."""

    async def turn(self, service: str) -> None:
        await asyncio.sleep(0.02)

    monkeypatch.setattr(Budget, "turn", turn)


def store(request: httpx.Request) -> httpx.Response:
    """Apple's look-up as far as it matters here; it chokes on the id 0."""
    query = parse_qs(request.url.query.decode("ascii"))
    ids = (query.get("id") or query["bundleId"])[0].split(",")
    if "0" in ids:
        return answer(400, b'{"errorMessage": "no"}')
    rows = [row for row in ROWS.values() if str(row["trackId"]) in ids or row["bundleId"] in ids]
    return answer(200, json.dumps({"resultCount": len(rows), "results": rows}).encode())


def together(*ids: str, key: str = "id", page=store):
    """The outcomes of look-ups that are asked at once, and the URLs that the store saw."""

    async def go():
        records = {("itunes.apple.com", "A"): ["93.184.216.34"]}
        async with DnsServer(records) as dns, LiveNet(Limits(), resolver=(dns.address,)) as net:
            return await asyncio.gather(*(net.service(LOOKUP.format(key=key, ids=each)) for each in ids))

    with respx.mock() as router:
        router.route().mock(side_effect=page)
        return asyncio.run(go()), urls(router)


def test_lookups_that_wait_travel_in_one_request_and_each_gets_its_own():
    found, seen = together("1", "2,3", "9999", "3")

    assert seen == [LOOKUP.format(key="id", ids="1,2,3,9999")]
    rows = [json.loads(each.value.body) for each in found]
    assert [[row["trackId"] for row in each["results"]] for each in rows] == [[1], [2, 3], [], [3]]
    assert [each["resultCount"] for each in rows] == [1, 2, 0, 1]
    assert found[1].source == f"GET {LOOKUP.format(key='id', ids='2,3')}"
    assert found[1].value.url == LOOKUP.format(key="id", ids="2,3")


def test_bundle_ids_and_numbers_do_not_mix_and_a_request_has_its_bounds():
    assert together("com.app5", key="bundleId")[1] == [LOOKUP.format(key="bundleId", ids="com.app5")]
    _, seen = together(*map(str, range(1, 2 * MOST_IDS + 1)))

    sizes = [url.partition("=")[2].partition("&")[0].count(",") + 1 for url in seen]
    assert max(sizes) <= MOST_IDS
    assert sum(sizes) == 2 * MOST_IDS


def test_an_id_that_the_service_chokes_on_costs_the_others_nothing():
    found, seen = together("1", "0", "2")

    assert [each.value.status for each in found] == [200, 400, 200]
    assert len(seen) == 4


def test_a_failure_is_that_of_all_who_travelled():
    found, seen = together("1", "2", page=httpx.ReadTimeout(""))

    assert [each.unknown.cause for each in found] == ["timeout", "timeout"]
    assert [each.source for each in found] == [f"GET {LOOKUP.format(key='id', ids=each)}" for each in "12"]
    assert len(seen) == 1


@pytest.mark.parametrize(
    "page",
    [
        answer(200, b"<html>"),
        answer(200, b'{"results": []}'),
        answer(200, b'{"resultCount": 1, "results": {}}'),
        answer(500),
    ],
)
def test_a_shared_answer_that_cannot_be_divided_is_asked_for_by_each(page):
    found, seen = together("1", "2", page=lambda _: page)

    assert [each.value.status for each in found] == [page.status_code] * 2
    assert seen == [LOOKUP.format(key="id", ids=each) for each in ("1,2", "1", "2")]


def test_a_refusal_is_that_of_all_who_travelled_and_nobody_insists():
    found, seen = together("1", "2", page=lambda _: answer(403))

    assert [each.value.status for each in found] == [403, 403]
    assert [each.value.url for each in found] == [LOOKUP.format(key="id", ids=each) for each in "12"]
    assert len(seen) == 1


def test_a_redirect_of_a_shared_request_is_followed_once_for_all():
    there = "https://itunes.apple.com/elsewhere"

    def page(request: httpx.Request) -> httpx.Response:
        if asked(request) == there:
            return answer(200, json.dumps({"resultCount": 2, "results": [ROWS["1"], ROWS["2"]]}).encode())
        return answer(301, b"", Location=there)

    found, seen = together("1", "2", page=page)
    assert [json.loads(each.value.body)["results"][0]["trackId"] for each in found] == [1, 2]
    assert seen == [LOOKUP.format(key="id", ids="1,2"), there]


def test_the_others_go_on_when_the_site_that_waited_for_them_is_given_up():
    seen = []

    async def turn() -> None:
        await asyncio.sleep(0.02)

    async def send(url: str):
        seen.append(url)
        return Outcome.of(reply(url, json.dumps({"resultCount": 1, "results": [ROWS["2"]]})), f"GET {url}")

    async def go():
        batches = Batches()
        one, two = (LOOKUP.format(key="id", ids=each) for each in "12")
        leading = asyncio.create_task(batches.ask(one, one, turn, send))
        following = asyncio.create_task(batches.ask(two, two, turn, send))
        await asyncio.sleep(0.01)
        leading.cancel()
        return await following

    found = asyncio.run(go())
    assert json.loads(found.value.body)["results"][0]["trackId"] == 2
    assert seen == [LOOKUP.format(key="id", ids="2")]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        (LOOKUP.format(key="id", ids="1"), True),
        (LOOKUP.format(key="bundleId", ids="com.app1"), True),
        ("https://itunes.apple.com/lookup?id=", False),
        ("http://itunes.apple.com/lookup?id=1", False),
        ("https://itunes.apple.com/search?term=x", False),
        ("https://itunes.apple.com.example/lookup?id=1", False),
    ],
)
def test_only_look_ups_by_id_travel_together(url, taken):
    assert Batches.takes(url) is taken
