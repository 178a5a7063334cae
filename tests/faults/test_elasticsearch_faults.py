"""Elasticsearch away, hanging, slow, busy, full or refusing: changes wait, and reach the index when it is well."""

from datetime import datetime

import pytest

from schema.search_document import MAPPING, SETTINGS
from tests.conftest import CHINA
from tests.faults.installation import OTHER_PARTY, Installation
from tests.faults.rebuild_steps import hold

WITHOUT_CODE = "无代码贸易商行"


def change_everything(installation: Installation) -> tuple[int, int]:
    """An insert, a change and a delete; answers the case that is new and the one that is changed."""
    (changed,), (deleted,) = installation.query("SELECT id FROM penalty_case ORDER BY id")
    installation.change(changed, 6_000)
    installation.delete(deleted)
    (new,) = installation.add(fine="7000")
    return new, changed


def require_everything(installation: Installation, new: int, changed: int) -> None:
    installation.wait_until_told()
    assert installation.find(fine_fen=600_000) == {changed}
    assert installation.find(fine_fen=700_000) == {new}
    installation.settle()


@pytest.fixture
def two(installation: Installation) -> None:
    """Two cases that the index holds, and a relay."""
    installation.add(2)
    installation.relay()
    installation.wait_until_told()


@pytest.mark.usefixtures("two")
def test_while_it_hangs_changes_wait(installation: Installation) -> None:
    installation.servers.pause_elasticsearch()
    new, changed = change_everything(installation)
    assert installation.pending() == 3
    installation.servers.heal()
    require_everything(installation, new, changed)


@pytest.mark.usefixtures("two")
def test_while_it_is_down_changes_wait_and_its_crash_loses_nothing(installation: Installation) -> None:
    rebuild_was_cut_off = hold(installation.servers.proxy, "refresh")
    rebuild = installation.start("index", "rebuild", "--json")
    rebuild_was_cut_off.wait()
    installation.servers.kill_elasticsearch()
    rebuild_was_cut_off.release()
    new, changed = change_everything(installation)
    for command in (("index", "sync"), ("index", "verify"), ("index", "status"), ("index", "rebuild")):
        assert "Elasticsearch does not answer" in installation.refusal(*command)
    assert "Elasticsearch does not answer" in rebuild.refusal()
    assert installation.pending() == 3
    installation.servers.heal()
    installation.wait_until_told()
    installation.rebuild()
    require_everything(installation, new, changed)


@pytest.mark.usefixtures("two")
def test_while_it_is_slow_changes_reach_it_late(installation: Installation) -> None:
    installation.servers.tally.outages += 1
    installation.servers.proxy.answer_delay_seconds = 0.7
    new, changed = change_everything(installation)
    installation.wait_until_told()
    assert installation.servers.proxy.answer_delay_seconds
    require_everything(installation, new, changed)


@pytest.mark.usefixtures("two")
def test_while_it_is_busy_nothing_is_a_dead_letter(installation: Installation) -> None:
    with installation.servers.busy_elasticsearch():
        new, changed = change_everything(installation)
        assert "too busy" in installation.refusal("index", "sync")
        assert "too busy" in installation.refusal("index", "rebuild")
        assert (installation.pending(), installation.dead()) == (3, [])
    require_everything(installation, new, changed)


@pytest.mark.usefixtures("two")
def test_while_it_is_read_only_changes_wait_and_a_rebuild_gets_by(installation: Installation) -> None:
    installation.make_read_only()
    new, changed = change_everything(installation)
    assert "They wait and are sent again" in installation.refusal("index", "sync")
    assert installation.dead() == []
    assert installation.pending()
    installation.rebuild()
    require_everything(installation, new, changed)


def status(installation: Installation) -> tuple[int, int]:
    """The outbox and the dead letters, as a person sees them."""
    told = installation.run("index", "status", "--json").json
    return told["outbox"], told["dead_letters"]


def test_a_refused_document_is_put_aside_until_the_index_takes_it(installation: Installation) -> None:
    narrow = {**MAPPING, "properties": {**MAPPING["properties"], "party_uscc": {"type": "long"}}}
    body = {"settings": SETTINGS, "mappings": narrow, "aliases": {installation.names.cases: {}}}
    for name in installation.indices():
        installation.ask("DELETE", f"/{name}")
    installation.ask("PUT", f"/{installation.names.new_index(datetime.now(CHINA))}", body)
    installation.relay()
    refused = installation.add(3)
    good = installation.add(2, party=WITHOUT_CODE)
    installation.wait_until_told()
    assert installation.dead() == refused
    assert installation.indexed() == set(good)
    assert status(installation) == (0, 3)
    installation.change(good[0], 8_000)
    installation.change(refused[0], 8_000)
    installation.wait_until_told()
    assert installation.find(fine_fen=800_000) == {good[0]}
    assert status(installation) == (0, 3)
    installation.rebuild()
    assert status(installation) == (0, 0)
    assert installation.find(fine_fen=800_000) == {good[0], refused[0]}
    installation.settle()


def test_a_refused_document_is_sent_again_by_a_repair_once_its_cause_is_mended(installation: Installation) -> None:
    (refused,) = installation.add(party=OTHER_PARTY)
    installation.execute("UPDATE party SET uscc = repeat('9', 40000) WHERE name = %s", OTHER_PARTY)
    (good,) = installation.add(party=WITHOUT_CODE)
    relay = installation.relay()
    installation.wait_until_told()
    assert (installation.dead(), installation.indexed()) == ([refused], {good})
    # A relay that goes on compares the index by and by, and would send the document again by itself.
    installation.kill(relay)
    mended = {"properties": {"party_uscc": {"type": "keyword", "ignore_above": 100}}}
    installation.ask("PUT", f"/{installation.names.cases}/_mapping", mended)
    repaired = installation.run("index", "verify", "--repair", "--json")
    assert (repaired.status, repaired.json["missing"], repaired.json["repaired"]) == (1, 1, 1)
    assert (status(installation), installation.indexed()) == ((0, 0), {good, refused})
    installation.execute("UPDATE party SET uscc = NULL WHERE name = %s", OTHER_PARTY)
    installation.settle()
