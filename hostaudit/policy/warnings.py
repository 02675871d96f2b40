"""Warnings about a valid policy file: exceptions that end soon, and names that are not in the catalogue.

None of them is an error of the file, so the passage of time alone breaks no build; a scan shows the consequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hostaudit.documents.policy_problems import World, policies
from hostaudit.documents.policy_values import NEVER, covers, day
from hostaudit.documents.problem import Where
from hostaudit.model.policy import Exemption, Policy
from hostaudit.model.site import SiteFile

SOON_DAYS = 30
"""Number of days before its end from which on an exception has a warning."""


def reminders(file: SiteFile, world: World, today: date) -> Iterator[tuple[Where, str]]:
    """Yield the place and text of every warning, in the order of the file. ``today`` is a day in UTC."""
    for place, policy in policies(file):
        if policy is not None:
            yield from _of_ids(policy, place, world)
    for position, exemption in enumerate(file.exceptions):
        at: Where = ("exceptions", position)
        yield from (((*at, key), f"exception {exemption.id} {text}") for key, text in _of_exemption(exemption, today))
        if not _meets(exemption, file):
            text = f"exception {exemption.id}: no site and no target of this file is called {exemption.target}"
            yield (*at, "target"), text


def _of_exemption(exemption: Exemption, today: date) -> Iterator[tuple[str, str]]:
    if exemption.expires == NEVER:
        review = day(exemption.review)
        if review is None:
            yield "review", f"never ends, and {exemption.review[:40]!r} is no day (YYYY-MM-DD) on which to review it"
        elif review < today:
            yield "review", f"never ends and was to be reviewed by {review}; {exemption.owner} answers for it"
        return
    last = day(exemption.expires)
    if last is None:
        yield "expires", f"counts as expired: {exemption.expires[:40]!r} is no day (YYYY-MM-DD)"
    elif last < today:
        yield "expires", f"expired on {last}; {exemption.owner} answers for it"
    elif (last - today).days <= SOON_DAYS:
        left = (last - today).days
        ends = "ends today" if left == 0 else f"ends in {left} day{'' if left == 1 else 's'}, on {last}"
        yield "expires", f"{ends}; {exemption.owner} answers for it"


def _meets(exemption: Exemption, file: SiteFile) -> bool:
    """True if an exception is for a site or target of the file, or if the file names none."""
    names = [site.domain for site in file.sites]
    patterns = [pattern for target in file.targets for pattern in target.match]
    wanted = exemption.target
    if not (names or patterns) or any(covers(wanted, name) for name in names):
        return True
    return any(covers(pattern, wanted) or covers(wanted, pattern) or pattern == wanted for pattern in patterns)


def _of_ids(policy: Policy, at: Where, world: World) -> Iterator[tuple[Where, str]]:
    """The warnings about ids that are neither in the catalogue nor in the form of unknown operators in reports."""
    lists: list[tuple[Where, tuple[str, ...]]] = [
        ((*at, "roles", role, key), ids)
        for role, demand in policy.roles.items()
        for key, ids in (("allow", demand.allow), ("deny", demand.deny))
    ]
    lists.append(((*at, "providers"), tuple(each.id for each in policy.providers)))
    lists.append(((*at, "parents", "deny"), tuple(each.id for each in policy.parents.deny)))
    for place, ids in lists:
        for position, each in enumerate(ids):
            if each not in world.companies and ":" not in each:
                yield (*place, position), f"{each} is not in the catalogue, so that no report will name it"
