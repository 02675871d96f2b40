"""Mail exchangers, authorised senders, DMARC and DKIM."""

from __future__ import annotations

import itertools

import pytest
from helpers.fakes import FakeNet, observe
from msgspec import UNSET

from hostaudit.model.values import Dkim, Dmarc, MailExchanger, MailExchangers, Spf
from hostaudit.observe.probes.mail import MOST_LOOKUPS, PROBE, SELECTORS
from hostaudit.observe.spf_record import MOST_TERMS

FAULTS = ("servfail", "timeout", "refused", "malformed", "truncated", "deadline")


def look(texts=None, **dns):
    """The mail evidence of example.com. ``texts``: name -> TXT strings or an ending; all else has no record."""
    asked: dict = {("example.com", "MX"): "NODATA"}
    for selector in SELECTORS:
        asked[f"{selector}._domainkey.example.com", "TXT"] = "NXDOMAIN"
    for name in ("example.com", "_dmarc.example.com"):
        asked[name, "TXT"] = "NODATA"
    asked.update({(name, "TXT"): rows for name, rows in (texts or {}).items()})
    asked.update(dns.get("more", {}))
    net = FakeNet(dns=asked)
    return observe("example.com", net, PROBE), net


def spf(record, **texts):
    """What an SPF record says, where ``texts`` gives the TXT strings of ``NAME.example.net``."""
    other = {f"{name}.example.net": rows for name, rows in texts.items()}
    found, _ = look({"example.com": [record], **other})
    return found["spf:example.com"].value, found


# -- MX ---------------------------------------------------------------------------------------------------


def test_exchangers_are_kept_by_preference_and_their_addresses_are_looked_up():
    rows = [(20, "mx2.example.net"), (10, "mx1.example.net")]

    found, net = look(more={("example.com", "MX"): rows, ("mx1.example.net", "A"): ["192.0.2.1"]})

    expected = (MailExchanger(10, "mx1.example.net"), MailExchanger(20, "mx2.example.net"))
    assert found["mx:example.com"].value == MailExchangers(expected, 300)
    assert found["a:mx1.example.net"].value.addresses == ("192.0.2.1",)
    assert ("dns", ("mx2.example.net", "AAAA")) in net.calls


@pytest.mark.parametrize("root", ["", "."])
def test_a_null_mx_is_proof_that_the_domain_takes_no_mail(root):
    found, _ = look(more={("example.com", "MX"): [(0, root)]})

    assert found["mx:example.com"].absent == "null MX (RFC 7505)"


def test_no_mx_is_absent_with_the_resolvers_proof():
    found, _ = look()

    assert found["mx:example.com"].absent == "NODATA"


# -- faults -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", FAULTS)
def test_a_fault_is_unknown_and_never_absent(cause):
    found = observe("example.com", FakeNet(dns=dict.fromkeys(everything(), ("unknown", cause))), PROBE)

    expected = {"mx:example.com", "spf:example.com", "dmarc:example.com"}
    assert set(found) == expected | {f"dkim:{selector}._domainkey.example.com" for selector in SELECTORS}
    assert {item.unknown.cause for item in found.values()} == {cause}
    assert {item.absent for item in found.values()} == {None}


def everything():
    names = ["example.com", "_dmarc.example.com", *(f"{selector}._domainkey.example.com" for selector in SELECTORS)]
    return [*((name, "TXT") for name in names), ("example.com", "MX")]


@pytest.mark.parametrize("broken", everything(), ids=str)
def test_one_fault_leaves_the_other_answers_alone(broken):
    healthy, _ = look()

    found, _ = look(more={broken: ("unknown", "servfail")})

    changed = {key for key in set(found) | set(healthy) if _ending(found.get(key)) != _ending(healthy.get(key))}
    assert len(changed) == 1
    assert found[changed.pop()].unknown.cause == "servfail"


def _ending(item):
    return item and (item.value, item.absent, item.unknown)


# -- SPF --------------------------------------------------------------------------------------------------


def test_other_texts_are_not_spf():
    found, _ = look({"example.com": ["v=spf10 include:a.example.net", "site-verification=1", "spf v=spf1"]})

    assert found["spf:example.com"].absent == "no SPF record"


