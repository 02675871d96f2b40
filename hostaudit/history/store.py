"""Store: the snapshots of all runs in one SQLite file, safe for several writers at once.

A run is one row. Its facts are stored once under the SHA-256 of their JSON, even if many runs share them. The file is
in WAL mode, so readers and a writer do not wait for one another. Every write is one transaction that first waits for
the lock and takes it. A file of another program, of a newer version or with damage is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec

from hostaudit.errors import DocumentError, UsageError
from hostaudit.model.changes import Fact, Snapshot
from hostaudit.model.report import Run, ScoreInterval

APPLICATION = 0x686F6175
"""The application id in the header of the file (SQLite file format, section 1.3.9): ``hoau``."""

VERSION = 2
"""Version of the tables, stored as ``user_version``. Version 1 did not say by which formula a score was reckoned."""

PATIENCE = 60.0
"""Longest wait of a writer for others, in seconds."""

MOST_RUNS = 10_000_000
"""Highest number of a run that is looked for in a damaged file."""

MOST_BODY = 4 * 1024 * 1024
"""Largest size of one fact in bytes: far more than any fact has."""

_TABLES = """
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    domain TEXT NOT NULL,
    started TEXT NOT NULL,
    run TEXT NOT NULL,
    verdict TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    coverage REAL NOT NULL,
    policy TEXT NOT NULL,
    formula INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX run_of_domain ON run (domain, started, number);
