"""The registered holder of the network that contains an address.

RDAP comes first, fetched by ``web`` and normalised by ipwhois. If RDAP has no answer, ipwhois itself makes the look-up
(port 43, and the national registries of Japan and Korea) in a few threads of its own. Its network calls are replaced
by those of ``port43`` and ``web``, so that vetting, size caps and deadlines apply to them as well.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

from hostaudit.model.values import Origin, Owner
from hostaudit.observe.net.answer_cache import slow_fact
from hostaudit.observe.net.dns.client import Dns
from hostaudit.observe.net.http.fetch import Web, parse
from hostaudit.observe.net.limits import Address, Budget, special_purpose
from hostaudit.observe.net.origins import Origins
from hostaudit.observe.net.outcome import HttpReply, Outcome
from hostaudit.observe.net.registry import rdap
from hostaudit.observe.net.registry.port43 import Port43
from hostaudit.observe.net.registry.registration import rdap_object
from hostaudit.observe.net.single_flight import Sharing

T = TypeVar("T")

REGISTRIES = {"arin": "arin", "ripe": "ripencc", "apnic": "apnic", "lacnic": "lacnic", "afrinic": "afrinic"}
"""The name of a regional registry in ipwhois, by a word in its RDAP host name."""

NATIONAL = ("JP", "KR")
FIELDS = ["name", "handle", "description", "country"]
"""The fields that are read from port-43 text. E-mail addresses are left out: ipwhois's pattern for them takes quadratic
time on a long line."""


LONGEST_TEXT = 32 * 1024
LONGEST_LINE = 300
MOST_NETWORKS = 24
"""Bounds of a port-43 text for ipwhois, whose time grows with the square of each: characters, characters of a line, and
lines that begin with one of ``_NETWORKS``. Real answers have some thousand characters and few networks."""

_NETWORKS = ("CIDR:", "inetnum:", "inet6num:", "route:", "NetRange:")


class _NoAnswerError(Exception):
    def __init__(self, outcome: Outcome[Any]) -> None:
        super().__init__(outcome.source)
        self.outcome = outcome


class Threads:
    """Runs blocking work in a limited number of threads. They are daemon threads, so the process can always end."""

    def __init__(self, most: int) -> None:
        self._slots = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` and return its result or raise its exception."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if done.cancelled():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]

        def body() -> None:
            try:
                outcome: tuple[T | None, BaseException | None] = (work(), None)
            except BaseException as error:
                outcome = (None, error)
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, *outcome)

        async with self._slots:
            threading.Thread(target=body, name="hostaudit-whois", daemon=True).start()
            return await done


class Owners:
    """Looks up address holders: one request per announced prefix, and none for a network that is already known."""

    def __init__(self, web: Web, port43: Port43, dns: Dns, origins: Origins, budget: Budget, sharing: Sharing) -> None:
        self._web = web
        self._port43 = port43
        self._dns = dns
        self._origins = origins
        self._budget = budget
        self._sharing = sharing
        self._threads = Threads(budget.limits.threads)
        self._known: list[tuple[Address, Address, Outcome[Owner]]] = []
        self._blocks: dict[object, asyncio.Lock] = {}

    async def find(self, address: str) -> Outcome[Owner]:
        """The holder of the most specific registered network that contains ``address``."""
        source = f"holder of {address}"
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return Outcome.gap("malformed", source, "not an IP address")
        name = special_purpose(parsed)
        if name is not None:
            return Outcome.none(f"special-purpose ({name})", "IANA special-purpose address registry")
        return await self._sharing.once(("owner", parsed), source, lambda: self._find(parsed, source))

    async def _find(self, address: Address, source: str) -> Outcome[Owner]:
        base = rdap.address_base(address)
        host = None if base is None else parse(base)
        # The registry's address and the prefix are looked up at the same time; the request needs both.
        resolving = None if host is None else asyncio.ensure_future(self._dns.lookup(host.host, "A"))
        origin = (await self._origins.find(str(address))).value
        if resolving is not None:
            await resolving
        prefix = origin.prefix if origin is not None else str(ipaddress.ip_network((address, _narrow(address)), False))
        first = await self._sharing.once(
            ("owners", prefix), source, lambda: self._look_up(address, base, origin, source, prefix)
        )
        if first.value is None or _covers(first.value, address):
            return first
        # A prefix may be divided into networks of several holders.
        return await self._look_up(address, base, origin, source, str(address))

    async def _look_up(
        self, address: Address, base: str | None, origin: Origin | None, source: str, key: str
    ) -> Outcome[Owner]:
        # Prefixes of one large allocation are often announced separately: the first answer mostly covers the others.
        block = ipaddress.ip_network((address, _WIDE[address.version]), strict=False)
        async with self._blocks.setdefault(block, asyncio.Lock()):
            return await self._look_up_once(address, base, origin, source, key)

    async def _look_up_once(
        self, address: Address, base: str | None, origin: Origin | None, source: str, key: str
    ) -> Outcome[Owner]:
        for start, end, known in self._known:
            if start.version == address.version and int(start) <= int(address) <= int(end):
                return known
        if not self._budget.spend("owner"):
            return Outcome.gap("limit", source, f"more than {self._budget.limits.owners} networks in this scan")
        outcome = await self._sharing.once(
            ("registry", key), source, lambda: self._registry(address, base, origin, source), slow_fact
        )
        if outcome.value is not None:
            edges = ipaddress.ip_address(outcome.value.start), ipaddress.ip_address(outcome.value.end)
            self._known.append((*edges, outcome))
        return outcome

    async def _registry(self, address: Address, base: str | None, origin: Origin | None, source: str) -> Outcome[Owner]:
        if base is None:
            return Outcome.gap("no_service", source, "no registry serves this block")
        outcome = await self._by_rdap(address, f"{base}ip/{address}")
        if outcome.unknown is not None:
            fallback = await self._by_whois(address, base, origin)
            outcome = fallback if fallback.unknown is None else outcome
        return outcome

    async def _by_rdap(self, address: Address, url: str) -> Outcome[Owner]:
        answer, reply = await rdap_object(self._web, url)
        if answer.value is None or reply is None:
            return Outcome(answer.source, absent=answer.absent, unknown=answer.unknown)
        try:
            network = await self._threads.run(lambda: _normalised(address, answer.value))
            owner = _from_rdap(network, await self._organisation(answer.value, reply))
        except Exception as error:
            # ipwhois does not catch the exceptions of its parser.
            return Outcome.gap("malformed", answer.source, f"{type(error).__name__} in the RDAP answer")
        if not _covers(owner, address):
            return Outcome.gap("malformed", answer.source, "the answer is about another network")
        return Outcome.of(owner, answer.source)

    async def _organisation(self, answer: Any, reply: HttpReply) -> str | None:
        """The registrant's name; one more request is made if the registry only links to it."""
        entity = rdap.entity_with(answer, "registrant")
        name = rdap.entity_name(entity)
        link = None if name else rdap.self_link(entity)
        here, there = parse(reply.url), None if link is None else parse(link)
        if link is None or here is None or there is None or here.host != there.host:
            return name

        async def get() -> Outcome[Any]:
            return (await rdap_object(self._web, link))[0]

        return rdap.entity_name((await self._sharing.once(("entity", link), f"GET {link}", get, slow_fact)).value)

    async def _by_whois(self, address: Address, base: str, origin: Origin | None) -> Outcome[Owner]:
        registry = next((value for word, value in REGISTRIES.items() if word in base), "arin")
        source = f"whois of {registry} for {address}"
        country = origin.country if origin is not None else None
        loop = asyncio.get_running_loop()

        def wait(answer: Coroutine[Any, Any, Outcome[T]]) -> Outcome[T]:
            return asyncio.run_coroutine_threadsafe(answer, loop).result(self._budget.remaining() + 1)

        def look_up() -> dict[str, Any]:
            return _ipwhois_lookup(
                address,
                registry,
                country or "",
                lambda host, query: wait(self._port43.ask(host, query)),
                lambda url, accept, form: wait(self._web.service(url, accept, form)),
            )

        try:
            found = await self._threads.run(look_up)
            owner = _from_whois(address, found)
        except _NoAnswerError as error:
            return Outcome(source, unknown=error.outcome.unknown)
        except Exception as error:
            return Outcome.gap("malformed", source, f"{type(error).__name__} in the whois answer")
        if owner is None:
            return Outcome.gap("no_service", source, "no network in the answer")
        return Outcome.of(owner, source)