@pytest.mark.parametrize("version", ["v=spf1", "V=SPF1"])
def test_the_version_is_read_without_regard_to_case(version):
    assert spf(f"{version} ip4:192.0.2.0/24 -all")[0].networks == ("192.0.2.0/24",)


def test_several_records_are_malformed_and_not_absent():
    found, _ = look({"example.com": ["v=spf1 -all", "v=spf1 +all"]})

    assert found["spf:example.com"].unknown.cause == "malformed"


def test_a_record_that_lets_nobody_send_has_a_value_with_nothing_in_it():
    assert spf("v=spf1 -all")[0] == Spf("v=spf1 -all")


def test_mechanisms_are_read_with_any_qualifier_but_fail():
    record = "v=spf1 +ip4:192.0.2.1 ~ip6:2001:db8::/32 ?a mx -ip4:198.51.100.1 -include:no.example.net ~all"

    value, _ = spf(record)

    assert value == Spf(record, networks=("192.0.2.1", "2001:db8::/32"), uses_mx=True, uses_a=True)


@pytest.mark.parametrize(
    ("record", "open_"), [("v=spf1", True), ("v=spf1 mx ?all", True), ("v=spf1 +all", True), ("v=spf1 ~all", UNSET)]
)
def test_a_record_may_say_nothing_of_all_other_hosts(record, open_):
    assert spf(record)[0].open is open_


@pytest.mark.parametrize(
    ("rest", "open_"), [("?all", True), ("", True), ("-all", UNSET), ("redirect=b.example.net", UNSET)]
)
def test_a_record_to_which_another_redirects_speaks_for_it(rest, open_):
    found = spf("v=spf1 redirect=a.example.net", a=[f"v=spf1 {rest}"], b=["v=spf1 -all"])[0]

    assert found.open is open_


@pytest.mark.parametrize(
    ("term", "flags"),
    [
        ("a", (False, True)),
        ("a/24", (False, True)),
        ("a:example.com", (False, True)),
        ("a:example.com/28", (False, True)),
        ("mx", (True, False)),
        ("mx/24//64", (True, False)),
        ("mx:example.com", (True, False)),
        ("all", (False, False)),
        ("exists:%{i}", (False, False)),
        ("ptr", (False, False)),
        ("amx", (False, False)),
        ("=:", (False, False)),
        ("a:example.com.", (False, True)),
        ("a:%{d}/24", (False, True)),
    ],
)
def test_a_and_mx_are_read_in_each_of_their_forms(term, flags):
    value, _ = spf(f"v=spf1 {term}")

    assert (value.uses_mx, value.uses_a, value.includes, value.networks) == (*flags, (), ())


def test_includes_of_all_levels_are_named_but_their_networks_are_not():
    value, _ = spf(
        "v=spf1 include:A.example.net. ~all",
        a=["v=spf1 ip4:192.0.2.1 include:b.example.net ~all"],
        b=["v=spf1 a mx ip4:192.0.2.2 ~all"],
    )

    assert value == Spf("v=spf1 include:A.example.net. ~all", includes=("a.example.net", "b.example.net"))


def test_what_an_include_lets_pass_only_weakly_is_no_sender():
    inner = ["v=spf1 ~include:b.example.net ?include:c.example.net -include:d.example.net include:e.example.net ?all"]
    other = {name: ["v=spf1 ip4:192.0.2.1 -all"] for name in "bcde"}

    assert spf("v=spf1 ?include:a.example.net ~all", a=inner, **other)[0].includes == ("a.example.net", "e.example.net")
    assert spf("v=spf1 redirect=a.example.net", a=inner, **other)[0].includes == tuple(
        f"{name}.example.net" for name in "abce"
    )


