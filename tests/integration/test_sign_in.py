"""Signing in with a password: what it gives, how it ends, and how little whoever guesses learns."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from schema.access_vocabularies import Role
from stores.accounts import add_account, disable_account, enable_account
from stores.postgres import Database
from tests.conftest import CHINA
from tests.hashers import CheapHasher
from tests.integration.graphql_client import served

LOGIN = "zhang.san"
PASSWORD = "南阳 correct horse 7"  # noqa: S105  a test's
NEW = "a better password 8"


@dataclass
class Desk:
    """The application, closed to whoever has no token, at a time that a test moves."""

    database: Database
    http: httpx.AsyncClient
    hasher: CheapHasher
    now: datetime
    headers: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, token: str | None = None, /, **body: Any) -> httpx.Response:
        headers = self.headers | ({} if token is None else {"authorization": f"Bearer {token}"})
        return await self.http.post(path, json=body, headers=headers)

    async def sign_in(self, password: str = PASSWORD, *, login: str = LOGIN) -> httpx.Response:
        return await self.post("/sign-in", login=login, password=password, purpose="专项检查")

    async def token(self) -> str:
        response = await self.sign_in()
        assert response.status_code == 200, response.text
        return str(response.json()["token"])

    async def who(self, token: str | None) -> int:
        return (await self.post("/graphql", token, query="{ __typename }")).status_code

    async def account(self, login: str = LOGIN, *, must_change: bool = False) -> int:
        async with self.database.begin() as connection:
            made = await add_account(
                connection,
                login=login,
                name="张三",
                roles=[Role.ADMINISTRATOR],
                password_hash=CheapHasher().hash(PASSWORD),
                must_change_password=must_change,
                now=self.now,
            )
        return made.id


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    hasher, desks = CheapHasher(), list[Desk]()
    proxies = [ip_network("127.0.0.0/8")]
    async with served(
        database, open_locally=False, hasher=hasher, clock=lambda: desks[0].now, proxies=proxies
    ) as client:
        desks.append(Desk(database, client.http, hasher, datetime.now(CHINA)))
        await desks[0].account()
        yield desks[0]


def told(response: httpx.Response) -> tuple[int, str, str]:
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


async def test_who_signs_in_gets_a_token_for_half_an_hour_of_a_session_of_ten(desk: Desk) -> None:
    response = await desk.sign_in()
    body = response.json()
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert body["mustChangePassword"] is False
    assert datetime.fromisoformat(body["sessionExpiresAt"]) == desk.now + timedelta(hours=10)
    assert await desk.who(body["token"]) == 200
    desk.now += timedelta(minutes=30)
    assert await desk.who(body["token"]) == 401


async def test_a_token_is_renewed_until_the_session_ends(desk: Desk) -> None:
    token = await desk.token()
    for _ in range(23):
        desk.now += timedelta(minutes=25)
        renewed = await desk.post("/sign-in/renew", token)
        assert renewed.status_code == 200
        token = renewed.json()["token"]
    assert renewed.json()["expiresAt"] <= renewed.json()["sessionExpiresAt"]
    desk.now += timedelta(minutes=25)
    assert await desk.who(token) == 401
    assert (await desk.post("/sign-in/renew", token)).status_code == 401


async def test_after_signing_out_no_token_of_the_session_is_worth_anything(desk: Desk) -> None:
    token, other = await desk.token(), await desk.token()
    renewed = (await desk.post("/sign-in/renew", token)).json()["token"]
    assert (await desk.post("/sign-out", token)).json() == {"ended": True}
    assert [await desk.who(given) for given in (token, renewed, other)] == [401, 401, 200]


async def test_a_disabled_account_is_out_at_once_and_its_old_tokens_stay_worthless(desk: Desk) -> None:
    other = await desk.account("li.si")
    token = await desk.token()
    async with desk.database.begin() as connection:
        await disable_account(connection, other - 1, desk.now)
    assert await desk.who(token) == 401
    assert told(await desk.sign_in()) == told(await desk.sign_in(login="nobody"))
    async with desk.database.begin() as connection:
        await enable_account(connection, other - 1)
    assert await desk.who(token) == 401
    assert (await desk.sign_in()).status_code == 200


async def test_a_changed_password_ends_what_the_old_one_began(desk: Desk) -> None:
    token = await desk.token()
    changed = await desk.post("/password", login=LOGIN, password=PASSWORD, newPassword=NEW)
    assert changed.json() == {"changed": True}
    assert await desk.who(token) == 401
    assert (await desk.sign_in()).status_code == 401
    assert (await desk.sign_in(NEW)).status_code == 200


async def test_an_initial_password_gives_no_token_before_it_is_changed(desk: Desk) -> None:
    await desk.account("li.si", must_change=True)
    response = await desk.sign_in(login="li.si")
    assert (response.status_code, response.json()["token"], response.json()["mustChangePassword"]) == (200, None, True)
    await desk.post("/password", login="li.si", password=PASSWORD, newPassword=NEW)
    assert (await desk.sign_in(NEW, login="li.si")).json()["token"]


@pytest.mark.parametrize(
    ("new", "why"), [("short", "12 to 200"), (PASSWORD, "the old one"), ("password1234", "anybody tries")]
)
async def test_a_bad_new_password_is_told_and_changes_nothing(desk: Desk, new: str, why: str) -> None:
    status, code, message = told(await desk.post("/password", login=LOGIN, password=PASSWORD, newPassword=new))
    assert (status, code) == (400, "BAD_USER_INPUT")
    assert why in message
    assert (await desk.sign_in()).status_code == 200


async def test_a_password_hashed_with_less_is_hashed_anew_when_its_owner_signs_in(desk: Desk) -> None:
    desk.hasher.time_cost = 2
    assert await desk.who(await desk.token()) == 200
    assert await desk.who(await desk.token()) == 200
    assert [kept.split("$")[3] for kept in desk.hasher.verified] == ["m=8,t=1,p=1", "m=8,t=2,p=1"]


# -- whoever guesses ---------------------------------------------------------------------------------------------------


async def test_wrong_unknown_disabled_and_locked_are_one_sentence_and_the_same_work(desk: Desk) -> None:
    disabled = await desk.account("wang.wu")
    async with desk.database.begin() as connection:
        await disable_account(connection, disabled, desk.now)
    await desk.account("locked.one")
    for _ in range(5):
        await desk.sign_in("wrong wrong wrong", login="locked.one")
    desk.hasher.verified.clear()
    answers = [
        told(await desk.sign_in("wrong wrong wrong")),
        told(await desk.sign_in(login="nobody")),
        told(await desk.sign_in(login="wang.wu")),
        told(await desk.sign_in(login="locked.one")),
        told(await desk.sign_in(login="local administrator")),
        told(await desk.sign_in(login="张三\n")),
        told(await desk.post("/password", login="nobody", password=PASSWORD, newPassword=NEW)),
    ]
    assert set(answers) == {answers[0]}
    assert answers[0][:2] == (401, "UNAUTHENTICATED")
    assert len(desk.hasher.verified) == len(answers)


@pytest.mark.parametrize("login", [LOGIN, "nobody"])
async def test_five_failures_lock_a_login_and_each_further_one_for_twice_as_long(desk: Desk, login: str) -> None:
    for _ in range(5):
        await desk.sign_in("wrong wrong wrong", login=login)
    for quarters in (1, 2, 4, 8, 16, 32, 64, 96, 96):
        desk.now += timedelta(minutes=15) * quarters - timedelta(seconds=1)
        await _locked(desk, login, still=True)
        desk.now += timedelta(seconds=1)
        await _locked(desk, login, still=False)
        await desk.sign_in("wrong wrong wrong", login=login)
    desk.now += timedelta(days=2)
    if login == LOGIN:
        assert (await desk.sign_in()).status_code == 200


async def _locked(desk: Desk, login: str, *, still: bool) -> None:
    async with desk.database.begin() as connection:
        found = await connection.exec_driver_sql(
            "SELECT locked_until > %(now)s FROM failed_sign_in WHERE subject = %(subject)s",
            {"now": desk.now, "subject": f"login:{login}"},
        )
        assert found.scalar_one() is still
    if still:
        assert (await desk.sign_in(login=login)).status_code == 401


async def test_who_signs_in_is_forgiven_what_failed_before(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await desk.sign_in("wrong wrong wrong")).status_code == 401
        assert (await desk.sign_in()).status_code == 200


async def test_guesses_at_the_same_time_count_as_much_as_one_after_another(desk: Desk) -> None:
    await asyncio.gather(*(desk.sign_in(f"wrong wrong wrong {n}") for n in range(20)))
    async with desk.database.begin() as connection:
        failures = await connection.exec_driver_sql("SELECT failures FROM failed_sign_in WHERE subject LIKE 'login:%%'")
        assert failures.scalar_one() == 5
    # Against the password that is kept five times, against nobody's the others.
    assert sorted(Counter(desk.hasher.verified).values()) == [5, 15]
    assert (await desk.sign_in()).status_code == 401


async def test_thirty_failures_of_an_address_are_too_many_whatever_the_login(desk: Desk) -> None:
    desk.headers = {"x-forwarded-for": "198.51.100.7"}
    for n in range(30):
        assert (await desk.sign_in(login=f"nobody.{n}")).status_code == 401
    work = len(desk.hasher.verified)
    limited = await desk.sign_in()
    assert told(limited)[:2] == (429, "RATE_LIMITED")
    assert (limited.headers["retry-after"], len(desk.hasher.verified)) == ("900", work)
    desk.headers = {"x-forwarded-for": "198.51.100.8"}
    assert (await desk.sign_in()).status_code == 200
    # What the caller writes before what the proxy writes is not believed.
    desk.headers = {"x-forwarded-for": "198.51.100.8, 198.51.100.7"}
    assert (await desk.sign_in()).status_code == 429
    desk.now += timedelta(minutes=15)
    assert (await desk.sign_in()).status_code == 200


async def test_right_sign_ins_never_limit_an_address(desk: Desk) -> None:
    for _ in range(35):
        assert (await desk.sign_in()).status_code == 200


async def test_what_was_tried_is_forgotten_after_a_day(desk: Desk) -> None:
    await desk.sign_in(login="nobody")
    desk.now += timedelta(days=1)
    await desk.token()
    async with desk.database.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM failed_sign_in")).scalar_one() == 0


async def test_no_log_shows_a_login_a_password_or_a_purpose(desk: Desk) -> None:
    attack = "x\nlevel=info event='signed in'"
    with capture_logs() as logs:
        await desk.sign_in(login=attack)
        await desk.sign_in("wrong wrong wrong")
        await desk.post("/sign-in", login=LOGIN, password=PASSWORD, purpose=attack)
        await desk.token()
    assert [entry["event"] for entry in logs] == ["sign-in refused", "sign-in refused", "signed in"]
    for secret in ("x\n", LOGIN, "wrong", PASSWORD, "专项检查", "张三"):
        assert secret not in str(logs)


async def test_an_account_of_the_demo_is_let_in_by_the_demo_alone(desk: Desk) -> None:
    await desk.account("demo.chief")
    assert told(await desk.sign_in(login="demo.chief")) == told(await desk.sign_in(login="nobody"))
    async with served(desk.database, open_locally=False, clock=lambda: desk.now, demo=True) as demo:
        body = {"login": "demo.chief", "password": PASSWORD, "purpose": "演示"}
        token = (await demo.http.post("/sign-in", json=body)).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        answer = await demo.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert answer.status_code == 200
    assert await desk.who(token) == 401


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": ""},
        {"purpose": "   "},
        {"purpose": "查" * 201},
        {"purpose": "a\nb"},
        {"purpose": "a\u202eb"},
        {"purpose": "a\x00"},
        {"purpose": None},
        {"login": 7},
        {"password": "x" * 201},
        {"password": ""},
        {"another": 1},
    ],
)
async def test_what_cannot_be_used_is_told_without_quoting_it(desk: Desk, changed: dict[str, Any]) -> None:
    body = {"login": LOGIN, "password": PASSWORD, "purpose": "专项检查"} | changed
    response = await desk.post("/sign-in", **body)
    assert told(response)[:2] == (400, "BAD_USER_INPUT")
    assert PASSWORD not in response.text


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"login": "\\ud800"}', b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_told(desk: Desk, content: bytes) -> None:
    response = await desk.http.post("/sign-in", content=content, headers={"content-type": "application/json"})
    assert told(response)[:2] == (400, "BAD_USER_INPUT")


async def test_a_form_of_another_page_signs_nobody_in(desk: Desk) -> None:
    body = f'{{"login": "{LOGIN}", "password": "{PASSWORD}", "purpose": "x"}}'
    response = await desk.http.post("/sign-in", content=body.encode(), headers={"content-type": "text/plain"})
    assert response.status_code == 400
    assert (await desk.http.get("/sign-in")).status_code == 405


async def test_a_body_without_end_is_not_read(desk: Desk) -> None:
    response = await desk.http.post("/sign-in", content=b"x" * 1_000_001, headers={"content-type": "application/json"})
    assert told(response)[:2] == (413, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic emhhbmc6c2Fu", "Bearer jdk_", "Bearer ../../x", "bearer \xe9.x.y"],
)
async def test_every_wrong_header_has_one_answer(desk: Desk, header: str) -> None:
    response = await desk.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers=[(b"authorization", header.encode("latin-1"))]
    )
    assert told(response)[:2] == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer realm="jiandu"'


async def test_two_headers_are_none(desk: Desk) -> None:
    token = await desk.token()
    headers = [("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")]
    response = await desk.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert response.status_code == 401


async def test_a_wrong_token_is_not_excused_by_the_machine_it_comes_from(database: Database) -> None:
    async with served(database) as client:
        response = await client.http.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Bearer a.b.c"}
        )
        assert response.status_code == 401
        assert (await client.http.post("/sign-out", json={})).status_code == 400


async def test_whoever_may_call_without_a_token_is_the_local_administrator(database: Database) -> None:
    async with served(database) as client:
        assert await client.ask("{ viewer { login } }") == {"viewer": {"login": "local administrator"}}
