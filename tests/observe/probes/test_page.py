"""The front page: where it is, what it needs, which apps and ways to install it names."""

from __future__ import annotations

import json

import pytest
from helpers.fakes import FakeNet, observe, reply
from msgspec import UNSET

from hostaudit.model.evidence import Unknown
from hostaudit.model.values import Addresses, Alias, DirectPackages, FrontPage, PageResource
from hostaudit.observe import html_tags
from hostaudit.observe.probes import page

HOST, WWW = "example.com", "www.example.com"
FRONT = f"https://{HOST}/"
AASA = f"https://{HOST}/.well-known/apple-app-site-association"
WWW_AASA = f"https://{WWW}/.well-known/apple-app-site-association"
LINKS = f"https://{HOST}/.well-known/assetlinks.json"
WWW_LINKS = f"https://{WWW}/.well-known/assetlinks.json"
MANIFEST = f"https://{HOST}/m.json"
NOT_THERE = {url: reply(url, "<p>no</p>", status=404) for url in (AASA, WWW_AASA, LINKS, WWW_LINKS)}
JSON = {"content-type": "application/json"}


def look(http=None, dns=None, target=HOST):
    """Evidence about the front page; both hosts have an address and no declarations unless the test says otherwise."""
    names = {(host, "A"): ["192.0.2.1"] for host in (HOST, WWW)}
    names |= {(host, "AAAA"): "NODATA" for host in (HOST, WWW)}
    net = FakeNet(dns=names | (dns or {}), http=NOT_THERE | (http or {}))
    found = observe(target, net, page.PROBE)
    assert net.errors == []
    return found, net


def at_front(content, http=None, dns=None):
    return look({FRONT: reply(FRONT, content)} | (http or {}), dns)[0]


def apps(found):
    return [(app.store, app.id) for app in found[f"apps:{HOST}"].value.apps]


# -- where it is ------------------------------------------------------------------------------------------


def test_the_front_page_is_where_the_redirects_end():
    end = f"https://{WWW}/home"
    found, _ = look({FRONT: reply(end, "<p>", hops=(FRONT, f"https://{WWW}/"))})

    assert found[f"front:{HOST}"].value == FrontPage(end, WWW, 200, (FRONT, f"https://{WWW}/"))
    assert found[f"page:{WWW}"].value.url == end
    assert f"web_app:{WWW}" in found
    assert f"packages:{WWW}" in found


@pytest.mark.parametrize("proof", ["NXDOMAIN", "NODATA"])
def test_a_domain_without_addresses_has_its_front_page_on_the_www_name(proof):
    url = f"https://{WWW}/"
    found, net = look({url: reply(url, "<p>")}, dns={(HOST, "A"): proof, (HOST, "AAAA"): proof})

    assert found[f"front:{HOST}"].value.host == WWW
    assert found[f"apps:{HOST}"].absent == "no app named"
    assert not [call for call in net.calls if call[0] == "http" and f"//{HOST}/" in call[-1]]


def test_when_nothing_listens_at_the_domain_the_www_name_is_the_way_in():
    url = f"https://{WWW}/"
    found, _ = look({FRONT: ("unknown", "connection_refused"), url: reply(url, "<p>")})

    assert found[f"front:{HOST}"].value.host == WWW


def test_a_site_on_plain_http_alone_has_a_front_page():
    refused = ("unknown", "connection_refused")
    plain = f"http://{HOST}/"
    found, _ = look({FRONT: refused, f"https://{WWW}/": refused, plain: reply(plain, "<p>")})

    assert found[f"front:{HOST}"].value.url == plain


@pytest.mark.parametrize("cause", ["timeout", "servfail", "tls_error", "certificate_invalid", "rate_limited", "loop"])
def test_a_fault_at_the_domain_is_unknown_whatever_the_www_name_says(cause):
    url = f"https://{WWW}/"
    found, _ = look({FRONT: ("unknown", cause), url: reply(url, "<p>")})

    assert found[f"front:{HOST}"].unknown.cause == cause
    assert found[f"page:{HOST}"].unknown.cause == cause
    assert found[f"web_app:{HOST}"].unknown.cause == "depends_on_unknown"
    assert found[f"packages:{HOST}"].unknown.cause == "depends_on_unknown"
    assert found[f"apps:{HOST}"].unknown.cause == "depends_on_unknown"


