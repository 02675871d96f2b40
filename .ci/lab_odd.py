"""Sites of which the usual picture is wrong, for the laboratory network, and what is true of them: a name for mail
alone, sites that only redirect, an API without a front page, a site of the newer address family alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

Tree = dict[str, Any]

OWN, OTHER = "88.198.71.", "51.38.71."
"""Addresses of Hetzner and of OVHcloud."""


class Truth(NamedTuple):
    """What is true of a site. ``code``: the exit code without a policy; ``states``: of its functions; ``rules``: of the
    findings; ``alone``: by company, a function that it stops alone, or that it does not stop (after a minus)."""

    code: int
    states: dict[str, str]
    rules: tuple[str, ...] = ()
    alone: tuple[tuple[str, str], ...] = ()


TRUE: dict[str, Truth] = {
    "mail-alone.com": Truth(
        0,
        {"web": "not_applicable", "mail_receive": "up", "install_ios": "not_applicable"},
        alone=(("hetzner", "mail_receive"), ("hetzner", "-web"), ("ibm", "-web")),
    ),
    "leads-away.com": Truth(
        0,
        {"web": "up"},
        alone=(("hetzner", "web"), ("ovh", "web"), ("ibm", "web"), ("your-online", "web")),
    ),
    "by-a-third.com": Truth(0, {"web": "up"}, alone=(("hetzner", "web"), ("ovh", "web"), ("digitalocean", "web"))),
    "leads-within.com": Truth(0, {"web": "up"}, alone=(("ovh", "web"), ("hetzner", "-web"))),
    "api-alone.com": Truth(
        0,
        {"web": "up", "install_ios": "not_assessed", "install_android": "not_assessed"},
        ("front-page-not-shown",),
        (("hetzner", "web"),),
    ),
    "says-403.com": Truth(0, {"web": "up", "install_ios": "not_assessed"}, ("front-page-not-shown",)),
    "says-503.com": Truth(1, {"web": "down", "resolve": "up"}, ("front-page-broken",), (("hetzner", "-web"),)),
    "only-six.com": Truth(0, {"web": "up"}, alone=(("hetzner", "web"),)),
}

WIDE = "behind-an-edge.com"
"""A site whose origin is hidden: its interval is open, and its exit code is 0."""


def topology(lab: Path) -> Tree:
    """The rest of the Internet with these sites in it."""

    def zone(records: str) -> Tree:
        return {"dns": "nsone", "registrar": "gandi", "records": records}

    def hosts(*names: str, **more: Any) -> Tree:
        return {"hosts": list(names), **more}

    plain = {
        name: f"@ 300 A {OWN}{number}\nwww 300 A {OWN}{number}"
        for number, name in enumerate(
            ("leads-away.com", "by-a-third.com", "api-alone.com", "says-403.com", "says-503.com"), 10
        )
    }
    return {
        "include": [str(lab / "topologies" / "base.yaml")],
        "name": "odd",
        "zones": {
            **{name: zone(records) for name, records in plain.items()},
            "mail-alone.com": zone(f"@ 300 MX 10 mx.mail-alone.com.\nmx 300 A {OWN}25"),
            "the-place.net": {
                "dns": "ovh-dns",
                "registrar": "namecheap",
                "records": f"@ 300 A {OTHER}20\nwww 300 A {OTHER}20",
            },
            "third-link.net": zone("go 300 A 157.230.71.5"),
            "leads-within.com": zone(f"@ 300 A {OWN}30\nwww 300 A {OTHER}30"),
            "only-six.com": zone("@ 300 AAAA 2a01:4f8:c0c:71::1\nwww 300 AAAA 2a01:4f8:c0c:71::1"),
            WIDE: zone("@ 300 A 104.17.7.7\nwww 300 A 104.17.7.7"),
        },
        "http": [
            hosts("leads-away.com", "www.leads-away.com", redirect="https://www.the-place.net/"),
            hosts("by-a-third.com", "www.by-a-third.com", redirect="https://go.third-link.net/"),
            hosts("go.third-link.net", redirect="https://www.the-place.net/"),
            hosts("www.the-place.net", "the-place.net"),
            hosts("leads-within.com", redirect="https://www.leads-within.com/"),
            hosts("www.leads-within.com"),
            hosts("api-alone.com", "www.api-alone.com", status=404),
            hosts("says-403.com", "www.says-403.com", status=403),
            hosts("says-503.com", "www.says-503.com", status=503),
            hosts("only-six.com", "www.only-six.com"),
            hosts(WIDE, f"www.{WIDE}", headers={"Server": "cloudflare", "CF-RAY": "60aa1122bb33cc44-FRA"}),
        ],
    }


def differences(report: Tree, true: Truth) -> list[str]:
    """What a report says otherwise."""
    states = {each["id"]: each["state"] for each in report["functions"]}
    found = [f"{each} is {states[each]}, not {state}" for each, state in true.states.items() if states[each] != state]
    rules = tuple(each["rule"] for each in report["findings"])
    found += [f"findings {rules}, not {true.rules}"] if rules != true.rules else []
    stops = {
        each["failure_domain"]["id"]: {row["id"] for row in each["functions"] if row["effect"] != "degraded"}
        for each in report["spofs"]
        if each["failure_domain"]["kind"] == "parent"
    }
    for company, function in true.alone:
        wanted = not function.startswith("-")
        if (function.lstrip("-") in stops.get(company, ())) is not wanted:
            found.append(f"{company} alone {'does not stop' if wanted else 'stops'} {function.lstrip('-')}")
    return found
