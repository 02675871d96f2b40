"""The files that people write, for their editors: what each key means, and what may stand behind it.

Editors understand draft-07 at most. A key that the schema does not know is no error in it, so that an old editor does
not complain about a newer file; hostaudit itself refuses such keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args

from hostaudit.documents import policy_file, site_file
from hostaudit.model.roles import FUNCTIONS, ROLES
from hostaudit.model.scenario import Action, Binding, Layer

MEANING: dict[str, dict[str, str]] = {
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
    "Policy": {
        "extends": "Presets to begin with, a later one going before an earlier one key by key.",
        "unknown": "What a rule becomes whose answer is unknown: exit 3, exit 1, or a word of warning.",
        "notice_hours": "Hours of notice that a provider is assumed to give before it ends service.",
        "min_score": "The least score, 0 to 100, of which the low end counts.",
        "roles": "Demands on one role each, such as dns or hosting.",
        "functions": "Demands on one function each: built-in, declared under sites, or web:HOST.",
        "providers": "Providers that must not occur in any role; a list replaces that of a preset.",
        "parents": "Demands on the companies in control of the providers.",
        "jurisdictions": "Demands on the countries of these companies.",
        "scenarios": "Recorded incidents and the longest outage that each may cause; a list replaces that of a preset.",
    },
    "RoleDemand": {
        "min_score": "The least score of the role, of which the low end counts.",
        "min_providers": "How many providers there must be that differ in all that independent_by names.",
        "independent_by": "In what two providers must differ to count as two; parent if left out.",
        "allow": "The only providers or companies that may fill the role, by their ids.",
        "deny": "Providers or companies that may not fill the role, by their ids.",
        "min_days_left": "For registrar and ca: the least days until the name or the certificate expires.",
        "max_hours_down": "The longest outage, in hours, that one company may cause by leaving this role.",
        "unknown": "What the rules of this role become whose answer is unknown.",
        "severity": "How bad it is if one of them fails.",
    },
    "FunctionDemand": {
        "min_score": "The least score of the function, of which the low end counts.",
        "max_hours_down": "The longest outage of the function, in hours, that one company may cause.",
        "unknown": "What the rules of this function become whose answer is unknown.",
        "severity": "How bad it is if one of them fails.",
    },
    "Refusal": {
        "id": "Who, by the id of a provider or company, or a country code in quotation marks.",
        "reason": "Why, in a line.",
    },
    "ParentDemand": {
        "deny": "Companies that must not be in control of any provider of the site.",
        "max_share": "The largest share of the legs of the site, above 0 and at most 1, that one company may hold.",
        "unknown": "What these rules become whose answer is unknown.",
        "severity": "How bad it is if one of them fails.",
    },
    "JurisdictionDemand": {
        "deny": "Countries of which no company may be.",
        "allow": "The only countries of which companies may be: ISO 3166-1 codes in quotation marks.",
        "known": "Whether the country of every company must be known.",
        "unknown": "What these rules become whose answer is unknown.",
        "severity": "How bad it is if one of them fails.",
    },
    "ScenarioGate": {
        "scenario": "The id of a recorded incident, as hostaudit scenarios list names it.",
        "limits": "The longest outage of this function, such as <= 90m, <= 4h or <= 2d.",
        "unknown": "What this gate becomes if its answer is unknown.",
        "severity": "How bad it is if it fails.",
    },
    "PolicyTarget": {
        "match": "Domains, or *.example.com for all names under that one; the pattern that says most counts.",
        "labels": "Words for reports and metrics, such as owner and tier.",
        "policy": "What is demanded of these sites, which goes before the policy of the file key by key.",
    },
    "Exemption": {
        "id": "A name of your choice, such as EX-7.",
        "rule": "The rule that is excepted, such as dns.min_providers, or dns.* for all of a role.",
        "target": "The domain for which, or *.example.com for all names under that one.",
        "reason": "Why it is accepted, for whoever reads this in a year.",
        "owner": "Who answers for it.",
        "expires": "The last day on which it holds (YYYY-MM-DD, UTC), or never; what is no day counts as past.",
        "review": "For never: the day by which somebody looks at it again.",
        "fingerprint": "The fingerprint of one finding, if it alone is meant.",
        "allow_unknown": "Whether a finding is covered too that is unknown.",
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
        "restores": "Ids of the events that an accept ends.",
        "grace": "ttl if caches keep things alive for the measured TTL first.",
        "note": "A remark for the reader.",
    },
    "Expectation": {
        "subject": "The evidence of the victim.",
        "down_hours": "Least and most hours down, by function.",
        "site": "The site file that goes with it.",
        "excluded": "Providers that must not count as fallbacks, with a word of the reason.",
    },
}


def _enum(words: Iterable[str]) -> dict[str, Any]:
    return {"enum": list(words)}


def _pattern(pattern: re.Pattern[str]) -> dict[str, Any]:
    return {"pattern": f"^{pattern.pattern}$"}


def _many(each: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"items": each, "uniqueItems": True} | ({"minItems": least} if least else {})


_PROVIDER, _PATH = _pattern(policy_file.ID), _pattern(site_file.URL_PATH)
_STATUS, _HOURS = {"minimum": 100, "maximum": 599}, {"minimum": 0}
_ADDRESS = {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}

_SCORE = {"minimum": 0, "maximum": 100}
_ACTOR = _pattern(policy_file.ACTOR_ID)
_COUNTRY = {"pattern": "^[A-Z]{2}$"}

ALLOWED: dict[tuple[str, str], dict[str, Any]] = {
    ("SiteFile", "sites"): {"minItems": 1},
    ("Site", "domain"): {"minLength": 1},
    ("Site", "hosts"): _many({"minLength": 1}),
    ("DeclaredFunction", "id"): _pattern(policy_file.FUNCTION_ID),
    ("DeclaredFunction", "requires"): _many({"minLength": 1}),
    ("DeclaredFunction", "weight"): {"minimum": 0, "maximum": 1},
    ("Need", "role"): _enum(ROLES),
    ("Need", "any_of"): _many(_PROVIDER, least=1),
    ("SpareName", "path"): _PATH,
    ("SpareName", "status"): _STATUS,
    ("DeclaredFallback", "role"): _enum(site_file.PROOFS),
    ("DeclaredFallback", "provider"): _PROVIDER,
    ("DeclaredFallback", "parent"): _PROVIDER,
    ("DeclaredFallback", "address"): _ADDRESS,
    ("DeclaredFallback", "path"): _PATH,
    ("DeclaredFallback", "status"): _STATUS,
    ("DeclaredFallback", "app"): _pattern(site_file.APP_ID),
    ("DeclaredFallback", "serial_tolerance"): {"minimum": 0, "maximum": site_file.LATEST_SERIAL},
    ("DeclaredFallback", "activation"): _enum(site_file.ACTIVATIONS),
    ("DeclaredFallback", "activation_hours"): _HOURS,
    ("DeclaredFallback", "switched_by"): _many(_PROVIDER),
    ("Place", "region"): _pattern(site_file.REGION),
    ("Policy", "min_score"): _SCORE,
    ("Policy", "notice_hours"): _HOURS,
    ("Policy", "roles"): {"propertyNames": _enum(ROLES)},
    ("RoleDemand", "min_score"): _SCORE,
    ("RoleDemand", "min_providers"): {"minimum": 1, "maximum": 50},
    ("RoleDemand", "independent_by"): {"minItems": 1, "uniqueItems": True},
    ("RoleDemand", "allow"): _many(_ACTOR),
    ("RoleDemand", "deny"): _many(_ACTOR),
    ("RoleDemand", "min_days_left"): {"minimum": 0, "maximum": 3650},
    ("RoleDemand", "max_hours_down"): _HOURS,
    ("FunctionDemand", "min_score"): _SCORE,
    ("FunctionDemand", "max_hours_down"): _HOURS,
    ("ParentDemand", "max_share"): {"exclusiveMinimum": 0, "maximum": 1},
    ("JurisdictionDemand", "allow"): _many(_COUNTRY),
    ("ScenarioGate", "scenario"): _PROVIDER,
    ("PolicyTarget", "match"): _many({"minLength": 1}, least=1),
    ("PolicyTarget", "labels"): {"propertyNames": _pattern(policy_file.LABEL)},
    ("Exemption", "id"): _pattern(policy_file.EXCEPTION_ID),
    ("Exemption", "rule"): {"minLength": 3},
    ("Exemption", "target"): {"minLength": 1},
    ("Exemption", "reason"): {"minLength": policy_file.LEAST_REASON},
    ("Exemption", "owner"): {"minLength": 1},
    ("Exemption", "expires"): {"anyOf": [{"format": "date"}, {"const": policy_file.NEVER}]},
    ("Exemption", "review"): {"format": "date"},
    ("Exemption", "fingerprint"): _pattern(policy_file.FINGERPRINT),
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
"""Limits of a value beyond its type. Rules over more than one value are checked by hostaudit only."""


def for_editors(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of msgspec (2020-12) in draft-07, with a title and a description for each key."""
    definitions = schema.pop("$defs")
    for name, definition in definitions.items():
        definition.pop("additionalProperties", None)
        for key, value in definition["properties"].items():
            words = {"title": key.replace("_", " ").capitalize(), "description": MEANING[name][key]}
            definition["properties"][key] = words | _merged(_given(value), ALLOWED.get((name, key), {}))
    if "DeclaredFallback" in definitions:
        definitions["DeclaredFallback"]["allOf"] = [
            {"if": {"properties": {"role": {"const": role}}, "required": ["role"]}, "then": _proof(keys)}
            for role, keys in site_file.PROOFS.items()
            if keys
        ]
    if "ScenarioGate" in definitions:
        _flatten(definitions["ScenarioGate"])
    if "SiteFile" in definitions:
        some = ("sites", "policy", "targets", "exceptions")
        definitions["SiteFile"]["anyOf"] = [{"required": [key]} for key in some]
    # Whatever stands beside a reference is ignored in draft-07, even the title.
    return {"allOf": [_older(schema)], "definitions": _older(definitions)}


def _flatten(gate: dict[str, Any]) -> None:
    """The limits of a gate as they are written: functions beside its own keys."""
    words = {"description": gate["properties"].pop("limits")["description"]}
    limit = words | {"type": "string", "pattern": policy_file.LIMIT_PATTERN}
    gate["properties"] |= dict.fromkeys(FUNCTIONS, limit)
    gate["patternProperties"] = {"^web:": limit}
    gate["required"] = ["scenario"]
    gate["minProperties"] = 2


def _given(value: dict[str, Any]) -> dict[str, Any]:
    """A value without an empty default, which tells nothing; one that may be null has two types."""
    if value.get("default") in (None, "", (), [], {}):
        value = {key: each for key, each in value.items() if key != "default"}
    choices = value.get("anyOf", ())
    if not choices:
        # Whatever stands beside a reference is ignored in draft-07.
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
    """References as draft-07 spells them."""
    if isinstance(value, dict):
        return {
            key: each.replace("#/$defs/", "#/definitions/") if key == "$ref" else _older(each)
            for key, each in value.items()
        }
    return [_older(each) for each in value] if isinstance(value, list) else value
