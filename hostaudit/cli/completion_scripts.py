"""Scripts that complete a command line in bash, zsh and fish; they contain all words that they complete.

They start no process while somebody types. Words that change with the rules, such as the ids of scenarios, are those
of the version that wrote the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SHELLS = ("bash", "zsh", "fish")

_WORD = re.compile(r"[A-Za-z0-9._:/+-]+")


@dataclass(frozen=True)
class Values:
    """The values of an option or argument: a choice of words, the path of a file, or both."""

    words: tuple[str, ...] = ()
    files: bool = False


@dataclass(frozen=True)
class Option:
    """An option by all its names. ``values`` is None for a switch."""

    names: tuple[str, ...]
    values: Values | None = None
    help: str = ""


@dataclass(frozen=True)
class Command:
    """A command, or a group of commands, with the words that may follow it."""

    name: str
    help: str = ""
    options: tuple[Option, ...] = ()
    values: Values = Values()
    commands: tuple[Command, ...] = field(default=())


def script(shell: str, root: Command) -> str:
    """The script for one of ``SHELLS``; ``root`` is the command itself."""
    tables = list(_walk(root, ()))
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](root.name, tables)


Table = tuple[str, Command]


def _walk(command: Command, path: tuple[str, ...]) -> Iterator[Table]:
    yield " ".join(path), command
    for each in command.commands:
        yield from _walk(each, (*path, each.name))


def _plain(words: tuple[str, ...] | list[str]) -> str:
    """Words to write between quotes; ours have only letters, digits and a few signs, so none needs an escape."""
    return " ".join(word for word in words if _WORD.fullmatch(word))


def _places(command: Command) -> Values:
    return Values((*(each.name for each in command.commands), *command.values.words), command.values.files)


def _known(tables: list[Table]) -> list[str]:
    return [path for path, _ in tables if path]


# -- bash and zsh -------------------------------------------------------------------------------------


def _cases(tables: list[Table], indent: str) -> Iterator[str]:
    """The cases of the shell script: by command and previous option, the values that can follow."""
    for path, command in tables:
        for option in command.options:
            if option.values is not None:
                names = "|".join(f'"{path}|{name}"' for name in option.names)
                yield f"{indent}{names}) {_set(option.values)} ;;"


def _set(values: Values) -> str:
    return f'found="{_plain(values.words)}" files={"1" if values.files else ""}'


def _rest(tables: list[Table], indent: str) -> Iterator[str]:
    for path, command in tables:
        options = _plain([name for option in command.options for name in option.names])
        yield f'{indent}"{path}|options") found="{options}" ;;'
        yield f'{indent}"{path}|") {_set(_places(command))} ;;'


def _body(tables: list[Table], *, words: str, first: int, current: str, before: str, at: str) -> list[str]:
    known = "|".join(f'" {each}"' for each in _known(tables))
    return [
        '    local at="" word found="" files="" i',
        f"    for ((i = {first}; i < {at}; i++)); do",
        f"        word={words}",
        f'        case " ${{at:+$at }}$word" in {known}) at="${{at:+$at }}$word" ;; esac',
        "    done",
        f'    case "$at|{before}" in',
        *_cases(tables, "        "),
        "        *)",
        f'            case "$at|$([[ {current} == -* ]] && echo options)" in',
        *_rest(tables, "                "),
        "            esac ;;",
        "    esac",
    ]


def _bash(name: str, tables: list[Table]) -> str:
    lines = [
        f"# bash completion for {name}: source it, or keep it as ~/.local/share/bash-completion/completions/{name}",
        f"_{name}() {{",
        "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}",
        *_body(
            tables,
            words="${COMP_WORDS[i]}",
            first=1,
            current='"$current"',
            before="$before",
            at="COMP_CWORD",
        ),
        "    COMPREPLY=()",
        '    [[ -z $found ]] || mapfile -t COMPREPLY < <(compgen -W "$found" -- "$current")',
        "    if [[ -n $files ]]; then",
        "        compopt -o filenames 2>/dev/null",
        '        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")',
        "    fi",
        "}",
        f"complete -F _{name} {name}",
    ]
    return "\n".join(lines) + "\n"


def _zsh(name: str, tables: list[Table]) -> str:
    lines = [
        f"#compdef {name}",
        f"# zsh completion for {name}: keep it as _{name} in a folder of $fpath, or source it after compinit",
        f"_{name}() {{",
        *_body(
            tables,
            words="${words[i]}",
            first=2,
            current='"${words[CURRENT]}"',
            before="${words[CURRENT-1]}",
            at="CURRENT",
        ),
        "    [[ -z $found ]] || compadd -- ${=found}",
        "    [[ -z $files ]] || _files",
        "}",
        # As a file of $fpath this text is the body of the function itself, so the first call must complete too.
        f'if [[ ${{(%):-%N}} == _{name} ]]; then _{name} "$@"',
        f"elif whence compdef >/dev/null; then compdef _{name} {name}",
        "fi",
    ]
    return "\n".join(lines) + "\n"


# -- fish ---------------------------------------------------------------------------------------------


def _fish(name: str, tables: list[Table]) -> str:
    known = " ".join(f"'{each}'" for each in _known(tables))
    lines = [
        f"# fish completion for {name}: keep it as ~/.config/fish/completions/{name}.fish",
        f"function __{name}_at",
        "    set -l at",
        "    for word in (commandline -opc)[2..-1]",
        f"        if contains -- (string join -- ' ' $at $word) {known}",
        "            set -a at $word",
        "        end",
        "    end",
        "    set -l joined (string join -- ' ' $at)",
        '    test "$joined" = "$argv[1]"',
        "end",
        f"complete -c {name} -f",
    ]
    for path, command in tables:
        start = f"complete -c {name} -n \"__{name}_at '{path}'\""
        places = _places(command)
        if places.words:
            lines.append(f"{start} -a '{_plain(places.words)}'")
        if places.files:
            lines.append(f"{start} -F")
        lines += [f"{start}{_fish_option(option)}" for option in command.options]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    parts = [f" -l {each[2:]}" if each.startswith("--") else f" -s {each[1:]}" for each in option.names]
    if option.values is not None:
        parts.append(" -r -F" if option.values.files else " -x")
        if option.values.words:
            parts.append(f" -a '{_plain(option.values.words)}'")
    text = re.sub(r"[^A-Za-z0-9 .,:;()/-]", "", option.help)
    return "".join(parts) + (f" -d '{text}'" if text else "")
