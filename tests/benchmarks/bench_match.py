"""How many questions does the matcher answer in a second, how long does the catalogue take to load, and does either
depend on the size of the catalogue? One core; every question is another one, so that nothing is answered twice.

    python tests/benchmarks/bench_match.py [--questions 100000] [--runs 5]
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import msgspec

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.analysis.catalogue.match import Matcher, matcher, read
from hostaudit.documents import rules
from hostaudit.model.rules import HeaderClue, Provider, Rules, Samples, Scoring

ROOT = Path(__file__).resolve().parents[2]

SHARES = {"ns": 25, "cname": 25, "mx": 10, "ip": 15, "headers": 10, "issuer": 10, "registrar": 5}
"""Of a hundred questions how many are of each kind."""

COMMON = {
    "date": "Sat, 21 Nov 2026 15:28:03 GMT",
    "content-type": "text/html; charset=utf-8",
    "connection": "keep-alive",
    "cache-control": "max-age=60",
    "vary": "Accept-Encoding",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-length": "5120",
}


def questions(book: Rules, count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Kind and line of ``count`` questions about this catalogue, four in ten of which it cannot answer."""
    facts = {
        "ns": [s for p in book.providers for s in p.ns],
        "cname": [s for p in book.providers for s in p.cname],
        "mx": [s for p in book.providers for s in p.mx],
        "ip": [r for p in book.providers for r in p.ranges],
        "headers": [h for p in book.providers for h in p.headers],
        "issuer": [i for p in book.providers for i in p.issuers if not i.startswith("CN=")],
        "registrar": [(n, i) for p in book.providers for n, i in zip(p.registrar_names, p.registrar_ids, strict=False)],
    }
    samples = [s.split(" ", 1) for p in book.providers for s in p.samples.matches]
    families = {
        kind: [
            value
            for provider in book.providers
            if (provider.ns_patterns if kind == "ns" else provider.cname_patterns)
            for found, value in (s.split(" ", 1) for s in provider.samples.matches)
            if found == kind
        ]
        for kind in ("ns", "cname")
    }
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    values = [value for kind, value in samples if kind == "header"]
    for number in range(count):
        kind, known = chance.choice(kinds), chance.random() < 0.6
        word = f"{chance.getrandbits(40):x}"
        what: Any
        if kind in ("ns", "cname", "mx"):
            if known and kind != "mx" and families[kind] and chance.random() < 0.3:
                what = chance.choice(families[kind])
            else:
                what = f"{word}.{chance.choice(facts[kind]) if known else f'site{number}.example.org'}"
        elif kind == "ip":
            network = ip_network(chance.choice(facts["ip"]))
            inside = network.network_address + chance.randrange(min(network.num_addresses, 1 << 62))
            what = str(inside if known else ip_address(chance.randrange(1 << 24, 223 << 24)))
        elif kind == "headers":
            what = COMMON | {"server": "nginx", "etag": f'"{word}"', "x-request-id": word}
            if known:
                name, _, value = chance.choice(values).partition(":")
                what[name] = value.strip()
        elif kind == "issuer":
            what = {"o": chance.choice(facts["issuer"]) if known else f"Authority {word}", "cn": f"Server CA {word}"}
        else:
            name, identity = chance.choice(facts["registrar"]) if known else (f"Registrar {word}", str(10**6 + number))
            what = {"name": name, "iana_id": identity}
        yield kind, msgspec.json.encode({kind: what})


