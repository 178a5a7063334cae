"""Quantities weighed: what an agency states against what its texts say."""

from decimal import Decimal

import pytest

from schema.feed_records import QuantityRecord
from schema.vocabularies import UNITS, Certainty, Domain, QuantityMeasure
from supervision.quantities.weighing import WeighedQuantity, weigh_quantities

WASTE = QuantityMeasure.HAZARDOUS_WASTE
TIMES = QuantityMeasure.TIMES_OVER_STANDARD
FARMLAND = QuantityMeasure.OTHER_FARMLAND


def stated(measure: QuantityMeasure, value: str, substance: str | None = None) -> QuantityRecord:
    return QuantityRecord(measure=measure, value=Decimal(value), unit=UNITS[measure], substance=substance)


def weighed(*quantities: QuantityRecord, texts: tuple[str | None, ...]) -> tuple[WeighedQuantity, ...]:
    return weigh_quantities(quantities, texts, Domain.ENVIRONMENT)


def told(found: tuple[WeighedQuantity, ...]) -> list[tuple[str, str, str | None, bool]]:
    return [(item.measure.value, str(item.value), item.quote, item.disagrees) for item in found]


def test_what_only_a_text_says_is_taken_from_it_with_its_words() -> None:
    (found,) = weighed(texts=(None, "涉嫌倾倒危险废物3.5吨。"))
    assert told((found,)) == [("hazardous_waste", "3.5", "危险废物3.5吨", False)]
    assert (found.certainty, found.text, found.unit) == (Certainty.POSSIBLE, 1, "t")


def test_what_only_the_agency_states_stands_without_words() -> None:
    (found,) = weighed(stated(WASTE, "3.5"), texts=("倾倒若干危险废物。", None))
    assert told((found,)) == [("hazardous_waste", "3.5", None, False)]
    assert (found.certainty, found.text) == (Certainty.CERTAIN, None)


def test_a_field_beats_the_text_and_shows_where_it_disagrees() -> None:
    found = weighed(stated(WASTE, "3.5"), texts=("举报称倾倒危险废物10吨，经查明，实际倾倒危险废物5吨。",))
    assert told(found) == [("hazardous_waste", "3.5", "危险废物5吨", True)]
    assert found[0].certainty is Certainty.CERTAIN


def test_what_a_text_only_doubts_is_no_disagreement() -> None:
    assert told(weighed(stated(WASTE, "3.5"), texts=("举报称倾倒危险废物10吨。",))) == [
        ("hazardous_waste", "3.5", None, False)
    ]


def test_a_text_that_says_the_same_once_agrees_and_gives_its_words() -> None:
    texts = ("倾倒危险废物5吨。", "查明倾倒危险废物3500公斤。")
    assert told(weighed(stated(WASTE, "3.5"), texts=texts)) == [("hazardous_waste", "3.5", "危险废物3500公斤", False)]


@pytest.mark.parametrize("value", ["3.5", "1.2", "2.3"])
def test_a_whole_agrees_with_its_parts_and_a_part_with_itself(value: str) -> None:
    (found,) = weighed(stated(WASTE, value), texts=("倾倒废机油1.2吨、废酸2.3吨。",))
    assert not found.disagrees


def test_parts_that_are_stated_agree_with_the_whole_of_the_text() -> None:
    quantities = (stated(WASTE, "1.2"), stated(WASTE, "2.3"))
    assert [item.disagrees for item in weighed(*quantities, texts=("倾倒危险废物3.5吨。",))] == [False, False]
    assert [item.disagrees for item in weighed(*quantities, texts=("倾倒危险废物4吨。",))] == [True, True]


@pytest.mark.parametrize(("value", "disagrees"), [("5.2", False), ("5.199", False), ("5.3", True), ("5", True)])
def test_an_area_may_differ_by_the_rounding_of_its_square_metres(value: str, disagrees: bool) -> None:
    (found,) = weigh_quantities((stated(FARMLAND, value),), ("占用耕地3466.67平方米。",), Domain.LAND)
    assert found.disagrees is disagrees


def test_multiples_are_compared_where_the_substance_is_the_same() -> None:
    text = "总铬超标4.2倍，总镍超标1倍。"
    found = weighed(stated(TIMES, "5.2", "铬"), stated(TIMES, "3", "总镍"), stated(TIMES, "7", "铅"), texts=(text,))
    assert told(found) == [
        ("times_over_standard", "5.2", "总铬超标4.2倍", False),
        ("times_over_standard", "3", "总镍超标1倍", True),
        ("times_over_standard", "7", None, False),
    ]


def test_what_several_texts_say_alike_is_one_quantity_with_the_words_that_are_certain() -> None:
    (found,) = weighed(texts=("涉嫌倾倒危险废物3.5吨", "倾倒废机油3500公斤", "倾倒危险废物3.5吨"))
    assert (found.certainty, found.text, found.quote) == (Certainty.CERTAIN, 1, "废机油3500公斤")


def test_a_measure_that_is_not_stated_is_read_beside_those_that_are() -> None:
    found = weighed(stated(WASTE, "3.5"), texts=("倾倒危险废物3.5吨，造成损失2万元。",))
    assert told(found) == [
        ("hazardous_waste", "3.5", "危险废物3.5吨", False),
        ("loss", "20000", "损失2万元", False),
    ]
