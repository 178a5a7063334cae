"""Cases are found by clues and measures that whoever asks may see, in both engines, and by no others."""

import secrets
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from schema.access_records import EVERYTHING, Scope
from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from schema.vocabularies import CaseSort, Department, Facet
from stores.elastic import CaseIndex
from stores.errors import RefusedRequestError
from stores.postgres import Database
from stores.rows import count_cases, list_cases
from stores.search.case_search import CaseSearch
from stores.search.elastic_engine import ElasticEngine
from stores.search.seam import CaseFilter
from stores.statistics import read_statistics
from tests.integration.indexing_cases import add_cases, ask
from tests.integration.search_corpus import SCOPES, Corpus, asked
from tests.integration.search_reference import Known, hits_of, hold_both_to_it
from tests.integration.search_shelf import Shelf, Shelves

WANTED: list[dict[str, Any]] = [
    {"has_clue": True},
    {"has_clue": False},
    {"has_measure": True},
    {"has_measure": False},
    {"has_clue": True, "has_measure": True},
]


@pytest.mark.parametrize("name", SCOPES)
@pytest.mark.parametrize("wanted", WANTED)
async def test_each_finds_and_counts_cases_by_the_clues_and_measures_in_scope(
    corpus: Corpus, known: Sequence[Known], name: str, wanted: dict[str, Any]
) -> None:
    scope, chosen = corpus.scopes()[name], CaseFilter(**wanted)
    request = asked(filter=chosen, scope=scope, facets=frozenset(Facet))
    count = await hold_both_to_it(list(corpus.engines.values()), known, request, 3)
    async with corpus.database.acting(scope).begin() as connection:
        listed = await list_cases(connection, scope, chosen, CaseSort.DECIDED_NEWEST, first=100, after=None)
        assert [case.id for case in listed] == [case.case_id for case, _ in hits_of(known, request)]
        assert await count_cases(connection, scope, chosen) == count
        assert [row.cases for row in await read_statistics(connection, scope, chosen, [])] == [count]


@pytest.mark.parametrize("name", SCOPES)
async def test_the_corpus_tells_the_scopes_apart(corpus: Corpus, known: Sequence[Known], name: str) -> None:
    with_clues, with_measures = (
        {case.label for case, _ in hits_of(known, asked(filter=each, scope=corpus.scopes()[name]))}
        for each in (CaseFilter(has_clue=True), CaseFilter(has_measure=True))
    )
    expected = {
        "everything": ({"W1", "W2", "X1", "X2", "P1", "H2"}, {"W1", "W2", "X1", "P1", "T1"}),
        "the county without names": (set(), set()),
        "nothing": (set(), set()),
        # What others' agencies did is not in its scope, whoever's the clue is.
        "the county": ({"X2"}, {"X1"}),
        # Of the agency's two measures one is a draft, of which it does not know yet.
        "a clerk": (set(), {"W1"}),
    }
    if name in expected:
        assert (with_clues, with_measures) == expected[name]


# What changes -------------------------------------------------------------------------------------------------------

_HOME = "INSERT INTO procuratorate (name, region) VALUES (:name, '411300') RETURNING id"
_CLUE = """
WITH opened AS (
  INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id,
                    opener_id, due_on, opened_at, last_step_at, desks)
  SELECT :number, '线索', 'FINDING', 'OTHER', 'NEW', :home, 'PREVENTION', a.id, a.id, a.id, '2024-12-31', now(), now(),
         ARRAY[:home || '/PREVENTION'] FROM account a LIMIT 1
  RETURNING id
)
INSERT INTO clue_case (clue_id, case_id) SELECT o.id, c.id FROM opened o, penalty_case c WHERE c.agency_id = :agency
"""
_DRAFT = """
WITH drafted AS (
  INSERT INTO measure (kind, status, title, text, addressee, agency_id, procuratorate_id, author_id, drafted_at)
  SELECT 'RECOMMENDATION', 'DRAFT', '建议', '建议', '某局', :agency, :home, a.id, now() FROM account a LIMIT 1
  RETURNING id
)
INSERT INTO measure_case (measure_id, case_id) SELECT d.id, c.id FROM drafted d, penalty_case c
 WHERE c.agency_id = :agency
"""
_ISSUED = """
UPDATE measure SET number = :number, status = 'ISSUED', issued_on = '2024-06-01' WHERE procuratorate_id = :home
"""
_JOINED = "UPDATE clue SET desks = desks || (:home || '/COMPLAINTS') WHERE procuratorate_id = :home"
_WITHDRAWN = "UPDATE measure SET status = 'WITHDRAWN' WHERE procuratorate_id = :home"


