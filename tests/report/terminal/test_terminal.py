"""Every document in every format: whole, safe for its sink, within the width, and saying what it is for."""

from __future__ import annotations

import json
import math
import re

import jsonschema
import msgspec
import pytest
from helpers import ROOT, sample_changes, sample_policy
from helpers import sample_whatif as sample
from helpers.hostile_strings import HOSTILE, label
from helpers.sample_report import report

from hostaudit.analysis.impact import outage
from hostaudit.documents import schemas
from hostaudit.model.report import CutSet, Fallback, WorkingEnd
from hostaudit.model.scenario import LIBRARY_SCHEMA, Library
from hostaudit.model.whatif import Bound, Excluded, Gap, MatrixRow
from hostaudit.model.working import NOBODY
from hostaudit.report import EVERY, Style, load, names, wording
from hostaudit.report.formats import terminal
from hostaudit.report.terminal import bars
from hostaudit.report.terminal.sheet import Sheet
from hostaudit.report.text import width

GOLDEN = ROOT / "tests" / "report" / "golden"
COLOUR = re.compile(r"\x1b\[[0-9]+m")
DOCUMENTS = {"report": report, **sample.DOCUMENTS, **sample_policy.DOCUMENTS, **sample_changes.DOCUMENTS}
FIXED = {
    "schema",
    "kind",
    "part",
    "outcome",
    "verdict",
    "grade",
    "applies",
    "state",
    "basis",
    "end",
    "effect",
    "role",
    "layer",
    "action",
    "severity",
    "unknown",
    "origin",
    "format",
}
"""Strings that come from the rules or from ourselves, never from outside; a scenario's are soiled all the same."""


def shown(document, **style) -> str:
    return load("terminal").render(document, Style(**style))


def flat(document, **style) -> str:
    return " ".join(shown(document, **style).split())


def soiled(document, text, fixed=FIXED):
    """The same document with ``text`` for every other string, keys of tables too."""

    def walk(node, field=""):
        if isinstance(node, dict):
            tables = {"names", "weights", "constants", "reasons", "sources", "down_hours", "excluded"}
            table = field in tables and "company" not in node  # where facts of a provider were read has keys of ours
            return {(text if table else key): walk(each, key) for key, each in node.items()}
        if isinstance(node, list | tuple):
            return [walk(each, "" if isinstance(each, dict) else field) for each in node]
        return text if isinstance(node, str) and field not in fixed else node

    return msgspec.convert(walk(msgspec.to_builtins(document)), type(document))


def test_every_document_has_a_writer_and_a_sample():
    assert set(terminal.WRITERS) == {type(make()) for make in DOCUMENTS.values()}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", names())
