"""Nobody learns by an error, or by the work that it was, which logins, numbers or findings there are."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.ids import global_id
from schema.access_records import EVERYTHING
from stores.accounts import disable_account
from stores.embedded import EmbeddedDatabase
from stores.keys import KeyRing, parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, cloned_database
from tests.integration.attack_city import (
    EASTERN,
    PASSWORD,
    SHARED_NUMBER,
    UNASSIGNED,
    WESTERN,
    WESTERNERS,
    AttackedCity,
    attacked_city,
    eastern_cases,
    fill,
    western_cases,
)
from tests.integration.feeding import case
from tests.integration.statement_counting import statements

WRONG = "wrong wrong wrong"


@pytest.fixture
async def city(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[AttackedCity]:
    async with attacked_city(database, keys, tmp_path) as opened:
        yield opened


async def sign_in(city: AttackedCity, login: str, password: str, **changed: Any) -> httpx.Response:
    body = {"login": login, "password": password, "purpose": "专项检查"} | changed
    return await city.client.http.post("/sign-in", json=body)


async def change_password(city: AttackedCity, login: str, password: str) -> httpx.Response:
    body = {"login": login, "password": password, "newPassword": "another password 9"}
    return await city.client.http.post("/password", json=body)


@pytest.mark.parametrize("door", [sign_in, change_password])
async def test_whoever_is_not_let_in_is_told_the_same_for_the_same_work(city: AttackedCity, door: Any) -> None:
    async with city.database.begin() as connection:
        await disable_account(connection, city.accounts["east.chief"], city.now)
    await city.feed.run("UPDATE account SET login = 'demo.chief' WHERE login = 'east.auditor'")
    await city.feed.run("UPDATE account SET password_hash = NULL WHERE login = 'east.discipline'")
    for _ in range(5):
        await sign_in(city, "west.chief", WRONG)
        await sign_in(city, "locked.nobody", WRONG)
    tries = {
        "unknown": ("nobody", PASSWORD),
        "wrong password": ("west.case.officer", WRONG),
        "disabled": ("east.chief", PASSWORD),
        "disabled and wrong": ("east.chief", WRONG),
        "locked though right": ("west.chief", PASSWORD),
        "locked and unknown": ("locked.nobody", PASSWORD),
        "of the demo": ("demo.chief", PASSWORD),
        "without a password": ("east.discipline", PASSWORD),
    }
    answers, work, verified = {}, {}, {}
    for name, (login, password) in tries.items():
        city.hasher.verified.clear()
        with statements(city.database) as executed:
            answered = await door(city, login, password)
        answers[name] = (answered.status_code, answered.content, sorted(answered.headers.items()))
        work[name] = executed
        verified[name] = len(city.hasher.verified)
    assert answers["unknown"][0] == 401
    assert {name: answer == answers["unknown"] for name, answer in answers.items()} == dict.fromkeys(tries, True)
    assert {name: each == work["unknown"] for name, each in work.items()} == dict.fromkeys(tries, True)
    assert verified == dict.fromkeys(tries, 1)


@pytest.mark.parametrize(
    "login",
    ["WEST.CHIEF", " west.chief", "west.chief ", "west.chief\x00", "ｗest.chief", "west.chief\u200b", "west%", "_"],
)
async def test_a_login_is_written_in_one_way(city: AttackedCity, login: str) -> None:
    refused = await sign_in(city, "nobody", PASSWORD)
    answered = await sign_in(city, login, PASSWORD)
    assert (answered.status_code, answered.content) == (refused.status_code, refused.content)
    (row,) = await city.feed.rows("SELECT count(*) AS kept FROM failed_sign_in WHERE subject LIKE 'login:west%'")
    assert row["kept"] == 0


async def test_whose_password_must_be_changed_is_told_to_nobody_without_it(city: AttackedCity) -> None:
    await city.feed.run("UPDATE account SET must_change_password = true WHERE login = 'west.chief'")
    refused = await sign_in(city, "nobody", PASSWORD)
    answered = await sign_in(city, "west.chief", WRONG)
    assert (answered.status_code, answered.content) == (refused.status_code, refused.content)


async def test_a_list_of_guesses_is_no_sign_in_and_no_work(city: AttackedCity) -> None:
    city.hasher.verified.clear()
    guesses = [{"login": "west.chief", "password": f"{PASSWORD}{n}", "purpose": "x"} for n in range(1_000)]
    for body in (guesses, {"login": ["west.chief"] * 9, "password": PASSWORD, "purpose": "x"}, {"0": guesses[0]}):
        answered = await city.client.http.post("/sign-in", json=body)
        assert (answered.status_code, answered.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    passwords = {"login": "west.chief", "password": [WRONG, PASSWORD], "purpose": "x"}
    assert (await city.client.http.post("/sign-in", json=passwords)).status_code == 400
    assert city.hasher.verified == []
    assert await city.feed.rows("SELECT * FROM failed_sign_in") == []


async def test_a_name_said_twice_in_a_body_counts_for_the_login_that_is_tried(city: AttackedCity) -> None:
    for number in range(5):
        content = f'{{"login": "nobody.{number}", "login": "west.chief", "password": "{WRONG}", "purpose": "x"}}'
        headers = {"content-type": "application/json"}
        assert (await city.client.http.post("/sign-in", content=content, headers=headers)).status_code == 401
    assert (await sign_in(city, "west.chief", PASSWORD)).status_code == 401
    rows = await city.feed.rows("SELECT subject, failures FROM failed_sign_in WHERE subject LIKE 'login:%'")
    assert Counter({row["subject"]: row["failures"] for row in rows}) == {"login:west.chief": 5}


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def filled(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AttackedCity]:
    """A city with cases in both counties, of which one number is used in both and by the city's own agency."""
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        async with attacked_city(database, parse_key_ring(TEST_KEY), tmp_path_factory.mktemp("feed")) as opened:
            await fill(opened.feed, WESTERN, western_cases())
            await fill(opened.feed, EASTERN, eastern_cases())
            await opened.feed({**case(SHARED_NUMBER), "agency": UNASSIGNED}, name="city.jsonl")
            yield opened
        await database.close()


