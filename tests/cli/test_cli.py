"""The command as a process: what goes to which stream, with which exit code, whatever happens."""

from __future__ import annotations

import ast
import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import ROOT
from helpers.command import (
    PARLER,
    PARLER_REPORT,
    SLOW_LOOKING,
    environment,
    evidence,
    hostaudit,
    hostaudit_patched,
    with_patch,
)

from hostaudit import __version__, cli
from hostaudit.cli import console
from hostaudit.cli.options import SiteChoice
from hostaudit.documents import schemas
from hostaudit.errors import Exit, UsageError

SCAN_OPTIONS = (
    "--list --jobs --resume --host --site --no-site --policy --fail-on --unknown --baseline --against "
    "--strict-exceptions --depth --save-evidence "
    "--history --format --output --resolver --ca-bundle --timeout --deadline "
    "--no-http --no-third-party --smtp --allow-private --color --no-progress --quiet --debug"
)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_text(evidence())
    return path


# -- the answer ---------------------------------------------------------------------------------------


@pytest.mark.smoke
def test_version_is_answered_at_either_place():
    for arguments in (("--version",), ("--version", "scan")):
        result = hostaudit(*arguments)
        assert (result.returncode, result.stdout, result.stderr) == (0, f"hostaudit {__version__}\n", "")


@pytest.mark.smoke
def test_help_names_every_command_and_option():
    top = hostaudit("--help")
    assert top.returncode == 0
    assert all(name in top.stdout for name in cli.COMMANDS)

    shown = hostaudit("scan", "--help").stdout
    assert all(option in shown for option in SCAN_OPTIONS.split())
    assert "json|jsonl|" in shown


@pytest.mark.parametrize("arguments", [("--help",), ("scan", "--help"), ("scan", "--frobnicate")])
def test_help_and_usage_errors_load_nothing_heavy(arguments):
    code = (
        "import sys; from hostaudit.cli import run; run(sys.argv[1:]);"
        "heavy = {'httpx', 'dns', 'ipwhois', 'rich', 'yaml', 'msgspec', 'cryptography', 'publicsuffixlist', 'asyncio'};"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or None)"
    )
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=30)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", PARLER_REPORT, PARLER_REPORT, "--color", "never", "-o", "json=out", "--expect-no-changes"),
        ("analyse", PARLER, "--site", "gone.yaml"),
        ("scan", "x.com", "--timeout", "0.5", "--depth", "9", "--resolver", "9.9.9.9", "--resolver", "9.9.9.10"),
        ("history", "list", "x.com", "--history", "gone", "--last", "3"),
        ("policy", "check", "gone.yaml", "gone.yaml"),
        ("policy", "--help"),
        ("data", "update", "--dry-run"),
    ],
)
@pytest.mark.smoke
def test_no_command_line_is_read_with_pydantic(arguments, tmp_path):
    code = "import sys; from hostaudit.cli import run; run(sys.argv[1:]); sys.exit('pydantic' in sys.modules)"
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert result.returncode == 0, result.stderr


