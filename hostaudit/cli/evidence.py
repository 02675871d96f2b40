"""Where the evidence of a command comes from: a live site or a saved file, with what the owner declares about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.cli.console import Progress, progress_fits
from hostaudit.cli.options import Writer, look_options
from hostaudit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostaudit.documents.site_file import Loaded
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.site import Site
    from hostaudit.observe.look import LookOptions


PICKED_UP = ("hostaudit.yaml", ".hostaudit.yaml")
"""Names of the file of declarations and demands in the working directory; the first that exists counts."""


def is_path(argument: str) -> bool:
    """An argument of scan names a saved file. ``example.com/path`` does only if that file exists; a URL never does."""
    if "://" in argument:
        return False
    return argument.endswith(".json") or (os.sep in argument and Path(argument).is_file())


class Declarations:
    """The declarations and demands of a command, from its files.

    Declarations stand in the file of ``--site``, else in that of ``--policy`` or in one in the working directory, if
    it has the domain. Demands stand in the file of ``--policy``, else in that of ``--site`` or in the one here. Each
    file is read once. With ``many`` a file has to know one of the domains, not each, and is told of once.
    """

    def __init__(
        self,
        given: Path | None,
        note: Callable[[str], None],
        *,
        ignored: bool = False,
        policy: Path | None = None,
        many: bool = False,
    ) -> None:
        if given is not None and ignored:
            raise UsageError("--site and --no-site contradict each other", "leave one of them out")
        self.given = given
        self.ignored = ignored
        self.demanding = policy
        self._note = note
        self._many = many
        self._read: dict[Path, Loaded] = {}

    def of(self, domain: str) -> Site | None:
        """The declaration of a domain in A-labels. Raises ``UsageError`` for a wrong file, or one given in vain."""
        from hostaudit.documents import site_file

        for path in (self.given,) if self.given else (self.demanding, self._picked_up()):
            site = site_file.site_of(self._file(path).content, domain) if path else None
            if site is not None:
                self._note(f"declarations for {domain} from {path}")
                return site
        if self.given is not None:
            declared = ", ".join(each.domain for each in self._file(self.given).content.sites)
            hint = f"it has: {declared}" if declared else "it has no sites"
            raise UsageError(f"{self.given} declares nothing for {domain}", hint)
        return None

    def among(self, domains: Iterable[str]) -> dict[str, Site]:
        """The declarations of those of many domains that have one. Raises ``UsageError`` for a wrong file,
        and for one given on purpose that declares none of them."""
        from hostaudit.documents import site_file

        paths = [path for path in ((self.given,) if self.given else (self.demanding, self._picked_up())) if path]
        found: dict[str, Site] = {}
        count = 0
        for domain in domains:
            count += 1
            declared = (site_file.site_of(self._file(path).content, domain) for path in paths)
            site = next((each for each in declared if each is not None), None)
            if site is not None:
                found[domain] = site
        if self.given is not None and not found:
            raise UsageError(f"{self.given} declares none of the {count} domains", "leave --site out, or add them")
        if found:
            self._note(f"declarations for {len(found)} of {count} domains from {' and '.join(map(str, paths))}")
        return found

    def policy(self, domain: str) -> EffectivePolicy | None:
        """The demands on a domain in A-labels, None if there is no file or it neither demands anything of the
        domain nor excepts it. Raises ``UsageError`` for a wrong file, or one given in vain."""
        path = self.demanding or self.given or self._picked_up()
        if path is None:
            return None
        from hostaudit.documents import rules
        from hostaudit.policy import effective

        found = effective.effective(self._file(path), domain, rules.shipped().presets)
        if found.stated:
            if not self._many:
                self._note(f"policy for {domain} from {path}")
        elif self.demanding is not None and not self._many:
            hint = "add a policy for every site, or a target that matches this one"
            raise UsageError(f"{path} demands nothing of {domain}", hint)
        return found if found.stated or found.exceptions else None

    def _picked_up(self) -> Path | None:
        return None if self.ignored else next((each for each in map(Path, PICKED_UP) if each.is_file()), None)

    def _file(self, path: Path) -> Loaded:
        if path not in self._read:
            from hostaudit.documents import rules, site_file

            shipped = rules.shipped()
            self._read[path] = site_file.load_by(path, shipped, site_file.world(shipped))
        return self._read[path]

    def added(self, file: EvidenceFile) -> EvidenceFile:
        """Evidence with its declaration. What it was saved with gives way only to a file given on purpose: the same
        evidence must not say another thing in another directory."""
        if file.site is not None and self.given is None:
            return file
        site = self.of(file.target.domain)
        if site is None:
            return file
        import msgspec

        unseen = [host for host in site.hosts if host not in file.target.hosts]
        if unseen:
            self._note(f"not looked at when this evidence was saved: {', '.join(unseen)}")
        return msgspec.structs.replace(file, site=site)


def saved(path: str, declarations: Declarations) -> EvidenceFile:
    """The evidence of a saved file (``-``: standard input)."""
    from hostaudit.documents.evidence_file import read_evidence

    return declarations.added(read_evidence(path))


def live(
    domain: str,
    hosts: tuple[str, ...],
    options: LookOptions,
    declarations: Declarations,
    progress: Callable[[int, int], None] | None,
    demanded: Callable[[str], object] | None = None,
) -> EvidenceFile:
    """The evidence of a live domain, its declared hosts and fallbacks looked at too. ``demanded`` is asked for the
    domain first, so that a wrong policy is refused before anything is looked at."""
    from hostaudit import api
    from hostaudit.domain import parse

    target = parse(domain, hosts)
    if demanded is not None:
        demanded(target.domain)
    site = declarations.of(target.domain)
    try:
        return api.look(domain, hosts=hosts, site=site, options=options, progress=progress)
    finally:
        if isinstance(progress, Progress):
            progress.clear()


def seen(
    target: str,
    writer: Writer,
    declarations: Declarations,
    hosts: tuple[str, ...],
    resolver: tuple[str, ...],
    deadline: float,
) -> EvidenceFile:
    """The evidence of a site, of a saved file, or that a report was made of."""
    if target != "-" and not is_path(target):
        return of(target, writer, declarations, hosts, resolver, deadline)
    if hosts or resolver:
        hint = "leave out --host and --resolver, or give a domain"
        raise UsageError(f"{target} is a saved file: nothing more is looked at", hint)
    from hostaudit.documents.evidence_file import read_report
    from hostaudit.model.evidence import EVIDENCE_SCHEMA, EvidenceFile, EvidenceRun

    found = read_report(target)
    if not isinstance(found, EvidenceFile):
        run = EvidenceRun(
            started=found.run.started,
            finished=found.run.finished,
            resolver=found.run.resolver,
            vantage=found.run.vantage,
            tool_version=found.run.tool_version,
        )
        found = EvidenceFile(EVIDENCE_SCHEMA, found.target, run, found.evidence)
    return declarations.added(found)


def of(
    target: str,
    writer: Writer,
    declarations: Declarations,
    hosts: tuple[str, ...],
    resolver: tuple[str, ...],
    deadline: float,
) -> EvidenceFile:
    """The evidence that a question about a site is answered from: a saved file, or what a scan sees now."""
    options = look_options(
        resolver, None, timeout=5.0, deadline=deadline, depth=3, switches=(False, False, False), allow_private=()
    )
    if target == "-" or is_path(target):
        if hosts or resolver:
            hint = "leave out --host and --resolver, or give a domain"
            raise UsageError(f"{target} is a saved evidence file: nothing more is looked at", hint)
        writer.reads(target)
        return saved(target, declarations)
    show = not writer.quiet and progress_fits(sys.stderr, os.environ)
    return live(target, hosts, options, declarations, Progress(sys.stderr) if show else None)
