"""Ids of operators that the catalogue does not hold are made, recognised and shown in one place."""

from __future__ import annotations

from hostaudit.model.actors import NOBODY, is_unknown, seen_of, unknown_id


def test_an_unknown_operator_is_recognised_by_its_id_alone():
    assert unknown_id("as64496") == "unknown:as64496"
    assert is_unknown(unknown_id("as64496"))
    assert is_unknown(NOBODY)
    assert not is_unknown("amazon")
    assert not is_unknown("")


def test_people_read_what_was_seen_of_it():
    assert seen_of(unknown_id("as64496")) == "as64496"
    assert seen_of("amazon") == "amazon"
