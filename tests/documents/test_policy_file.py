"""The policy part of hostaudit.yaml: what is demanded arrives as it is meant, and what cannot be meant is refused with
its place."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
import yaml
from helpers import ROOT
from helpers.messages import by_line
from helpers.policy_files import EXCEPTION, LAYERS, RULES, WHOLE, WORLD
from hypothesis import given, settings
from hypothesis import strategies as st

from hostaudit.documents import rules, schemas, site_file
from hostaudit.errors import Exit, UsageError
from hostaudit.model.policy import (
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


@pytest.fixture
def refused(load):
    def message(text: str) -> str:
        with pytest.raises(UsageError) as caught:
            load(text)
        assert caught.value.exit_code is Exit.USAGE
        assert caught.value.hint
        return caught.value.message

    return message


# -- good files -----------------------------------------------------------------------------------------


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
    "no limit": ("scenarios: [{scenario: dyn-2016}]", "dyn-2016: no limit is given; add a function"),
    "bare limit": ("scenarios: [{scenario: dyn-2016, web: 4}]", "web: '4' is not a limit; write the longest outage"),
    "limit of years": ("scenarios: [{scenario: dyn-2016, web: <= 4y}]", "web: '<= 4y' is not a limit"),
    "at least": ("scenarios: [{scenario: dyn-2016, web: '>= 4h'}]", "web: '>= 4h' is not a limit"),
    "limit as a list": ("scenarios: [{scenario: dyn-2016, web: [4]}]", "web: a list or mapping is not a limit"),
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
    "nothing demanded": ("policy:", "2:1: policy is empty; add a rule, or write policy: {} for the defaults"),
    "nothing demanded of a target": ("targets: [{match: [a.example.com], policy: }]", "2:36: policy is empty"),
    "no pattern": ("targets: [{match: []}]", "match names no site"),
    "no match": ("targets: [{labels: {a: b}}]", "targets lacks the key 'match'"),
    "every site": ("targets: [{match: ['*']}]", "'*' means every site; put what holds for every site under policy"),
    "an inner asterisk": ("targets: [{match: ['shop.*.example.com']}]", "has an asterisk elsewhere than in a leading"),
    "two asterisks": ("targets: [{match: ['*.*.example.com']}]", "has an asterisk elsewhere"),
    "glued asterisk": ("targets: [{match: ['*shop.example.com']}]", "has an asterisk elsewhere"),
    "a URL": ("targets: [{match: ['https://a.example.com/']}]", "is a URL or has a port"),
    "an address": ("targets: [{match: [192.0.2.1]}]", "is an IP address"),
    "control characters": ('targets: [{match: ["a\\e[2J.example"]}]', "contains control characters"),
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
        ("web:.min_score", "has no host name"),
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


# -- presets --------------------------------------------------------------------------------------------


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
