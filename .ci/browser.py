#!/usr/bin/env python3
"""Pages in a real Chromium: what falls is what ``whatif`` says, nothing is asked for, nothing hostile runs.

``python .ci/browser.py --axe FILE`` reads every page out of the browser, and with the file of axe-core also counts its
violations; each of its questions without an answer must be in ``INCOMPLETE``, with the reason why the page is right.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import sites  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

import hostaudit  # noqa: E402

MOST_BYTES, MOST_NODES = 600_000, 5_000
EVIL = "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
INCOMPLETE = {
    "color-contrast": "axe cannot measure text in a drawing and in cells that scroll out of view",
}
"""By rule of axe why its question is answered well."""

READ = """() => [...document.querySelectorAll('#falls li')].map(e => [e.dataset.function, e.dataset.direct])"""


def pages() -> dict[str, hostaudit.EvidenceFile]:
    """By name the evidence of the sites that are looked at; the last holds hostile text."""
    evil = sites.on_one_parent()
    evil.web("captive.com", ("54.189.10.21", 16509), issuer=EVIL, headers=(("server", EVIL),))
    made = {"on_one_parent": sites.on_one_parent(), "in_pairs": sites.in_pairs(), "hostile": evil}
    found = {name: each.file() for name, each in made.items()}
    recorded = ("parler-2021", "history/dyn-2016-two-operators", "history/zoom-2025", "history/unisuper-2024")
    return {each: hostaudit.read_evidence(ROOT / "examples" / each / "evidence.json") for each in recorded} | found


def told(evidence: hostaudit.EvidenceFile, company: str, down: set[str]) -> set[str]:
    """The functions that fall with a company, as ``whatif`` says, without those that are ``down`` already."""
    answer = hostaudit.whatif(evidence, drop=company, kind="parent")
    return {each.id for each in answer.functions if each.range.high > 0 or each.degraded_hours > 0} - down


def wrong(browser: Browser, name: str, evidence: hostaudit.EvidenceFile, axe: str) -> list[str]:
    """What is wrong with the page of one site."""
    report = hostaudit.analyse(evidence)
    effects = hostaudit.effects(evidence, report)
    assert effects is not None, name
    shown = hostaudit.encode_report(report, "html", effects)
    problems = [] if len(shown) <= MOST_BYTES else [f"{len(shown)} bytes"]
    asked: list[str] = []
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "page.html"
        place.write_bytes(shown)
        page = browser.new_page(bypass_csp=False)
        page.on("request", lambda each: asked.append(each.url))
        page.on("console", lambda each: said.append(each.text))
        page.on("pageerror", lambda each: said.append(str(each)))
        page.goto(place.as_uri())
        problems += [f"it asks for {each}" for each in asked if each != place.as_uri()]
        problems += [f"title is {page.title()}"] if "who can take it down" not in page.title() else []
        nodes = page.evaluate("document.querySelectorAll('*').length")
        problems += [f"{nodes} nodes"] if nodes > MOST_NODES else []
        problems += falls(page, evidence, effects)
        problems += used(page)
        problems += [f"console: {each}" for each in said]
        page.close()
        problems += accessible(browser, place, axe) if axe else []
    return [f"{name}: {each}" for each in problems]


def falls(page: Page, evidence: hostaudit.EvidenceFile, effects: hostaudit.Effects) -> list[str]:
    """Each company taken away by a click, against ``whatif`` and the effects."""
    problems = []
    down = {each.id for each in hostaudit.analyse(evidence).functions if each.state == "down"}
    for company in effects.companies:
        button = page.locator(f'#choice button[data-company="{company.company}"]')
        button.click()
        read = dict(page.evaluate(READ))
        wanted = {each.function: "direct" if each.direct else "transitive" for each in company.falls}
        answer = told(evidence, company.company, down)
        if read.keys() != answer or read != wanted:
            problems.append(f"{company.company}: the page has {read}, whatif {sorted(answer)}")
        button.click()
    return problems


def used(page: Page) -> list[str]:
    """The clock of incidents, the drawer of proofs and the links of the drawing, by keyboard too."""
    problems = []
    page.locator("#hour").focus()
    before = page.locator("#time").text_content()
    page.keyboard.press("End")
    problems += ["the clock does not move"] if page.locator("#time").text_content() == before else []
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    page.locator("a[data-proof]").first.click()
    problems += ["no proof in the drawer"] if page.locator("#drawer-list li").count() == 0 else []
    page.keyboard.press("Escape")
    problems += ["the drawer stays"] if page.locator("#drawer").is_visible() else []
    link = page.locator("svg.graph a[data-company]").first
    link.focus()
    page.keyboard.press("Enter")
    problems += ["the drawing does not answer"] if page.locator("svg.graph.chosen").count() != 1 else []
    return problems


def accessible(browser: Browser, place: Path, axe: str) -> list[str]:
    """The violations of axe-core, light and dark, and its questions that nobody answered."""
    problems = []
    for scheme in ("light", "dark"):
        context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(place.as_uri())
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.evaluate(axe)
        found: dict[str, list[dict[str, Any]]] = page.evaluate("axe.run(document)")
        problems += [f"{scheme}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]]
        problems += [
            f"{scheme}: open: {each['id']}: {each['nodes'][0]['html'][:160]}"
            for each in found["incomplete"]
            if each["id"] not in INCOMPLETE
        ]
        context.close()
    return problems


def main() -> int:
    """0 if every page is as it should be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--axe", type=Path, help="axe.min.js of axe-core")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    axe = options.axe.read_text("utf-8") if options.axe else ""
    problems = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name, evidence in pages().items():
            if not options.names or name in options.names:
                found = wrong(browser, name, evidence, axe)
                print(f"{name}: {'wrong' if found else 'as it should be'}", flush=True)
                problems += found
        browser.close()
    print(*problems, sep="\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
