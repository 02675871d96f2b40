"""Check that a scan from this machine can get its answers. Each check gives the loss for a scan, and the remedy.

The checks contact only parties that a scan contacts too: the resolvers, RDAP servers, IANA, Team Cymru's DNS, the
stores. Nobody else is contacted, and no check names a site that the user audits.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import platform
import ssl
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from hostaudit import files
from hostaudit.documents import rules
from hostaudit.errors import HostauditError
from hostaudit.model import words
from hostaudit.model.doctor import DOCTOR_SCHEMA, CheckState, CheckUp, Doctor
from hostaudit.observe.net.dns.client import DnsTrial
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.outcome import DnsReply, HttpReply, Outcome
from hostaudit.observe.net.registry import rdap
from hostaudit.observe.net.registry.registration import ACCEPT, IANA, LIVE_BOOTSTRAP
from hostaudit.observe.net.resolver_trial import TrialNet
from hostaudit.observe.refresh.sources import all_items
from hostaudit.observe.refresh.status import status

PROBED = ipaddress.ip_address("8.8.8.8")
"""An address that every network can reach. Team Cymru is asked for its origin, its registry's RDAP server for help."""

ROUTES = "8.8.8.8.origin.asn.cymru.com"
TLD = "com"
"""The top-level domain that root servers are asked about; they refer to its servers."""

STORES = {
    "store-apple": "https://itunes.apple.com/lookup?id=284910350&country=us&entity=software",
    "store-google": "https://play.google.com/store/apps/details?id=com.android.chrome&hl=en&gl=US",
    "store-f-droid": "https://f-droid.org/api/v1/packages/org.fdroid.fdroid",
}
"""For each store one app that is certainly listed."""

ROOTS = ("198.41.0.4", "193.0.14.129", "2001:503:ba3e::2:30")
"""Addresses of root servers (a and k over IPv4, a over IPv6; https://www.iana.org/domains/root/servers)."""

LEAST_PAYLOAD = 1232
CLOCK_WARN, CLOCK_FAIL = 300, 86_400
"""Errors of the clock in seconds: from the first, times in evidence are wrong; from the second, certificates and
expiry days too."""

