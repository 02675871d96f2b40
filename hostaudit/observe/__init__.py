"""Observation: the only part of hostaudit that uses the network. It records evidence and never judges."""
