"""Vetting of addresses and the account of a scan."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys

import pytest
from helpers import ROOT

from hostaudit.observe.net.limits import AddressPolicy, Budget, Limits


def words(text: str) -> list[str]:
    return text.split()


REFUSED = words("""
0.0.0.0 0.0.0.1 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254
172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.170 192.0.0.171 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.1
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::a00:1 64:ff9b:1::1 100::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:db8::1 2002:808:808::1 2002::1 3fff::1 5f00::1
fc00::1 fd12::1 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1
""")

ALLOWED = words("""
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
172.15.255.255 172.32.0.0 192.0.0.9 192.0.0.10 192.0.1.1 192.31.196.1 192.52.193.1 192.167.255.255 192.175.48.1
198.17.255.255 198.20.0.0 223.255.255.255 2001:1::1 2001:4860:4860::8888 2001:20::1 2606:4700::1111 2620:4f:8000::1
2a00::1
""")

ODD = [*words("127.1 0x7f000001 2130706433 0177.0.0.1 localhost example.com [::1] 1.2.3.4:80 1.2.3"), "", " 8.8.8.8"]


@pytest.mark.parametrize("address", REFUSED)
def test_a_special_purpose_address_is_refused_with_its_reason(address):
    assert AddressPolicy().vet(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_globally_reachable_address_is_allowed(address):
    assert AddressPolicy().vet(address) is None


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_plain_address_is_refused_even_if_a_system_would_read_it_as_one(text):
    policy = AddressPolicy((ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("8.8.8.8/32")))
    assert policy.vet(text) == "not an IP address"


def test_an_allowed_block_opens_itself_and_nothing_beside_it():
    policy = AddressPolicy((ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8")))
    assert policy.vet("10.1.2.3") is None
    assert policy.vet("fd00::1") is None
    assert policy.vet("10.2.0.1")
    assert policy.vet("::ffff:10.1.2.3"), "the mapped form is another address"


def test_the_budget_counts_down_and_its_clock_ends_the_scan():
    now = [100.0]
    budget = Budget(Limits(timeout=5, deadline=10, dns_queries=2), clock=lambda: now[0])
    assert [budget.spend("dns") for _ in range(3)] == [True, True, False]
    assert budget.spend("http")
    assert budget.seconds() == 5
    assert budget.seconds(0.5) == 2.5
    now[0] = 107.0
    assert budget.seconds() == 3
    now[0] = 111.0
    assert budget.expired
    assert budget.remaining() == 0


def test_large_bodies_use_an_account_up_and_small_ones_stay_possible():
    budget = Budget(Limits(body=100, bodies=150, small_body=10))
    assert budget.body_cap() == 100
    budget.keep_body(100)
    assert budget.body_cap() == 50
    budget.keep_body(50)
    assert budget.body_cap() == 10


def test_the_shipped_data_is_what_the_script_makes_of_the_registries(tmp_path):
    xml = """<registry xmlns="http://www.iana.org/assignments"><updated>2030-01-02</updated><registry>
    <record><address>192.0.2.0/25, 192.0.2.128/25 <xref/></address><name>A</name><global>False <xref/></global></record>
    <record><address>2001:1::1/128</address><name>B</name><global>True</global></record>
    <record><address>2001:10::/28</address><name>C</name><global/></record></registry></registry>"""
    for family in ("ipv4", "ipv6"):
        (tmp_path / f"iana-{family}-special-registry.xml").write_text(xml)
    both = [[["one"], ["http://a.example/", "https://b.example/"]], [["two", "three"], ["http://c.example/"]]]
    for name in ("dns", "ipv4", "ipv6"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"publication": "2030-01-01", "services": both}))
    target = tmp_path / "hostaudit" / "datasets" / "iana"
    target.mkdir(parents=True)
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "build_iana.py"
    script.write_text((ROOT / ".ci" / "build_iana.py").read_text())
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    made = json.loads((target / "special-purpose.json").read_text())
    assert made["updated"] == {"ipv4": "2030-01-02", "ipv6": "2030-01-02"}
    assert made["blocks"][:4] == [
        ["192.0.2.0/25", "A", False],
        ["192.0.2.128/25", "A", False],
        ["2001:1::1/128", "B", True],
        ["2001:10::/28", "C", False],
    ]
    services = json.loads((target / "rdap-bootstrap.json").read_text())["dns"]["services"]
    assert services == [["http://c.example/", "two", "three"], ["https://b.example/", "one"]]
    assert not (target / "tlds.tsv").exists(), "the table is made of files that were not given"


def test_the_table_of_top_level_domains_has_one_row_for_each_that_is_delegated(tmp_path):
    for family in ("ipv4", "ipv6"):
        (tmp_path / f"iana-{family}-special-registry.xml").write_text(
            '<registry xmlns="http://www.iana.org/assignments"><updated>2030-01-02</updated></registry>'
        )
    for name in ("dns", "ipv4", "ipv6"):
        services = [[["listed"], ["https://b.example/"]]]
        (tmp_path / f"{name}.json").write_text(json.dumps({"publication": "2030-01-01", "services": services}))
    tlds = [
        {
            "tld": "zz",
            "delegated": True,
            "type": "cctld",
            "sponsor": "Zed\nLtd",
            "tech": "Zed Ltd",
            "whois": "w.example",
        },
        {"tld": "aa", "delegated": True, "type": "gtld", "sponsor": "A", "tech": "Back", "whois": "v.example"},
        {"tld": "listed", "delegated": True, "type": "cctld", "sponsor": "L", "tech": None},
        {"tld": "gone", "delegated": False, "type": "gtld"},
    ]
    (tmp_path / "tlds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in tlds))
    servers = [
        {"tld": tld, "rdapServer": "https://r.example/", "backendOperator": "Server Ltd", "dateUpdated": "2029-01-01"}
        for tld in ("zz", "listed")
    ]
    (tmp_path / "supplemental-cctld-rdap.json").write_text(json.dumps({"ccTldRdapServers": servers}))
    target = tmp_path / "hostaudit" / "datasets" / "iana"
    target.mkdir(parents=True)
    (target / "whois-servers.json").write_text('{"com": "com.example", "zz": "old.example", "own": "own.example"}')
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "build_iana.py"
    script.write_text((ROOT / ".ci" / "build_iana.py").read_text())
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    assert (target / "tlds.tsv").read_text().splitlines()[1:] == [
        "aa\tA\tBack\tcontact",
        "listed\tL\tServer Ltd\tserver",
        "zz\tZed Ltd\tServer Ltd\tserver",
    ]
    assert json.loads((target / "rdap-unlisted.json").read_text())["services"] == [["https://r.example/", "zz"]]
    assert json.loads((target / "whois-servers.json").read_text()) == {
        "com": "com.example",
        "own": "own.example",
        "zz": "w.example",
    }
