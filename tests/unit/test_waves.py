"""Rows of one batch in waves: what hangs together through any chain of numbers keeps its order."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.staging import Waves


def row(number: str | None = None, filing: str | None = None, derived: bytes | None = None, agency: int = 1) -> Any:
    return SimpleNamespace(
        row=SimpleNamespace(agency_id=agency, document_number=number, filing_number=filing, derived_key=derived)
    )


def waves_of(*rows: Any) -> list[list[int]]:
    waves = Waves()
    for each in rows:
        waves.add(each)
    places = {id(each): place for place, each in enumerate(rows)}
    return [[places[id(each)] for each in wave] for wave in waves.take()]


def test_rows_of_different_cases_share_a_wave() -> None:
    assert waves_of(row("1号"), row("2号"), row(filing="立1号"), row("1号", agency=2)) == [[0, 1, 2, 3]]


@pytest.mark.parametrize("known_by", [("1号",), (None, "立1号"), (None, None, b"x")])
def test_rows_that_share_a_number_keep_their_order(known_by: tuple[Any, ...]) -> None:
    assert waves_of(row(*known_by), row(*known_by), row(*known_by)) == [[0], [1], [2]]


def test_rows_that_hang_together_through_others_keep_their_order() -> None:
    assert waves_of(row("3号", "立2号"), row("3号", "立1号"), row(filing="立2号")) == [[0], [1], [2]]


ROWS = st.lists(
    st.builds(
        row,
        st.none() | st.sampled_from(["1号", "2号", "3号"]),
        st.none() | st.sampled_from(["立1号", "立2号", "立3号"]),
        st.none() | st.sampled_from([b"a", b"b"]),
        st.integers(1, 2),
    ),
    max_size=12,
)


def keys(each: Any) -> set[Any]:
    told = each.row
    return {
        (told.agency_id, place, key)
        for place, key in enumerate((told.document_number, told.filing_number, told.derived_key))
        if key
    }


@given(ROWS)
def test_every_row_is_in_one_wave_behind_all_it_hangs_together_with(rows: list[Any]) -> None:
    waves = waves_of(*rows)
    place = {row: number for number, wave in enumerate(waves) for row in wave}
    assert sorted(place) == list(range(len(rows)))
    together = [{index} for index in range(len(rows))]
    for later in range(len(rows)):
        chain = {later}
        while more := {
            other
            for other in range(later)
            if other not in chain and any(keys(rows[other]) & keys(rows[member]) for member in chain)
        }:
            chain |= more
        together[later] = chain
    for later, chain in enumerate(together):
        assert all(place[earlier] < place[later] for earlier in chain - {later})
