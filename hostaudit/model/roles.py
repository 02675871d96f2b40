"""Roles of providers: what each is, and what it means elsewhere."""

from __future__ import annotations

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
"""The last six cannot be seen from outside; they occur only where a site file declares them."""

Service = Literal[Role, "paas", "object_storage", "waf"]
"""What a provider sells. The last three are kinds of hosting and of edge, as ``BROAD`` says."""

BROAD: dict[str, str] = {"paas": "hosting", "object_storage": "hosting", "waf": "cdn"}
"""The role in which a kind of service stands in a dependency tree."""

ROLES_OF = {
    "registry": ("registry",),
    "registrar": ("registrar",),
    "dns": ("dns",),
    "cdn": ("cdn",),
    "hosting": ("hosting",),
    "tls": ("ca",),
    "app_store": ("app_store",),
    "mail": ("mail", "sending"),
    "messaging": ("messaging",),
    "payments": ("payments",),
    "identity": ("identity",),
    "support": ("support",),
    "third_party_js": ("page",),
    "ci_deploy": ("deploy",),
    "data_backup": ("backup",),
    "ip_transit": (),
}
"""The roles of a site's providers that a layer of a scenario means."""

PRODUCT_ROLES = {
    "cdn": ("cdn", "hosting", "page"),
    "hosting": ("hosting", "cdn", "page", "mail", "sending"),
}
"""Where an outage of one product shows besides the layer's own roles: the same product may carry several."""
