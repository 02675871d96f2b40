"""How sure several clues make of one provider."""

from __future__ import annotations

from hostaudit.analysis.catalogue.confidence import STRENGTH, combine
from hostaudit.model.match import Clue


def test_independent_kinds_add_up_and_one_kind_counts_once():
    ns, asn, header = (Clue("p", kind, "", STRENGTH[kind]) for kind in ("ns", "asn", "header"))
    weak = Clue("p", "weak-header", "", STRENGTH["weak-header"])
    assert combine([]) == 0
    assert combine([asn]) == 0.75
    assert combine([asn, asn]) == 0.75
    assert combine([header, weak]) == 0.8
    assert combine([asn, header]) == 0.95
    assert combine([ns, asn, header]) == 0.99
