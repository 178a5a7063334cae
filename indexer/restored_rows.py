"""Rows with covered cells made whole: each mark is replaced by what was sent in its place.

A whole batch is looked up at once, and in parts that stay small together. What nobody can make whole stays as it is,
and is rejected when it is read.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.feeds.forms import FeedForm
from indexer.feeds.kept_cells import kept_values
from indexer.feeds.marked_rows import KeptAt, MarkedRow
from indexer.feeds.staging import row_binding
from schema.feed_records import SentRow, SkippedLine
from stores.errors import SettingsError
from stores.kept_rows import KeptFeedRow, kept_feed_rows, kept_sizes
from stores.keys import KeyRing
from stores.postgres import DatabaseConnection

Line = SentRow | SkippedLine


@dataclass(frozen=True, slots=True)
class RestoredRows:
    """Makes rows whole. `only_of`: from what accounts of this agency sent alone, whose rows alone are loaded."""

    connection: DatabaseConnection
    keys: KeyRing
    only_of: int | None
    most_bytes: int
    """Of kept rows, how many are read at once; a longer row is read by itself."""

    async def of(self, chunks: Iterable[Sequence[Line]]) -> AsyncIterator[Sequence[Line]]:
        """The lines of a file with their rows made whole, a batch at a time; one without marks is passed on."""
        for chunk in chunks:
            kept_at = {
                row.ordinal: place
                for row in chunk
                if isinstance(row, MarkedRow) and (place := row.kept_at(self.keys)) is not None
            }
            if not kept_at:
                yield chunk
                continue
            sizes = await kept_sizes(self.connection, list(set(kept_at.values())), sent_by=self.only_of)
            for part in self._parts(chunk, kept_at, sizes):
                yield await self._whole(part, {place for place in kept_at.values() if place in sizes}, kept_at)

    def _parts(
        self, chunk: Sequence[Line], kept_at: dict[int, KeptAt], sizes: dict[tuple[str, int], int]
    ) -> Iterable[list[Line]]:
        part: list[Line] = []
        size = 0
        for row in chunk:
            place = kept_at.get(row.ordinal) if isinstance(row, SentRow) else None
            more = 0 if place is None else sizes.get(place, 0)
            if part and size + more > self.most_bytes:
                yield part
                part, size = [], 0
            part.append(row)
            size += more
        yield part

    async def _whole(self, part: list[Line], there: set[KeptAt], kept_at: dict[int, KeptAt]) -> list[Line]:
        marked = [row for row in part if isinstance(row, MarkedRow) and kept_at.get(row.ordinal) in there]
        if not marked:
            return part
        places = {kept_at[row.ordinal] for row in marked}
        kept = {(row.run, row.ordinal): row for row in await kept_feed_rows(self.connection, list(places))}
        whole = {row.ordinal: row.whole(self.keys, self._values(kept[kept_at[row.ordinal]], row)) for row in marked}
        return [whole.get(row.ordinal, row) if isinstance(row, SentRow) else row for row in part]

    def _values(self, kept: KeptFeedRow, row: MarkedRow) -> dict[int, Any]:
        """What stands in the cells of a kept row that a row refers to; nothing where its key or its form is gone."""
        if kept.form is None:
            return {}
        try:
            raw = self.keys.decrypt(kept.key_id, kept.raw, bound_to=row_binding(kept.run, kept.ordinal))
        except SettingsError:
            return {}
        cells = {cell.mark.cell for cell in row.cells if cell.mark is not None}
        return kept_values(FeedForm.from_json(kept.form | {"tables": ()}), raw, cells)