def test_where_one_certificate_is_refused_the_page_may_stand_at_another_address_or_on_plain_http():
    refused, plain = ("unknown", "certificate_invalid"), f"http://{HOST}/"
    two = {(HOST, "A"): ["192.0.2.1", "192.0.2.2"]}
    other, _ = look({FRONT: refused, (FRONT, "192.0.2.2"): reply(FRONT, "<p>")}, dns=two)
    over_http, _ = look({FRONT: refused, plain: reply(plain, "<p>")})
    redirected, _ = look({FRONT: refused, plain: refused})

    assert other[f"front:{HOST}"].value.url == FRONT
    assert over_http[f"front:{HOST}"].value.url == plain
    assert redirected[f"front:{HOST}"].unknown.cause == "certificate_invalid"


def test_a_servfail_for_the_addresses_is_not_a_proof_that_there_are_none():
    url = f"https://{WWW}/"
    found, _ = look({url: reply(url, "<p>")}, dns={(HOST, "A"): ("unknown", "servfail"), (HOST, "AAAA"): "NODATA"})

    assert found[f"front:{HOST}"].unknown.cause == "unreachable"


def test_a_site_without_any_address_has_no_page_to_read():
    gone = dict.fromkeys(((host, kind) for host in (HOST, WWW) for kind in ("A", "AAAA")), "NXDOMAIN")
    found, net = look(dns=gone)

    assert found[f"front:{HOST}"].absent == "no name of the site has an address"
    assert found[f"page:{HOST}"].absent
    for kind in ("packages", "web_app", "apps"):
        assert found[f"{kind}:{HOST}"].not_applicable == "there is no front page"
    assert not [call for call in net.calls if call[0] == "http"]


@pytest.mark.parametrize("status", [204, 206, 301, 401, 403, 404, 500, 503])
def test_an_error_page_is_no_page_to_read(status):
    found, _ = look({FRONT: reply(FRONT, '<link rel="manifest" href="/m.json">', status=status)})

    assert found[f"front:{HOST}"].value.status == status
    assert found[f"page:{HOST}"].unknown == Unknown("http_status", f"status {status}")
    for kind in ("packages", "web_app", "apps"):
        item = found[f"{kind}:{HOST}"]
        if status < 500:
            assert item.not_applicable == f"the front page answered {status}"
        else:  # it may show a page when it works again
            assert item.unknown.cause == "depends_on_unknown"


def test_a_page_that_is_not_shown_hides_no_app_that_is_named_elsewhere():
    found, _ = look({FRONT: reply(FRONT, "no", status=404), LINKS: reply(LINKS, "[]", headers=JSON, status=503)})

    assert found[f"apps:{HOST}"].unknown.cause == "http_status"


def test_a_front_page_that_is_no_html_is_not_read():
    found, _ = look({FRONT: reply(FRONT, "%PDF", headers={"content-type": "application/pdf"})})

    assert found[f"page:{HOST}"].unknown == Unknown("malformed", "content type application/pdf")


def test_a_named_host_is_no_second_front_page():
    from hostaudit import domain

    url = f"https://api.{HOST}/"
    found, net = look(
        {FRONT: ("unknown", "connection_refused"), url: reply(url, "<p>")},
        target=domain.parse(HOST, (f"api.{HOST}",)),
    )

    assert found[f"front:{HOST}"].unknown.cause == "connection_refused"
    assert not [call for call in net.calls if "api." in str(call)]


# -- what it needs ----------------------------------------------------------------------------------------


def test_resources_of_third_parties_are_kept_and_resolved_and_own_ones_are_not():
    content = """<script src="//cdn.example.net/a.js"></script><script async src="https://tag.example.org/t.js"></script>
        <script src="https://static.example.com/own.js"></script><link rel=stylesheet href="/own.css">"""
    found = at_front(content, dns={("cdn.example.net", "A"): (("edge.example.org",), ["192.0.2.9"])})

    assert found[f"page:{HOST}"].value.resources == (
        PageResource("https://cdn.example.net/a.js", "cdn.example.net", "script", True),
        PageResource("https://tag.example.org/t.js", "tag.example.org", "script", False),
    )
    alias = Alias("cdn.example.net", "edge.example.org", 60)
    assert found["resource:cdn.example.net"].value == Addresses((alias,), ("192.0.2.9",), 60)
    assert found["resource:tag.example.org"].unknown.cause == "unreachable"
    assert "resource:static.example.com" not in found


