"""The tables of roles, of layers and of functions: one row for each, and the views of them that other modules need.

A *role* is what a provider does for a site (``dns``, ``hosting``). A *layer* is the same in a recorded scenario, where
it may have another name and mean several roles (``tls``, ``third_party_js``). A *function* is what a site does for its
users (``web``, ``mail_receive``).

A new role needs a row of ``ROLES`` and a word of ``Role`` here, its texts in ``rules/roles.yaml`` and its hours in
``rules/recovery.yaml``. A new function needs a row of ``FUNCTIONS`` here, its module in
``analysis/fault_tree/functions`` and its weight in ``rules/scoring.yaml``. Tests name a file that was forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal[
    "registry",
    "registrar",
    "dns",
    "hosting",
    "cdn",
    "ca",
    "mail",
    "sending",
    "page",
    "app_store",
    "payments",
    "messaging",
    "identity",
    "support",
    "backup",
    "deploy",
]
"""The ids of ``ROLES``, for types and schemas."""

Service = Literal[Role, "paas", "object_storage", "waf"]
"""A service that a provider sells: a role, or one of the kinds of it that ``RoleRow.kinds`` lists."""


@dataclass(frozen=True, kw_only=True)
class RoleRow:
    """One role.

    ``words``: for people. ``code``: its part of a rule's code, as in ``HA-STORE-001``; the id in capitals if empty.
    ``also``: further names by which people ask for it. ``kinds``: services that count as this role.
    ``visible``: it can be seen from outside; if not, only a site file can declare it, and the catalogue need not
    have a provider of it. ``not_assessed``: its entry in a report if it is not declared (subject, reason).
    ``functions``: those that only this role carries, so a site without them does not need it.
    ``alternatives``: several providers can serve in parallel, and are the legs of a site. ``counted``: a proposed
    policy demands a number of them. ``replaceable``: another provider can be chosen while the name stays the same.
    ``expires``: something in it has a last day. ``single``: a site has exactly one, which provides only the name.
    ``may_hide``: the roles that an unknown basic event of it may conceal; itself if empty.
    ``restored``: its owner can rebuild elsewhere what it carries, alone and in his own time, and can try that; at a
    registrar, a registry or a store somebody else decides when.
    ``fallback``: how a declared fallback of it works: *standby*, it takes over after a switch; *alternative*, it is in
    use from the start; empty, none can be declared. ``second``: what would take over from it, in words; empty if
    nothing can.
    """

    words: str
    code: str = ""
    also: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    visible: bool = True
    not_assessed: tuple[str, str] | None = None
    functions: tuple[str, ...] = ()
    alternatives: bool = False
    counted: bool = False
    replaceable: bool = False
    expires: bool = False
    single: bool = False
    may_hide: tuple[Role, ...] = ()
    restored: bool = True
    fallback: Literal["", "standby", "alternative"] = ""
    second: str = ""


ROLES: dict[str, RoleRow] = {
    "registry": RoleRow(words="registry", single=True, restored=False),
    "registrar": RoleRow(words="registrar", single=True, replaceable=True, expires=True, restored=False),
    "dns": RoleRow(
        words="DNS",
        alternatives=True,
        counted=True,
        replaceable=True,
        may_hide=("registry", "registrar", "dns"),
        fallback="standby",
        second="name servers of a second company",
    ),
    "hosting": RoleRow(
        words="hosting",
        also=("origin",),
        kinds=("paas", "object_storage"),
        alternatives=True,
        counted=True,
        replaceable=True,
        may_hide=("hosting", "cdn"),
        fallback="standby",
        second="a second host that serves, or one to switch to",
    ),
    "cdn": RoleRow(
        words="CDN",
        kinds=("waf",),
        alternatives=True,
        counted=True,
        replaceable=True,
        may_hide=("hosting", "cdn"),
        fallback="standby",
        second="a second way to the site, past this network",
    ),
    "ca": RoleRow(
        words="certificates",
        functions=("renew_certificate",),
        alternatives=True,
        replaceable=True,
        expires=True,
        fallback="alternative",
        second="a second certificate authority",
    ),
    "mail": RoleRow(
        words="mail",
        functions=("mail_receive",),
        alternatives=True,
        counted=True,
        replaceable=True,
        fallback="standby",
        second="a mail exchanger of a second company",
    ),
    "sending": RoleRow(
        words="mail sending",
        functions=("mail_send",),
        alternatives=True,
        replaceable=True,
        second="a second company that may send",
    ),
    "page": RoleRow(words="page"),
    "app_store": RoleRow(
        words="app store",
        code="STORE",
        also=("store",),
        functions=("install_ios", "install_android"),
        alternatives=True,
        replaceable=True,
        restored=False,
        fallback="alternative",
        second="a second way to install the app",
    ),
    "payments": RoleRow(
        words="payments",
        visible=False,
        not_assessed=("payments", "payment processors cannot be seen from outside"),
    ),
    "messaging": RoleRow(
        words="SMS and messaging",
        visible=False,
        not_assessed=("messaging", "SMS and push senders cannot be seen from outside"),
    ),
    "identity": RoleRow(
        words="staff login",
        visible=False,
        not_assessed=("staff login", "identity providers for staff cannot be seen from outside"),
    ),
    "support": RoleRow(
        words="help desk",
        visible=False,
        not_assessed=("support", "help desks cannot be seen from outside"),
    ),
    "backup": RoleRow(
        words="backup",
        visible=False,
        not_assessed=("backups", "where backups lie, and who can delete them, cannot be seen from outside"),
    ),
    # Not listed as not assessed: no function of the site stops when it does.
    "deploy": RoleRow(words="deployment", visible=False),
}

BROAD: dict[str, str] = {kind: role for role, row in ROLES.items() for kind in row.kinds}
"""By kind of service, the role as which it counts."""

HIDDEN: tuple[str, ...] = tuple(role for role, row in ROLES.items() if not row.visible)
NOT_ASSESSED: dict[str, tuple[str, str]] = {
    role: row.not_assessed for role, row in ROLES.items() if row.not_assessed is not None
}
ALTERNATIVES: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.alternatives)
COUNTED: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.counted)
REPLACEABLE: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.replaceable)
EXPIRING: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.expires)
RESTORED: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.restored)
SINGLE: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.single)
STANDBYS: tuple[str, ...] = tuple(role for role, row in ROLES.items() if row.fallback == "standby")
CARRIES: dict[str, tuple[str, ...]] = {role: row.functions for role, row in ROLES.items()}
"""By role, the functions that only this role carries."""

IN_USE_AT_ONCE: dict[str, tuple[str, ...]] = {
    role: row.functions for role, row in ROLES.items() if row.fallback == "alternative"
}
"""By role of a fallback that is in use from the start, the functions that it serves."""

MAY_HIDE: dict[str, tuple[str, ...]] = {
    **{role: row.may_hide or (role,) for role, row in ROLES.items()},
    **{function: (role,) for role, row in ROLES.items() for function in row.functions},
}
"""By role of a basic event that is not certain, or by the function of which nothing is known, the roles that it may
conceal; the two share no id. Any other id conceals no role."""


ROLE_CODES: dict[str, str] = {role: row.code or role.upper() for role, row in ROLES.items()}
"""The part of a rule's code that stands for a role: ``STORE`` in ``HA-STORE-001``."""


