"""Whatever a feed holds and however it is cut into files: nothing is lost, and nothing is changed twice."""

import json
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import loading
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import (
    AGENCY,
    COMPANY,
    OTHER_AGENCY,
    OTHER_COMPANY,
    PERSON_NUMBER,
    Feed,
    case,
    counts,
    organisation,
    person,
)

MOMENTS = (None, "2024-05-01T00:00:00+08:00", "2024-06-01T00:00:00+08:00", "2024-07-01T00:00:00+08:00")
PARTIES: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda called: organisation(f"宏达{called}公司", COMPANY),
    lambda _called: organisation("宏达公司"),
    lambda _called: organisation(None, OTHER_COMPANY),
    lambda called: person(f"赵小{called}", PERSON_NUMBER),
    lambda _called: person("赵小满"),
    lambda _called: person("赵**"),
    lambda _called: {"type": "ORGANIZATION"},
)

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def forget_everything(urls: TestDatabase) -> None:
    with psycopg.connect(dsn(urls.superuser), autocommit=True) as connection:
        # The accounts of agencies go too, and what they did, which nobody but a superuser can make away with.
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE feed, agency, party, outbox RESTART IDENTITY CASCADE")


async def require_no_identity_twice(feed: Feed) -> None:
    for known_by, among in (
        ("agency_id, document_number", "document_number IS NOT NULL"),
        ("agency_id, filing_number", "document_number IS NULL AND filing_number IS NOT NULL"),
        ("derived_key", "identity_derived"),
    ):
        assert not await feed.rows(
            f"SELECT {known_by} FROM penalty_case WHERE {among} GROUP BY {known_by} HAVING count(*) > 1"  # noqa: S608  the lines above
        )
    assert not await feed.rows(
        "SELECT FROM party WHERE NOT EXISTS (SELECT FROM penalty_case WHERE party_id = party.id)"
    )


@st.composite
def any_row(draw: st.DrawFn) -> dict[str, Any]:
    """A row of a few agencies, numbers, parties and moments, with any content."""
    number = draw(st.sampled_from([None, "罚1号", "罚2号", "罚【2024】3号", "罚〔2024〕3号"]))
    called = draw(st.sampled_from(["大", "小"]))
    return case(
        number,
        agency=draw(st.sampled_from([AGENCY, OTHER_AGENCY])),
        filingNumber=draw(st.sampled_from([None, "立1号", "立2号"])),
        party=draw(st.sampled_from(PARTIES))(called),
        decidedOn=draw(st.sampled_from([None, "2024-03-01"])),
        facts=draw(st.sampled_from([None, "排放废水" * 20, "倾倒废渣" * 20])),
        fine=draw(st.sampled_from([None, "1", "2", "-3"])),
        title=draw(st.sampled_from([None, "甲", "乙"])),
        sourceUpdatedAt=draw(st.sampled_from(MOMENTS)),
    )


@few
@given(files=st.lists(st.lists(any_row(), min_size=1, max_size=8), min_size=1, max_size=3))
async def test_whatever_was_sent_every_row_is_accounted_for_and_a_file_sent_again_changes_nothing(
    feed: Feed, database_urls: TestDatabase, files: list[list[dict[str, Any]]]
) -> None:
    forget_everything(database_urls)
    for rows in files:
        first = await feed(*rows)
        assert first.accounts.rows == len(rows)
        await require_no_identity_twice(feed)
        before = await feed.record()
        again = await feed(*rows)
        assert counts(again) == (0, 0, len(rows) - first.accounts.rejected, first.accounts.rejected)
        assert await feed.record() == before


@few
@given(
    files=st.lists(st.lists(any_row(), min_size=1, max_size=8), min_size=2, max_size=4),
    batch_rows=st.sampled_from([1, 2, 4_000]),
)
async def test_whether_a_row_is_read_or_known_by_its_bytes_changes_no_outcome(
    feed: Feed, database_urls: TestDatabase, files: list[list[dict[str, Any]]], batch_rows: int
) -> None:
    ended = []
    for blank in ("", " "):
        forget_everything(database_urls)
        seen = []
        for place, rows in enumerate([*files, *files]):
            # Other blanks before each line every time make other bytes of it, so that it has to be read.
            lines = [blank * (place + 1) + json.dumps(row, ensure_ascii=False) for row in rows]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(loading, "BATCH_ROWS", batch_rows)
                seen.append(counts(await feed(*lines)))
        ended.append((seen, await feed.told()))
    assert ended[0] == ended[1]


def consistent_row(kind: str, place: int, moment: str | None) -> dict[str, Any]:
    """A row whose content follows from what it is: what it says of a case does not depend on where it stands."""
    told = {
        "filed": {"filingNumber": f"立{place}号"},
        "decided": {"documentNumber": f"罚{place}号", "filingNumber": f"立{place}号"},
        "second decision": {"documentNumber": f"又罚{place}号", "filingNumber": f"立{place}号"},
        "published": {"documentNumber": f"公〔2024〕{place}号"},
        "published, spelt otherwise": {"documentNumber": f"公[2024]{place}号"},
        "unnumbered": {},
    }[kind]
    return (
        case(
            None,
            agency=(AGENCY, OTHER_AGENCY)[place % 2],
            party=PARTIES[place % len(PARTIES)]("大" if moment is None else moment[5:7]),
            decidedOn=f"2024-03-{place + 1:02}",
            facts="排放废水" * 20,
            title=f"{place} {moment}",
            sourceUpdatedAt=moment,
        )
        | told
    )


@few
@given(
    rows=st.lists(
        st.builds(
            consistent_row,
            st.sampled_from(
                ["filed", "decided", "second decision", "published", "published, spelt otherwise", "unnumbered"]
            ),
            st.integers(0, 3),
            st.sampled_from(MOMENTS[1:]),
        ),
        min_size=1,
        max_size=14,
    ),
    cuts=st.lists(st.integers(0, 14), max_size=2),
)
async def test_a_second_pass_of_all_files_changes_nothing_however_the_rows_were_ordered_and_split(
    feed: Feed, database_urls: TestDatabase, rows: list[dict[str, Any]], cuts: list[int]
) -> None:
    forget_everything(database_urls)
    edges = [0, *sorted(cuts), len(rows)]
    files = [rows[start:end] for start, end in pairwise(edges)]
    for part in files:
        assert counts(await feed(*part))[3] == 0
    await require_no_identity_twice(feed)
    before, told = await feed.cases(), await feed.told()
    for part in files:
        assert counts(await feed(*part)) == (0, 0, len(part), 0)
    assert await feed.cases() == before
    assert await feed.told() == told