def test_a_resource_for_which_the_page_waits_once_is_one_for_which_it_waits():
    one, two = '<script src="//cdn.example.net/a.js"></script>', '<script async src="//cdn.example.net/a.js"></script>'

    for content in (one + two, two + one):
        assert [row.blocking for row in at_front(content)[f"page:{HOST}"].value.resources] == [True]


def test_third_parties_for_which_the_page_waits_come_first_and_the_rest_is_unknown():
    idle = "".join(f'<script async src="//a{number}.example.net/x.js"></script>' for number in range(30))
    found = at_front(f'{idle}<script src="//z.example.net/x.js"></script>')

    causes = [found[key].unknown.cause for key in found if key.startswith("resource:")]
    assert (causes.count("limit"), len(causes)) == (31 - page.MOST_RESOURCES, 31)
    assert found["resource:z.example.net"].unknown.cause == "unreachable"


def test_a_page_that_was_cut_proves_no_absence():
    found, _ = look({FRONT: reply(FRONT, "<p>", truncated=True)})

    assert found[f"page:{HOST}"].value.truncated
    assert found[f"packages:{HOST}"].unknown.cause == "too_large"
    assert found[f"web_app:{HOST}"].unknown.cause == "too_large"
    assert found[f"apps:{HOST}"].unknown == Unknown("depends_on_unknown", "no answer from the rest of the front page")


def test_a_page_longer_than_what_is_scanned_proves_no_absence():
    found = at_front("<p>" + "x" * html_tags.LONGEST_PAGE)

    assert found[f"packages:{HOST}"].unknown.cause == "too_large"


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "latin-1"])
def test_pages_are_read_in_other_encodings_too(coding):
    body = '<p>é</p><a href="market://details?id=com.shop.app">'.encode(coding)

    assert apps(at_front(body)) == [("google-play", "com.shop.app")]


def test_store_hosts_are_resolved_while_the_page_is_under_way():
    _, net = look({FRONT: reply(FRONT, "<p>")})

    assert {("dns", (host, "A")) for host in page.STORE_HOSTS} <= set(net.calls)


# -- packages and the web app -----------------------------------------------------------------------------


def test_packages_offered_for_download_are_listed():
    found = at_front('<a href="/b.apk">b</a><a href="/a.apk">a</a>')

    assert found[f"packages:{HOST}"].value == DirectPackages((f"{FRONT}a.apk", f"{FRONT}b.apk"))


def test_a_page_that_offers_no_package_proves_it():
    assert at_front("<p>")[f"packages:{HOST}"].absent == "no package offered"


INSTALLABLE = {
    "name": "Shop",
    "start_url": "/",
    "display": "standalone",
    "icons": [{"src": "a.png", "sizes": "192x192"}, {"src": "b.png", "sizes": "512x512 1024x1024"}],
}


def web_app(manifest, *, front=FRONT, url=MANIFEST):
    body = manifest if isinstance(manifest, bytes | str) else json.dumps(manifest)
    content = f'<link rel="manifest" href="{MANIFEST}">'
    return look({FRONT: reply(front, content), MANIFEST: reply(url, body, headers=JSON)})[0]


def test_a_complete_manifest_makes_the_site_installable():
    value = web_app(INSTALLABLE)[f"web_app:{HOST}"].value

    assert (value.url, value.installable, value.name, value.lacks) == (MANIFEST, True, "Shop", ())


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"name": None}, ("name",)),
        ({"name": "", "short_name": "S"}, ()),
        ({"name": 5}, ("name",)),
        ({"start_url": None}, ("start_url",)),
        ({"display": "browser"}, ("display",)),
        ({"display": ["standalone"]}, ("display",)),
        ({"display": "browser", "display_override": ["x", 5, "minimal-ui"]}, ()),
        ({"display": "window-controls-overlay"}, ()),
        ({"icons": None}, ("icon 192", "icon 512")),
        ({"icons": [{"sizes": "any"}]}, ()),
        ({"icons": [{"sizes": "192x192"}]}, ("icon 512",)),
        ({"icons": ["x", {}, {"sizes": 192}, {"sizes": "x192 ¹92x1 192192192192x192"}]}, ("icon 192", "icon 512")),
        ({"prefer_related_applications": True}, ("prefer_related_applications is true",)),
        ({"prefer_related_applications": "yes"}, ()),
    ],
)
def test_what_a_manifest_lacks_is_named(change, lacks):
    value = web_app(INSTALLABLE | change)[f"web_app:{HOST}"].value

    assert value.lacks == lacks
    assert value.installable is (not lacks)


