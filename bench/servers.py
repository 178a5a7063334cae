"""The servers of a run: PostgreSQL and Elasticsearch of our own, the API in a process of its own, and their end."""

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import anyio
import psutil
import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy.engine import URL

from bench.timing import MeasuredNothingError, require
from stores.embedded import OWNER_ROLE, EmbeddedDatabase, start_embedded, stop_embedded
from stores.keys import KeyRing, load_key_ring
from stores.migrating import migrate
from stores.settings import PREFIX, Settings
from tests.elasticsearch_server import ElasticsearchServer

PROGRAM: Final = "from commands.main import main; main()"
"""What Python runs as `jiandu`."""

_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATE = "bench_template"
_READY_SECONDS = 60
_STOP_SECONDS = 15
_LOOKS_EVERY = 0.02
_OK = 200


def china_now() -> datetime:
    """The clock of the run."""
    return datetime.now(ZoneInfo("Asia/Shanghai"))


class Http:
    """One connection that stays open, with the cheapest client there is."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Remember where to, and as whom if not as the local administrator; the first request connects."""
        parts = urlsplit(url)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)

    def __enter__(self) -> Self:
        """Nothing to do: the first request connects."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        """Send a request and read the whole answer. Raises MeasuredNothingError for any status but 200."""
        headers = self._headers if body is None else self._headers | {"Content-Type": kind}
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError):  # a server closes what was idle for some seconds
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != _OK:
            text = data[:500].decode(errors="replace")
            raise MeasuredNothingError(f"{method} {path} was answered with {answer.status}: {text}")
        return data

    def ask(self, path: str, body: bytes) -> Any:
        """POST a body and read the JSON answer."""
        return json.loads(self.send("POST", path, body))


@dataclass
class Servers:
    """What a run measures on."""

    folder: Path
    postgres: EmbeddedDatabase
    elasticsearch: ElasticsearchServer | None

    @property
    def elasticsearch_url(self) -> str:
        """Where Elasticsearch listens; only measurements that asked for it may."""
        if self.elasticsearch is None:
            raise MeasuredNothingError("this measurement did not ask for an Elasticsearch")
        return self.elasticsearch.url

    @property
    def data_dir(self) -> Path:
        """The folder of the embedded database."""
        return self.folder / "data"

    @cached_property
    def keys(self) -> KeyRing:
        """The keys at rest of the embedded database."""
        return load_key_ring(self.settings)

    @property
    def settings(self) -> Settings:
        """Settings that name this run's servers, whatever stands in the environment."""
        return Settings(
            database_url=None,
            data_dir=self.data_dir,
            data_key=None,
            elasticsearch_url=None if self.elasticsearch is None else SecretStr(self.elasticsearch.url),
            elasticsearch_prefix="bench",
        )

    @property
    def record(self) -> URL:
        """The embedded database as the superuser sees it."""
        return self.postgres.superuser.set(database=self.postgres.application.database)

    @contextmanager
    def fresh_database(self) -> Iterator[URL]:
        """An empty, migrated database, as the superuser sees it; gone afterwards."""
        name = f"bench_{secrets.token_hex(4)}"
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(_TEMPLATE), sql.Identifier(OWNER_ROLE)
                )
            )
        try:
            yield self.postgres.superuser.set(database=name)
        finally:
            with self.superuser() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def superuser(self, url: URL | None = None) -> Iterator[psycopg.Connection]:
        """A connection that may do anything, in autocommit."""
        with psycopg.connect(dsn(url or self.postgres.superuser), autocommit=True) as connection:
            yield connection

    def settle(self) -> None:
        """Write out what was changed, so that it burdens nobody's time later."""
        with self.superuser() as connection:
            connection.execute("CHECKPOINT")

    @contextmanager
    def api(self, *, with_elasticsearch: bool) -> Iterator[Http]:
        """A connection to `jiandu serve`, as the local administrator."""
        with self.serving(with_elasticsearch=with_elasticsearch) as url, Http(url) as connection:
            yield connection

    @contextmanager
    def serving(
        self, *, with_elasticsearch: bool, program: str = PROGRAM, environment: Mapping[str, str] | None = None
    ) -> Iterator[str]:
        """`jiandu serve` in a process of its own, or another program of its options, ready to answer at a URL."""
        port = _free_port()
        without = {} if with_elasticsearch else {f"{PREFIX}ELASTICSEARCH_URL": ""}
        settings = without | dict(environment or {})
        with self.program("serve", "--port", str(port), environment=settings, program=program) as running:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(running, url)
            yield url

    @contextmanager
    def program(
        self, *words: str, environment: Mapping[str, str] | None = None, program: str = PROGRAM
    ) -> Iterator["Running"]:
        """A `jiandu` command in a process of its own, on this run's servers unless the environment names others."""
        # Away from any .env, and without anybody's settings.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        ours = {f"{PREFIX}DATA_DIR": str(self.data_dir), f"{PREFIX}ELASTICSEARCH_PREFIX": "bench"}
        if self.elasticsearch is not None:
            ours[f"{PREFIX}ELASTICSEARCH_URL"] = self.elasticsearch.url
        log = self.folder / f"{words[0]}-{secrets.token_hex(4)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", program, *words],
                cwd=self.folder,
                env=inherited | {"PYTHONPATH": str(_ROOT)} | ours | dict(environment or {}),
                stdout=output,
                stderr=output,
            )
        try:
            yield Running(process, log)
        finally:
            _end(process)


@dataclass(frozen=True, slots=True)
class Running:
    """A process of ours, and where it writes."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-2_000:]

    def greatest_memory(self) -> int:
        """Wait until it ends; answers the most memory it took, in bytes."""
        peak = 0
        watched = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(_LOOKS_EVERY)
        return peak

    def require(self) -> None:
        """Raise MeasuredNothingError when it has ended."""
        require(self.process.poll() is None, f"{self.log.stem} ended.\n{self.said}")


@contextmanager
def servers(*, with_elasticsearch: bool, parent: Path | None = None) -> Iterator[Servers]:
    """Start what a run needs, in a temporary folder, and end it whatever happens.

    `parent` is where others than root may make folders; None: on disk, as whoever measures wants it.
    """
    if parent is None and os.geteuid() == 0:
        parent = Path("/var/tmp")  # noqa: S108  a fresh folder in it that the database's user can reach
    folder = Path(tempfile.mkdtemp(prefix="jiandu-bench-", dir=parent))
    folder.chmod(0o755)
    try:
        with _elasticsearch(wanted=with_elasticsearch) as elasticsearch:
            postgres = anyio.run(start_embedded, folder / "data")
            anyio.run(migrate, postgres.owner)
            started = Servers(folder, postgres, elasticsearch)
            with started.superuser() as connection:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                        sql.Identifier(_TEMPLATE),
                        sql.Identifier(postgres.owner.database or ""),
                        sql.Identifier(OWNER_ROLE),
                    )
                )
            yield started
    finally:
        if (folder / "data" / "postgres").exists():
            anyio.run(stop_embedded, folder / "data")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _elasticsearch(*, wanted: bool) -> Iterator[ElasticsearchServer | None]:
    if not wanted:
        yield None
        return
    with ElasticsearchServer() as server:
        yield server


def dsn(url: URL) -> str:
    """A URL as psycopg reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(running: Running, url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        running.require()
        try:
            with Http(url) as connection:
                connection.send("GET", "/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise MeasuredNothingError(f"The API did not start.\n{running.said}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
