"""The tables of fields in docs/feeds.md are in step with the description the reader goes by."""

import re
from pathlib import Path

import pytest

from indexer.feeds import bounds
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.kinds.description import Field, FieldType
from indexer.feeds.values import MAX_TEXT
from indexer.feeds.words import shown_word
from schema.vocabularies import FeedKind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "feeds.md"


def fields_table(kind: FeedKind) -> str:
    """The lines that docs/feeds.md has to have for a kind: print them to bring the page back into step."""
    lines = [
        f"### `{kind.value}` ({kind.label})",
        "",
        "| field | Chinese header | holds | note |",
        "|---|---|---|---|",
    ]
    for field in KINDS[kind].fields:
        lines.append(_line(field.name, field))
        lines += [_line(f"{field.name}{_joint(field)}.{inner.name}", inner) for inner in field.fields]
    return "\n".join(lines)


def _joint(field: Field) -> str:
    return "[]" if field.type is FieldType.OBJECTS else ""


def _line(path: str, field: Field) -> str:
    words = ", ".join(shown_word(member) for member in field.vocabulary or ())
    holds = f"{field.type.value}: {words}" if words else field.type.value
    required = "required; " if field.required else ""
    return f"| `{path}` | {field.label} | {holds} | {f'{required}{field.note}'.removesuffix('; ')} |"


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_has_the_fields_of_every_kind_as_the_reader_knows_them(kind: FeedKind) -> None:
    assert fields_table(kind) in PAGE.read_text(encoding="utf-8")


def test_every_field_has_a_label_and_every_word_a_vocabulary() -> None:
    for kind in KINDS.values():
        for field in (inner for outer in kind.fields for inner in (outer, *outer.fields)):
            assert field.label
            assert (field.vocabulary is not None) == (field.type in {FieldType.WORD, FieldType.WORDS})
            assert bool(field.fields) == (field.type in {FieldType.OBJECT, FieldType.OBJECTS})
            assert re.fullmatch(r"[a-z][A-Za-z]*", field.name)


@pytest.mark.parametrize(
    ("what", "bound"),
    [
        ("a line, and a CSV record", f"{bounds.MAX_LINE // bounds.MIB} MiB"),
        ("a value", f"{MAX_TEXT:,} characters"),
        ("columns of a table", f"{bounds.MAX_COLUMNS:,}"),
        ("tables in a file", f"{bounds.MAX_TABLES:,}"),
        ("a compressed file", f"{bounds.MAX_UNPACKED // bounds.GIB} GiB"),
        (
            "a compressed file",
            f"{bounds.MAX_RATIO} times its size once it is beyond {bounds.RATIO_FROM // bounds.MIB} MiB",
        ),
        ("all members of an archive", f"{bounds.MAX_UNPACKED_TOGETHER // bounds.GIB} GiB"),
        ("members of an archive", f"{bounds.MAX_MEMBERS:,}"),
        ("the directory of an archive", f"{bounds.MAX_DIRECTORY // bounds.MIB} MiB"),
        (
            "a workbook |",
            f"{bounds.MAX_WORKBOOK // bounds.MIB} MiB, unpacked {bounds.MAX_WORKBOOK_UNPACKED // bounds.MIB} MiB",
        ),
        ("a part of a workbook", f"{bounds.MAX_PART // bounds.MIB} MiB"),
        ("cells of a workbook", f"{bounds.MAX_CELLS:,}"),
        ("cells from the first row", f"{bounds.MAX_AREA:,}"),
        ("merged cells", f"{bounds.MAX_MERGES:,}"),
    ],
)
def test_the_bounds_are_those_the_reader_keeps(what: str, bound: str) -> None:
    (line,) = (line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {what}"))
    assert bound in line.split("|")[2]
