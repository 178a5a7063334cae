"""A rebuild with changes at each of its steps, or killed at each: the new index is whole, and nothing is left over."""

import time
from itertools import product

import pytest

from tests.faults.form import every
from tests.faults.installation import Installation
from tests.faults.processes import Running
from tests.faults.proxy import BULK, Trap, Way
from tests.faults.rebuild_steps import STEPS, hold

_TIME_TO_GO_WRONG = 1.5


@pytest.mark.parametrize("step", every(3, list(STEPS)))
def test_changes_at_any_step_of_a_rebuild_survive(installation: Installation, step: str) -> None:
    changed, deleted, _ = installation.add(3)
    installation.relay()
    installation.wait_until_told()
    before = installation.indices()
    held = hold(installation.servers.proxy, step)
    rebuild = installation.start("index", "rebuild", "--json")
    held.wait()
    installation.change(changed, 5_000)
    installation.delete(deleted)
    (new,) = installation.add(fine="5000")
    installation.wait_until_told()
    held.release()
    assert rebuild.result().status == 0
    installation.settle()
    assert installation.indices() != before
    assert installation.find(fine_fen=500_000) == {changed, new}


@pytest.mark.parametrize(("step", "way"), every(3, list(product(STEPS, Way))))
def test_a_rebuild_killed_at_any_step_goes_on_and_leaves_no_index_behind(
    installation: Installation, step: str, way: Way
) -> None:
    changed, deleted, _ = installation.add(3)
    installation.sync()
    before = installation.versions()
    held = hold(installation.servers.proxy, step, way)
    rebuild = installation.start("index", "rebuild", "--json")
    held.wait()
    installation.kill(rebuild)
    held.drop()
    assert installation.versions() == before
    installation.change(changed, 5_000)
    installation.sync()
    installation.delete(deleted)
    (new,) = installation.add(fine="5000")
    installation.rebuild()
    installation.settle()
    assert installation.find(fine_fen=500_000) == {changed, new}


def test_a_swap_that_arrives_after_its_rebuild_died_does_no_harm(installation: Installation) -> None:
    (changed,) = installation.add()
    installation.sync()
    held = hold(installation.servers.proxy, "swap")
    rebuild = installation.start("index", "rebuild", "--json")
    held.wait()
    installation.kill(rebuild)
    installation.change(changed, 5_000)
    installation.sync()
    held.release()
    held.answer()
    installation.change(changed, 6_000)
    installation.sync()
    assert installation.find(fine_fen=600_000) == {changed}
    installation.rebuild()
    installation.settle()


def hold_a_write_that_a_delete_overtakes(installation: Installation) -> tuple[Running, Trap]:
    """A relay whose write is on its way, while another one has told already that its case is gone."""
    installation.add()
    installation.sync()
    held = installation.servers.proxy.hold(BULK, Way.REQUEST)
    slow = installation.relay()
    (deleted,) = installation.add()
    held.wait()
    installation.delete(deleted)
    installation.relay()
    installation.wait_until(lambda: installation.pending() == 1)
    return slow, held


def test_a_write_from_before_a_rebuild_brings_nothing_back_into_the_new_index(installation: Installation) -> None:
    _, held = hold_a_write_that_a_delete_overtakes(installation)
    rebuild = installation.start("index", "rebuild", "--json")
    time.sleep(_TIME_TO_GO_WRONG)
    held.release()
    held.answer()
    assert rebuild.result().status == 0
    installation.settle()


def test_a_write_that_outlives_its_relay_and_a_rebuild_is_found_and_put_right(installation: Installation) -> None:
    slow, held = hold_a_write_that_a_delete_overtakes(installation)
    installation.kill(slow)
    installation.rebuild()
    held.release()
    held.answer()
    repaired = installation.run("index", "verify", "--repair", "--json")
    assert (repaired.status, repaired.json["orphaned"], repaired.json["repaired"]) == (1, 1, 1)
    installation.settle()


def test_a_second_rebuild_is_refused_and_harms_none(installation: Installation) -> None:
    installation.add(3)
    installation.sync()
    held = hold(installation.servers.proxy, "swap")
    first = installation.start("index", "rebuild", "--json")
    held.wait()
    assert "Another rebuild is under way" in installation.refusal("index", "rebuild")
    held.release()
    assert first.result().status == 0
    installation.settle()


def test_relays_that_start_on_nothing_build_one_index(installation: Installation) -> None:
    for name in installation.indices():
        installation.ask("DELETE", f"/{name}")
    for _ in range(4):
        installation.relay()
    installation.add(3)
    installation.settle()


def test_an_index_in_the_place_of_the_alias_is_told_of_and_takes_nothing(installation: Installation) -> None:
    installation.add()
    installation.relay()
    installation.wait_until_told()
    (changed,) = installation.add()
    installation.wait_until_told()
    installation.ask("DELETE", f"/{installation.in_use()}")
    installation.ask("PUT", f"/{installation.names.cases}")
    installation.change(changed, 5_000)
    for command in (("index", "sync"), ("index", "rebuild")):
        assert installation.names.cases in installation.refusal(*command)
    assert installation.pending() == 1
    assert installation.versions() == {}
    assert installation.indices() == [installation.names.cases]
    installation.ask("DELETE", f"/{installation.names.cases}")
    installation.settle()
    assert installation.find(fine_fen=500_000) == {changed}
