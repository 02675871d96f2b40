"""Greeting a mail exchanger on the loopback: every ending, and that no mail is ever begun."""

from __future__ import annotations

import asyncio
import ipaddress
import time

import pytest
from helpers.servers import LOOPBACK, DnsServer, SmtpServer, never

from hostaudit.model.values import MailGreeting
from hostaudit.observe.net import smtp
from hostaudit.observe.net.limits import Limits, Ports
from hostaudit.observe.net.live import LiveNet

BLOCKS = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
HOST = "mx.test"


def greet(server=None, *, allow=BLOCKS, timeout=0.5, deadline=10.0, times=1, no_http=False, address=LOOPBACK):
    """The outcome of greeting ``server``, which is closed to callers if None, and the server."""

    async def go():
        async with DnsServer() as dns, server or SmtpServer() as there:
            port = there.port
            if server is None:
                there._server.close()
                await there._server.wait_closed()
            async with LiveNet(
                Limits(timeout=timeout, deadline=deadline),
                resolver=(dns.address,),
                allow_private=allow,
                ports=Ports(smtp=port),
                no_http=no_http,
            ) as net:
                outcomes = await asyncio.gather(*(net.greeting(HOST, address) for _ in range(times)))
                assert net.crashes == []
            await asyncio.sleep(0.02)
            return outcomes[0], there

    return asyncio.run(go())


def patience(expected):
    """Only who waits in vain is hurried: on a busy machine everything else may take its time."""
    return {"timeout": 0.1} if expected == "timeout" else {"timeout": 5.0}


def cause(outcome):
    assert (outcome.value, outcome.absent) == (None, None)
    return outcome.unknown.cause


async def drip(writer):
    writer.write(b"220 ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless_lines(writer):
    while True:
        writer.write(b"220-more\r\n" * 10)
        await writer.drain()


async def endless_line(writer):
    while True:
        writer.write(b"2" * 1000)
        await writer.drain()


async def reset(writer):
    writer.transport.abort()


# -- a session ---------------------------------------------------------------------------------------------


def test_a_greeting_is_read_and_the_session_ended_without_any_mail():
    outcome, server = greet(SmtpServer())

    assert outcome.value == MailGreeting(HOST, LOOPBACK, 220, "mx.test ESMTP", 250, ("SIZE", "STARTTLS"))
    assert outcome.source == f"SMTP greeting of {HOST} at {LOOPBACK}"
    assert server.said == [f"EHLO [{LOOPBACK}]\r\n", "QUIT\r\n"]


def test_a_banner_of_several_lines_is_waited_for_to_its_end():
    async def slowly(writer):
        writer.write(b"220-mx.test ESMTP\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.write(b"220-no bulk mail\r\n220\r\n")
        await writer.drain()
        await asyncio.sleep(1)

    outcome, _ = greet(SmtpServer(b"220-mx.test ESMTP\r\n220-no bulk mail\r\n220 here\r\n"))
    assert outcome.value.banner == "mx.test ESMTP no bulk mail here"

    outcome, _ = greet(SmtpServer(slowly), timeout=0.1)
    assert cause(outcome) == "timeout"  # the banner was whole, the answer to EHLO never came


def test_lines_may_end_without_a_carriage_return():
    outcome, _ = greet(SmtpServer(b"220 mx.test\n", EHLO=b"250 mx.test\n"))

    assert (outcome.value.greeting, outcome.value.hello, outcome.value.extensions) == (220, 250, ())


@pytest.mark.parametrize(("code", "banner"), [(554, "no SMTP service here"), (421, "too busy"), (521, "")])
def test_a_server_that_turns_callers_away_is_a_value_and_is_asked_no_more(code, banner):
    outcome, server = greet(SmtpServer(f"{code} {banner}".rstrip().encode() + b"\r\n"))

    assert outcome.value == MailGreeting(HOST, LOOPBACK, code, banner)
    assert server.said == ["QUIT\r\n"]


@pytest.mark.parametrize(
    ("reply", "code"), [(b"502 no\r\n", 502), (b"550-go\r\n550 away\r\n", 550), (b"421 x\r\n", 421)]
)
def test_a_refused_ehlo_is_a_value(reply, code):
    outcome, _ = greet(SmtpServer(EHLO=reply))

    assert (outcome.value.greeting, outcome.value.hello, outcome.value.extensions) == (220, code, ())


def test_of_the_extensions_only_well_formed_keywords_are_kept_once_and_not_too_many():
    lines = ["mx.test HELP", "size 10", "SIZE 20", "AUTH PLAIN LOGIN", "AUTH=LOGIN", "\x1b[31mRED", "", "8BITMIME"]
    reply = "".join(f"250-{line}\r\n" for line in [*lines, *(f"X{n}" for n in range(40))]) + "250 END\r\n"

    outcome, _ = greet(SmtpServer(EHLO=reply.encode()))

    assert outcome.value.extensions[:4] == ("SIZE", "AUTH", "8BITMIME", "X0")
    assert len(outcome.value.extensions) == smtp.MOST_EXTENSIONS


def test_a_hostile_banner_is_cut_and_is_text():
    outcome, _ = greet(SmtpServer(b"220 \xff\x00\x1b]0;x\x07" + b"a" * 900 + b"\r\n"))

    assert outcome.value.banner.startswith("\\xff\x00\x1b")
    assert len(outcome.value.banner) == smtp.LONGEST_BANNER


@pytest.mark.parametrize("quit", [None, b"garbage", never, reset])
def test_how_the_server_takes_its_leave_changes_nothing(quit, monkeypatch):  # noqa: A002 - the command's name
    monkeypatch.setattr(smtp, "PARTING", 0.1)

    outcome, _ = greet(SmtpServer(QUIT=quit))

    assert outcome.value.hello == 250


def test_calls_with_one_question_share_one_session():
    _, server = greet(SmtpServer(), times=3)

    assert server.connections == 1


def test_no_http_does_not_keep_a_declared_exchanger_from_being_greeted():
    outcome, _ = greet(SmtpServer(), no_http=True)

    assert outcome.value.greeting == 220


def test_this_end_is_named_by_its_address():
    class Writer:
        def __init__(self, address):
            self.address = address

        def get_extra_info(self, what):
            assert what == "sockname"
            return (self.address, 4711)

    assert smtp._here(Writer("192.0.2.7")) == "[192.0.2.7]"
    assert smtp._here(Writer("2001:db8::7")) == "[IPv6:2001:db8::7]"
    assert smtp._here(Writer("fe80::1%eth0")) == "[IPv6:fe80::1]"


# -- what leaves it unknown ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (never, "timeout"),
        (drip, "timeout"),
        (None, "connection_reset"),
        (reset, "connection_reset"),
        (endless_lines, "too_large"),
        (endless_line, "too_large"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "malformed"),
        (b"HTTP/1.1 400 Bad Request\r\n", "malformed"),
        (b"\x00\x01\x02\r\n", "malformed"),
        (b"2200 too long a code\r\n", "malformed"),
        (b"999 no such code\r\n", "malformed"),
        (b"220-one\r\n221 two\r\n", "malformed"),
        (b"\r\n", "malformed"),
    ],
    ids=lambda each: getattr(each, "__name__", repr(each)),
)
def test_a_greeting_that_is_none_is_unknown(greeting, expected):
    outcome, _ = greet(SmtpServer(greeting), **patience(expected))

    assert cause(outcome) == expected


