"""The templates `feed template` writes: an empty table with its header, explanations and an example, or an object.

What is written is read back as it stands: titles and explanations are no rows, and the example is a good one. Its
agency is nobody's, so that an example that was left in is rejected wherever agencies are not registered on the way.
"""

import csv
import io
from typing import Final

import orjson
from xlsxwriter import Workbook

from indexer.feeds.kinds.catalogue import KINDS, named_kind
from indexer.feeds.layouts import EXPLANATIONS_SHEET
from indexer.feeds.template_columns import TemplateColumn, example_object, template_columns
from schema.vocabularies import DataSource, FeedKind
from stores.errors import BadUserInputError

PUBLISHED: Final = "published"
"""What the published table (双公示) is called as a template's kind."""

FORMATS: Final = ("csv", "jsonl", "xlsx")

_BOM: Final = "\ufeff"
# A list longer than this cannot stand in a cell's validation.
_LONGEST_CHOICES: Final = 255
_ROWS_TO_FILL_IN: Final = 1_000
_WIDTH: Final = 24


def template_kind(text: str) -> FeedKind | None:
    """The kind a template is asked for by name or label; None for the published table. Raises BadUserInputError."""
    if text in {PUBLISHED, DataSource.PUBLISHED.label}:
        return None
    kind = named_kind(text)
    if kind is None:
        names = ", ".join((PUBLISHED, *(known.value for known in KINDS)))
        raise BadUserInputError(f"There is no such kind of record. One of {names} is expected.")
    return kind


def template(kind: FeedKind | None, form: str) -> bytes:
    """The template of a kind as a file of one of `FORMATS`; None is the published table.

    CSV is UTF-8 with a byte order mark, which Excel needs. Raises BadUserInputError for another format, and for the
    published table as JSON Lines, which it has no form in.
    """
    match form:
        case "csv":
            return _csv(kind)
        case "xlsx":
            return _xlsx(kind)
        case "jsonl" if kind is not None:
            return orjson.dumps(example_object(kind), option=orjson.OPT_APPEND_NEWLINE)
        case "jsonl":
            raise BadUserInputError("The published table is a table: choose the format csv or xlsx.")
        case _:
            raise BadUserInputError(f"A template has one of the formats {', '.join(FORMATS)}.")


def _name(kind: FeedKind | None) -> str:
    return DataSource.PUBLISHED.label if kind is None else kind.label


def _csv(kind: FeedKind | None) -> bytes:
    columns = template_columns(kind)
    text = io.StringIO(newline="")
    text.write(_BOM)
    rows = csv.writer(text)
    rows.writerow([f"{_name(kind)}填报模板: 第二行为各列说明; 第三行为表头, 请勿改动; 第四行为示例, 填报时请删除"])
    rows.writerow([f"[{column.explanation}]" for column in columns])
    rows.writerow([column.header for column in columns])
    rows.writerow([column.example for column in columns])
    return text.getvalue().encode()


def _xlsx(kind: FeedKind | None) -> bytes:
    columns = template_columns(kind)
    content = io.BytesIO()
    # Whatever a text begins with, it is a text: no cell of ours is a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as workbook:
        header = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "text_wrap": True, "valign": "top"})
        # As texts, or Excel rounds a number of 18 digits to 15.
        text = workbook.add_format({"num_format": "@"})
        example = workbook.add_format({"num_format": "@", "font_color": "#808080", "italic": True})
        sheet = workbook.add_worksheet(_name(kind))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(columns) - 1, _WIDTH, text)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.header, header)
            if column.explanation:
                sheet.write_comment(0, index, column.explanation, {"x_scale": 2, "y_scale": 2})
            if column.example:
                sheet.write_string(1, index, column.example, example)
            if column.choices and len(",".join(column.choices)) <= _LONGEST_CHOICES:
                sheet.data_validation(1, index, _ROWS_TO_FILL_IN, index, _choice(column))
        _explain(workbook, columns)
    return content.getvalue()


def _choice(column: TemplateColumn) -> dict[str, object]:
    """A list to choose from; another word is warned of and not refused, for the reader knows more of them."""
    return {"validate": "list", "source": list(column.choices), "error_type": "warning"}


def _explain(workbook: Workbook, columns: list[TemplateColumn]) -> None:
    sheet = workbook.add_worksheet(EXPLANATIONS_SHEET)
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.set_column(0, 1, _WIDTH, wrapped)
    sheet.set_column(2, 2, 3 * _WIDTH, wrapped)
    lines = [("列", "名称或代码", "说明"), *((column.header, column.name, column.explanation) for column in columns)]
    for row, cells in enumerate(lines):
        for index, cell in enumerate(cells):
            sheet.write_string(row, index, cell)
