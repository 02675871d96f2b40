"""The scanner of hostile HTML, held against a real parser on pages that are well formed."""

from __future__ import annotations

import html
import re
import string
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hostaudit.observe import html_tags
from hostaudit.observe.html_tags import Resource, Tag, app_in_link, decoded, references, resolve, tags

BASE = "https://shop.example.com/"


def scanned(page: str) -> list[tuple[str, dict[str, str]]]:
    return [(tag.name, tag.attributes) for tag in tags(page)]


# -- the scanner against a parser -------------------------------------------------------------------------


def parsed(page: str) -> list[tuple[str, dict[str, str]]]:
    root = LexborHTMLParser(page).root
    assert root is not None
    return [
        (node.tag, {name: value or "" for name, value in node.attributes.items()})
        for node in root.traverse()
        if node.tag and not node.tag.startswith("-") and node.tag not in ("html", "head", "body")
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
REFERENCES = [
    "&amp;",
    "&copy=1",
    "&copy;",
    "&copy",
    "&notit;",
    "&not;",
    "&region=x",
    "&lt",
    "&#65;",
    "&#x41",
    "&#128;",
    "&#1",
    "&#xd800;",
]
SYNTAX = ["&", "&#", "=", "/", " ", "\t", "\n", "<", "a", "é", "<!--", "-->", "</script>", ";"]
FRAGMENT = st.sampled_from([*REFERENCES, *SYNTAX])
VALUE = st.lists(FRAGMENT | TEXT, max_size=6).map("".join)
NAME = st.text(string.ascii_letters + ":-_", min_size=1, max_size=8).filter(lambda name: name[0].isalpha())


@st.composite
def attribute(draw: st.DrawFn) -> str:
    name, value = draw(NAME), draw(VALUE)
    style = draw(st.sampled_from(["double", "single", "bare", "none"]))
    equals = draw(st.sampled_from(["=", " = ", "=\n"]))
    if style == "double":
        return f'{name}{equals}"{value.replace(chr(34), "")}"'
    if style == "single":
        return f"{name}{equals}'{value.replace(chr(39), '')}'"
    bare = re.sub("[\\s\"'<>`=]", "", value)
    # A slash that ends an unquoted value belongs to it; at its start or end parsers and people differ.
    return f"{name}{equals}{bare.strip('/')}" if style == "bare" and bare.strip("/") else name


ATTRIBUTES = st.lists(attribute(), max_size=4).map(lambda each: "".join(f" {one}" for one in each))
COMMENT = st.sampled_from(["<!-- a <p x> -->", "<!-->", "<!--->", "<!-- x --!>", "<!---->", "<?php <b ?>", "<!x <y>"])
RAW = st.sampled_from(["", "if (a<b) { '</div>' }", "<p x=1>", "&amp;", "</", "</scrip", "<a href='"])


@st.composite
def leaf(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["img", "link", "meta", "script", "style", "textarea", "a", "SCRIPT", "input"]))
    inside = draw(ATTRIBUTES)
    if name in ("img", "link", "meta", "input"):
        return f"<{name}{inside} >" if inside else f"<{name}{draw(st.sampled_from(['', '/', ' /']))}>"
    content = "text" if name == "a" else draw(RAW)
    return f"<{name}{inside}>{content}</{name}{draw(st.sampled_from(['', ' ', ' y=1']))}>"


TEXT_NODE = TEXT.map(html.escape)
CONTENT = st.recursive(
    leaf() | COMMENT | TEXT_NODE,
    lambda inner: st.tuples(st.sampled_from(["div", "section", "SPAN"]), ATTRIBUTES, st.lists(inner, max_size=4)).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{''.join(parts[2])}</{parts[0]}>"
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CONTENT, max_size=5).map("".join))
@example("<div a=\"1\" A='2' b=3 c></div>")
@example("<img src=x/><img src='a'alt=b>")
def test_on_well_formed_pages_the_scanner_sees_what_a_parser_sees(content):
    page = f"<!doctype html><html><head><title>a <b> c</title></head><body>{content}</body></html>"

    seen = [each for each in scanned(page) if each[0] not in ("html", "head", "body")]

    assert seen == parsed(page)


