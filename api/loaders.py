"""One statement for each relation and level of a request, never one a row."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from api.gate import Gate
from schema.access_records import Account, Scope
from schema.anomaly_records import Anomaly, AnomalyEvent, CannotTell, KeptInputs
from schema.county_report_records import TypicalCase
from schema.duty_records import CaseStep, DutyCrimeCase, PublicInterestCase
from schema.follow_up_records import FollowUp
from schema.history_records import CaseChange, RunChange
from schema.records import Agency, FeedError, FeedRun, Party, PenaltyCase, Procuratorate
from stores.accounts import Standing, accounts_by_id, standings_of
from stores.anomalies import (
    anomalies_by_id,
    anomalies_of_cases,
    cannot_tell_of_cases,
    count_events_of_anomalies,
    events_of_anomalies,
    kept_inputs,
)
from stores.duty_crimes import duty_crimes_by_id, steps_of_duty_crimes
from stores.feed_runs import count_errors, list_errors, runs_by_id
from stores.follow_up_rows import RECORDS, follow_ups_by_id, follow_ups_of_cases
from stores.history import changes_of_cases, changes_of_rows, changes_of_runs, count_changes_of_cases
from stores.postgres import Database, DatabaseConnection
from stores.public_interest import public_interest_cases_by_id, steps_of_public_interest_cases
from stores.rows import (
    agencies_by_id,
    cases_by_id,
    cases_of_parties,
    count_cases_of_parties,
    parties_by_id,
    procuratorates_by_id,
)
from stores.search.seam import Position
from stores.typical_cases import typical_cases_by_id

Record = TypeVar("Record")
Part = TypeVar("Part", bound=Anomaly | FollowUp)
Key = TypeVar("Key")
Argument = TypeVar("Argument")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a relation of one record."""

    of: int
    first: int
    after: Position | int | None


def _by_id(
    database: Database,
    read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, Record]]],
    lets: Callable[[Record], bool] = lambda _: True,
) -> DataLoader[int, Record | None]:
    async def load(ids: list[int]) -> list[Record | None]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        known = {key: record for key, record in found.items() if lets(record)}
        return [known.get(record_id) for record_id in ids]

    return DataLoader(load_fn=load)


def _lists(
    database: Database, read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, list[Record]]]]
) -> DataLoader[int, list[Record]]:
    async def load(ids: list[int]) -> list[list[Record]]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        return [found[record_id] for record_id in ids]

    return DataLoader(load_fn=load)


