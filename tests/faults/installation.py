"""One installation under attack: a database and index names of its own, changed by SQL and feeds, kept by commands.

Commands reach Elasticsearch through the proxy; what a test itself asks goes to the server directly.
"""

import json
import secrets
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg

from schema.tokens import token_text
from stores.elastic import IndexNames
from tests.acceptance.program import Result
from tests.conftest import TEST_KEY, TestDatabase, dsn
from tests.faults.processes import Running
from tests.faults.servers import Servers
from tests.integration.feeding import AGENCY, COMPANY, OTHER_COMPANY, Fields, case, organisation

PARTIES = {"试验县宏达化工有限公司": COMPANY, "试验县永兴皮革有限公司": OTHER_COMPANY}
PARTY, OTHER_PARTY = PARTIES

_SECONDS = 60.0
_LOOKS_AGAIN_SECONDS = 0.02
# A test that waits for its own lock fails instead of hanging.
_CONNECTION_OPTIONS = "-c jiandu.everything=on -c lock_timeout=20s"
_COMPARED_TEXTS = 60
_COMPARED_DOCUMENTS = 10_000

_CONTENT = """
SELECT c.id, (c.fine * 100)::bigint, c.agency_id, p.uscc,
       ARRAY[t.number, t.filing_number], ARRAY[t.party], ARRAY[t.agency], ARRAY[t.facts]
  FROM penalty_case c JOIN party p ON p.id = c.party_id JOIN case_text t ON t.case_id = c.id
"""
_INSERT = """
WITH other AS (SELECT * FROM penalty_case JOIN case_text ON case_id = id ORDER BY id LIMIT 1), made AS (
  INSERT INTO penalty_case (agency_id, party_id, document_number, identity_derived, domain, sources)
  SELECT agency_id, party_id, %s, false, domain, sources FROM other RETURNING id
)
INSERT INTO case_text (case_id, number, party, agency) SELECT made.id, %s, party, agency FROM made, other
"""
_VALUES = ("fine_fen", "agency_id", "party_uscc")
_TEXTS = ("number", "party", "agency", "facts")


