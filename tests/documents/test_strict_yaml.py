"""What the strict loader makes of types that no shipped rules file has; its traps are tested with those files."""

from __future__ import annotations

from typing import Literal

import pytest
import yaml
from msgspec import Struct

from hostaudit.documents.strict_yaml import Source, build, compose, is_ours, node_at
from hostaudit.errors import LineError, UsageError

pytestmark = pytest.mark.smoke


class Sample(Struct, frozen=True):
    version: Literal[1, 2] = 1
    mode: Literal["strict", "loose"] = "strict"
    hours: float | None = None
    inner: tuple[Sample, ...] = ()


def read(text: str) -> Sample:
    source = Source("f.yaml", text.encode())
    return build(source, compose(source), Sample)


def test_a_literal_is_one_of_its_values():
    assert read("version: 2\nmode: loose") == Sample(2, "loose")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 3", "f.yaml:1:10: version: 3 is not known; give one of: 1, 2"),
        ("version: '1'", "f.yaml:1:10: version must be a whole number, not '1'"),
        ("version: 1.0", "f.yaml:1:10: version must be a whole number, not '1.0'"),
        ("version: [1]", "f.yaml:1:10: version must be a single value"),
        ("version: " + "1" * 5000, "f.yaml:1:10: version must be a whole number"),
        ("version: 1\nmode: lose", "f.yaml:2:7: mode: 'lose' is not known; did you mean 'loose'?"),
        ("version: 1\n  mode: loose", "f.yaml:2:7: not readable as YAML"),
        ("mod: loose", "f.yaml:1:1: unknown key 'mod'; did you mean 'mode'?"),
        ("mode: on", "unquoted on is a truth value"),
        ("{?mode: loose}", "f.yaml:1:3: the key ?mode begins with a question mark"),
        ("hours: 1e999", "f.yaml:1:8: hours must be a number of ordinary size, not '1e999'"),
        ("hours: .nan", "f.yaml:1:8: hours must be a number, not '.nan'"),
        ("inner:\n  - mode: loose\n  - mode: loose", "f.yaml:3:5: inner: the same entry stands twice"),
    ],
)
def test_what_is_none_of_them_is_refused(text, said):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert said in caught.value.message


@pytest.mark.parametrize("text", ["mode: loose?", "{'?a': 1}", "? mode\n: loose", "?a: 1", "a: ?b", "a?b: 1"])
def test_a_question_mark_elsewhere_is_a_part_of_the_text(text):
    assert compose(Source("f.yaml", text.encode())).entries


DEEP = {
    "flow, unfinished": ("[" * 40, "1:33"),
    "flow, beyond what any library reads": ("a: " + "[" * 400_000, "1:35"),
    "flow, whole": ("[" * 2000 + "]" * 2000, "1:33"),
    "mappings": ("{a: " * 2000, "1:129"),
    "block": ("- " * 40_000 + "x", "1:65"),
    "by lines": ("\n".join(" " * depth + "a:" for depth in range(600)), "33:33"),
    "behind what stands in two bytes": ("é: 1\r\nb: " + "[" * 3000, "2:35"),
}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("text", "place"), DEEP.values(), ids=DEEP)
def test_our_limit_of_depth_speaks_before_any_of_the_library(text, place, compiled, monkeypatch):
    if not compiled:
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)

    with pytest.raises(UsageError) as caught:
        compose(Source("f.yaml", text.encode()))

    assert caught.value.message == f"f.yaml:{place}: nested more than 32 levels deep"


def test_a_limit_that_a_library_has_itself_does_not_hide_ours(monkeypatch):
    parse = yaml.parse

    def stops(text, **given):
        if text.startswith("[" * 40):
            raise yaml.scanner.ScannerError(problem="too much", problem_mark=yaml.Mark("", 39, 0, 39, None, None))
        return parse(text, **given)

    monkeypatch.setattr(yaml, "parse", stops)

    with pytest.raises(UsageError, match=r"f\.yaml:1:33: nested more than 32 levels deep"):
        compose(Source("f.yaml", b"[" * 50))


def test_what_is_not_deep_is_refused_in_the_words_of_the_library():
    assert compose(Source("f.yaml", b"[" * 32 + b"]" * 32)).items is not None
    for text in ("[" * 32, "a: *\n" + "[" * 3000, "[&]"):
        with pytest.raises(UsageError, match="not readable as YAML: "):
            compose(Source("f.yaml", text.encode()))


def test_a_place_in_the_file_is_found_by_keys_and_positions():
    tree = compose(Source("f.yaml", b"version: 1\ninner:\n  - mode: loose\n  - mode: strict\n    hours:\n      2\n"))

    assert node_at(tree, ()).line == 1
    assert node_at(tree, ("inner", 1)).line == 4
    assert node_at(tree, ("inner", 1, "hours")).line == 6
    assert node_at(tree, ("inner", 1, "version")).line == 4
    assert node_at(tree, ("inner", 7)).line == 3
    assert node_at(tree, ("mode", 0)).line == 1


def test_a_refusal_has_its_file_line_and_problem_apart_from_the_message():
    source = Source("rules/one.yaml", b"")

    with pytest.raises(LineError) as caught:
        source.refuse(7, "it is wrong: twice", "mend it")

    error = caught.value
    assert (error.file, error.line, error.problem, error.hint) == ("rules/one.yaml", 7, "it is wrong: twice", "mend it")
    assert error.message == "rules/one.yaml:7: it is wrong: twice"


def caught(text: str, **more) -> LineError:
    source = Source("f.yaml", text.encode(), **more)
    with pytest.raises(LineError) as raised:
        build(source, compose(source), dict[str, Sample])
    return raised.value


def test_all_faults_of_a_file_are_told_in_the_order_of_their_lines():
    error = caught("b: 1\na: {zzzz: 1, wwww: 2}\nc: [1]\n")

    assert [each.line for each in error.all] == [1, 2, 2, 3]
    assert str(error).splitlines() == [each.message for each in error.all]
    assert all(not each.others for each in error.others)


def test_a_line_is_kept_only_where_lines_may_be_shown():
    assert caught("b: 1\n").text == ""
    assert caught("b: 1\n", shown=True).text == "b: 1"


@pytest.mark.parametrize("key", ["api_token", "password", "Client-Secret", "apiKey", "authorization", "private_key"])
def test_a_line_that_may_hold_a_secret_is_never_kept(key):
    assert caught(f"b: {{{key}: hunter2}}\n", shown=True).text == ""


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("version: 1\npolicy: {}\n", True),
        ("sites :\n", True),
        ("[default]\naws_access_key_id = AKIA\n", False),
        ("apiVersion: v1\nkind: Secret\ndata: {policy: x}\n", False),
        ("user:\n  policy: x\n", False),
    ],
)
def test_a_file_of_another_kind_is_none_of_ours(text, ours):
    assert is_ours(text.encode(), ("sites", "policy")) is ours
