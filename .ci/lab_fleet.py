"""A generated fleet of sites, each scanned by the installed command and held against the truth that it was drawn from,
and each report against an independent reference that knows nothing but the fault tree in it.

``--lab``: the laboratory's command; ``--hostaudit``: the installed one; ``--sites`` and ``--seed``: the draw.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "helpers"))
import dashboards
import reference

DNS = {"google": "google-cloud-dns", "azure": "azure-dns"}
HOSTING = {"gcp": "google-cloud"}
MAIL = {"google": "google-workspace", "microsoft": "microsoft-365", "proton": "proton-mail"}
REGISTRAR = {"amazon": "route53"}
"""What the truth calls a provider to what the catalogue does, where they differ."""

AUTHORITIES = {
    "Let's Encrypt": "lets-encrypt",
    "Amazon": "amazon-trust-services",
    "Google Trust Services": "google-trust-services",
    "DigiCert Inc": "digicert",
    "Sectigo Limited": "sectigo",
    "GlobalSign nv-sa": "globalsign",
    "GoDaddy.com, Inc.": "godaddy-ca",
}
COMPANIES = {
    "google": "alphabet",
    "google-cloud": "alphabet",
    "aws": "amazon",
    "cloudfront": "amazon",
    "azure": "microsoft",
    "route53": "amazon",
    "linode": "akamai",
}

STANDS_IN = {"digitalocean": "cloudflare"}
"""In whose network an operator's name servers stand, where it is another company's, as in life."""

AT_ONCE = 4

Facts = dict[str, Any]


def scan(hostaudit: str, domain: str) -> Facts:
    """Inside the network: what the command writes on one site, and how it ended."""
    started = time.monotonic()
    done = subprocess.run(
        [hostaudit, "scan", domain, "--no-site", "-q", "--with-graph", "--format", "json"], capture_output=True
    )
    row = {"domain": domain, "code": done.returncode, "seconds": round(time.monotonic() - started, 2)}
    return row | {
        "report": json.loads(done.stdout) if done.returncode in (0, 3) else {},
        "stderr": done.stderr.decode(),
    }


def inside(hostaudit: str, truth: Path, to: Path) -> None:
    domains = [json.loads(line)["domain"] for line in truth.read_text("utf-8").splitlines()]
    with ThreadPoolExecutor(AT_ONCE) as pool, to.open("w", encoding="utf-8") as file:
        for row in pool.map(lambda domain: scan(hostaudit, domain), domains):
            file.write(json.dumps(row) + "\n")


class Report:
    """What one report says, by the questions that the truth answers."""

    def __init__(self, report: Facts) -> None:
        self.report = report
        self.domain = report["target"]["domain"]
        self.values = {each["id"]: each.get("value") for each in report["evidence"]}

    def providers(self, role: str, *subjects: str) -> set[str]:
        """Who stands in a role for these subjects, or for one of their addresses."""
        return {
            row["provider"]
            for row in self.report["dependencies"]
            if row["role"] == role and row["subject"].split(" ")[0] in subjects
        }

    def addresses(self, host: str) -> list[str]:
        found = [self.values.get(f"{kind}:{host}") or {} for kind in ("a", "aaaa")]
        return sorted(address for each in found for address in each.get("addresses", ()))

    def origins(self, addresses: list[str]) -> set[int]:
        return {number for each in addresses for number in (self.values.get(f"origin:{each}") or {}).get("asns", ())}

    def front(self) -> str:
        return (self.values.get(f"front:{self.domain}") or {}).get("host", "")

    def hidden(self, host: str) -> bool:
        return any(
            leg.get("note", "").endswith("is hidden")
            for function in self.report["functions"]
            for leg in function.get("legs", ())
            if leg["subject"].split(" ")[0] == host
        )

    def listings(self) -> dict[str, str]:
        """The stores that list an app of the site, to the app's id."""
        found = [value for key, value in self.values.items() if key.startswith("listing:") and value]
        return {each["store"]: str(each["id"]) for each in found}

    def web_app(self) -> bool:
        """Whether there is a web app that lacks nothing but the smaller icon, which those of the laboratory do."""
        found = [value for key, value in self.values.items() if key.startswith("web_app:") and value]
        return any(set(value.get("lacks", ())) <= {"icon 192"} for value in found)

    def one_company(self) -> str | None:
        """The company without which no name server of the zone and no address of the front page is left."""
        parents = {row["provider"]: row["parent"] for row in self.report["dependencies"]}
        legs = [
            leg for each in self.report["functions"] if each["id"] in ("resolve", "web") for leg in each.get("legs", ())
        ]
        common = [{parents[provider] for provider in leg["providers"]} for leg in legs]
        return next(iter(sorted(set.intersection(*common))), None) if common else None


