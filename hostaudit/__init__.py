"""hostaudit: who can switch a site off, alone or in pairs, for how long, and which fallback is real.

The Python interface is loaded name by name when it is asked for (``hostaudit.scan`` loads ``hostaudit.api``); importing
the package loads nothing else.
"""

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Criteria",
    "DocumentError",
    "EffectivePolicy",
    "Effects",
    "EvidenceFile",
    "Fallbacks",
    "HostauditError",
    "LookOptions",
    "Matrix",
    "NothingToScanError",
    "Report",
    "Scenario",
    "Site",
    "SiteFailure",
    "SiteReport",
    "UsageError",
    "WhatIf",
    "__version__",
    "alook",
    "analyse",
    "ascan",
    "compare",
    "effects",
    "encode_evidence",
    "encode_report",
    "fallbacks",
    "known_failures",
    "look",
    "matrix",
    "merge",
    "read_evidence",
    "read_policy",
    "read_report",
    "read_site",
    "scan",
    "scan_many",
    "scenarios",
    "whatif",
    "write_evidence",
    "write_report",
]

TYPE_CHECKING = False
"""True for type checkers; the name from ``typing``, which is not loaded for it."""

if TYPE_CHECKING:
    from hostaudit.api import (
        SiteFailure,
        SiteReport,
        alook,
        analyse,
        ascan,
        compare,
        effects,
        encode_evidence,
        encode_report,
        fallbacks,
        known_failures,
        look,
        matrix,
        merge,
        read_evidence,
        read_policy,
        read_report,
        read_site,
        scan,
        scan_many,
        scenarios,
        whatif,
        write_evidence,
        write_report,
    )
    from hostaudit.errors import DocumentError, HostauditError, NothingToScanError, UsageError
    from hostaudit.model.checks import Criteria
    from hostaudit.model.comparison import Comparison
    from hostaudit.model.effects import Effects
    from hostaudit.model.evidence import EvidenceFile
    from hostaudit.model.policy import EffectivePolicy
    from hostaudit.model.report import Report
    from hostaudit.model.scenario import Scenario
    from hostaudit.model.site import Site
    from hostaudit.model.whatif import Fallbacks, Matrix, WhatIf
    from hostaudit.observe.look import LookOptions
else:
    _ELSEWHERE = {
        "Comparison": "model.comparison",
        "Criteria": "model.checks",
        "DocumentError": "errors",
        "EffectivePolicy": "model.policy",
        "Effects": "model.effects",
        "EvidenceFile": "model.evidence",
        "Fallbacks": "model.whatif",
        "HostauditError": "errors",
        "LookOptions": "observe.look",
        "Matrix": "model.whatif",
        "NothingToScanError": "errors",
        "Report": "model.report",
        "Scenario": "model.scenario",
        "Site": "model.site",
        "UsageError": "errors",
        "WhatIf": "model.whatif",
    }
    """By name the module that defines it; all others are in ``api``."""

    def __getattr__(name: str) -> object:
        """A name of the interface, loaded when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'api')}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """All names, loaded or not."""
        return sorted({*globals(), *__all__})
