"""Finding out what a file is before its records are read: its encoding, its line ends, its layout, its header."""

import csv
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from indexer.feeds.layouts import Layout, PublishedLayout, recognise_layout
from indexer.feeds.own_layouts import OwnLayout
from stores.errors import UnreadableFeedError

MAX_LINE: Final = 16 * 1024 * 1024
"""Bytes in the longest physical line, and in the longest record of several lines."""

MAX_COLUMNS: Final = 1_000

PUBLISHED_CSV: Final = "published CSV"
JSON_LINES: Final = "JSON Lines"
UTF_8: Final = "utf-8"
UTF_8_WITH_BOM: Final = "utf-8-sig"
GB18030: Final = "gb18030"

_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 1 << 20
_HEADER_WITHIN: Final = 20
_HEAD_LINES: Final = 80
_HEAD_BYTES: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t")
# Text has no NUL bytes but a stray one in a value; other formats are full of them.
_NUL_EVERY: Final = 100

_WHAT_IS_READ: Final = "This version reads CSV and JSON Lines in UTF-8 or GB18030."
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive or an XLSX workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xd0\xcf\x11\xe0", "a workbook or document in Microsoft's old binary format (XLS, DOC)"),
    (b"%PDF", "a PDF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvHeader:
    """A CSV file's header: its first physical line and how many it takes, the delimiter, and each field's column."""

    line: int
    lines: int
    delimiter: str
    names: tuple[str, ...]
    layout: Layout

    @property
    def columns(self) -> tuple[str | None, ...]:
        """What each field means."""
        return self.layout.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file is. `encoding` is a codec's name; `header` is None for JSON Lines and for an empty file."""

    encoding: str
    terminator: bytes
    header: CsvHeader | None

    @property
    def codec(self) -> str:
        """The codec of a line; the byte order mark is no part of the first one."""
        return UTF_8 if self.encoding == UTF_8_WITH_BOM else self.encoding

    @property
    def layout(self) -> str:
        """The layout, in words; an empty file is a JSON Lines file without a line."""
        if self.header is None:
            return JSON_LINES
        return PUBLISHED_CSV if isinstance(self.header.layout, PublishedLayout) else self.header.layout.name


def physical_lines(stream: BinaryIO, terminator: bytes, see: Callable[[bytes], None]) -> Iterator[bytes]:
    """The lines of a file without their terminator and without a byte order mark; `see` is shown every byte read.

    Raises UnreadableFeedError for a line longer than `MAX_LINE`.
    """
    rest = b""
    number = 0
    first = True
    while chunk := stream.read(_CHUNK):
        see(chunk)
        parts = (rest + chunk).split(terminator)
        if first:
            parts[0] = parts[0].removeprefix(_BOM)
            first = False
        if max(len(parts[0]), len(parts[-1])) > MAX_LINE:
            line = number + (1 if len(parts[0]) > MAX_LINE else len(parts))
            raise UnreadableFeedError(f"Line {line} is longer than {MAX_LINE:,} bytes, which no record is.")
        rest = parts.pop()
        number += len(parts)
        yield from parts
    if rest:
        yield rest


def survey_of(path: Path, layouts: Sequence[OwnLayout] = ()) -> Survey:
    """Read a file through once and say what it is; `layouts` are agencies' own.

    Raises UnreadableFeedError, saying why, for what is no feed.
    """
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except ValueError as error:
        raise UnreadableFeedError("A file cannot have this name.") from error
    except OSError as error:
        raise UnreadableFeedError(f"{path.name} cannot be read: {error.strerror}.") from error
    if not is_file:
        raise UnreadableFeedError(f"{path.name} is no file. Name a CSV or a JSON Lines file.")
    try:
        with path.open("rb") as stream:
            return _survey(stream, layouts)
    except OSError as error:
        raise UnreadableFeedError(f"{path.name} cannot be read: {error.strerror}.") from error


def _survey(stream: BinaryIO, layouts: Sequence[OwnLayout]) -> Survey:
    beginning = stream.read(_CHUNK)
    stream.seek(0)
    _refuse_binary(beginning)
    terminator = b"\n" if b"\n" in beginning or b"\r" not in beginning else b"\r"
    has_bom = beginning.startswith(_BOM)
    encodings = _Encodings(offset=len(_BOM) if has_bom else 0)
    head: list[bytes] = []
    head_bytes = 0
    for line in physical_lines(stream, terminator, lambda _: None):
        encodings.see(line)
        if len(head) < _HEAD_LINES and head_bytes < _HEAD_BYTES and (head or line.strip()):
            head.append(line)
            head_bytes += len(line)
        elif not head:
            encodings.blank_lines += 1
    encoding = encodings.decide(has_bom=has_bom)
    codec = UTF_8 if encoding == UTF_8_WITH_BOM else encoding
    texts = [line.decode(codec, "replace") for line in head]
    first = next((text.lstrip() for text in texts if not text.isspace()), "")
    if not first or first.startswith("{"):
        return Survey(encoding=encoding, terminator=terminator, header=None)
    if first.startswith("["):
        raise UnreadableFeedError("This is a JSON array. Send JSON Lines: one object a line, without brackets around.")
    return Survey(encoding=encoding, terminator=terminator, header=_find_header(texts, encodings.blank_lines, layouts))


def _refuse_binary(beginning: bytes) -> None:
    for signature, what in _SIGNATURES:
        if beginning.startswith(signature):
            raise UnreadableFeedError(f"The file is {what}. {_WHAT_IS_READ}")
    if beginning.count(b"\0") * _NUL_EVERY > len(beginning):
        raise UnreadableFeedError(f"The file is binary or UTF-16, for it is full of NUL bytes. {_WHAT_IS_READ}")


@dataclass(slots=True)
class _Encodings:
    """Counts, over the lines that are not plain ASCII, which encoding each can be in.

    A line in GB18030 is next to never valid UTF-8, so the majority decides; a damaged line of a good file is then an
    error of its record alone.
    """

    offset: int
    utf_8: int = 0
    gb18030: int = 0
    neither: int = 0
    first_bad: int | None = None
    blank_lines: int = 0

    def see(self, line: bytes) -> None:
        """Count one line."""
        if not line.isascii():
            try:
                line.decode(UTF_8)
                self.utf_8 += 1
            except UnicodeDecodeError:
                self._see_other(line)
        self.offset += len(line) + 1

    def _see_other(self, line: bytes) -> None:
        try:
            line.decode(GB18030)
            self.gb18030 += 1
        except UnicodeDecodeError as error:
            self.neither += 1
            if self.first_bad is None:
                self.first_bad = self.offset + error.start

    def decide(self, *, has_bom: bool) -> str:
        """The file's encoding."""
        if self.neither > self.utf_8 + self.gb18030:
            raise UnreadableFeedError(
                f"The file is neither UTF-8 nor GB18030: see the byte at offset {self.first_bad}. {_WHAT_IS_READ}",
                offset=self.first_bad,
            )
        if has_bom:
            return UTF_8_WITH_BOM
        return UTF_8 if self.utf_8 >= self.gb18030 else GB18030


def _find_header(texts: list[str], blank_lines: int, layouts: Sequence[OwnLayout]) -> CsvHeader:
    """The header among a file's first lines; every line is tried as one, for titles above it may be anything."""
    for index in range(min(len(texts), max(0, _HEADER_WITHIN - blank_lines))):
        candidates = [header for delimiter in _DELIMITERS if (header := _header_at(texts, index, delimiter, layouts))]
        if candidates:
            best = max(candidates, key=_known)
            return _checked(best, blank_lines)
    raise UnreadableFeedError(
        f"None of the first {_HEADER_WITHIN} lines is a header this version reads. The published penalty table begins "
        "with 行政相对人名称 or CF_XDR_MC; a JSON Lines file begins with {."
    )


def _header_at(texts: list[str], index: int, delimiter: str, layouts: Sequence[OwnLayout]) -> CsvHeader | None:
    reader = csv.reader((text + "\n" for text in texts[index:]), delimiter=delimiter)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        return None
    if len(names) > MAX_COLUMNS:
        return None
    layout = recognise_layout(names, own=layouts)
    if layout is None:
        return None
    return CsvHeader(line=index + 1, lines=reader.line_num, delimiter=delimiter, names=tuple(names), layout=layout)


def _known(header: CsvHeader) -> int:
    return sum(column is not None for column in header.columns)


def _checked(header: CsvHeader, blank_lines: int) -> CsvHeader:
    seen = set()
    for column in header.columns:
        if column is not None and column in seen:
            raise UnreadableFeedError(f"The header names the column {column} twice. Keep one of the two.")
        seen.add(column)
    return CsvHeader(
        line=header.line + blank_lines,
        lines=header.lines,
        delimiter=header.delimiter,
        names=header.names,
        layout=header.layout,
    )