def _reading(
    read: Callable[[DatabaseConnection, type[FollowUp], Sequence[int]], Awaitable[Value]], record: type[FollowUp]
) -> Callable[[DatabaseConnection, Sequence[int]], Awaitable[Value]]:
    """The reading of one kind of what follows cases."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int]) -> Value:
        return await read(connection, record, ids)

    return reading


def _counts(
    database: Database, read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, int]]]
) -> DataLoader[int, int]:
    async def load(ids: list[int]) -> list[int]:
        async with database.begin() as connection:
            found = await read(connection, ids)
        return [found[record_id] for record_id in ids]

    return DataLoader(load_fn=load)


def _slices(
    database: Database,
    read: Callable[[DatabaseConnection, Sequence[int], int, Position | int | None], Awaitable[dict[int, list[Record]]]],
) -> DataLoader[Slice, list[Record]]:
    """Slices of the same size behind the same place are read together: those of one field of one level."""

    async def load(slices: list[Slice]) -> list[list[Record]]:
        found: dict[Slice, list[Record]] = {}
        async with database.begin() as connection:
            for first, after in dict.fromkeys((wanted.first, wanted.after) for wanted in slices):
                owners = [wanted.of for wanted in slices if (wanted.first, wanted.after) == (first, after)]
                for owner, records in (await read(connection, owners, first, after)).items():
                    found[Slice(owner, first, after)] = records
        return [found[wanted] for wanted in slices]

    return DataLoader(load_fn=load)


class Loaders:
    """The loaders of one request."""

    def __init__(self, database: Database, scope: Scope) -> None:
        """Nothing is read yet; whatever belongs to a case out of scope will be as if it were not there."""
        self.gate = Gate(scope)
        self.cases: DataLoader[int, PenaltyCase | None] = _by_id(database, cases_by_id, self.gate.lets)
        self.agencies: DataLoader[int, Agency | None] = _by_id(database, agencies_by_id)
        self.parties = self._parties(database, scope)
        self.procuratorates: DataLoader[int, Procuratorate | None] = _by_id(database, procuratorates_by_id)
        self.accounts: DataLoader[int, Account | None] = _by_id(database, accounts_by_id)
        self.standings: DataLoader[int, Standing | None] = _by_id(database, standings_of)
        self.runs = self._runs(database)
        self.party_cases: DataLoader[Slice, list[PenaltyCase]] = _slices(database, _cases_of_parties(scope))
        self.party_case_counts = _counts(database, _counting_cases_of_parties(scope))
        self.run_errors: DataLoader[Slice, list[FeedError]] = _slices(database, _errors_of_runs)
        self.run_error_counts = _counts(database, count_errors)
        self.run_changes: DataLoader[Slice, list[RunChange]] = _slices(database, _changes_of_runs)
        self.row_changes = _row_changes(database)
        self.case_changes: DataLoader[Slice, list[CaseChange]] = _slices(database, _changes_of_cases)
        self.case_change_counts = _counts(database, count_changes_of_cases)
        self.anomalies: DataLoader[int, Anomaly | None] = self._parts(database, anomalies_by_id)
        self.anomalies_of: DataLoader[int, list[Anomaly]] = _lists(database, anomalies_of_cases)
        self.cannot_tell_of: DataLoader[int, list[CannotTell]] = _lists(database, cannot_tell_of_cases)
        self.kept_inputs: DataLoader[int, KeptInputs | None] = _by_id(database, kept_inputs)
        self.anomaly_events: DataLoader[Slice, list[AnomalyEvent]] = _slices(database, _events_of_anomalies)
        self.anomaly_event_counts = _counts(database, count_events_of_anomalies)
        self.follow_ups: dict[str, DataLoader[int, FollowUp | None]] = {
            record.__name__: self._parts(database, _reading(follow_ups_by_id, record)) for record in RECORDS
        }
        self.duty_crimes: DataLoader[int, DutyCrimeCase | None] = _by_id(
            database, _in_scope(duty_crimes_by_id, scope), lambda case: scope.has_desk(case.desk)
        )
        self.duty_crime_steps: DataLoader[int, list[CaseStep]] = _lists(database, steps_of_duty_crimes)
        self.public_interest_cases: DataLoader[int, PublicInterestCase | None] = _by_id(
            database,
            _in_scope(public_interest_cases_by_id, scope),
            lambda case: scope.measures and scope.supervises(case.procuratorate_id),
        )
        self.public_interest_steps: DataLoader[int, list[CaseStep]] = _lists(database, steps_of_public_interest_cases)
        self.typical_cases: DataLoader[int, TypicalCase | None] = _by_id(
            database, _in_scope(typical_cases_by_id, scope), lambda _: scope.findings
        )
        self.by_type: dict[str, DataLoader[int, Any]] = {
            "PenaltyCase": self.cases,
            "Agency": self.agencies,
            "Party": self.parties,
            "Procuratorate": self.procuratorates,
            "FeedRun": self.runs,
            "Anomaly": self.anomalies,
            "DutyCrimeCase": self.duty_crimes,
            "PublicInterestCase": self.public_interest_cases,
            "TypicalCase": self.typical_cases,
            **self.follow_ups,
        }
        self.follow_ups_of: dict[type[FollowUp], DataLoader[int, list[FollowUp]]] = {
            record: _lists(database, _reading(follow_ups_of_cases, record)) for record in RECORDS
        }

    def _parts(
        self, database: Database, read: Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, Part]]]
    ) -> DataLoader[int, Part | None]:
        """What belongs to cases, by id: let through behind its case."""

        async def load(ids: list[int]) -> list[Part | None]:
            async with database.begin() as connection:
                found = await read(connection, ids)
            await self.cases.load_many(sorted({record.case_id for record in found.values()}))
            known = {key: record for key, record in found.items() if self.gate.lets_part(record)}
            return [known.get(record_id) for record_id in ids]

        return DataLoader(load_fn=load)

    def _runs(self, database: Database) -> DataLoader[int, FeedRun | None]:
        """Runs by id: those of an agency in scope."""

        async def load(ids: list[int]) -> list[FeedRun | None]:
            async with database.begin() as connection:
                found = await runs_by_id(connection, ids)
            agency_ids = sorted({run.agency_id for run in found.values() if run.agency_id is not None})
            loaded = await self.agencies.load_many(agency_ids)
            agencies: dict[int | None, Agency | None] = dict(zip(agency_ids, loaded, strict=True))
            known = {key: run for key, run in found.items() if self.gate.lets_run(run, agencies.get(run.agency_id))}
            return [known.get(run_id) for run_id in ids]

        return DataLoader(load_fn=load)

    def _parties(self, database: Database, scope: Scope) -> DataLoader[int, Party | None]:
        """Parties by id: those that have a case in scope."""

        async def load(ids: list[int]) -> list[Party | None]:
            async with database.begin() as connection:
                found = await parties_by_id(connection, ids)
                if not scope.everything:
                    counted = await count_cases_of_parties(connection, scope, list(found))
                    found = {key: party for key, party in found.items() if counted[key]}
            return [found.get(party_id) for party_id in ids]

        return DataLoader(load_fn=load)

    def forget(self) -> None:
        """Read findings and their cases again: something was changed meanwhile. No load may be under way."""
        for changed in (self.cases, self.anomalies, self.anomalies_of, self.case_changes, self.anomaly_events):
            changed.clear_all()
        for own in (self.duty_crimes, self.duty_crime_steps, self.public_interest_cases, self.public_interest_steps):
            own.clear_all()
        self.typical_cases.clear_all()
        for counted in (self.case_change_counts, self.anomaly_event_counts):
            counted.clear_all()

    def forget_all(self) -> None:
        """Read everything again: time has passed. No load may be under way."""
        self.gate.forget()
        for held in vars(self).values():
            for loader in held.values() if isinstance(held, dict) else (held,):
                if isinstance(loader, DataLoader):
                    loader.clear_all()


def _in_scope(
    read: Callable[[DatabaseConnection, Scope, Sequence[int]], Awaitable[dict[int, Record]]], scope: Scope
) -> Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, Record]]]:
    """The reading of what is in a scope."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int]) -> dict[int, Record]:
        return await read(connection, scope, ids)

    return reading


