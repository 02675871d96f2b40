"""``hostaudit providers match``: whom do clues speak for, how sure is that, and what becomes of lines that are none?"""

from __future__ import annotations

import io
import ipaddress
import json
import os
import re
import select
import signal
import subprocess
import sys

import msgspec
import pytest
from helpers import ROOT
from helpers.command import environment, hostaudit
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hostaudit import datasets
from hostaudit.analysis.catalogue.catalogue import Catalogue, host_name
from hostaudit.analysis.catalogue.confidence import ENOUGH, MOST, STRENGTH, combine
from hostaudit.analysis.catalogue.match import ROLE_OF, Matcher, matcher, read
from hostaudit.cli.commands import providers as command
from hostaudit.datasets import feeds, ranges
from hostaudit.documents import rules, schemas
from hostaudit.errors import Exit
from hostaudit.model.match import Question
from hostaudit.model.rules import Feed, HeaderClue, Parent, Provider, Rules, Samples, Scoring
from hostaudit.model.values import Published
from hostaudit.report import json_text


def provider(identity: str, **fields) -> Provider:
    given = {"id": identity, "name": identity.title(), "roles": ("hosting",), "samples": Samples(matches=())}
    return Provider(**given | fields)


def catalogue(*providers: Provider) -> Catalogue:
    scoring = Scoring(weights={}, full_harm_hours=1, name_only_weight=0, further_weight=0, named_host_weight=0)
    return Catalogue(Rules("test", providers, {"corp": Parent("Corp")}, {}, scoring))


WORLD = catalogue(
    provider(
        "cloud",
        parent="corp",
        roles=("dns", "hosting", "cdn"),
        ns=("dns.cloud.example",),
        cname=("cloud.example",),
        mx=("mx.cloud.example",),
        ptr=("compute.cloud.example",),
        asns=(64500,),
        headers=(HeaderClue("server", "^cloudlb/"),),
        issuers=("Cloud Trust Services", "CN=CT1"),
        registrar_ids=("4001",),
        registrar_names=("Cloud Registrar, Inc.",),
    ),
    provider(
        "edge",
        parent="corp",
        roles=("cdn", "waf"),
        cname=("edge.cloud.example",),
        cname_patterns=(r"[a-z0-9]+\.edge-\d\d\.cloud\.example",),
        ranges=("8.8.4.0/24",),
        headers=(HeaderClue("x-edge-id", "."), HeaderClue("server", "^edge$")),
    ),
    provider("store", parent="corp", roles=("page", "object_storage"), headers=(HeaderClue("server", "^Store$"),)),
    provider("rival", roles=("dns", "waf", "cdn"), ns=("rival.test",), ranges=("8.8.8.0/24",), asns=(64501, 64502)),
    provider("software", headers=(HeaderClue("x-soft", ".", weak=True), HeaderClue("x-softer", ".", weak=True))),
    provider("seller", roles=("registrar",), registrar_ids=("4002",), registrar_names=("Seller GmbH",)),
)

ROUTES = {"8.8.4.4": (64500,), "8.8.8.8": (64500, 64501), "9.9.9.9": (64501, 64502), "10.0.0.1": (64500,)}
MATCHER = Matcher(WORLD, lambda address: ROUTES.get(address, ()))


def ask(**question) -> list[tuple[str, str, float]]:
    """Id, role and confidence of each match."""
    found = MATCHER.answer(msgspec.convert(question, Question)).providers
    return [(each.id, each.role, each.confidence) for each in found]


# -- one clue -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"ns": "a.dns.cloud.example"}, ("cloud", "dns", 0.95)),
        ({"mx": "mx.cloud.example"}, ("cloud", "mail", 0.95)),
        ({"cname": "a.cloud.example"}, ("cloud", "hosting", 0.9)),
        ({"ptr": "h1.compute.cloud.example"}, ("cloud", "hosting", 0.55)),
        ({"ip": "8.8.4.4"}, ("edge", "cdn", 0.99)),
        ({"asn": 64500}, ("cloud", "hosting", 0.75)),
        ({"asn": "as64500"}, ("cloud", "hosting", 0.75)),
        ({"headers": {"Server": "cloudlb/2.0"}}, ("cloud", "hosting", 0.8)),
        ({"headers": {"server": ["nginx", "edge"]}}, ("edge", "cdn", 0.8)),
        ({"headers": {"server": "store"}}, ("store", "object_storage", 0.8)),
        ({"issuer": {"o": "Cloud Trust Services", "cn": "anything"}}, ("cloud", "ca", 0.95)),
        ({"issuer": {"o": "", "cn": "CT1"}}, ("cloud", "ca", 0.7)),
        ({"registrar": {"name": "SELLER GmbH", "iana_id": None}}, ("seller", "registrar", 0.9)),
        ({"registrar": {"iana_id": 4002}}, ("seller", "registrar", 0.98)),
        ({"registrar": {"name": "Seller GmbH", "iana_id": "4002"}}, ("seller", "registrar", 0.98)),
    ],
)
def test_one_clue_names_one_provider_in_a_role(question, expected):
    assert ask(**question) == [expected]


