"""What was tried, told at the end."""

import time
from collections.abc import Iterator

import pytest

from tests.soak.tally import Tally

_TALLIES = pytest.StashKey[dict[str, Tally]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was done."""
    if tallies := config.stash.get(_TALLIES, None):
        terminalreporter.section("soak")
        for name, tally in tallies.items():
            terminalreporter.line(tally.line(name))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What the test did."""
    tally = request.config.stash.setdefault(_TALLIES, {}).setdefault(request.node.name, Tally())
    began = time.monotonic()
    yield tally
    tally.seconds += time.monotonic() - began
