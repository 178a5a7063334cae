"""Loading feeds: `load_feed` beside a plain COPY of the rows it leaves behind."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import anyio
import orjson
import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from bench.generator import FORMATS, case_rows, register_rows, write_json_lines
from bench.servers import Servers, china_now, dsn
from bench.timing import Figure, require, stopwatch, throughput
from indexer.load_reports import LoadReport
from indexer.loading import LoadOptions, load_feed
from schema.access_records import EVERYTHING
from stores.keys import KeyRing
from stores.postgres import APPLICATION_ROLE, Database

TABLES = ("party", "penalty_case", "case_text", "case_source", "feed_row", "outbox")
"""The tables in which every new case leaves a row."""

_BLOCK = 1 << 20
_INDEXED = (
    "parsing the file (orjson or csv) without looking at a value, and COPY, as ready text in one transaction, of the "
    "rows that the load leaves in its six tables, into tables of the same columns and indexes without any check, "
    "foreign key or trigger"
)
_BARE = "the same, into tables without any index either"


def load(url: URL, keys: KeyRing, path: Path) -> LoadReport:
    """Load a feed as `jiandu feed load` does, in the application's role."""

    async def work() -> LoadReport:
        database = Database.at(url.set(username=APPLICATION_ROLE), scope=EVERYTHING)
        try:
            return await load_feed(database, keys, path, options=LoadOptions(), clock=china_now)
        finally:
            await database.close()

    return anyio.run(work)


def load_everything(servers: Servers, url: URL, feed: Path, rows: int) -> float:
    """Load the register, which is not timed, then a feed of that many new cases; answers the feed's seconds."""
    register = write_json_lines(servers.folder / "register.jsonl", register_rows())
    require(load(url, servers.keys, register).accounts.rejected == 0, "the register was not accepted")
    servers.settle()
    with stopwatch() as watch:
        report = load(url, servers.keys, feed)
    require(
        report.accounts.inserted == report.accounts.rows == rows,
        f"{report.accounts.inserted} of {report.accounts.rows} rows were inserted, not {rows}: {report.errors[:3]}",
    )
    return watch.seconds


def measure(servers: Servers, *, rows: int, pairs: int) -> Iterator[Figure]:
    """Rows a second of JSON Lines and of the published table."""
    for form, write in FORMATS:
        name = f"feed, {form}"
        feed = write(servers.folder / "feed", case_rows(rows))
        ours, bare, indexed = _pairs(servers, feed, rows, pairs)
        yield throughput(name, "rows/s", rows, ours, indexed, _INDEXED)
        yield throughput(f"{name}, no indexes", "rows/s", rows, ours, bare, _BARE)


def _pairs(servers: Servers, feed: Path, rows: int, pairs: int) -> tuple[list[float], list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    indexed: list[float] = []
    texts: dict[str, tuple[Path, int]] = {}
    for _ in range(pairs):
        with servers.fresh_database() as url:
            ours.append(load_everything(servers, url, feed, rows))
            texts = texts or _dump(servers, url, rows)  # the first load shows what a load leaves behind
            parsing = _parse(feed, rows)
            with _tables(servers, url, "") as bare_tables:
                bare.append(parsing + _copy(servers, url, bare_tables, texts))
            with _tables(servers, url, "INCLUDING INDEXES") as indexed_tables:
                indexed.append(parsing + _copy(servers, url, indexed_tables, texts))
    return ours, bare, indexed


def _parse(feed: Path, rows: int) -> float:
    """Parse a file as its format says, and do nothing with it; answers the seconds."""
    with stopwatch() as watch, feed.open("rb") as file:
        if file.read(1) == b"{":
            file.seek(0)
            count = sum(1 for line in file if orjson.loads(line))
        else:
            file.seek(0)
            with io.TextIOWrapper(file, "utf-8", newline="") as text:
                count = sum(1 for _ in csv.reader(text)) - 1
    require(count == rows, f"{count} of {rows} rows were parsed")
    return watch.seconds


def _dump(servers: Servers, url: URL, rows: int) -> dict[str, tuple[Path, int]]:
    """Each table's rows as COPY text in a file, and how many they are: a row is a line."""
    texts: dict[str, tuple[Path, int]] = {}
    with servers.superuser(url) as connection, connection.cursor() as cursor:
        for table in TABLES:
            path, lines = servers.folder / f"{table}.copy", 0
            with (
                path.open("wb") as file,
                # With the columns that PostgreSQL makes, which a copy of the table has as plain ones.
                cursor.copy(sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(table))) as copy,
            ):
                for block in copy:
                    file.write(block)
                    lines += bytes(block).count(b"\n")
            texts[table] = (path, lines)
    for table, (_, lines) in texts.items():
        # Firms come again and again; the rows of the register are kept too.
        as_many = lines >= rows if table == "feed_row" else 0 < lines <= rows if table == "party" else lines == rows
        require(as_many, f"a load of {rows} cases left {lines} rows in {table}")
    return texts


@contextmanager
def _tables(servers: Servers, url: URL, including: LiteralString) -> Iterator[dict[str, str]]:
    """Tables of the same columns, by the name of their model; gone afterwards."""
    copies = {table: f"bench_{table}" for table in TABLES}
    with servers.superuser(url) as connection:
        for table, copy in copies.items():
            form = sql.SQL("CREATE TABLE {} (LIKE {} {})")
            connection.execute(form.format(sql.Identifier(copy), sql.Identifier(table), sql.SQL(including)))
        yield copies
        for copy in copies.values():
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(copy)))


def _copy(servers: Servers, url: URL, tables: dict[str, str], texts: dict[str, tuple[Path, int]]) -> float:
    """Copy all texts in one transaction; answers the seconds."""
    servers.settle()
    with psycopg.connect(dsn(url)) as connection, connection.cursor() as cursor:
        with stopwatch() as watch:
            for table, copy in tables.items():
                _copy_one(cursor, copy, texts[table][0])
            connection.commit()
        for table, copy in tables.items():
            count = cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(copy))).fetchone()
            require(count == (texts[table][1],), f"COPY left {count} rows for {table}")
    return watch.seconds


def _copy_one(cursor: psycopg.Cursor, table: str, path: Path) -> None:
    command = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with path.open("rb") as file, cursor.copy(command) as copy:
        while block := file.read(_BLOCK):
            copy.write(block)