@settings(max_examples=200, deadline=None)
@given(VALUE)
def test_an_attribute_value_is_decoded_as_a_parser_decodes_it(value):
    quoted = value.replace('"', "")

    assert decoded(quoted) == parsed(f'<p a="{quoted}"></p>')[0][1]["a"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"<>\"'=/!-?& ax\n", "<!--", "<script", "</script", "<a href=", "<![CDATA["]), max_size=60
    )
)
def test_no_text_whatever_breaks_the_scanner(pieces):
    page = "".join(pieces)

    assert all(isinstance(tag, Tag) for tag in tags(page))
    assert isinstance(references(page, BASE), html_tags.References)


# -- details ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<P>", [("p", {})]),
        ("<p", []),
        ("<p a='1", []),
        ("<p a='1>'>", [("p", {"a": "1>"})]),
        ("<p/>", [("p", {})]),
        ("<p a=1/>", [("p", {"a": "1/"})]),
        ("<p a=>", [("p", {"a": ""})]),
        ("<p =x>", [("p", {"=x": ""})]),
        ("< p><3 <p>", [("p", {})]),
        ("a <", []),
        ("</p title='>'><b>", [("b", {})]),
        ("</><b>", [("b", {})]),
        ("</", []),
        ("<!doctype html><b>", [("b", {})]),
        ("<!doctype", []),
        ("<![CDATA[<a>]]><b>", [("b", {})]),
        ("<!-- <a> <b>", []),
        ("<plaintext><a>", []),
        ("<noscript><img></noscript><b>", [("noscript", {}), ("b", {})]),
        ("<script><a></SCRIPT ><b>", [("script", {}), ("b", {})]),
        ("<script><a></scripts><b>", [("script", {})]),
        ("<script><a></\u017fcript><b>", [("script", {})]),
        ("<lin\u212a href=x>", [("lin\u212a", {"href": "x"})]),
        ("<p\u00a0a=1>", [("p\u00a0a=1", {})]),
    ],
)
def test_tags_of_odd_pages(page, expected):
    assert scanned(page) == expected


@pytest.mark.parametrize(
    ("page", "seen"),
    [
        ("<svg><title/></svg><b>", ["svg", "title", "b"]),
        ("<svg><style /><path></svg><b>", ["svg", "style", "path", "b"]),
        ("<SVG a=b><Style/></SVG><b>", ["svg", "style", "b"]),
        ("<svg><style a=b/><i></style></svg><b>", ["svg", "style", "i", "b"]),
        ("<svg><title>a</title><style>p{}</style></svg><b>", ["svg", "title", "style", "b"]),
        ("<svg><g><svg><title/></svg><style/></g></svg><b>", ["svg", "g", "svg", "title", "style", "b"]),
        ("<math><style/></math><b>", ["math", "style", "b"]),
        ("<svg/><style/><b>", ["svg", "style"]),
        ("<svg></svg><style/><b>", ["svg", "style"]),
        ("<svg><foreignObject><style/></foreignObject></svg><b>", ["svg", "foreignobject", "style"]),
        ("<svg><foreignObject><style></style></foreignObject><title/></svg><b>",
         ["svg", "foreignobject", "style", "title", "b"]),
        ("<svg><desc><style></style></desc><title/></svg><b>", ["svg", "desc", "style", "title", "b"]),
        ("<svg><div><style/><b>", ["svg", "div", "style"]),
        ("<svg><![CDATA[<i></svg>]]><title/></svg><b>", ["svg", "title", "b"]),
        ("<svg><![CDATA[<i>", ["svg"]),
        ("<svg><plaintext></svg><b>", ["svg", "plaintext", "b"]),
        ("</svg><title/><b>", ["title"]),
        ("<svg></math><title/></svg><b>", ["svg", "title", "b"]),
        ("<svg><title></svg><title/><b>", ["svg", "title", "title"]),
        ("<title/><b>", ["title"]),
    ],
)  # fmt: skip
def test_in_svg_and_mathml_no_element_hides_what_follows(page, seen):
    assert [name for name, _ in scanned(page)] == seen


