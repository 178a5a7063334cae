"""Nobody writes a line of the log but the program, and no line holds what is a secret or whose name it is."""

import io
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import structlog

from commands.runtime import escaped, set_up_logging
from indexer.watch import log as watch_log
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.attack_city import PASSWORD, WESTERN, AttackedCity, attacked_city

HOSTILE: Final = (
    'x\nlevel=info event="signed in" account=1',
    "x\r\n2026-01-01T00:00:00Z [info] signed in",
    "x\x1b[2K\x1b[1Aevil",
    "x\x00y",
    '{"event": "signed in", "account": 1}',
    '" account=1 event="signed in',
    "x\u2028y\u2029z\x85w\x0bv\x0cu",
    "x\u202egnp.exe",
    "x\u200by\ufeffz",
    "\\n\\",
)
_STEERS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_PERSON: Final = "赵小满"
_NUMBER: Final = "11010519491231002X"


@pytest.fixture
async def city(database: Database, keys: KeyRing, tmp_path: Path) -> AsyncIterator[AttackedCity]:
    async with attacked_city(database, keys, tmp_path) as opened:
        yield opened


class _Stream(io.StringIO):
    """A standard error that a test reads."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture(params=[True, False], ids=["on a terminal", "into a file"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Stream]:
    """What the program writes to standard error."""
    before, stream = structlog.get_config(), _Stream()
    stream.terminal = request.param
    monkeypatch.setattr(sys, "stderr", stream)
    set_up_logging()
    yield stream
    structlog.configure(**before)


def lines_of(captured: str) -> list[str]:
    """What was logged, without the colours that a terminal gets."""
    text = re.sub("\x1b\\[[0-9;]*m", "", captured)
    assert not _STEERS.search(text), repr(text)
    return text.splitlines()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_a_value_holds_an_entry_is_one_line(hostile: str, logged: _Stream) -> None:
    logger = structlog.get_logger()
    logger.warning("a file could not be loaded", file=hostile, why=[hostile, {"a": hostile}], path=(hostile, 1))
    logger.info(hostile)
    assert len(lines_of(logged.getvalue())) == 2


def test_what_is_harmless_is_logged_as_it_is(logged: _Stream) -> None:
    structlog.get_logger().info("loaded", file="宛环罚〔2024〕1号 𠀀.xlsx", rows=3, none=None)
    (line,) = lines_of(logged.getvalue())
    assert "宛环罚〔2024〕1号 𠀀.xlsx" in line
    assert "rows=3" in line


def test_what_steers_is_written_out() -> None:
    assert escaped("a\n\x1b\x00\u202eb") == r"a\n\x1b\x00\u202eb"


async def test_no_request_writes_a_line_of_its_own_or_a_secret(city: AttackedCity, logged: _Stream) -> None:
    token = await city.token("west.case.officer")
    http, secret = city.client.http, f"{PASSWORD} {_PERSON} {_NUMBER}"
    for hostile in HOSTILE:
        text = f"{hostile} {secret}"
        body = {"login": "west.chief", "password": "wrong", "purpose": "x"}
        await http.post("/sign-in", json=body | {"login": text})
        await http.post("/sign-in", json=body | {"password": text})
        await http.post("/sign-in", json=body | {"purpose": text, "password": PASSWORD})
        await http.post("/graphql", json={"query": text}, headers={"authorization": f"Bearer {token}"})
        await http.post(
            "/graphql",
            json={"query": "query($q: String) { searchCases(query: $q) { totalCount } }", "variables": {"q": text}},
            headers={"authorization": f"Bearer {token}", "user-agent": text.encode("unicode_escape").decode()},
        )
        await city.ask("west.case.officer", "query($n: String!) { penaltyCase(documentNumber: $n) { id } }", n=text)
        key = f"jdk_{'0' * 16}_{'a' * 43}"
        header = [(b"authorization", f"Bearer {key}".encode()), (b"user-agent", b"x\x1b[2K")]
        await http.post("/graphql", json={"query": text}, headers=header)
        await http.put(
            f"/feeds/{WESTERN}/{_PERSON}.csv", content=text.encode(), headers={"authorization": f"Bearer {key}"}
        )
    told = logged.getvalue()
    known = ("sign-in refused", "signed in", "key refused")
    for line in lines_of(told):
        assert sum(line.count(event) for event in known) == 1, line
    for hidden in (PASSWORD, _PERSON, _NUMBER, token, token.split(".")[2], "a" * 43, "west.chief", "evil", "gnp"):
        assert hidden not in told


async def test_an_error_of_ours_is_logged_without_what_was_asked(
    city: AttackedCity, logged: _Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        message = f"{_PERSON} {_NUMBER}\nlevel=info event=forged"
        raise RuntimeError(message)

    monkeypatch.setattr("api.queries.cases_by_number", broken)
    document = "query($n: String!) { alias_forged: penaltyCase(documentNumber: $n) { id } }"
    assert await city.codes("west.case.officer", document, n=f"{_PERSON}〔2024〕1号") == {"INTERNAL"}
    told = logged.getvalue()
    assert [line for line in lines_of(told) if "unexpected error" in line]
    assert len(lines_of(told)) == 1
    for hidden in (_PERSON, _NUMBER, "event=forged"):
        assert hidden not in told


def test_the_name_of_a_file_is_one_line_whatever_an_agency_calls_it(logged: _Stream) -> None:
    for hostile in HOSTILE:
        watch_log.error("a file could not be loaded and stays where it is", file=hostile, why="it is empty")
    assert len(lines_of(logged.getvalue())) == len(HOSTILE)
