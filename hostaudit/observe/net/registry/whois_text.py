"""Registration data in the text of port 43: the meaning of its ``Key: value`` lines.

There is no standard for these texts; a field that a registry does not print, or not so that it can be read without
doubt, is None. No function does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

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
        "registrar organization",
        "sponsoring registrar organization",
        "registration service provider",
        "authorized agency",
        "current registrar",
        "current registar",
    ),
    "iana_id": ("registrar iana id",),
    "created": (
        "creation date",
        "created",
        "created on",
        "created date",
        "date created",
        "registered",
        "registered on",
        "registered date",
        "registration time",
        "registration date",
        "first registration date",
        "domain registration date",
        "domain created",
        "domain record activated",
        "domain name commencement date",
        "record created",
        "record created on",
        "fecha de registro",
        "domain create date",
        "domain dateregistered",
        "activation",
        "activated on",
        "registration",
        "fecha de creacion",
    ),
    "expires": (
        "registry expiry date",
        "registrar registration expiration date",
        "expiration date",
        "expiration time",
        "domain expiration date",
        "expiry date",
        "expiry",
        "expire date",
        "expires",
        "expires on",
        "expires at",
        "expire",
        "expired",
        "record expired",
        "fecha de vencimiento",
        "domain expires",
        "paid till",
        "record expires on",
        "record will expire on",
        "exp date",
        "renewal",
        "renewal date",
        "domain datebilleduntil",
        "valid until",
        "validity",
    ),
    "changed": (
        "updated date",
        "last updated",
        "last updated date",
        "last modified",
        "last update",
        "changed",
        "modified",
        "modification date",
        "updated",
        "domain record last updated",
    ),
    "nameservers": (
        "name server",
        "nserver",
        "nameserver",
        "name servers",
        "name server information",
        "name servers information",
        "nameservers",
        "domain nameservers",
        "domain name servers",
        "domain servers in listed order",
        "nameserver in listed order",
        "primary server",
        "secondary server",
        "dns",
        "dns servers",
        "domain servers",
        "host name",
        "hostname",
    ),
    "status": ("domain status", "status", "state", "epp status", "eppstatus"),
    "dnssec": ("dnssec",),
    "reseller": ("reseller", "registrar reseller"),
    "registrant": ("registrant organization", "registrant organisation"),
    "domain": ("domain name", "domain", "domainname", "complete domain name", "dominio", "nombre de dominio"),
}
_FIELD_OF = {key: field for field, keys in _KEYS.items() for key in keys}

_NAMES = frozenset({"name", "organization", "organisation", "org", "organization name"})
"""Keys of the name of whom a section of a text is about."""

_PLACES = frozenset({"address", "street address", "street", "city"})
"""Keys of a postal address, after which ``state`` is a part of a country."""

_WORDLESS = frozenset({"registrar", "nameservers", "name servers"})
"""Headings that some registries print without a colon."""

_LISTED = frozenset({"nameservers", "status"})
"""Fields that go on in the indented lines below."""

_BELOW = frozenset({"registrar", "created", "expires", "changed", "domain"})
"""Fields whose only value may stand on the line below their key."""

_KEY = re.compile(r"[A-Za-z][A-Za-z /_-]{0,50}+(?:\([^()]{0,30}+\))?")
_BEFORE_KEY = re.compile(r"[a-z]\.? (?=\[)|[^:/]{1,40} / (?=[A-Za-z])")
"""A letter that numbers the lines, and the key in another language."""

_SENTENCE = re.compile(
    r"\s*+((?:Record (?:expires|created)|Registered|Expires) on)\s++(\d.*|[A-Z][a-z]{2} .*)", re.IGNORECASE
)
"""A line that is a sentence and not a key with a value."""

_COLUMNS = re.compile(r"([A-Za-z]+(?: {1,2}[A-Za-z]+){0,2}) {2,}(\S[^:]*+)")
"""A line of a table: its key and, behind two blanks or more, its value."""

_NO_MATCH = re.compile(
    r"(?:error\s?+[:\d]*+:?\s*+)?+(?:sorry,?\s++(?:but\s++)?+)?+(?:"
    r"no match|no (?:data|entry|entries|records?|objects?|information)\s++(?:was\s++|available\s++)?+"
    r"(?:found|matching|about|for)|no found|no such domain|(?:[a-z]++ talalat / )no match|"
    r"(?:data |key )?+not (?:found|regist?ered|registred)|nothing found|object_not_found|no_se_encontro|"
    r"(?:the )?+(?:queried |requested )?+object does not exist|we do not have an entry in|"
    r"you queried for \S++ but this server does not have|"
    r"domain status:\s*+(?:no object found|available)|status:\s*+(?:free|available|not registered)|"
    r"query_status:\s*+220|available:\s*+yes|el dominio (?:\S++ )?+no se encuentra|"
    r"(?:(?:the|this|above|requested)\s++){0,2}+(?:domain|object)(?: name)?+:?\s++(?:(?!not\b)\S++\s++){0,2}?"
    r"(?:(?:free|available)(?=\.?(?:[\s,;:!)]|\Z))|"
    r"(?:does )?not (?:found|exist|regist?ered|registred|been registered))|"
    r"(?=[^\s.]*+\.)\S++(?: is (?:free|available)|\s++(?:- )?no match)|\"\S++ not found|[^\s:]++: no existe)",
    re.IGNORECASE,
)
"""How registries say that they have no such name, at the start of a line behind the signs of a comment."""

_REFUSED = re.compile(
    r"\b(?:rate|query|queries|request|requests|connection|connections|lookup|control|whois|usage)\s+(?:limit|quota)|"
    r"limit (?:exceeded|reached|hit)|quota exceeded|"
    r"exceeded\b.{0,60}\b(?:quota|limit|number|queries|requests|lookups)|"
    r"(?:quota|limit|maximum|queries)\b.{0,60}\bexceeded|rate.?limited|too (?:many|frequent|often|fast|busy)|"
    r"excessive querying|maximum (?:query|request|number)|queries? (?:interval|frequency)|interval is too short|"
    r"per second|black-?listed|banned|\b(?:ip|address|client|host|you)\b.{0,30}\bblocked|"
    r"(?:access|request|permission|temporarily) denied|access temporarily|%error:201|query_status:\s*4\d\d|"
    r"not permitted\. please|server (?:is )?(?:too )?busy|currently down|grace period,? wait|"
    r"(?:please )?(?:go away|try again|wait (?:a|for|until))|temporarily (?:not|un|denied|blocked)",
    re.IGNORECASE,
)
"""How registries refuse to answer so many questions, or any at this time."""

LONGEST_REFUSAL = 2000
SHORT = 60

_COMMENTS = ("%", "#", ">>>")
_SIGNS = "%#>* \t\r\v\f"
_REFERRAL = re.compile(r"^(?:refer|whois):[ \t]*([A-Za-z0-9.-]+)[ \t]*$", re.MULTILINE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEVERAL = re.compile(r",| / | - |\s-$")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)+\.?")
_BESIDE = re.compile(r"\[ ?(?:Tag|ID) = [^\]]*\]|\( ?https?://[^)]*\)|\(R?[0-9]{2,6}(?:-[A-Z]{2,6})?\)")
"""What registries print beside the name of a registrar: its key, a number, a web address."""

_HANDLE = re.compile(r"REG-\S+|\S+-REG[0-9]*|[A-Z0-9]{2,12}-[0-9]{2,6}|[a-z]{2}\.[a-z0-9-]+")
"""The key of a registrar in its registry's own list: one company has another at each registry, so none is a name."""

