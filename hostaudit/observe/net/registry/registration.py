"""Registration data of a name: its registrar, its locks and holds.

The sources are RDAP by the bootstrap copy in use, then RDAP by IANA's current bootstrap, then port 43; each is used
only if the one before had no answer. A "no such object" of the registry's own server is an answer. A server that IANA
does not list is asked where the copy in use has none, and port 43 next: it gives values, and no proof of absence.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from hostaudit.model.values import Registration
from hostaudit.observe.net import jsontext
from hostaudit.observe.net.answer_cache import slow_fact
from hostaudit.observe.net.http.fetch import Web
from hostaudit.observe.net.limits import Budget
from hostaudit.observe.net.outcome import HttpReply, Outcome, led_elsewhere
from hostaudit.observe.net.registry import rdap, whois_text
from hostaudit.observe.net.registry.port43 import Port43
from hostaudit.observe.net.single_flight import Sharing

LIVE_BOOTSTRAP = "https://data.iana.org/rdap/dns.json"
IANA = "whois.iana.org"
ACCEPT = "application/rdap+json, application/json;q=0.9"

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){1,10}")
_QUERY = {
    # Without these forms of query the server answers with a list of matches, in another script, or not at all.
    "whois.verisign-grs.com": "domain {}",
    "ccwhois.verisign-grs.com": "domain {}",
    "whois.denic.de": "-T dn,ace {}",
    "whois.jprs.jp": "{}/e",
    "whois.punktum.dk": "--show-handles {}",
}
_MOVED = frozenset({"unreachable", "connection_refused", "tls_error", "certificate_invalid"})
"""Failures of a server that a registry no longer uses; a newer bootstrap may name the new server."""


@cache
def _whois_hosts() -> dict[str, str]:
    text = resources.files("hostaudit.datasets").joinpath("iana/whois-servers.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str])


async def rdap_object(web: Web, url: str) -> tuple[Outcome[Any], HttpReply | None]:
    """The JSON object at an RDAP URL, and the HTTP reply; 404 is absent (RFC 7480 section 5.3), unless it came after a
    redirect to somebody else's server, who knows nothing of the registry's objects."""
    outcome = await web.service(url, ACCEPT)
    reply = outcome.value
    if reply is None:
        return Outcome(outcome.source, unknown=outcome.unknown), None
    if reply.status == 404 and led_elsewhere(reply):
        return Outcome.gap("http_status", outcome.source, f"404 after a redirect to {reply.url}"[:200]), reply
    if reply.status == 404:
        return Outcome.none("404 from the registry", outcome.source), reply
    if reply.status != 200:
        return Outcome.gap("http_status", outcome.source, str(reply.status)), reply
    return jsontext.decode(reply, outcome.source), reply


class Registrations:
    """Looks up registrable names, each once per scan, up to the limit of the scan."""

    def __init__(self, web: Web, port43: Port43, budget: Budget, sharing: Sharing) -> None:
        self._web = web
        self._port43 = port43
        self._budget = budget
        self._sharing = sharing

    async def find(self, name: str) -> Outcome[Registration]:
        """The registration of ``name``, a registrable name in A-labels."""
        name = name.lower().rstrip(".")
        source = f"registration of {name}"
        if not _NAME.fullmatch(name):
            # The name becomes part of a URL and of a line of text, so only a plain name is accepted.
            return Outcome.gap("malformed", source, "not a registrable name")
        return await self._sharing.once(("registration", name), source, lambda: self._find(name, source), slow_fact)

    async def _find(self, name: str, source: str) -> Outcome[Registration]:
        if not self._budget.spend("registration"):
            return Outcome.gap("limit", source, f"more than {self._budget.limits.registrations} names in this scan")
        unlisted = rdap.unlisted_base(name)
        if unlisted is not None:
            return await self._unlisted(unlisted, name)
        base = rdap.domain_base(name)
        failure: Outcome[Registration] | None = None
        if base is not None:
            failure = await self._rdap(base, name)
            if failure.unknown is None:
                return failure
        if failure is None or (failure.unknown is not None and failure.unknown.cause in _MOVED):
            newer = await self._live_base(name)
            if newer is not None and newer != base:
                failure = await self._rdap(newer, name)
                if failure.unknown is None:
                    return failure
        outcome = await self._whois(name)
        return outcome if outcome.unknown is None or failure is None else failure

    async def _unlisted(self, base: str, name: str) -> Outcome[Registration]:
        """The registration by a server that IANA does not list, else by port 43, else by a server that is listed now.
        Port 43 comes before IANA, because a top-level domain of this kind has no listed server on most days."""
        answer = await self._rdap(base, name)
        if answer.value is not None:
            return answer
        text = await self._whois(name)
        if text.unknown is None:
            return text
        listed = await self._live_base(name)
        found = None if listed is None else await self._rdap(listed, name)
        return text if found is None or found.unknown is not None else found

    async def _rdap(self, base: str, name: str) -> Outcome[Registration]:
        answer, _ = await rdap_object(self._web, f"{base}domain/{name}")
        if answer.value is None:
            return Outcome(answer.source, absent=answer.absent, unknown=answer.unknown)
        registered = rdap.registration(answer.value)
        if registered is None:
            return Outcome.gap("malformed", answer.source, "not an RDAP domain object")
        about = rdap.name_of(answer.value)
        if about != name:
            return Outcome.gap("other_subject", answer.source, f"the answer is about {about or 'no name'}"[:100])
        # The registrar is asked only if the registry's answer lacks the main fields, to save requests and time.
        link = (
            None if registered.registrar and registered.created and registered.expires else rdap.related(answer.value)
        )
        if link is not None:
            more, _ = await rdap_object(self._web, link)
            other = rdap.registration(more.value) if rdap.name_of(more.value) == name else None
            registered = registered if other is None else rdap.merged(registered, other)
        return Outcome.of(registered, answer.source)

    async def _live_base(self, name: str) -> str | None:
        async def get() -> Outcome[Any]:
            return (await rdap_object(self._web, LIVE_BOOTSTRAP))[0]

        document = await self._sharing.once(("bootstrap",), f"GET {LIVE_BOOTSTRAP}", get, slow_fact)
        return rdap.live_domain_base(name, document.value)

    async def _whois(self, name: str) -> Outcome[Registration]:
        tld = name.rpartition(".")[2]
        outcome: Outcome[Registration] | None = None
        known = _whois_hosts().get(tld)
        if known is not None:
            outcome = await self._ask_whois(known, name)
            if outcome.unknown is None or outcome.unknown.cause == "rate_limited":
                return outcome
        host = await self._whois_host(tld)
        if host is not None and host != known:
            return await self._ask_whois(host, name)
        return outcome or Outcome.gap("no_service", f"registration of {name}", f".{tld} has neither RDAP nor whois")

    async def _ask_whois(self, host: str, name: str) -> Outcome[Registration]:
        text = await self._port43.ask(host, _QUERY.get(host, "{}").format(name))
        if text.value is None:
            return Outcome(text.source, unknown=text.unknown)
        about = whois_text.about_another(name, text.value)
        if about:
            return Outcome.gap("other_subject", text.source, f"the answer is about {about}")
        return whois_text.registration(name, text.value, text.source)

    async def _whois_host(self, tld: str) -> str | None:
        async def get() -> Outcome[str]:
            return await self._port43.ask(IANA, tld)

        text = await self._sharing.once(("iana", tld), f"whois {IANA}: {tld}", get, slow_fact)
        return None if text.value is None else whois_text.referral(text.value)
