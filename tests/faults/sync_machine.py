"""The whole sync as one state machine: any order of loads, changes, crashes, outages, rebuilds, damages and repairs.

However a run went, its end is the same: the servers are well again, everything was told, the index is as the record is,
and the record is as the model here.
"""

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)

from schema.tokens import token_text
from tests.faults.form import LONG
from tests.faults.installation import PARTIES, Installation
from tests.faults.processes import Running
from tests.faults.proxy import BULK, Trap, Way
from tests.faults.rebuild_steps import STEPS, hold
from tests.faults.story import StoryMachine, told
from tests.integration.feeding import AGENCY, OTHER_AGENCY, case, organisation

Opener = Callable[[], AbstractContextManager[Installation]]

AGENCIES = [AGENCY, OTHER_AGENCY]
FINES = st.integers(1, 5)
RELAYS = 3
# The server forgets at its next refresh what was deleted before this long ago; its clock moves in steps.
_FORGETS = {"index.gc_deletes": "0s"}
_REMEMBERS = {"index.gc_deletes": "1h"}
_CLOCK_STEP_SECONDS = 0.3
_CATCHES_SECONDS = 2.0


@dataclass
class Case:
    """What a case says, as it was told last; agency and party by the name they had first."""

    number: str
    agency: str
    party: str
    fine: int