def compare(truth: Facts, report: Report, networks: Networks) -> list[tuple[str, object, object]]:
    """Every fact of the truth: (fact, what the truth says, what the report says)."""
    domain, www = truth["domain"], f"www.{truth['domain']}"
    rows: list[tuple[str, object, object]] = []
    for server in truth["ns"]:
        rows.append((f"NS operator of {server}", *_server(truth, server, report, networks)))
    operators = {row["provider"] for row in report.report["dependencies"] if row["role"] == "dns" and row["direct"]}
    rows.append(("DNS operators, number", len(truth["dns_providers"]), len(operators)))
    rows.append(("reference", [], list(reference.differences(report.report, report.report["graph"]))))
    rows.append(("apex addresses", sorted(truth["apex_ips"]), report.addresses(domain)))
    if truth["hosting"] is not None:
        rows.append(("hosting AS", set(truth["hosting_asns"]), report.origins(report.addresses(domain))))
        rows.append(("hosting", named(HOSTING, truth["hosting"]), report.providers("hosting", domain)))
        rows.append(("no CDN", set(), report.providers("cdn", domain, www)))
    if truth["cdn"] is not None:
        rows.append(("CDN", {truth["cdn"]}, report.providers("cdn", www)))
        rows.append(("CDN's AS", set(truth["cdn_asns"]), report.origins(report.addresses(www))))
        # The bare name of a site behind a CNAME stands elsewhere and only redirects: no proof of where the origin is.
        rows.append(("origin hidden", True, report.hidden(report.front())))
    rows.append(("CA", {AUTHORITIES[truth["ca"]]}, _issuers(report, domain, www)))
    caa = report.values.get(f"caa:{report.front()}") or {}
    rows.append(("CAA", sorted(truth["caa"]), sorted(caa.get("issue", ()))))
    rows.append(("mail", *_mail(truth, report, networks)))
    rows.append(("registrar", named(REGISTRAR, [truth["registrar"]]), report.providers("registrar", domain)))
    rows.append(("DNSSEC", truth["dnssec"], bool((report.values.get(f"dnssec:{domain}") or {}).get("validated"))))
    apps = truth["apps"]
    listed = {"apple-app-store": apps["ios"], "google-play": apps["android"], "f-droid": apps["fdroid"]}
    wanted = {store: str(identity) for store, identity in listed.items() if identity}
    rows.append(("stores", wanted, report.listings()))
    rows.append(("web app", apps["pwa"], report.web_app()))
    rows.append(("one company", _one_company(truth, report, networks), report.one_company()))
    return rows


