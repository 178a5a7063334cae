"""The cells of a rejected row as they are given back: with names and identity numbers covered, and marked."""

import json
from collections.abc import Sequence

from indexer.feeds.cell_marks import LONGEST_MARK, Marker, read_mark
from indexer.feeds.json_tokens import JSON_KEY, json_tokens, with_tokens
from indexer.feeds.values import MAX_TEXT
from supervision.covered_rows import cover_row


def covered_cells(
    marker: Marker,
    ordinal: int,
    columns: Sequence[str],
    texts: Sequence[str],
    *,
    told: Sequence[str] | None = None,
    longest: int = MAX_TEXT,
) -> dict[int, str]:
    """What is given back in the place of cells, by their number from 1; none is longer than `longest` characters.

    `told` is what their columns tell of what stands in them, where that is more than the columns' names.
    A cell that came with a mark that leads nowhere keeps it: it is rejected until it is written anew.
    """
    marked = [read_mark(text) for text in texts]
    shown = [text if mark is None else mark.shown for text, mark in zip(texts, marked, strict=True)]
    given: dict[int, str] = {}
    for index, covered in enumerate(cover_row(told or columns, shown)):
        if covered == shown[index]:
            continue
        number, mark = index + 1, marked[index]
        # What is cut off is no loss: the mark stands for the whole value.
        seen = covered[: longest - LONGEST_MARK]
        given[number] = (
            marker.marked(seen, ordinal=ordinal, cell=number, column=columns[index])
            if mark is None
            else seen + mark.rest
        )
    return given


def covered_json(marker: Marker, ordinal: int, raw: bytes, codec: str) -> bytes:
    """A line that is JSON, with the keys, strings and numbers that name a person covered."""
    line = raw.decode(codec)
    tokens = list(json_tokens(line))
    given = covered_cells(
        marker,
        ordinal,
        [token.column for token in tokens],
        # A field's name is nobody's, though somebody may be called by the same letters.
        ["" if token.is_field else token.text for token in tokens],
        told=["" if token.column == JSON_KEY else f".{token.field}" for token in tokens],
    )
    if not given:
        return raw
    written = {number: json.dumps(text, ensure_ascii=False) for number, text in given.items()}
    # Half a character is written as JSON writes it, \ud800.
    return with_tokens(line, written).encode(codec, "backslashreplace")