def _cases_of_parties(
    scope: Scope,
) -> Callable[[DatabaseConnection, Sequence[int], int, Position | int | None], Awaitable[dict[int, list[PenaltyCase]]]]:
    async def read(
        connection: DatabaseConnection, ids: Sequence[int], first: int, after: Position | int | None
    ) -> dict[int, list[PenaltyCase]]:
        place = after if isinstance(after, Position) else None
        return await cases_of_parties(connection, scope, ids, first=first, after=place)

    return read


def _counting_cases_of_parties(
    scope: Scope,
) -> Callable[[DatabaseConnection, Sequence[int]], Awaitable[dict[int, int]]]:
    async def count(connection: DatabaseConnection, ids: Sequence[int]) -> dict[int, int]:
        return await count_cases_of_parties(connection, scope, ids)

    return count


async def _errors_of_runs(
    connection: DatabaseConnection, ids: Sequence[int], first: int, after: Position | int | None
) -> dict[int, list[FeedError]]:
    place = after if isinstance(after, int) else 0
    return await list_errors(connection, ids, first=first, after=place)


async def _changes_of_runs(
    connection: DatabaseConnection, ids: Sequence[int], first: int, after: Position | int | None
) -> dict[int, list[RunChange]]:
    place = after if isinstance(after, int) else 0
    return await changes_of_runs(connection, ids, first=first, after=place)


async def _events_of_anomalies(
    connection: DatabaseConnection, ids: Sequence[int], first: int, after: Position | int | None
) -> dict[int, list[AnomalyEvent]]:
    place = after if isinstance(after, int) else None
    return await events_of_anomalies(connection, ids, first=first, after=place)


async def _changes_of_cases(
    connection: DatabaseConnection, ids: Sequence[int], first: int, after: Position | int | None
) -> dict[int, list[CaseChange]]:
    place = after if isinstance(after, int) else None
    return await changes_of_cases(connection, ids, first=first, after=place)


def _row_changes(database: Database) -> DataLoader[RunChange, list[CaseChange]]:
    async def load(rows: list[RunChange]) -> list[list[CaseChange]]:
        async with database.begin() as connection:
            found = await changes_of_rows(connection, rows)
        return [found[row] for row in rows]

    return DataLoader(load_fn=load)
