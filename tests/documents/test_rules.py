"""The strict loader: every trap of YAML is refused with file, line and what to write instead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.messages import by_line

from hostaudit.documents import rules, rules_cache, strict_yaml
from hostaudit.errors import Exit, LineError, UsageError

GOOD = """\
id: sample-dns
name: Sample DNS
roles: [dns, hosting]
jurisdiction: DE
asns: [64500]
ns: [sample-dns.example]
headers:
  - {name: server, pattern: '^sample$', weak: true}
samples:
  matches: [ns ns1.sample-dns.example]
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "rules"
    (folder / "providers").mkdir(parents=True)
    for name in ("parents.yaml", "recovery.yaml", "roles.yaml", "scoring.yaml", "sources.yaml"):
        shutil.copy(rules.folder() / name, folder / name)
    (folder / "providers" / "sample-dns.yaml").write_text(GOOD)
    return folder


def write(directory: Path, text: str) -> Path:
    file = directory / "providers" / "sample-dns.yaml"
    file.write_text(text)
    return file


def refused(directory: Path, text: str) -> str:
    write(directory, text)
    with pytest.raises(UsageError) as caught:
        rules.load(directory)
    assert caught.value.exit_code is Exit.USAGE
    return by_line(caught.value.message)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_is_read_into_the_model(directory: Path):
    loaded = rules.load(directory)
    (provider,) = loaded.providers
    assert provider.id == "sample-dns"
    assert provider.asns == (64500,)
    assert provider.jurisdiction == "DE"
    assert provider.headers[0].weak
    assert not provider.parent
    assert loaded.recovery["hosting"].high >= loaded.recovery["hosting"].usual >= 24
    assert max(loaded.scoring.weights, key=loaded.scoring.weights.__getitem__) == "web"
    assert len(loaded.version) == 12


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("asns: [64500]", "asn: [64500]", 5, "unknown key 'asn'; did you mean 'asns'?"),
        ("asns: [64500]", "zzz: [64500]", 5, "unknown key 'zzz'; valid keys are account,"),
        ("weak: true", "week: true", 8, "unknown key 'week' in headers; did you mean 'weak'?"),
        ("asns: [64500]", "name: Twice", 5, "the key 'name' stands twice, first in line 2"),
        (
            "jurisdiction: DE",
            "jurisdiction: NO",
            4,
            'unquoted NO is a truth value to some YAML readers; quote it ("NO")',
        ),
        ("name: Sample DNS", "name: on", 2, "unquoted on is a truth value"),
        ("name: Sample DNS", "name: Yes", 2, "unquoted Yes is a truth value"),
        ("name: Sample DNS", "name: true", 2, "unquoted true is a truth value, text is wanted"),
        ("name: Sample DNS", "on: x", 2, "a key: unquoted on is a truth value"),
        ("weak: true", "weak: on", 8, "unquoted on is a truth value to some YAML readers"),
        ("weak: true", "weak: True", 8, "weak must be true or false, not 'True'"),
        ("weak: true", "weak: 'true'", 8, "weak must be true or false"),
        ("name: Sample DNS", "name: 1.10", 2, 'unquoted 1.10 is a number, text is wanted; quote it ("1.10")'),
        ("name: Sample DNS", "name: 22:22", 2, "unquoted 22:22 is a number"),
        ("name: Sample DNS", "name: 0o17", 2, "unquoted 0o17 is a number"),
        ("name: Sample DNS", "name: 2021-01-09", 2, "unquoted 2021-01-09 is a date"),
        ("name: Sample DNS", "name: ~", 2, "unquoted ~ is no value"),
        ("name: Sample DNS", "name:", 2, "unquoted nothing is no value"),
        ("name: Sample DNS", "name: [a]", 2, "name must be a single value"),
        ("asns: [64500]", "asns: 64500", 5, "asns must be a list"),
        ("asns: [64500]", "asns: ['64500']", 5, "asns must be a whole number, not '64500'"),
        ("asns: [64500]", "asns: [064500]", 5, "asns must be a whole number"),
        ("asns: [64500]", "asns: [64_500]", 5, "asns must be a whole number"),
        ("asns: [64500]", "asns: [64500.0]", 5, "asns must be a whole number"),
        ("asns: [64500]", "asns: [0]", 5, "asns: '0' is not an AS number"),
        ("asns: [64500]", "asns:\n  - 64500\n  - 64501\n  - 64500", 8, "asns: 64500 stands twice"),
        ("asns: [64500]", "ranges: [192.0.2.1/24]", 5, "'192.0.2.1/24' is not an address range in CIDR form"),
        ("asns: [64500]", 'ranges: ["2001:db8::/129"]', 5, "is not an address range in CIDR form"),
        ("asns: [64500]", "ns_patterns: ['ns(1']", 5, "'ns(1' is not a regular expression"),
        ("pattern: '^sample$'", "pattern: '['", 8, "pattern: '[' is not a regular expression"),
        ("name: server", "name: Server", 8, "is not a header name in lower case"),
        ("jurisdiction: DE", "jurisdiction: Germany", 4, "is not a country code"),
        ("jurisdiction: DE", "jurisdiction: de", 4, "is not a country code"),
        ("roles: [dns, hosting]", "roles: [dns, hostng]", 3, "'hostng' is not a role; did you mean 'hosting'?"),
        ("roles: [dns, hosting]", "roles: [zzz]", 3, "is not a role; roles are registry,"),
        ("roles: [dns, hosting]", "roles: []", 1, "roles must not be empty"),
        ("matches: [ns ns1.sample-dns.example]", "matches: []", 1, "samples must not be empty"),
        ("matches: [ns ns1.sample-dns.example]", "matches: [nonsense]", 10, "is not a clue string"),
        ("samples:\n  matches: [ns ns1.sample-dns.example]\n", "", 1, "the file lacks the key 'samples'"),
        ("ns: [sample-dns.example]", "ns: [.sample-dns.example]", 6, "is not a host name in lower case"),
        ("ns: [sample-dns.example]", "ns: [Sample-dns.example]", 6, "is not a host name in lower case"),
        ("ns: [sample-dns.example]", "ns: [example]", 6, "is not a host name in lower case with at least two labels"),
        ("ns: [sample-dns.example]", "tlds: [.de]", 6, "is not a top-level domain"),
        ("ns: [sample-dns.example]", "registrar_ids: ['01']", 6, "is not an IANA registrar id"),
        ("id: sample-dns", "id: Sample_DNS", 1, "is not an id in kebab-case"),
        ("id: sample-dns", "id: other", 1, "the id 'other' and the file name 'sample-dns.yaml' must agree"),
        ("jurisdiction: DE", "parent: zzzz", 4, "unknown parent 'zzzz'; add it to rules/parents.yaml"),
        ("jurisdiction: DE", "parent: amazn", 4, "unknown parent 'amazn'; did you mean 'amazon'?"),
        ("asns: [64500]", "asns: &a [64500]", 5, "the anchor &a is not allowed"),
        ("asns: [64500]", "asns: *a", 5, "the alias *a is not allowed"),
        ("name: Sample DNS", "name: !!str Sample", 2, "the tag tag:yaml.org,2002:str is not allowed"),
        ("asns: [64500]", "asns: [64500", 6, "not readable as YAML"),
        ("asns: [64500]", "---\nx: 1", 6, "a second document begins here"),
        ("asns: [64500]", "? [a]\n: 1", 5, "a key must be a single value"),
    ],
)
def test_each_trap_is_refused_with_file_and_line(directory: Path, old: str, new: str, line: int, said: str):
    message = refused(directory, changed(old, new))
    assert message.startswith(f"rules/providers/sample-dns.yaml:{line}: ")
    assert said in message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("jurisdiction: DE", "account: sample-dns", 4, "account names the provider itself"),
        ("jurisdiction: DE", "account: sample-cdm", 4, "unknown provider 'sample-cdm'; did you mean 'sample-cdn'?"),
        ("jurisdiction: DE", "account: zzzz", 4, "unknown provider 'zzzz'; add its file to rules/providers"),
        ("jurisdiction: DE", "account: Sample", 4, "is not an id in kebab-case"),
        (
            "jurisdiction: DE",
            "usual: [cdn]",
            4,
            "usual: 'cdn' is none of its roles; roles of sample-dns are dns, hosting",
        ),
        ("jurisdiction: DE", "usual:\n  - dns\n  - zzz", 6, "usual: 'zzz' is not a role"),
        (
            "jurisdiction: DE",
            "regions: ['a\\.example']",
            4,
            "must have exactly one group, which is the region, and has 0",
        ),
        ("jurisdiction: DE", "regions: ['(a)(b)']", 4, "must have exactly one group, which is the region, and has 2"),
        ("jurisdiction: DE", "regions: ['(a']", 4, "is not a regular expression"),
        ("jurisdiction: DE", "depends_on:\n  - on: sample-cdn", 5, "a key: unquoted on is a truth value"),
        ("jurisdiction: DE", "depends_on:\n  - source: x", 5, "depends_on lacks the key 'on'"),
        ("jurisdiction: DE", "depends_on:\n  - 'on': sample-cdn", 5, "depends_on lacks the key 'source'"),
        (
            "jurisdiction: DE",
            "depends_on:\n  - source: x\n    'on': sample-cdm",
            6,
            "depends_on: unknown provider 'sample-cdm'; did you mean 'sample-cdn'?",
        ),
        ("jurisdiction: DE", "depends_on:\n  - {'on': zzzz, source: x}", 5, "'zzzz'; add its file to rules/providers"),
        (
            "jurisdiction: DE",
            "depends_on:\n  - {'on': sample-dns, source: x}",
            5,
            "depends_on goes round in a circle: sample-dns on sample-dns",
        ),
        (
            "jurisdiction: DE",
            "depends_on:\n  - {'on': sample-cdn, source: a}\n  - {'on': sample-cdn, source: b}",
            6,
            "depends_on: 'sample-cdn' stands twice",
        ),
    ],
)
def test_what_is_said_of_other_providers_is_checked(directory: Path, old: str, new: str, line: int, said: str):
    add(directory, "sample-cdn", "ns: [sample-cdn.example]")
    message = refused(directory, changed(old, new))
    assert message.startswith(f"rules/providers/sample-dns.yaml:{line}: ")
    assert said in message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("gov-zon", "sources: unknown label 'gov-zon'; did you mean 'gov-zone'?"),
        ("zzzzzzzzz", "sources: unknown label 'zzzzzzzzz'; explain it in rules/sources.yaml"),
    ],
)
def test_a_source_of_one_word_is_explained_once(directory: Path, source: str, said: str):
    message = refused(
        directory, changed("jurisdiction: DE", f"sources:\n  networks: [asn-table]\n  names:\n    - {source}")
    )
    assert message == f"rules/providers/sample-dns.yaml:7: {said}"


