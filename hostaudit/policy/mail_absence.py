"""The answer to a demand on incoming mail at a site that has none.

| the site now | earlier runs | answer |
|---|---|---|
| null MX (RFC 7505): the owner says that it takes no mail | any | pass, told |
| no MX record, with proof | none had mail exchangers | pass, told |
| no MX record | the baseline or a kept run had some | fail: that is what the demand is for |
| anything else, such as a name that does not exist | | unknown |
"""

from __future__ import annotations

from hostaudit.model.checks import MAIL
from hostaudit.model.report import RECEIVES_MAIL, RECEIVING, Report
from hostaudit.model.values import NODATA, NULL_MX
from hostaudit.policy.check import Answer, Demand
from hostaudit.policy.context import PolicyContext


def without_mail(context: PolicyContext, demand: Demand) -> Answer | None:
    """Return the answer to a demand on mail where the site takes none; None for other demands, and where it does or
    may."""
    if demand.role != MAIL and demand.function != RECEIVES_MAIL:
        return None
    node = next((each for each in context.case.tree.functions if each.id == RECEIVES_MAIL), None)
    item = context.case.evidence.get("mx", context.domain)
    if node is None or node.applies != "no" or item is None:
        return None
    subject, because = context.domain, (item.id,)
    told = f"no mail here: {node.note}"
    if item.absent == NULL_MX:
        return demand.answer("pass", subject, f"{context.domain}: {told}.", because=because)
    if context.mail_before:
        message = (
            f"{context.domain} has no mail exchanger any more; {context.mail_before} had some. If mail was given up, a "
            "null MX (RFC 7505) says so."
        )
        return demand.answer("fail", subject, message, because=because)
    if item.absent == NODATA:
        return demand.answer("pass", subject, f"{context.domain}: {told}.", because=because)
    message = f"{context.domain}: it is unknown whether it should take mail: {node.note}."
    return demand.answer("unknown", subject, message, because=because)


def took_mail(report: Report) -> bool:
    """Return True if the site of a report had mail exchangers then."""
    return any(each.id == RECEIVES_MAIL and each.state in RECEIVING for each in report.functions)