NUMBER = (
    "query($n: String!, $a: ID) { penaltyCase(documentNumber: $n, agencyId: $a) { id documentNumber agency { name } } }"
)


@pytest.mark.parametrize("login", [*WESTERNERS, "keeper"])
async def test_a_number_of_another_county_is_like_one_that_nobody_uses(filled: AttackedCity, login: str) -> None:
    unknown = await filled.told(login, NUMBER, n="东环罚〔2024〕99号")
    east = global_id("Agency", filled.agencies[EASTERN])
    for n, a in (
        ("东环罚〔2024〕2号", None),
        ("东环罚[2024]2号", None),
        ("东环罚〔2024〕2号", east),
        (SHARED_NUMBER, east),
    ):
        with statements(filled.database) as of_foreign:
            assert await filled.told(login, NUMBER, n=n, a=a) == unknown
        with statements(filled.database) as of_unknown:
            assert await filled.told(login, NUMBER, n="东环罚〔2024〕99号", a=a) == unknown
        assert of_foreign == of_unknown
    assert await filled.told(login, NUMBER, n=SHARED_NUMBER, a=global_id("Agency", 999_999)) == unknown


@pytest.mark.parametrize("login", ["west.case.officer", "west.discipline", "west.clerk"])
async def test_a_number_that_others_use_too_is_ones_own(filled: AttackedCity, login: str) -> None:
    found = await filled.ask(login, NUMBER, n=SHARED_NUMBER)
    assert found["penaltyCase"]["agency"]["name"] == WESTERN


async def test_several_agencies_of_a_number_are_those_whose_cases_one_sees(filled: AttackedCity) -> None:
    response = await filled.post("city.chief", NUMBER, n=SHARED_NUMBER)
    (error,) = response.json()["errors"]
    assert {each["name"] for each in error["extensions"]["agencies"]} == {WESTERN, EASTERN, UNASSIGNED}
    (filled_east,) = [await filled.ask("east.chief", NUMBER, n=SHARED_NUMBER)]
    assert filled_east["penaltyCase"]["agency"]["name"] == EASTERN


@pytest.mark.parametrize("login", ["west.discipline", "west.campaign.office"])
async def test_a_number_that_holds_a_name_is_found_by_nobody_who_may_not_see_names(
    filled: AttackedCity, login: str
) -> None:
    named = western_cases()[2]["documentNumber"]
    assert await filled.told(login, NUMBER, n=named) == await filled.told(login, NUMBER, n="西环罚〔钱一一〕3号")
    assert (await filled.ask("west.case.officer", NUMBER, n=named))["penaltyCase"]
