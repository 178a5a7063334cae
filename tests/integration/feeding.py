"""Feeding a test's database: files are written, loaded as the command does, and what is stored is looked at."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from indexer.file_loading import load_file
from indexer.load_reports import LoadReport, Refusal
from indexer.loading import LoadOptions, load_feed
from stores.keys import KeyRing
from stores.postgres import Database

AGENCY = "试验县生态环境局"
OTHER_AGENCY = "试验县市场监督管理局"
COMPANY = "91411300MA40AAA10R"
OTHER_COMPANY = "91411300MA40BBB20F"
PERSON_NUMBER = "11010519491231002X"

PROVENANCE = frozenset({"feed", "feed_run", "feed_row", "rejected_row", "record_change"})
"""The tables that tell of loads; every other one tells of the record."""

Fields = dict[str, Any]


def case(number: str | None = "试环罚〔2024〕1号", /, **fields: Any) -> Fields:
    """A penalty case's record; a field given as None says nothing."""
    party = {"type": "ORGANIZATION", "name": "试验县宏达化工有限公司"}
    return {"kind": "penalty_case", "agency": AGENCY, "documentNumber": number, "party": party, **fields}


def agency(name: str = AGENCY, **fields: Any) -> Fields:
    """An agency's record."""
    return {"kind": "agency", "name": name, **fields}


def procuratorate(name: str, **fields: Any) -> Fields:
    """A procuratorate's record."""
    return {"kind": "procuratorate", "name": name, "region": "411300", **fields}


def organisation(name: str | None = None, uscc: str | None = None, **fields: Any) -> Fields:
    return {"type": "ORGANIZATION", "name": name, "uscc": uscc, **fields}


def person(name: str | None = None, number: str | None = None) -> Fields:
    return {"type": "PERSON", "name": name, "idNumber": number}


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    """Inserted, updated, unchanged, rejected."""
    found = report.accounts
    return found.inserted, found.updated, found.unchanged, found.rejected


@dataclass(frozen=True)
class Feed:
    """The way into a test's database."""

    database: Database
    keys: KeyRing
    clock: Callable[[], datetime]
    folder: Path

    def write(self, *records: Fields | str, name: str = "feed.jsonl") -> Path:
        """A JSON Lines file; a string is a line as it stands."""
        lines = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in records]
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    async def __call__(
        self,
        *records: Fields | str,
        name: str = "feed.jsonl",
        agency: str | None = None,
        register: bool = True,
        dry_run: bool = False,
    ) -> LoadReport:
        """Load records in one file."""
        return await self.load(self.write(*records, name=name), agency=agency, register=register, dry_run=dry_run)

    async def load(
        self, path: Path, *, agency: str | None = None, register: bool = True, dry_run: bool = False
    ) -> LoadReport:
        """Load a file; whatever becomes of its rows, the accounts add up to what is stored of them."""
        options = LoadOptions(agency=agency, register_agencies=register, dry_run=dry_run)
        report = await load_feed(self.database, self.keys, path, options=options, clock=self.clock)
        if not dry_run:
            await self._require_balance(report)
        return report

    async def load_file(self, path: Path) -> list[LoadReport | Refusal]:
        """Load a file as it came, whatever it is; the accounts of what was not refused add up."""
        results = []
        options = LoadOptions(register_agencies=True)
        async for result in load_file(self.database, self.keys, path, options=options, clock=self.clock):
            if isinstance(result, LoadReport):
                await self._require_balance(result)
            results.append(result)
        return results

    async def _require_balance(self, report: LoadReport) -> None:
        found = report.accounts
        (run,) = await self.rows("SELECT * FROM feed_run WHERE run = :run", run=report.run)
        stored = await self.rows("SELECT outcome, line FROM feed_row WHERE run_id = :id", id=run["id"])
        rejected = await self.rows("SELECT ordinal FROM rejected_row WHERE run_id = :id", id=run["id"])
        assert run["known"] == found.known
        for outcome in ("inserted", "updated", "unchanged", "rejected"):
            kept = [row["outcome"] for row in stored].count(outcome) + (found.known if outcome == "unchanged" else 0)
            assert run[outcome] == getattr(found, outcome) == kept
        assert run["rows"] == found.rows == len(stored) + found.known
        assert len(rejected) == found.rejected
        assert run["status"] == "DONE"

    async def rows(self, statement: str, **parameters: Any) -> Sequence[dict[str, Any]]:
        """What a statement answers, as the application's role."""
        async with self.database.begin() as connection:
            result = await connection.execute(text(statement), parameters)
            return [dict(row) for row in result.mappings()]

    async def run(self, statement: str, **parameters: Any) -> None:
        """Change something behind the loader's back."""
        async with self.database.begin() as connection:
            await connection.execute(text(statement), parameters)

    async def cases(self) -> Sequence[dict[str, Any]]:
        """All cases in order, with their party's columns under `party_…`."""
        return await self.rows(
            "SELECT c.*, p.name AS party_name, p.uscc AS party_uscc, p.type AS party_type, "
            "p.identity_hash AS party_identity_hash, p.legal_representative AS party_representative "
            "FROM penalty_case c JOIN party p ON p.id = c.party_id ORDER BY c.id"
        )

    async def only_case(self) -> dict[str, Any]:
        """The one case there is."""
        (found,) = await self.cases()
        return found

    async def queued(self) -> int:
        """How many changes wait for the index."""
        (row,) = await self.rows("SELECT count(*) AS waiting FROM outbox")
        return int(row["waiting"])

    async def tables(self) -> list[str]:
        """The names of all tables."""
        found = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [row["tablename"] for row in found]

    async def record(self) -> dict[str, list[str]]:
        """Every row of every table but the provenance, as text."""
        return {
            table: [
                row["line"]
                for row in await self.rows(f'SELECT t::text AS line FROM "{table}" t ORDER BY t::text')  # noqa: S608  names from the catalogue
            ]
            for table in await self.tables()
            if table not in PROVENANCE
        }

    async def told(self) -> list[tuple[Any, ...]]:
        """What the cases say, without what differs between two databases (ids, times, revisions)."""
        found = await self.rows(
            "SELECT a.name AS agency, c.document_number, c.filing_number, c.identity_derived, c.title, c.domain, "
            "c.facts, c.fine, c.decided_on, c.sources, c.person_names, c.penalty_kinds, p.type, p.name AS party, "
            "p.uscc, t.number, t.party AS party_text, t.facts AS facts_text "
            "FROM penalty_case c JOIN agency a ON a.id = c.agency_id JOIN party p ON p.id = c.party_id "
            "JOIN case_text t ON t.case_id = c.id"
        )
        return sorted((tuple(row.values()) for row in found), key=repr)
