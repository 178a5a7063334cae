"""JSON Lines as records: one object a line, each line an outcome of its own."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import orjson

from indexer.feeds.headers import ERROR_COLUMNS
from indexer.feeds.json_records import json_record
from indexer.feeds.reading import reading_of
from indexer.feeds.values import BadValueError
from schema.feed_records import FeedRecord, ParsedRow, RowError, RowWarning, SentRow, SkippedLine
from schema.vocabularies import FeedErrorCode

_UTF_8: Final = "utf-8"


def json_rows(physical: Iterator[bytes], codec: str, sender: str | None) -> Iterator[SentRow | SkippedLine]:
    """The records of a file's lines; `sender` is the agency of cases that name none."""
    reading = reading_of(codec, sender)
    ordinal = 0
    for number, physical_line in enumerate(physical, 1):
        raw = physical_line.removesuffix(b"\r")
        if not raw.strip():
            yield SkippedLine(line=number, reason="blank")
            continue
        ordinal += 1
        read = partial(_read, ordinal, number, raw, codec, sender)
        yield SentRow(ordinal=ordinal, line=number, raw=raw, reading=reading, read=read)


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
