"""What row-level security and the audit trail cost: the API beside the same API without either, and without one."""

import json
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import anyio

from bench.generator import agencies, case_rows, queries
from bench.servers import PROGRAM, Http, Servers
from bench.texts import CITY, COUNTIES
from bench.timing import Figure, Rounds, Spread, in_turns_of, require, stopwatch
from bench.unguarded import make_bypassing_role, program
from commands.accounts import make_account
from schema.access_records import EVERYTHING
from schema.access_vocabularies import Role
from stores.passwords import Passwords, standard_hasher
from stores.postgres import Database
from stores.settings import PREFIX

PROMISED_RATIO: Final = 1.25
"""Of what a request takes without row-level security and audit, at most."""

_ADMINISTRATOR: Final = "local administrator"
_PASSWORD: Final = secrets.token_urlsafe()
_CLIENTS: Final = 8
# A pair takes seconds, and what else the machine does in one of them and not in the other is much of what differs.
_PAIRS_A_ROUND: Final = 3
# On a busy machine too Elasticsearch answers what it is asked, and not PostgreSQL for it.
_PATIENT: Final = {f"{PREFIX}SEARCH_PATIENCE_SECONDS": "30"}
_LIST: Final = """
query List($decidedTo: Date!) {
  cases(filter: {decidedTo: $decidedTo}, first: 100) {
    nodes {
      id documentNumber title domain violationType penaltyKinds fine filedOn decidedOn revision
      agency { id name region } party { id type name uscc masked }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_SHORT_LIST: Final = _LIST.replace("first: 100", "first: 20")
_COUNTED: Final = _SHORT_LIST.replace("pageInfo", "totalCount pageInfo")
_SEARCH: Final = """
query Search($query: String!, $decidedTo: Date!) {
  searchCases(query: $query, filter: {decidedTo: $decidedTo}, first: 20) {
    totalCount engine degraded
    edges {
      node { id documentNumber title decidedOn fine agency { name } party { name } }
      highlights { field fragments }
    }
    pageInfo { hasNextPage endCursor }
    facets {
      domains { value label count } agencies { value label count }
      regions { value label count } years { value label count }
    }
  }
}
"""

_BOTH: Final = (
    "the same API at the same moment with neither: as a role that bypasses every policy and is told no scope, "
)
WITHOUT: Final[Mapping[str, str]] = {
    "": _BOTH + "and with nothing noted, written or sealed",
    ", security alone": "the same API with the audit trail, as a role that bypasses every policy and is told no scope",
    ", audit alone": "the same API with row-level security, with nothing noted, written or sealed",
}
_LESS: Final = (
    program(row_security=False, audit=False),
    program(row_security=False, audit=True),
    program(row_security=True, audit=False),
)
"""In the order of `WITHOUT`."""

_WRITING: Final = 2
"""How many of the four write the audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One kind of request, and which of it are sent."""

    name: str
    field: str
    questions: Sequence[bytes]


def measure(servers: Servers, *, questions: int, rounds: int) -> Iterator[Figure]:
    """What of both stores is measured."""
    prepare(servers)
    yield from measure_record(servers, questions=questions, rounds=rounds)
    yield from measure_index(servers, questions=questions, rounds=rounds)


def prepare(servers: Servers) -> None:
    """Make the viewers, and the role whom no policy makes wait."""
    make_bypassing_role(servers)
    anyio.run(_make_accounts, servers)


def measure_record(servers: Servers, *, questions: int, rounds: int) -> Iterator[Figure]:
    """Lists, counted lists and searches of four viewers where there is no Elasticsearch."""
    lists, searches = _lists(questions), _searches(questions)
    kinds = (
        _Asked(name="cases", field="cases", questions=_written(_LIST, lists)),
        _Asked(name="cases, 20 a page", field="cases", questions=_written(_SHORT_LIST, lists)),
        _Asked(name="cases with count, 20 a page", field="cases", questions=_written(_COUNTED, lists)),
        # Some take a second.
        _Asked(name="searchCases, PostgreSQL", field="searchCases", questions=_written(_SEARCH, searches[::3])),
    )
    yield from _measure(servers, kinds, rounds=rounds, with_elasticsearch=False)


def measure_index(servers: Servers, *, questions: int, rounds: int) -> Iterator[Figure]:
    """Searches of four viewers with Elasticsearch; the index must be there."""
    written = _written(_SEARCH, _searches(questions))
    kind = _Asked(name="searchCases, Elasticsearch", field="searchCases", questions=written)
    yield from _measure(servers, (kind,), rounds=rounds, with_elasticsearch=True)


def _lists(count: int) -> list[dict[str, str]]:
    chance = random.Random(7)  # noqa: S311  the same days every time
    return [
        {"decidedTo": f"{chance.randint(2018, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"}
        for _ in range(count)
    ]


def _searches(count: int) -> list[dict[str, str]]:
    # Half are words of a domain, half runs of characters out of facts.
    words = queries(2 * count, list(case_rows(2_000)))[count // 2 :][:count]
    return [{"query": query} | day for query, day in zip(words, _lists(count), strict=True)]


def _measure(servers: Servers, asked: Sequence[_Asked], *, rounds: int, with_elasticsearch: bool) -> Iterator[Figure]:
    with ExitStack() as stack:
        urls = [
            stack.enter_context(
                servers.serving(with_elasticsearch=with_elasticsearch, program=each, environment=_PATIENT)
            )
            for each in (PROGRAM, *_LESS)
        ]
        tokens = {_ADMINISTRATOR: None} | {viewer: _signed_in(urls[0], viewer) for viewer in _accounts()}
        for kind in asked:
            found = False
            for viewer, token in tokens.items():
                ways = [stack.enter_context(Http(url, token=token)) for url in urls]
                # Every question, for this warms all up as well.
                seen = [_require_same(servers, kind, question, ways) for question in kind.questions]
                found |= any(seen)
                yield from _latencies(kind, viewer, ways, rounds=rounds)
            require(found, f"no {kind.field} has anything for anybody")
            yield _throughput(kind, (urls[0], urls[1]), list(tokens.values()), rounds=rounds)


def _latencies(kind: _Asked, viewer: str, ways: Sequence[Http], *, rounds: int) -> Iterator[Figure]:
    seconds = in_turns_of(kind.questions, [partial(_send, way) for way in ways], rounds=rounds)
    pairs = f"; {rounds} rounds of {len(kind.questions)} pairs"
    for (what, floor_is), floor in zip(WITHOUT.items(), seconds[1:], strict=True):
        name = f"{kind.name}, {viewer}{what}"
        for figure in Rounds(seconds[0], floor).figures(name, floor_is + pairs):
            yield replace(figure, at_most=PROMISED_RATIO) if not what and figure.unit == "ms p50" else figure


def _throughput(kind: _Asked, urls: Sequence[str], tokens: Sequence[str | None], *, rounds: int) -> Figure:
    """Requests a second that several clients at once have answered, as all four viewers in turn."""
    jobs = [(token, question) for question in kind.questions for token in tokens]

    def answer_all(url: str) -> None:
        with ThreadPoolExecutor(_CLIENTS) as threads:
            for _ in threads.map(partial(_answer_some, url), [jobs[first::_CLIENTS] for first in range(_CLIENTS)]):
                pass

    seconds: list[list[float]] = [[], []]
    for turn in range(rounds * _PAIRS_A_ROUND):
        for way in (turn % 2, 1 - turn % 2):
            with stopwatch() as watch:
                answer_all(urls[way])
            seconds[way].append(watch.seconds)
    ours, floor = seconds
    return Figure(
        name=f"{kind.name}, {_CLIENTS} clients",
        unit="requests/s",
        ours=Spread.of([len(jobs) / taken for taken in ours], 1),
        floor=Spread.of([len(jobs) / taken for taken in floor], 1),
        ratio=Spread.of([mine / its for mine, its in zip(ours, floor, strict=True)], 3),
        floor_is=f"{WITHOUT['']}; {len(ours)} pairs of {len(jobs)} requests",
        at_most=PROMISED_RATIO,
    )


def _answer_some(url: str, jobs: Sequence[tuple[str | None, bytes]]) -> None:
    with ExitStack() as stack:
        ways = {token: stack.enter_context(Http(url, token=token)) for token in dict(jobs)}
        for token, question in jobs:
            _send(ways[token], question)


def _send(way: Http, question: bytes) -> bytes:
    return way.send("POST", "/graphql", question)


def _written(query: str, variables: Sequence[Mapping[str, Any]]) -> list[bytes]:
    return [json.dumps({"query": query, "variables": each}).encode() for each in variables]


def _require_same(servers: Servers, kind: _Asked, question: bytes, ways: Sequence[Http]) -> bool:
    """Whether anything is found; all ways answer the same, and just those with the trail write one entry each."""
    before = _entries(servers)
    answers = [json.loads(_send(way, question)) for way in ways]
    require("errors" not in answers[0], f"a request failed: {answers[0].get('errors')}")
    require(all(answer == answers[0] for answer in answers), f"the answers differ: {question.decode()}")
    written = _entries(servers) - before
    require(written == _WRITING, f"{written} entries were written for {_WRITING} answers")
    found = answers[0]["data"][kind.field]
    require(not found.get("degraded"), "another engine answered")
    return bool(found.get("nodes") or found.get("edges"))


def _entries(servers: Servers) -> int:
    with servers.superuser(servers.record) as connection:
        row = connection.execute(
            "SELECT count(*) FROM audit_entry WHERE operation IN ('cases', 'searchCases')"
        ).fetchone()
    return int(row[0]) if row else 0


def _accounts() -> dict[str, dict[str, Any]]:
    """Three viewers besides the local administrator: what they are and where they belong."""
    county = COUNTIES[1][0]
    clerks = next(agency.name for agency in agencies() if agency.place == county)
    officer = {"roles": [Role.CASE_OFFICER], "agency": None}
    return {
        "city's officer": officer | {"login": "city", "procuratorate": f"{CITY[0]}人民检察院"},
        "county's officer": officer | {"login": "county", "procuratorate": f"{county}人民检察院"},
        "agency's clerk": {"login": "clerk", "roles": [Role.AGENCY_CLERK], "procuratorate": None, "agency": clerks},
    }


async def _make_accounts(servers: Servers) -> None:
    password_hash = await Passwords(standard_hasher()).hash(_PASSWORD)
    database = Database.at(servers.postgres.application, scope=EVERYTHING)
    try:
        async with database.begin() as connection:
            for viewer, account in _accounts().items():
                await make_account(
                    connection,
                    name=viewer,
                    department=None,
                    password_hash=password_hash,
                    must_change_password=False,
                    **account,
                )
    finally:
        await database.close()


def _signed_in(url: str, viewer: str) -> str:
    body = {"login": _accounts()[viewer]["login"], "password": _PASSWORD, "purpose": "测量"}
    with Http(url) as way:
        return str(way.ask("/sign-in", json.dumps(body).encode())["token"])
