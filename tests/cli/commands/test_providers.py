"""``hostaudit providers match``: whom do clues speak for, how sure is that, and what becomes of lines that are none?"""

from __future__ import annotations

import io
import ipaddress
import json
import re
import select
import signal
import subprocess
import sys

import msgspec
import pytest
from helpers import ROOT
from helpers.command import environment, hostaudit, hostaudit_bytes
from helpers.matching import catalogue, provider
from jsonschema import Draft202012Validator

from hostaudit import datasets
from hostaudit.analysis.catalogue.confidence import STRENGTH
from hostaudit.analysis.catalogue.match import Matcher, matcher, read
from hostaudit.cli.commands import providers as command
from hostaudit.datasets import feeds, ranges
from hostaudit.documents import rules, schemas
from hostaudit.errors import Exit
from hostaudit.model.match import Question
from hostaudit.report import json_text

# -- lines --------------------------------------------------------------------------------------------


def match(text: str | bytes, **more: str) -> tuple[int, list[dict], str]:
    data = text.encode() if isinstance(text, str) else text
    done = hostaudit_bytes("providers", "match", stdin=data, timeout=60, **more)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_each_line_gets_its_answer_in_order_whatever_the_others_are():
    lines = [
        '{"ns": "ns-1.awsdns-00.com"}',
        "",
        '{"nss": "ns-1.awsdns-00.com"}',
        '{"ip": "1.2.3.4.5"}',
        "[1]",
        '{"ns": 7}',
        "{}",
        '{"ns": "a"',
        '{"issuer": {"org": "x"}}',
        '{"asn": "AS99999999999"}',
        '{"ns": "\\ud800.example"}',
        '{"mx": "aspmx.l.google.com"}',
    ]
    code, answers, said = match("\n".join(lines))
    assert code == Exit.USAGE
    assert [[each["id"] for each in answer["providers"]] for answer in answers] == [
        ["route53"], [], [], [], [], [], [], [], [], [], [], ["google-workspace"],
    ]  # fmt: skip
    assert ["error" in answer for answer in answers] == [False, False, *[True] * 9, False]
    assert answers[2]["error"] == "line 3: unknown key 'nss'; did you mean 'ns'?"
    assert answers[3]["error"] == "line 4: '1.2.3.4.5' is not an IP address"
    assert answers[4]["error"].startswith("line 5: not an object")
    assert "$.ns" in answers[5]["error"]
    assert answers[6]["error"].startswith("line 7: nothing to go by; give one or more of ns, cname, ip")
    assert answers[8]["error"] == "line 9: unknown key 'org' in issuer; did you mean 'o'?"
    assert said.startswith("error: 9 of 12 lines could not be read, first line 3: unknown key 'nss'")
    assert "Traceback" not in said


def test_an_answer_has_the_published_shape():
    code, answers, said = match(
        '{"ns":"ns-1.awsdns-00.com","ip":"104.16.1.1","headers":{"server":["cloudflare"]}}\n'
        '{"registrar":{"name":"GoDaddy.com, LLC","iana_id":468}}\n{"ns":"ns1.example.net"}\n'
    )
    assert (code, said) == (0, "")
    validator = Draft202012Validator(json.loads(schemas.path("matches").read_bytes()))
    for answer in answers:
        validator.validate(answer)
    assert answers[2] == {"providers": []}
    first = answers[0]["providers"][0]
    assert (first["id"], first["parent"], first["role"]) == ("cloudflare", "cloudflare", "cdn")
    assert [clue["kind"] for clue in first["because"]] == ["range", "header", "asn"]


def test_the_published_questions_are_those_that_are_read():
    validator = Draft202012Validator(json.loads(schemas.path("question").read_bytes()))
    for question in (
        {"ns": "a", "cname": ["a", "b"], "ip": "::", "mx": "a", "ptr": "a", "headers": {"a": "b", "c": ["d"]}},
        {"issuer": {"o": "a", "cn": None}, "registrar": {"name": "a", "iana_id": 7}, "soa": {"mname": "a"}, "asn": 7},
    ):
        validator.validate(question)
        assert read(json.dumps(question).encode())
    for question in ({"ns": 7}, {"x": "a"}, {"headers": {"a": 1}}, {"issuer": {"org": "a"}}):
        assert not validator.is_valid(question)
        with pytest.raises(ValueError, match=r"key|Expected"):
            read(json.dumps(question).encode())


