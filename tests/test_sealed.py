"""No test leaves the machine, and what the runner's environment says does not reach one."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest
from helpers import seal

ELSEWHERE = "192.0.2.1"


def datagram(call):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
        call(place)


async def stream():
    await asyncio.open_connection(ELSEWHERE, 443)


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection((ELSEWHERE, 443), 1),
        lambda: datagram(lambda place: place.connect_ex((ELSEWHERE, 53))),
        lambda: datagram(lambda place: place.sendto(b"x", (ELSEWHERE, 53))),
        lambda: datagram(lambda place: place.sendmsg([b"x"], [], 0, (ELSEWHERE, 53))),
        lambda: asyncio.run(stream()),
        lambda: socket.getaddrinfo("example.com", 443),
    ],
)
def test_a_way_out_is_refused_and_remembered(leave):
    with pytest.raises(AssertionError, match="tried to reach"):
        leave()

    assert set(seal.REACHED) <= {ELSEWHERE, "example.com"}
    assert seal.REACHED
    seal.REACHED.clear()


def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 1):
        assert seal.REACHED == []


def test_the_environment_of_the_runner_is_gone():
    assert not [name for name in os.environ if name in seal.FOREIGN or name.startswith("HOSTAUDIT_")]
