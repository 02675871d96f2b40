"""Option groups: named tuples of options that several commands share, each written once.

A parameter of a command that is annotated with a group means all options of that group, in their order. typer
reads the options from the signature of a function, so that ``grouped`` gives it a signature in which every group is
replaced by its fields.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_type_hints

from hostaudit.cli import inputs

_TITLES: dict[type, str] = {}
"""The headings of groups in ``--help``; the options of one without a heading stand among those of the command."""

T = TypeVar("T", bound=type)


def titled(title: str) -> Callable[[T], T]:
    """Give a group its heading in ``--help``."""

    def keep(group: T) -> T:
        _TITLES[group] = title
        return group

    return keep


def grouped(command: Callable[..., int]) -> Callable[..., int]:
    """The command as typer calls it: by keyword, with the fields of its groups instead of the groups.

    Raises ``ValueError`` if two options of one command have the same name.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    titles: dict[str, str] = {}
    for each in inspect.signature(command).parameters.values():
        hint = hints[each.name]
        if _is_group(hint):
            defaults = hint._field_defaults
            parameters += [_parameter(name, kind, defaults.get(name, each.empty)) for name, kind in _fields(hint)]
            titles |= dict.fromkeys(hint._fields, _TITLES.get(hint, "Options"))
        else:
            parameters.append(_parameter(each.name, hint, each.default))

    def run(**given: Any) -> int:
        inputs.begin(given)
        return command(**{name: _value(name, hints[name], given) for name in inspect.signature(command).parameters})

    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    run.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": int}
    run.option_titles = titles  # type: ignore[attr-defined]
    run.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    return run


def _is_group(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


@cache
def _fields(group: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(get_type_hints(group, include_extras=True).items())


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _value(name: str, hint: Any, given: Mapping[str, Any]) -> Any:
    return hint(*(given[field] for field in hint._fields)) if _is_group(hint) else given[name]