@pytest.mark.parametrize(
    "line",
    [
        b'{"ns": "' + b"a." * 600_000 + b'"}',
        b'{"ns":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"x":' * 3000 + b"1" + b"}" * 3000,
        b"\xff\xfe{\x00}\x00",
        b'{"ns": "\xff"}',
        b"\x00",
        b'{"ns": "a\x00"}',
        b'{"ns": NaN}',
        b'{"asn": 1e400}',
        b'{"asn": ' + b"9" * 5000 + b"}",
        b'{"ip": "1.2.3.4\\u0000"}',
        b'{"ip": "\\u0661.2.3.4"}',
        b'{"ip": "fe80::1%eth0"}',
        b'{"ip": "1.2.3.4/24"}',
        b'{"ip": "01.2.3.4"}',
        b'{"ip": ""}',
        b'"' + b"\x1b[31m" * 10 + b'"',
    ],
    ids=lambda line: repr(line[:24]),
)
def test_a_hostile_line_costs_nobody_else_the_answer(line):
    code, answers, said = match(b'{"ns":"ns-1.awsdns-00.com"}\n' + line + b'\n{"ns":"ns-1.awsdns-00.com"}\n')
    assert code == Exit.USAGE
    assert [len(answer["providers"]) for answer in answers] == [1, 0, 1]
    assert answers[1]["error"].startswith("line 2: ")
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert len(said) < 1500


def test_what_a_terminal_would_act_on_is_written_as_an_escape():
    question = '{"headers":{"server":"AkamaiGHost","akamai-grn":"\\u001b[2J\\u202e\\u007f##[group]"}}\n'
    done = hostaudit("providers", "match", stdin=question)
    assert done.stdout.strip().isprintable()
    assert "##[" not in done.stdout
    assert "\\u001b[2J\\u202e\\u007f" in json.dumps(json.loads(done.stdout)) or "u202e" in done.stdout


