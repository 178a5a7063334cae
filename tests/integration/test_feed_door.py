"""The feed's door: an agency's machine sends a file, in as many parts as it takes, and it is loaded once."""

import asyncio
import base64
import hashlib
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from commands.runtime import now
from indexer.file_loading import load_file
from indexer.loading import LoadOptions
from stores.errors import LimitExceededError
from stores.feed_spool import FeedSpool
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.door_serving import Machine, Sender, door_settings, machine_of, opened_door
from tests.integration.feeding import AGENCY, OTHER_AGENCY, Feed, agency, case, procuratorate


@dataclass(frozen=True, slots=True)
class Doorway:
    """A record with two agencies, and a machine of the first that sends."""

    feed: Feed
    sender: Sender
    machine: Machine
    database: Database
    urls: TestDatabase
    spool: Path

    def file(self, *records: dict[str, Any]) -> bytes:
        return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)

    async def runs(self) -> int:
        (row,) = await self.feed.rows("SELECT count(*) AS n FROM feed_run")
        return int(row["n"])


@pytest.fixture
async def door(
    database: Database, database_urls: TestDatabase, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path
) -> AsyncIterator[Doorway]:
    feed = Feed(database, keys, clock, tmp_path)
    await feed(agency(AGENCY), agency(OTHER_AGENCY), name="agencies.jsonl")
    (row,) = await feed.rows("SELECT id FROM agency WHERE name = :name", name=AGENCY)
    machine = await machine_of(database, row["id"], "machine")
    spool = tmp_path / "spool"
    async with opened_door(database, door_settings(database_urls, spool), machine.key, AGENCY) as sender:
        yield Doorway(feed, sender, machine, database, database_urls, spool)


CASES = tuple(case(f"试环罚〔2024〕{number}号") for number in range(1, 6))


def _digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


async def test_a_file_is_loaded_and_answered_as_the_command_answers(door: Doorway) -> None:
    content = door.file(*CASES, case("试环罚〔2024〕9号", decidedOn="2022-09-31"))
    answer = await door.sender.put(content)
    assert answer.status_code == 422  # some rejected
    path = door.feed.folder / "cases.jsonl"
    path.write_bytes(content)
    (command,) = [
        result.as_json()
        async for result in load_file(
            door.database, door.feed.keys, path, options=LoadOptions(agency=AGENCY, dry_run=True), clock=now
        )
    ]
    told = answer.json()
    assert list(told) == list(command)
    assert (told["rows"], told["inserted"], told["rejected"]) == (6, 5, 1)
    assert told["errors"] == command["errors"]
    assert told["file"] == "cases.jsonl"
    (run,) = await door.feed.rows("SELECT * FROM feed_run WHERE run = :run", run=told["run"])
    assert run["agency_id"] == door.machine.agency_id
    assert run["loaded_by"] == door.machine.account_id


async def test_a_file_of_which_every_row_is_accepted_is_answered_with_200(door: Doorway) -> None:
    assert (await door.sender.put(door.file(*CASES))).status_code == 200


async def test_what_cannot_be_read_is_refused_and_named_without_our_folders(door: Doorway) -> None:
    answer = await door.sender.put(b"PK\x03\x04 no archive", name="cases.zip")
    assert answer.status_code == 400
    assert answer.json()["file"] == "cases.zip"
    assert answer.json()["error"]["code"] == "UNREADABLE_FEED"
    assert str(door.spool) not in answer.text


async def test_the_same_bytes_again_are_answered_again_and_not_loaded(door: Doorway) -> None:
    content = door.file(*CASES)
    first = await door.sender.put(content)
    before = await door.runs()
    again = await door.sender.put(content)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert await door.runs() == before


async def test_bytes_that_others_have_followed_are_loaded_again(door: Doorway) -> None:
    first, second = (door.file(case(fine=fine)) for fine in ("100", "200"))
    for content in (first, second, first):
        assert (await door.sender.put(content)).status_code == 200
    assert str((await door.feed.only_case())["fine"]) == "100.00"


async def test_a_sender_can_have_the_same_bytes_loaded_again(door: Doorway) -> None:
    content = door.file(*CASES)
    await door.sender.put(content)
    again = await door.sender.put(content, Cache_Control="no-cache")
    assert again.json()["unchanged"] == len(CASES)


async def test_two_at_once_are_loaded_once(door: Doorway) -> None:
    content = door.file(*CASES)
    before = await door.runs()
    answers: list[httpx.Response] = []

    async def send() -> None:
        answers.append(await door.sender.put(content))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        tasks.start_soon(send)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert await door.runs() == before + 1


async def test_a_file_in_parts_is_loaded_when_the_last_is_there(door: Doorway) -> None:
    content = door.file(*CASES)
    first = await door.sender.part(content, 0, 100)
    assert first.status_code == 201
    assert await door.sender.offset() == 100
    astray = await door.sender.part(content, 90, len(content))
    assert (astray.status_code, astray.headers["Upload-Offset"]) == (409, "100")
    last = await door.sender.part(content, 100, len(content))
    assert last.json()["inserted"] == len(CASES)
    assert await door.sender.offset() == 0


