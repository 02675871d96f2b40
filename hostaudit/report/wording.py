"""The words that formats share: how does a person say this role, this effect, this cause, this proof?

What comes from outside is returned as it is; a format makes it fit for its sink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any

from hostaudit.model.evidence import Evidence
from hostaudit.model.roles import LAYERS, ROLES
from hostaudit.model.words import duration

ACTIONS = {
    "terminate": "ends the account",
    "suspend": "suspends the account",
    "remove": "removes it",
    "revoke": "revokes it",
    "delete": "deletes the account",
    "distrust": "is trusted no longer",
    "expire": "lets it run out",
    "outage": "has an outage",
    "degrade": "works badly",
    "refuse": "refuses",
    "accept": "accepts",
}
EFFECTS = {
    "down": "down",
    "degraded": "degraded",
    "no_new_installs": "no new installs",
    "cannot_renew": "cannot renew",
    "not_assessed": "not assessed",
}

CAUSES = {
    "timeout": "no answer in time",
    "deadline": "the scan's deadline came first",
    "servfail": "the name server or resolver failed (SERVFAIL)",
    "refused": "the server refused to answer",
    "lame": "the server does not hold the zone it is named for",
    "dns_error": "the server answered with a DNS error",
    "malformed": "the answer could not be read",
    "truncated": "the answer was cut short",
    "loop": "the names lead in a circle",
    "unreachable": "no way to the address from here",
    "connection_refused": "the connection was refused",
    "connection_reset": "the connection broke off",
    "tls_error": "no TLS connection came about",
    "certificate_invalid": "the certificate is not valid, so nothing was fetched",
    "http_status": "the service answered with an error status",
    "rate_limited": "the service asked to be asked less often",
    "too_large": "the answer is larger than is read",
    "too_many_redirects": "more redirects than are followed",
    "redirect_refused": "a redirect led where none is followed",
    "blocked_address": "the address is private or reserved; --allow-private lets it be asked",
    "limit": "a limit of the scan was reached",
    "no_service": "nobody publishes this",
    "not_asked": "not asked, by choice",
    "depends_on_unknown": "what it hangs on is unknown",
    "internal_error": "a defect of hostaudit",
    "hidden_behind_cdn": "the servers behind the CDN cannot be seen from outside",
}

_QUESTIONS = {
    "owner": "owner of {0}",
    "origin": "origin AS of {0}",
    "published": "published ranges around {0}",
    "registration": "registration of {0}",
    "delegation": "delegation of {0}",
    "a": "A of {0}",
    "listing": "{0} listing of {1}",
    "mx": "MX of {0}",
    "nameservers": "NS of {0}",
    "web": "GET https://{0}/ at {1}",
    "tls": "certificate of {0} at {1}",
    "server": "SOA of {0} from {1} ({2})",
    "aaaa": "AAAA of {0}",
    "https": "HTTPS record of {0}",
    "resource": "address of page resource {0}",
    "spf": "SPF of {0}",
    "caa": "CAA of {0}",
    "front": "front page of {0}",
    "apps": "apps named by {0}",
    "dkim": "DKIM {0}",
    "dmarc": "DMARC of {0}",
    "page": "page of {0}",
    "web_app": "web app of {0}",
    "packages": "packages offered by {0}",
    "dnssec": "DNSSEC of {0}",
    "zone": "zone of {0}",
    "standby_ns": "SOA of {0} from standby {1} ({2})",
    "standby_web": "standby {1} asked for {0}{2}",
    "standby_mx": "greeting of standby {0} at {1}",
}
"""What each kind of evidence asked, the most telling kinds first. The places take the words of the subject."""

_RANK = list(_QUESTIONS)


def role(identity: str) -> str:
    """A role in a person's words."""
    row = ROLES.get(identity)
    return row.words if row is not None else identity.replace("_", " ")


def effect(identity: str) -> str:
    """What becomes of a function."""
    return EFFECTS.get(identity, identity.replace("_", " "))


def layer(identity: str) -> str:
    """Who acts in a scenario, by what they do for a site."""
    row = LAYERS.get(identity)
    return row.words if row is not None else identity.replace("_", " ")


def action(layer: str, identity: str) -> str:
    """What they do to it, as a verb in the present."""
    row = LAYERS.get(layer)
    own = row.verbs.get(identity) if row is not None else None
    return own or ACTIONS.get(identity, identity.replace("_", " "))


def notice(hours: float | None) -> str:
    """How long before the effect one is told. Not known is reckoned as none, which is said."""
    if hours is None:
        return "notice unknown, taken as 0"
    return f"{short(hours)} notice" if hours > 0 else "no notice"


def short(hours: float) -> str:
    """A length of time for a table: ``45 min``, ``29 h``, ``35 d``."""
    if 0 < hours < 0.95:
        return f"{max(hours * 60, 1):.0f} min"
    return f"{hours:.0f} h" if hours < 96 else f"{hours / 24:.0f} d"


def clock(hours: float) -> str:
    """A time or a length of time in the fewest characters, exact to the unit: ``45m``, ``56h``, ``35d``."""
    if 0 < abs(hours) < 0.95:
        return f"{max(hours * 60, 1):.0f}m"
    if abs(hours) < 10 and abs(hours - round(hours)) > 0.05:
        return f"{hours:.1f}h"
    if abs(hours) < 96:
        return f"{hours:.0f}h"
    return f"{hours / 24:.0f}d" if abs(hours) < 24 * 3650 else f"{hours / 8760:.0f}y"