@pytest.mark.parametrize(
    ("hello", "expected"),
    [(never, "timeout"), (None, "connection_reset"), (b"nonsense\r\n", "malformed"), (endless_lines, "too_large")],
)
def test_a_session_that_breaks_before_its_second_answer_is_unknown(hello, expected):
    outcome, _ = greet(SmtpServer(EHLO=hello), **patience(expected))

    assert cause(outcome) == expected


def test_a_closed_port_is_unknown_and_says_why():
    outcome, _ = greet(None)

    assert cause(outcome) == "connection_refused"


def test_a_way_that_is_shut_is_told_from_a_server_that_keeps_silent(monkeypatch):
    async def nowhere(*_, **__):
        await asyncio.sleep(60)

    outcome, _ = greet(SmtpServer(never), timeout=0.05)
    assert outcome.unknown.detail == "connected, but no whole reply came"

    real = asyncio.open_connection
    monkeypatch.setattr(smtp.asyncio, "open_connection", nowhere)
    outcome, _ = greet(SmtpServer(), timeout=0.05)
    monkeypatch.setattr(smtp.asyncio, "open_connection", real)
    assert cause(outcome) == "timeout"
    assert "port 25" in outcome.unknown.detail


def test_a_silent_server_ends_with_the_deadline_of_the_scan():
    started = time.monotonic()

    outcome, _ = greet(SmtpServer(never), timeout=30, deadline=0.3)

    assert cause(outcome) == "deadline"
    assert time.monotonic() - started < 2


def test_a_private_address_is_not_connected_to_without_leave():
    outcome, server = greet(SmtpServer(), allow=())

    assert cause(outcome) == "blocked_address"
    assert server.connections == 0


def test_what_is_no_address_is_not_connected_to():
    outcome, server = greet(SmtpServer(), address="localhost")

    assert cause(outcome) == "blocked_address"
    assert server.connections == 0


def test_past_the_most_requests_nobody_is_greeted():
    async def go():
        async with (
            SmtpServer() as there,
            DnsServer() as dns,
            LiveNet(
                Limits(http_requests=0), resolver=(dns.address,), allow_private=BLOCKS, ports=Ports(smtp=there.port)
            ) as net,
        ):
            return await net.greeting(HOST, LOOPBACK)

    assert cause(asyncio.run(go())) == "limit"
