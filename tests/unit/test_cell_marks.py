"""The marks of covered cells: what was made is known again, and nothing else is."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.feeds.cell_marks import LONGEST_MARK, Marker, is_genuine, read_mark
from stores.keys import parse_key_ring
from tests.conftest import TEST_KEY

RUN = "20240301-021500-a1b2c3"
KEYS = parse_key_ring(TEST_KEY)
OTHER_KEY = "other:" + "WVhaWWFiY2RlZkFCQ0RFRkdISUpLTE1OT1BRUlNUVVY="
MARKER = Marker(KEYS, RUN)

places = st.integers(min_value=1, max_value=2**31 - 1)
texts = st.text().filter(lambda text: "原值" not in text)


def is_good(text: str, column: str = "当事人") -> bool:
    found = read_mark(text)
    return (
        found is not None and found.mark is not None and is_genuine(KEYS, found.mark, column=column, shown=found.shown)
    )


@given(shown=texts, column=st.text(), ordinal=places, cell=places)
def test_a_mark_that_was_made_is_read_again(shown: str, column: str, ordinal: int, cell: int) -> None:
    text = MARKER.marked(shown, ordinal=ordinal, cell=cell, column=column)
    found = read_mark(text)
    assert found is not None
    assert found.mark is not None
    assert (found.shown, found.mark.run, found.mark.ordinal, found.mark.cell) == (shown, RUN, ordinal, cell)
    assert found.shown + found.rest == text
    assert len(found.rest) <= LONGEST_MARK
    assert is_good(text, column)


MARKED = MARKER.marked("周*与李*在试验县", ordinal=17, cell=3, column="当事人")


@given(start=st.integers(0, len(MARKED)), length=st.integers(0, len(MARKED)), instead=st.text(max_size=5))
def test_any_edit_of_a_marked_cell_is_seen_unless_nothing_is_left_of_the_mark(
    start: int, length: int, instead: str
) -> None:
    edited = MARKED[:start] + instead + MARKED[start + length :]
    assume("".join(edited.split()) != "".join(MARKED.split()))
    assume(all(character.isprintable() for character in instead))
    assert not is_good(edited)
    if read_mark(edited) is None:
        assert RUN not in edited
        assert MARKED[-20:] not in edited


@given(place=st.integers(0, len(MARKED) - 1), instead=st.characters())
def test_any_other_character_in_the_place_of_one_is_seen(place: int, instead: str) -> None:
    assume(instead != MARKED[place])
    edited = MARKED[:place] + instead + MARKED[place + 1 :]
    assert read_mark(edited) is not None
    assert not is_good(edited)


@given(column=st.text(), ordinal=places, cell=places, shown=texts)
def test_a_mark_is_good_for_nothing_but_its_own_cell_and_column(
    column: str, ordinal: int, cell: int, shown: str
) -> None:
    assume((column.split(), shown.split()) != (["当事人"], ["周*"]))
    good = MARKER.marked("周*", ordinal=17, cell=3, column="当事人")
    tag = good.rpartition("/")[2]
    assert is_good(good)
    assert not is_good(good, column + "x")
    forged = f"{shown}〖原值 {RUN}/{ordinal}/{cell}/{tag}"
    assert is_good(forged) == (
        (ordinal, cell) == (17, 3) and "".join(filter(str.isprintable, "".join(shown.split()))) == "周*"
    )


@pytest.mark.parametrize("text", [MARKED.replace("与李*", "\r\n与李*\t"), MARKED.replace("周*", "周*\u200b ")])
def test_what_programs_change_without_being_seen_does_not_count(text: str) -> None:
    assert text != MARKED
    assert is_good(text)


@pytest.mark.parametrize("text", ["", "周*", "固定资产原值", "〖注〗", RUN, "原 值"])
def test_other_texts_hold_no_mark(text: str) -> None:
    assert read_mark(text) is None


@pytest.mark.parametrize(
    "text",
    [
        MARKED[:-1],
        MARKED[12:],
        f"{MARKED}x",
        f"{MARKED}{MARKED}",
        re.sub("/17/", "/017/", MARKED),
        re.sub("/17/", "/9999999999/", MARKED),
        re.sub("/[A-Z2-7]{16}", "/AAAAAAAAAAAAAAAA", MARKED),
    ],
)
def test_a_damaged_mark_is_seen_and_is_good_for_nothing(text: str) -> None:
    assert read_mark(text) is not None
    assert not is_good(text)


def test_marks_outlive_the_rotation_of_keys_and_not_the_key_they_were_made_with() -> None:
    rotated, others = parse_key_ring(f"{OTHER_KEY},{TEST_KEY}"), parse_key_ring(OTHER_KEY)
    found = read_mark(MARKED)
    assert found is not None
    assert found.mark is not None
    assert is_genuine(rotated, found.mark, column="当事人", shown=found.shown)
    assert not is_genuine(others, found.mark, column="当事人", shown=found.shown)
