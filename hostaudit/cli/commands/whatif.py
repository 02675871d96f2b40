"""``hostaudit whatif``: simulate the loss of providers, or a recorded incident, at a site."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hostaudit.api import BINDINGS, KINDS
from hostaudit.cli import evidence
from hostaudit.cli.commands import Entry
from hostaudit.cli.option_groups import grouped, titled
from hostaudit.cli.options import Console, Lookup, Output, SiteChoice, SiteQuestion, refuse_other
from hostaudit.cli.output import Writer
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.whatif import WhatIf

LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(m|min|h|d|w)?")
HOURS_OF = {"m": 1 / 60, "min": 1 / 60, "h": 1.0, "": 1.0, "d": 24.0, "w": 168.0}
MOST_NOTICE = 24 * 365 * 10.0

TargetArgument = Annotated[
    str, typer.Argument(metavar="DOMAIN|FILE", help="A domain to scan, or saved evidence, a report (JSON) or a list.")
]


@titled("Simulation")
class Question(NamedTuple):
    """The loss or the incident to simulate, and the options that apply it to the site."""

    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Simulate that this company, provider, AS ... ends its service; repeatable."),
    ] = None
    kind: Annotated[str, typer.Option(metavar="|".join(KINDS), help="The kind of the ids given with --drop.")] = ""
    notice: Annotated[
        str, typer.Option(metavar="TIME", help="With --drop: the notice that is given before, such as 24h or 3d.")
    ] = "0h"
    scenario: Annotated[
        str, typer.Option(metavar="ID", help="Simulate a recorded incident; ids: hostaudit scenarios list.")
    ] = ""
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as", metavar="ACTOR=ID", help="With --scenario: ACTOR of the incident is your provider ID; repeatable."
        ),
    ] = None
    bind: Annotated[
        str,
        typer.Option(
            metavar="|".join(BINDINGS),
            help="With --scenario: role means your provider in the same role, literal only the recorded provider.",
        ),
    ] = ""
    all_: Annotated[
        bool, typer.Option("--all", help="Simulate every scenario; show the worst outage of each function.")
    ] = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The given ones of the options that choose the simulation."""
        choices = (("--drop", self.drop), ("--scenario", self.scenario), ("--all", self.all_))
        return tuple(name for name, given in choices if given)


@grouped
def whatif(
    *, target: TargetArgument, question: Question, about: SiteQuestion, output: Output, lookup: Lookup, console: Console
) -> int:
    """Simulate the loss of providers. The answer is what stops, when, for how long, and what still works."""
    from hostaudit.model.whatif import Matrix, WhatIf

    document = Matrix if question.all_ else WhatIf
    writer = Writer(output, console, document=document, evidence=about.save_evidence)
    _refuse_unclear(question)
    hours = notice_hours(question.notice)
    renamed = _pairs(tuple(question.as_ or ()))
    declarations = evidence.Declarations(SiteChoice(about.site, about.no_site), writer.note)
    from hostaudit import api
    from hostaudit.documents import scenarios

    chosen = scenarios.find(question.scenario) if question.scenario else None
    found = evidence.of(target, writer, declarations, tuple(about.host or ()), lookup, debug=console.debug)
    failure = evidence.kept(about.save_evidence, found, writer)

    def answer(file: EvidenceFile) -> WhatIf:
        return api.whatif(
            file,
            drop=tuple(question.drop or ()),
            kind=question.kind,
            notice_hours=hours,
            scenario=chosen,
            actors=renamed,
            binding=question.bind,
        )

    answers = [api.matrix(each) if question.all_ else answer(each) for each in found.files]
    code = writer.put_each(answers, listed=found.listed)
    if failure is not None:
        raise failure
    return code


def _refuse_unclear(question: Question) -> None:
    """Refuse all but exactly one loss or incident, and options that do not belong to it."""
    asked = question.asked
    if not asked:
        hint = "add --drop ID, --scenario ID or --all; for ids: hostaudit scan DOMAIN, hostaudit scenarios list"
        raise UsageError("no simulation is given", hint)
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} cannot be used together", "give one of them at a time")
    for name, given, belongs in (
        ("--kind", question.kind, "--drop"),
        ("--as", question.as_, "--scenario"),
        ("--bind", question.bind, "--scenario"),
        ("--notice", question.notice if question.notice != "0h" else "", "--drop"),
    ):
        if given and asked != (belongs,):
            raise UsageError(f"{name} has no effect without {belongs}", f"leave {name} out, or add {belongs}")
    if any(not each.strip() for each in question.drop or ()):
        raise UsageError("--drop has an empty id", "give an id; hostaudit scan DOMAIN lists the providers of a site")
    if question.kind:
        refuse_other("--kind", question.kind, KINDS)
    if question.bind:
        refuse_other("--bind", question.bind, BINDINGS)


def notice_hours(text: str) -> float:
    """Hours from ``24h``, ``90m``, ``3d``, ``2w`` or a plain number of hours."""
    match = LENGTH.fullmatch(text.strip().lower())
    hours = float(match[1]) * HOURS_OF[match[2] or ""] if match else math.nan
    if not 0 <= hours <= MOST_NOTICE:
        raise UsageError(f"--notice {text} is not a duration", "give one such as 24h, 90m or 3d")
    return hours


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    """The site's provider for each actor of the incident that it replaces; one provider for each actor."""
    found: dict[str, str] = {}
    for text in given:
        actor, _, provider = text.partition("=")
        if not (actor and provider):
            raise UsageError(f"--as {text} is not ACTOR=ID", "give one such as aws=ovh")
        if found.setdefault(actor, provider) != provider:
            raise UsageError(f"--as gives both {found[actor]} and {provider} for {actor}", "leave one of them out")
    return found


ENTRIES = (Entry(30, "whatif", whatif),)
