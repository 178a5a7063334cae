"""One statement for each relation and level of a request, never one a row."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from api.clue_loaders import ClueLoaders
from api.gate import Gate
from api.readings import Slice, by_id, counts, in_scope, lists, newest, placed, slices
from schema.access_records import Account, Scope
from schema.activity_records import Activity, ActivityEvent, Participant
from schema.anomaly_records import Anomaly, AnomalyEvent, CannotTell, KeptInputs
from schema.campaign_records import Campaign, CampaignProgress, FileReview, FileReviewEvent
from schema.county_report_records import TypicalCase
from schema.duty_records import CaseStep, DutyCrimeCase, PublicInterestCase
from schema.follow_up_records import FollowUp
from schema.history_records import CaseChange, RunChange
from schema.measure_records import Measure, MeasureEvent
from schema.records import Agency, FeedError, FeedRun, Party, PenaltyCase, Procuratorate
from schema.triage_records import TriageRecord
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
from stores.duty_crimes import duty_crimes_by_id, steps_of_duty_crimes
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
from stores.measures import count_measures_of_cases, events_of_measures, measures_by_id, measures_of_cases
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
from stores.triage import count_triage_of_cases, triage_of_cases
from stores.typical_cases import typical_cases_by_id

Record = TypeVar("Record")
Part = TypeVar("Part", bound=Anomaly | FollowUp | FileReview)
Key = TypeVar("Key")
Argument = TypeVar("Argument")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ReviewSlice:
    """A page of the reviews of a campaign that are wanted."""

    of: int
    first: int
    after: int | None
    wanted: ReviewsWanted


def _reading(
    read: Callable[[DatabaseConnection, type[FollowUp], Sequence[int]], Awaitable[Value]], record: type[FollowUp]
) -> Callable[[DatabaseConnection, Sequence[int]], Awaitable[Value]]:
    """The reading of one kind of what follows cases."""

    async def reading(connection: DatabaseConnection, ids: Sequence[int]) -> Value:
        return await read(connection, record, ids)

    return reading


class Loaders(ClueLoaders):
    """The loaders of one request."""

    def __init__(self, database: Database, scope: Scope) -> None:
        """Nothing is read yet; whatever belongs to a case out of scope will be as if it were not there."""
        self.gate = Gate(scope)
        super().__init__(database, scope, self.gate)
        self.cases: DataLoader[int, PenaltyCase | None] = by_id(database, cases_by_id, self.gate.lets)
        self.agencies: DataLoader[int, Agency | None] = by_id(database, agencies_by_id)
        self.parties = self._parties(database, scope)
        self.procuratorates: DataLoader[int, Procuratorate | None] = by_id(database, procuratorates_by_id)
        self.accounts: DataLoader[int, Account | None] = by_id(database, accounts_by_id)
        self.standings: DataLoader[int, Standing | None] = by_id(database, standings_of)
        self.runs = self._runs(database)
        self.party_cases: DataLoader[Slice, list[PenaltyCase]] = slices(
            database, placed(in_scope(scope, cases_of_parties), Position)
        )
        self.party_case_counts = counts(database, in_scope(scope, count_cases_of_parties))
        self.run_errors: DataLoader[Slice, list[FeedError]] = slices(database, placed(list_errors, int, 0))
        self.run_error_counts = counts(database, count_errors)
        self.run_changes: DataLoader[Slice, list[RunChange]] = slices(database, placed(changes_of_runs, int, 0))
        self.row_changes = _row_changes(database)
        self.case_changes: DataLoader[Slice, list[CaseChange]] = slices(database, placed(changes_of_cases, int))
        self.case_change_counts = counts(database, count_changes_of_cases)
        self.anomalies: DataLoader[int, Anomaly | None] = self._parts(database, anomalies_by_id)
        self.anomalies_of: DataLoader[int, list[Anomaly]] = lists(database, anomalies_of_cases)
        self.cannot_tell_of: DataLoader[int, list[CannotTell]] = lists(database, cannot_tell_of_cases)
        self.kept_inputs: DataLoader[int, KeptInputs | None] = by_id(database, kept_inputs)
        self.anomaly_events: DataLoader[Slice, list[AnomalyEvent]] = slices(database, placed(events_of_anomalies, int))
        self.anomaly_event_counts = counts(database, count_events_of_anomalies)
        self.follow_ups: dict[str, DataLoader[int, FollowUp | None]] = {
            record.__name__: self._parts(database, _reading(follow_ups_by_id, record)) for record in RECORDS
        }
        self.measures: DataLoader[int, Measure | None] = by_id(
            database, in_scope(scope, measures_by_id), self.gate.lets_measure
        )
        self.case_measures: DataLoader[Slice, list[Measure]] = slices(
            database, placed(in_scope(scope, measures_of_cases), int)
        )
        self.case_measure_counts = counts(database, in_scope(scope, count_measures_of_cases))
        self.measure_events: DataLoader[int, list[MeasureEvent]] = lists(database, in_scope(scope, events_of_measures))
        self.campaigns: DataLoader[int, Campaign | None] = by_id(database, in_scope(scope, campaigns_by_id))
        self.campaign_progress: DataLoader[int, list[CampaignProgress]] = lists(
            database, in_scope(scope, progress_of_campaigns)
        )
        self.file_reviews: DataLoader[int, FileReview | None] = self._parts(database, in_scope(scope, reviews_by_id))
        self.campaign_reviews = self._reviews(database, scope)
        self.campaign_review_counts = _review_counts(database, scope)
        self.file_review_events: DataLoader[int, list[FileReviewEvent]] = lists(
            database, newest(in_scope(scope, events_of_reviews))
        )
        self.activities: DataLoader[int, Activity | None] = by_id(database, in_scope(scope, activities_by_id))
        self.activity_participants: DataLoader[int, list[Participant]] = lists(database, participants_of)
        self.activity_agencies: DataLoader[int, list[int]] = lists(database, agencies_of_activities)
        self.activity_clue_counts = counts(database, count_clues_of_activities)
        self.activity_measure_counts = counts(database, count_measures_of_activities)
        self.activity_events: DataLoader[int, list[ActivityEvent]] = lists(database, newest(events_of_activities))
        self.duty_crimes: DataLoader[int, DutyCrimeCase | None] = by_id(
            database, in_scope(scope, duty_crimes_by_id), lambda case: scope.has_desk(case.desk)
        )
        self.duty_crime_steps: DataLoader[int, list[CaseStep]] = lists(database, steps_of_duty_crimes)
        self.public_interest_cases: DataLoader[int, PublicInterestCase | None] = by_id(
            database,
            in_scope(scope, public_interest_cases_by_id),
            lambda case: scope.measures and scope.supervises(case.procuratorate_id),
        )
        self.public_interest_steps: DataLoader[int, list[CaseStep]] = lists(database, steps_of_public_interest_cases)
        self.typical_cases: DataLoader[int, TypicalCase | None] = by_id(
            database, in_scope(scope, typical_cases_by_id), lambda _: scope.findings
        )
        self.by_type: dict[str, DataLoader[int, Any]] = {
            "PenaltyCase": self.cases,
            "Agency": self.agencies,
            "Party": self.parties,
            "Procuratorate": self.procuratorates,
            "FeedRun": self.runs,
            "Anomaly": self.anomalies,
            "Clue": self.clues,
            "Measure": self.measures,
            "Activity": self.activities,
            "Campaign": self.campaigns,
            "FileReview": self.file_reviews,
            "DutyCrimeCase": self.duty_crimes,
            "PublicInterestCase": self.public_interest_cases,
            "TypicalCase": self.typical_cases,
            **self.follow_ups,
        }
        self.follow_ups_of: dict[type[FollowUp], DataLoader[int, list[FollowUp]]] = {
            record: lists(database, _reading(follow_ups_of_cases, record)) for record in RECORDS
        }
        self.triage_of: DataLoader[Slice, list[TriageRecord]] = slices(database, placed(triage_of_cases, int))
        self.triage_counts = counts(database, count_triage_of_cases)

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
        """Read everything again that a change may have changed. No load may be under way."""
        for changed in (self.cases, self.anomalies, self.anomalies_of, self.case_changes, self.anomaly_events):
            changed.clear_all()
        self.triage_of.clear_all()
        for own in (self.duty_crimes, self.duty_crime_steps, self.public_interest_cases, self.public_interest_steps):
            own.clear_all()
        self.typical_cases.clear_all()
        for counted in (self.case_change_counts, self.anomaly_event_counts, self.triage_counts):
            counted.clear_all()
        self.forget_clues()
        for of_measures in (self.measures, self.case_measures, self.case_measure_counts, self.measure_events):
            of_measures.clear_all()
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


def _row_changes(database: Database) -> DataLoader[RunChange, list[CaseChange]]:
    async def load(rows: list[RunChange]) -> list[list[CaseChange]]:
        async with database.begin() as connection:
            found = await changes_of_rows(connection, rows)
        return [found[row] for row in rows]

    return DataLoader(load_fn=load)


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
