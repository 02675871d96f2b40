"""The site file: what is declared arrives as it is looked up, and what makes no sense is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from helpers import ROOT
from helpers.messages import by_line
from hypothesis import given
from hypothesis import strategies as st

from hostaudit import __version__
from hostaudit.documents import rules, schemas, site_file, site_values
from hostaudit.documents.policy_problems import World
from hostaudit.documents.schemas.keys import ALLOWED, MEANING
from hostaudit.errors import Exit, LineError, UsageError
from hostaudit.model.documents import WRITTEN
from hostaudit.model.rules import Provider, Samples
from hostaudit.model.scenario import Scenario
from hostaudit.model.site import DeclaredFallback, DeclaredRecovery, Own, Site, SiteFile

EXAMPLE = ROOT / "examples" / "site" / "hostaudit.yaml"

HEAD = "version: 1\nsites:\n  - domain: shop.example.com\n"


OWN = f"{HEAD}    own:\n      "
RECOVERY = f"{HEAD}    recovery:\n      "


def known(*entries: tuple[str, str, str]) -> dict[str, Provider]:
    """A small catalogue of (id, role, parent)."""
    return {each: Provider(each, each, (role,), Samples(()), parent) for each, role, parent in entries}


CATALOGUE = known(
    ("aws", "hosting", "amazon"),
    ("hetzner", "hosting", ""),
    ("stripe", "page", ""),
    ("fastmail", "mail", ""),
    ("google-play", "app_store", "alphabet"),
    ("f-droid", "app_store", ""),
    ("lets-encrypt", "ca", ""),
    ("ns1", "dns", ""),
)
CATALOGUE["hetzner"] = msgspec.structs.replace(CATALOGUE["hetzner"], asns=(24940,), ns=("first-ns.de",))


@pytest.fixture
def read(tmp_path):
    def from_text(text: str, known=CATALOGUE) -> SiteFile:
        path = tmp_path / "hostaudit.yaml"
        path.write_text(text)
        return site_file.read(path, known)

    return from_text


@pytest.fixture
def refused(read, tmp_path):
    def message(text: str) -> str:
        with pytest.raises(UsageError) as caught:
            read(text)
        assert caught.value.exit_code is Exit.USAGE
        assert caught.value.hint
        return by_line(caught.value.message.removeprefix(f"{tmp_path}/"))

    return message


def fallback(line: str) -> str:
    """A file whose fifth line is one fallback."""
    return f"{HEAD}    fallbacks:\n      - {{{line}}}\n"


def functions(*lines: str) -> str:
    """A file whose functions begin in line 5, one to a line."""
    return f"{HEAD}    functions:\n" + "".join(f"      - {{{line}}}\n" for line in lines)


# -- good files -----------------------------------------------------------------------------------------


def test_the_example_is_read_and_is_what_the_schema_says():
    file = site_file.read(EXAMPLE, {each.id: each for each in rules.load().providers})
    site = site_file.site_of(file, "shop.example.com")

    assert site is not None
    assert {each.role for each in site.fallbacks} == set(site_values.PROOFS)
    assert {each.id for each in site.functions} == {"payments", "sms", "staff-login", "backups"}
    assert site.functions[3].needs[1].any_of == ("hetzner", "ovh")
    assert site.fallbacks[1].activation_hours == 1.0
    assert [each.domain for each in site.spare_names] == ["shop-example.net"]
    assert site.own == Own(asns=(64500,), domains=("shop-example-servers.net",))
    assert site.recovery["hosting"] == DeclaredRecovery(4.0, "2026-10-01")
    assert site_file.site_of(file, "example.com") is None
    # Editors read YAML 1.2, which knows no dates.
    validate(json.loads(json.dumps(yaml.safe_load(EXAMPLE.read_text()), default=str)))

    first = EXAMPLE.read_text().splitlines()[0]
    shown = EXAMPLE.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert shown.resolve() == schemas.path("site")


def test_the_example_of_the_page_on_policies_is_read(read):
    text = (ROOT / "docs/policy.md").read_text("utf-8").partition("## What only the owner can tell")[2]
    block = text.partition("```yaml\n")[2].partition("```")[0]

    assert read(block).sites[0].fallbacks[0].provider == "hetzner"


def test_one_domain_is_enough(read):
    assert read(HEAD) == SiteFile(1, (Site("shop.example.com"),))


def test_names_become_what_is_looked_up(read):
    text = """\