def asked(truths: list[Facts], rows: list[Facts], networks: Networks) -> list[tuple[str, object, object]]:
    """The questions of docs/dashboards.md that the truth or the independent reference answers, for each site: (fact,
    what is true, what jq and DuckDB say)."""
    with tempfile.TemporaryDirectory() as place:
        for name in ("reports.jsonl", "yesterday.jsonl"):
            lines = (json.dumps({**row["report"], "graph": None}) for row in rows)
            (Path(place) / name).write_text("\n".join(lines) + "\n", "utf-8")
        far = time.time() + 10 * 365 * 86400  # by then every certificate has ended
        said = {
            number: (dashboards.by_jq(number, Path(place), far), dashboards.by_sql(number, Path(place), far))
            for number in dashboards.queries()
        }
    wanted: dict[int, list[tuple[str, ...]]] = {number: [] for number in (1, 3, 4, 5, 6, 7)}
    for truth, row in zip(truths, rows, strict=True):
        report, site = Report(row["report"]), truth["domain"]
        tree = reference.Reference(row["report"]["graph"])
        web = next(each["root"] for each in tree.functions if each["id"] == "web")
        wanted[1] += [(site,)] if "cloudflare" in tree.single("parent", web) else []
        companies = {COMPANIES.get(each, each) for each in truth["dns_providers"]}
        wanted[3] += [(site,)] if len(companies) == 1 else []
        bare = [] if truth["origin_hidden"] else networks.holders(truth["apex_ips"])  # hidden: it is at the CDN too
        hosts = truth["hosting"] or sorted(bare)
        wanted[4] += [(site, "hosting", each) for each in named(HOSTING, hosts)]
        wanted[4] += [(site, "cdn", truth["cdn"])] if truth["cdn"] else []
        certificates = [value for key, value in report.values.items() if key.startswith("tls:") and value]
        wanted[5] += {(site, each["host"], each["not_after"]) for each in certificates}
        registration = report.values.get(f"registration:{site}") or {}
        wanted[6].append((site, registration.get("expires") or "unknown"))
    facts: list[tuple[str, object, object]] = []
    for number, true in wanted.items():
        for truth in truths:
            site = truth["domain"]
            mine = sorted(each for each in true if each[0] == site)
            for tool, rows_said in zip(("jq", "DuckDB"), said[number], strict=True):
                found = sorted(each for each in rows_said if each[0] == site)
                facts.append((f"question {number} by {tool} of {site}", mine, found))
    return facts


def named(ids: dict[str, str], names: list[str]) -> set[str]:
    return {ids.get(name, name) for name in names}


def _server(truth: Facts, server: str, report: Report, networks: Networks) -> tuple[set[str], set[str]]:
    if server.endswith("." + truth["domain"]):
        return networks.holders(report.addresses(server)), report.providers("dns", server)
    # Of two operators each has two of the four servers, in the order of the truth.
    place = truth["ns"].index(server) // 2 if len(truth["dns_providers"]) == 2 else 0
    return named(DNS, [truth["dns_providers"][place]]), report.providers("dns", server)


def _mail(truth: Facts, report: Report, networks: Networks) -> tuple[set[str], set[str]]:
    seen = {row["provider"] for row in report.report["dependencies"] if row["role"] == "mail"}
    if truth["mail"] is None:
        return set(), seen
    if truth["mail"] == "own":
        return networks.holders(report.addresses(f"mail.{truth['domain']}")), seen
    return {MAIL[truth["mail"]]}, seen


def _one_company(truth: Facts, report: Report, networks: Networks) -> str | None:
    """The company of the truth, which counts names alone: to it come the networks of servers of the site's own, and
    those that an operator's servers stand in."""
    own = networks.holders([each for server in truth["ns"] for each in report.addresses(server)])
    resolving = [own if each == "self" else {each, STANDS_IN.get(each, each)} for each in truth["dns_providers"]]
    serving = [{each} for each in named(HOSTING, truth["hosting"] or [truth["cdn"]])]
    companies = [{COMPANIES.get(each, each) for each in leg} for leg in (*resolving, *serving)]
    common = set.intersection(*companies)
    said = truth["one_company"]
    return COMPANIES.get(said, said) if said else next(iter(common), None)


def _issuers(report: Report, *hosts: str) -> set[str]:
    """Who issued the certificates in use; the authorities that CAA allows beside them are not meant."""
    organisations = {
        (value["issuer"].get("organisation") or "")
        for key, value in report.values.items()
        if key.startswith("tls:") and value and key[4:].split(" ")[0] in hosts
    }
    known = report.providers("ca", *hosts)
    return {AUTHORITIES.get(each, each) for each in organisations if AUTHORITIES.get(each) in known}


