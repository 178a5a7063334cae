"""While cases come, go and change between two pages, no hit that stayed where it was is skipped or shown twice.

On each engine and from either to the other, once the index has heard of the change and before it has.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import text

from schema.vocabularies import AnomalyKind, AnomalyStatus, CaseSort
from stores.search.seam import CaseFilter, Position, SearchEngine, decode_position
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.indexing_cases import add_cases, delete_case
from tests.integration.search_corpus import asked
from tests.integration.search_shelf import Shelf, Shelves

WORD = "镉"
FIRST_PAGE, LATER_PAGES = 5, 2
CURSOR = FIRST_PAGE - 1

Key = tuple[str, str | None, str | None]
"""The field a case says the word in, the day it was decided, its fine: by each of them it has the same place."""

# Equals stand on both sides of the first page's end, and unknown values last.
KEYS: Sequence[Key] = [
    ("number", "2024-05-01", "9000"),
    ("title", "2024-04-01", "8000"),
    ("violation_type", "2024-03-01", "7000"),
    *[("agency", "2024-02-01", "6000")] * 4,
    ("basis", "2024-01-01", "5000"),
    *[("facts", None, None)] * 3,
]
TOP: Key = ("number", "2024-06-01", "10000")
BOTTOM: Key = ("facts", None, None)
_FIELDS = ("number", "title", "violation_type", "agency", "basis", "facts")
_SAY = ", ".join(f"{field} = CASE :field WHEN '{field}' THEN ' {WORD} ' ELSE '' END" for field in _FIELDS)
_SAID = text(f"UPDATE case_text SET {_SAY} WHERE case_id = :id")  # noqa: S608  the test's own names
_PLACE = text("UPDATE penalty_case SET decided_on = :decided, fine = :fine, revision = revision + 1 WHERE id = :id")
_OPEN = AnomalyStatus.OPEN
_TURN = 2 * date(2024, 1, 1).toordinal()


async def add(shelf: Shelf, sort: CaseSort, *keys: Key) -> list[int]:
    """New cases; answers their ids."""
    ids = await add_cases(shelf.database, len(keys), agency=shelf.agency)
    await put(shelf, sort, dict(zip(ids, keys, strict=True)))
    return ids


async def put(shelf: Shelf, sort: CaseSort, keys: Mapping[int, Key]) -> None:
    """Give cases their places; by the oldest decision the days are turned round so that the places are the same."""
    async with shelf.database.begin() as connection:
        for case_id, (field, day, fine) in keys.items():
            decided = None if day is None else date.fromisoformat(day)
            if decided and sort is CaseSort.DECIDED_OLDEST:
                decided = date.fromordinal(_TURN - decided.toordinal())
            await connection.execute(_SAID, {"id": case_id, "field": field})
            await connection.execute(_PLACE, {"id": case_id, "decided": decided, "fine": fine and Decimal(fine)})
    await write_findings(shelf.database, {case_id: _findings(fine) for case_id, (_, _, fine) in keys.items()})


def _findings(fine: str | None) -> list[Found]:
    """As many that are open as the fine is high; the others of the most that there can be are resolved."""
    wanted = sorted({"", *(key[2] or "" for key in (*KEYS, TOP))}, key=lambda each: int(each or 0)).index(fine or "")
    return [
        Found(f"test.{place}", AnomalyKind.INACTION, status=_OPEN if place < wanted else AnomalyStatus.RESOLVED)
        for place in range(len(KEYS))
    ]


async def read_page(
    shelf: Shelf, engine: SearchEngine, sort: CaseSort, size: int, after: Position | None
) -> tuple[list[int], Position | None]:
    """The ids of a page, and the cursor behind which it goes on, as a client has it."""
    chosen = CaseFilter(agency_ids=(shelf.agency_id,))
    answer = await engine.search(asked(WORD, filter=chosen, sort=sort, first=size, after=after, count=False))
    found = [position.case_id for position in answer.positions]
    return found, decode_position(answer.positions[-1].encode(), sort) if answer.has_next else None


async def read_on(shelf: Shelf, engine: SearchEngine, sort: CaseSort, after: Position | None) -> list[int]:
    """Every page behind a cursor."""
    walked: list[int] = []
    while after is not None:
        found, after = await read_page(shelf, engine, sort, LATER_PAGES, after)
        walked += found
    return walked


Change = Callable[[Shelf, Sequence[int], CaseSort], Awaitable[tuple[int, bool]]]
"""What happens between two pages: answers the case it happened to, and whether a later page has to show that."""


async def insert_on_top(shelf: Shelf, _ids: Sequence[int], sort: CaseSort) -> tuple[int, bool]:
    return (await add(shelf, sort, TOP))[0], False


async def insert_at_the_bottom(shelf: Shelf, _ids: Sequence[int], sort: CaseSort) -> tuple[int, bool]:
    return (await add(shelf, sort, BOTTOM))[0], True


async def insert_an_equal_of_the_cursors(shelf: Shelf, _ids: Sequence[int], sort: CaseSort) -> tuple[int, bool]:
    # Among equals the newest row is first.
    return (await add(shelf, sort, KEYS[CURSOR]))[0], False


def deleting(place: int) -> Change:
    async def delete(shelf: Shelf, ids: Sequence[int], _sort: CaseSort) -> tuple[int, bool]:
        await delete_case(shelf.database, ids[place])
        return ids[place], False

    return delete


def moving(place: int, key: Key, *, shown: bool) -> Change:
    async def move(shelf: Shelf, ids: Sequence[int], sort: CaseSort) -> tuple[int, bool]:
        await put(shelf, sort, {ids[place]: key})
        return ids[place], shown

    return move


CHANGES: dict[str, Change] = {
    "inserted before the cursor": insert_on_top,
    "inserted behind the cursor": insert_at_the_bottom,
    "inserted as an equal of the cursor's": insert_an_equal_of_the_cursors,
    "deleted before the cursor": deleting(1),
    "deleted at the cursor": deleting(CURSOR),
    "deleted just behind the cursor": deleting(CURSOR + 1),
    "moved from before the cursor behind it": moving(1, KEYS[-4], shown=True),
    "moved from behind the cursor before it": moving(CURSOR + 3, TOP, shown=False),
    "moved from the cursor to the top": moving(CURSOR, TOP, shown=False),
    "moved from the cursor to the unknown": moving(CURSOR, BOTTOM, shown=True),
    "moved from the unknown to the top": moving(-1, TOP, shown=False),
    "moved among those behind": moving(-1, KEYS[-4], shown=True),
}


@pytest.mark.parametrize("sort", list(CaseSort))
@pytest.mark.parametrize("change", list(CHANGES))
async def test_what_stays_in_its_place_is_shown_once_whatever_happens_to_a_case(
    shelves: Shelves, change: str, sort: CaseSort
) -> None:
    shelf = await shelves.new()
    ids = await add(shelf, sort, *KEYS)
    await shelf.sync()
    begun = [await read_page(shelf, engine, sort, FIRST_PAGE, None) for engine in shelf.engines]
    assert begun[0] == begun[1]
    before, cursor = begun[0]
    in_order = before + await read_on(shelf, shelf.engines[0], sort, cursor)
    assert sorted(in_order) == ids
    happened_to, shown = await CHANGES[change](shelf, in_order, sort)

    stayed = [case_id for case_id in in_order if case_id != happened_to]
    for engine in shelf.engines:  # the record has changed, and the index has not heard of it
        walked = before + await read_on(shelf, engine, sort, cursor)
        assert [case_id for case_id in walked if case_id != happened_to] == stayed
    await shelf.sync()
    for (_, begun_at), engine in product(begun, shelf.engines):
        later = await read_on(shelf, engine, sort, begun_at)
        assert [case_id for case_id in before + later if case_id != happened_to] == stayed
        assert later.count(happened_to) == shown
