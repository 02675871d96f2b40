"""``--against FOLDER``: the files of the project before a change, by which the same look is judged too.

A file lies in FOLDER where it lies in the working directory. One that lies elsewhere, and standard input, is the same
before and after.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit.cli import inputs
from hostaudit.cli.evidence import Declarations
from hostaudit.cli.options import SiteChoice
from hostaudit.errors import HostauditError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.site import Site


class Earlier:
    """The declarations and the policy of each site before a change. Without a file that can be read, nothing is known
    of then, so that everything counts as new."""

    def __init__(self, folder: Path, now: Declarations, listed: str | None, note: Callable[[str], None]) -> None:
        """``now``: the files after the change; ``listed``: the list of domains, None without. Raises ``UsageError`` for
        a folder that is not there."""
        if not folder.is_dir():
            hint = "give a folder with the files as they were before the change, at the same paths"
            raise UsageError(f"--against {folder} is no folder", hint)
        self._folder = folder
        self._note = note
        self._unread = False
        site, policy = (_then(folder, each) for each in (now.given, now.demanding))
        choice = SiteChoice(site if site and site.is_file() else None, now.ignored)
        demanding = policy if policy and policy.is_file() else None
        self._files = Declarations(choice, _silent, policy=demanding, many=True, folder=folder)
        inputs.reads(choice.site, demanding)
        self._domains = self._listed(listed)

    def of(self, domain: str) -> tuple[Site | None, EffectivePolicy | None] | None:
        """The declarations and the policy for a domain before the change; None if it is new, or if the files of then
        cannot be read, which is noted once."""
        if self._unread or (self._domains is not None and domain not in self._domains):
            return None
        try:
            return self._files.declared(domain), self._files.policy(domain)
        except HostauditError as error:
            self._unread = True
            self._note(f"all that fails counts as new, as the files in {self._folder} cannot be read: {error.message}")
            return None

    def _listed(self, path: str | None) -> frozenset[str] | None:
        """The domains of the list before the change; None if the list says nothing of what is new."""
        then = None if path in (None, "-") else _then(self._folder, Path(path or ""))
        if then is None:
            return None
        from hostaudit.cli.batch import domain_list

        try:
            content = domain_list.content(str(then), str(then))
        except UsageError:
            return frozenset()
        inputs.reads(then)
        return frozenset(each.domain for each in domain_list.parse(content).targets)


def _then(folder: Path, path: Path | None) -> Path | None:
    """The place of a file before the change; None without a file."""
    if path is None:
        return None
    relative = os.path.relpath(path)
    return path if Path(relative).parts[:1] == (os.pardir,) else folder / relative


def _silent(text: str) -> None:
    """Say nothing: notes are about the files of now."""