async def _supervised(shelf: Shelf) -> int:
    """A procuratorate of the shelf's own, which supervises its agency."""
    async with shelf.database.begin() as connection:
        home = await connection.scalar(text(_HOME), {"name": f"{shelf.agency}的检察院"})
        await connection.execute(
            text("UPDATE agency SET procuratorate_id = :home WHERE id = :agency"),
            {"home": home, "agency": shelf.agency_id},
        )
    return int(home)


async def test_the_index_hears_of_every_step_that_lets_somebody_see_a_clue_or_a_measure(shelves: Shelves) -> None:
    shelf = await shelves.new()
    await add_cases(shelf.database, 1, agency=shelf.agency)
    home = await _supervised(shelf)

    async def changed(statement: str, **values: Any) -> None:
        async with shelf.database.begin() as connection:
            await connection.execute(text(statement), {"home": home, **values})
        await shelf.sync()

    def desk(department: Department) -> Scope:
        return Scope(procuratorate_ids=(home,), departments=(department,), measures=True)

    async def found(scope: Scope, **wanted: Any) -> int:
        chosen = CaseFilter(agency_ids=(shelf.agency_id,), **wanted)
        totals = [(await engine.search(asked(scope=scope, filter=chosen))).total for engine in shelf.engines]
        assert len(set(totals)) == 1, totals
        return totals[0] or 0

    prevention, complaints = desk(Department.PREVENTION), desk(Department.COMPLAINTS)
    clerk = Scope(agency_id=shelf.agency_id, measures=True)
    await shelf.sync()
    assert [await found(prevention, has_clue=has) for has in (True, False)] == [0, 1]
    await changed(_CLUE, number=f"{shelf.agency}线索", agency=shelf.agency_id)
    assert [await found(each, has_clue=True) for each in (prevention, complaints, clerk)] == [1, 0, 0]
    assert [await found(each, has_clue=False) for each in (prevention, complaints, clerk)] == [0, 1, 1]
    await changed(_JOINED)
    assert [await found(each, has_clue=True) for each in (prevention, complaints, clerk)] == [1, 1, 0]
    await changed(_DRAFT, agency=shelf.agency_id)
    assert [await found(each, has_measure=True) for each in (prevention, clerk)] == [1, 0]
    await changed(_ISSUED, number=f"{shelf.agency}检建")
    assert [await found(each, has_measure=True) for each in (prevention, clerk)] == [1, 1]
    await changed(_WITHDRAWN)
    assert [await found(each, has_measure=True) for each in (prevention, clerk)] == [1, 1]
    assert await found(Scope(agency_id=shelf.agency_id), has_measure=True) == 0


async def test_an_index_of_a_mapping_without_clues_never_answers_what_asks_for_them(
    database: Database, index: CaseIndex, elasticsearch: str
) -> None:
    await add_cases(database)
    without = {"clue_desks", "measure_readers"}
    properties = {name: each for name, each in MAPPING["properties"].items() if name not in without}
    mapping = {**MAPPING, "_meta": {"mapping_version": MAPPING_VERSION - 1}, "properties": properties}
    body = {"settings": SETTINGS, "mappings": mapping, "aliases": {index.names.cases: {}}}
    name = f"{index.names.cases}-v{MAPPING_VERSION - 1}-{secrets.randbelow(10**20):020}"
    await ask("PUT", f"{elasticsearch}/{name}", body)
    for wanted in WANTED:
        request = asked(filter=CaseFilter(**wanted), scope=EVERYTHING)
        with pytest.raises(RefusedRequestError):
            await ElasticEngine(index).search(request)
        answer = await CaseSearch(database, index).search(request)
        assert answer.degraded
    assert not (await CaseSearch(database, index).search(asked())).degraded
