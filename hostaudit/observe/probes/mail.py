"""The records of the site's mail: MX (RFC 5321), SPF (RFC 7208), DMARC (RFC 7489), DKIM (RFC 6376)."""

from __future__ import annotations

import re

from msgspec import UNSET

from hostaudit.domain import lies_under
from hostaudit.model.evidence import Evidence
from hostaudit.model.values import NULL_MX, Dkim, Dmarc, MailExchanger, MailExchangers, Spf, SpfFault, evidence_id
from hostaudit.observe import spf_record
from hostaudit.observe.net import DnsAnswer, Outcome
from hostaudit.observe.probes import Probe, Scan, together
from hostaudit.observe.spf_record import SpfRecord, Term

SELECTORS = (
    "default", "dkim", "fm1", "google", "k1", "mail", "mandrill", "protonmail", "s1", "s2", "selector1", "selector2",
)  # fmt: skip
"""Selectors that large senders publish; the selectors of a domain cannot be listed, only guessed."""

MOST_EXCHANGERS = 32
MOST_LOOKUPS = 10
"""SPF terms that cause a look-up; more make the record invalid (RFC 7208 section 4.6.4)."""

MOST_VOID = 2
"""Look-ups without a result; after more of them receivers refuse the record (section 4.6.4)."""

UNLISTED = frozenset({"all", "exists", "ptr"})
"""Mechanisms that let hosts send which no record lists (sections 5.1, 5.5 and 5.7)."""

