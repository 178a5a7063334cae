"""The parts of an XLSX workbook, checked before anything is made of them.

Every part that is ever read is parsed once with expat, as UTF-8 and without document types, so that neither entities
nor another encoding can hide anything, and its cells are counted. What was checked is copied into a new archive: the
library that makes values of it sees that and nothing else of the sender's file.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final, NoReturn
from xml.parsers import expat

from indexer.feeds import bounds
from indexer.feeds.archives import CONTENT_TYPES, opened_zip, part_chunks
from stores.errors import UnreadableFeedError

_OF_SHEETS: Final = ("xl/", "_rels/")
_PARSED: Final = (".xml", ".rels")
# Parts about how a workbook looks.
_LOOKS: Final = ("xl/theme/", "xl/drawings/", "xl/charts/", "xl/media/", "xl/richdata/")
_SHEETS: Final = "xl/worksheets/"
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ROW = re.compile(r"[0-9]{1,7}")
_LETTERS: Final = 26


@dataclass(slots=True)
class _Counts:
    """What the parts of a workbook hold together."""

    unpacked: int = 0
    cells: int = 0
    area: int = 0
    merges: int = 0

    def require_bounded(self) -> None:
        """Raise UnreadableFeedError for more than a workbook may hold."""
        if self.unpacked > bounds.MAX_WORKBOOK_UNPACKED:
            _refuse(f"The workbook unpacks to more than {bounds.MAX_WORKBOOK_UNPACKED:,} bytes.")
        if self.cells > bounds.MAX_CELLS:
            _refuse(f"The workbook holds more than {bounds.MAX_CELLS:,} cells or texts.")
        if self.area > bounds.MAX_AREA:
            _refuse(
                f"The workbook's cells stand so far apart that its sheets cover more than {bounds.MAX_AREA:,} cells. "
                "Delete what stands far below or far right of the tables."
            )
        if self.merges > bounds.MAX_MERGES:
            _refuse(f"The workbook has more than {bounds.MAX_MERGES:,} merged cells.")


def _refuse(why: str) -> NoReturn:
    raise UnreadableFeedError(f"{why} Send it as CSV or JSON Lines, or in several workbooks.")


@contextmanager
def checked_copy(stream: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """A workbook of the parts that were checked, in a nameless temporary file. Raises UnreadableFeedError."""
    counts = _Counts()
    with tempfile.TemporaryFile() as copy:
        with opened_zip(stream, name) as archive, zipfile.ZipFile(copy, "w") as checked:
            _require_workbook(archive)
            for info in archive.infolist():
                if _is_read(info.filename):
                    _require_readable(info)
                    with checked.open(info.filename, "w") as part:
                        for chunk in _checked(archive, info, counts):
                            part.write(chunk)
        copy.seek(0)
        yield copy


def _is_read(name: str) -> bool:
    folded = name.lower()
    return folded == CONTENT_TYPES.lower() or (
        folded.startswith(_OF_SHEETS) and folded.endswith(_PARSED) and not folded.startswith(_LOOKS)
    )


def _require_workbook(archive: zipfile.ZipFile) -> None:
    names = [name.lower() for name in archive.namelist()]
    if not names or CONTENT_TYPES.lower() not in names:
        raise UnreadableFeedError(
            "The file is an archive that holds no file, or stands in another archive. Send the files themselves."
        )
    if "xl/workbook.bin" in names:
        raise UnreadableFeedError("The file is a binary workbook (XLSB). Save it as XLSX.")
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableFeedError("The file is an Office document, and no workbook. Save the table as XLSX or CSV.")
    if len(set(names)) < len(names):
        raise UnreadableFeedError("The workbook has two parts of one name. Save it again and send it again.")


def _require_readable(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFeedError("The workbook is encrypted or packed in an unusual way. Save it again as XLSX.")


def _checked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, counts: _Counts) -> Iterator[bytes]:
    scan = _Scan(counts)
    size = 0
    try:
        for chunk in part_chunks(archive, info):
            size += len(chunk)
            counts.unpacked += len(chunk)
            counts.require_bounded()
            if size > bounds.MAX_PART and not info.filename.lower().startswith(_SHEETS):
                _refuse(f"A part of the workbook holds more than {bounds.MAX_PART:,} bytes.")
            scan.parser.Parse(chunk)
            yield chunk
        scan.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFeedError(
            "A part of the workbook is no well-formed XML in UTF-8. Open it, save it again and send it again."
        ) from error
    counts.area += scan.last_row * scan.last_column
    counts.require_bounded()


class _Scan:
    """Counts the cells of a part while it is parsed, and refuses document types."""

    def __init__(self, counts: _Counts) -> None:
        # The encoding a part claims is not believed: what reads it afterwards takes it for UTF-8.
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.last_row = 0
        self.last_column = 0
        self._counts = counts
        self._row = 0
        self._column = 0

    def _doctype(self, *_: object) -> NoReturn:
        raise UnreadableFeedError(
            "A part of the workbook declares a document type, as only an attack does. Save it again as XLSX."
        )

    def _element(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes.get("r"))
        elif name in {"v", "is"}:
            self._counts.cells += 1
            self.last_row = max(self.last_row, self._row)
            self.last_column = max(self.last_column, self._column)
            if not self._counts.cells % bounds.KIB:
                self._counts.require_bounded()
        elif name == "row":
            place = attributes.get("r")
            self._row = self._row + 1 if place is None else _number(_ROW.fullmatch(place) and place)
            self._column = 0
            self._require_place()
        elif name == "si":
            self._counts.cells += 1
        elif name == "mergeCell":
            self._counts.merges += 1
        elif name == "Relationship" and attributes.get("TargetMode") != "External":
            _require_known_target(attributes)

    def _cell(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                _number(None)
            else:
                self._column, self._row = _column(found[1]), int(found[2])
        self._require_place()

    def _require_place(self) -> None:
        if self._row > bounds.LAST_ROW or self._column > bounds.LAST_COLUMN:
            _number(None)


def _number(text: str | None) -> int:
    if text is None:
        raise UnreadableFeedError(
            "A cell of the workbook stands where no cell can be. Save it again and send it again."
        )
    return int(text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


def _require_known_target(attributes: dict[str, str]) -> None:
    """What a sheet or the texts are read from must be a part that is checked."""
    about = attributes.get("Type", "").rpartition("/")[2]
    if about in {"worksheet", "sharedStrings", "styles", "officeDocument"}:
        target = attributes.get("Target", "").lower()
        if not target.endswith(".xml") or ".." in target:
            raise UnreadableFeedError("A part of the workbook has an unusual name. Save it again as XLSX.")
