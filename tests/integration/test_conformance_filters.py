"""Both engines leave the cases a filter leaves, alone and with a query, and the record counts as many."""

import pytest

from schema.access_records import EVERYTHING
from stores.rows import count_cases
from stores.search.seam import SearchEngine
from tests.integration.conformance_filters import FILTERED_QUERIES, FILTERS, Fields
from tests.integration.search_corpus import Corpus, asked


@pytest.mark.parametrize(("fields", "expected"), FILTERS)
async def test_a_filter_leaves_these_cases_and_the_record_counts_as_many(
    corpus: Corpus, engine: SearchEngine, fields: Fields, expected: str
) -> None:
    chosen = corpus.filter(**fields)
    answer = await engine.search(asked(filter=chosen))
    assert sorted(corpus.found(answer)) == sorted(expected.split())
    async with corpus.database.begin() as connection:
        assert answer.total == await count_cases(connection, EVERYTHING, chosen) == len(expected.split())


@pytest.mark.parametrize(("text", "fields", "expected"), FILTERED_QUERIES)
async def test_a_query_and_a_filter_must_both_hold(
    corpus: Corpus, engine: SearchEngine, text: str, fields: Fields, expected: str
) -> None:
    answer = await engine.search(asked(text, filter=corpus.filter(**fields)))
    assert sorted(corpus.found(answer)) == sorted(expected.split())
    assert answer.total == len(expected.split())