def test_an_answer_does_not_wait_for_the_next_question():
    with subprocess.Popen(
        [sys.executable, "-m", "hostaudit", "providers", "match"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name, expected in (("ns-1.awsdns-00.com", ["route53"]), ("ns1.example.net", [])):
            process.stdin.write(json.dumps({"ns": name}).encode() + b"\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 30)[0]
            answer = json.loads(process.stdout.readline())
            assert [each["id"] for each in answer["providers"]] == expected
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_damaged_table_of_the_user_s_is_told_of_and_left_out(tmp_path):
    place = tmp_path / "hostaudit"
    place.mkdir()
    for name in (datasets.ROUTES, datasets.RANGES):
        (place / name).write_bytes(b"no table")
    code, answers, said = match('{"ip": "104.16.1.1"}', XDG_DATA_HOME=str(tmp_path))
    assert (code, answers[0]["providers"][0]["id"]) == (0, "cloudflare")
    assert len(said.splitlines()) == 2
    assert all(line.startswith("hostaudit: ") for line in said.splitlines())


def test_ranges_that_were_fetched_go_before_those_of_the_catalogue(tmp_path):
    url = "https://ip-ranges.amazonaws.com/ip-ranges.json"
    place = tmp_path / "hostaudit"
    place.mkdir()
    rows = [(ipaddress.ip_network("104.16.0.0/16"), "AMAZON", ""), (ipaddress.ip_network("104.16.1.0/24"), "S3", "")]
    (place / datasets.RANGES).write_bytes(ranges.build([(url, "2026-11-01", feeds.Feed(tuple(rows), "2026-11-01"))]))
    _, answers, said = match('{"ip": "104.16.1.1"}\n{"ip": "104.16.2.1"}', XDG_DATA_HOME=str(tmp_path))
    assert said == ""
    found = [[(each["id"], each["because"][0]["entry"]) for each in answer["providers"]] for answer in answers]
    assert found[0][0] == ("amazon-s3", "104.16.1.0/24")
    assert found[1][0] == ("aws", "104.16.0.0/16")
    assert [each[1][0] for each in found] == ["cloudflare", "cloudflare"]  # the network around is another layer


def test_nothing_in_nothing_out():
    assert match("") == (0, [], "")


def test_a_closed_input_is_said():
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m hostaudit providers match <&-"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert done.stderr.startswith("error: standard input is closed")


def test_a_reader_that_leaves_ends_the_run():
    asked = '{"ns":"ns-1.awsdns-00.com"}\\n'
    done = subprocess.run(
        ["/bin/bash", "-c", f"yes '{asked[:-2]}' | {sys.executable} -m hostaudit providers match | head -1; "
         "echo ${PIPESTATUS[1]}"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[1] == str(int(Exit.BROKEN_PIPE))
    assert done.stderr == ""


def test_an_interruption_ends_with_its_code():
    with subprocess.Popen(
        [sys.executable, "-m", "hostaudit", "providers", "match"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"ns":"ns1.example.net"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == Exit.INTERRUPTED


class Trickle(io.RawIOBase):
    """A stream that gives what it has in the pieces it came in."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def read1(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b"a\nb",), [b"a", b"b"]),
        ((b"a", b"b\n", b"\nc"), [b"ab", b"", b"c"]),
        ((b"a\n", b"b\n"), [b"a", b"b"]),
        ((b"0123456789", b"0123", b"4\nb\n"), [None, b"b"]),
        ((b"a\n0123456789", b"01234"), [b"a", None]),
        ((b"0123456789a\nb",), [b"0123456789a", b"b"]),
        ((), []),
    ],
)
def test_lines_are_cut_as_they_come_and_too_long_ones_are_not_kept(monkeypatch, pieces, lines):
    monkeypatch.setattr(command, "LONGEST_LINE", 8)
    assert [line for batch in command._batches(Trickle(*pieces)) for line in batch] == lines


# -- one value ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "identity", "role"),
    [
        ("ns-1.awsdns-00.com", "ns", "route53", "dns"),
        ("d111.cloudfront.net.", "cname", "cloudfront", "cdn"),
        ("aspmx.l.google.com", "mx", "google-workspace", "mail"),
        ("104.16.1.1", "range", "cloudflare", "cdn"),
        ("[2606:4700::6810:1]", "range", "cloudflare", "cdn"),
        ("server: cloudflare", "header", "cloudflare", "cdn"),
        ("Let's Encrypt", "issuer", "lets-encrypt", "ca"),
        ("GoDaddy.com, LLC", "registrar-name", "godaddy", "registrar"),
        ("AS16509", "asn", "aws", "hosting"),
        ("468", "registrar", "route53", "registrar"),
    ],
)
def test_the_kind_of_a_single_value_is_found_out(value, kind, identity, role):
    found = matcher(rules.load(), print).anything(value).providers
    assert (found[0].because[0].kind, found[0].id, found[0].role) == (kind, identity, role)


def test_a_single_value_is_answered_in_a_table_or_as_a_line():
    table = hostaudit("providers", "match", "ns-1.awsdns-00.com")
    assert table.returncode == 0
    assert re.search(r"^ns +route53 +amazon +dns +0\.95 ", table.stdout, re.MULTILINE)
    line = hostaudit("providers", "match", "ns-1.awsdns-00.com", "--format", "json")
    assert [each["id"] for each in json.loads(line.stdout)["providers"]] == ["route53"]
    assert line.stdout.count("\n") == 1


def test_a_value_that_names_nobody_says_as_what_it_was_asked():
    done = hostaudit("providers", "match", "ns1.example.net")
    assert done.returncode == 0
    assert done.stdout.startswith("No provider of the catalogue is known by ns1.example.net")
    assert "ns, cname, mx, ptr" in done.stdout


@pytest.mark.parametrize("value", ["999.1.1.1.\x1b[2J", "\udcff", "a" * 3000, "AS0", "x: \x00", " "])
def test_a_strange_value_is_answered_or_refused_in_words(value):
    if "\x00" in value:
        value = value.replace("\x00", "\x01")
    done = hostaudit("providers", "match", value)
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_format_that_lines_do_not_have_is_refused():
    done = hostaudit("providers", "match", "--format", "terminal", stdin="{}\n")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")


# -- a fleet of one's own ---------------------------------------------------------------------------------


ZONE = """\
a.example. 300 IN NS ns-1.awsdns-00.com.
b.example. 300 IN NS ns1.op-of-nobody.com.
b.example. 300 IN A 8.8.8.8
"""


def test_a_zone_file_is_counted_and_what_nobody_knows_has_a_draft(tmp_path):
    path = tmp_path / "fleet.zone"
    path.write_text(ZONE)
    done = hostaudit("providers", "stats", str(path), "--format", "json")
    document = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert (document["references"], document["attributed"], document["other_records"]) == (2, 1, 1)
    assert document["known"][0]["provider"] == "route53"
    assert document["unknown"][0]["group"] == "op-of-nobody.com"
    assert document["unknown"][0]["draft"].startswith("id: op-of-nobody\nname: ")
    Draft202012Validator(json.loads(schemas.path("coverage").read_bytes())).validate(document)


def test_names_come_on_standard_input_too_and_their_kind_is_an_option():
    done = hostaudit(
        "providers", "stats", "--kind", "mx", "--most", "1", stdin="aspmx.l.google.com\nmx.op-of-nobody.com\n"
    )

    assert done.returncode == 0, done.stderr
    assert "standard input: 50.0 % of 2 references are known" in done.stdout
    assert "mx: [op-of-nobody.com]" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("--kind", "ptr"), "a.example\n", "--kind ptr is not known"),
        (("--most", "0"), "a.example\n", "give a number from 1 to 1000"),
        ((), "# nothing\n", "holds no names"),
        (("missing.zone",), "", "cannot be read"),
    ],
)
def test_what_cannot_be_counted_is_said(arguments, stdin, said):
    done = hostaudit("providers", "stats", *arguments, stdin=stdin)

    assert done.returncode == Exit.USAGE
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# -- what the page on accuracy says -------------------------------------------------------------------


def test_the_table_of_the_page_is_that_of_the_code():
    source = (ROOT / "hostaudit" / "analysis" / "catalogue" / "confidence.py").read_text("utf-8")
    block = source.partition("STRENGTH: dict")[2].partition("\n}")[0]
    reasons = dict(re.findall(r'^    "([a-z-]+)": [0-9.]+,  # (.+)$', block, re.MULTILINE))
    page = (ROOT / "docs/accuracy.md").read_text("utf-8").partition("<!-- confidence -->")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([0-9.]+) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(kind, str(strength), reasons[kind]) for kind, strength in STRENGTH.items()]


def test_lines_in_a_stream_keep_letters_and_escape_the_rest():
    text = json_text.lines([msgspec.convert({"ns": "b\u00fc\x7f\u202e##[x]"}, Question)])
    assert "b\u00fc" in text
    assert json.loads(text)["ns"] == "b\u00fc\x7f\u202e##[x]"
    assert not {"\x7f", "\u202e"} & set(text)
    assert "##[" not in text


def test_no_special_address_is_anybody_s():
    from hostaudit.datasets.special_purpose import special_networks

    wide = catalogue(provider("wide", ranges=("0.0.0.0/0", "::/0")))
    matcher = Matcher(wide)
    for network in special_networks():
        assert matcher.answer(Question(ip=str(network[0]))).providers == ()
        assert matcher.answer(Question(ip=str(network[-1]))).providers == ()
    assert len(matcher.answer(Question(ip=str(ipaddress.ip_address("8.8.8.8")))).providers) == 1
