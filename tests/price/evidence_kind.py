"""A kind of evidence: its value and row, the sentences on its value, and the probe that gives it."""

from __future__ import annotations

import json

from price.patched_copy import ROOT, Price, after, before, edits, new

KIND = "security_txt"


def evidence() -> str:
    """The evidence on Parler, and one more question, which had no answer."""
    file = json.loads((ROOT / "examples/parler-2021/evidence.json").read_text("utf-8"))
    item = {
        "id": f"{KIND}:parler.com",
        "kind": KIND,
        "subject": "parler.com",
        "source": "parler.com",
        "at": file["evidence"][0]["at"],
        "unknown": {"cause": "timeout"},
    }
    return json.dumps({**file, "evidence": [*file["evidence"], item]})


PRICE = Price(
    most=3,
    patch={
        "hostaudit/model/values.py": edits(
            before(
                "\n\nValue = (\n",
                '''

class SecurityTxt(Struct, frozen=True, forbid_unknown_fields=True, tag="security_txt"):
    """Whom to tell of a weakness (RFC 9116)."""

    contacts: tuple[str, ...]

    def in_words(self) -> str:
        """The answer in a few words."""
        return few(self.contacts)
''',
            ),
            after("    | MailGreeting\n", "    | SecurityTxt\n"),
            after('    "standby_mx",\n', f'    "{KIND}",\n'),
            before(
                '}\n"""Every kind of evidence',
                f'    "{KIND}": KindRow('
                'value=SecurityTxt, subject=Name, role="hosting", question="contacts of {name}"),\n',
            ),
        ),
        "hostaudit/documents/schemas/meanings.yaml": edits(
            before("ServerAnswer:\n", "SecurityTxt:\n  contacts: Where the site asks to be told of weaknesses.\n")
        ),
        f"hostaudit/observe/probes/{KIND}.py": new(
            f'''\
"""Whom to tell of a weakness: ``/.well-known/security.txt`` (RFC 9116)."""

from __future__ import annotations

from hostaudit.model.evidence import Evidence
from hostaudit.model.values import SecurityTxt
from hostaudit.observe.net import HttpReply, Outcome
from hostaudit.observe.probes import Probe, Scan

MOST_CONTACTS = 10


async def run(scan: Scan, item: Evidence | None) -> None:
    """Ask the domain for its contacts."""
    del item
    domain = scan.target.domain
    reply = await scan.net.fetch(f"https://{{domain}}/.well-known/security.txt")
    scan.note("{KIND}", domain, reply.then(lambda value: _read(value, reply.source)))


def _read(reply: HttpReply, source: str) -> Outcome[SecurityTxt]:
    lines = reply.body.decode("utf-8", "replace").splitlines()
    contacts = tuple(line[8:].strip() for line in lines if line.lower().startswith("contact:"))
    if reply.status != 200 or not contacts:
        return Outcome.none("no security.txt", source)
    return Outcome.of(SecurityTxt(contacts[:MOST_CONTACTS]), source)


PROBE = Probe("{KIND}", needs=(), gives=("{KIND}",), run=run)
'''
        ),
    },
    checks=("model/test_values.py", "documents/schemas/test_meanings.py"),
    inputs={"evidence.json": evidence()},
    shows=("analyse", "evidence.json", "--format", "json"),
    expect=(f'"{KIND}:parler.com"',),
)