def test_a_source_may_be_a_label_an_address_or_words(directory: Path):
    names = '[psl, www.example.com/dns, "https://example.com/", documentation of the provider]'
    write(directory, changed("jurisdiction: DE", f"sources: {{names: {names}}}"))
    read = rules.load(directory)
    assert read.providers[0].sources.names[0] == "psl"
    assert read.sources["psl"].address == "https://github.com/publicsuffix/list"


def add(directory: Path, identity: str, *lines: str) -> None:
    text = [f"id: {identity}", f"name: {identity}", "roles: [dns]", *lines]
    samples = f"samples: {{matches: [ns ns1.{identity}.example]}}"
    (directory / "providers" / f"{identity}.yaml").write_text("\n".join([*text, samples, ""]))


def depending(directory: Path, identity: str, *upstreams: str) -> None:
    entries = [f"  - {{'on': {upstream}, source: x}}" for upstream in upstreams]
    add(directory, identity, f"ns: [{identity}.example]", *(["depends_on:", *entries] if entries else []))


def test_upstreams_of_several_stages_and_with_a_common_end_are_no_circle(directory: Path):
    depending(directory, "shop", "platform", "edge")
    depending(directory, "platform", "cloud")
    depending(directory, "edge", "cloud")
    depending(directory, "cloud")
    shop = next(provider for provider in rules.load(directory).providers if provider.id == "shop")
    assert [upstream.on for upstream in shop.depends_on] == ["platform", "edge"]