def test_foreign_elements_are_left_however_deep_they_are():
    page = "<svg>" * 200 + "</svg>" * 200 + "<style><b></style><i>"

    assert [name for name, _ in scanned(page)][-2:] == ["style", "i"]


def test_raw_text_is_kept_for_those_who_ask():
    found = list(tags('<script type="application/ld+json">{"a": "<b>"}</script><title>x</title>'))

    assert [tag.text for tag in found] == ['{"a": "<b>"}', "x"]


@pytest.mark.parametrize("reference", ["&#" + "1" * 5000 + ";", "&#x" + "f" * 5000 + ";", "&#99999999;"])
def test_a_character_number_of_any_length_is_read_as_no_character(reference):
    assert decoded(reference) == "\ufffd"


def test_leading_zeros_do_not_make_a_number_long():
    assert decoded("&#" + "0" * 5000 + "65;&#x" + "0" * 5000 + "41;") == "AA"


def test_an_unclosed_attribute_flood_is_capped():
    page = "<a " + "".join(f"x{number} " for number in range(5000)) + "><b>"

    first, second = tags(page)

    assert len(first.attributes) == html_tags.MOST_ATTRIBUTES
    assert second.name == "b"


# -- linearity --------------------------------------------------------------------------------------------


class CountedPattern:
    """A compiled pattern that adds up how many characters it looks at."""

    def __init__(self, pattern: re.Pattern[str], work: list[int]) -> None:
        self.pattern, self.work = pattern, work

    def match(self, text: str, position: int) -> re.Match[str] | None:
        found = self.pattern.match(text, position)
        # A pattern that fails may still have read the white space before what it did not find.
        blank = re.compile(r"\s*").match(text, position)
        self.work[0] += 1 + max(found.end() if found else 0, blank.end() if blank else 0) - position
        return found

    def search(self, text: str, position: int) -> re.Match[str] | None:
        found = self.pattern.search(text, position)
        self.work[0] += 1 + (found.end() if found else len(text)) - position
        return found


class CountedText(str):
    """A page that adds up how many characters are looked at in finding."""

    work: list[int]

    def __getitem__(self, key):
        part = str.__getitem__(self, key)
        if isinstance(key, slice) and key.start is None:
            whole = CountedText(part)
            whole.work = self.work
            return whole
        self.work[0] += len(part)
        return part

    def find(self, what, start=0):
        found = str.find(self, what, start)
        self.work[0] += 1 + (found if found >= 0 else len(self)) - start
        return found


PATTERNS = {name: getattr(html_tags, name) for name in ("OPENING", "ATTRIBUTE", "COMMENT_END")}
ENDS = dict(html_tags.ENDS)


def work_of(page: str, monkeypatch: pytest.MonkeyPatch) -> int:
    work = [0]
    for name, pattern in PATTERNS.items():
        monkeypatch.setattr(html_tags, name, CountedPattern(pattern, work))
    monkeypatch.setattr(html_tags, "ENDS", {name: CountedPattern(each, work) for name, each in ENDS.items()})
    text = CountedText(page)
    text.work = work
    for _ in tags(text):
        work[0] += 1
    return work[0]


