"""Both engines count facets alike: every hit, however few are shown, under every kind of query and filter."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.relay import Relay
from schema.vocabularies import AnomalyKind, Certainty, Facet
from stores.elastic import CaseIndex
from stores.postgres import Database
from stores.search.elastic_engine import ElasticEngine
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import SearchAnswer, SearchEngine
from tests.integration.conformance_filters import FILTERED_QUERIES, FILTERS, Fields
from tests.integration.search_corpus import Corpus, asked, load, now
from tests.integration.search_reference import Known, facet_counts

_NOT = ("NOT_TRANSFERRED", 1)
Counts = dict[Facet, list[tuple[str, int]]]


def counts_of(answer: SearchAnswer) -> Counts:
    return {facet: [(value.value, value.count) for value in values] for facet, values in answer.facets.items()}


@pytest.mark.parametrize(
    ("text", "fields", "expected"), [*FILTERED_QUERIES, *((None, fields, expected) for fields, expected in FILTERS)]
)
async def test_facets_count_the_hits_of_a_query_and_a_filter(
    corpus: Corpus, known: Sequence[Known], engine: SearchEngine, text: str | None, fields: Fields, expected: str
) -> None:
    hits = [case for case in known if case.label in expected.split()]
    answer = await engine.search(asked(text, filter=corpus.filter(**fields), first=1, facets=frozenset(Facet)))
    assert counts_of(answer) == facet_counts(hits, corpus.filter(**fields))
    assert answer.total == len(hits)


@pytest.mark.parametrize("facet", list(Facet))
async def test_a_facet_asked_for_alone_is_the_same(known: Sequence[Known], engine: SearchEngine, facet: Facet) -> None:
    expected = facet_counts([case for case in known if case.label in {"W4", "X1", "X2", "P4", "H1"}])
    answer = await engine.search(asked("废水 OR 虚假宣传", first=0, count=False, facets=frozenset({facet})))
    assert counts_of(answer) == {facet: expected[facet]}
    assert answer.total is None


async def test_the_most_frequent_value_comes_first_and_then_the_lowest(corpus: Corpus, engine: SearchEngine) -> None:
    answer = await engine.search(asked("废水 OR 虚假宣传", first=1, facets=frozenset(Facet)))
    agencies: Mapping[str, int] = {
        str(corpus.agencies[letter]): count for letter, count in {"X": 2, "W": 1, "P": 1, "H": 1}.items()
    }
    assert counts_of(answer) == {
        Facet.DOMAINS: [("ENVIRONMENT", 3), ("MARKET", 2)],
        Facet.AGENCIES: sorted(agencies.items(), key=lambda pair: (-pair[1], int(pair[0]))),
        Facet.REGIONS: [("411323", 2), ("411300", 1), ("411324", 1), ("420600", 1)],
        Facet.YEARS: [("2020", 2), ("2022", 2), ("2017", 1)],
        Facet.ANOMALIES: [("LATE_TRANSFER", 2), ("SLOW_ACTION", 1)],
        Facet.RULES: [("transfer.late", 2), ("service.late", 1)],
        Facet.CERTAINTIES: [("CERTAIN", 2), ("POSSIBLE", 1)],
    }
    assert len(answer.positions) == 1
    assert answer.total == 5


async def test_a_facet_leaves_unknown_values_out(engine: SearchEngine) -> None:
    answer = await engine.search(asked("占用 OR 秸秆焚烧", facets=frozenset({Facet.REGIONS, Facet.YEARS})))
    assert counts_of(answer) == {
        Facet.REGIONS: [("411300", 2)],
        Facet.YEARS: [("2018", 1), ("2019", 1), ("2023", 1)],
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # N1 has two findings of one kind, and counts once.
        ({}, [("SLOW_ACTION", 5), ("LATE_ENTRY", 2), ("LATE_TRANSFER", 2), ("INACTION", 1), ("NOT_FILED", 1), _NOT]),
        ({"rules": ("transfer.late",)}, [("LATE_TRANSFER", 2)]),
        ({"certainty": Certainty.POSSIBLE}, [("SLOW_ACTION", 2), ("LATE_TRANSFER", 1), ("NOT_FILED", 1)]),
        ({"anomalies": (AnomalyKind.NOT_FILED, AnomalyKind.INACTION)}, [("INACTION", 1), ("NOT_FILED", 1)]),
    ],
)
async def test_a_facet_of_findings_counts_cases_by_those_findings_that_the_filter_asks_for(
    corpus: Corpus, engine: SearchEngine, fields: Fields, expected: list[tuple[str, int]]
) -> None:
    request = asked(filter=corpus.filter(**fields), first=0, facets=frozenset({Facet.ANOMALIES}))
    assert counts_of(await engine.search(request)) == {Facet.ANOMALIES: expected}


@pytest.mark.parametrize(("fields"), [fields for fields, _ in FILTERS])
async def test_a_value_of_a_facet_counts_what_is_left_when_the_filter_asks_for_it_as_well(
    corpus: Corpus, engine: SearchEngine, fields: Fields
) -> None:
    chosen = corpus.filter(**fields)
    counts = counts_of(await engine.search(asked(filter=chosen, first=0, facets=frozenset(Facet))))
    narrowed = [
        *((replace(chosen, anomalies=(AnomalyKind(value),)), count) for value, count in counts[Facet.ANOMALIES]),
        *((replace(chosen, rules=(value,)), count) for value, count in counts[Facet.RULES]),
        *((replace(chosen, certainty=Certainty(value)), count) for value, count in counts[Facet.CERTAINTIES]),
    ]
    for asked_for, count in narrowed:
        assert (await engine.search(asked(filter=asked_for, first=0))).total == count


async def test_no_hit_has_empty_facets(engine: SearchEngine) -> None:
    answer = await engine.search(asked("不存在的词组", facets=frozenset(Facet)))
    assert dict(answer.facets) == {facet: [] for facet in Facet}


async def test_a_facet_holds_a_hundred_values_at_most(database: Database, index: CaseIndex, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as feed:
        for number in range(101):
            agency = {"kind": "agency", "name": f"第{number}局", "region": "411300"}
            cases = [
                {"kind": "penalty_case", "agency": agency["name"], "documentNumber": f"罚〔2021〕{case}号"}
                for case in range(2 if number in {50, 100} else 1)
            ]
            feed.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in (agency, *cases))
    await load(database, path)
    await Relay(database, index, now).drain()
    request = asked("罚", first=0, facets=frozenset({Facet.AGENCIES}))
    answers = [await engine.search(request) for engine in (PostgresEngine(database), ElasticEngine(index))]
    for answer in answers:
        counts = answer.facets[Facet.AGENCIES]
        assert [value.count for value in counts] == [2, 2] + [1] * 98
        values = [int(value.value) for value in counts]
        assert values[2:] == sorted(values[2:])
        assert answer.total == 103
    assert answers[0].facets == answers[1].facets