@pytest.mark.parametrize(
    "question",
    [
        {"ns": "cloud.example"},
        {"ns": "xdns.cloud.example.org"},
        {"cname": "notcloud.example"},
        {"mx": "mail.example.org"},
        {"headers": {"x-soft": "1", "x-softer": "1"}},
        {"headers": {"x-soft": "1"}, "soa": {"mname": "dns.cloud.example"}},
        {"soa": {"mname": "a.dns.cloud.example", "rname": "hostmaster.dns.cloud.example"}},
        {"headers": {}},
        {"headers": {"server": "nginx"}},
        {"ip": "10.0.0.1"},
        {"ip": "198.51.100.1"},
        {"ip": "::1"},
        {"ip": "ff02::1"},
        {"issuer": {"o": "Somebody", "cn": "CT1"}},
        {"registrar": {"name": "Nobody"}},
        {"asn": 1},
        {"ns": []},
        {"ns": ""},
    ],
)
def test_what_tells_too_little_names_nobody(question):
    assert ask(**question) == []


def test_software_that_others_run_too_and_an_soa_together_are_not_enough():
    weak = [STRENGTH["weak-header"], STRENGTH["soa"]]
    assert 1 - (1 - weak[0]) * (1 - weak[1]) < ENOUGH


def test_every_strength_says_less_than_what_is_certain():
    assert all(0 < strength <= MOST for strength in STRENGTH.values())
    assert set(ROLE_OF) <= set(STRENGTH)


# -- several clues ------------------------------------------------------------------------------------


def test_layers_are_all_kept_best_first():
    assert ask(cname="x.edge.cloud.example", ip="9.9.9.9", headers={"server": "Store"}) == [
        ("edge", "cdn", 0.9),
        ("store", "object_storage", 0.8),
        ("rival", "waf", 0.75),
    ]


def test_several_operators_of_one_role_are_all_kept():
    assert ask(ns=["a.dns.cloud.example", "ns.rival.test"]) == [("cloud", "dns", 0.95), ("rival", "dns", 0.95)]


def test_of_one_name_the_most_specific_product_of_a_company_is_meant():
    assert ask(cname="x.edge.cloud.example") == [("edge", "cdn", 0.9)]
    assert ask(cname="x.edge-07.cloud.example") == [("edge", "cdn", 0.9)]
    assert ask(cname="x.edge-7.cloud.example") == [("cloud", "hosting", 0.9)]


def test_a_network_of_the_same_company_supports_its_range_and_is_no_layer():
    found = MATCHER.answer(Question(ip="8.8.4.4")).providers
    assert [(clue.provider, clue.kind, clue.entry) for clue in found[0].because] == [
        ("edge", "range", "8.8.4.0/24"),
        ("cloud", "asn", "AS64500"),
    ]


def test_a_network_of_another_company_around_a_range_is_a_layer_and_every_origin_counts():
    assert ask(ip="8.8.8.8") == [("rival", "waf", 0.99), ("cloud", "hosting", 0.75)]


def test_published_ranges_come_first_and_name_the_product_that_the_label_names():
    url = "https://corp.example/ranges.json"
    book = catalogue(
        provider("all", parent="corp", feeds=(Feed(url, "aws"),)),
        provider("part", parent="corp", feeds=(Feed(url, "aws", ("PART",)),)),
        provider("old", parent="corp", ranges=("8.8.8.0/24",)),
    )

    def published(address: str) -> list[Published]:
        rows = [Published("8.8.8.0/24", url, "EVERYTHING"), Published("8.8.8.0/24", url, "PART")]
        return {"8.8.8.8": rows, "8.8.8.9": rows[:1], "8.8.4.4": [Published("8.8.4.0/24", url)]}.get(address, [])

    matcher = Matcher(book, published=published)
    for address, identity in (("8.8.8.8", "part"), ("8.8.8.9", "all"), ("8.8.4.4", "all"), ("8.8.8.7", "old")):
        found = matcher.answer(Question(ip=address)).providers
        assert [(each.id, each.because[0].kind) for each in found] == [(identity, "range")]


