"""The fault suite's own servers, installations to attack on them, and the table at the end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from tests.conftest import migrated_postgres
from tests.elasticsearch_server import ElasticsearchServer
from tests.faults.form import LONG
from tests.faults.installation import Installation
from tests.faults.processes import Programs
from tests.faults.proxy import Proxy
from tests.faults.servers import Postgres, Servers
from tests.faults.tally import Tally
from tests.folders import new_folder, temporary_parent

# It waits for a server that looks at its disk every ten seconds.
collect_ignore = [] if LONG else ["test_full_disk.py"]

_TALLY = pytest.StashKey[Tally]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was done and what was found."""
    if tally := config.stash.get(_TALLY, None):
        terminalreporter.section("faults")
        for line in tally.lines:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    """What the table says."""
    return request.config.stash.setdefault(_TALLY, Tally())


@pytest.fixture(scope="session")
def servers(tally: Tally, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The suite's own servers."""
    folder = new_folder()
    with ExitStack() as opened:
        programs = Programs(tmp_path_factory.mktemp("programs"))
        opened.callback(programs.close)
        # A commit outlives the server's processes, though not the machine.
        postgres = opened.enter_context(migrated_postgres(folder, "fsync", "full_page_writes"))
        elasticsearch = opened.enter_context(ElasticsearchServer(parent=temporary_parent()))
        proxy = opened.enter_context(Proxy(elasticsearch.url))
        all_of_them = Servers(Postgres(postgres, folder / "postgres"), elasticsearch, proxy, programs, tally)
        all_of_them.heal()
        yield all_of_them


@pytest.fixture(scope="session")
def new_installation(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[Installation]]:
    """A way to open one installation after another."""

    @contextmanager
    def opened() -> Iterator[Installation]:
        with servers.postgres.clone() as urls:
            installation = Installation(servers, urls, tmp_path_factory.mktemp("installation"))
            try:
                yield installation
            finally:
                installation.close()

    return opened


@pytest.fixture
def installation(new_installation: Callable[[], AbstractContextManager[Installation]]) -> Iterator[Installation]:
    """The test's own installation."""
    with new_installation() as opened:
        yield opened