version: 1
sites:
  - domain: Bücher.com.
    hosts: [API.bücher.com]
    spare_names: [{domain: BÜCHER.Example.net}]
    fallbacks:
      - {role: hosting, provider: aws, address: '2001:DB8:0::1', stands_for: www.Bücher.com}
      - {role: mail, provider: fastmail, host: MX.Example.org.}
    places: [{of: API.Bücher.com, region: eu-west-1}]
"""
    (site,) = read(text).sites

    assert site.domain == "xn--bcher-kva.com"
    assert site.hosts == ("api.xn--bcher-kva.com",)
    assert site.spare_names[0].domain == "xn--bcher-kva.example.net"
    assert site.fallbacks[0].address == "2001:db8::1"
    assert site.fallbacks[0].stands_for == "www.xn--bcher-kva.com"
    assert site.fallbacks[1].host == "mx.example.org"
    assert site.places[0].of == "api.xn--bcher-kva.com"
    assert list(site_file.problems(site)) == []


@pytest.mark.parametrize(
    "line",
    [
        "role: dns, provider: ns1, server: dns1.example.net, serial_tolerance: 2, activation: automatic",
        "role: dns, provider: ns1, server: dns1.example.net, stands_for: eu.shop.example.com",
        "role: hosting, provider: aws, host: standby.example.net, path: '/health?full=1', status: 204, marker: up",
        "role: cdn, provider: aws, address: 192.0.2.1, stands_for: www.shop.example.com, activation_hours: 0",
        "role: mail, provider: fastmail, host: mx.example.net, switched_by: [ns1, okta]",
        "role: ca, provider: lets-encrypt, activation_hours: 1.5",
        "role: app_store, provider: f-droid, app: com.example.shop",
        "role: hosting, provider: harbour, parent: harbour-group, address: '2001:db8::1'",
        "role: hosting, provider: harbour, parent: amazon, host: a.example.net",
        "role: dns, provider: ns1, server: a.example.net, activation: automatic, activation_hours: 0.1",
    ],
)
def test_a_fallback_of_each_role_is_read(read, line):
    (site,) = read(fallback(line)).sites

    assert len(site.fallbacks) == 1
    validate(yaml.safe_load(fallback(line)))


def test_functions_may_rest_on_each_other_and_on_what_is_seen(read):
    text = functions(
        "id: pay_out, needs: [], requires: [web, staff-login, 'web:api.shop.example.com']",
        "id: staff-login, needs: [{role: identity, any_of: [okta, google-pay]}], weight: 1",
    ).replace("    functions", "    hosts: [api.shop.example.com]\n    functions")

    assert [each.id for each in read(text).sites[0].functions] == ["pay_out", "staff-login"]


def test_networks_may_be_written_as_reports_do_and_names_become_what_is_looked_up(read):
    text = (
        OWN + "{parents: [amazon, 'unknown:as64500'], asns: [AS64500, 64501, as64502], domains: [Bücher.example.net]}\n"
    )
    (site,) = read(text.replace("Bücher.example.net", "Bücher.net")).sites

    assert site.own == Own(("amazon", "unknown:as64500"), (64500, 64501, 64502), ("xn--bcher-kva.net",))
    assert list(site_file.problems(site)) == []


def test_a_network_of_the_catalogue_is_ones_own_if_its_company_is(read):
    assert read(OWN + "{parents: [hetzner], asns: [24940], domains: [first-ns.de]}\n").sites[0].own is not None


def test_a_day_needs_no_quotes_and_may_have_some(read):
    (site,) = read(
        RECOVERY + "hosting: {hours: 4, tested: 2026-10-01}\n      dns: {hours: .5, tested: '2026-09-01'}\n"
    ).sites

    assert site.recovery == {"hosting": DeclaredRecovery(4, "2026-10-01"), "dns": DeclaredRecovery(0.5, "2026-09-01")}
    assert list(site_file.problems(site)) == []


def test_without_a_catalogue_ids_are_taken_as_they_are(read):
    assert read(fallback("role: ca, provider: lets-encript"), None).sites[0].fallbacks[0].provider == "lets-encript"


# -- bad files ------------------------------------------------------------------------------------------

BAD_FALLBACKS = [
    ("role: dsn, provider: ns1", "role: 'dsn' is not a role that can have a fallback; did you mean 'dns'?"),
    ("role: payments, provider: ns1", "role: 'payments' is not a role that can have a fallback; give one of: dns,"),
    ("provider: ns1", "fallbacks lacks the key 'role'"),
    ("role: dns, provider: ns1", "a fallback for dns needs server, by which it is proved"),
    ("role: hosting, provider: aws", "a fallback for hosting needs address or host"),
    ("role: cdn, provider: aws, address: 192.0.2.1, host: a.example.net", "needs address or host, by which it is"),
    ("role: mail, provider: fastmail", "a fallback for mail needs host"),
    ("role: app_store, provider: f-droid", "a fallback for app_store needs app"),
    ("role: mail, provider: fastmail, host: mx.example.net, path: /x", "path means nothing for mail; it takes host"),
    ("role: mail, provider: fastmail, host: m.example.net, app: x", "app means nothing for mail; it takes host"),
    ("role: dns, provider: ns1, server: a.example.net, host: b.example.net", "host means nothing for dns"),
    ("role: ca, provider: lets-encrypt, host: a.example.net", "host means nothing for ca; CAA is its proof"),
    ("role: hosting, provider: aws, host: a.example.net, serial_tolerance: 1", "serial_tolerance means nothing for"),
    ("role: hosting, provider: aws, address: 192.0.2.300", "address: '192.0.2.300' is not an IP address"),
    ("role: hosting, provider: aws, address: 'fe80::1%eth0'", "is not an IP address"),
    ("role: hosting, provider: aws, host: 192.0.2.1", "host: '192.0.2.1' is an IP address"),
    ("role: hosting, provider: aws, host: a.example.net, status: 99", "status: '99' is not an HTTP status"),
    ("role: hosting, provider: aws, host: a.example.net, status: 600", "status: '600' is not an HTTP status"),
    ("role: hosting, provider: aws, host: a.example.net, status: 2e2", "status must be a whole number"),
    ("role: hosting, provider: aws, host: a.example.net, path: health", "path: 'health' is not a path"),
    ("role: hosting, provider: aws, host: a.example.net, path: '/a b'", "path: '/a b' is not a path"),
    ('role: hosting, provider: aws, host: a.example.net, path: "/\\r\\nX-Y: 1"', "is not a path"),
    ("role: hosting, provider: aws, host: a.example.net, marker: ''", "marker: '' is not a marker"),
    ("role: hosting, provider: aws, host: a.example.net, stands_for: ww.shop.example.com", "did you mean 'www.shop"),
    ("role: hosting, provider: aws, host: a.example.net, stands_for: zzz.org", "zzz.org is no host of this site; add"),
    ("role: dns, provider: ns1, server: a.example.net, stands_for: zzz.org", "zzz.org is no zone of this site; give"),
    ("role: dns, provider: ns1, server: a.example.net, serial_tolerance: -1", "serial_tolerance: '-1' is not a number"),
    ("role: ca, provider: lets-encrypt, activation: manuel", "activation: 'manuel' is not a way to switch; did you"),
    ("role: ca, provider: lets-encrypt, activation_hours: -1", "activation_hours: '-1' is not a number of hours"),
    ("role: ca, provider: lets-encrypt, activation_hours: 1e999", "activation_hours must be a number of ordinary size"),
    ("role: ca, provider: lets-encrypt, activation_hours: .inf", "activation_hours must be a number, not '.inf'"),
    ("role: ca, provider: lets-encrypt, activation: automatic, activation_hours: 2", "automatic takes no 2 hours"),
    ("role: ca, provider: lets-encript", "lets-encript is not in the catalogue; did you mean 'lets-encrypt'?"),
    ("role: ca, provider: harbour", "harbour is not in the catalogue; name the company in control of it as parent"),
    ("role: ca, provider: Lets_Encrypt", "provider: 'Lets_Encrypt' is not a provider id in kebab-case"),
    ("role: ca, provider: harbour, parent: amazn", "the parent amazn is not in the catalogue; did you mean 'amazon'?"),
    ("role: ca, provider: lets-encrypt, parent: isrg", "the catalogue knows the parent of lets-encrypt; leave parent"),
    ("role: ca, provider: lets-encrypt, switched_by: [let-encrypt]", "switched_by: let-encrypt is not in the"),
    ("role: mail, provider: fastmail, hots: mx.example.net", "unknown key 'hots' in fallbacks; did you mean 'host'?"),
    ("role: mail, provider: fastmail, host: 'https://mx.example.net/'", "is a URL or has a port; write the host name"),
    ("role: app_store, provider: f-droid, app: 'a b'", "app: 'a b' is not an app id"),
]


@pytest.mark.parametrize(("line", "said"), BAD_FALLBACKS)
def test_a_fallback_that_proves_nothing_is_refused(refused, line, said):
    message = refused(fallback(line))

    assert message.startswith("hostaudit.yaml:5: ")
    assert said in message


BAD = {
    "nothing": ("", 1, "the file is empty"),
    "no version": ("sites: []\n", 1, "the file lacks the key 'version'"),
    "nothing said": ("version: 1\n", 1, "the file has neither sites nor a policy"),
    "empty sites": ("version: 1\nsites: []\n", 2, "sites declares no site"),
    "later version": ("version: 2\nplanets: []\n", 1, "version 2 of the site file; hostaudit"),
    "version as text": ("version: '1'\nsites: []\n", 1, "version must be a whole number, not '1'"),
    "version of many digits": (f"version: {'9' * 5000}\nsites: []\n", 1, "version must be a whole number"),
    "unknown key": (HEAD + "    host: [a.example.com]\n", 4, "unknown key 'host' in sites; did you mean 'hosts'?"),
    "no domain": ("version: 1\nsites:\n  - hosts: [a.example.com]\n", 3, "sites lacks the key 'domain'"),
    "a URL": (HEAD.replace("shop", "https://shop"), 3, "domain: 'https://shop.example.com' is a URL or has a port"),
    "a port": (HEAD.replace(".com", ".com:443"), 3, "is a URL or has a port"),
    "a suffix": (HEAD.replace("shop.example.com", "co.uk"), 3, "domain: 'co.uk' is a public suffix"),
    "a platform": (HEAD.replace("shop.example.com", "github.io"), 3, "'github.io' is a platform"),
    "no such TLD": (HEAD.replace(".com", ".corn"), 3, "which is not a known top-level domain"),
    "one label": (HEAD.replace("shop.example.com", "shopp"), 3, "domain: 'shopp' is a single label"),
    "an address": (HEAD.replace("shop.example.com", "192.0.2.1"), 3, "domain: '192.0.2.1' is an IP address"),
    "a truth value": (HEAD.replace("shop.example.com", "no"), 3, "unquoted no is a truth value"),
    "twice": (HEAD + "  - domain: SHOP.example.com\n", 4, "shop.example.com is declared twice"),
    "host of no TLD": (HEAD + "    hosts:\n      - a.example.com\n      - b.corn\n", 6, "'b.corn' ends in .corn"),
    "host twice": (HEAD + "    hosts: [a.example.com,\n      A.example.com]\n", 5, "hosts: a.example.com stands twice"),
    "hosts as text": (HEAD + "    hosts: a.example.com\n", 4, "hosts must be a list"),
    "an alias": (HEAD + "    hosts: &a [a.example.com]\n", 4, "the anchor &a is not allowed"),
    "too many": (
        HEAD + f"    hosts: [{', '.join(f'h{number}.example.com' for number in range(201))}]\n",
        4,
        "hosts has 201 entries; at most 200 are read",
    ),
    "spare is the domain": (
        HEAD + "    spare_names:\n      - domain: shop.example.com\n",
        5,
        "the spare name shop.example.com is lost with shop.example.com",
    ),
    "spare lies under it": (
        HEAD + "    spare_names:\n      - {domain: new.shop.example.com}\n",
        5,
        "new.shop.example.com is lost with shop.example.com; name one under another domain",
    ),
    "spare twice": (
        HEAD + "    spare_names: [{domain: a.example.net}, {domain: a.example.net, path: /x}]\n",
        4,
        "spare_names: a.example.net stands twice",
    ),
    "fallback twice": (
        fallback("role: ca, provider: lets-encrypt")
        + "      - {role: ca, provider: lets-encrypt, activation_hours: 2}\n",
        6,
        "fallbacks: ca:lets-encrypt stands twice",
    ),
    "the very same fallback twice": (
        fallback("role: ca, provider: lets-encrypt") + "      - {role: ca, provider: lets-encrypt}\n",
        6,
        "fallbacks: the same entry stands twice",
    ),
    "place of nothing": (
        HEAD + "    places: [{of: '', region: sbg}]\n",
        4,
        "of: '' has no host name",
    ),
    "place with a strange region": (HEAD + "    places: [{of: a.example.com, region: 'a/b'}]\n", 4, "is not a region"),
    "own says nothing": (HEAD + "    own: {}\n", 4, "own says nothing; give parents, asns or domains"),
    "own empty lists": (OWN + "{parents: [], asns: [], domains: []}\n", 5, "own says nothing"),
    "own of another kind": (OWN + "{asn: [64500]}\n", 5, "unknown key 'asn' in own; did you mean 'asns'?"),
    "own product": (
        OWN + "parents: [hetzner,\n        aws]\n",
        6,
        "parents: aws is a product; write its company, amazon",
    ),
    "own mistyped": (OWN + "parents: [amazn]\n", 5, "parents: amazn is not in the catalogue; did you mean 'amazon'?"),
    "own unheard of": (OWN + "parents: [zzz]\n", 5, "zzz is not in the catalogue; name its network under asns"),
    "own id": (OWN + "parents: [Amazon]\n", 5, "parents: 'Amazon' is not the id of a company"),
    "own number": (OWN + "asns: [64500,\n        ASN5]\n", 6, "asns: 'ASN5' is no autonomous system; write its number"),
    "own number of none": (OWN + "asns: [0]\n", 5, "asns: '0' is no autonomous system"),
    "own number too large": (OWN + "asns: [4294967296]\n", 5, "'4294967296' is no autonomous system"),
    "own digits": (OWN + f"asns: [{'9' * 5000}]\n", 5, "is no autonomous system"),
    "own network twice": (OWN + "asns: [64500,\n        AS64500]\n", 6, "asns: AS64500 stands twice"),
    "own network of another": (
        OWN + "asns: [AS24940]\n",
        5,
        "asns: AS24940 belongs to hetzner; if that company is yours, write parents: [hetzner]",
    ),
    "own name of another": (OWN + "domains: [first-ns.de]\n", 5, "domains: first-ns.de belongs to hetzner"),
    "own name below": (OWN + "domains: [ns.example.net]\n", 5, "domains: 'ns.example.net' is a name under example.net"),
    "own suffix": (OWN + "domains: [co.uk]\n", 5, "domains: 'co.uk' is a public suffix"),
    "own URL": (OWN + "domains: ['https://a.net']\n", 5, "is a URL or has a port"),
    "recovery of nothing": (
        HEAD + "    recovery: {}\n",
        4,
        "recovery says nothing; give a role, its hours and the day",
    ),
    "recovery as a list": (HEAD + "    recovery: [hosting]\n", 4, "recovery must be a mapping"),
    "recovery of no role": (
        RECOVERY + "hostng: {hours: 4, tested: 2026-10-01}\n",
        5,
        "recovery: 'hostng' is not a role; did you mean 'hosting'?",
    ),
    "recovery of a registrar": (
        RECOVERY + "registrar: {hours: 4, tested: 2026-10-01}\n",
        5,
        "recovery: how long registrar takes is not up to you alone; declare a fallback for it",
    ),
    "recovery twice": (
        RECOVERY + "dns: {hours: 4, tested: 2026-10-01}\n      dns: {hours: 4, tested: 2026-10-01}\n",
        6,
        "the key 'dns' stands twice",
    ),
    "recovery without a test": (RECOVERY + "hosting: {hours: 4}\n", 5, "hosting lacks the key 'tested'"),
    "recovery never tested": (RECOVERY + "hosting: {hours: 4, tested: ~}\n", 5, "tested must be a day; write the last"),
    "recovery on no day": (RECOVERY + "hosting: {hours: 4, tested: 2026-02-30}\n", 5, "'2026-02-30' is no day"),
    "recovery in words": (RECOVERY + "hosting: {hours: 4, tested: last week}\n", 5, "tested: 'last week' is no day"),
    "recovery at once": (
        RECOVERY + "hosting: {hours: 0, tested: 2026-10-01}\n",
        5,
        "hours: '0' is not a number of hours",
    ),
    "recovery without end": (
        RECOVERY + "hosting: {hours: 1e7, tested: 2026-10-01}\n",
        5,
        "'1e7' is not a number of hours",
    ),
    "function id": (functions("id: Pay Out, needs: []"), 5, "id: 'Pay Out' is not a function id"),
    "built-in function": (functions("id: mail_send, needs: []"), 5, "mail_send is built in"),
    "function twice": (
        functions("id: a, needs: [], requires: [web]", "id: a, needs: [], requires: [resolve]"),
        6,
        "functions: a stands twice",
    ),
    "function of nothing": (functions("id: a, needs: []"), 5, "a has neither needs nor requires"),
    "function without needs": (functions("id: a"), 5, "functions lacks the key 'needs'"),
    "need of nobody": (functions("id: a, needs: [{role: payments, any_of: []}]"), 5, "a needs payments of nobody"),
    "need in no role": (
        functions("id: a, needs: [{role: payment, any_of: [stripe]}]"),
        5,
        "role: 'payment' is not a role; did you mean 'payments'?",
    ),
    "need of a mistyped provider": (
        functions("id: a, needs: [{role: payments, any_of: [adyen, stripee]}]"),
        5,
        "any_of: stripee is not in the catalogue; did you mean 'stripe'?",
    ),
    "need of a mistyped store": (
        functions("id: a, needs: [{role: app_store, any_of: [google-pay]}]"),
        5,
        "did you mean 'google-play'?",
    ),
    "weight": (functions("id: a, needs: [], requires: [web], weight: 1.1"), 5, "weight: '1.1' is not a weight from 0"),
    "requires nothing known": (
        functions("id: a, needs: [], requires: [mail_recieve]"),
        5,
        "a requires mail_recieve, which is no function; did you mean 'mail_receive'?",
    ),
    "requires itself": (functions("id: a, needs: [], requires: [a]"), 5, "a -> a is a circle"),
    "a circle": (
        functions(
            "id: a, needs: [], requires: [b]", "id: b, needs: [], requires: [c]", "id: c, needs: [], requires: [b]"
        ),
        6,
        "b -> c -> b is a circle",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_refused_with_its_line(refused, case):
    text, line, said = BAD[case]
    message = refused(text)

    assert message.startswith(f"hostaudit.yaml:{line}: ")
    assert said in message


def test_a_file_of_another_version_says_who_reads_it(refused):
    assert refused("version: 2\nsites: []\n").endswith(
        f"hostaudit {__version__} reads version 1; use a newer hostaudit"
    )
    assert refused("version: 0\nsites: []\n").endswith("write version: 1")


@pytest.mark.parametrize("name", ["nowhere/hostaudit.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(UsageError, match="cannot be read") as caught:
        site_file.read(tmp_path / name)
    assert caught.value.hint == "give the path of a site or policy file"


def test_a_file_of_any_size_is_read_only_so_far():
    with pytest.raises(UsageError, match="at most 1048576 are read"):
        site_file.read(Path("/dev/zero"))


@given(st.text(alphabet=st.sampled_from("ab:-[]{},\n '\"#&*!|>%@~\t1é\x00"), max_size=60))
def test_no_text_is_more_than_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(HEAD + "    hosts: " + text)
    try:
        site_file.read(path, CATALOGUE)
    except UsageError as error:
        assert error.message.startswith(f"{path}:")


# -- a declaration without a file -----------------------------------------------------------------------


def test_what_a_file_may_not_say_evidence_may_not_either(read):
    good = read(EXAMPLE.read_text(), None).sites[0]
    assert list(site_file.problems(good)) == []

    replace = msgspec.structs.replace
    mail = DeclaredFallback("mail", "fastmail", host="mx.example.net")
    for site, where, said in [
        (replace(good, domain="Shop.example.com"), "", "A-labels in lower case"),
        (replace(good, domain="x\x1b[2J"), "domain", "control characters"),
        (replace(good, hosts=("a.example.com",) * 2), "hosts.1", "stands twice"),
        (replace(good, fallbacks=(replace(mail, role="x"),)), "fallbacks.0.role", "is not a role"),
        (replace(good, fallbacks=(replace(mail, path="/\r\n"),)), "fallbacks.0.path", "is not a path"),
        (replace(good, fallbacks=(replace(mail, host=""),)), "fallbacks.0.role", "needs host"),
        (replace(good, fallbacks=(replace(mail, status=0),)), "fallbacks.0.status", "is not an HTTP status"),
        (replace(good, functions=(replace(good.functions[0], id="web"),)), "functions.0.id", "is built in"),
        (replace(good, functions=(replace(good.functions[0], weight=-1.0),)), "functions.0.weight", "is not a weight"),
        (replace(good, own=Own()), "own", "says nothing"),
        (replace(good, own=Own(asns=(0,))), "own.asns.0", "is no autonomous system"),
        (replace(good, own=Own(domains=("x\x1b[2J",))), "own.domains.0", "control characters"),
        (replace(good, own=Own(parents=("A",))), "own.parents.0", "is not the id of a company"),
        (
            replace(good, recovery={"dns": DeclaredRecovery(0, "2026-10-01")}),
            "recovery.dns.hours",
            "not a number of hours",
        ),
        (replace(good, recovery={"dns": DeclaredRecovery(1, "2026-99-01")}), "recovery.dns.tested", "is no day"),
        (replace(good, recovery={"x": DeclaredRecovery(1, "2026-10-01")}), "recovery.x", "is no role"),
    ]:
        place, problem = next(iter(site_file.problems(site)))
        assert place == where
        assert said in problem


# -- the schema for editors -----------------------------------------------------------------------------


def validate(document: object) -> None:
    published = json.loads(schemas.path("site").read_text())
    jsonschema.Draft7Validator(published, format_checker=jsonschema.FormatChecker()).validate(document)


@pytest.mark.parametrize(
    "line",
    [
        "role: dsn, provider: ns1",
        "role: dns, provider: ns1",
        "role: hosting, provider: aws",
        "role: cdn, provider: aws, address: 192.0.2.1, host: a.example.net",
        "role: hosting, provider: aws, address: 192.0.2.300",
        "role: hosting, provider: aws, host: a.example.net, status: 99",
        "role: hosting, provider: aws, host: a.example.net, path: health",
        "role: ca, provider: lets-encrypt, activation: manuel",
        "role: ca, provider: lets-encrypt, activation_hours: -1",
        "role: ca, provider: Lets_Encrypt",
    ],
)
def test_an_editor_sees_most_of_what_is_refused(line):
    with pytest.raises(jsonschema.ValidationError):
        validate(yaml.safe_load(fallback(line)))


def test_a_later_key_is_no_error_in_an_old_editor():
    validate(yaml.safe_load(HEAD + "    planets: [mars]\n"))


def structs_in(kind: type) -> set[type]:
    """A Struct and all that occur inside it."""
    found = {kind}
    for hint in msgspec.inspect.type_info(kind).fields:
        ahead = [hint.type]
        while ahead:
            each = ahead.pop()
            if isinstance(each, msgspec.inspect.StructType):
                found |= structs_in(each.cls)
            ahead += [inner for name in ("item_type", "value_type") if (inner := getattr(each, name, None)) is not None]
            ahead += getattr(each, "types", ())
    return found


def test_every_key_that_people_write_is_explained_and_nothing_else():
    kinds = structs_in(SiteFile) | structs_in(Scenario)

    assert {kind.__name__: set(kind.__struct_fields__) for kind in kinds} == {
        name: set(keys) for name, keys in MEANING.items()
    }
    assert all(words.endswith(".") and words.count(". ") == 0 for keys in MEANING.values() for words in keys.values())
    assert all(key in MEANING[name] for name, key in ALLOWED)


@pytest.mark.parametrize("name", WRITTEN)
def test_schemas_for_editors_are_of_a_draft_that_editors_know(name):
    published = schemas.path(name).read_text()

    assert json.loads(published)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$defs" not in published
    jsonschema.Draft7Validator.check_schema(json.loads(published))


def test_all_faults_of_a_file_are_told_at_once_with_their_lines(tmp_path):
    path = tmp_path / "hostaudit.yaml"
    path.write_text(
        "version: 1\n"
        "policy:\n"
        "  extends: [basline]\n"
        "  roles:\n"
        "    dns: {min_providers: two, deny: [a, a]}\n"
        "exceptions:\n"
        "  - {id: EX-1, rule: dns.min_provider, target: x.com, reason: no way, owner: a, expires: 2027-01-01}\n"
        "sites:\n"
        "  - {domain: x.com, hosts: [a.x.com, a.x.com]}\n"
        "  - {domain: x.com}\n"
    )
    with pytest.raises(LineError) as caught:
        site_file.read(path, CATALOGUE, World(frozenset(CATALOGUE), (), ("baseline",)))
    faults = caught.value.all

    assert [each.line for each in faults] == [3, 5, 5, 7, 7, 9, 10]
    assert "'baseline'" in faults[0].message
    assert "whole number" in faults[1].message
    assert [each.text for each in faults] == [path.read_text().splitlines()[each.line - 1] for each in faults]


@pytest.mark.parametrize(
    "text",
    [
        "sites:\n  - domain: x.com\n    functions: [{id: shop, needs: [{role: dns, any_of: [1]}]}]\n"
        "policy: {functions: {shop: {min_score: 3}}}\n",
        "sites:\n  - domain: x.com\n    hosts: [no]\n    fallbacks: [{role: hosting, provider: aws, host: h.x.com,\n"
        "      stands_for: a.x.com}]\n",
        "sites:\n  - {domain: x.com, functions: [{id: a, needs: [], requires: [b]},\n"
        "    {id: b, needs: [], requiers: [a]}]}\n",
        "policy: {roles: {dns: {independent_by: [parnet]}}}\n",
        "policy: {scenarios: [{scenari: x, web: <= 4h}]}\n",
    ],
)
def test_a_fault_has_no_further_ones_in_its_train(tmp_path, text):
    path = tmp_path / "hostaudit.yaml"
    path.write_text(f"version: 1\n{text}")
    with pytest.raises(LineError) as caught:
        site_file.read(path, CATALOGUE)

    assert not caught.value.others
