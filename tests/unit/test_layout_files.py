"""An agency's own layout is a small YAML mapping; every mistake in one is told with its line."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.feeds import columns as at
from indexer.feeds.layout_files import MAX_BYTES, read_layout, read_layouts
from indexer.feeds.layouts import recognise_layout
from indexer.feeds.reader import open_feed
from indexer.feeds.values import BadValueError
from schema.feed_records import CaseRecord, ParsedRow, TransferRecord
from schema.vocabularies import DataSource, Domain, FeedErrorCode, PenaltyKind
from stores.errors import LayoutError, UnreadableFeedError

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "layouts"
MONTHLY = """\
南阳市环境保护局行政处罚案件月报,,,,,,,,,,,
序号,案号,当事人,信用代码,案由,主要违法事实,处罚种类,罚没内容,罚款（万元）,没收违法所得（元）,决定日期,缴清日期
1,宛环罚决字[2024]301号,南阳市虚拟建材有限公司,,未批先建,未取得批复即开工建设。,罚、改,罚款3.2万元,3.2,,2024.3.5,2024年3月20日
2,宛环罚决字[2024]302号,南阳市乌有再生资源站,,非法处置,露天拆解废电池。,罚、没,罚款10万元,10,4600,2024.3.12,——
3,宛环罚决字[2024]303号,南阳市某站,,非法处置,露天拆解。,训诫,罚款10万元,10,4600,2024.3.12,——
"""
GOOD = """\
name: 移送月报
kind: transfer
columns:
  案号: documentNumber
  移送时间: transferredOn
