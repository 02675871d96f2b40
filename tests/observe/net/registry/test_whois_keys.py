"""Keys of registration texts: the same few words in the order and the language of each registry."""

from __future__ import annotations

import pytest

from hostaudit.observe.net.registry.whois_keys import field_of, plain

KEYS = {
    "registrar": (
        "Registrar", "Sponsoring Registrar", "Registrar Name", "registrar_name", "REGISTRAR-NAME", "Current Registar",
        "Registrar of Record", "Authorized Agency", "Registered through", "Agente Registrador",
        "Bureau d'enregistrement",
        "Registrar Organisation", "注册商",
    ),
    "iana_id": ("Registrar IANA ID", "IANA ID", "Sponsoring Registrar IANA ID"),
    "created": (
        "Creation Date", "Created", "created on", "Record created", "Record created on", "Domain Registration Date",
        "First registration date", "Domain Name Commencement Date", "Registered on", "Date registered",
        "Registration Time",
        "Domain record activated", "Date of registration", "Registered Since", "Original creation date",
        "Domain create date",
        "Fecha de Creación", "Fecha de registro", "Data de criação", "Data de registo", "Date de création",
        "Data di creazione",
        "Date d'enregistrement", "Created Date (UTC)", "domain_dateregistered", "登録年月日", "Activation",
    ),
    "expires": (
        "Registry Expiry Date", "Registrar Registration Expiration Date", "Expiration Date", "Expires", "Expires on",
        "Record will expire on", "Record expires on", "Exp date", "paid-till", "Paid until", "Renewal date",
        "Valid Until",
        "Valid till", "Domain valid to", "validity", "Registered until", "domain_datebilleduntil", "Expiry",
        "Expiration time",
        "Date of expiry", "Fecha de vencimiento", "Fecha de Expiración", "Fecha de corte", "Data de expiração",
        "Date d'expiration", "Data di scadenza", "Date d’expiration", "有効期限", "expire-date",
    ),
    "changed": (
        "Updated Date", "Last Updated", "last-modified", "Last updated on", "Modification date", "Record Last Modified",
        "Changed", "Última Actualización", "Dernière modification", "Data de atualização", "最終更新",
        "Last Update Time",
    ),
    "nameservers": (
        "Name Server", "Nserver", "nameservers", "Name Server 1", "NS 2", "ns_name_01", "Primary Name Server",
        "Secondary NS", "Third Server Hostname", "Domain servers in listed order",
        "Domain Name Servers listed in order",
        "Name servers in the listed order", "DNS servers", "Primary server", "Domain servers", "Domain nameservers",
        "Name Servers Information", "Host name", "Servidor de Nombres", "Servidores de nombres de dominio",
        "Serveurs de noms", "Servidor DNS", "ネームサーバ", "Name Server (DB)",
    ),
    "status": ("Domain Status", "state", "EPP status", "Registration status", "Estatus del dominio",
    "Statut", "query_status"),
    "domain": ("Domain Name", "domain", "Nombre de Dominio", "Nom de domaine", "Domínio", "ドメイン名"),
    "available": ("Available", "Domain available", "Disponible"),
}  # fmt: skip


@pytest.mark.parametrize(("field", "key"), [(field, key) for field, keys in KEYS.items() for key in keys])
def test_a_key_is_read_by_its_words(field, key):
    assert field_of(plain(key.partition("(")[0])) == field


@pytest.mark.parametrize(
    "key",
    [
        "Registrar URL", "Registrar WHOIS Server", "Registrar ID", "Registrar Handle", "Registrar abuse contact email",
        "Registrar info", "Registration type", "Registration Service Provided By", "Registered name of the holder",
        "Name Server Handle", "Primary Server Netaddress", "Primary NS IP", "IPv4 Server", "Server", "Whois Server",
        "option expiration date", "Trademark expires", "Last renewal", "Renewed on", "Last update of WHOIS database",
        "Database last updated on", "Transfer status", "Frozen Status", "Lock Status", "Admin Name", "Name", "Date",
        "Domain holder", "Domain support", "Registar created", "Contact created by", "Last paid by", "", "De",
    ],
)  # fmt: skip
def test_a_key_of_something_else_has_no_field(key):
    assert field_of(plain(key)) == ""
