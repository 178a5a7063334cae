"""Reading the record: rows of agencies, parties and cases, one statement for each relation and level."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.feed_records import QuantityRecord
from schema.records import Agency, Party, PenaltyCase, Procuratorate
from schema.tables import agency, case_text, case_text_covered, party, penalty_case, procuratorate
from schema.vocabularies import CaseSort, DataSource, Domain, PartyType, PenaltyKind, QuantityMeasure
from stores.search.postgres_query import behind, compile_filter, order_by
from stores.search.scope import compile_scope
from stores.search.seam import CaseFilter, Position, refuse_hidden_order

Record = TypeVar("Record")

_CASE_FIELDS = tuple(name for name in PenaltyCase.__dataclass_fields__ if name not in {"agency", "party"})
_AGENCY_FIELDS = tuple(Agency.__dataclass_fields__)
_PARTY_FIELDS = tuple(Party.__dataclass_fields__)
_AGENCY_START = len(_CASE_FIELDS)
_PARTY_START = _AGENCY_START + len(_AGENCY_FIELDS)


def _agency(values: Sequence[Any]) -> Agency:
    row = dict(zip(_AGENCY_FIELDS, values, strict=True))
    row["domains"] = tuple(map(Domain, row["domains"]))
    row["aliases"] = tuple(row["aliases"])
    return Agency(**row)


def _party(values: Sequence[Any]) -> Party:
    row = dict(zip(_PARTY_FIELDS, values, strict=True))
    row["type"] = PartyType(row["type"])
    row["representative_names"] = tuple(row["representative_names"])
    return Party(**row)


def _quantity(stored: Mapping[str, Any]) -> QuantityRecord:
    return QuantityRecord(
        measure=QuantityMeasure(stored["measure"]),
        value=Decimal(stored["value"]),
        unit=stored["unit"],
        substance=stored["substance"],
    )


def _case(row: Sequence[Any]) -> PenaltyCase:
    values = dict(zip(_CASE_FIELDS, row[:_AGENCY_START], strict=True))
    values["domain"] = Domain(values["domain"])
    values["penalty_kinds"] = tuple(map(PenaltyKind, values["penalty_kinds"]))
    values["quantities"] = tuple(map(_quantity, values["quantities"]))
    values["sources"] = tuple(map(DataSource, values["sources"]))
    values["person_names"] = tuple(values["person_names"])
    return PenaltyCase(
        agency=_agency(row[_AGENCY_START:_PARTY_START]),
        party=_party(row[_PARTY_START : _PARTY_START + len(_PARTY_FIELDS)]),
        **values,
    )


def _cases() -> Select[Any]:
    """Cases with agency and party in one row each: two joins by primary key are cheaper than two more statements."""
    return (
        select(
            *(penalty_case.c[name] for name in _CASE_FIELDS),
            *(agency.c[name] for name in _AGENCY_FIELDS),
            *(party.c[name] for name in _PARTY_FIELDS),
        )
        .join(agency, agency.c.id == penalty_case.c.agency_id)
        .join(party, party.c.id == penalty_case.c.party_id)
    )


async def list_cases(
    connection: AsyncConnection,
    scope: Scope,
    wanted: CaseFilter,
    sort: CaseSort,
    *,
    first: int,
    after: Position | None,
) -> list[PenaltyCase]:
    """Cases in order, one more than `first`, so that the caller knows whether there are more.

    Raises BadUserInputError for an order that the scope may not know.
    """
    refuse_hidden_order(scope, sort)
    statement = _cases().where(*compile_filter(wanted, scope)).order_by(*order_by(sort)).limit(first + 1)
    if after is not None:
        statement = statement.where(behind(after))
    return [_case(row) for row in await connection.execute(statement)]


async def count_cases(connection: AsyncConnection, scope: Scope, wanted: CaseFilter) -> int:
    """How many cases a filter leaves."""
    source: Any = penalty_case
    if wanted.regions:
        source = source.join(agency, agency.c.id == penalty_case.c.agency_id)
    if wanted.party_uscc is not None:
        source = source.join(party, party.c.id == penalty_case.c.party_id)
    statement = select(func.count()).select_from(source).where(*compile_filter(wanted, scope))
    return await connection.scalar(statement) or 0


async def cases_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, PenaltyCase]:
    """Cases by id; an unknown id is left out."""
    rows = await connection.execute(_cases().where(penalty_case.c.id == func.any(list(ids))))
    return {case.id: case for case in map(_case, rows)}


async def cases_by_number(
    connection: AsyncConnection, scope: Scope, document_number: str, agency_id: int | None
) -> list[PenaltyCase]:
    """The cases under a canonical document number: one for each agency that uses it.

    None whose number holds a natural person's name, where the scope is without names: it would be found by the name.
    """
    statement = (
        _cases()
        .where(penalty_case.c.document_number == document_number, *compile_scope(scope))
        .order_by(penalty_case.c.id)
    )
    if agency_id is not None:
        statement = statement.where(penalty_case.c.agency_id == agency_id)
    if not scope.names:
        hidden = exists().where(
            case_text.c.case_id == penalty_case.c.id,
            case_text_covered.c.case_id == penalty_case.c.id,
            case_text_covered.c.number != case_text.c.number,
        )
        statement = statement.where(~hidden)
    return [_case(row) for row in await connection.execute(statement)]


async def cases_of_parties(
    connection: AsyncConnection, scope: Scope, party_ids: Sequence[int], *, first: int, after: Position | None
) -> dict[int, list[PenaltyCase]]:
    """The newest cases of several parties in one statement, one more than `first` of each."""
    wanted = func.unnest(list(party_ids)).table_valued("id", name="wanted").render_derived()
    newest = (
        select(penalty_case.c.id)
        .where(
            penalty_case.c.party_id == wanted.c.id, true() if after is None else behind(after), *compile_scope(scope)
        )
        .order_by(*order_by(CaseSort.DECIDED_NEWEST))
        .limit(first + 1)
        .correlate(wanted)
        .lateral("newest")
    )
    ids = select(newest.c.id).select_from(wanted.join(newest, true()))
    statement = _cases().where(penalty_case.c.id.in_(ids)).order_by(*order_by(CaseSort.DECIDED_NEWEST))
    found: dict[int, list[PenaltyCase]] = {party_id: [] for party_id in party_ids}
    for case in map(_case, await connection.execute(statement)):
        found[case.party.id].append(case)
    return found


async def count_cases_of_parties(connection: AsyncConnection, scope: Scope, party_ids: Sequence[int]) -> dict[int, int]:
    """How many cases each of several parties has."""
    statement = (
        select(penalty_case.c.party_id, func.count())
        .where(penalty_case.c.party_id == func.any(list(party_ids)), *compile_scope(scope))
        .group_by(penalty_case.c.party_id)
    )
    counted = {row[0]: row[1] for row in await connection.execute(statement)}
    return {party_id: counted.get(party_id, 0) for party_id in party_ids}


def _agencies(domains: Sequence[Domain], networked: bool | None) -> list[Any]:
    conditions: list[Any] = []
    if domains:
        conditions.append(agency.c.domains.overlap([domain.value for domain in domains]))
    if networked is not None:
        conditions.append(agency.c.networked_on.is_not(None) if networked else agency.c.networked_on.is_(None))
    return conditions


async def list_agencies(
    connection: AsyncConnection,
    *,
    domains: Sequence[Domain],
    networked: bool | None,
    first: int,
    after: tuple[str | None, str, int] | None,
) -> list[Agency]:
    """Agencies by region and name, one more than `first`."""
    statement = select(*(agency.c[name] for name in _AGENCY_FIELDS)).where(*_agencies(domains, networked))
    if after is not None:
        region, name, agency_id = after
        same_region = agency.c.region.is_(None) if region is None else agency.c.region == region
        behind_name = and_(same_region, or_(agency.c.name > name, and_(agency.c.name == name, agency.c.id > agency_id)))
        behind_region = [] if region is None else [agency.c.region > region, agency.c.region.is_(None)]
        statement = statement.where(or_(behind_name, *behind_region))
    statement = statement.order_by(agency.c.region.nulls_last(), agency.c.name, agency.c.id).limit(first + 1)
    return [_agency(row) for row in await connection.execute(statement)]


async def count_agencies(connection: AsyncConnection, *, domains: Sequence[Domain], networked: bool | None) -> int:
    """How many agencies there are."""
    statement = select(func.count()).select_from(agency).where(*_agencies(domains, networked))
    return await connection.scalar(statement) or 0


async def agencies_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Agency]:
    """Agencies by id; an unknown id is left out."""
    return await _by_id(connection, agency, _AGENCY_FIELDS, _agency, ids)


async def agencies_by_name(connection: AsyncConnection, names: Sequence[str]) -> dict[str, Agency]:
    """Agencies by the names they are registered under; an unknown name is left out."""
    rows = await connection.execute(
        select(*(agency.c[name] for name in _AGENCY_FIELDS)).where(agency.c.name == func.any(list(names)))
    )
    return {known.name: known for known in map(_agency, rows)}


async def parties_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Party]:
    """Parties by id; an unknown id is left out."""
    return await _by_id(connection, party, _PARTY_FIELDS, _party, ids)


async def procuratorates_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Procuratorate]:
    """Procuratorates by id; an unknown id is left out."""
    fields = tuple(Procuratorate.__dataclass_fields__)

    def record(values: Sequence[Any]) -> Procuratorate:
        return Procuratorate(**dict(zip(fields, values, strict=True)))

    return await _by_id(connection, procuratorate, fields, record, ids)


async def _by_id(
    connection: AsyncConnection,
    table: Any,
    fields: tuple[str, ...],
    record: Callable[[Sequence[Any]], Record],
    ids: Sequence[int],
) -> dict[int, Record]:
    rows = await connection.execute(
        select(*(table.c[name] for name in fields)).where(table.c.id == func.any(list(ids)))
    )
    place = fields.index("id")
    return {row[place]: record(row) for row in rows}
