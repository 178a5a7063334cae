"""What is shown of a text that somebody wrote here to whoever may not read natural persons' names."""

from dataclasses import replace

import pytest

from api.masking import Shown
from schema.access_records import EVERYTHING

COVERING = Shown(replace(EVERYTHING, names=False))
TELLING = Shown(replace(EVERYTHING, names=True))


@pytest.mark.parametrize(
    ("written", "names", "shown"),
    [
        ("经孙大圣说明", (), "经孙**说明"),
        ("赵小满案由孙大圣经手", ("赵小满",), "赵**案由孙**经手"),
        ("禤小满与孙大圣到场", ("禤小满",), "禤**与孙**到场"),
        ("禤小满、禤二宝，即禤二宝", ("禤小满、禤二宝",), "禤**、禤**，即禤**"),
        ("当事人：孙大圣", ("赵小满",), "当事人：孙**"),
        ("两法衔接联席会议", ("赵小满",), "两法衔接联席会议"),
        ("赵**倾倒案", ("赵小满",), "赵**倾倒案"),
        ("中级人民法院", ("赵小满",), "中级人民法院"),
        ("", ("赵小满",), ""),
    ],
)
def test_whoever_a_text_names_is_covered_known_to_its_cases_or_not(
    written: str, names: tuple[str, ...], shown: str
) -> None:
    assert COVERING.written(written, names) == shown
    assert TELLING.written(written, names) == written


def test_what_was_not_written_is_shown_as_nothing() -> None:
    assert COVERING.written(None, ("赵小满",)) is None


@pytest.mark.parametrize("name", ["李红旗", "王建州", "张大旗", "赵神州", "李建区", "郭建县", "陈县"])
@pytest.mark.parametrize("after", ["公安机关传唤到案", "人民法院执行中", "公安局投案"])
def test_no_name_that_ends_like_a_place_is_shown_before_an_office(name: str, after: str) -> None:
    assert name not in (COVERING.written(f"{name}{after}", ()) or "")
