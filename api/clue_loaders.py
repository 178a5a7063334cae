"""The loaders of clues: one statement for each relation and level of a request."""

from strawberry.dataloader import DataLoader

from api.gate import Gate
from api.readings import Slice, by_id, counts, in_scope, lists, placed, slices
from schema.access_records import Scope
from schema.clue_records import Clue, ClueEvent, ClueHandOver, ClueParticipation, CluePlace, ClueReceipt
from stores.clue_rows import (
    case_ids_of_clues,
    clues_by_id,
    clues_of_cases,
    count_cases_of_clues,
    count_clues_of_cases,
    events_of_clues,
    hand_overs_of_clues,
    participations_of_clues,
    receipts_of_clues,
)
from stores.postgres import Database
from stores.search.seam import Position


class ClueLoaders:
    """Clues, and what belongs to them."""

    def __init__(self, database: Database, scope: Scope, gate: Gate) -> None:
        """Nothing is read yet."""
        self.clues: DataLoader[int, Clue | None] = by_id(database, in_scope(scope, clues_by_id), gate.lets_clue)
        self.case_clues: DataLoader[Slice, list[Clue]] = slices(
            database, placed(in_scope(scope, clues_of_cases), CluePlace)
        )
        self.case_clue_counts = counts(database, in_scope(scope, count_clues_of_cases))
        self.clue_case_ids: DataLoader[Slice, list[int]] = slices(
            database, placed(in_scope(scope, case_ids_of_clues), Position)
        )
        self.clue_case_counts = counts(database, in_scope(scope, count_cases_of_clues))
        self.clue_events: DataLoader[int, list[ClueEvent]] = lists(database, events_of_clues)
        self.clue_hand_overs: DataLoader[int, list[ClueHandOver]] = lists(database, hand_overs_of_clues)
        self.clue_participations: DataLoader[int, list[ClueParticipation]] = lists(database, participations_of_clues)
        self.clue_receipts: DataLoader[int, list[ClueReceipt]] = lists(database, receipts_of_clues)

    def forget_clues(self) -> None:
        """Read clues again. No load may be under way."""
        for of_clues in (self.clues, self.case_clues, self.case_clue_counts, self.clue_case_ids, self.clue_case_counts):
            of_clues.clear_all()
        for told in (self.clue_events, self.clue_hand_overs, self.clue_participations, self.clue_receipts):
            told.clear_all()
