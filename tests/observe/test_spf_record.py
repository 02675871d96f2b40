"""One SPF record by the grammar of RFC 7208: what is a term, what breaks the record, what its macros come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit.observe import spf_record
from hostaudit.observe.spf_record import Place, place, read

LABEL = "a" * 63


@pytest.mark.parametrize(
    "term",
    [
        "all", "-ALL", "a", "a/24", "a//64", "a/0//0", "a:out.shop.org", "a:out.shop.org./24//64", "A:Out.Shop.Org",
        "a:x:y/z.shop.org", "mx", "mx/32//128", "mx:shop.org", "include:a.shop.org", "+include:%{d}.shop.org",
        "include:%{i}", "?ptr", "ptr:shop.org", "exists:%{ir}.%{v}.x.shop.org", "exists:%{l1r-}.shop.org",
        "exists:%{d2}%%%_%-.shop.org", "exists:%{s/}", "ip4:192.0.2.1", "ip4:192.0.2.0/24", "ip6:2001:db8::1",
        "ip6:2001:db8::/32", "ip6:::ffff:192.0.2.1/128", "redirect=a.shop.org", "exp=why.shop.org", "x=", "a=",
        "x=%{c}-%{t}",
        "x.y_z-1=a/b:c", "ip4=192.0.2.1", "a:1.2.3.a1", "a:x.co-op",
    ],
)  # fmt: skip
def test_valid_terms(term):
    assert read(f"v=spf1 {term}").broken == ""


@pytest.mark.parametrize(
    "term",
    [
        "moo", "all:shop.org", "all/24", "-all;", "~all.", "a:", "a/", "a/33", "a/024", "a//129", "a/24/64", "-x=y",
        "a:shop", "a:192.0.2.1", "a:shop.org.1", "a:shop.org-", "a:-.-", "a:%{x}.shop.org", "a:%{c}.shop.org",
        "a:%{d0}.shop.org",
        "a:%{d", "a:%.shop.org", "a:%{d}shop", "mx:", "mx:shop.org/33", "include", "include:", "include:shop.org/24",
        "include:%(d).shop.org", "exists", "exists:", "exists:shop.org/24", "ptr:", "ptr/24", "ip4", "ip4:",
        "ip4:192.0.2",
        "ip4:192.0.2.1/33", "ip4:192.0.2.1/", "ip4:192.0.2.01", "ip4:2001:db8::1", "ip4:192.0.2.1:25", "ip6:",
        "ip6:192.0.2.1",
        "ip6:2001:db8::1/129", "ip6:fe80::1%eth0", "ip6:2001:db8::1//64", "redirect=", "redirect:shop.org",
        "redirect=shop",
        "redirect=a.shop.org redirect=b.shop.org", "exp=", "exp=shop", "exp=a.shop.org exp=b.shop.org", "x=%", "x/y=z",
        "incl\u00fcde:shop.org", "a:sh\u00f6p.org", "\u2013all", "a\tmx", "=x", ":x", "ip4:192.0.2.1,ip4:192.0.2.2",
    ],
)  # fmt: skip
def test_terms_that_break_a_record(term):
    found = read(f"v=spf1 ip4:192.0.2.9 {term} -all")

    assert found.broken in term.split(" ")
    assert found.broken
    assert found.terms[0].network == "192.0.2.9"


def test_nothing_counts_behind_all_but_what_breaks_the_record():
    found = read("v=spf1 -all ip4:192.0.2.9 redirect=a.shop.org")

    assert [(each.qualifier, each.name) for each in found.terms] == [("-", "all")]
    assert (found.redirect, found.broken) == ("", "")
    assert read("v=spf1 -all moo").broken == "moo"


@pytest.mark.parametrize(
    ("record", "default"),
    [
        ("v=spf1", "?"),
        ("v=spf1 a", "?"),
        ("v=spf1 ?all", "?"),
        ("v=spf1 ~all", "~"),
        ("v=spf1 all", "+"),
        ("v=spf1 -all all", "-"),
        ("v=spf1 redirect=a.shop.org", ""),
    ],
)
def test_what_is_said_of_all_other_hosts(record, default):
    assert read(record).default == default


@pytest.mark.parametrize("text", ["v=spf1", "V=SPF1 a", "v=spf1 "])
def test_a_record_begins_with_the_version(text):
    assert spf_record.VERSION.match(text)


@pytest.mark.parametrize("text", ["v=spf10", "v=spf1\ta", " v=spf1", "v=spf2.0/pra", "spf1"])
def test_other_texts_are_no_record(text):
    assert not spf_record.VERSION.match(text)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("", Place("m.shop.org", "m.shop.org")),
        ("out.shop.org.", Place("out.shop.org", "out.shop.org")),
        ("%{d}", Place("m.shop.org", "m.shop.org")),
        ("_x.%{d2}", Place("_x.shop.org", "_x.shop.org")),
        ("%{dr}.net", Place("org.shop.m.net", "org.shop.m.net")),
        ("%{d1r}.net", Place("m.net", "m.net")),
        ("%{o}.net", Place("shop.org.net", "shop.org.net")),
        ("%{d9}", Place("m.shop.org", "m.shop.org")),
        ("%{i}._x.mail.net", Place("", "_x.mail.net", known=False)),
        ("%{ir}.%{v}.%{d}", Place("", "m.shop.org", known=False)),
        ("%{l}x.mail.net", Place("", "mail.net", known=False)),
        ("x.%{h}", Place("", "", known=False)),
        ("%{i}", Place("", "", known=False)),
        ("x..shop.org", Place("", "")),
        (f"{LABEL}a.shop.org", Place("", "")),
        (".".join([LABEL] * 4) + ".shop.org", Place("", "")),
        ("x:y.shop.org", Place("", "", known=False)),
        ("a%%b.shop.org", Place("", "", known=False)),
    ],
)
def test_what_a_domain_with_macros_comes_to(domain, expected):
    assert place(domain, "m.shop.org", "shop.org") == expected


PIECES = [*"ad+-~?.:=/% 0126{}%irv", "include:", "all", "ip4:", "redirect=", "\u00e9", "\0"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_whatever_breaks_the_reader(text):
    found = read(f"v=spf1 {text}")

    for term in found.terms:
        name = place(term.domain, "m.shop.org", "shop.org").name
        assert not name or spf_record.is_host(name)