_NOBODY = frozenset(
    {"", "-", "none", "n/a", "na", "null", "unknown", "not applicable", "not available", "not disclosed"}
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_OFFSET = re.compile(r"\((?:UTC|GMT)([+-]\d{1,2})(?::\d\d)?\)")
_NUMBERS = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/-])")
_STATED = re.compile(r"(dd)[/-]mm[/-]yyyy|(mm)[/-]dd[/-]yyyy", re.IGNORECASE)
_ZONE = re.compile(r" (?:[A-Z]{3,5}|at \S+|#\d+)$")
"""What may follow a time: a zone by its name, a time of day in words, a number of a change."""

_BY_WHOM = re.compile(r"(.+ prohibited) by (registrar|registry)")
_PARTED = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d-T%H:%M:%SZ", "%Y-%b-%d", "%Y-%b-%d.", "%Y%m%d",
    "%Y.%m.%d", "%Y.%m.%d %H:%M:%S", "%Y. %m. %d.", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S",
    "%d-%b-%Y", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S %Z", "%d-%B-%Y", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S",
    "%d %b %Y", "%d %b %Y %H:%M:%S", "%d %B %Y", "%d %B, %Y", "%b %d %Y", "%B %d %Y",
    "%a %b %d %Y", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S GMT %Y",
)  # fmt: skip

