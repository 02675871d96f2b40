"""Thinking: from evidence and rules to what depends on what, what can fail, and for how long. Pure, no network."""
