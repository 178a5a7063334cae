"""Rebuilding the index: `rebuild` beside the same documents sent ready-made in raw bulk requests."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio

from bench.servers import Http, Servers, china_now
from bench.timing import Figure, require, stopwatch, throughput
from indexer.rebuild import PAGE, RebuildReport, rebuild
from schema.access_records import EVERYTHING
from schema.search_document import DOCUMENT_SQL, MAPPING, SETTINGS
from stores.elastic import CaseIndex
from stores.postgres import Database

_FLOOR_INDEX = "bench-floor"
_CONNECTIONS = 2
_WARM_UP = 10
_FLOOR = (
    f"the same documents ready-made, {PAGE} a bulk request, over {_CONNECTIONS} connections into an index of the same "
    "mapping with refresh off, and the final refresh; no versions, no comparison"
)


def rebuild_once(servers: Servers) -> RebuildReport:
    """Rebuild as `jiandu index rebuild` does."""

    async def work() -> RebuildReport:
        database, index = Database.at(servers.postgres.application, scope=EVERYTHING), CaseIndex(servers.settings)
        try:
            return await rebuild(database, index, china_now)
        finally:
            await index.close()
            await database.close()

    return anyio.run(work)


def measure(servers: Servers, *, cases: int, pairs: int) -> Iterator[Figure]:
    """Documents a second; the index of the last rebuild stays, for the searches."""
    bodies = _bodies(servers)
    ours: list[float] = []
    floor: list[float] = []
    with Http(servers.elasticsearch_url) as server:
        _send_raw(servers, server, bodies[:_WARM_UP], cases=min(cases, _WARM_UP * PAGE))  # lets the server compile
        for _ in range(pairs):
            with stopwatch() as watch:
                report = rebuild_once(servers)
            require(report.documents == cases, f"{report.documents} documents were indexed, not {cases}")
            ours.append(watch.seconds)
            floor.append(_send_raw(servers, server, bodies, cases))
    yield throughput("rebuild", "documents/s", cases, ours, floor, _FLOOR)


def _bodies(servers: Servers) -> list[bytes]:
    with servers.superuser(
        servers.postgres.superuser.set(database=servers.postgres.application.database)
    ) as connection:
        rows = connection.execute(DOCUMENT_SQL.encode() + b" ORDER BY c.id").fetchall()
    lines = [f'{{"index":{{"_id":"{case_id}"}}}}\n{document}\n' for case_id, _revision, document in rows]
    return ["".join(lines[start : start + PAGE]).encode() for start in range(0, len(lines), PAGE)]


def _send_raw(servers: Servers, server: Http, bodies: Sequence[bytes], cases: int) -> float:
    settings = {**SETTINGS, "refresh_interval": "-1"}
    server.send("PUT", f"/{_FLOOR_INDEX}", json.dumps({"settings": settings, "mappings": MAPPING}).encode())
    path = f"/{_FLOOR_INDEX}/_bulk?filter_path=errors"

    def send(part: Sequence[bytes]) -> None:
        with Http(servers.elasticsearch_url) as connection:
            for body in part:
                answer = connection.send("POST", path, body, "application/x-ndjson")
                require(answer == b'{"errors":false}', f"a bulk request failed: {answer[:200]!r}")

    with ThreadPoolExecutor(_CONNECTIONS) as threads, stopwatch() as watch:
        for _ in threads.map(send, [bodies[first::_CONNECTIONS] for first in range(_CONNECTIONS)]):
            pass
        server.send("POST", f"/{_FLOOR_INDEX}/_refresh")
    count = json.loads(server.send("GET", f"/{_FLOOR_INDEX}/_count"))["count"]
    require(count == cases, f"the floor holds {count} documents, not {cases}")
    server.send("DELETE", f"/{_FLOOR_INDEX}")
    return watch.seconds
