"""A fleet against the catalogue: references are counted once, groups are registrable names, drafts pass the lint."""

from __future__ import annotations

import pytest
from helpers.matching import catalogue, provider

from hostaudit.analysis.catalogue import fleet, lint
from hostaudit.documents.name_list import NameList, Use, parse

KNOWN = catalogue(
    provider("op", roles=("dns",), ns=("op-dns.com",), parent="corp"),
    provider("post", roles=("mail",), mx=("post.org",)),
)


def stats(*uses: tuple[str, str, str], most: int = 10):
    return fleet.stats(NameList([Use(*each) for each in uses]), KNOWN, "names.txt", most)


def test_an_owner_with_four_servers_of_one_group_is_one_reference():
    found = stats(*(("a.gov", "ns", f"ns{n}.op-dns.com") for n in range(4)), ("b.gov", "ns", "ns1.other.net"))

    assert (found.names, found.references, found.attributed) == (5, 2, 1)
    assert [(each.provider, each.parent, each.references) for each in found.known] == [("op", "corp", 1)]
    assert [(each.group, each.references, each.names) for each in found.unknown] == [
        ("other.net", 1, ("ns1.other.net",))
    ]


def test_below_a_suffix_under_which_many_register_each_name_is_a_group_of_its_own():
    found = stats(
        ("a.gov", "ns", "ns1.state.mn.us"), ("b.gov", "ns", "ns1.co.hennepin.mn.us"), ("c.gov", "ns", "mn.us")
    )

    assert [each.group for each in found.unknown] == ["hennepin.mn.us", "mn.us", "state.mn.us"]


def test_the_most_frequent_unknown_group_comes_first_and_the_rest_is_counted():
    uses = [(f"{n}.gov", "ns", "ns1.many.net") for n in range(3)] + [
        ("x.gov", "mx", "mx.few.net"),
        ("y.gov", "ns", "a.b.net"),
    ]
    found = stats(*uses, most=2)

    assert [(each.kind, each.group) for each in found.unknown] == [("ns", "many.net"), ("mx", "few.net")]
    assert found.groups == 3


def test_a_group_is_known_if_one_of_its_names_is_and_only_as_its_kind():
    found = stats(("a", "ns", "x.post.org"), ("b", "mx", "mx.post.org"))

    assert [(each.provider, each.references) for each in found.known] == [("post", 1)]
    assert [each.group for each in found.unknown] == ["post.org"]


def test_what_is_no_name_is_counted_as_unread():
    assert stats(("a", "ns", "not a name")).unread == 1


@pytest.mark.parametrize(
    ("kind", "group"), [("ns", "other.net"), ("mx", "few.co.uk"), ("cname", "edge.example-cdn.org")]
)
def test_a_draft_asks_for_what_only_a_person_knows_and_has_no_other_fault(tmp_path, kind, group):
    name = f"host.{group}"
    text = fleet.draft(kind, group, (name,))
    for word in ("NAME OF THE COMPANY", "WHAT SHOWS IT, WITH ITS YEAR"):
        text = text.replace(word, "Register of companies, 2026")
    text = text.replace("COUNTRY OF THE CONTRACT", "SE").replace("WHERE IT SAYS THAT", "pages of 2026:")
    path = tmp_path / f"{group.partition('.')[0]}.yaml"
    path.write_text(text)

    assert [each.problem for each in lint.lint(path)[1]] == []


def test_a_fleet_grows_the_work_by_its_size_only():
    data = b"".join(b"z%d.gov. IN NS ns%d.other%d.net.\n" % (n, n, n % 50) for n in range(4000))

    assert fleet.stats(parse(data, "ns"), KNOWN, "z", 3).references == 4000
