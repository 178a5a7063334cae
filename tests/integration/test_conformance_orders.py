"""Both engines order, score and page alike: every order, with and without a query, among equals and unknown values."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest

from schema import access_records
from schema.vocabularies import CaseSort, Certainty
from stores.rows import list_cases
from stores.search.seam import SearchEngine, decode_position
from tests.integration.conformance_queries import EVERYTHING, W, X
from tests.integration.search_cases import LABELS
from tests.integration.search_corpus import Corpus, asked
from tests.integration.search_reference import Known, in_order

HITS: Mapping[str | None, str] = {
    None: EVERYTHING,
    "号 OR 粪污": EVERYTHING,
    "环保局": f"{W} {X}",
    "-环保局": " ".join(label for label in LABELS if label not in f"{W} {X}".split()),
    "大众 OR 重复 OR 虚假": "P2 P3 P4 H1 H2 H3",
    "facts:不存在": "",
}
KEYED = [CaseSort.DECIDED_NEWEST, CaseSort.DECIDED_OLDEST, CaseSort.FINE_HIGHEST, CaseSort.MOST_ANOMALIES]


@pytest.mark.parametrize(
    ("sort", "fields", "expected"),
    [
        (CaseSort.DECIDED_NEWEST, {"agencies": "X"}, "X5 X4 X2 X1 X3"),
        (CaseSort.DECIDED_OLDEST, {"agencies": "X"}, "X1 X2 X4 X5 X3"),
        (CaseSort.FINE_HIGHEST, {"agencies": "X"}, "X4 X1 X2 X3 X5"),
        (CaseSort.FINE_HIGHEST, {"agencies": "Z"}, "Z2 Z1 Z3"),
        (CaseSort.FINE_HIGHEST, {"agencies": "PH"}, "H3 H1 P5 P4 P3 P2 P6 H2 P1"),
        (CaseSort.RELEVANCE, {"agencies": "X"}, "X5 X4 X2 X1 X3"),
        (CaseSort.MOST_ANOMALIES, {"agencies": "WX"}, "W1 X2 W2 X1 W8 X5 X4 X3 W9 W7 W6 W5 W4 W3"),
        # By all findings of a case, whichever the filter asks for.
        (CaseSort.MOST_ANOMALIES, {"certainty": Certainty.CERTAIN}, "W1 N1 X2 W2 T1 H2 P6 X1 W8"),
    ],
)
async def test_cases_come_in_order_with_unknown_values_last_and_the_newest_row_first_among_equals(
    corpus: Corpus, engine: SearchEngine, sort: CaseSort, fields: Mapping[str, Any], expected: str
) -> None:
    chosen = corpus.filter(**fields)
    request = asked(filter=chosen, sort=sort)
    assert corpus.found(await engine.search(request)) == expected.split()
    async with corpus.database.begin() as connection:
        listed = await list_cases(connection, access_records.EVERYTHING, chosen, request.sort, first=100, after=None)
    assert [corpus.labels[case.id] for case in listed] == expected.split()


@pytest.mark.parametrize("sort", KEYED)
@pytest.mark.parametrize("text", list(HITS))
async def test_a_query_changes_which_cases_come_and_not_their_order(
    corpus: Corpus, known: Sequence[Known], engine: SearchEngine, text: str | None, sort: CaseSort
) -> None:
    hits = [case for case in known if case.label in HITS[text].split()]
    answer = await engine.search(asked(text, sort=sort))
    assert corpus.found(answer) == [case.label for case in in_order(hits, sort)]
    assert {position.score for position in answer.positions} <= {None}


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        # title 5, title 5, violation type 4 by the best field of each word; the whole run in the violation type 2 x 4.
        ("非法倾倒危险废物", {"W1": 5 + 5 + 4 + 8}),
        ('"非法倾倒危险废物"', {"W1": 4}),
        ("露天焚烧秸秆", {"W7": 5 + 1 + 2}),
        # Apart, the words score without the whole; party 6.
        ("设置标志", {"W2": 1 + 1}),
        ("大众超市", {"H2": 6 + 6 + 12, "P3": 6 + 6 + 12, "P2": 6 + 6 + 12}),
        ("COD OR ph", {"W4": 2, "W5": 1}),
        ("秸秆 -露天", {"W8": 1}),
        ("-号", {"X5": 0}),
        ("赵小满 OR 露天", {"W7": 6 + 5, "W3": 1}),
        # An alternative that does not hold as a whole adds nothing for its parts.
        ("秸秆 OR (秸秆 露天)", {"W7": 1 + 1 + 5, "W8": 1}),
        ("市监处罚〔2022〕100号", {"H2": 8, "P6": 8}),
        # Each field by its weight: number, party, title, violation type, agency, content, basis, facts.
        (
            '"31号" "虎兔" "鼠牛" "龙蛇" "城管大队" "狗猪" "猴鸡" "马羊"',
            {"T1": 8 + 6 + 5 + 4 + 3 + 2 + 2 + 1},
        ),
        # Said twice, it counts twice; said to be left out, it counts nothing.
        ("镉 镉 -铅", {"W6": 2}),
        ("镉 OR -(号 OR 镉)", {"W6": 1, "X5": 0}),
        # The higher score first, then the newer decision, unknown dates last.
        ("facts:秸秆 OR party:大河", {"X1": 6, "W7": 1, "W8": 1}),
    ],
)
async def test_a_score_is_the_sum_of_the_best_fields_weights_with_the_whole_run_counted_again(
    corpus: Corpus, engine: SearchEngine, text: str, scores: Mapping[str, int]
) -> None:
    answer = await engine.search(asked(text))
    found_scores = [(corpus.labels[position.case_id], position.score) for position in answer.positions]
    assert found_scores == list(scores.items())


async def test_a_page_of_none_still_counts(engine: SearchEngine) -> None:
    answer = await engine.search(asked("废水", first=0))
    assert (list(answer.positions), answer.has_next, answer.total) == ([], True, 3)
    assert not (await engine.search(asked("不存在的词组", first=0))).has_next


@pytest.mark.parametrize("sort", list(CaseSort))
@pytest.mark.parametrize("size", [1, 7])
async def test_walking_every_page_gives_each_hit_exactly_once_in_the_order_of_one_long_page(
    corpus: Corpus, engine: SearchEngine, sort: CaseSort, size: int
) -> None:
    whole = await engine.search(asked("号 OR 粪污", sort=sort))
    walked: list[str] = []
    after = None
    while True:
        page = await engine.search(asked("号 OR 粪污", sort=sort, first=size, after=after))
        walked += corpus.found(page)
        assert page.total == len(LABELS)
        if not page.has_next:
            break
        after = decode_position(page.positions[-1].encode(), sort)
    assert walked == corpus.found(whole)
    assert sorted(walked) == sorted(LABELS)


@pytest.mark.parametrize("sort", list(CaseSort))
async def test_behind_any_hit_come_those_that_follow_it(corpus: Corpus, sort: CaseSort) -> None:
    postgres, elastic = corpus.engines.values()
    whole = (await postgres.search(asked("号 OR 粪污", sort=sort))).positions
    for here, there in pairwise(whole):
        after = decode_position(here.encode(), sort)
        for engine in (postgres, elastic):
            page = await engine.search(asked("号 OR 粪污", sort=sort, first=1, after=after, count=False))
            assert list(page.positions) == [there]