def test_options_ask_nothing_of_a_value_that_is_not_read_here():
    """``hostaudit.cli.values`` takes a value as it is; a range, say, would be asked of it by typer only."""
    known = {"metavar", "help", "is_eager", "show_default"}
    calls = [
        node
        for path in (ROOT / "hostaudit" / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Option", "typer.Argument")
    ]

    assert len(calls) > 40
    assert {keyword.arg for call in calls for keyword in call.keywords} <= known


def test_version_loads_no_command_line():
    code = "import sys; sys.argv[1:] = ['--version']; from hostaudit.__main__ import main; main();"
    code += "sys.exit('typer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=environment(), timeout=30, check=False).returncode == 0


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_schema_is_printed_as_shipped(name):
    result = hostaudit("schema", name)

    assert result.returncode == 0
    assert result.stdout == schemas.path(name).read_text("utf-8")


def test_saved_evidence_gives_the_same_report_every_way_in(saved, tmp_path):
    given = hostaudit("analyse", saved, "--format", "json")
    piped = hostaudit("analyse", "-", "--format", "json", stdin=evidence())
    scanned = hostaudit("scan", saved, "--format", "json")
    written = hostaudit("analyse", saved, "--format", "json", "-o", tmp_path / "out.json")

    assert given.returncode == piped.returncode == scanned.returncode == written.returncode == Exit.INCONCLUSIVE
    assert given.stdout == piped.stdout == scanned.stdout == (tmp_path / "out.json").read_text()
    assert json.loads(given.stdout)["verdict"] == "inconclusive"
    assert given.stderr == ""
    assert written.stdout == ""
    assert "without network" in scanned.stderr


def test_quiet_leaves_standard_error_empty(saved, tmp_path):
    assert hostaudit("scan", saved, "-q", "-o", tmp_path / "out").stderr == ""


@pytest.mark.smoke
def test_a_report_for_a_person_is_plain_unless_colour_is_asked_for(saved):
    assert "\x1b" not in hostaudit("analyse", saved).stdout
    assert "\x1b[" in hostaudit("analyse", saved, "--color", "always").stdout
    assert "\x1b[" in hostaudit("analyse", saved, FORCE_COLOR="1").stdout
    assert "\x1b" not in hostaudit("analyse", saved, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in hostaudit("analyse", saved, "--color", "never", FORCE_COLOR="1").stdout
    assert all(len(line) <= 80 for line in hostaudit("analyse", saved).stdout.splitlines())
    assert all(len(line) <= 40 for line in hostaudit("analyse", saved, COLUMNS="40").stdout.splitlines())


def test_a_terminal_that_knows_only_ascii_gets_only_ascii(saved):
    assert hostaudit("analyse", saved, PYTHONIOENCODING="latin-1").stdout.isascii()


def test_colour_comes_by_itself_on_a_terminal_but_not_a_dumb_one(saved):
    for term, coloured in (("xterm", True), ("dumb", False)):
        leader, follower = pty.openpty()
        command = [sys.executable, "-m", "hostaudit", "analyse", str(saved)]
        subprocess.run(
            command, stdout=follower, stderr=subprocess.PIPE, env=environment(TERM=term), timeout=30, check=False
        )
        os.close(follower)
        shown = os.read(leader, 65536)
        os.close(leader)

        assert (b"\x1b[" in shown) is coloured


# -- what goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("parler.com",), "No such command", "hostaudit scan parler.com"),
        (("frobnicate",), "No such command", "hostaudit --help"),
        (("scan",), "no domain is given", "give a domain such as example.com, or -l FILE"),
        (("scan", "x.com", "--timout", "4"), "--timeout", "hostaudit scan --help"),
        (("scan", "x.com", "--timeout", "soon"), "--timeout", "hostaudit scan --help"),
        (("scan", "x.com", "--timeout", "nan"), "--timeout is nan", "give a number of seconds"),
        (("scan", "x.com", "--deadline", "0"), "--deadline is 0.0", "give a number of seconds"),
        (("scan", "x.com", "--deadline", "1e9"), "--deadline", "give a number of seconds"),
        (("scan", "x.com", "--depth", "7"), "--depth is 7", "0 to 6"),
        (("scan", "x.com", "--depth", "-1"), "--depth is -1", "0 to 6"),
        (("scan", "x.com", "--site", "a.yaml", "--no-site"), "contradict each other", "leave one of them out"),
        (("scan", "x.com", "--site", "gone.yaml"), "gone.yaml cannot be read", "site or policy file"),
        (("scan", "x.com", "--resolver", "dns.example"), "--resolver dns.example is not an IP address", "9.9.9.9"),
        (("scan", "x.com", "--allow-private", "10.0.0.1/8"), "--allow-private 10.0.0.1/8", "10.0.0.0/8"),
        (("scan", "x.com", "--ca-bundle", "gone.pem"), "No such file", "PEM"),
        (("scan", "x.com", "--ca-bundle", __file__), "holds no PEM certificate", "PEM"),
        (("scan", "x.com", "--format", "xml"), "--format xml is not known", "json, jsonl, "),
        (("scan", "x.com", "--color", "blue"), "--color blue is not known", "auto, always, never"),
        (("scan", "x.com", "-o", "gone/report"), "cannot be written", "create its folder"),
        (("scan", "x.com", "--save-evidence", "/"), "cannot be written", "name of a file in it"),
        (
            ("scan", "x.com", "-o", "same", "--save-evidence", "./same"),
            "both the report and the evidence",
            "two different",
        ),
        (("scan", "localhost"), "localhost", "example.com"),
        (("scan", "192.0.2.1"), "192.0.2.1", "give the domain"),
        (("scan", "missing.json"), "missing.json cannot be read", "report, evidence or list"),
        (("analyse", "gone"), "gone cannot be read", "report, evidence or list"),
        (("analyse", "empty"), "incomplete", "--save-evidence"),
        (("whatif", PARLER), "no simulation is given", "--drop ID"),
        (("whatif", PARLER, "--drop", ""), "--drop has an empty id", "give an id"),
        (("whatif", PARLER, "--drop", "amzon"), "--drop amzon", "did you mean amazon?"),
        (("whatif", PARLER, "--drop", "7", "--kind", "asn"), "no asn of that name", "AS16509"),
        (("whatif", PARLER, "--drop", "amazon", "--all"), "cannot be used together", "one of them at a time"),
        (("whatif", PARLER, "--drop", "amazon", "--notice", "-5h"), "--notice -5h is not a duration", "24h"),
        (("whatif", PARLER, "--drop", "amazon", "--deadline", "-1"), "--deadline is -1.0", "give a number of seconds"),
        (
            ("whatif", PARLER, "--drop", "amazon", "--bind", "role"),
            "--bind has no effect without --scenario",
            "leave --bind out",
        ),
        (("whatif", PARLER, "--scenario", "parlor"), "there is no scenario", "parler-2021"),
        (("whatif", PARLER, "--scenario", "parler-2021", "--as", "aws"), "is not ACTOR=ID", "aws=ovh"),
        (
            ("whatif", PARLER, "--scenario", "parler-2021", "--as", "aws=aws", "--as", "aws=route53"),
            "--as gives both aws and route53 for aws",
            "leave one of them out",
        ),
        (
            ("explain", "score", "--site", "a.yaml"),
            "--site has no effect without a file of evidence",
            "leave --site out",
        ),
        (("explain", "score", PARLER_REPORT, "--site", "a.yaml"), "is a report", "leave --site out"),
        (("schema", "catalogue"), "document catalogue is not known", "evidence, explanation"),
    ],
)
def test_a_wrong_command_line_ends_with_2_a_message_and_a_hint(arguments, message, hint, tmp_path, monkeypatch):
    (tmp_path / "empty").touch()
    monkeypatch.chdir(tmp_path)

    result = hostaudit(*arguments)

    assert result.returncode == Exit.USAGE
    assert result.stdout == ""
    error, advice = result.stderr.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert advice.startswith("hint: ")
    assert hint in advice


