"""The data tables of look-ups: their sources, their update and their age."""