HOSTILE = {
    "unfinished tags": "<a ",
    "unfinished tags in quotes": '<a b="',
    "unfinished tags in single quotes": "<a b='",
    "unfinished equals": "<a b=",
    "comments": "<!--",
    "short comments": "<!-->",
    "nearly closed comments": "<!-- --",
    "declarations": "<!",
    "processing instructions": "<?",
    "end tags": "</",
    "end tags in quotes": "</a b='",
    "marked sections": "<![CDATA[",
    "deep nesting": "<div>",
    "attributes": "<a x ",
    "equals": "= ",
    "blank": "<a        ",
    "slashes": "<a///////",
    "scripts": "<script>",
    "closed scripts": "<script></script>",
    "nearly closed scripts": "<script></scrip",
    "titles and text areas": "<title><textarea>",
    "entities": '<a b="&amp;&#1;&x">',
    "brackets": "<<<<",
    "long names": "<abcdefghij",
    "pictures": "<svg><title/>",
    "ends of pictures": "</svg>",
    "pictures in pictures": "<svg><math><desc></math>",
    "sections of text": "<svg><![CDATA[",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_work_grows_no_faster_than_the_page(unit, monkeypatch):
    once = work_of(unit * 4000, monkeypatch)
    twice = work_of(unit * 8000, monkeypatch)

    assert once <= 12 * len(unit * 4000)
    assert twice <= 2.2 * once + 100


@pytest.mark.parametrize("front", ["<a ", "<a b=", "<script>", "<!--", "<p a='"])
def test_work_on_one_long_token_grows_no_faster_than_the_token(front, monkeypatch):
    once = work_of(front + "\t" * 40_000 + "x" * 40_000, monkeypatch)
    twice = work_of(front + "\t" * 80_000 + "x" * 80_000, monkeypatch)

    assert once <= 12 * 80_000
    assert twice <= 2.2 * once + 100


def test_the_counting_itself_notices_quadratic_work(monkeypatch):
    def looks_back(text: str):
        position = 0
        while (position := text.find("<", position)) >= 0:
            text.find(">", position)
            position += 1
            yield position

    monkeypatch.setattr(sys.modules[__name__], "tags", looks_back)

    assert work_of("<a " * 2000, monkeypatch) > 3 * work_of("<a " * 1000, monkeypatch)


def test_tags_and_length_are_capped_and_the_rest_is_called_cut():
    assert sum(1 for _ in tags("<b>" * (html_tags.MOST_TAGS + 10))) == html_tags.MOST_TAGS
    assert references("<b>" * (html_tags.MOST_TAGS + 10), BASE).cut
    assert references(" " * html_tags.LONGEST_PAGE + '<script src="/x.js"></script>', BASE) == html_tags.References(
        cut=True
    )
    assert not references("<b>" * 10, BASE).cut


def test_resources_are_capped_and_the_rest_is_called_cut():
    page = "".join(f'<script src="/{number}.js"></script>' for number in range(html_tags.MOST_REFERENCES + 5))

    found = references(page, BASE)

    assert len(found.resources) == html_tags.MOST_REFERENCES
    assert found.cut


# -- references -------------------------------------------------------------------------------------------


def blocking(page: str) -> list[bool]:
    return [each.blocking for each in references(page, BASE).resources]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<head><script src="/a.js"></script></head>', [True]),
        ('<script src="/a.js"></script>', [True]),
        ('<head><script async src="/a.js"></script></head>', [False]),
        ('<head><script DEFER src="/a.js"></script></head>', [False]),
        ('<head><script type="module" src="/a.js"></script></head>', [False]),
        ('<head><script type=" Module " src="/a.js"></script></head>', [False]),
        ('<head><script nomodule src="/a.js"></script></head>', [False]),
        ('<head><script type="text/javascript" src="/a.js"></script></head>', [True]),
        ('<head><script type="application/json" src="/a.json"></script></head>', []),
        ('<head></head><body><script src="/a.js"></script></body>', [False]),
        ('<head><meta charset=utf-8></head><div></div><script src="/a.js"></script>', [False]),
        ('<link rel="stylesheet" href="/a.css">', [True]),
        ('<body><link rel="stylesheet" href="/a.css">', [True]),
        ('<link rel="StyleSheet preload" href="/a.css">', [True]),
        ('<link rel="stylesheet" media=" PRINT" href="/a.css">', [False]),
        ('<link rel="stylesheet" media="(min-width: 9em)" href="/a.css">', [True]),
        ('<link rel="alternate stylesheet" href="/a.css">', [False]),
        ('<link rel="stylesheet" disabled href="/a.css">', [False]),
        ('<link rel="stylesheet">', []),
        ('<link rel="icon" href="/a.png">', []),
        ('<noscript><link rel="stylesheet" href="/a.css"></noscript>', []),
        ("<script>document.write('<script src=/b.js>')</script>", []),
    ],
)
def test_which_resources_the_page_waits_for(page, expected):
    assert blocking(page) == expected