def test_a_circle_of_upstreams_is_refused_with_the_way_around(directory: Path):
    depending(directory, "alpha", "beta")
    depending(directory, "beta", "gamma")
    depending(directory, "gamma", "alpha")
    with pytest.raises(UsageError, match=r"alpha\.yaml:6:6: .* alpha on beta on gamma on alpha") as caught:
        rules.load(directory)
    assert caught.value.hint


def test_an_account_within_an_account_is_refused(directory: Path):
    add(directory, "bucket", "ns: [bucket.example]", "account: platform")
    add(directory, "platform", "ns: [platform.example]", "account: cloud")
    add(directory, "cloud", "ns: [cloud.example]")
    with pytest.raises(UsageError, match=r"bucket\.yaml:5:1: .*sold under cloud; write account: cloud"):
        rules.load(directory)


def test_only_a_provider_without_any_clue_may_go_without_samples(directory: Path):
    bare = "id: sample-dns\nname: Sample DNS\nroles: [{}]\nsamples: {{matches: []}}\n"
    write(directory, bare.format("dns"))
    assert rules.load(directory).providers[0].samples.matches == ()
    assert "samples must not be empty" in refused(directory, bare.format("app_store"))
    clue = bare.format("dns") + "regions: ['([a-z]+)\\.sample\\.example']\n"
    assert "samples must not be empty" in refused(directory, clue)


