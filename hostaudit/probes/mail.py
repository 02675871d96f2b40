"""Who takes in and who sends the site's mail: MX (RFC 5321), SPF (RFC 7208), DMARC (RFC 7489), DKIM (RFC 6376)."""

from __future__ import annotations

import asyncio
import ipaddress
import re

from hostaudit.model import Dkim, Dmarc, Evidence, MailExchanger, MailExchangers, Spf
from hostaudit.net import DnsAnswer, Outcome
from hostaudit.probes import Probe, Scan

SELECTORS = (
    "default", "dkim", "fm1", "google", "k1", "mail", "mandrill", "protonmail", "s1", "s2", "selector1", "selector2",
)  # fmt: skip
"""Selectors that large senders publish; a selector cannot be listed, only guessed."""

MOST_EXCHANGERS = 32
MOST_LOOKUPS = 10
"""SPF terms that cause a look-up; more make the record invalid (RFC 7208 section 4.6.4)."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """All four records at once."""
    del item
    domain = scan.target.domain
    await asyncio.gather(
        _exchangers(scan, domain),
        _spf(scan, domain),
        _dmarc(scan, domain),
        *(_dkim(scan, selector, domain) for selector in SELECTORS),
    )


async def _exchangers(scan: Scan, domain: str) -> None:
    outcome = await scan.net.dns(domain, "MX")
    item = scan.note("mx", domain, outcome.then(lambda answer: _as_exchangers(answer, outcome.source)))
    if isinstance(item.value, MailExchangers):
        await asyncio.gather(*(scan.addresses(each.host) for each in item.value.exchangers))


def _as_exchangers(answer: DnsAnswer, source: str) -> Outcome[MailExchangers]:
    rows = sorted({(int(record.fields[0]), str(record.fields[1])) for record in answer.records})[:MOST_EXCHANGERS]
    real = tuple(MailExchanger(preference, host) for preference, host in rows if host not in ("", "."))
    if not real:
        return Outcome.none("null MX (RFC 7505)", source)
    return Outcome.of(MailExchangers(real, answer.ttl), source)


# -- SPF --------------------------------------------------------------------------------------------------


def _texts(answer: DnsAnswer) -> list[str]:
    return [str(record.fields[0]) for record in answer.records]


async def _record(scan: Scan, domain: str) -> Outcome[str]:
    """The one SPF record of a name; several are as good as none to a receiver (section 4.5), so unknown."""
    outcome = await scan.net.dns(domain, "TXT")

    def choose(answer: DnsAnswer) -> Outcome[str]:
        records = [text for text in _texts(answer) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
        if not records:
            return Outcome.none("no SPF record", outcome.source)
        if len(records) > 1:
            return Outcome.gap("malformed", outcome.source, f"{len(records)} SPF records")
        return Outcome.of(records[0], outcome.source)

    return outcome.then(choose)


async def _spf(scan: Scan, domain: str) -> None:
    outcome = await _record(scan, domain)
    if outcome.value is None:
        scan.note("spf", domain, outcome.map(lambda record: Spf(record)))
        return
    own = _terms(outcome.value)
    includes: dict[str, None] = dict.fromkeys(own.includes)
    redirect = own.redirect if not own.has_all else None
    waiting = [*own.includes, *([redirect] if redirect else [])]
    asked = 0
    while waiting and asked < MOST_LOOKUPS:
        batch, waiting = waiting[: MOST_LOOKUPS - asked], []
        asked += len(batch)
        records = await asyncio.gather(*(_record(scan, name) for name in batch))
        for name, record in zip(batch, records, strict=True):
            if record.value is None:
                continue
            terms = _terms(record.value)
            waiting += [each for each in terms.includes if each not in includes]
            includes.update(dict.fromkeys(terms.includes))
            if name == redirect:
                own = own.merged(terms)
    value = Spf(
        record=outcome.value[:1000],
        includes=tuple(sorted(includes)),
        networks=own.networks,
        uses_mx=own.uses_mx,
        uses_a=own.uses_a,
    )
    scan.note("spf", domain, Outcome.of(value, outcome.source))


class _Terms:
    """What one SPF record says, as far as it names senders."""

    def __init__(self) -> None:
        self.includes: list[str] = []
        self.networks: tuple[str, ...] = ()
        self.uses_mx = self.uses_a = self.has_all = False
        self.redirect: str | None = None

    def merged(self, other: _Terms) -> _Terms:
        """This record with the one that it redirects to."""
        both = _Terms()
        both.includes = [*self.includes, *other.includes]
        both.networks = tuple(dict.fromkeys((*self.networks, *other.networks)))
        both.uses_mx, both.uses_a = self.uses_mx or other.uses_mx, self.uses_a or other.uses_a
        return both


def _terms(record: str) -> _Terms:
    found = _Terms()
    networks = []
    for word in record.split()[1:200]:
        term = word.lower()
        if term.startswith("-"):
            continue
        name, _, argument = term.lstrip("+?~").partition(":")
        if name == "include" and argument:
            found.includes.append(argument.rstrip("."))
        elif name in ("ip4", "ip6") and _network(argument):
            networks.append(argument)
        elif name.partition("/")[0] == "mx":
            found.uses_mx = True
        elif name.partition("/")[0] == "a":
            found.uses_a = True
        elif name == "all":
            found.has_all = True
        elif term.startswith("redirect="):
            found.redirect = term.removeprefix("redirect=").rstrip(".")
    found.networks = tuple(dict.fromkeys(networks))
    return found


def _network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


# -- DMARC and DKIM ---------------------------------------------------------------------------------------


async def _dmarc(scan: Scan, domain: str) -> None:
    outcome = await scan.net.dns(f"_dmarc.{domain}", "TXT")

    def read(answer: DnsAnswer) -> Outcome[Dmarc]:
        records = [text for text in _texts(answer) if re.match(r"v=DMARC1\s*(;|$)", text)]
        if not records:
            return Outcome.none("no DMARC record", outcome.source)
        tags = dict(re.findall(r"(\w+)\s*=\s*([^;]*)", records[0]))
        hosts = re.findall(r"mailto:[^@,;\s]+@([^!,;\s]+)", " ".join((tags.get("rua", ""), tags.get("ruf", ""))))
        policy = tags.get("p", "").strip().lower() or "none"
        return Outcome.of(Dmarc(policy, tuple(sorted({host.lower().rstrip(".") for host in hosts}))), outcome.source)

    scan.note("dmarc", domain, outcome.then(read))


async def _dkim(scan: Scan, selector: str, domain: str) -> None:
    """Only selectors that answer or that could not be asked are worth keeping."""
    name = f"{selector}._domainkey.{domain}"
    outcome = await scan.net.dns(name, "TXT")
    if outcome.unknown is not None:
        scan.note("dkim", name, outcome)
    elif outcome.value is not None and any("p=" in text for text in _texts(outcome.value)):
        chain = outcome.value.chain
        target = chain[-1].target if chain else None
        scan.note("dkim", name, Outcome.of(Dkim(selector, target), outcome.source))


PROBE = Probe("mail", needs=(), gives=("mx", "spf", "dmarc", "dkim", "a", "aaaa"), run=run)
