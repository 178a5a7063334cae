"""JSON Lines as records: one object a line, each line an outcome of its own."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import orjson

from indexer.feeds.cell_marks import MARK_WORD
from indexer.feeds.headers import ERROR_COLUMNS
from indexer.feeds.json_records import json_record
from indexer.feeds.json_tokens import JSON_KEY, json_tokens, with_tokens
from indexer.feeds.marked_rows import marked_cells, with_marks
from indexer.feeds.reading import reading_of
from indexer.feeds.values import BadValueError
from schema.feed_records import FeedRecord, ParsedRow, RowError, RowWarning, SentRow, SkippedLine
from schema.vocabularies import FeedErrorCode

_UTF_8: Final = "utf-8"
_ERROR_FIELDS: Final = tuple(f"{JSON_KEY}.{name}" for name in ERROR_COLUMNS)
# A key may be anything, a person's name too; only what looks like a field is told in an error.
_FIELD = re.compile(r"[A-Za-z][A-Za-z.\[\]0-9]{0,79}")
_ESCAPED_MARK_WORD: Final = json.dumps(MARK_WORD).strip('"').encode()


def json_rows(physical: Iterator[bytes], codec: str, sender: str | None) -> Iterator[SentRow | SkippedLine]:
    """The records of a file's lines; `sender` is the agency of cases that name none."""
    reading = reading_of(codec, sender)
    mark_word = MARK_WORD.encode(codec)
    ordinal = 0
    for number, physical_line in enumerate(physical, 1):
        raw = physical_line.removesuffix(b"\r")
        if not raw.strip():
            yield SkippedLine(line=number, reason="blank")
            continue
        ordinal += 1
        row = _sent(ordinal, number, raw, codec, sender, reading)
        may_be_marked = mark_word in raw or (b"\\u" in raw and _ESCAPED_MARK_WORD in raw.lower())
        yield _with_marks(row, codec, sender) if may_be_marked else row


def _sent(ordinal: int, line: int, raw: bytes, codec: str, sender: str | None, reading: bytes) -> SentRow:
    read = partial(_read, ordinal, line, raw, codec, sender)
    return SentRow(ordinal=ordinal, line=line, raw=raw, reading=reading, read=read)


def _with_marks(row: SentRow, codec: str, sender: str | None) -> SentRow:
    """A line with the marks of covered values in it; one that is no object has none."""
    try:
        json_object(row.raw, codec)
    except BadValueError:
        return row
    line = row.raw.decode(codec)

    def put(values: Mapping[int, str]) -> SentRow:
        raw = with_tokens(line, values).encode(codec)
        return _with_marks(_sent(row.ordinal, row.line, raw, codec, sender, row.reading), codec, sender)

    told = (
        (token.number, token.column, token.field if _FIELD.fullmatch(token.field) else None, token.text)
        for token in json_tokens(line)
        if token.column not in _ERROR_FIELDS
    )
    return with_marks(row, marked_cells(told), put)


def _read(ordinal: int, line: int, raw: bytes, codec: str, sender: str | None) -> ParsedRow:
    warnings: list[RowWarning] = []
    outcome: FeedRecord | RowError
    try:
        outcome = json_record(_without_error(json_object(raw, codec)), warnings, sender=sender)
    except BadValueError as error:
        outcome = RowError(code=error.code, column=error.column, message=error.message)
    return ParsedRow(ordinal=ordinal, line=line, raw=raw, outcome=outcome, warnings=tuple(warnings))


def json_object(raw: bytes, codec: str) -> dict[str, Any]:
    """The object of a line. Raises BadValueError (BAD_ROW) for a line that is none."""
    try:
        value = orjson.loads(raw if codec == _UTF_8 else raw.decode(codec))
    except UnicodeDecodeError:
        raise _not_an_object("The line holds bytes that are not GB18030.") from None
    except orjson.JSONDecodeError as error:
        value = _with_lone_surrogates(raw, codec, f"The line is no JSON: {error.msg.split(':')[0]}.")
    if not isinstance(value, dict):
        raise _not_an_object("A JSON object is expected, in braces.")
    return value


def has_error(fields: dict[str, Any]) -> bool:
    """Whether an object comes out of a file of rejected rows."""
    return all(name in fields for name in ERROR_COLUMNS)


def _without_error(fields: dict[str, Any]) -> dict[str, Any]:
    if has_error(fields):
        for name in ERROR_COLUMNS:
            del fields[name]
    return fields


def _with_lone_surrogates(raw: bytes, codec: str, otherwise: str) -> Any:
    """A line's value where all that is wrong with it is half a character, which its column's error then names."""
    if b"\\ud" not in raw.lower():
        raise _not_an_object(otherwise)
    try:
        return json.loads(raw.decode(codec))
    except (ValueError, RecursionError):
        raise _not_an_object(otherwise) from None


def _not_an_object(message: str) -> BadValueError:
    return BadValueError(FeedErrorCode.BAD_ROW, None, message)
