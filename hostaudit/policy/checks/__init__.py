"""The checks: each module is one rule that a policy can demand, as ``CHECK``; the folder is the list.

A module is named after the text of its rule: ``role_min_score`` for ``rules/checks/role-min-score.yaml``. The key by
which a policy demands the rule stands in ``hostaudit.model.policy``.
"""
