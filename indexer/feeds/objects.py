"""Reading a JSON object as the values its fields describe; a null and a sign for nothing are None.

Money is a decimal string or an integer, never a JSON float, which cannot hold a fen exactly. Errors and warnings name
a field by its path (`party.uscc`, `coercion[0].from`).
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

from indexer.feeds.cases import agency_name, text_of
from indexer.feeds.dates import parse_date, parse_instant
from indexer.feeds.kinds.description import Field, FieldType
from indexer.feeds.money import YUAN, parse_money
from indexer.feeds.values import (
    BadValueError,
    bad_value,
    boolean,
    folded,
    is_null,
    region_code,
    require_storable,
    warn,
)
from indexer.feeds.words import named_word
from schema.document_number import canonical_document_number
from schema.feed_records import RowWarning
from schema.vocabularies import FeedErrorCode

MAX_ITEMS: Final = 1_000
"""Items in the longest list."""

# A field's name may be anything; only what looks like one is repeated in a warning.
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,39}")
_SHOWN_FIELDS: Final = 10
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_INTEGER = re.compile(r"([0-9]{1,4})(?:\.0+)?\s*[天日]?")

ReadValue = Callable[[Any, str, list[RowWarning]], Any]
"""Reads one value that is not null, given its path. Raises BadValueError."""


class ObjectReader:
    """Reads the objects that a set of fields describes."""

    def __init__(self, fields: tuple[Field, ...], *, besides: tuple[str, ...] = ()) -> None:
        """Choose how each field is read; the names `besides` are known and read by somebody else."""
        self._readers = {field.name: (field.attribute, _reader_of(field)) for field in fields}
        self._known = self._readers.keys() | set(besides)
        self._nothing = {field.attribute: () if field.type is FieldType.OBJECTS else None for field in fields}
        self._required = [(field.attribute, field.name) for field in fields if field.required]

    def read(self, sent: Mapping[str, Any], path: str, warnings: list[RowWarning]) -> dict[str, Any]:
        """The value of every field by its attribute; `path` is the object's own, with a dot behind unless empty.

        Raises BadValueError: BAD_VALUE for a value of the wrong type or one that cannot be read, MISSING_VALUE for a
        required one that is absent. What a person should look at is appended to `warnings`.
        """
        if not sent.keys() <= self._known:
            _warn_of(sorted(sent.keys() - self._known), path, warnings)
        values: dict[str, Any] = self._nothing.copy()
        readers = self._readers
        for name, value in sent.items():
            if value is not None and name in readers:
                attribute, read = readers[name]
                values[attribute] = read(value, path + name, warnings)
        for attribute, name in self._required:
            if values[attribute] is None:
                raise BadValueError(FeedErrorCode.MISSING_VALUE, path + name, f"{name} is missing.")
        return values


def read_value(field: Field, value: Any, path: str, warnings: list[RowWarning]) -> Any:
    """One field's value. Raises BadValueError."""
    return _reader_of(field)(value, path, warnings)


def _warn_of(unknown: list[str], path: str, warnings: list[RowWarning]) -> None:
    shown = [path + name for name in unknown if _FIELD_NAME.fullmatch(name)][:_SHOWN_FIELDS]
    others = len(unknown) - len(shown)
    named = ", ".join(shown + ([f"{others} more"] if others else []))
    warn(warnings, path.rstrip(".") or None, f"Fields that this kind does not have were left out: {named}.")


def _reader_of(field: Field) -> ReadValue:
    match field.type:
        case FieldType.WORD:
            return partial(_word, field)
        case FieldType.WORDS:
            return partial(_words, field)
        case FieldType.OBJECT:
            return partial(_object, ObjectReader(field.fields))
        case FieldType.OBJECTS:
            return partial(_objects, ObjectReader(field.fields), field)
        case _:
            return _READERS[field.type]


def _string(value: Any, path: str) -> str | None:
    if not isinstance(value, str):
        raise bad_value(path, "A string is expected.")
    require_storable(value, path)
    return None if is_null(value) else value


def _as_sent(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    return _string(value, path)


def _text(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None else text_of(text)


def _name(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None else agency_name(text, path)


def _number(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    """A number in its canonical form, or the text that stands in its place."""
    text = _string(value, path)
    return None if text is None else canonical_document_number(text_of(text)) or text_of(text)


def _region(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None else region_code(text, path)


def _date(value: Any, path: str, warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None else parse_date(text, path, warnings)


def _instant(value: Any, path: str, warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None else parse_instant(text, path, warnings)


def _number_text(value: Any, path: str) -> str | None:
    """A decimal string, or an integer as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        raise bad_value(path, 'A decimal string such as "5000.00" is expected, not a JSON float.')
    return _string(value, path)


def _money(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _number_text(value, path)
    return None if text is None else parse_money(text, path, unit=YUAN)


def _decimal(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _number_text(value, path)
    if text is None:
        return None
    number = folded(text)
    if not _DECIMAL.fullmatch(number):
        raise bad_value(path, "A number that is not negative is expected, of at most 12 digits and 6 decimals.")
    exact = Decimal(number)
    # One spelling for one quantity, and never 5E+3.
    return exact.quantize(Decimal(1)) if exact % 1 == 0 else exact.normalize()


def _integer(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _number_text(value, path)
    if text is None:
        return None
    found = _INTEGER.fullmatch(folded(text))
    if found is None:
        raise bad_value(path, "A whole number that is not negative is expected, of at most 4 digits.")
    return int(found[1])


def _flag(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    if isinstance(value, bool):
        return value
    text = _string(value, path)
    return None if text is None else boolean(text, path)


def _items(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise bad_value(path, f"A list of at most {MAX_ITEMS:,} items is expected.")
    return value


def _names(value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    """The names of a list, each once, without blank ones."""
    names = [_string(item, f"{path}[{index}]") for index, item in enumerate(_items(value, path))]
    return tuple(
        dict.fromkeys(agency_name(name, f"{path}[{index}]") for index, name in enumerate(names) if name is not None)
    )


def _word(field: Field, value: Any, path: str, _warnings: list[RowWarning]) -> Any:
    text = _string(value, path)
    return None if text is None or field.vocabulary is None else named_word(field.vocabulary, text, path)


def _words(field: Field, value: Any, path: str, warnings: list[RowWarning]) -> Any:
    """The members a list names, each once, in the vocabulary's order."""
    named = {_word(field, item, f"{path}[{index}]", warnings) for index, item in enumerate(_items(value, path))}
    return tuple(member for member in field.vocabulary or () if member in named)


def _object(reader: ObjectReader, value: Any, path: str, warnings: list[RowWarning]) -> Any:
    if not isinstance(value, dict):
        raise bad_value(path, "An object is expected, in braces.")
    return reader.read(value, f"{path}.", warnings)


def _objects(reader: ObjectReader, field: Field, value: Any, path: str, warnings: list[RowWarning]) -> Any:
    read = []
    for index, item in enumerate(_items(value, path)):
        place = f"{path}[{index}]"
        values = _object(reader, item, place, warnings)
        read.append(values if field.item is None else field.item(values, place))
    return tuple(read)


_READERS: Final[dict[FieldType, ReadValue]] = {
    FieldType.AS_SENT: _as_sent,
    FieldType.TEXT: _text,
    FieldType.NAME: _name,
    FieldType.NUMBER: _number,
    FieldType.REGION: _region,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.MONEY: _money,
    FieldType.DECIMAL: _decimal,
    FieldType.INTEGER: _integer,
    FieldType.FLAG: _flag,
    FieldType.NAMES: _names,
}