def test_two_answers_to_one_question_contradict_one_another_and_both_are_shown():
    found = MATCHER.answer(
        msgspec.convert({"registrar": {"name": "Seller GmbH", "iana_id": "4001"}}, Question)
    ).providers
    assert [(each.id, each.confidence, each.contradicts) for each in found] == [
        ("cloud", 0.78, ("registrar-name Seller GmbH",)),
        ("seller", 0.72, ("registrar IANA id 4001",)),
    ]


def test_what_several_kinds_of_clue_say_adds_up_and_all_roles_are_told():
    found = MATCHER.answer(
        msgspec.convert(
            {"cname": "a.cloud.example", "ns": "dns.cloud.example", "ptr": "compute.cloud.example"}, Question
        )
    ).providers
    assert [(each.id, each.role, each.roles, each.confidence) for each in found] == [
        ("cloud", "dns", ("dns", "hosting"), 0.99)
    ]
    assert [clue.kind for clue in found[0].because] == ["ns", "cname", "ptr"]


def test_an_soa_supports_what_the_name_servers_say():
    assert ask(ns="ns.rival.test", soa={"mname": "ns.rival.test.", "rname": "dns.example.org"}) == [
        ("rival", "dns", 0.96)
    ]


# -- names exactly ------------------------------------------------------------------------------------

SHIPPED = Catalogue(rules.load())
SUFFIXES = sorted(
    (kind, suffix, each.id)
    for each in rules.load().providers
    for kind in ("ns", "cname", "mx", "ptr")
    for suffix in getattr(each, kind)
)
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(st.sampled_from(SUFFIXES), st.lists(LABELS, max_size=3), st.booleans(), st.booleans())
def test_a_name_under_a_known_suffix_always_matches_its_company(known, labels, upper, dotted):
    kind, suffix, identity = known
    name = ".".join([*labels, suffix]) + ("." if dotted else "")
    found = getattr(SHIPPED, kind)(name.upper() if upper else name)
    assert SHIPPED.parent(identity) in {SHIPPED.parent(clue.provider) for clue in found}


@given(st.sampled_from(SUFFIXES), LABELS, st.sampled_from(["-", "", "_"]))
def test_a_name_that_only_ends_in_the_letters_of_a_suffix_does_not_match_by_it(known, word, glue):
    kind, suffix, _ = known
    assert all(clue.entry != suffix for clue in getattr(SHIPPED, kind)(word + glue + suffix))


@given(st.sampled_from(SUFFIXES), LABELS)
def test_a_suffix_in_the_middle_of_a_name_does_not_match(known, word):
    kind, suffix, _ = known
    assert getattr(SHIPPED, kind)(f"{suffix}.{word}.test") == ()
    assert getattr(SHIPPED, kind)(f"{suffix.replace('.', '-')}.{word}.test") == ()


@pytest.mark.parametrize(
    "name",
    [
        "..cloud.example",
        "a..cloud.example",
        ".cloud.example",
        "cloud.example..",
        "a b.cloud.example",
        "a\x00.cloud.example",
        "a\n.cloud.example",
        "*.cloud.example",
        "a/b.cloud.example",
        f"{'a' * 64}.cloud.example",
        f"{'a.' * 121}cloud.example",
        "a." * 100_000 + "cloud.example",
        "a.\u212aloud.example",
        "a.cloud\u3002example",
        "a.\uff43loud.example",
        "a.cl\u00f6ud.example",
        "\udc80.cloud.example",
        "",
        ".",
        " ",
    ],
)
def test_what_is_no_name_of_a_host_matches_nothing(name):
    assert WORLD.cname(name) == ()


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("Shop.Cloud.Example.", "shop.cloud.example"),
        (" a.cloud.example\t", "a.cloud.example"),
        ("b\u00fccher.cloud.example", "xn--bcher-kva.cloud.example"),
        ("B\u00dcCHER.cloud.example", "xn--bcher-kva.cloud.example"),
        ("_dmarc.cloud.example", "_dmarc.cloud.example"),
        (f"{'a.' * 120}cloud.example", f"{'a.' * 120}cloud.example"),
    ],
)
def test_a_name_is_compared_in_a_labels_without_case_and_last_dot(name, compared):
    assert host_name(name) == compared
    assert [clue.provider for clue in WORLD.cname(name)] == ["cloud"]