def test_a_format_writes_every_document_that_it_says_it_does_and_again_the_same(name, document):
    if not load(name).writes & {*EVERY, type(DOCUMENTS[document]()).__name__}:
        return
    once, again = (load(name).render(DOCUMENTS[document](), Style()) for _ in range(2))

    assert once == again
    assert once.endswith("\n")


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_every_document_plain(text):
    for make in (*sample.DOCUMENTS.values(), *sample_policy.DOCUMENTS.values(), *sample_changes.DOCUMENTS.values()):
        document = soiled(make(), text)
        for style in ({}, {"unicode": False, "width": 40}, {"width": 20}, {"width": 200}, {"colour": True}):
            plain = COLOUR.sub("", shown(document, **style))
            lines = plain.split("\n")

            assert all(line.isprintable() for line in lines)
            assert all(width(line) <= style.get("width", 80) for line in lines)
            assert not any(line.lstrip().startswith("::") for line in lines)
            assert "##[" not in plain
            assert style.get("unicode", True) or plain.isascii()


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_layers_actions_and_roles_are_escaped_too(text):
    for make in (sample.whatif, sample.scenario, sample.fallbacks, sample.drop):
        plain = shown(soiled(make(), text, FIXED - {"role", "layer", "action", "effect"}), width=60)

        assert all(line.isprintable() and width(line) <= 60 for line in plain.split("\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=label)
def test_hostile_strings_leave_the_json_of_every_document_whole(text):
    for make in sample.DOCUMENTS.values():
        written = load("json").render(soiled(make(), text), Style())

        assert all(char == "\n" or char.isprintable() for char in written)
        assert "##[" not in written
        json.loads(written)


@pytest.mark.parametrize("columns", [*range(20, 90, 3), 100, 120, 141, 200])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_line_is_wider_than_the_terminal(document, columns):
    for unicode in (True, False):
        written = shown(DOCUMENTS[document](), width=columns, unicode=unicode)

        assert all(width(line) <= columns for line in written.splitlines())
        assert unicode or written.isascii()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_colour_only_repeats_what_characters_say(document):
    assert COLOUR.sub("", shown(DOCUMENTS[document](), colour=True)) == shown(DOCUMENTS[document]())


@pytest.mark.parametrize("document", sample.DOCUMENTS)
def test_json_names_its_schema_and_sorts_its_keys(document):
    def check(node):
        if isinstance(node, dict):
            assert list(node) == sorted(node)
            list(map(check, node.values()))
        elif isinstance(node, list):
            list(map(check, node))

    written = json.loads(load("json").render(sample.DOCUMENTS[document](), Style()))

    assert document == "scenario" or re.fullmatch(r"hostaudit\.[a-z]+/1", written["schema"])
    check(written)


@pytest.mark.parametrize("document", sample.DOCUMENTS)
def test_json_keeps_the_published_schema(document):
    name = {"drop": "whatif", "library": "scenarios"}.get(document, document)
    schema = json.loads(schemas.path(name).read_text("utf-8"))
    written = json.loads(load("json").render(sample.DOCUMENTS[document](), Style()))

    jsonschema.validators.validator_for(schema)(schema).validate(written)


def test_a_number_that_json_cannot_carry_is_refused_by_name():
    with pytest.raises(ValueError, match=r"\$\.horizon_hours"):
        load("json").render(sample.whatif(horizon_hours=float("nan")), Style())


# -- a scenario over time -----------------------------------------------------------------------------


def test_the_timeline_is_as_golden():
    assert shown(sample.whatif()) == (GOLDEN / "whatif.txt").read_text("utf-8")
    assert shown(sample.whatif(), unicode=False, width=60) == (GOLDEN / "whatif-ascii-60.txt").read_text("utf-8")


def test_the_first_screen_says_what_goes_first_how_long_and_what_is_left():
    first = "\n".join(shown(sample.whatif()).splitlines()[:24])

    assert "New Android installs go first" in first
    assert "+0h   09 Jan  App store removes the app, no notice" in first
    assert "still works: incoming mail; by a fallback api.captive.com" in first


def test_on_a_wide_terminal_an_event_is_one_line():
    line = next(each for each in shown(sample.whatif(), width=200).splitlines() if "29 h notice" in each)

    assert line.startswith(" +56h  11 Jan  Host (Amazon Web Services then) suspends the account")
    assert line.endswith("you: OVH - name resolution, web site and api.captive.com down")


def test_events_are_told_in_the_order_of_time_and_none_is_dropped():
    written = flat(sample.whatif(events=tuple(reversed(sample.EVENTS))))
    order = [
        written.index(each) for each in ("you: Google Play", "you: App Store", "you: OVH", "Also in this scenario")
    ]

    assert order == sorted(order)
    assert "Twilio ends the account (messaging provider) - not assessed: who sends SMS" in written
    assert "SkySilk accepts (host) - does not apply: the site does not use SkySilk" in written


def test_an_unknown_notice_and_a_judged_event_are_marked():
    written = flat(sample.whatif())

    assert "Help desk (Zendesk then) ends the account (judged), notice unknown, taken as 0" in written
    assert "an unknown notice is taken as 0" in written
    assert "excluded: Google Cloud - unlikely to accept (asked at +56h, judged)" in written


def test_fallbacks_stand_under_the_event_that_they_are_for():
    written = flat(sample.whatif())
    host, desk, rest = (written.index(each) for each in ("you: OVH", "you: Help Ltd", "Whatever the event:"))

    assert host < written.index("ready +57h: hosting hetzner") < written.index("excluded: Google Cloud") < desk
    assert rest < written.index("does not help: registrar gandi for captive.com (declared) - locked until 2021-03-10")
    assert rest < written.index("excluded: route53 - shares parent amazon")


def test_who_accepted_is_named_with_what_came_of_it():
    accepted = msgspec.structs.replace(sample.EVENTS[-1], applies="yes", reason="ended it in history")
    written = flat(sample.whatif(events=(*sample.EVENTS[:-1], accepted)))

    assert "+37d 15 Feb SkySilk accepts: ended it in history" in written
    assert "assumed: ended" not in written


def test_those_who_refuse_for_one_reason_share_a_line_and_a_lock_is_no_provider():
    two = tuple(Excluded(each, "refused in this scenario") for each in ("azure", "njalla"))
    written = flat(sample.whatif(excluded=(*two, *sample.EXCLUDED)))

    assert "excluded: azure and njalla - refused in this scenario" in written
    assert "blocked: moving the name to another registrar - transfer lock: blocked for 5 days more" in written
    assert "only declared" not in written


def test_a_function_that_an_event_degrades_is_told_with_it():
    soft = msgspec.structs.replace(sample.down(55.98, 79.98, state="degraded"), because=("cloud",))
    fates = (sample.fate("mail_send", soft, effect="degraded", note="slow"), sample.FATES[5])
    written = flat(sample.whatif(functions=fates))

    assert "api.captive.com down, outgoing mail degraded" in written
    assert "still works: incoming mail; degraded outgoing mail" in written
    assert "outgoing mail: slow" in written


def test_an_event_that_was_not_assessed_is_told_once():
    assert flat(sample.whatif()).count("who sends SMS cannot be seen from outside") == 1


def test_what_may_hit_the_site_is_said_to_be_uncertain():
    one = msgspec.structs.replace(sample.EVENTS[4], applies="maybe", reason="the region cannot be seen")
    written = flat(sample.whatif(events=(one,), excluded=(), fallbacks=()))

    assert "may be you: OVH" in written
    assert "what may or may not hit the site is not counted as a loss" in written
    assert "assumed: the region cannot be seen" in written


def test_a_refusal_after_its_event_and_one_before_stand_under_it():
    early = msgspec.structs.replace(sample.EVENTS[6], at_hours=1.0)
    written = flat(sample.whatif(events=(sample.EVENTS[4], early), fallbacks=()))

    assert "excluded: Google Cloud - unlikely to accept (asked at +1h, judged) Whatever" in written


def test_a_scenario_that_meets_nothing_says_so():
    nothing = sample.whatif(
        events=(), functions=(), fallbacks=(), excluded=(), not_assessed=(), before_the_next=(), history="", lesson="",
        sources={}, first_loss="", longest_loss="", shortest_notice_hours=None,
    )  # fmt: skip
    written = shown(nothing)

    assert "Nothing in it happens to this site." in written
    assert "first loss" not in written
    assert "still works: nothing that was assessed" in written


def test_a_literal_binding_names_the_provider_itself():
    written = flat(sample.whatif(binding="literal"))

    assert "Amazon Web Services suspends the account, 29 h notice" in written
    assert "only this very provider is meant" in written


def test_dates_carry_the_hour_on_a_short_clock_and_the_year_on_a_long_one():
    last = msgspec.structs.replace(sample.EVENTS[2], at="2022-01-10T01:00:00Z")
    odd = msgspec.structs.replace(sample.EVENTS[2], at="some day")

    assert "11 Jan 07:59" in flat(sample.whatif(horizon_hours=96.0))
    assert "11 Jan 2021" in flat(sample.whatif(events=(*sample.EVENTS, last)))
    assert "some day" in flat(sample.whatif(events=(odd,)))
    assert "Jan" not in flat(
        sample.whatif(t0=None, events=tuple(msgspec.structs.replace(e, at=None) for e in sample.EVENTS))
    )


def test_one_of_several_that_fill_a_role_is_told():
    both = msgspec.structs.replace(sample.EVENTS[1], bound=(Bound("provider", "f-droid", "F-Droid", one_of=3),))

    assert "you: F-Droid (one of 3)" in flat(sample.whatif(events=(both,)))


# -- bars ---------------------------------------------------------------------------------------------


def test_a_change_stands_at_its_tick_and_minutes_are_seen_beside_months():
    fates = (sample.fate("web", sample.down(5, 5.5), sample.down(20, 30, state="degraded")),)
    at = bars.ticks((), fates, 1000.0, 60)
    states = bars.bar(fates[0], at, 4)

    assert at == [0.0, 5, 5.5, 20, 30, 1000.0]
    assert states == ["works"] * 4 + ["down"] * 4 + ["works"] * 4 + ["degraded"] * 4 + ["works"] * 4
    assert bars.axis(at, 6) == "0h    5h    5.5h  20h   30h   42d"


def test_with_few_columns_the_worst_of_a_time_is_shown():
    fates = (sample.fate("web", sample.down(10, 10.1), sample.down(5, 20, state="degraded")),)

    assert bars.ticks((), fates, 100.0, 5) == [0.0, 100.0]
    assert bars.bar(fates[0], [0.0, 100.0], 4) == ["down", "works", "works", "works"]
    assert len(bars.ticks(sample.EVENTS, sample.FATES, 14448.0, 24)) == 5


def test_what_was_not_assessed_never_shows_as_working():
    part = sample.fate("pay", sample.down(0, 50), assessed=False)

    assert bars.bar(part, [0.0, 100.0], 2) == ["down", "not assessed"]
    assert "2 days down, the rest not assessed" in flat(sample.whatif(functions=(part,)), width=120)
    assert set(bars.bar(sample.FATES[-1], [0.0, 10.0], 3)) == {"not assessed"}


def test_the_bar_differs_by_its_characters_alone():
    for unicode in (True, False):
        sheet = Sheet(Style(unicode=unicode))
        assert len({bars.drawn(sheet, [state]) for state in bars.STATES}) == len(bars.STATES)


def test_the_amount_says_how_it_is_known():
    written = flat(sample.whatif(), width=200)

    assert "35 days down (2 to 42 days), estimated" in written
    assert "45 minutes down, via OVH standby" in written
    assert "602 days down, no end on record, left: F-Droid" in written
    assert "24 hours degraded, estimated" in written


@pytest.mark.parametrize(
    ("hours", "clock", "short"),
    [
        (0, "0h", "0 h"),
        (0.004, "1m", "1 min"),
        (0.75, "45m", "45 min"),
        (3.75, "3.8h", "4 h"),
        (55.98, "56h", "56 h"),
        (95, "95h", "95 h"),
        (840, "35d", "35 d"),
        (14448, "602d", "602 d"),
        (99999999, "11416y", "4166667 d"),
    ],
)
def test_times_in_few_characters(hours, clock, short):
    assert (wording.clock(hours), wording.short(hours)) == (clock, short)


# -- a bare drop --------------------------------------------------------------------------------------


def test_a_drop_says_what_stops_when_and_for_how_long():
    written = flat(sample.drop())

    assert shown(sample.drop()).startswith("Without Amazon the web site is down at once")
    assert "leaves: Amazon, 24 h notice" in written
    assert "down: web site - at once, for about 15 days (2 to 42 days); estimated" in written
    assert "cannot renew: certificate renewal - in 89 days, for about 1 hour" in written
    assert "degraded: incoming mail - at once, for about 4 hours; goes on through mx2 at Fastmail" in written
    assert "works: new Android installs, through F-Droid" in written
    assert (
        "independent: hosting hetzner for www.captive.com, ready in 2 days - answers as captive.com - 45 min" in written
    )
    assert "declared: registrar gandi for captive.com, does not help here - locked until" in written
    assert "not assessed: pay - this may be worse" in written
    assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d(?! -|\b)|Jan", written.replace("2021-03-10", ""))


def test_a_drop_of_nobody_that_matters():
    written = flat(sample.drop(functions=(), fallbacks=(), excluded=(), not_assessed=()))

    assert "Nothing, as far as can be seen." in written
    assert "No function remains whole." in written
    assert "Fallbacks None seen." in written


def test_a_drop_carries_notes_and_what_takes_over():
    lost = sample.fate("web", sample.down(0, 4), via=("OVH",), remains=("mirror",), note="a note", assessed=False)
    soft = sample.fate("mail_receive", sample.down(1, 3, state="degraded"), effect="degraded", note="slow")
    kept = sample.fate("mail_send", note="as before")
    gone = msgspec.structs.replace(
        sample.drop().events[0], at_hours=24.0, reason="by assumption", bound=(Bound("role", "dns", "Route 53"),)
    )
    written = flat(sample.drop(functions=(lost, soft, kept), events=(gone,)))

    assert "leaves: Amazon, here Route 53, in 24 hours, 24 h notice; by assumption" in written
    assert "not wholly assessed, it may be worse; then via OVH; left: mirror; a note" in written
    assert "degraded: incoming mail - in 1 hour, for about 2 hours; slow" in written
    assert "works: outgoing mail; as before" in written


# -- matrix, candidates, library ----------------------------------------------------------------------


def test_the_matrix_has_the_worst_first_and_folds_what_does_not_apply():
    lines = shown(sample.matrix()).splitlines()
    rows = [line.split()[0] for line in lines if re.match(r"[a-z]+-20\d\d  ", line)]

    assert rows == ["parler-2021", "zoom-2025", "fastly-2021"]
    assert re.search(r"parler-2021 +48 h +35 d +45 min +- +128 d +600 d +\?", shown(sample.matrix()))
    assert "Not this site, nothing in them binds (2): denic-2026, ovh-fire-2021" in flat(sample.matrix())
    assert "? not assessed, never taken as no loss" in flat(sample.matrix())
    assert lines[-1].strip() == "hostaudit whatif captive.com --scenario parler-2021"


def test_a_narrow_matrix_breaks_into_blocks_that_repeat_the_scenario():
    written = shown(sample.matrix(), width=40)

    assert written.count("\nparler-2021  ") == 3
    assert "pay" in written


def test_hosts_that_look_alike_when_cut_are_numbered():
    functions = ("web:one.captive-example.com", "web:onx.captive-example.com", "web:one.other.example.com")
    rows = (MatrixRow("a", "a", True, dict.fromkeys(functions, 1.0)),)
    heads = flat(sample.matrix(functions=functions, rows=rows), width=200)

    assert "host 1 = one.captive-example.com" in heads or "one.c....com" in heads
    assert len(set(re.findall(r"(\S+(?: \d)?) = on", heads))) == 3


def test_a_matrix_of_nothing():
    empty = flat(sample.matrix(rows=()))

    assert "None of them meets this site." in empty
    assert "Next" not in empty


def test_candidates_begin_with_the_usual_names_and_say_why_not():
    written = flat(sample.fallbacks())

    assert "1. hosting by Amazon carries: web site, api.captive.com" in written
    assert "Azure (US) - a usual choice; shares no parent; on record: judged unlikely in parler-2021" in written
    assert written.index("Azure") < written.index("Host 0")
    assert "and 4 more, see --format json" in written
    assert "not independent: Google Cloud (google-cloud, DE) - a usual choice; shares parent alphabet" in written
    assert "2. registry by verisign carries: name resolution Nobody in the catalogue is independent" in written
    assert "No single point of failure of captive.com" in flat(sample.fallbacks(gaps=(), parents=(), jurisdictions=()))


def test_what_is_true_of_all_candidates_is_said_once():
    hosts = tuple(sample.candidate(f"host-{n}", f"Host {n}", usual=n == 1) for n in range(3))
    functions = ("resolve", "web", "mail_receive", "mail_send", "install_ios")
    written = flat(sample.fallbacks(gaps=(Gap("amazon", "Amazon", "dns", functions, hosts),)))

    assert written.count("shares no parent") == 1
    assert "independent means here: shares no parent" in written
    assert "independent: Host 1 (host-1, DE) - a usual choice" in written
    assert "carries: name resolution, web site, incoming mail, outgoing mail and 1 more" in written


def test_an_event_that_ends_every_function_says_so():
    fates = tuple(sample.fate(each, sample.down(0, 4)) for each in ("resolve", "web", "install_android"))
    event = msgspec.structs.replace(sample.EVENTS[1], functions=("resolve", "web", "install_android"))

    assert "you: Google Play - everything down" in flat(sample.whatif(events=(event,), functions=fates))


def test_the_library_stands_in_columns_where_there_is_room():
    assert re.search(r"^denic-2026 +2026-05-05  outage  A TLD", shown(sample.library()), re.MULTILINE)
    assert re.search(r"^parler-2021  .* {4,}app_store, hosting$", shown(sample.library(), width=150), re.MULTILINE)
    assert "parler-2021 2021-01-09 action: Stores" in flat(sample.library(), width=40)
    assert shown(Library(LIBRARY_SCHEMA, ())) == "0 scenarios\n"


def test_one_scenario_is_shown_whole():
    written = flat(sample.scenario(), width=200)

    for each in (
        "parler-2021: Stores, cloud and vendors leave in three days",
        "kind: provider action; cause: policy",
        "Do before the next one Ask a second host today.",
        "high confidence, verified on 2026-11-20",
        "+0h Google Play (google-play) removes the app",
        "no notice; for 602 days; stated; sources P1",
        "notice unknown, taken as 0; no end on record; stated; caches keep it alive for their TTL; sources P1, P5",
        "note: answers 403",
        "observed; restores cloud; sources none",
        "- the exact day of the return",
        "- examples/parler-2021: web site down 820 to 860 h; njalla excluded (refuses)",
        "P1: Engadget on the suspension (press) https://www.engadget.example/a",
        "P5: The order of the court (court)",
    ):
        assert each in written


def test_the_next_command_cannot_carry_another_one():
    rows = (MatrixRow("a; reboot", "t", True, {"web": 1.0}),)

    assert shown(sample.matrix(rows=rows)).splitlines()[-1].strip().endswith("--scenario 'a; reboot'")
    assert shown(sample.library(sample.scenario(id="$(x)"))).splitlines()[-1].strip().endswith("show '$(x)'")


# -- the working --------------------------------------------------------------------------------------


def test_the_working_can_be_redone_with_a_calculator():
    written = flat(sample.working(), width=200)

    assert "gone for 100 h, harm = ln(1 + 100) / ln(1 + 720) = 0.7013 0.7013 x weight 0.1 = 0.0701" in written
    assert "harm = ln(1 + 1000) / ln(1 + 720) = 1.0499, at most 1 1.0000 x weight 0.5 = 0.5000" in written
    assert "no harm to incoming mail (weight 0.12): 0" in written
    assert "exposure = harms / sum of weights = (0.5000 + 0.0701) / 0.72 = 0.7918" in written
    assert "/ 0.72 x 0.05 (it holds only names) = 0.0296" in written
    assert "score = 100 x (1 - 0.7918) x (1 - 0.25 x 0.0296) = 20.7" in written
    assert "full_harm_hours 720 - after thirty days" in written
    assert "+2 more, see --format json" in written


def test_every_sum_of_the_working_is_right():
    written = shown(sample.working(), width=200).replace("weight ", "").replace(" (it holds only names)", "")
    lines = [line.removesuffix(", at most 1") for line in written.splitlines()]
    sums = [
        found.groups() for line in lines if (found := re.search(r"((?:ln\(|[(\d])[-+x/(). 0-9ln]*) = ([.\d]+)$", line))
    ]

    assert len(sums) == 21
    for left, right in sums:
        near = 0.06 if left.startswith("100 x") else 2e-4
        assert eval(left.replace("x", "*"), {"ln": math.log}) == pytest.approx(float(right), abs=near)


def test_ends_that_agree_are_worked_once_and_the_formula_stands_alone():
    low = sample.working().ends[0]
    same = sample.working(ends=(low, msgspec.structs.replace(low, end="high")))

    assert "The low and high end, the same: 20.7" in flat(same)
    assert "The high end" not in flat(same)
    alone = flat(sample.working(target=None, ends=(), constants={}))
    assert alone.startswith("How the score comes about")
    assert "end," not in alone
    nobody = flat(sample.working(ends=(WorkingEnd("high", 100.0, ()),), constants={}))
    assert "No company ends a function alone" in nobody
    assert "score = 100 x (1 - 0.0000) x (1 - 0 x 0.0000) = 100.0" in nobody


def test_what_nobody_could_name_counts_twice():
    nobody = msgspec.structs.replace(sample.working().ends[0].companies[0], parent=NOBODY, exposure=0.5)
    written = flat(sample.working(ends=(WorkingEnd("low", 43.8, (nobody,)),)))

    assert NOBODY == outage.NOBODY
    assert "What nobody could name counts as two companies' doing." in written
    assert "score = 100 x (1 - 0.5000) x (1 - 0.25 x 0.5000) = 43.8" in written


def test_without_the_constants_the_working_still_shows_harm_and_weight():
    written = flat(sample.working(constants={}))

    assert "web site: gone for 1000 h, harm 1.0000 x weight 0.5 = 0.5000" in written


# -- what the report has gained -------------------------------------------------------------------------


def cuts(*pairs, function="web"):
    return tuple(CutSet("parent", function, pair) for pair in pairs)


def test_pairs_and_threes_of_companies_are_listed_by_function():
    pairs = tuple((f"p{n}", "amazon") for n in range(9))
    sets = (
        *cuts(*pairs), *cuts(*pairs, function="resolve"), *cuts(("a", "b", "c")), *cuts(("amazon",)),
        CutSet("asn", "web", ("AS1", "AS2")),
    )  # fmt: skip
    written = flat(report(cut_sets=sets, cut_set_limits=("sets of three: a lower bound",)))

    assert "What can take it down in pairs web site and name resolution: - p0 and Amazon - p1 and Amazon" in written
    assert "- p5 and Amazon +3 more, see --format json" in written
    assert "What can take it down in threes web site: - a, b and c Note: sets of three: a lower bound" in written
    assert "AS2" not in written
    assert "in pairs" not in flat(report(cut_sets=cuts(("amazon",))))


def test_pairs_that_differ_by_function_share_the_room():
    first = cuts(*((f"p{n}", "x") for n in range(6)))
    written = flat(report(cut_sets=(*first, *cuts(("q", "x"), function="resolve"))))

    assert "- p5 and x +1 more" in written
    assert "name resolution: -" not in written


def test_a_fallback_has_its_grade_first_and_a_line_for_each_reason():
    rows = (Fallback("dns", "ns1", "configured", ("stale serial 41 < 57", "shares parent amazon"), "route53"),)
    lines = shown(report(fallbacks=rows)).splitlines()
    at = lines.index("  ~ configured: DNS ns1 for route53")

    assert lines[at + 1 : at + 3] == ["      - stale serial 41 < 57", "      - shares parent amazon"]
