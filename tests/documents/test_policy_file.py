"""The policy part of hostaudit.yaml: what is demanded arrives as it is meant, and what cannot be meant is refused with
its place."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from helpers import ROOT
from helpers.messages import by_line
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.documents import policy_file, rules, schemas, site_file
from hostaudit.documents.policy_file import World
from hostaudit.errors import Exit, UsageError
from hostaudit.model.policy import (
    EffectivePolicy,
    Exemption,
    FunctionDemand,
    JurisdictionDemand,
    ParentDemand,
    Policy,
    PolicyTarget,
    Refusal,
    RoleDemand,
    ScenarioGate,
)
from hostaudit.model.site import SiteFile
from hostaudit.policy.effective import effective as demanded
from hostaudit.policy.warnings import reminders

RULES = rules.load()
WORLD = site_file.world(RULES)
EXCEPTION = "id: EX-7, rule: dns.min_providers, target: a.example.com, reason: move of OPS-12, owner: alice"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def from_text(text: str, world: World | None = WORLD) -> site_file.Loaded:
        Path("hostaudit.yaml").write_text(f"version: 1\n{text}\n", "utf-8")
        return site_file.load(Path("hostaudit.yaml"), {each.id: each for each in RULES.providers}, world)

    return from_text


@pytest.fixture
def policy(load):
    def from_text(text: str) -> Policy:
        found = load(f"policy: {{{text}}}").content.policy
        assert found is not None
        return found

    return from_text


@pytest.fixture
def refused(load):
    def message(text: str) -> str:
        with pytest.raises(UsageError) as caught:
            load(text)
        assert caught.value.exit_code is Exit.USAGE
        assert caught.value.hint
        return caught.value.message

    return message


@pytest.fixture
def effective(load):
    def of(text: str, domain: str = "shop.example.com") -> EffectivePolicy:
        return demanded(load(text), domain, RULES.presets)

    return of


# -- good files -----------------------------------------------------------------------------------------

WHOLE = """\
policy:
  extends: [baseline]
  unknown: warn
  notice_hours: 29
  min_score: 60
  roles:
    dns: {min_providers: 2, independent_by: [parent, asn], deny: [dyn, 'unknown:as64496'], severity: high}
    registrar: {min_days_left: 60, unknown: fail}
  functions: {web: {max_hours_down: 72}, 'web:API.Bücher.example': {min_score: 12.5}, pay_out: {max_hours_down: 4}}
  providers: [{id: epik, reason: contract ended}]
  parents: {max_share: 0.6, deny: [{id: amazon}]}
  jurisdictions: {deny: [{id: "XX"}], allow: ["NO", DE], known: true}
  scenarios: [{scenario: parler-2021, web: <= 4h, install_ios: "<= 90m", severity: high}]
targets:
  - match: [Shop.Example.com., "*.BÜCHER.example"]
    labels: {owner: team-web, tier: "1"}
    policy: {min_score: null}
exceptions:
  - {id: EX-7, rule: dns.*, target: "*.Example.com", reason: "move of OPS-12", owner: alice, expires: 2027-03-31}
sites:
  - domain: shop.example.com
    functions: [{id: pay_out, needs: [], requires: [web]}]