@pytest.mark.smoke
def test_no_command_at_all_shows_the_help_and_ends_with_2():
    result = hostaudit()

    assert result.returncode == Exit.USAGE
    assert result.stdout == ""
    assert "Usage: hostaudit" in result.stderr


@pytest.mark.parametrize("name", ["--host", "--save-evidence"])
def test_saved_evidence_is_not_looked_at_further(saved, tmp_path, name):
    result = hostaudit("scan", saved, name, tmp_path / "www.x.com")

    assert result.returncode == Exit.USAGE
    assert "nothing is scanned" in result.stderr


def test_what_a_command_line_carries_is_not_let_loose_on_the_terminal():
    result = hostaudit("analyse", "\x1b]0;pwned\x07\u202e")

    assert r"\x1b]0;pwned\x07\u202e" in result.stderr
    assert "\x1b" not in result.stderr


def test_hostile_evidence_ends_with_2(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(evidence(evidence=[{"id": "x"}]))
    result = hostaudit("analyse", path)

    assert result.returncode == Exit.USAGE
    assert "is not an evidence file" in result.stderr


def test_a_defect_ends_with_4_in_one_line_and_shows_its_place_only_when_asked(saved):
    patch = "def broken(*_): raise KeyError('x')\ncli.evidence.gathered = broken"
    for arguments, traced in ((("analyse", saved), False), (("analyse", saved, "--debug"), True)):
        result = hostaudit_patched(patch, *arguments)

        assert result.returncode == Exit.INTERNAL
        assert "internal error in hostaudit (KeyError: 'x')" in result.stderr
        assert ("Traceback" in result.stderr) is traced
        assert "report it" in result.stderr


SLOW_JUDGING = """
import time
def slow(*_):
    print("started", file=sys.stderr, flush=True)
    time.sleep(60)
cli.evidence.gathered = slow
"""


@pytest.mark.parametrize(
    ("patch", "arguments"), [(SLOW_JUDGING, ("analyse", PARLER)), (SLOW_LOOKING, ("scan", "example.com"))]
)
def test_an_interrupt_ends_with_130_and_one_line(patch, arguments):
    process = with_patch(patch, *arguments)
    assert process.stderr.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)

    assert process.returncode == Exit.INTERRUPTED
    assert (out, errors) == ("", "hostaudit: interrupted; the site was not judged\n")


