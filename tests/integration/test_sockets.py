"""A websocket tells nobody anything who may not be told, and takes nothing but subscriptions in their bounds."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from api import app, sockets
from api.following import PER_ADDRESS, STRANGERS_PER_ADDRESS
from commands.runtime import now
from stores.accounts import disable_account
from stores.bearer_tokens import BearerTokens
from stores.keys import KeyRing, parse_key_ring
from stores.machine_keys import revoke_key
from stores.postgres import Database
from tests.conftest import TEST_KEY
from tests.integration.run_following import House, opened_house
from tests.integration.socket_serving import PROGRESS, socket_server

FORBIDDEN = (4403, "Forbidden")
OTHER_KEY = "other:" + "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="


@pytest.fixture
async def house(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(database, keys, tmp_path) as opened:
        yield opened


# -- who is at the other end -------------------------------------------------------------------------------------------


async def test_a_page_says_who_it_is_in_its_first_message(house: House) -> None:
    run = await house.run()
    async with house.server.open() as opened:
        socket = await opened.introduced(await house.token())
        await socket.subscribe(id=run.id)
        assert (await socket.state())["run"] == run.name


@pytest.mark.parametrize("payload", [None, {}, {"authorization": None}, {"authorization": ["Bearer x"]}])
async def test_whoever_says_nothing_is_not_let_in(house: House, payload: object) -> None:
    async with house.server.open() as socket:
        await socket.send({"type": "connection_init"} | ({} if payload is None else {"payload": payload}))
        assert await socket.closed() == FORBIDDEN


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "jdk_0123456789abcdef_" + "A" * 43, "口令", "\x00"])
async def test_a_forged_token_is_not_let_in(house: House, token: str) -> None:
    async with house.server.open() as socket:
        await socket.introduce(token)
        assert await socket.closed() == FORBIDDEN


async def test_tokens_expired_made_under_another_key_and_swapped_are_not_let_in(house: House) -> None:
    good = await house.token()
    (session,) = await house.feed.rows("SELECT max(id) AS id FROM sign_in_session")

    def made(key: str = TEST_KEY, login: str = "chief", ago: timedelta = timedelta(0)) -> str:
        tokens = BearerTokens(parse_key_ring(key))
        at = now() - ago
        ends = at + timedelta(hours=9)
        return tokens.issue(account_id=house.ids[login], session_id=session["id"], session_ends_at=ends, now=at)[0]

    for token in (made(ago=timedelta(hours=1)), made(OTHER_KEY), made(login="clerk")):
        async with house.server.open() as socket:
            await socket.introduce(token)
            assert await socket.closed() == FORBIDDEN
    for token in (good, made()):
        async with house.server.open() as socket:
            await socket.introduced(token)


async def test_two_tokens_are_one_too_many(house: House) -> None:
    async with house.server.open(await house.token("clerk")) as socket:
        await socket.introduce(await house.token("chief"))
        assert await socket.closed() == FORBIDDEN


@pytest.mark.parametrize("token", ["x", "a.b.c", "jdk_0123456789abcdef_" + "A" * 43])
async def test_a_bad_header_is_refused_before_anything_is_opened(house: House, token: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with house.server.open(token):
            pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body or b"")["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_whoever_says_nothing_takes_no_seat_of_those_who_say_who_they_are(
    house: House,
) -> None:
    run = await house.run()
    token = await house.token()
    async with AsyncExitStack() as stack:
        for _ in range(2 * STRANGERS_PER_ADDRESS):
            await (await stack.enter_async_context(house.server.open())).introduced(token)
        async with AsyncExitStack() as silent:
            for _ in range(STRANGERS_PER_ADDRESS):
                await silent.enter_async_context(house.server.open())
            with pytest.raises(InvalidStatus) as refused:
                async with house.server.open():
                    pass
            assert refused.value.response.status_code == 413
        with anyio.fail_after(10):
            while house.server.following.strangers.taken:  # noqa: ASYNC110  the server tells nobody
                await anyio.sleep(0.05)
        opened = await (await stack.enter_async_context(house.server.open())).introduced(token)
        await opened.subscribe(id=run.id)
        assert (await opened.state())["run"] == run.name
        for _ in range(PER_ADDRESS - 2 * STRANGERS_PER_ADDRESS - 1):
            await (await stack.enter_async_context(house.server.open())).introduced(token)
        too_many = await stack.enter_async_context(house.server.open())
        await too_many.introduce(token)
        assert await too_many.closed() == (1013, "Try again in a moment.")


@pytest.mark.parametrize("path", ["/", "/graphql/", "/livez", "/sign-in", "/feeds/x/y", "/anomalies/x"])
async def test_nothing_but_graphql_takes_a_websocket(house: House, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with house.server.open(await house.token(), path=path):
            pass
    assert refused.value.response.status_code == 403


async def test_a_page_of_another_site_opens_none(house: House) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with house.server.open(await house.token(), origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_the_local_administrator_needs_no_token_and_no_page_calls_in_its_name(
    house: House, database: Database
) -> None:
    run = await house.run(None)
    async with socket_server(database, open_locally=True) as server:
        async with server.open() as opened:
            socket = await opened.introduced()
            await socket.subscribe(id=run.id)
            assert (await socket.state())["run"] == run.name
        # A page whose name leads to this machine: to itself it is of one origin.
        async with server.open(called="evil.example", origin=f"http://evil.example:{server.port}") as stranger:
            await stranger.introduce()
            assert await stranger.closed() == FORBIDDEN


async def test_whoever_does_not_say_who_it_is_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "INTRODUCTION_PATIENCE", timedelta(seconds=0.2))
    async with socket_server(database) as server, server.open() as socket:
        assert (await socket.closed())[0] == 4408


async def test_nothing_is_answered_before_the_introduction(house: House) -> None:
    async with house.server.open(await house.token()) as socket:
        await socket.subscribe(id="x")
        assert (await socket.closed())[0] == 4401


@pytest.mark.parametrize("end", ["signed out", "disabled", "another role", "revoked"])
async def test_whoever_may_no_longer_call_hears_nothing_more(
    house: House, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(sockets, "CHECKED_EVERY_SECONDS", 0.2)
    run = await house.run()
    token = await house.token("machine" if end == "revoked" else "chief")
    async with house.server.open(token) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        await anyio.sleep(1)
        await run.come_to(1)
        assert (await socket.state())["inserted"] == 1
        if end == "signed out":
            await house.server.http.post("/sign-out", headers={"authorization": f"Bearer {token}"})
        elif end == "another role":
            await house.feed.run("UPDATE account SET roles = '{CASE_OFFICER}' WHERE login = 'chief'")
        else:
            async with house.database.begin() as connection:
                if end == "disabled":
                    await disable_account(connection, house.ids["chief"], now())
                else:
                    await revoke_key(connection, token.split("_")[1], now())
        assert await socket.closed() == FORBIDDEN


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ["{ viewer { login } }", "query { rules { code } }", "mutation { __typename }"])
async def test_queries_and_mutations_are_sent_by_post(house: House, document: str) -> None:
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(document)
        error = await socket.error()
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


async def test_subscriptions_are_not_sent_by_post(house: House) -> None:
    answer = await house.server.http.post(
        "/graphql",
        json={"query": PROGRESS, "variables": {"id": "x"}},
        headers={"authorization": f"Bearer {await house.token()}"},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


DEEP = "subscription { feedRunProgress(id: 1) { agency { procuratorate " + "{ parent " * 12 + "{ id }" + "}" * 14 + "}"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "BAD_USER_INPUT"),
        ("subscription {", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { " + "x" * 5_000 + "(", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: feedRunProgress(id: 1) { id } b: feedRunProgress(id: 2) { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("fragment f on FeedRun { id }", "BAD_USER_INPUT"),
        (DEEP, "LIMIT_EXCEEDED"),
        ("subscription { feedRunProgress(id: 1) { " + "id " * 2_001 + "} }", "LIMIT_EXCEEDED"),
        (
            "subscription { feedRunProgress(id: 1) { " + "".join(f"a{n}: id " for n in range(31)) + "} }",
            "LIMIT_EXCEEDED",
        ),
        ("subscription " + "{ a " * 1_900, "LIMIT_EXCEEDED"),
    ],
)
async def test_what_cannot_be_answered_is_told_with_a_code(house: House, document: str, code: str) -> None:
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(document)
        message = await socket.next()
        assert message["type"] == "error"
        assert {error["extensions"]["code"] for error in message["payload"]} == {code}
        assert all(error["message"] for error in message["payload"])
        await socket.send({"type": "ping"})
        assert await socket.next() == {"type": "pong"}


async def test_a_machine_may_not_ask_for_more(house: House) -> None:
    document = "subscription s { feedRunProgress(id: 1) { id } } query q { cases { totalCount } }"
    async with house.server.open(house.machine.key) as opened:
        socket = await opened.introduced()
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": document, "operationName": "s"}})
        assert await socket.code() == "FORBIDDEN"


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no JSON",
        "[]",
        "[[]]",
        "1",
        "null",
        "{}",
        '{"type": 1}',
        '{"type": "' + "x" * 1_000 + '"}',
        '{"type": "' + "督" * 1_000 + '"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": [], "payload": {"query": "x"}}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "x", "variables": []}}',
        '{"type": "complete", "id": {}}',
        '{"type": "connection_init", "payload": []}',
        "[" * 60_000,
        '{"type": "\\ud800"}',
        b"\x00\xff",
    ],
)
async def test_what_is_no_message_ends_the_conversation_and_nothing_else(house: House, message: str | bytes) -> None:
    token = await house.token()
    with capture_logs() as logs:
        async with house.server.open(token) as opened:
            socket = await opened.introduced()
            await socket.connection.send(message)
            assert (await socket.closed())[0] == 4400
    assert logs == []
    async with house.server.open(token) as opened:
        await opened.introduced()


async def test_a_message_that_is_too_long_ends_the_conversation(house: House) -> None:
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe("#" + "x" * sockets.MAX_MESSAGE_BYTES)
        assert (await socket.closed())[0] == 1009


async def test_another_protocol_is_not_spoken(house: House) -> None:
    async with house.server.open(await house.token(), subprotocol="graphql-ws") as socket:
        assert (await socket.closed())[0] == 4406


async def test_what_goes_wrong_on_our_side_is_told_by_an_id_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await house.run()
    told = "张三 410102"

    async def broken(*_given: object) -> None:
        raise ValueError(told)

    monkeypatch.setattr("api.loaders.runs_by_id", broken)
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        with capture_logs() as logs:
            await socket.subscribe(id=run.id)
            error = await socket.error()
    assert error["extensions"]["code"] == "INTERNAL"
    assert told not in json.dumps(error, ensure_ascii=False)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["unexpected error"]
    assert told not in str(logs)


# -- the ends ----------------------------------------------------------------------------------------------------------


async def test_whoever_goes_away_follows_nothing_more(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        following = house.server.following
        assert following.subscriptions.taken == 1
        socket.connection.transport.abort()
        with anyio.fail_after(2):
            while following.subscriptions.taken or following.sockets.taken:  # noqa: ASYNC110  it tells nobody
                await anyio.sleep(0.02)


async def test_a_server_that_ends_ends_all(house: House) -> None:
    run = await house.run()
    async with house.server.open(await house.token()) as opened:
        socket = await opened.introduced()
        await socket.subscribe(id=run.id)
        await socket.state()
        with anyio.fail_after(3):
            house.server.end()
            assert (await socket.closed())[0] == 1012
