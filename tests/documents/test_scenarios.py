"""The scenario library: strict where it is read, complete where it is shipped, neutral where it speaks."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from helpers.messages import by_line
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.documents import rules, scenarios
from hostaudit.documents.strict_yaml import Source, build, compose
from hostaudit.errors import Exit, LineError, UsageError
from hostaudit.model.scenario import Event, Scenario

TODAY = date(2026, 11, 21)
SHIPPED = scenarios.load()

FIRST_WAVE = {
    "8chan-2019",
    "aws-dynamodb-2025",
    "aws-middle-east-2026",
    "azure-front-door-2025",
    "cloudflare-nov-2025",
    "cloudflare-waf-2019",
    "denic-2026",
    "digicert-2024",
    "dyn-2016",
    "fastly-2021",
    "gab-2018",
    "gcp-service-control-2025",
    "ovh-fire-2021",
    "parler-2021",
    "pirate-bay-domains",
    "railway-gcp-2026",
    "russia-2022-exits",
    "s3-2017",
    "unisuper-2024",
    "wikileaks-2010",
    "zoho-2018",
    "zoom-2025",
}

GOOD = """\
id: sample-2024
title: "Two layers end"
kind: provider_action
cause: policy
t0: "2024-02-29T12:00:00Z"
horizon_hours: 100
verified_on: "2026-11-20"
confidence: high
outcome: "The site was away for two days."
lesson: "One cause ended both."
sources:
  paper: {title: "A paper", url: "https://paper.example/1", kind: press}
  radio: {title: "A station"}
events:
  - id: cloud
    actor: aws
    layer: hosting
    action: suspend
    at_hours: 1.5
    notice_hours: null
    duration_hours: null
    sources: [paper]
  - id: region
    actor: ovh
    layer: hosting
    action: outage
    scope: region
    region: sbg
    at_hours: 2
    notice_hours: 0
    sources: [paper, radio]
  - {id: back, actor: ovh, layer: hosting, action: accept, at_hours: 50, restores: [cloud], sources: [paper]}
assert_history:
  - subject: sample.example
    down_hours: {web: [48.5, 48.5], api: [0, 0]}
    excluded: {azure: judged}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "sample-2024.yaml").write_text(GOOD)
    return tmp_path


