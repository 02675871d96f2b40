"""``hostaudit policy``: write a policy, check it without network, see what it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import evidence
from hostaudit.cli.console import put
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
    SiteOption,
    Writer,
    refuse_other,
    say,
)
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from datetime import date

    from hostaudit.model.checks import PolicyCase
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report

app = typer.Typer(
    help="Write, check and show what is demanded of sites (hostaudit.yaml).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


SeenArgument = Annotated[
    str, typer.Argument(metavar="[DOMAIN|EVIDENCE|REPORT]", help="Of which site; without one a preset alone.")
]
PresetOption = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Begin with this preset; repeatable.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
PlaceOption = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")]


@app.command()
def init(
    site_seen: SeenArgument = "",
    preset: PresetOption = None,
    force: ForceOption = False,
    output: PlaceOption = evidence.PICKED_UP[0],
    host: HostOption = None,
    site: SiteOption = None,
    no_site: NoSiteOption = False,
    resolver: ResolverOption = None,
    deadline: DeadlineOption = 45.0,
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Write a policy that a site meets as it is today, with a word on every line."""
    writer = Writer("terminal", None, "auto", quiet=quiet)
    target = None if output == "-" else Path(output)
    if target is not None and target.exists() and not force:
        hint = "name another file with -o and move its policy over, or replace the file with --force"
        raise UsageError(f"{target} is there already", hint)
    from hostaudit import audit
    from hostaudit.cli.commands import policy_draft
    from hostaudit.documents import rules
    from hostaudit.files import check_writable, write_atomically
    from hostaudit.policy import propose

    if target is not None:
        check_writable(target)
    shipped = rules.shipped()
    wanted = tuple(dict.fromkeys(preset or ([] if site_seen else ["baseline"])))
    for name in wanted:
        refuse_other("--preset", name, tuple(sorted(shipped.presets)))
    today = utc_today()
    steps: list[propose.Step] = []
    opinion = None
    if site_seen:
        declarations = evidence.Declarations(site, writer.note, ignored=no_site)
        seen = evidence.seen(site_seen, writer, declarations, tuple(host or ()), tuple(resolver or ()), deadline)
        judge = propose.trials(audit.understand(seen, shipped), today)
        steps, opinion = propose.settled(judge, {name: shipped.presets[name] for name in wanted})
        if any(each.rule == "name-not-delegated" for each in opinion.findings):
            raise UsageError(f"{opinion.target.domain} does not exist: nothing can be demanded of it", "check its name")
    text = policy_draft.text(steps, opinion, wanted, today)
    if target is None:
        put(text)
        return Exit.PASS
    write_atomically(target, text.encode("utf-8"))
    writer.note(f"policy written to {target}; read it through, then: hostaudit policy check {target}")
    return Exit.PASS


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Else the hostaudit.yaml here.")
    ] = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read by run()
) -> int:
    """Read policies strictly, offline: exit 2 for a wrong one; say which exceptions are over or end soon."""
    from hostaudit.documents import site_file
    from hostaudit.documents.rules import load
    from hostaudit.policy.warnings import reminders

    today = utc_today()
    rules = load()
    world = site_file.world(rules)
    code = Exit.PASS
    for path in files or (_here(),):
        try:
            loaded = site_file.load_by(path, rules, world)
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
    from hostaudit.documents import rules, site_file
    from hostaudit.domain import parse
    from hostaudit.policy.effective import effective as demanded

    if file and not target and not _is_file(file):
        file, target = "", file
    path = Path(file) if file else _here()
    shipped = rules.load()
    loaded = site_file.load_by(path, shipped, site_file.world(shipped))
    found = demanded(loaded, parse(target).domain if target else "", shipped.presets)
    return writer.put(_seen(found, presets=effective, origins=origin or format != "terminal"))


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
    from hostaudit.documents import policy_tests
    from hostaudit.model.checks import TESTS_SCHEMA, PolicyTrial, PolicyTrials

    trials: list[PolicyTrial] = []
    for path in files:
        head = policy_tests.read(path)
        for each in head.tests:
            opinion = _judged(path, each, each.policy or head.policy)
            differs = policy_tests.differences(opinion, each)
            trials.append(PolicyTrial(str(path), each.name, opinion.verdict, differs))
    writer.put(PolicyTrials(TESTS_SCHEMA, tuple(trials)))
    return Exit.FAIL if any(each.differs for each in trials) else Exit.PASS


def _judged(path: Path, each: PolicyCase, policy: str) -> Report:
    from hostaudit import api
    from hostaudit.documents import policy_file
    from hostaudit.model.checks import Criteria

    declarations = evidence.Declarations(None, lambda _: None, ignored=True, policy=path.parent / policy)
    file = evidence.saved(str(path.parent / each.evidence), declarations)
    criteria = Criteria(policy=declarations.policy(file.target.domain))
    return api.analyse(file, criteria=criteria, day=policy_file.day(each.day))


def _seen(policy: EffectivePolicy, *, presets: bool, origins: bool) -> EffectivePolicy:
    """As much of it as was asked for. Keys stay where their origins go, to tell what was taken back."""
    import msgspec

    from hostaudit.policy import effective

    if not presets:
        policy = effective.own(policy)
    return policy if origins else msgspec.structs.replace(policy, origins=dict.fromkeys(policy.origins, ""))


def utc_today() -> date:
    """The day by which exceptions end and certificates run out."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _here() -> Path:
    for name in evidence.PICKED_UP:
        if Path(name).is_file():
            return Path(name)
    hint = "name a file, or write one with: hostaudit policy init DOMAIN"
    raise UsageError(f"there is no {evidence.PICKED_UP[0]} here", hint)


def _is_file(argument: str) -> bool:
    return argument.endswith((".yaml", ".yml")) or Path(argument).is_file()