@pytest.mark.parametrize(
    ("front", "url"),
    [("http://example.com/", MANIFEST), (FRONT, "http://example.com/m.json")],
    ids=["page", "manifest"],
)
def test_without_https_a_site_is_not_installable(front, url):
    assert web_app(INSTALLABLE, front=front, url=url)[f"web_app:{HOST}"].value.lacks == ("https",)


def test_a_page_that_links_no_manifest_proves_it():
    assert at_front('<link rel="icon" href="/x.png">')[f"web_app:{HOST}"].absent == "no manifest linked"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//[bad/", "https://example.com:x/"])
def test_a_manifest_linked_by_what_is_no_address_is_unknown(href):
    found = at_front(f'<link rel="manifest" href="{href}">')

    assert found[f"web_app:{HOST}"].unknown.cause == "malformed"
    assert found[f"apps:{HOST}"].unknown.detail == "no answer from the web app manifest"


def test_of_several_manifests_the_one_that_has_an_address_counts():
    manifest = {MANIFEST: reply(MANIFEST, json.dumps(INSTALLABLE))}
    found = at_front('<link rel=manifest href="x:y"><link rel=manifest href="/m.json">', http=manifest)

    assert found[f"web_app:{HOST}"].value.installable


@pytest.mark.parametrize("body", ["[1,2,3]", "null", "{", "<html>", "", b"\xff\xfe", "[" * 3000 + "]" * 3000, '"x"'])
def test_a_manifest_that_is_no_object_is_unknown_and_so_are_the_apps_it_may_name(body):
    found = web_app(body)

    assert found[f"web_app:{HOST}"].unknown.cause == "malformed"
    assert found[f"apps:{HOST}"].unknown == Unknown("depends_on_unknown", "no answer from the web app manifest")


@pytest.mark.parametrize("status", [404, 410])
def test_a_manifest_that_is_gone_is_absent(status):
    found = at_front('<link rel="manifest" href="/m.json">', http={MANIFEST: reply(MANIFEST, "no", status=status)})

    assert found[f"web_app:{HOST}"].absent == str(status)
    assert found[f"apps:{HOST}"].absent == "no app named"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (reply(MANIFEST, "no", status=403), "http_status"),
        (reply(MANIFEST, "no", status=500), "http_status"),
        (reply(MANIFEST, "{}", truncated=True), "too_large"),
        (("unknown", "timeout"), "timeout"),
        (("unknown", "rate_limited"), "rate_limited"),
    ],
)
def test_a_manifest_that_gives_no_answer_is_unknown_and_so_are_the_apps_it_may_name(answer, cause):
    found = at_front('<link rel="manifest" href="/m.json">', http={MANIFEST: answer})

    assert found[f"web_app:{HOST}"].unknown.cause == cause
    assert found[f"apps:{HOST}"].unknown.cause == "depends_on_unknown"


