"""The page: it holds what the effects say, needs nothing else, and nothing in it is live."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser

from helpers import ROOT, sites
from helpers.sample_report import report as sample

import hostaudit
from hostaudit.report import Style, load

EVIDENCE = ROOT / "examples" / "parler-2021" / "evidence.json"
MOST_BYTES, MOST_NODES = 600_000, 5_000


class Read(HTMLParser):
    """The elements of a page with their attributes and own text, in order."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[int, str] = {}
        self.inside = False
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = True
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if not self.inside:
            return
        place = len(self.elements) - 1
        self.texts[place] = self.texts.get(place, "") + data

    def of(self, tag: str) -> list[tuple[dict[str, str], str]]:
        return [
            (attributes, self.texts.get(place, ""))
            for place, (name, attributes) in enumerate(self.elements)
            if name == tag
        ]


@cache
def parlers() -> tuple[hostaudit.EvidenceFile, hostaudit.Report, hostaudit.Effects]:
    evidence = hostaudit.read_evidence(EVIDENCE)
    report = hostaudit.analyse(evidence)
    effects = hostaudit.effects(evidence, report)
    assert effects is not None
    return evidence, report, effects


@cache
def parler() -> str:
    _, report, effects = parlers()
    return hostaudit.encode_report(report, "html", effects).decode()


def data_of(shown: str) -> dict:
    ((_, text),) = [each for each in Read(shown).of("script") if each[0].get("type") == "application/json"]
    return json.loads(text)


def test_the_policy_allows_only_the_script_and_style_of_the_page():
    found = Read(parler())
    (policy,) = [each["content"] for each, _ in found.of("meta") if "http-equiv" in each]
    (script,) = [text for each, text in found.of("script") if "type" not in each]
    ((_, style),) = found.of("style")

    assert policy.startswith("default-src 'none'; ")
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_nothing_in_it_asks_for_anything_or_runs():
    for tag, attributes in Read(parler()).elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "style", "formaction")
            assert name != "href" or value.startswith("#")


def test_every_link_inside_leads_somewhere():
    elements = Read(parler()).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    links = {attributes["href"].removeprefix("#") for tag, attributes in elements if tag == "a"}

    assert len(ids) == len(set(ids))
    assert links <= set(ids)
    assert any(each.startswith("evidence-") for each in links)
    assert any(each.startswith("company-") for each in links)


def test_it_is_small_enough_to_be_mailed():
    assert len(parler().encode()) <= MOST_BYTES
    assert len(Read(parler()).elements) <= MOST_NODES


def test_the_script_gets_the_effects_as_they_were_computed():
    effects = parlers()[2]
    data = data_of(parler())
    functions = [each["id"] for each in data["functions"]]
    shown = {
        each["id"]: [(functions[fall["f"]], fall["direct"], fall["weight"]) for fall in each["falls"]]
        for each in data["companies"]
    }

    assert shown == {
        each.company: [(fall.function, fall.direct, list(fall.weight)) for fall in each.falls]
        for each in effects.companies
    }
    assert len(data["incidents"]) == len(hostaudit.scenarios())


def test_whoever_has_no_script_reads_the_same_hours_in_a_table():
    page = Read(parler())
    cells = [(attributes["title"], text) for attributes, text in page.of("td") if "fall" in attributes.get("class", "")]

    assert ("down; at once; back after about 15 days (2 to 89 days)", "15 d") in cells
    assert any("no new installs" in text for _, text in cells)
    assert len(page.of("caption")) == 2


def test_what_only_evidence_tells_is_left_out_of_a_report_alone_and_that_is_said():
    shown = load("html").render(hostaudit.analyse(hostaudit.read_evidence(EVIDENCE)), Style())
    data = data_of(shown)

    assert "made from the evidence of one place" in shown
    assert data["incidents"] == [] == data["reckoned"]
    assert "Recorded incidents" not in shown
    (amazon,) = [each for each in data["companies"] if each["id"] == "amazon"]
    assert {data["functions"][fall["f"]]["id"] for fall in amazon["falls"]} >= {"resolve", "web", "install_ios"}


def test_an_unknown_is_a_question_and_the_band_shows_it():
    shown = load("html").render(sample(), Style())

    assert '<rect class="open"' in shown
    assert "the dashed band is what is unknown" in shown
    assert '<rect class="open"' not in parler()


def test_a_site_without_anything_has_a_page_that_says_so():
    site = sites.Site("not-there.com").note("delegation", "not-there.com", absent="NXDOMAIN from 192.5.6.30")
    evidence = site.file()
    report = hostaudit.analyse(evidence)
    shown = hostaudit.encode_report(report, "html", hostaudit.effects(evidence, report)).decode()

    assert "None was declared, and none was seen." in shown
    assert "No company that was found stops anything alone." in shown or "<table" in shown


def test_hostile_text_stays_text():
    text = "</script><script>alert(1)</script><!--<script>{{ 7*7 }}\u2028x]]>' onx='"
    site = sites.on_one_parent().web("captive.com", ("54.189.10.21", 16509), headers=(("server", text),), issuer=text)
    evidence = site.file()
    report = hostaudit.analyse(evidence)
    shown = hostaudit.encode_report(report, "html", hostaudit.effects(evidence, report)).decode()

    assert [each for each, _ in Read(shown).of("script")] == [{"type": "application/json", "id": "data"}, {}]
    assert "{{ 7*7 }}" in html.unescape(shown)
    assert data_of(shown)["domain"] == "captive.com"


def test_templates_are_loaded_only_to_draw():
    code = (
        "import sys, hostaudit.__main__, hostaudit.report as report;"
        "[report.load(name) for name in report.names()];"
        "print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_equal_effects_give_equal_bytes():
    evidence, report, _ = parlers()

    assert hostaudit.encode_report(report, "html", hostaudit.effects(evidence, report)).decode() == parler()
