"""The ways to say that there is no such name, and to refuse an answer."""

from __future__ import annotations

import pytest

from hostaudit.observe.net.registry import whois_denials, whois_text

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
        "Available\nDomain: site.example", "free", "Domain site.example is available for purchase", "404 Not found",
        "Record not found", "Domain could not be found", "site.example is not registered", "NO MATCH: site.example",
        "Domain site.example isn't registered", "El dominio site.example no se encuentra registrado",
        "El dominio no existe", "Dominio no registrado", "Dominio disponible", "O domínio site.example não existe",
        "Le domaine site.example n'existe pas", "Nom de domaine inconnu", "Domaine site.example non enregistré",
        "Il dominio site.example non esiste", "Domain site.example nicht registriert", "Domain frei",
        "Kein Eintrag gefunden", "No se encontraron registros", "No hay coincidencias", "Nenhum registro encontrado",
        "Aucun enregistrement trouvé", "OBJECT_NOT_FOUND", "DOMAIN_NOT_FOUND", "No Match Found", "No results found",
        "No such object", "Registration status: available", "Status....: not registered", "Availability: yes",
        "Disponible: sí", "Status: AVAILABLE (No match for domain \"site.example\")", "No exact match for site.example",
        "Domain Name [site.example] does not exist in database", "Not registered: site.example", "Status: libre",
        "The requested domain name site.example is still available for registration",
    ],
)  # fmt: skip
def test_more_ways_to_say_no_such_name(line):
    text = f"% Some registry\n%\n{line}\n\nTerms of use: rate limit, too many queries\n"

    assert whois_denials.refusal(text) == ""
    assert whois_text.registration("site.example", text, "s").absent


@pytest.mark.parametrize(
    "line",
    [
        "Domain not available", "Domain is not available", "The domain is not available for registration",
        "Reserved by the registry", "Status: NOT AVAILABLE", "Domain: free.example", "Domain: available.example",
        "Domain names available at x", "Help is available at x", "The domain site.example\n is not valid!",
        "Invalid query",
        "To see which domain is free, ask", "available", "Domain registration is free of charge",
        "Domain information is available at https://nic.example", "Domain service is free for all", "Available: no",
        "Domain available: no", "Availability: not available", "Domain site.example cannot be registered",
        "The domain has not been renewed", "The domain name is not allowed", "No information about the holder is shown",
        "No data may be used for marketing", "No entries about persons are shown", "Not found errors may occur",
        "No match is guaranteed by this service", "Dominio no disponible", "El dominio site.example no está disponible",
        "Domaine non disponible", "Domain nicht frei", "Status: reserved",
        "Domain: site.example\nStatus: request denied",
        "Registered: no", "Domain status: available soon", "Keine Daten werden weitergegeben",
        "Domain: site.example\nStatus: connect\nNot found: what is not listed here",
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
    "Request throttled, slow down", "Query refused", "Query limit exceeded\nDomain: site.example\nStatus: free",
    "The service is under maintenance", "Access denied",
    "% Query rate limit exceeded. Reduced information.\n% No match for domain \"site.example\"",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_no_answer(text):
    assert whois_denials.refusal(f"% Some registry\n\n{text}\n")


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
    assert whois_denials.refusal(text) == ""
