"""The records of the site's mail: MX (RFC 5321), SPF (RFC 7208), DMARC (RFC 7489), DKIM (RFC 6376)."""

from __future__ import annotations

import ipaddress
import re

from msgspec import UNSET

from hostaudit.domain import lies_under
from hostaudit.model.evidence import Evidence
from hostaudit.model.values import NULL_MX, Dkim, Dmarc, MailExchanger, MailExchangers, Spf, evidence_id
from hostaudit.observe.net import DnsAnswer, Outcome
from hostaudit.observe.probes import Probe, Scan, together

SELECTORS = (
    "default", "dkim", "fm1", "google", "k1", "mail", "mandrill", "protonmail", "s1", "s2", "selector1", "selector2",
)  # fmt: skip
"""Selectors that large senders publish; the selectors of a domain cannot be listed, only guessed."""

MOST_EXCHANGERS = 32
MOST_LOOKUPS = 10
"""SPF terms that cause a look-up; more make the record invalid (RFC 7208 section 4.6.4)."""

UNLISTED = frozenset({"all", "exists", "ptr"})
"""Mechanisms that let hosts send which no record lists (sections 5.1, 5.5 and 5.7)."""

WEAK = frozenset({"~", "?"})
"""Qualifiers of mechanisms that authorise nobody (section 4.6.2)."""

MOST_TERMS = 200
LONGEST_RECORD = 1000

