"""A relay that is killed at the worst moment, comes too late or is one of many: nothing is lost, nothing comes back."""

from itertools import product

import pytest

from tests.faults.form import every
from tests.faults.installation import OTHER_PARTY, PARTY, Installation
from tests.faults.proxy import BULK, Way
from tests.integration.feeding import AGENCY, case, organisation

CHANGES = ["insert", "change", "delete"]


@pytest.fixture
def known(installation: Installation) -> int:
    """A case that the index holds."""
    (case_id,) = installation.add()
    installation.sync()
    return case_id


def make(kind: str, installation: Installation, known: int) -> None:
    """Make a change of a kind."""
    if kind == "insert":
        installation.add()
    elif kind == "change":
        installation.change(known, 2_000)
    else:
        installation.delete(known)


@pytest.mark.parametrize(("kind", "way"), every(2, list(product(CHANGES, Way))))
def test_a_relay_killed_before_its_acknowledgement_loses_nothing(
    installation: Installation, known: int, kind: str, way: Way
) -> None:
    before = installation.versions()
    held = installation.servers.proxy.hold(BULK, way)
    relay = installation.relay()
    make(kind, installation, known)
    held.wait()
    installation.kill(relay)
    held.drop()
    assert installation.pending() == 1
    assert (installation.versions() == before) is (way is Way.REQUEST)
    installation.settle()


@pytest.mark.parametrize(("kind", "way"), every(5, list(product(CHANGES, Way))))
def test_a_line_that_is_cut_half_way_costs_nothing_but_time(
    installation: Installation, known: int, kind: str, way: Way
) -> None:
    cut = installation.servers.proxy.cut(BULK, way)
    installation.relay()
    make(kind, installation, known)
    cut.wait()
    installation.settle()


@pytest.mark.parametrize("kind", ["change", "delete"])
@pytest.mark.parametrize("is_killed", every(2, [True, False]))
def test_a_write_that_arrives_too_late_brings_nothing_back(
    installation: Installation, kind: str, is_killed: bool
) -> None:
    installation.sync()
    held = installation.servers.proxy.hold(BULK, Way.REQUEST)
    slow = installation.relay()
    (case_id,) = installation.add(fine="1000")
    held.wait()
    make(kind, installation, case_id)
    if is_killed:
        installation.kill(slow)
    installation.relay()
    installation.wait_until(lambda: installation.pending() == (0 if is_killed else 1))
    held.release()
    assert b'"status":409' in held.answer()
    installation.wait_until_told()
    assert installation.versions().get(str(case_id)) == (2 if kind == "change" else None)
    assert installation.find(fine_fen=100_000) == set()
    installation.settle()


def test_a_delete_by_hand_is_no_acknowledgement_and_a_rebuild_mends_it(installation: Installation) -> None:
    taken_away, other = installation.add(2)
    installation.relay()
    installation.wait_until_told()
    # It has the version of the change that comes next, and so that is a conflict.
    installation.ask("DELETE", f"/{installation.names.cases}/_doc/{taken_away}")
    installation.change(taken_away, 5_000)
    installation.change(other, 6_000)
    installation.wait_until(lambda: installation.pending() == 1)
    assert installation.find(fine_fen=600_000) == {other}
    assert "They wait and are sent again" in installation.refusal("index", "sync")
    installation.rebuild()
    installation.settle()
    assert installation.find(fine_fen=500_000) == {taken_away}


def test_a_long_transaction_that_commits_after_younger_ones_is_not_lost(installation: Installation) -> None:
    late, *others = installation.add(4)
    for _ in range(2):
        installation.relay()
    installation.wait_until_told()
    with installation.connection() as transaction:
        transaction.execute("UPDATE penalty_case SET fine = 7000 WHERE id = %s", [late])
        installation.insert(transaction, "迟到1号")
        for case_id in others:
            installation.change(case_id, 8_000)
        installation.wait_until_told()
        assert installation.find(fine_fen=800_000) == set(others)
        assert installation.find(fine_fen=700_000) == installation.find(number="迟到1号") == set()
    installation.wait_until_told()
    assert installation.find(fine_fen=700_000) == {late}
    assert len(installation.find(number="迟到1号")) == 1
    installation.settle()


def test_a_notice_that_is_lost_only_delays(installation: Installation, known: int) -> None:
    installation.as_superuser("ALTER TABLE outbox DISABLE TRIGGER notify_relays")
    installation.relay()
    installation.change(known, 9_000)
    installation.wait_until_told()
    installation.change(known, 9_001)
    installation.wait_until_told()
    installation.as_superuser("ALTER TABLE outbox ENABLE TRIGGER notify_relays")
    assert installation.find(fine_fen=900_100) == {known}
    installation.settle()


def test_a_case_that_becomes_known_by_another_number_leaves_no_old_document(installation: Installation) -> None:
    installation.relay()
    fields = {"decidedOn": "2024-03-01", "party": organisation(PARTY)}
    numbered = case("试环罚〔2024〕9001号", filingNumber="试环立〔2024〕55号", **fields)
    for record in (case(None, **fields), case(None, filingNumber="试环立〔2024〕55号", **fields), numbered):
        installation.load(record)
        installation.wait_until_told()
        assert len(installation.versions()) == 1
    (case_id,) = installation.indexed()
    assert (
        installation.find(number="试环罚〔2024〕9001号") == installation.find(number="试环立〔2024〕55号") == {case_id}
    )
    installation.execute(
        "WITH told AS (UPDATE case_text SET number = ' 试 环 罚 2024 9002 号 ' WHERE case_id = %s) "
        "UPDATE penalty_case SET document_number = '试环罚〔2024〕9002号' WHERE id = %s",
        case_id,
        case_id,
    )
    installation.wait_until_told()
    assert installation.find(number="试环罚〔2024〕9001号") == set()
    assert installation.find(number="试环罚〔2024〕9002号") == {case_id}
    installation.settle()


def test_a_case_that_takes_the_place_of_another_leaves_no_old_document(installation: Installation) -> None:
    kept, replaced = installation.add(2)
    installation.relay()
    installation.wait_until_told()
    ((number,),) = installation.query("SELECT document_number FROM penalty_case WHERE id = %s", replaced)
    with installation.connection() as transaction:
        transaction.execute(
            "UPDATE case_text SET number = (SELECT number FROM case_text WHERE case_id = %s) WHERE case_id = %s",
            [replaced, kept],
        )
        transaction.execute("DELETE FROM penalty_case WHERE id = %s", [replaced])
        transaction.execute("UPDATE penalty_case SET document_number = %s WHERE id = %s", [number, kept])
    installation.wait_until_told()
    assert installation.find(number=number) == {kept} == installation.indexed()
    installation.settle()


@pytest.mark.parametrize(("table", "field", "name"), [("agency", "agency", AGENCY), ("party", "party", PARTY)])
def test_a_new_name_reaches_all_documents_that_show_it_though_relays_are_killed(
    installation: Installation, table: str, field: str, name: str
) -> None:
    renamed = installation.add(5)
    others = installation.add(2, agency="试验县林业局", party=OTHER_PARTY)
    installation.sync()
    held = installation.servers.proxy.hold(BULK, Way.ANSWER)
    relay = installation.relay()
    installation.rename(table, name, "改名后的名称")
    held.wait()
    installation.kill(relay)
    held.drop()
    installation.relay()
    installation.settle()
    assert installation.find(**{field: "改名后的名称"}) == set(renamed)
    assert installation.find(**{field: name}) == set()
    assert installation.indexed() == {*renamed, *others}
