"""Registration data in the text of port 43: the meaning of its ``Key: value`` lines.

There is no standard for these texts; a field that a registry does not print is None. No function does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import UNSET

from hostaudit import domain
from hostaudit.errors import UsageError
from hostaudit.model.values import Registration
from hostaudit.observe.net.outcome import Outcome

LINES = 2000
VALUES = 32
LENGTH = 300

_KEYS: dict[str, tuple[str, ...]] = {
    "registrar": (
        "registrar",
        "registrar name",
        "sponsoring registrar",
        "registration service provider",
        "authorized agency",
    ),
    "iana_id": ("registrar iana id",),
    "created": (
        "creation date",
        "created",
        "created on",
        "created date",
        "registered",
        "registered on",
        "registered date",
        "registration time",
        "domain registration date",
    ),
    "expires": (
        "registry expiry date",
        "registrar registration expiration date",
        "expiration date",
        "expiration time",
        "expiry date",
        "expire date",
        "expires",
        "expires on",
        "expire",
        "paid-till",
    ),
    "changed": ("updated date", "last updated", "last modified", "last update", "changed", "modified", "updated"),
    "nameservers": ("name server", "nserver", "nameserver", "name servers", "nameservers", "host name"),
    "status": ("domain status", "status", "state"),
    "dnssec": ("dnssec",),
    "reseller": ("reseller", "registrar reseller"),
    "registrant": ("registrant organization", "registrant organisation"),
    "domain": ("domain name", "domain"),
}
_FIELD_OF = {key: field for field, keys in _KEYS.items() for key in keys}

_KEY = re.compile(r"[A-Za-z][A-Za-z /_-]{0,50}+")
_NO_MATCH = re.compile(
    r"no match|not found|no data found|no entries found|no object found|nothing found|object_not_found|"
    r"domain not found|no such domain|no found|the queried object does not exist|"
    r"domain status:\s*+(no object found|available)|status:\s*+(free|available)|"
    r"(the )?domain( name)?\s++\S++\s++((is|was|has)\s++)?"
    r"(free|available|not found|not registered|not been registered)|"
    r"\S++ is (free|available)",
    re.IGNORECASE,
)
"""How registries say that they have no such name, at the start of a line behind the signs of a comment."""

_SIGNS = "%#>* \t\r\v\f"
_REFERRAL = re.compile(r"^(?:refer|whois):[ \t]*([A-Za-z0-9.-]+)[ \t]*$", re.MULTILINE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DATES = ("%Y-%m-%d %H:%M:%S", "%d-%b-%Y", "%Y.%m.%d", "%Y. %m. %d.", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S",
          "%Y%m%d", "%d %b %Y", "%a %b %d %Y", "%d-%b-%Y %H:%M:%S %Z")  # fmt: skip


def referral(text: str) -> str | None:
    """The server that IANA's whois names for a top-level domain."""
    found = _REFERRAL.search(text)
    return found.group(1).lower().rstrip(".") if found else None


def registration(name: str, text: str, source: str) -> Outcome[Registration]:
    """The registration of ``name`` in the text: a value, absent if the registry has no such name, or
    unknown(malformed)."""
    found = _fields(text.splitlines()[:LINES])
    about = next(iter(found.get("domain", ())), "")
    if about and same_form(about.split()[0]) != name:
        return Outcome.gap("other_subject", source, f"the answer is about {about[:80]}")
    if not any(found.get(key) for key in ("registrar", "created", "expires", "nameservers")):
        denied = next(filter(_denies, text.split("\n")[:LINES]), None)
        if denied is not None:
            other = _other_than(name, denied[: 2 * LENGTH])
            if other:
                return Outcome.gap("other_subject", source, f"the answer is about {other}")
            return Outcome.none("no match at the registry", source)
        if name not in (value.lower().rstrip(".") for value in found.get("domain", ())):
            return Outcome.gap("malformed", source, "no line that can be read")

    def first(key: str) -> str | None:
        return next(iter(found.get(key, ())), None)

    signed = (first("dnssec") or "").lower().split(" ")[0]
    return Outcome.of(
        Registration(
            via="whois",
            registrar=first("registrar"),
            iana_id=first("iana_id"),
            status=tuple(dict.fromkeys(status_word(value) for value in found.get("status", ()))),
            created=moment(first("created")),
            expires=moment(first("expires")),
            changed=moment(first("changed")),
            nameservers=tuple(dict.fromkeys(_host(value) for value in found.get("nameservers", ()))),
            delegation_signed=_SIGNED.get(signed),
            reseller=first("reseller"),
            registrant=first("registrant") or UNSET,
        ),
        source,
    )