def test_a_thread_that_still_waits_does_not_hold_up_the_end(saved):
    patch = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    result = hostaudit_patched(patch, "analyse", saved)

    assert result.returncode == Exit.INCONCLUSIVE
    assert "INCONCLUSIVE" in result.stdout


@pytest.mark.parametrize("arguments", [("schema", "report"), ("--version",), ("scan", "--help")])
def test_a_reader_that_left_ends_it_with_141_and_no_word(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "hostaudit", *arguments]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment(), timeout=30, check=False)
    os.close(writing)

    assert result.returncode == Exit.BROKEN_PIPE
    assert result.stderr == b""


@pytest.mark.parametrize("arguments", [("schema", "report"), ("--version",)])
def test_a_full_disk_is_told_as_such(arguments):
    command = [sys.executable, "-m", "hostaudit", *arguments]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=environment(), text=True, timeout=30, check=False
        )

    assert result.returncode == Exit.USAGE
    assert "standard output cannot be written: No space left on device" in result.stderr


def test_closed_streams_are_no_crash(saved):
    for redirection in (">&-", "2>&-"):
        command = f'"{sys.executable}" -m hostaudit analyse "{saved}" {redirection}'
        result = subprocess.run(["sh", "-c", command], capture_output=True, env=environment(), timeout=30, check=False)

        assert result.returncode == Exit.INCONCLUSIVE, result.stderr


# -- a scan, with the looking replaced ----------------------------------------------------------------


@pytest.fixture
def looked(monkeypatch):
    """Scan without network: what was asked for is kept, and a file without evidence comes back."""
    import msgspec

    from hostaudit.model.evidence import EvidenceFile

    asked = SimpleNamespace()

    async def look(target, options, progress, *, site):
        asked.__dict__.update(target=target, options=options, progress=progress, site=site)
        file = msgspec.json.decode(evidence(), type=EvidenceFile)
        return msgspec.structs.replace(file, target=target, site=site)

    monkeypatch.setattr("hostaudit.audit.look", look)
    return asked


