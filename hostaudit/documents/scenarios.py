"""The scenario library: recorded incidents, read strictly from ``rules/scenarios``, one file for each.

``load`` and ``find`` refuse a record that cannot be replayed, with file and line. ``lint`` complains about a record
that can be replayed but should not be shipped: facts without a source, outdated facts, words that take sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Literal, cast, get_args

from hostaudit.documents import rules
from hostaudit.documents.strict_yaml import Checks, Node, Source, compose, partial, raise_all
from hostaudit.errors import LineError, UsageError, close, nearest
from hostaudit.model.scenario import Action, Binding, Event, Expectation, Layer, Scenario, SourceText

KINDS = ("provider_action", "technical_outage")
CAUSES = (
    "policy",
    "legal_order",
    "sanctions",
    "registry_policy",
    "provider_error",
    "automation",
    "software_bug",
    "config_change",
    "ddos",
    "physical",
    "expiry",
    "trust_change",
    "supply_chain",
)
SCOPES = ("customer", "country", "product", "global", "region", "tld")
CERTAINTIES = ("stated", "observed", "judged")
CONFIDENCES = ("high", "medium", "low")
PLATFORMS = ("ios", "android", "windows", "other")
GRACES = ("none", "ttl")
SOURCE_KINDS = (
    "primary",
    "court",
    "press",
    "trade",
    "analysis",
    "academic",
    "vendor",
    "blog",
    "copy",
    "data",
    "spec",
)

MAX_AGE_DAYS = 365
"""Days for which a record counts as verified."""

NEEDS_OF_SCOPE = {"region": "region", "tld": "tld"}
"""By scope that needs a further key of the event, that key."""

YEAR = re.compile(r"(?:-[0-9]{4})+$")

LOADED = re.compile(
    r"\b(?:absurd|blunders?|botched|brutal\w*|censor\w*|cowardly|cynical|deplatform\w*|disgrac\w*|evil|extremis\w+"
    r"|far[- ](?:left|right)|fascis\w+|fringe|greedy|hate(?:ful)?|heroic|hypocri\w+|incompeten\w+|infamous"
    r"|kicked (?:off|out)|booted|nazis?|neo-nazis?|notorious|outrageous|radicals?|rogue|scandal\w*|shame\w*|stupid\w*"
    r"|terroris\w+|toxic|tyran\w+|unjust\w*|vile|woke)\b",
    re.IGNORECASE,
)
"""Words that judge the people and companies concerned. A record states only facts: actor, action, layer and time."""

# --- form of single values -----------------------------------------------------------------------


def _one_of(values: tuple[str, ...], noun: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text in values:
            return ""
        return f"is not {noun}; {nearest(text, values, 'valid are ' + ', '.join(values))}"

    return check


def _matching(pattern: str, meaning: str) -> Callable[[str], str]:
    return lambda text: "" if re.fullmatch(pattern, text) else f"is not {meaning}"


def _moment(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII) and _is_date(text, "%Y-%m-%dT%H:%M:%SZ"):
        return ""
    return "is not a time in UTC written YYYY-MM-DDTHH:MM:SSZ"


def _day(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and _is_date(text, "%Y-%m-%d"):
        return ""
    return "is not a date written YYYY-MM-DD"


def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _hours(text: str) -> str:
    return "" if isfinite(float(text)) and float(text) >= 0 else "is not a number of hours from 0 up"


KEBAB = _matching(rules.ID.pattern, "an id in kebab-case")
CHECKS: Checks = {
    (Scenario, "id"): KEBAB,
    (Scenario, "kind"): _one_of(KINDS, "a kind of incident"),
    (Scenario, "cause"): _one_of(CAUSES, "a cause"),
    (Scenario, "t0"): _moment,
    (Scenario, "horizon_hours"): _hours,
    (Scenario, "verified_on"): _day,
    (Scenario, "confidence"): _one_of(CONFIDENCES, "a confidence"),
    (Scenario, "bind"): _one_of(get_args(Binding), "a binding"),
    (SourceText, "url"): _matching(r"https?://[!-~]+", "a web address in ASCII"),
    (SourceText, "kind"): _one_of(SOURCE_KINDS, "a kind of source"),
    (Event, "id"): KEBAB,
    (Event, "actor"): KEBAB,
    (Event, "parent"): KEBAB,
    (Event, "layer"): _one_of(get_args(Layer), "a layer"),
    (Event, "action"): _one_of(get_args(Action), "an action"),
    (Event, "scope"): _one_of(SCOPES, "a scope"),
    (Event, "platform"): _one_of(PLATFORMS, "a platform"),
    (Event, "tld"): _matching(rules.LABEL, "a top-level domain in lower case without a dot"),
    (Event, "bind"): _one_of(get_args(Binding), "a binding"),
    (Event, "certainty"): _one_of(CERTAINTIES, "a certainty"),
    (Event, "grace"): _one_of(GRACES, "a grace"),
    **{(Event, key): _hours for key in ("at_hours", "notice_hours", "duration_hours")},
}


# --- the folder ----------------------------------------------------------------------------------


def load(directory: Path | None = None) -> tuple[Scenario, ...]:
    """Return all scenarios of a rules folder (default: the shipped one), by id. Raises ``UsageError`` with file and
    line."""
    faults: list[LineError] = []
    found = []
    for each in ids(directory):
        try:
            found.append(_read(directory, each))
        except LineError as error:
            faults += error.all
    raise_all(faults)
    return tuple(found)


def find(id: str, directory: Path | None = None) -> Scenario:  # noqa: A002 - the field is called so
    """Return one scenario; no other file is read. Raises ``UsageError``, for an unknown id with the nearest known
    ones."""
    known = ids(directory)
    if id not in known:
        near = _nearest(id, known)
        hint = f"did you mean {' or '.join(near)}?" if near else "ids: hostaudit scenarios list"
        raise UsageError(f"there is no scenario {id!r}", hint)
    return _read(directory, id)


@cache
def shipped(identity: str) -> Scenario:
    """Return one scenario that is shipped with hostaudit, read once. Raises ``UsageError`` for an unknown id."""
    return find(identity)


def _nearest(wanted: str, known: tuple[str, ...]) -> list[str]:
    """The ids that differ only in the year at the end, else up to three that are similar to ``wanted`` or contain
    it."""
    stems = {each: YEAR.sub("", each) for each in known}
    stem = YEAR.sub("", wanted.lower())
    if stem in stems.values():
        return [each for each in known if stems[each] == stem]
    alike = close(stem, stems.values(), limit=3, cutoff=0.6)
    return sorted(each for each in known if stems[each] in alike or (stem and stem in each))[:3]


def ids(directory: Path | None = None) -> tuple[str, ...]:
    """The ids of all scenarios of a rules folder, sorted; nothing is opened. Raises ``UsageError``."""
    place = _folder(directory)
    try:
        names = sorted(entry.name for entry in place.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise _unreadable(place, error) from error
    wrong = [name for name in names if not name.endswith(".yaml")]
    if wrong:
        raise UsageError(f"rules/scenarios/{wrong[0]}: scenario files end in .yaml", "rename or remove it")
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def _folder(directory: Path | None) -> Path:
    return (directory or rules.folder()) / "scenarios"


def _unreadable(place: Path, error: OSError) -> UsageError:
    message = f"the scenarios in {place} cannot be read: {error.strerror or error}"
    return UsageError(message, "install hostaudit again, or give a complete rules folder")


def _read(directory: Path | None, name: str) -> Scenario:
    path = _folder(directory) / f"{name}.yaml"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    return parse(Source(_file(name), data, CHECKS, shown=True))


def _file(name: str) -> str:
    return f"rules/scenarios/{name}.yaml"


# --- relations of the values of one file ---------------------------------------------------------


def parse(source: Source) -> Scenario:
    """Return a scenario from the contents of its file. Raises ``LineError`` with all faults."""
    tree = compose(source)
    scenario = cast("Scenario | None", partial(source, tree, Scenario))
    if scenario is not None:
        _check(source, tree, scenario)
    source.done()
    return cast(Scenario, scenario)


def _check(source: Source, tree: Node, scenario: Scenario) -> None:
    """Report the values that contradict one another."""
    if _file(scenario.id) != source.name:
        expected = source.name.rpartition("/")[2]
        source.report(_at(tree, "id"), f"the id {scenario.id!r} and the file name {expected!r} must agree")
    if not scenario.events and not source.faults:
        source.report(_at(tree, "events"), "events must not be empty")
    if scenario.horizon_hours <= 0:
        source.report(_at(tree, "horizon_hours"), "horizon_hours must be more than 0")
    for key in scenario.sources:
        problem = KEBAB(key)
        if problem:
            source.report(_at(tree, "sources", key), f"sources: {key!r} {problem}")
    earlier: dict[str, Event] = {}
    for position, event in enumerate(scenario.events):
        _check_event(source, tree, position, scenario, earlier)
        earlier[event.id] = event
    for position, expectation in enumerate(scenario.assert_history):
        _check_expectation(source, tree, position, expectation, scenario.sources)


def _check_event(source: Source, tree: Node, position: int, scenario: Scenario, earlier: dict[str, Event]) -> None:
    event = scenario.events[position]

    def refuse(problem: str, *path: str | int, hint: str = "") -> None:
        source.report(_at(tree, "events", position, *path), f"event {event.id}: {problem}", hint)

    if event.id in earlier:
        refuse("an event of this id stands above", "id")
    if event.at_hours > scenario.horizon_hours:
        refuse(f"at_hours lies beyond the horizon of {scenario.horizon_hours:g} hours", "at_hours")
    for number, key in enumerate(event.sources):
        if key not in scenario.sources:
            hint = nearest(key, scenario.sources, "name it under sources")
            refuse(f"unknown source {key!r}; {hint}", "sources", number, hint=hint)
    for scope, key in NEEDS_OF_SCOPE.items():
        given = bool(getattr(event, key))
        if event.scope == scope and not given:
            refuse(f"scope {scope} needs the key {key!r}", "scope")
        if given and event.scope != scope:
            refuse(f"{key} is given, so scope must be {scope}, not {event.scope}", key)
    if event.restores and event.action != "accept":
        refuse(f"restores belongs to the action accept, not to {event.action}", "restores")
    for number, each in enumerate(event.restores):
        ended = earlier.get(each)
        if ended is None:
            hint = nearest(each, earlier, "an event can only end one that stands above it")
            refuse(f"restores names no earlier event: {each!r}; {hint}", "restores", number, hint=hint)
        elif ended.action in ("accept", "refuse"):
            refuse(f"restores names {each!r}, which takes nothing away", "restores", number)
        elif ended.at_hours > event.at_hours:
            refuse(f"restores names {each!r}, which comes later on the clock", "restores", number)


def _check_expectation(
    source: Source, tree: Node, position: int, expectation: Expectation, sources: Mapping[str, object]
) -> None:
    for number, key in enumerate(expectation.sources):
        if key not in sources:
            hint = nearest(key, sources, "name it under sources")
            at = _at(tree, "assert_history", position, "sources", number)
            source.report(at, f"assert_history: unknown source {key!r}; {hint}", hint)
    for function, hours in expectation.down_hours.items():
        if len(hours) != 2 or not 0 <= hours[0] <= hours[1] or not isfinite(hours[1]):
            at = _at(tree, "assert_history", position, "down_hours", function)
            source.report(at, f"down_hours of {function} must be [least, most], rising from 0")


def _at(tree: Node, *path: str | int) -> Node:
    """The value at ``path`` (keys and positions), or the innermost one around it if that is missing."""
    node = tree
    for step in path:
        if isinstance(step, int):
            node = (node.items or [])[step]
        else:
            node = next((value for key, value in node.entries or () if key.text == step), node)
    return node


# --- lint ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Complaint:
    """A reason not to ship a record as it is. ``file`` is relative to the repository."""

    file: str
    severity: Literal["error", "warning"]
    text: str


def lint(scenarios: tuple[Scenario, ...], today: date, known_actors: Set[str]) -> tuple[Complaint, ...]:
    """Return all complaints, in the order of the scenarios. ``known_actors``: ids of the providers in the catalogue."""
    return tuple(each for scenario in scenarios for each in _complaints(scenario, today, known_actors))


def _complaints(scenario: Scenario, today: date, known_actors: Set[str]) -> Iterator[Complaint]:
    def error(text: str) -> Complaint:
        return Complaint(_file(scenario.id), "error", text)

    def warning(text: str) -> Complaint:
        return Complaint(_file(scenario.id), "warning", text)

    age = (today - date.fromisoformat(scenario.verified_on)).days
    if age > MAX_AGE_DAYS:
        yield error(f"last verified {age} days ago, on {scenario.verified_on}: read the sources again")
    if age < 0:
        yield error(f"verified_on {scenario.verified_on} lies in the future")
    if not scenario.sources:
        yield error("names no source")
    for event in scenario.events:
        if not event.sources:
            yield error(f"event {event.id} names no source")
        if event.actor not in known_actors and not (event.name and event.parent):
            yield error(f"event {event.id}: {event.actor} is no provider of the catalogue; give its name and parent")
        end = event.at_hours + (event.duration_hours or 0)
        if end > scenario.horizon_hours:
            yield warning(f"event {event.id} ends at {end:g} h, after the horizon of {scenario.horizon_hours:g} h")
    if scenario.confidence == "low":
        yield warning("confidence is low")
    for claim in scenario.recalled:
        yield warning(f"rests on memory only: {claim}")
    texts = {key: str(getattr(scenario, key)) for key in ("title", "outcome", "lesson", "before")}
    texts |= {f"note of event {event.id}": event.note for event in scenario.events}
    for where, text in texts.items():
        for word in dict.fromkeys(match.group().lower() for match in LOADED.finditer(text)):
            yield warning(f"{where}: {word!r} takes sides; say what was done to which layer")
