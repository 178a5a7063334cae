"""One statement for each relation and level of a request, never one a row."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from api.gate import Gate
from api.paging import MAX_PAGE
from schema.access_records import Account, Scope
from schema.activity_records import Activity, ActivityEvent, Participant
from schema.anomaly_records import Anomaly, AnomalyEvent, CannotTell, KeptInputs
from schema.campaign_records import Campaign, CampaignProgress, FileReview, FileReviewEvent
from schema.follow_up_records import FollowUp
from schema.history_records import CaseChange, RunChange
from schema.records import Agency, FeedError, FeedRun, Party, PenaltyCase, Procuratorate
from stores.accounts import Standing, accounts_by_id, standings_of
from stores.activities import (
    activities_by_id,
    agencies_of_activities,
    count_clues_of_activities,
    count_measures_of_activities,
    events_of_activities,
    participants_of,
)
from stores.anomalies import (
    anomalies_by_id,
    anomalies_of_cases,
    cannot_tell_of_cases,
    count_events_of_anomalies,
    events_of_anomalies,
    kept_inputs,
)
from stores.campaigns import campaigns_by_id, progress_of_campaigns
from stores.feed_runs import count_errors, list_errors, runs_by_id
from stores.file_reviews import (
    ReviewsWanted,
    count_reviews_of_campaigns,
    events_of_reviews,
    reviews_by_id,
    reviews_of_campaigns,
)
from stores.follow_up_rows import RECORDS, follow_ups_by_id, follow_ups_of_cases
from stores.history import changes_of_cases, changes_of_rows, changes_of_runs, count_changes_of_cases
from stores.postgres import Database, DatabaseConnection
from stores.rows import (
    agencies_by_id,
    cases_by_id,
    cases_of_parties,
    count_cases_of_parties,
    parties_by_id,
    procuratorates_by_id,
)
from stores.search.seam import Position

Record = TypeVar("Record")
Part = TypeVar("Part", bound=Anomaly | FollowUp | FileReview)
Key = TypeVar("Key")
Argument = TypeVar("Argument")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a relation of one record."""

    of: int
    first: int
    after: Position | int | None


@dataclass(frozen=True, slots=True)
class ReviewSlice:
    """A page of the reviews of a campaign that are wanted."""

    of: int
    first: int
    after: int | None
    wanted: ReviewsWanted


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
        self.campaigns: DataLoader[int, Campaign | None] = _by_id(database, _scoped(campaigns_by_id, scope))
        self.campaign_progress: DataLoader[int, list[CampaignProgress]] = _lists(
            database, _scoped(progress_of_campaigns, scope)
        )
        self.file_reviews: DataLoader[int, FileReview | None] = self._parts(database, _scoped(reviews_by_id, scope))
        self.campaign_reviews = self._reviews(database, scope)
        self.campaign_review_counts = _review_counts(database, scope)
        self.file_review_events: DataLoader[int, list[FileReviewEvent]] = _lists(
            database, _newest(_scoped(events_of_reviews, scope))
        )
        self.activities: DataLoader[int, Activity | None] = _by_id(database, _scoped(activities_by_id, scope))
        self.activity_participants: DataLoader[int, list[Participant]] = _lists(database, participants_of)
        self.activity_agencies: DataLoader[int, list[int]] = _lists(database, agencies_of_activities)
        self.activity_clue_counts = _counts(database, count_clues_of_activities)
        self.activity_measure_counts = _counts(database, count_measures_of_activities)
        self.activity_events: DataLoader[int, list[ActivityEvent]] = _lists(database, _newest(events_of_activities))
        self.by_type: dict[str, DataLoader[int, Any]] = {
            "PenaltyCase": self.cases,
            "Agency": self.agencies,
            "Party": self.parties,
            "Procuratorate": self.procuratorates,
            "FeedRun": self.runs,
            "Anomaly": self.anomalies,
            "Activity": self.activities,
            "Campaign": self.campaigns,
            "FileReview": self.file_reviews,
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

    def _reviews(self, database: Database, scope: Scope) -> DataLoader[ReviewSlice, list[FileReview]]:
        """Reviews of campaigns: let through behind their cases. Slices that want the same are read together."""

        async def load(slices: list[ReviewSlice]) -> list[list[FileReview]]:
            found: dict[ReviewSlice, list[FileReview]] = {}
            async with database.begin() as connection:
                for first, after, wanted in dict.fromkeys((each.first, each.after, each.wanted) for each in slices):
                    owners = [
                        each.of for each in slices if (each.first, each.after, each.wanted) == (first, after, wanted)
                    ]
                    read = await reviews_of_campaigns(connection, scope, owners, wanted, first=first, after=after)
                    found |= {ReviewSlice(owner, first, after, wanted): reviews for owner, reviews in read.items()}
            await self.cases.load_many(sorted({each.case_id for reviews in found.values() for each in reviews}))
            return [[each for each in found[wanted] if self.gate.lets_part(each)] for wanted in slices]

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
        for counted in (self.case_change_counts, self.anomaly_event_counts):
            counted.clear_all()
        for loader in (
            *(self.campaigns, self.campaign_progress, self.campaign_reviews, self.campaign_review_counts),
            *(self.file_reviews, self.file_review_events, self.activities, self.activity_participants),
            *(self.activity_agencies, self.activity_clue_counts, self.activity_measure_counts, self.activity_events),
        ):
            loader.clear_all()

    def forget_all(self) -> None:
        """Read everything again: time has passed. No load may be under way."""
        self.gate.forget()
        for held in vars(self).values():
            for loader in held.values() if isinstance(held, dict) else (held,):
                if isinstance(loader, DataLoader):
                    loader.clear_all()


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


def _scoped(read: Callable[..., Awaitable[Value]], scope: Scope) -> Callable[..., Awaitable[Value]]:
    """A reading that goes by a scope, as one that does not."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int], **how: Any) -> Value:
        return await read(connection, scope, ids, **how)

    return reading


def _newest(read: Callable[..., Awaitable[Value]]) -> Callable[..., Awaitable[Value]]:
    """A reading of as many of the newest as a list may hold."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int]) -> Value:
        return await read(connection, ids, first=MAX_PAGE)

    return reading


def _review_counts(database: Database, scope: Scope) -> DataLoader[ReviewSlice, int]:
    async def load(slices: list[ReviewSlice]) -> list[int]:
        found: dict[tuple[int, ReviewsWanted], int] = {}
        async with database.begin() as connection:
            for wanted in dict.fromkeys(each.wanted for each in slices):
                owners = [each.of for each in slices if each.wanted == wanted]
                counted = await count_reviews_of_campaigns(connection, scope, owners, wanted)
                found |= {(owner, wanted): count for owner, count in counted.items()}
        return [found[each.of, each.wanted] for each in slices]

    return DataLoader(load_fn=load)