class SyncMachine(StoryMachine):
    """One installation, and what it has to come to in the end."""

    cases: Bundle[str] = Bundle("cases")
    open: ClassVar[Opener]

    def __init__(self) -> None:
        """Open an installation."""
        super().__init__()
        self.opened = ExitStack()
        self.installation = self.opened.enter_context(type(self).open())
        self.servers = self.installation.servers
        self.known: dict[str, Case] = {}
        self.names = {name: name for name in (*AGENCIES, *PARTIES)}
        self.serial = count(1)
        self.relays: list[Running] = []
        self.rebuild: Running | None = None
        self.held: Trap | None = None
        self.transaction: tuple[psycopg.Connection, str, int] | None = None
        self.is_paused = False
        self.is_read_only = False
        self.stops_left = 2
        self.crashes_left = 1 if LONG else 0
        self.damaged: set[str] = set()

    # What people and agencies do

    @initialize(target=cases)
    @told
    def begin(self) -> MultipleResults[str]:
        """Two cases, which the index holds."""
        loaded = self._load(AGENCIES[0], next(iter(PARTIES)), 2)
        self.installation.sync()
        return loaded

    @rule(
        target=cases, agency=st.sampled_from(AGENCIES), party=st.sampled_from(list(PARTIES)), amount=st.integers(1, 3)
    )
    @told
    def load_a_feed(self, agency: str, party: str, amount: int) -> MultipleResults[str]:
        """New cases arrive."""
        return self._load(agency, party, amount)

    def _load(self, agency: str, party: str, amount: int) -> MultipleResults[str]:
        made = [Case(f"试环罚〔2024〕{next(self.serial)}号", agency, party, 0) for _ in range(amount)]
        shown = {"agency": self.names[agency], "party": organisation(self.names[party], PARTIES[party]), "fine": "0"}
        self.installation.load(*(case(one.number, **shown) for one in made))
        self.known |= {one.number: one for one in made}
        return multiple(*(one.number for one in made))

    @rule(which=cases, fine=FINES)
    @told
    def change_a_case(self, which: str, fine: int) -> None:
        """A case has another fine."""
        self._let_go_of(which)
        self._change(which, fine)

    def _change(self, which: str, fine: int) -> None:
        self.installation.execute(
            "UPDATE penalty_case SET fine = %s WHERE document_number = %s", fine, self.known[which].number
        )
        self.known[which].fine = fine

    @rule(which=cases)
    @told
    def give_a_case_another_number(self, which: str) -> None:
        """A case is known by another number."""
        self._let_go_of(which)
        old, new = self.known[which].number, f"改环罚〔2025〕{next(self.serial)}号"
        self.installation.execute(
            "WITH renumbered AS (UPDATE penalty_case SET document_number = %s WHERE document_number = %s RETURNING id) "
            "UPDATE case_text SET number = %s FROM renumbered WHERE case_id = id",
            new,
            old,
            token_text(new),
        )
        self.known[which].number = new

    @rule(which=consumes(cases))
    @told
    def delete_a_case(self, which: str) -> None:
        """A case goes."""
        self._let_go_of(which)
        gone = self.known.pop(which)
        self.installation.execute("DELETE FROM penalty_case WHERE document_number = %s", gone.number)

    @precondition(lambda self: self.transaction is None)
    @rule(name=st.sampled_from([*AGENCIES, *PARTIES]))
    @told
    def rename(self, name: str) -> None:
        """An agency or a party has another name, in all its cases."""
        new = f"改名{next(self.serial)}之{name}"
        self.installation.rename("agency" if name in AGENCIES else "party", self.names[name], new)
        self.names[name] = new

    @precondition(lambda self: self.transaction is None)
    @rule(which=cases, fine=FINES)
    @told
    def begin_a_long_transaction(self, which: str, fine: int) -> None:
        """A change is made and not committed yet."""
        connection = self.installation.connection()
        self.opened.callback(connection.close)
        statement = "UPDATE penalty_case SET fine = %s WHERE document_number = %s"
        connection.execute(statement, [fine, self.known[which].number])
        self.transaction = connection, which, fine

    @precondition(lambda self: self.transaction is not None)
    @rule()
    @told
    def commit_the_long_transaction(self) -> None:
        """It is committed, after younger ones."""
        self._commit()

    def _let_go_of(self, which: str) -> None:
        if self.transaction is not None and self.transaction[1] == which:
            self._commit()

    def _commit(self) -> None:
        if self.transaction is not None:
            (connection, which, fine), self.transaction = self.transaction, None
            connection.commit()
            connection.close()
            self.known[which].fine = fine

    # Relays and rebuilds

    @precondition(lambda self: len(self.relays) < RELAYS)
    @rule()
    @told
    def start_a_relay(self) -> None:
        """One more relay."""
        self.relays.append(self.installation.relay())

    @precondition(lambda self: self.relays)
    @rule()
    @told
    def kill_a_relay(self) -> None:
        """The oldest relay is killed."""
        self.installation.kill(self.relays.pop(0))

    @precondition(lambda self: self.relays and not self.is_paused)
    @rule(which=cases, fine=FINES, way=st.sampled_from(Way))
    @told
    def kill_the_relays_before_their_acknowledgement(self, which: str, fine: int, way: Way) -> None:
        """All relays are killed while a bulk request or its answer is on its way, and that is lost."""
        self._let_go_of(which)
        held = self.servers.proxy.hold(BULK, way)
        self._change(which, fine)
        held.has_caught(_CATCHES_SECONDS)
        self.installation.kill(*self.relays)
        self.relays.clear()
        held.drop()

    @precondition(lambda self: self.rebuild is None)
    @rule(stops_at=st.sampled_from([None, *STEPS]))
    @told
    def begin_a_rebuild(self, stops_at: str | None) -> None:
        """A rebuild is started, and goes on to its end or to one of its steps."""
        if self.held is not None:
            self.held.release()
        self.held = None if stops_at is None else hold(self.servers.proxy, stops_at)
        self.rebuild = self.installation.start("index", "rebuild", "--json")
        if self.held is not None and not self.is_paused:
            self.held.has_caught(_CATCHES_SECONDS)

    @precondition(lambda self: self.held is not None)
    @rule()
    @told
    def let_the_rebuild_go_on(self) -> None:
        """It goes on from that step, or its last request arrives though it was killed meanwhile."""
        assert self.held is not None
        self.held.release()
        self.held = None

    @precondition(lambda self: self.rebuild is not None)
    @rule()
    @told
    def kill_the_rebuild(self) -> None:
        """It is killed, wherever it is."""
        assert self.rebuild is not None
        self.installation.kill(self.rebuild)
        self.rebuild = None

    # Outages

    @precondition(lambda self: not self.is_paused)
    @rule()
    @told
    def pause_elasticsearch(self) -> None:
        """Elasticsearch hangs."""
        self.servers.pause_elasticsearch()
        self.is_paused = True

    @precondition(lambda self: self.is_paused)
    @rule()
    @told
    def resume_elasticsearch(self) -> None:
        """It goes on."""
        self.servers.heal()
        self.is_paused = False

    @precondition(lambda self: self.crashes_left)
    @rule()
    @told
    def crash_elasticsearch(self) -> None:
        """It is killed and started again."""
        self.crashes_left -= 1
        self.servers.kill_elasticsearch()
        self.servers.heal()
        self.is_paused = False

    @precondition(lambda self: not self.is_paused and not self.is_read_only)
    @rule()
    @told
    def make_the_index_read_only(self) -> None:
        """The disk of Elasticsearch is nearly full."""
        self.installation.make_read_only()
        self.is_read_only = True

    @precondition(lambda self: not self.is_paused and self.is_read_only)
    @rule()
    @told
    def make_the_index_writable(self) -> None:
        """It is so no more."""
        self.installation.make_writable()
        self.is_read_only = False

    @precondition(lambda self: self.stops_left)
    @rule(stop=st.sampled_from(["restart_postgres", "crash_postgres"]))
    @told
    def stop_postgres(self, stop: str) -> None:
        """PostgreSQL is stopped and started again; what was not committed is lost."""
        self.stops_left -= 1
        if self.transaction is not None:
            self.transaction[0].close()
            self.transaction = None
        getattr(self.servers, stop)()

    # Damages, which nothing of ours does, and their repair

    @precondition(lambda self: not self.is_paused and not self.is_read_only and self.rebuild is None)
    @rule(which=cases)
    @told
    def lose_a_document(self, which: str) -> None:
        """A document is gone from the index."""
        self._lose(which)

    @precondition(lambda self: not self.is_paused and not self.is_read_only and self.rebuild is None)
    @rule(which=cases)
    @told
    def put_an_old_document_in_its_place(self, which: str) -> None:
        """A document is older than it was."""
        key = self._lose(which)
        self._write(key, version=0, document={"id": int(key), "fine_fen": 1})

    @precondition(lambda self: not self.is_paused and not self.is_read_only)
    @rule(key=st.sampled_from(["999999999", "stranger"]))
    @told
    def add_an_orphan(self, key: str) -> None:
        """A document is no case's."""
        self.damaged.add(key)
        self._write(key, version=1, document={"id": 999_999_999})

    def _lose(self, which: str) -> str:
        ((case_id,),) = self.installation.query(
            "SELECT id FROM penalty_case WHERE document_number = %s", self.known[which].number
        )
        self.damaged.add(str(case_id))
        alias, index = self.installation.names.cases, self.installation.in_use()
        self.installation.ask("PUT", f"/{index}/_settings", _FORGETS)
        self.installation.ask("DELETE", f"/{alias}/_doc/{case_id}", may_answer=404)
        time.sleep(_CLOCK_STEP_SECONDS)
        self.installation.ask("POST", f"/{index}/_refresh")
        # Or a crash would bring the delete back, out of the server's log.
        self.installation.ask("POST", f"/{index}/_flush?force=true")
        self.installation.ask("PUT", f"/{index}/_settings", _REMEMBERS)
        return str(case_id)

    def _write(self, key: str, *, version: int, document: dict[str, Any]) -> None:
        path = f"/{self.installation.names.cases}/_doc/{key}?version={version}&version_type=external"
        self.installation.ask("PUT", path, document, may_answer=409)

    @precondition(lambda self: not self.is_paused)
    @rule()
    @told
    def repair(self) -> None:
        """Somebody compares and repairs."""
        assert self.installation.run("index", "verify", "--repair", "--json").status in {0, 1}

    # The end

    @told
    def teardown(self) -> None:
        """Everything is well again, and so is the index."""
        with self.opened:
            self._commit()
            self.servers.heal()
            self.installation.make_writable()
            self._come_to_an_end()
            self.installation.settle()
            self._require_the_record()

    def _come_to_an_end(self) -> None:
        """Everything ends that was begun."""
        for relay in self.relays:
            if relay.runs:
                ended = relay.end()
                # One that is told to end before it has begun just ends.
                assert ended.status in {0, -signal.SIGTERM}, ended.err
            else:
                # A relay waits for a server that goes away, and does not begin without a database.
                assert "PostgreSQL does not answer" in relay.refusal()
        if self.rebuild is not None:
            self.rebuild.result()
        self.installation.sync()
        if len(self.installation.indices()) > 1 or self.installation.is_rebuilding():
            # One that was cut off goes on.
            self.installation.rebuild()
        assert self.installation.differing() <= self.damaged
        if self.damaged:
            self._repair_for_good()

    def _repair_for_good(self) -> None:
        repaired = self.installation.run("index", "verify", "--repair")
        if "jiandu index rebuild" in repaired.err:
            self.installation.rebuild()

    def _require_the_record(self) -> None:
        shown = "SELECT c.document_number, a.name, p.name, c.fine FROM penalty_case c "
        joined = "JOIN agency a ON a.id = c.agency_id JOIN party p ON p.id = c.party_id"
        expected = {
            (one.number, self.names[one.agency], self.names[one.party], one.fine) for one in self.known.values()
        }
        assert set(self.installation.query(shown + joined)) == expected
        for old in self.names.keys() - self.names.values():
            field = "agency" if old in AGENCIES else "party"
            # The old name stands in the new one as a phrase.
            holding = {one.number for one in self.known.values() if old in {one.agency, one.party}}
            assert len(self.installation.find(**{field: old})) == len(holding)
