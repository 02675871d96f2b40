"""``parents.max_share``: the largest share of all alternatives that one company has."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.policy.check import Answer, Check, Demand, Ladder, compared_most
from hostaudit.policy.context import PolicyContext

SHARES = tuple(step / 100 for step in range(30, 100, 5))


def evaluate(context: PolicyContext, demand: Demand) -> Iterator[Answer]:
    """Yield one answer: the share as an interval, because an alternative with an unknown part may be any company's."""
    legs, hidden = context.alternatives.legs()
    held: dict[str, tuple[int, int]] = {}
    doubtful = 0
    for each in legs:
        sure = {identity for kind, identity in each.least if kind == "parent"} - context.own
        if not each.sure:
            doubtful += 1
        for parent in sure:
            least, doubts = held.get(parent, (0, 0))
            held[parent] = (least + 1, doubts + (not each.sure))
    # An alternative with an unknown part may be any company's; those that are surely a company's are in its count.
    high = max((least + doubtful - doubts for least, doubts in held.values()), default=doubtful)
    low, who = max(((least, parent) for parent, (least, _) in held.items()), default=(0, ""))
    total = len(legs)
    shares = (low / total, high / total) if total else (0.0, 0.0)
    if hidden or not total:
        shares = (0.0, 1.0 if hidden else 0.0)
    percent = [f"{100 * each:.0f}" for each in shares]
    shown = percent[0] if percent[0] == percent[1] else f"{percent[0]} to {percent[1]}"
    named = f", {context.case.company(who)}" if who else ""
    most = f"{100 * demand.value:.0f}"
    yield demand.answer(
        compared_most(*shares, demand.value),
        context.domain,
        f"One company holds {shown} % of {total} alternatives{named}; at most {most} % is allowed.",
        provider=who,
        because=sorted({each for leg in legs for each in leg.because}),
    )


CHECK = Check("parents.max_share", evaluate, Ladder(SHARES, lambda _: {"": SHARES}))
