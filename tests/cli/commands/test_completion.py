"""Completion, asked of the shells themselves without anybody typing."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import typer
from helpers.command import environment, hostaudit

from hostaudit import cli
from hostaudit.cli import completion_scripts
from hostaudit.documents import scenarios
from hostaudit.report import names

ASK = {
    "bash": """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_hostaudit; printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """
compadd() { shift; for each in "$@"; do [[ $each == ${words[CURRENT]}* ]] && print -r -- $each; done }
_files() { print -rl -- ${words[CURRENT]}*(N) }
source "$1"; shift
words=("$@"); CURRENT=$#words
_hostaudit
""",
    "fish": """
source $argv[1]; complete -C (string join -- ' ' $argv[2..-1]) | string split -f1 \\t
""",
}
OPTIONS = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    made = {}
    for shell in completion_scripts.SHELLS:
        made[shell] = folder / shell
        result = hostaudit("completion", shell)
        assert (result.returncode, result.stderr) == (0, "")
        made[shell].write_text(result.stdout)
    return made


@pytest.fixture(params=completion_scripts.SHELLS)
def complete(request, written, tmp_path):
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    (tmp_path / "question").write_text(ASK[shell])
    (tmp_path / "a file.json").write_text("")

    def go(*words):
        command = [shell, *OPTIONS[shell], tmp_path / "question", written[shell], "hostaudit", *words]
        result = subprocess.run(
            command, cwd=tmp_path, env=environment(HOME=str(tmp_path)), capture_output=True, text=True, timeout=30
        )
        assert result.stderr == ""
        return set(filter(None, result.stdout.split("\n")))

    return go


def test_commands_and_those_of_groups(complete):
    assert {"scan", "scenarios", "schema"} <= complete("sc")
    assert complete("policy", "") >= {"init", "check", "show", "test"}
    assert complete("scan", "policy", "--max") == set()


def test_options_of_the_command_that_is_meant(complete):
    assert complete("scan", "--for") == {"--format"}
    assert complete("scan", "example.com", "--no-t") == {"--no-third-party"}
    assert "--expect-no-changes" in complete("diff", "a", "b", "--")
    assert complete("history", "prune", "--ke") == {"--keep"}
    assert complete("schema", "--hist") == set()


def test_values(complete):
    assert complete("scan", "--format", "") >= set(names())
    assert complete("scan", "x.com", "--fail-on", "h") == {"high"}
    assert complete("whatif", "x.com", "--scenario", "parler") == {"parler-2021"}
    assert complete("scenarios", "show", "parler") == {"parler-2021"}
    assert "cloudflare" in complete("whatif", "x.com", "--drop", "cloudfl")
    assert complete("explain", "HA-DNS-002") == {"HA-DNS-002"}
    assert "bash" in complete("completion", "")
    assert complete("scan", "--timeout", "") == set()


def test_files_where_files_are_meant(complete):
    for words in (("scan", "--site", "a"), ("analyse", "a"), ("diff", "x", "a")):
        assert {each.replace("\\", "") for each in complete(*words)} == {"a file.json"}


@pytest.mark.parametrize("shell", completion_scripts.SHELLS)
def test_a_script_names_all_there_is(written, shell):
    text = written[shell].read_text()
    command = typer.main.get_command(cli.app)
    options = {name for each in command.commands.values() for param in each.params for name in param.opts}

    assert all(name in text for name in cli.COMMANDS)
    assert all(name.lstrip("-") in text for name in options if name.startswith("--"))
    assert all(each in text for each in scenarios.ids())


def test_words_that_a_shell_would_read_are_left_out():
    evil = ("$(touch x)", "a;b", "`x`", "'", '"', "good", "--good=x y")
    option = completion_scripts.Option(("--x",), completion_scripts.Values(evil), "it's $(x)")
    root = completion_scripts.Command("hostaudit", options=(option,))

    for shell in completion_scripts.SHELLS:
        text = completion_scripts.script(shell, root)
        assert "touch" not in text
        assert "good" in text
        assert "`x`" not in text


def test_another_shell_is_refused():
    assert hostaudit("completion", "tcsh").returncode == 2
