"""A token is its owner's, of this installation, while its session goes on, and nothing that it says is followed."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from sqlalchemy import text

from schema.access_records import EVERYTHING
from stores.accounts import disable_account, set_password
from stores.bearer_tokens import TOKEN_LIFE, BearerTokens
from stores.embedded import EmbeddedDatabase
from stores.keys import KeyRing, parse_key_ring
from stores.postgres import Database
from tests.conftest import CHINA, TEST_KEY, cloned_database
from tests.hashers import CheapHasher
from tests.integration.attack_city import PASSWORD, AttackedCity, attacked_city
from tests.integration.graphql_client import served
from tests.integration.statement_counting import statements

WHO = {"query": "{ viewer { login } }"}


@pytest.fixture(scope="module")
async def standing(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AttackedCity]:
    """A city for tests that change nothing in it but the time."""
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        async with attacked_city(database, parse_key_ring(TEST_KEY), tmp_path_factory.mktemp("feed")) as opened:
            yield opened
        await database.close()


@pytest.fixture
def city(standing: AttackedCity) -> AttackedCity:
    """The city, now."""
    standing.now = datetime.now(CHINA)
    standing.tokens.clear()
    return standing


@pytest.fixture
async def changing(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[AttackedCity]:
    async with attacked_city(database, keys, tmp_path) as opened:
        yield opened


async def sent(city: AttackedCity, token: str) -> httpx.Response:
    return await city.client.http.post("/graphql", json=WHO, headers={"authorization": f"Bearer {token}"})


async def accepted(city: AttackedCity, token: str) -> bool:
    response = await sent(city, token)
    if response.status_code == 200:
        return bool(response.json()["data"]["viewer"]["login"])
    assert response.status_code == 401, response.text
    assert response.json() == (await sent(city, "x.y.z")).json()
    return False


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.fixture
async def claims(city: AttackedCity) -> dict[str, Any]:
    """What a good token says."""
    return decoded((await city.token("west.case.officer")).split(".")[1])


def forged(claims: dict[str, Any], key: bytes, headers: dict[str, Any] | None = None) -> str:
    """A token as no library would make it."""
    signing = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'test'} | (headers or {}))}.{encoded(claims)}"
    signature = hmac.new(key, signing.encode(), hashlib.sha256).digest()
    return f"{signing}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def signed(city: AttackedCity, claims: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    """A token under the key of the installation, as only whoever has the key can make it."""
    return forged(claims, city.client.services.tokens.keys.signing_keys["test"], headers)


async def test_what_the_tests_below_change_is_a_token_that_is_accepted(
    city: AttackedCity, claims: dict[str, Any]
) -> None:
    assert await accepted(city, await city.token("west.case.officer"))
    assert await accepted(city, signed(city, claims))


@pytest.mark.parametrize(
    "key", [b"x" * 32, b"secret" * 8, base64.b64decode(TEST_KEY.partition(":")[2]), b"jiandu-api".ljust(32, b"\0")]
)
async def test_a_token_forged_under_another_key_is_refused(
    city: AttackedCity, claims: dict[str, Any], key: bytes
) -> None:
    assert not await accepted(city, jwt.encode(claims, key, algorithm="HS256", headers={"kid": "test"}))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, "HS384", "RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("keeps_signature", [True, False])
async def test_a_token_whose_header_names_another_algorithm_is_refused(
    city: AttackedCity, algorithm: str | None, keeps_signature: bool
) -> None:
    _, payload, signature = (await city.token("west.case.officer")).split(".")
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": "test"})
    assert not await accepted(city, f"{header}.{payload}.{signature if keeps_signature else ''}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_token_signed_rightly_under_another_algorithm_is_refused(
    city: AttackedCity, claims: dict[str, Any], algorithm: str
) -> None:
    key = city.client.services.tokens.keys.signing_keys["test"]
    assert not await accepted(city, jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "test"}))


async def test_a_token_signed_with_an_own_key_pair_is_refused_and_so_is_one_under_its_public_half(
    city: AttackedCity, claims: dict[str, Any]
) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    edwards = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for token in (
        jwt.encode(claims, private, algorithm="RS256", headers={"kid": "test"}),
        jwt.encode(claims, edwards, algorithm="EdDSA", headers={"kid": "test"}),
        forged(claims, public),
    ):
        assert not await accepted(city, token)


@pytest.mark.parametrize(
    "headers",
    [
        {"kid": "other"},
        {"kid": ""},
        {"kid": "../../dev/null"},
        {"kid": "test' OR '1'='1"},
        {"kid": "test\x00"},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/certificate"},
        {"jwk": {"kty": "oct", "k": encoded("x" * 24)}},
        {"x5c": ["MIIB"]},
    ],
)
async def test_a_header_leads_to_no_key_but_that_of_the_installation(
    city: AttackedCity, claims: dict[str, Any], headers: dict[str, Any]
) -> None:
    for key in (b"x" * 32, b"", b"\x00" * 32):
        assert not await accepted(city, forged(claims, key, headers))


@pytest.mark.parametrize("headers", [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": False}, {"crit": []}])
async def test_a_token_that_demands_what_nobody_here_understands_is_refused(
    city: AttackedCity, claims: dict[str, Any], headers: dict[str, Any]
) -> None:
    assert not await accepted(city, signed(city, claims, headers))


@pytest.mark.parametrize("opening", ["[", '{"kid":'])
async def test_a_header_nested_without_end_is_a_wrong_token_like_any_other(city: AttackedCity, opening: str) -> None:
    for length in (200, 1_470, 50_000):
        header = base64.urlsafe_b64encode((opening * length)[:length].encode()).decode().rstrip("=")
        assert not await accepted(city, f"{header}.x.y")


@pytest.mark.parametrize("header", ["[]", "null", "7", '"HS256"', '{"alg": ["HS256"]}', '{"alg": {}}', "{", "\xff", ""])
async def test_a_header_that_is_none_is_a_wrong_token_like_any_other(city: AttackedCity, header: str) -> None:
    _, payload, signature = (await city.token("west.case.officer")).split(".")
    part = base64.urlsafe_b64encode(header.encode("latin-1")).decode().rstrip("=")
    assert not await accepted(city, f"{part}.{payload}.{signature}")


@pytest.mark.parametrize("padding", ["=", "==", " ", "%20", ";", ",", "\t", "."])
async def test_a_token_with_something_behind_it_is_refused(city: AttackedCity, padding: str) -> None:
    response = await sent(city, await city.token("west.case.officer") + padding + "x")
    assert response.status_code == 401


async def test_a_payload_that_was_edited_is_refused(city: AttackedCity, claims: dict[str, Any]) -> None:
    header, _, signature = (await city.token("west.case.officer")).split(".")
    for changed in (
        {"sub": str(city.accounts["east.chief"])},
        {"sid": "1"},
        {"exp": claims["exp"] + 1},
        {"iat": 0},
        {"aud": "another"},
    ):
        assert not await accepted(city, f"{header}.{encoded(claims | changed)}.{signature}")


async def test_the_parts_of_two_tokens_make_no_third(city: AttackedCity) -> None:
    ours, theirs = [(await city.token(login)).split(".") for login in ("west.case.officer", "east.chief")]
    mixed = [".".join((ours[0], theirs[1], ours[2])), ".".join((theirs[0], ours[1], theirs[2]))]
    assert [await accepted(city, token) for token in mixed] == [False, False]


async def test_a_session_opens_nothing_in_the_name_of_another_account(
    city: AttackedCity, claims: dict[str, Any]
) -> None:
    # Not even for whoever could sign.
    await city.token("east.chief")
    for swapped in (
        {"sub": str(city.accounts["east.chief"])},
        {"sid": str(city.sessions["east.chief"])},
        {"sid": "0"},
        {"sid": "-1"},
        {"sid": str(2**63 - 1)},
    ):
        assert not await accepted(city, signed(city, claims | swapped))


@pytest.mark.parametrize("number", [str(2**63), str(2**200), "9" * 900, "1.0", "0x1", "NaN", ""])
async def test_a_number_that_no_database_has_is_a_wrong_token_like_any_other(
    city: AttackedCity, claims: dict[str, Any], number: Any
) -> None:
    for name in ("sub", "sid"):
        assert not await accepted(city, signed(city, claims | {name: number}))


async def test_a_token_ends_at_its_very_second_and_begins_at_it(city: AttackedCity, claims: dict[str, Any]) -> None:
    token, began = await city.token("west.case.officer"), city.now
    ends = datetime.fromtimestamp(claims["exp"], UTC)
    for now, good in (
        (ends - timedelta(microseconds=1), True),
        (ends, False),
        (ends + timedelta(microseconds=1), False),
        (began, True),
        (began - timedelta(minutes=2), False),
    ):
        city.now = now
        assert await accepted(city, token) is good


async def test_a_token_that_says_not_before_is_none_before(city: AttackedCity, claims: dict[str, Any]) -> None:
    # Ours say `iat`; one of a time to come is of no use yet.
    later = int((city.now + timedelta(minutes=10)).timestamp())
    assert not await accepted(city, signed(city, claims | {"iat": later, "exp": later + 600}))


async def test_a_token_that_gives_itself_a_longer_life_is_refused(city: AttackedCity, claims: dict[str, Any]) -> None:
    longer = claims["iat"] + int(TOKEN_LIFE.total_seconds()) + 1
    assert not await accepted(city, signed(city, claims | {"exp": longer}))


async def test_a_token_of_a_session_that_was_ended_or_is_over_is_worth_nothing(changing: AttackedCity) -> None:
    city = changing
    token = await city.token("west.case.officer")
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    for ended_at, expires_at in ((city.now, city.now + hour), (None, city.now)):
        assert await accepted(city, token)
        change = "UPDATE sign_in_session SET started_at = :began, ended_at = :ended_at, expires_at = :expires_at"
        await city.feed.run(change, began=city.now - minute, ended_at=ended_at, expires_at=expires_at)
        assert not await accepted(city, token)
        await city.feed.run(change, began=city.now - minute, ended_at=None, expires_at=city.now + hour)


async def test_a_token_of_an_account_that_was_disabled_or_has_a_new_password_is_worth_nothing(
    changing: AttackedCity,
) -> None:
    city = changing
    tokens = {login: await city.token(login) for login in ("west.chief", "west.clerk", "east.chief")}
    async with city.database.begin() as connection:
        await disable_account(connection, city.accounts["west.chief"], city.now)
        await set_password(
            connection,
            city.accounts["west.clerk"],
            CheapHasher().hash("another one 7"),
            must_change=False,
            now=city.now,
        )
    assert {login: await accepted(city, token) for login, token in tokens.items()} == {
        "west.chief": False,
        "west.clerk": False,
        "east.chief": True,
    }


async def test_a_role_that_was_taken_away_is_gone_for_tokens_given_before(changing: AttackedCity) -> None:
    city = changing
    may = "{ viewer { permissions } }"
    assert "READ_CASES" in (await city.ask("west.case.officer", may))["viewer"]["permissions"]
    await city.feed.run("UPDATE account SET roles = '{AUDITOR}' WHERE id = :id", id=city.accounts["west.case.officer"])
    assert "READ_CASES" not in (await city.ask("west.case.officer", may))["viewer"]["permissions"]


async def test_a_token_is_sent_in_one_header_and_nowhere_else(city: AttackedCity) -> None:
    token = await city.token("west.case.officer")
    for address in (
        f"/graphql?access_token={token}",
        f"/graphql?token={token}",
        f"/graphql?authorization=Bearer%20{token}",
    ):
        assert (await city.client.http.post(address, json=WHO)).status_code == 401
    for name, value in (
        *((name, f"Bearer {token}") for name in ("x-authorization", "proxy-authorization", "x-access-token")),
        *(("cookie", f"{name}={token}") for name in ("token", "access_token", "authorization")),
    ):
        assert (await city.client.http.post("/graphql", json=WHO, headers={name: value})).status_code == 401, name
    body = WHO | {"token": token, "access_token": token, "extensions": {"token": token}}
    assert (await city.client.http.post("/graphql", json=body)).status_code == 401


@pytest.mark.parametrize("other", ["Bearer x.y.z", "Basic d2VzdDp4", "", "Bearer"])
async def test_two_headers_are_none_whichever_comes_first(city: AttackedCity, other: str) -> None:
    good = ("authorization", f"Bearer {await city.token('west.case.officer')}")
    for headers in ([good, ("authorization", other)], [("Authorization", other), good], [good, good]):
        response = await city.client.http.post("/graphql", json=WHO, headers=headers)
        assert response.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        *("/graphql/", "//graphql", "/GRAPHQL", "/sign-in/../graphql", "/livez/../graphql", "/sign-in/graphql"),
        *("/graphql%00", "/livez;/graphql", "/anomalies/QW5vbWFseTox", "/feeds/a/b.csv", "/sign-out", "/sign-in/renew"),
    ],
)
async def test_no_way_of_writing_a_path_leads_past_the_door(city: AttackedCity, path: str) -> None:
    for method in ("POST", "GET", "PUT", "HEAD", "TRACE"):
        response = await city.client.http.request(method, path, json=WHO)
        assert response.status_code == 401, (method, path)
        assert b"viewer" not in response.content


async def test_a_token_of_another_installation_is_refused(city: AttackedCity, claims: dict[str, Any]) -> None:
    # Even where both call their keys the same and have the same accounts and sessions.
    key = base64.b64encode(b"another installation's own key..").decode()
    theirs = BearerTokens(parse_key_ring(f"test:{key}"))
    token, _ = theirs.issue(
        account_id=int(claims["sub"]),
        session_id=int(claims["sid"]),
        session_ends_at=city.now + timedelta(hours=1),
        now=city.now,
    )
    assert theirs.read(token, city.now)
    assert not await accepted(city, token)


async def test_a_demo_account_signs_in_nowhere_but_in_the_demo_and_its_token_opens_nothing_else(
    changing: AttackedCity,
) -> None:
    city = changing
    await city.feed.run("UPDATE account SET login = 'demo.chief' WHERE id = :id", id=city.accounts["west.chief"])
    body = {"login": "demo.chief", "password": PASSWORD, "purpose": "演示"}
    refused = await city.client.http.post("/sign-in", json=body)
    unknown = await city.client.http.post("/sign-in", json=body | {"login": "nobody"})
    assert (refused.status_code, refused.content) == (unknown.status_code, unknown.content)
    async with served(city.database, open_locally=False, clock=lambda: city.now, demo=True) as demo:
        token = (await demo.http.post("/sign-in", json=body)).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        assert (await demo.http.post("/graphql", json=WHO, headers=headers)).status_code == 200
    assert not await accepted(city, token)


async def test_a_wrong_token_asks_the_database_nothing(city: AttackedCity, claims: dict[str, Any]) -> None:
    forged = jwt.encode(claims, b"x" * 32, algorithm="HS256", headers={"kid": "test"})
    with statements(city.database) as executed:
        for token in (forged, "x.y.z", "jdk_x", "Bearer", "." * 100):
            assert not await accepted(city, token)
    assert executed == []


async def test_signing_out_ends_ones_own_session_and_no_other(changing: AttackedCity) -> None:
    city = changing
    ours, theirs = await city.token("west.chief"), await city.token("east.chief")
    response = await city.client.http.post(
        "/sign-out",
        json={"session": city.sessions["east.chief"], "sid": city.sessions["east.chief"]},
        headers={"authorization": f"Bearer {ours}"},
    )
    assert response.json() == {"ended": True}
    assert [await accepted(city, token) for token in (ours, theirs)] == [False, True]
    async with city.database.begin() as connection:
        ended = await connection.scalar(text("SELECT count(*) FROM sign_in_session WHERE ended_at IS NOT NULL"))
    assert ended == 1
