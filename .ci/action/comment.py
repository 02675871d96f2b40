"""One comment on the pull request, written anew by each run and never doubled. Whatever happens to it, the verdict
stays as it is."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import runner
from github import Answer, GaveUpError, GitHub, tried
from runner import at, given, say

A_PAGE = 100
MOST_PAGES = 50
MOST = 65_000
"""Characters; GitHub takes 65,536."""

RIGHTS = "the job needs 'permissions: pull-requests: write'"


def run() -> int:
    """Write the comment, or say why it cannot be written."""
    pull = runner.pull_request()
    if not pull:
        say("no comment is written, as no pull request started this workflow")
    elif runner.is_fork(pull):
        say("no comment is written, as the change comes from a fork, whose token may not write: see the job summary")
    else:
        try:
            say(_written(pull))
        except (GaveUpError, OSError, ValueError) as error:
            why = error if isinstance(error, GaveUpError) else type(error).__name__
            say(f"the comment could not be written: {why}; the job summary has the same")
    return 0


def _written(pull: dict[str, Any]) -> str:
    number, repository = at(pull, "number"), os.environ.get("GITHUB_REPOSITORY", "")
    if not isinstance(number, int) or not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise GaveUpError("the pull request has no number")
    body = _body(pull)
    github = GitHub()
    said: str = tried(lambda: _once(github, f"/repos/{repository}/issues", number, body))
    return said


def _once(github: GitHub, issues: str, number: int, body: str) -> str:
    """Find our comment and change it, or write it. All of it is tried again where an answer got lost: the comment may
    have been written all the same."""
    found = _found(github, f"{issues}/{number}/comments")
    if found is None:
        _expect(github.ask("POST", f"{issues}/{number}/comments", {"body": body}), 201)
        return "the comment is written"
    if found["body"] == body:
        return "the comment says the same already"
    _expect(github.ask("PATCH", f"{issues}/comments/{found['id']}", {"body": body}), 200)
    return "the comment is written anew"


def _found(github: GitHub, comments: str) -> dict[str, Any] | None:
    """Our comment: it begins with our mark, and its author is the one whose token we have."""
    for page in range(1, MOST_PAGES + 1):
        answer = github.ask("GET", f"{comments}?per_page={A_PAGE}&page={page}")
        _expect(answer, 200)
        listed = answer.json()
        if not isinstance(listed, list):
            raise GaveUpError("the answer is no list of comments")
        for each in listed:
            text, number = at(each, "body"), at(each, "id")
            if (
                isinstance(text, str)
                and isinstance(number, int)
                and text.startswith(_mark())
                and _is_ours(github, each)
            ):
                return {"id": number, "body": text}
        if len(listed) < A_PAGE:
            return None
    raise GaveUpError(f"there are more than {A_PAGE * MOST_PAGES} comments")


def _is_ours(github: GitHub, comment: Any) -> bool:
    """True for a comment of a bot, as the usual token is one, or of the user whose token it is. Somebody else may have
    copied our mark."""
    if at(comment, "user", "type") == "Bot":
        return True
    me = github.ask("GET", "/user")
    return me.status == 200 and at(me.json(), "login") == at(comment, "user", "login")


def _expect(answer: Answer, status: int) -> None:
    if answer.status in (401, 403, 404):
        raise GaveUpError(f"status {answer.status}, {RIGHTS}")
    if answer.status != status:
        raise GaveUpError(f"status {answer.status}")


def _mark() -> str:
    """The hidden beginning of our comment, another one for each job and list."""
    parts = (os.environ.get(name, "") for name in ("GITHUB_WORKFLOW", "GITHUB_JOB"))
    key = hashlib.sha256("\0".join((*parts, given("domain"), given("targets"))).encode()).hexdigest()[:16]
    return f"<!-- hostaudit-action {key} -->"


def _body(pull: dict[str, Any]) -> str:
    """The mark, what the scan wrote for a comment, and where the rest is."""
    place = given("comment-file")
    if not place or not Path(place).is_file():
        text = f"### hostaudit: no report\n\n{runner.UNUSABLE}.\n"
    else:
        text = Path(place).read_text("utf-8")
    commit = str(at(pull, "head", "sha"))
    server, run = os.environ.get("GITHUB_SERVER_URL", ""), os.environ.get("GITHUB_RUN_ID", "")
    page = f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    more = f"[The job summary]({page}) has the whole report." if re.fullmatch(r"https?://[\w./:-]+", page) else ""
    told = f"Commit {commit[:12]}." if re.fullmatch(r"[0-9a-f]{40,64}", commit) else ""
    return f"{_mark()}\n{text[:MOST]}\n{' '.join(part for part in (told, more) if part)}".strip()