# -- layers of scenarios ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LayerRow:
    """One layer of a scenario.

    ``words``: its providers at a site, in words. ``role``: the role as which a report explains it. ``roles``: the roles
    of a site's providers that an event on it means, usually that one alone. ``product_roles``: the roles that an outage
    of one product affects, because one product may carry several; ``roles`` if empty. ``stops``: the functions that an
    event on it may end as far as can be seen from outside; *any*, because an account at a host may contain anything.
    ``verbs``: by action, its verb on this layer, if the usual verb is too weak.
    """

    words: str
    role: Role
    roles: tuple[Role, ...]
    product_roles: tuple[Role, ...] = ()
    stops: Literal["any"] | tuple[str, ...] = ()
    verbs: Mapping[str, str] = field(default_factory=dict)


LAYERS: dict[str, LayerRow] = {
    "registry": LayerRow(
        words="registry",
        role="registry",
        roles=("registry",),
        stops="any",
        verbs={
            "suspend": "takes the name out of the zone",
            "expire": "lets the name run out",
            "delete": "deletes the name",
        },
    ),
    "registrar": LayerRow(
        words="registrar",
        role="registrar",
        roles=("registrar",),
        stops="any",
        verbs={"suspend": "puts the name on hold", "expire": "lets the name run out", "delete": "deletes the name"},
    ),
    "dns": LayerRow(words="DNS operator", role="dns", roles=("dns",), stops="any"),
    "cdn": LayerRow(words="CDN", role="cdn", roles=("cdn",), product_roles=("cdn", "hosting", "page"), stops="any"),
    "hosting": LayerRow(
        words="host",
        role="hosting",
        roles=("hosting",),
        product_roles=("hosting", "cdn", "page", "mail", "sending"),
        stops="any",
    ),
    # A carrier of a network's traffic fills no role at a site; it disconnects the host.
    "ip_transit": LayerRow(
        words="network operator", role="hosting", roles=(), verbs={"revoke": "withdraws the addresses"}
    ),
    "tls": LayerRow(
        words="certificate authority",
        role="ca",
        roles=("ca",),
        stops=("web", "renew_certificate"),
        verbs={"revoke": "revokes the certificate", "expire": "lets the certificate run out"},
    ),
    "app_store": LayerRow(
        words="app store",
        role="app_store",
        roles=("app_store",),
        stops=("install_ios", "install_android"),
        verbs={"remove": "removes the app"},
    ),
    "mail": LayerRow(words="mail provider", role="mail", roles=("mail", "sending"), stops="any"),
    "messaging": LayerRow(words="messaging provider", role="messaging", roles=("messaging",)),
    "payments": LayerRow(words="payment provider", role="payments", roles=("payments",)),
    "identity": LayerRow(words="login provider", role="identity", roles=("identity",)),
    "support": LayerRow(words="help desk", role="support", roles=("support",)),
    "third_party_js": LayerRow(words="script provider", role="page", roles=("page",)),
    "ci_deploy": LayerRow(words="deployment service", role="deploy", roles=("deploy",)),
    "data_backup": LayerRow(words="backup store", role="backup", roles=("backup",)),
}
"""The rows of ``model.scenario.Layer``."""

