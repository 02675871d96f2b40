"""How registries say in a text that they have no such name, and how they refuse to answer. No function does I/O."""

from __future__ import annotations

import re

from hostaudit.observe.net.registry.dates import without_accents
from hostaudit.observe.net.registry.whois_lines import COMMENTS, LENGTH, SIGNS, Values, fields

LONGEST_REFUSAL = 2000
SHORT = 60
LINES = 2000

_END = r"(?=\s*+(?:[.,;:!)](?!\w)|\W*+\Z))"
_NAME = r"(?=[^\s.]*\.)\S+"
_THING = r"(?:domain|object|record|entry|zone|host)s?+(?: names?+)?+"
_FREE = (
    r"(?:is )?(?:(?:currently|now|still) )?(?:free|available)"
    rf"(?:(?!\s*+:){_END}| (?:for (?:regist|purchase)|to (?:be )?regist))"
)
_IS_NOT = (
    r"(?:(?:is|was|has|have|does|do|did)(?: not|n t) |not )(?:yet )?(?:be |been )?"
    r"(?:found|exist|registe?red|registred|present|in (?:the|our|this) (?:database|registry)|known to (?:the|this|our))"
    r"|(?:could|can) ?not be found"
)
_ABOUT_IT = rf"(?:about|for) (?:(?:the|this|your) )?(?:{_NAME}|domain|object|query|request|name|selected)"

_NO_MATCH = re.compile(
    r"(?:error\W*+)?+(?:\(?[0-9]{1,4}\)?[:\s]\W*+)?+(?:error\W++)?+(?:sorry,? (?:but )?)?+(?:"
    rf"no (?:exact )?match(?:es|ing)?(?:{_END}| (?:for|found|was|in|to|with|record|object|entry|entries|domain|data)\b"
    rf"|\W++{_NAME})|no such (?:domain|name|object|record|entry)|"
    r"no (?:data|entry|entries|records?|objects?|information|results?|domains?|names?|whois record) "
    rf"(?:(?:was|were|is|are|has|have) )?(?:been )?(?:available )?(?:found|matching|matched|{_ABOUT_IT})|"
    r"(?:no|none|nothing) found|[a-z]+ talalat / no match|we do not have an entry in|"
    r"you queried for \S+ but this server does not have|"
    r"(?:(?:data|key) (?:(?:is|was) )?not found|not (?:found|registe?red|registred))"
    rf"(?:{_END}| (?:in|by|at|for|with)\b|\W++{_NAME})|"
    rf"(?:(?:the|this|that|your|above|requested|queried|specified|whois) ){{0,3}}+(?:{_THING}:? "
    rf"(?:(?!not\b)\S+ ){{0,2}}?(?:{_IS_NOT})|(?:domain|object)(?: name)?+:? (?:(?!not\b)\S+ ){{0,2}}?{_FREE})|"
    rf"{_NAME}:? (?:{_FREE}|{_IS_NOT}|(?:- )?no match|no (?:existe|registrado|encontrado)|nao (?:existe|registado))|"
    # Spanish, Portuguese, French, Italian, German
    rf"(?:(?:el|este|o|le|il|die|der) )?(?:nombre de |nom de |nome de )?(?:dominio|domaine|domain|objeto|objet)"
    rf"(?: (?!no\b|nao\b|non\b|nicht\b)\S+)? "
    r"(?:(?:no|nao) (?:se encuentra|existe|(?:esta |ha sido |foi |fue )?(?:registrado|registado|encontrado))|"
    rf"non (?:trouve|enregistre|trovato|registrato|esiste)|n existe pas|inexistant|inconnu{_END}|"
    r"nicht (?:gefunden|registriert|vergeben)|"
    rf"(?:esta |est |e |ist )?(?:disponible|disponivel|libre|livre|frei){_END})|"
    r"no se encontr|no (?:existen?|hay) (?:registros|coincidencias|resultados)|"
    r"(?:nenhum|aucune?|nessun|keine?) (?:registo|registro|resultado|resultat|enregistrement|objet|domaine|risultato"
    r"|eintrag|eintraege|treffer)|brak informacji o)"
)
"""How registries say that they have no such name, at the start of a line in the form of ``_said``."""