Values = dict[str, list[str]]


def referral(text: str) -> str | None:
    """The server that IANA's whois names for a top-level domain."""
    found = _REFERRAL.search(text)
    return found.group(1).lower().rstrip(".") if found else None


def refusal(text: str) -> str:
    """The line in which a server refuses to answer for the rate of the questions, or for now; empty if the text is an
    answer. Legal texts speak of limits too, below a record and below the words that there is none; above these words
    only a short line is a refusal."""
    if len(text) > LONGEST_REFUSAL:
        return ""
    lines = text.splitlines()
    denied = _denial(lines)
    if denied:
        above = (line.strip(_SIGNS) for line in lines[: lines.index(denied)])
        return next((line for line in above if len(line) <= SHORT and _REFUSED.search(line)), "")
    said = next((line for line in lines if _REFUSED.search(line)), "")
    found = _fields(lines) if said else {}
    return "" if _tells(found) or ("domain" in found and "query_status" not in text) else said.strip()


def registration(name: str, text: str, source: str) -> Outcome[Registration]:
    """The registration of ``name`` in the text: a value, absent if the registry has no such name, or
    unknown(malformed)."""
    found = _fields(text.splitlines()[:LINES])
    about = next(iter(found.get("domain", ())), "")
    if about and same_form(about.split()[0]) not in (name, name.removesuffix(f".{domain.tld(name)}")):
        return Outcome.gap("other_subject", source, f"the answer is about {about[:80]}")
    if not _tells(found):
        denied = _denial(text.split("\n")[:LINES])
        if denied:
            other = _other_than(name, denied[: 2 * LENGTH])
            if other:
                return Outcome.gap("other_subject", source, f"the answer is about {other}")
            return Outcome.none("no match at the registry", source)
        if name not in (value.lower().rstrip(".") for value in found.get("domain", ())):
            return Outcome.gap("malformed", source, "no line that can be read")

    def first(key: str) -> str | None:
        return next(iter(found.get(key, ())), None)

    days_first = _days_first(text)
    signed = (first("dnssec") or "").lower().split(" ")[0]
    words = (status_word(word) for value in found.get("status", ()) for word in _SEVERAL.split(value))
    return Outcome.of(
        Registration(
            via="whois",
            registrar=_registrar(found),
            iana_id=first("iana_id"),
            status=tuple(dict.fromkeys(word for word in words if word))[:VALUES],
            created=moment(first("created"), days_first),
            expires=moment(first("expires"), days_first),
            changed=moment(first("changed"), days_first),
            nameservers=tuple(dict.fromkeys(filter(None, map(_host, found.get("nameservers", ()))))),
            delegation_signed=_SIGNED.get(signed),
            reseller=first("reseller"),
            registrant=first("registrant") or UNSET,
        ),
        source,
    )


def _tells(found: Values) -> bool:
    """True if a text has any field of a registration."""
    return any(found.get(key) for key in ("registrar", "created", "expires", "nameservers"))


def _other_than(name: str, line: str) -> str:
    """The name that a line is about, if it states some under the same top-level domain, and not this one."""
    words = [same_form(word.strip("\"'`.,:;()<>")) for word in line.split() if "." in word]
    named = [word for word in words if domain.tld(word) == domain.tld(name) and domain.registrable(word) == word]
    return named[0] if named and name not in named else ""


_SIGNED = {"signeddelegation": True, "signed": True, "yes": True, "unsigned": False, "no": False, "inactive": False}


