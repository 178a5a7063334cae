"""An engine says that it answered, and computes nothing that nobody asks for."""

from schema.vocabularies import Facet, SearchEngineName
from stores.search.elastic_engine import compile_request
from tests.integration.search_corpus import Corpus, asked
from tests.integration.statement_counting import statements


async def test_each_engine_says_that_it_answered(corpus: Corpus) -> None:
    for name, engine in corpus.engines.items():
        assert (await engine.search(asked())).engine is SearchEngineName(name.upper())


def test_elasticsearch_is_asked_for_no_count_and_no_facet_that_nobody_wants() -> None:
    body = compile_request(asked("废水", count=False))
    assert body["track_total_hits"] is False
    assert "aggs" not in body
    assert set(compile_request(asked("废水", facets=frozenset({Facet.YEARS})))["aggs"]) == {"years"}


async def test_postgresql_is_asked_for_no_count_and_no_facet_that_nobody_wants(corpus: Corpus) -> None:
    engine = corpus.engines["postgresql"]
    with statements(corpus.database) as executed:
        await engine.search(asked("废水", count=False))
        assert len(executed) == 1
        assert "count(" not in executed[0]
        await engine.search(asked("废水", facets=frozenset(Facet)))
        assert len(executed) == 3
