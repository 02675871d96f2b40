"""What a policy demands, asked of one site: every demand gets an answer, pass as well as fail and unknown.

Each rule has one evaluator, below, and one text, ``rules/checks/*.yaml``. An evaluator is a pure function of the case,
its report, the policy and the day; unknown facts widen what it compares and never narrow it.
"""