def refused(directory: Path, text: str) -> str:
    (directory / "scenarios" / "sample-2024.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        scenarios.load(directory)
    assert caught.value.exit_code is Exit.USAGE
    return by_line(caught.value.message)


# -- reading --------------------------------------------------------------------------------------


def test_a_good_file_is_read_into_the_model(directory: Path):
    (sample,) = scenarios.load(directory)
    cloud, region, back = sample.events

    assert (cloud.at_hours, cloud.notice_hours, cloud.duration_hours) == (1.5, None, None)
    assert (region.notice_hours, region.region) == (0.0, "sbg")
    assert back.restores == ("cloud",)
    assert sample.binding == "role"
    assert sample.sources["paper"].url == "https://paper.example/1"
    assert sample.assert_history[0].down_hours == {"web": (48.5, 48.5), "api": (0.0, 0.0)}
    assert sample.assert_history[0].excluded == {"azure": "judged"}
    assert scenarios.find("sample-2024", directory) == sample


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("id: sample-2024", "id: Sample_2024", 1, "id: 'Sample_2024' is not an id in kebab-case"),
        ("id: sample-2024", "id: other", 1, "the id 'other' and the file name 'sample-2024.yaml' must agree"),
        ("kind: provider_action", "kind: provider_acton", 3, "did you mean 'provider_action'?"),
        ("kind: provider_action", "kind: zzz", 3, "valid are provider_action, technical_outage"),
        ("cause: policy", "cause: polcy", 4, "'polcy' is not a cause; did you mean 'policy'?"),
        ('"2024-02-29T12:00:00Z"', "2024-02-29T12:00:00Z", 5, "is a date, text is wanted; quote it"),
        ('"2024-02-29T12:00:00Z"', '"2023-02-29T12:00:00Z"', 5, "is not a time in UTC written YYYY-MM-DDTHH:MM:SSZ"),
        ('"2024-02-29T12:00:00Z"', '"2024-02-29T12:00:00+01:00"', 5, "is not a time in UTC"),
        ('"2024-02-29T12:00:00Z"', '"2024-02-29 12:00:00Z"', 5, "is not a time in UTC"),
        ('"2024-02-29T12:00:00Z"', '"2024-02-29T24:00:00Z"', 5, "is not a time in UTC"),
        ('"2024-02-29T12:00:00Z"', '"٢٠٢٤-02-29T12:00:00Z"', 5, "is not a time in UTC"),
        ("horizon_hours: 100", "horizon_hours: 0", 6, "horizon_hours must be more than 0"),
        ("horizon_hours: 100", "horizon_hours: 1e999", 6, "must be a number of ordinary size"),
        ("horizon_hours: 100", "horizon_hours: .inf", 6, "horizon_hours must be a number"),
        ("horizon_hours: 100", "horizon_hours: null", 6, "horizon_hours must be a number"),
        ('verified_on: "2026-11-20"', "verified_on: 2026-11-20", 7, "is a date, text is wanted; quote it"),
        ('verified_on: "2026-11-20"', 'verified_on: "20.11.2026"', 7, "is not a date written YYYY-MM-DD"),
        ('verified_on: "2026-11-20"', 'verified_on: "2026-11-31"', 7, "is not a date written YYYY-MM-DD"),
        ("confidence: high", "confidence: hgh", 8, "did you mean 'high'?"),
        ("confidence: high", "confidence: high\nbind: rol", 9, "'rol' is not a binding; did you mean 'role'?"),
        ("confidence: high", "confidnce: high", 8, "unknown key 'confidnce'; did you mean 'confidence'?"),
        ('lesson: "One cause ended both."\n', "", 1, "the file lacks the key 'lesson'"),
        ("kind: press}", "kind: pres}", 12, "'pres' is not a kind of source; did you mean 'press'?"),
        ('"https://paper.example/1"', '"javascript:alert(1)"', 12, "is not a web address in ASCII"),
        ('"https://paper.example/1"', '"https://paper.example/\\e[2J"', 12, "is not a web address in ASCII"),
        ("  radio:", "  Radio One:", 13, "sources: 'Radio One' is not an id in kebab-case"),
        ("  - id: cloud", "  - id: Cloud", 15, "id: 'Cloud' is not an id in kebab-case"),
        ("  - id: region", "  - id: cloud", 23, "event cloud: an event of this id stands above"),
        ("actor: aws", "actor: AWS", 16, "actor: 'AWS' is not an id in kebab-case"),
        ("actor: aws", "actor: aws\n    parent: Amazon Inc", 17, "parent: 'Amazon Inc' is not an id"),
        ("layer: hosting", "layer: hostng", 17, "'hostng' is not a layer; did you mean 'hosting'?"),
        ("action: suspend", "action: suspnd", 18, "'suspnd' is not an action; did you mean 'suspend'?"),
        ("at_hours: 1.5", "at_hours: -1", 19, "at_hours: '-1' is not a number of hours from 0 up"),
        ("at_hours: 1.5", "at_hours: 100.5", 19, "event cloud: at_hours lies beyond the horizon of 100 hours"),
        ("at_hours: 1.5", "at_hours: null", 19, "at_hours must be a number"),
        ("notice_hours: null", "notice_hours: -0.5", 20, "notice_hours: '-0.5' is not a number of hours"),
        ("notice_hours: null", "notice_hours: 'null'", 20, "notice_hours must be a number, not 'null'"),
        ("duration_hours: null", "duration_hours: -2", 21, "duration_hours: '-2' is not a number of hours"),
        ("sources: [paper]\n", "sources: [papr]\n", 22, "event cloud: unknown source 'papr'; did you mean 'paper'?"),
        ("sources: [paper]\n", "sources: [paper, paper]\n", 22, "sources: 'paper' stands twice"),
        ("    scope: region\n", "    scope: regoin\n", 27, "'regoin' is not a scope; did you mean 'region'?"),
        ("    region: sbg\n", "", 27, "event region: scope region needs the key 'region'"),
        ("    scope: region\n", "", 27, "event region: region is given, so scope must be region, not customer"),
        ("    region: sbg", "    region: sbg\n    tld: de", 29, "tld is given, so scope must be tld, not region"),
        ("scope: region\n    region: sbg", "scope: tld", 27, "event region: scope tld needs the key 'tld'"),
        ("scope: region\n    region: sbg", "scope: tld\n    tld: .de", 28, "tld: '.de' is not a top-level domain"),
        ("notice_hours: 0", "certainty: judgd", 30, "'judgd' is not a certainty; did you mean 'judged'?"),
        ("notice_hours: 0", "bind: litral", 30, "'litral' is not a binding; did you mean 'literal'?"),
        ("notice_hours: 0", "platform: andriod", 30, "'andriod' is not a platform; did you mean 'android'?"),
        ("notice_hours: 0", "grace: tll", 30, "'tll' is not a grace; did you mean 'ttl'?"),
        ("notice_hours: 0", "restores: [cloud]", 30, "restores belongs to the action accept, not to outage"),
        ("restores: [cloud]", "restores: [clod]", 32, "no earlier event: 'clod'; did you mean 'cloud'?"),
        ("restores: [cloud]", "restores: [back]", 32, "restores names no earlier event: 'back'"),
        ("at_hours: 50", "at_hours: 1", 32, "restores names 'cloud', which comes later on the clock"),
        ("action: suspend", "action: refuse", 32, "restores names 'cloud', which takes nothing away"),
        ("[48.5, 48.5]", "[48.5]", 35, "down_hours of web must be [least, most], rising from 0"),
        ("[48.5, 48.5]", "[48.5, 2]", 35, "down_hours of web must be [least, most]"),
        ("[48.5, 48.5]", "[-1, 2]", 35, "down_hours of web must be [least, most]"),
        ("[48.5, 48.5]", "[1, 1e999]", 35, "must be a number of ordinary size"),
        ("[48.5, 48.5]", "48.5", 35, "web must be a list"),
        ("{azure: judged}", "{azure: on}", 36, "unquoted on is a truth value"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_file_and_line(
    directory: Path, old: str, new: str, line: int, said: str
):
    assert old in GOOD

    message = refused(directory, GOOD.replace(old, new, 1))

    assert message.startswith(f"rules/scenarios/sample-2024.yaml:{line}: ")
    assert said in message


def test_a_scenario_without_events_is_refused(directory: Path):
    message = refused(directory, GOOD.partition("events:")[0] + "events: []\n")

    assert message == "rules/scenarios/sample-2024.yaml:14: events must not be empty"


def test_a_source_may_stand_for_the_whole_and_for_no_event(directory: Path):
    text = GOOD.replace("sources: [paper, radio]", "sources: [paper]")
    (directory / "scenarios" / "sample-2024.yaml").write_text(text)

    assert "radio" in scenarios.load(directory)[0].sources


def test_other_files_in_the_folder_are_refused_and_hidden_ones_left_alone(directory: Path):
    (directory / "scenarios" / ".draft.yaml").write_text("[")
    assert len(scenarios.load(directory)) == 1

    (directory / "scenarios" / "more.yml").write_text(GOOD)
    with pytest.raises(UsageError, match=r"more\.yml: scenario files end in \.yaml"):
        scenarios.load(directory)


def test_a_missing_folder_is_a_usage_error_and_no_crash(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read"):
        scenarios.load(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="cannot be read"):
        scenarios.find("parler-2021", tmp_path / "nowhere")


def test_a_folder_that_is_called_like_a_file_is_a_usage_error(directory: Path):
    (directory / "scenarios" / "zoom-2025.yaml").mkdir()
    with pytest.raises(UsageError, match=r"zoom-2025\.yaml cannot be read"):
        scenarios.find("zoom-2025", directory)


# -- finding one ----------------------------------------------------------------------------------


def test_finding_one_reads_no_other_file(directory: Path):
    (directory / "scenarios" / "broken-2024.yaml").write_text("[")

    assert scenarios.find("sample-2024", directory).id == "sample-2024"
    with pytest.raises(UsageError):
        scenarios.load(directory)


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("parler-2022", "did you mean parler-2021?"),
        ("parlor", "did you mean parler-2021?"),
        ("Parler", "did you mean parler-2021?"),
        ("dyn", "did you mean dyn-2016?"),
        ("cloudflare", "did you mean cloudflare-nov-2025 or cloudflare-waf-2019?"),
        ("zzz", "ids: hostaudit scenarios list"),
        ("", "ids: hostaudit scenarios list"),
        ("-2021", "ids: hostaudit scenarios list"),
    ],
)
def test_a_near_miss_is_told_the_nearest_ids(wanted: str, hint: str):
    with pytest.raises(UsageError) as caught:
        scenarios.find(wanted)

    assert caught.value.hint == hint
    assert caught.value.message == f"there is no scenario {wanted!r}"


@pytest.mark.parametrize("wanted", ["../parents", "/etc/passwd", "sample-2024.yaml", "sample-2024\0", ".", "\x1b[2J"])
def test_an_id_never_becomes_a_path(directory: Path, wanted: str):
    with pytest.raises(UsageError) as caught:
        scenarios.find(wanted, directory)
    assert caught.value.message.startswith("there is no scenario ")
    assert caught.value.message.isprintable()


@settings(max_examples=25, deadline=None)
@given(names=st.lists(st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True), unique=True, max_size=8))
def test_loading_gives_the_same_in_the_order_of_ids(tmp_path_factory: pytest.TempPathFactory, names: list[str]):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "scenarios").mkdir()
    for name in names:
        text = GOOD.replace("id: sample-2024", f'id: "{name}"', 1)
        (folder / "scenarios" / f"{name}.yaml").write_text(text)

    loaded = scenarios.load(folder)

    assert [each.id for each in loaded] == sorted(names)
    assert scenarios.load(folder) == loaded
    assert tuple(scenarios.find(name, folder) for name in sorted(names)) == loaded