def test_every_option_of_scan_arrives(looked, tmp_path, capsys):
    bundle = certificate(tmp_path)
    arguments = "scan x.com --host a.x.com --host b.x.com --resolver 9.9.9.9 --resolver 2620:fe::fe --timeout 2"
    arguments += (
        " --deadline 9 --depth 0 --no-http --no-third-party --smtp --allow-private 10.0.0.0/8 --debug --no-progress -q"
    )
    code = cli.run([*arguments.split(), "--ca-bundle", str(bundle)])

    assert code == Exit.INCONCLUSIVE
    options = looked.options
    assert (looked.target.domain, looked.target.named) == ("x.com", ("a.x.com", "b.x.com"))
    assert (looked.progress, looked.site) == (None, None)
    assert options.resolver == ("9.9.9.9", "2620:fe::fe")
    assert (options.timeout, options.deadline, options.depth) == (2.0, 9.0, 0)
    assert options.no_http
    assert options.no_third_party
    assert options.smtp
    assert options.chosen == ("no-http", "no-third-party", "depth=0", "smtp")
    assert options.debug
    assert options.allow_private == ("10.0.0.0/8",)
    assert options.ca_bundle == bundle
    assert capsys.readouterr().err == ""


def certificate(folder: Path) -> Path:
    import ssl

    path = folder / "ca.pem"
    context = ssl.create_default_context()
    path.write_text(ssl.DER_cert_to_PEM_cert(context.get_ca_certs(binary_form=True)[0]))
    return path


def test_saved_evidence_is_what_the_report_rests_on(looked, tmp_path, capsys):
    path = tmp_path / "evidence.json"
    cli.run(["scan", "x.com", "--save-evidence", str(path), "--format", "json"])
    first = capsys.readouterr()
    cli.run(["analyse", str(path), "--format", "json"])

    assert "evidence saved in" in first.err
    assert capsys.readouterr().out == first.out


def test_a_report_is_not_lost_with_evidence_that_cannot_be_saved(looked, tmp_path, capsys, monkeypatch):
    def full(path, data):
        raise UsageError(f"{path} cannot be written: No space left on device", "free some space")

    monkeypatch.setattr("hostaudit.files.write_atomically", full)
    code = cli.run(["scan", "x.com", "--save-evidence", str(tmp_path / "evidence.json")])
    streams = capsys.readouterr()

    assert code == Exit.USAGE
    assert "INCONCLUSIVE" in streams.out
    assert "No space left" in streams.err


def test_an_unwritable_place_is_refused_before_anything_is_looked_at(looked, tmp_path):
    for option in ("-o", "--save-evidence"):
        assert cli.run(["scan", "x.com", option, str(tmp_path / "gone" / "file")]) == Exit.USAGE
    assert not vars(looked)


# -- what the owner declares --------------------------------------------------------------------------


