"""Listing over HTTP: `cases` with agency and party, beside one SQL statement that returns the same JSON."""

import json
import random
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.servers import Servers, dsn
from bench.timing import Figure, in_turns, require

_PAGES = 100
_SIZE = 100
_QUERY = """
query Cases($decidedTo: Date!) {
  cases(filter: {decidedTo: $decidedTo}, first: 100) {
    nodes {
      id documentNumber title domain violationType facts legalBasis penaltyKinds fine filedOn decidedOn revision
      agency { id name region domains }
      party { id type name uscc masked }
    }
    pageInfo { hasNextPage }
  }
}
"""
_SQL = b"""
WITH page AS MATERIALIZED (
  SELECT row_number() OVER () AS place, wanted.*
    FROM (SELECT * FROM penalty_case WHERE decided_on <= %(decided_to)s
           ORDER BY decided_on DESC NULLS LAST, id DESC LIMIT 101) wanted
)
SELECT json_build_object('data', json_build_object('cases', json_build_object(
  'nodes', json_agg(json_build_object(
    'id', encode(convert_to('PenaltyCase:' || c.id, 'UTF8'), 'base64'), 'documentNumber', c.document_number,
    'title', c.title, 'domain', c.domain, 'violationType', c.violation_type, 'facts', c.facts,
    'legalBasis', c.legal_basis, 'penaltyKinds', c.penalty_kinds, 'fine', c.fine::text, 'filedOn', c.filed_on,
    'decidedOn', c.decided_on, 'revision', c.revision,
    'agency', json_build_object('id', encode(convert_to('Agency:' || a.id, 'UTF8'), 'base64'), 'name', a.name,
                                'region', a.region, 'domains', a.domains),
    'party', json_build_object('id', encode(convert_to('Party:' || p.id, 'UTF8'), 'base64'), 'type', p.type,
                               'name', p.name, 'uscc', p.uscc, 'masked', p.type = 'PERSON')
  ) ORDER BY c.place) FILTER (WHERE c.place <= 100),
  'pageInfo', json_build_object('hasNextPage', count(*) > 100)
)))::text
  FROM page c JOIN agency a ON a.id = c.agency_id JOIN party p ON p.id = c.party_id
"""
_ONE_STATEMENT = "one SQL statement that returns the same JSON, natural persons' names unmasked"
_COVER = "*"


def measure(servers: Servers, *, rounds: int) -> Iterator[Figure]:
    """Pages of 100 cases, each up to another day."""
    chance = random.Random(3)  # noqa: S311  the same days every time
    days = [
        f"{chance.randint(2016, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}" for _ in range(_PAGES)
    ]
    jobs = [(json.dumps({"query": _QUERY, "variables": {"decidedTo": day}}).encode(), day) for day in days]
    with (
        servers.api(with_elasticsearch=False) as api,
        # As the owner of the tables, whom no policy makes wait.
        psycopg.connect(dsn(servers.postgres.owner), autocommit=True, options="-c jit=off") as connection,
    ):
        for question, day in jobs:
            _require_same(api.ask("/graphql", question), json.loads(_one_statement(connection, day)))
        turns = in_turns(
            jobs,
            lambda job: api.send("POST", "/graphql", job[0]),
            lambda job: _one_statement(connection, job[1]).encode(),
            rounds=rounds,
        )
    yield from turns.figures("cases, 100 with agency and party", _ONE_STATEMENT)


def _one_statement(connection: psycopg.Connection, day: str) -> str:
    row = connection.execute(_SQL, {"decided_to": day}).fetchone()
    require(row, "the statement answered nothing")
    return str(row[0]) if row else ""


def _require_same(answer: Any, floor: Any) -> None:
    require("errors" not in answer, f"the list failed: {answer.get('errors')}")
    require(len(floor["data"]["cases"]["nodes"]) == _SIZE, "the page is not full")
    require(_same(answer, floor), "the statement returns another JSON than the API")


def _same(ours: Any, floor: Any) -> bool:
    """Whether two values are equal, but for the characters of a name that the API covers."""
    if isinstance(ours, dict) and isinstance(floor, dict):
        return ours.keys() == floor.keys() and all(_same(ours[name], floor[name]) for name in ours)
    if isinstance(ours, list) and isinstance(floor, list):
        return len(ours) == len(floor) and all(map(_same, ours, floor))
    if isinstance(ours, str) and isinstance(floor, str):
        return len(ours) == len(floor) and all(mine in {its, _COVER} for mine, its in zip(ours, floor, strict=True))
    return bool(ours == floor)