def test_apps_of_a_manifest_are_named_by_url_or_by_platform_and_id():
    related = [
        {"platform": "play", "url": "https://play.google.com/store/apps/details?id=com.shop.a"},
        {"platform": "play", "id": "com.shop.b"},
        {"platform": "itunes", "id": "123456789"},
        {"platform": "itunes", "url": "https://apps.apple.com/app/id987654321", "id": "111111111"},
        {"platform": "f-droid", "id": "com.shop.c"},
        {"platform": "amazon", "id": "com.shop.d"},
        {"platform": "windows", "id": "9nblggh4nns1"},
        {"platform": "webapp", "url": "https://example.com/m.json", "id": "x"},
        {"platform": "play", "id": "../../etc/passwd"},
        {"platform": "play", "url": "//[bad/"},
        {"platform": ["play"], "id": "com.shop.x"},
        {"id": "com.shop.x"},
        {"platform": "play", "id": 7, "url": 8},
        "com.shop.x",
    ]

    assert apps(web_app(INSTALLABLE | {"related_applications": related})) == [
        ("amazon-appstore", "com.shop.d"),
        ("apple-app-store", "123456789"),
        ("apple-app-store", "987654321"),
        ("f-droid", "com.shop.c"),
        ("google-play", "com.shop.a"),
        ("google-play", "com.shop.b"),
        ("microsoft-store", "9NBLGGH4NNS1"),
    ]


# -- declarations -----------------------------------------------------------------------------------------


def declared(url, content, *, headers=JSON, status=200, truncated=False):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    answer = reply(url, body, headers=headers, status=status, truncated=truncated)
    return at_front("<p>", http={url: answer})


@pytest.mark.parametrize("url", [AASA, WWW_AASA])
def test_apple_declarations_of_either_host_name_bundles_without_their_prefix(url):
    content = {
        "applinks": {
            "details": [
                {"appID": "AB12CD34EF.com.shop.a", "paths": ["*"]},
                {"appIDs": ["AB12CD34EF.com.shop.b", "AB12CD34EF.com.shop.a", 7, "none", "AB.*"]},
                "x",
            ]
        },
        "webcredentials": {"apps": ["AB12CD34EF.com.shop.c"]},
        "appclips": {"apps": ["AB12CD34EF.com.shop.a.Clip"]},
    }

    # Apple reads these files as JSON whatever they are called.
    assert apps(declared(url, content, headers={"content-type": "text/html"})) == [
        ("apple-app-store", f"com.shop.{each}") for each in ("a", "a.Clip", "b", "c")
    ]


def test_the_older_form_of_an_apple_declaration_names_bundles_as_members():
    content = {"applinks": {"details": {"AB12CD34EF.com.shop.a": {"paths": ["*"]}}}}

    assert apps(declared(AASA, content)) == [("apple-app-store", "com.shop.a")]


def test_asset_links_name_android_packages():
    content = [
        {"relation": ["x"], "target": {"namespace": "android_app", "package_name": "com.shop.a"}},
        {"target": {"namespace": "web", "site": "https://example.net"}},
        {"target": {"namespace": "android_app", "package_name": ["com.shop.x"]}},
        {"target": "android_app"},
        {"include": "https://example.net/assetlinks.json"},
        None,
    ]

    assert apps(declared(LINKS, content)) == [("google-play", "com.shop.a")]


ODD = [
    {"applinks": {"details": "not a list"}},
    {"applinks": {"details": [{"appID": 7, "appIDs": "AB.com.shop.x"}]}},
    {"applinks": None, "webcredentials": [], "appclips": {"apps": {"a": 1}}},
    {"not": "a list"},
    [1, 2, 3],
    [[[{"target": {"namespace": "android_app"}}]]],
    [{"target": {"namespace": "android_app", "package_name": "x\x00y"}}],
    7,
]


@pytest.mark.parametrize("content", ODD, ids=str)
@pytest.mark.parametrize("url", [AASA, LINKS])
def test_declarations_of_another_form_name_no_app(url, content):
    assert declared(url, content)[f"apps:{HOST}"].absent == "no app named"


PAGES = [
    ("<!doctype html><p>Not found", {"content-type": "text/html"}),
    (" <html>", JSON),
    ("", {"content-type": "text/plain"}),
    ("no such page", {}),
    ("{", {"content-type": "text/plain"}),
    ("0\x82\x01", JSON),
    *((text, JSON) for text in ('{"applinks": {"details": "not a list"', "[", "{]", " \n{", "[" * 3000 + "]" * 3000)),
]


@pytest.mark.parametrize(("body", "headers"), PAGES)
@pytest.mark.parametrize("url", [AASA, LINKS])
def test_what_is_no_json_proves_no_absence_of_apps(url, body, headers):
    item = declared(url, body, headers=headers)[f"apps:{HOST}"]

    place = url.removeprefix("https://")
    assert item.unknown == Unknown("malformed", f"no answer from {place} (status 200, no JSON)")


