"""Whatever is asked, both engines answer what the query means: hits, scores, totals, facets, one another's cursors."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from schema.vocabularies import CaseSort, Facet
from stores.search.query_tree import AllOf, Not, Phrase, SearchQuery
from stores.search.seam import SearchRequest, effective_sort
from tests.integration.search_cases import AGENCIES, CASES, USCC_OF_MARKET, USCC_OF_PLANT
from tests.integration.search_corpus import SCOPES, Corpus
from tests.integration.search_generation import filters, queries
from tests.integration.search_reference import Known, hold_both_to_it

_LAST_PART = 300
_TEXT_FIELDS = ("documentNumber", "filingNumber", "title", "violationType", "facts", "legalBasis", "penaltyContent")
_WRITTEN = [fields[name] for fields in CASES.values() for name in _TEXT_FIELDS if fields.get(name)]
_NAMES = [fields["party"]["name"] for fields in CASES.values()] + [
    name for fields in AGENCIES.values() for name in (fields["name"], *fields.get("aliases", ()))
]
TEXTS = sorted({text[-_LAST_PART:] for text in [*_WRITTEN, *_NAMES]})
FILTERS = filters(
    agencies=sorted(AGENCIES),
    regions=["410000", "411300", "411323", "410122", "420600", "500235", "110000"],
)
CODES = st.none() | st.none() | st.sampled_from([USCC_OF_MARKET, USCC_OF_PLANT])


EXCLUSIONS = SearchQuery(AllOf((Not(Phrase(("镉",))), Not(Phrase(("油",)))), whole=Phrase(("号",))), "")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    query=queries(TEXTS),
    fields=st.just({}) | FILTERS,
    uscc=CODES,
    sort=st.sampled_from(CaseSort),
    scope=st.sampled_from(SCOPES),
    first=st.sampled_from([100, 100, 3, 1, 0]),
    size=st.integers(3, 20),
)
@example(query=EXCLUSIONS, fields={}, uscc=None, sort=CaseSort.RELEVANCE, scope="everything", first=100, size=9)
async def test_both_engines_answer_what_the_query_means_and_go_on_behind_one_anothers_cursors(
    corpus: Corpus,
    known: Sequence[Known],
    query: SearchQuery,
    fields: dict[str, Any],
    uscc: str | None,
    sort: CaseSort,
    scope: str,
    first: int,
    size: int,
) -> None:
    seen_by = corpus.scopes()[scope]
    assume(seen_by.findings or sort is not CaseSort.MOST_ANOMALIES)
    request = SearchRequest(
        scope=seen_by,
        query=query,
        filter=corpus.filter(**fields, party_uscc=uscc),
        sort=effective_sort(sort, query),
        first=first,
        after=None,
        count=True,
        facets=frozenset(Facet),
    )
    await hold_both_to_it(list(corpus.engines.values()), known, request, size)
