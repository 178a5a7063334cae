"""Whatever is asked, the two engines answer the same: hits, scores, keys, totals, facets, and one another's cursors."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.tokens import tokens
from schema.vocabularies import CaseSort, Domain, Facet, SearchField
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase, SearchQuery
from stores.search.seam import Position, SearchRequest, decode_position, effective_sort
from tests.integration.search_cases import AGENCIES, CASES, USCC_OF_MARKET, USCC_OF_PLANT
from tests.integration.search_corpus import Corpus

_LONGEST_PHRASE = 6
_SHORT_TEXT = 200


def _texts() -> list[tuple[str, ...]]:
    """The tokens of every text of the corpus; of a very long one its end."""
    texts = [
        fields.get(name) for fields in CASES.values() for name in ("facts", "title", "documentNumber", "legalBasis")
    ]
    texts += [fields["party"]["name"] for fields in CASES.values()]
    texts += [fields["name"] for fields in AGENCIES.values()]
    found = {tuple(tokens(text[-_SHORT_TEXT:])) for text in texts if text}
    # Where one text ends and another begins, nothing must be found.
    return sorted(
        found | {left[-2:] + right[:2] for left, right in zip(sorted(found), sorted(found)[1:], strict=False)}
    )


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    """Some neighbouring tokens of the corpus, in any field or in one."""
    text = draw(st.sampled_from(_texts()))
    start = draw(st.integers(0, len(text) - 1))
    length = draw(st.integers(1, _LONGEST_PHRASE))
    return Phrase(text[start : start + length], draw(st.none() | st.sampled_from(SearchField)))


def _groups(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Not, children),
        st.builds(AnyOf, several),
        st.builds(AllOf, several, st.none() | phrases()),
    )


trees: st.SearchStrategy[Node] = st.recursive(phrases(), _groups, max_leaves=10)
days = st.sampled_from([date(2017, 2, 28), date(2020, 7, 1), date(2021, 3, 1), date(2022, 8, 8), date(2024, 2, 29)])
amounts = st.sampled_from(["-1", "0", "0.01", "0.011", "500", "1200.095", "5000", "6000.00", "99999.999", "1e13"])
filters = st.fixed_dictionaries(
    {},
    optional={
        "domains": st.lists(st.sampled_from(Domain), max_size=3).map(tuple),
        "agencies": st.lists(st.sampled_from(sorted(AGENCIES)), max_size=4).map(tuple),
        "regions": st.lists(
            st.sampled_from(["410000", "411300", "411323", "410122", "420600", "110000"]), max_size=3
        ).map(tuple),
        "decided_from": days,
        "decided_to": days,
        "fine_min": amounts.map(Decimal),
        "fine_max": amounts.map(Decimal),
        "party_uscc": st.sampled_from([USCC_OF_MARKET, USCC_OF_PLANT]),
    },
)


def request_for(corpus: Corpus, tree: Node | None, fields: dict[str, Any], sort: CaseSort) -> SearchRequest:
    query = SearchQuery(tree, "")
    return SearchRequest(
        query=query,
        filter=corpus.filter(**fields),
        sort=effective_sort(sort, query),
        first=100,
        after=None,
        count=True,
        facets=frozenset(Facet),
    )


async def walk(corpus: Corpus, request: SearchRequest, size: int) -> list[Position]:
    """Every page of a size, each asked of the other engine than the one before."""
    walked: list[Position] = []
    after: Position | None = None
    engines = list(corpus.engines.values())
    while True:
        page = await engines[0].search(
            SearchRequest(
                query=request.query,
                filter=request.filter,
                sort=request.sort,
                first=size,
                after=after,
                count=False,
                facets=frozenset(),
            )
        )
        walked += page.positions
        if not page.has_next:
            return walked
        after = decode_position(page.positions[-1].encode(), request.sort)
        engines.reverse()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=st.none() | trees, fields=filters, sort=st.sampled_from(CaseSort), size=st.integers(2, 9))
async def test_both_engines_answer_the_same_and_go_on_behind_one_anothers_cursors(
    corpus: Corpus, tree: Node | None, fields: dict[str, Any], sort: CaseSort, size: int
) -> None:
    request = request_for(corpus, tree, fields, sort)
    postgres = await corpus.engines["postgresql"].search(request)
    elastic = await corpus.engines["elasticsearch"].search(request)
    assert list(postgres.positions) == list(elastic.positions)
    assert [position.encode() for position in postgres.positions] == [
        position.encode() for position in elastic.positions
    ]
    assert postgres.total == elastic.total == len(postgres.positions)
    assert postgres.facets == elastic.facets
    assert await walk(corpus, request, size) == list(postgres.positions)
