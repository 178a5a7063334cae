"""What fills and compares the index is read in pages: a province's record never stands in memory as a whole."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bench.generator import case_rows, register_rows, write_json_lines
from indexer.loading import LoadOptions, load_feed
from stores.keys import KeyRing
from stores.outbox import revisions_behind, stream_documents
from stores.postgres import Database

CASES = 7
PAGE = 3


@pytest.fixture
async def record(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Database:
    """A database of a few cases."""
    feed = write_json_lines(tmp_path / "feed.jsonl", [*register_rows(), *case_rows(CASES)])
    report = await load_feed(database, keys, feed, options=LoadOptions(), clock=clock)
    assert report.accounts.rejected == 0
    return database


async def test_documents_come_in_pages_of_the_size_asked_for_and_in_order(record: Database) -> None:
    async with record.begin() as connection:
        pages = [page async for page in stream_documents(connection, after=0, page=PAGE)]
    assert [len(page) for page in pages] == [3, 3, 1]
    ids = [document.case_id for page in pages for document in page]
    assert ids == sorted(set(ids))


async def test_documents_begin_behind_the_case_that_was_filled_last(record: Database) -> None:
    async with record.begin() as connection:
        ids = [case.case_id async for page in stream_documents(connection, after=0, page=CASES) for case in page]
        rest = [case.case_id async for page in stream_documents(connection, after=ids[3], page=PAGE) for case in page]
    assert rest == ids[4:]


async def test_revisions_come_in_order_behind_the_case_that_was_compared_last(record: Database) -> None:
    async with record.begin() as connection:
        first = await revisions_behind(connection, after=0, first=PAGE)
        rest = await revisions_behind(connection, after=first[-1][0], first=CASES)
    assert [len(first), len(rest)] == [PAGE, CASES - PAGE]
    assert first + rest == sorted(first + rest)
