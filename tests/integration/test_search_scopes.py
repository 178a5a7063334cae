"""Nobody finds, counts or is told of a case out of scope, in either engine, and not where a wall is missing."""

import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import text

from api.case_search import read_hits
from api.loaders import Loaders
from schema.access_records import EVERYTHING, Scope
from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from schema.vocabularies import AnomalyKind, CaseSort, Certainty, Facet, SearchEngineName, StatisticsKey, SuggestionKind
from stores.anomalies import count_cannot_tell, total_cannot_tell
from stores.elastic import CaseIndex
from stores.errors import BadUserInputError, ForeignAnswerError, RefusedRequestError
from stores.follow_up_rows import count_waiting, list_waiting
from stores.postgres import Database
from stores.rows import cases_by_number, cases_of_parties, count_cases, count_cases_of_parties, list_cases
from stores.search import case_search, elastic_engine
from stores.search.case_search import CaseSearch
from stores.search.elastic_engine import ElasticEngine
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import CaseFilter, SearchEngine
from stores.statistics import read_statistics
from stores.suggestions import read_suggestions
from tests.integration.indexing_cases import add_cases, ask
from tests.integration.search_cases import AGENCIES, PERSONS
from tests.integration.search_corpus import SCOPES, Corpus, asked
from tests.integration.search_reference import Known, hold_both_to_it, in_order, seen_by
from tests.integration.search_shelf import Shelves

RESTRICTED = [name for name in SCOPES if not name.startswith("everything")]
ALL = frozenset(Facet)


async def test_every_scope_that_is_named_is_there_and_none_sees_what_another_one_sees(
    corpus: Corpus, known: Sequence[Known]
) -> None:
    scopes = corpus.scopes()
    assert tuple(scopes) == SCOPES
    seen = {name: tuple(seen_by(scope, known)) for name, scope in scopes.items()}
    assert len(seen["everything"]) == len(known)
    assert seen["nothing"] == ()
    assert all(seen[one] != seen[other] for one, other in combinations(SCOPES, 2))


@pytest.mark.parametrize("name", SCOPES)
@pytest.mark.parametrize("query", [None, "危险废物", "镉 OR 油", "-号"])
async def test_both_engines_find_and_count_what_is_in_scope_and_nothing_else(
    corpus: Corpus, known: Sequence[Known], name: str, query: str | None
) -> None:
    request = asked(query, scope=corpus.scopes()[name], facets=ALL)
    await hold_both_to_it(list(corpus.engines.values()), known, request, 3)


@pytest.mark.parametrize("name", SCOPES)
async def test_the_record_lists_and_counts_what_is_in_scope_and_nothing_else(
    corpus: Corpus, known: Sequence[Known], name: str
) -> None:
    scope = corpus.scopes()[name]
    cases = in_order(seen_by(scope, known), CaseSort.DECIDED_NEWEST)
    async with corpus.database.begin() as connection:
        listed = await list_cases(connection, scope, CaseFilter(), CaseSort.DECIDED_NEWEST, first=100, after=None)
        assert [case.id for case in listed] == [case.case_id for case in cases]
        assert await count_cases(connection, scope, CaseFilter()) == len(cases)
        rows = await read_statistics(connection, scope, CaseFilter(), [StatisticsKey.AGENCY])
        assert sum(row.cases for row in rows) == len(cases)
        assert {int(row.values[0] or 0) for row in rows} == {case.agency_id for case in cases}
        whole = await list_cases(connection, EVERYTHING, CaseFilter(), CaseSort.DECIDED_NEWEST, first=100, after=None)
        parties = sorted({case.party.id for case in whole})
        of_parties = await cases_of_parties(connection, scope, parties, first=100, after=None)
        assert {case.id for found in of_parties.values() for case in found} == {case.case_id for case in cases}
        assert sum((await count_cases_of_parties(connection, scope, parties)).values()) == len(cases)
        for case in whole:
            named = any(name in (case.document_number or "") for name in corpus.names[corpus.labels[case.id]])
            if case.document_number is not None and (scope.names or not named):
                found = await cases_by_number(connection, scope, case.document_number, None)
                assert (case.id in {each.id for each in found}) == (case.id in {each.case_id for each in cases})


@pytest.mark.parametrize("name", SCOPES)
async def test_nothing_is_suggested_that_is_of_no_case_in_scope(
    corpus: Corpus, known: Sequence[Known], name: str
) -> None:
    scope = corpus.scopes()[name]
    agencies = {case.agency_id for case in seen_by(scope, known)}
    prefixes = sorted({character for fields in AGENCIES.values() for character in fields["name"]} | {"试", "宛", "号"})
    async with corpus.database.begin() as connection:
        for prefix in prefixes:
            suggested = await read_suggestions(connection, scope, prefix, 100)
            by_kind = {kind: [each for each in suggested if each.kind == kind] for kind in {e.kind for e in suggested}}
            assert {each.record_id for each in by_kind.get(SuggestionKind.AGENCY, [])} <= agencies
            numbers = [each.record_id for each in by_kind.get(SuggestionKind.NUMBER, [])]
            assert set(numbers) <= {case.case_id for case in seen_by(scope, known)}
            parties = [each.record_id for each in by_kind.get(SuggestionKind.PARTY, []) if each.record_id is not None]
            counted = await count_cases_of_parties(connection, scope, parties)
            assert scope.everything or all(counted.values())


