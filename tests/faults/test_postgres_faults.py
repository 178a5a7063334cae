"""PostgreSQL stopped or killed under relays and rebuilds."""

from collections.abc import Callable

import pytest

from tests.faults.installation import Installation
from tests.faults.proxy import BULK, Way
from tests.faults.rebuild_steps import hold
from tests.faults.servers import Servers

STOPS = [Servers.restart_postgres, Servers.crash_postgres]


@pytest.mark.parametrize("stop", STOPS, ids=["restarted", "crashed"])
def test_a_relay_goes_on_after_postgres_was(installation: Installation, stop: Callable[[Servers], None]) -> None:
    idle, cut_off = installation.add(2)
    relay = installation.relay()
    installation.wait_until_told()
    stop(installation.servers)
    installation.change(idle, 3_000)
    installation.wait_until_told()
    held = installation.servers.proxy.hold(BULK, Way.ANSWER)
    installation.change(cut_off, 4_000)
    held.wait()
    stop(installation.servers)
    assert installation.pending() == 1
    held.release()
    installation.wait_until_told()
    assert installation.find(fine_fen=300_000) == {idle}
    assert installation.find(fine_fen=400_000) == {cut_off}
    assert relay.runs
    installation.settle()


@pytest.mark.parametrize("stop", STOPS, ids=["restarted", "crashed"])
def test_a_rebuild_fails_and_leaves_no_index_behind_after_postgres_was(
    installation: Installation, stop: Callable[[Servers], None]
) -> None:
    changed, deleted, _ = installation.add(3)
    installation.sync()
    before = installation.indices()
    held = hold(installation.servers.proxy, "refresh")
    rebuild = installation.start("index", "rebuild", "--json")
    held.wait()
    stop(installation.servers)
    installation.change(changed, 5_000)
    installation.delete(deleted)
    held.release()
    assert "PostgreSQL" in rebuild.refusal()
    assert installation.indices() == [installation.in_use()] == before
    installation.settle()
    installation.rebuild()
    installation.settle()
