"""A role: its row, its texts, its hours to recover."""

from __future__ import annotations

from price.patched_copy import Price, appended, before, edits, replaced

PRICE = Price(
    most=3,
    patch={
        "hostaudit/model/roles.py": edits(
            replaced('    "deploy",\n]', '    "deploy",\n    "telephony",\n]'),
            before(
                "    # Not listed as not assessed:",
                """\
    "telephony": RoleRow(
        words="telephone lines",
        visible=False,
        not_assessed=("telephone", "who carries the telephone lines cannot be seen from outside"),
    ),
""",
            ),
        ),
        "rules/roles.yaml": appended(
            """\
telephony:
  title: Carrier of the telephone lines
  risk: Nobody can be called, and nobody can call.
  seen: Not from outside; the site file declares it.
  fix: Keep a second carrier with numbers of its own.
"""
        ),
        "rules/recovery.yaml": appended(
            """\
telephony:
  low: 4
  usual: 48
  high: 240
  why: Numbers are carried over to another carrier.
  source: judgement; no recorded case
"""
        ),
    },
    checks=("model/test_roles.py",),
    shows=("analyse", "{root}/examples/parler-2021/evidence.json"),
    expect=("telephone", "who carries the telephone lines cannot be seen from outside"),
)