TERM = re.compile(r"(?P<qualifier>[-+?~]?)(?P<name>[a-z][a-z0-9_.-]*)([:=]?(?P<argument>.*))")
"""A directive or modifier of an SPF record (section 4.6.1), in lower case; ``a/24`` has the argument ``/24``."""


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask for all four kinds of records at once."""
    del item
    domain = scan.target.domain
    keys = [_dkim(scan, selector, domain) for selector in SELECTORS]
    await together([_exchangers(scan, domain), _spf(scan, domain), _dmarc(scan, domain), *keys])


async def _exchangers(scan: Scan, domain: str) -> None:
    outcome = await scan.net.dns(domain, "MX")
    item = scan.note("mx", domain, outcome.then(lambda answer: _as_exchangers(answer, outcome.source)))
    if isinstance(item.value, MailExchangers):
        await together(scan.addresses(each.host) for each in item.value.exchangers)


def _as_exchangers(answer: DnsAnswer, source: str) -> Outcome[MailExchangers]:
    rows = sorted({(int(record.fields[0]), str(record.fields[1])) for record in answer.records})[:MOST_EXCHANGERS]
    real = tuple(MailExchanger(preference, host) for preference, host in rows if host not in ("", "."))
    if not real:
        return Outcome.none(NULL_MX, source)
    return Outcome.of(MailExchangers(real, answer.ttl), source)


# -- SPF --------------------------------------------------------------------------------------------------


def _texts(answer: DnsAnswer) -> list[str]:
    return [str(record.fields[0]) for record in answer.records]


async def _record(scan: Scan, domain: str) -> Outcome[str]:
    """The only SPF record of a name; several are an error for a receiver (section 4.5), so unknown."""
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
    """Record who may send. From records under the same registrable name the addresses are recorded; the operator of a
    record under another name is known by that name. An unreadable record is unknown under its own name."""
    outcome = await _record(scan, domain)
    if outcome.value is None:
        scan.note("spf", domain, outcome.map(lambda record: Spf(record)))
        return
    found = _Senders(domain, scan.suffixes(domain) or domain)
    waiting = found.read(outcome.value, domain, mine=True)
    known = {domain}
    asked = 0
    while waiting:
        batch = [name for name in dict.fromkeys(waiting) if name not in known]
        known.update(batch)
        for name in batch[MOST_LOOKUPS - asked :]:
            scan.note("spf", name, Outcome.gap("limit", "hostaudit", f"more than {MOST_LOOKUPS} SPF look-ups"))
        batch = batch[: MOST_LOOKUPS - asked]
        asked += len(batch)
        records = await together(_record(scan, name) for name in batch)
        waiting = []
        for name, record in zip(batch, records, strict=True):
            if record.unknown is not None:
                scan.note("spf", name, Outcome(record.source, unknown=record.unknown))
            elif record.value is not None:
                waiting += found.read(record.value, name, mine=found.is_mine(name))
    await _addresses(scan, found)
    scan.note("spf", domain, Outcome.of(found.as_spf(outcome.value), outcome.source))


async def _addresses(scan: Scan, found: _Senders) -> None:
    """Add the addresses of the hosts that ``a`` mechanisms name. A host whose addresses have no answer is an unknown
    under its own name, as it may send."""
    hosts = sorted(found.hosts)
    for host in hosts[MOST_LOOKUPS:]:
        scan.note("spf", host, Outcome.gap("limit", "hostaudit", f"more than {MOST_LOOKUPS} hosts in the SPF record"))
    hosts = hosts[:MOST_LOOKUPS]
    for host, addresses in zip(hosts, await together(scan.addresses(host) for host in hosts), strict=True):
        found.networks.update(dict.fromkeys(addresses))
        items = (scan.seen[evidence_id(kind, host)] for kind in ("a", "aaaa"))
        gap = next((item for item in items if item.unknown is not None), None)
        if gap is not None:
            scan.note("spf", host, Outcome(gap.source, unknown=gap.unknown))


class _Senders:
    """The senders in the tree of SPF records of a domain, which lies under the registrable name ``own``."""

    def __init__(self, domain: str, own: str) -> None:
        self.domain = domain
        self.own = own
        self.includes: set[str] = set()
        self.networks: dict[str, None] = {}
        self.hosts: set[str] = set()
        self.unlisted: set[str] = set()
        self.uses_mx = self.uses_a = False

    def is_mine(self, name: str) -> bool:
        return lies_under(name, self.own)

    def read(self, record: str, domain: str, *, mine: bool) -> list[str]:
        """Read one record and return the names of the records that it refers to. ``mine``: record its addresses."""
        terms = [match for word in record.split()[1:MOST_TERMS] if (match := TERM.fullmatch(word.lower()))]
        has_all = any(term["name"] == "all" for term in terms)
        referred = []
        for term in terms:
            name, argument = term["name"], (term["argument"] or "").rstrip(".")
            if term["qualifier"] == "-" or (name == "redirect" and has_all):
                continue
            if name in UNLISTED:
                if mine and term["qualifier"] not in WEAK:
                    self.unlisted.add(name)
            elif name in ("include", "redirect") and argument:
                # The value of a macro (section 7) depends on the message, so there is no name to look up.
                macro = "%" in argument
                if macro or not self.is_mine(argument):
                    self.includes.add(argument)
                referred += [] if macro else [argument]
            elif mine:
                self._own_mechanism(name, argument, domain)
        return referred

    def _own_mechanism(self, name: str, argument: str, domain: str) -> None:
        host = argument.partition("/")[0] or domain
        if name in ("ip4", "ip6") and _network(argument):
            self.networks[argument] = None
        elif name in ("a", "mx") and host == self.domain:
            self.uses_a, self.uses_mx = self.uses_a or name == "a", self.uses_mx or name == "mx"
        elif name == "a" and "%" not in host:
            self.hosts.add(host)
        elif name in ("a", "mx"):
            self.includes.add(host)

    def as_spf(self, record: str) -> Spf:
        return Spf(
            record=record[:LONGEST_RECORD],
            includes=tuple(sorted(self.includes)),
            networks=tuple(self.networks),
            uses_mx=self.uses_mx,
            uses_a=self.uses_a,
            unlisted=tuple(sorted(self.unlisted)) or UNSET,
        )


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
        if len(records) > 1:
            return Outcome.gap("malformed", outcome.source, f"{len(records)} DMARC records")
        tags = _tags(records[0])
        hosts = _hosts(f"{tags.get('rua', '')},{tags.get('ruf', '')}")
        policy = tags.get("p", "").lower() or "none"
        return Outcome.of(Dmarc(policy, tuple(sorted({host.lower().rstrip(".") for host in hosts}))), outcome.source)

    scan.note("dmarc", domain, outcome.then(read))


def _hosts(text: str) -> list[str]:
    """The hosts to which reports go: URIs separated by commas, with a limit of the size after ``!`` (RFC 7489, 6.2)."""
    found = []
    for uri in text.replace(";", ",").split(","):
        for word in uri.split():
            _, mailto, address = word.partition("mailto:")
            local, _, host = address.partition("@")
            host = host.partition("!")[0]
            found += [host] if mailto and local and host else []
    return found


async def _dkim(scan: Scan, selector: str, domain: str) -> None:
    """Ask for one selector. A proof of absence is not recorded, as most of the guessed selectors do not exist."""
    name = f"{selector}._domainkey.{domain}"
    outcome = await scan.net.dns(name, "TXT")
    if outcome.unknown is not None:
        scan.note("dkim", name, outcome)
    elif outcome.value is not None and any(_is_key(text) for text in _texts(outcome.value)):
        chain = outcome.value.chain
        target = chain[-1].target if chain else None
        scan.note("dkim", name, Outcome.of(Dkim(selector, target), outcome.source))


def _is_key(text: str) -> bool:
    """True if a text is a DKIM key in use: a wildcard may answer with any text, and an empty ``p`` is a revoked key
    (RFC 6376 section 3.6.1)."""
    tags = _tags(text)
    return tags.get("v", "DKIM1") == "DKIM1" and bool(tags.get("p"))


def _tags(text: str) -> dict[str, str]:
    """A tag list (RFC 6376 section 3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


PROBE = Probe("mail", needs=(), gives=("mx", "spf", "dmarc", "dkim", "a", "aaaa"), run=run)