"""


def test_a_whole_file_is_read_as_it_is_meant(load):
    file = load(WHOLE).content

    assert file.policy is not None
    assert file.policy.roles["dns"].deny == ("dyn", "unknown:as64496")
    assert file.policy.scenarios == (ScenarioGate("parler-2021", {"web": 4.0, "install_ios": 1.5}, severity="high"),)
    assert set(file.policy.functions) == {"web", "web:api.xn--bcher-kva.example", "pay_out"}
    assert file.policy.jurisdictions.allow == ("NO", "DE")
    assert file.targets == (
        PolicyTarget(("shop.example.com", "*.xn--bcher-kva.example"), {"owner": "team-web", "tier": "1"}, Policy()),
    )
    assert file.exceptions[0].target == "*.example.com"
    assert file.exceptions[0].expires == "2027-03-31"


def test_a_file_with_a_policy_alone_is_enough(load):
    assert load("policy: {min_score: 10}").content == SiteFile(1, policy=Policy(min_score=10.0))
    assert load("policy: {}").content.policy == Policy()
    assert load("targets: [{match: [a.example.com]}]").content.targets[0].policy is None


@pytest.mark.parametrize(
    ("limit", "hours"),
    [("<= 4h", 4.0), ("<=90m", 1.5), ("<= 2d", 48.0), ("<= 1.5 d", 36.0), ("<= 1w", 168.0), ("<= 0h", 0.0)],
)
def test_a_limit_is_in_hours_whatever_its_unit(policy, limit, hours):
    assert policy(f"scenarios: [{{scenario: dyn-2016, web: '{limit}'}}]").scenarios[0].limits == {"web": hours}


@pytest.mark.parametrize("rule", ["dns.min_providers", "dns.*", "score.min", "web.max_hours_down", "parents.*",
    "web:api.example.com.min_score", "web:api.example.com.*", "scenario.parler-2021.web", "scenario.parler-2021.*",
    "scenario.*", "jurisdictions.known", "name-not-delegated", "registrar.min_days_left"])  # fmt: skip
def test_an_exception_names_a_rule_or_all_of_a_family(load, rule):
    text = EXCEPTION.replace("dns.min_providers", f"'{rule}'")

    assert load(f"exceptions: [{{{text}, expires: never, review: 2027-01-01}}]").content.exceptions[0].rule == rule


def test_ids_outside_the_catalogue_pass_unless_they_look_mistyped(policy):
    assert policy("providers: [{id: example-host}]").providers == (Refusal("example-host"),)
    assert policy("parents: {deny: [{id: 'unknown:as64496'}]}").parents.deny == (Refusal("unknown:as64496"),)


def test_without_a_world_words_are_taken_as_they_are(load):
    text = "policy: {extends: [mine], providers: [{id: amazonn}], scenarios: [{scenario: some-2020, web: <= 1h}]}"

    assert load(text, None).content.policy.extends == ("mine",)
    one = EXCEPTION.replace("dns.min_providers", "some-rule")
    assert load(f"exceptions: [{{{one}, expires: 2027-01-01}}]", None).content.exceptions[0].rule == "some-rule"


# -- what is refused ------------------------------------------------------------------------------------

BAD_POLICIES = {
    "unknown key": ("min_scor: 1", "2:10: unknown key 'min_scor' in policy; did you mean 'min_score'?"),
    "role": ("roles: {dsn: {min_providers: 2}}", "2:18: roles: 'dsn' is not a role; did you mean 'dns'?"),
    "key of a role": ("roles: {dns: {min_provider: 2}}", "unknown key 'min_provider' in dns; did you mean 'min_provid"),
    "roles as a list": ("roles: [dns]", "roles must be a mapping"),
    "demand as a number": ("roles: {dns: 2}", "dns must be a mapping"),
    "too little": ("min_score: -1", "min_score: '-1' is not a score from 0 to 100"),
    "too much": ("min_score: 100.5", "'100.5' is not a score from 0 to 100"),
    "score as text": ("min_score: high", "min_score must be a number, not 'high'"),
    "infinite": ("notice_hours: 1e999", "notice_hours must be a number of ordinary size"),
    "negative notice": ("notice_hours: -2", "'-2' is not a number of hours from 0 up"),
    "half a provider": ("roles: {dns: {min_providers: 1.5}}", "min_providers must be a whole number"),
    "no provider": ("roles: {dns: {min_providers: 0}}", "'0' is not a number of providers from 1 to 50"),
    "two registrars": ("roles: {registrar: {min_providers: 2}}", "every name has exactly one registrar; leave it out"),
    "days of dns": ("roles: {dns: {min_days_left: 5}}", "min_days_left means nothing for dns, where nothing expires;"),
    "axis": ("roles: {dns: {independent_by: [ans]}}", "independent_by: 'ans' is not known; did you mean 'asn'?"),
    "axis twice": ("roles: {dns: {independent_by: [asn, asn]}}", "independent_by: 'asn' stands twice"),
    "no axis": ("roles: {dns: {independent_by: []}}", "independent_by names nothing; leave it out for [parent]"),
    "unknown mode": ("unknown: ignore", "unknown: 'ignore' is not known; give one of: inconclusive, fail, warn"),
    "severity": ("roles: {dns: {severity: hihg}}", "severity: 'hihg' is not known; did you mean 'high'?"),
    "share in per cent": ("parents: {max_share: 60}", "'60' is not a share above 0, at most 1; 60 % is 0.6"),
    "no share": ("parents: {max_share: 0}", "'0' is not a share above 0, at most 1"),
    "preset": ("extends: [resilent]", "extends: there is no preset 'resilent'; did you mean 'resilient'?"),
    "preset as text": ("extends: baseline", "extends must be a list"),
    "preset twice": ("extends: [baseline, baseline]", "extends: 'baseline' stands twice"),
    "mistyped provider": ("providers: [{id: cloudflar}]", "cloudflar is not in the catalogue; did you mean 'cloudfla"),
    "mistyped in a role": ("roles: {dns: {allow: [aws, amazonn]}}", "amazonn is not in the catalogue; did you mean '"),
    "id as a name": ("providers: [{id: Amazon Web Services}]", "is not the id of a provider or company"),
    "provider twice": ("providers: [{id: aws}, {id: aws, reason: same again}]", "providers: aws stands twice"),
    "allowed and denied": ("roles: {dns: {allow: [aws], deny: [aws]}}", "aws is both allowed and denied for dns"),
    "Norway": ("jurisdictions: {allow: [NO]}", 'unquoted NO is a truth value to some YAML readers; quote it ("NO")'),
    "lower case": ("jurisdictions: {allow: ['de']}", "'de' is not written as a country code; write 'DE' in quotation"),
    "the UK": ("jurisdictions: {allow: [UK]}", "'UK' is not a country code (ISO 3166-1, two capital letters); write"),
    "the EU": ("jurisdictions: {deny: [{id: EU}]}", "name its countries one by one"),
    "three letters": ("jurisdictions: {deny: [{id: DEU}]}", "'DEU' is not a country code"),
    "denied country twice": (
        "jurisdictions: {deny: [{id: RU, reason: one}, {id: RU, reason: two}]}",
        "deny: RU stands twice",
    ),
    "the same host of a gate twice": (
        "scenarios: [{scenario: dyn-2016, 'web:a.example': <= 1h, 'web:A.example': <= 2h}]",
        "scenarios: web:a.example stands twice",
    ),
    "country twice": ("jurisdictions: {allow: [DE, DE]}", "allow: 'DE' stands twice"),
    "country on both sides": ("jurisdictions: {allow: [DE], deny: [{id: DE}]}", "DE is both allowed and denied"),
    "function": ("functions: {wbe: {min_score: 1}}", "wbe is no function; did you mean 'web'?"),
    "function id": ("functions: {Web Site: {min_score: 1}}", "'Web Site' is not a function id"),
    "host of a function": ("functions: {'web:192.0.2.1': {min_score: 1}}", "192.0.2.1 is an IP address"),
    "the same host twice": (
        "functions: {'web:a.example': {min_score: 1}, 'web:A.example': {min_score: 1}}",
        "web:a.example stands twice",
    ),
    "scenario": ("scenarios: [{scenario: parler-2012, web: <= 4h}]", "no scenario 'parler-2012'; did you mean 'parle"),
    "scenario twice": (
        "scenarios: [{scenario: dyn-2016, web: <= 4h}, {scenario: dyn-2016, web: <= 5h}]",
        "dyn-2016 stands twice; put its limits into one entry",
    ),
    "no scenario": ("scenarios: [{web: <= 4h}]", "scenarios lacks the key 'scenario'"),
    "no limit": ("scenarios: [{scenario: dyn-2016}]", "dyn-2016: nothing is demanded; add a function"),
    "bare limit": ("scenarios: [{scenario: dyn-2016, web: 4}]", "web: '4' is no limit; write the longest outage"),
    "limit of years": ("scenarios: [{scenario: dyn-2016, web: <= 4y}]", "web: '<= 4y' is no limit"),
    "at least": ("scenarios: [{scenario: dyn-2016, web: '>= 4h'}]", "web: '>= 4h' is no limit"),
    "limit as a list": ("scenarios: [{scenario: dyn-2016, web: [4]}]", "web: a list or mapping is no limit"),
    "key of a gate": ("scenarios: [{scenari: dyn-2016, web: <= 4h}]", "unknown key 'scenari' in scenarios; did you me"),
    "function of a gate": ("scenarios: [{scenario: dyn-2016, wbe: <= 4h}]", "wbe is no function; did you mean 'web'?"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_POLICIES)
def test_a_demand_that_nobody_can_mean_is_refused_with_its_place(refused, case):
    text, said = BAD_POLICIES[case]
    message = refused(f"policy: {{{text}}}")

    assert message.startswith("hostaudit.yaml:2:")
    assert said in message


BAD_FILES = {
    "nothing demanded": ("policy:", "2:1: policy says nothing; make a demand, or write policy: {} for the defaults"),
    "nothing demanded of a target": ("targets: [{match: [a.example.com], policy: }]", "2:36: policy says nothing"),
    "no pattern": ("targets: [{match: []}]", "match names no site"),
    "no match": ("targets: [{labels: {a: b}}]", "targets lacks the key 'match'"),
    "every site": ("targets: [{match: ['*']}]", "'*' means every site; put what holds for every site under policy"),
    "an inner asterisk": ("targets: [{match: ['shop.*.example.com']}]", "has an asterisk elsewhere than in a leading"),
    "two asterisks": ("targets: [{match: ['*.*.example.com']}]", "has an asterisk elsewhere"),
    "glued asterisk": ("targets: [{match: ['*shop.example.com']}]", "has an asterisk elsewhere"),
    "a URL": ("targets: [{match: ['https://a.example.com/']}]", "is a URL or has a port"),
    "an address": ("targets: [{match: [192.0.2.1]}]", "is an IP address"),
    "control characters": ('targets: [{match: ["a\\e[2J.example"]}]', "holds control characters"),
    "a name twice": ("targets: [{match: [a.example]}, {match: [A.example]}]", "match: a.example stands twice; which"),
    "a label": ("targets: [{match: [a.example], labels: {Team-Web: x}}]", "'Team-Web' is not a label name"),
    "a label as a number": ("targets: [{match: [a.example], labels: {tier: 1}}]", "tier: unquoted 1 is a number, text"),
    "a label of two lines": ('targets: [{match: [a.example], labels: {a: "x\\ny"}}]', "a is not one line"),
    "a demand of a target": ("targets: [{match: [a.example], policy: {min_score: 101}}]", "not a score from 0 to 100"),
    "a role of a target": ("targets: [{match: [a.example], policy: {roles: {ca: {deny: [digicrt]}}}}]", "did you mea"),
    "exception twice": (
        f"exceptions: [{{{EXCEPTION}, expires: 2027-01-01}}, {{{EXCEPTION}, expires: 2028-01-01}}]",
        "exceptions: the id EX-7 stands twice; give each its own",
    ),
    "no end": (f"exceptions: [{{{EXCEPTION}}}]", "exceptions lacks the key 'expires'"),
    "empty end": (f"exceptions: [{{{EXCEPTION}, expires: }}]", "expires must be a day; write the last day on which it"),
    "a list of ends": (f"exceptions: [{{{EXCEPTION}, expires: [2027-01-01]}}]", "expires must be a day"),
    "never": (f"exceptions: [{{{EXCEPTION}, expires: never}}]", "EX-7 never ends; add review: DATE"),
    "a long end": (f"exceptions: [{{{EXCEPTION}, expires: {'9' * 101}}}]", "expires has 101 characters"),
    "key": (f"exceptions: [{{{EXCEPTION}, expire: 2027-01-01}}]", "unknown key 'expire' in exceptions; did you mean"),
    "no owner": ("exceptions: [{id: a, rule: dns.*, target: a.example, reason: long enough}]", "lacks the key 'owner'"),
    "blank owner": (f"exceptions: [{{{EXCEPTION.replace('alice', repr(' '))}, expires: 2027-01-01}}]", "owner: ' ' s"),
    "short reason": (
        f"exceptions: [{{{EXCEPTION.replace('move of OPS-12', 'because')}, expires: 2027-01-01}}]",
        "reason: 'because' is no reason that a reader could judge; write at least 10 characters",
    ),
    "padded reason": (
        f"exceptions: [{{{EXCEPTION.replace('move of OPS-12', repr('because' + ' ' * 9))}, expires: 2027-01-01}}]",
        "is no reason that a reader could judge",
    ),
    "reason of two lines": (
        'exceptions: [{id: A, rule: dns.*, target: a.example, reason: "long\\nenough", owner: x, expires: 2027-01-01}]',
        "is not a reason of one line",
    ),
    "every rule": (
        f"exceptions: [{{{EXCEPTION.replace('dns.min_providers', repr('*'))}, expires: 2027-01-01}}]",
        "rule: '*' covers everything; name a rule",
    ),
    "every target": (
        f"exceptions: [{{{EXCEPTION.replace('a.example.com', repr('*'))}, expires: 2027-01-01}}]",
        "target: '*' means every site; name the site",
    ),
    "fingerprint": (f"exceptions: [{{{EXCEPTION}, expires: 2027-01-01, fingerprint: abc}}]", "is not a fingerprint"),
    "id": (f"exceptions: [{{{EXCEPTION.replace('EX-7', 'EX 7')}, expires: 2027-01-01}}]", "id: 'EX 7' is not an id s"),
    "truth": (f"exceptions: [{{{EXCEPTION}, expires: 2027-01-01, allow_unknown: yes}}]", "unquoted yes is a truth va"),
    "an alias": ("policy: &a {min_score: 1}", "the anchor &a is not allowed"),
    "a merge key": ("policy: {<<: {min_score: 1}}", "unknown key '<<' in policy"),
    "a tag": ("policy: !!map {min_score: 1}", "the tag tag:yaml.org,2002:map is not allowed"),
    "a key twice": ("policy: {min_score: 1, min_score: 0}", "the key 'min_score' stands twice"),
    "two documents": ("policy: {}\n---\npolicy: {}", "a second document begins here"),
    "too deep": (f"policy: {'{a: ' * 40}1{'}' * 40}", "nested more than 32 levels deep"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_nobody_can_mean_is_refused_with_its_place(refused, case):
    text, said = BAD_FILES[case]
    message = refused(text)

    assert message.startswith("hostaudit.yaml:")
    assert message.split(": ")[0].count(":") == 2
    assert said in message


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("dns.min_provider", "'dns.min_provider' is not a rule; did you mean 'dns.min_providers'?"),
        ("dsn.*", "'dsn.*' is not a rule"),
        ("score.min_score", "is not a rule"),
        ("HA-DNS-002", "'HA-DNS-002' is not a rule; hostaudit rules list names them"),
        ("scenario.parler-2012.web", "names no scenario; did you mean 'parler-2021'?"),
        ("scenario.parler-2021.wbe", "names no function; did you mean 'web'?"),
        ("web:.min_score", "names no host"),
        ("web.min_providers", "is not a rule; did you mean"),
    ],
)
def test_an_exception_for_no_rule_is_refused(refused, rule, said):
    text = EXCEPTION.replace("dns.min_providers", f"'{rule}'")

    assert said in refused(f"exceptions: [{{{text}, expires: 2027-01-01}}]")


def test_the_place_is_that_of_the_key_or_value(refused):
    assert refused("policy:\n  roles:\n    dns:\n      min_scor: 1").startswith("hostaudit.yaml:5:7: unknown key")
    assert refused("policy:\n  roles:\n    dns:\n      min_score: 101").startswith("hostaudit.yaml:5:18: min_score")
    assert refused("policy:\n  extends:\n    - baseline\n    - none\n").startswith("hostaudit.yaml:5:7: extends")


def test_a_file_of_many_targets_is_read_only_so_far(refused):
    many = ", ".join(f"{{match: [a{number}.example]}}" for number in range(1001))

    assert "targets has 1001 entries; at most 1000 are read" in refused(f"targets: [{many}]")
    names = ", ".join(f"a{number}.example" for number in range(1001))
    assert "match has 1001 entries; at most 1000 are read" in refused(f"targets: [{{match: [{names}]}}]")


def test_a_list_of_ids_is_read_only_so_far(refused):
    many = ", ".join(f"{{id: a{number}}}" for number in range(1001))

    assert "2:21: providers has 1001 entries" in refused(f"policy: {{providers: [{many}]}}")


def test_a_file_of_any_size_is_read_only_so_far(refused):
    assert "at most 1048576 are read" in refused("policy: {}\n" + "# \n" * 400_000)


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab:-[]{},\n '\"#&*!|>%@~\t1é\x00.<="), max_size=60))
def test_no_text_is_more_than_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for head in ("policy: ", "policy: {scenarios: [", "targets: ", "exceptions: [{id: a, expires: "):
        path.write_text(f"version: 1\n{head}{text}", "utf-8")
        try:
            site_file.load(path, None, WORLD)
        except UsageError as error:
            assert by_line(error.message).startswith(f"{path}:")


ACTORS = st.sampled_from(["aws", "cloudflare", "amazon", "unknown:as64496", "nobody-we-know"])
MODES = st.none() | st.sampled_from(["inconclusive", "fail", "warn"])
SEVERITIES = st.none() | st.sampled_from(["low", "medium", "high", "critical"])
SCORES = st.none() | st.floats(0, 100)
HOURS = st.none() | st.floats(0, 1e6)
REFUSALS = st.lists(ACTORS, unique=True, max_size=3).map(lambda ids: tuple(Refusal(each, "because") for each in ids))
FUNCTIONS = st.sampled_from(["web", "resolve", "mail_receive", "web:api.example.com"])


def lists(each: st.SearchStrategy, least: int = 0) -> st.SearchStrategy:
    return st.lists(each, unique=True, min_size=least, max_size=3).map(tuple)


def role_demands(role: str) -> st.SearchStrategy:
    allowed = lists(ACTORS)
    return st.builds(
        RoleDemand,
        min_score=SCORES,
        min_providers=st.none() | st.integers(1, 1 if role == "registrar" else 50),
        independent_by=lists(st.sampled_from(["provider", "parent", "asn", "tld", "jurisdiction"]), least=1),
        allow=allowed,
        min_days_left=st.none() | st.integers(0, 3650) if role in ("ca", "registrar") else st.none(),
        max_hours_down=HOURS,
        unknown=MODES,
        severity=SEVERITIES,
    )


GATES = st.lists(
    st.tuples(
        st.sampled_from(["parler-2021", "dyn-2016", "zoom-2025"]),
        st.dictionaries(FUNCTIONS, st.integers(0, 9999).map(float), min_size=1, max_size=3),
        MODES,
        SEVERITIES,
    ),
    unique_by=lambda gate: gate[0],
    max_size=3,
).map(lambda rows: tuple(ScenarioGate(*row) for row in rows))
SOUND_POLICIES = st.builds(
    Policy,
    extends=lists(st.sampled_from(sorted(RULES.presets))),
    unknown=MODES,
    notice_hours=HOURS,
    min_score=SCORES,
    roles=st.fixed_dictionaries({}, optional={role: role_demands(role) for role in ("dns", "ca", "registrar")}),
    functions=st.dictionaries(
        FUNCTIONS, st.builds(FunctionDemand, min_score=SCORES, max_hours_down=HOURS, unknown=MODES, severity=SEVERITIES)
    ),
    providers=REFUSALS,
    parents=st.builds(
        ParentDemand, deny=REFUSALS, max_share=st.none() | st.floats(0.01, 1), unknown=MODES, severity=SEVERITIES
    ),
    jurisdictions=st.builds(
        JurisdictionDemand,
        deny=lists(st.sampled_from(["RU", "US"])).map(lambda codes: tuple(map(Refusal, codes))),
        allow=lists(st.sampled_from(["NO", "DE", "XK"])),
        known=st.booleans(),
        unknown=MODES,
        severity=SEVERITIES,
    ),
    scenarios=GATES,
)


@settings(max_examples=200)
@given(SOUND_POLICIES)
def test_every_sound_policy_is_read_as_it_was_written(tmp_path_factory, policy):
    written = msgspec.to_builtins(policy)
    for gate in written.get("scenarios", ()):
        gate |= {function: f"<= {hours:g}h" for function, hours in gate.pop("limits").items()}
    document = json.dumps({"version": 1, "policy": written})  # JSON is YAML too
    path = tmp_path_factory.getbasetemp() / "sound.yaml"
    path.write_text(document)
    loaded = site_file.load(path, None, WORLD)

    assert loaded.content.policy == policy
    published = json.loads(schemas.path("site").read_text())
    jsonschema.Draft7Validator(published).validate(json.loads(document))
    found = demanded(loaded, "x.com", RULES.presets)
    assert demanded(loaded, "x.com", {**RULES.presets}) == found
    for key, origin in found.origins.items():
        assert origin == "default" or origin.startswith((f"{path}:", "preset:")), key


# -- exceptions and the clock ---------------------------------------------------------------------------

TODAY = date(2028, 2, 29)


def about(load, expires: str, **keys: str) -> list[str]:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    loaded = load(f"exceptions: [{{{EXCEPTION}, expires: {expires}{more}}}]")
    return [text for _, text in reminders(loaded.content, WORLD, TODAY)]


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2028-02-28", ["exception EX-7 expired on 2028-02-28; alice answers for it"]),
        ("2028-02-29", ["exception EX-7 ends today; alice answers for it"]),
        ("2028-03-01", ["exception EX-7 ends in 1 day, on 2028-03-01; alice answers for it"]),
        ("2028-03-30", ["exception EX-7 ends in 30 days, on 2028-03-30; alice answers for it"]),
        ("2028-03-31", []),
        ("9999-12-31", []),
        ("2027-02-29", ["exception EX-7 counts as expired: '2027-02-29' is no day (YYYY-MM-DD)"]),
        ("31.03.2028", ["exception EX-7 counts as expired: '31.03.2028' is no day (YYYY-MM-DD)"]),
        ("2028-3-31", ["exception EX-7 counts as expired: '2028-3-31' is no day (YYYY-MM-DD)"]),
        ("20280331", ["exception EX-7 counts as expired: '20280331' is no day (YYYY-MM-DD)"]),
        ("2028-03-31T00:00:00Z", ["exception EX-7 counts as expired: '2028-03-31T00:00:00Z' is no day (YYYY-MM-DD)"]),
        ("Never", ["exception EX-7 counts as expired: 'Never' is no day (YYYY-MM-DD)"]),
        ("no", ["exception EX-7 counts as expired: 'no' is no day (YYYY-MM-DD)"]),
        ("'2028-03-31 '", ["exception EX-7 counts as expired: '2028-03-31 ' is no day (YYYY-MM-DD)"]),
    ],
)  # fmt: skip
def test_an_exception_ends_with_its_day_and_at_once_if_that_is_none(load, expires, said):
    assert about(load, expires) == said


def test_what_never_ends_is_looked_at_again(load):
    assert about(load, "never", review="2028-02-29") == []
    assert about(load, "never", review="2028-02-28") == [
        "exception EX-7 never ends and was to be reviewed by 2028-02-28; alice answers for it"
    ]
    assert about(load, "never", review="soon") == [
        "exception EX-7 never ends, and 'soon' is no day (YYYY-MM-DD) on which to review it"
    ]


@given(st.dates(), st.text(max_size=12))
def test_a_day_is_a_day_and_nothing_else_is(day, text):
    assert policy_file.day(day.isoformat()) == day
    found = policy_file.day(text)
    assert found is None or found.isoformat() == text


def test_names_that_mean_nothing_here_are_told(load):
    text = """\
