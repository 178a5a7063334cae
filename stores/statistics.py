"""Statistics of the record: distinct cases and their money by what they are grouped by, in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.anomaly_tables import anomaly
from schema.tables import agency, party, penalty_case
from schema.vocabularies import StatisticsKey
from stores.errors import BadUserInputError
from stores.search.postgres_query import compile_filter, finding_conditions
from stores.search.seam import CaseFilter

MAX_ROWS = 10_000

_CASE_COLUMNS: Mapping[StatisticsKey, ColumnElement[Any]] = {
    StatisticsKey.DOMAIN: penalty_case.c.domain,
    StatisticsKey.AGENCY: penalty_case.c.agency_id,
    StatisticsKey.REGION: agency.c.region,
    StatisticsKey.YEAR: func.to_char(penalty_case.c.decided_on, "YYYY"),
    StatisticsKey.QUARTER: func.to_char(penalty_case.c.decided_on, 'YYYY-"Q"Q'),
    StatisticsKey.MONTH: func.to_char(penalty_case.c.decided_on, "YYYY-MM"),
}
_FINDING_COLUMNS: Mapping[StatisticsKey, ColumnElement[Any]] = {
    StatisticsKey.ANOMALY: anomaly.c.kind,
    StatisticsKey.RULE: anomaly.c.rule,
    StatisticsKey.CERTAINTY: anomaly.c.certainty,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsRow:
    """The cases that have the same values, one a key in the keys' order; None is unknown. Money in yuan.

    A value is a domain, an agency's id, a region code, `2024`, `2024-Q1`, `2024-03`, a kind, a rule's code or a
    certainty. `agency_name` is that of the agency's id, where there is one.
    """

    values: tuple[str | None, ...]
    cases: int
    fines: Decimal
    confiscations: Decimal
    agency_name: str | None


async def read_statistics(
    connection: AsyncConnection, scope: Scope, wanted: CaseFilter, keys: Sequence[StatisticsKey]
) -> list[StatisticsRow]:
    """The rows in the order of their values, unknown ones last; of no keys one row, of all cases.

    Each of the finding's keys speaks of one and the same finding of a case: one that is open or confirmed, and that the
    filter asks for. A case without such a finding is in no row of theirs, and one with several may be in several rows.
    A scope without findings has no row of theirs at all.
    Raises BadUserInputError where there are more than MAX_ROWS rows, and where a key is named twice.
    """
    if len(set(keys)) < len(keys):
        raise BadUserInputError("`groupBy` names a key twice. Name each of them once.")
    rows = (await connection.execute(statistics_statement(scope, wanted, keys))).all()
    if len(rows) > MAX_ROWS:
        raise BadUserInputError(
            f"These statistics have more than {MAX_ROWS} rows. Narrow the filter, or group by less."
        )
    width = len(keys)
    return [
        StatisticsRow(
            values=tuple(row[:width]),
            cases=row.cases,
            fines=row.fines,
            confiscations=row.confiscations,
            agency_name=row.agency_name,
        )
        for row in rows
    ]


def statistics_statement(scope: Scope, wanted: CaseFilter, keys: Sequence[StatisticsKey]) -> Select[Any]:
    """Rows of (value of each key, cases, fines, confiscations, agency name); one more than may be answered."""
    cases = _cases_with_values(scope, wanted, keys).subquery("grouped")
    columns = [cases.c[key.value] for key in keys]
    money = (
        func.coalesce(func.sum(cases.c[name]), Decimal("0.00")).label(label)
        for name, label in (("fine", "fines"), ("confiscated", "confiscations"))
    )
    # So many rows, whichever they are, are too many.
    counted = (
        select(*columns, func.count().label("cases"), *money).group_by(*columns).limit(MAX_ROWS + 1).subquery("counted")
    )
    source: Any = counted
    name: ColumnElement[Any] = null()
    if StatisticsKey.AGENCY in keys:
        source = counted.join(agency, agency.c.id == counted.c[StatisticsKey.AGENCY.value])
        name = agency.c.name
    shown: list[ColumnElement[Any]] = [
        *(cast(counted.c[key.value], Text).label(key.value) for key in keys),
        *(counted.c.cases, counted.c.fines, counted.c.confiscations),
        name.label("agency_name"),
    ]
    return select(*shown).select_from(source).order_by(*(_place(key, counted.c[key.value]) for key in keys))


def _place(key: StatisticsKey, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Agencies by their id, all else character by character whatever the database is set to; unknown values last."""
    return (value if key is StatisticsKey.AGENCY else value.collate("C")).asc().nulls_last()


def _cases_with_values(scope: Scope, wanted: CaseFilter, keys: Sequence[StatisticsKey]) -> Select[Any]:
    """A row for each case, or, by what findings say, for each case and each different answer of its findings."""
    source: Any = penalty_case
    if wanted.regions or StatisticsKey.REGION in keys:
        source = source.join(agency, agency.c.id == penalty_case.c.agency_id)
    if wanted.party_uscc is not None:
        source = source.join(party, party.c.id == penalty_case.c.party_id)
    columns: dict[StatisticsKey, ColumnElement[Any]] = {key: _CASE_COLUMNS[key] for key in keys if key in _CASE_COLUMNS}
    of_findings = [key for key in keys if key in _FINDING_COLUMNS]
    if of_findings:
        findings = (
            select(anomaly.c.case_id, *(_FINDING_COLUMNS[key].label(key.value) for key in of_findings))
            .where(and_(*finding_conditions(wanted)) if scope.findings else false())
            .distinct()
            .subquery("findings")
        )
        source = source.join(findings, findings.c.case_id == penalty_case.c.id)
        columns |= {key: findings.c[key.value] for key in of_findings}
    values = (column.label(key.value) for key, column in columns.items())
    return (
        select(penalty_case.c.fine, penalty_case.c.confiscated, *values)
        .select_from(source)
        .where(*compile_filter(wanted, scope))
    )
