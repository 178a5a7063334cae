"""Rows are covered, given back, and made whole: in any form they are what they were."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.feeds.cell_marks import Marker
from indexer.feeds.covered_cells import covered_cells, covered_json
from indexer.feeds.error_files import error_file
from indexer.feeds.forms import JSON_LINES, FeedForm
from indexer.feeds.json_lines import json_rows
from indexer.feeds.kept_cells import kept_values
from indexer.feeds.marked_rows import KeptAt, MarkedRow
from indexer.feeds.reader import open_feed
from schema.feed_records import SentRow
from schema.vocabularies import FeedErrorCode
from stores.keys import parse_key_ring
from tests.conftest import TEST_KEY
from tests.unit.feed_files import error, read

KEYS = parse_key_ring(TEST_KEY)
MARKER = Marker(KEYS, "20240301-021500-a1b2c3")
NUMBER = "11010519491231002X"

told = (
    st.sampled_from(["周建国", "当事人：王小明，男", f"号码{NUMBER}", "张三、李四", "罚款", '"', "\\", "\ud800"])
    | st.text()
)
values = st.recursive(
    st.none() | st.integers(-(2**60), 2**60) | st.just(110105194912310021) | told,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(told, inner, max_size=3),
    max_leaves=10,
)


@given(
    fields=st.dictionaries(told.filter(lambda key: key not in {"code", "message"}), values), ascii_only=st.booleans()
)
def test_any_object_comes_back_to_the_last_byte(fields: dict[str, Any], *, ascii_only: bool) -> None:
    raw = json.dumps(fields, ensure_ascii=ascii_only).encode("utf-8", "backslashreplace")
    covered = covered_json(MARKER, 17, raw, "utf-8")
    (row,) = json_rows(iter([covered]), "utf-8", None)
    assert isinstance(row, SentRow)
    if covered == raw:
        assert not isinstance(row, MarkedRow)
        return
    assert isinstance(row, MarkedRow)
    assert row.kept_at(KEYS) == KeptAt(MARKER.run, 17)
    assert row.whole(KEYS, kept_values(FeedForm(format=JSON_LINES), raw, range(1, 1_000))).raw == raw


@given(fields=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["周建国", "张三"]), min_size=1))
def test_no_name_is_left_in_an_object(fields: dict[str, str]) -> None:
    covered = covered_json(MARKER, 1, json.dumps({"party": {"name": "周建国"}, **fields}).encode(), "utf-8").decode()
    assert not any(name in json.dumps(json.loads(covered), ensure_ascii=False) for name in ("建国", "张三"))


def test_a_covered_cell_is_no_longer_than_a_cell_may_be_and_its_mark_is_whole() -> None:
    (cell,) = covered_cells(MARKER, 1, ["违法事实"], [f"当事人：周建国，男{'渣' * 500}"], longest=200).values()
    assert len(cell) <= 200
    assert cell.endswith(" 原值〗")


def test_a_mark_that_leads_nowhere_is_given_back_as_it_is_and_hides_no_name() -> None:
    bad = "周建国〖原值 20240301-021500-a1b2c3/1/1/AAAAAAAAAAAAAAAA 原值〗"
    assert covered_cells(MARKER, 2, ["当事人"], [bad]) == {1: bad.replace("周建国", "周**")}
    assert covered_cells(MARKER, 2, ["当事人"], [bad.replace("建国", "**")]) == {}


@pytest.mark.parametrize(
    ("sent", "column"),
    [
        ("处罚机关,CF_WSH,CF_XDR_MC\n甲局,1,周建国\n".encode(), "行政相对人名称"),
        (
            '{"kind":"penalty_case","agency":"a","documentNumber":"1","party":{"name":"周建国"}}\n'.encode(),
            "party.name",
        ),
    ],
)
def test_where_nothing_that_was_sent_is_at_hand_a_covered_cell_is_an_error(
    tmp_path: Path, sent: bytes, column: str
) -> None:
    path = tmp_path / "feed"
    path.write_bytes(sent)
    reader = open_feed(path)
    rows = [row for row in reader.sent() if isinstance(row, SentRow)]
    stream = io.BytesIO()
    with error_file(reader.form, stream, MARKER, compressed=False) as file:
        for row in rows:
            file.add(row.ordinal, row.raw, "BAD_VALUE", "…")
    assert "建国" not in stream.getvalue().decode()
    path.write_bytes(stream.getvalue())
    (found,) = map(error, read(path)[0])
    assert (found.code, found.column) == (FeedErrorCode.BAD_VALUE, column)
    assert "take the mark away" in found.message


def test_a_name_in_a_header_is_covered_and_its_column_is_still_known(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("处罚机关,行政处罚决定书文号,行政相对人名称,联系人：周建国\n甲局,1号,宏达公司,王小明\n")
    reader = open_feed(path)
    skipped, row = reader.sent()
    assert "建国" not in repr(skipped)
    assert isinstance(row, SentRow)
    stream = io.BytesIO()
    with error_file(reader.form, stream, MARKER, compressed=False) as file:
        file.add(row.ordinal, row.raw, "BAD_VALUE", "…")
    content = stream.getvalue().decode()
    assert content.startswith("处罚机关,行政处罚决定书文号,行政相对人名称,联系人：周**,code,message")
    path.write_text(content)
    _, marked = open_feed(path).sent()
    assert isinstance(marked, MarkedRow)
    whole = marked.whole(KEYS, kept_values(reader.form, row.raw, range(1, 10)))
    assert whole.raw.decode().startswith("甲局,1号,宏达公司,王小明,")
