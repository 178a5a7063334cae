"""Headers of tables: recognised in one row, or in two where an upper name stands over several lower ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from indexer.feeds import bounds
from indexer.feeds.layouts import Layout, recognise_layout
from indexer.feeds.own_layouts import OwnLayout
from schema.spreadsheet_text import unguarded
from stores.errors import UnreadableFeedError
from supervision.covered_rows import cover_header

ERROR_COLUMNS: Final = ("code", "message")
"""The two last columns of a file of rejected rows, which are not read."""

_LONGEST_MARK: Final = 40
_FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a table: its names, `code` and `message` not among them, and how many rows it takes."""

    names: tuple[str, ...]
    layout: Layout
    rows: int
    has_error_columns: bool

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.names) + (len(ERROR_COLUMNS) if self.has_error_columns else 0)

    @property
    def known(self) -> int:
        """How many columns are known."""
        return sum(column is not None for column in self.layout.columns)

    @property
    def says_mostly_names(self) -> bool:
        """Whether no data row can be meant: a header's names are known, but for a few."""
        told = sum(not name.isspace() for name in self.names if name)
        return self.known == told or (self.known >= _FEW and 2 * self.known >= told)

    @property
    def repeated(self) -> str | None:
        """A column that is named twice."""
        seen = set()
        for column in self.layout.columns:
            if column is not None and column in seen:
                return column
            seen.add(column)
        return None

    @property
    def reason(self) -> str:
        """The reason a header is listed with, which names the columns that are not read."""
        unknown = (name for name, column in zip(self.names, self.layout.columns, strict=True) if column is None)
        shown = ["".join(filter(str.isprintable, cover_header(name))).strip()[:_LONGEST_MARK] for name in unknown]
        named = [name for name in shown if name]
        return f"header; columns not read: {', '.join(named)}" if named else "header"


def header_of(
    row: Sequence[str], below: Sequence[str] = (), *, sheet: str | None = None, own: Sequence[OwnLayout] = ()
) -> Header | None:
    """The header that a row is, or a row and the one below it; None for what is no header. `own` are agencies' own."""
    if len(row) > bounds.MAX_COLUMNS:
        return None
    single = _recognised(row, 1, sheet, own)
    double = None
    if below and len(below) <= bounds.MAX_COLUMNS:
        combined = max(_in_two_rows(row, below, sheet, own), key=_known, default=None)
        # Where the lower row says as much by itself, the upper one is a title.
        alone = max(_known(single), _known(_recognised(below, 1, sheet, own)))
        double = combined if _known(combined) > alone else None
    return double or single


def _known(header: Header | None) -> int:
    return 0 if header is None else header.known


def _recognised(names: Sequence[str], rows: int, sheet: str | None, own: Sequence[OwnLayout]) -> Header | None:
    # The database keeps the names, and no NUL.
    names = tuple(unguarded(name.replace("\0", "")) for name in names)
    has_error_columns = tuple(name.strip() for name in names[-2:]) == ERROR_COLUMNS
    if has_error_columns:
        names = names[:-2]
    layout = recognise_layout(names, sheet=sheet, own=own)
    if layout is None:
        return None
    return Header(names=names, layout=layout, rows=rows, has_error_columns=has_error_columns)


def _in_two_rows(
    upper: Sequence[str], lower: Sequence[str], sheet: str | None, own: Sequence[OwnLayout]
) -> Iterator[Header]:
    """The headers that two rows may be together, by the lower names alone and by both."""
    shorts, longs, over = [], [], ""
    for above, below in zip_longest(upper, lower, fillvalue=""):
        over = above if above.strip() or not below.strip() else over
        shorts.append(below if below.strip() else above)
        longs.append(over + below)
    found = [header for names in (shorts, longs) if (header := _recognised(names, 2, sheet, own))]
    yield from found
    if len(found) > 1 and len(found[0].names) == len(found[1].names):
        mixed = [
            short if column is not None else long
            for short, long, column in zip(found[0].names, found[1].names, found[0].layout.columns, strict=True)
        ]
        if header := _recognised(mixed, 2, sheet, own):
            yield header


def require_distinct(header: Header) -> None:
    """Raise UnreadableFeedError for a header that names a column twice."""
    if (column := header.repeated) is not None:
        raise UnreadableFeedError(f"The header names the column {column} twice. Keep one of the two.")