policy: {providers: [{id: example-host}, {id: aws}], roles: {ca: {allow: [my-own-ca]}}}
sites: [{domain: shop.example.com}]
targets: [{match: ['*.example.net']}]
exceptions:
  - {id: A, rule: dns.*, target: shop.example.com, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: B, rule: dns.*, target: a.example.net, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: C, rule: dns.*, target: shop.example.org, reason: long enough, owner: x, expires: 9999-01-01}
  - {id: D, rule: dns.*, target: '*.example.com', reason: long enough, owner: x, expires: 9999-01-01}
"""
    loaded = load(text)

    assert [(loaded.place(where), text) for where, text in reminders(loaded.content, WORLD, TODAY)] == [
        ("hostaudit.yaml:2:75", "my-own-ca is not in the catalogue, so that no report will name it"),
        ("hostaudit.yaml:2:22", "example-host is not in the catalogue, so that no report will name it"),
        ("hostaudit.yaml:8:26", "exception C: no site and no target of this file is called shop.example.org"),
    ]


# -- layers ---------------------------------------------------------------------------------------------


def test_what_nobody_says_is_default(effective):
    found = effective("policy: {}")

    assert found.policy == Policy(unknown="inconclusive", notice_hours=0.0)
    assert found.origins == {"unknown": "default", "notice_hours": "default"}
    assert (found.source, found.line, found.stated, found.exceptions) == ("hostaudit.yaml", 2, True, ())


def test_a_file_that_only_declares_demands_nothing(effective):
    assert not effective("sites: [{domain: shop.example.com}]").stated
    assert not effective("targets: [{match: [shop.example.com], labels: {a: b}}]").stated
    assert not effective("targets: [{match: [a.example], policy: {}}]").stated
    assert effective("targets: [{match: [shop.example.com], policy: {}}]").stated


LAYERS = """\
policy:
  extends: [baseline, resilient]
  min_score: 33
  roles:
    dns: {min_providers: 3}
  providers: [{id: epik}, {id: aws}]
