"""Lines of registration texts: where a key ends and its value begins, what is below a heading, and what is a list."""

from __future__ import annotations

import pytest

from hostaudit.observe.net.registry import whois_lines


def fields(text):
    return {field: values for field, values in whois_lines.fields(text.splitlines()).items() if values}


@pytest.mark.parametrize(
    "line",
    [
        "Registrar: Names", "registrar:Names", "   Registrar :   Names", "[Registrar]  Names", "a. [Registrar]  Names",
        "f [Registrar]  Names", "Registrar.......: Names", "Registrar:..........Names", "Registrar#....: Names",
        "2a.   Registrar : Names", "(3) Registrar: Names", "4) Registrar: Names", "- Registrar: Names",
        "** Registrar: Names", "Registrador / Registrar: Names", "Registrar (full name): Names",
        "Registrar = Names", "Registrar\tNames", "Registrar    Names", "Registrar\uff1aNames", "\ufeffRegistrar: Names",
        "Registrar\xa0:\xa0Names", "REGISTRAR: Names",
    ],
)  # fmt: skip
def test_the_key_and_the_value_of_a_line(line):
    assert fields(line) == {"registrar": ["Names"]}


@pytest.mark.parametrize(
    "line",
    [
        "Registrar Names",
        "% Registrar: Names",
        "# Registrar: Names",
        "Registrar",
        "Registrar:",
        "registrar://names.example",
    ],
)
def test_a_line_without_a_value(line):
    assert fields(line) == {}


LISTS = [
    "Name servers:\n   ns1.site.example\n   ns2.site.example 192.0.2.1\n",
    "Name servers:\n\n   ns1.site.example\n   ns2.site.example\n",
    "Name servers:\n-------------\nns1.site.example\nns2.site.example\n",
    "Domain servers in listed order:\n----\n   ns1.site.example\n\n   ns2.site.example\n",
    "Servidor(es) de Nombres de Dominio:\n\n   - ns1.site.example\n   - ns2.site.example\n",
    "DNS servers\nName................: ns1.site.example.\nName................: ns2.site.example.\n",
    "Name Servers:\n   DNS:    ns1.site.example\n   DNS:    ns2.site.example\n",
    "Name Servers:\n   Hostname: ns1.site.example\n   Hostname: ns2.site.example\n",
    "Name Server 1:   ns1.site.example\nIPv4 Server 1:\nName Server 2:   ns2.site.example\nIPv4 Server 2:  192.0.2.1\n",
    "ns_name_01: ns1.site.example\nns_name_02: ns2.site.example\n",
    "5a.  Primary NS : ns1.site.example\n5b.  Primary NS IP : 192.0.2.1\n5c.  Secondary NS : ns2.site.example\n",
    "Primary Server Hostname....: ns1.site.example\nPrimary Server Netaddress..:\n"
    "Secondary Server Hostname..: ns2.site.example\n",
]


@pytest.mark.parametrize("text", LISTS)
def test_a_list_of_name_servers(text):
    found = fields(f"{text}\nTerms\nterms.site.example are words\n")["nameservers"]

    assert [whois_lines.host(value) for value in found] == ["ns1.site.example", "ns2.site.example"]


def test_the_names_of_contacts_are_no_name_servers():
    assert fields("Name servers:\n  ns1.site.example\n\nAdmin:\nName: a.person.example\n")["nameservers"] == [
        "ns1.site.example"
    ]


SECTIONS = [
    "Registrar:\n   Name: Names Ltd\n   Website: x\n",
    "Registrar:\nname:       Names Ltd\nurl: x\n",
    "[Registrar]\nType: Legal person\nName: Names Ltd\n",
    "Registrar\n  Organization: Names Ltd\n  Name: NAMES-REG\n",
    "Registrar\n  Name: NAMES-REG\n  Organization: Names Ltd\n",
    "Registrar information:\n  Company name: Names Ltd\n  Phone: 1\n",
    "Registrar:\n------\n   Names Ltd\n   Street 1\n",
]


@pytest.mark.parametrize("text", SECTIONS)
def test_a_section_about_the_registrar(text):
    assert fields(f"{text}\nOrganization: Owner\nName: Owner\n") == {"registrar": ["Names Ltd"]}


def test_a_section_about_the_domain():
    text = "Domain:\nname:       site.example\nstatus:     ok (paid)\n\nRegistrant:\nname:   other.example\n"

    assert fields(text) == {"domain": ["site.example"], "status": ["ok (paid)"]}


@pytest.mark.parametrize("key", ["State", "Estado"])
def test_a_state_in_an_address_is_no_status(key):
    assert fields(f"Direccion: x\n{key}: y\n") == {}
    assert fields(f"{key}: y\n") == {"status": ["y"]}


def test_the_values_of_a_field_are_limited():
    assert len(fields("Name Server: ns1.site.example\n" * 99)["nameservers"]) == whois_lines.VALUES


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NS1.site.example. 192.0.2.1", "ns1.site.example"),
        ("- a.b", "a.b"),
        ("a", ""),
        ("", ""),
        ("- ", ""),
        ("a..b", ""),
    ],
)
def test_the_host_at_the_start_of_a_text(text, name):
    assert whois_lines.host(text) == name