@pytest.mark.parametrize("status", [204, 206, 300, 301, 302, 400, 401, 402, 403, 405, 406, 418, 422, 451, 500, 503])
@pytest.mark.parametrize("url", [AASA, LINKS])
def test_no_status_but_404_and_410_proves_that_no_app_is_named(url, status):
    named = '{"applinks": {"details": [{"appID": "AB.com.shop.x"}]}}'
    item = declared(url, named, status=status)[f"apps:{HOST}"]

    place = url.removeprefix("https://")
    assert item.unknown == Unknown("http_status", f"no answer from {place} (status {status})")


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("url", [AASA, LINKS])
def test_a_file_that_is_not_there_names_no_app(url, status):
    assert declared(url, "gone", status=status)[f"apps:{HOST}"].absent == "no app named"


def test_a_404_after_a_redirect_to_another_party_is_not_the_sites():
    there = reply("https://login.example.org/", "no", status=404, hops=(AASA,))
    item = at_front("<p>", http={AASA: there})[f"apps:{HOST}"]
    own = at_front("<p>", http={AASA: reply(WWW_AASA, "no", status=404, hops=(AASA,))})[f"apps:{HOST}"]

    assert item.unknown.cause == "http_status"
    assert item.unknown.detail.endswith("(status 404 after a redirect to https://login.example.org/)")
    assert own.absent == "no app named"


CHALLENGED = [
    {"cf-mitigated": "challenge"},
    {"x-amzn-waf-action": "captcha"},
    {"x-vercel-mitigated": "challenge"},
]


@pytest.mark.parametrize("headers", CHALLENGED)
@pytest.mark.parametrize("status", [200, 202, 403, 404])
def test_a_challenge_is_said_to_be_one_and_is_never_absence(headers, status):
    item = declared(AASA, "<p>", headers=headers, status=status)[f"apps:{HOST}"]
    found, _ = look({FRONT: reply(FRONT, "<p>", headers=headers, status=status)})

    assert item.unknown.cause == "challenge"
    assert f"(status {status}, a challenge page)" in item.unknown.detail
    assert found[f"page:{HOST}"].unknown == Unknown("challenge", f"status {status}")
    assert found[f"front:{HOST}"].value.challenge is True
    assert found[f"packages:{HOST}"].not_applicable == "the front page answered with a challenge page"


@pytest.mark.parametrize("headers", [{"x-vercel-mitigated": "allow"}, {"cf-ray": "1"}])
def test_other_headers_of_the_same_networks_are_no_challenge(headers):
    found, _ = look({FRONT: reply(FRONT, "<p>", headers=headers | {"content-type": "text/html"})})

    assert found[f"front:{HOST}"].value.challenge is UNSET
    assert found[f"apps:{HOST}"].absent == "no app named"


def test_a_declaration_that_was_cut_is_unknown():
    assert declared(AASA, "<", truncated=True)[f"apps:{HOST}"].unknown.cause == "too_large"


@pytest.mark.parametrize("cause", ["timeout", "rate_limited", "redirect_refused", "loop", "blocked_address"])
def test_a_declaration_without_an_answer_is_unknown_and_never_no_app(cause):
    found = at_front("<p>", http={AASA: ("unknown", cause)})

    ending = cause.replace("_", " ")
    place = AASA.removeprefix("https://")
    assert found[f"apps:{HOST}"].unknown == Unknown(cause, f"no answer from {place} ({ending})")


@pytest.mark.parametrize("cause", ["connection_refused", "certificate_invalid"])
def test_a_name_beside_the_page_where_no_device_gets_a_file_leaves_nothing_open(cause):
    found = at_front("<p>", http={WWW_AASA: ("unknown", cause), WWW_LINKS: ("unknown", cause)})

    assert found[f"apps:{HOST}"].absent == "no app named"
    assert at_front("<p>", http={AASA: ("unknown", cause)})[f"apps:{HOST}"].unknown.cause == cause


@pytest.mark.parametrize("answer", [("unknown", "timeout"), reply(WWW_AASA, "no", status=403)])
def test_a_name_beside_the_page_that_may_have_a_file_leaves_apps_open(answer):
    assert at_front("<p>", http={WWW_AASA: answer})[f"apps:{HOST}"].unknown


