"""The pages say what is true: commands parse, shown output is what is printed, links lead somewhere."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from hostaudit import cli
from hostaudit.report.wording import CAUSES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        ROOT / ".github/CONTRIBUTING.md",
        ROOT / "rules/README.md",
        ROOT / "tests/README.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "examples").rglob("README.md"),
    ]
)
OURS = ("hostaudit", ".venv/bin/hostaudit")
ELIDED = "[...]"
"""On a line of its own: any number of lines are left out here."""

LENT = ("examples", "rules", "tests", "docs")
"""Folders of the project that commands in pages name."""

FENCE = re.compile(r"^(```+)(\w*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language, its text, the line it begins in, and what stands before it."""

    page: Path
    line: int
    language: str
    text: str
    before: str


class Command(NamedTuple):
    """A command of a page and the output shown for it, if any."""

    page: Path
    line: int
    words: tuple[str, ...]
    shown: str
    code: int

    @property
    def files(self) -> list[str]:
        """The arguments that are files of the project."""
        return [word for word in self.words if "/" in word and (ROOT / word).exists()]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    found = list(FENCE.finditer(text))
    starts = [0, *(each.end() for each in found)]
    return [
        Block(page, text[: each.start()].count("\n") + 1, each[2], each[3], text[start : each.start()])
        for each, start in zip(found, starts, strict=False)
    ]


def commands() -> Iterator[Command]:
    for page in PAGES:
        every = blocks(page)
        shown = next((each.text for each in every if "<!-- example output -->" in each.before), "")
        for block in every:
            if block.language == "console":
                yield from of_session(block)
            elif block.language == "sh":
                yield from of_script(block, shown if "<!-- main command -->" in block.before else "")


def of_session(block: Block) -> Iterator[Command]:
    """``$ command`` lines, each followed by its output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        for words, code in ours(line):
            yield Command(block.page, block.line, words, output, code)


def of_script(block: Block, shown: str) -> Iterator[Command]:
    """Lines of commands."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for words, code in ours(line):
            yield Command(block.page, block.line, words, shown, code)