# -- lines ------------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A line of a text. ``key``: in lower case with single spaces, empty for a line without one; ``value``: what stands
    behind it, or the whole line."""

    key: str
    value: str
    indented: bool


def _lines(lines: Iterable[str]) -> Iterator[_Line]:
    """The lines without comments; an empty one has neither key nor value."""
    for line in lines:
        cut = line[: 2 * LENGTH]
        if cut.lstrip().startswith(_COMMENTS):
            yield _Line("", "", False)
            continue
        pair = _pair(cut)
        indented = cut[:1] in (" ", "\t")
        yield _Line(*pair, indented) if pair is not None else _Line("", cut.strip()[:LENGTH], indented)


class _Section:
    """What has been read of a text: the values of each field, and what the lines that follow may belong to."""

    def __init__(self) -> None:
        self.found: Values = {}
        self.field = ""
        self.headed = False
        self._handle = False
        self._starts = True
        self._in_address = False

    def blank(self) -> None:
        """The end of a paragraph. The values under a heading may come after an empty line."""
        if not (self.headed and self.field == "nameservers"):
            self.field = ""
        self._handle, self._starts = False, True

    def free(self, line: _Line) -> None:
        """A line without a key: the value, or another one, of the field above it."""
        field, self._starts = self.field, False
        if field == "nameservers":
            more = (self.headed or line.indented) and bool(_host(line.value))
        else:
            more = field == "status" and line.indented
        if more:
            self._add(field, line.value)
        elif self.headed and field in _BELOW and not self.found.get(field) and _says(field, line.value):
            self._add(field, line.value)
            self.field = ""
        else:
            self.field = ""
        self.headed = self.headed and field in _LISTED and bool(self.field)

    def heading(self, key: str) -> None:
        """A key without a value: its values are below it."""
        self.field, self.headed, self._starts = _FIELD_OF.get(key, ""), True, False

    def pair(self, key: str, value: str) -> None:
        """A key with its value."""
        field, starts = _FIELD_OF.get(key, ""), self._starts
        self._starts = False
        self._in_address = self._in_address or key in _PLACES
        if self.field == "registrar" and key in _NAMES:
            self._add("registrar", value)
        elif self._handle and key in _NAMES:
            # A paragraph that begins with a registrar's handle is about that registrar.
            self.found["registrar"][-1], self._handle = value, False
        if not field or (key == "state" and self._in_address):
            if self.field in _LISTED:
                self.field = ""
            return
        self._handle = field == "registrar" and starts and _HANDLE.fullmatch(value) is not None
        self._add(field, value)
        self.field, self.headed = field if field in _LISTED else "", False

    def _add(self, field: str, value: str) -> None:
        values = self.found.setdefault(field, [])
        if len(values) < VALUES:
            values.append(value)


def _says(field: str, text: str) -> bool:
    """True if a line can be the value of a field, and is no rule of hyphens."""
    return bool(_host(text)) if field == "domain" else any(map(str.isalnum, text))


def _fields(lines: Iterable[str]) -> Values:
    """The values of each field, in order."""
    section = _Section()
    for line in _lines(lines):
        if not line.key and not line.value:
            section.blank()
        elif not line.key:
            section.free(line)
        elif line.value:
            section.pair(line.key, line.value)
        else:
            section.heading(line.key)
    return section.found


def _denial(lines: list[str]) -> str:
    """The line that says that there is no such name, empty if none does. One word can only be the whole answer."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith(_COMMENTS)), "")
    if first.strip().lower() == "available":
        return first
    return next((line for line in lines if _NO_MATCH.match(line.lstrip(_SIGNS)[:LENGTH])), "")


