"""Registration data in the text of port 43: the meaning of its ``Key: value`` lines.

There is no standard for these texts; a field that a registry does not print, or not so that it can be read without
doubt, is None. Reading a text and asking whom it is about are apart, as with RDAP. No function does I/O.
"""

from __future__ import annotations

import re

from msgspec import UNSET

from hostaudit import domain
from hostaudit.errors import UsageError
from hostaudit.model.values import Registration
from hostaudit.observe.net.outcome import Outcome
from hostaudit.observe.net.registry.dates import moment, order_of
from hostaudit.observe.net.registry.whois_denials import denial, is_free, tells
from hostaudit.observe.net.registry.whois_keys import Field
from hostaudit.observe.net.registry.whois_lines import HANDLE, LENGTH, LINES, VALUES, Values, fields, host

_REFERRAL = re.compile(r"^(?:refer|whois):[ \t]*([A-Za-z0-9.-]+)[ \t]*$", re.MULTILINE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEVERAL = re.compile(r",| / | - |\s-$")
_BESIDE = re.compile(r"\[ ?(?:Tag|ID) = [^\]]*\]|\( ?https?://[^)]*\)|\(R?[0-9]{2,6}(?:-[A-Z]{2,6})?\)")
"""What registries print beside the name of a registrar: its key, a number, a web address."""

_NOBODY = frozenset(
    {"", "-", "none", "n/a", "na", "null", "unknown", "not applicable", "not available", "not disclosed"}
)
_BY_WHOM = re.compile(r"(.+ prohibited) by (registrar|registry)")
_NUMBERED = re.compile(r"\d{3} (?=[A-Za-z])")
_EPP = {"ok": "active"} | {
    f"{side} {what}".replace(" ", ""): f"{side} {what}"
    for side in ("client", "server")
    for what in ("hold", "delete prohibited", "renew prohibited", "transfer prohibited", "update prohibited")
}
"""Statuses of EPP (RFC 5731) that some registries print without capitals, in the spelling of RDAP."""

_SIGNED = {
    **dict.fromkeys(("signeddelegation", "signed", "yes", "active"), True),
    **dict.fromkeys(("unsigned", "no", "inactive"), False),
}


def referral(text: str) -> str | None:
    """The server that IANA's whois names for a top-level domain."""
    found = _REFERRAL.search(text)
    return found.group(1).lower().rstrip(".") if found else None


def registration(name: str, text: str, source: str) -> Outcome[Registration]:
    """The registration in the answer about ``name``: a value, absent if the registry has no such name, or
    unknown(malformed). Whether the answer is about another name after all is a question to ``about_another``."""
    lines = text.splitlines()[:LINES]
    found = fields(lines)
    if not tells(found):
        # A name with a status that does not say that it is free is not denied by a legal text.
        if is_free(found) or (denial(lines) and not (found.get("domain") and found.get("status"))):
            return Outcome.none("no match at the registry", source)
        found["nameservers"] = _delegated(name, lines)
        if not found["nameservers"] and not host(next(iter(found.get("domain", ())), "")):
            return Outcome.gap("malformed", source, "no line that can be read")

    def first(key: Field) -> str | None:
        return next(iter(found.get(key, ())), None)

    days_first = order_of(text)
    signed = (first("dnssec") or "").lower().split(" ")[0]
    words = (status_word(word) for value in found.get("status", ()) for word in _SEVERAL.split(value))
    return Outcome.of(
        Registration(
            via="whois",
            registrar=_registrar(found),
            iana_id=next((value for value in found.get("iana_id", ()) if value.isdecimal()), None),
            status=tuple(dict.fromkeys(word for word in words if word))[:VALUES],
            created=moment(_dated(found, "created"), days_first),
            expires=moment(_dated(found, "expires"), days_first),
            changed=moment(_dated(found, "changed"), days_first),
            nameservers=_servers(found),
            delegation_signed=_SIGNED.get(signed),
            reseller=first("reseller"),
            registrant=first("registrant") or UNSET,
        ),
        source,
    )


def about_another(name: str, text: str) -> str:
    """The name that a text says that it is about, if it is not ``name``; empty if it is, or says nothing. A registry
    may leave out its suffix."""
    lines = text.splitlines()[:LINES]
    found = fields(lines)
    about = next(iter(found.get("domain", ())), "")
    short = (name.removesuffix(f".{domain.tld(name)}"), name.partition(".")[0])
    if about and same_form(about.split()[0]) not in (name, *short):
        return about[:80]
    return "" if tells(found) else _other_than(name, denial(lines)[: 2 * LENGTH])


def _other_than(name: str, line: str) -> str:
    """The name that a line is about, if it states some under the same top-level domain, and not this one."""
    words = [same_form(word.strip("\"'`.,:;()<>[]")) for word in line.split() if "." in word]
    named = [word for word in words if domain.tld(word) == domain.tld(name) and domain.registrable(word) == word]
    return named[0] if named and name not in named else ""


def _registrar(found: Values) -> str | None:
    """The name of the registrar; None where a registry gives its handle only."""
    for value in found.get("registrar", ()):
        opening = max(value.rfind("["), value.rfind("("), 0)
        name = value[:opening].rstrip() if opening and _BESIDE.fullmatch(value, opening) else value
        if name.lower() in _NOBODY or name.lower().startswith("no registrar"):
            continue
        return None if HANDLE.fullmatch(name) else name
    return None


def _servers(found: Values) -> tuple[str, ...]:
    """The name servers. Some registries print the key of a server in their own list beside it, which looks like a host
    under a top-level domain that does not exist; some print the name itself in another form under the key ``DNS``."""
    hosts = list(dict.fromkeys(filter(None, map(host, found.get("nameservers", ())))))
    about = host(next(iter(found.get("domain", ())), ""))
    real = [each for each in hosts if domain.registrable(f"a.b.{domain.tld(each)}")] or hosts
    return tuple([each for each in real if each != about] or real)


def _delegated(name: str, lines: list[str]) -> list[str]:
    """The name servers of a text that is a table of delegations: the name, or its first label, and a host."""
    rows = (line.lower().split() for line in lines)
    return [row[1] for row in rows if len(row) == 2 and row[0] in (name, name.partition(".")[0]) and host(row[1])][
        :VALUES
    ]


def _dated(found: Values, field: Field) -> str | None:
    """The first value of a field that has a number."""
    return next((value for value in found.get(field, ()) if any(map(str.isdigit, value))), None)


def status_word(text: str) -> str:
    """An EPP status such as ``clientHold https://...`` in the spelling of RDAP (RFC 8056): ``client hold``."""
    word = text.split("http")[0].split("(")[0].strip()
    spelled = " ".join(_CAMEL.sub(" ", word).lower().replace("_", " ").replace("-", " ").split())
    by = _BY_WHOM.fullmatch(spelled)
    if by is not None:
        return f"{'client' if by[2] == 'registrar' else 'server'} {by[1]}"
    coded = _NUMBERED.match(spelled)
    spelled = spelled if coded is None else spelled[coded.end() :]
    return _EPP.get(spelled.replace(" ", ""), spelled)


def same_form(name: str) -> str:
    """A name in lower case and A-labels without the final dot, in which names are compared; empty if it is none."""
    try:
        return domain.a_labels(name.strip().rstrip(".")) if name.strip() else ""
    except UsageError:
        return ""
