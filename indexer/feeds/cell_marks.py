"""The mark of a covered cell, by which it is found again what stood there.

周*〖原值 20240301-021500-a1b2c3/17/3/TAG 原值〗 names the run, and in what was sent the row's ordinal and the cell's
number. The tag is made with the key ring over these, the column the cell stands in, and what is still seen of it: so
nobody can make a mark, take it to another column or change what is seen before it. White space and signs that are not
seen do not count, since programs through which a file goes change them.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from stores.keys import KeyRing

MARK_WORD: Final = "原值"
"""The word (original value) with which every mark begins and ends; its signs are in GBK too."""

LONGEST_MARK: Final = 96
"""Characters of the longest mark."""

_TAG_BYTES: Final = 10
_RUN: Final = r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}"
_MARK = re.compile(
    rf"〖{MARK_WORD} (?P<run>{_RUN})/(?P<ordinal>[1-9][0-9]{{0,9}})/(?P<cell>[1-9][0-9]{{0,9}})/(?P<tag>[A-Z2-7]{{16}})"
    rf" {MARK_WORD}〗"
)
_PIECE_OF_MARK = re.compile(rf"〖{MARK_WORD}|{MARK_WORD}〗|{MARK_WORD} {_RUN}|[A-Z2-7]{{16}} {MARK_WORD}")
_MAX_INTEGER: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a mark says: the run, and in what was sent the row's ordinal and the cell's number; each from 1."""

    run: str
    ordinal: int
    cell: int
    tag: str


class MarkedText(NamedTuple):
    """A text with a mark; `mark` is None where it is damaged, and `rest` is what stands in its place."""

    shown: str
    mark: Mark | None
    rest: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the covered cells of a run's rows."""

    keys: KeyRing
    run: str

    def marked(self, shown: str, *, ordinal: int, cell: int, column: str) -> str:
        """What is shown of a cell, with the mark behind it."""
        tag = _tag_text(self.keys.mark_tag(_tagged(self.run, ordinal, cell, column, shown)))
        return f"{shown}〖{MARK_WORD} {self.run}/{ordinal}/{cell}/{tag} {MARK_WORD}〗"


def read_mark(text: str) -> MarkedText | None:
    """The text before a mark, and the mark; None for a text that holds no piece of one."""
    piece = _PIECE_OF_MARK.search(text)
    if piece is None:
        return None
    found = _MARK.fullmatch(text, piece.start())
    shown, rest = text[: piece.start()], text[piece.start() :]
    if found is None or max(int(found["ordinal"]), int(found["cell"])) > _MAX_INTEGER:
        return MarkedText(shown, None, rest)
    mark = Mark(run=found["run"], ordinal=int(found["ordinal"]), cell=int(found["cell"]), tag=found["tag"])
    return MarkedText(shown, mark, rest)


def is_genuine(keys: KeyRing, mark: Mark, *, column: str, shown: str) -> bool:
    """Whether this key ring made a mark, for this column, and nobody changed what is shown before it."""
    tagged = _tagged(mark.run, mark.ordinal, mark.cell, column, shown)
    return keys.made_mark_tag(tagged, base64.b32decode(mark.tag))


def _tag_text(tag: bytes) -> str:
    return base64.b32encode(tag[:_TAG_BYTES]).decode()


def _tagged(run: str, ordinal: int, cell: int, column: str, shown: str) -> bytes:
    parts = (run, str(ordinal), str(cell), _seen(column), _seen(shown))
    return "\n".join(parts).encode("utf-8", "surrogatepass")


def _seen(text: str) -> str:
    """A text without what is not seen of it."""
    return "".join(character for character in text if character.isprintable() and not character.isspace())
