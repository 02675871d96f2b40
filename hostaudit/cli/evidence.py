"""The evidence of a command: from a scan or from a saved file, with the declarations of the site's owner."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.cli import inputs
from hostaudit.cli.console import Progress, plain_log, progress_fits
from hostaudit.cli.options import Lookup, Network, SiteChoice, look_options
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostaudit.cli.output import Writer
    from hostaudit.documents.report_list import Saved
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
            self._note(f"declarations for {domain} from {found[0]}")
            return found[1]
        if self.given is not None:
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
        if unseen:
            self._note(f"declared hosts that this evidence does not cover: {', '.join(unseen)}")
        return msgspec.structs.replace(file, site=site)


def saved(path: str, declarations: Declarations) -> EvidenceFile:
    """The evidence of a saved file (``-``: standard input), or that in a report, which lacks its declarations."""
    from hostaudit.documents.report_list import read_saved

    return of_saved(read_saved(path), path, declarations)


def of_saved(found: Saved, path: str, declarations: Declarations) -> EvidenceFile:
    """The same of a file that was read. Raises ``UsageError`` for a list of more than one site."""
    if found.evidence is not None:
        return declarations.added(found.evidence)
    if len(found.reports) != 1:
        hint = "scan, analyse and convert take a list; for this command take one line of it, or a report"
        raise UsageError(f"{path} holds {len(found.reports)} sites, not one", hint)
    declarations.tell(f"{path} is a report: the evidence in it is judged anew, without what was declared for it")
    return declarations.added(in_report(found.reports[0]))


def in_report(report: Report) -> EvidenceFile:
    """The evidence in a report, which lacks the declarations."""
    from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun, Look

    run = EvidenceRun(
        started=report.run.started,
        finished=report.run.finished,
        resolver=report.run.resolver,
        vantage=report.run.vantage,
        tool_version=report.run.tool_version,
        defects=report.run.defects,
    )
    seen_from = report.places if isinstance(report.places, tuple) else ()
    looks = tuple(sorted((Look(each.target, each.run) for each in seen_from), key=lambda each: each.run.vantage))
    return EvidenceFile(EVIDENCE_SCHEMA, report.target, run, report.evidence, looks=looks)


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
) -> EvidenceFile:
    """The evidence for a question about a site: from saved evidence, from a report, or from a scan now."""
    options = look_options(Network(resolver=lookup.resolver, deadline=lookup.deadline), debug=debug)
    if target == "-" or is_path(target):
        if hosts or lookup.resolver:
            hint = "leave out --host and --resolver, or give a domain"
            raise UsageError(f"{target} is saved evidence: nothing is scanned", hint)
        writer.reads(target)
        return saved(target, declarations)
    show = not (writer.quiet or debug) and progress_fits(sys.stderr, os.environ)
    file = live(target, hosts, options, declarations, Progress(sys.stderr) if show else None)
    writer.scanned(file)
    return file
