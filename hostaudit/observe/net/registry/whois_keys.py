"""What the keys of registration texts mean: ``Registry Expiry Date``, ``[Created on]``, ``fecha de vencimiento``.

A key is read by its words, since each registry puts the same few together in its own way. No function does I/O.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

from hostaudit.observe.net.registry.dates import without_accents

Field = Literal[
    "registrar", "iana_id", "created", "expires", "changed", "nameservers", "status", "dnssec", "reseller",
    "registrant", "domain", "available", ""
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(Field)

NAMES = frozenset(
    {"name", "organization", "organisation", "org", "organization name", "organisation name", "company", "company name"}
    | {"nombre", "nom", "nome"}
)
"""Keys of the name of whom a section of a text is about."""

PLACES = frozenset(
    {"address", "street address", "street", "city", "direccion", "calle", "ciudad", "endereco", "cidade", "adresse"}
    | {"ville", "strasse", "ort", "postal code", "postal address"}
)
"""Keys of a postal address, after which ``state`` is a part of a country."""

STATES_OF_COUNTRIES = frozenset({"state", "estado", "stato"})

SERVERS = frozenset({"name", "server", "host", "hostname", "dns", "nombre", "nom"})
"""Keys of one server in a section of name servers."""

SECTIONS: dict[str, Field] = {
    "registrar info": "registrar",
    "registrar information": "registrar",
    "registrar details": "registrar",
    "registrar data": "registrar",
}
"""Headings whose key with a value has another meaning."""

_KEYS: dict[Field, tuple[str, ...]] = {
    "registrar": (
        "registrar",
        "registrar name",
        "registrar organization",
        "registrar organisation",
        "registrar company",
        "registrar company name",
        "registrar of record",
        "sponsoring registrar",
        "sponsoring registrar name",
        "sponsoring registrar organization",
        "domain registrar",
        "domain registrar name",
        "registration service provider",
        "authorized agency",
        "authorised agency",
        "current registrar",
        "current registar",
        "registar",
        "registered through",
        "registrador",
        "agente registrador",
        "nombre del registrador",
        "bureau d enregistrement",
        "域名注册商",
        "注册商",
        "注册服务机构",
        "註冊商",
    ),
    "iana_id": ("registrar iana id", "sponsoring registrar iana id", "iana id"),
    "created": ("domain dateregistered", "reg date", "登録年月日", "注册时间", "注册日期", "创建时间", "註冊日期"),
    "expires": (
        "exp date",
        "paid till",
        "paid until",
        "paid up until",
        "domain datebilleduntil",
        "validity",
        "有効期限",
        "过期时间",
        "到期时间",
        "到期日期",
    ),
    "changed": ("domain datelastmodified", "最終更新", "更新时间", "mise a jour"),
    "nameservers": ("dns", "ネームサーバ", "域名服务器", "dns服务器"),
    "status": (
        "status",
        "domain status",
        "domain name status",
        "state",
        "domain state",
        "epp status",
        "eppstatus",
        "registration status",
        "query status",
        "current status",
        "estado",
        "estado del dominio",
        "estado do dominio",
        "estatus",
        "estatus del dominio",
        "statut",
        "statut du domaine",
        "stato",
        "stato del dominio",
        "状態",
        "域名状态",
        "状态",
    ),
    "dnssec": ("dnssec", "signed", "dnssec signed"),
    "reseller": ("reseller", "registrar reseller", "reseller name"),
    "registrant": ("registrant organization", "registrant organisation"),
    "domain": (
        "domain name",
        "domain",
        "domainname",
        "complete domain name",
        "dominio",
        "nombre de dominio",
        "nombre del dominio",
        "nome de dominio",
        "nome do dominio",
        "nome a dominio",
        "nom de domaine",
        "domaine",
        "ドメイン名",
        "域名",
    ),
    "available": ("available", "availability", "domain available", "is available", "disponible", "disponivel"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BESIDE_DATES = _words(
    "domain name record date dates day on at time timestamp of the registry registrys utc gmt is was in"
    " fecha dominio nombre de do da di d data dia la le el em il del nom domaine"
)
"""Words beside the one that tells what a date is of."""

_OF_DATES: tuple[tuple[Field, frozenset[str], frozenset[str]], ...] = (
    (
        "expires",
        _words(
            "expires expire expired expiry expiration expiring renewal vencimiento expiracion caducidad corte vence"
            " expira expiracao validade vencimento scadenza expirationdate expirydate expiredate"
        )
        | {"valid until", "valid till", "valid to", "valid through", "valid thru", "registered until"},
        frozenset({"will", "registrar", "registration", "registered"}),
    ),
    (
        "changed",
        _words(
            "updated update modified modification modify changed change actualizacion modificacion aggiornamento"
            " atualizacao alteracao modifica maj"
        ),
        frozenset({"last", "latest", "ultima", "ultimo", "derniere"}),
    ),
    (
        "created",
        _words(
            "created creation create registered registration activated activation commencement"
            " registro creacion activacion alta inscripcion registo criacao creazione registrazione creado"
            " enregistrement creationdate createdate registrationdate"
        ),
        frozenset({"first", "original", "initial", "since"}),
    ),
)
"""For each field its words, and those that may stand beside them; an earlier field goes before a later one, as in
``registration expiration date``."""

_NAME_SERVER = re.compile(
    r"(?:(?:domain|primary|secondary|tertiary|first|second|third|fourth|fifth|authoritative|delegated|other|listed"
    r"|registered|master|slave) ){0,3}"
    r"(?:name ?servers?|n ?servers?|ns(?: name)?|dns ?(?:servers?|hosts?)|host ?names?"
    r"|serv(?:eur|idor)e?s? (?:de noms?|de nombres?|dns)(?: d[eou] (?:domaine|dominio))?)"
    r"(?: (?:host ?names?|names?|information|info|list|data|details|set|(?:listed )?in(?: the)? (?:listed )?order))?"
    r"|(?:domain|primary|secondary|third|fourth|fifth|sixth) servers?"
    r"(?: (?:host ?name|name|(?:listed )?in(?: the)? (?:listed )?order))?"
    r"|(?:primary|secondary|tertiary|first|second|third|fourth|fifth|alternate) (?:ns|dns)(?: name)?"
)
_PARTS = re.compile(r"[^\W\d_]+", re.UNICODE)


def plain(key: str) -> str:
    """A key in lower case, bare of accents and numbers, its words parted by one space."""
    return " ".join(_PARTS.findall(without_accents(key).lower()))


def _table() -> dict[str, Field]:
    return {plain(key): field for field, keys in _KEYS.items() for key in keys}


_FIELD_OF = _table()


@lru_cache(maxsize=1024)
def field_of(key: str) -> Field:
    """The field of a key in the form of ``plain``; empty if it has none."""
    listed = _FIELD_OF.get(key)
    if listed is not None:
        return listed
    if _NAME_SERVER.fullmatch(key):
        return "nameservers"
    words = [word for word in key.split() if word not in _BESIDE_DATES] or key.split()
    for field, telling, beside in _OF_DATES:
        told = [word for word in words if word not in beside] or words
        if " ".join(words) in telling or " ".join(told) in telling:
            return field
    return ""
