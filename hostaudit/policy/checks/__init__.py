"""The checks: each module defines, as ``CHECK``, one rule that a policy can demand; the folder is the list.

A module is named after the text of its rule: ``role_min_score`` for ``rules/checks/role-min-score.yaml``. The key by
which a policy demands the rule is in ``hostaudit.model.policy``.
"""