targets:
  - match: ["*.example.com"]
    policy:
      extends: [regulated]
      min_score: null
      roles: {dns: {independent_by: [parent]}}
      providers: []
"""


def test_later_goes_before_earlier_and_every_value_knows_where_it_stands(effective):
    outside = effective(LAYERS, "example.com")
    inside = effective(LAYERS)

    assert outside.policy.min_score == 33.0
    assert outside.policy.roles["dns"] == RoleDemand(
        min_providers=3, independent_by=("parent", "asn"), max_hours_down=24.0, severity="high"
    )
    assert outside.origins["min_score"] == "hostaudit.yaml:4"
    assert outside.origins["roles.dns.min_providers"] == "hostaudit.yaml:6"
    assert outside.origins["roles.dns.independent_by"] == "preset:resilient"
    assert outside.origins["roles.registrar.min_days_left"] == "preset:resilient"
    assert (outside.line, outside.matched, outside.extends) == (2, "", ("baseline", "resilient"))

    assert inside.policy.min_score is None
    assert inside.policy.unknown == "fail"
    assert inside.policy.providers == ()
    assert inside.policy.roles["dns"].min_providers == 2
    assert inside.policy.roles["dns"].independent_by == ("parent",)
    assert inside.policy.parents.max_share == 0.5
    assert inside.policy.jurisdictions.known
    assert inside.origins["min_score"] == "hostaudit.yaml:12"
    assert inside.origins["providers"] == "hostaudit.yaml:14"
    assert inside.origins["roles.dns.min_providers"] == "preset:regulated"
    assert (inside.line, inside.matched) == (9, "*.example.com")


def test_what_counts_as_two_is_told_where_two_are_demanded(effective):
    found = effective("policy: {roles: {dns: {min_providers: 2}, mail: {severity: low}}}")

    assert found.origins["roles.dns.independent_by"] == "default"
    assert "roles.mail.independent_by" not in found.origins


def test_an_empty_unknown_is_the_usual_one(effective):
    found = effective("policy: {unknown: null, notice_hours: null}")

    assert (found.policy.unknown, found.policy.notice_hours) == ("inconclusive", 0.0)


@pytest.mark.parametrize(
    ("domain", "matched"),
    [
        ("shop.example.com", "shop.example.com"),
        ("a.shop.example.com", "*.shop.example.com"),
        ("b.a.shop.example.com", "*.shop.example.com"),
        ("other.example.com", "*.example.com"),
        ("example.com", ""),
        ("notexample.com", ""),
        ("shop.example.com.evil.example", ""),
    ],
)
def test_the_pattern_that_says_most_chooses_the_target(effective, domain, matched):
    text = "targets:\n" + "".join(
        f"  - {{match: ['{each}'], policy: {{}}}}\n"
        for each in ("*.example.com", "*.shop.example.com", "shop.example.com")
    )

    assert effective(text, domain).matched == matched


def test_exceptions_are_for_whom_they_name(effective):
    one = "reason: long enough, owner: x, expires: 2027-01-01"
    text = f"""\