_WIDE = {4: 16, 6: 32}
"""Prefix lengths by address family; look-ups in one such prefix are made one at a time."""


def _narrow(address: Address) -> int:
    return 24 if address.version == 4 else 48


def _covers(owner: Owner, address: Address) -> bool:
    start, end = ipaddress.ip_address(owner.start), ipaddress.ip_address(owner.end)
    return start.version == end.version == address.version and int(start) <= int(address) <= int(end)


# --- ipwhois ---


def _offline_net(address: Address) -> Any:
    """An ipwhois ``Net`` that cannot reach the network.

    Its constructor is not called: it would read the system's resolvers and build its own URL opener.
    """
    from ipwhois.net import Net

    net = Net.__new__(Net)
    net.address, net.address_str, net.version, net.timeout = address, str(address), address.version, 0
    return net


_EDGES = ("startAddress", "endAddress")
_FILLED_UP = re.compile(r"(?<![0-9a-fA-F:])0+(?=[0-9])")
"""Zeros with which a registry fills up the numbers of an IPv4 address, which are decimal all the same."""


def _normalised(address: Address, answer: Any) -> dict[str, Any]:
    """The network of an RDAP answer, read by ipwhois with its own look-ups switched off."""
    from ipwhois.rdap import RDAP

    # Lists may be long, and only texts are used of what it reads: the registrant is read separately.
    texts = {key: value[: rdap.LENGTH] for key, value in answer.items() if isinstance(value, str)}
    texts |= {key: _FILLED_UP.sub("", texts[key]) for key in _EDGES if "." in texts.get(key, "")}
    network = RDAP(_offline_net(address)).lookup(response=texts, bootstrap=True, root_ent_check=False)["network"]
    return dict(network)


