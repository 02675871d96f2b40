"""The fingerprint of a finding, by which a later report, a baseline or a code scanning service knows it again."""

from __future__ import annotations

import hashlib


def fingerprint(rule: str, domain: str, role: str, subject: str, provider: str) -> str:
    """Return a digest of rule, target, role, subject and provider, 32 hexadecimal digits; it is stable while these
    are."""
    return hashlib.sha256("\0".join((rule, domain, role, subject, provider)).encode()).hexdigest()[:32]
