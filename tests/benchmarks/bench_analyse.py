"""How long does judgement take, from evidence in memory to a report, and to load the rules?"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from hostaudit.analysis.fault_tree.purposes import Purpose
from hostaudit.analysis.fault_tree.tree import BasicEvent, FaultTree, SiteFunction
from hostaudit.analysis.impact.cut_sets import minimal_cut_sets
from hostaudit.analysis.impact.outage import KINDS
from hostaudit.analysis.whatif import replay
from hostaudit.audit import analyse, understand
from hostaudit.documents import rules, scenarios
from hostaudit.documents.evidence_file import read_evidence

BUNDLE = Path(__file__).resolve().parents[2] / "examples/parler-2021/evidence.json"


def measure(name: str, work: Callable[[], object], runs: int = 15) -> None:
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    print(f"{name:30} {min(taken):6.1f} ms  median {statistics.median(taken):6.1f} ms  max {max(taken):6.1f} ms")


def main() -> None:
    found = rules.load()
    file = read_evidence(str(BUNDLE))
    print(f"{len(file.evidence)} items of evidence, {len(found.providers)} providers")
    measure("load the rules, warm", rules.load)
    measure("read the evidence", lambda: read_evidence(str(BUNDLE)))
    measure("analyse", lambda: analyse(file, found))
    case = understand(file, found)
    measure("cut sets, every kind", lambda: [minimal_cut_sets(case.tree, kind) for kind in KINDS])
    measure("replay parler-2021", lambda: replay.replay(case, scenarios.find("parler-2021")))
    library = scenarios.load()
    measure("replay every scenario", lambda: replay.matrix(case, library), runs=5)
    for nodes, domains in ((300, 100), (2000, 600)):
        graph = at_random(nodes, domains)
        measure(f"cut sets of {nodes} random nodes", lambda graph=graph: minimal_cut_sets(graph, "parent"))
    graph = exploding()
    measure("cut sets of a hostile graph", lambda: minimal_cut_sets(graph, "parent"), runs=3)
    print(f"hostile graph: complete up to sets of {minimal_cut_sets(graph, 'parent').order}")


def at_random(nodes: int, domains: int, seed: int = 7) -> FaultTree:
    """Half leaves, half gates of two to four children; one node in ten closes a cycle."""
    draw, graph = random.Random(seed), FaultTree()
    names = [f"leaf{n}" for n in range(nodes // 2)]
    for name in names:
        graph.leaf(name, BasicEvent({"parent": (f"company{draw.randrange(domains)}",)}, "dns", name, ()))
    for n in range(nodes - nodes // 2):
        children = [draw.choice(names) for _ in range(draw.randint(2, 4))]
        if draw.random() < 0.1:
            children.append(f"gate{draw.randrange(nodes - nodes // 2)}")
        names.append(graph.gate(Purpose.GROUP.of(f"gate{n}"), draw.choice(("all", "any")), children))
    graph.functions = [SiteFunction("f", names[-1], "yes", "down", 1.0)]
    return graph


def exploding() -> FaultTree:
    """Three alternatives of 500 needs each: 125 million minimal cut sets of three."""
    graph = FaultTree()
    for n in range(1500):
        graph.leaf(f"leaf{n}", BasicEvent({"parent": (f"company{n}",)}, "dns", f"leaf{n}", ()))
    wide = [
        graph.gate(Purpose.GROUP.of(f"wide{k}"), "all", [f"leaf{n}" for n in range(k * 500, k * 500 + 500)])
        for k in range(3)
    ]
    graph.gate(Purpose.GROUP.of("top"), "any", wide)
    graph.functions = [SiteFunction("f", "top", "yes", "down", 1.0)]
    return graph


if __name__ == "__main__":
    main()