@pytest.mark.parametrize("wanted", [{"anomalies": tuple(AnomalyKind)}, {"certainty": Certainty.CERTAIN}])
async def test_who_may_not_see_findings_learns_of_none_by_a_filter_a_facet_or_statistics(
    corpus: Corpus, engine: SearchEngine, wanted: dict[str, Any]
) -> None:
    scope = replace(EVERYTHING, findings=False)
    chosen = CaseFilter(**wanted)
    assert (await engine.search(asked(filter=chosen))).total
    blind = await engine.search(asked(filter=chosen, scope=scope, facets=ALL))
    assert (blind.total, list(blind.positions)) == (0, [])
    assert not any(blind.facets.values())
    facets = (await engine.search(asked(scope=scope, facets=ALL))).facets
    assert not any(facets[facet] for facet in (Facet.ANOMALIES, Facet.RULES, Facet.CERTAINTIES))
    assert all(facets[facet] for facet in (Facet.DOMAINS, Facet.AGENCIES, Facet.REGIONS, Facet.YEARS))
    async with corpus.database.begin() as connection:
        for key in (StatisticsKey.ANOMALY, StatisticsKey.RULE, StatisticsKey.CERTAINTY):
            assert await read_statistics(connection, EVERYTHING, CaseFilter(), [key])
            assert await read_statistics(connection, scope, CaseFilter(), [key]) == []
        assert [row.cases for row in await read_statistics(connection, scope, chosen, [])] == [0]


async def test_who_may_not_see_findings_may_not_sort_by_them(corpus: Corpus) -> None:
    scope = replace(EVERYTHING, findings=False)
    with pytest.raises(BadUserInputError, match="may not see findings"):
        asked(scope=scope, sort=CaseSort.MOST_ANOMALIES)
    async with corpus.database.begin() as connection:
        with pytest.raises(BadUserInputError, match="may not see findings"):
            await list_cases(connection, scope, CaseFilter(), CaseSort.MOST_ANOMALIES, first=1, after=None)


LOOKS: list[dict[str, Any]] = [{}, {"first": 0}, {"first": 0, "count": False, "facets": ALL}, {"count": False}]


@pytest.mark.parametrize("name", RESTRICTED)
@pytest.mark.parametrize("fields", LOOKS)
async def test_where_elasticsearch_is_not_told_the_scope_its_answer_is_thrown_away(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, name: str, fields: dict[str, Any]
) -> None:
    request = asked(scope=corpus.scopes()[name], **fields)
    monkeypatch.setattr(elastic_engine, "scope_clauses", lambda _scope: [])
    with pytest.raises(ForeignAnswerError):
        await ElasticEngine(corpus.index).search(request)
    logged: list[str] = []
    monkeypatch.setattr(case_search.log, "error", lambda event, **_: logged.append(event), raising=False)
    answer = await CaseSearch(corpus.database, corpus.index).search(request)
    assert (answer.engine, answer.degraded) == (SearchEngineName.POSTGRESQL, True)
    assert answer == replace(await PostgresEngine(corpus.database).search(request), degraded=True)
    assert logged == ["Elasticsearch tells of cases out of scope, and PostgreSQL answers"]