def _from_rdap(network: dict[str, Any], organisation: str | None) -> Owner:
    start, end = (str(ipaddress.ip_address(network[key])) for key in ("start_address", "end_address"))
    name, handle, country = (_short(network.get(key)) for key in ("name", "handle", "country"))
    return Owner("rdap", start, end, name, handle, organisation, country)


def _ipwhois_lookup(
    address: Address,
    registry: str,
    country: str,
    port43: Callable[[str, str], Outcome[str]],
    web: Callable[[str, str, bytes | None], Outcome[HttpReply]],
) -> dict[str, Any]:
    """``IPWhois.lookup_whois`` with its three network calls replaced. Blocks, so it must run in a thread of its own."""
    from ipwhois.asn import IPASN
    from ipwhois.ipwhois import IPWhois
    from ipwhois.whois import RIR_WHOIS

    def get_whois(asn_registry: str = registry, **_: Any) -> str:
        query = f"n + {address}" if asn_registry == "arin" else str(address)
        outcome = port43(RIR_WHOIS[asn_registry]["server"], query)
        if outcome.value is None:
            raise _NoAnswerError(outcome)
        text = _bounded(outcome.value)
        if text is None:
            raise _NoAnswerError(Outcome.gap("too_large", outcome.source, "more text or networks than an answer has"))
        return text

    def get_http_raw(url: str, headers: dict[str, str], form_data: dict[str, str] | None = None, **_: Any) -> str:
        outcome = web(url, headers["Accept"], None if form_data is None else urlencode(form_data).encode())
        # A national registry adds to the answer of the regional one, which is valid without it.
        return "" if outcome.value is None else _bounded(outcome.value.body.decode("utf-8", "replace")) or ""

    def known_origin(**_: Any) -> dict[str, Any]:
        empty = dict.fromkeys(("asn", "asn_cidr", "asn_date", "asn_description"))
        return {**empty, "asn_registry": registry, "asn_country_code": country}

    net = _offline_net(address)
    net.get_whois, net.get_http_raw = get_whois, get_http_raw
    look_up = IPWhois.__new__(IPWhois)
    look_up.net, look_up.ipasn, look_up.address_str = net, IPASN(net), str(address)
    look_up.ipasn.lookup = known_origin
    found: dict[str, Any] = look_up.lookup_whois(
        inc_nir=country in NATIONAL, retry_count=0, field_list=FIELDS, nir_field_list=["name", "handle", "country"]
    )
    return found


def _bounded(text: str) -> str | None:
    """The text with its lines cut to ``LONGEST_LINE``; None if ipwhois would take more than a tenth of a second."""
    if len(text) > LONGEST_TEXT:
        return None
    lines = text.split("\n")
    if sum(line.startswith(_NETWORKS) for line in lines) > MOST_NETWORKS:
        return None
    return "".join(f"{line[:LONGEST_LINE]}\n" for line in lines)


def _from_whois(address: Address, found: dict[str, Any]) -> Owner | None:
    """The narrowest network in a port-43 answer that contains an address; its holder's name from the national registry,
    if there is one."""
    best: tuple[int, ipaddress.IPv4Network | ipaddress.IPv6Network, dict[str, Any]] | None = None
    for net in found.get("nets") or ():
        for block in str(net.get("cidr") or "").split(","):
            try:
                network = ipaddress.ip_network(block.strip())
            except ValueError:
                continue
            covers = network.version == address.version and address in network
            if covers and (best is None or network.prefixlen > best[0]):
                best = (network.prefixlen, network, net)
    if best is None:
        return None
    _, network, net = best
    national: dict[str, Any] = next(iter((found.get("nir") or {}).get("nets") or ()), {})
    organisation = _short(national.get("name")) or _short(net.get("description"))
    name, handle = _short(net.get("name")), _short(national.get("handle")) or _short(net.get("handle"))
    edges = str(network[0]), str(network[-1])
    return Owner("whois", *edges, name, handle, organisation, _short(net.get("country")))


def _short(value: Any) -> str | None:
    """The first line of a text, cut to a usual length of names."""
    lines = str(value).strip().splitlines() if value else []
    return lines[0].strip()[:300] if lines else None
