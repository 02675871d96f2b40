"""Texts of port 43: each registry's own form, and the ways to say that there is no such name."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from hostaudit.observe.net.registry import whois_text

RUSSIAN = """registrar: RU-CENTER
state: REGISTERED, DELEGATED
nserver: NS1.site.example. 192.0.2.1
created: 2001.02.03
paid-till: 2031-02-03T21:00:00Z
"""


BELGIAN = """Registrar:
\tName: Belgian Registrar
Nameservers:
\tns1.site.example
\tns2.site.example (192.0.2.1)
"""


GENERIC = """   Registrar: A
   Domain Status: clientHold https://icann.org/epp#clientHold
   Domain Status: ok
   DNSSEC: signedDelegation
   Reseller: R
"""


TEXTS = [
    (
        RUSSIAN,
        {
            "registrar": "RU-CENTER",
            "created": "2001-02-03T00:00:00Z",
            "expires": "2031-02-03T21:00:00Z",
            "nameservers": ("ns1.site.example",),
        },
    ),
    (BELGIAN, {"registrar": "Belgian Registrar", "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (
        "[Domain Name]  SITE.EXAMPLE\n[Created on]   2001/02/03\n",
        {"created": "2001-02-03T00:00:00Z", "registrar": None},
    ),
    (GENERIC, {"status": ("client hold", "active"), "delegation_signed": True, "reseller": "R", "registrant": UNSET}),
    ("Registrar: A\nRegistrant Name: A Person\nRegistrant Organization: Cornford\n", {"registrant": "Cornford"}),
    (
        "Registrar: A\nDNSSEC: unsigned\nExpiration Date: 03-Feb-2031\nUpdated Date: yesterday\n",
        {"delegation_signed": False, "expires": "2031-02-03T00:00:00Z", "changed": None},
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_registries_own_texts_are_read(text, expected):
    value = whois_text.registration("site.example", text, "s").value
    assert {key: getattr(value, key) for key in expected} == expected


@pytest.mark.parametrize(
    "text",
    ["No match for \"SITE.EXAMPLE\".", "% Object not found\nNOT FOUND\n", "Domain: site.example\nStatus: free\n",
     "%% no entries found", "The queried object does not exist: x", "Domain site.example is available for registration",
     "Status:\tAVAILABLE\n"],
)  # fmt: skip
def test_the_ways_to_say_no_such_name(text):
    assert whois_text.registration("site.example", text, "s").absent


def test_legal_text_around_a_record_is_not_taken_for_absence():
    text = "Domain: site.example\nTerms: data not found here is no proof\nNot found errors may occur\nRegistrar: A\n"
    assert whois_text.registration("site.example", text, "s").value.registrar == "A"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Domain Name: other.io\nRegistrar: A\nExpiration Date: 2099-01-01\n", "other.io"),
        ("Domain: other.com\nStatus: free\n", "other.com"),
        ('No match for "OTHER.COM".\n', "other.com"),
        ("Domain [other.com] does not exist\n", "other.com"),
        ("Domain:\nname: other.com\nstatus: ok\n\nRegistrar:\nname: A\n", "other.com"),
    ],
)
def test_a_text_about_another_name_is_told_from_an_answer(text, other):
    assert whois_text.about_another("site.com", text) == other


@pytest.mark.parametrize(
    "text",
    ["Domain Name: SITE.CO.EXAMPLE\nRegistrar: A\n", "Domain: site.co\nRegistrar: A\n", "Domain: site\nStatus: free\n",
     "Domain:\n   site.co.example is Active\n", "No match for site.co.example at nic.co.example\n", "Registrar: A\n",
     "Not found\n", "hello\n"],
)  # fmt: skip
def test_a_text_about_the_name_or_about_none_is_no_other(text):
    assert whois_text.about_another("site.co.example", text) == ""


@pytest.mark.parametrize("name", ["B\u00dcCHER.example", "xn--bcher-kva.example.", "XN--BCHER-KVA.EXAMPLE (active)"])
def test_the_name_of_a_text_is_compared_in_one_form(name):
    assert whois_text.about_another("xn--bcher-kva.example", f"Domain Name: {name}\nRegistrar: A\n") == ""


def test_a_server_named_beside_the_word_not_found_is_not_taken_for_the_name():
    assert whois_text.about_another("site.com", "Domain not found, see https://whois.nic.com/ or whois.nic.com\n") == ""


def test_referrals_are_read():
    assert whois_text.referral("domain: X\nwhois:        Whois.Nic.X.\n") == "whois.nic.x"
    assert whois_text.referral("whois:\nremarks: none\n") is None


# -- forms of registries ----------------------------------------------------------------------------------------------

BELOW = """    Domain name:
        site.example

    Registrar:
        Names & Co Ltd t/a Names [Tag = NAMESCO]
        URL: https://names.example

    Relevant dates:
        Registered on: 16-Apr-1999
        Expiry date:  16-Apr-2031

    Name servers:
        ns1.site.example  192.0.2.1
        ns2.site.example

    WHOIS lookup made at 09:47:51 06-May-2026
