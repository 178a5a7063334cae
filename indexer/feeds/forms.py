"""The form a feed came in, kept with its run, so that rejected rows can be given back in it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

CSV: Final = "csv"
JSON_LINES: Final = "jsonl"
XLSX: Final = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """A table: the ordinal of its first record, its sheet, its header's names, and whether code and message follow."""

    first: int
    sheet: str | None
    names: tuple[str, ...]
    has_error_columns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedForm:
    """A feed's form. `encoding`, `line_end` and `delimiter` are those of a text; JSON Lines have no tables."""

    format: str
    encoding: str = "utf-8"
    line_end: str = "\n"
    delimiter: str = ","
    tables: tuple[TableForm, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "FeedForm":
        """A form that was stored."""
        tables = tuple(TableForm(**(table | {"names": tuple(table["names"])})) for table in stored["tables"])
        return cls(**(stored | {"tables": tables}))

    def table_of(self, ordinal: int) -> TableForm:
        """The table a record stands in."""
        return next(table for table in reversed(self.tables) if table.first <= ordinal)
