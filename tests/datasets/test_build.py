"""Lists of every shape make the table that they mean; lists that are not what they seem are refused."""

from __future__ import annotations

import gzip
from datetime import date

import pytest

from hostaudit.datasets.build import LONGEST_LINE, LONGEST_NAME, build
from hostaudit.datasets.routes import Routes
from hostaudit.datasets.table import Table
from hostaudit.errors import DocumentError, UsageError

DAY = date(2026, 6, 17)
RANGES = """\
1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."
1.0.4.0,1.0.6.255,38803,Gtelecom Pty Ltd
2001:200::,2001:200:1b9:ffff:ffff:ffff:ffff:ffff,2500,WIDE Project
2001:200:1ba::,2001:200:1ba:ffff:ffff:ffff:ffff:ffff,24047,"The ""ISC"" itself"
"""
LISTED = """\
1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET
1.0.1.0\t1.0.3.255\t0\tNone\tNot routed
2001:200::\t2001:200:ffff:ffff:ffff:ffff:ffff:ffff\t2500\tJP\tWIDE-BB
5.0.0.0\t5.0.0.255\t64496\tZZ\tNOWHERE
"""
PYASN = """\
; IP-ASN32-DAT file
; Original file : rib.bz2
1.0.0.0/24\t13335
1.0.4.0/22\t38803
2001:200::/32\t2500
"""
CAIDA = """\
1.0.0.0\t24\t13335
1.0.4.0\t22\t38803_56203
1.0.4.0\t24\t38803,{56203,64496}
2001:200::\t32\t2500
"""
BGPTOOLS = """\
{"CIDR":"1.0.0.0/24","ASN":13335,"Hits":1200}
{"CIDR":"1.0.4.0/22","ASN":38803,"Hits":900}
{"CIDR":"1.0.4.0/22","ASN":56203,"Hits":3}
{"CIDR":"0.0.0.0/0","ASN":64496,"Hits":1}
{"CIDR":"2001:200::/32","ASN":2500,"Hits":800}
"""
NAMES = """\
asn,name,class,cc
AS13335,"Cloudflare, Inc.",Content,US
AS2500,WIDE Project,Unknown,JP
AS38803,Gtelecom, Pty Ltd,Eyeball,AU
"""


def made(tmp_path, **lists):
    paths = []
    for name, text in lists.items():
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        paths.append(path)
    built = build(paths, day=DAY, source="test", licence="none")
    table = Table(built.data)
    table.verify()
    return built, Routes(table)


def found(routes, address):
    origin = routes.origin(address)
    return None if origin is None else (origin.prefix, origin.asns)


def test_ranges(tmp_path):
    built, routes = made(tmp_path, csv=RANGES)

    assert built.lists[0].shape == "ranges"
    assert found(routes, "1.0.0.9") == ("1.0.0.0/24", (13335,))
    assert found(routes, "1.0.5.1") == ("1.0.4.0/23", (38803,))
    assert found(routes, "1.0.6.1") == ("1.0.6.0/24", (38803,))
    assert found(routes, "1.0.7.1") is None
    assert found(routes, "2001:200:1b9::1") == ("2001:200:1b8::/47", (2500,))
    assert (routes.name(13335), routes.name(24047)) == ("Cloudflare, Inc.", 'The "ISC" itself')
    assert not routes.announced
    assert routes.origin("1.0.0.9").merged is True


def test_listed_with_country_and_name(tmp_path):
    built, routes = made(tmp_path, tsv=LISTED)
    origin = routes.origin("1.0.0.9")

    assert built.lists[0].shape == "listed"
    assert built.lists[0].unrouted == 1
    assert (origin.asns, origin.names, origin.country) == ((13335,), ("CLOUDFLARENET",), "US")
    assert routes.origin("1.0.2.1") is None
    assert routes.origin("5.0.0.1").country is None
    assert routes.name(0) == ""


@pytest.mark.parametrize("text", [PYASN, CAIDA, BGPTOOLS])
def test_announced_prefixes(tmp_path, text):
    _, routes = made(tmp_path, x=text)

    assert found(routes, "1.0.0.9") == ("1.0.0.0/24", (13335,))
    assert found(routes, "1.0.7.1")[0] == "1.0.4.0/22"
    assert found(routes, "2001:200:5::1") == ("2001:200::/32", (2500,))
    assert routes.announced
    assert routes.origin("1.0.0.9").merged is not True


def test_every_origin_of_a_prefix_is_kept(tmp_path):
    assert found(made(tmp_path, x=CAIDA)[1], "1.0.7.1") == ("1.0.4.0/22", (38803, 56203))
    assert found(made(tmp_path, x=CAIDA)[1], "1.0.4.1") == ("1.0.4.0/24", (38803, 56203, 64496))
    assert found(made(tmp_path, x=BGPTOOLS)[1], "1.0.7.1") == ("1.0.4.0/22", (38803, 56203))


def test_a_default_route_that_leaked_is_no_announcement(tmp_path):
    built, routes = made(tmp_path, x=BGPTOOLS)

    assert built.lists[0].wide == 1
    assert routes.origin("9.9.9.9") is None


def test_a_range_of_everything_is_no_announcement(tmp_path):
    row = "0.0.0.0,255.255.255.255,64496,All"
    built, routes = made(tmp_path, x=f"{RANGES}{row}\n")

    assert built.lists[0].wide == 1
    assert routes.origin("9.9.9.9") is None


