"""``name-server-old-copy``: a server with a version of the zone that should have been replaced long ago."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.diagnosis.name_servers import Lag, ServerHealth
from hostaudit.analysis.findings import FindingDefinition
from hostaudit.analysis.site_model import SiteModel
from hostaudit.model.report import Finding
from hostaudit.model.values import subject_text
from hostaudit.model.words import duration


def find(site: SiteModel) -> Iterator[Finding]:
    """Yield a finding for each address that serves an old copy."""
    for _, zone in sorted(site.servers.zones.items()):
        for each in zone.servers:
            if each.standing == "old_copy" and each.lag is not None:
                yield _finding(each, each.lag)


def _finding(health: ServerHealth, lag: Lag) -> Finding:
    server = health.server
    far = f"{duration(lag.time.total_seconds() / 3600)} by its date" if lag.time is not None else "by its number"
    return Finding(
        rule=FINDING.rule,
        outcome="fail",
        severity="medium",
        confidence=0.95,
        subject=subject_text(server),
        message=(
            f"{server.server} ({server.address}) serves an old copy of {server.zone}: serial {lag.serial}, while "
            f"{lag.newer.nameserver} ({lag.newer.address}) has {lag.newer.serial}. It is behind {far}, longer than the "
            "refresh of the zone, and was asked twice."
        ),
        because=health.because,
        fix="Let it transfer the zone again (address of the primary, TSIG key, access list), or take it out of the NS "
        "set and the delegation.",
        role="dns",
        effect="Whoever asks this server gets the records of that day, so it does not count as a second name server.",
    )


FINDING = FindingDefinition("name-server-old-copy", find)
