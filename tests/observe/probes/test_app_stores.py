"""Store look-ups: present, absent or unknown, and nothing sent but ids."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from helpers.fakes import FakeNet, observe, reply

from hostaudit.model.evidence import Unknown
from hostaudit.model.site import DeclaredFallback, Site
from hostaudit.model.values import AppLinks, AppRef, Listing
from hostaudit.observe.net import Outcome
from hostaudit.observe.probes import Probe, app_stores

HOST = "shop.example.com"
PLATFORMS = {"apple-app-store": "ios", "microsoft-store": "windows"}

APPLE = "https://itunes.apple.com/lookup?{}={}&country=us&entity=software"
NUMBER = APPLE.format("id", "123456789")
BUNDLE = APPLE.format("bundleId", "com.shop.app")
PLAY = "https://play.google.com/store/apps/details?id=com.shop.app&hl=en&gl=US"
F_DROID = "https://f-droid.org/api/v1/packages/com.shop.app"
IZZY = "https://apt.izzysoft.de/fdroid/api/v1/packages/com.shop.app"
GALAXY = "https://galaxystore.samsung.com/api/detail/com.shop.app"
PACKAGED = "https://displaycatalog.mp.microsoft.com/v7.0/products?bigIds=9NBLGGH4NNS1&market=US&languages=en-us"
DESKTOP = (
    "https://storeedgefd.dsx.mp.microsoft.com/v9.0/products/XP123456789ABC"
    "?market=US&locale=en-us&deviceFamily=Windows.Desktop"
)


def look(*apps, **services):
    """Listings by subject for apps given as (store, id); ``services`` is the fake's table, ``declared`` apps are the
    site file's, ``ending`` is how looking for the site's apps ended otherwise."""
    refs = tuple(AppRef(PLATFORMS.get(store, "android"), store, identity, "link") for store, identity in apps)
    ending = services.get("ending") or Outcome.of(AppLinks(refs), "test")
    declared = tuple(DeclaredFallback("app_store", store, app=app) for store, app in services.get("declared", ()))

    async def name_apps(scan, item):
        scan.note("apps", HOST, ending)

    net = FakeNet(services=services.get("services", {}))
    site = Site("example.com", fallbacks=declared) if declared else None
    found = observe(HOST, net, Probe("page", (), ("apps",), name_apps), app_stores.PROBE, site=site)
    assert net.errors == []
    return {key.partition(":")[2]: item for key, item in found.items() if key.startswith("listing:")}, net


def one(store, identity, url, answer):
    found, _ = look((store, identity), services={url: answer})
    return found[f"{store} {identity}"]


def asked(net):
    return [key for table, key in net.calls if table == "services"]


def js(url, content, status=200, **rest):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return reply(url, body, status=status, headers={"content-type": "application/json"}, **rest)


def apple(url, *rows):
    return js(url, {"resultCount": len(rows), "results": list(rows)})


ROW = {
    "trackId": 123456789,
    "bundleId": "com.shop.app",
    "trackName": "Shop",
    "sellerName": "Shop Inc.",
    "sellerUrl": "https://www.example.com/about",
}

LOOKUPS = {
    "apple number": ("apple-app-store", "123456789", NUMBER),
    "apple bundle": ("apple-app-store", "com.shop.app", BUNDLE),
    "play": ("google-play", "com.shop.app", PLAY),
    "f-droid": ("f-droid", "com.shop.app", F_DROID),
    "izzy": ("izzyondroid", "com.shop.app", IZZY),
    "galaxy": ("galaxy-store", "com.shop.app", GALAXY),
    "microsoft": ("microsoft-store", "9NBLGGH4NNS1", PACKAGED),
    "microsoft desktop": ("microsoft-store", "XP123456789ABC", DESKTOP),
}
each_store = pytest.mark.parametrize(("store", "identity", "url"), LOOKUPS.values(), ids=LOOKUPS.keys())


# -- every store ------------------------------------------------------------------------------------------


@each_store
@pytest.mark.parametrize(
    ("status", "cause"), [(403, "rate_limited"), (429, "rate_limited"), (400, "http_status"), (500, "http_status"),
                          (503, "http_status"), (204, "http_status"), (301, "http_status")]
)  # fmt: skip
def test_a_status_that_is_no_answer_is_unknown_and_never_absent(store, identity, url, status, cause):
    item = one(store, identity, url, js(url, {"resultCount": 0, "results": [], "Products": []}, status))

    assert item.unknown == Unknown(cause, f"status {status}")


@each_store
@pytest.mark.parametrize("cause", ["timeout", "rate_limited", "not_asked", "tls_error", "deadline"])
def test_a_store_that_does_not_answer_is_unknown(store, identity, url, cause):
    assert one(store, identity, url, ("unknown", cause)).unknown.cause == cause


@each_store
@pytest.mark.parametrize(
    "body",
    ["", "<html><title>Before you continue</title>", "{", "[]", "null", '"x"', "7", "{}", "[" * 3000, b"\xff\x00"],
    ids=repr,
)
def test_an_answer_of_another_form_is_unknown_and_never_absent(store, identity, url, body):
    assert one(store, identity, url, js(url, body)).unknown.cause == "malformed"


@each_store
def test_an_answer_that_was_cut_is_unknown(store, identity, url):
    assert one(store, identity, url, js(url, '{"resultCount": 0', truncated=True)).unknown.cause == "malformed"


# -- Apple ------------------------------------------------------------------------------------------------


def test_an_app_of_the_app_store_is_listed_with_its_developer():
    item = one("apple-app-store", "123456789", NUMBER, apple(NUMBER, ROW))

    url = "https://www.example.com/about"
    assert item.value == Listing("apple-app-store", "123456789", "ios", "Shop", "Shop Inc.", url, True)


def test_no_result_is_absence():
    assert one("apple-app-store", "123456789", NUMBER, apple(NUMBER)).absent == "resultCount 0 in us"
    assert one("apple-app-store", "com.shop.app", BUNDLE, apple(BUNDLE)).absent == "resultCount 0 in us"


def test_another_app_is_not_this_app():
    other = apple(NUMBER, ROW | {"trackId": 987654321})

    assert one("apple-app-store", "123456789", NUMBER, other).unknown.cause == "other_subject"


def test_an_app_is_absent_beside_another_one_that_was_asked_for_too():
    both = APPLE.format("id", "123456789,987654321")
    services = {both: apple(both, ROW)}
    found, _ = look(("apple-app-store", "123456789"), ("apple-app-store", "987654321"), services=services)
    assert found["apple-app-store 987654321"].absent == "not listed in us"


def test_a_404_after_a_redirect_to_another_party_is_not_the_stores():
    there = reply("https://elsewhere.example/", status=404, hops=(F_DROID,))
    assert one("f-droid", "com.shop.app", F_DROID, there).unknown.cause == "http_status"
    here = reply("https://f-droid.org/other", status=404, hops=(F_DROID,))
    assert one("f-droid", "com.shop.app", F_DROID, here).absent == "404"


@pytest.mark.parametrize(
    "content",
    [
        {"errorMessage": "Invalid value(s) for key(s): [id]"},
        {"resultCount": 1, "results": []},
        {"resultCount": 0, "results": None},
        {"resultCount": 0},
        {"resultCount": "0", "results": []},
        {"resultCount": 1, "results": ["x"]},
        {"results": []},
    ],
    ids=str,
)
def test_an_answer_without_a_count_that_fits_is_unknown(content):
    assert one("apple-app-store", "123456789", NUMBER, js(NUMBER, content)).unknown.cause == "malformed"


def test_a_404_of_the_look_up_says_nothing_about_the_app():
    assert one("apple-app-store", "123456789", NUMBER, js(NUMBER, "x", 404)).unknown.cause == "http_status"


def test_ids_of_one_kind_share_one_request():
    url = APPLE.format("id", "111111111,123456789")
    found, net = look(
        ("apple-app-store", "123456789"), ("apple-app-store", "111111111"), services={url: apple(url, ROW)}
    )

    assert asked(net) == [url]
    assert found["apple-app-store 123456789"].value.name == "Shop"
    assert found["apple-app-store 111111111"].absent == "not listed in us"


def test_an_app_known_by_number_and_bundle_is_looked_up_once():
    found, net = look(
        ("apple-app-store", "123456789"), ("apple-app-store", "com.shop.app"), services={NUMBER: apple(NUMBER, ROW)}
    )

    assert asked(net) == [NUMBER]
    assert list(found) == ["apple-app-store 123456789"]


def test_a_bundle_that_is_another_app_is_looked_up_too():
    row = ROW | {"bundleId": "com.shop.other"}
    found, net = look(
        ("apple-app-store", "123456789"),
        ("apple-app-store", "com.shop.app"),
        services={NUMBER: apple(NUMBER, row), BUNDLE: apple(BUNDLE, ROW | {"trackId": 5})},
    )

    assert asked(net) == [NUMBER, BUNDLE]
    assert found["apple-app-store com.shop.app"].value.name == "Shop"


def test_a_bundle_is_looked_up_when_the_number_is_gone():
    found, _ = look(
        ("apple-app-store", "123456789"),
        ("apple-app-store", "com.shop.app"),
        services={NUMBER: apple(NUMBER), BUNDLE: apple(BUNDLE)},
    )

    assert {item.absent for item in found.values()} == {"resultCount 0 in us"}


@pytest.mark.parametrize("answer", [("unknown", "timeout"), js(NUMBER, "", 403)])
def test_a_service_that_refuses_is_not_asked_a_second_time(answer):
    found, net = look(("apple-app-store", "123456789"), ("apple-app-store", "com.shop.app"), services={NUMBER: answer})

    assert asked(net) == [NUMBER]
    causes = [item.unknown.cause for item in found.values()]
    assert len(causes) == 2
    assert len(set(causes)) == 1


def test_a_number_that_the_service_cannot_read_does_not_hide_the_bundle():
    found, _ = look(
        ("apple-app-store", "123456789"),
        ("apple-app-store", "com.shop.app"),
        services={NUMBER: js(NUMBER, {"errorMessage": "x"}), BUNDLE: apple(BUNDLE, ROW)},
    )

    assert found["apple-app-store 123456789"].unknown.cause == "malformed"
    assert found["apple-app-store com.shop.app"].value is not None


def test_a_program_for_desktop_computers_is_no_ios_app():
    item = one("apple-app-store", "123456789", NUMBER, apple(NUMBER, ROW | {"kind": "mac-software"}))

    assert item.value.platform == "other"


def test_fields_of_another_type_are_left_out():
    row = {"trackId": "123456789", "bundleId": 7, "trackName": ["x"], "sellerName": "", "sellerUrl": {"a": 1}}

    assert one("apple-app-store", "123456789", NUMBER, apple(NUMBER, row)).value == Listing(
        "apple-app-store", "123456789", "ios"
    )


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://example.com", True),
        ("http://blog.example.com/x", True),
        ("https://example.com.evil.example.net", False),
        ("https://notexample.com", False),
        ("https://192.0.2.1/", False),
        ("example.com", None),
        ("javascript:alert(1)", None),
        ("//[bad", None),
        ("https://\x00", None),
        ("https://ＥＸＡＭＰＬＥ.com/", True),
        ("", None),
    ],
)
def test_a_listing_is_owned_if_its_developers_site_is_on_the_registrable_domain(url, owned):
    item = one("apple-app-store", "123456789", NUMBER, apple(NUMBER, ROW | {"sellerUrl": url}))

    assert item.value.owned is owned


# -- Google Play ------------------------------------------------------------------------------------------

APP = {
    "@type": "SoftwareApplication",
    "name": "Shop",
    "url": "https://play.google.com/store/apps/details/Shop?id=com.shop.app&hl=en",
    "author": {"@type": "Person", "name": "Shop Inc.", "url": "http://example.com"},
}
TITLE = '<meta property="og:title" content="Shop - Apps on Google Play">'
PLACE = '<meta property="og:url" content="https://play.google.com/store/apps/details?id=com.shop.app&amp;hl=en">'


def block(content):
    text = content if isinstance(content, str) else json.dumps(content)
    return f'<script type="application/ld+json" nonce="x">{text}</script>'


def play(content, status=200, **rest):
    return one("google-play", "com.shop.app", PLAY, reply(PLAY, content, status=status, **rest))


def test_the_page_of_an_app_names_it_and_its_developer():
    assert play(f"<title>x</title>{block(APP)}").value == Listing(
        "google-play", "com.shop.app", "android", "Shop", "Shop Inc.", "http://example.com", True
    )


def test_an_app_without_a_page_is_absent_in_that_country():
    assert play("We're sorry, the requested URL was not found on this server.", 404).absent == "404 in US"


@pytest.mark.parametrize(
    "content",
    [
        block([{"@type": "BreadcrumbList"}, APP]),
        block({"@type": "Organization"}) + block(APP),
        block("{") + block(APP),
        block({key: value for key, value in APP.items() if key != "url"}),
        TITLE + block(APP | {"author": "Shop Inc."}),
        TITLE + PLACE,
        TITLE + PLACE + block(APP | {"name": 5, "url": 7}),
    ],
)
def test_other_forms_of_the_page_are_read_too(content):
    value = play(content).value

    assert value.name == "Shop"


def test_a_page_cut_behind_its_description_is_read():
    assert play(block(APP) + "<p>", truncated=True).value.name == "Shop"


@pytest.mark.parametrize(
    "content",
    [
        "<title>Before you continue to Google Play</title>",
        TITLE,
        TITLE + '<meta property="og:url" content="https://play.google.com/store/apps/details?id=com.shop.other">',
        block(APP | {"url": "https://play.google.com/store/apps/details?id=com.shop.other"}),
        block(APP | {"@type": ["x"]}),
        block(APP).replace("application/ld+json", "text/plain"),
        block(["x", None, 5]),
        PLACE,
    ],
)
def test_a_page_that_does_not_name_this_app_is_unknown(content):
    assert play(content).unknown == Unknown("malformed", "the page names no app")


# -- F-Droid and its like ---------------------------------------------------------------------------------

VERSIONS = {
    "packageName": "com.shop.app",
    "suggestedVersionCode": 2,
    "packages": [{"versionName": "1", "versionCode": 2}],
}
each_repository = pytest.mark.parametrize(("store", "url"), [("f-droid", F_DROID), ("izzyondroid", IZZY)])


@each_repository
def test_a_repository_that_offers_a_version_lists_the_app(store, url):
    assert one(store, "com.shop.app", url, js(url, VERSIONS)).value == Listing(store, "com.shop.app", "android")


@each_repository
@pytest.mark.parametrize(
    ("answer", "proof"),
    [
        ((("not found"), 404), "404"),
        ((VERSIONS | {"packages": []}, 200), "no version offered"),
        (({"packageName": "com.shop.app"}, 200), "no version offered"),
    ],
)
def test_a_repository_that_offers_none_does_not_list_it(store, url, answer, proof):
    assert one(store, "com.shop.app", url, js(url, *answer)).absent == proof


@each_repository
@pytest.mark.parametrize(
    "content",
    [VERSIONS | {"packageName": "com.shop.other"}, VERSIONS | {"packages": "x"}, VERSIONS | {"packages": None}],
)
def test_a_record_of_another_form_or_package_is_unknown(store, url, content):
    cause = "other_subject" if content["packageName"] == "com.shop.other" else "malformed"
    assert one(store, "com.shop.app", url, js(url, content)).unknown.cause == cause


def test_every_android_package_is_looked_for_in_f_droid_once():
    found, net = look(
        ("google-play", "com.shop.app"),
        ("f-droid", "com.shop.app"),
        ("appgallery", "C123456"),
        ("apple-app-store", "com.shop.ios"),
        services={PLAY: reply(PLAY, "", status=404), F_DROID: js(F_DROID, VERSIONS)},
    )

    assert asked(net).count(F_DROID) == 1
    assert found["f-droid com.shop.app"].value is not None
    assert not [url for url in asked(net) if "f-droid.org" in url and url != F_DROID]


# -- the rest ---------------------------------------------------------------------------------------------


def test_galaxy_store_listings_are_read():
    content = {"DetailMain": {"contentName": "Shop"}, "SellerInfo": {"sellerName": "Shop Inc."}}
    item = one("galaxy-store", "com.shop.app", GALAXY, js(GALAXY, content))

    assert item.value == Listing("galaxy-store", "com.shop.app", "android", "Shop", "Shop Inc.")


@pytest.mark.parametrize("content", [{"DetailMain": {}}, {"DetailMain": {"contentName": 5}, "SellerInfo": ["x"]}])
def test_a_galaxy_store_record_without_names_is_still_a_listing(content):
    assert one("galaxy-store", "com.shop.app", GALAXY, js(GALAXY, content)).value.name is None


def test_an_error_code_of_the_galaxy_store_is_absence():
    assert one("galaxy-store", "com.shop.app", GALAXY, js(GALAXY, {"errCode": "1000"})).absent == "errCode 1000"


def test_packaged_apps_of_the_microsoft_store_are_read():
    product = {
        "LocalizedProperties": [
            {"ProductTitle": "Shop", "PublisherName": "Shop Inc.", "PublisherWebsiteUri": "https://example.com/"}
        ]
    }
    item = one("microsoft-store", "9NBLGGH4NNS1", PACKAGED, js(PACKAGED, {"Products": [product]}))

    expected = Listing("microsoft-store", "9NBLGGH4NNS1", "windows", "Shop", "Shop Inc.", "https://example.com/", True)
    assert item.value == expected


@pytest.mark.parametrize("product", [{}, {"LocalizedProperties": None}, {"LocalizedProperties": ["x"]}])
def test_a_product_without_names_is_still_a_listing(product):
    item = one("microsoft-store", "9NBLGGH4NNS1", PACKAGED, js(PACKAGED, {"Products": [product]}))

    assert item.value == Listing("microsoft-store", "9NBLGGH4NNS1", "windows")


def test_no_product_is_absence():
    answer = js(PACKAGED, {"Products": []})

    assert one("microsoft-store", "9NBLGGH4NNS1", PACKAGED, answer).absent == "no product of this id in US"


def test_desktop_programs_of_the_microsoft_store_have_their_own_look_up():
    payload = {"ProductId": "XP123456789ABC", "Title": "Shop", "PublisherName": "Shop Inc.", "AppWebsiteUrl": 5}
    item = one("microsoft-store", "XP123456789ABC", DESKTOP, js(DESKTOP, {"Payload": payload}))

    assert item.value == Listing("microsoft-store", "XP123456789ABC", "windows", "Shop", "Shop Inc.")
    assert one("microsoft-store", "XP123456789ABC", DESKTOP, js(DESKTOP, "x", 404)).absent == "404"
    other = js(DESKTOP, {"Payload": payload | {"ProductId": "XP0"}})
    assert one("microsoft-store", "XP123456789ABC", DESKTOP, other).unknown.cause == "other_subject"


@pytest.mark.parametrize(("store", "identity"), [("amazon-appstore", "com.shop.app"), ("appgallery", "C123456")])
def test_a_store_without_a_public_look_up_is_unknown(store, identity):
    found, net = look((store, identity))

    assert found[f"{store} {identity}"].unknown.cause == "no_service"
    assert not [url for url in asked(net) if identity in url and "f-droid" not in url]


# -- what is sent -----------------------------------------------------------------------------------------


def test_nothing_is_sent_but_ids_and_they_cannot_alter_the_address():
    evil = "a/../b?c=d&e#f%00"
    _, net = look(*((store, evil) for store, _, _ in LOOKUPS.values()))

    for url in asked(net):
        split = urlsplit(url)
        assert HOST not in url
        assert "example" not in url
        assert split.fragment == ""
        assert "/../" not in split.path
        assert set(parse_qs(split.query)) <= {
            "id", "bundleId", "country", "entity", "hl", "gl", "bigIds", "market", "languages", "locale", "deviceFamily"
        }  # fmt: skip


def test_look_ups_in_one_store_are_bounded():
    many = [("google-play", f"com.shop.a{number:03}") for number in range(60)]
    many += [("apple-app-store", f"com.shop.a{number:03}") for number in range(60)]
    found, net = look(*many)

    hosts = [urlsplit(url).hostname for url in asked(net)]
    assert hosts.count("play.google.com") == hosts.count("f-droid.org") == app_stores.MOST_LOOKUPS
    assert hosts.count("itunes.apple.com") == 1
    assert len([key for key in found if key.startswith("apple")]) == app_stores.MOST_LOOKUPS


@pytest.mark.parametrize("outcome", [Outcome.none("no app named", "test"), Outcome.gap("timeout", "test")])
def test_without_apps_no_store_is_asked(outcome):
    async def name_none(scan, item):
        scan.note("apps", HOST, outcome)

    net = FakeNet()
    found = observe(HOST, net, Probe("page", (), ("apps",), name_none), app_stores.PROBE)

    assert list(found) == [f"apps:{HOST}"]
    assert net.calls == []


# -- apps that the site file declares -----------------------------------------------------------------------


@pytest.mark.parametrize("ending", [None, Outcome.none("no app named", "test"), Outcome.gap("timeout", "test")])
def test_a_declared_app_is_looked_up_whatever_the_site_names(ending):
    record = {"packageName": "com.shop.app", "packages": [{"versionName": "1"}]}

    found, net = look(ending=ending, declared=[("f-droid", "com.shop.app")], services={F_DROID: js(F_DROID, record)})

    assert found["f-droid com.shop.app"].value == Listing("f-droid", "com.shop.app", "android")
    assert asked(net) == [F_DROID]


def test_a_declared_app_that_the_site_names_too_is_looked_up_once():
    _, net = look(("google-play", "com.shop.app"), declared=[("google-play", "com.shop.app")])

    assert sorted(asked(net)) == [F_DROID, PLAY]


def test_declared_and_named_apps_of_the_app_store_share_a_request():
    row = {"trackId": 123456789, "bundleId": "com.shop.app", "sellerName": "Shop"}
    both = APPLE.format("id", "123456789,987654321")
    services = {both: apple(both, row), BUNDLE: apple(BUNDLE, row)}

    found, net = look(
        ("apple-app-store", "987654321"),
        declared=[("apple-app-store", "123456789"), ("apple-app-store", "com.shop.app")],
        services=services,
    )

    assert found["apple-app-store 123456789"].value.developer == "Shop"
    assert found["apple-app-store com.shop.app"].value.developer == "Shop"
    assert found["apple-app-store 987654321"].absent
    assert asked(net) == [both, BUNDLE]


def test_a_declared_app_in_a_store_without_a_look_up_is_unknown():
    found, _ = look(declared=[("amazon-appstore", "com.shop.app")])

    assert found["amazon-appstore com.shop.app"].unknown.cause == "no_service"


@pytest.mark.parametrize("store", ["izzyondroid", "apple-app-store"])
def test_declared_apps_come_before_the_sites_and_those_beyond_the_most_are_unknown(store):
    declared = [(store, f"com.mine{n:02}") for n in range(app_stores.MOST_LOOKUPS + 1)]

    found, _ = look((store, "com.a"), declared=declared)

    causes = [found[f"{store} {app}"].unknown.cause for _, app in declared]
    assert causes == ["unreachable"] * app_stores.MOST_LOOKUPS + ["limit"]
    assert f"{store} com.a" not in found
