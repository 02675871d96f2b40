"""What is typed becomes one name to audit, or is refused with words that help."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import domain
from hostaudit.errors import Exit, UsageError

pytestmark = pytest.mark.smoke


def hint_of(text: str, named: tuple[str, ...] = ()) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        domain.parse(text, named)
    assert caught.value.exit_code == Exit.USAGE
    assert caught.value.hint, f"{text!r} is refused without a hint"
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "  example.com\t",
        "EXAMPLE.com",
        "example.com.",
        "example.com:8443",
        "example.com/path?query#fragment",
        "//example.com/x",
        "http://example.com",
        "HTTPS://example.com:443/a/b?c=d#e",
        "https://user:secret@example.com/",
        "example\u3002com",
        "example\uff0ecom\uff61",
        "\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.com",
    ],
)
def test_one_site_however_it_is_typed(text):
    assert domain.parse(text).domain == "example.com"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bücher.example.com", "xn--bcher-kva.example.com"),
        ("BÜCHER.example.com", "xn--bcher-kva.example.com"),
        ("XN--BCHER-KVA.example.com", "xn--bcher-kva.example.com"),
        ("https://bücher.example.com:8443/ü", "xn--bcher-kva.example.com"),
        ("faß.de", "xn--fa-hia.de"),  # IDNA 2008 keeps what IDNA 2003 folded into "fass"
        ("παράδειγμα.gr", "xn--hxajbheg2az3al.gr"),
    ],
)
def test_international_names_become_a_labels(text, name):
    assert domain.parse(text).domain == name


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("example.com", ("example.com", "www.example.com")),
        ("www.example.com", ("www.example.com", "example.com")),
        ("api.example.com", ("api.example.com",)),
        ("www.api.example.com", ("www.api.example.com",)),
        ("example.co.uk", ("example.co.uk", "www.example.co.uk")),
        ("www.example.co.uk", ("www.example.co.uk", "example.co.uk")),
    ],
)
def test_the_bare_name_and_its_www_name_are_looked_at_together(text, hosts):
    assert domain.parse(text).hosts == hosts


def test_named_hosts_follow_once_each_in_the_order_given_wherever_they_lie():
    named = ("api.example.com", "WWW.example.com", "https://cdn.example.net/x", "api.example.com.")

    target = domain.parse("example.com", named)

    assert target.hosts == ("example.com", "www.example.com", "api.example.com", "cdn.example.net")
    assert target.named == ("api.example.com", "cdn.example.net")


def test_a_site_on_a_platform_is_fine_and_the_registrar_sold_the_platforms_name():
    target = domain.parse("mysite.github.io")

    assert (target.domain, target.registrable) == ("mysite.github.io", "github.io")
    assert domain.platform_suffix("mysite.github.io") == "github.io"
    assert domain.platform_suffix("www.example.co.uk") is None


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.1",
        "192.0.2.1:443",
        "http://192.0.2.1/",
        "192.0.2.1.",
        "2001:db8::1",
        "[2001:db8::1]",
        "https://[2001:db8::1]:8443/",
        "fe80::1%eth0",
        "127.1",
        "0x7f000001",
        "http://0x7f.1/",
        "2130706433",
        "0177.0.0.1",
        "\uff11\uff12\uff17.0.0.1",
    ],
)
def test_an_address_in_any_spelling_is_no_site(text):
    message, hint = hint_of(text)

    assert "IP address" in message
    assert "domain" in hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "no domain was given", "example.com"),
        ("   ", "no domain was given", "example.com"),
        ("localhost", "single label", "it names this machine"),
        ("com", "public suffix", "example.com"),
        ("co.uk", "public suffix", "example.co.uk"),
        ("github.io", "platform", "mysite.github.io"),
        ("example.nosuchtld", "not a known top-level domain", "newer"),
        ("*.example.com", "wildcard", "example.com"),
        ("_dmarc.example.com", "not a host name", "example.com"),
        ("-a.example.com", "not a host name", "example.com"),
        ("exa mple.com", "not a host name", "example.com"),
        ("example..com", "not a host name", "example.com"),
        (".example.com", "not a host name", "example.com"),
        (".", "not a host name", "example.com"),
        (f"{'a' * 64}.com", "not a host name", "63"),
        (".".join(["a" * 60] * 5) + ".com", "longer than 253", "example.com"),
        ("exam\x00ple.com", "control characters", "example.com"),
        ("example.com\n.org", "control characters", "example.com"),
        ("ftp://example.com", "only http and https", "example.com"),
        ("javascript://example.com", "only http and https", "example.com"),
        ("https:///path", "has no host name", "example.com"),
        ("example.com:port", "not a domain or URL", "example.com"),
        ("example.com:99999", "not a domain or URL", "example.com"),
        ("http://[::1", "not a domain or URL", "example.com"),
        ("example.com\\@example.net", "backslash", "example.com"),
        ("xn--a.example.com", "not valid in IDNA", "example.com"),
        ("\u2665.example.com", "not a valid internationalised name", "example.com"),
        ("\u0627a.example.com", "not a valid internationalised name", "example.com"),
    ],
)
def test_garbage_is_refused_with_a_reason_and_a_hint(text, message, hint):
    said, advice = hint_of(text)

    assert message in said
    assert hint in f"{said} {advice}"


@pytest.mark.parametrize("named", ["*.example.com", "192.0.2.1", "co.uk", "localhost", ""])
def test_a_named_host_passes_the_same_gate(named):
    hint_of("example.com", (named,))


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m.com", "\u202eexample.com", "\udcff.com", "a" * 5000])
def test_a_refusal_shows_no_raw_character_and_stays_short(text):
    message, hint = hint_of(text)

    assert f"{message}{hint}".isascii()
    assert f"{message}{hint}".isprintable()
    assert len(message) < 300


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("co.uk", None),
        ("uk", None),
        ("x.nosuchtld", None),
        ("a.b.ck", "a.b.ck"),
        ("www.a.xn--55qx5d.cn", "a.xn--55qx5d.cn"),
        ("xn--55qx5d.cn", None),
        ("www.xn--bcher-kva.xn--p1ai", "xn--bcher-kva.xn--p1ai"),
    ],
)
def test_the_registrable_name_is_what_a_registrar_sells(host, name):
    assert domain.registrable(host) == name


@pytest.mark.parametrize(
    "label", ["xn--", "xn--99999999999", "xn--a-\u00e9", "xn--zzzzzzzzzzzz", "xn--com-", "_dmarc", "*"]
)
def test_a_name_off_the_wire_has_a_registrable_name_even_if_nobody_could_type_it(label):
    assert domain.registrable(f"{label}.com") == f"{label}.com"
    assert domain.registrable(f"a.{label}.co.uk") == f"{label}.co.uk"


def test_the_top_level_label_is_the_last():
    assert (domain.tld("a.example.co.uk"), domain.tld("com")) == ("uk", "com")


def test_the_suffix_list_in_use_has_a_version_to_report():
    assert domain.data_version()[0].isdigit()


def test_names_are_compared_by_labels():
    assert domain.lies_under("a.example", "example")
    assert domain.lies_under("example", "example")
    assert domain.lies_under("example", "")
    assert not domain.lies_under("badexample", "example")


@pytest.mark.parametrize("sign", ["\u0660", "\u30fb", "\u0300", "\xfc"])
def test_a_name_that_is_far_too_long_costs_no_time(sign):
    started = time.process_time()

    assert domain.a_labels(f"a.{sign * 30_000}.com") == ""
    assert "longer than 253" in hint_of(f"{sign * 30_000}.com")[0]
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Shop.Example.", "shop.example"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
        ("STRASSE.example", "strasse.example"),
        ("\u03b2\u03cc\u03bb\u03bf\u03c2.example", "xn--nxasmm1c.example"),
        ("\u0392\u038c\u039b\u039f\u03a3.example", "xn--nxasmq6b.example"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "xn--mgba3gch31f060k.example"),
        ("\uff53hop\u3002example", "shop.example"),
        ("\u2603.example", "xn--n3h.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("XN--0.example", "xn--0.example"),
        ("_x.-y.example", "_x.-y.example"),
        ("\u00e4.xn--0.example", ""),
        ("\u00e4.xn--bcher-kva.example", "xn--4ca.xn--bcher-kva.example"),
        ("a\u200cb.example", ""),
        ("\u0301a.example", ""),
        ("1\u05d0.example", ""),
        ("\u05d0.1a.example", ""),
        ("a..example", ""),
        (".", ""),
        ("", ""),
        ("\ud800.example", ""),
        ("\u00e4" * 60 + ".example", ""),
        ("a" * 64 + ".example", ""),
        (".".join(["a" * 60] * 5), ""),
        ("\u00e4." * 200, ""),
    ],
)
def test_the_host_of_a_link_is_read_as_browsers_do(text, host):
    assert domain.web_host(text) == host


@given(
    st.text(
        st.sampled_from("aZ0-.\u00df\u03c2\u03a3\u0646\u200c\u200d\u05d0\u0627\u00e4\u0301\uff0e\u3002"), max_size=12
    )
)
def test_what_is_typed_and_what_is_linked_are_one_name(text):
    try:
        typed = domain.host_name(f"{text}.example.com")
    except UsageError:
        return
    linked = domain.web_host(f"{text}.example.com")
    # Browsers refuse some names with labels from right to left as a whole (RFC 5893, section 2).
    from_the_right = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    assert linked == typed or (linked == "" and from_the_right)


def test_a_capital_sigma_at_the_end_is_no_final_one():
    assert domain.host_name("https://\u0392\u038c\u039b\u039f\u03a3.gr/") == "xn--nxasmq6b.gr"


@pytest.mark.parametrize(
    ("netloc", "host"),
    [("u:p@Shop.Example:80", "Shop.Example"), ("[2001:db8::1]:80", "2001:db8::1"), ("a", "a"), ("", "")],
)
def test_the_host_in_an_authority_stays_as_it_is_written(netloc, host):
    assert domain.host_in(netloc) == host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Stra\u00dfe.example:8080/x", "xn--strae-oqa.example"),
        ("//other.example/x", "other.example"),
        ("/x", "site.example"),
        ("https://u@[2001:db8::1]/", "2001:db8::1"),
        ("https://a%62.example/", "ab.example"),
        ("mailto:x@other.example", ""),
        ("https://[bad/", ""),
        ("https://", ""),
    ],
)
def test_the_host_to_which_a_link_leads(text, host):
    assert domain.linked_host(text, "https://site.example/a") == host