def test_a_record_under_the_same_registrable_name_is_the_sites_own():
    record = "v=spf1 include:_spf.example.com ~all"
    own = ["v=spf1 ip4:192.0.2.1 a include:a.example.net ~all"]

    found, _ = look(
        {"example.com": [record], "_spf.example.com": own, "a.example.net": ["v=spf1 -all"]},
        more={("_spf.example.com", "A"): ["192.0.2.9"], ("_spf.example.com", "AAAA"): "NODATA"},
    )

    expected = Spf(record, includes=("a.example.net",), networks=("192.0.2.1", "192.0.2.9"))
    assert found["spf:example.com"].value == expected


def test_a_redirect_to_another_name_names_its_keeper_like_an_include():
    value, _ = spf("v=spf1 redirect=a.example.net", a=["v=spf1 ip4:192.0.2.1 include:b.example.net -all"], b="NODATA")

    assert (value.includes, value.networks) == (("a.example.net", "b.example.net"), ())


def test_a_redirect_is_followed_inside_an_include():
    value, _ = spf(
        "v=spf1 include:a.example.net", a=["v=spf1 redirect=b.example.net"], b=["v=spf1 include:c.example.net"], c=[]
    )

    assert value.includes == ("a.example.net", "b.example.net", "c.example.net")


def test_a_redirect_beside_all_does_not_count():
    value, _ = spf("v=spf1 redirect=a.example.net ~all")

    assert value.includes == ()


def test_macros_of_a_message_name_whoever_keeps_what_follows_and_are_never_looked_up():
    record = "v=spf1 include:%{i}._spf.example.net a:%{d}.example.net exists:%{i}.example.net ~all"
    host = "example.com.example.net"

    found, net = look({"example.com": [record]}, more={(host, "A"): ["192.0.2.5"], (host, "AAAA"): "NODATA"})

    assert found["spf:example.com"].value.includes == ("_spf.example.net", "example.net")
    assert found["spf:example.com"].value.networks == ("192.0.2.5",)
    assert not [call for call in net.calls if "%" in str(call)]


def test_addresses_of_hosts_named_by_an_a_mechanism_count_as_networks():
    record = "v=spf1 a:out.example.net/32 mx:relay.example.net ~all"

    found, _ = look(
        {"example.com": [record]},
        more={("out.example.net", "A"): ["192.0.2.7"], ("out.example.net", "AAAA"): ("unknown", "timeout")},
    )

    assert found["spf:example.com"].value == Spf(record, includes=("relay.example.net",), networks=("192.0.2.7",))
    assert found["aaaa:out.example.net"].unknown.cause == "timeout"


@pytest.mark.parametrize("cause", FAULTS)
@pytest.mark.parametrize("term", ["include:a.example.net", "redirect=a.example.net", "include:_spf.example.com"])
def test_an_include_that_cannot_be_read_is_unknown_under_its_own_name(term, cause):
    name = term[8:].strip(":=")
    found, _ = look({"example.com": [f"v=spf1 {term}"], name: ("unknown", cause)})

    assert (found[f"spf:{name}"].unknown.cause, found[f"spf:{name}"].absent) == (cause, None)
    assert found["spf:example.com"].value is not None


@pytest.mark.parametrize("ending", ["NXDOMAIN", "NODATA", ["no record of SPF"]])
@pytest.mark.parametrize("term", ["include:", "redirect="])
def test_a_name_without_a_record_is_still_named_and_what_receivers_do_is_unknown(ending, term):
    value, found = spf(f"v=spf1 {term}a.example.net", a=ending)

    assert value.includes == ("a.example.net",)
    assert found["spf:a.example.net"].unknown.cause == "malformed"


def test_a_record_of_others_that_is_not_valid_is_unknown_under_its_name():
    value, found = spf(
        "v=spf1 include:a.example.net", a=["v=spf1 include:b.example.net ipv4:192.0.2.1"], b=["v=spf1 -all"]
    )

    assert value.includes == ("a.example.net", "b.example.net")
    assert "ipv4:192.0.2.1" in found["spf:a.example.net"].unknown.detail


def test_an_own_record_with_an_error_still_names_its_senders():
    value, _ = spf("v=spf1 include:a.example.net ip4:192.0.2.1 -all;", a=["v=spf1 -all"])

    assert (value.includes, value.networks, value.broken) == (("a.example.net",), ("192.0.2.1",), ("syntax",))