# -- properties ---------------------------------------------------------------------------------------

CLUES: dict[str, list[object]] = {
    "ns": ["dns.cloud.example", "ns.rival.test", "ns.example.org"],
    "cname": ["a.cloud.example", "a.edge.cloud.example", "www.example.org"],
    "mx": ["mx.cloud.example", "mx.example.org"],
    "ptr": ["h.compute.cloud.example"],
    "ip": ["8.8.4.4", "8.8.8.8", "9.9.9.9", "10.0.0.1"],
    "asn": [64500, "AS64501", 7],
}
HEADERS = [("server", "edge"), ("server", "Store"), ("server", "cloudlb/1"), ("x-edge-id", "1"), ("x-soft", "1")]
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        **{kind: st.lists(st.sampled_from(values), min_size=1, unique=True) for kind, values in CLUES.items()},
        "headers": st.lists(st.sampled_from(HEADERS), unique=True).map(
            lambda pairs: {name: [v for n, v in pairs if n == name] for name, _ in pairs}
        ),
        "issuer": st.sampled_from([{"o": "Cloud Trust Services"}, {"cn": "CT1"}, {"o": "X"}]),
        "soa": st.sampled_from([{"mname": "dns.cloud.example"}, {"mname": "ns.rival.test"}]),
        "registrar": st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from(["Seller GmbH", "Cloud Registrar"]), "iana_id": st.just("4002")}
        ),
    },
).filter(bool)


def answered(question: dict[str, object]) -> bytes:
    return msgspec.json.encode(MATCHER.answer(msgspec.convert(question, Question)))


@given(QUESTIONS, st.randoms())
def test_the_order_of_clues_does_not_matter(question, chance):
    keys = list(question)
    chance.shuffle(keys)
    mixed = {}
    for key in keys:
        value = question[key]
        if isinstance(value, list):
            value = chance.sample(value, len(value))
        elif isinstance(value, dict):
            value = dict(chance.sample(list(value.items()), len(value)))
        mixed[key] = value
    assert answered(mixed) == answered(question)


@given(QUESTIONS)
def test_answers_are_best_first_and_each_gives_its_reasons(question):
    found = MATCHER.answer(msgspec.convert(question, Question)).providers
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)
    assert len({each.id for each in found}) == len(found)
    for each in found:
        assert ENOUGH <= each.confidence <= MOST
        assert each.because
        assert each.role == each.roles[0]
        assert {WORLD.parent(clue.provider) for clue in each.because} == {each.parent}
        assert all(clue.strength == STRENGTH[clue.kind] and clue.entry and clue.value for clue in each.because)
        expected = combine(each.because)
        assert each.confidence == (round(expected * 0.8, 2) if each.contradicts else expected)


@given(QUESTIONS, QUESTIONS)
def test_a_further_kind_of_clue_never_lowers_anybody(question, more):
    added = {key: value for key, value in more.items() if key not in question and key != "registrar"}
    before = MATCHER.answer(msgspec.convert(question, Question)).providers
    after = {each.id: each.confidence for each in MATCHER.answer(msgspec.convert(question | added, Question)).providers}
    for each in before:
        assert after[each.id] >= each.confidence


@given(st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.integers() | st.text(), st.lists), max_size=4))
def test_any_object_is_answered_or_refused_with_a_reason(question):
    line = json.dumps(question).encode()
    try:
        answer = MATCHER.answer(read(line))
    except ValueError as error:
        assert str(error)
        assert len(str(error)) < 600
    else:
        assert isinstance(answer.providers, tuple)


@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_refused(line):
    try:
        MATCHER.answer(read(line))
    except ValueError as error:
        assert str(error)


# -- lines --------------------------------------------------------------------------------------------


def match(text: str | bytes, **more: str) -> tuple[int, list[dict], str]:
    data = text.encode() if isinstance(text, str) else text
    done = subprocess.run(
        [sys.executable, "-m", "hostaudit", "providers", "match"],
        input=data,
        capture_output=True,
        env=environment(**({"XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"], "XDG_DATA_HOME": "/nonexistent"} | more)),
        timeout=60,
    )
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


# -- what the page on accuracy says -------------------------------------------------------------------


def test_the_table_of_the_page_is_that_of_the_code():
    source = (ROOT / "hostaudit" / "catalogue.py").read_text("utf-8")
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
