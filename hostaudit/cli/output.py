"""The output of a command: its formats, its files and its exit code.

Options that cannot work are refused before the scan; the error names the option.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hostaudit import report
from hostaudit.cli import inputs
from hostaudit.cli.console import columns, complain, note, put, wants_colour, wants_links
from hostaudit.cli.options import COLOURS, Console, Output, ReportOutput, ScanConsole, TrialOutput, refuse_other
from hostaudit.errors import Exit, UsageError
from hostaudit.model.verdict import EXIT_CODES
from hostaudit.report.text import inert

if TYPE_CHECKING:
    from hostaudit.model.documents import Document
    from hostaudit.model.effects import Effects
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.report import Report
    from hostaudit.model.verdict import Verdict

EXIT_OF: dict[str, Exit] = {verdict: Exit(code) for verdict, code in EXIT_CODES.items()}
STANDARD_OUTPUT = ("-", "/dev/stdout")
DEFAULT = "terminal"
_FORMAT_WORD = re.compile(r"[a-z][a-z0-9-]*")


class Writer:
    """The outputs of a command. Options that cannot work are refused by the constructor, before a long scan.

    Standard output takes the document of ``--format``, unless a plain ``-o FILE`` does or an ``-o FORMAT=-`` takes its
    place. ``document`` is the class of what will be written, as some formats do not write every document. ``evidence``
    is another file that the command writes.
    """

    def __init__(
        self,
        output: Output | TrialOutput | ReportOutput,
        console: Console | ScanConsole,
        *,
        document: type[Document],
        evidence: Path | None = None,
    ) -> None:
        if (output.format or DEFAULT) not in report.names():
            refuse_other("--format", output.format or DEFAULT, report.able(document))
        refuse_other("--color", console.color, COLOURS)
        self.name = output.format or DEFAULT
        self.outputs = _outputs(output.format, tuple(output.output or ()))
        self.colour = console.color
        self.quiet = console.quiet
        self._brief = isinstance(output, ReportOutput) and not output.verbose
        self._defects: tuple[str, ...] = ()
        for each, _ in self.outputs:
            if each != "terminal":
                _refuse_unable(report.load(each), document)
        _refuse_same([path for _, path in self.outputs if path is not None], evidence)
        inputs.writes(*(path or "-" for _, path in self.outputs), evidence)
        _refuse_unwritable(*(path for _, path in self.outputs), evidence)

    def reads(self, *paths: str | Path) -> None:
        """Refuse an output file that is also an input: the command would overwrite it."""
        inputs.reads(*paths)

    def write(self, report: Report, effects: Callable[[], Effects | None] | None = None) -> int:
        """Render and write the report, and return the exit code: that of its verdict, or of a defect in the scan,
        which is told. ``effects`` computes what falls at its site, for formats that draw it."""
        self.put(report, effects)
        tell_defects(report.run.defects or (), report.target.domain, report.verdict)
        return report.exit_code

    def scanned(self, file: EvidenceFile) -> None:
        """Note the evidence on which a document other than a report will rest. Its defects are told, and are in the
        exit code of ``put``."""
        self._defects = file.run.defects or ()
        tell_defects(self._defects, file.target.domain)

    def put(self, document: Document, effects: Callable[[], Effects | None] | None = None) -> int:
        """Render and write any document, and return the exit code for success. All outputs are tried, even if one
        fails; the error is raised afterwards."""
        formats = [(report.load(name), path) for name, path in self.outputs]
        for each, _ in formats:
            _refuse_unable(each, type(document))
        failures: list[Exception] = []
        for each, path in formats:
            try:
                self._place(each, path, report.drawn(each, document, self.style(path), effects))
            except Exception as error:
                failures.append(error)
        refused = [failure for failure in failures if isinstance(failure, UsageError)]
        for failure in failures:
            if not isinstance(failure, UsageError | BrokenPipeError):
                raise failure
        if refused:
            raise UsageError("; ".join(each.message for each in refused), refused[0].hint)
        if failures:
            raise failures[0]
        return Exit.INTERNAL if self._defects else Exit.PASS

    def _place(self, each: report.Format, path: Path | None, text: str) -> None:
        from hostaudit.files import is_stream, write_atomically

        if path is None or is_stream(path):
            # A device or a pipe may be the log of a build; only a file keeps what is written as it is.
            text = inert(text, getattr(each, "backslash", "\\"))
        if path is None:
            put(text)
            return
        write_atomically(path, text.encode("utf-8"))
        self.note(f"{'report' if each.name == self.name else each.name} written to {path}")

    def put_all(self, documents: Sequence[Document]) -> None:
        """Render and write the documents of a list, all of one class. Raises ``UsageError`` for a format that holds
        only one, if there are more."""
        able = report.of_lists(type(documents[0]))
        for name, _ in self.outputs:
            if name not in able and len(documents) != 1:
                raise UsageError(f"format {name} holds one site, not a list", f"give one of: {', '.join(able)}")
        for name, path in self.outputs:
            style, alone = self.style(path), name not in able
            text = report.load(name).render(documents[0], style) if alone else able[name].render_all(documents, style)
            self._place(report.load(name), path, text)

    def put_each(self, documents: Sequence[Document], *, listed: bool) -> int:
        """Render and write the one document, or those of a list, and return the exit code for success."""
        if not listed:
            return self.put(documents[0])
        self.put_all(documents)
        return Exit.PASS

    def write_all(self, reports: Sequence[Report]) -> int:
        """Render and write the reports of a list, and return the exit code of all: a known failure comes first, then a
        defect, then what is unknown."""
        self.put_all(reports)
        for each in reports:
            tell_defects(each.run.defects or (), each.target.domain, each.verdict)
        return worst_code({each.exit_code for each in reports})

    def save(self, path: Path, file: EvidenceFile) -> UsageError | None:
        """Save the evidence. An error is returned and not raised, so that the report is still written."""
        from hostaudit.documents.evidence_file import encode_evidence
        from hostaudit.files import is_stream, write_atomically
        from hostaudit.report import json_text

        try:
            data = encode_evidence(file)
            write_atomically(path, json_text.safe(data.decode()).encode() if is_stream(path) else data)
        except UsageError as error:
            return error
        self.note(f"evidence saved in {path}")
        return None

    def note(self, text: str) -> None:
        """Print a note on standard error, unless ``--quiet`` is given."""
        if not self.quiet:
            note(text)

    def style(self, path: Path | None) -> report.Style:
        """The abilities of a file, or of standard output."""
        if path is not None:
            return report.Style(colour=self.colour == "always", brief=self._brief)
        return report.Style(
            colour=wants_colour(self.colour, sys.stdout, os.environ),
            unicode=(sys.stdout.encoding or "").lower().replace("-", "") == "utf8",
            width=columns(sys.stdout, os.environ),
            brief=self._brief,
            links=wants_links(sys.stdout, os.environ),
        )


def worst_code(codes: Collection[int]) -> int:
    """The exit code of many sites: a known failure comes first, then a defect, then what is unknown."""
    return next((code for code in (Exit.FAIL, Exit.INTERNAL, Exit.INCONCLUSIVE) if code in codes), Exit.PASS)


def tell_defects(defects: tuple[str, ...], domain: str, verdict: Verdict | None = None) -> None:
    """Say on standard error that hostaudit itself failed at questions of a scan, and what follows from it."""
    if not defects:
        return
    more = f" and {len(defects) - 1} more" if len(defects) > 1 else ""
    if verdict is None:
        means = "what rests on them is unknown here"
    elif verdict == "fail":
        means = "what rests on them is unknown in the report; the site failed all the same (exit code 1)"
    else:
        means = f"what rests on them is unknown in the report (exit code 4; without it {EXIT_OF[verdict].value})"
    hint = "the report is complete otherwise; please report this with the output of --debug"
    complain(f"internal error in hostaudit at questions about {domain}: {defects[0][:200]}{more}; {means}", hint)


def _by_suffix(text: str) -> str:
    """The format that the suffix of a file means, if no format was chosen. A place without one, such as a device, gets
    what a terminal gets."""
    suffix = Path(text).suffix.lower()
    if text in STANDARD_OUTPUT or not suffix:
        return DEFAULT
    known = report.by_suffix()
    if suffix not in known:
        means = ", ".join(f"{each} ({name})" for each, name in sorted(known.items()))
        hint = f"give one of {means}; for another format or name: -o FORMAT={text}"
        raise UsageError(f"-o {text}: no format is known by the suffix {suffix}", hint)
    return known[suffix]


def _outputs(name: str | None, given: tuple[str, ...]) -> tuple[tuple[str, Path | None], ...]:
    """Every output as (format, file), None for standard output. That comes last, as its reader may close the pipe."""
    known = report.names()
    found: list[tuple[str, Path | None]] = []
    plain = False
    for text in given:
        word, equals, rest = text.partition("=")
        if equals and word in known:
            each, place = word, rest
        elif equals and _FORMAT_WORD.fullmatch(word):
            hint = f"give one of: {', '.join(known)}; for a file of that name: -o ./{text}"
            raise UsageError(f"-o {text}: {word} is not a known format", hint)
        else:
            each, place, plain = name or _by_suffix(text), text, True
        if text in known:
            hint = f"give a file: -o {text}=FILE; for a file of that name: -o ./{text}"
            raise UsageError(f"-o {text} names a format but no file", hint)
        if not place:
            raise UsageError(f"-o {text} names no file", "give one such as -o sarif=hostaudit.sarif")
        found.append((each, None if place in STANDARD_OUTPUT else Path(place)))
    to_standard = [each for each, path in found if path is None]
    # An output that the user gave replaces the default of --format.
    if not plain and not (to_standard and (name or DEFAULT) == DEFAULT):
        found.append((name or DEFAULT, None))
        to_standard.append(name or DEFAULT)
    if len(to_standard) > 1:
        hint = "give all but one of them a file: -o FORMAT=FILE"
        raise UsageError(f"{' and '.join(to_standard)} cannot both be written to standard output", hint)
    return tuple(sorted(found, key=lambda each: each[1] is None))


def _refuse_same(outputs: list[Path], evidence: Path | None) -> None:
    """Refuse two documents in one file: the second would overwrite the first."""
    seen: set[Path] = set()
    for path in outputs:
        place = path.resolve()
        if evidence is not None and place == evidence.resolve():
            raise UsageError(f"{path} cannot hold both the report and the evidence", "give two different files")
        if place in seen:
            raise UsageError(f"{path} is the file of two outputs", "give each -o a file of its own")
        seen.add(place)


def _refuse_unwritable(*paths: Path | None) -> None:
    """Refuse a file that cannot be written, before a long scan."""
    from hostaudit.files import check_writable

    for path in paths:
        if path is not None:
            check_writable(path)


def _refuse_unable(each: report.Format, document: type[Document]) -> None:
    if not report.can_write(each, document):
        hint = f"give one of: {', '.join(report.able(document))}"
        raise UsageError(f"format {each.name} cannot write the output of this command", hint)
