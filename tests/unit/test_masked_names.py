"""A masked name whose full form stands in a text of its case is covered there; ordinary words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.vocabularies import PartyType
from supervision.masked_names import full_names_in, masked_name
from supervision.privacy import cover_names, find_person_names


def names(party: str, *texts: str | None) -> set[str]:
    return set(find_person_names(party, PartyType.PERSON, None, texts))


@pytest.mark.parametrize(
    ("party", "text", "found"),
    [
        ("周*", "经查，当事人周建国于2023年销售假药。", {"周建国"}),
        ("周*", "当事人周强和周建国非法捕捞。", {"周强", "周建国"}),
        ("周**", "周强：我销售了三箱。", {"周强"}),
        ("周某某", "周建国销售未经检疫的猪肉", {"周建国"}),
        ("周某", "被处罚人周建国，男", {"周建国"}),
        ("周XX", "被处罚人周建国，男", {"周建国"}),
        ("周××", "负责人：周建国", {"周建国"}),
        ("周＊国", "周建国对此供述", {"周建国"}),
        ("周*国", "送周建国签收", {"周建国"}),
        ("欧阳**", "当事人欧阳修远倾倒废渣", {"欧阳修远"}),
        ("欧*", "当事人欧阳修远倾倒废渣", {"欧阳修远"}),
        ("周*；李*", "当事人周建国、李明擅自采砂", {"周建国", "李明"}),
        ("周*", "对周建国处罚款五千元", {"周建国"}),
        ("周*", "上述罚款由周强缴纳", {"周强"}),
        ("周*", "决定书送达周建国。", {"周建国"}),
        ("周*", "员工周大为从事加工", {"周大", "周大为"}),
    ],
)
def test_its_full_form_is_found(party: str, text: str, found: set[str]) -> None:
    assert names(party, text) >= found


@pytest.mark.parametrize(
    ("party", "text"),
    [
        ("周*", "周末在周边巡查，周转箱内放有货物，周围堆放；周期为一周。"),
        ("王*", "在王府井大街经营，王牌产品"),
        ("张*", "张贴告示；张家界市；张挂横幅"),
        ("黄*", "黄金首饰；黄河故道；黄色标签；黄牛肉"),
        ("高*", "高温天气；由高度近视的人员；高速公路"),
        ("金*", "金额为五千元；金属废料；对金属加工厂检查"),
        ("李*", "当事人王建国销售假药。"),
        ("*", "当事人周建国销售假药。"),
    ],
)
def test_ordinary_words_and_other_names_are_none(party: str, text: str) -> None:
    assert names(party, text) <= {"王建国", "周建国"} - {party}
    assert not {name for name in names(party, text) if name[0] == party[0]}


def test_it_is_found_in_every_text_and_covered_in_all_of_them() -> None:
    texts = ("当事人周建国销售假药。", "对周建国罚款五千元。", "周建国当场签字。")
    found = names("周*", *texts)
    assert [cover_names(text, found) for text in texts] == [
        "当事人周**销售假药。",
        "对周**罚款五千元。",
        "周**当场签字。",
    ]


def test_a_representatives_full_form_is_found_too() -> None:
    assert find_person_names("宏达公司", PartyType.ORGANIZATION, "周*", ("法定代表人周建国陈述",)) == ("周建国",)


HAN_TEXT = st.text(alphabet=st.sampled_from("周建国强大为末边当事人对由，。：销售 *某X"), max_size=40)


@given(HAN_TEXT, st.sampled_from(["周*", "周**", "周某某", "周*国", "周XX"]))
def test_what_is_found_stands_in_the_text_and_fits_the_mask(text: str, party: str) -> None:
    masked = masked_name(party)
    assert masked is not None
    for name in full_names_in(text, masked):
        assert name in text
        assert masked.fits(name)


@given(st.text(max_size=60), st.text(max_size=8))
def test_no_text_and_no_name_is_too_odd(text: str, party: str) -> None:
    names(party, text, None)


def test_a_long_text_of_one_character_is_read_in_one_pass() -> None:
    masked = masked_name("周*")
    assert masked is not None
    assert list(full_names_in("周" * 200_000, masked)) == []
