"""Finding out what a text file is before its records are read: its encoding, its line ends, its layout, its header."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from indexer.feeds import bounds
from indexer.feeds.headers import Header, header_of, require_distinct
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.sources import FeedSource
from stores.errors import UnreadableFeedError

UTF_8: Final = "utf-8"
UTF_8_WITH_BOM: Final = "utf-8-sig"
GB18030: Final = "gb18030"

_BOM: Final = b"\xef\xbb\xbf"
HEADER_WITHIN: Final = 20
"""Lines among which a header is looked for; titles stand above it."""

_HEAD_LINES: Final = 80
_HEAD_BYTES: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t", "|")
# Text has no NUL bytes but a stray one in a value; other formats are full of them.
_NUL_EVERY: Final = 100

_WHAT_IS_READ: Final = "CSV and JSON Lines in UTF-8 or GB18030 are read, XLSX, and these compressed (gz, zip)."
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive inside of another file"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "compressed with gzip twice"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\xd0\xcf\x11\xe0", "in Microsoft's old binary format (XLS, DOC), or a workbook with a password"),
    (b"%PDF", "a PDF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)

NO_HEADER: Final = (
    f"None of the first {HEADER_WITHIN} lines is a header this version reads. The published penalty table begins with "
    "行政相对人名称 or CF_XDR_MC; a JSON Lines file begins with {."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvHeader:
    """A CSV file's header: its first physical line and how many it takes, and the delimiter."""

    line: int
    lines: int
    delimiter: str
    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a text file is. `encoding` is a codec's name; `header` is None for JSON Lines and for an empty file."""

    encoding: str
    terminator: bytes
    header: CsvHeader | None

    @property
    def codec(self) -> str:
        """The codec of a line; the byte order mark is no part of the first one."""
        return codec_of(self.encoding)


def codec_of(encoding: str) -> str:
    """The codec of a line of a file in this encoding."""
    return UTF_8 if encoding == UTF_8_WITH_BOM else encoding


def physical_lines(chunks: Iterator[bytes], terminator: bytes, see: Callable[[bytes], None]) -> Iterator[bytes]:
    """The lines of a file without their terminator and without a byte order mark; `see` is shown every byte read.

    Raises UnreadableFeedError for a line longer than `bounds.MAX_LINE`.
    """
    rest = b""
    number = 0
    first = True
    for chunk in chunks:
        see(chunk)
        parts = (rest + chunk).split(terminator)
        if first:
            parts[0] = parts[0].removeprefix(_BOM)
            first = False
        if max(len(parts[0]), len(parts[-1])) > bounds.MAX_LINE:
            line = number + (1 if len(parts[0]) > bounds.MAX_LINE else len(parts))
            raise UnreadableFeedError(f"Line {line} is longer than {bounds.MAX_LINE:,} bytes, which no record is.")
        rest = parts.pop()
        number += len(parts)
        yield from parts
    if rest:
        yield rest


def survey_of(source: FeedSource, layouts: Sequence[OwnLayout] = ()) -> Survey:
    """Read a file through once and say what it is; `layouts` are agencies' own.

    Raises UnreadableFeedError, saying why, for what is no feed.
    """
    chunks = source.chunks()
    beginning = next(chunks, b"")
    _refuse_binary(beginning)
    terminator = b"\n" if b"\n" in beginning or b"\r" not in beginning else b"\r"
    has_bom = beginning.startswith(_BOM)
    encodings = _Encodings(offset=len(_BOM) if has_bom else 0)
    head: list[bytes] = []
    head_bytes = 0
    for line in physical_lines(chain((beginning,), chunks), terminator, lambda _: None):
        encodings.see(line)
        if len(head) < _HEAD_LINES and head_bytes < _HEAD_BYTES and (head or line.strip()):
            head.append(line)
            head_bytes += len(line)
        elif not head:
            encodings.blank_lines += 1
    encoding = encodings.decide(has_bom=has_bom)
    texts = [line.decode(codec_of(encoding), "replace") for line in head]
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
    for index in range(min(len(texts), max(0, HEADER_WITHIN - blank_lines))):
        tried = (_header_at(texts, index, delimiter, layouts) for delimiter in _DELIMITERS)
        candidates = [found for found in tried if found is not None]
        if candidates:
            best = max(candidates, key=lambda found: found.header.known)
            require_distinct(best.header)
            return replace(best, line=best.line + blank_lines)
    raise UnreadableFeedError(NO_HEADER)


def _header_at(texts: list[str], index: int, delimiter: str, layouts: Sequence[OwnLayout]) -> CsvHeader | None:
    reader = csv.reader((text + "\n" for text in texts[index:]), delimiter=delimiter)
    rows: list[list[str]] = []
    lines = [0]
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
            if len(rows) > 1:
                break
    except csv.Error:
        pass  # what was read before it may be a header all the same
    header = header_of(*rows, own=layouts) if rows else None
    if header is None:
        return None
    return CsvHeader(line=index + 1, lines=lines[header.rows], delimiter=delimiter, header=header)
