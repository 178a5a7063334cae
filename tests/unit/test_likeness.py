"""Whether the facts of two decisions say the same of an act, and the passage that shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.likeness import likeness, longest_shared

CHINESE = st.text(alphabet="倾倒废机油未经批准占用耕地建设厂房的于，。３3年月日 a", max_size=60)
OTHER_CHINESE = st.text(alphabet="检查发现该公司当事人执法人员倾倒废机油5日", max_size=60)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("未批先建", "未批先建", 100),
        ("未批先建", "未批先用", 66),
        ("无照驾驶", "占道堆物", 0),
        ("倾倒3吨废机油", "倾倒5吨废机油", 100),
        ("2024年3月5日倾倒废机油", "经查，当事人倾倒了废机油。", 100),
        ("执法人员现场检查发现该公司未建台账", "执法人员现场检查发现该公司偷排废水", 0),
        ("倾倒废机油", "", 0),
        ("", "", 0),
    ],
)
def test_facts_are_as_alike_as_the_pairs_they_share(one: str, other: str, expected: int) -> None:
    assert likeness(one, other, party=None) == expected


def test_the_name_of_the_party_makes_no_facts_alike() -> None:
    assert likeness("甲乙丙丁公司占道", "甲乙丙丁公司堆物", party="甲乙丙丁公司") == 0
    assert likeness("ＡＢ公司占道", "AB公司堆物", party="ＡＢ公司") == 0


@given(CHINESE, OTHER_CHINESE)
def test_likeness_is_a_percentage_and_the_same_both_ways(one: str, other: str) -> None:
    share = likeness(one, other, party=None)
    assert 0 <= share <= 100
    assert share == likeness(other, one, party=None)
    assert likeness(one, one, party=None) in {0, 100}


@given(CHINESE, OTHER_CHINESE)
def test_the_shared_passage_stands_where_it_is_said_to(one: str, other: str) -> None:
    shared = longest_shared(one, other, party=None)
    assert one[shared.position :].startswith(shared.quote)
    assert other[shared.other_position :].startswith(shared.quote)


def test_the_shared_passage_is_of_the_act_and_names_nobody() -> None:
    one = "2024年3月5日，执法人员检查发现示例有限公司将废机油倾倒在荒地"
    other = "经查，2024年3月5日执法人员检查发现示例有限公司把废机油排入河道"
    shared = longest_shared(one, other, party="示例有限公司")
    assert shared.quote == "废机油"
    assert (one.index("废机油"), other.index("废机油")) == (shared.position, shared.other_position)
