"""``hostaudit policy``: write, check, show and test a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hostaudit.cli import evidence, inputs
from hostaudit.cli.commands import Entry
from hostaudit.cli.console import complain_of, put
from hostaudit.cli.option_groups import grouped
from hostaudit.cli.options import Console, HostOption, Lookup, Notes, Output, SiteChoice, TrialOutput, refuse_other
from hostaudit.cli.output import DEFAULT, Writer
from hostaudit.cli.values import Typer
from hostaudit.errors import Exit, UsageError
from hostaudit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hostaudit.model.checks import PolicyCase
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report

app = Typer(
    help="Write, check, show and test policies (hostaudit.yaml).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


SeenArgument = Annotated[
    str,
    typer.Argument(
        metavar="DOMAIN|EVIDENCE|REPORT", help="The site to write the policy for; without it only presets are used."
    ),
]
PresetOption = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Start from this preset; repeatable.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]
PlaceOption = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE; - is standard output.")
]


@app.command()
@grouped
def init(
    *,
    site_seen: SeenArgument = "",
    preset: PresetOption = None,
    force: ForceOption = False,
    output: PlaceOption = evidence.PICKED_UP[0],
    host: HostOption = None,
    site: SiteChoice,
    lookup: Lookup,
    notes: Notes,
) -> int:
    """Write a policy that a site meets today, with a comment on every line."""
    target = None if output == "-" else Path(output)
    if target is not None and target.exists() and not force:
        hint = "give another file with -o, or replace this one with --force"
        raise UsageError(f"{target} exists already", hint)
    from hostaudit.audit import places
    from hostaudit.cli import policy_draft
    from hostaudit.documents import rules
    from hostaudit.files import check_writable, write_atomically
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import name_is_gone
    from hostaudit.policy import propose

    inputs.writes(output)
    if target is not None:
        check_writable(target)
    writer = Writer(Output(), Console(quiet=notes.quiet), document=EffectivePolicy)
    shipped = rules.shipped()
    wanted = tuple(dict.fromkeys(preset or ([] if site_seen else ["baseline"])))
    for name in wanted:
        refuse_other("--preset", name, tuple(sorted(shipped.presets)))
    today = utc_today()
    steps: list[propose.Step] = []
    report = None
    if site_seen:
        declarations = evidence.Declarations(site, writer.note, replaced=target)
        hosts = tuple(host or ())
        seen = evidence.of(site_seen, writer, declarations, hosts, lookup, debug=notes.debug, single=True)
        judge = places.trials(seen.files[0], shipped, today)
        steps, report = propose.settled(judge, {name: shipped.presets[name] for name in wanted})
        if name_is_gone(report.findings):
            problem = f"{report.target.domain} is not in the zone of its registry, so no policy can be written"
            raise UsageError(problem, "check the name")
    text = policy_draft.text(steps, report, wanted, today)
    if target is None:
        put(text)
        return Exit.PASS
    write_atomically(target, text.encode("utf-8"))
    writer.note(f"policy written to {target}; review it, then run: hostaudit policy check {target}")
    return Exit.PASS


@app.command()
@grouped
def check(
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Default: hostaudit.yaml in this folder.")
    ] = None,
    notes: Notes,
) -> int:
    """Check policy files without network: exit 2 if one is invalid; warn of exceptions that expired or expire soon."""
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
            complain_of(error)
            continue
        found = reminders(loaded.content, world, today)
        lines = [f"{loaded.place(where)}: warning: {text}" for where, text in found]
        file = loaded.content
        counts = ((file.sites, "site"), (file.targets, "target"), (file.exceptions, "exception"))
        said = [f"{len(each)} {noun}{'' if len(each) == 1 else 's'}" for each, noun in counts if each]
        said = [*(["a policy"] if file.policy is not None else []), *said]
        warnings = f", {len(lines)} warning{'' if len(lines) == 1 else 's'}" if lines else ""
        summary = f"{path}: valid ({', '.join(said)}){warnings}"
        put("".join(f"{printable(line, 600)}\n" for line in (*lines, *(() if notes.quiet else (summary,)))))
    return code


@app.command()
@grouped
def show(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Default: hostaudit.yaml in this folder.")] = "",
    target: Annotated[
        str, typer.Argument(metavar="DOMAIN", help="The site; without it the policy for every site.")
    ] = "",
    effective: Annotated[bool, typer.Option("--effective", help="Include the values of presets and defaults.")] = False,
    origin: Annotated[bool, typer.Option("--origin", help="Show the file and line of each value.")] = False,
    output: Output,
    console: Console,
) -> int:
    """Show the rules of a policy for a site."""
    from hostaudit.model.policy import EffectivePolicy

    writer = Writer(output, console, document=EffectivePolicy)
    from hostaudit.documents import rules, site_file
    from hostaudit.domain import parse
    from hostaudit.policy.effective import effective as demanded

    if file and not target and not _is_file(file):
        file, target = "", file
    path = Path(file) if file else _here()
    writer.reads(path)
    shipped = rules.load()
    loaded = site_file.load_by(path, shipped, site_file.world(shipped))
    found = demanded(loaded, parse(target).domain if target else "", shipped.presets)
    return writer.put(_seen(found, presets=effective, origins=origin or (output.format or DEFAULT) != DEFAULT))


@app.command("test")
@grouped
def test_(
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="YAML files with tests.")],
    output: TrialOutput,
    console: Console,
) -> int:
    """Test a policy against saved evidence, reports or lists, without network: exit 1 if a result is not as
    expected."""
    from hostaudit.model.checks import TESTS_SCHEMA, PolicyTrial, PolicyTrials

    writer = Writer(output, console, document=PolicyTrials)
    from hostaudit.documents import policy_tests

    trials: list[PolicyTrial] = []
    for path in files:
        head = policy_tests.read(path)
        for each in head.tests:
            for domain, report in _judged(path, each, each.policy or head.policy):
                differs = policy_tests.differences(report, each)
                trials.append(PolicyTrial(str(path), each.name, report.verdict, differs, domain))
    writer.put(PolicyTrials(TESTS_SCHEMA, tuple(trials)))
    return Exit.FAIL if any(each.differs for each in trials) else Exit.PASS


def _judged(path: Path, each: PolicyCase, policy: str) -> Iterator[tuple[str, Report]]:
    """The report on each site of a test, with its domain if it is one of a list."""
    from hostaudit import api
    from hostaudit.documents import policy_values
    from hostaudit.model.checks import Criteria

    nothing_else = SiteChoice(no_site=True)
    inputs.reads(path.parent / policy, path.parent / each.evidence)
    declarations = evidence.Declarations(nothing_else, lambda _: None, policy=path.parent / policy)
    found = evidence.gathered(str(path.parent / each.evidence), declarations)
    for file in found.files:
        criteria = Criteria(policy=declarations.policy(file.target.domain))
        report = api.analyse(file, criteria=criteria, day=policy_values.day(each.day))
        yield file.target.domain if found.listed else "", report


def _seen(policy: EffectivePolicy, *, presets: bool, origins: bool) -> EffectivePolicy:
    """The requested parts of the policy. Keys stay when their origins are removed, to show which ones were reset."""
    import msgspec

    from hostaudit.policy import effective

    if not presets:
        policy = effective.own(policy)
    return policy if origins else msgspec.structs.replace(policy, origins=dict.fromkeys(policy.origins, ""))


def utc_today() -> date:
    """Today's date in UTC, which decides if an exception or a certificate has expired."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _here() -> Path:
    for name in evidence.PICKED_UP:
        if Path(name).is_file():
            return Path(name)
    hint = "give a file, or write one with: hostaudit policy init DOMAIN"
    raise UsageError(f"there is no {evidence.PICKED_UP[0]} in this folder", hint)


def _is_file(argument: str) -> bool:
    return argument.endswith((".yaml", ".yml")) or Path(argument).is_file()


ENTRIES = (Entry(110, "policy", app),)