NUMBER = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("attributes", "loaded", "held_back"),
    [
        (f'type="{NUMBER}-text/javascript" src="/a.js"', True, False),
        (f'type="{NUMBER}-module" src="/a.js" async', True, False),
        (f'TYPE="{NUMBER.upper()}-" src="/a.js"', True, False),
        ('type="text/rocketscript" data-rocketsrc="/a.js"', True, False),
        (f'type="{NUMBER}-application/ld+json" src="/a.js"', False, False),
        ('type="short-text/javascript" src="/a.js"', False, True),
        ('type="pmdelayedscript" src="/a.js"', False, True),
        ('type="rocketlazyloadscript" data-rocket-src="/a.js"', False, True),
        ('type="litespeed/javascript" data-src="/a.js"', False, True),
        ('type="text/plain" src="/a.js" data-category="statistics"', False, True),
        ('type="text/plain" data-cookie-src="/a.js"', False, True),
        ('data-src="/a.js"', False, True),
        ('src="/a.js" data-src="/b.js"', True, False),
        ('type="text/plain"', False, False),
        ('type="text/template" src="/a.html"', False, False),
        ('type="application/json" data-src="/a.json"', False, False),
        ('type="text/plain" data-src="javascript:x"', False, False),
        ('type="text/javascript" data-srcset="/a.js"', False, False),
    ],
)
def test_scripts_that_others_start_count_apart(attributes, loaded, held_back):
    found = references(f"<head><script {attributes}></script></head>", BASE)
    expected = [Resource("https://shop.example.com/a.js", "script", False)]

    assert [each.url for each in found.resources] == [each.url for each in expected] * loaded
    assert found.held_back == expected * held_back


def test_the_browser_does_not_wait_for_rocket_loader():
    assert blocking(f'<head><script type="{NUMBER}-text/javascript" src="/a.js"></script></head>') == [False]


def test_scripts_that_are_held_back_are_capped_too():
    page = "".join(f'<script type="text/plain" src="/{number}.js"></script>' for number in range(600))

    assert (len(references(page, BASE).held_back), references(page, BASE).cut) == (html_tags.MOST_REFERENCES, True)


def test_references_are_resolved_against_the_first_usable_base():
    page = '<base target=x><base href="//cdn.example.net/v1/"><base href="/other/"><script src="a.js"></script>'

    assert references(page, BASE).resources == [Resource("https://cdn.example.net/v1/a.js", "script", True)]