def synthetic(facts: int) -> Rules:
    """A catalogue of about so many facts: names, numbered families, headers, ranges, organisations; ten a provider."""
    providers = []
    for n in range(facts // 10):
        high, low = divmod(n, 250)
        providers.append(
            Provider(
                id=f"p{n}",
                name=f"Provider {n}",
                parent=f"p{n - 1}" if n % 5 == 1 else "",
                roles=("dns", "hosting"),
                samples=Samples(
                    (
                        f"ns ns-7.farm{n}-11.net",
                        f"cname a.edge-{n}-07.com",
                        f"header server: edge{n}/1.0",
                        f"header x-p{n}: 1",
                    )
                ),
                ns=(f"dns{n}.example.net", f"ns.p{n}.example"),
                ns_patterns=(rf"ns-\d+\.farm{n}-\d\d\.(?:com|net|org)",),
                cname=(f"cdn.p{n}.example", f"p{n}.pages.example"),
                cname_patterns=(rf"[a-z0-9]+\.edge-{n}-\d\d\.(?:com|net)",),
                mx=(f"mx.p{n}.example",),
                headers=(HeaderClue("server", f"^edge{n}/"), HeaderClue(f"x-p{n}", ".")),
                ranges=(f"{20 + high}.{low}.0.0/16",),
                issuers=(f"Provider {n} Trust Services",),
                registrar_names=(f"Provider {n} Registrar, Inc.",),
                registrar_ids=(str(n + 1),),
            )
        )
    scoring = Scoring(weights={}, full_harm_hours=1, name_only_weight=0, further_weight=0, named_host_weight=0)
    return Rules("synthetic", tuple(providers), {}, {}, scoring)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor(work: Callable[[], object]) -> float:
    """Seconds of one core, whatever else runs on the machine."""
    started = time.process_time()
    work()
    return time.process_time() - started


def answer_all(matcher: Matcher, lines: list[bytes]) -> None:
    """What the command does with each line, without reading and writing."""
    encode = msgspec.json.encode
    for line in lines:
        encode(matcher.answer(read(line)))


def loading(runs: int) -> None:
    rules.load()
    ways: dict[str, Callable[[], object]] = {
        "rules": rules.load,
        "ready to answer": lambda: Catalogue(rules.load()),
        "with every index made": lambda: Catalogue(rules.load()).prepare(),
    }
    taken = {name: statistics.median([processor(way) for _ in range(runs)]) * 1000 for name, way in ways.items()}
    shown = ", ".join(f"{name} {each:.1f} ms" for name, each in taken.items())
    print(f"load, warm, {len(rules.load().providers)} providers: {shown}")


def settle() -> None:
    """Let the collector forget what the benchmark itself keeps, as the command sets it (``hostaudit.__main__``)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def in_process(matcher: Matcher, asked: list[tuple[str, bytes]], runs: int) -> None:
    lines = [line for _, line in asked]
    answer_all(matcher, lines[:2000])
    settle()
    taken = sorted(processor(lambda: answer_all(matcher, lines)) for _ in range(runs))
    rates = [len(lines) / each for each in (taken[-1], statistics.median(taken), taken[0])]
    print(
        "in process, JSON in and out: " + " / ".join(f"{rate:,.0f}" for rate in rates) + " a second (low/median/high)"
    )
    for kind in SHARES:
        own = [line for each, line in asked if each == kind]
        best = min(processor(lambda own=own: answer_all(matcher, own)) for _ in range(3))
        print(f"  {kind:10} {best / len(own) * 1e6:5.1f} us")


def whole_command(asked: list[tuple[str, bytes]], runs: int) -> None:
    data = b"".join(line + b"\n" for _, line in asked)
    command = [sys.executable, "-m", "hostaudit", "providers", "match"]
    place = os.environ | {"PYTHONPATH": str(ROOT)}

    def run(given: bytes) -> float:
        return seconds(
            lambda: subprocess.run(command, input=given, stdout=subprocess.DEVNULL, check=True, env=place, cwd=ROOT)
        )

    started = statistics.median(run(b'{"ip":"192.0.2.1"}\n') for _ in range(runs))
    taken = statistics.median(run(data) for _ in range(runs))
    print(
        f"whole command: {len(asked):,} lines in {taken:.2f} s, {len(asked) / taken:,.0f} a second; "
        f"without its start ({started * 1000:.0f} ms): {len(asked) / (taken - started):,.0f} a second"
    )


def flat(count: int, runs: int) -> None:
    """Catalogues of 2,000 and 20,000 facts, measured in turn."""
    sizes = (2_000, 20_000)
    prepared = {}
    for size in sizes:
        book = synthetic(size)
        asked = list(questions(book, count, random.Random(size)))
        matcher = Matcher(Catalogue(book))
        answer_all(matcher, [line for _, line in questions(book, 20 * size, random.Random(1))])  # compile patterns
        prepared[size] = (matcher, asked)
    settle()
    taken: dict[tuple[int, str], list[float]] = {}
    for _ in range(runs):
        for size in sizes:
            matcher, asked = prepared[size]
            for kind in ("all", *SHARES):
                lines = [line for each, line in asked if kind in ("all", each)]
                took = processor(lambda matcher=matcher, lines=lines: answer_all(matcher, lines))
                taken.setdefault((size, kind), []).append(took / len(lines) * 1e6)
    print("size of the catalogue: us a question at 2,000 and 20,000 facts, ratio of medians (of minima)")
    for kind in ("all", *SHARES):
        small, large = (taken[size, kind] for size in sizes)
        ratio = statistics.median(large) / statistics.median(small)
        print(
            f"  {kind:10} {statistics.median(small):5.1f} {statistics.median(large):5.1f}   "
            f"{ratio:.2f} ({min(large) / min(small):.2f})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    book = rules.load()
    loading(max(options.runs, 5))
    asked = list(questions(book, options.questions, random.Random(7)))
    in_process(matcher(book, print), asked, options.runs)
    whole_command(asked, min(options.runs, 3))
    flat(min(options.questions, 40_000), options.runs)


if __name__ == "__main__":
    main()