def _pair(line: str) -> tuple[str, str] | None:
    """Key and value of a line: ``Key: value``, ``[Key] value``, ``Key....: value``, ``Key:....value``, a key alone or a
    sentence with a date."""
    sentence = _SENTENCE.match(line)
    if sentence is not None:
        return _plain(sentence[1]), sentence[2].strip()[:LENGTH]
    start = line.lstrip("* \t\r\v\f")
    before = _BEFORE_KEY.match(start)
    start = (start if before is None else start[before.end() :]).removeprefix("[")
    key = _KEY.match(start)
    if key is None:
        return None
    name = _plain(key.group().partition("(")[0])
    rest = start[key.end() :]
    # Spaces, which a key may have within it, may also be a part of the dots between it and its colon.
    closed = rest.removeprefix("]").lstrip(" .\t")
    if closed[:1] in (":", "]"):
        value = closed[1:]
    elif rest[:1] == "]":
        value = rest[1:]
    elif not closed and name in _WORDLESS:
        value = ""
    else:
        columns = _COLUMNS.fullmatch(start.rstrip())
        if columns is None or _plain(columns[1]) not in _FIELD_OF:
            return None
        name, value = _plain(columns[1]), columns[2]
    value = value.strip()
    return name, (value.lstrip(".") if value.startswith("..") else value).strip()[:LENGTH]


def _plain(key: str) -> str:
    return " ".join(key.lower().replace("-", " ").replace("_", " ").split())


# -- values -----------------------------------------------------------------------------------------------


def _registrar(found: Values) -> str | None:
    """The name of the registrar; None where a registry gives its handle only."""
    for value in found.get("registrar", ()):
        opening = max(value.rfind("["), value.rfind("("), 0)
        name = value[:opening].rstrip() if opening and _BESIDE.fullmatch(value, opening) else value
        if name.lower() in _NOBODY or name.lower().startswith("no registrar"):
            continue
        return None if _HANDLE.fullmatch(name) else name
    return None


def status_word(text: str) -> str:
    """An EPP status such as ``clientHold https://...`` in the spelling of RDAP (RFC 8056): ``client hold``."""
    word = text.split("http")[0].split("(")[0].strip()
    spelled = " ".join(_CAMEL.sub(" ", word).lower().replace("_", " ").replace("-", " ").split())
    by = _BY_WHOM.fullmatch(spelled)
    if by is not None:
        return f"{'client' if by[2] == 'registrar' else 'server'} {by[1]}"
    return "active" if spelled == "ok" else spelled


def _days_first(text: str) -> bool | None:
    """How a text says that it orders the days and months of its dates; None if it does not. What its other dates show
    is no proof: some texts have both orders."""
    stated = _STATED.search(text)
    return None if stated is None else stated[1] is not None


def moment(text: str | None, days_first: bool | None = None) -> str | None:
    """A date or time in UTC in RFC 3339 form; None if it cannot be read. A time without a zone is taken as UTC.

    ``days_first``: the order of the numbers in ``01/02/2031``, None if it is not known."""
    if not text:
        return None
    parsed = _parsed(text.strip(), days_first)
    if parsed is None:
        return None
    if parsed.tzinfo is None:
        offset = _OFFSET.search(text)
        hours = int(offset[1]) if offset is not None else 0
        parsed = parsed.replace(tzinfo=timezone(timedelta(hours=hours)) if abs(hours) < 24 else UTC)
    try:
        return parsed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return None


def _parsed(text: str, days_first: bool | None) -> datetime | None:
    plain = text.split(" (")[0].strip()
    numbers = _NUMBERS.match(plain)
    if numbers is not None:
        first, mark, second, year = numbers.groups()
        if int(first) > 12 or mark == "-":
            days_first = True
        elif int(second) > 12:
            days_first = False
        day, month = (first, second) if days_first else (second, first)
        plain = f"{year}-{month:0>2}-{day:0>2}" if days_first is not None else ""
    for candidate in dict.fromkeys((_PARTED.sub("", plain), _ZONE.sub("", _ORDINAL.sub("", plain)))):
        try:
            return datetime.fromisoformat(candidate)
        except ValueError:
            pass
        for form in _DATES:
            try:
                return datetime.strptime(candidate, form)  # noqa: DTZ007 - the zone is set by the caller
            except ValueError:
                continue
    return None


def same_form(name: str) -> str:
    """A name in lower case and A-labels without the final dot, in which names are compared; empty if it is none."""
    try:
        return domain.a_labels(name.strip().rstrip(".")) if name.strip() else ""
    except UsageError:
        return ""


def _host(text: str) -> str:
    """The host name at the start of a text, in lower case; empty if it is none."""
    word = text.split()[0] if text.strip() else ""
    return word.lower().rstrip(".") if _HOST.fullmatch(word) else ""
