"""Amounts that stand in words where a number belongs: which is the fine, which the confiscation, and when none is."""

import time
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.feeds.amounts import Name, amounts_in
from indexer.feeds.money import TEN_THOUSAND_YUAN, YUAN, parse_named_money, stated_fine
from indexer.feeds.values import BadValueError
from schema.feed_records import RowWarning
from schema.vocabularies import FeedErrorCode

WIDE = str.maketrans("0123456789.,:()", "０１２３４５６７８９．，：（）")


def pick(text: str, name: Name = Name.FINE, unit: Decimal = TEN_THOUSAND_YUAN) -> tuple[str, int]:
    warnings: list[RowWarning] = []
    return str(parse_named_money(text, "罚款金额", warnings, unit=unit, name=name)), len(warnings)


@pytest.mark.parametrize("text", ["0.500000", "5000元", "伍仟元整", "人民币5000元", "5千元", "￥5,000.00"])
def test_an_amount_alone_is_read_without_a_warning(text: str) -> None:
    assert pick(text, unit=TEN_THOUSAND_YUAN if text == "0.500000" else YUAN) == ("5000.00", 0)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("罚款5000元", "5000.00"),
        ("罚款人民币伍万贰仟壹佰贰拾元", "52120.00"),
        ("3306元…3259;两项合计6565元", "6565.00"),
        (
            "处以公益林1653㎡×2元/㎡=3306元;处以商品林3259㎡×1元/㎡=3259;两项合计6565元(陆仟伍佰陆拾伍元整)的罚款",
            "6565.00",
        ),
        ("罚款:8.0（万元", "80000.00"),
        ("罚款:8.0（万元）", "80000.00"),
        ("1，没收广告费用26220.46元2，罚款600000元", "600000.00"),
        ("1.没收广告费用142393.15元        2.罚款427179.45元", "427179.45"),
        ("罚款金额(万元):0.500000", "5000.00"),
        ("罚款伍佰肆拾伍元整(¥545元)", "545.00"),
        ("罚款(大写)伍佰肆拾伍元整(小写)545元", "545.00"),
        ("处1万元罚款", "10000.00"),
        ("没收食品一批，处5000元的罚款", "5000.00"),
        ("没收违法所得100元罚款500元", "500.00"),
        ("没收100元，罚款500元，合计600元", "500.00"),
        ("罚款3000元，罚款2000元，合计罚款5000元", "5000.00"),
        ("货值金额3000元，罚款5000元", "5000.00"),
        ("处一万元以上三万元以下的罚款，罚款20000元", "20000.00"),
        ("处以每平方米11元的罚款,共计罚款金额为25431.56元(贰万伍仟肆佰叁拾壹圆伍角陆分)", "25431.56"),
        ("①5000元", "5000.00"),
        ("⒈5000元", "5000.00"),
        ("罚款5萬元", "50000.00"),
        ("罰款伍萬圓整", "50000.00"),
        ("警告，5000元", "5000.00"),
        ("罚款0元", "0.00"),
    ],
)
def test_the_fine_is_picked_out_of_words_with_a_warning(text: str, fine: str) -> None:
    assert pick(text) == (fine, 1)


@pytest.mark.parametrize(
    ("text", "confiscated"),
    [
        ("1，没收广告费用26220.46元2，罚款600000元", "26220.46"),
        ("1.没收广告费用142393.15元2.罚款427179.45元", "142393.15"),
        ("没收违法所得、非法财物100元", "100.00"),
        ("违法所得:100元", "100.00"),
        ("没收违法所得100元,没收非法财物50元,没收合计150元", "150.00"),
        ("没收100元，罚款500元，合计600元", "100.00"),
    ],
)
def test_the_confiscation_is_picked_out_of_words_with_a_warning(text: str, confiscated: str) -> None:
    assert pick(text, Name.CONFISCATION) == (confiscated, 1)


