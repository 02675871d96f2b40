"""Matching clues: whom they speak for, and how sure that is."""

from __future__ import annotations

import json

import msgspec
import pytest
from helpers.matching import catalogue, provider
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.analysis.catalogue.catalogue import Catalogue, host_name
from hostaudit.analysis.catalogue.confidence import ENOUGH, MOST, STRENGTH, combine
from hostaudit.analysis.catalogue.match import ROLE_OF, Matcher, read
from hostaudit.documents import rules
from hostaudit.model.match import Question
from hostaudit.model.rules import Feed, HeaderClue
from hostaudit.model.values import Published

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
