"""Whoever follows clues is told of every change to those of their departments, and of no other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from api import clue_following
from api.clue_following import NO_SUCH_CLUES
from schema.access_vocabularies import Role
from stores.keys import KeyRing
from stores.postgres import Database
from tests.acceptance.access_table import Seen, read_table
from tests.integration.clue_office import PEOPLE, Office, opened_office
from tests.integration.socket_serving import Socket, SocketServer, socket_server
from tests.integration.viewers import WEST

CHANGED = "subscription ($of: Department) { clueChanged(department: $of) { title status revision handler { name } } }"
NEVER = 3_600.0


@dataclass(frozen=True, slots=True)
class Floor:
    """The office, and the server over whose websockets its people follow clues."""

    office: Office
    server: SocketServer

    def token(self, name: str) -> str:
        token = self.office.people[name].token
        assert token is not None
        return token


@pytest.fixture
async def floor(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Floor]:
    async with opened_office(database, keys, tmp_path) as office, socket_server(database) as server:
        yield Floor(office, server)


async def told(socket: Socket) -> tuple[str, str, int]:
    """The next clue that is told."""
    message = await socket.next()
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    clue: dict[str, Any] = message["payload"]["data"]["clueChanged"]
    return clue["title"], clue["status"], clue["revision"]


async def followed(floor: Floor, socket: Socket, of: str | None = None) -> None:
    """Follow, until it is known what there is already."""
    before = floor.server.following.subscriptions.taken
    await socket.subscribe(CHANGED, "1", of=of)
    with anyio.fail_after(15):
        while floor.server.following.subscriptions.taken == before:  # noqa: ASYNC110  nobody tells of it
            await anyio.sleep(0.05)
    await anyio.sleep(0.5)


@pytest.mark.parametrize("looks", [NEVER, 2.0], ids=["told", "seen"])
async def test_a_clue_is_told_whenever_it_is_changed(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, looks: float
) -> None:
    monkeypatch.setattr(clue_following, "_LOOK_EVERY_SECONDS", looks)
    await floor.office.opened("handler", title="以前的")
    async with floor.server.open(floor.token("head")) as opened:
        socket = await opened.introduced()
        await followed(floor, socket)
        clue = await floor.office.opened("handler", title="新的")
        assert await told(socket) == ("新的", "NEW", 1)
        await floor.office.done("handler", "beginClueReview", clueId=clue["id"])
        assert await told(socket) == ("新的", "UNDER_REVIEW", 2)


async def test_a_clue_of_others_is_not_told_until_it_is_handed_over(floor: Floor) -> None:
    async with floor.server.open(floor.token("western head")) as opened:
        socket = await opened.introduced()
        await followed(floor, socket)
        away = await floor.office.opened("handler", title="东县的")
        await floor.office.opened("western officer", title="西县的")
        assert await told(socket) == ("西县的", "NEW", 1)
        handed = {"department": "PREVENTION", "procuratorateId": floor.office.place(WEST), "reason": "属西县"}
        await floor.office.done("handler", "transferClue", clueId=away["id"], **handed)
        assert await told(socket) == ("东县的", "TRANSFERRED", 2)


async def test_one_department_of_several_is_followed(floor: Floor) -> None:
    async with floor.server.open(floor.token("chief")) as opened:
        socket = await opened.introduced()
        await followed(floor, socket, "COMPLAINTS")
        await floor.office.opened("handler", title="预防的")
        await floor.office.opened("other officer", title="控申的", department="COMPLAINTS")
        assert await told(socket) == ("控申的", "NEW", 1)


@pytest.mark.parametrize("name", [name for name in PEOPLE if not name.startswith(("western", "city"))])
async def test_clues_are_followed_by_whom_the_table_says(floor: Floor, name: str) -> None:
    role: Role = PEOPLE[name][0]
    shown = read_table().classes["following clues"].cells[role].within is Seen.SHOWN
    async with floor.server.open(floor.token(name)) as opened:
        socket = await opened.introduced()
        if shown:
            await followed(floor, socket)
            return
        await socket.subscribe(CHANGED, "1", of=None)
        error = await socket.error()
        assert (error["message"], error["extensions"]["code"]) == (NO_SUCH_CLUES, "BAD_USER_INPUT")


async def test_a_department_of_others_is_not_followed(floor: Floor) -> None:
    async with floor.server.open(floor.token("head")) as opened:
        socket = await opened.introduced()
        await socket.subscribe(CHANGED, "1", of="COMPLAINTS")
        assert (await socket.error())["message"] == NO_SUCH_CLUES


async def test_that_somebody_follows_clues_and_what_is_told_is_on_record(floor: Floor) -> None:
    async with floor.server.open(floor.token("head")) as opened:
        socket = await opened.introduced()
        await followed(floor, socket, "PREVENTION")
        clue = await floor.office.opened("handler")
        await told(socket)
    rows = await floor.office.feed.rows(
        "SELECT login, action, detail FROM audit_entry WHERE operation = 'clueChanged' ORDER BY id"
    )
    assert [(row["login"], row["action"], row["detail"]) for row in rows] == [
        ("head", "VIEW", {"department": "PREVENTION"}),
        ("head", "VIEW", {"department": "PREVENTION", "clue": clue["number"]}),
    ]