@pytest.mark.parametrize(
    "text",
    [
        "罚款3000元，罚款2000元",
        "3306元、3259元;两项合计6566元",
        "罚款5000元，3000元",
        "罚款:1、100元;2、200元",
        "5000、6000元",
        "5000-6000元",
        "罚款5000",
        "罚款约5000元",
        "罚款5000余元",
        "5000元/次",
        "每日5000元",
        "处一万元以上三万元以下罚款",
        "免予罚款5000元",
        "不予罚款",
        "加处罚款5000元",
        "没收5000元",
        "没收食品一批，处5000元",
        "货值5000元",
        "壹万元(1000元)",
        "5000元10",
        "2,600000元罚款",
        "2.5000元罚款",
        "1.没收食品;2.5万元罚款",
        "没收100元2,600,000元",
        "没收100元2.600000元罚款",
        "罚款三百五元",
        "罚款三万五元",
        "警告",
    ],
)
def test_an_amount_that_would_have_to_be_guessed_is_a_bad_value(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        pick(text)
    assert caught.value.code is FeedErrorCode.BAD_VALUE
    assert caught.value.column == "罚款金额"


def test_a_message_about_words_repeats_none_of_them() -> None:
    with pytest.raises(BadValueError) as caught:
        pick("张建国罚款")
    assert "张" not in caught.value.message
    with pytest.raises(BadValueError) as caught:
        pick("张建国罚款3000元，李四罚款2000元")
    assert not set("张建国李四") & set(caught.value.message)


@pytest.mark.parametrize(
    ("content", "fine"),
    [
        ("罚款10000元", "10000"),
        ("1、责令改正;2、罚款人民币壹万元整(￥10000)", "10000"),
        ("处一万元罚款", "10000"),
        ("依据“处一万元以上三万元以下的罚款”的规定，罚款金额(万元):0.5", "5000"),
        ("罚款3000元，罚款2000元", None),
        ("罚款3000元，罚款2000元，合计罚款5000元", "5000"),
        ("没收违法所得5000元", None),
        ("逾期每日按罚款数额的3%加处罚款", None),
        ("警告", None),
        ("", None),
        ("罚款1元" + "，" * 30_000, None),
    ],
)
def test_the_fine_of_a_content_is_the_only_one_it_states(content: str, fine: str | None) -> None:
    assert stated_fine(content) == (None if fine is None else Decimal(fine))


FEN = st.integers(min_value=1, max_value=10**12)
BEFORE_FINE = st.sampled_from(
    ["罚款", "罚款:", "处罚款", "并处罚款人民币", "罚款金额为", "警告;罚款", "责令改正，罚款", "罰款"]
)
AFTER = st.sampled_from(["", "。", "整", "整。", ";", "，上缴国库"])


def spellings(fen: int) -> list[str]:
    yuan = Decimal(fen).scaleb(-2)
    return [
        f"{yuan:.2f}元",
        f"{yuan:,.2f}元",
        f"{yuan / 10_000:f}万元",
        f"{yuan / 10_000:f}（万元",
        f"({yuan / 10_000:f}万元)",
        f"¥{yuan:.2f}",
        f"{yuan:.2f} 圆",
    ]


@given(FEN, BEFORE_FINE, AFTER, st.integers(min_value=0, max_value=6), st.booleans())
def test_every_spelling_of_a_fine_reads_back_to_its_amount(
    fen: int, before: str, after: str, spelling: int, wide: bool
) -> None:
    text = before + spellings(fen)[spelling] + after
    assert pick(text.translate(WIDE) if wide else text) == (f"{Decimal(fen).scaleb(-2):.2f}", 1)


@given(FEN, FEN, st.sampled_from(["，", "；", "、", "。", "\n2.", "2，", " 2、"]))
def test_a_fine_and_a_confiscation_in_one_cell_are_told_apart(fine: int, taken: int, between: str) -> None:
    text = f"没收违法所得{Decimal(taken).scaleb(-2):.2f}元{between}罚款{Decimal(fine).scaleb(-2):.2f}元"
    assert pick(text)[0] == f"{Decimal(fine).scaleb(-2):.2f}"
    assert pick(text, Name.CONFISCATION)[0] == f"{Decimal(taken).scaleb(-2):.2f}"


@given(st.lists(st.integers(min_value=100, max_value=10**6), min_size=2, max_size=5), st.integers(-1, 1))
def test_a_total_counts_only_where_its_parts_add_up_to_it(parts: list[int], off: int) -> None:
    text = f"{'，'.join(f'{part}元' for part in parts)}，合计{sum(parts) + off}元"
    if off:
        with pytest.raises(BadValueError):
            pick(text)
    else:
        assert pick(text)[0] == f"{sum(parts)}.00"


@given(FEN, FEN)
def test_two_fines_without_a_total_are_never_one_of_them(one: int, other: int) -> None:
    assume(one != other)
    with pytest.raises(BadValueError):
        pick(f"罚款{Decimal(one).scaleb(-2):.2f}元，罚款{Decimal(other).scaleb(-2):.2f}元")


@given(st.text(alphabet="0123456789.,，罚款没收元万合计(（）)整角分零一二三十百¥;。约每/以上 张", max_size=40))
def test_no_text_fails_with_anything_but_a_bad_value(text: str) -> None:
    for name in (Name.FINE, Name.CONFISCATION):
        message = ""
        try:
            amount = parse_named_money(text, "c", [], unit=YUAN, name=name)
        except BadValueError as error:
            message = error.message
        else:
            assert amount >= 0
            assert amount * 100 % 1 == 0
        assert "张" not in message
    stated_fine(text)


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in ("1", "罚款", "元", "1元", "5000元，", "(", "每", "1.", "零", "罚款1元;", "没收", "大写", "“"):
        amounts_in(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 10
