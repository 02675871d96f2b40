"""A small world of providers, and questions to it."""

from __future__ import annotations

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.model.rules import Parent, Provider, Rules, Samples, Scoring


def provider(identity: str, **fields) -> Provider:
    given = {"id": identity, "name": identity.title(), "roles": ("hosting",), "samples": Samples(matches=())}
    return Provider(**given | fields)


def catalogue(*providers: Provider) -> Catalogue:
    scoring = Scoring(weights={}, full_harm_hours=1, name_only_weight=0, further_weight=0, named_host_weight=0)
    return Catalogue(Rules("test", providers, {"corp": Parent("Corp")}, {}, scoring))
