"""Links: the shortest way between two cases whatever ties them, each tie with its reason."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.link_records import CaseLink
from schema.supervision_vocabularies import LinkKind
from supervision.likeness import telling_passages
from supervision.links import MOST_STEPS, Search, reason_of

_graphs = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]), max_size=14)


def _link(case_id: int, other_id: int) -> CaseLink:
    return CaseLink(case_id=case_id, other_id=other_id, kind=LinkKind.SAME_PARTY, through=None, across=False)


def _neighbours(pairs: set[tuple[int, int]]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {place: set() for place in range(10)}
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def _distance(graph: Mapping[int, set[int]], begun: set[int], wanted: set[int]) -> int | None:
    level, seen = set(begun), set(begun)
    for steps in range(MOST_STEPS + 1):
        if level & wanted:
            return steps
        level = {other for each in level for other in graph[each]} - seen
        seen |= level
    return None


@given(
    pairs=_graphs,
    begun=st.frozensets(st.integers(0, 9), max_size=3),
    wanted=st.frozensets(st.integers(0, 9), max_size=3),
)
def test_the_shortest_way_is_found_where_there_is_one_within_four_steps(
    pairs: set[tuple[int, int]], begun: frozenset[int], wanted: frozenset[int]
) -> None:
    graph = _neighbours(pairs)
    search = Search(begun, wanted, MOST_STEPS)
    levels = 0
    while frontier := search.frontier:
        search.widen(_link(each, other) for each in frontier for other in sorted(graph[each]))
        levels += 1
    assert levels <= MOST_STEPS
    distance = _distance(graph, set(begun), set(wanted))
    assert (search.meeting is None) == (distance is None)
    way = search.way()
    assert len(way) == (distance or 0)
    if way:
        assert way[0].case_id in begun
        assert way[-1].other_id in wanted
        assert all(one.other_id == other.case_id for one, other in pairwise(way))
        assert all(link.other_id in graph[link.case_id] for link in way)


@pytest.mark.parametrize("kind", LinkKind)
def test_every_kind_of_link_says_why_in_one_sentence(kind: LinkKind) -> None:
    link = CaseLink(case_id=1, other_id=2, kind=kind, through="甲", several=2, across=False)
    said = reason_of(link, "某厂")
    assert said.endswith("。")
    assert ("某厂" in said) == (kind is LinkKind.SAME_PARTY)
    assert ("甲" in said) == (kind is not LinkKind.SAME_PARTY)


def test_passages_that_tell_of_the_act_are_the_longest_without_routine_words_and_names() -> None:
    text = "经查，某厂于2024年1月2日将废酸液倾倒入河道沟渠之中，未采取防渗措施。当事人上述行为属实。"
    passages = telling_passages(text, party="某厂")
    assert passages
    assert len(passages) <= 3
    assert all(4 <= len(each) <= 8 and each in text and "某厂" not in each for each in passages)
    assert telling_passages("检查。", party=None) == ()
