"""The rules by which build runners find commands in the lines of a log, written anew from their sources.

GitHub Actions: ``ActionCommand.TryParseV2`` and ``TryParse`` (actions/runner). Azure Pipelines: ``Command.TryParse``
(microsoft/azure-pipelines-agent). TeamCity: service messages, by its manual. Where a runner's own rule is narrower, as
its list of known commands is, the wider one is taken: any name counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
"""Characters that a comparison by culture, which .NET makes where no other is named, takes for nothing."""

HEXADECIMAL = re.compile("[0-9A-Fa-f:.]*")


def github(line: str) -> str | None:
    """The name of the command that GitHub's runner reads in a line."""
    text = line.lstrip()
    if text.startswith("::"):
        end = text.find("::", 2)
        name = text[2:end].partition(" ")[0] if end >= 0 else ""
        # No command has such a name, and this is how lists of IPv6 addresses begin.
        if name and not HEXADECIMAL.fullmatch(name):
            return name
    return _bracketed(line, "##[")


def azure(line: str) -> str | None:
    """The name of the command that Azure's agent reads in a line."""
    name = _bracketed(line, "##vso[")
    return name if name is not None and len([part for part in name.split(".") if part]) == 2 else None


def teamcity(line: str) -> str | None:
    """The name of the service message that TeamCity reads in a line."""
    return _bracketed(line, "##teamcity[")


def _bracketed(line: str, prefix: str) -> str | None:
    line = IGNORED.sub("", line)
    start = line.lower().find(prefix)
    end = line.find("]", start)
    return None if start < 0 or end < 0 else line[start + len(prefix) : end].partition(" ")[0]


def commands(text: str) -> Iterator[str]:
    """Every command that some runner reads in a text. A runner ends lines at line feeds and at carriage returns."""
    for line in re.split("[\r\n]", text):
        for runner in (github, azure, teamcity):
            name = runner(line)
            if name is not None:
                yield f"{runner.__name__}: {name}"


LURES = (
    "::error::owned",
    "  ::set-output name=a::b",
    ":::error::owned",
    "::add-mask::x",
    "::stop-commands::x",
    "::debug::x",
    "x\n::warning::y",
    "x\r::warning::y",
    "##[group]owned",
    "###[add-mask]x",
    "x ##[error]y",
    "##vso[task.complete result=Succeeded;]done",
    "x##vso[task.setvariable variable=PATH]y",
    "##VSO[task.logissue type=error]y",
    "##v\u00adso[task.complete result=Succeeded;]done",
    "#\u200b#vso[task.complete result=Succeeded;]done",
    "##\u034fvso[task.complete result=Succeeded;]done",
    "##vso\ufe0f[task.complete result=Succeeded;]done",
    "##teamcity[buildStatus status='SUCCESS' text='owned']",
    "####teamcity[buildStatus status='SUCCESS']",
    '"##vso[task.complete result=Succeeded;]',
    "\\##vso[task.complete result=Succeeded;]",
)
"""Strings in which one of the runners would find a command, were they printed as they are."""

ADDRESSES = ("::1", "[::1]:53,", "2001:db8::1", "2001:db8::/32", "::ffff:192.0.2.1", "fe80::1%eth0", "::")
