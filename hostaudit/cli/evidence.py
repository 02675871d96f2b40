"""The evidence of a command: from a scan or from a saved file, with the declarations of the site's owner."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hostaudit.cli import inputs
from hostaudit.cli.console import Progress, plain_log, progress_fits
from hostaudit.cli.options import Lookup, Network, SiteChoice, look_options
from hostaudit.errors import NothingToScanError, UsageError
from hostaudit.model import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostaudit.cli.output import Writer
    from hostaudit.documents.site_file import Loaded
    from hostaudit.model.checks import Criteria
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report
    from hostaudit.model.site import Site
    from hostaudit.observe.look import LookOptions


PICKED_UP = ("hostaudit.yaml", ".hostaudit.yaml")
"""The names of the site and policy file that is read from the working directory; the first that exists is used."""


def is_path(argument: str) -> bool:
    """True if an argument of scan is a saved file. ``example.com/path`` is one only if it exists; a URL never is."""
    if "://" in argument:
        return False
    separated = os.sep in argument or "/" in argument
    return argument.endswith((".json", ".jsonl")) or (separated and Path(argument).is_file())


class Declarations:
    """The declarations and the policy of the sites of a command.

    Declarations are read from the file of ``--site``, else from that of ``--policy`` or from the one in the working
    directory, if it has the domain. The policy is read from the file of ``--policy``, else from that of ``--site`` or
    from the one in the working directory. Each file is read once. With ``many`` a file must have at least one of the
    domains, and one note is printed for it.
    """

    def __init__(
        self,
        choice: SiteChoice,
        note: Callable[[str], None],
        *,
        policy: Path | None = None,
        many: bool = False,
        replaced: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        """``replaced``: the file that the command writes. What it declares now goes with it, so it does not count.
        ``folder``: where a file is picked up, instead of the working directory."""
        if choice.site is not None and choice.no_site:
            raise UsageError("--site and --no-site contradict each other", "leave one of them out")
        self.given = choice.site
        self.ignored = choice.no_site
        self.demanding = policy
        self._note = note
        self._replaced = replaced
        self._folder = folder or Path()
        self.many = many
        self.as_saved: set[str] = set()
        self._read: dict[Path, Loaded] = {}
        inputs.reads(self._picked_up())

    def of(self, domain: str) -> Site | None:
        """The declarations for a domain in A-labels. Raises ``UsageError`` for an invalid file, and for a file given
        with ``--site`` that has none."""
        found = self._found(domain)
        if found is not None:
            if not self.many:
                self._note(f"declarations for {domain} from {found[0]}")
            return found[1]
        if self.given is not None and not self.many:
            declared = ", ".join(each.domain for each in self._file(self.given).content.sites)
            hint = f"it has: {declared}" if declared else "add the domain under sites, or leave --site out"
            raise UsageError(f"site file {self.given} has no declarations for {domain}", hint)
        return None

    def declared(self, domain: str) -> Site | None:
        """The declarations for a domain in A-labels, if there are any. Raises ``UsageError`` for an invalid file."""
        found = self._found(domain)
        return None if found is None else found[1]

    def _found(self, domain: str) -> tuple[Path, Site] | None:
        """The first file with declarations for a domain, and these."""
        from hostaudit.documents import site_file

        for path in (self.given,) if self.given else (self.demanding, self._picked_up()):
            site = site_file.site_of(self._file(path).content, domain) if path else None
            if path is not None and site is not None:
                return path, site
        return None

    def among(self, domains: Iterable[str]) -> dict[str, Site]:
        """The declarations by domain, for those domains that have any. Raises ``UsageError`` for an invalid file, and
        for a file given with ``--site`` that has none of them."""
        found: dict[str, Site] = {}
        paths: dict[str, None] = {}
        count = 0
        for domain in domains:
            count += 1
            declared = self._found(domain)
            if declared is not None:
                paths[str(declared[0])], found[domain] = None, declared[1]
        if self.given is not None and not found:
            hint = "add the domains under sites, or leave --site out"
            raise UsageError(f"site file {self.given} has declarations for none of the {count} domains", hint)
        if found:
            self._note(f"declarations for {len(found)} of {count} domains from {' and '.join(paths)}")
        return found

    def policy(self, domain: str) -> EffectivePolicy | None:
        """The policy for a domain in A-labels; None if there is no file, or it has neither a policy nor exceptions for
        the domain. Raises ``UsageError`` for an invalid file, and for a file of ``--policy`` that has no policy."""
        path = self.demanding or self.given or self._picked_up()
        if path is None:
            return None
        from hostaudit.documents import rules
        from hostaudit.policy import effective

        found = effective.effective(self._file(path), domain, rules.shipped().presets)
        if found.stated:
            if not self.many:
                self._note(f"policy for {domain} from {path}")
        elif self.demanding is not None and not self.many:
            hint = "add a policy for every site, or a target that matches this one"
            raise UsageError(f"policy file {path} has no policy for {domain}", hint)
        return found if found.stated or found.exceptions else None

    def tell(self, text: str) -> None:
        """Note something about the evidence for which declarations are read."""
        self._note(text)

    def of_many(self) -> None:
        """From now on the sites are those of a list, of which single ones are not noted."""
        self.many = True

    def _picked_up(self) -> Path | None:
        places = (self._folder / name for name in PICKED_UP)
        found = None if self.ignored else next((each for each in places if each.is_file()), None)
        if found is not None and self._replaced is not None and self._replaced.exists():
            return None if found.samefile(self._replaced) else found
        return found

    def _file(self, path: Path) -> Loaded:
        if path not in self._read:
            from hostaudit.documents import rules, site_file

            shipped = rules.shipped()
            self._read[path] = site_file.load_by(path, shipped, site_file.world(shipped))
        return self._read[path]

    def added(self, file: EvidenceFile) -> EvidenceFile:
        """Evidence with its declarations. Saved declarations are replaced only by a file of ``--site``: the same
        evidence must give the same report in every directory."""
        if file.site is not None and self.given is None:
            self.as_saved.add(file.target.domain)
            return file
        site = self.of(file.target.domain)
        if site is None:
            return file
        import msgspec

        unseen = [host for host in site.hosts if host not in file.target.hosts]
        if unseen and not self.many:
            self._note(f"declared hosts that this evidence does not cover: {', '.join(unseen)}")
        return msgspec.structs.replace(file, site=site)


class Reports(NamedTuple):
    """The reports of a file. ``listed``: they are those of a list, even of a list of one. ``left_out``: domains that
    the list names and has no report of. ``looked``: the evidence of those that were judged now."""

    reports: tuple[Report, ...]
    listed: bool
    left_out: tuple[str, ...] = ()
    looked: tuple[EvidenceFile, ...] = ()


def reports(
    path: str, writer: Writer, declarations: Declarations | None = None, *, with_graph: bool = False
) -> Reports:
    """The report in a saved file (``-``: standard input), that on the evidence in it, or those of a list.

    Reports are taken as they are; evidence is judged by the shipped rules, with ``declarations``. Raises ``UsageError``
    if a file of declarations is given for a report, and ``NothingToScanError`` for a list without any report.
    """
    from hostaudit import api
    from hostaudit.documents.report_list import read_saved
    from hostaudit.model.evidence import EvidenceFile

    writer.reads(path)
    found = read_saved(path)
    if found.listed and declarations is not None:
        declarations.of_many()
    if found.left_out:
        writer.note(f"without a report in {path}: {words.few(found.left_out, 5)}")
    if not found.sites:
        raise NothingToScanError(f"{path} holds no report", "give a file that scan -l wrote")
    made: list[Report] = []
    looked: list[EvidenceFile] = []
    for each in found.sites:
        if isinstance(each, EvidenceFile):
            each = each if declarations is None else declarations.added(each)
            looked.append(each)
            made.append(api.analyse(each, with_graph=with_graph))
        elif declarations is not None and declarations.given is not None:
            hint = "leave --site out, or give the evidence instead"
            raise UsageError(f"{path} is a report, which holds its declarations already", hint)
        else:
            made.append(each)
    return Reports(tuple(made), found.listed, found.left_out, tuple(looked))


class Gathered(NamedTuple):
    """The evidence of the sites of a question. ``listed``: they are those of a list, even of a list of one.
    ``left_out``: domains that the list names and has no evidence of."""

    files: tuple[EvidenceFile, ...]
    listed: bool = False
    left_out: tuple[str, ...] = ()


def gathered(path: str, declarations: Declarations, *, single: bool = False) -> Gathered:
    """The evidence of a saved file (``-``: standard input), or that in a report, which lacks its declarations, or that
    of every site of a list. Raises ``NothingToScanError`` for a list without any, and with ``single`` ``UsageError``
    for one of several."""
    from hostaudit.documents.report_list import read_saved
    from hostaudit.model.evidence import EvidenceFile

    found = read_saved(path)
    if single and len(found.sites) > 1:
        problem = f"{path} is a list of {len(found.sites)} sites, and one is needed"
        raise UsageError(problem, "save the line of one site in a file of its own, and give that")
    if found.listed:
        declarations.of_many()
        if found.left_out:
            declarations.tell(f"without a report in {path}: {words.few(found.left_out, 5)}")
        if not found.sites:
            raise NothingToScanError(f"{path} holds no report", "give a file that scan -l wrote")
    reports = sum(not isinstance(each, EvidenceFile) for each in found.sites)
    if reports:
        what = f"{reports} of {len(found.sites)} lines of {path} are reports" if found.listed else f"{path} is a report"
        which = "them" if found.listed else "it"
        declarations.tell(f"{what}: the evidence in {which} is judged anew, without what was declared for {which}")
    return Gathered(tuple(declarations.added(_evidence(each)) for each in found.sites), found.listed, found.left_out)


def _evidence(found: Report | EvidenceFile) -> EvidenceFile:
    from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun, Look

    if isinstance(found, EvidenceFile):
        return found
    run = EvidenceRun(
        started=found.run.started,
        finished=found.run.finished,
        resolver=found.run.resolver,
        vantage=found.run.vantage,
        tool_version=found.run.tool_version,
        defects=found.run.defects,
    )
    seen_from = found.places if isinstance(found.places, tuple) else ()
    looks = tuple(sorted((Look(each.target, each.run) for each in seen_from), key=lambda each: each.run.vantage))
    return EvidenceFile(EVIDENCE_SCHEMA, found.target, run, found.evidence, looks=looks)


def live(
    domain: str,
    hosts: tuple[str, ...],
    options: LookOptions,
    declarations: Declarations,
    progress: Callable[[int, int], None] | None,
    demanded: Callable[[str], Criteria | None] | None = None,
) -> EvidenceFile:
    """The evidence of a live domain with its declared hosts and fallbacks. ``demanded`` is called first, with the
    domain, so that an invalid policy is refused before the scan, and what was declared before a change is looked at
    too."""
    from hostaudit import api
    from hostaudit.domain import parse
    from hostaudit.model.site import together

    target = parse(domain, hosts)
    criteria = demanded(target.domain) if demanded is not None else None
    before = criteria.before.site if criteria is not None and criteria.before is not None else None
    site = declarations.of(target.domain)
    plain_log()
    try:
        file = api.look(domain, hosts=hosts, site=together(site, before), options=options, progress=progress)
    finally:
        if isinstance(progress, Progress):
            progress.clear()
    if before is None:
        return file
    from msgspec import structs

    return structs.replace(file, target=parse(domain, (*hosts, *(site.hosts if site else ()))), site=site)


def of(
    target: str,
    writer: Writer,
    declarations: Declarations,
    hosts: tuple[str, ...],
    lookup: Lookup,
    *,
    debug: bool,
    single: bool = False,
) -> Gathered:
    """The evidence for a question: from saved evidence, from a report, from a list of either, or from a scan now. With
    ``single`` a list of several sites is refused."""
    options = look_options(Network(resolver=lookup.resolver, deadline=lookup.deadline), debug=debug)
    if target == "-" or is_path(target):
        if hosts or lookup.resolver:
            hint = "leave out --host and --resolver, or give a domain"
            raise UsageError(f"{target} is saved evidence: nothing is scanned", hint)
        writer.reads(target)
        return gathered(target, declarations, single=single)
    show = not (writer.quiet or debug) and progress_fits(sys.stderr, os.environ)
    file = live(target, hosts, options, declarations, Progress(sys.stderr) if show else None)
    writer.scanned(file)
    return Gathered((file,))


def kept(path: Path | None, found: Gathered, writer: Writer) -> UsageError | None:
    """Save the evidence of a question, if that is asked. An error is returned and not raised, so that the answer is
    still written. Raises ``UsageError`` for a list."""
    if path is None:
        return None
    if found.listed:
        raise UsageError("--save-evidence cannot be used with a list", "leave it out: the list holds the evidence")
    return writer.save(path, found.files[0])