@pytest.mark.parametrize("name", RESTRICTED)
async def test_where_the_second_look_is_missing_elasticsearch_still_answers_for_the_scope_alone(
    corpus: Corpus, known: Sequence[Known], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(elastic_engine, "refuse_foreign", lambda _scope, _answer: None)
    request = asked(scope=corpus.scopes()[name], facets=ALL)
    await hold_both_to_it([ElasticEngine(corpus.index)], known, request, 4)


async def make_index_without_procuratorates(index: CaseIndex, elasticsearch: str) -> None:
    """An index as the version of the mapping before this one made it."""
    properties = {name: each for name, each in MAPPING["properties"].items() if name != "procuratorate_id"}
    mapping = {**MAPPING, "_meta": {"mapping_version": MAPPING_VERSION - 1}, "properties": properties}
    body = {"settings": SETTINGS, "mappings": mapping, "aliases": {index.names.cases: {}}}
    name = f"{index.names.cases}-v{MAPPING_VERSION - 1}-{secrets.randbelow(10**20):020}"
    await ask("PUT", f"{elasticsearch}/{name}", body)


async def test_an_index_of_a_mapping_without_procuratorates_answers_only_who_may_see_everything(
    database: Database, index: CaseIndex, elasticsearch: str
) -> None:
    await add_cases(database)
    await make_index_without_procuratorates(index, elasticsearch)
    request = asked(scope=Scope(unassigned=True))
    with pytest.raises(RefusedRequestError):
        await ElasticEngine(index).search(request)
    answer = await CaseSearch(database, index).search(request)
    assert (answer.degraded, answer.total) == (True, 1)
    assert not (await CaseSearch(database, index).search(asked())).degraded


async def test_a_case_goes_over_to_the_procuratorate_that_its_agency_goes_over_to(shelves: Shelves) -> None:
    shelf = await shelves.new()
    await add_cases(shelf.database, 2, agency=shelf.agency)
    async with shelf.database.begin() as connection:
        court = "INSERT INTO procuratorate (name, region) VALUES (:name, '411300') RETURNING id"
        first, second = [
            await connection.scalar(text(court), {"name": f"{shelf.agency}的{which}检察院"}) for which in "甲乙"
        ]

    async def found(scope: Scope) -> list[int | None]:
        chosen = CaseFilter(agency_ids=(shelf.agency_id,))
        return [(await engine.search(asked(scope=scope, filter=chosen))).total for engine in shelf.engines]

    for supervisor in (first, second, None):
        async with shelf.database.begin() as connection:
            await connection.execute(
                text("UPDATE agency SET procuratorate_id = :supervisor WHERE id = :id"),
                {"supervisor": supervisor, "id": shelf.agency_id},
            )
        await shelf.sync()
        assert await found(Scope(procuratorate_ids=(first,))) == [2 * (supervisor == first)] * 2
        assert await found(Scope(procuratorate_ids=(second,))) == [2 * (supervisor == second)] * 2
        assert await found(Scope(unassigned=True)) == [2 * (supervisor is None)] * 2


@pytest.mark.parametrize("name", PERSONS)
async def test_who_may_not_see_names_finds_no_case_by_one(corpus: Corpus, engine: SearchEngine, name: str) -> None:
    blind = asked(f'"{name}"', scope=replace(EVERYTHING, names=False))
    named = {label for label, names in corpus.names.items() if name in names}
    assert named & set(corpus.found(await engine.search(replace(blind, scope=EVERYTHING))))
    assert not named & set(corpus.found(await engine.search(blind)))
    all_but_named = await engine.search(asked(f'-"{name}"', scope=replace(EVERYTHING, names=False)))
    assert named <= set(corpus.found(all_but_named))


@pytest.mark.parametrize("name", PERSONS)
async def test_who_may_not_see_names_is_shown_no_match_of_one(corpus: Corpus, engine: SearchEngine, name: str) -> None:
    blind = replace(EVERYTHING, names=False)
    for text_ in (name, name[0], name[-1]):
        # Every case is found by something else, so that what marks is the name's part alone.
        request = asked(f'"{text_}" OR -"{text_}"', scope=blind)
        hits = await read_hits(Loaders(corpus.database, blind), await engine.search(request), request)
        named = [hit for hit in hits if name in corpus.names[corpus.labels[hit.node.id]]]
        assert named
        for hit in named:
            marked = [re.findall("<em>(.*?)</em>", part) for each in hit.highlights for part in each.fragments]
            assert not [match for matches in marked for match in matches if "*" in match or match == name]


WAITING = """
WITH f AS (INSERT INTO feed (name) VALUES ('待关联.xlsx') RETURNING id),
r AS (
  INSERT INTO feed_run (run, feed_id, status, started_at) SELECT 'waiting', id, 'RUNNING', now() FROM f RETURNING id
)
INSERT INTO transfer (agency_id, document_number, run_id, digest, told)
SELECT a.id, '没有这个文号', r.id, 'none', '{none}' FROM agency a, r
"""
CANNOT_TELL = """
WITH b AS (INSERT INTO rule_book (digest, rules, law, reading) VALUES ('scopes', '{}', '[]', 'scopes') RETURNING id),
t AS (
  INSERT INTO cannot_tell (digest, answers)
  VALUES ('scopes', '[{"rule": "service.late", "missing": ["servedOn"]}]') RETURNING id
)
INSERT INTO judgement (case_id, as_of, rule_book_id, file_digest, seen_below, cannot_tell_id)
SELECT c.id, '2024-06-07', b.id, 'file', 1, t.id FROM penalty_case c, b, t
"""


@pytest.fixture(scope="module")
async def told(corpus: Corpus) -> Corpus:
    """The corpus where every agency has a record that waits, and no case can be judged."""
    async with corpus.database.begin() as connection:
        await connection.execute(text("DELETE FROM judgement"))
        for statement in (WAITING, CANNOT_TELL):
            await connection.execute(text(statement))
    return corpus


@pytest.mark.parametrize("name", SCOPES)
async def test_what_waits_and_what_cannot_be_told_is_that_of_agencies_in_scope(
    told: Corpus, known: Sequence[Known], name: str
) -> None:
    scope = told.scopes()[name]
    offices = Counter(case.agency_id for case in seen_by(scope, known))
    async with told.database.begin() as connection:
        waiting = await list_waiting(connection, scope, first=100, after=None)
        assert {each.agency_id for each in waiting} == set(offices)
        assert await count_waiting(connection, scope) == len(offices)
        lacking = await count_cannot_tell(connection, scope, agency_ids=(), rules=(), first=100, after=None)
        assert {each.agency_id: each.cases for each in lacking} == (offices if scope.findings else {})
        assert await total_cannot_tell(connection, scope, agency_ids=(), rules=()) == len(lacking)
