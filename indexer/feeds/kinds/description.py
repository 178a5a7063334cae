"""How a kind of record is described: once, for the JSON reader, the tables, the templates and the documentation."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from schema.feed_records import FeedRecord, RowWarning
from schema.vocabularies import FeedKind, Labelled


class FieldType(Labelled):
    """What a field holds; the label is what a template calls it."""

    AS_SENT = "text", "文字"
    """A string that the kind itself makes something of: a number, a code, the agency."""
    TEXT = "free text", "文字"
    NAME = "name", "名称"
    NUMBER = "number", "文号"
    REGION = "region code", "行政区划代码"
    DATE = "date", "日期"
    INSTANT = "time", "时间"
    MONEY = "yuan", "金额(元)"
    DECIMAL = "decimal", "数值"
    INTEGER = "integer", "整数"
    FLAG = "true or false", "是或否"
    WORD = "word", "单选"
    WORDS = "list of words", "多选"
    NAMES = "list of names", "名称列表"
    OBJECT = "object", "对象"
    OBJECTS = "list of objects", "对象列表"


Vocabulary = type[StrEnum]
"""The closed list a word belongs to."""

ItemRecord = Callable[[dict[str, Any], str], Any]
"""Makes a record of one object of a list, given its values by attribute and its path (`coercion[0]`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind or of an object inside it.

    `name` is the contract's, `label` the Chinese header of a table and a template; `other_labels` are headers it is
    known by besides. `note` says in Chinese what the type does not; `example` is a value as JSON has it. A row without
    a `required` field is rejected. `attribute` is the record's, where that is not the name in snake case.
    """

    name: str
    label: str
    type: FieldType
    required: bool = False
    note: str = ""
    example: Any = None
    vocabulary: Vocabulary | None = None
    fields: tuple["Field", ...] = ()
    item: ItemRecord | None = None
    other_labels: tuple[str, ...] = ()
    attribute: str = ""

    def __post_init__(self) -> None:
        """Name the record's attribute."""
        if not self.attribute:
            object.__setattr__(self, "attribute", _CAPITAL.sub(lambda found: f"_{found[0].lower()}", self.name))


_CAPITAL: Final = re.compile(r"[A-Z]")

RecordOf = Callable[[dict[str, Any], list[RowWarning], str | None], FeedRecord]
"""Makes a record of the values a row's fields were read as, by attribute; the last argument is the sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of record: its fields in the contract's order, and what its values become. Raises BadValueError."""

    kind: FeedKind
    fields: tuple[Field, ...]
    record: RecordOf


SOURCE_UPDATED_AT: Final = Field(
    name="sourceUpdatedAt",
    label="数据更新时间",
    type=FieldType.INSTANT,
    note="较旧的数据不会覆盖较新的数据",
    example="2024-06-03T09:00:00+08:00",
)
"""Every kind's; it orders snapshots."""