HOLDERS = {
    "amazon": "aws",
    "amazon-tech": "aws",
    "google-cloud": "google-cloud",
    "microsoft": "azure",
    "hetzner": "hetzner",
    "ovh": "ovh",
    "digitalocean": "digitalocean",
    "linode": "linode",
}
"""The organisations of the laboratory that sites of their own, mail hosts and name servers are drawn from."""


class Networks:
    """Whose an address of the laboratory is, by the prefixes of its topology."""

    def __init__(self, rows: list[Facts]) -> None:
        self.rows = [(ipaddress.ip_network(row["prefix"]), row["org"]) for row in rows]

    def holders(self, addresses: list[str]) -> set[str]:
        found = set()
        for text in addresses:
            address = ipaddress.ip_address(text)
            around = [row for row in self.rows if row[0].version == address.version and address in row[0]]
            organisation = max(around, key=lambda row: row[0].prefixlen)[1]
            found.add(HOLDERS.get(organisation, organisation))
        return found


def main() -> None:
    import yaml

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", type=Path, required=True)
    parser.add_argument("--hostaudit", required=True)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="keep the reports here, one line each")
    parser.add_argument("--inside", nargs=2, type=Path)
    options = parser.parse_args()
    if options.inside:
        inside(options.hostaudit, *options.inside)
        return
    with tempfile.TemporaryDirectory() as place:
        topology, drawn, seen = (Path(place) / name for name in ("fleet.yaml", "truth.jsonl", "seen.jsonl"))
        draw = [str(options.lab), "fleet", "-n", str(options.sites), "--seed", str(options.seed), "-o", str(topology)]
        drawn.write_bytes(subprocess.run(draw, capture_output=True, check=True).stdout)
        started = time.monotonic()
        again = [sys.executable, __file__, "--lab", str(options.lab), "--hostaudit", options.hostaudit]
        ran = subprocess.run(
            [str(options.lab), "run", "--quiet", str(topology), "--", *again, "--inside", str(drawn), str(seen)],
            capture_output=True, text=True, timeout=1200,
        )  # fmt: skip
        if ran.returncode != 0:
            sys.exit(f"the laboratory failed: {ran.stderr[-2000:]}")
        seconds = time.monotonic() - started
        truths = [json.loads(line) for line in drawn.read_text("utf-8").splitlines()]
        rows = [json.loads(line) for line in seen.read_text("utf-8").splitlines()]
        if options.keep:
            options.keep.write_bytes(seen.read_bytes())
    base = yaml.safe_load((options.lab.resolve().parent / "topologies" / "base.yaml").read_text("utf-8"))
    sys.exit(1 if report_on(truths, rows, Networks(base["networks"]), seconds) else 0)


def report_on(truths: list[Facts], rows: list[Facts], networks: Networks, seconds: float) -> int:
    """Print every disagreement with both sides, then the count by fact; the number of disagreements."""
    agreed, differ = Counter[str](), Counter[str]()
    for truth, row in zip(truths, rows, strict=True):
        if row["code"] != 0:
            print(f"FAIL {truth['domain']}: exit {row['code']}: {row['stderr'].strip()}")
            differ["exit 0"] += 1
            continue
        for fact, wanted, found in compare(truth, Report(row["report"]), networks):
            kind = fact.partition(" of ")[0]
            if wanted == found:
                agreed[kind] += 1
            else:
                differ[kind] += 1
                print(f"FAIL {truth['domain']}: {fact}: the truth says {wanted}, the report {found}")
    if not differ["exit 0"]:
        for fact, wanted, found in asked(truths, rows, networks):
            kind = fact.partition(" of ")[0]
            (agreed if wanted == found else differ)[kind] += 1
            if wanted != found:
                print(f"FAIL {fact}: true is {wanted}, the answer {found}")
    for kind in sorted({*agreed, *differ}):
        print(f"{'ok  ' if not differ[kind] else 'FAIL'} {kind}: {agreed[kind]} of {agreed[kind] + differ[kind]} agree")
    slowest = max(row["seconds"] for row in rows)
    print(f"{len(rows)} sites in {seconds:.0f} s, the slowest scan {slowest} s; {differ.total()} facts differ")
    return differ.total()


if __name__ == "__main__":
    main()
