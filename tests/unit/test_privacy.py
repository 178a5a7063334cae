"""What of a natural person is covered, and what is nobody's name."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from schema.vocabularies import PartyType
from supervision.person_names import persons_in_number
from supervision.privacy import (
    cover_identity_numbers,
    cover_names,
    cover_spans,
    find_person_names,
    identity_number,
    looks_like_person,
    mask_identity_number,
    mask_name,
)

NUMBER = "11010519491231002X"
COMPANY_CODE = "91410923581749967U"


def found(text: str, party: str | None = None, representative: str | None = None) -> tuple[str, ...]:
    kind = PartyType.PERSON if party else PartyType.ORGANIZATION
    return find_person_names(party, kind, representative, [text])


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张建国", "张**"),
        ("欧阳修", "欧**"),
        ("周强", "周*"),
        ("张三、李四", "张*、李*"),
        ("张 三", "张*"),
        ("买买提·艾力", "买*****"),
        ("John Smith", "J***"),
        ("", ""),
    ],
)
def test_a_name_is_masked_but_for_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize("name", ["周*", "赵**", "苏*忠", "谭XX", "谭ＸＸ", "李某", "李某某", "段**、蔣**", "J***"])
def test_a_masked_name_stays_as_it_is(name: str) -> None:
    assert mask_name(name) == name


@given(st.text(max_size=30))
def test_masking_twice_changes_nothing_more(name: str) -> None:
    assert mask_name(mask_name(name)) == mask_name(name)


@given(st.text(alphabet="张三李0123456789Ab· ", min_size=1, max_size=30))
def test_no_digit_of_a_name_survives_but_after_a_mask(name: str) -> None:
    assert not any(character.isdigit() for character in mask_name(name))


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        (f"身份证号码：{NUMBER}，住南阳", "身份证号码：110105************，住南阳"),
        ("号码110105194912310029。", "号码110105************。"),
        ("１１０１０５１９４９１２３１００２Ｘ", "110105************"),
        ("110105 19491231 002X", "110105************"),
        ("110105-19491231-0021", "110105************"),
        ("1101 0519 4912 3100 21", "110105************"),
        ("身份证：110105491231002", "身份证：110105*********"),
        ("公民身份号码为110105491231002。", "公民身份号码为110105*********。"),
    ],
)
def test_an_identity_number_is_covered_but_for_its_region(text: str, covered: str) -> None:
    assert cover_identity_numbers(text) == covered


@pytest.mark.parametrize(
    "text",
    [
        f"统一社会信用代码:{COMPANY_CODE}",
        "账号:11010519491231002912",
        "账号6110105194912310021",
        "110105194913310021",
        "订单号110105300001010021",
        "注册号110105491231002",
        "2023年5月1日至2023年6月1日罚款12345.67元",
        "430623********3035",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert cover_identity_numbers(text) == text


BIRTHS = st.tuples(st.integers(1900, 2024), st.integers(1, 12), st.integers(1, 28)).map(
    lambda b: f"{b[0]}{b[1]:02}{b[2]:02}"
)
NUMBERS = st.tuples(st.sampled_from(["411325", "110105", "440304", "650102"]), BIRTHS, st.integers(0, 999)).map(
    lambda parts: f"{parts[0]}{parts[1]}{parts[2]:03}"
)
AROUND = st.text(alphabet="，。：身份证号男女当事人 \n(a", max_size=20)


@given(NUMBERS, AROUND, AROUND, st.booleans(), st.booleans())
def test_no_identity_number_leaks_whatever_stands_around_it(
    stem: str, before: str, after: str, wide: bool, right_check: bool
) -> None:
    check = ric.calc_check_digit(stem + "0")
    number = stem + (check if right_check else "3" if check != "3" else "4")
    sent = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}) if wide else number
    if not right_check and cover_identity_numbers(number) == number:
        return  # by chance a valid credit code, which is none of a person's
    covered = cover_identity_numbers(before + sent + after)
    assert covered == f"{before}{number[:6]}{'*' * 12}{after}"
    assert cover_identity_numbers(covered) == covered


@given(st.text(max_size=60))
def test_covering_any_text_never_fails_and_is_done_once(text: str) -> None:
    covered = cover_identity_numbers(text)
    assert cover_identity_numbers(covered) == covered


def test_a_cell_that_is_one_valid_identity_number_is_recognised() -> None:
    assert identity_number(" 11010519491231002x ") == NUMBER
    assert identity_number("110105 19491231 002X") == NUMBER
    assert identity_number("110105194912310021") is None
    assert identity_number(COMPANY_CODE) is None
    assert identity_number("张三") is None


def test_a_masked_identity_number_keeps_its_region_only() -> None:
    assert mask_identity_number(NUMBER) == "110105************"


@given(st.text(alphabet="0123456789Xx０１２ -", max_size=24))
def test_a_masked_number_shows_six_digits_at_most(number: str) -> None:
    assert sum(character.isdigit() for character in mask_identity_number(number)) <= 6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("法定代表人:邓建军\n住址", "邓建军"),
        ("法定代表人:邓建军住址:南阳市", "邓建军"),
        ("经营者：张三", "张三"),
        ("姓 名：李四 性别：男", "李四"),
        ("法定代表人(负责人、经营者):缪大民", "缪大民"),
        ("法人代表姓名: | 陈大文 |", "陈大文"),
        ("被处罚人姓名:李大伟 性别:男", "李大伟"),
        ("当事人张三，男，汉族，1970年生", "张三"),
        ("经查，王五，身份证号码：1101", "王五"),
        ("投资人：欧阳文山", "欧阳文山"),
        ("经营者:阿不都·热合曼，", "阿不都·热合曼"),
    ],
)
def test_a_text_introduces_a_person_by_a_label_or_by_what_follows(text: str, name: str) -> None:
    assert found(text) == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "当事人:江门市科华电器有限公司",
        "当事人:安宁便利农资经营部",
        "被处罚人:西山汇鑫塑料制品厂",
        "经营者：王府井大街店",
        "负责人：高新区",
        "法定代表人:邓**",
        "当事人:周*,性别:男",
        "广告经营者、广告发布者明知或者应知",
        "公司法定代表人、被委托人身份证复印件各1份",
        "、经营者身份证、营业执照复印件",
        "姓名：不详",
        "姓名：单位",
        "当事人:于2024年5月20日",
        "处罚内容:罚款",
        "陈述申辩，男女均可",
        "违法事实：未经批准",
        "",
    ],
)
def test_an_organisation_a_masked_name_and_a_word_are_no_persons_name(text: str) -> None:
    assert found(text) == ()


@pytest.mark.parametrize(
    ("masked", "text", "full"),
    [
        ("周*", "当事人:周强,性别:男", "周强"),
        ("赵**", "被处罚人：赵大海", "赵大海"),
        ("苏*忠", "姓名:苏国忠", "苏国忠"),
        ("谭XX", "查获谭小明，身份证号码", "谭小明"),
        ("李某", "负责人：李大明", "李大明"),
        ("李某某", "李四，性别男", "李四"),
        ("仉*", "经营者:仉平", "仉平"),
    ],
)
def test_the_full_form_of_a_masked_party_is_found(masked: str, text: str, full: str) -> None:
    assert found(text, party=masked) == (full,)


def test_another_persons_surname_or_length_is_no_full_form_of_a_mask() -> None:
    assert found("我局在周边地区检查，周口市", party="周*") == ()
    assert found("查获谭小，身份证复印件", party="苏*") == ()


def test_the_partys_and_the_representatives_own_names_come_longest_first() -> None:
    assert find_person_names("张三、李大四", PartyType.PERSON, "王建国", []) == ("李大四", "王建国", "张三")
    assert find_person_names("张 三", PartyType.PERSON, None, []) == ("张三",)
    assert find_person_names("张三（经营者）", PartyType.PERSON, None, []) == ("张三",)
    assert find_person_names("南阳宏达化工有限公司", PartyType.ORGANIZATION, "某某投资有限公司", []) == ()
    assert find_person_names("周*", PartyType.PERSON, "暂无", []) == ()


def test_a_name_alone_is_told_from_an_organisations() -> None:
    assert all(map(looks_like_person, ("张建国", "周*", "谭XX", "欧阳文山", "段**、蔣**")))
    assert not any(map(looks_like_person, ("环保局", "XX局", "宏达超市", "无为市明堂丁**小店", "文山某公司", "单位")))


def test_names_are_covered_everywhere_and_the_longer_one_first() -> None:
    text = "当事人张建国与张建 国同行，张建国华在场。"
    assert cover_names(text, ["张建国", "张建国华"]) == "当事人张**与张**同行，张***在场。"
    assert cover_spans("张三和李四", ["李四", "张三"]) == [(0, 2, "张*"), (3, 5, "李*")]
    assert cover_names("没有人", ["张三"]) == "没有人"


def test_a_name_is_covered_however_it_is_written_that_a_search_finds_it() -> None:
    assert (
        cover_names("卫立冬、卫⽴冬与卫立\u200b冬，卫\t立\n冬，卫·立·冬", ["卫立冬"]) == "卫**、卫**与卫**，卫**，卫**"
    )
    assert cover_names("ＪＯＨＮ\u2003smith到场", ["John Smith"]) == "J***到场"
    assert cover_names("卫立于冬季到场", ["卫立冬"]) == "卫立于冬季到场"


def test_names_that_overlap_are_covered_together() -> None:
    assert cover_names("华张张", ["张张", "华张"]) == "华**"
    assert cover_names("张建国", ["建国", "张建国"]) == "张**"


@given(
    st.text(alphabet="张建国华 \u3000a，", max_size=60),
    st.lists(st.text(alphabet="张建国华", min_size=2, max_size=4), max_size=4),
)
def test_no_covered_name_is_left_and_spans_do_not_overlap(text: str, names: list[str]) -> None:
    spans = cover_spans(text, names)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = cover_names(text, names)
    assert not any(name in covered for name in names)


@given(st.text(max_size=80), st.text(max_size=10), st.text(max_size=10))
def test_looking_for_names_never_fails(text: str, party: str, representative: str) -> None:
    for name in find_person_names(party, PartyType.PERSON, representative, [text]):
        assert name
        assert mask_name(name) != name


def test_hostile_texts_take_no_longer_than_their_length() -> None:
    started = time.perf_counter()
    for text in (
        "，" * 200_000,
        "张 " * 100_000,
        "：" * 100_000,
        "1" * 200_000,
        "1 " * 100_000,
        "身份证" * 60_000,
        " " * 200_000,
    ):
        cover_identity_numbers(text)
        find_person_names("张*", PartyType.PERSON, None, [text])
        cover_names(text, ["张三"])
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("被告人：李四，男", ("李四",)),
        ("判处被告人李四有期徒刑", ("李四",)),
        ("犯罪嫌疑人周建国被刑事拘留", ("周建国",)),
        ("负责人赵小满涉嫌非法经营", ("赵小满",)),
        ("法定代表人王建国拒不签收", ("王建国",)),
        ("当事人陈述申辩", ()),
        ("当事人应自接到决定书之日起", ()),
        ("相对人代码", ()),
        ("负责人周某某陪同", ()),
        ("经营者许可证过期", ()),
        ("法定代表人身份证明书", ()),
    ],
)
def test_who_is_named_by_a_role_alone_is_known(text: str, names: tuple[str, ...]) -> None:
    assert find_person_names(None, PartyType.ORGANIZATION, None, (text,)) == names


@pytest.mark.parametrize(
    ("number", "names"),
    [
        ("试环罚〔赵小满〕3号", ("赵小满",)),
        ("试环罚（ 阿布 ）3号", ("阿布",)),
        ("试环罚[赵小满、周大海]3号", ("赵小满", "周大海")),
        ("试环罚【买买提·艾力】3号", ("买买提·艾力",)),
        ("试环罚（赵小满）〔2024〕3号", ("赵小满",)),
        ("宛环（淅川）罚决字〔2024〕3号", ()),
        ("试环罚字〔二〇二四〕3号", ()),
        ("罗农〔2025〕5号", ()),
        ("3号", ()),
        ("试环罚〔赵小满", ()),
        ("", ()),
    ],
)
def test_who_stands_between_a_numbers_brackets_where_a_year_would_is_a_person(
    number: str, names: tuple[str, ...]
) -> None:
    assert persons_in_number(number) == names
