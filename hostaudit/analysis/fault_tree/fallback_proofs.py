"""Proofs of declared fallbacks: each answers now as the right site and from the named provider, or it does not.

A proof passes, fails with a reason, or is open if the question that decides it has no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hostaudit import domain
from hostaudit.analysis.attribution.attribute import FAMILIES, Attribution
from hostaudit.analysis.attribution.evidence_index import EvidenceIndex
from hostaudit.analysis.attribution.operator import Operator
from hostaudit.analysis.diagnosis.name_servers import NameServerHealth
from hostaudit.model import serials
from hostaudit.model.actors import is_unknown
from hostaudit.model.evidence import Evidence, S, Target, subject_of
from hostaudit.model.site import Declared, DeclaredFallback, Site, SpareName
from hostaudit.model.values import (
    Addresses,
    Caa,
    Delegation,
    FrontPage,
    HostAddress,
    Kind,
    Listing,
    MailExchangers,
    MailGreeting,
    NameServers,
    ServerAddress,
    ServerAnswer,
    StandbyAnswer,
    StandbyPage,
    StandbyServer,
    StoreListing,
)

UNASKED = "not asked yet"


@dataclass(frozen=True)
class Proof:
    """The proof of one fallback. ``passes`` None: open. ``configured``: DNS, or the site, already shows it.

    ``addresses`` are those that passed, or all of them if the proof is open. ``because``: the evidence.
    """

    role: str
    provider: str
    subject: str
    passes: bool | None
    configured: bool
    reasons: tuple[str, ...]
    because: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    fallback: DeclaredFallback | None = None
    spare: SpareName | None = None

    @property
    def id(self) -> str:
        """The id of the declared fallback or spare name."""
        if self.spare is not None:
            return self.spare.id
        return self.fallback.id if self.fallback else ""


@dataclass(frozen=True)
class Trial:
    """The trial of one address. ``passes`` None: no answer."""

    address: str
    passes: bool | None
    reason: str
    because: tuple[str, ...]


class Proofs:
    """The proofs of one site's declarations."""

    def __init__(self, target: Target, evidence: EvidenceIndex, attribution: Attribution, site: Site | None) -> None:
        self.target = target
        self.evidence = evidence
        self.attribution = attribution
        self.site = site
        self.declared = site.declare if site is not None and site.declare is not None else Declared()
        front = evidence.value("front", target.domain, FrontPage)
        served = front.host if front is not None else ""
        self.web_host = served if served and domain.registrable(served) else target.domain
        self.servers = NameServerHealth(evidence)
        self.all: tuple[Proof, ...] = ()
        if site is not None:
            rows = [self._fallback(each) for each in site.fallbacks] + [self._spare(each) for each in site.spare_names]
            self.all = tuple(rows)

    def of(self, *roles: str) -> Iterator[Proof]:
        """The proofs of declared fallbacks in some roles that pass or are open."""
        for proof in self.all:
            if proof.fallback is not None and proof.role in roles and proof.passes is not False:
                yield proof

    def stands_for(self, fallback: DeclaredFallback) -> str:
        """The host or zone that a fallback backs up."""
        if fallback.stands_for:
            return fallback.stands_for
        if fallback.role == "dns":
            return self.target.registrable
        return self.target.domain if fallback.role == "mail" else self.web_host

    def _fallback(self, fallback: DeclaredFallback) -> Proof:
        match fallback.role:
            case "dns":
                return self._server(fallback)
            case "hosting" | "cdn":
                return self._origin(fallback)
            case "mail":
                return self._exchanger(fallback)
            case "ca":
                return self._authority(fallback)
            case _:
                return self._store(fallback)

    # -- name servers -----------------------------------------------------------------------------

    def _server(self, fallback: DeclaredFallback) -> Proof:
        zone = self.stands_for(fallback)
        trials = [
            self._trial_server(item, asked.address, fallback)
            for item, asked in self._asked("standby_ns", ServerAddress)
            if (asked.zone, asked.server) == (zone, fallback.server)
        ]
        addresses = tuple(trial.address for trial in trials)
        owner = self.attribution.nameserver(fallback.server, addresses)
        owners = (owner,) if owner is not None else self._networks(addresses)
        names = self._delegated(zone)
        configured = fallback.server in names
        already = f"the delegation of {zone} names it" if configured else ""
        return self._judged(fallback, fallback.server, trials, owners, configured, already)

    def _trial_server(self, item: Evidence, address: str, fallback: DeclaredFallback) -> Trial:
        value = item.value
        if not isinstance(value, StandbyServer):
            return self._open(address, item)
        if not value.authoritative or value.rcode != "NOERROR":
            reason = f"{address} does not answer for {value.zone} with authority ({value.rcode})"
            if not self.servers.heard(value.zone):
                # Nor do those that serve the zone, as seen from here.
                return Trial(address, None, f"{address} could not be asked from here", (item.id,))
            return Trial(address, False, reason, (item.id,))
        newest = self._newest_serial(value.zone)
        if newest is None or value.serial is None:
            return Trial(address, None, f"the serial of {value.zone} could not be compared", (item.id,))
        serial, because = newest
        if serials.behind(value.serial, serial) > fallback.serial_tolerance:
            return Trial(address, False, f"stale serial {value.serial} < {serial}", (item.id, because))
        reason = f"{address} answers for {value.zone} with authority, serial {value.serial}"
        if value.names and fallback.server not in value.names:
            reason += f"; the NS set there is {', '.join(value.names[:4])}: put the standby into it when you switch"
        return Trial(address, True, reason, (item.id, because))

    def _newest_serial(self, zone: str) -> tuple[int, str] | None:
        """The latest serial at the present servers of the zone, in the arithmetic of RFC 1982."""
        found: dict[int, str] = {}
        for item in self.evidence.of("server"):
            value = item.value
            serves = isinstance(value, ServerAnswer) and value.zone == zone and value.authoritative
            if isinstance(value, ServerAnswer) and serves and value.serial is not None:
                found.setdefault(value.serial, item.id)
        top = serials.newest(found)
        return (top, found[top]) if top is not None else None

    def _delegated(self, zone: str) -> tuple[str, ...]:
        parent_side = self.evidence.value("delegation", zone, Delegation)
        child_side = self.evidence.value("nameservers", zone, NameServers)
        names = [each.name for each in parent_side.nameservers] if parent_side is not None else []
        return (*names, *(child_side.names if child_side is not None else ()))

    # -- origins and edges ------------------------------------------------------------------------

    def _origin(self, fallback: DeclaredFallback) -> Proof:
        host = self.stands_for(fallback)
        where = (fallback.address,) if fallback.address else self._addresses(fallback.host)
        trials = []
        for address in where:
            item = self.evidence.get("standby_web", StandbyPage(host, address, fallback.path))
            trials.append(self._trial_page(item, address, fallback) if item is not None else _unasked(address))
        owners = list(self._networks(where))
        if fallback.host:
            owners += [each for address in where for each in self.attribution.edges(fallback.host, address)]
        shown = set(self._addresses(host))
        configured = bool(where) and set(where) <= shown
        already = f"{host} resolves to it already" if configured else ""
        return self._judged(fallback, fallback.address or fallback.host, trials, tuple(owners), configured, already)

    def _trial_page(self, item: Evidence, address: str, wanted: DeclaredFallback | SpareName) -> Trial:
        value = item.value
        if not isinstance(value, StandbyAnswer):
            return self._open(address, item)
        if value.status != wanted.status:
            reason = f"{address} answers as {value.host} with {value.status}, not {wanted.status}"
            return Trial(address, False, reason, (item.id,))
        if wanted.marker and not value.marker:
            reason = f"{address} answers as {value.host}, but the page lacks the declared text"
            return Trial(address, False, reason, (item.id,))
        marked = " and the declared text" if wanted.marker else ""
        return Trial(address, True, f"{address} answers as {value.host} with {value.status}{marked}", (item.id,))

    # -- mail -------------------------------------------------------------------------------------

    def _exchanger(self, fallback: DeclaredFallback) -> Proof:
        trials = [
            self._trial_mail(item, asked.address)
            for item, asked in self._asked("standby_mx", HostAddress)
            if asked.host == fallback.host
        ]
        addresses = tuple(trial.address for trial in trials)
        owner = self.attribution.mail_exchanger(fallback.host, addresses)
        owners = (owner,) if owner is not None else self._networks(addresses)
        published = self.evidence.value("mx", self.stands_for(fallback), MailExchangers)
        configured = published is not None and fallback.host in {each.host for each in published.exchangers}
        already = "the MX set names it" if configured else ""
        return self._judged(fallback, fallback.host, trials, owners, configured, already)

    def _trial_mail(self, item: Evidence, address: str) -> Trial:
        value = item.value
        if not isinstance(value, MailGreeting):
            return self._open(address, item)
        if value.greeting != 220:
            return Trial(address, False, f"{address} greets with {value.greeting}, not 220", (item.id,))
        if value.hello != 250:
            said = "nothing" if value.hello is None else str(value.hello)
            return Trial(address, False, f"{address} answers EHLO with {said}, not 250", (item.id,))
        return Trial(address, True, f"{address} greets and answers EHLO on port 25", (item.id,))

    # -- authorities and stores -------------------------------------------------------------------

    def _authority(self, fallback: DeclaredFallback) -> Proof:
        host, named = self.stands_for(fallback), self.attribution.provider_name(fallback.provider)
        item = self.evidence.get("caa", host)
        passes: bool | None = None
        configured = False
        if item is None or item.unknown is not None:
            reason = f"it is unknown whether CAA lets {named} issue for {host}"
        elif not isinstance(item.value, Caa):
            passes, reason = True, f"no CAA record: any public authority may issue for {host}"
        else:
            allowed = {self.attribution.permitted_authority(name, item.id).provider for name in item.value.issue}
            passes = configured = fallback.provider in allowed
            verb = "lets" if passes else "does not let"
            reason = f"CAA at {item.value.owner} {verb} {named} issue"
        because = (item.id,) if item is not None else ()
        return Proof("ca", fallback.provider, host, passes, configured, (reason,), because, fallback=fallback)

    def _store(self, fallback: DeclaredFallback) -> Proof:
        item = self.evidence.get("listing", StoreListing(fallback.provider, fallback.app))
        named = self.attribution.provider_name(fallback.provider)
        passes: bool | None = None
        if item is None or item.unknown is not None:
            reason = f"it is unknown whether {named} lists {fallback.app}"
        elif not isinstance(item.value, Listing):
            passes, reason = False, f"{named} does not list {fallback.app}"
        else:
            passes, reason = self._same_developer(item.value)
        because = (item.id,) if item is not None else ()
        return Proof(
            fallback.role, fallback.provider, fallback.app, passes, False, (reason,), because, fallback=fallback
        )

    def _same_developer(self, listing: Listing) -> tuple[bool, str]:
        """Verdict and words: the listing is by the developer of the site's other apps, as far as the stores show
        one."""
        others = {
            item.value.developer
            for item in self.evidence.of("listing")
            if isinstance(item.value, Listing) and item.value is not listing and item.value.developer
        }
        plain = {_plain(each) for each in others if each}
        if listing.owned or not listing.developer or not plain:
            return True, f"{listing.store} lists {listing.id} now"
        if _plain(listing.developer) in plain:
            return True, f"{listing.store} lists {listing.id} now, by the same developer"
        named = ", ".join(sorted(each for each in others if each))
        return False, f"{listing.store} lists {listing.id} by {listing.developer}, the site's apps are by {named}"

    # -- spare names ------------------------------------------------------------------------------

    def _spare(self, spare: SpareName) -> Proof:
        delegation = self.evidence.get("delegation", domain.registrable(spare.domain) or spare.domain)
        where = self._addresses(spare.domain)
        configured = bool(where)
        trials = []
        for address in where:
            item = self.evidence.get("standby_web", StandbyPage(spare.domain, address, spare.path))
            trials.append(self._trial_page(item, address, spare) if item is not None else _unasked(address))
        passes, reasons, addresses = _sum(trials)
        if delegation is not None and delegation.absent is not None:
            passes, reasons = False, (f"{spare.domain} is not registered: {delegation.absent}",)
        elif not where and self._asked_in_vain(spare.domain):
            passes, reasons = False, (f"{spare.domain} has no address",)
        elif not reasons:
            gaps = [
                item
                for kind in FAMILIES
                if (item := self.evidence.get(kind, spare.domain)) is not None and item.unknown
            ]
            reasons = tuple(f"its addresses are unknown: {item.unknown.cause}" for item in gaps if item.unknown)
        because = tuple(dict.fromkeys(each for trial in trials for each in trial.because))
        registrar = self.attribution.registrar(domain.registrable(spare.domain) or spare.domain)
        provider = registrar.provider if registrar is not None else ""
        reasons = reasons or (UNASKED,)
        return Proof("spare_name", provider, spare.domain, passes, configured, reasons, because, addresses, spare=spare)

    # -- shared -----------------------------------------------------------------------------------

    def _judged(
        self,
        fallback: DeclaredFallback,
        subject: str,
        trials: list[Trial],
        owners: Iterable[Operator],
        configured: bool,
        already: str,
    ) -> Proof:
        passes, reasons, addresses = _sum(trials)
        because = tuple(dict.fromkeys(each for trial in trials for each in trial.because))
        if not (trials or self._addresses(subject)) and self._asked_in_vain(subject):
            passes, reasons = False, (f"{subject} has no address",)
            because = self.evidence.ids(*((kind, subject) for kind in FAMILIES))
        mismatch = self._mismatch(fallback, list(owners))
        if mismatch is not None and passes is not False:
            passes, reason = mismatch
            reasons = (*reasons, reason)
        if already:
            reasons = (already, *reasons)
        return Proof(
            fallback.role,
            fallback.provider,
            subject,
            passes,
            configured,
            reasons or (UNASKED,),
            because,
            addresses,
            fallback,
        )

    def _mismatch(self, fallback: DeclaredFallback, owners: list[Operator]) -> tuple[bool | None, str] | None:
        """Verdict and reason if the network that was found is not the declared provider's; None if it agrees."""
        declared = self.attribution.declared(fallback.provider, fallback.parent)
        behind = {each.provider for each in self.attribution.upstreams(declared, fallback.role)}
        for each in owners:
            if each.provider == declared.provider or each.parent == declared.parent or each.provider in behind:
                return None
        known = [each for each in owners if each.certain]
        if fallback.parent and all(is_unknown(each.provider) for each in owners):
            return None  # neither is in the catalogue, so nothing speaks against it
        if known:
            found = ", ".join(sorted({each.provider for each in known}))
            return False, f"it belongs to {found}, not to {fallback.provider}"
        return None if not owners and not fallback.address else (None, "it is unknown whose network it is")

    def _asked_in_vain(self, host: str) -> bool:
        """True if the addresses of a host were asked for and each answer said that there are none."""
        items = [self.evidence.get(kind, host) for kind in FAMILIES]
        return all(item is not None and item.unknown is None for item in items)

    def _networks(self, addresses: Iterable[str]) -> tuple[Operator, ...]:
        return tuple(dict.fromkeys(each for address in addresses for each in self.attribution.networks.of(address)))

    def _asked(self, kind: Kind, form: type[S]) -> list[tuple[Evidence, S]]:
        """The items of one kind with their subjects, without those that a failed probe left without a subject."""
        rows = [(item, subject_of(item, form)) for item in self.evidence.items.values() if item.kind == kind]
        return [(item, subject) for item, subject in rows if subject is not None]

    def _addresses(self, host: str) -> tuple[str, ...]:
        values = [self.evidence.value(kind, host, Addresses) for kind in FAMILIES]
        return tuple(address for value in values if value is not None for address in value.addresses)

    def _open(self, address: str, item: Evidence) -> Trial:
        if item.unknown is not None:
            said = f" ({item.unknown.detail})" if item.unknown.detail else ""
            return Trial(address, None, f"{address} gave no answer: {item.unknown.cause}{said}", (item.id,))
        return Trial(address, False, f"{address}: {item.absent or item.not_applicable}", (item.id,))


def _unasked(address: str) -> Trial:
    return Trial(address, None, f"{address} was not asked", ())


def _sum(trials: list[Trial]) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
    """The result of the trials: one address that passes is enough; if none passes, one without an answer leaves the
    proof open."""
    good = [trial for trial in trials if trial.passes]
    if good:
        return True, tuple(trial.reason for trial in trials), tuple(trial.address for trial in good)
    open_ = [trial for trial in trials if trial.passes is None]
    passes = None if open_ or not trials else False
    return passes, tuple(trial.reason for trial in trials), tuple(trial.address for trial in open_)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace(",", " ").replace(".", " ").split())