async def test_a_sender_that_is_cut_off_goes_on_where_it_was(door: Doorway) -> None:
    content = door.file(*CASES)

    async def cut_off() -> AsyncIterator[bytes]:
        yield content[:70]
        raise ClientDisconnect

    await door.sender.put(cut_off(), Content_Length=str(len(content)))  # which nobody is there to read the answer of
    offset = await door.sender.offset()
    assert offset == 70
    rest = await door.sender.part(content, offset, len(content))
    assert rest.json()["inserted"] == len(CASES)


async def test_a_wrong_digest_takes_nothing(door: Doorway) -> None:
    content = door.file(*CASES)
    wrong = await door.sender.put(content, Content_Digest=_digest(b"other"))
    assert (wrong.status_code, await door.sender.offset()) == (400, 0)
    assert (await door.sender.put(content, Repr_Digest=_digest(b"other"))).status_code == 400
    assert await door.feed.cases() == []
    right = await door.sender.put(content, Content_Digest=_digest(content), Repr_Digest=_digest(content))
    assert right.status_code == 200


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(door: Doorway) -> None:
    small = door_settings(door.urls, door.spool, feed_max_bytes=1_000)
    async with opened_door(door.database, small, door.machine.key, AGENCY) as sender:
        assert (await sender.put(b"x" * 1_001)).status_code == 413
        assert (await sender.put(b"x", Content_Range="bytes 0-0/1001")).status_code == 413


async def test_a_file_longer_than_other_requests_may_be_is_taken(door: Doorway) -> None:
    content = door.file(*CASES) + b"\n" * 1_500_000
    assert (await door.sender.put(content)).json()["inserted"] == len(CASES)


@pytest.mark.parametrize("name", ["con.csv", "NUL", "%2e%2e%2fx", "a\0b", "x/y", "x" * 300])
async def test_a_hostile_name_is_refused(door: Doorway, name: str) -> None:
    answer = await door.sender.put(door.file(*CASES), name=name)
    assert answer.status_code in {400, 404}
    assert await door.feed.cases() == []


async def test_another_agencys_address_is_like_one_that_does_not_exist(door: Doorway) -> None:
    answers = [
        await Sender(door.sender.http, called).put(door.file(*CASES)) for called in (OTHER_AGENCY, "无此机关", "999999")
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.text for answer in answers}) == 1


async def test_rows_of_another_agency_and_of_the_register_are_rejected_known_or_not(door: Doorway) -> None:
    other = {**case("他罚〔2024〕1号"), "agency": OTHER_AGENCY}
    await door.feed(other, name="theirs.jsonl")
    record = await door.feed.record()
    answer = await door.sender.put(
        door.file(other, {**other, "title": "新"}, agency(AGENCY, priority=True), procuratorate("中市人民检察院"))
    )
    told = answer.json()
    assert told["rejected"] == told["rows"] == 4
    assert [error["code"] for error in told["errors"]] == [*["UNKNOWN_AGENCY"] * 2, *["UNKNOWN_KIND"] * 2]
    after = await door.feed.record()
    for table in ("feed_delivery", "machine_key", "audit_entry"):
        assert after.pop(table)
        record.pop(table)
    assert after == record


async def test_whoever_may_not_load_feeds_is_refused(door: Doorway) -> None:
    settings_ = door_settings(door.urls, door.spool)
    for key, status in ((None, 403), (f"{door.machine.key[:-2]}xx", 401), ("x", 401)):
        async with opened_door(door.database, settings_, key, AGENCY) as sender:
            assert (await sender.put(door.file(*CASES))).status_code == status
    tried = await door.feed.rows("SELECT action, operation, detail FROM audit_entry WHERE action = 'LOAD'")
    assert [tuple(entry.values()) for entry in tried] == [("LOAD", "PUT /feeds", {"refused": "FORBIDDEN"})]


async def test_a_sender_that_says_nothing_for_long_is_told_to_go_on_later(door: Doorway) -> None:
    content = door.file(*CASES)

    async def slow() -> AsyncIterator[bytes]:
        yield content[:50]
        await anyio.sleep(5)
        yield content[50:]

    patience = {"sender_patience": 0.2}
    async with opened_door(
        door.database, door_settings(door.urls, door.spool), door.machine.key, AGENCY, **patience
    ) as sender:
        assert (await sender.put(slow(), Content_Length=str(len(content)))).status_code == 408
        assert await sender.offset() == 50


async def test_a_load_goes_on_when_its_sender_has_gone(door: Doorway) -> None:
    content = door.file(*(case(f"试环罚〔2024〕{number}号") for number in range(2_000)))
    with anyio.move_on_after(1.0):
        await door.sender.put(content)
    with anyio.fail_after(60):
        while len(await door.feed.cases()) < 2_000:  # noqa: ASYNC110  another thread loads
            await anyio.sleep(0.2)
    assert (await door.sender.put(content)).json()["inserted"] == 2_000