def test_a_quoted_country_code_of_norway_is_text(directory: Path):
    write(directory, changed("jurisdiction: DE", 'jurisdiction: "NO"'))
    assert rules.load(directory).providers[0].jurisdiction == "NO"


def test_no_jurisdiction_may_be_said_outright(directory: Path):
    write(directory, changed("jurisdiction: DE", "jurisdiction: null"))
    assert rules.load(directory).providers[0].jurisdiction is None


@pytest.mark.parametrize("text", ["", "# only a remark\n"])
def test_an_empty_file_is_refused(directory: Path, text: str):
    assert refused(directory, text) == "rules/providers/sample-dns.yaml:1: the file is empty"


@pytest.mark.parametrize("text", ["- a\n", "text\n"])
def test_a_file_that_is_no_mapping_is_refused(directory: Path, text: str):
    assert "the file must be a mapping of keys to values" in refused(directory, text)


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack(directory: Path):
    assert "nested more than 32 levels deep" in refused(directory, "id: " + "[" * 400_000)


def test_a_file_beyond_the_size_cap_is_refused_unread(directory: Path):
    assert "at most 1048576 are read" in refused(directory, GOOD + "#" * strict_yaml.MAX_BYTES)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(directory: Path):
    (directory / "providers" / "sample-dns.yaml").write_bytes(b"id: sample-dns\nname: \xff\n")
    with pytest.raises(UsageError, match=r"sample-dns\.yaml:2:7: the file is not UTF-8"):
        rules.load(directory)


def test_a_provider_file_with_another_ending_is_refused(directory: Path):
    (directory / "providers" / "more.yml").write_text(GOOD)
    with pytest.raises(UsageError, match=r"more\.yml: provider files end in \.yaml"):
        rules.load(directory)


def test_a_missing_folder_is_a_usage_error_and_no_crash(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be read"):
        rules.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hostng: {low: 1, usual: 2, high: 3, why: x, source: s}\n", "did you mean 'hosting'?"),
        ("dns: {low: 5, usual: 2, high: 3, why: x, source: s}\n", "low, usual and high must rise from 0"),
        ("dns: {low: -1, usual: 2, high: 3, why: x, source: s}\n", "low, usual and high must rise from 0"),
        ("dns: {low: 0.1, usual: 2, high: many, why: x, source: s}\n", "high must be a number, not 'many'"),
        ("dns: {low: .nan, usual: 2, high: 3, why: x, source: s}\n", "low must be a number"),
        (
            "dns: {low: 0, usual: 2, high: 3, why: x, source: s, famous: true}\n",
            "cases is the number of recorded cases",
        ),
        ("dns: {low: 0, usual: 2, high: 3, why: x, source: s, cases: -1}\n", "cases is the number of recorded cases"),
    ],
)
def test_recovery_hours_are_checked(directory: Path, text: str, said: str):
    (directory / "recovery.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        rules.load(directory)
    assert by_line(caught.value.message).startswith("rules/recovery.yaml:1: ")
    assert said in caught.value.message


def test_the_python_parser_reads_what_the_c_parser_reads(directory: Path, monkeypatch: pytest.MonkeyPatch):
    import yaml

    source = rules.Source("rules/providers/sample-dns.yaml", GOOD.encode())
    fast = rules.compose(source)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert rules.compose(source) == fast


# -- the compiled copy ----------------------------------------------------------------------------


def compiled(directory: Path) -> list[Path]:
    return sorted((directory.parent / "cache" / "hostaudit").glob("*"))


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    original = rules.parse

    def parse(sources, version):
        calls.append(version)
        return original(sources, version)

    monkeypatch.setattr(rules, "parse", parse)
    return calls


def test_a_second_load_reads_the_compiled_copy_and_gives_the_same(directory: Path, monkeypatch: pytest.MonkeyPatch):
    calls = counted(monkeypatch)
    first = rules.load(directory)
    assert rules.load(directory) == first
    assert len(calls) == 1
    assert len(compiled(directory)) == 1


def test_a_warm_load_does_not_import_yaml(directory: Path, monkeypatch: pytest.MonkeyPatch):
    rules.load(directory)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert rules.load(directory).providers[0].id == "sample-dns"


def test_a_changed_file_is_never_answered_from_the_cache(directory: Path):
    before = rules.load(directory)
    file = write(directory, changed("jurisdiction: DE", "jurisdiction: FR"))
    os.utime(file, (0, 0))
    after = rules.load(directory)
    assert after.providers[0].jurisdiction == "FR"
    assert after.version != before.version


def test_another_tool_version_reads_the_files_again(directory: Path, monkeypatch: pytest.MonkeyPatch):
    rules.load(directory)
    calls = counted(monkeypatch)
    monkeypatch.setattr(rules_cache, "__version__", "99.0")
    rules.load(directory)
    assert len(calls) == 1


@pytest.mark.parametrize("module", rules_cache.DECIDING)
def test_another_source_of_a_deciding_module_has_another_cache_file(module: str, monkeypatch: pytest.MonkeyPatch):
    source = rules_cache._source
    before = rules_cache.place(b"x")
    monkeypatch.setattr(rules_cache, "_source", lambda each: b"" if each == module else source(each))
    assert rules_cache.place(b"x") != before


def test_a_deciding_module_that_was_moved_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules_cache, "DECIDING", ("hostaudit.documents.moved",))
    with pytest.raises(ModuleNotFoundError, match=r"hostaudit\.documents\.moved decides on the rules"):
        rules_cache.place(b"x")


