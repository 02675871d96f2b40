"""Schemas for editors, of the files that people write: the meaning and the allowed values of each key.

Editors understand draft-07 at most. A key that the schema does not know is no error in it, so that an old editor does
not complain about a newer file; hostaudit itself refuses such keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args

from hostaudit.documents import policy_values, site_values
from hostaudit.model.policy import KEYED, Key, Range, ValueKind, keys_of
from hostaudit.model.roles import FUNCTIONS, RESTORED, ROLES
from hostaudit.model.scenario import Action, Binding, Layer

MEANING: dict[str, dict[str, str]] = {
    # The meaning of the keys of a policy is in the model, with the keys.
    **{kind.__name__: {name: key.meaning for name, key in keys_of(kind).items()} for kind in KEYED},
    "SiteFile": {
        "version": "The version of this format: always 1.",
        "sites": "The sites that are declared, one entry for each domain.",
        "policy": "What is demanded of every site that this file is used for.",
        "targets": "Sites of which something else is demanded, or that carry labels.",
        "exceptions": "Findings that are accepted until a day, each with a reason and an owner.",
    },
    "Site": {
        "domain": "The domain as it is given to hostaudit scan.",
        "hosts": "Further hosts to look at besides the domain and its www name, such as an API.",
        "functions": "What the site does that cannot be seen from outside: payments, SMS, staff login, backups.",
        "spare_names": "Other domains under which the same service answers.",
        "fallbacks": "What stands by in a role, and how to prove that it does.",
        "places": "Regions of hosts or addresses whose names do not tell them.",
        "declare": "What only you know; it counts unless what is seen contradicts it.",
        "own": "What you run yourself: it can fail, but nobody ends its contract.",
        "recovery": "By role, how soon you are back without its provider, and when you last tried that.",
    },
    "Own": {
        "parents": "Companies that are yours, by the id of the catalogue or of a report.",
        "asns": "Your autonomous systems (networks), such as AS64500.",
        "domains": "Registrable names of servers that are yours, besides the name of the site.",
    },
    "DeclaredRecovery": {
        "hours": "Hours from the loss until what the role carries works elsewhere; measured TTLs come on top.",
        "tested": "The last day on which you tried it; a test older than a year before the scan does not count.",
    },
    "Declared": {
        "origin": "Who runs the servers behind the site's content network, by the id of the catalogue.",
        "mailbox": "Who holds the mailboxes behind the mail exchangers, by the id of the catalogue.",
        "apps": "none, if there is no app.",
    },
    "DeclaredFunction": {
        "id": "A name of your choice, such as payments or staff-login.",
        "needs": "What the function cannot do without; every need must be met.",
        "requires": "Other functions that must work for this one: built-in, declared here, or web:HOST.",
        "weight": "How much the function counts in the score, from 0 to 1.",
    },
    "Need": {
        "role": "The part that is played for the function.",
        "any_of": "Providers of which any one will do, by their ids.",
    },
    "SpareName": {
        "domain": "A domain with another registrar and under another top-level domain, at best.",
        "path": "The path that is asked for over HTTPS.",
        "status": "The HTTP status that is right.",
        "marker": "Text that must occur in the body, to tell the service from a parking page.",
    },
    "DeclaredFallback": {
        "role": "The role in which it stands by.",
        "provider": "Who runs it, by the id of the catalogue.",
        "parent": "The company in control of a provider that the catalogue does not hold.",
        "server": "For dns: a name server that answers for the zone.",
        "address": "For hosting and cdn: an IP address that answers as the site; or give host.",
        "host": "For hosting and cdn: a host that answers as the site; for mail: the mail exchanger.",
        "stands_for": "The host that it takes over, or for dns the zone; if left out the one that serves the site.",
        "path": "For hosting and cdn: the path that is asked for over HTTPS.",
        "status": "For hosting and cdn: the HTTP status that is right.",
        "marker": "For hosting and cdn: text that must occur in the body.",
        "app": "For app_store: the id of the app in that store.",
        "serial_tolerance": "For dns: by how many versions of the zone (SOA serial) it may be behind.",
        "activation": "Whether it takes over by itself or somebody has to switch.",
        "activation_hours": "Hours until a switch made by hand takes effect.",
        "switched_by": "Providers whose console is needed to switch; else whoever runs the names that must change.",
    },
    "Place": {
        "of": "A host or an IP address.",
        "region": "Its region as the provider calls it, such as eu-west-1.",
    },
    "Scenario": {
        "id": "The name of the scenario, as in its file name.",
        "title": "What happened, in a line.",
        "kind": "Whether a provider acted or something broke.",
        "cause": "Why it happened, in a word, such as policy or config_change.",
        "t0": "When the clock starts, UTC.",
        "horizon_hours": "Hours after which the clock stops.",
        "verified_on": "The day on which the sources were last checked.",
        "confidence": "How well the sources bear it out.",
        "outcome": "What became of it, in a sentence.",
        "lesson": "What to learn from it, in a sentence.",
        "sources": "Where the facts were read, by a short id that events refer to.",
        "events": "Who did what, on the clock.",
        "bind": "Whether it is asked of whoever fills a role, or of those who use that very provider.",
        "before": "What had been said or done before the clock starts.",
        "recalled": "Claims that rest on memory alone.",
        "assert_history": "What a replay on the graph of the victim must give.",
    },
    "SourceText": {
        "title": "What the text is and who published it.",
        "url": "Where it can be read.",
        "kind": "What sort of text it is, such as primary, court or press.",
    },
    "Event": {
        "id": "The name of the event within its scenario.",
        "actor": "Who acted, by provider id.",
        "layer": "The layer that is hit.",
        "action": "What was done.",
        "at_hours": "Hours from t0 until the effect.",
        "sources": "Ids of the sources that say so.",
        "scope": "How far the act reaches.",
        "name": "What people call the actor, if the catalogue does not hold it.",
        "parent": "The company in control of the actor, if the catalogue does not hold it.",
        "platform": "The platform of an app store, such as ios or android.",
        "region": "For scope region: the region, as its provider calls it.",
        "tld": "For scope tld: the top-level domain.",
        "bind": "For this event alone: role or literal.",
        "notice_hours": "Hours from being told until the effect; null if unknown.",
        "duration_hours": "Hours that the effect lasts; null if unknown or until another event restores it.",
        "certainty": "Whether it is on record, or somebody's judgement.",
        "restores": "Ids of the events that an accept ends, or of whose part on its own layer it takes over.",
        "grace": "ttl if the sources tell that caches kept the name for some users; every replay reckons with caches.",
        "note": "A remark for the reader.",
    },
    "Expectation": {
        "subject": "The evidence of the victim.",
        "down_hours": "Least and most hours down, by function.",
        "site": "The site file that goes with it.",
        "excluded": "Providers that must not count as fallbacks, with a word of the reason.",
        "sources": "Ids of the sources that tell the hours.",
    },
}


def _enum(words: Iterable[str]) -> dict[str, Any]:
    return {"enum": list(words)}


def _pattern(pattern: re.Pattern[str]) -> dict[str, Any]:
    return {"pattern": f"^{pattern.pattern}$"}


def _many(each: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"items": each, "uniqueItems": True} | ({"minItems": least} if least else {})


_PROVIDER, _PATH = _pattern(policy_values.ID), _pattern(site_values.URL_PATH)
_STATUS, _HOURS = {"minimum": 100, "maximum": 599}, {"minimum": 0}
_ADDRESS = {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}


_VALUES: dict[ValueKind, dict[str, Any]] = {
    "actors": _many(_pattern(policy_values.ACTOR_ID)),
    "countries": _many({"pattern": "^[A-Z]{2}$"}),
    "share": {"exclusiveMinimum": 0, "maximum": 1},
}


def _values(key: Key) -> dict[str, Any]:
    """The values that a key of a policy takes."""
    if isinstance(key.values, Range):
        least = {"minimum": key.values.least}
        return least | {"maximum": key.values.most} if key.values.stated else least
    return _VALUES[key.values] if key.values is not None else {}


ALLOWED: dict[tuple[str, str], dict[str, Any]] = {
    **{(kind.__name__, name): _values(key) for kind in KEYED for name, key in keys_of(kind).items()},
    ("SiteFile", "sites"): {"minItems": 1},
    ("Site", "domain"): {"minLength": 1},
    ("Site", "hosts"): _many({"minLength": 1}),
    ("DeclaredFunction", "id"): _pattern(policy_values.FUNCTION_ID),
    ("DeclaredFunction", "requires"): _many({"minLength": 1}),
    ("DeclaredFunction", "weight"): {"minimum": 0, "maximum": 1},
    ("Need", "role"): _enum(ROLES),
    ("Need", "any_of"): _many(_PROVIDER, least=1),
    ("SpareName", "path"): _PATH,
    ("SpareName", "status"): _STATUS,
    ("DeclaredFallback", "role"): _enum(site_values.PROOFS),
    ("DeclaredFallback", "provider"): _PROVIDER,
    ("DeclaredFallback", "parent"): _PROVIDER,
    ("DeclaredFallback", "address"): _ADDRESS,
    ("DeclaredFallback", "path"): _PATH,
    ("DeclaredFallback", "status"): _STATUS,
    ("DeclaredFallback", "app"): _pattern(site_values.APP_ID),
    ("DeclaredFallback", "serial_tolerance"): {"minimum": 0, "maximum": site_values.LATEST_SERIAL},
    ("DeclaredFallback", "activation"): _enum(site_values.ACTIVATIONS),
    ("DeclaredFallback", "activation_hours"): _HOURS,
    ("DeclaredFallback", "switched_by"): _many(_PROVIDER),
    ("Site", "recovery"): {"propertyNames": _enum(RESTORED), "minProperties": 1},
    ("Own", "parents"): _many(_pattern(policy_values.ACTOR_ID)),
    ("Own", "asns"): _many({"type": ["integer", "string"], "minimum": 1, "pattern": "^(AS)?[1-9][0-9]{0,9}$"}),
    ("Own", "domains"): _many({"minLength": 1}),
    ("DeclaredRecovery", "hours"): {"exclusiveMinimum": 0, "maximum": site_values.MOST_HOURS},
    ("DeclaredRecovery", "tested"): {"format": "date"},
    ("Declared", "origin"): _PROVIDER,
    ("Declared", "mailbox"): _PROVIDER,
    ("Declared", "apps"): _enum(site_values.APPS),
    ("Place", "region"): _pattern(site_values.REGION),
    ("Policy", "roles"): {"propertyNames": _enum(ROLES)},
    ("RoleDemand", "independent_by"): {"minItems": 1, "uniqueItems": True},
    ("ScenarioGate", "scenario"): _PROVIDER,
    ("PolicyTarget", "match"): _many({"minLength": 1}, least=1),
    ("PolicyTarget", "labels"): {"propertyNames": _pattern(policy_values.LABEL)},
    ("Exemption", "id"): _pattern(policy_values.EXCEPTION_ID),
    ("Exemption", "rule"): {"minLength": 3},
    ("Exemption", "target"): {"minLength": 1},
    ("Exemption", "reason"): {"minLength": policy_values.LEAST_REASON},
    ("Exemption", "owner"): {"minLength": 1},
    ("Exemption", "expires"): {"anyOf": [{"format": "date"}, {"const": policy_values.NEVER}]},
    ("Exemption", "review"): {"format": "date"},
    ("Exemption", "fingerprint"): _pattern(policy_values.FINGERPRINT),
    ("Scenario", "id"): _PROVIDER,
    ("Scenario", "kind"): _enum(("provider_action", "technical_outage")),
    ("Scenario", "confidence"): _enum(("high", "medium", "low")),
    ("Scenario", "t0"): {"format": "date-time"},
    ("Scenario", "verified_on"): {"format": "date"},
    ("Scenario", "horizon_hours"): _HOURS,
    ("Scenario", "bind"): _enum(get_args(Binding)),
    ("Event", "layer"): _enum(get_args(Layer)),
    ("Event", "action"): _enum(get_args(Action)),
    ("Event", "scope"): _enum(("customer", "country", "product", "global", "region", "tld")),
    ("Event", "bind"): _enum(get_args(Binding)),
    ("Event", "certainty"): _enum(("stated", "observed", "judged")),
    ("Event", "grace"): _enum(("none", "ttl")),
    ("Event", "notice_hours"): _HOURS,
    ("Event", "duration_hours"): _HOURS,
}
"""Limits of a value beyond its type. Only hostaudit itself checks rules over more than one value."""


def for_editors(schema: dict[str, Any]) -> dict[str, Any]:
    """Convert a schema of msgspec (2020-12) to draft-07, with a title and a description for each key."""
    definitions = schema.pop("$defs")
    for name, definition in definitions.items():
        definition.pop("additionalProperties", None)
        for key, value in definition["properties"].items():
            words = {"title": key.replace("_", " ").capitalize(), "description": MEANING[name][key]}
            definition["properties"][key] = words | _merged(_given(value), ALLOWED.get((name, key), {}))
    if "DeclaredFallback" in definitions:
        definitions["DeclaredFallback"]["allOf"] = [
            {"if": {"properties": {"role": {"const": role}}, "required": ["role"]}, "then": _proof(keys)}
            for role, keys in site_values.PROOFS.items()
            if keys
        ]
    if "ScenarioGate" in definitions:
        _flatten(definitions["ScenarioGate"])
    if "SiteFile" in definitions:
        some = ("sites", "policy", "targets", "exceptions")
        definitions["SiteFile"]["anyOf"] = [{"required": [key]} for key in some]
    # In draft-07 everything beside a reference is ignored, even the title.
    return {"allOf": [_older(schema)], "definitions": _older(definitions)}


def _flatten(gate: dict[str, Any]) -> None:
    """Move the limits of a scenario gate to their place in a file: the functions are keys beside its own keys."""
    words = {"description": gate["properties"].pop("limits")["description"]}
    limit = words | {"type": "string", "pattern": policy_values.LIMIT_PATTERN}
    gate["properties"] |= dict.fromkeys(FUNCTIONS, limit)
    gate["patternProperties"] = {"^web:": limit}
    gate["required"] = ["scenario"]
    gate["minProperties"] = 2


def _given(value: dict[str, Any]) -> dict[str, Any]:
    """A value without an empty default, which is no information; a value that may be null has two types."""
    if value.get("default") in (None, "", (), [], {}):
        value = {key: each for key, each in value.items() if key != "default"}
    choices = value.get("anyOf", ())
    if not choices:
        # In draft-07 everything beside a reference is ignored.
        return {"allOf": [value]} if "$ref" in value else value
    if all(set(each) == {"type"} for each in choices):
        return {"type": [each["type"] for each in choices]}
    if all({"enum", "type"} & set(each) for each in choices):
        return {"enum": [word for each in choices for word in each.get("enum", (None,))]}
    return {"anyOf": choices}


def _merged(value: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    items = {"items": value["items"] | more["items"]} if "items" in value and "items" in more else {}
    return value | more | items


def _proof(keys: tuple[str, ...]) -> dict[str, Any]:
    if len(keys) == 1:
        return {"required": list(keys)}
    return {"oneOf": [{"required": [key]} for key in keys]}


def _older(value: Any) -> Any:
    """A value with its references in the form of draft-07."""
    if isinstance(value, dict):
        return {
            key: each.replace("#/$defs/", "#/definitions/") if key == "$ref" else _older(each)
            for key, each in value.items()
        }
    return [_older(each) for each in value] if isinstance(value, list) else value