def test_names_come_from_a_list_of_their_own(tmp_path):
    built, routes = made(tmp_path, jsonl=BGPTOOLS, csv=NAMES)

    assert [read.shape for read in built.lists] == ["bgptools", "names"]
    assert routes.origin("1.0.7.1").names == ("Gtelecom, Pty Ltd",)
    assert routes.name(13335) == "Cloudflare, Inc."


def test_packed_and_plain_lists_make_the_same_table(tmp_path):
    plain, packed = made(tmp_path, x=RANGES)[0], made(tmp_path, x=gzip.compress(RANGES.encode()))[0]

    assert plain.data == packed.data


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_row(tmp_path):
    windows = b"\xef\xbb\xbf" + RANGES.replace("\n", "\r\n").encode()

    assert made(tmp_path, x=windows)[0].data == made(tmp_path, x=RANGES)[0].data


def test_networks_that_cannot_be_are_not_kept(tmp_path):
    nobody = (0, 23456, 64512, 65535, 4_200_000_000, 2**32 - 1)
    rows = [f"1.0.{place}.0\t24\t{asn}" for place, asn in enumerate(nobody)]
    built, routes = made(tmp_path, x="\n".join([*rows, "2.0.0.0\t24\t64512_13335"]))

    assert built.lists[0].unrouted == 6
    assert found(routes, "1.0.1.1") is None
    assert found(routes, "2.0.0.1") == ("2.0.0.0/24", (13335,))


def test_special_purpose_space_is_left_out_whatever_a_list_says(tmp_path):
    rows = [f"{high}.0.0.0,{high + 15}.255.255.255,13335,All" for high in range(0, 256, 16)]
    rows += [f"{high}::,{high}:{'ffff:' * 6}ffff,13335,All" for high in ("0", "2001", "2a00", "fe80")]
    _, routes = made(tmp_path, x="\n".join(rows))

    for address in ("10.0.0.1", "127.0.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "::1", "fe80::1"):
        assert routes.origin(address) is None
    for address in ("9.255.255.255", "11.0.0.0", "192.0.0.9", "223.255.255.255", "2001:4:112::1", "2a00::1"):
        assert routes.asns(address) == (13335,)


def test_a_bad_row_is_counted_and_named(tmp_path):
    rows = [f"1.{high}.{low}.0\t24\t13335" for high in range(10) for low in range(30)]
    rows[7:7] = ["1.1.1.1\t24\t13335", "1.0.0.0\t24\tAS?", "nowhere\t24\t13335"]
    built, _ = made(tmp_path, x="\n".join(rows))
    read = built.lists[0]

    assert (read.rows, read.kept, read.bad) == (303, 300, 3)
    assert read.complaints == [
        f"{tmp_path}/x:8: not a prefix",
        f"{tmp_path}/x:9: 'AS?' is no AS number",
        f"{tmp_path}/x:10: not an IP address",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "1.0.0.255,1.0.0.0,13335,X",
        "1.0.0.0,2001::,13335,X",
        "1.0.0.0,1.0.0.255,-1,X",
        "1.0.0.0,1.0.0.255,4294967296,X",
        "1.0.0.0,1.0.0.255,1e3,X",
        "1.0.0.0,1.0.0.255",
        "1.0.0.0,1.0.0.256,13335,X",
        "\x1b]0;x\x07",
    ],
)
def test_more_than_a_few_bad_rows_refuse_the_list(tmp_path, row):
    with pytest.raises(DocumentError, match=r"1 of 5 rows cannot be read, such as .*x:5: "):
        made(tmp_path, x=RANGES + row)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "hello\n", "<html>\n", "{}\n", "1.0.0.0\n", bytes(range(256)), '{"CIDR": 1, "ASN": 2}']
)
def test_what_is_no_list_is_refused(tmp_path, text):
    with pytest.raises(DocumentError, match="not a known kind of route list"):
        made(tmp_path, x=text)


def test_numbers_for_addresses_are_refused_with_a_way_out(tmp_path):
    with pytest.raises(DocumentError) as refusal:
        made(tmp_path, x="16777216,16777471,13335,Cloudflare\n")

    assert "without -num" in refusal.value.hint


def test_a_line_without_end_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="x:5: this line is too long for a list of routes"):
        made(tmp_path, x=RANGES + "x" * (LONGEST_LINE + 1))


def test_a_torn_gzip_file_is_refused(tmp_path):
    torn = gzip.compress((RANGES * 500).encode())
    for data in (torn[:-100], torn[:100] + b"xxxx" + torn[104:], torn[:12]):
        with pytest.raises(DocumentError, match=r"cannot be read to its end|not a known kind of route list"):
            made(tmp_path, x=data)


def test_a_list_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hostaudit.datasets.build.MOST_BYTES", 100)
    with pytest.raises(DocumentError, match="larger than any list"):
        made(tmp_path, x=RANGES)


def test_names_alone_make_no_table(tmp_path):
    with pytest.raises(UsageError, match="no route"):
        made(tmp_path, x=NAMES)


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="gone cannot be read: No such file"):
        build([tmp_path / "gone"], day=DAY, source="", licence="")


def test_names_are_bounded_and_kept_on_one_line(tmp_path):
    _, routes = made(tmp_path, x=f"1.0.0.0,1.0.0.255,13335,{'x' * 3000}\n1.0.1.0,1.0.1.255,13336,a\0 \tb\n")

    assert routes.name(13335) == "x" * LONGEST_NAME
    assert routes.name(13336) == "a b"


def test_the_same_lists_make_the_same_bytes(tmp_path):
    assert made(tmp_path, x=RANGES, y=CAIDA)[0].data == made(tmp_path, x=RANGES, y=CAIDA)[0].data
