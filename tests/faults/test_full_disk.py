"""The flood stage as Elasticsearch comes to it by itself, and leaves it."""

from tests.faults.installation import Installation


def test_while_the_disk_is_full_changes_wait(installation: Installation) -> None:
    changed, deleted = installation.add(2)
    installation.relay()
    installation.wait_until_told()
    with installation.servers.full_disk():
        installation.wait_until(installation.is_read_only)
        installation.change(changed, 6_000)
        installation.delete(deleted)
        assert "They wait and are sent again" in installation.refusal("index", "sync")
        assert (installation.pending(), installation.dead()) == (2, [])
    installation.wait_until_told()
    assert not installation.is_read_only()
    assert installation.find(fine_fen=600_000) == {changed} == installation.indexed()
    installation.settle()
