"""Prometheus: read by the parser of its own client library, and by promtool where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from helpers.sample_judged import EXCEPTION, FAILED, KNOWN, OPEN, PASSED, WARNED, WAYS, everything, judged
from msgspec import structs

from hostaudit.cli.output import EXIT_OF
from hostaudit.model.report import FailureDomain, FunctionImpact, Hours, SinglePoint
from hostaudit.report import Style, load
from hostaudit.report.formats.prom import METRICS


def text(report) -> str:
    return load("prom").render(report, Style())


def samples(report) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    parser = pytest.importorskip("prometheus_client.parser")
    found: dict = {}
    for family in parser.text_string_to_metric_families(text(report)):
        assert family.type == "gauge"
        assert family.documentation == METRICS[family.name][0]
        for each in family.samples:
            assert each.timestamp is None
            assert set(each.labels) == set(METRICS[each.name][1])
            key = tuple(each.labels[name] for name in METRICS[each.name][1])
            assert key not in found.setdefault(each.name, {})
            found[each.name][key] = each.value
    return found


@pytest.mark.parametrize("way", WAYS)
def test_the_verdict_and_the_rules_agree_with_the_exit_code(way):
    report = WAYS[way]
    found = samples(report)
    rules = {key[2] for key, value in found.get("hostaudit_policy_result", {}).items() if value == 1}
    told = "fail" if "fail" in rules else "inconclusive" if "unknown" in rules else "pass"

    assert EXIT_OF[told] == EXIT_OF[report.verdict] == found["hostaudit_exit_code"][("captive.com",)]
    assert {key[1]: value for key, value in found["hostaudit_verdict"].items()} == {
        verdict: float(verdict == report.verdict) for verdict in EXIT_OF
    }
    complete = report.verdict != "inconclusive" and "unknown ground" not in way
    assert found["hostaudit_scan_success"][("captive.com",)] == complete
    assert ("hostaudit_last_complete_timestamp_seconds" in found) == complete


def test_every_metric_there_is_can_be_seen_and_all_of_them_are_listed():
    found = samples(everything())

    assert set(found) == set(METRICS)
    assert all(name.startswith("hostaudit_") for name in found)


def test_the_file_ends_with_a_line_feed_and_each_family_stands_together():
    lines = text(everything()).splitlines()

    assert text(everything()).endswith("\n")
    names = [line.split("{")[0] for line in lines if not line.startswith("#")]
    assert list(dict.fromkeys(names)) == [each for n, each in enumerate(names) if n == 0 or names[n - 1] != each]


def test_ok_fail_and_unknown_are_series_of_their_own():
    found = samples(WAYS["inconclusive"])["hostaudit_probe_result"]
    layers = {key[1] for key in found}

    assert layers >= {"dns", "hosting", "app_store"}
    for layer in layers:
        assert sum(found[("captive.com", layer, result)] for result in ("ok", "fail", "unknown")) == 1
    assert found[("captive.com", "dns", "unknown")] == 1
    assert found[("captive.com", "hosting", "ok")] == 1


def test_a_layer_of_which_nothing_works_fails():
    functions = tuple(
        structs.replace(each, legs=tuple(structs.replace(leg, state="failed") for leg in each.legs))
        for each in judged("pass").functions
    )
    found = samples(judged("pass", functions=functions))["hostaudit_probe_result"]

    assert found[("captive.com", "hosting", "fail")] == 1
    assert found[("captive.com", "hosting", "ok")] == 0


def test_results_of_a_rule_are_series_of_their_own():
    found = samples(judged("fail", PASSED, FAILED, OPEN, KNOWN))["hostaudit_policy_result"]

    def holds(rule):
        return {key[2] for key, value in found.items() if key[1] == rule and value == 1}

    assert holds(PASSED.rule) == {"pass"}
    assert holds(FAILED.rule) == {"fail"}
    assert holds(OPEN.rule) == {"unknown"}
    assert holds(KNOWN.rule) == {"excepted"}
    mixed = samples(judged("fail", FAILED, structs.replace(PASSED, rule=FAILED.rule)))["hostaudit_policy_result"]
    assert mixed[("captive.com", FAILED.rule, "pass")] == 0
    warned = samples(judged("pass", WARNED))["hostaudit_policy_result"]
    assert [key[2] for key, value in warned.items() if value == 1] == ["warning"]


def test_times_are_seconds_since_1970():
    found = samples(everything())

    def at(year, month, day, hour=0):
        return datetime(year, month, day, hour, tzinfo=UTC).timestamp()

    assert found["hostaudit_domain_expiry_timestamp_seconds"] == {("captive.com", "captive.com"): at(2022, 5, 1)}
    assert found["hostaudit_cert_not_after_timestamp_seconds"] == {("captive.com", "captive.com"): at(2021, 4, 1)}
    # The last day belongs to the exception, to its end.
    expected = {("captive.com", each, "ca.*", "alice@example.com"): at(2027, 4, 1) for each in ("EX-7", "EX-8")}
    assert found["hostaudit_exception_expiry_timestamp_seconds"] == expected
    assert found["hostaudit_last_complete_timestamp_seconds"] == {("captive.com",): at(2021, 1, 9, 12)}


@pytest.mark.parametrize("expires", ["never", "", "soon", "2021-02-30", "9999-12-31"])
def test_an_exception_without_a_day_has_no_series(expires):
    report = judged("pass", exceptions_applied=(structs.replace(EXCEPTION, expires=expires, days_left=None),))

    assert "hostaudit_exception_expiry_timestamp_seconds" not in samples(report)


def test_holders_of_nothing_but_names_are_no_single_points_here():
    found = samples(everything())["hostaudit_spof"]

    assert ("captive.com", "parent", "amazon") in found
    assert ("captive.com", "parent", "verisign") not in found


def test_labels_that_are_cut_to_the_same_text_make_one_series():
    stops = (FunctionImpact("web", "down", 0.0, Hours(1, 2, 3)),)
    points = tuple(SinglePoint(FailureDomain("parent", f"{'x' * 200}{n}{'x' * 200}"), 1, stops, ()) for n in range(3))

    assert len(samples(judged("pass", spofs=points))["hostaudit_spof"]) == 1


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed; .ci/run has it")
def test_promtool_finds_nothing_to_complain_of():
    done = subprocess.run(["promtool", "check", "metrics"], input=text(everything()), capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