# -- apps of all sources ----------------------------------------------------------------------------------


def test_apps_that_were_found_are_kept_with_what_could_not_be_read():
    found = at_front('<a href="market://details?id=com.shop.app">', http={AASA: ("unknown", "timeout")})

    assert apps(found) == [("google-play", "com.shop.app")]
    assert found[f"apps:{HOST}"].value.unread == (f"{HOST}/.well-known/apple-app-site-association (timeout)",)


def test_an_app_of_several_sources_is_named_by_the_strongest():
    content = '<meta name="al:android:package" content="com.shop.app">'
    links = [{"target": {"namespace": "android_app", "package_name": "com.shop.app"}}]
    found = at_front(content, http={LINKS: reply(LINKS, json.dumps(links))})

    (app,) = found[f"apps:{HOST}"].value.apps
    assert (app.platform, app.store, app.id, app.via) == ("android", "google-play", "com.shop.app", "assetlinks.json")


def test_many_apps_of_one_store_do_not_crowd_out_those_of_another():
    content = {"webcredentials": {"apps": [f"AB.com.shop.a{number}" for number in range(300)]}}
    found = at_front(
        '<a href="https://play.google.com/store/apps/details?id=com.shop.app">',
        http={AASA: reply(AASA, json.dumps(content))},
    )

    stores = [store for store, _ in apps(found)]
    assert (stores.count("apple-app-store"), stores.count("google-play")) == (page.MOST_APPS, 1)


def test_hostile_strings_end_in_no_app_and_no_error():
    evil = ["\x1b[31m", "a\x00b.c", "../..", "=cmd|' /C calc'!A0", "<img>.x", "com.é.x", "x" * 10**5 + ".y", "‮.a"]
    content = {"webcredentials": {"apps": [f"AB.{each}" for each in evil]}}
    links = [{"target": {"namespace": "android_app", "package_name": each}} for each in evil]
    found = at_front(
        "".join(f"<a href='https://f-droid.org/packages/{each}'>" for each in evil),
        http={AASA: reply(AASA, json.dumps(content)), LINKS: reply(LINKS, json.dumps(links))},
    )

    assert found[f"apps:{HOST}"].absent == "no app named"


def test_scripts_that_are_held_back_are_told_apart_and_their_hosts_are_named():
    held = (
        '<script type="text/plain" src="https://b.net/x.js"></script><script type="text/plain" src="/own.js"></script>'
    )
    found = at_front(f'<head><script src="https://a.net/y.js"></script>{held}</head>')

    value = found[f"page:{HOST}"].value
    assert [each.host for each in value.resources] == ["a.net"]
    assert value.held_back == (PageResource("https://b.net/x.js", "b.net", "script", False),)
    assert "b.net" in value.in_words()
    assert "resource:b.net" not in found


def test_a_page_without_such_scripts_says_nothing_of_them():
    value = at_front('<script src="https://a.net/y.js"></script>')[f"page:{HOST}"].value

    assert value.held_back is UNSET
    assert value.in_words() == "1 scripts and styles of others"


def declares(identity):
    content = {"applinks": {"details": [{"appID": identity}]}}
    return [app[2] for app in page._from_association(content)]


@pytest.mark.parametrize(
    ("identity", "bundles"),
    [
        ("ABCDE12345.org.shop.app", ["org.shop.app"]),
        ("TEAM_ID.org.shop.app", ["org.shop.app"]),
        ("ABCDE12345.shop", ["shop"]),
        ("ABCDE12345.Shop-2", ["Shop-2"]),
        ("ABCDE12345.2shop", ["2shop"]),
        ("TEAM_ID.shop", []),
        ("shop.app", []),
        ("ABCDE12345.", []),
        ("ABCDE12345.*", []),
        ("ABCDE12345.org.shop.*", []),
        ("ABCDE12345.123456789", []),
        ("ABCDE12345.org..app", []),
        ("ABCDE12345." + "a" * 200, []),
        (5, []),
    ],
)
def test_bundle_ids_with_and_without_a_dot(identity, bundles):
    assert declares(identity) == bundles
