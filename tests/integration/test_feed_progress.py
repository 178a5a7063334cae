"""How a feed's load goes on is told over a websocket, to whoever may see it, as it comes."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import psycopg
import pytest

from api import following, subscriptions
from api.ids import global_id
from api.subscriptions import NO_SUCH_RUN
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import TestDatabase, dsn
from tests.integration.feeding import AGENCY, OTHER_AGENCY
from tests.integration.run_following import House, Run, opened_house
from tests.integration.socket_serving import PROGRESS

NEVER = 3_600.0


@pytest.fixture
async def house(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(database, keys, tmp_path) as opened:
        yield opened


async def test_a_run_is_told_as_it_is_as_it_goes_and_to_its_end(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        first = await socket.state()
        assert first == {"run": run.name, "status": "RUNNING", "rows": 0, "inserted": 0, "endedAt": None}
        await run.come_to(500)
        assert (await socket.state())["inserted"] == 500
        await run.end(700)
        last = await socket.state()
        assert (last["status"], last["rows"]) == ("DONE", 700)
        assert last["endedAt"] is not None
        assert await socket.next() == {"id": "1", "type": "complete"}


async def test_a_run_that_has_ended_is_told_once(house: House) -> None:
    run = await house.run()
    await run.end(3)
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        assert (await socket.state())["inserted"] == 3
        assert (await socket.next())["type"] == "complete"


async def test_what_is_told_is_heard_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "_LOOK_EVERY_SECONDS", NEVER)
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        for inserted in (10, 20):
            began = time.monotonic()
            await run.come_to(inserted)
            assert (await socket.state())["inserted"] == inserted
            assert time.monotonic() - began < 5


async def test_what_is_not_told_is_seen_soon(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        await house.feed.run("UPDATE feed_run SET rows = 9, inserted = 9 WHERE id = :id", id=run.key)
        assert (await socket.state())["inserted"] == 9


async def test_whoever_is_slow_is_told_the_newest_and_not_all(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        for inserted in range(1, 101):
            await run.come_to(inserted)
        told = [(await socket.state())["inserted"]]
        while told[-1] < 100:
            told.append((await socket.state())["inserted"])
    assert told == sorted(set(told))
    assert len(told) < 50


async def test_what_belongs_to_a_run_is_read_anew_each_time(house: House) -> None:
    run = await house.run()
    document = "subscription ($id: ID!) { feedRunProgress(id: $id) { errors { totalCount } } }"
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(document, id=run.id)
        assert await socket.state() == {"errors": {"totalCount": 0}}
        await house.feed.run(
            "WITH row AS (INSERT INTO feed_row (run_id, ordinal, line, key_id, raw, outcome)"
            " VALUES (:id, 1, 1, 'test', 'x', 'rejected'))"
            " INSERT INTO rejected_row (run_id, ordinal, line, code, message)"
            " VALUES (:id, 1, 1, 'UNKNOWN_AGENCY', 'x')",
            id=run.key,
        )
        await run.end()
        assert await socket.state() == {"errors": {"totalCount": 1}}


# -- who may follow ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "sender", "sees"),
    [
        ("chief", AGENCY, True),
        ("clerk", AGENCY, True),
        ("machine", AGENCY, True),
        ("officer", AGENCY, False),
        ("keeper", AGENCY, False),
        ("elsewhere", AGENCY, False),
        ("elsewhere", OTHER_AGENCY, True),
        ("clerk", OTHER_AGENCY, False),
        ("machine", OTHER_AGENCY, False),
        ("chief", None, False),
        ("above", None, True),
        ("above", OTHER_AGENCY, True),
        ("machine", None, False),
    ],
)
async def test_a_run_is_followed_by_whoever_has_its_agency_in_scope(
    house: House, login: str, sender: str | None, *, sees: bool
) -> None:
    run = await house.run(sender)
    async with house.server.open(await house.token(login)) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        if sees:
            assert (await socket.state())["run"] == run.name
        else:
            hidden = await socket.error()
            await socket.subscribe(id=global_id("FeedRun", 999_999))
            assert hidden == await socket.error()
            assert hidden["message"] == NO_SUCH_RUN
            assert hidden["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_id_of_something_else_is_told_so(house: House) -> None:
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        for id_ in ("", "x", global_id("Agency", 1), global_id("FeedRun", 0)):
            await socket.subscribe(id=id_)
            assert await socket.code() == "BAD_USER_INPUT"


async def test_a_machine_follows_and_reads_nothing_else(house: House) -> None:
    run = await house.run()
    fields = "agency { name } loadedBy { login } changes { nodes { line } }"
    async with house.server.open(house.machine.key) as opened:
        socket = await opened.introduced()
        await socket.subscribe(f"subscription ($id: ID!) {{ feedRunProgress(id: $id) {{ {fields} }} }}", id=run.id)
        state = await socket.state()
    assert state == {"agency": {"name": AGENCY}, "loadedBy": {"login": "machine"}, "changes": {"nodes": []}}


async def test_a_run_that_leaves_the_scope_is_told_no_more(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        await house.feed.run("UPDATE feed_run SET agency_id = NULL, inserted = 1, rows = 1 WHERE id = :id", id=run.key)
        assert (await socket.error())["message"] == NO_SUCH_RUN


# -- the fields of a run -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("login", "sent_by"), [("chief", {"login": "machine"}), ("clerk", None)])
async def test_a_run_says_whose_it_is_and_who_sent_it_where_that_account_may_be_seen(
    house: House, login: str, sent_by: dict[str, str] | None
) -> None:
    run = await house.run()
    query = "query ($id: ID!) { node(id: $id) { ... on FeedRun { agency { name } loadedBy { login } } } }"
    answer = await house.server.http.post(
        "/graphql",
        json={"query": query, "variables": {"id": run.id}},
        headers={"authorization": f"Bearer {await house.token(login)}"},
    )
    assert answer.json() == {"data": {"node": {"agency": {"name": AGENCY}, "loadedBy": sent_by}}}


# -- what is on record -------------------------------------------------------------------------------------------------


async def test_who_follows_is_on_record_before_anything_is_told(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        assert await house.trail() == [("chief", "VIEW", {"id": run.id})]
        await run.end(1)
        await socket.state()
        assert (await socket.next())["type"] == "complete"
        await socket.subscribe(id=global_id("FeedRun", 999_999))
        assert await socket.code() == "BAD_USER_INPUT"
    assert (await house.trail())[1:] == [
        ("chief", "VIEW", {"id": global_id("FeedRun", 999_999), "refused": "BAD_USER_INPUT"})
    ]


async def test_what_cannot_be_written_down_is_not_told(house: House, database_urls: TestDatabase) -> None:
    run = await house.run()
    token = await house.token()
    with psycopg.connect(dsn(database_urls.superuser)) as connection:
        connection.execute("REVOKE INSERT ON audit_entry FROM jiandu_app")
    async with house.server.open(token) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        assert await socket.code() == "UNAVAILABLE"


# -- how much at once --------------------------------------------------------------------------------------------------


def _listeners(urls: TestDatabase) -> list[int]:
    with psycopg.connect(dsn(urls.superuser)) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        ).fetchall()
    return [pid for (pid,) in rows]


async def _follow(house: House, stack: AsyncExitStack, run: Run, login: str = "chief") -> str | None:
    """Open a websocket and follow a run; the code of the error where that is refused."""
    socket = await (await stack.enter_async_context(house.server.open(await house.token(login)))).introduced()
    await socket.subscribe(PROGRESS, id=run.id)
    message = await socket.next()
    errors = message["payload"].get("errors", [])
    return str(errors[0]["extensions"]["code"]) if errors else None


async def test_an_account_follows_ten_runs_at_once_and_an_ended_one_makes_room(house: House) -> None:
    run = await house.run()
    async with AsyncExitStack() as stack, AsyncExitStack() as leaving:
        assert [await _follow(house, stack, run) for _ in range(9)] == [None] * 9
        assert await _follow(house, leaving, run) is None
        assert await _follow(house, stack, run) == "LIMIT_EXCEEDED"
        assert await _follow(house, stack, run, "clerk") is None
        await leaving.aclose()
        await anyio.sleep(0.5)
        assert await _follow(house, stack, run) is None


async def test_on_one_websocket_no_more_are_begun_either(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        for number in range(10):
            await socket.subscribe(PROGRESS, str(number), id=run.id)
            await socket.state()
        await socket.subscribe(PROGRESS, "too many", id=run.id)
        assert await socket.code() == "LIMIT_EXCEEDED"
        await socket.send({"id": "3", "type": "complete"})
        await anyio.sleep(0.2)
        await socket.subscribe(PROGRESS, "again", id=run.id)
        assert (await socket.state())["run"] == run.name


async def test_one_connection_listens_for_all_and_none_for_nobody(
    house: House, database_urls: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_LISTENS_SECONDS", 0.1)
    run = await house.run()
    assert _listeners(database_urls) == []
    async with AsyncExitStack() as stack:
        for _ in range(6):
            await _follow(house, stack, run)
        assert len(_listeners(database_urls)) == 1
    with anyio.fail_after(10):
        while _listeners(database_urls):  # noqa: ASYNC110  the server tells nobody
            await anyio.sleep(0.1)


async def test_a_lost_listener_comes_back(
    house: House, database_urls: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "_LOOK_EVERY_SECONDS", NEVER)
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        (listener,) = _listeners(database_urls)
        with psycopg.connect(dsn(database_urls.superuser)) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [listener])
        # Told while nobody listens: whoever comes to listen looks first.
        await run.come_to(7)
        assert (await socket.state())["inserted"] == 7
        await run.come_to(8)
        assert (await socket.state())["inserted"] == 8
