"""Fixtures that tests of policy files share with tests of the policy in force."""

from __future__ import annotations

from helpers.policy_files import effective, load, policy

__all__ = ["effective", "load", "policy"]