# -- the strict reader ----------------------------------------------------------------------------


class Shapes(msgspec.Struct):
    pairs: dict[str, tuple[float, ...]] = {}
    rows: tuple[tuple[str, ...], ...] = ()
    maybe: float | None = 1.0
    records: dict[str, Event] = {}


def shaped(text: str) -> Shapes:
    source = Source("x.yaml", text.encode())
    return build(source, compose(source), Shapes)


def test_the_strict_reader_knows_the_shapes_of_scenarios():
    assert shaped("pairs: {a: [1, 1.0], b: []}").pairs == {"a": (1.0, 1.0), "b": ()}
    assert shaped("rows: [[a, b], [a]]").rows == (("a", "b"), ("a",))
    assert shaped("maybe: null").maybe is None
    assert shaped("maybe: 2").maybe == 2.0
    record = "{id: a, actor: b, layer: dns, action: outage, at_hours: 0, sources: []}"
    assert shaped(f"records: {{k: {record}}}").records["k"].actor == "b"


@pytest.mark.parametrize("text", ["rows: [[a, a]]", "rows: [[a], [a]]"])
def test_names_still_may_not_repeat(text: str):
    with pytest.raises(UsageError, match="stands twice"):
        shaped(text)


# -- what is shipped ------------------------------------------------------------------------------