--
    Copyright Registry 2026.
whois and copyright are words
"""

BELOW_UNINDENTED = """domain name:
site.example

Registrar:
Names AG

First registration date:
2001-02-03

Name servers:
ns1.site.example
ns2.site.example
"""

AFTER_AN_ADDRESS = """Domain name: site.example
Status:      active

Registrar:
   Names B.V.
   1 Street
   1000AA TOWN

Creation Date: 1999-05-27

Domain nameservers:
   ns1.site.example   192.0.2.1

Record maintained by: NL
"""

CONTINUED = """DOMAIN NAME:           site.example
nameservers:           ns1.site.example. [192.0.2.1]
                       ns2.site.example. [192.0.2.2]
renewal date:          2031.03.16 01:08:04
option expiration date:       2028.12.11 10:04:23

REGISTRAR:
Names sp. z o.o.
Street 1, Town
"""

DOTS = """Domain Name............: site.example
Organization Name......: Owner
City...................: Town
State..................: CA
Primary server.........: ns1.site.example
Secondary server.......: ns2.site.example
Domain created: 1999-06-07 13:01:43 (GMT+0:00)
Domain status : clientTransferProhibited -
                clientDeleteProhibited -
Current Registar: NAMES
"""

SENTENCES = """Domain Name: site.example
   Domain Status: clientUpdateProhibited,clientTransferProhibited
   Registrant:
      Owner  x@example.org
   Record expires on 2031-01-14 02:00:00 (UTC+8)
   Record created on 2017-01-14 (YYYY-MM-DD)

   Domain servers in listed order:
      ns1.site.example
      ns2.site.example

Registration Service Provider: NAMES
"""

ISLAND = """Domain:
     site.example

Domain Status:
     Active
     Transfer Prohibited by Registrar