def test_a_base_that_is_no_web_address_changes_nothing():
    page = '<base href="javascript:alert(1)"><script src="a.js"></script>'

    assert references(page, BASE).resources == [Resource("https://shop.example.com/a.js", "script", True)]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/x", "https://shop.example.com/x"),
        ("  //CDN.example.net/x ", "https://CDN.example.net/x"),
        ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
        ("https://u:p@host.example/x", "https://u:p@host.example/x"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//[bad/", None),
        ("http://a b.example/", None),
        ("http://a..example/", None),
        ("http://host.example:99999/", None),
        ("http://host.example:port/", None),
        ("http://" + "a" * 64 + ".example/", None),
        ("http://", None),
        ("/\x1b[31m", None),
        ("/" + "x" * 3000, None),
        ("http://\uff0f.example/", None),
        ("https://stra\u00dfe.example:8080/x", "https://xn--strae-oqa.example:8080/x"),
        ("//\u0392\u038c\u039b\u039f\u03a3.example/x", "https://xn--nxasmq6b.example/x"),
        ("//a%62c.example/x", "https://abc.example/x"),
        ("//-a.example/x", "https://-a.example/x"),
        ("\\\\host.example\\x", "https://host.example/x"),
        ("https:\\\\host.example\\x?a\\b", "https://host.example/x?a\\b"),
        ("https:////host.example/x", "https://host.example/x"),
        ("///host.example/x", "https://host.example/x"),
        ("/\\host.example/x", "https://host.example/x"),
        ("https:x", "https://shop.example.com/x"),
        ("https:/x", "https://shop.example.com/x"),
        ("https:x:y", "https://shop.example.com/x:y"),
        ("http:host.example/x", "http://host.example/x"),
        ("http:/host.example/x", "http://host.example/x"),
        ("ht\ntps://host.example/\tx", "https://host.example/x"),
        ("\x00 //host.example/x", "https://host.example/x"),
        ("https://[::%31]/", None),
        ("//%00.example/", None),
    ],
)
def test_only_addresses_of_the_web_are_references(reference, expected):
    assert resolve(BASE, reference) == expected


def test_a_host_is_lower_case_without_a_trailing_dot():
    assert html_tags.host_of("https://CDN.Example.NET./x") == "cdn.example.net"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<link rel="manifest" href="/m.json">', "https://shop.example.com/m.json"),
        ('<link rel="manifest" href="/a.json"><link rel="manifest" href="/b.json">', "https://shop.example.com/a.json"),
        ('<link rel="manifest" href="javascript:x">', None),
        ('<link rel="manifest">', None),
    ],
)
def test_the_manifest_is_the_first_that_is_linked(page, expected):
    assert references(page, BASE).manifest == expected


def test_packages_are_links_to_apk_files_on_any_host():
    page = '<a href="/get/App.APK?x=1">1</a><a href="//dl.example.net/a.apk">2</a><a href="/apk">'

    assert references(page, BASE).packages == [
        "https://shop.example.com/get/App.APK?x=1",
        "https://dl.example.net/a.apk",
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://apps.apple.com/us/app/shop/id123456789", ("ios", "apple-app-store", "123456789")),
        ("https://itunes.apple.com/app/id123456789?mt=8", ("ios", "apple-app-store", "123456789")),
        ("https://apps.apple.com/us/developer/shop/id123456789", None),
        ("https://apps.apple.com/us/app/shop", None),
        (
            "https://play.google.com/store/apps/details?id=com.shop.app&hl=en",
            ("android", "google-play", "com.shop.app"),
        ),
        ("https://play.google.com/store/apps/dev?id=5700313618786177705", None),
        ("https://play.google.com/store/apps/details", None),
        ("https://play.google.com/store/apps/details?" + "a&" * 60 + "id=com.shop.app", None),
        ("https://f-droid.org/en/packages/com.shop.app/", ("android", "f-droid", "com.shop.app")),
        ("https://f-droid.org/packages/", None),
        ("https://apt.izzysoft.de/fdroid/index/apk/com.shop.app", ("android", "izzyondroid", "com.shop.app")),
        ("https://www.amazon.com/gp/mas/dl/android?p=com.shop.app", ("android", "amazon-appstore", "com.shop.app")),
        ("https://amazon.de/gp/mas/dl/android?p=com.shop.app", ("android", "amazon-appstore", "com.shop.app")),
        ("https://amazon.com/dp/B00", None),
        ("https://galaxystore.samsung.com/detail/com.shop.app", ("android", "galaxy-store", "com.shop.app")),
        ("https://apps.samsung.com/detail/com.shop.app", ("android", "galaxy-store", "com.shop.app")),
        ("https://appgallery.huawei.com/app/C100200300", ("android", "appgallery", "C100200300")),
        ("https://appgallery.huawei.com/#/app/C100200300", ("android", "appgallery", "C100200300")),
        ("https://appgallery.cloud.huawei.com/ag/n/app/C100200300?x=1", ("android", "appgallery", "C100200300")),
        ("https://appgallery.huawei.com/", None),
        ("https://apps.microsoft.com/detail/9NBLGGH4NNS1", ("windows", "microsoft-store", "9NBLGGH4NNS1")),
        ("https://www.microsoft.com/store/apps/9nblggh4nns1", ("windows", "microsoft-store", "9nblggh4nns1")),
        ("https://www.microsoft.com/en-us/surface", None),
        ("https://f-droid.org", None),
        ("https://evil-play.google.com.example/store/apps/details?id=com.shop.app", None),
    ],
)
def test_store_pages_are_known_by_host_and_path(url, expected):
    assert app_in_link(url) == expected