def ours(line: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The commands of hostaudit in a line of shell, and the exit code that a comment expects."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    said = re.search(r"# exit code (\d+)", line)
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word in {"|", "&&", ";", "||"}:
            parts.append([])
        else:
            parts[-1].append(word)
    for part in parts:
        if part and part[0] in OURS:
            redirected = next((place for place, word in enumerate(part) if set(word) <= set("<>&")), len(part))
            yield tuple(part[1:redirected]), int(said[1]) if said else 0


COMMANDS = list(commands())
PLACEHOLDERS = {"FILE", "DOMAIN", "ID"}
RUN = [each for each in COMMANDS if (each.files or each.shown) and not PLACEHOLDERS & {*each.words}]
"""Commands that need no network: on files of the project, or with output that a page shows."""


def title(command: Command) -> str:
    return f"{name(command.page)}:{command.line}:{' '.join(command.words)}"


def parsed(words: tuple[str, ...]) -> None:
    """Resolve a command and read its arguments and options, without running it."""
    group = typer.main.get_command(cli.app)
    context = group.make_context("hostaudit", list(words))
    rest = [*getattr(context, "_protected_args", []), *context.args]
    while rest and hasattr(group, "resolve_command"):
        word, group, rest = group.resolve_command(context, rest)
        context = group.make_context(word, rest, parent=context)
        rest = [*getattr(context, "_protected_args", []), *context.args]


@pytest.mark.parametrize("command", COMMANDS, ids=title)
def test_the_command_line_knows_every_command_of_the_pages(command):
    try:
        parsed(command.words)
    except cli.TypedError as error:
        pytest.fail(f"{name(command.page)}:{command.line}: hostaudit {shlex.join(command.words)}: {error}")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_command_line_knows_every_command_within_the_text(page):
    text = FENCE.sub("", page.read_text("utf-8"))
    found = [" ".join(each.split()) for each in re.findall(r"(?<!`)`(hostaudit [^`]+)`", text)]
    wrong = []
    for line in found:
        for words, _ in ours(line):
            try:
                parsed(words)
            except typer.Exit:  # a word of help or the version
                continue
            except cli.TypedError as error:
                if type(error).__name__ != "MissingParameter":  # a sentence need not say everything
                    wrong.append(f"{line}: {error}")

    assert wrong == []


@pytest.mark.parametrize("line", ["scan --no-such-option example.com", "no-such-command", "history no-such-command"])
def test_a_command_that_does_not_exist_is_found(line):
    with pytest.raises(cli.TypedError):
        parsed(tuple(line.split()))


def test_every_page_was_read_and_commands_were_found():
    assert len(PAGES) >= 20
    assert {name(each.page) for each in COMMANDS} >= {"README.md", "docs/usage.md", "docs/policy.md"}
    assert sum(bool(each.shown) for each in RUN) >= 8


def output_of(command: Command, place: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run a command in a folder in which nothing but the lent folders lies."""
    for each in LENT:
        (place / each).symlink_to(ROOT / each)
    monkeypatch.chdir(place)
    bytes_ = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_, "utf-8", write_through=True))
    code = cli.run(list(command.words))
    return code, bytes_.getvalue().decode()


@pytest.mark.parametrize("command", RUN, ids=title)
def test_a_command_on_shipped_files_gives_the_output_that_is_shown(command, tmp_path, monkeypatch):
    code, output = output_of(command, tmp_path, monkeypatch)

    assert code == command.code
    if command.shown:
        missing = first_missing(command.shown, output)
        assert not missing, (
            f"{name(command.page)}:{command.line} shows what is not printed:\n{missing}\nprinted:\n{output}"
        )


def first_missing(shown: str, output: str) -> str:
    """The first run of lines of ``shown`` that ``output`` does not have in its place; empty if it has all."""
    pieces = re.split(rf"^{re.escape(ELIDED)}\n", shown.rstrip("\n") + "\n", flags=re.MULTILINE)
    rest = output.rstrip("\n") + "\n"
    at = 0
    for number, piece in enumerate(pieces):
        if not piece:
            continue
        last = number == len(pieces) - 1
        if number == 0:
            place = 0 if rest.startswith(piece) else -1
        elif last:
            place = len(rest) - len(piece) if rest.endswith("\n" + piece) else -1
        else:
            place = ("\n" + rest).find("\n" + piece, at)
        if place < at:
            return piece
        at = place + len(piece)
    return "" if not pieces[-1] or at == len(rest) else pieces[-1]


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("a\nb\nc\n", True),
        ("a\n[...]\nc\n", True),
        ("[...]\nb\n[...]\n", True),
        ("a\n[...]\n", True),
        ("a\nb\n", False),
        ("b\n[...]\n", False),
        ("[...]\nb\n", False),
        ("[...]\nc\n[...]\nb\n[...]\n", False),
        ("[...]\nx\n[...]\n", False),
        ("[...]\n", True),
    ],
)
def test_elided_output_is_compared_line_by_line_and_in_order(shown, same):
    assert (first_missing(shown, "a\nb\nc\n") == "") is same


EXAMPLES = [each.text for each in blocks(ROOT / "docs/policy.md") if each.language == "yaml"]


@pytest.mark.parametrize("text", EXAMPLES, ids=[f"example {number}" for number in range(1, len(EXAMPLES) + 1)])
def test_the_examples_of_the_page_on_policies_are_in_order(text, tmp_path):
    path = tmp_path / "hostaudit.yaml"
    path.write_text(text, "utf-8")

    assert cli.run(["policy", "check", str(path)]) == 0


# -- links ------------------------------------------------------------------------------------------------

LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


def slugs(page: Path) -> set[str]:
    """The anchors of a page, as code forges make them."""
    found: dict[str, int] = {}
    text = FENCE.sub("", page.read_text("utf-8"))
    for heading in re.findall(r"^#+ +(.+?) *#*$", text, re.MULTILINE):
        bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = "".join(each for each in bare.lower().replace(" ", "-") if each.isalnum() or each in "-_")
        count = found.setdefault(slug, 0)
        found[slug] += 1
        if count:
            found[f"{slug}-{count}"] = 1
    return set(found)


def links(page: Path) -> list[str]:
    return [each for each in LINK.findall(FENCE.sub("", page.read_text("utf-8"))) if "://" not in each]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_pages_and_headings_that_exist(page):
    wrong = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and (target.suffix != ".md" or anchor not in slugs(target))):
            wrong.append(link)

    assert wrong == []


def test_every_page_of_docs_can_be_reached_from_the_readme():
    reached, open_ = set(), [ROOT / "README.md"]
    while open_:
        page = open_.pop()
        if page not in reached:
            reached.add(page)
            places = [(page.parent / each.partition("#")[0]).resolve() for each in links(page)]
            open_ += [each for each in places if each.suffix == ".md" and each.is_file()]

    assert {each for each in PAGES if each.parent == ROOT / "docs"} <= reached


# -- facts ------------------------------------------------------------------------------------------------


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_bytes()) <= 8192


def test_figures_of_accuracy_have_a_date_and_a_method():
    text = (ROOT / "docs/accuracy.md").read_text("utf-8")
    sections = [each for each in text.split("\n## ")[1:] if re.search(r"\b[01]\.\d{3}\b|\b\d+ h\b", each)]

    assert len(sections) >= 2
    assert [each.splitlines()[0] for each in sections if not re.search(r"Date: \d{4}-\d\d-\d\d", each)] == []
    assert [each.splitlines()[0] for each in sections if "Method: " not in each] == []


def test_troubleshooting_explains_every_cause_of_unknown():
    text = (ROOT / "docs/troubleshooting.md").read_text("utf-8")

    assert sorted(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) == sorted(CAUSES)


def test_the_price_of_an_addition_is_the_number_of_files_named():
    text = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| ([^|]+) \|$", text, re.MULTILINE)

    assert len(rows) >= 9
    assert [what for what, number, files in rows if len(re.findall(r"`[^`\s]+/[^`\s]*`", files)) != int(number)] == []


def test_a_term_stands_once_in_the_glossary_with_a_meaning_and_a_source():
    text = (ROOT / "docs/glossary.md").read_text("utf-8").partition("\n## Words of the code")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| (?!term |---)", line)]

    assert len(rows) >= 30
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
    assert len({row[0] for row in rows}) == len(rows)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_no_place_of_one_machine(page):
    text = page.read_text("utf-8")

    assert re.findall(r"(?:/home/|/root/|/Users/|/work/|/tmp/)\S*|\.\./shared\S*", text) == []