SITE = """\
version: 1
sites:
  - domain: x.com
    hosts: [api.x.com]
    functions: [{id: payments, needs: [{role: payments, any_of: [adyen]}]}]
  - domain: y.com
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory with a site file."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "hostaudit.yaml"
    path.write_text(SITE)
    return path


def test_a_site_file_in_the_working_directory_is_picked_up_and_said(looked, here, capsys):
    cli.run(["scan", "x.com", "--host", "b.x.com"])

    assert looked.target.named == ("b.x.com", "api.x.com")
    assert looked.site.functions[0].id == "payments"
    assert capsys.readouterr().err == "hostaudit: declarations for x.com from hostaudit.yaml\n"

    here.rename(here.with_name(".hostaudit.yaml"))
    cli.run(["scan", "x.com"])
    assert looked.site.domain == "x.com"
    assert "from .hostaudit.yaml" in capsys.readouterr().err

    cli.run(["scan", "x.com", "-q"])
    assert looked.site.domain == "x.com"
    assert capsys.readouterr().err == ""


def test_a_site_file_that_is_not_for_this_domain_is_left_alone(looked, here, capsys):
    assert cli.run(["scan", "z.com"]) == Exit.INCONCLUSIVE
    assert looked.site is None
    assert capsys.readouterr().err == ""

    cli.run(["scan", "x.com", "--no-site"])
    assert looked.site is None
    assert looked.target.named == ()


def test_a_site_file_given_in_vain_ends_with_2_and_says_what_it_has(looked, here, capsys):
    assert cli.run(["scan", "z.com", "--site", "hostaudit.yaml"]) == Exit.USAGE
    assert not vars(looked)
    assert capsys.readouterr().err == (
        "error: site file hostaudit.yaml has no declarations for z.com\nhint: it has: x.com, y.com\n"
    )


@pytest.mark.parametrize("option", [(), ("--site", "hostaudit.yaml")])
def test_a_broken_site_file_ends_with_2_before_anything_is_looked_at(looked, here, capsys, option):
    here.write_text(SITE.replace("hosts", "host"))

    assert cli.run(["scan", "x.com", *option]) == Exit.USAGE
    assert not vars(looked)
    error = capsys.readouterr().err
    assert error.startswith("error: hostaudit.yaml:4:5: unknown key 'host' in sites\n    4 | ")
    assert error.endswith("^\nhint: did you mean 'hosts'?\n")

    assert cli.run(["scan", "x.com", "--no-site"]) == Exit.INCONCLUSIVE


def test_a_provider_that_is_mistyped_ends_with_2(looked, here, capsys):
    here.write_text(SITE.replace("adyen", "strippe"))

    assert cli.run(["scan", "x.com"]) == Exit.USAGE
    error = capsys.readouterr().err
    assert "hostaudit.yaml:5:66: any_of: strippe is not in the catalogue\n" in error
    assert error.endswith("hint: did you mean 'stripe'?\n")


def test_evidence_keeps_its_declaration_wherever_it_is_judged(looked, here, capsys, monkeypatch):
    cli.run(["scan", "x.com", "--save-evidence", "e.json", "--format", "json"])
    scanned = capsys.readouterr().out
    assert json.loads(Path("e.json").read_text())["site"]["functions"][0]["id"] == "payments"

    here.write_text("version: 1\nsites: [{domain: x.com}]\n")
    cli.run(["analyse", "e.json", "--format", "json"])
    again = capsys.readouterr()
    assert (again.out, again.err) == (scanned, "")


@pytest.fixture
def judged(monkeypatch):
    """The evidence that was judged last."""
    kept = SimpleNamespace()
    through = cli.judging.CriteriaBuilder.judged

    def judged(self, file):
        kept.file = file
        return through(self, file)

    monkeypatch.setattr(cli.judging.CriteriaBuilder, "judged", judged)
    return kept


@pytest.mark.parametrize("command", ["analyse", "scan"])
def test_a_declaration_can_be_given_for_saved_evidence(judged, saved, here, capsys, command):
    cli.run([command, str(saved)])
    assert judged.file.site.domain == "x.com"
    error = capsys.readouterr().err
    assert "declarations for x.com from hostaudit.yaml" in error
    assert "declared hosts that this evidence does not cover: api.x.com" in error

    cli.run([command, str(saved), "--no-site"])
    assert judged.file.site is None

    other = here.with_name("other.yaml")
    other.write_text("version: 1\nsites: [{domain: x.com, places: [{of: x.com, region: sbg}]}]\n")
    saved.write_text(evidence(site={"domain": "x.com"}))
    cli.run([command, str(saved)])
    assert judged.file.site.places == ()
    cli.run([command, str(saved), "--site", str(other)])
    assert judged.file.site.places[0].region == "sbg"

    other.write_text("version: 1\nsites: [{domain: y.com}]\n")
    assert cli.run([command, str(saved), "--site", str(other)]) == Exit.USAGE
    assert "has no declarations for x.com" in capsys.readouterr().err


def test_what_is_declared_goes_into_the_evidence_of_a_live_scan(monkeypatch, here):
    async def nothing(self, probes):
        return ()

    monkeypatch.setattr("hostaudit.observe.probes.Scan.run", nothing)
    cli.run(["scan", "x.com", "--resolver", "127.0.0.1", "--save-evidence", "e.json", "-q"])
    file = json.loads(Path("e.json").read_text())

    assert file["site"]["domain"] == "x.com"
    assert file["target"]["hosts"] == ["x.com", "www.x.com", "api.x.com"]


def test_a_domain_is_not_taken_for_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "example.com").write_text("")
    (tmp_path / "seen").write_text("")

    assert not cli.evidence.is_path("example.com")
    assert not cli.evidence.is_path("example.com/index.html")
    assert not cli.evidence.is_path("https://example.com/a.json")
    assert cli.evidence.is_path("./seen")
    assert cli.evidence.is_path("evidence.json")


# -- the terminal -------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_of_progress_is_rewritten_and_leaves_no_trace():
    stream = Terminal()
    progress = console.Progress(stream)
    progress(3, 4)
    progress.clear()

    assert stream.getvalue() == "\r\x1b[Kscanning: 3 answers, 4 lookups running\r\x1b[K"
    assert console.progress_fits(stream, {"TERM": "xterm"})
    assert not console.progress_fits(stream, {"TERM": "dumb"})
    assert not console.progress_fits(io.StringIO(), {})


def test_progress_is_shown_on_a_terminal_alone(looked, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    cli.run(["scan", "x.com"])
    assert isinstance(looked.progress, console.Progress)

    for option in ("--no-progress", "-q", "--debug"):
        cli.run(["scan", "x.com", option])
        assert looked.progress is None


@pytest.mark.parametrize(
    ("choice", "environ", "terminal", "wanted"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_option_then_the_environment_then_the_terminal(choice, environ, terminal, wanted):
    assert console.wants_colour(choice, Terminal() if terminal else io.StringIO(), environ) is wanted


def test_the_width_is_that_of_the_terminal_within_reason(monkeypatch):
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((60, 24)))
    terminal = SimpleNamespace(isatty=lambda: True, fileno=lambda: 1)

    assert console.columns(terminal, {}) == 60
    assert console.columns(terminal, {"COLUMNS": "40"}) == 40
    assert console.columns(terminal, {"COLUMNS": "wide"}) == 60
    assert console.columns(io.StringIO(), {}) == 80
    assert console.columns(io.StringIO(), {"COLUMNS": "120"}) == 120
    assert console.columns(io.StringIO(), {"COLUMNS": "9999"}) == 400
    assert console.columns(io.StringIO(), {"COLUMNS": "3"}) == 20


def test_live_looking_clears_its_progress_even_when_it_is_interrupted(monkeypatch):
    stream = Terminal()

    async def look(target, options, progress, *, site):
        progress(1, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr("hostaudit.audit.look", look)

    with pytest.raises(KeyboardInterrupt):
        cli.evidence.live("x.com", (), None, cli.evidence.Declarations(SiteChoice(), print), console.Progress(stream))
    assert stream.getvalue().endswith("\r\x1b[K")


class Sink(io.StringIO):
    """Standard output that is a terminal, or not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "linked"),
    [
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "linux"}, False),
        (True, {}, False),
        (False, {"TERM": "xterm-256color", "FORCE_COLOR": "1"}, False),
    ],
)
def test_links_are_for_a_terminal_that_is_one(terminal, environ, linked):
    assert console.wants_links(Sink(terminal), environ) is linked


def test_no_link_goes_through_a_pipe_or_into_a_file(tmp_path):
    file = tmp_path / "report.txt"
    site = str(ROOT / "tests" / "corpus" / "expired-certificate.json")
    piped = hostaudit("convert", site, "--color", "always", "-o", f"terminal={file}", "-o", "-", TERM="xterm")

    assert "\x1b[" in piped.stdout
    assert "\x1b]" not in piped.stdout + file.read_text("utf-8")
