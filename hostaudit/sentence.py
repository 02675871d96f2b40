"""The sentence on top of a report: who alone can take down what, for how long, in words an operator would use."""

from __future__ import annotations

from hostaudit.model import (
    EvidenceFile,
    Finding,
    Function,
    FunctionImpact,
    Hours,
    Listing,
    SinglePoint,
    Verdict,
)
from hostaudit.seen import Seen

NAMED = {
    "resolve": "name resolution",
    "web": "the web site",
    "mail_receive": "incoming mail",
    "mail_send": "outgoing mail",
    "install_ios": "new iOS installs",
    "install_android": "new Android installs",
    "renew_certificate": "certificate renewal",
}

HOLDS = {
    "registry": "the registry",
    "registrar": "the registrar",
    "dns": "DNS",
    "hosting": "hosting",
    "cdn": "the CDN",
    "ca": "the certificate authority",
    "mail": "mail",
    "sending": "mail sending",
    "app_store": "the app store",
}


def summarise(
    file: EvidenceFile,
    seen: Seen,
    functions: tuple[Function, ...],
    spofs: tuple[SinglePoint, ...],
    findings: tuple[Finding, ...],
    verdict: Verdict,
) -> str:
    """One or two sentences; the first says the worst."""
    domain = file.target.domain
    if findings:
        return f"{findings[0].message} Nothing of the site can work."
    if not any(item.unknown is None and item.not_applicable is None for item in seen.items.values()):
        return f"Nothing could be learnt about {domain}: no look-up was answered, so it may be safe or not."
    lead = _worst(domain, spofs, seen)
    if verdict == "inconclusive":
        open_ = [NAMED.get(f.id, f.id) for f in functions if f.id in ("resolve", "web") and _open(f)]
        missing = f"what {listed(open_)} rests on could not be established" if open_ else "an essential fact is unknown"
        return f"Inconclusive for {domain}: {missing}. {lead}"
    return lead


def _open(function: Function) -> bool:
    return function.state == "unknown" or not any(leg.state in ("known", "failed") for leg in function.legs)


def _worst(domain: str, spofs: tuple[SinglePoint, ...], seen: Seen) -> str:
    companies = [point for point in spofs if point.failure_domain.kind == "parent"]
    strong = [point for point in companies if not point.name_only]
    if strong:
        first = strong[0]
        down = [each for each in first.functions if each.effect == "down"]
        if down:
            text = f"{called(first)} alone can take down {functions_named(down, domain)}, {_how_long(down)}"
        else:
            text = f"{called(first)} alone can end {functions_named(list(first.functions), domain)} of {domain}"
        for point in strong[1:3]:
            text += f"; {called(point)} alone can end {functions_named(list(point.functions), domain)}"
        if len(strong) > 3:
            text += f"; {len(strong) - 3} more can each end a function alone"
        return f"{text}. {_standby(seen)}"
    if companies:
        names = listed([called(point) for point in companies])
        return (
            f"No company seen can take {domain} down alone, apart from those that hold its names: {names}. "
            "Every name has one registry and one registrar."
        )
    return f"No single point of failure of {domain} was established."


def called(point: SinglePoint) -> str:
    """The name by which a person knows a failure domain."""
    return point.failure_domain.name or point.failure_domain.id


def functions_named(impacts: list[FunctionImpact], domain: str) -> str:
    """``the web site, incoming mail and api.example.com``."""
    shown = [each for each in impacts if each.effect != "degraded"]
    words = [NAMED.get(each.id, each.id.removeprefix("web:")) for each in shown]
    if "the web site" in words and domain:
        words[words.index("the web site")] = domain
    if "name resolution" in words and domain in words:
        words.remove("name resolution")
    if domain in words:
        words.remove(domain)
        words.insert(0, domain)
    return listed(words)


def _how_long(down: list[FunctionImpact]) -> str:
    worst = max(down, key=lambda each: each.time_to_recover_hours.high)
    begins = min(each.time_to_impact_hours for each in down)
    start = "at once" if begins < 0.02 else f"within {duration(begins)}"
    return f"{start}, for about {span(worst.time_to_recover_hours)}"


def _standby(seen: Seen) -> str:
    elsewhere = any(
        isinstance(item.value, Listing) and item.value.store not in ("apple-app-store", "google-play")
        for item in seen.of("listing")
    )
    return "A further store lists the app." if elsewhere else "No fallback was seen."


def span(hours: Hours) -> str:
    """``15 days (2 to 42 days)``."""
    return f"{duration(hours.usual)} ({duration(hours.low)} to {duration(hours.high)})"


def duration(hours: float) -> str:
    """A length of time in the unit a person would choose."""
    if hours >= 24 * 60:
        return f"{hours / 730:.0f} months"
    if hours >= 47:
        return f"{hours / 24:.0f} days"
    if hours >= 1:
        return f"{hours:.0f} hours" if round(hours) != 1 else "1 hour"
    minutes = max(1, round(hours * 60))
    return f"{minutes} minutes" if minutes != 1 else "1 minute"


def listed(words: list[str]) -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
