"""A function of a site: its module, its row, its weight."""

from __future__ import annotations

from price.patched_copy import Price, after, before, new

MODULE = '''"""``serve_ipv6``: the front page answers over IPv6. It rests on resolution and any one IPv6 address."""

from __future__ import annotations

from collections.abc import Iterator

from hostaudit.analysis.fault_tree.functions import FunctionDefinition, FunctionRecord
from hostaudit.analysis.fault_tree.parts import TreeParts
from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.model.values import Addresses

ID = "serve_ipv6"


def add(parts: TreeParts) -> Iterator[FunctionRecord]:
    """The function."""
    host = parts.hosts.front.host
    found = parts.evidence.value("aaaa", host, Addresses)
    if found is None:
        yield FunctionRecord(ID, applies="no", note=f"{host} has no IPv6 address")
        return
    nodes = [Purpose.LEG.of(host, "aaaa", address).id for address in found.addresses]
    ways = parts.tree.gate(Purpose.ALTERNATIVES.of(ID), "any", nodes)
    yield FunctionRecord(ID, (parts.resolves, ways))


FUNCTION = FunctionDefinition((ID,), 25, "down", add)
'''

PRICE = Price(
    most=3,
    patch={
        "hostaudit/analysis/fault_tree/functions/serve_ipv6.py": new(MODULE),
        "hostaudit/model/roles.py": before(
            '    "mail_receive": FunctionRow(',
            '    "serve_ipv6": FunctionRow(words="web site over IPv6", head="IPv6", code="SIX"),\n',
        ),
        "rules/scoring.yaml": after("  web: 0.50\n", "  serve_ipv6: 0.05\n"),
    },
    checks=(
        "model/test_roles.py::test_every_function_has_its_row_and_its_weight",
        "test_functions.py::test_every_function_of_the_table_has_a_module_and_every_module_a_row",
    ),
    shows=("analyse", "{root}/examples/history/cloudflare-nov-2025/evidence.json"),
    expect=("web site over IPv6",),
)
