"""Cells of the fault matrix in which the world itself says it to everybody, so that a report which repeats it is right.

Each row: a pattern of names of cells, the kinds of wrong of ``lab_matrix.wrong`` that are none there, and the reason.
"""

CERTIFICATE = "every client is shown this certificate, and every browser refuses it"
ELSEWHERE = "these servers give everybody another address, at which another company is"

WORLD: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "parent-to-all-nxdomain",
        ("lost", "down"),
        "every server of the registry says to everybody that there is no such name",
    ),
    (
        "servers-to-all-nxdomain",
        ("lost", "down"),
        "every server of the zone says to everybody that there is no such name",
    ),
    (
        "mail-hosts-nxdomain",
        ("down",),
        "every server of the zone says to everybody that the mail exchangers do not exist",
    ),
    *(
        (
            f"servers-to-all-{answer}",
            ("down",),
            "every server of the zone answers everybody so, and no resolver gets more",
        )
        for answer in ("formerr", "notimp", "refused", "servfail", "upward")
    ),
    ("tls-all-expired", ("down",), CERTIFICATE),
    ("tls-all-not-yet-valid", ("down",), CERTIFICATE),
    ("tls-all-self-signed", ("down",), CERTIFICATE),
    ("tls-all-wrong-name", ("down",), CERTIFICATE),
    ("tls-all-untrusted", ("down",), CERTIFICATE),
    (
        "tls-all-closed",
        ("lost",),
        "port 443 refuses everybody while port 80 shows the page, so what is served needs no certificate",
    ),
    ("web-50[0-9]", ("down",), "the server answers 5xx to everybody, so nobody is shown the site"),
    *(
        (f"alone-{status}", ("pass", "lost", "raise"), "the server says to every device that there is no such file")
        for status in ("404", "410")
    ),
    ("alone-list-json", ("pass", "lost", "raise"), "what every device gets is whole JSON that names no app"),
    ("alone-wrong-json", ("pass", "lost", "raise"), "what every device gets is whole JSON that names no app"),
    (
        "parent-to-all-no-edns",
        ("down",),
        "every server of the registry refuses EDNS to everybody, so no resolver that validates accepts the zone",
    ),
    ("servers-to-all-answer", ("lost",), ELSEWHERE),
    ("one-operator-answer", ("lost",), ELSEWHERE),
    ("mail-hosts-answer", ("lost",), ELSEWHERE),
    ("holder-rdap-404", ("lost",), "the registry's own server says to everybody that it has no such network"),
)