def known_actors() -> set[str]:
    return {provider.id for provider in rules.load().providers}


def test_the_first_wave_is_complete_and_business_cases_stand_beside_it():
    assert {each.id for each in SHIPPED} >= FIRST_WAVE
    assert len(SHIPPED) > len(FIRST_WAVE)


def test_the_library_lints_clean_but_for_what_is_known_to_rest_on_memory():
    complaints = scenarios.lint(SHIPPED, TODAY, known_actors())

    assert [each for each in complaints if not each.text.startswith("rests on memory only")] == []
    assert {each.severity for each in complaints} == {"warning"}
    assert len(complaints) == sum(len(each.recalled) for each in SHIPPED)


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda each: each.id)
def test_a_shipped_record_is_whole(scenario: Scenario):
    assert scenario.events[0].at_hours <= 72
    assert [each.at_hours for each in scenario.events] == sorted(each.at_hours for each in scenario.events)
    for text in (scenario.title, scenario.outcome, scenario.lesson, scenario.before):
        assert text
        assert text.isprintable()
    assert scenario.before.count(".") <= 2
    assert all(each.url or each.title.startswith("French press article") for each in scenario.sources.values())
    for event in scenario.events:
        assert event.duration_hours is None or event.at_hours + event.duration_hours <= scenario.horizon_hours