def apps(page: str) -> list[tuple[str, str]]:
    return [(store, identity) for _, store, identity, _ in references(page, BASE).apps]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            '<meta name="apple-itunes-app" content="app-id=123456789, app-argument=x">',
            [("apple-app-store", "123456789")],
        ),
        ('<meta name="google-play-app" content="app-id=com.shop.app">', [("google-play", "com.shop.app")]),
        ('<meta property="al:ios:app_store_id" content="123456789">', [("apple-app-store", "123456789")]),
        ('<meta property="al:android:package" content=" com.shop.app ">', [("google-play", "com.shop.app")]),
        ('<meta property="al:android:package" content="no package">', []),
        ('<meta property="al:iphone:app_store_id" content="123456789">', [("apple-app-store", "123456789")]),
        ('<meta property="al:ipad:app_store_id" content="123456789">', [("apple-app-store", "123456789")]),
        ('<meta name="twitter:app:id:iphone" content="123456789">', [("apple-app-store", "123456789")]),
        ('<meta name="Twitter:App:ID:iPad" content=" 123456789 ">', [("apple-app-store", "123456789")]),
        ('<meta property="twitter:app:id:googleplay" content="com.shop.app">', [("google-play", "com.shop.app")]),
        ('<meta name="twitter:app:name:iphone" content="123456789">', []),
        ('<meta name="twitter:app:id:iphone" content="shop">', []),
        ('<meta name="apple-itunes-app" content="app-id=shop">', []),
        ('<meta name="apple-itunes-app" content="app-clip-bundle-id=x">', []),
        ('<meta name="apple-itunes-app">', []),
        ('<meta charset="utf-8">', []),
        ('<a href="market://details?id=com.shop.app">', [("google-play", "com.shop.app")]),
        ('<a href="itms-apps://itunes.apple.com/app/id123456789">', [("apple-app-store", "123456789")]),
        ('<area href="https://f-droid.org/packages/com.shop.app">', [("f-droid", "com.shop.app")]),
        ('<a href="https://www.microsoft.com/p/shop/9nblggh4nns1">', [("microsoft-store", "9NBLGGH4NNS1")]),
        ('<a href="https://www.microsoft.com/en-us/store/surfacelaptop">', []),
        ('<a href="https://play.google.com/store/apps/details?id=../../etc/passwd&id=%00">', []),
        ('<a href="https://play.google.com/store/apps/details?id=com.a%00b">', []),
        ('<a href="https://play.google.com/store/apps/details?id=com.' + "a" * 200 + '">', []),
        ('<a href="https://play.google.com/store/apps/details?id=1234">', []),
        ('<a href="https://apps.apple.com/app/id00000">', []),
        ('<a href="https://f-droid.org/packages/%2e%2e">', []),
        ("<a>", []),
    ],
)
def test_apps_that_a_page_names(page, expected):
    assert apps(page) == expected


def test_an_app_named_twice_in_one_way_is_one():
    assert apps('<a href="market://details?id=com.shop.app">' * 3) == [("google-play", "com.shop.app")]