LOOKED_UP = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""Terms that cause a look-up (section 4.6.4)."""

LONGEST_RECORD = 1000


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
        records = [text for text in _texts(answer) if spf_record.VERSION.match(text)]
        if not records:
            return Outcome.none("no SPF record", outcome.source)
        if len(records) > 1:
            return Outcome.gap("malformed", outcome.source, f"{len(records)} SPF records")
        return Outcome.of(records[0], outcome.source)

    return outcome.then(choose)


async def _spf(scan: Scan, domain: str) -> None:
    """Record who may send. From records under the same registrable name the addresses are recorded; the operator of a
    record under another name is known by that name. A record that cannot be read, or that receivers refuse, is unknown
    under its own name."""
    outcome = await _record(scan, domain)
    if outcome.value is None:
        scan.note("spf", domain, outcome.map(lambda record: Spf(record)))
        return
    found = _Senders(scan, domain)
    waiting = found.read(outcome.value, domain, domain)
    asked = 0
    while waiting:
        batch = [name for name in dict.fromkeys(waiting) if name not in found.records and name not in found.dark]
        for name in batch[MOST_LOOKUPS - asked :]:
            found.dark.add(name)
            scan.note("spf", name, Outcome.gap("limit", "hostaudit", f"more than {MOST_LOOKUPS} SPF look-ups"))
        batch = batch[: MOST_LOOKUPS - asked]
        asked += len(batch)
        records = await together(_record(scan, name) for name in batch)
        waiting = []
        for name, record in zip(batch, records, strict=True):
            waiting += _included(scan, found, name, record)
    found.settle()
    await _addresses(scan, found)
    await _count_void(scan, found)
    scan.note("spf", domain, Outcome.of(found.as_spf(outcome.value), outcome.source))


def _included(scan: Scan, found: _Senders, name: str, record: Outcome[str]) -> list[str]:
    """Read the record to which another refers, and return the names to which it refers; what receivers refuse is
    unknown."""
    if record.value is None:
        found.dark.add(name)
        refused = Outcome[Spf].gap("malformed", record.source, "an SPF record refers to it, and it has none")
        scan.note("spf", name, refused if record.absent else Outcome(record.source, unknown=record.unknown))
        return []
    referred = found.read(record.value, name, found.domain)
    broken = found.records[name].broken
    if broken:
        scan.note("spf", name, Outcome.gap("malformed", record.source, f"not valid in SPF: {broken[:100]}"))
    return referred


async def _addresses(scan: Scan, found: _Senders) -> None:
    """Add the addresses of the hosts that ``a`` mechanisms name. A host whose addresses have no answer is an unknown
    under its own name, as it may send."""
    hosts = sorted(found.hosts)
    for host in hosts[MOST_LOOKUPS:]:
        scan.note("spf", host, Outcome.gap("limit", "hostaudit", f"more than {MOST_LOOKUPS} hosts in the SPF record"))
    hosts = hosts[:MOST_LOOKUPS]
    for host, addresses in zip(hosts, await together(scan.addresses(host) for host in hosts), strict=True):
        found.networks.update(dict.fromkeys(addresses))
        items = [scan.seen[evidence_id(kind, host)] for kind in ("a", "aaaa")]
        gap = next((item for item in items if item.unknown is not None), None)
        found.void += all(item.absent is not None for item in items)
        if gap is not None:
            scan.note("spf", host, Outcome(gap.source, unknown=gap.unknown))


async def _count_void(scan: Scan, found: _Senders) -> None:
    """Record the fault of more than two look-ups without a result (section 4.6.4)."""
    own: list[tuple[str, ...]] = [("A", "AAAA")] * found.uses_a
    own += [("MX",)] * found.uses_mx
    if found.void + len(own) <= MOST_VOID:
        return
    for kinds in own:
        answers = await together(scan.net.dns(found.domain, kind) for kind in kinds)
        found.void += all(answer.absent is not None for answer in answers)
    if found.void > MOST_VOID:
        found.faults.add("void_lookups")


class _Senders:
    """The senders in the tree of SPF records of a domain."""

    def __init__(self, scan: Scan, domain: str) -> None:
        self.domain = domain
        self._suffixes = scan.suffixes
        self._own = scan.suffixes(domain) or domain
        self.records: dict[str, SpfRecord] = {}
        self.dark: set[str] = set()
        self.includes: set[str] = set()
        self.networks: dict[str, None] = {}
        self.hosts: set[str] = set()
        self.unlisted: set[str] = set()
        self.faults: set[SpfFault] = set()
        self.uses_mx = self.uses_a = False
        self.void = 0

    def _is_mine(self, name: str) -> bool:
        return lies_under(name, self._own)

    def read(self, text: str, name: str, sender: str) -> list[str]:
        """Keep the record of a name and return the names of the records to which it refers."""
        record = self.records[name] = spf_record.read(text)
        if record.broken and name == self.domain:
            self.faults.add("syntax")
        places = [spf_record.place(each, name, sender).name for each in _referred(record)]
        return [each for each in places if each]

    def settle(self) -> None:
        """Collect the senders from all records that were read, and the faults of the tree as a whole."""
        self._collect()
        if self._count(self.domain, (), 0) > MOST_LOOKUPS:
            self.faults.add("lookups")

    def _collect(self) -> None:
        """Walk from record to record. What is included authorises only by a pass (section 5.2); of the domain's own
        record, and those to which it redirects, weaker results count as well."""
        waiting, done = [(self.domain, True)], set[tuple[str, bool]]()
        while waiting:
            name, weak = waiting.pop(0)
            if (name, weak) in done or name not in self.records:
                continue
            done.add((name, weak))
            record, mine = self.records[name], self._is_mine(name)
            for term in record.terms:
                if term.qualifier == "+" or (weak and term.qualifier != "-" and term.name != "all"):
                    waiting += [(each, False) for each in self._take(term, name, mine=mine)]
            if record.redirect:
                redirect = Term("+", "redirect", record.redirect)
                waiting += [(each, weak) for each in self._take(redirect, name, mine=mine)]

    def _take(self, term: Term, at: str, *, mine: bool) -> list[str]:
        """Record whom a mechanism of the record at a name lets send; the name of the record to which it refers."""
        place = spf_record.place(term.domain, at, self.domain)
        keeper = place.name or (place.suffix if self._suffixes(place.suffix) is not None else "")
        refers = term.name in ("include", "redirect")
        if refers and place.name and self._is_mine(place.name):
            return [place.name]
        if refers and keeper and not self._is_mine(keeper):
            self.includes.add(keeper)
            return [place.name] if place.name else []
        if mine and term.network:
            self.networks[term.network] = None
        elif mine and term.name in ("a", "mx") and place.name:
            self._host(term.name, place.name)
        elif mine and term.domain and keeper and not self._is_mine(keeper):
            # Whoever runs that zone decides for which hosts it answers.
            self.includes.add(keeper)
        elif mine and (term.name in UNLISTED or not place.known):
            self.unlisted.add(term.name)
        elif mine and refers:
            # A name that cannot exist has no record (section 4.3).
            self.faults.add("syntax")
        return []

    def _host(self, name: str, host: str) -> None:
        if host == self.domain:
            self.uses_a, self.uses_mx = self.uses_a or name == "a", self.uses_mx or name == "mx"
        elif name == "a":
            self.hosts.add(host)
        else:
            self.includes.add(host)

    def _count(self, name: str, path: tuple[str, ...], count: int) -> int:
        """The look-ups of the record at a name, added to those before it, until there are too many (section 4.6.4)."""
        record = self.records.get(name)
        if name in path:
            self.faults.add("loop")
            return count
        if record is None:
            return count
        steps = [*record.terms, *([Term("+", "redirect", record.redirect)] if record.redirect else [])]
        for term in steps:
            if term.name in LOOKED_UP:
                count += 1
            if count > MOST_LOOKUPS:
                break
            if term.name in ("include", "redirect"):
                place = spf_record.place(term.domain, name, self.domain)
                count = self._count(place.name, (*path, name), count)
        return count

    @property
    def _open(self) -> bool:
        """True if hosts that no mechanism names are not forbidden to send (section 4.7)."""
        name, seen = self.domain, set[str]()
        while name in self.records and name not in seen:
            seen.add(name)
            record = self.records[name]
            if record.default:
                return record.default in ("?", "+")
            name = spf_record.place(record.redirect, name, self.domain).name
        return False

    def as_spf(self, record: str) -> Spf:
        return Spf(
            record=record[:LONGEST_RECORD],
            includes=tuple(sorted(self.includes)),
            networks=tuple(self.networks),
            uses_mx=self.uses_mx,
            uses_a=self.uses_a,
            unlisted=tuple(sorted(self.unlisted)) or UNSET,
            broken=tuple(sorted(self.faults)) or UNSET,
            open=self._open or bool(self.unlisted) or UNSET,
        )


def _referred(record: SpfRecord) -> list[str]:
    """The domains of the records to which a record refers. What is refused by an include is nobody's sender, but its
    look-ups count too."""
    return [term.domain for term in record.terms if term.name == "include"] + [record.redirect] * bool(record.redirect)


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