@pytest.mark.parametrize(
    ("name", "event", "end"),
    [
        ("parler-2021", "play", "2022-09-02T00:00:00Z"),
        ("parler-2021", "ios", "2021-05-17T00:00:00Z"),
        ("zoom-2025", "hold", "2025-04-16T20:12:00Z"),
        ("dyn-2016", "wave-1", "2016-10-21T13:20:00Z"),
        ("dyn-2016", "tail", "2016-10-21T17:45:00Z"),
        ("fastly-2021", "tail", "2021-06-08T12:35:00Z"),
        ("ovh-fire-2021", "site", "2021-03-19T00:00:00Z"),
        ("aws-dynamodb-2025", "region", "2025-10-20T09:25:00Z"),
        ("aws-dynamodb-2025", "tail", "2025-10-20T21:20:00Z"),
        ("cloudflare-nov-2025", "tail", "2025-11-18T17:06:00Z"),
        ("denic-2026", "tld", "2026-05-05T23:15:00Z"),
        ("railway-gcp-2026", "tail", "2026-05-20T07:58:00Z"),
        ("gcp-service-control-2025", "tail", "2025-06-13T01:18:00Z"),
    ],
)
def test_hours_add_up_to_the_recorded_end(name: str, event: str, end: str):
    scenario = scenarios.find(name)
    (happened,) = (each for each in scenario.events if each.id == event)
    t0 = datetime.fromisoformat(scenario.t0)

    ended = t0 + timedelta(hours=happened.at_hours + (happened.duration_hours or 0))

    # Clock times of the store removals are not on record, only the days; the rest is rounded to 0.01 h.
    allowed = timedelta(hours=26) if name == "parler-2021" else timedelta(minutes=1)
    assert abs(ended - datetime.fromisoformat(end)) <= allowed
    assert t0.tzinfo == UTC


def test_parler_says_what_is_on_record_and_what_is_judged():
    parler = scenarios.find("parler-2021")
    events = {each.id: each for each in parler.events}
    refusals = {each.actor: each.certainty for each in parler.events if each.action == "refuse"}

    assert refusals == {"google-cloud": "judged", "azure": "judged", "njalla": "stated"}
    assert events["new-host"].restores == ("cloud",)
    assert events["new-host"].at_hours - events["cloud"].at_hours == pytest.approx(840, abs=20)
    assert events["static-page"].restores == ()
    assert events["sms"].notice_hours is None


def test_a_copy_of_the_shipped_folder_reads_the_same(tmp_path: Path):
    shutil.copytree(rules.folder() / "scenarios", tmp_path / "scenarios")

    assert scenarios.load(tmp_path) == SHIPPED


# -- lint -----------------------------------------------------------------------------------------


def sample(directory: Path, **changes: object) -> Scenario:
    return msgspec.structs.replace(scenarios.load(directory)[0], **changes)


