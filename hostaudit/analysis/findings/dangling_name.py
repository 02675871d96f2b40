"""``dangling-name``: an alias, a name server or a mail exchanger of the site that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit import domain
from hostaudit.analysis.diagnosis.aliases import MissingTarget, missing_alias, missing_host
from hostaudit.analysis.fault_tree.basic_events import broken_event
from hostaudit.analysis.findings import FindingDefinition, not_working
from hostaudit.analysis.impact.stopped import stopped_by
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.roles import Role
from hostaudit.model.values import Delegation, MailExchangers, NameServers, ZoneCut

RULE = "dangling-name"
CERTAIN = 0.97


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield the findings for the hosts of the site, the name servers of its own zones, and its mail exchangers."""
    catalogue = site.attribution.catalogue
    for host in site.file.target.hosts:
        missing = missing_alias(site.evidence, catalogue, host)
        if missing is not None:
            yield _finding(site, missing, "hosting", f"{host} is an alias of {missing.target}, which does not exist")
    for zone, host in _name_servers(site):
        missing = missing_host(site.evidence, catalogue, host)
        if missing is not None:
            yield _finding(site, missing, "dns", f"{host}, a name server of {zone}, does not exist")
    mail = site.evidence.value("mx", site.file.target.domain, MailExchangers)
    for host in dict.fromkeys(each.host for each in mail.exchangers) if mail is not None else ():
        missing = missing_host(site.evidence, catalogue, host)
        if missing is not None:
            who = f"a mail exchanger of {site.file.target.domain}"
            yield _finding(site, missing, "mail", f"{host}, {who}, does not exist")


def _name_servers(site: SiteModel) -> Iterator[tuple[str, str]]:
    cut = site.evidence.value("zone", site.file.target.domain, ZoneCut)
    for zone in cut.zones if cut is not None else (site.file.target.registrable,):
        if domain.registrable(zone) is None:
            continue
        delegation = site.evidence.value("delegation", zone, Delegation)
        child = site.evidence.value("nameservers", zone, NameServers)
        names = {each.name for each in delegation.nameservers} if delegation is not None else set()
        for host in sorted(names | set(child.names if child is not None else ())):
            yield zone, host


def _finding(site: SiteModel, missing: MissingTarget, role: Role, message: str) -> Finding:
    stopped = stopped_by(site.tree, (broken_event(role, missing.host),))
    name = domain.registrable(missing.target) or missing.target
    claim = {
        "": "",
        "customer": f" Any customer of {site.attribution.provider_name(missing.provider)} may be able to take that "
        "name, and would then answer in place of the site.",
        "registrant": f" {name} is not registered: whoever registers it answers in place of the site.",
    }[missing.claimable]
    effect = not_working(stopped) or LOST[role].format(host=missing.host)
    return Finding(
        rule=RULE,
        outcome="fail",
        severity="critical" if stopped else "high" if missing.claimable == "registrant" else "medium",
        confidence=CERTAIN,
        subject=missing.host,
        message=f"{message}.{claim}",
        because=missing.because,
        fix="Take the record out, or create again what it points at; give up a record before the thing it points at.",
        role=role,
        provider=missing.provider,
        effect=effect,
        down_now=stopped,
        verdict="fail" if stopped else "",
    )


LOST: dict[str, str] = {
    "hosting": "{host} answers nobody.",
    "dns": "One name server fewer answers: resolvers that try it lose time.",
    "mail": "One mail exchanger fewer answers: senders that try it go on to the others.",
}
"""By role, the effect where nothing stops."""

FINDING = FindingDefinition(RULE, find)