def cause(identity: str) -> str:
    """Why a question has no answer."""
    return CAUSES.get(identity, identity.replace("_", " "))


def onset(hours: float) -> str:
    """When the effect begins."""
    return "at once" if hours < 0.02 else f"in {duration(hours)}"


def most_telling(items: Iterable[Evidence]) -> list[Evidence]:
    """The same items, such that the first few are of different kinds, who owns what before what answers where."""
    kinds: dict[str, list[Evidence]] = {}
    for item in items:
        kinds.setdefault(item.kind, []).append(item)
    ranked = [kinds[kind] for kind in sorted(kinds, key=_RANK.index)]
    return [item for item in chain.from_iterable(zip_longest(*ranked)) if item is not None]


def proof(item: Evidence) -> str:
    """One item of evidence in a line: what was asked, what was answered. Who answered stands in ``source``."""
    parts = item.subject.split(" ")
    pattern = _QUESTIONS[item.kind]
    fits = len(parts) == pattern.count("{")
    question = pattern.format(*parts) if fits else f"{item.kind} of {item.subject}"
    return f"{question}: {answer(item)}"


def answer(item: Evidence) -> str:
    """How a question ended, in a few words."""
    if item.unknown is not None:
        return f"unknown, {cause(item.unknown.cause)}"
    if item.absent is not None:
        return f"absent, {item.absent}"
    if item.not_applicable is not None:
        return f"does not apply, {item.not_applicable}"
    return _ANSWERS[item.kind](item.value)


def few(words: Sequence[object], most: int = 3) -> str:
    """The first words of a list and how many more there are."""
    shown = ", ".join(str(word) for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown or "none"


def _addresses(value: Any) -> str:
    via = f"by way of {value.chain[-1].target}, " if value.chain else ""
    return via + few(value.addresses)


def _registration(value: Any) -> str:
    number = f" (IANA {value.iana_id})" if value.iana_id else ""
    until = f", until {value.expires[:10]}" if value.expires else ""
    held = [word for word in value.status if word.endswith("hold")]
    return f"{value.registrar or 'registrar not given'}{number}{until}{''.join(f', {word}' for word in held)}"


def _origin(value: Any) -> str:
    systems = few([f"AS{number}" for number in value.asns])
    return f"{systems}{f' {value.names[0]}' if value.names else ''}, prefix {value.prefix}"


def _published(value: Any) -> str:
    first = value.ranges[0]
    label = " ".join(each for each in (first.service, first.region) if each)
    return f"{first.prefix}{f', {label},' if label else ''} in {first.feed}"


def _owner(value: Any) -> str:
    return f"{value.organisation or value.name or value.handle or 'not named'}, {value.start} to {value.end}"


def _certificate(value: Any) -> str:
    issuer = value.issuer.organisation or value.issuer.common_name or "issuer not named"
    return f"by {issuer}, until {value.not_after[:10]}{'' if value.valid else ', not valid'}"


def _server(value: Any) -> str:
    return f"{'authoritative' if value.authoritative else 'not authoritative'}, {value.rcode}"


def _listing(value: Any) -> str:
    return f"listed{f' as {value.name}' if value.name else ''}{f' by {value.developer}' if value.developer else ''}"


def _standby_server(value: Any) -> str:
    serial = f", serial {value.serial}" if value.serial is not None else ""
    return f"{_server(value)}{serial}"


def _standby_answer(value: Any) -> str:
    marker = {None: "", True: ", with the marker", False: ", without the marker"}[value.marker]
    return f"status {value.status}{marker}"


def _greeting(value: Any) -> str:
    hello = f", EHLO {value.hello}" if value.hello is not None else ", no answer to EHLO"
    return f"{value.greeting}{hello}"


_ANSWERS: dict[str, Callable[[Any], str]] = {
    "registration": _registration,
    "delegation": lambda value: few([server.name for server in value.nameservers]),
    "nameservers": lambda value: few(value.names),
    "server": _server,
    "dnssec": lambda value: "signed" if value.ds and value.dnskey else "not signed",
    "zone": lambda value: few(value.zones),
    "a": _addresses,
    "aaaa": _addresses,
    "https": lambda value: few([binding.target for binding in value.bindings]),
    "origin": _origin,
    "owner": _owner,
    "published": _published,
    "web": lambda value: f"status {value.status}",
    "tls": _certificate,
    "caa": lambda value: few(value.issue),
    "mx": lambda value: few([exchanger.host for exchanger in value.exchangers]),
    "spf": lambda value: value.record,
    "dmarc": lambda value: f"policy {value.policy}",
    "dkim": lambda value: value.target or "a key",
    "front": lambda value: f"status {value.status} from {value.host}",
    "page": lambda value: f"{len(value.resources)} scripts and styles of others",
    "resource": _addresses,
    "apps": lambda value: few([f"{app.store} {app.id}" for app in value.apps]),
    "listing": _listing,
    "web_app": lambda value: "installable" if value.installable else f"not installable, lacks {few(value.lacks)}",
    "packages": lambda value: few(value.urls),
    "standby_ns": _standby_server,
    "standby_web": _standby_answer,
    "standby_mx": _greeting,
}