CREATE TABLE fact (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE seen (
    run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
    fact INTEGER NOT NULL REFERENCES fact (id),
    PRIMARY KEY (run, fact)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_fact ON seen (fact);
"""

T = TypeVar("T")


def check(path: Path) -> None:
    """Create the file if needed. Raises ``UsageError`` for a file to which ``record`` could not write."""
    with _opened(path, create=True) as database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("ROLLBACK")


def record(path: Path, snapshot: Snapshot) -> int:
    """Append a run and return its number. Raises ``UsageError`` if the file cannot be written."""
    bodies = [msgspec.json.encode(each, order="deterministic").decode() for each in snapshot.facts]
    facts = {hashlib.sha256(body.encode()).hexdigest(): body for body in bodies}
    with _opened(path, create=True) as database, _writing(database):
        number = database.execute(
            "INSERT INTO run (domain, started, run, verdict, low, high, coverage, policy, formula)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                snapshot.domain,
                snapshot.run.started,
                msgspec.json.encode(snapshot.run, order="deterministic").decode(),
                snapshot.verdict,
                snapshot.score.low,
                snapshot.score.high,
                snapshot.coverage,
                snapshot.policy,
                snapshot.formula,
            ),
        ).lastrowid
        database.executemany("INSERT OR IGNORE INTO fact (sha256, body) VALUES (?, ?)", facts.items())
        database.executemany(
            "INSERT INTO seen (run, fact) SELECT ?, id FROM fact WHERE sha256 = ?", ((number, each) for each in facts)
        )
    return int(number or 0)


def runs(path: Path, domain: str, most: int | None = None) -> tuple[list[tuple[int, Snapshot]], int]:
    """Return the latest runs of a domain with their numbers, the oldest first, and the number of earlier ones."""
    with _opened(path) as database, _reading(database):
        rows = database.execute(
            "SELECT number, run, verdict, low, high, coverage, policy, formula FROM run WHERE domain = ?"
            " ORDER BY started DESC, number DESC",
            (domain,),
        ).fetchall()
        chosen = rows if most is None else rows[:most]
        found = [
            (int(number), _snapshot(path, database, domain, number, tuple(rest))) for number, *rest in reversed(chosen)
        ]
    return found, len(rows) - len(chosen)


def domains(path: Path) -> tuple[str, ...]:
    """Return the domains that have runs in the file."""
    with _opened(path) as database:
        return tuple(row[0] for row in database.execute("SELECT DISTINCT domain FROM run ORDER BY domain"))


def recorded(path: Path) -> set[tuple[str, str]]:
    """Return domain and start of all runs in the file."""
    with _opened(path) as database:
        return {(str(domain), str(started)) for domain, started in database.execute("SELECT domain, started FROM run")}


def salvage(path: Path, to: Path) -> tuple[int, int]:
    """Copy every run that can be read whole from a damaged file to a new one, and return the numbers of copied and of
    lost runs. Raises ``UsageError`` if the new file exists or cannot be written, or if nothing can be read."""
    if to.exists():
        raise UsageError(f"{to} exists already", "give the name of a new file")
    saved = lost = 0
    with _opened(path) as database:
        for number in _numbers(database):
            try:
                row = database.execute(
                    "SELECT domain, run, verdict, low, high, coverage, policy, formula FROM run WHERE number = ?",
                    (number,),
                ).fetchone()
                if row is None:
                    continue
                domain, *rest = row
                found = _snapshot(path, database, domain, number, tuple(rest))
            except (DocumentError, sqlite3.Error):
                lost += 1
                continue
            record(to, found)
            saved += 1
    if not saved:
        raise _damaged(path, "no run in it can be read")
    return saved, lost


def _numbers(database: sqlite3.Connection) -> Iterator[int]:
    """The numbers that runs may have; where the table cannot be walked, those up to the highest one ever given."""
    try:
        yield from [int(row[0]) for row in database.execute("SELECT number FROM run ORDER BY number").fetchall()]
    except (sqlite3.Error, TypeError, ValueError):
        highest = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'run'").fetchone()
        yield from range(1, min(int(highest[0]) if highest else 0, MOST_RUNS) + 1)


def prune(path: Path, before: str) -> tuple[int, int]:
    """Delete runs that began before a time (UTC, RFC 3339), and facts of no other run; release the space. Returns the
    number of deleted runs, and the number of remaining ones."""
    with _opened(path) as database:
        with _writing(database):
            gone = database.execute("DELETE FROM run WHERE started < ?", (before,)).rowcount
            database.execute("DELETE FROM fact WHERE id NOT IN (SELECT fact FROM seen)")
            left = database.execute("SELECT count(*) FROM run").fetchone()[0]
        # Another process that reads or writes now can prevent the release of the space; the next call releases it.
        with contextlib.suppress(sqlite3.OperationalError):
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone, int(left)


def _snapshot(
    path: Path,
    database: sqlite3.Connection,
    domain: str,
    number: int,
    row: tuple[str, str, float, float, float, str, int],
) -> Snapshot:
    run, verdict, low, high, coverage, policy, formula = row
    bodies = database.execute(
        "SELECT fact.sha256, fact.body FROM seen LEFT JOIN fact ON fact.id = seen.fact WHERE seen.run = ?", (number,)
    ).fetchall()
    if any(not _is_whole(*each) for each in bodies):
        raise _damaged(path, f"a fact of run {number} is not what was written")
    try:
        facts = [msgspec.json.decode(body, type=Fact) for _, body in bodies]
        plain = {"low": low, "high": high}
        return Snapshot(
            domain=domain,
            run=msgspec.json.decode(run, type=Run),
            verdict=msgspec.convert(verdict, type=_verdict()),
            score=msgspec.convert(plain, type=ScoreInterval),
            coverage=coverage,
            policy=policy,
            formula=formula,
            facts=tuple(sorted(facts, key=lambda each: (each.sort, each.id))),
        )
    except (msgspec.MsgspecError, TypeError, ValueError) as error:  # a flipped bit makes any value of any column
        raise _damaged(path, f"run {number}: {error}") from None


def _is_whole(digest: object, body: object) -> bool:
    """True if a fact is what was written; one that is missing is not."""
    return isinstance(body, str) and len(body) <= MOST_BODY and hashlib.sha256(body.encode()).hexdigest() == digest


def _verdict() -> type:
    field = next(each for each in msgspec.structs.fields(Snapshot) if each.name == "verdict")
    found: type = field.type
    return found


# -- the file -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """The open file, checked to be ours. Errors of SQLite are raised as ``UsageError`` with a hint for people."""
    if not create and not path.is_file():
        raise DocumentError(
            f"{path} cannot be read: there is no such file", "create it with: hostaudit scan DOMAIN --history FILE"
        )
    fresh = create and not path.exists()
    try:
        with closing(_connected(path, create=create)) as database:
            yield database
    except sqlite3.Error as error:
        _remove_if_empty(path, fresh=fresh)
        raise _explained(path, error) from error
    except UnicodeDecodeError as error:
        raise _damaged(path, f"text that is not UTF-8: {error.reason}") from error
    except OSError as error:
        _remove_if_empty(path, fresh=fresh)
        raise UsageError(f"{path} cannot be used: {error.strerror}", "give another file") from error


def _remove_if_empty(path: Path, *, fresh: bool) -> None:
    """Remove a file that was made just now and did not become a history, as on a full disk, but none of another
    writer."""
    if not fresh:
        return
    place = f"{path.resolve().as_uri()}?mode=ro"
    with contextlib.suppress(sqlite3.Error, OSError), closing(sqlite3.connect(place, uri=True)) as database:
        if _marks(database) != (0, 0, 0):
            return
    with contextlib.suppress(OSError):
        for end in ("", "-wal", "-shm", "-journal"):
            path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


def _connected(path: Path, *, create: bool) -> sqlite3.Connection:
    place = f"{path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
    database = sqlite3.connect(place, uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        database.execute("PRAGMA foreign_keys = ON")
        _patiently(lambda: _prepare(path, database, create=create))
    except BaseException:
        database.close()
        raise
    return database


def _prepare(path: Path, database: sqlite3.Connection, *, create: bool) -> None:
    application, version, tables = _marks(database)
    if create and not (application or version or tables):
        database.execute("PRAGMA journal_mode = WAL")
        with _writing(database):
            if _marks(database) == (0, 0, 0):  # otherwise another process was faster
                for statement in _TABLES.split(";")[:-1]:
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {APPLICATION}")
                database.execute(f"PRAGMA user_version = {VERSION}")
        application, version, tables = _marks(database)
    if application != APPLICATION:
        raise DocumentError(f"{path} is a database of another program, not a history", "give another file")
    if version > VERSION:
        message = f"{path} has version {version} of its tables, this hostaudit knows {VERSION}"
        raise DocumentError(message, "use the version that wrote it, or start a new file")
    if version == 1:
        with _writing(database):
            if _marks(database)[1] == 1:  # otherwise another process was faster
                database.execute("ALTER TABLE run ADD COLUMN formula INTEGER NOT NULL DEFAULT 1")
                database.execute(f"PRAGMA user_version = {VERSION}")


def _marks(database: sqlite3.Connection) -> tuple[int, int, int]:
    questions = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    application, version, tables = (int(database.execute(each).fetchone()[0]) for each in questions)
    return application, version, tables


def _patiently(attempt: Callable[[], T]) -> T:
    """Retry an attempt for which SQLite does not wait itself: two processes create a file and set WAL mode at once."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.02)


@contextlib.contextmanager
def _writing(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _reading(database: sqlite3.Connection) -> Iterator[None]:
    """One read transaction, so that all data read in it are of one moment."""
    database.execute("BEGIN")
    try:
        yield
    finally:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")


def _damaged(path: Path, what: str) -> DocumentError:
    hint = f"to save what can be read: hostaudit history salvage --history {path} --to FILE; or restore a copy"
    return DocumentError(f"{path} is damaged: {what}", hint)


def _explained(path: Path, error: sqlite3.Error) -> UsageError:
    text = str(error)
    if "decode to UTF-8" in text.replace("utf-8", "UTF-8"):
        return _damaged(path, text)
    if "not a database" in text:
        return DocumentError(f"{path} is not a history: {text}", "give another file")
    if "malformed" in text or "corrupt" in text:
        return _damaged(path, text)
    if "full" in text:
        return UsageError(f"{path} cannot be written: {text}", "free some space, or give a file on another disk")
    if "locked" in text:
        return UsageError(
            f"{path} has been in use by other processes for more than {PATIENCE:.0f} s", "try again later"
        )
    if "readonly" in text or "unable to open" in text:
        return UsageError(
            f"{path} cannot be written: {text}", "give a file in an existing folder that you may write to"
        )
    if "no such" in text:
        return _damaged(path, text)
    return UsageError(f"{path} cannot be used: {text}", "give another file")
