"""What is shown of natural persons: whole names to whom the role shows them; to everybody else they are covered."""

from collections.abc import Callable
from dataclasses import dataclass

from schema.access_records import Scope
from schema.history_records import CaseChange
from schema.records import Party, PenaltyCase
from schema.vocabularies import PartyType
from supervision.audit_covering import cover_remark
from supervision.case_changes import without_persons
from supervision.person_names import persons_in_number
from supervision.privacy import (
    cover_names,
    cover_spans,
    find_person_names,
    is_masked_name,
    looks_like_person,
    mask_name,
)


def names_to_cover(case: PenaltyCase) -> tuple[str, ...]:
    """The natural persons' names that the texts of a case may hold, whichever case of its party told of them."""
    party = case.party
    own = (party.name,) if party.type is PartyType.PERSON and party.name else ()
    return tuple(dict.fromkeys((*case.person_names, *own, *party.representative_names)))


def _each(person_names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, with those of each person where several were written as one."""
    single = (each for name in person_names for each in find_person_names(name, PartyType.PERSON, None, ()))
    return (*person_names, *single)


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown in a scope. Every text, name and value of a case goes through here on its way out.

    Identity numbers are covered before a text is kept, for everybody.
    """

    scope: Scope

    def text(self, case: PenaltyCase, text: str | None) -> str | None:
        """A text of a case as it may be shown."""
        if not text or self.scope.names:
            return text
        return cover_names(text, names_to_cover(case))

    def covers(self, case: PenaltyCase, text: str) -> list[tuple[int, int, str]]:
        """What of a text of a case may not be shown, as `supervision.privacy.cover_spans` says it."""
        return [] if self.scope.names else cover_spans(text, names_to_cover(case))

    def quotes(self, case: PenaltyCase, text: str) -> Callable[[int, int], str]:
        """What may be shown of a text of a case between two places; a name that a place cuts is covered whole."""
        spans = self.covers(case, text)

        def shown(start: int, end: int) -> str:
            parts: list[str] = []
            for name_start, name_end, cover in spans:
                if name_start < end and name_end > start:
                    parts += (text[start:name_start], cover)
                    start = name_end
            return "".join((*parts, text[start:end]))

        return shown

    def told(self, text: str | None, person_names: tuple[str, ...]) -> str | None:
        """A text of what follows a case as it may be shown.

        The case's names are covered, and those it introduces itself.
        """
        if not text or self.scope.names:
            return text
        return cover_names(text, {*person_names, *find_person_names(None, PartyType.ORGANIZATION, None, (text,))})

    def written(self, text: str | None, person_names: tuple[str, ...]) -> str | None:
        """A text that somebody wrote here, of a clue or a measure say, as it may be shown.

        Its cases say whom they name, and not whom else it may tell of: whatever else may be a name is covered too.
        """
        if not text or self.scope.names:
            return text
        return cover_remark(self.told(text, _each(person_names)) or "")

    def number(self, number: str, person_names: tuple[str, ...] = ()) -> str:
        """A document's number as it may be shown, whose case, and with it whoever it names, may be unknown yet."""
        return self.told(number, (*_each(person_names), *persons_in_number(number))) or ""

    def changes(self, reason: str) -> str:
        """Why a finding changed, as it may be shown: whatever was told of natural persons in earlier days."""
        return reason if self.scope.names else without_persons(reason)

    def person(self, name: str) -> str:
        """A natural person's name as it may be shown."""
        return name if self.scope.names else mask_name(name)

    def name(self, party: Party) -> str:
        """A party's name as it may be shown; empty where none was sent."""
        if party.name is None:
            return ""
        return self.person(party.name) if party.type is PartyType.PERSON else party.name

    def is_masked(self, party: Party) -> bool:
        """Whether the name that is shown is not the whole name."""
        if party.name is None:
            return False
        return is_masked_name(party.name) or (party.type is PartyType.PERSON and not self.scope.names)

    def earlier_value(self, case: PenaltyCase, change: CaseChange, value: str | None) -> str | None:
        """A value of a case's history as it may be shown: no person is named that the case names, or ever named."""
        if not value or self.scope.names:
            return value
        # A sender's mistake about what a party was tells nobody a person's name.
        if change.of_person or (change.field == "party.name" and looks_like_person(value)):
            return mask_name(value)
        return cover_names(value, dict.fromkeys((*names_to_cover(case), *change.person_names)))
