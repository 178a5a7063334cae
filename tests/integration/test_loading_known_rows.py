"""Rows that are, byte for byte, the last ones applied are known without being read, and mean what they meant."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import Feed, case, counts

FIRST, OTHER = case("1号", fine="10.00"), case("1号", fine="20.00")
NEIGHBOUR = case("2号", fine="5.00")


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


async def test_a_row_sent_again_byte_for_byte_is_unchanged_and_not_kept_twice(feed: Feed) -> None:
    await feed(FIRST, NEIGHBOUR)
    again = await feed(FIRST, NEIGHBOUR)
    assert counts(again) == (0, 0, 2, 0)
    assert again.accounts.known == 2
    assert len(await feed.rows("SELECT FROM feed_row")) == 2


async def test_a_row_that_says_the_same_in_other_words_is_read_and_unchanged(feed: Feed) -> None:
    await feed(FIRST)
    again = await feed(dict(reversed(FIRST.items())))
    assert counts(again) == (0, 0, 1, 0)
    assert again.accounts.known == 0


async def test_a_known_row_counts_its_warnings_again(feed: Feed) -> None:
    odd = case("1号", surprise="?")
    assert (await feed(odd)).accounts.warnings == 1
    again = await feed(odd)
    assert (again.accounts.known, again.accounts.warnings) == (1, 1)


async def test_a_row_that_was_overtaken_is_no_longer_known(feed: Feed) -> None:
    await feed(FIRST)
    await feed(OTHER)
    back = await feed(FIRST)
    assert counts(back) == (0, 1, 0, 0)
    assert back.accounts.known == 0


async def test_a_known_row_that_comes_first_stands_against_another_of_its_file(feed: Feed) -> None:
    await feed(FIRST)
    assert counts(await feed(FIRST, OTHER)) == (0, 0, 1, 1)
    assert [row["fine"] for row in await feed.rows("SELECT fine::text FROM penalty_case")] == ["10.00"]


async def test_a_known_row_that_comes_second_is_rejected_where_the_first_says_something_else(feed: Feed) -> None:
    await feed(FIRST)
    for _ in range(2):
        report = await feed(OTHER, FIRST)
        assert [error["line"] for error in report.errors] == [2]
        assert [row["fine"] for row in await feed.rows("SELECT fine::text FROM penalty_case")] == ["20.00"]
        assert report.accounts.rejected == 1


async def test_another_sender_or_another_header_makes_another_row(feed: Feed) -> None:
    unsigned = {name: value for name, value in FIRST.items() if name != "agency"}
    await feed(unsigned, agency="甲县环保局")
    other = await feed(unsigned, agency="乙县环保局")
    assert counts(other) == (1, 0, 0, 0)


async def test_rows_around_a_known_one_mean_what_they_mean_around_one_that_is_read(feed: Feed) -> None:
    standing = case("罚1号", filingNumber="立2号", fine="1.00", sourceUpdatedAt="2024-07-01T00:00:00+08:00")
    rows = (
        case("罚3号", filingNumber="立2号", sourceUpdatedAt="2024-05-01T00:00:00+08:00"),
        standing,
        case("罚3号", filingNumber="立1号", sourceUpdatedAt="2024-06-01T00:00:00+08:00"),
        case(None, filingNumber="立2号", title="甲"),
    )
    await feed(standing)
    assert counts(await feed(*rows)) == (1, 2, 1, 0)
    assert [row["title"] for row in await feed.rows("SELECT title FROM penalty_case ORDER BY id")] == ["甲", None]
