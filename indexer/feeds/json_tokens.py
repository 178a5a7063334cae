"""The keys, strings and numbers of a line of JSON, each where it stands, so that one is replaced and no other."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from indexer.feeds.headers import ERROR_COLUMNS
from indexer.feeds.kinds.catalogue import KINDS

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|[{}\[\],]', re.DOTALL)


JSON_KEY: Final = "json"
"""The column of keys, and the beginning of any value's: no header that is read means the same."""

_FIELDS: Final = frozenset({"kind", *ERROR_COLUMNS}).union(
    *({field.name, *(inner.name for inner in field.fields)} for kind in KINDS.values() for field in kind.fields)
)


class JsonToken(NamedTuple):
    """A key, a string or a number. `number` counts them from 1; `text` is what it says, `start` and `end` where.

    `column` is what a mark goes by: the path of the value's field without places in lists (`json.party.name`; every key
    that no kind has is a star), for a key `json`. `field` is the path as it stands (`coercion[0].from`).
    `is_field` is a key that some kind has.
    """

    number: int
    start: int
    end: int
    text: str
    column: str
    field: str
    is_field: bool = False


class _Opened:
    """An object or a list that is being read."""

    __slots__ = ("is_object", "key", "place", "takes_key")

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = self.takes_key = is_object
        self.key = ""
        self.place = 0


def json_tokens(line: str) -> Iterator[JsonToken]:
    """The tokens of a line that is JSON, in their order."""
    opened: list[_Opened] = []
    number = 0
    for found in _TOKEN.finditer(line):
        read = found.group()
        if read in {"{", "["}:
            opened.append(_Opened(is_object=read == "{"))
        elif read in {"}", "]"}:
            opened.pop()
        elif read == ",":
            opened[-1].takes_key = opened[-1].is_object
            opened[-1].place += 1
        else:
            number += 1
            text = json.loads(read) if read[0] == '"' else read
            if opened and opened[-1].takes_key:
                opened[-1].key, opened[-1].takes_key = text, False
                yield JsonToken(number, *found.span(), text, JSON_KEY, _paths(opened)[1], text in _FIELDS)
            else:
                yield JsonToken(number, *found.span(), text, *_paths(opened))


def _paths(opened: list[_Opened]) -> tuple[str, str]:
    column = "".join(f".{each.key if each.key in _FIELDS else '*'}" for each in opened if each.is_object)
    field = "".join(f".{each.key}" if each.is_object else f"[{each.place}]" for each in opened)
    return JSON_KEY + column, field.removeprefix(".")


def with_tokens(line: str, replaced: Mapping[int, str]) -> str:
    """The line with tokens, by their number, replaced by others as they are written in JSON."""
    parts = []
    end_before = 0
    for token in json_tokens(line):
        if token.number in replaced:
            parts += [line[end_before : token.start], replaced[token.number]]
            end_before = token.end
    return "".join([*parts, line[end_before:]])
