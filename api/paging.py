"""Connections: page sizes, opaque cursors, and pages that are read at most once and only when they are selected."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
import strawberry

from stores.errors import BadUserInputError

MAX_PAGE = 100
_MAX_KEY = 2**63

Record = TypeVar("Record")
Value = TypeVar("Value")


@strawberry.type(description="Where a page stands in its list. 分页信息")
class PageInfo:
    """The Relay page info; lists are walked forward only."""

    has_next_page: bool = strawberry.field(description="Whether more follow. 是否有下一页")
    has_previous_page: bool = strawberry.field(description="Whether any went before. 是否有上一页")
    start_cursor: str | None = strawberry.field(description="Of the page's first item. 起始游标")
    end_cursor: str | None = strawberry.field(description="Of its last, for `after`. 结束游标")


def given(value: Value | None) -> Value | None:
    """An argument's value; None where it was left out or null."""
    return None if value is strawberry.UNSET else value


def page_size(first: int | None, default: int) -> int:
    """The page size an argument asks for. Raises BadUserInputError outside 0..100."""
    if first is None:
        return default
    if not 0 <= first <= MAX_PAGE:
        raise BadUserInputError(f"`first` is a number from 0 to {MAX_PAGE}. Take smaller pages and go on with `after`.")
    return first


def bounded(*lists: Sequence[Any] | None) -> None:
    """Refuse a filter with a list that is too long. Raises BadUserInputError."""
    if any(len(each or ()) > MAX_PAGE for each in lists):
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")


def encode_cursor(kind: str, *values: str | int | None) -> str:
    """An opaque cursor of one kind of list."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *values])).decode().rstrip("=")


def decode_cursor(cursor: str, kind: str, *types: type | tuple[type, ...]) -> list[Any]:
    """The values of a cursor of this kind of list. Raises BadUserInputError for any other."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values: list[Any]
        found, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if found != kind or not all(_fits(value, kind_) for value, kind_ in zip(values, types, strict=True)):
            raise ValueError  # noqa: TRY301  one answer for everything that is wrong
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadUserInputError(
            "This cursor does not belong to this list. Take `endCursor` of the page before."
        ) from error
    return values


def _fits(value: object, kind: type | tuple[type, ...]) -> bool:
    """Whether a value is of a kind, and one that the database can hold."""
    if isinstance(value, str):
        fits = "\x00" not in value
    else:
        fits = not isinstance(value, bool) and not (isinstance(value, int) and not 0 <= value < _MAX_KEY)
    return fits and isinstance(value, kind)


class Once(Generic[Value]):
    """Something read at most once however many fields ask for it."""

    def __init__(self, read: Callable[[], Awaitable[Value]]) -> None:
        """Remember how to read it."""
        self._read = read
        self._task: asyncio.Future[Value] | None = None

    async def get(self) -> Value:
        """Read it, or wait for the reading under way."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._read())
        return await self._task


@dataclass(frozen=True, slots=True)
class Edge(Generic[Record]):
    """A record and its cursor."""

    node: Record
    cursor: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A page of edges, and whether there are more behind it and any before it."""

    edges: Sequence[Edge[Record]]
    has_next: bool
    has_previous: bool

    @property
    def info(self) -> PageInfo:
        """The page's place in its list."""
        return PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.edges[0].cursor if self.edges else None,
            end_cursor=self.edges[-1].cursor if self.edges else None,
        )


def make_page(
    records: Sequence[Record], first: int, after: str | None, cursor: Callable[[Record], str]
) -> Page[Record]:
    """A page out of records of which one more than `first` was read."""
    edges = [Edge(record, cursor(record)) for record in records[:first]]
    return Page(edges, has_next=len(records) > first, has_previous=bool(after))


class Connection(Generic[Record]):
    """A list whose page and whose count are read only when they are selected."""

    def __init__(self, page: Callable[[], Awaitable[Page[Record]]], count: Callable[[], Awaitable[int]]) -> None:
        """Remember how to read them."""
        self._page = Once(page)
        self.count = count

    async def page(self) -> Page[Record]:
        """The page, read at most once."""
        return await self._page.get()


async def total_count(root: strawberry.Parent[Connection[Any]]) -> int:
    """How many records the whole list has."""
    return await root.count()


async def edges(root: strawberry.Parent[Connection[Any]]) -> Sequence[Edge[Any]]:
    """The edges of a connection's page."""
    return (await root.page()).edges


async def nodes(root: strawberry.Parent[Connection[Any]]) -> Sequence[Any]:
    """The records of a connection's page."""
    return [edge.node for edge in (await root.page()).edges]


async def page_info(root: strawberry.Parent[Connection[Any]]) -> PageInfo:
    """The place of a connection's page in its list."""
    return (await root.page()).info
