"""What the steps of action.yml run: ``python .ci/action data|before|scan|comment``, with the inputs in the environment.

Only ``before`` and ``comment`` have a token, and only ``scan`` hears what sites answer and decides how the job ends.
"""

import importlib
import sys
import traceback

import runner

DECIDES = "scan"
DEFECT = 4


def main(verb: str) -> int:
    """Run one step and return its exit code."""
    with runner.no_commands():
        try:
            code: int = importlib.import_module(verb).run()
        except Exception:
            traceback.print_exc()
            code = DEFECT
    if verb != DECIDES:
        return 0
    runner.annotate(code)
    return code


sys.exit(main(sys.argv[1]))
