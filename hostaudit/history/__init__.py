"""Runs over time: what of a report lasts, what changed between two, and the file that keeps them."""
