"""Analysis: from evidence and rules to dependencies, possible failures and their duration. Pure, no network."""