exceptions:
  - {{id: A, rule: dns.*, target: shop.example.com, {one}}}
  - {{id: B, rule: dns.*, target: example.com, {one}}}
  - {{id: C, rule: dns.*, target: '*.example.com', {one}}}
"""
    found = effective(text)

    assert [each.id for each in found.exceptions] == ["A", "C"]
    assert not found.stated
    assert found.exceptions[0] == Exemption("A", "dns.*", "shop.example.com", "long enough", "x", "2027-01-01")


def test_what_the_file_itself_says_is_a_part_of_it(effective):
    found = effective.own(effective(LAYERS))

    assert set(found.origins.values()) <= {f"hostaudit.yaml:{line}" for line in range(20)}
    assert found.policy == Policy(roles={"dns": RoleDemand(independent_by=("parent",))})


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["min_score", "notice_hours", "unknown", "extends"]),
            st.integers(0, 3),
            max_size=4,
        ),
        min_size=2,
        max_size=2,
    )
)
def test_any_two_layers_give_what_the_last_one_said(tmp_path_factory, layers):
    words = {"unknown": ["warn", "fail", "inconclusive", "null"], "extends": ["[baseline]", "[resilient]", "[]", "[]"]}

    def written(layer: dict[str, int]) -> str:
        return ", ".join(f"{key}: {words[key][n] if key in words else n}" for key, n in layer.items())

    path = tmp_path_factory.getbasetemp() / "layers.yaml"
    of_file, of_target = map(written, layers)
    target = f"targets: [{{match: [a.example], policy: {{{of_target}}}}}]"
    path.write_text(f"version: 1\npolicy: {{{of_file}}}\n{target}\n")
    found = effective.effective(site_file.load(path, None, WORLD), "a.example", RULES.presets)

    for key in ("min_score", "notice_hours"):
        if key in layers[1]:
            assert getattr(found.policy, key) == layers[1][key]
        elif key in layers[0] and layers[1].get("extends", 3) > 1:
            assert getattr(found.policy, key) == layers[0][key]
    kinds = {"default", "preset:baseline", "preset:resilient", f"{path}:2", f"{path}:3"}
    assert set(found.origins.values()) <= kinds


# -- presets --------------------------------------------------------------------------------------------


def test_there_are_three_presets_and_each_is_stricter_than_the_last():
    baseline, resilient, regulated = (RULES.presets[name].policy for name in ("baseline", "resilient", "regulated"))

    assert set(RULES.presets) == {"baseline", "resilient", "regulated"}
    for one, next_ in ((baseline, resilient), (resilient, regulated)):
        assert (one.min_score or 0) < (next_.min_score or 0)
        assert one.roles["registrar"].min_days_left < next_.roles["registrar"].min_days_left
        assert set(one.roles) <= set(next_.roles)
    assert resilient.roles["dns"].min_providers == 2
    assert regulated.unknown == "fail"
    assert regulated.jurisdictions.known


@pytest.mark.parametrize("name", sorted(RULES.presets))
def test_a_preset_says_nothing_that_a_file_might_not_say(load, name):
    text = (ROOT / "rules" / "presets" / f"{name}.yaml").read_text()
    body = text[text.index("policy:") :]

    assert load(body).content.policy == RULES.presets[name].policy


def test_the_version_of_the_rules_covers_the_presets(tmp_path):
    import shutil

    folder = shutil.copytree(ROOT / "rules", tmp_path / "rules")
    before = rules.load(folder)
    preset = folder / "presets" / "baseline.yaml"
    preset.write_text(preset.read_text().replace("min_score: 10", "min_score: 11"))
    after = rules.load(folder)

    assert before.version != after.version
    assert after.presets["baseline"].policy.min_score == 11.0
    preset.write_text("title: x\npolicy: {extends: [resilient]}\n")
    with pytest.raises(UsageError, match=r"baseline.yaml:2:10: a preset stands for itself"):
        rules.load(folder)
    preset.write_text("title: x\npolicy: {roles: {dns: {min_days_left: 1}}}\n")
    with pytest.raises(UsageError, match=r"baseline.yaml:2:24: min_days_left means nothing for dns"):
        rules.load(folder)
    preset.write_text("title: x\npolicy: {min_score: 111}\n")
    with pytest.raises(UsageError, match=r"rules/presets/baseline.yaml:2:21: min_score: '111' is not a score"):
        rules.load(folder)


# -- for editors ----------------------------------------------------------------------------------------


class Plain(yaml.SafeLoader):
    """Reads as editors do, which take no text for a day."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in each if tag != "tag:yaml.org,2002:timestamp"]
    for first, each in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def validate(text: str) -> None:
    published = json.loads(schemas.path("site").read_text())
    document = yaml.load(f"version: 1\n{text}", Plain)
    jsonschema.Draft7Validator(published, format_checker=jsonschema.FormatChecker()).validate(document)


