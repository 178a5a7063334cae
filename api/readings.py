"""How the stores' readings are asked by loaders: in a scope, and behind a place in a list."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from api.paging import MAX_PAGE
from schema.access_records import Scope
from schema.clue_records import CluePlace
from stores.postgres import Database, DatabaseConnection
from stores.search.seam import Position

Record = TypeVar("Record")
Value = TypeVar("Value")

Place = Position | CluePlace | int
"""Where in a list a page begins: each list has places of its own kind."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a relation of one record."""

    of: int
    first: int
    after: Place | None


def in_scope(scope: Scope, read: Callable[..., Awaitable[Value]]) -> Callable[..., Awaitable[Value]]:
    """A reading of what is in a scope, as one that needs none."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int], **how: Any) -> Value:
        return await read(connection, scope, ids, **how)

    return reading


def placed(
    read: Callable[..., Awaitable[Value]], kind: type[Place], first_place: int | None = None
) -> Callable[[DatabaseConnection, Sequence[int], int, Place | None], Awaitable[Value]]:
    """A reading of pages of a list whose places are of this kind; any other place is the list's beginning."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int], first: int, after: Place | None) -> Value:
        return await read(connection, ids, first=first, after=after if isinstance(after, kind) else first_place)

    return reading


def newest(read: Callable[..., Awaitable[Value]]) -> Callable[[DatabaseConnection, Sequence[int]], Awaitable[Value]]:
    """A reading of as many of the newest as a list may hold."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int]) -> Value:
        return await read(connection, ids, first=MAX_PAGE)

    return reading


def by_id(
    database: Database,
    read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, Record]]],
    lets: Callable[[Record], bool] = lambda _: True,
) -> DataLoader[int, Record | None]:
    """Records by their ids; None for one that is not there, or not let through."""

    async def load(ids: list[int]) -> list[Record | None]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        known = {key: record for key, record in found.items() if lets(record)}
        return [known.get(record_id) for record_id in ids]

    return DataLoader(load_fn=load)


def lists(
    database: Database, read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, list[Record]]]]
) -> DataLoader[int, list[Record]]:
    """What several records have each."""

    async def load(ids: list[int]) -> list[list[Record]]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        return [found[record_id] for record_id in ids]

    return DataLoader(load_fn=load)


def counts(
    database: Database, read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, int]]]
) -> DataLoader[int, int]:
    """How many of something several records have each."""

    async def load(ids: list[int]) -> list[int]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        return [found[record_id] for record_id in ids]

    return DataLoader(load_fn=load)


def slices(
    database: Database,
    read: Callable[[DatabaseConnection, Sequence[int], int, Place | None], Awaitable[dict[int, list[Record]]]],
) -> DataLoader[Slice, list[Record]]:
    """Slices of the same size behind the same place are read together: those of one field of one level."""

    async def load(slices: list[Slice]) -> list[list[Record]]:
        found: dict[Slice, list[Record]] = {}
        async with database.begin() as connection:
            for first, after in dict.fromkeys((wanted.first, wanted.after) for wanted in slices):
                owners = [wanted.of for wanted in slices if (wanted.first, wanted.after) == (first, after)]
                for owner, records in (await read(connection, owners, first, after)).items():
                    found[Slice(owner, first, after)] = records
        return [found[wanted] for wanted in slices]

    return DataLoader(load_fn=load)
