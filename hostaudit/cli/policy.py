"""``hostaudit policy``: write a policy, check it without network, see what it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.options import (
    ColourOption,
    DebugOption,
    FormatOption,
    OutputOption,
    QuietOption,
    Writer,
    say,
)
from hostaudit.console import put
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from hostaudit.model import EffectivePolicy, PolicyCase, Report

app = typer.Typer(
    help="Write, check and show what is demanded of sites (hostaudit.yaml).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Else the hostaudit.yaml here.")
    ] = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Read policies strictly, offline: exit 2 for a wrong one; say which exceptions are over or end soon."""
    from datetime import UTC, datetime

    from hostaudit.reminders import reminders
    from hostaudit.rules import load

    today = datetime.now(UTC).date()
    rules = load()
    world = evidence.world(rules)
    code = Exit.PASS
    for path in files or (_here(),):
        try:
            loaded = evidence.loaded(path, rules, world)
        except UsageError as error:
            code = Exit.USAGE
            say(f"error: {printable(error.message, 600, ascii_only=True)}\n")
            say(f"hint: {printable(error.hint, 600, ascii_only=True)}\n")
            continue
        found = reminders(loaded.content, world, today)
        lines = [f"{loaded.place(where)}: warning: {text}" for where, text in found]
        file = loaded.content
        counts = ((file.sites, "site"), (file.targets, "target"), (file.exceptions, "exception"))
        said = [f"{len(each)} {noun}{'' if len(each) == 1 else 's'}" for each, noun in counts if each]
        said = [*(["a policy"] if file.policy is not None else []), *said]
        summary = f"{path}: in order ({', '.join(said)}){f', {len(lines)} to look at' if lines else ''}"
        put("".join(f"{printable(line, 600)}\n" for line in (*lines, *(() if quiet else (summary,)))))
    return code


@app.command()
def show(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Else the hostaudit.yaml here.")] = "",
    target: Annotated[str, typer.Argument(metavar="[DOMAIN]", help="Of which site; else of any.")] = "",
    effective: Annotated[bool, typer.Option("--effective", help="With what presets and defaults add.")] = False,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value stands.")] = False,
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Show what a policy demands of a site."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit import demands, rules
    from hostaudit.domain import parse

    if file and not target and not _is_file(file):
        file, target = "", file
    path = Path(file) if file else _here()
    shipped = rules.load()
    loaded = evidence.loaded(path, shipped, evidence.world(shipped))
    found = demands.effective(loaded, parse(target).domain if target else "", shipped.presets)
    return writer.put(_seen(found, presets=effective, origins=origin))


@app.command("test")
def test_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML files of tests.")],
    format: FormatOption = "terminal",  # noqa: A002 - the option's name
    output: OutputOption = None,
    color: ColourOption = "auto",
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Judge saved evidence as tests say, offline: exit 1 if anything comes out otherwise than expected."""
    writer = Writer(format, output, color, quiet=quiet)
    from hostaudit import policytests
    from hostaudit.model import TESTS_SCHEMA, PolicyTrial, PolicyTrials

    trials: list[PolicyTrial] = []
    for path in files:
        head = policytests.read(path)
        for each in head.tests:
            opinion = _judged(path, each, each.policy or head.policy)
            differs = policytests.differences(opinion, each)
            trials.append(PolicyTrial(str(path), each.name, opinion.verdict, differs))
    writer.put(PolicyTrials(TESTS_SCHEMA, tuple(trials)))
    return Exit.FAIL if any(each.differs for each in trials) else Exit.PASS


def _judged(path: Path, each: PolicyCase, policy: str) -> Report:
    from hostaudit import audit, policyfile
    from hostaudit.model import Criteria

    declarations = evidence.Declarations(None, lambda _: None, ignored=True, policy=path.parent / policy)
    file = evidence.saved(str(path.parent / each.evidence), declarations)
    criteria = Criteria(policy=declarations.policy(file.target.domain))
    return audit.analyse(file, audit.shipped_rules(), criteria, policyfile.day(each.day))


def _seen(policy: EffectivePolicy, *, presets: bool, origins: bool) -> EffectivePolicy:
    """As much of it as was asked for."""
    import msgspec

    from hostaudit import demands

    if not presets:
        policy = demands.own(policy)
    return policy if origins else msgspec.structs.replace(policy, origins={})


def _here() -> Path:
    for name in evidence.PICKED_UP:
        if Path(name).is_file():
            return Path(name)
    hint = "name a file, or write one with: hostaudit policy init DOMAIN"
    raise UsageError(f"there is no {evidence.PICKED_UP[0]} here", hint)


def _is_file(argument: str) -> bool:
    return argument.endswith((".yaml", ".yml")) or Path(argument).is_file()
