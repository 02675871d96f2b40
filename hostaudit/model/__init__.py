"""The values between a look-up and a report. Nothing here does I/O.

Two documents are published from here: the evidence file (``hostaudit.evidence/1``) and the report
(``hostaudit.report/1``). Fields may be added within a major version, never renamed or removed.
Times are UTC in RFC 3339 form with a ``Z``; durations are hours unless a name says otherwise.
"""