def _other_than(name: str, line: str) -> str:
    """The name that a line is about, if it states some under the same top-level domain, and not this one."""
    words = [same_form(word.strip("\"'`.,:;()<>")) for word in line.split() if "." in word]
    named = [word for word in words if domain.tld(word) == domain.tld(name) and domain.registrable(word) == word]
    return named[0] if named and name not in named else ""


_SIGNED = {"signeddelegation": True, "signed": True, "yes": True, "unsigned": False, "no": False, "inactive": False}


def _fields(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section = ""
    for line in lines:
        pair = _pair(line[: 2 * LENGTH])
        if pair is None or line.lstrip().startswith(("%", "#", ">>>")):
            # Some registries print a key on its own line and its values, one on each line, below it.
            if section == "nameservers" and line.startswith((" ", "\t")) and line.strip():
                found.setdefault(section, []).append(line.strip()[:LENGTH])
            continue
        key, value = pair
        if section == "registrar" and key in ("name", "organization", "organisation") and value:
            found.setdefault("registrar", []).append(value)
        field = _FIELD_OF.get(key, "")
        if not value:
            section = field or section
            continue
        if field:
            section = ""
            values = found.setdefault(field, [])
            if len(values) < VALUES:
                values.append(value)
    return found


def _denies(line: str) -> bool:
    """True if a line says that there is no such name."""
    return _NO_MATCH.match(line.lstrip(_SIGNS)[:LENGTH]) is not None


def _pair(line: str) -> tuple[str, str] | None:
    """Key, in lower case, and value of a line: ``Key: value``, ``[Key] value``, ``Key....: value`` or a key alone."""
    start = line.lstrip("* \t\r\v\f").removeprefix("[")
    key = _KEY.match(start)
    if key is None:
        return None
    rest = start[key.end() :]
    # Spaces, which a key may have within it, may also be a part of the dots between it and its colon.
    closed = rest.removeprefix("]").lstrip(" .")
    if closed[:1] in (":", "]"):
        value = closed[1:]
    elif rest[:1] == "]":
        value = rest[1:]
    elif not closed:
        value = ""
    else:
        return None
    return key.group().strip().lower(), value.strip()[:LENGTH]


def status_word(text: str) -> str:
    """An EPP status such as ``clientHold https://...`` in the spelling of RDAP (RFC 8056): ``client hold``."""
    word = text.split("http")[0].split("(")[0].strip()
    spelled = _CAMEL.sub(" ", word).lower()
    return "active" if spelled == "ok" else spelled


def moment(text: str | None) -> str | None:
    """A date or time in UTC in RFC 3339 form; None if it cannot be read. A time without a zone is taken as UTC."""
    if not text:
        return None
    plain = text.strip().split(" (")[0].strip()
    try:
        parsed = datetime.fromisoformat(plain)
    except ValueError:
        for form in _DATES:
            try:
                parsed = datetime.strptime(plain, form)  # noqa: DTZ007 - the zone is set below
                break
            except ValueError:
                continue
        else:
            return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return None


def same_form(name: str) -> str:
    """A name in lower case and A-labels without the final dot, in which names are compared; empty if it is none."""
    try:
        return domain.a_labels(name.strip().rstrip(".")) if name.strip() else ""
    except UsageError:
        return ""


def _host(text: str) -> str:
    return text.split()[0].lower().rstrip(".")
