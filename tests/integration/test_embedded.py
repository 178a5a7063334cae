"""The embedded server: which folders it refuses, who shares it, when it goes, and which roles it has."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from stores.embedded import EmbeddedDatabase, start_embedded
from stores.errors import SettingsError
from tests.conftest import REPOSITORY, dsn
from tests.folders import new_folder

AS_ROOT = os.geteuid() == 0

USER = """
import sys
from pathlib import Path
import anyio
from stores.embedded import start_embedded

print(anyio.run(start_embedded, Path(sys.argv[1])).application.render_as_string(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents others may traverse, as pytest's own need not be."""
    made = new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def using(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that uses the embedded database of a folder until it is told to end; and the URL it was given."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait()


def server_of(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]))


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; in a container nobody may have taken note of it yet."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_processes_share_one_server_which_goes_with_the_last_of_them(folder: Path) -> None:
    with using(folder) as (_first, url):
        server = server_of(folder)
        with using(folder) as (_second, other_url):
            assert server_of(folder) == server
            assert other_url == url
        assert not is_gone(server)
        assert _answers(url)
        with using(folder) as (killed, _url):
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        assert not is_gone(server)
    assert is_gone(server)
    assert not (folder / "postgres" / "postmaster.pid").exists()
    with using(folder) as (_again, url):
        assert _answers(url)
        assert server_of(folder) != server


def _answers(url: str) -> bool:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT current_user").fetchone() == ("jiandu_app",)


async def test_only_root_is_refused_a_folder_that_others_may_not_reach(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "data").mkdir()
    (folder / "link").symlink_to(closed / "data")
    for data_dir in (closed / "data", folder / "link"):
        if AS_ROOT:
            with pytest.raises(SettingsError, match="JIANDU_DATA_DIR") as refused:
                await start_embedded(data_dir)
            assert str(closed) in str(refused.value)
        else:
            with using(data_dir) as (_process, url):
                assert _answers(url)
    assert AS_ROOT is (list((closed / "data").iterdir()) == [])
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_a_file_where_the_folder_should_be_is_refused_with_a_sentence(folder: Path) -> None:
    (folder / "data").write_text("in the way")
    with pytest.raises(SettingsError, match="JIANDU_DATA_DIR"):
        await start_embedded(folder / "data")


async def test_the_server_has_an_owner_and_an_application_that_are_no_superusers(postgres: EmbeddedDatabase) -> None:
    with psycopg.connect(dsn(postgres.superuser)) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolcanlogin, rolbypassrls, rolcreaterole FROM pg_roles "
            "WHERE rolname LIKE 'jiandu%' ORDER BY rolname"
        ).fetchall()
        listening = connection.execute("SHOW listen_addresses").fetchone()
        version = connection.execute("SHOW server_version_num").fetchone()
    assert roles == [("jiandu_app", False, True, False, False), ("jiandu_owner", False, True, False, False)]
    assert listening == ("",)
    assert version is not None
    assert version[0].startswith("18")


async def test_a_server_that_runs_is_found_again_as_it_is(postgres: EmbeddedDatabase) -> None:
    started = time.monotonic()
    folder = Path(str(postgres.superuser.query["host"])).parent
    assert (await start_embedded(folder)).superuser == postgres.superuser
    assert time.monotonic() - started < 5
    with psycopg.connect(dsn(postgres.superuser), autocommit=True) as connection:
        connection.execute("DROP DATABASE jiandu")
