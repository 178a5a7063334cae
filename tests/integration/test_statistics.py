"""Statistics count distinct cases and add up their money, and agree with filters and facets whatever is asked."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.access_records import EVERYTHING
from schema.vocabularies import AnomalyKind, Certainty, Domain, Facet, StatisticsKey
from stores.errors import BadUserInputError
from stores.postgres import Database
from stores.search.seam import CaseFilter
from stores.statistics import MAX_ROWS, read_statistics
from tests.integration.conformance_filters import FILTERS, Fields
from tests.integration.indexing_cases import add_cases, execute
from tests.integration.search_cases import AGENCIES, CASES
from tests.integration.search_corpus import Corpus, asked
from tests.integration.search_generation import filters
from tests.integration.search_reference import Known, findings_asked_for, left_by
from tests.integration.statement_counting import statements

Row = tuple[tuple[str | None, ...], int, Decimal, Decimal]
Values = Mapping[StatisticsKey, str | None]

KEY_OF_FACET = {
    Facet.DOMAINS: StatisticsKey.DOMAIN,
    Facet.AGENCIES: StatisticsKey.AGENCY,
    Facet.REGIONS: StatisticsKey.REGION,
    Facet.YEARS: StatisticsKey.YEAR,
    Facet.ANOMALIES: StatisticsKey.ANOMALY,
    Facet.RULES: StatisticsKey.RULE,
    Facet.CERTAINTIES: StatisticsKey.CERTAINTY,
}
OF_FINDINGS = {StatisticsKey.ANOMALY, StatisticsKey.RULE, StatisticsKey.CERTAINTY}


async def read(corpus: Corpus, wanted: CaseFilter, *keys: StatisticsKey) -> list[Row]:
    async with corpus.database.begin() as connection:
        rows = await read_statistics(connection, EVERYTHING, wanted, keys)
    return [(row.values, row.cases, row.fines, row.confiscations) for row in rows]


def worked_out(cases: Sequence[Known], wanted: CaseFilter, keys: Sequence[StatisticsKey]) -> list[Row]:
    """What statistics mean, case by case."""
    counted: dict[tuple[str | None, ...], dict[int, Known]] = {} if keys else {(): {}}
    for case in cases:
        if left_by(wanted, case):
            for values in _values(case, wanted, keys):
                counted.setdefault(tuple(values[key] for key in keys), {})[case.case_id] = case

    def place(values: tuple[str | None, ...]) -> list[tuple[bool, int, str]]:
        numbers = [key is StatisticsKey.AGENCY for key in keys]
        return [
            (value is None, int(value) if value and number else 0, value or "")
            for value, number in zip(values, numbers, strict=True)
        ]

    return [
        (
            values,
            len(counted[values]),
            sum((case.fine or Decimal(0) for case in counted[values].values()), Decimal(0)),
            sum((Decimal(CASES[case.label].get("confiscated", 0)) for case in counted[values].values()), Decimal(0)),
        )
        for values in sorted(counted, key=place)
    ]


def _values(case: Known, wanted: CaseFilter, keys: Sequence[StatisticsKey]) -> Iterator[Values]:
    day = case.decided_on
    year, quarter, month = ("", "", "") if day is None else (f"{day.year:04}", f"Q{(day.month + 2) // 3}", f"{day:%m}")
    of_case: Values = {
        StatisticsKey.DOMAIN: case.domain.value,
        StatisticsKey.AGENCY: str(case.agency_id),
        StatisticsKey.REGION: case.region,
        StatisticsKey.YEAR: year or None,
        StatisticsKey.QUARTER: f"{year}-{quarter}" if year else None,
        StatisticsKey.MONTH: f"{year}-{month}" if year else None,
    }
    if OF_FINDINGS.isdisjoint(keys):
        yield of_case
        return
    for found in findings_asked_for(wanted, case):
        yield {
            **of_case,
            StatisticsKey.ANOMALY: found.kind.value,
            StatisticsKey.RULE: found.rule,
            StatisticsKey.CERTAINTY: found.certainty.value,
        }


async def test_cases_are_counted_once_in_a_row_and_their_money_with_them(corpus: Corpus) -> None:
    both = corpus.filter(agencies="PN")
    assert await read(corpus, both, StatisticsKey.DOMAIN) == [
        (("FOOD_DRUGS",), 2, Decimal(10000), Decimal(0)),
        (("LAND",), 2, Decimal(150000), Decimal(0)),
        (("MARKET",), 4, Decimal("89200.10"), Decimal(360)),
    ]
    # N1 has two findings of one kind, under two rules.
    of_filing = corpus.filter(anomalies=(AnomalyKind.NOT_FILED,))
    assert await read(corpus, of_filing, StatisticsKey.ANOMALY) == [(("NOT_FILED",), 1, Decimal(75000), Decimal(0))]
    assert await read(corpus, of_filing, StatisticsKey.RULE, StatisticsKey.CERTAINTY) == [
        (("filing.no-decision", "CERTAIN"), 1, Decimal(75000), Decimal(0)),
        (("filing.no-explanation", "POSSIBLE"), 1, Decimal(75000), Decimal(0)),
    ]


async def test_years_quarters_and_months_are_those_of_the_decision_and_unknown_ones_come_last(corpus: Corpus) -> None:
    w, none = corpus.filter(agencies="W"), Decimal(0)
    times = (StatisticsKey.YEAR, StatisticsKey.QUARTER, StatisticsKey.MONTH)
    assert await read(corpus, w, *times) == [
        (("2021", "2021-Q1", "2021-03"), 2, Decimal("120000.50"), none),
        (("2021", "2021-Q2", "2021-05"), 1, none, none),
        (("2022", "2022-Q1", "2022-01"), 1, Decimal("0.01"), none),
        (("2022", "2022-Q4", "2022-12"), 1, Decimal(50000), none),
        (("2023", "2023-Q1", "2023-01"), 1, Decimal(50000), none),
        (("2023", "2023-Q2", "2023-05"), 1, Decimal(500), none),
        (("2023", "2023-Q2", "2023-06"), 1, Decimal(2000), none),
        ((None, None, None), 1, none, none),
    ]


async def test_the_keys_of_findings_speak_of_one_finding_and_of_those_the_filter_asks_for(corpus: Corpus) -> None:
    kind_and_certainty = (StatisticsKey.ANOMALY, StatisticsKey.CERTAINTY)
    of_w2 = corpus.filter(agencies="W", fine_min=Decimal("20000.50"), fine_max=Decimal("20000.50"))
    counts = [(values, cases) for values, cases, *_ in await read(corpus, of_w2, *kind_and_certainty)]
    assert counts == [(("SLOW_ACTION", "CERTAIN"), 1), (("SLOW_ACTION", "POSSIBLE"), 1)]
    late = corpus.filter(rules=("service.late",), certainty=Certainty.CERTAIN)
    counts = [(values, cases) for values, cases, *_ in await read(corpus, late, StatisticsKey.ANOMALY)]
    assert counts == [(("INACTION",), 1), (("SLOW_ACTION",), 4)]


async def test_without_keys_there_is_one_row_of_all_cases_even_of_none(corpus: Corpus) -> None:
    assert await read(corpus, corpus.filter(agencies="PH")) == [((), 9, Decimal("500400.19"), Decimal(360))]
    assert await read(corpus, corpus.filter(regions=("990000",))) == [((), 0, Decimal(0), Decimal(0))]
    assert await read(corpus, corpus.filter(regions=("990000",)), StatisticsKey.YEAR) == []


async def test_a_key_is_named_once(corpus: Corpus) -> None:
    with pytest.raises(BadUserInputError, match="twice"):
        await read(corpus, CaseFilter(), StatisticsKey.YEAR, StatisticsKey.DOMAIN, StatisticsKey.YEAR)


async def test_statistics_cost_one_statement(corpus: Corpus) -> None:
    with statements(corpus.database) as executed:
        await read(corpus, corpus.filter(regions=("410000",), certainty=Certainty.CERTAIN), *StatisticsKey)
    assert len(executed) == 1


@pytest.mark.parametrize("fields", [fields for fields, _ in FILTERS])
async def test_statistics_facets_and_the_total_of_a_filter_agree(corpus: Corpus, fields: Fields) -> None:
    wanted = corpus.filter(**fields)
    for engine in corpus.engines.values():
        answer = await engine.search(asked(filter=wanted, first=0, facets=frozenset(Facet)))
        for facet, key in KEY_OF_FACET.items():
            rows = await read(corpus, wanted, key)
            known = {values[0]: cases for values, cases, *_ in rows if values != (None,)}
            assert known == {found.value: found.count for found in answer.facets[facet]}
            if key not in OF_FINDINGS:
                assert sum(cases for _, cases, *_ in rows) == answer.total


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    fields=filters(agencies=sorted(AGENCIES), regions=["410000", "411300", "411323", "420600"]),
    keys=st.lists(st.sampled_from(StatisticsKey), max_size=4, unique=True),
)
async def test_whatever_is_asked_statistics_are_what_counting_case_by_case_gives(
    corpus: Corpus, known: Sequence[Known], fields: dict[str, Any], keys: list[StatisticsKey]
) -> None:
    wanted = corpus.filter(**fields)
    assert await read(corpus, wanted, *keys) == worked_out(known, wanted, keys)


async def test_ten_thousand_rows_are_answered_and_one_more_is_refused(database: Database) -> None:
    await add_cases(database, MAX_ROWS + 1)
    month = "UPDATE penalty_case SET decided_on = date '1000-01-01' + (id || ' months')::interval"
    await execute(database, month.replace(":", "\\:"))
    async with database.begin() as connection:
        with pytest.raises(BadUserInputError, match="more than 10000 rows"):
            await read_statistics(connection, EVERYTHING, CaseFilter(), [StatisticsKey.MONTH])
        some = CaseFilter(domains=(Domain.OTHER,))
        assert len(await read_statistics(connection, EVERYTHING, some, [StatisticsKey.DOMAIN])) == 1
    await execute(database, "DELETE FROM penalty_case WHERE id = (SELECT max(id) FROM penalty_case)")
    async with database.begin() as connection:
        rows = await read_statistics(connection, EVERYTHING, CaseFilter(), [StatisticsKey.MONTH])
    assert len(rows) == MAX_ROWS
    assert [row.values for row in rows] == sorted(row.values for row in rows)
