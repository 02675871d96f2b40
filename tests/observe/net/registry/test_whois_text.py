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
    "text",
    ["Domain Name: other.io\nRegistrar: A\nExpiration Date: 2099-01-01\n", "Domain: other.com\nStatus: free\n",
     'No match for "OTHER.COM".\n'],
)  # fmt: skip
def test_a_text_about_another_name_is_no_answer(text):
    assert whois_text.registration("site.com", text, "s").unknown.cause == "other_subject"


@pytest.mark.parametrize("name", ["B\u00dcCHER.example", "xn--bcher-kva.example.", "XN--BCHER-KVA.EXAMPLE (active)"])
def test_the_name_of_a_text_is_compared_in_one_form(name):
    text = f"Domain Name: {name}\nRegistrar: A\n"
    assert whois_text.registration("xn--bcher-kva.example", text, "s").value.registrar == "A"


def test_a_server_named_beside_the_word_not_found_is_not_taken_for_the_name():
    text = "Domain not found, see https://whois.nic.com/ or whois.nic.com\n"
    assert whois_text.registration("site.com", text, "s").absent


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


@pytest.mark.parametrize(
    ("text", "days_first", "moment"),
    [
        ("25/10/2031", None, "2031-10-25T00:00:00Z"),
        ("10/25/2031", None, "2031-10-25T00:00:00Z"),
        ("03/02/2031", None, None),
        ("03/02/2031 23:59:52", True, "2031-02-03T00:00:00Z"),
        ("03/02/2031", False, "2031-03-02T00:00:00Z"),
        ("03-02-2031", None, "2031-02-03T00:00:00Z"),
        ("31/31/2031", None, None),
        ("13-MAY-2031", None, "2031-05-13T00:00:00Z"),
        ("21-March-2031", None, "2031-03-21T00:00:00Z"),
        ("1st November, 2031", None, "2031-11-01T00:00:00Z"),
        ("28th April 2031", None, "2031-04-28T00:00:00Z"),
        ("May 22 2031", None, "2031-05-22T00:00:00Z"),
        ("Sat Mar 08 23:59:59 GMT 2031", None, "2031-03-08T23:59:59Z"),
        ("2031-07-21 18:03:50+03", None, "2031-07-21T15:03:50Z"),
        ("2031-07-04 04:13:41 +03:00", None, "2031-07-04T01:13:41Z"),
        ("2031-11-20 14:48:02 CLST", None, "2031-11-20T14:48:02Z"),
        ("2031/06/01 04:52:02 (JST)", None, "2031-06-01T04:52:02Z"),
        ("20310203 #426521", None, "2031-02-03T00:00:00Z"),
        ("2031-01-01 (UTC+99)", None, "2031-01-01T00:00:00Z"),
        ("16/09/14", None, None),
        ("before Aug-1996", None, None),
        ("30th April each year", None, None),
    ],
)
def test_dates_as_registries_write_them(text, days_first, moment):
    assert whois_text.moment(text, days_first) == moment


def test_a_text_may_say_how_it_orders_days_and_months():
    head = "%% complete date format : DD/MM/YYYY\n"
    text = "domain: site.example\nExpiry Date: 03/02/2031\nRegistered: 25/12/2001\n"

    assert whois_text.registration("site.example", head + text, "s").value.expires == "2031-02-03T00:00:00Z"
    assert whois_text.registration("site.example", text, "s").value.expires is None


# -- no such name -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Domain not found.", "DOMAIN NOT FOUND", "not found...", "Not found: site.example", '"site.example" not found.',
        'domain "site.example" not found.', '% Object "site.example" NOT FOUND.', "Key not found",
        "Data not found. Free!",
        "No Data Found", "no matching record.", "No records matching site.example found.",
        "% No entries found for site.example",
        "% No records found for object SITE.EXAMPLE", "% No data was found to match the request criteria.",
        "No such domain site.example",
        "No information available about domain name site.example in the database.", "NO OBJECT FOUND!",
        "%error 230 No Objects Found",
        "%ERROR: no entries found", "%ERROR:101: no entries found", "%ERROR:103: Domain is not registered",
        "Object does not exist",
        "Domain name site.example does not exist in database!",
        "We do not have an entry in our database matching your query.",
        "The requested domain was not found in the Registry.", "site.example no match", "site.example - No Match",
        "Nincs talalat / No match", "This domain name has not been registered.", "Domain site.example not registred.",
        "The domain site.example was not found!", "Domain Status: Available", "Status: Not Registered",
        "Available: Yes",
        "query_status: 220 Available", 'Sorry, but domain: "site.example", not found in database',
        "site.example: no existe",
        "site.example is free", "% You queried for site.example but this server does not have",
        "Available\nDomain: site.example",
    ],
)  # fmt: skip
def test_more_ways_to_say_no_such_name(line):
    text = f"% Some registry\n%\n{line}\n\nTerms of use: rate limit, too many queries\n"

    assert whois_text.refusal(text) == ""
    assert whois_text.registration("site.example", text, "s").absent


@pytest.mark.parametrize(
    "line",
    [
        "Domain not available", "Domain is not available", "The domain is not available for registration",
        "Reserved by the registry", "Status: NOT AVAILABLE", "Domain: free.example", "Domain: available.example",
        "Domain names available at x", "Help is available at x", "The domain site.example\n is not valid!",
        "Invalid query",
        "To see which domain is free, ask", "available",
    ],
)  # fmt: skip
def test_what_is_no_such_statement(line):
    assert whois_text.registration("site.example", f"% Some registry\nWelcome\n{line}\n", "s").absent is None


# -- refusals ---------------------------------------------------------------------------------------------------------

REFUSALS = [
    "% Error: 55000000002 Connection refused; access control limit reached.", "% IP address blocked",
    "% Excessive querying, wait",
    "whois.example: only 1 request per second allowed, try again later", "Server too busy, try again later",
    "-- Still in grace period, wait 10 seconds", "version: 1\nquery_status: 440 Request Denied",
    "Please go away for 13 Seconds",
    "You have exceeded your quota of queries", "WHOIS LIMIT EXCEEDED - SEE WWW.REGISTRY.EXAMPLE",
    "Queried interval is too short.",
    "Your access is too fast, please try again later.", "BLACKLISTED: You have exceeded the query limit",
    "Quota exceeded",
    "the WHOIS query quota for 192.0.2.1 has been exceeded", "%ERROR:201: access denied",
    "Number of allowed queries exceeded.",
    "Requests of this client are not permitted. Please use https://nic.example/", "You have been banned for abuse.",
    "%% RL [####]\n%%\n%% Too many requests...\n%%\n\n%% No entries found in the Database.\n",
    "Sorry, the database is currently down.",
    "% Query rate limit exceeded. Reduced information.\n% No match for domain \"site.example\"",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_no_answer(text):
    assert whois_text.refusal(f"% Some registry\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Registrar: A\nTerms: the query limit is 5, then access denied\n",
        "Domain: site.example\nStatus: reserved\nTerms: too many queries\n",
        "NOT FOUND\n>>> Last update <<<\nYou may not exceed the query rate limit\n",
        "% Terms of this service, which has a query limit for each of those who ask it for anything\nNo match\n",
        "nothing of the kind\n",
        "query limit\n" + "x" * 3000,
    ],
)
def test_limits_in_a_legal_text_are_no_refusal(text):
    assert whois_text.refusal(text) == ""
