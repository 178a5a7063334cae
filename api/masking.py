"""What is shown of natural persons: their names are covered in every text of a case."""

from collections.abc import Callable

from schema.history_records import CaseChange
from schema.records import Party, PenaltyCase
from schema.vocabularies import PartyType
from supervision.privacy import (
    cover_names,
    cover_spans,
    find_person_names,
    is_masked_name,
    looks_like_person,
    mask_name,
)


def names_to_cover(case: PenaltyCase) -> tuple[str, ...]:
    """The natural persons' names that the texts of a case may hold."""
    party = case.party
    if party.type is PartyType.PERSON and party.name and party.name not in case.person_names:
        return (*case.person_names, party.name)
    return case.person_names


def shown_text(case: PenaltyCase, text: str | None) -> str | None:
    """A text of a case as it may be shown."""
    return cover_names(text, names_to_cover(case)) if text else text


def shown_quotes(case: PenaltyCase, text: str) -> Callable[[int, int], str]:
    """What may be shown of a text of a case from one place to another; a name that a place cuts is covered whole."""
    spans = cover_spans(text, names_to_cover(case))

    def shown(start: int, end: int) -> str:
        parts: list[str] = []
        for name_start, name_end, cover in spans:
            if name_start < end and name_end > start:
                parts += (text[start:name_start], cover)
                start = name_end
        return "".join((*parts, text[start:end]))

    return shown


def covered_text(text: str | None, person_names: tuple[str, ...]) -> str | None:
    """A text of what follows a case as it may be shown, without the case's names and those it introduces itself."""
    if not text:
        return text
    return cover_names(text, {*person_names, *find_person_names(None, PartyType.ORGANIZATION, None, (text,))})


def shown_name(party: Party) -> str:
    """A party's name as it may be shown; empty where none was sent."""
    if party.name is None:
        return ""
    return mask_name(party.name) if party.type is PartyType.PERSON else party.name


def is_masked(party: Party) -> bool:
    """Whether the name that is shown is not the whole name."""
    return party.name is not None and (party.type is PartyType.PERSON or is_masked_name(party.name))


def shown_earlier_value(case: PenaltyCase, change: CaseChange, value: str | None) -> str | None:
    """A value of a case's history as it may be shown: no person is named that the case names, or ever named."""
    if not value:
        return value
    # A sender's mistake about what a party was tells nobody a person's name.
    if change.of_person or (change.field == "party.name" and looks_like_person(value)):
        return mask_name(value)
    return cover_names(value, dict.fromkeys((*names_to_cover(case), *change.person_names)))
