"""JSON from outside: what is decoded, and what is refused."""

from __future__ import annotations

from helpers.outcomes import cause

from hostaudit.observe.net import jsontext
from hostaudit.observe.net.outcome import HttpReply


def body(data: bytes, *, truncated=False) -> HttpReply:
    return HttpReply("https://x/", 200, (), data, truncated, "192.0.2.1")


def test_json_is_decoded_and_bounded():
    assert jsontext.decode(body(b'{"a": [1]}'), "s").value == {"a": [1]}
    assert jsontext.decode(body(b"[" * 63 + b"{}" + b"]" * 63), "s").value
    for bad in (b"", b"null", b"{", b"<html>", b"\xff", b"[" * 65 + b"1" + b"]" * 65, b"[" * 30_000):
        assert cause(jsontext.decode(body(bad), "s")) == "malformed"
    assert cause(jsontext.decode(body(b"{}", truncated=True), "s")) == "too_large"