ROLE_OF_NAME: dict[str, str] = {
    **{layer: row.role for layer, row in LAYERS.items()},
    **{name: role for role, row in ROLES.items() for name in row.also},
    **{role: role for role in ROLES},
}
"""The role by every name for it: the role itself, a layer of a scenario, or another name."""


def roles_of_layer(layer: str) -> tuple[Role, ...]:
    """Return the roles of a site's providers that an event on a layer means."""
    return LAYERS[layer].roles


def roles_of_product(layer: str) -> tuple[Role, ...]:
    """Return the roles that an outage of one product of a layer affects."""
    return LAYERS[layer].product_roles or LAYERS[layer].roles


def functions_of_layer(layer: str) -> tuple[str, ...]:
    """Return the functions that only the roles of a layer carry."""
    return tuple(function for role in LAYERS[layer].roles for function in ROLES[role].functions)


def may_stop(layer: str, function: str) -> bool:
    """True if an event on a layer may end a function, as far as can be seen from outside."""
    stops = LAYERS[layer].stops
    return stops == "any" or kind_of_function(function) in stops


# -- functions of a site ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FunctionRow:
    """One function that every site may have.

    ``words``: for people. ``head``: the head of a narrow column. ``code``: its part of a rule's code, as in
    ``HA-RECEIVE-001``. ``platform`` and ``stores``: the platform on which it installs an app, and the stores of the
    catalogue that serve it, the most used one first. ``timed``: a proposed policy limits its downtime.
    """

    words: str
    head: str
    code: str
    platform: str = ""
    stores: tuple[str, ...] = ()
    timed: bool = False


FUNCTIONS: dict[str, FunctionRow] = {
    "resolve": FunctionRow(words="name resolution", head="names", code="RESOLVE", timed=True),
    "web": FunctionRow(words="web site", head="web", code="WEB", timed=True),
    "mail_receive": FunctionRow(words="incoming mail", head="mail in", code="RECEIVE", timed=True),
    "mail_send": FunctionRow(words="outgoing mail", head="mail out", code="SEND"),
    "install_ios": FunctionRow(
        words="new iOS installs", head="iOS", code="IOS", platform="ios", stores=("apple-app-store",)
    ),
    "install_android": FunctionRow(
        words="new Android installs",
        head="Android",
        code="ANDROID",
        platform="android",
        stores=("google-play", "f-droid", "amazon-appstore", "galaxy-store", "appgallery"),
    ),
    "renew_certificate": FunctionRow(words="certificate renewal", head="certs", code="RENEW"),
}

FUNCTION_CODES: dict[str, str] = {function: row.code for function, row in FUNCTIONS.items()}
TIMED: tuple[str, ...] = tuple(function for function, row in FUNCTIONS.items() if row.timed)
STORES: dict[str, tuple[str, ...]] = {row.platform: row.stores for row in FUNCTIONS.values() if row.platform}
"""By platform, the stores of the catalogue that serve it, the most used one first."""

HOST = "web:"
"""The prefix of the ids of functions for further hosts that the user named."""


def kind_of_function(function: str) -> str:
    """Return the function of ``FUNCTIONS`` that is the kind of a site's function: ``web`` for
    ``web:api.example.com``."""
    return "web" if function.startswith(HOST) else function
