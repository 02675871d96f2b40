"""What kept runs tell about the mail of a site."""

from __future__ import annotations

from helpers.policies import effective, judged
from helpers.sites import Site, in_pairs

from hostaudit.audit.batch.judge_process import Job, remembering
from hostaudit.audit.batch.judge_process import judged as judge
from hostaudit.history import snapshot, store
from hostaudit.history.mail import mail_before
from hostaudit.model.checks import Criteria
from hostaudit.model.policy import Policy, RoleDemand
from hostaudit.model.values import NODATA

DEMAND = Policy(roles={"mail": RoleDemand(min_providers=1)})


def lost() -> Site:
    return in_pairs().note("mx", "steady.org", absent=NODATA)


def criteria(policy: Policy = DEMAND) -> Criteria:
    return Criteria(policy=effective(policy, "steady.org"))


def keep(path, *sites: Site) -> None:
    for site in sites:
        store.record(path, snapshot.snapshot(judged(site, DEMAND)))


def test_the_latest_run_with_mail_is_named(tmp_path):
    path = tmp_path / "history.db"
    assert mail_before(path, "steady.org") == ""
    keep(path, lost())
    assert mail_before(path, "steady.org") == ""
    keep(path, in_pairs(), lost())
    assert mail_before(path, "steady.org") == f"run 2 of 2021-01-09 in {path}"
    assert mail_before(path, "other.org") == ""


def test_a_run_of_many_sites_fails_where_mail_was_lost(tmp_path):
    path = tmp_path / "history.db"
    keep(path, in_pairs())

    assert judge(Job(lost().file(), criteria(), "", whole=False, history=str(path))).verdict == "fail"
    assert judge(Job(lost().file(), criteria(), "", whole=False, history=str(path))).verdict == "fail"
    assert judge(Job(lost().file(), criteria(), "", whole=False)).verdict == "pass"


def test_the_history_is_read_only_where_mail_is_demanded_and_gone(tmp_path):
    path = tmp_path / "no.db"
    path.write_text("not a history")
    none = criteria(Policy(roles={"dns": RoleDemand(min_providers=1)}))

    assert remembering(None, lost().file(), path) is None
    assert remembering(none, lost().file(), path) is none
    given = criteria()
    assert remembering(given, in_pairs().file(), path) is given


def test_a_history_that_cannot_be_read_costs_no_report(tmp_path):
    path = tmp_path / "no.db"
    path.write_text("not a history")
    found = judge(Job(lost().file(), criteria(), "", whole=False, history=str(path)))

    assert found.verdict == "pass"
    assert str(path) in found.unkept