Registrar:
     Names Inc. (https://names.example)

Relevant dates:
     Registered on 30th April 2003 at 00:00:00.000
     Registry fee due on 30th April each year

Name servers:
     ns1.site.example
"""

STARS = """** Domain Name: site.example
** Registrar:
NIC Handle\t\t: abc-1
Organization Name\t: Names A.S.
Address\t: Street

** Domain Servers:
ns1.site.example 192.0.2.1

** Additional Info:
Created on..............: 2001-Aug-23.
Expires on..............: 2031-Aug-22.
"""

LETTERS = """a. [Domain Name]                SITE.EXAMPLE
p. [Name Server]                ns1.site.example
[State]                         Connected (2031/06/30)
"""

TWO_LANGUAGES = """Domínio / Domain Name: site.example
Data de expiração / Expiration Date (dd/mm/yyyy): 08/02/2031
"""

TABLE = """Domain  name    site.example
Registrar       Names SRL
Registered on   2006-05-04
Expires on      2031-05-03
Some words      that mean nothing
"""

MORE_TEXTS = [
    (BELOW, {"registrar": "Names & Co Ltd t/a Names", "created": "1999-04-16T00:00:00Z",
             "expires": "2031-04-16T00:00:00Z", "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (BELOW_UNINDENTED, {"registrar": "Names AG", "created": "2001-02-03T00:00:00Z",
                        "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (AFTER_AN_ADDRESS, {"registrar": "Names B.V.", "nameservers": ("ns1.site.example",)}),
    (CONTINUED, {"registrar": "Names sp. z o.o.", "expires": "2031-03-16T01:08:04Z",
                 "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (DOTS, {"registrar": "NAMES", "created": "1999-06-07T13:01:43Z", "nameservers": ("ns1.site.example",
    "ns2.site.example"),
            "status": ("client transfer prohibited", "client delete prohibited")}),
    (SENTENCES, {"registrar": "NAMES", "expires": "2031-01-13T18:00:00Z", "created": "2017-01-14T00:00:00Z",
                 "status": ("client update prohibited", "client transfer prohibited"),
                 "nameservers": ("ns1.site.example", "ns2.site.example")}),
    (ISLAND, {"registrar": "Names Inc.", "created": "2003-04-30T00:00:00Z", "nameservers": ("ns1.site.example",),
              "status": ("active", "client transfer prohibited")}),
    (STARS, {"registrar": "Names A.S.", "created": "2001-08-23T00:00:00Z", "expires": "2031-08-22T00:00:00Z",
             "nameservers": ("ns1.site.example",)}),
    (LETTERS, {"registrar": None, "nameservers": ("ns1.site.example",), "status": ("connected",)}),
    (TWO_LANGUAGES, {"expires": "2031-02-08T00:00:00Z"}),
    (TABLE, {"registrar": "Names SRL", "created": "2006-05-04T00:00:00Z", "expires": "2031-05-03T00:00:00Z"}),
    ("Registrar:..........Names\nName Server (DB):...ns1.site.example.\n",
     {"registrar": "Names", "nameservers": ("ns1.site.example",)}),
    ("domainname:  site.example\nregistrar-name:  Names\nregistrar-url: x\nexpire-date: 2031-01-02\n",
     {"registrar": "Names", "expires": "2031-01-02T00:00:00Z"}),
    ("Registrar: Names GmbH ( https://nic.example/registrar/1 )\n", {"registrar": "Names GmbH"}),
    ("Sponsoring Registrar: Names Inc. (R15-EXMP)\nReseller:\n\nThe data in this database\n",
     {"registrar": "Names Inc.", "reseller": None}),
    ("Name Servers Information: \n\nNS1.SITE.EXAMPLE \nNS2.SITE.EXAMPLE\n\nStatus Information:\n",
     {"nameservers": ("ns1.site.example", "ns2.site.example")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MORE_TEXTS)
def test_forms_of_registries_are_read(text, expected):
    value = whois_text.registration("site.example", text, "s").value

    assert {key: getattr(value, key) for key in expected} == expected


HANDLES = ["AB-0292", "REG-NAMES", "NAMES-REG", "ua.names", "NONE", "-", "n/a", "Not disclosed", "No registrar listed."]


@pytest.mark.parametrize("handle", HANDLES)
def test_the_key_of_a_registrar_is_no_name(handle):
    text = f"domain: site.example\nregistrar: {handle}\ncreated: 2001-02-03\n"

    assert whois_text.registration("site.example", text, "s").value.registrar is None


@pytest.mark.parametrize(
    "name", ["RU-CENTER-RU", "REG.RU", "OVH", "1&1 Names", "Key-Systems", "eNames", "names.com", "R01"]
)
def test_a_name_that_looks_a_little_like_a_key_is_one(name):
    text = f"domain: site.example\nregistrar: {name}\n"

    assert whois_text.registration("site.example", text, "s").value.registrar == name


@pytest.mark.parametrize("key", ["Name", "organization", "org"])
def test_a_section_that_begins_with_the_key_of_a_registrar_tells_its_name(key):
    text = f"domain: site.example\n\nRegistrar: AB-0292\n{key}: Names s.r.o.\nOrganization ID: 1\n\nName: Owner\n"

    assert whois_text.registration("site.example", text, "s").value.registrar == "Names s.r.o."


def test_the_names_of_contacts_are_not_those_of_the_registrar():
    text = (
        "domain: site.example\nregistrar: AB-0292\nregistered: 2001-02-03\nname: Owner\n\n"
        "contact: C1\norg: Owner Ltd\nregistrar: AB-0292\nname: Other\n"
    )

    assert whois_text.registration("site.example", text, "s").value.registrar is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (
            "clientUpdateProhibited / clientTransferProhibited",
            ("client update prohibited", "client transfer prohibited"),
        ),
        ("client_transfer_prohibited", ("client transfer prohibited",)),
        ("CLIENT-HOLD", ("client hold",)),
        ("registered, not delegated", ("registered", "not delegated")),
        ("ok - Normal state.", ("active", "normal state.")),
        ("clientHold https://icann.org/epp#clientHold", ("client hold",)),
        ("-", ()),
    ],
)
def test_status_words_on_one_line_are_told_apart(written, words):
    text = f"Registrar: A\nDomain Status: {written}\n"

    assert whois_text.registration("site.example", text, "s").value.status == words


def test_a_state_in_an_address_is_no_status():
    text = "domain: site.example\nstate: active\nRegistrar: A\nCity: Town\nState: CA\n"

    assert whois_text.registration("site.example", text, "s").value.status == ("active",)


def test_a_text_may_say_how_it_orders_days_and_months():
    head = "%% complete date format : DD/MM/YYYY\n"
    text = "domain: site.example\nExpiry Date: 03/02/2031\nRegistered: 25/12/2001\n"

    assert whois_text.registration("site.example", head + text, "s").value.expires == "2031-02-03T00:00:00Z"
    assert whois_text.registration("site.example", text, "s").value.expires is None


SPANISH = """Titular:
Nombres C.A.
   Ciudad
   Nombre de Dominio: site.example
   Fecha de Vencimiento: 2031-10-27 12:23:43
   Última Actualización: 2030-01-02
   Fecha de Creación: 15 de enero de 2001
   Estatus del dominio: ACTIVO
   Servidor(es) de Nombres de Dominio:

   - ns1.site.example
"""

FRENCH = """Nom de domaine: site.example
Date de création: 2008-05-08 17:59:38.43
Date d'expiration: 3 août 2031
Bureau d'enregistrement: Noms SARL
Serveur de noms: ns1.site.example
Statut: ACTIF
"""

PORTUGUESE = """Domínio / Domain Name: site.example
Data de criação / Creation Date (dd/mm/aaaa): 09/01/2003
Data de expiração / Expiration Date (dd/mm/aaaa): 08/02/2031
Servidor DNS: ns1.site.example
"""

ESTONIAN = """Domain:
name:       site.example
status:     ok (paid and in zone)
registered: 2010-07-04 04:26:15 +03:00
expire:     2031-10-24

Registrar:
name:       Names OÜ
changed:    2030-01-01 10:00:00 +03:00

Name servers:
nserver:   ns1.site.example
"""

LATVIAN = """[Domain]
Domain: site.example
Status: active

[Holder]
Name: Owner

[Registrar]
Type: Legal person
Name: Names Inc.

[Nservers]
Nserver: ns1.site.example
"""

TUNISIAN = """Details:

Domain name.........: site.example
Creation date.......: 14-05-2009 00:00:00
Registrar...........: Names SA

Owner Contact
Name................: Owner

DNS servers
Name................: ns1.site.example.
"""

NUMBERED = """1a.        Domain Name : site.example
3a.        Admin Contact Name : Owner
5a.        Primary NS : ns1.site.example
5b.        Primary NS IP : 192.0.2.1
7b.        Date : 2012/09/03
"""

YET_MORE = [
    (SPANISH, {"created": "2001-01-15T00:00:00Z", "expires": "2031-10-27T12:23:43Z", "changed": "2030-01-02T00:00:00Z",
               "status": ("activo",), "nameservers": ("ns1.site.example",), "registrar": None}),
    (FRENCH, {"created": "2008-05-08T17:59:38Z", "expires": "2031-08-03T00:00:00Z", "registrar": "Noms SARL",
              "status": ("actif",), "nameservers": ("ns1.site.example",)}),
    (PORTUGUESE, {"created": "2003-01-09T00:00:00Z", "expires": "2031-02-08T00:00:00Z",
                  "nameservers": ("ns1.site.example",)}),
    (ESTONIAN, {"created": "2010-07-04T01:26:15Z", "expires": "2031-10-24T00:00:00Z", "registrar": "Names OÜ",
                "status": ("active",), "nameservers": ("ns1.site.example",)}),
    (LATVIAN, {"registrar": "Names Inc.", "status": ("active",), "nameservers": ("ns1.site.example",)}),
    (TUNISIAN, {"registrar": "Names SA", "created": "2009-05-14T00:00:00Z", "nameservers": ("ns1.site.example",)}),
    (NUMBERED, {"nameservers": ("ns1.site.example",), "created": None, "registrar": None}),
    ("Some whoisd 1.1\nsite ns1.other.example\nsite ns2.other.example\n",
     {"nameservers": ("ns1.other.example", "ns2.other.example"), "registrar": None}),
    ("Domain: site.example\nDNS: site.example\nHostname: ns1.site.example\n", {"nameservers": ("ns1.site.example",)}),
    ("Domain: site.example\nHostname: site.example\n", {"nameservers": ("site.example",)}),
    ("k [Primary Name Server]   NS1KEY.SER\n   ns1.site.com   192.0.2.1\n", {"nameservers": ("ns1.site.com",)}),
    ("Registrar: A\nRegistrar IANA ID: A-7\nSponsoring Registrar IANA ID: 7\n", {"iana_id": "7"}),
    ("Registrar: A\nRegistered: Before 2001\n\ncontact: B\ncreated: 2010-01-01\n", {"created": None}),
    ("Registrar: A\nExpires: 1970-01-01\nDNSSEC: Active\n", {"expires": None, "delegation_signed": True}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), YET_MORE)
def test_forms_in_other_languages_and_shapes_are_read(text, expected):
    value = whois_text.registration("site.example", text, "s").value

    assert {key: getattr(value, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("clienttransferprohibited", ("client transfer prohibited",)),
        ("SERVER HOLD", ("server hold",)),
        ("serverRenewProhibited", ("server renew prohibited",)),
        ("200 Active", ("active",)),
        ("registered until 2031", ("registered until 2031",)),
    ],
)
def test_a_status_is_told_in_the_words_of_rdap(written, words):
    assert whois_text.registration("site.example", f"Registrar: A\nStatus: {written}\n", "s").value.status == words


def test_a_text_with_nothing_but_other_names_is_malformed():
    text = "Some whoisd 1.1\nother ns1.other.example\n"

    assert whois_text.registration("site.example", text, "s").unknown.cause == "malformed"