@pytest.mark.parametrize("term", ["include:a..example.com", "redirect=a..example.com"])
def test_a_name_that_cannot_exist_breaks_the_record(term):
    assert spf(f"v=spf1 {term}")[0].broken == ("syntax",)


def test_records_that_include_one_another_end():
    value, _ = spf(
        "v=spf1 include:a.example.net include:example.com",
        a=["v=spf1 include:b.example.net"],
        b=["v=spf1 include:a.example.net include:example.com"],
    )

    assert value.includes == ("a.example.net", "b.example.net")
    assert value.broken == ("loop",)


@pytest.mark.parametrize("term", ["redirect=example.com", "include:example.com", "include:%{d}"])
def test_a_record_that_refers_to_itself_is_broken(term):
    assert spf(f"v=spf1 {term}")[0].broken == ("loop",)


def test_two_ways_to_one_record_are_no_loop():
    value, _ = spf(
        "v=spf1 include:a.example.net include:b.example.net -all",
        a=["v=spf1 include:c.example.net -all"],
        b=["v=spf1 include:c.example.net -all"],
        c=["v=spf1 -all"],
    )

    assert value.broken is UNSET


@pytest.mark.parametrize(
    ("record", "inner", "broken"),
    [
        ("v=spf1 a mx a mx a mx a mx a ptr -all", "-all", UNSET),
        ("v=spf1 a mx a mx a mx a mx a ptr a -all", "-all", ("lookups",)),
        ("v=spf1 a mx a mx a mx a mx a -all a a a a", "-all", UNSET),
        ("v=spf1 include:a.example.net -all", "a a a a a a a a a -all", UNSET),
        ("v=spf1 include:a.example.net -all", "a a a a a a a a a a -all", ("lookups",)),
        ("v=spf1 -include:a.example.net -all", "a a a a a a a a a a -all", ("lookups",)),
        ("v=spf1 exists:%{i}.example.net redirect=a.example.net", "a mx a mx a mx a mx -all", UNSET),
        ("v=spf1 exists:%{i}.example.net redirect=a.example.net", "a mx a mx a mx a mx a -all", ("lookups",)),
        ("v=spf1 ip4:192.0.2.1 " + "ip6:2001:db8::1 " * 30 + "-all", "-all", UNSET),
    ],
)
def test_terms_that_cause_a_look_up_are_counted_in_all_records(record, inner, broken):
    assert spf(record, a=[f"v=spf1 {inner}"])[0].broken == broken


def void(terms: str, more=None):
    hosts = {(f"h{n}.example.com", kind): "NODATA" for n in range(5) for kind in ("A", "AAAA")}
    own = {("example.com", kind): "NODATA" for kind in ("A", "AAAA", "MX")}
    found, _ = look({"example.com": [f"v=spf1 {terms} -all"]}, more=hosts | own | (more or {}))
    return found["spf:example.com"].value


def test_look_ups_without_a_result_are_counted():
    assert void("a:h0.example.com a:h1.example.com").broken is UNSET
    assert void("a:h0.example.com a:h1.example.com a:h2.example.com").broken == ("void_lookups",)
    assert void("a mx a:h0.example.com").broken == ("void_lookups",)
    assert void("a mx a:h0.example.com", {("example.com", "A"): ["192.0.2.1"]}).broken is UNSET
    assert void("a mx a:h0.example.com", {("example.com", "MX"): ("unknown", "timeout")}).broken is UNSET


def test_past_the_lookup_limit_names_are_kept_and_what_is_behind_them_is_unknown():
    names = [f"n{n:02}" for n in range(MOST_LOOKUPS + 3)]
    record = "v=spf1 " + " ".join(f"include:{name}.example.net" for name in names)

    found, net = look({"example.com": [record]})

    value = found["spf:example.com"].value
    assert len(value.includes) == MOST_LOOKUPS + 3
    assert [found[f"spf:{name}.example.net"].unknown.cause for name in names[MOST_LOOKUPS:]] == ["limit"] * 3
    assert len([call for call in net.calls if "example.net" in call[1][0]]) == MOST_LOOKUPS