_FREE_WORDS = frozenset(
    {"free", "available", "unregistered", "libre", "disponible", "disponivel", "livre", "not registered", "not found"}
    | {"no object found", "object not found", "not exist", "does not exist"}
)
_YES = frozenset({"yes", "true", "available", "free", "y", "si", "oui", "sim"})

_REFUSED = re.compile(
    r"\b(?:rate|query|queries|request|requests|connection|connections|lookup|control|whois|usage)\s+(?:limit|quota)|"
    r"limit (?:exceeded|reached|hit)|quota exceeded|"
    r"exceeded\b.{0,60}\b(?:quota|limit|number|queries|requests|lookups)|"
    r"(?:quota|limit|maximum|queries)\b.{0,60}\bexceeded|rate.?limited|too (?:many|frequent|often|fast|busy)|"
    r"excessive querying|maximum (?:query|request|number)|queries? (?:interval|frequency)|interval is too short|"
    r"per second|black-?listed|banned|throttl|slow down|\b(?:ip|address|client|host|you)\b.{0,30}\bblocked|"
    r"(?:access|request|permission|temporarily|query|lookup) (?:denied|refused)|access temporarily|%error:201|"
    r"query_status:\s*4\d\d|not permitted\. please|server (?:is )?(?:too )?busy|currently down|"
    r"grace period,? wait|(?:please )?(?:go away|try (?:again|later)|wait (?:a|for|until))|"
    r"temporarily (?:not|un|denied|blocked)|overloaded|under maintenance",
    re.IGNORECASE,
)
"""How registries refuse to answer so many questions, or any at this time."""


def denial(lines: list[str]) -> str:
    """The line that says that there is no such name, empty if none does. One word can only be the whole answer."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith(COMMENTS)), "")
    if _said(first).strip(".! ") in ("available", "free"):
        return first
    return next((line for line in lines[:LINES] if _NO_MATCH.match(_said(line))), "")


def is_free(found: Values) -> bool:
    """True if the status of a text without a registration, or the answer to whether it is available, says that the name
    is free."""
    word = _said(next(iter(found.get("status", ())), "").partition("(")[0]).strip(" .!")
    answered = _said(next(iter(found.get("available", ())), "")).strip(" .!")
    return (word[3:].strip() if word[:3].isdecimal() else word) in _FREE_WORDS or answered in _YES


def refusal(text: str) -> str:
    """The line in which a server refuses to answer for the rate of the questions, or for now; empty if the text is an
    answer. Legal texts speak of limits too, below a record and below the words that there is none; above these words
    only a short line is a refusal."""
    if len(text) > LONGEST_REFUSAL:
        return ""
    lines = text.splitlines()
    denied = denial(lines) or next((line for line in lines if is_free(fields([line]))), "")
    if denied:
        above = (line.strip(SIGNS) for line in lines[: lines.index(denied)])
        return next((line for line in above if len(line) <= SHORT and _REFUSED.search(line)), "")
    said = next((line for line in lines if _REFUSED.search(line)), "")
    found = fields(lines) if said else {}
    return "" if tells(found) or ("domain" in found and "query_status" not in text) else said.strip()


def tells(found: Values) -> bool:
    """True if a text has any field of a registration. A date has a number: ``Registered: no`` is none."""
    dated = any(any(map(str.isdigit, value)) for key in ("created", "expires") for value in found.get(key, ()))
    return dated or bool(found.get("registrar") or found.get("nameservers"))


def _said(line: str) -> str:
    """A line in lower case without accents, the signs of a comment, quotes and brackets, its words parted by one space.
    A name keeps its dots."""
    bare = without_accents(line.lstrip(SIGNS)[:LENGTH]).lower().replace("_", " ")
    return " ".join(bare.translate(_MARKS).split())


_MARKS = str.maketrans(dict.fromkeys("\"'`\u2018\u2019\u201c\u201d\xab\xbb[]<>", " "))