OPTION_VARIABLES = "HOSTAUDIT_"
"""The beginning of the variables of the environment that give options of commands."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
"""Environment variables that name a proxy, in lower case; hostaudit never connects through a proxy."""

LEAST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Trial:
    """The options of the checks. ``variables``: those of the environment that give options of commands. Only tests
    change ``ports``, ``allow_private`` and ``roots``."""

    resolver: tuple[str, ...] = ()
    ca_bundle: Path | None = None
    timeout: float = 5.0
    allow_private: tuple[str, ...] = ()
    ports: Ports | None = None
    roots: tuple[str, ...] = ROOTS
    variables: frozenset[str] = frozenset()


async def examine(trial: Trial, environ: Mapping[str, str] = os.environ) -> Doctor:
    """Run all checks. Raises ``UsageError`` for an invalid resolver or CA bundle, and no other error."""
    now = datetime.now(UTC)
    net = TrialNet(
        Limits(timeout=trial.timeout, deadline=4 * trial.timeout),
        resolver=trial.resolver,
        ca_bundle=trial.ca_bundle,
        allow_private=tuple(ipaddress.ip_network(each) for each in trial.allow_private),
        ports=trial.ports,
    )
    rows = [_python(), _rules(), _data(now), _cache(environ), _certificates(trial, environ)]
    rows += [*_variables(trial.variables, environ), *_proxies(environ)]
    async with net:
        base = rdap.domain_base("example.com") or LIVE_BOOTSTRAP
        services = {
            "rdap": (f"{base}help", "registrars and expiry dates, as far as port 43 does not tell them"),
            "rdap-addresses": (f"{rdap.address_base(PROBED)}help", "who holds addresses"),
            "rdap-bootstrap": (LIVE_BOOTSTRAP, "registrars of names under new top-level domains"),
            **{name: (url, "whether this store lists the apps of a site") for name, url in STORES.items()},
        }
        answers, whois, resolvers, direct, routes = await asyncio.gather(
            asyncio.gather(*(_reached(name, net, *more) for name, more in services.items())),
            _whois(net),
            _resolvers(net),
            asyncio.gather(*(net.ask(address, TLD, "NS") for address in trial.roots)),
            _routes(net),
        )
    rows += [
        *resolvers,
        _direct(dict(zip(trial.roots, direct, strict=True))),
        routes,
        _clock([reply for _, reply in answers]),
        *(row for row, _ in answers),
        whois,
    ]
    return Doctor(DOCTOR_SCHEMA, now.strftime("%Y-%m-%dT%H:%M:%SZ"), tuple(rows))


# -- the machine --------------------------------------------------------------------------------------


def _python() -> CheckUp:
    found = f"Python {platform.python_version()}"
    if sys.version_info[:2] >= LEAST_PYTHON:
        return CheckUp("python", "ok", found)
    return CheckUp("python", "fail", found, "hostaudit may break anywhere", "use Python 3.11 or newer")


def _rules() -> CheckUp:
    try:
        shipped = rules.load()
    except HostauditError as error:
        return CheckUp("rules", "fail", error.message, "nothing can be judged", error.hint or "install hostaudit anew")
    found = f"version {shipped.version[:12]}, {len(shipped.providers)} providers, in {rules.folder()}"
    return CheckUp("rules", "ok", found)


def _data(now: datetime) -> CheckUp:
    """The state of the local tables, as in ``hostaudit data status``."""
    try:
        found = status(files.data_folder(), all_items(rules.load().providers), now)
    except HostauditError as error:
        return CheckUp("data", "unknown", error.message, "", error.hint or "hostaudit data status")
    wrong = [each for each in found.items if each.state in ("stale", "damaged")]
    if not wrong:
        return CheckUp("data", "ok", f"{sum(each.state == 'ok' for each in found.items)} tables are young and whole")
    shown = ", ".join(f"{each.id} is {each.state}{f' ({each.date})' if each.date else ''}" for each in wrong)
    means = "owners of addresses, top-level domains and registries that changed since are told as they were"
    return CheckUp("data", "warn", shown, means, "hostaudit data update")


def _cache(environ: Mapping[str, str]) -> CheckUp:
    try:
        directory = files.cache_folder(environ)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except (OSError, HostauditError) as error:
        reason = f"{directory} cannot be written: {error.strerror}" if isinstance(error, OSError) else str(error)
        means = "every run reads the rules anew and is slower; nothing else is lost"
        return CheckUp("cache", "warn", reason, means, "set XDG_CACHE_HOME")
    return CheckUp("cache", "ok", f"{directory} can be written")


def _certificates(trial: Trial, environ: Mapping[str, str]) -> CheckUp:
    context = ssl.create_default_context(cafile=None if trial.ca_bundle is None else str(trial.ca_bundle))
    number = context.cert_store_stats()["x509_ca"]
    paths = ssl.get_default_verify_paths()
    given = environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR")
    place = str(trial.ca_bundle or given or paths.cafile or paths.capath or "nowhere")
    if number or (paths.capath and not trial.ca_bundle and any(Path(paths.capath).glob("*.0"))):
        return CheckUp("certificates", "ok", f"{number or 'hashed'} authorities from {place}")
    means = "every HTTPS answer would be unknown, registrars and stores with it"
    return CheckUp("certificates", "fail", f"no authority is trusted ({place})", means, "give --ca-bundle FILE")


def _variables(known: frozenset[str], environ: Mapping[str, str]) -> list[CheckUp]:
    """The options that the environment gives, and variables that look like one and are none."""
    rows = []
    given = {name: environ[name] for name in sorted(environ) if name.startswith(OPTION_VARIABLES)}
    read = [f"{name}={value[:60]}" for name, value in given.items() if name in known]
    unread = [name for name in given if name not in known]
    if read:
        means = "commands that have these options take them from there, unless the command line gives them"
        rows.append(CheckUp("variables", "ok", ", ".join(read), means, ""))
    if unread:
        means = "no command reads them: perhaps the name of an option is misspelt"
        rows.append(
            CheckUp("other-variables", "warn", ", ".join(unread), means, "compare with hostaudit COMMAND --help")
        )
    return rows


def _proxies(environ: Mapping[str, str]) -> list[CheckUp]:
    names = sorted(name for name in environ if name.lower() in PROXIES and environ[name])
    if not names:
        return []
    found = f"{', '.join(names)} is set" if len(names) == 1 else f"{', '.join(names)} are set"
    means = "hostaudit ignores proxies: it connects to the very address that it checked"
    return [CheckUp("proxies", "warn", found, means, "let this machine out directly if checks below fail")]


# -- the resolvers ------------------------------------------------------------------------------------


async def _resolvers(net: TrialNet) -> list[CheckUp]:
    if not net.resolvers:
        means = "no name can be resolved: everything would be unknown"
        return [CheckUp("resolver", "fail", "no resolver is configured", means, "give --resolver ADDRESS")]
    places = range(min(len(net.resolvers), 3))
    name = STORES["store-apple"].split("/")[2]
    over_udp, over_tcp, root = await asyncio.gather(
        asyncio.gather(*(_asked(net, place, name) for place in places)),
        asyncio.gather(*(net.resolve(place, name, "A", tcp=True) for place in places)),
        asyncio.gather(*(net.resolve(place, "", "SOA") for place in places)),
    )
    return [_over_udp(net, over_udp), _over_tcp(net, over_tcp), _validation(root), _payload(root)]


async def _asked(net: TrialNet, place: int, name: str) -> list[tuple[str, Outcome[DnsTrial]]]:
    questions = (("A", name), ("AAAA", name), ("TXT", ROUTES))
    found = await asyncio.gather(*(net.resolve(place, owner, rdtype) for rdtype, owner in questions))
    return [(rdtype, outcome) for (rdtype, _), outcome in zip(questions, found, strict=True)]


def _answered(outcome: Outcome[DnsTrial]) -> bool:
    if outcome.unknown is not None and outcome.unknown.cause == "truncated":
        return True  # larger answers come over TCP, which has its own check
    return outcome.value is not None and outcome.value.rcode in ("NOERROR", "NXDOMAIN")


def _over_udp(net: TrialNet, found: list[list[tuple[str, Outcome[DnsTrial]]]]) -> CheckUp:
    silent = {
        server: [rdtype for rdtype, outcome in rows if not _answered(outcome)]
        for server, rows in zip(net.resolvers, found, strict=False)
    }
    bad = {server: types for server, types in silent.items() if types}
    if not bad:
        return CheckUp("resolver", "ok", f"{', '.join(silent)}: A, AAAA and TXT answered over UDP")
    found_text = "; ".join(f"{server}: no answer to {', '.join(types)}" for server, types in bad.items())
    if len(bad) < len(silent):
        means = "scans take longer, as the others are asked only after a time-out"
        return CheckUp("resolver", "warn", found_text, means, "take it out, or give --resolver ADDRESS")
    means = "what rests on these questions would be unknown"
    return CheckUp("resolver", "fail", found_text, means, "give --resolver ADDRESS of one that answers")


def _over_tcp(net: TrialNet, found: list[Outcome[DnsTrial]]) -> CheckUp:
    bad = [server for server, outcome in zip(net.resolvers, found, strict=False) if not _answered(outcome)]
    if not bad:
        return CheckUp("resolver-tcp", "ok", "answers come over TCP too")
    state: CheckState = "fail" if len(bad) == len(found) else "warn"
    means = "answers too large for UDP would be unknown (truncated)"
    return CheckUp("resolver-tcp", state, f"{', '.join(bad)}: no answer over TCP", means, "let TCP port 53 out")


def _validation(root: list[Outcome[DnsTrial]]) -> CheckUp:
    answers = [each.value for each in root if each.value is not None]
    if not answers:
        return CheckUp("dnssec", "unknown", "the root zone was not answered for", "", "see resolver above")
    if all(each.authenticated for each in answers):
        return CheckUp("dnssec", "ok", "signed answers are validated (AD bit)")
    means = "no site is told to be validated by DNSSEC, and forged answers are not noticed"
    return CheckUp("dnssec", "warn", "the root zone comes without the AD bit", means, "use a validating resolver")


def _payload(root: list[Outcome[DnsTrial]]) -> CheckUp:
    answers = [each.value for each in root if each.value is not None]
    if not answers:
        return CheckUp("edns", "unknown", "the root zone was not answered for", "", "see resolver above")
    sizes = [each.payload for each in answers]
    shown = ", ".join("no EDNS" if size is None else f"{size} bytes" for size in sizes)
    if all(size is not None and size >= LEAST_PAYLOAD for size in sizes):
        return CheckUp("edns", "ok", f"UDP answers of up to {shown}")
    means = "large answers take a second question over TCP"
    return CheckUp("edns", "warn", f"UDP answers of up to {shown}", means, "nothing, unless resolver-tcp fails")


# -- questions to name servers ---------------------------------------------------------------------------


def _direct(found: Mapping[str, Outcome[DnsReply]]) -> CheckUp:
    """Whether questions to name servers on port 53 get there: root servers are asked without recursion."""
    asked = {address: each for address, each in found.items() if not _without_route(each)}
    others = [address for address, each in asked.items() if each.value is not None and not of_root(each.value)]
    if others:
        said = f"{_shown(others)}: somebody else answered for a root server ({_answer_of(asked[others[0]])})"
        means = "port 53 is intercepted: whether the name servers of sites serve their zones is not asked"
        return CheckUp("direct-dns", "warn", said, means, "scan from a network that lets DNS out untouched")
    heard = [address for address, each in asked.items() if each.value is not None]
    if heard:
        return CheckUp("direct-dns", "ok", f"root servers answer themselves ({_shown(heard)})")
    causes = {each.unknown.cause.replace("_", " ") for each in found.values() if each.unknown is not None}
    means = "whether the name servers of sites serve their zones would be unknown"
    text = f"no root server answered ({words.listed(sorted(causes))})"
    return CheckUp("direct-dns", "warn", text, means, "let UDP and TCP port 53 out")


def of_root(reply: DnsReply) -> bool:
    """Return True for an answer that a root server may give about a top-level domain: a referral to its servers, or an
    answer with authority, and no offer of recursion."""
    referred = any(record.type == "NS" and record.name == TLD for record in reply.authority)
    return reply.rcode == "NOERROR" and not reply.recursive and (reply.authoritative or referred)


def _without_route(outcome: Outcome[DnsReply]) -> bool:
    return outcome.unknown is not None and outcome.unknown.cause == "unreachable"


def _answer_of(outcome: Outcome[DnsReply]) -> str:
    reply = outcome.value
    if reply is None:
        return ""
    return f"{reply.rcode}{', with an offer of recursion' if reply.recursive else ''}"


def _shown(addresses: list[str]) -> str:
    return ", ".join(addresses)


# -- permitted connections ------------------------------------------------------------------------------


async def _reached(identity: str, net: TrialNet, url: str, lacking: str) -> tuple[CheckUp, HttpReply | None]:
    host = url.split("/")[2]
    outcome = await net.service(url, accept=ACCEPT if identity.startswith("rdap") else "application/json")
    if outcome.value is not None:
        found = f"{host} answers ({outcome.value.status})"
        if outcome.value.status >= 500:
            return CheckUp(identity, "unknown", found, f"just now: {lacking}", "try again later"), outcome.value
        return CheckUp(identity, "ok", found), outcome.value
    return _unreached(identity, host, outcome, lacking, f"let HTTPS out to {host}"), None


def _unreached(
    identity: str, host: str, outcome: Outcome[HttpReply] | Outcome[str], lacking: str, step: str
) -> CheckUp:
    gap = outcome.unknown
    cause, detail = (gap.cause, gap.detail) if gap is not None else ("malformed", "")
    found = f"{host}: {cause.replace('_', ' ')}{f' ({detail})' if detail else ''}"
    if cause == "rate_limited":
        return CheckUp(identity, "unknown", found, f"just now: {lacking}", "try again later")
    if cause in ("certificate_invalid", "tls_error"):
        step = "look at the clock and at certificates above; something may be reading the traffic on its way"
    return CheckUp(identity, "fail", found, f"would be unknown: {lacking}", step)


async def _whois(net: TrialNet) -> CheckUp:
    outcome = await net.whois(IANA, "com")
    if outcome.value is not None:
        return CheckUp("whois", "ok", f"{IANA} answers on port 43")
    lacking = "registrars of names under top-level domains that have no RDAP"
    return _unreached("whois", IANA, outcome, lacking, "let TCP port 43 out")


async def _routes(net: TrialNet) -> CheckUp:
    """Check Team Cymru's DNS, even if a table on this machine has the answer."""
    outcome = await net.dns(ROUTES, "TXT")
    if outcome.value is not None:
        row = str(outcome.value.records[0].fields[0]).split("|")[0].strip()
        return CheckUp("routes", "ok", f"Team Cymru's DNS answers ({PROBED} is announced by AS{row})")
    cause = outcome.unknown.cause if outcome.unknown is not None else outcome.absent or ""
    found = f"origin.asn.cymru.com: {cause.replace('_', ' ')}"
    means = "the network of an address is known only as far as the table on this machine tells"
    return CheckUp("routes", "fail", found, means, "use a resolver that answers it")


def _clock(replies: list[HttpReply | None]) -> CheckUp:
    """Check the clock by the Date header (RFC 9110 section 6.6.1) of the first service above that answers."""
    for reply in replies:
        stamp = reply.header("date") if reply is not None else None
        try:
            told = parsedate_to_datetime(stamp) if stamp else None
        except (ValueError, OverflowError):
            told = None
        if told is None or reply is None:
            continue
        told = told if told.tzinfo is not None else told.replace(tzinfo=UTC)
        off = int(abs((datetime.now(UTC) - told).total_seconds()))
        found = f"{off} s off, by {reply.url.split('/')[2]}"
        if off <= CLOCK_WARN:
            return CheckUp("clock", "ok", found)
        if off <= CLOCK_FAIL:
            return CheckUp("clock", "warn", found, "times in evidence are wrong", "set the clock (NTP)")
        means = "certificates are taken for invalid, and days to an expiry are wrong"
        return CheckUp("clock", "fail", found, means, "set the clock (NTP)")
    return CheckUp("clock", "unknown", "no service told the time", "", "see the checks below")
