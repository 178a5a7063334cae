"""How soon a change is found: through the outbox and a following relay, beside writing the document itself."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg

from bench.servers import Http, Servers, dsn
from bench.timing import Figure, Rounds, in_turns, require
from schema.search_document import DOCUMENT_SQL, MAPPING, SETTINGS
from stores.postgres import APPLICATION_ROLE

_FLOOR_INDEX = "bench-fresh-floor"
_ALONE = 20
# Longer than a relay rests between two refreshes: what is measured is one change when nothing else happens.
_PAUSE_SECONDS = 0.6
_A_SECOND = 200
_SECONDS = 10
_LOOKS_EVERY = 0.02
_PATIENCE_SECONDS = 30.0
# Fines no generated case has, so that every change is known by its own; in yuan.
_FIRST_FINE = 100_000_000
_ALONE_FLOOR = "that document sent ready-made with refresh=true, and the search that finds it"
_STREAM_FLOOR = (
    f"{_A_SECOND} ready-made documents a second sent one by one without asking for a refresh: the index makes them "
    "searchable by itself every second"
)

Body = Mapping[str, Any]


def measure(servers: Servers, *, rounds: int) -> Iterator[Figure]:
    """Seconds from the start of a change to the search that finds it; the index must be there and agree."""
    url = servers.postgres.application
    database = servers.postgres.superuser.set(database=url.database)
    with servers.superuser(database) as connection:
        # The index was just rebuilt: what waits is in it already.
        connection.execute("TRUNCATE outbox")
    with (
        servers.program("index", "sync", "--follow") as relay,
        psycopg.connect(
            dsn(url), autocommit=True, options=f"-c role={APPLICATION_ROLE} -c jiandu.everything=on"
        ) as record,
        Http(servers.elasticsearch_url) as elasticsearch,
    ):
        count = _ALONE * rounds + _A_SECOND * _SECONDS
        rows = record.execute(DOCUMENT_SQL.encode() + b" ORDER BY c.id LIMIT %s", [count]).fetchall()
        documents = {case_id: json.loads(document) for case_id, _revision, document in rows}
        elasticsearch.send("PUT", f"/{_FLOOR_INDEX}", json.dumps({"settings": SETTINGS, "mappings": MAPPING}).encode())
        _wait_for_relay(record, relay.require)
        yield from _alone(record, elasticsearch, documents, rounds)
        yield from _stream(servers, record, documents)
        relay.require()
        elasticsearch.send("DELETE", f"/{_FLOOR_INDEX}")


def _wait_for_relay(record: psycopg.Connection, require_relay: Callable[[], None]) -> None:
    """Until a change of no consequence has gone through."""
    record.execute("UPDATE penalty_case SET title = title || ' ' WHERE id = (SELECT max(id) FROM penalty_case)")
    while record.execute("SELECT EXISTS (SELECT FROM outbox)").fetchone() == (True,):
        require_relay()
        time.sleep(0.1)


def _alone(
    record: psycopg.Connection, elasticsearch: Http, documents: Mapping[int, Body], rounds: int
) -> Iterator[Figure]:
    """One change at a time, when nothing else happens."""
    case_ids = list(documents)[:_ALONE]
    fine = _FIRST_FINE

    def next_fine() -> int:
        nonlocal fine
        fine += 1
        return fine

    def ours(case_id: int) -> None:
        yuan = next_fine()
        _change(record, case_id, yuan)
        _wait_until_found(elasticsearch, "bench-cases", yuan)

    def floor(case_id: int) -> None:
        yuan = next_fine()
        _write(elasticsearch, documents[case_id], yuan, "?refresh=true")
        _wait_until_found(elasticsearch, _FLOOR_INDEX, yuan)

    for case_id in case_ids[:10]:  # lets both compile
        ours(case_id)
        floor(case_id)

    turns = in_turns(case_ids, ours, floor, rounds=rounds, pause_seconds=_PAUSE_SECONDS)
    yield from turns.figures("one change until found", _ALONE_FLOOR)


def _stream(servers: Servers, record: psycopg.Connection, documents: Mapping[int, Body]) -> Iterator[Figure]:
    """Many changes a second, each of another case."""
    case_ids = list(documents)[-_A_SECOND * _SECONDS :]
    ours = _stream_once(
        servers, "bench-cases", case_ids, 2 * _FIRST_FINE, lambda case_id, yuan: _change(record, case_id, yuan)
    )
    with Http(servers.elasticsearch_url) as writer:
        floor = _stream_once(
            servers,
            _FLOOR_INDEX,
            case_ids,
            3 * _FIRST_FINE,
            lambda case_id, yuan: _write(writer, documents[case_id], yuan, ""),
        )
    yield from Rounds([ours], [floor]).figures(f"{_A_SECOND} changes a second until found", _STREAM_FLOOR, (50, 99))


def _stream_once(
    servers: Servers, index: str, case_ids: Sequence[int], base: int, change: Callable[[int, int], None]
) -> list[float]:
    """Change cases at a steady rate; answers how long each took to be found, in seconds."""
    started_at: dict[int, float] = {}
    found_at: dict[int, float] = {}

    def write() -> None:
        begin = time.perf_counter()
        for place, case_id in enumerate(case_ids):
            time.sleep(max(0.0, begin + place / _A_SECOND - time.perf_counter()))
            started_at[base + place] = time.perf_counter()
            change(case_id, base + place)

    writer = threading.Thread(target=write)
    writer.start()
    deadline = time.perf_counter() + len(case_ids) / _A_SECOND + _PATIENCE_SECONDS
    with Http(servers.elasticsearch_url) as searching:
        while len(found_at) < len(case_ids) and time.perf_counter() < deadline:
            seen = _found_fines(searching, index, base, base + len(case_ids))
            now = time.perf_counter()
            for yuan in seen:
                found_at.setdefault(yuan, now)
            time.sleep(_LOOKS_EVERY)
    writer.join()
    require(len(found_at) == len(case_ids), f"only {len(found_at)} of {len(case_ids)} changes were found")
    return [found_at[yuan] - started_at[yuan] for yuan in started_at]


def _change(record: psycopg.Connection, case_id: int, yuan: int) -> None:
    record.execute("UPDATE penalty_case SET fine = %s WHERE id = %s", [yuan, case_id])


def _write(server: Http, document: Body, yuan: int, parameters: str) -> None:
    body = json.dumps({**document, "fine_fen": yuan * 100}, ensure_ascii=False).encode()
    server.send("POST", f"/{_FLOOR_INDEX}/_bulk{parameters}", b'{"index":{"_id":"%d"}}\n%s\n' % (document["id"], body))


def _wait_until_found(server: Http, index: str, yuan: int) -> None:
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    while not _found_fines(server, index, yuan, yuan + 1):
        require(time.perf_counter() < deadline, "a change was never found")


def _found_fines(server: Http, index: str, least: int, above: int) -> list[int]:
    """The fines from `least` to below `above` that can be found now, in yuan."""
    body = {
        "query": {"range": {"fine_fen": {"gte": least * 100, "lt": above * 100}}},
        "size": 10_000,
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["fine_fen"],
    }
    answer = server.ask(f"/{index}/_search?request_cache=false&filter_path=hits.hits.fields", json.dumps(body).encode())
    return [hit["fields"]["fine_fen"][0] // 100 for hit in answer.get("hits", {}).get("hits", [])]
