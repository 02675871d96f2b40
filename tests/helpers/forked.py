"""Python in a process that is forked from one in which hostaudit is loaded already, for ``helpers.command``.

To load the modules is most of what a command in a test costs. So one server for each session of pytest (for each worker
of pytest-xdist) loads them once and runs nothing; a command is a fork of it, which is given the standard streams,
folder, mask of new files, environment and arguments of a process of its own, and then runs what ``python -m hostaudit``
would. What it does to itself, and a signal that ends it, stay with that fork. The server ends when pytest does.

Equal in all forks, because fixed when the server starts, are what Python reads of the environment at its start, its
options, and the seed of its hashes. Servers are for Linux only: elsewhere libraries of the system may not be forked.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path


class Server:
    """A process that forks. Each request goes to it in one packet, with the descriptors that the fork will use."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            # Pipes, so that Python sets its streams up as for a command whose output is captured.
            pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
            command = [sys.executable, __file__, str(far.fileno())]
            self._process = subprocess.Popen(command, env=environment, pass_fds=[far.fileno()], **pipes)
        atexit.register(self._end)

    def run(self, words: list[str], stdin: bytes, environment: dict[str, str], timeout: float):
        """As ``subprocess.run([sys.executable, *words], input=stdin, capture_output=True, ...)`` for -m and -c."""
        os.umask(mask := os.umask(0))
        asked = {"words": words, "folder": str(Path.cwd()), "mask": mask, "environment": environment}
        (read, fed), (out, written), (errors, complained), (told, tell) = (os.pipe() for _ in range(4))
        socket.send_fds(self._line, [json.dumps(asked).encode()], [read, written, complained, tell])
        for each in (read, written, complained, tell):
            os.close(each)
        with (
            os.fdopen(told) as answer,
            os.fdopen(out, "rb") as said,
            os.fdopen(errors, "rb") as complaint,
            ThreadPoolExecutor(4) as pool,
        ):
            number = int(answer.readline() or self._end())
            jobs = [pool.submit(each) for each in (said.read, complaint.read, answer.readline)]
            late = wait([*jobs, pool.submit(_feed, fed, stdin)], timeout).not_done
            if late:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            output, complaints, code = (each.result() for each in jobs)
        if late:
            raise subprocess.TimeoutExpired([sys.executable, *words], timeout, output, complaints)
        return subprocess.CompletedProcess([sys.executable, *words], int(code or self._end()), output, complaints)

    def _end(self) -> str:
        """What it complained of. Where it has ended by itself, that stands in place of a number, and fails the test."""
        self._line.close()
        return self._process.communicate()[1].decode()


def _feed(descriptor: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def serve(line: socket.socket) -> list[str]:
    """Fork for each request, and tell its number and exit code; in the fork, return what it is to run."""
    while True:
        request, streams, _, _ = socket.recv_fds(line, 1 << 20, 4)
        if not request:
            os._exit(0)
        number = os.fork()
        if not number:
            line.close()
            return become(json.loads(request), streams)
        for each in streams[:3]:
            os.close(each)
        with os.fdopen(streams[3], "w", buffering=1) as tell:
            print(number, file=tell)
            print(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), file=tell)


def become(asked: dict, streams: list[int]) -> list[str]:
    """Make this fork what a process of its own would be when it starts."""
    for place, each in enumerate(streams):
        if place < 3:
            os.dup2(each, place)
        os.close(each)
    os.chdir(asked["folder"])
    os.umask(asked["mask"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return asked["words"]


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to every process at the terminal
    for each in pkgutil.walk_packages(importlib.import_module("hostaudit").__path__, "hostaudit."):
        if not each.name.endswith("__main__"):  # it runs in the forks
            importlib.import_module(each.name)
    how, what, *arguments = serve(socket.socket(fileno=int(sys.argv[1])))
    sys.path.insert(0, str(Path.cwd()) if how == "-m" else "")
    sys.argv[:] = [how, *arguments]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), vars(main))
