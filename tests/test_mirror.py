"""A test file lies where its module lies and has its name; who looks for the tests of a module need not search.

``hostaudit/a/b.py`` is tested by ``tests/a/test_b.py``, and what a package's ``__init__`` does, or all of its modules
together, by ``tests/a/test_a.py``.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from helpers import ROOT

PACKAGE = ROOT / "hostaudit"
TESTS = ROOT / "tests"

TESTS_OF_MORE = {
    "analysis/attribution/test_attribute.py": (
        "analysis/attribution/evidence_index.py",
        "analysis/attribution/networks.py",
        "analysis/attribution/operator.py",
    ),
    "analysis/catalogue/test_lint.py": ("analysis/catalogue/listing.py",),
    "analysis/fault_tree/functions/test_name_resolution.py": ("analysis/fault_tree/zones.py",),
    "analysis/impact/test_fallback_grades.py": ("analysis/fault_tree/standbys.py",),
    "analysis/impact/test_outage.py": ("analysis/fault_tree/tree.py",),
    "analysis/test_assess.py": (
        "analysis/fault_tree/address_legs.py",
        "analysis/fault_tree/build.py",
        "analysis/fault_tree/hosts.py",
        "analysis/fault_tree/parts.py",
        "analysis/site_model.py",
        "model/report.py",
    ),
    "analysis/whatif/test_effects.py": ("model/effects.py",),
    "analysis/test_compare.py": (
        "cli/commands/compare.py",
        "report/comparison.py",
        "report/terminal/comparison.py",
    ),
    "audit/test_places.py": (
        "analysis/places/report.py",
        "analysis/places/rows.py",
        "analysis/places/told.py",
        "analysis/places/whatif.py",
    ),
    "analysis/whatif/test_replay.py": ("analysis/whatif/simulation.py",),
    "cli/batch/test_run.py": (
        "audit/batch/judge_process.py",
        "audit/batch/ledger.py",
        "audit/batch/loop.py",
        "cli/batch/domain_list.py",
        "cli/batch/progress.py",
        "cli/batch/records.py",
        "cli/batch/run_history.py",
        "report/formats/jsonl.py",
    ),
    "cli/commands/test_completion.py": ("cli/completion_scripts.py",),
    "cli/commands/test_policy.py": (
        "cli/policy_draft.py",
        "policy/propose.py",
    ),
    "cli/test_cli.py": (
        "__main__.py",
        "cli/commands/scan.py",
        "cli/commands/schema.py",
        "cli/console.py",
        "cli/evidence.py",
    ),
    "cli/test_judging.py": ("policy/ask.py",),
    "cli/test_option_groups.py": ("cli/values.py",),
    "cli/test_options.py": ("cli/output.py",),
    "datasets/test_build.py": ("datasets/routes.py",),
    "datasets/test_shipped_routes.py": ("datasets/__init__.py",),
    "documents/test_policy_file.py": (
        "documents/countries.py",
        "documents/policy_problems.py",
        "documents/problem.py",
        "model/policy.py",
    ),
    "documents/test_rules.py": (
        "documents/rules_cache.py",
        "documents/rules_problems.py",
        "model/rules.py",
    ),
    "documents/test_scenarios.py": (
        "cli/commands/scenarios.py",
        "model/scenario.py",
    ),
    "documents/test_site_file.py": (
        "documents/schemas/keys.py",
        "documents/site_problems.py",
        "documents/site_values.py",
        "model/site.py",
    ),
    "history/test_store.py": ("cli/commands/history.py",),
    "report/html/test_page.py": (
        "report/formats/html.py",
        "report/html/falls.py",
        "report/html/view.py",
    ),
    "report/test_drawing.py": ("report/nodes.py",),
    "model/test_values.py": ("model/evidence.py",),
    "observe/probes/test_probes.py": ("observe/net/__init__.py",),
    "observe/refresh/test_status.py": ("model/data.py",),
    "observe/refresh/test_update.py": (
        "datasets/manifest.py",
        "observe/refresh/sources.py",
    ),
    "observe/test_doctor.py": (
        "cli/commands/doctor.py",
        "observe/net/resolver_trial.py",
    ),
    "policy/checks/test_checks.py": ("policy/check.py",),
    "policy/checks/test_function_max_hours_down.py": (
        "policy/checks/role_max_hours_down.py",
        "policy/hours_down.py",
    ),
    "policy/checks/test_score_min.py": ("policy/checks/function_min_score.py",),
    "policy/test_explain.py": ("cli/commands/rules.py",),
    "policy/test_parties.py": (
        "policy/checks/jurisdictions_allow.py",
        "policy/checks/jurisdictions_deny.py",
        "policy/checks/jurisdictions_known.py",
        "policy/checks/parents_deny.py",
        "policy/checks/parents_max_share.py",
        "policy/checks/providers_deny.py",
        "policy/checks/role_allow.py",
        "policy/checks/role_deny.py",
        "policy/role_holders.py",
    ),
    "policy/test_verdict.py": ("policy/checks/single_point.py",),
    "report/formats/test_csv.py": ("report/rows.py",),
    "report/formats/test_formats.py": (
        "model/words.py",
        "report/__init__.py",
    ),
    "report/formats/test_json.py": ("report/json_text.py",),
    "report/terminal/test_terminal.py": (
        "report/formats/terminal.py",
        "report/terminal/changes.py",
        "report/terminal/data.py",
        "report/terminal/doctor.py",
        "report/terminal/policy.py",
        "report/terminal/providers.py",
        "report/terminal/rules.py",
        "report/terminal/sheet.py",
    ),
    "test_exit_codes.py": ("cli/commands/fallbacks.py",),
    "test_api.py": ("__init__.py",),
    "test_whole_scan.py": (
        "audit/__init__.py",
        "observe/look.py",
    ),
}
"""By test file the modules that it tests besides the one whose name it has: its inner parts, and commands and pages
that say no more than it. A module that gets a file of its own leaves this table."""

ELSEWHERE = {module: file for file, modules in TESTS_OF_MORE.items() for module in modules}


def place_of(module: Path) -> Path:
    """Where the tests of a module lie."""
    inside = module.relative_to(PACKAGE)
    name = module.parent.name if inside.name == "__init__.py" else inside.stem
    return TESTS / inside.parent / f"test_{name}.py"


def does_something(module: Path) -> bool:
    """Whether a module has code to test: a function or a method, and not only data and their types."""
    tree = ast.parse(module.read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def modules() -> list[Path]:
    return sorted(each for each in PACKAGE.rglob("*.py") if does_something(each))


def named(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("module", modules(), ids=named)
def test_every_module_has_its_tests_where_it_lies(module):
    if named(module) in ELSEWHERE:
        assert not place_of(module).exists(), "it has a file of its own now; take it out of the table"
        assert (TESTS / ELSEWHERE[named(module)]).is_file()
    else:
        assert place_of(module).is_file()


def test_every_exception_is_a_module():
    assert set(ELSEWHERE) <= {named(each) for each in modules()}


def test_every_test_file_in_a_folder_of_the_package_is_of_a_module():
    expected = {place_of(each) for each in PACKAGE.rglob("*.py")}
    folders = [TESTS / each.name for each in PACKAGE.iterdir() if each.is_dir()]

    assert [str(each) for folder in folders for each in folder.rglob("test_*.py") if each not in expected] == []


def test_no_test_imports_another():
    names = {each.stem for each in TESTS.rglob("test_*.py")}
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [str(node.module), *(f"{node.module}.{each.name}" for each in node.names)]
            else:
                continue
            parts = {part for each in imported if not each.startswith("hostaudit") for part in each.split(".")}
            assert not parts & names, path
