"""What the published table and the platform's own records share in becoming a case: party, agency, number, texts."""

import re
from datetime import date
from typing import Final

from indexer.feeds.values import BadValueError, bad_value, credit_code, folded, name_of, warn
from schema.document_number import canonical_document_number
from schema.feed_records import PartyRecord, RowWarning
from schema.vocabularies import FeedErrorCode, PartyType
from supervision.privacy import cover_identity_numbers, identity_number, looks_like_person

MAX_AGENCY_NAME: Final = 200
"""Characters in the longest name of an agency or a procuratorate."""

MIN_TELLING_FACTS: Final = 50
"""Characters of facts that tell a case from others without its party; shorter ones are a phrase many cases share."""

_LONGEST_PERSON_NAME: Final = 4
_COVERED = re.compile(r"[*＊×●]|[xX]{2}")
_CREDIT_CODE = re.compile(r"[0-9A-Za-z]{18}")


def text_of(cell: str) -> str:
    """A text as it is kept: plain line ends, nothing around it, every identity number covered."""
    text = cell.strip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return cover_identity_numbers(text)


def agency_name(cell: str, column: str) -> str:
    """An agency's or a procuratorate's name."""
    name = name_of(text_of(cell), column)
    if len(name) > MAX_AGENCY_NAME:
        raise bad_value(column, f"A name of at most {MAX_AGENCY_NAME} characters is expected; this one is longer.")
    return name


def agency_code(cell: str, column: str, warnings: list[RowWarning]) -> str | None:
    """An agency's credit code; a masked one says too little to know an agency by, and a person's number is none."""
    code, person = credit_code(cell, column, [])
    if code is not None and not _COVERED.search(code):
        return code
    why = "an identity number" if person else "masked" if code else "no unified social credit code of 18 characters"
    warn(warnings, column, f"The agency's credit code is {why}, and it was left out.")
    return None


def agency_of(sent: str | None, column: str, warnings: list[RowWarning]) -> tuple[str | None, str | None]:
    """The agency's name and its code, of which the cell holds one."""
    if sent is None:
        return None, None
    if _CREDIT_CODE.fullmatch(folded(sent)):
        return None, agency_code(sent, column, warnings)
    return agency_name(sent, column), None


def party_of(
    *,
    given_type: PartyType | None,
    name: str | None,
    code: str | None,
    code_column: str,
    number: str | None,
    number_column: str,
    legal_representative: str | None,
    representative_column: str,
    name_column: str,
    warnings: list[RowWarning],
) -> PartyRecord:
    """The party of a case out of its cells as sent; without a given type it is inferred from its name and numbers."""
    party_name = None if name is None else name_of(text_of(name), name_column)
    representative = None
    if legal_representative is not None:
        representative = name_of(text_of(legal_representative), representative_column)
    uscc, identity = credit_code(code, code_column, warnings) if code is not None else (None, None)
    if identity is not None:
        warn(warnings, code_column, "An identity number stood in the credit code's column; it was moved to its own.")
    if number is not None:
        own = identity_number(number)
        if own is None:
            warn(warnings, number_column, "This is no valid identity number of 18 characters, and it was left out.")
        identity = own or identity
    if given_type is None:
        given_type = _inferred_type(party_name, uscc, identity)
    return PartyRecord(
        type=given_type,
        name=party_name,
        uscc=uscc,
        identity_number=identity,
        legal_representative=representative,
    )


def _inferred_type(name: str | None, uscc: str | None, identity: str | None) -> PartyType:
    if name is not None and looks_like_person(name):
        return PartyType.PERSON
    has_person_number = identity is not None and uscc is None
    if has_person_number and (name is None or len(name) <= _LONGEST_PERSON_NAME):
        return PartyType.PERSON
    return PartyType.ORGANIZATION


def document_number(cell: str, column: str, warnings: list[RowWarning]) -> str | None:
    """A document number in its canonical form; None, with a warning, where a placeholder or a sentence stands."""
    number = canonical_document_number(text_of(cell))
    if number is None:
        warn(warnings, column, "This is no document number (a placeholder, or a text); the case is known without it.")
    return number


def require_agency(agency: str | None, column: str) -> None:
    """Raise MISSING_VALUE for a record whose agency is neither named nor its sender."""
    if agency is None:
        raise BadValueError(
            FeedErrorCode.MISSING_VALUE, column, "The agency is missing. Give its registered name or its code."
        )


def require_known(
    *,
    agency: str | None,
    agency_column: str,
    number: str | None,
    number_column: str,
    party: PartyRecord,
    decided_on: date | None,
    facts: str | None,
) -> None:
    """Raise MISSING_VALUE for a case without an agency, or with nothing to know it by."""
    require_agency(agency, agency_column)
    has_day_or_facts = decided_on is not None or facts is not None
    tells_itself = facts is not None and len(facts) >= MIN_TELLING_FACTS
    if number is None and not tells_itself and not (_is_known(party) and has_day_or_facts):
        raise BadValueError(
            FeedErrorCode.MISSING_VALUE,
            number_column,
            "Nothing tells which case this is. Give a document number, or a party and a decision date or facts.",
        )


def _is_known(party: PartyRecord) -> bool:
    return (
        party.name is not None
        or party.identity_number is not None
        or (party.uscc is not None and not _COVERED.search(party.uscc))
    )
