"""Files in and out: what is no sound evidence is refused by name, and a file is there wholly or not at all."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.documents import evidence_file, schemas
from hostaudit.documents.evidence_file import read_evidence
from hostaudit.errors import DocumentError, Exit
from hostaudit.model.evidence import EvidenceFile

AT = "2021-01-09T12:00:00Z"


def document(**changes) -> dict:
    item = {"kind": "a", "subject": "x.com", "source": "s", "at": AT}
    base = {
        "schema": "hostaudit.evidence/1",
        "target": {"domain": "x.com", "registrable": "x.com", "hosts": ["x.com", "www.x.com"], "named": []},
        "run": {"started": AT, "finished": AT, "resolver": "192.0.2.1", "vantage": "local", "tool_version": "0"},
        "evidence": [
            item | {"id": "a:x.com", "value": addresses()},
            item | {"id": "aaaa:x.com", "kind": "aaaa", "absent": "NODATA"},
            item | {"id": "mx:x.com", "kind": "mx", "unknown": {"cause": "timeout", "detail": ""}},
            item
            | {"id": "tls:x.com 192.0.2.1", "kind": "tls", "subject": "x.com 192.0.2.1", "not_applicable": "no TLS"},
        ],
    }
    return base | changes


def addresses(*given, ttl=60) -> dict:
    return {"type": "addresses", "chain": [], "addresses": list(given or ("192.0.2.1",)), "ttl": ttl}


def with_item(**changes) -> dict:
    """The document with its first item changed; a change to None takes the field away."""
    base = document()
    item = base["evidence"][0] | changes
    base["evidence"][0] = {key: value for key, value in item.items() if value is not None}
    return base


def with_target(**changes) -> dict:
    base = document()
    return base | {"target": base["target"] | changes}


def owner(kind, subject, value=None, **state) -> dict:
    return with_item(id=f"{kind}:{subject}", kind=kind, subject=subject, value=value, **state)


@pytest.fixture
def saved(tmp_path):
    def save(content) -> str:
        path = tmp_path / "evidence.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return save


@pytest.mark.parametrize("odd", ["9" * 9000, "[" * 900 + "]" * 900, "1e999", "[" * 100_000 + "]" * 100_000])
def test_an_odd_value_is_no_internal_error(saved, odd):
    text = json.dumps(document()).replace('"ttl": 60', f'"ttl": 60, "more": {odd}').encode()

    with pytest.raises(DocumentError):
        read_evidence(saved(text))


@pytest.mark.parametrize(
    ("once", "twice", "key"),
    [
        ('"schema":', '"schema": "hostaudit.evidence/1", "schema":', "schema"),
        ('"ttl": 60', '"ttl": 60, "ttl": 61', "ttl"),
        ('"ttl": 60', '"ttl": 60, "\\u0074tl": 60', "ttl"),
        ('"vantage":', '"vantage": "a", "resolver": "b", "vantage":', "resolver"),
    ],
)
def test_a_key_that_stands_twice_in_an_object_is_refused(saved, once, twice, key):
    text = json.dumps(document())
    assert text.count(once) == 1

    with pytest.raises(DocumentError, match=f"an object has the key '{key}' twice"):
        read_evidence(saved(text.replace(once, twice).encode()))


def test_sound_evidence_is_read(saved, monkeypatch):
    file = read_evidence(saved(document()))

    assert isinstance(file, EvidenceFile)
    assert len(file.evidence) == 4

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(document()).encode())))
    assert read_evidence("-") == file


def test_what_is_read_is_what_the_published_schema_says():
    published = json.loads(schemas.path("evidence").read_text())

    jsonschema.validate(document(), published)
    for case in ("no state", "two states", "unknown kind", "wrong type", "unknown key"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(UNSOUND[case][0], published)


def with_site(**changes) -> dict:
    return document(site=SITE | changes)


def with_fallback(**changes) -> dict:
    """The document whose site declares one more fallback, by default a sound one; None takes a field away."""
    made = {"role": "dns", "provider": "njalla", "server": "ns.standby.net"} | changes
    return with_site(fallbacks=[*SITE["fallbacks"], {key: value for key, value in made.items() if value is not None}])


def with_spare(**changes) -> dict:
    return with_site(spare_names=[{"domain": "x.se"} | changes])


def with_function(**changes) -> dict:
    need = {"role": "payments", "any_of": ["stripe"]}
    return with_site(functions=[{"id": "pay", "needs": [need]} | changes])


SITE = {
    "domain": "x.com",
    "hosts": ["api.x.com"],
    "functions": [
        {"id": "pay_in", "needs": [{"role": "payments", "any_of": ["stripe", "adyen"]}], "requires": ["web"]},
        {"id": "sms", "needs": [{"role": "messaging", "any_of": ["twilio"]}], "weight": 0.5},
    ],
    "spare_names": [{"domain": "x.se", "path": "/health?deep=1", "status": 301, "marker": "d\u00e9j\u00e0 vu"}],
    "fallbacks": [
        {"role": "dns", "provider": "njalla", "server": "ns.standby.net", "serial_tolerance": 2},
        {"role": "hosting", "provider": "ovh", "address": "2001:db8::1", "activation": "automatic"},
        {"role": "cdn", "provider": "bunny", "host": "x.b-cdn.net", "stands_for": "www.x.com", "switched_by": ["ovh"]},
        {"role": "mail", "provider": "own-mail", "parent": "own", "host": "mx.x.se", "activation_hours": 1.5},
        {"role": "ca", "provider": "letsencrypt"},
        {"role": "app_store", "provider": "f-droid", "app": "com.x_y.App-1"},
    ],
    "places": [{"of": "x.com", "region": "eu-west-1"}, {"of": "192.0.2.1", "region": "sbg"}],
}

STANDBY = {
    "standby_ns": (
        "x.com ns.standby.net 192.0.2.53",
        {
            "type": "standby_server", "zone": "x.com", "nameserver": "ns.standby.net", "address": "192.0.2.53",
            "authoritative": True, "rcode": "NOERROR", "serial": 57, "names": ["ns1.x.com"],
        },
    ),
    "standby_web": (
        "www.x.com 192.0.2.80 /health?deep=1",
        {
            "type": "standby_answer", "host": "www.x.com", "address": "192.0.2.80", "path": "/health?deep=1",
            "status": 200, "marker": True,
        },
    ),
    "standby_mx": (
        "mx.x.se 192.0.2.25",
        {
            "type": "mail_greeting", "host": "mx.x.se", "address": "192.0.2.25", "greeting": 220, "banner": "ESMTP",
            "hello": 250, "extensions": ["SIZE"],
        },
    ),
}  # fmt: skip


def standing_by(kind, **changes) -> dict:
    subject, value = STANDBY[kind]
    return owner(kind, changes.pop("subject", subject), value | changes)


@pytest.mark.parametrize("kind", STANDBY)
def test_what_was_seen_of_a_standby_is_read(saved, kind):
    content = standing_by(kind)

    assert read_evidence(saved(content)).evidence[0].value is not None
    jsonschema.validate(content, json.loads(schemas.path("evidence").read_text()))


def test_what_the_owner_declared_is_read_and_kept(saved):
    file = read_evidence(saved(with_site()))

    assert [each.role for each in file.site.fallbacks] == ["dns", "hosting", "cdn", "mail", "ca", "app_store"]
    assert read_evidence(saved(msgspec.json.encode(file))) == file
    assert read_evidence(saved(document())).site is None
    jsonschema.validate(with_site(), json.loads(schemas.path("evidence").read_text()))


def test_a_site_file_may_name_the_site_below_its_registrable_name(saved):
    target = {"domain": "shop.x.com", "registrable": "x.com", "hosts": ["shop.x.com"], "named": []}

    for zone in ("", "x.com", "shop.x.com", "eu.shop.x.com"):
        standby = {"role": "dns", "provider": "njalla", "server": "ns.standby.net", "stands_for": zone}
        content = with_site(domain="shop.x.com", fallbacks=[standby]) | {"target": target}
        assert read_evidence(saved(content)).site.domain == "shop.x.com"


CERTIFICATE = {
    "type": "certificate",
    "host": "x.com",
    "address": "192.0.2.1",
    "issuer": {},
    "names": [],
    "not_before": AT,
    "not_after": AT,
    "valid": True,
}

UNSOUND = {
    "nothing": (b"", "incomplete"),
    "half of it": (json.dumps(document()).encode()[:-20], "incomplete"),
    "more after it": (json.dumps(document()).encode() + b"{}", "incomplete"),
    "not JSON": (b"\x7fELF\x02\x01", "incomplete"),
    "not UTF-8": (b'{"schema": "\xff\xfe"}', "incomplete"),
    "lone surrogate": (json.dumps(document(schema="\ud800")).encode(), "incomplete"),
    "JSON of another form": (b"[1, 2]", "not an evidence file"),
    "too deep": (b'{"x": ' + b"[" * 200_000, "nested too deeply"),
    "no schema": ({}, "schema (none)"),
    "another schema": ({"schema": "x/9"}, "schema x/9"),
    "a later major": ({"schema": "hostaudit.evidence/2"}, "this version reads hostaudit.evidence/1"),
    "a report": ({"schema": "hostaudit.report/1"}, "is a report, not evidence"),
    "schema of another type": ({"schema": 1}, "not an evidence file"),
    "unknown key": (document(extra=1), "unknown field"),
    "missing key": ({"schema": "hostaudit.evidence/1"}, "missing required field"),
    "unknown kind": (with_item(kind="b"), "Invalid enum value"),
    "unknown cause": (with_item(value=None, unknown={"cause": "bad luck"}), "Invalid enum value"),
    "unknown value": (with_item(value={"type": "nonsense"}), "Invalid value"),
    "wrong type": (with_item(value=addresses(ttl="60")), "Expected `int`"),
    "number out of range": (with_item(value=addresses(ttl=2**32)), "a number outside"),
    "huge number": (with_item(value=addresses(ttl=10**400)), "a number outside"),
    "negative number": (with_item(value=addresses(ttl=-1)), "a number outside"),
    "no state": (with_item(value=None), "must have exactly one"),
    "two states": (with_item(absent="NODATA"), "must have exactly one"),
    "absent without proof": (with_item(value=None, absent=""), "absent without a proof"),
    "value of another kind": (with_item(value={"type": "zone_cut", "zones": []}), "holds a ZoneCut"),
    "id of another item": (with_item(id="a:y.com"), "is not a:x.com"),
    "id twice": (document(evidence=document()["evidence"][:1] * 2), "occurs twice"),
    "no address": (with_item(value=addresses("x.com")), "is not an IP address"),
    "time without zone": (with_item(at="2021-01-09T12:00:00"), "not a UTC time"),
    "time that never was": (with_item(at="2021-02-30T12:00:00Z"), "not a UTC time"),
    "run time": (document(run=document()["run"] | {"started": "then"}), "run.started"),
    "certificate time": (
        owner("tls", "x.com 192.0.2.1", CERTIFICATE | {"not_after": "soon"}),
        "not a UTC time",
    ),
    "prefix": (
        owner("origin", "192.0.2.1", {"type": "origin", "prefix": "192.0.2.0/99", "asns": [1]}),
        "is not an IP prefix",
    ),
    "subject without address": (owner("origin", "x.com", absent="none"), "is not a subject for origin"),
    "subject with too little": (owner("server", "x.com", absent="none"), "is not a subject for server"),
    "declaration that no file may hold": (
        document(site={"domain": "x.com", "hosts": ["b.x.com;reboot"]}),
        "site.hosts.0: 'b.x.com;reboot' is not a host name",
    ),
    "declaration in capitals": (document(site={"domain": "X.com"}), "site: names must be A-labels"),
    "declaration for another domain": (document(site={"domain": "y.com"}), "x.com was looked at"),
    "declaration of another form": (document(site={"domain": "x.com", "host": []}), "unknown field"),
    "target in capitals": (with_target(domain="X.com"), "not a domain name"),
    "target with a shell in it": (with_target(hosts=["x.com", "x.com;reboot"]), "not a domain name"),
    "target elsewhere": (with_target(registrable="y.com"), "does not lie under"),
    "target not among its hosts": (with_target(hosts=[]), "hosts lacks x.com"),
    "huge text": (with_item(source="x" * (evidence_file.MOST_TEXT + 1)), "a text of"),
    "standby server without zone": (
        standing_by("standby_ns", subject="ns.standby.net 192.0.2.53"),
        "is not a subject for standby_ns",
    ),
    "standby server at a name": (standing_by("standby_ns", address="ns.standby.net"), "is not an IP address"),
    "standby server of a huge serial": (standing_by("standby_ns", serial=2**32), "a number outside"),
    "standby answer without path": (
        standing_by("standby_web", subject="www.x.com 192.0.2.80"),
        "is not a subject for standby_web",
    ),
    "standby answer of another path": (
        standing_by("standby_web", subject="www.x.com 192.0.2.80 x"),
        "is not a subject for standby_web",
    ),
    "standby answer at a name": (standing_by("standby_web", address="x.com"), "is not an IP address"),
    "standby answer without status": (standing_by("standby_web", status=-1), "a number outside"),
    "greeting at a name": (standing_by("standby_mx", subject="mx.x.se mx.x.se"), "is not a subject for standby_mx"),
    "greeting of another kind": (
        owner("standby_mx", STANDBY["standby_mx"][0], STANDBY["standby_web"][1]),
        "holds a StandbyAnswer",
    ),
    "site host": (with_site(hosts=["api x"]), "site.hosts.0"),
    "too many spare names": (
        with_site(spare_names=[{"domain": f"x{number}.se"} for number in range(201)]),
        "201 entries",
    ),
    "too many fallbacks": (
        with_site(fallbacks=[{"role": "ca", "provider": f"x{number}"} for number in range(201)]),
        "201 entries",
    ),
    "spare name in capitals": (with_spare(domain="X.se"), "site: names must be A-labels"),
    "spare name without a dot": (with_spare(domain="localhost"), "site.spare_names.0.domain"),
    "spare name that is lost with the site": (with_spare(domain="new.x.com"), "is lost with x.com"),
    "spare path": (with_spare(path="hello"), "is not a path"),
    "spare path with a space": (with_spare(path="/a b"), "is not a path"),
    "spare path with a line": (with_spare(path="/a\r\nHost: y"), "is not a path"),
    "spare status": (with_spare(status=99), "is not an HTTP status"),
    "spare marker": (with_spare(marker="x" * 100_000), "is not a marker"),
    "spare marker of two lines": (with_spare(marker="a\nb"), "is not a marker"),
    "fallback role": (with_fallback(role="luck"), "is not a role that can have a fallback"),
    "fallback twice": (with_fallback(), "stands twice"),
    "fallback of a wrong place": (with_fallback(role="mail"), "a fallback for mail needs host"),
    "fallback of two places": (with_fallback(host="x.net", server="n.y.net"), "host means nothing for dns"),
    "fallback of no place": (with_fallback(server=None), "a fallback for dns needs server"),
    "fallback CA with a place": (with_fallback(role="ca"), "server means nothing for ca"),
    "fallback provider": (with_fallback(provider="Njalla Ltd"), "is not a provider id"),
    "fallback of nobody": (with_fallback(provider=""), "is not a provider id"),
    "fallback parent": (with_fallback(parent="a b"), "is not a provider id"),
    "fallback server": (with_fallback(server="ns;reboot.net"), "site.fallbacks.6.server"),
    "fallback address": (with_fallback(role="hosting", server=None, address="x.net"), "is not an IP address"),
    "fallback address with a zone": (
        with_fallback(role="hosting", server=None, address="fe80::1%eth0"),
        "is not an IP address",
    ),
    "fallback address of another spelling": (
        with_fallback(role="hosting", server=None, address="2001:DB8:0:0::9"),
        "site: names must be A-labels",
    ),
    "fallback stands for": (with_fallback(stands_for="https://x.com/"), "site.fallbacks.6.stands_for"),
    "fallback for a foreign zone": (with_fallback(stands_for="y.com"), "is no zone of this site"),
    "fallback for a foreign host": (
        with_fallback(role="cdn", server=None, host="a.y.net", stands_for="y.com"),
        "is no host of this site",
    ),
    "fallback path": (with_fallback(path=""), "site.fallbacks.6.path"),
    "fallback status": (with_fallback(status=600), "is not an HTTP status"),
    "fallback app": (with_fallback(role="app_store", server=None, app="com x"), "is not an app id"),
    "fallback tolerance": (with_fallback(serial_tolerance=-1), "is not a number of versions"),
    "fallback tolerance of half the circle": (with_fallback(serial_tolerance=2**31), "is not a number of versions"),
    "fallback activation": (with_fallback(activation="soon"), "is not a way to switch"),
    "fallback hours": (with_fallback(activation_hours=-0.5), "is not a number of hours"),
    "fallback hours without end": (with_fallback(activation_hours=1e300), "is not a number of hours"),
    "fallback that is automatic and slow": (
        with_fallback(server="n.y.net", activation="automatic", activation_hours=2),
        "what is automatic takes no 2 hours",
    ),
    "fallback switched by": (with_fallback(switched_by=["a b"]), "is not a provider id"),
    "fallback of an unknown field": (with_fallback(hope=1), "unknown field"),
    "function id": (with_function(id="Pay In"), "is not a function id"),
    "function that is built in": (with_function(id="web"), "is built in"),
    "function that requires": (with_function(requires=["a b"]), "is no function"),
    "function that requires itself": (with_function(requires=["pay"]), "is a circle"),
    "function need": (with_function(needs=[{"role": "payments", "any_of": []}]), "of nobody"),
    "function need role": (with_function(needs=[{"role": "x y", "any_of": ["stripe"]}]), "is not a role"),
    "function provider": (with_function(needs=[{"role": "payments", "any_of": ["x y"]}]), "is not a provider id"),
    "function weight": (with_function(weight=-1), "is not a weight from 0 to 1"),
    "function weight above one": (with_function(weight=1.01), "is not a weight from 0 to 1"),
    "place": (with_site(places=[{"of": "x y", "region": "sbg"}]), "site.places.0.of"),
    "region": (with_site(places=[{"of": "x.com", "region": "s\u202eb"}]), "is not a region"),
}


@pytest.mark.parametrize("case", UNSOUND)
def test_unsound_evidence_is_refused_by_name_with_a_hint(case, saved):
    content, words = UNSOUND[case]

    with pytest.raises(DocumentError) as refused:
        read_evidence(saved(content))

    assert words in refused.value.message
    assert refused.value.hint
    assert refused.value.exit_code == Exit.USAGE


def test_more_items_than_any_scan_writes_are_refused(saved, monkeypatch):
    monkeypatch.setattr(evidence_file, "MOST_ITEMS", 3)

    with pytest.raises(DocumentError, match="4 items"):
        read_evidence(saved(document()))


def test_a_huge_file_is_refused_without_being_decoded(saved, monkeypatch):
    monkeypatch.setattr(evidence_file, "MOST_BYTES", 1 << 20)

    with pytest.raises(DocumentError, match="larger than 1 MiB"):
        read_evidence(saved(b" " * ((1 << 20) + 1)))


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_what_cannot_be_read_is_said(tmp_path, name):
    with pytest.raises(DocumentError, match="cannot be read"):
        read_evidence(str(tmp_path / name))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_of_a_sound_file_ends_in_anything_but_a_file_or_a_refusal(tmp_path_factory, data):
    content = bytearray(json.dumps(document()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path_factory.getbasetemp() / "mutated.json"
    path.write_bytes(content)

    try:
        file = read_evidence(str(path))
    except DocumentError as refused:
        assert refused.message
    else:
        msgspec.json.encode(file)
