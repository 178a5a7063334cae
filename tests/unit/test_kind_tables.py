"""A table's header tells which kind it is; its rows are the records that JSON objects with the same values are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds import columns as at
from indexer.feeds.columns import column_of, header_key
from indexer.feeds.json_records import json_record
from indexer.feeds.kind_tables import KindTable, columns_of_kind
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.kinds.description import FieldType
from indexer.feeds.layouts import Layout, recognise_layout
from indexer.feeds.template_columns import example_object
from indexer.feeds.values import BadValueError
from schema.feed_records import FeedRecord, RowWarning, TransferRecord
from schema.vocabularies import Domain, FeedErrorCode, FeedKind, FilingDecision, PenaltyKind
from stores.errors import UnreadableFeedError
from tests.unit.feed_kind_examples import FULL, sent

CASE_CELLS = {"agency": "宛城区环境保护局", "documentNumber": "宛环罚决字〔2024〕12号"}


def layout_of(names: list[str], sheet: str | None = None) -> Layout:
    layout = recognise_layout(names, sheet=sheet)
    assert layout is not None
    return layout


def read(cells: dict[str, str], sheet: str | None = None) -> tuple[FeedRecord, list[RowWarning]]:
    warnings: list[RowWarning] = []
    return layout_of(list(cells), sheet).record(list(cells.values()), warnings, sender=None), warnings


def error_of(cells: dict[str, str], sheet: str | None = None) -> tuple[FeedErrorCode, str | None]:
    with pytest.raises(BadValueError) as caught:
        read(cells, sheet)
    return caught.value.code, caught.value.column


def cells_of(fields: dict[str, Any]) -> dict[str, str]:
    """The cells of a table that say what an object says."""
    cells: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{inner}": str(part) for inner, part in value.items() if part is not None}
        elif isinstance(value, bool | list):
            cells[name] = json.dumps(value, ensure_ascii=False)
        elif value is not None:
            cells[name] = str(value)
    return cells


# -- which kind a header is of -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by_label", [True, False])
def test_a_kind_is_recognised_by_its_names_and_by_its_labels(kind: FeedKind, by_label: bool) -> None:
    columns = columns_of_kind(kind)
    layout = layout_of([field.label if by_label else path for path, field in columns])
    assert layout.name == f"table of {kind.value}"
    assert layout.columns == tuple(path for path, _ in columns)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_labels_of_a_kind_are_alike(kind: FeedKind) -> None:
    keys = [
        key
        for path, field in columns_of_kind(kind)
        for key in {header_key(label) for label in (path, field.label, *field.other_labels)}
    ]
    assert len(keys) == len(set(keys))


def test_the_published_table_comes_first_where_its_own_names_are_used() -> None:
    published = [at.PARTY_NAME, at.DOCUMENT_NUMBER, at.FACTS, at.LEGAL_BASIS, at.AGENCY_NAME, at.DECIDED_ON]
    for sheet in (None, "行政处罚案件", "移送"):
        assert layout_of(published, sheet).name == "published table"
    assert layout_of([at.FACTS, at.DOCUMENT_NUMBER]).name == "published table"


def test_published_names_of_a_case_are_known_in_a_table_of_what_follows_it() -> None:
    layout = layout_of([at.AGENCY_NAME, at.DOCUMENT_NUMBER, "移送日期", "受移送机关"])
    assert layout.columns == ("agency", "documentNumber", "transferredOn", "toOrgan")


def test_a_sheet_named_after_a_kind_decides() -> None:
    names = ["agency", "documentNumber", "decidedOn"]
    for kind in (FeedKind.TRANSFER, FeedKind.CRIMINAL_CASE, FeedKind.RECONSIDERATION):
        for sheet in (kind.value, kind.label, f" {kind.label} "):
            assert layout_of(names, sheet).name == f"table of {kind.value}"


def test_a_header_that_fits_several_kinds_says_what_to_do_when_its_first_row_is_read() -> None:
    cells = CASE_CELLS | {"decidedOn": "2024-01-01"}
    with pytest.raises(UnreadableFeedError, match=r"transfer \(移送\).*记录类型"):
        read(cells)
    assert isinstance(read(cells, "移送")[0], TransferRecord)


@pytest.mark.parametrize(
    "names", [[], [""], ["名称"], ["agency"], ["kind"], ["记录类型", "色"], ["x" * 100, "y"], ["决定书文号"] * 3]
)
def test_a_line_that_names_fewer_than_two_columns_is_no_header(names: list[str]) -> None:
    assert recognise_layout(names) is None
    assert recognise_layout(names, sheet="移送") is None


def test_the_sheet_of_explanations_holds_no_table() -> None:
    assert recognise_layout([*CASE_CELLS, "decidedOn", "receivedOn"], sheet="说明") is None


# -- rows of several kinds ---------------------------------------------------------------------------------------------

MIXED = ["记录类型", "执法机关", "决定书文号", "移送日期", "立案决定", "送达日期"]


def mixed(*cells: str) -> tuple[FeedRecord, list[RowWarning]]:
    warnings: list[RowWarning] = []
    return layout_of(MIXED).record(cells, warnings, sender="某局"), warnings


def test_the_column_of_kinds_decides_row_by_row() -> None:
    transfer, warnings = mixed("移送", "", "1号", "2024-06-06", "——", "")
    assert isinstance(transfer, TransferRecord)
    assert warnings == []
    criminal, _ = mixed("criminal_case", "", "1号", "", "不予立案", "")
    assert getattr(criminal, "decision", None) is FilingDecision.NOT_FILED


def test_a_value_in_another_kinds_column_is_warned_of_by_the_fields_name() -> None:
    record, warnings = mixed("移送", "", "1号", "2024-06-06", "立案", "2024-06-07")
    assert isinstance(record, TransferRecord)
    assert record.decision is None
    assert [warning.column for warning in warnings] == ["decision", "servedOn"]


@pytest.mark.parametrize("kind", ["", "/", "移送单"])
def test_a_row_without_a_known_kind_is_rejected(kind: str) -> None:
    with pytest.raises(BadValueError) as caught:
        mixed(kind, "", "1号", "2024-06-06", "", "")
    assert (caught.value.code, caught.value.column) == (FeedErrorCode.UNKNOWN_KIND, "kind")


def test_a_blank_kind_is_the_sheets_or_the_one_the_header_fits_best() -> None:
    names = ["记录类型", "决定书文号", "移送日期", "受移送机关"]
    for sheet in (None, "移送"):
        record = layout_of(names, sheet).record(["", "1号", "2024-06-06", ""], [], sender="某局")
        assert isinstance(record, TransferRecord)


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("罚款", (PenaltyKind.FINE,)),
        ("罚款、没收违法所得", (PenaltyKind.FINE, PenaltyKind.CONFISCATION)),
        ("FINE,ORDER；警告", (PenaltyKind.WARNING, PenaltyKind.FINE, PenaltyKind.ORDER)),
        ('["FINE", "责令改正"]', (PenaltyKind.FINE, PenaltyKind.ORDER)),
        ("——", ()),
        ("[]", ()),
    ],
)
def test_a_list_of_words_is_json_or_words_with_signs_between(cell: str, kinds: tuple[PenaltyKind, ...]) -> None:
    case, _ = read(CASE_CELLS | {"party.name": "甲公司", "处罚种类": cell})
    assert getattr(case, "penalty_kinds", None) == kinds


def test_an_agencys_lists_are_read_out_of_cells() -> None:
    agency, _ = read({"机关名称": "甲局", "其他名称": "甲、乙局；甲", "执法领域": "林业,LAND", "是否重点单位": "是"})
    assert getattr(agency, "aliases", None) == ("甲", "乙局")
    assert getattr(agency, "domains", None) == (Domain.LAND, Domain.FORESTRY)
    assert getattr(agency, "priority", None) is True


@pytest.mark.parametrize("header", ["罚款金额(万元)", "罚款金额 （万元）"])
def test_a_column_of_ten_thousand_yuan_becomes_yuan(header: str) -> None:
    case, _ = read(CASE_CELLS | {"party.name": "甲公司", "filedOn": "", header: "3.2"})
    assert str(getattr(case, "fine", None)) == "32000.00"


@pytest.mark.parametrize(
    ("header", "cell", "column"),
    [
        ("强制措施种类", "贴条", "type"),
        ("testingDays", "五", "testingDays"),
        ("endedOn", "2024-02-30", "endedOn"),
    ],
)
def test_an_error_names_the_contracts_field(header: str, cell: str, column: str) -> None:
    cells = CASE_CELLS | {"强制措施种类": "查封", "imposedOn": "2024-01-01", "until": ""} | {header: cell}
    assert error_of(cells) == (FeedErrorCode.BAD_VALUE, column)


@pytest.mark.parametrize("cell", ["刑事拘留", '{"kind": "ARREST"}', "[", '[{“kind”: "ARREST"}]', "[" * 5000])
def test_a_list_of_objects_that_is_no_json_list_is_a_bad_value(cell: str) -> None:
    cells = CASE_CELLS | {"caseNumber": "1", "coercion": cell}
    assert error_of(cells) == (FeedErrorCode.BAD_VALUE, "coercion")


def test_two_columns_of_one_field_may_not_differ() -> None:
    layout = layout_of(["执法机关", "处罚机关", "移送日期", "documentNumber"])
    assert isinstance(layout.record(["甲局", "甲局", "2024-01-01", "1号"], [], sender=None), TransferRecord)
    with pytest.raises(BadValueError) as caught:
        layout.record(["甲局", "乙局", "2024-01-01", "1号"], [], sender=None)
    assert (caught.value.code, caught.value.column) == (FeedErrorCode.BAD_VALUE, "agency")


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_the_record_of_the_object_with_the_same_values(kind: FeedKind) -> None:
    fields = sent(kind) if kind in FULL else example_object(kind)
    warnings: list[RowWarning] = []
    assert read(cells_of(fields)) == (json_record(fields, warnings), warnings)


CELL = st.text(max_size=12) | st.sampled_from(
    [
        "——",
        "2024-02-30",
        "20240203",
        "是",
        "否",
        "12.5",
        "1.2万元",
        "立案",
        "FILED",
        "[]",
        "[1]",
        "a\0",
        "\ud800",
        "SEAL",
    ]
)


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_row_gives_what_the_object_gives_or_a_bad_value(kind: FeedKind, data: st.DataObject) -> None:
    columns = [
        (path, field)
        for path, field in columns_of_kind(kind)
        if field.type not in {FieldType.OBJECTS, FieldType.WORDS, FieldType.NAMES}
    ]
    cells = {path: data.draw(CELL | st.just("1号")) for path, _ in columns}
    fields: dict[str, Any] = (
        {"kind": kind.value, "party": {}} if kind is FeedKind.PENALTY_CASE else {"kind": kind.value}
    )
    for path, cell in cells.items():
        outer, _, inner = path.partition(".")
        if inner:
            fields.setdefault(outer, {})[inner] = cell
        else:
            fields[outer] = cell
    of_row, of_object = outcome(lambda: read(cells, kind.value)[0]), outcome(lambda: json_record(fields, []))
    # Of several bad values either may be the one that is named.
    assert of_row == of_object or {type(of_row), type(of_object)} == {tuple}


def outcome(read_it: Any) -> Any:
    try:
        return read_it()
    except BadValueError as error:
        return error.code, error.column, error.message


@given(st.lists(st.text(max_size=8) | st.sampled_from(["kind", "agency", "移送日期", "处罚机关", "决定书文号"])))
def test_recognising_any_line_never_fails(names: list[str]) -> None:
    for sheet in (None, "移送", "x"):
        layout = recognise_layout(names, sheet=sheet)
        assert layout is None or len(layout.columns) == len(names)


def test_a_label_of_a_kind_that_the_published_table_has_too_means_the_same() -> None:
    both = {
        field.label: column
        for path, field in columns_of_kind(FeedKind.PENALTY_CASE)
        if (column := column_of(field.label)) is not None
    }
    assert both == {
        label: label
        for label in (at.VIOLATION_TYPE, at.FACTS, at.LEGAL_BASIS, at.PENALTY_CONTENT, at.FINE_YUAN, at.DECIDED_ON)
    }


def test_a_table_of_kinds_is_told_from_others_by_its_type() -> None:
    assert isinstance(layout_of(MIXED), KindTable)
