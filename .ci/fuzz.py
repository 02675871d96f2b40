#!/usr/bin/env python3
"""Fuzzing: the functions that read bytes from outside, fed with seeds that were changed at random.

Each target of ``fuzz_targets.py`` runs in a process of its own for ``--seconds``. The same ``--seed`` gives the same
inputs in the same order. A crash or a hang is printed with its input, packed by zlib, as base64: ``--input TARGET
BASE64`` repeats it. An input that is too long for a terminal is printed by its number, which the same seed repeats.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzz_targets import TARGETS, Target

HANG = 4.0
"""Seconds of the processor for one input; the wall clock would measure the other jobs of the machine."""

LONGEST = 256 * 1024
"""Bytes of an input, as of an answer on port 43, the largest text that is read by patterns."""

MOST_SHOWN = 3
MOST_TEXT = 8000
"""Characters of an input that is printed."""

TOKENS = (
    b"\0",
    b"\xff",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"'",
    b'"',
    b"<",
    b"&",
    b"%",
    b"#",
    b">",
    b":",
    b"-",
    b"\\",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e400",
    b"9" * 30,
    b"NaN",
    b"2026-13-45T99:99:99Z",
    b"\xf0\x9f\x92\xa9",
    b"\xed\xa0\x80",
    b"../",
    b"http://",
    b"[" * 200,
    b"a" * 300,
    b"\xe2\x80\xae",
    b"%s",
    b"${x}",
    b"<!--",
    b"*a",
    b"&a",
    b"!!python/none",
    b"0x10",
    b"::1",
    b"127.0.0.1",
    b"255",
    b"\xc0\x0c",
)
"""What parsers trip over."""


class HangError(Exception):
    """One input took longer than ``HANG``."""


def changed(data: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    """The same with a few random changes."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 9))):
        at = chance.randrange(len(made) + 1)
        end = min(len(made), at + chance.choice((1, 1, 2, 4, 16, 64, 512)))
        match chance.randrange(9):
            case 0 if at < len(made):
                made[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(made):
                made[at] = chance.randrange(256)
            case 2:
                del made[at:end]
            case 3:
                made[at:at] = made[at:end]
            case 4:
                made[at:at] = chance.choice(TOKENS)
            case 5:
                made[at:end] = chance.choice(TOKENS)
            case 6:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                made[at:at] = other[start : start + chance.choice((4, 32, 256))]
            case 7:
                del made[at:]
            case 8 if chance.random() < 0.1:
                made[at:at] = (bytes(made[at:end]) or b"\n") * chance.choice((100, 1000, 10_000))
        del made[LONGEST:]
    return bytes(made)


def inputs(seeds: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """The seeds, then changes of them; what was changed is sometimes changed again."""
    yield from seeds
    last = seeds[0]
    while True:
        last = changed(last if chance.random() < 0.2 else chance.choice(seeds), seeds, chance)
        yield last


def _expire(*_: object) -> None:
    raise HangError


def attempt(target: Target, data: bytes) -> str:
    """What went wrong with one input, "" for nothing."""
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        target.run(data)
    except Exception as error:
        names = {base.__name__ for base in type(error).__mro__}
        if isinstance(error, HangError):
            return f"hang: more than {HANG:.0f} s\n" + "".join(traceback.format_tb(error.__traceback__)[-4:])
        return "" if names & set(target.expected) else "".join(traceback.format_exception(error)[-4:])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


def repeated(name: str, data: bytes, seed: int, count: int) -> str:
    """The options that repeat one input: the input itself, or its number where no terminal would take it."""
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return f"--input {name} {text}" if len(text) < MOST_TEXT else f"--target {name} --seed {seed} --number {count}"


def numbered(name: str, seed: int, number: int) -> bytes:
    """The input with this number, counted from 1."""
    seeds = TARGETS[name].seeds()
    made = inputs(seeds, random.Random(f"{seed} {name}"))
    return next(itertools.islice(made, number - 1, None))


def one(name: str, seconds: float, seed: int) -> int:
    """Feed one target; the number of different places in which it failed."""
    signal.signal(signal.SIGPROF, _expire)
    target, chance = TARGETS[name], random.Random(f"{seed} {name}")
    seeds = target.seeds()
    end, count, failed, places = time.monotonic() + seconds, 0, 0, set[str]()
    for data in inputs(seeds, chance):
        said = attempt(target, data)
        count += 1
        failed += bool(said)
        # One defect fails for many inputs, so it is shown once.
        if said and (place := said.strip().splitlines()[-1][:60]) not in places and len(places) < MOST_SHOWN:
            places.add(place)
            again = repeated(name, data, seed, count)
            print(f"FAIL {name}, input {count} of --seed {seed}:\n{said}  again: .ci/fuzz.py {again}")
        if time.monotonic() > end and count >= len(seeds):
            break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{'FAIL' if failed else 'ok  '} {name}: {count} inputs, {failed} failed, peak {peak} MiB", flush=True)
    return failed


def alone(name: str, options: argparse.Namespace) -> int:
    """Run one target in a process of its own; 1 if it failed or was killed."""
    command = [
        sys.executable,
        __file__,
        "--target",
        name,
        "--seconds",
        str(options.seconds),
        "--seed",
        str(options.seed),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=options.seconds * 3 + 120)
    except subprocess.TimeoutExpired as error:
        print(f"FAIL {name}: killed, as nothing interrupts it\n{(error.stdout or b'').decode()}", flush=True)
        return 1
    print(done.stdout + done.stderr, end="", flush=True)
    return int(done.returncode != 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each target")
    parser.add_argument(
        "--seed", type=int, default=datetime.now(UTC).toordinal(), help="default: the number of the day"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--number", type=int, help="only this input of --target and --seed")
    parser.add_argument("--input", nargs=2, metavar=("TARGET", "BASE64"))
    options = parser.parse_args()
    if options.input or options.number:
        signal.signal(signal.SIGPROF, _expire)
        name, text = options.input or (options.target, "")
        data = zlib.decompress(base64.b64decode(text)) if text else numbered(name, options.seed, options.number)
        said = attempt(TARGETS[name], data)
        print(said or "nothing fails")
        sys.exit(1 if said else 0)
    if options.target:
        sys.exit(1 if one(options.target, options.seconds, options.seed) else 0)
    print(f"{len(TARGETS)} targets, {options.seconds:g} s each, --seed {options.seed}")
    with ThreadPoolExecutor(options.jobs) as pool:
        failed = sum(pool.map(lambda name: alone(name, options), TARGETS))
    print(f"{failed} of {len(TARGETS)} targets failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
