"""Comparing the record with the index: `jiandu index verify`, its time and its memory."""

import json
from collections.abc import Iterator

from sqlalchemy.engine import URL

from bench.servers import Http, Servers, china_now, dsn
from bench.timing import Figure, Spread, require, stopwatch, throughput
from schema.search_document import MAPPING, SETTINGS
from stores.elastic import IndexNames
from stores.settings import PREFIX

_PREFIX = "bench-verified"
_PAGE = 10_000
_FEWER = 10
_MEBIBYTE = 2**20
_FLOOR = (
    f"every id and revision copied out of PostgreSQL, and every id and version read from Elasticsearch in pages of "
    f"{_PAGE} at one point in time, neither compared with anything"
)
_MEMORY_FLOOR = "the same command for a tenth of the cases (1 is: memory does not grow)"
# Only what a comparison looks at: a party for all, no text; and no outbox, for the index is made beside it.
_CASES = """
WITH office AS (INSERT INTO agency (name, name_tokens) VALUES ('试验局', ' 试 验 局 ') RETURNING id),
     somebody AS (
  INSERT INTO party (type, name, name_tokens) VALUES ('ORGANIZATION', '试验厂', ' 试 验 厂 ') RETURNING id
)
INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
SELECT office.id, somebody.id, 'verified-' || n, false, 'OTHER', '{PLATFORM}'
  FROM office, somebody, generate_series(1, %s) AS n
"""


def measure(servers: Servers, *, cases: int, pairs: int) -> Iterator[Figure]:
    """Cases compared a second beside only reading both sides; and the memory it takes beside that for fewer cases."""
    ours: list[float] = []
    floor: list[float] = []
    peaks: dict[int, list[int]] = {cases: [], cases // _FEWER: []}
    for count in sorted(peaks):
        with servers.fresh_database() as database, Http(servers.elasticsearch_url) as elasticsearch:
            index = _fill(servers, database, elasticsearch, count)
            for _ in range(pairs):
                seconds, peak = _verify(servers, database, count)
                peaks[count].append(peak)
                if count == cases:
                    ours.append(seconds)
                    floor.append(_read_both(servers, database, elasticsearch, count))
            elasticsearch.send("DELETE", f"/{index}")
    yield throughput("index verify", "cases/s", cases, ours, floor, _FLOOR)
    large, small = peaks[cases], peaks[cases // _FEWER]
    yield Figure(
        name="index verify, memory",
        unit="MiB peak",
        ours=Spread.of([peak / _MEBIBYTE for peak in large], 1),
        floor=Spread.of([peak / _MEBIBYTE for peak in small], 1),
        ratio=Spread.of([mine / its for mine, its in zip(large, small, strict=True)], 2),
        floor_is=_MEMORY_FLOOR,
    )


def _fill(servers: Servers, database: URL, elasticsearch: Http, count: int) -> str:
    """Make cases and an index that agrees with them."""
    with servers.superuser(database) as connection:
        connection.execute("ALTER TABLE penalty_case DISABLE TRIGGER queue_inserted")
        connection.execute(_CASES.encode(), [count])
        connection.execute("VACUUM ANALYZE penalty_case")
    names = IndexNames.with_prefix(_PREFIX)
    index = names.new_index(china_now())
    settings = {**SETTINGS, "refresh_interval": "-1"}
    made = {"settings": settings, "mappings": MAPPING, "aliases": {names.cases: {}}}
    elasticsearch.send("PUT", f"/{index}", json.dumps(made).encode())
    for start in range(1, count + 1, _PAGE):
        lines = (
            b'{"index":{"_id":"%d","version":1,"version_type":"external"}}\n{"id":%d}\n' % (case_id, case_id)
            for case_id in range(start, min(start + _PAGE, count + 1))
        )
        path = f"/{index}/_bulk?filter_path=errors"
        answer = elasticsearch.send("POST", path, b"".join(lines), "application/x-ndjson")
        require(answer == b'{"errors":false}', f"a bulk request failed: {answer[:200]!r}")
    elasticsearch.send("POST", f"/{index}/_refresh")
    servers.settle()
    return index


def _verify(servers: Servers, database: URL, count: int) -> tuple[float, int]:
    """Run the command; answers its seconds and its greatest memory in bytes."""
    environment = {
        f"{PREFIX}DATABASE_URL": dsn(database),
        f"{PREFIX}ELASTICSEARCH_PREFIX": _PREFIX,
        f"{PREFIX}DATA_KEY": "",
    }
    with (
        stopwatch() as watch,
        servers.program("index", "verify", "--json", environment=environment) as running,
    ):
        peak = running.greatest_memory()
    require(running.process.wait() == 0, f"verify found a difference or failed.\n{running.said}")
    found = json.loads(running.said.splitlines()[-1])
    require((found["database"], found["index"]) == (count, count), f"not everything was compared: {found}")
    return watch.seconds, peak


def _read_both(servers: Servers, database: URL, elasticsearch: Http, count: int) -> float:
    alias = IndexNames.with_prefix(_PREFIX).cases
    with servers.superuser(database) as connection, stopwatch() as watch:
        with connection.cursor().copy("COPY (SELECT id, revision FROM penalty_case ORDER BY id) TO STDOUT") as rows:
            copied = sum(1 for _ in rows.rows())
        pit = json.loads(elasticsearch.send("POST", f"/{alias}/_pit?keep_alive=5m"))["id"]
        read, behind = 0, None
        while True:
            body = {
                "size": _PAGE,
                "pit": {"id": pit, "keep_alive": "5m"},
                "sort": [{"id": "asc"}],
                "_source": False,
                "version": True,
                "track_total_hits": False,
                **({} if behind is None else {"search_after": behind}),
            }
            path = "/_search?filter_path=hits.hits._id,hits.hits._version,hits.hits.sort"
            hits = elasticsearch.ask(path, json.dumps(body).encode()).get("hits", {}).get("hits", [])
            read += len(hits)
            if len(hits) < _PAGE:
                break
            behind = hits[-1]["sort"]
    elasticsearch.send("DELETE", "/_pit", json.dumps({"id": pit}).encode())
    require((copied, read) == (count, count), f"the floor read {copied} and {read} of {count}")
    return watch.seconds
