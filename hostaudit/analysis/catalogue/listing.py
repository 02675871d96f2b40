"""The provider catalogue as documents: the list of providers, and the sheet of one provider."""

from __future__ import annotations

from hostaudit.analysis.catalogue.catalogue import Catalogue
from hostaudit.errors import UsageError, nearest
from hostaudit.model.match import PROVIDER_SCHEMA, PROVIDERS_SCHEMA, OwnerRow, ProviderList, ProviderRow, ProviderSheet
from hostaudit.model.rules import Parent, Provider, Rules

LIST = "see: hostaudit providers list"


def listing(rules: Rules, role: str = "", parent: str = "") -> ProviderList:
    """Return all providers, or those with a role (``hosting`` includes the services that ``BROAD`` counts as such), or
    those of a company.

    Raises ``UsageError`` for a company without a provider in the catalogue.
    """
    catalogue = Catalogue(rules)
    companies = {*catalogue.parents(), *rules.parents}
    if parent and parent not in companies:
        own = catalogue.provider(parent)
        near = nearest(parent, companies, LIST)
        hint = f"it is a product of {catalogue.parent(parent)}" if own is not None else near
        raise UsageError(f"the catalogue has no company {parent}", hint)
    rows = tuple(
        ProviderRow(
            id=each.id,
            name=each.name,
            parent=catalogue.parent(each.id),
            parent_name=catalogue.parent_name(catalogue.parent(each.id)),
            jurisdiction=catalogue.jurisdiction(each.id),
            roles=each.roles,
        )
        for each in rules.providers
        if (not role or role in each.roles or each.serves(role))
        and (not parent or parent in {each.parent, *(owner.id for owner in _owners(rules, catalogue, each.id))})
    )
    return ProviderList(PROVIDERS_SCHEMA, rows)


def sheet(rules: Rules, identity: str) -> ProviderSheet:
    """Return all facts about a provider. Raises ``UsageError`` for an unknown id."""
    catalogue = Catalogue(rules)
    record = catalogue.provider(identity)
    if record is None:
        if identity in rules.parents:
            hint = f"for its products: hostaudit providers list --parent {identity}"
            raise UsageError(f"{identity} is a company, not a provider", hint)
        hint = nearest(identity, [each.id for each in rules.providers], LIST)
        raise UsageError(f"the catalogue has no provider {identity}", hint)
    parent = catalogue.parent(identity)
    family = sorted(each.id for each in rules.providers if catalogue.parent(each.id) == parent and each.id != identity)
    resting = sorted(each.id for each in rules.providers if any(up.on == identity for up in each.depends_on))
    return ProviderSheet(
        schema=PROVIDER_SCHEMA,
        provider=record,
        jurisdiction=catalogue.jurisdiction(identity),
        owner_jurisdiction=catalogue.owner_jurisdiction(identity),
        owners=_owners(rules, catalogue, identity),
        siblings=tuple(family),
        needed_by=tuple(resting),
        publications={label: rules.sources[label] for label in _labels(record) if label in rules.sources},
    )


def _labels(record: Provider) -> list[str]:
    return sorted({label for group in record.sources.__struct_fields__ for label in getattr(record.sources, group)})


def _owners(rules: Rules, catalogue: Catalogue, identity: str) -> tuple[OwnerRow, ...]:
    """The companies above a provider, the direct one first. The loader refuses cycles, so this ends."""
    record: Provider | Parent | None = catalogue.provider(identity)
    above = record.parent if record is not None else ""
    owners = []
    below = record
    while above:
        company = rules.parents.get(above) or catalogue.provider(above)
        if company is None:
            break
        since, read = (below.since, below.read) if below is not None else ("", "")
        told = (company.basis, since, read or company.read, company.investor)
        owners.append(OwnerRow(above, company.name, company.jurisdiction, *told))
        below, above = company, company.parent
    return tuple(owners)