@pytest.mark.parametrize("damage", [slice(0, -1), slice(0, 0), slice(1, None)])
def test_a_torn_copy_is_ignored_and_replaced(directory: Path, damage: slice):
    good = rules.load(directory)
    (file,) = compiled(directory)
    content = file.read_bytes()
    file.write_bytes(content[damage])
    assert rules.load(directory) == good
    assert compiled(directory)[0].read_bytes() == content


def test_a_copy_with_one_bit_turned_is_ignored(directory: Path):
    good = rules.load(directory)
    (file,) = compiled(directory)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert rules.load(directory) == good


def test_a_copy_of_another_user_is_ignored(directory: Path, monkeypatch: pytest.MonkeyPatch):
    rules.load(directory)
    calls = counted(monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000, raising=False)
    rules.load(directory)
    assert len(calls) == 1


def test_an_unwritable_cache_is_no_obstacle(directory: Path, monkeypatch: pytest.MonkeyPatch):
    blocked = directory.parent / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert rules.load(directory).providers


def test_no_home_directory_is_no_obstacle(directory: Path, monkeypatch: pytest.MonkeyPatch):
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setattr(Path, "home", homeless)
    assert rules.load(directory).providers


def test_a_failed_write_leaves_no_litter(directory: Path, monkeypatch: pytest.MonkeyPatch):
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert rules.load(directory).providers
    assert compiled(directory) == []


def test_only_the_newest_copies_stay(directory: Path):
    for number in range(rules_cache.KEPT + 2):
        write(directory, changed("64500", str(64500 + number)))
        rules.load(directory)
        for age, file in enumerate(compiled(directory)):
            os.utime(file, (1_000_000 + age, 1_000_000 + age))
    assert len(compiled(directory)) == rules_cache.KEPT
    calls_for_newest = rules.load(directory)
    assert calls_for_newest.providers[0].asns == (64500 + rules_cache.KEPT + 1,)


def test_the_installed_copy_is_used_where_there_is_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "site-packages" / "hostaudit"
    package.mkdir(parents=True)
    (tmp_path / "site-packages" / "rules" / "providers").mkdir(parents=True)
    monkeypatch.setattr("hostaudit.__file__", str(package / "__init__.py"))
    assert rules.folder() == package / "_rules"


NO_PART = {"", "datasets", "documents", "documents.rules_cache", "errors", "files", "model", "model.words"}
NO_PART |= {f"model.{document}" for document in ("evidence", "report", "site", "values")}
"""Modules that reading the rules loads and that do not decide what they say."""


def test_what_decides_on_the_meaning_of_the_rules_is_part_of_their_key():
    source = (
        "import sys; from hostaudit.documents import rules; rules.parse(rules.read(rules.folder()), '');"
        "print(*(name for name in sys.modules if name.partition('.')[0] == 'hostaudit'))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split()) - {f"hostaudit.{name}".rstrip(".") for name in NO_PART}
    assert loaded == set(rules_cache.DECIDING)


def test_all_faults_of_all_files_are_told_at_once(directory: Path):
    write(directory, changed("roles:", "rolse:") + "jurisdiction: Germany\n")
    (directory / "recovery.yaml").write_text("hosting: {low: 1}\nnobody: {low: 1, usual: 2, high: 3, source: x}\n")
    with pytest.raises(LineError) as caught:
        rules.load(directory)
    files = [each.file for each in caught.value.all]

    assert {"rules/providers/sample-dns.yaml", "rules/recovery.yaml"} <= set(files)
    assert len(files) > len(set(files))
    assert all(each.text for each in caught.value.all)