def test_a_chain_of_includes_ends_at_the_lookup_limit():
    chain = {f"n{n:02}": [f"v=spf1 include:n{n + 1:02}.example.net"] for n in range(MOST_LOOKUPS + 5)}

    value, found = spf("v=spf1 include:n00.example.net", **chain)

    assert len(value.includes) == MOST_LOOKUPS + 1
    assert found[f"spf:n{MOST_LOOKUPS:02}.example.net"].unknown.cause == "limit"


def test_a_network_written_with_host_bits_is_one_all_the_same():
    assert spf("v=spf1 ip4:192.0.2.7/24 ip6:2001:db8::1/32")[0].networks == ("192.0.2.7/24", "2001:db8::1/32")


@pytest.mark.parametrize("network", ["192.0.2.256", "192.0.2.0/33", "", "::1::", "10.0.0.1/x"])
def test_a_network_that_is_none_is_left_out(network):
    assert spf(f"v=spf1 ip4:{network} ip4:192.0.2.1")[0].networks == ("192.0.2.1",)


def test_a_huge_record_is_bounded():
    value, _ = spf("v=spf1 " + " ".join(f"ip4:192.0.2.{n % 256}/32" for n in range(5000)))

    assert len(value.record) == 1000
    assert len(value.networks) <= MOST_TERMS


def test_the_order_of_includes_does_not_matter():
    texts = {"a": ["v=spf1 include:c.example.net"], "b": ["v=spf1 include:d.example.net"], "c": [], "d": []}

    seen = {
        spf("v=spf1 " + " ".join(f"include:{n}.example.net" for n in order), **texts)[0].includes
        for order in itertools.permutations("abcd")
    }

    assert seen == {tuple(f"{n}.example.net" for n in "abcd")}


# -- DMARC ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ("v=DMARC1; p=reject", Dmarc("reject")),
        ("v=DMARC1;p = Quarantine ; pct=50", Dmarc("quarantine")),
        ("v=DMARC1; rua=mailto:x@R.example.net", Dmarc("none", ("r.example.net",))),
        (
            "v=DMARC1; p=none; rua=mailto:a@one.example!10m,mailto:b@two.example; ruf=mailto:c@one.example",
            Dmarc("none", ("one.example", "two.example")),
        ),
        ("v=DMARC1; p=none; rua=https://example.net/", Dmarc("none")),
    ],
)
def test_dmarc_keeps_the_policy_and_who_gets_the_reports(record, value):
    found, _ = look({"_dmarc.example.com": ["unrelated", record]})

    assert found["dmarc:example.com"].value == value


@pytest.mark.parametrize("text", ["v=DMARC10; p=none", "v=spf1 -all", "p=none"])
def test_other_texts_are_not_dmarc(text):
    found, _ = look({"_dmarc.example.com": [text]})

    assert found["dmarc:example.com"].absent == "no DMARC record"


def test_several_dmarc_records_are_malformed_in_any_order():
    records = ["v=DMARC1; p=none", "v=DMARC1; p=reject"]

    causes = [
        look({"_dmarc.example.com": rows})[0]["dmarc:example.com"].unknown.cause for rows in (records, records[::-1])
    ]

    assert causes == ["malformed", "malformed"]


# -- DKIM -------------------------------------------------------------------------------------------------


def dkim(answer):
    found, _ = look(more={("s1._domainkey.example.com", "TXT"): answer})
    return {key: item.value for key, item in found.items() if item.kind == "dkim"}


@pytest.mark.parametrize("text", ["v=DKIM1; k=rsa; p=MIGf", "p=MIGf", "k=rsa;p=MIGf;"])
def test_a_selector_that_holds_a_key_is_kept(text):
    assert dkim([text]) == {"dkim:s1._domainkey.example.com": Dkim("s1")}


def test_a_selector_that_is_an_alias_tells_who_signs():
    answer = (["s1.domainkey.example.net", "s1.mail.example.org"], ["v=DKIM1; p=MIGf"])

    assert dkim(answer) == {"dkim:s1._domainkey.example.com": Dkim("s1", "s1.mail.example.org")}