constants: {agency: 甲局}
"""

WriteLayout = Callable[[str | bytes], Path]


@pytest.fixture
def layout_file(tmp_path: Path) -> WriteLayout:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "own.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_the_sample_s_layout_reads_the_agency_s_monthly_table(tmp_path: Path) -> None:
    (layout,) = read_layouts(SAMPLE)
    path = tmp_path / "monthly.csv"
    path.write_bytes(MONTHLY.encode("gb18030"))
    reader = open_feed(path, layouts=[layout])
    rows = [row.outcome for row in reader if isinstance(row, ParsedRow)]
    assert reader.layout == "南阳市环境保护局处罚月报"
    first, second, third = rows
    assert isinstance(first, CaseRecord)
    assert isinstance(second, CaseRecord)
    assert (first.agency_name, first.domain, first.source) == (
        "南阳市环境保护局",
        Domain.ENVIRONMENT,
        DataSource.PLATFORM,
    )
    assert (first.document_number, first.party.name) == ("宛环罚决字〔2024〕301号", "南阳市虚拟建材有限公司")
    assert (first.fine, first.confiscated) == (Decimal(32000), None)
    assert (second.fine, second.confiscated, second.paid_on) == (Decimal(100000), Decimal(4600), None)
    assert first.penalty_kinds == (PenaltyKind.FINE, PenaltyKind.ORDER)
    assert second.penalty_kinds == (PenaltyKind.FINE, PenaltyKind.CONFISCATION)
    assert (getattr(third, "code", None), getattr(third, "column", None)) == (
        FeedErrorCode.BAD_VALUE,
        "penaltyKinds[0]",
    )


def test_a_layout_comes_before_those_built_in_and_only_with_all_its_columns(layout_file: WriteLayout) -> None:
    own = read_layout(
        layout_file("name: 甲表\nkind: penalty_case\ncolumns: {行政处罚决定书文号: filingNumber, 处罚机关: agency}")
    )
    names = [at.DOCUMENT_NUMBER, at.AGENCY_NAME, at.FACTS]
    for header, name in ((names, "甲表"), (names[1:], "published table")):
        layout = recognise_layout(header, own=[own])
        assert layout is not None
        assert layout.name == name


def test_a_row_of_an_own_table_is_a_record_with_the_constants(layout_file: WriteLayout) -> None:
    table = recognise_layout(["移送时间", "备注", "案 号"], own=[read_layout(layout_file(GOOD))])
    assert table is not None
    assert table.columns == ("transferredOn", None, "documentNumber")
    record = table.record(["2024.6.6", "x", "甲罚[2024]1号"], [], sender="乙局")
    assert isinstance(record, TransferRecord)
    assert (record.case.agency_name, record.case.document_number) == ("甲局", "甲罚〔2024〕1号")
    with pytest.raises(BadValueError) as caught:
        table.record(["2024.6.31", "", "甲罚[2024]1号"], [], sender=None)
    assert (caught.value.code, caught.value.column) == (FeedErrorCode.BAD_VALUE, "transferredOn")


def test_the_published_table_may_be_mapped_too(layout_file: WriteLayout) -> None:
    own = read_layout(
        layout_file(
            "name: 乙表\nkind: published\ncolumns:\n  文号: CF_WSH\n  罚没款(元): {field: 罚款金额(万元)}\n"
            "  没收: {field: CF_NR_WFFF, unit: 元}\n  类别: 处罚类别\nconstants: {CF_CFJG: 甲局}\n"
            "values: {类别: {1: 罚款, 2: 没收违法所得}}"
        )
    )
    table = recognise_layout(["文号", "罚没款（元）", "没收", "类别"], own=[own])
    assert table is not None
    assert table.columns == (at.DOCUMENT_NUMBER, at.FINE_YUAN, at.CONFISCATED_YUAN, at.PENALTY_KINDS)
    record = table.record(["甲罚〔2024〕1号", "5000", "无", "1"], [], sender=None)
    assert isinstance(record, CaseRecord)
    assert (record.source, record.agency_name) == (DataSource.PUBLISHED, "甲局")
    assert (record.fine, record.confiscated, record.penalty_kinds) == (Decimal(5000), None, (PenaltyKind.FINE,))


def test_the_unit_in_a_header_counts_where_the_file_states_none(layout_file: WriteLayout) -> None:
    own = read_layout(
        layout_file("name: a\nkind: penalty_case\ncolumns: {文号: documentNumber, 罚(万元): fine, 没: confiscated}")
    )
    table = recognise_layout(["文号", "罚（万元）", "没"], own=[own])
    assert table is not None
    record = table.record(["甲罚〔2024〕1号", "5", "5"], [], sender="甲局")
    assert isinstance(record, CaseRecord)
    assert (record.fine, record.confiscated) == (Decimal(50000), Decimal(5))


def test_two_layouts_that_fit_equally_well_are_told_of_at_the_first_row(layout_file: WriteLayout) -> None:
    own = read_layout(layout_file(GOOD))
    table = recognise_layout(["案号", "移送时间"], own=[own, own])
    assert table is not None
    with pytest.raises(UnreadableFeedError, match="Remove one of them"):
        table.record(["1号", "2024-01-01"], [], sender=None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "a mapping is expected"),
        ("- a", "a mapping is expected"),
        ("name: a\nkind: [", "line 2: this is no YAML"),
        ("name: a\tb\nkind: \x01", "this is no YAML"),
        (b"\xff\xfe", "not in UTF-8"),
        (GOOD + "---\na: b", "line 7: this is no YAML"),
        (GOOD + "name: b", "line 7: name stands here twice"),
        (GOOD + "? [a]\n: b", "line 7: a text is expected as the key"),
        (GOOD + "colour: red", "line 7: colour"),
        (GOOD.replace("name: 移送月报", "name: &a 移送月报"), "line 1: anchors"),
        (GOOD.replace("甲局", "*a"), "line 6: "),
        (GOOD.replace("甲局", "!!python/object:os.system x"), "line 6: anchors, aliases and tags"),
        (GOOD + "values: {a: {b: [[[c]]]}}", "line 7: this is nested deeper"),
        ("[" * 5000, "line 1: this is nested deeper"),
        (GOOD.replace("name: 移送月报\n", ""), "name: Field required"),
        (GOOD.replace("移送月报", '""'), "line 1: name"),
        (GOOD.replace("kind: transfer", "kind: transfers"), "line 2: kind: one of published, procuratorate"),
        (GOOD.replace("documentNumber", "docNumber"), "line 4: columns.案号: docNumber is no field of transfer"),
        (GOOD.replace("transferredOn", "[x]"), "line 5: columns.移送时间"),
        (GOOD.replace("transferredOn", "{field: transferredOn, unit: 元}"), "no amount of money"),
        (GOOD.replace("transferredOn", "{field: transferredOn, unit: 角}"), "line 5: columns.移送时间.unit"),
        (GOOD.replace("transferredOn", "{field: transferredOn, colour: 1}"), "line 5: columns.移送时间.colour"),
        (GOOD.replace("transferredOn", "documentNumber"), "line 5: columns.移送时间: documentNumber has a column"),
        (GOOD.replace("移送时间", "案 号"), "line 5: columns.案 号: the header 案号 is the same"),
        (GOOD.replace("移送时间", '"——"'), "at least one letter"),
        (GOOD.replace("  移送时间: transferredOn\n", ""), "line 3: columns"),
        (GOOD.replace("documentNumber", "receivedOn"), "line 3: columns: transfer needs documentNumber"),
        (GOOD.replace("agency: 甲局", "documentNumber: 1号"), "line 6: constants.documentNumber: documentNumber has"),
        (GOOD.replace("甲局", "无"), "line 6: constants.agency: a value that says something"),
        (GOOD.replace("agency: 甲局", "decision: 也许"), "line 6: constants.decision: One of APPROVED"),
        (GOOD.replace("agency: 甲局", "party: x"), "line 6: constants.party: party is no field"),
        (GOOD + "values: {别的: {a: b}}", "line 7: values.别的: a header that stands under columns"),
        (GOOD.replace("transferredOn", "decision") + "values: {移送时间: {是: YES}}", "values.移送时间.是: One of"),
        (GOOD.replace("transfer\n", "published\n"), "no column of the published table"),
        (GOOD + "#" * MAX_BYTES, "longer than"),
    ],
)
def test_a_mistake_is_told_with_its_line(layout_file: WriteLayout, content: str | bytes, told: str) -> None:
    with pytest.raises(LayoutError) as caught:
        read_layout(layout_file(content))
    assert told in caught.value.message
    assert "own.yaml" in caught.value.message
    assert caught.value.code == "BAD_LAYOUT"


def test_a_folder_or_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for read in (read_layout, read_layouts):
        with pytest.raises(LayoutError, match="nowhere"):
            read(tmp_path / "nowhere")
    assert read_layouts(tmp_path) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60)
    | st.tuples(st.integers(0, len(GOOD)), st.text(max_size=6)).map(
        lambda cut: GOOD[: cut[0]] + cut[1] + GOOD[cut[0] :]
    )
)
def test_any_text_is_a_layout_or_a_layout_error(layout_file: WriteLayout, content: str) -> None:
    path = layout_file(content.encode("utf-8", "surrogatepass"))
    try:
        layout = read_layout(path)
    except LayoutError:
        return
    assert layout.columns