class Installation:
    """The product on the suite's servers."""

    def __init__(self, servers: Servers, urls: TestDatabase, folder: Path) -> None:
        """Choose names; nothing runs yet."""
        prefix = f"f{secrets.token_hex(6)}"
        self.servers = servers
        self.tally = servers.tally
        self.names = IndexNames.with_prefix(prefix)
        self.urls = urls
        self._folder = folder
        self._numbers = count(1)
        self._settings = {
            "database_url": dsn(urls.application),
            "elasticsearch_url": servers.proxy.url,
            "elasticsearch_prefix": prefix,
            "data_key": TEST_KEY,
        }
        self._started: list[Running] = []
        self._client = httpx.Client(base_url=servers.elasticsearch.url, timeout=_SECONDS)

    def close(self) -> None:
        """End every command, and drop every index."""
        self.servers.heal()
        for running in self._started:
            running.kill()
        for name in self.indices():
            self.ask("DELETE", f"/{name}")
        self._client.close()

    # Commands

    def start(self, *words: str, searching: bool = True) -> Running:
        """Start a command, with an Elasticsearch in its settings or none."""
        settings = {name: value for name, value in self._settings.items() if searching or "elasticsearch" not in name}
        running = self.servers.programs.start(words, settings)
        self._started.append(running)
        return running

    def run(self, *words: str) -> Result:
        """Run a command to its end."""
        return self.start(*words).result()

    def refusal(self, *words: str) -> str:
        """What a command says that cannot do its work."""
        return self.start(*words).refusal()

    def relay(self) -> Running:
        """Start a relay that goes on."""
        return self.start("index", "sync", "--follow", "--json")

    def sync(self) -> None:
        """Empty the outbox."""
        synced = self.run("index", "sync", "--json")
        assert synced.status == 0, synced.err
        assert synced.json["pending"] == 0

    def rebuild(self) -> None:
        """Rebuild the index."""
        rebuilt = self.run("index", "rebuild", "--json")
        assert rebuilt.status == 0, rebuilt.err

    def kill(self, *commands: Running) -> None:
        """Kill commands that run."""
        for command in commands:
            self.tally.kills += command.runs
            command.kill()

    # The record

    def connection(self) -> psycopg.Connection:
        """A connection of the application: a transaction that is open as long as the test wants it."""
        return psycopg.connect(self._settings["database_url"], options=_CONNECTION_OPTIONS)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement answers."""
        with self.connection() as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def execute(self, statement: str, *values: Any) -> None:
        """Change something, in a transaction of its own."""
        self.tally.changes += 1
        with self.connection() as connection:
            connection.execute(statement.encode(), values)

    def load(self, *records: Fields) -> None:
        """Load records as an agency's feed; the relays are left to tell the index of them."""
        path = self._folder / f"feed-{next(self._numbers)}.jsonl"
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
        loaded = self.start("feed", "load", str(path), "--register-agencies", "--json", searching=False).result()
        assert loaded.status == 0, loaded.err + loaded.out
        self.tally.changes += loaded.json["inserted"] + loaded.json["updated"]

    def add(self, amount: int = 1, *, agency: str = AGENCY, party: str = PARTY, **fields: Any) -> list[int]:
        """Load new cases of a known party; answers their ids in order."""
        numbers = [f"试环罚〔2024〕{next(self._numbers)}号" for _ in range(amount)]
        uscc = PARTIES.get(party)
        self.load(*(case(number, agency=agency, party=organisation(party, uscc), **fields) for number in numbers))
        found = self.query("SELECT id FROM penalty_case WHERE document_number = ANY (%s) ORDER BY id", numbers)
        assert len(found) == amount
        return [case_id for (case_id,) in found]

    def change(self, case_id: int, yuan: int) -> None:
        """Change a case, by its fine."""
        self.execute("UPDATE penalty_case SET fine = %s WHERE id = %s", yuan, case_id)

    def delete(self, case_id: int) -> None:
        """Delete a case."""
        self.execute("DELETE FROM penalty_case WHERE id = %s", case_id)

    def rename(self, table: str, old: str, new: str) -> None:
        """Give an agency or a party a new name."""
        self.execute(f"UPDATE {table} SET name = %s, name_tokens = %s WHERE name = %s", new, token_text(new), old)  # noqa: S608  the test's own names

    def insert(self, connection: psycopg.Connection, number: str) -> None:
        """Add a case of the same agency and party as another, in a transaction that the test commits."""
        self.tally.changes += 1
        connection.execute(_INSERT, [number, token_text(number)])

    def as_superuser(self, statement: str) -> None:
        """Run a statement that the application may not."""
        with psycopg.connect(dsn(self.urls.superuser)) as connection:
            connection.execute(statement.encode())

    def pending(self) -> int:
        """How many rows wait in the outbox."""
        return int(self.query("SELECT count(*) FROM outbox")[0][0])

    def dead(self) -> list[int]:
        """The cases among the dead letters."""
        return [case_id for (case_id,) in self.query("SELECT case_id FROM dead_letter ORDER BY case_id")]

    def is_rebuilding(self) -> bool:
        """Whether a rebuild is announced."""
        return bool(self.query("SELECT FROM index_rebuild"))

    # The index

    def ask(self, method: str, path: str, body: Any = None, *, may_answer: int | None = None) -> Any:
        """Ask Elasticsearch itself for anything; a status besides success may be as good."""
        answer = self._client.request(method, path, json=body)
        if answer.status_code != may_answer:
            answer.raise_for_status()
        return answer.json()

    def indices(self) -> list[str]:
        """Every index whose name begins as ours."""
        return sorted(self.ask("GET", f"/{self.names.cases}*?expand_wildcards=all"))

    def in_use(self) -> str:
        """The index behind the cases' alias."""
        (name,) = self.ask("GET", f"/_alias/{self.names.cases}")
        return str(name)

    def versions(self) -> dict[str, int]:
        """Every document's version by its key."""
        hits = self._search({"size": _COMPARED_DOCUMENTS, "version": True, "_source": False})["hits"]["hits"]
        return {hit["_id"]: hit["_version"] for hit in hits}

    def indexed(self) -> set[int]:
        """The cases that have a document."""
        return {int(key) for key in self.versions()}

    def differing(self) -> set[str]:
        """The keys of the documents whose version is not their case's revision, or that are missing on either side."""
        record = {str(case_id): revision for case_id, revision in self.query("SELECT id, revision FROM penalty_case")}
        return {key for key, _ in record.items() ^ self.versions().items()}

    def find(self, **wanted: str | int) -> set[int]:
        """The cases a field's exact value, or a text's phrase, finds."""
        (query,) = [_query(field, value) for field, value in wanted.items()]
        hits = self._search({"size": _COMPARED_DOCUMENTS, "query": query, "_source": False})["hits"]["hits"]
        return {int(hit["_id"]) for hit in hits}

    def _search(self, body: dict[str, Any]) -> Any:
        self.ask("POST", f"/{self.names.cases}/_refresh")
        return self.ask("POST", f"/{self.names.cases}/_search", body)

    def make_read_only(self) -> None:
        """Make the index in use read-only, as the server does itself when its disk is nearly full."""
        self.tally.outages += 1
        self._block(True)

    def is_read_only(self) -> bool:
        """Whether the index in use is."""
        (index,) = self.ask("GET", f"/{self.names.cases}/_settings").values()
        return bool(index["settings"]["index"].get("blocks"))

    def make_writable(self) -> None:
        """Take that back."""
        self._block(None)

    def _block(self, block: bool | None) -> None:
        self.ask("PUT", f"/{self.names.cases}*/_settings", {"index.blocks.read_only_allow_delete": block})

    # The end of every test

    def wait_until(self, condition: Callable[[], object], seconds: float = _SECONDS) -> None:
        """Wait for servers and commands, which tell no event."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it is not so after {seconds} s"
            time.sleep(_LOOKS_AGAIN_SECONDS)

    def wait_until_told(self) -> None:
        """Wait until the relays have told everything."""
        self.wait_until(lambda: self.pending() == 0)

    def settle(self) -> None:
        """End the faults, and show that the whole index is as the record is, and that nothing is left over."""
        self.servers.proxy.clear()
        if not any(running.runs for running in self._started) and self.pending():
            self.sync()
        self.wait_until_told()
        verified = self.run("index", "verify", "--json")
        found = verified.json
        self.tally.compared(found)
        ((cases,),) = self.query("SELECT count(*) FROM penalty_case")
        same = {"database": cases, "index": cases, "missing": 0, "stale": 0, "orphaned": 0, "repaired": 0}
        assert (found, verified.status) == (same, 0), f"{found} with status {verified.status} instead of {same}"
        assert not self.dead(), f"dead letters: {self.dead()}"
        assert not self.is_rebuilding(), "a rebuild is announced"
        assert self.indices() == [self.in_use()], f"of {self.indices()} only {self.in_use()} is in use"
        self._require_content()

    def _require_content(self) -> None:
        """Compare what the documents say with what the cases say: revisions alone would not tell a wrong document."""
        record = {row[0]: row[1:] for row in self.query(_CONTENT)}
        body = {"size": _COMPARED_DOCUMENTS, "docvalue_fields": list(_VALUES), "_source": False}
        hits = self._search(body)["hits"]["hits"]
        values = {
            int(hit["_id"]): tuple(hit.get("fields", {}).get(name, [None])[0] for name in _VALUES) for hit in hits
        }
        told = {case_id: row[: len(_VALUES)] for case_id, row in record.items()}
        assert values == told, f"documents and cases differ in {values.items() ^ told.items()}"
        for place, field in enumerate(_TEXTS, start=len(_VALUES)):
            held = {case_id: row[place] for case_id, row in record.items()}
            for text in sorted({text for texts in held.values() for text in texts if text})[:_COMPARED_TEXTS]:
                # A phrase is found in longer texts too.
                holding = {case_id for case_id, texts in held.items() if any(text in other for other in texts)}
                found = self.find(**{field: text})
                assert found == holding, f"{field} {text!r} is found in {found} instead of {holding}"


def _query(field: str, value: str | int) -> dict[str, Any]:
    if field in _TEXTS:
        return {"match_phrase": {field: token_text(str(value))}}
    return {"term": {field: value}}
