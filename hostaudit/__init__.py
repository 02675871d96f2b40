"""hostaudit: who can switch a site off, alone or in pairs, for how long, and which fallback is real."""

__version__ = "0.1.0"
