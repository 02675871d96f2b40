"""Losses played through on one clock: providers that leave, and recorded incidents."""
