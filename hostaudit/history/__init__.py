"""Runs over time: snapshots of reports, the changes between two of them, and the file that stores them."""
