"""The comment of the action, against a server on loopback in GitHub's place: written once, found again, never doubled;
and whatever goes wrong with it, no verdict changes and no token is shown."""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from helpers import ROOT
from helpers.action_steps import REPOSITORY, TOKEN, Runner, obeyed, pull_request
from helpers.command import PARLER

BOT = {"type": "Bot", "login": "github-actions[bot]"}
COMMENTS = f"/repos/{REPOSITORY}/issues/7/comments"


class GitHubHere:
    """A place for comments and files. ``faults``: by method, answers (status, headers) that come first; 0: none at all,
    for as long as the test lasts. ``kept``: a comment is written although its answer is a fault."""

    def __init__(self) -> None:
        self.comments: list[dict] = []
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.login = "owner"
        self.kept = False
        self.end = threading.Event()

    @property
    def writes(self) -> list[str]:
        return [method for method, _, _ in self.asked if method != "GET"]

    def answer(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        parts = urlsplit(path)
        if parts.path == "/user":
            return (200, {"login": self.login}) if self.login else (403, {})
        if parts.path.startswith(f"/repos/{REPOSITORY}/contents/"):
            data = self.files.get(parts.path.partition("/contents/")[2])
            return (404, {}) if data is None else (200, data)
        if method == "GET" and parts.path == COMMENTS:
            page = int(parse_qs(parts.query)["page"][0])
            return 200, self.comments[100 * (page - 1) : 100 * page]
        if method == "POST" and parts.path == COMMENTS:
            self.comments.append({"id": 1000 + len(self.comments), "body": body["body"], "user": BOT})
            return 201, self.comments[-1]
        if method == "PATCH":
            (found,) = [each for each in self.comments if parts.path.endswith(f"/comments/{each['id']}")]
            found["body"] = body["body"]
            return 200, found
        return 404, {}


@pytest.fixture
def hub() -> Iterator[GitHubHere]:
    state = GitHubHere()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            state.asked.append((self.command, self.path, self.headers.get("authorization", "")))
            faults = state.faults.get(self.command, [])
            status, headers = faults.pop(0) if faults else (None, {})
            if status == 0:
                state.end.wait(20)
                return
            if status is None or state.kept:
                answered, found = state.answer(self.command, self.path, body)
                status = status or answered
            else:
                found = {"message": f"no {TOKEN}\n::error::owned"}
            data = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/vnd.github.raw+json" if data is found else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    state.end.set()
    server.shutdown()
    server.server_close()


# -- as steps of the runner -------------------------------------------------------------------------------


def test_the_comment_of_the_first_run_is_changed_by_the_second_one(hub, tmp_path):
    runner = Runner(tmp_path)
    hub.comments = [{"id": number, "body": f"comment {number}", "user": {"type": "User"}} for number in range(230)]
    steps = ("scan", "comment")
    first = runner.run(*steps, domain=PARLER, event=pull_request(), api=hub.url)
    hub.comments += [{"id": 5000 + number, "body": "later", "user": BOT} for number in range(3)]
    second = runner.run(*steps, domain=PARLER, fail_on="high", event=pull_request(), api=hub.url)
    (ours,) = [each["body"] for each in hub.comments if "hostaudit-action" in each["body"]]

    assert (first.codes, second.codes) == ({"scan": 0, "comment": 0}, {"scan": 1, "comment": 0}), second.log
    assert hub.writes == ["POST", "PATCH"]
    assert ours.splitlines()[0].startswith("<!-- hostaudit-action ")
    assert ours.splitlines()[1] == "### hostaudit: ❌ 1 site fails"
    assert f"[The job summary](https://github.com/{REPOSITORY}/actions/runs/4711)" in ours
    assert {token for _, _, token in hub.asked} == {f"Bearer {TOKEN}"}
    everywhere = "".join((first.log, second.log, second.summary, ours, str(second.outputs)))
    assert TOKEN not in everywhere
    assert obeyed(first.log) == []
    assert len([path for _, path, _ in hub.asked if "page=3" in path]) == 2


@pytest.mark.parametrize(
    ("event", "name", "said"),
    [
        (pull_request("stranger/shop"), "pull_request", "from a fork"),
        (pull_request(""), "pull_request", "from a fork"),
        (pull_request(), "pull_request_target", "no pull request"),
        (pull_request(), "push", "no pull request"),
    ],
)
def test_no_comment_is_written_for_a_fork_nor_without_a_pull_request(hub, tmp_path, event, name, said):
    ran = Runner(tmp_path).run("comment", event=event, api=hub.url, extra={"GITHUB_EVENT_NAME": name})

    assert ran.codes["comment"] == 0
    assert said in ran.log
    assert hub.asked == []


def test_files_of_the_base_are_asked_for_where_git_has_only_the_merge(hub, tmp_path):
    runner = Runner(tmp_path)
    hub.files = {"hostaudit.yaml": b"version: 1\npolicy:\n  roles: {dns: {min_providers: 2}}\n"}
    (runner.work / "hostaudit.yaml").write_bytes(hub.files["hostaudit.yaml"])
    same = runner.run("before", "scan", domain=PARLER, event=pull_request(), api=hub.url)
    asked = [path for _, path, _ in hub.asked]
    hub.files = {}
    first = runner.run("before", event=pull_request(), api=hub.url)
    hub.faults = {"GET": [(403, {})]}
    refused = runner.run("before", event=pull_request(), api=hub.url)

    assert (same.code, first.codes, refused.codes) == (0, {"before": 0}, {"before": 0}), same.log
    assert asked[0] == f"/repos/{REPOSITORY}/contents/hostaudit.yaml?ref={'b' * 40}"
    assert "none of the files, so all that fails is new" in first.log
    assert "cannot be read: status 403; all that fails counts as new" in refused.log
    assert refused.outputs["before"] == {"folder": ""}
    assert TOKEN not in same.log + first.log + refused.log


# -- what goes wrong --------------------------------------------------------------------------------------


@pytest.fixture
def comment(hub, tmp_path, monkeypatch, capsys):
    """The step in this process, with short pauses, and what it says."""
    (tmp_path / "event.json").write_text(json.dumps(pull_request()))
    (tmp_path / "comment.md").write_text("### hostaudit: told\n")
    given = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_API_URL": hub.url,
        "GITHUB_TOKEN": TOKEN,
        "INPUT_COMMENT_FILE": str(tmp_path / "comment.md"),
        "INPUT_DOMAIN": "a.com",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(ROOT / ".ci" / "action"))
    ours = ("runner", "github", "comment")
    for name in ours:
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("comment")
    github = sys.modules["github"]
    monkeypatch.setattr(github, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(github, "TIMEOUT", 0.3)

    def write(**environ: str) -> str:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        assert module.run() == 0
        shown = capsys.readouterr()
        assert TOKEN not in shown.out + shown.err
        assert obeyed(shown.out) == []
        return shown.out

    yield write
    for name in ours:
        sys.modules.pop(name, None)


RIGHTS = "pull-requests: write"
LIMIT = {"x-ratelimit-remaining": "0"}


@pytest.mark.parametrize(
    ("method", "faults", "said", "written"),
    [
        ("GET", [(403, {})], RIGHTS, 0),
        ("GET", [(404, {})], RIGHTS, 0),
        ("GET", [(401, {})], RIGHTS, 0),
        ("POST", [(403, {})], RIGHTS, 0),
        ("POST", [(422, {})], "status 422", 0),
        ("GET", [(301, {"location": "http://192.0.2.1/"})], "status 301", 0),
        ("GET", [(502, {})] * 2, "is written", 1),
        ("GET", [(502, {})] * 3, "status 502, 3 times", 0),
        ("POST", [(500, {})] * 2, "is written", 1),
        ("GET", [(0, {})], "is written", 1),
        ("GET", [(0, {})] * 3, "3 times", 0),
        ("GET", [(429, {"retry-after": "0"})], "is written", 1),
        ("GET", [(403, {"retry-after": "0"})], "is written", 1),
        ("GET", [(403, LIMIT | {"x-ratelimit-reset": str(int(time.time()) - 5)})], "is written", 1),
        ("GET", [(403, LIMIT | {"x-ratelimit-reset": str(int(time.time()) + 3000)})], "rate limit is reached", 0),
        ("POST", [(429, {"retry-after": "3600"})], "for 3600 seconds", 0),
        ("POST", [(429, {"retry-after": "soon"})], "for 60 seconds", 0),
    ],
)
def test_what_fails_is_said_or_tried_again_and_changes_nothing_else(hub, comment, method, faults, said, written):
    hub.faults = {method: list(faults)}

    assert said in comment()
    assert len(hub.comments) == written


def test_a_comment_whose_answer_was_lost_is_not_written_twice(hub, comment):
    hub.faults, hub.kept = {"POST": [(502, {})]}, True

    assert "says the same already" in comment()
    assert len(hub.comments) == 1


def test_a_page_that_is_no_list_ends_the_search(hub, comment, monkeypatch):
    monkeypatch.setattr(hub, "answer", lambda *_: (200, {"comments": []}))
    assert "no list of comments" in comment()
    monkeypatch.setattr(hub, "answer", lambda *_: (200, b"<html>"))
    assert "no JSON, 3 times" in comment()
    monkeypatch.setattr(hub, "answer", lambda *_: (200, [{"id": 1, "body": "x"}] * 100))
    assert "more than 5000 comments" in comment()


def test_a_mark_that_somebody_copied_is_not_ours(hub, comment):
    comment()
    (ours,) = hub.comments
    hub.comments = [
        {"id": 1, "body": ours["body"], "user": {"type": "User", "login": "stranger"}},
        {"id": 2, "body": f"> {ours['body']}", "user": BOT},
    ]

    assert "is written" in comment()
    assert len(hub.comments) == 3
    hub.login = "stranger"
    assert "says the same already" in comment()


def test_each_list_and_each_job_has_a_comment_of_its_own(hub, comment):
    comment()
    comment(INPUT_DOMAIN="b.com")
    comment(GITHUB_JOB="another")

    assert len(hub.comments) == 3


def test_without_a_report_the_comment_says_so(hub, comment):
    comment(INPUT_COMMENT_FILE="gone")

    assert "no report" in hub.comments[0]["body"]


@pytest.mark.parametrize("address", ["http://192.0.2.1", "http://github.example", "ftp://127.0.0.1", ""])
def test_a_token_is_sent_to_nobody_in_the_open(hub, comment, address):
    assert "no https address" in comment(GITHUB_API_URL=address)


def test_without_a_token_nothing_is_asked(hub, comment):
    assert "there is no token" in comment(GITHUB_TOKEN="")
    assert hub.asked == []