@pytest.mark.parametrize(
    "text", ["v=DKIM1; p=", "v=DKIM1", "v=spf1 exp=e.example.net -all", "v=DMARC1; p=none", "help=yes", "", "p"]
)
def test_what_a_wildcard_answers_and_a_revoked_key_are_no_selector(text):
    assert dkim([text]) == {}


def test_selectors_without_an_answer_are_not_listed_as_absent():
    assert dkim("NXDOMAIN") == {}


# -- senders that no record lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "unlisted"),
    [
        ("v=spf1 exists:%{i}._spf.example.com -all", ("exists",)),
        ("v=spf1 exists:%{h} -all", ("exists",)),
        ("v=spf1 ptr:example.com +all", ("all", "ptr")),
        ("v=spf1 all", ("all",)),
        ("v=spf1 ?exists:%{i}.example.com ~all", ("exists",)),
        ("v=spf1 -exists:%{i}.example.com ~all", UNSET),
        ("v=spf1 include:%{i}._spf.example.com -all", ("include",)),
        ("v=spf1 redirect=%{l}._spf.example.com", ("redirect",)),
        ("v=spf1 a:%{h} mx:%{l}.example.com -all", ("a", "mx")),
        ("v=spf1 a:x:y/z.example.com mx:x:y.example.com -all", ("a", "mx")),
        ("v=spf1 include:x:y.example.com -all", ("include",)),
        ("v=spf1 a:x..example.com -all", UNSET),
        ("v=spf1 ?all", UNSET),
        ("v=spf1 -all", UNSET),
    ],
)
def test_mechanisms_that_list_no_host_are_kept_if_they_authorise(record, unlisted):
    value = spf(record)[0]

    assert value.unlisted == unlisted
    assert (value.open is True) == (unlisted is not UNSET or "?all" in record)


@pytest.mark.parametrize(
    "term", ["exists:%{i}.x.example.net", "ptr:x.example.net", "mx:%{l}.x.example.net", "?exists:x.example.net"]
)
def test_a_mechanism_at_the_name_of_another_names_that_one(term):
    value, _ = spf(f"v=spf1 {term} -all")

    assert (value.includes, value.unlisted) == (("x.example.net",), UNSET)


def test_an_own_record_that_lets_anybody_send_is_told_through_an_include():
    found, _ = look({"example.com": ["v=spf1 include:_spf.example.com -all"], "_spf.example.com": ["v=spf1 +all"]})

    assert found["spf:example.com"].value.unlisted == ("all",)


def test_such_mechanisms_in_the_record_of_another_owner_are_that_owners():
    assert spf("v=spf1 include:x.example.net -all", x=["v=spf1 exists:%{i}.example.net -all"])[0].unlisted is UNSET


def test_a_host_whose_addresses_have_no_answer_may_send():
    record = {"example.com": ["v=spf1 a:out.example.com -all"]}
    host = "out.example.com"
    known, _ = look(record, more={(host, "A"): ["192.0.2.7"], (host, "AAAA"): "NODATA"})
    half, _ = look(record, more={(host, "A"): ["192.0.2.7"], (host, "AAAA"): ("unknown", "timeout")})
    dark, _ = look(record, more={(host, "A"): ("unknown", "servfail"), (host, "AAAA"): "NODATA"})

    assert f"spf:{host}" not in known
    assert half[f"spf:{host}"].unknown.cause == "timeout"
    assert dark[f"spf:{host}"].unknown.cause == "servfail"
    assert dark["spf:example.com"].value.networks == ()


def test_hosts_past_the_limit_are_unknown():
    hosts = [f"h{number:02}.example.com" for number in range(MOST_LOOKUPS + 1)]
    addresses = {(host, kind): ["192.0.2.7"] if kind == "A" else "NODATA" for host in hosts for kind in ("A", "AAAA")}
    found, _ = look({"example.com": [f"v=spf1 {' '.join(f'a:{host}' for host in hosts)} -all"]}, more=addresses)

    assert found[f"spf:{hosts[-1]}"].unknown.cause == "limit"