def complaints(
    scenario: Scenario, today: date = TODAY, actors: frozenset[str] = frozenset({"aws", "ovh"})
) -> list[str]:
    found = scenarios.lint((scenario,), today, actors)
    assert {each.file for each in found} <= {"rules/scenarios/sample-2024.yaml"}
    return [f"{each.severity}: {each.text}" for each in found]


def test_a_good_record_gives_no_complaint(directory: Path):
    assert complaints(sample(directory)) == []


@pytest.mark.parametrize(
    ("today", "count"), [(date(2027, 11, 20), 0), (date(2027, 11, 21), 1), (date(2026, 11, 19), 1)]
)
def test_a_record_older_than_a_year_or_of_tomorrow_is_an_error(directory: Path, today: date, count: int):
    found = complaints(sample(directory), today)

    assert len(found) == count
    assert all(
        re.match("error: (last verified 366 days ago|verified_on 2026-11-20 lies in the future)", f) for f in found
    )


def test_no_source_at_all_and_an_event_without_one_are_errors(directory: Path):
    good = sample(directory)
    bare = tuple(msgspec.structs.replace(each, sources=()) for each in good.events)

    assert complaints(sample(directory, sources={}, events=bare)) == [
        "error: names no source",
        "error: event cloud names no source",
        "error: event region names no source",
        "error: event back names no source",
    ]


@pytest.mark.parametrize(
    ("given", "count"), [({}, 1), ({"name": "X"}, 1), ({"parent": "x"}, 1), ({"name": "X", "parent": "x"}, 0)]
)
def test_an_actor_is_in_the_catalogue_or_says_who_it_is(directory: Path, given: dict[str, str], count: int):
    good = sample(directory)
    events = (msgspec.structs.replace(good.events[0], actor="x", **given), *good.events[1:])

    found = complaints(sample(directory, events=events))

    assert found == ["error: event cloud: x is no provider of the catalogue; give its name and parent"] * count


def test_memory_low_confidence_and_an_end_past_the_horizon_are_warnings(directory: Path):
    good = sample(directory)
    events = (msgspec.structs.replace(good.events[0], duration_hours=99.0), *good.events[1:])

    assert complaints(sample(directory, confidence="low", recalled=("the day",), events=events)) == [
        "warning: event cloud ends at 100.5 h, after the horizon of 100 h",
        "warning: confidence is low",
        "warning: rests on memory only: the day",
    ]


@pytest.mark.parametrize("field", ["title", "outcome", "lesson", "before", "note"])
@pytest.mark.parametrize("word", ["Notorious", "extremist", "censored", "far-right", "booted", "shameful"])
def test_words_that_take_sides_are_warned_of(directory: Path, field: str, word: str):
    text = f"The {word} site and the {word.lower()} host."
    good = sample(directory)
    if field == "note":
        record = sample(directory, events=(msgspec.structs.replace(good.events[0], note=text), *good.events[1:]))
    else:
        record = sample(directory, **{field: text})

    (found,) = complaints(record)

    assert found.startswith("warning: ")
    assert f"{word.lower()!r} takes sides" in found


def test_words_that_only_contain_such_a_word_are_fine(directory: Path):
    assert complaints(sample(directory, lesson="A wholesale chateau in Whatever Valley moved, devil may care.")) == []


def test_all_faults_of_all_scenarios_are_told_at_once(directory: Path):
    wrong = GOOD.replace("confidence: high", "confidence: very", 1).replace("horizon_hours:", "horizon_hours: 0 #", 1)
    (directory / "scenarios" / "sample-2024.yaml").write_text(wrong)
    (directory / "scenarios" / "other-2024.yaml").write_text(GOOD)
    with pytest.raises(LineError) as caught:
        scenarios.load(directory)
    files = [each.file for each in caught.value.all]

    assert files.count("rules/scenarios/sample-2024.yaml") > 1
    assert "rules/scenarios/other-2024.yaml" in files