async def test_who_waits_for_a_load_when_the_server_ends_is_told_to_send_the_file_again(door: Doorway) -> None:
    content = door.file(*CASES)
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with psycopg.connect(dsn(door.urls.superuser)) as connection:
        connection.execute("LOCK TABLE penalty_case IN SHARE MODE")
        sending = asyncio.create_task(door.sender.put(content))
        with anyio.fail_after(60):
            while connection.execute(waiting).fetchone() == (0,):  # noqa: ASYNC110  it tells nobody
                await anyio.sleep(0.05)
        # As the server does with requests that outlast its grace.
        sending.cancel()
        answer = await sending
        connection.rollback()
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "UNAVAILABLE"
    assert (await door.sender.put(content)).json()["rows"] == len(CASES)
    assert len(await door.feed.cases()) == len(CASES)


async def test_a_file_that_was_whole_when_the_process_was_killed_is_loaded_when_asked(door: Doorway) -> None:
    content = door.file(*CASES)
    upload = FeedSpool(door.spool, 1_000_000).claim(door.machine.account_id, door.machine.agency_id, "cases.jsonl")
    assert upload is not None
    upload.begin(len(content))
    upload.write(content)
    upload.release(forget=False)  # as a process that dies lets go of it
    assert await door.sender.offset() == len(content)
    answer = await door.sender.put(b"", Content_Range=f"bytes */{len(content)}")
    assert answer.json()["inserted"] == len(CASES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=300), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_a_file_cut_anywhere_is_the_same_file(content: bytes, cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool = FeedSpool(Path(folder), 1_000)
        places = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
        for start, end in itertools.pairwise(places):
            upload = spool.claim(1, 1, "a.csv")
            assert upload is not None
            assert spool.claim(1, 1, "a.csv") is None
            if start == 0:
                upload.begin(len(content))
            else:
                assert (known := upload.progress()) is not None
                assert known.offset == start
                upload.go_on()
            upload.write(content[start:end])
            upload.sync()
            upload.release(forget=False)
        upload = spool.claim(1, 1, "a.csv")
        assert upload is not None
        assert upload.path.read_bytes() == content
        assert upload.sha256() == hashlib.sha256(content).digest()
        upload.release(forget=True)
        assert spool.progress(1, 1, "a.csv") is None


def test_what_nobody_goes_on_with_is_swept_and_what_somebody_holds_is_not(tmp_path: Path) -> None:
    spool = FeedSpool(tmp_path, 100)
    held, left = (spool.claim(1, 1, name) for name in ("held", "left"))
    assert held is not None
    assert left is not None
    for upload in (held, left):
        upload.begin(5)
    left.release(forget=False)
    assert spool.sweep(older_than=0) == 0
    assert spool.sweep(older_than=2**40) == 1
    assert spool.progress(1, 1, "held") is not None
    assert spool.progress(1, 1, "left") is None
    held.release(forget=True)


def test_a_sender_fills_no_disk_with_beginnings(tmp_path: Path) -> None:
    spool = FeedSpool(tmp_path, 100)
    for name in ("a", "b"):
        upload = spool.claim(1, 1, name)
        assert upload is not None
        upload.begin(80)
        upload.write(b"x" * 80)
        upload.release(forget=False)
    with pytest.raises(LimitExceededError):
        spool.require_room(1, 1, "c", 80)
    spool.require_room(2, 1, "c", 80)


async def test_every_file_that_comes_is_on_the_trail_with_what_became_of_it(door: Doorway) -> None:
    content = door.file(*CASES, case("试环罚〔2024〕9号", decidedOn="2022-09-31"))
    await door.sender.put(content)
    await door.sender.put(content)
    await door.sender.put(b"\x00\xff", "odd.bin")
    entries = await door.feed.rows(
        "SELECT e.*, d.id AS delivery FROM audit_entry e"
        " LEFT JOIN feed_delivery d ON d.xmin::text::bigint = e.transaction ORDER BY e.id"
    )
    assert {(entry["action"], entry["operation"]) for entry in entries} == {("LOAD", "PUT /feeds")}
    assert {(entry["login"], entry["account_id"], entry["purpose"]) for entry in entries} == {
        ("machine", door.machine.account_id, "数据报送")
    }
    run = (await door.feed.rows("SELECT run FROM feed_run WHERE loaded_by IS NOT NULL ORDER BY id"))[0]
    known = {"agency": AGENCY, "file": "cases.jsonl", "sha256": hashlib.sha256(content).hexdigest()}
    assert [entry["detail"] for entry in entries][:2] == [
        known | {"runs": [run["run"]], "exitStatus": 1},
        known | {"answeredBefore": True, "exitStatus": 1},
    ]
    odd = entries[2]["detail"]
    assert (odd["file"], odd["runs"], odd["exitStatus"]) == ("odd.bin", [], 2)
    assert [entry["result_count"] for entry in entries] == [6, None, 0]
    assert [entry["delivery"] is not None for entry in entries] == [True, False, True]


async def test_a_file_that_cannot_be_written_down_is_not_answered(door: Doorway, database_urls: TestDatabase) -> None:
    with psycopg.connect(dsn(database_urls.superuser), autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    answer = await door.sender.put(door.file(*CASES))
    assert answer.status_code >= 500
    assert await door.feed.rows("SELECT id FROM feed_delivery") == []