def test_an_editor_takes_what_is_read():
    validate(WHOLE)
    validate(LAYERS)
    validate("policy: {}")
    for name in RULES.presets:
        text = (ROOT / "rules" / "presets" / f"{name}.yaml").read_text()
        validate(text[text.index("policy:") :])


@pytest.mark.parametrize(
    "text",
    [
        "policy: {min_score: 101}",
        "policy: {unknown: ignore}",
        "policy: {roles: {dsn: {}}}",
        "policy: {roles: {dns: {min_providers: 0}}}",
        "policy: {roles: {dns: {independent_by: []}}}",
        "policy: {roles: {dns: {deny: [A B]}}}",
        "policy: {parents: {max_share: 60}}",
        "policy: {jurisdictions: {allow: [NO]}}",
        "policy: {jurisdictions: {allow: [deu]}}",
        "policy: {scenarios: [{scenario: dyn-2016}]}",
        "policy: {scenarios: [{scenario: dyn-2016, web: 4h}]}",
        "policy: {scenarios: [{scenario: dyn-2016, 'web:a.example': 4}]}",
        "targets: [{match: []}]",
        "targets: [{match: [a.example], labels: {A: b}}]",
        f"exceptions: [{{{EXCEPTION}}}]",
        f"exceptions: [{{{EXCEPTION}, expires: 31.12.2027}}]",
        f"exceptions: [{{{EXCEPTION}, expires: 2027-01-01, fingerprint: x}}]",
        "",
    ],
)
def test_an_editor_sees_most_of_what_is_refused(text):
    with pytest.raises(jsonschema.ValidationError):
        validate(text)


def test_a_later_key_is_no_error_in_an_old_editor():
    validate("policy: {planets: [mars], roles: {dns: {moons: 2}}}\nstars: []")


def test_the_effective_policy_is_what_its_schema_says(effective):
    published = json.loads(schemas.path("policy").read_text())
    found = effective(WHOLE)

    jsonschema.Draft202012Validator(published).validate(json.loads(msgspec.json.encode(found)))
    assert msgspec.json.decode(msgspec.json.encode(found), type=EffectivePolicy) == found
    assert TODAY + timedelta(days=1) == date(2028, 3, 1)
