"""``hostaudit whatif``: what happens to a site when somebody leaves, or when a recorded incident happens to it."""

from __future__ import annotations

import math
import re
from typing import Annotated

import typer

from hostaudit.api import BINDINGS, KINDS
from hostaudit.cli import evidence
from hostaudit.cli.options import (
    ColourOption,
    DeadlineOption,
    DebugOption,
    FormatOption,
    HostOption,
    NoSiteOption,
    OutputOption,
    QuietOption,
    ResolverOption,
    SaveOption,
    SiteOption,
    Writer,
    refuse_other,
)
from hostaudit.errors import UsageError

LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(m|min|h|d|w)?")
HOURS_OF = {"m": 1 / 60, "min": 1 / 60, "h": 1.0, "": 1.0, "d": 24.0, "w": 168.0}
MOST_NOTICE = 24 * 365 * 10.0

TargetArgument = Annotated[
    str, typer.Argument(metavar="DOMAIN|FILE", help="A domain to look at now, or a saved evidence file.")
]


def whatif(
    target: TargetArgument,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Who ends service: a parent, product, AS ...; repeatable.")
    ] = None,
    kind: Annotated[str, typer.Option(metavar="|".join(KINDS), help="What the ids after --drop are.")] = "",
    notice: Annotated[str, typer.Option(metavar="TIME", help="Notice that is given, such as 24h or 3d.")] = "0h",
    scenario: Annotated[
        str, typer.Option(metavar="ID", help="A recorded incident; see hostaudit scenarios list.")
    ] = "",
    as_: Annotated[
        list[str] | None, typer.Option("--as", metavar="ACTOR=ID", help="Who of yours an actor is; repeatable.")
    ] = None,
    bind: Annotated[
        str,
        typer.Option(metavar="|".join(BINDINGS), help="Whom events mean: your provider in the role, or only theirs."),
    ] = "",
    all_: Annotated[bool, typer.Option("--all", help="Every scenario: worst hours for each function.")] = False,
    host: HostOption = None,
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    save_evidence: SaveOption = None,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    resolver: ResolverOption = None,
    deadline: DeadlineOption = 45.0,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Play through who leaves: what stops, when, for how long, what remains."""
    writer = Writer(format, output, color, spare=save_evidence, quiet=quiet, document="Matrix" if all_ else "WhatIf")
    _refuse_unclear(tuple(drop or ()), scenario, tuple(as_ or ()), all_=all_, kind=kind, bind=bind, notice=notice)
    hours = notice_hours(notice)
    renamed = _pairs(tuple(as_ or ()))
    declarations = evidence.Declarations(site, writer.note, ignored=no_site)
    from hostaudit import api
    from hostaudit.documents import scenarios

    chosen = scenarios.find(scenario) if scenario else None
    file = evidence.of(target, writer, declarations, tuple(host or ()), tuple(resolver or ()), deadline)
    failure = writer.save(save_evidence, file) if save_evidence else None
    if all_:
        code = writer.put(api.matrix(file))
    else:
        answer = api.whatif(
            file, drop=drop or (), kind=kind, notice_hours=hours, scenario=chosen, actors=renamed, binding=bind
        )
        code = writer.put(answer)
    if failure is not None:
        raise failure
    return code


def _refuse_unclear(
    drop: tuple[str, ...], scenario: str, renamed: tuple[str, ...], *, all_: bool, kind: str, bind: str, notice: str
) -> None:
    """Exactly one question, and only options that belong to it."""
    asked = [name for name, given in (("--drop", drop), ("--scenario", scenario), ("--all", all_)) if given]
    if not asked:
        hint = "give --drop ID, --scenario ID or --all; ids: hostaudit scan, hostaudit scenarios list"
        raise UsageError("nothing to play through was named", hint)
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are different questions", "ask one at a time")
    for name, given, belongs in (
        ("--kind", kind, "--drop"),
        ("--as", renamed, "--scenario"),
        ("--bind", bind, "--scenario"),
        ("--notice", notice if notice != "0h" else "", "--drop"),
    ):
        if given and asked != [belongs]:
            raise UsageError(f"{name} goes with {belongs}", f"leave {name} out")
    if any(not each.strip() for each in drop):
        raise UsageError("--drop names nobody", "give an id; hostaudit scan lists who the site depends on")
    if kind:
        refuse_other("--kind", kind, KINDS)
    if bind:
        refuse_other("--bind", bind, BINDINGS)


def notice_hours(text: str) -> float:
    """``24h``, ``90m``, ``3d``, ``2w`` or a number of hours, as hours."""
    match = LENGTH.fullmatch(text.strip().lower())
    hours = float(match[1]) * HOURS_OF[match[2] or ""] if match else math.nan
    if not 0 <= hours <= MOST_NOTICE:
        raise UsageError(f"--notice {text} is not a length of time", "give one such as 24h, 90m or 3d")
    return hours


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Who is meant by whom; an actor is one of the site's providers, not several."""
    found: dict[str, str] = {}
    for text in given:
        actor, _, provider = text.partition("=")
        if not (actor and provider):
            raise UsageError(f"--as {text} is not ACTOR=ID", "give one such as aws=ovh")
        if found.setdefault(actor, provider) != provider:
            raise UsageError(f"--as names both {found[actor]} and {provider} for {actor}", "leave one of them out")
    return found
