"""Simulation of losses on one clock: providers that end service, and recorded incidents."""
