"""Explanations: the list of all rules, the text of one rule, and the rules about a role."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.errors import UsageError, nearest
from hostaudit.model.checks import EXPLANATION_SCHEMA, RULEBOOK_SCHEMA, Explanation, RuleBook, RuleRow
from hostaudit.model.report import Hours
from hostaudit.model.roles import ROLE_OF_NAME
from hostaudit.model.rules import Rules, RuleText
from hostaudit.model.words import function

FAMILIES = ("ROLE", "FUNCTION")
"""The words in the id of a text that stand for any role, and for any function."""


def book(rules: Rules) -> RuleBook:
    """Return every rule with its code, in the order of the ids."""
    return RuleBook(RULEBOOK_SCHEMA, tuple(sorted(_rows(rules), key=lambda row: row.rule)))


def _rows(rules: Rules) -> Iterator[RuleRow]:
    for check in rules.checks.values():
        if check.code:
            yield RuleRow(check.id, check.code, check.title, check.severity)
        for key, code in check.codes.items():
            yield RuleRow(f"{key}{check.id[check.id.index('.') :]}", code, check.title, check.severity)


def explain(topic: str, rules: Rules) -> Explanation:
    """Explain a rule by id or code, or a role. Raises ``UsageError`` for any other text, with similar ones."""
    word = topic.strip()
    role = ROLE_OF_NAME.get(word, word)
    if role in rules.roles:
        return _of_role(role, rules)
    rows = {row.rule: row for row in _rows(rules)}
    by_code = {row.code: row for row in rows.values()}
    row = by_code.get(word.upper()) or rows.get(word)
    if row is not None:
        return _of_rule(row, rules)
    for check in rules.checks.values():
        if check.id == word or _one_of(check, word):
            return _of_rule(RuleRow(word, check.code, check.title, check.severity), rules)
    known = (*rows, *by_code, *rules.roles, *(check.id for check in rules.checks.values()), "score")
    hint = nearest(word, known, "hostaudit rules list shows every rule; roles are " + ", ".join(rules.roles))
    raise UsageError(f"{topic[:80]} is not a rule, a code or a role", hint)


def _one_of(check: RuleText, word: str) -> bool:
    """True if a rule of a policy, such as ``web:api.example.com.min_score`` or ``scenario.x.web``, has this text."""
    if check.id.startswith("FUNCTION."):
        return word.endswith(check.id.removeprefix("FUNCTION")) and len(word) > len(check.id) - len("FUNCTION")
    return check.id.startswith("scenario.") and word.startswith("scenario.")


def check_of(rule: str, rules: Rules) -> RuleText | None:
    """Return the text of the rule with an id."""
    if rule in rules.checks:
        return rules.checks[rule]
    front, dot, rest = rule.rpartition(".")
    if front in rules.roles and f"ROLE.{rest}" in rules.checks:
        return rules.checks[f"ROLE.{rest}"]
    return next((each for each in rules.checks.values() if dot and _one_of(each, rule)), None)


def _of_rule(row: RuleRow, rules: Rules) -> Explanation:
    check = check_of(row.rule, rules)
    assert check is not None  # noqa: S101 - rows are made of the texts
    asked_of = row.rule.partition(".")[0]
    role = rules.roles.get(asked_of) if check.id.startswith("ROLE.") else None
    title, risk, fix = check.title, check.risk, check.fix
    if role is not None:
        title = f"{role.title.partition(',')[0]}: {title[0].lower()}{title[1:]}"
        risk, fix = f"{risk} {role.risk}", f"{fix} {role.fix}"
    elif check.id.startswith("FUNCTION.") and asked_of != "FUNCTION":
        title = f"{function(row.rule.rpartition('.')[0]).capitalize()}: {title[0].lower()}{title[1:]}"
    others = [each for each in _rows(rules) if check_of(each.rule, rules) is check and each.rule != row.rule]
    return Explanation(
        schema=EXPLANATION_SCHEMA,
        kind="rule",
        id=row.rule,
        title=title,
        risk=risk,
        how=check.how,
        fix=fix,
        source=check.source,
        code=row.code,
        severity=check.severity,
        write=_written(check, row.rule),
        rules=tuple(sorted(others, key=lambda each: each.rule)) if row.rule == check.id else (),
    )


def _written(check: RuleText, rule: str) -> str:
    """The YAML by which a policy demands this rule: the example of the text, for its role or function."""
    asked_of = rule.rpartition(".")[0]
    for family, key in (("ROLE", "roles: {"), ("FUNCTION", "functions: {")):
        if check.id.startswith(f"{family}.") and asked_of not in FAMILIES and key in check.write:
            head, _, rest = check.write.partition(key)
            named = f'"{asked_of}"' if ":" in asked_of else asked_of
            return f"{head}{key}{named}{rest[rest.index(':') :]}"
    return check.write


def _of_role(role: str, rules: Rules) -> Explanation:
    text, recovery = rules.roles[role], rules.recovery.get(role)
    own = [row for row in _rows(rules) if row.rule.startswith(f"{role}.")]
    return Explanation(
        schema=EXPLANATION_SCHEMA,
        kind="role",
        id=role,
        title=text.title,
        risk=text.risk,
        how=text.seen,
        fix=text.fix,
        source=recovery.source if recovery is not None else "",
        recovery=Hours(recovery.low, recovery.usual, recovery.high) if recovery is not None else None,
        why=recovery.why if recovery is not None else "",
        rules=tuple(sorted(own, key=lambda each: each.rule)),
    )
