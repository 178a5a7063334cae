"""A row of the published penalty table (双公示) as a case."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from indexer.feeds import columns as at
from indexer.feeds.cases import agency_code, agency_name, document_number, party_of, require_known, text_of
from indexer.feeds.dates import parse_date
from indexer.feeds.money import TEN_THOUSAND_YUAN, YUAN, parse_money
from indexer.feeds.values import NULL_BEGINS, bad_value, is_null, party_type, penalty_kinds, warn
from schema.feed_records import CaseRecord, RowWarning
from schema.vocabularies import DataSource, PartyType, PenaltyKind
from supervision.privacy import cover_identity_numbers, find_person_names, narrow_digits

# Columns that are of no other use, kept as texts under their own names.
_EXTRAS: Final = (
    at.PARTY_REGISTRATION,
    at.PARTY_ORGANISATION_CODE,
    at.PARTY_TAX_NUMBER,
    at.PARTY_INSTITUTION_NUMBER,
    at.PARTY_SOCIETY_NUMBER,
    at.PARTY_SOCIETY_NUMBER_2,
    at.LICENCE,
    at.VALID_UNTIL,
    at.SHOWN_UNTIL,
    at.SOURCE_NAME,
    at.SOURCE_USCC,
    at.REMARK,
)
# The kind of paper; some senders put its number there, which must not be kept.
_PAPERS: Final = (at.REPRESENTATIVE_PAPER, at.PERSON_PAPER)
_IDENTITY_LENGTH: Final = 18

# A fine of more than ten million yuan is rare; a bare number of yuan in a column of 万元 is not.
_DOUBTFUL_YUAN: Final = Decimal(10_000_000)


def stated(cells: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """The cells of known columns that say something: neither blank nor a sign for nothing (——, 无, /)."""
    return {
        column: cell for column, cell in cells if cell and column and not (cell[0] in NULL_BEGINS and is_null(cell))
    }


def published_case(cells: Mapping[str, str], warnings: list[RowWarning], *, sender: str | None = None) -> CaseRecord:
    """The case of a row, given as the cells that say something under their columns' Chinese names.

    Raises BadValueError for a value that cannot be read, and with MISSING_VALUE for a row without an agency or with
    nothing to know it by. What a person should look at is appended to `warnings`.
    """
    cell = cells.get
    name = cell(at.PARTY_NAME)
    party = party_of(
        given_type=_given_type(cell(at.PARTY_CATEGORY), warnings),
        name=name,
        name_column=at.PARTY_NAME,
        code=cell(at.PARTY_USCC),
        code_column=at.PARTY_USCC,
        number=_person_number(cells, warnings),
        number_column=at.PERSON_NUMBER,
        legal_representative=cell(at.LEGAL_REPRESENTATIVE),
        representative_column=at.LEGAL_REPRESENTATIVE,
        warnings=warnings,
    )
    sent_number = cell(at.DOCUMENT_NUMBER)
    number = None if sent_number is None else document_number(sent_number, at.DOCUMENT_NUMBER, warnings)
    agency = None if (sent := cell(at.AGENCY_NAME)) is None else agency_name(sent, at.AGENCY_NAME)
    code = None if (sent := cell(at.AGENCY_USCC)) is None else agency_code(sent, at.AGENCY_USCC, warnings)
    agency = sender if agency is None and code is None else agency
    decided_on = None if (sent := cell(at.DECIDED_ON)) is None else parse_date(sent, at.DECIDED_ON, warnings)
    facts = None if (sent := cell(at.FACTS)) is None else text_of(sent)
    require_known(
        agency=agency or code,
        agency_column=at.AGENCY_NAME,
        number=number,
        number_column=at.DOCUMENT_NUMBER,
        party=party,
        decided_on=decided_on,
        facts=facts,
    )
    content = None if (sent := cell(at.PENALTY_CONTENT)) is None else text_of(sent)
    extras = _extras(cells)
    if sent_number is not None and number is None:
        extras[at.DOCUMENT_NUMBER] = text_of(sent_number)
    return CaseRecord(
        source=DataSource.PUBLISHED,
        agency_name=agency,
        agency_uscc=code,
        document_number=number,
        filing_number=None,
        title=None,
        violation_type=None if (sent := cell(at.VIOLATION_TYPE)) is None else text_of(sent),
        domain=None,
        party=party,
        facts=facts,
        legal_basis=None if (sent := cell(at.LEGAL_BASIS)) is None else text_of(sent),
        penalty_kinds=_kinds(cells),
        penalty_content=content,
        fine=_amount(cells, at.FINE, at.FINE_YUAN, warnings),
        confiscated=_amount(cells, at.CONFISCATED, at.CONFISCATED_YUAN, warnings),
        act_ended_on=None,
        found_on=None,
        filed_on=None,
        decided_on=decided_on,
        served_on=None,
        payment_due_on=None,
        paid_on=None,
        paid_amount=None,
        entered_at=None,
        deferred_until=None,
        service_method=None,
        quantities=(),
        harm=(),
        person_names=find_person_names(
            party.name, party.type, party.legal_representative, (facts, content, *extras.values())
        ),
        published_extras=extras,
        source_updated_at=None,
    )


def _given_type(category: str | None, warnings: list[RowWarning]) -> PartyType | None:
    """The type a row states; None where it is inferred, as an individual business's, which may bear a person's name."""
    if category is None:
        return None
    given = party_type(category)
    if given is None and "个体" not in category and "個體" not in category:
        warn(warnings, at.PARTY_CATEGORY, "The party's category is not one of the standard's; it was inferred.")
    return given


def _person_number(cells: Mapping[str, str], warnings: list[RowWarning]) -> str | None:
    """The natural person's number where its paper is an identity card, or where nothing is said of it."""
    number = cells.get(at.PERSON_NUMBER)
    paper = cells.get(at.PERSON_PAPER)
    if number is None or paper is None or "身份证" in paper or "身份證" in paper:
        return number
    warn(warnings, at.PERSON_NUMBER, "The number of another paper than an identity card was left out.")
    return None


def _kinds(cells: Mapping[str, str]) -> tuple[PenaltyKind, ...]:
    first, second = cells.get(at.PENALTY_KINDS), cells.get(at.PENALTY_KINDS_2)
    if first is None and second is None:
        return ()
    if second is None:
        return penalty_kinds(first or "")
    kinds = set(penalty_kinds(second))
    # 其他（见处罚类别2） in the first column only points to the second.
    kinds.update(kind for kind in penalty_kinds(first or "") if kind is not PenaltyKind.OTHER)
    return tuple(kind for kind in PenaltyKind if kind in kinds)


def _amount(cells: Mapping[str, str], column: str, column_in_yuan: str, warnings: list[RowWarning]) -> Decimal | None:
    """An amount in yuan, from the standard's column of 万元 or from one of yuan; the two may not differ."""
    sent = cells.get(column)
    amount = None if sent is None else parse_money(sent, column, unit=TEN_THOUSAND_YUAN)
    if amount is not None and amount >= _DOUBTFUL_YUAN and sent is not None and sent.strip().isdecimal():
        warn(warnings, column, f"The column's unit is 万元, which makes this {amount:,} yuan. Was it meant in yuan?")
    sent_in_yuan = cells.get(column_in_yuan)
    if sent_in_yuan is None:
        return amount
    in_yuan = parse_money(sent_in_yuan, column_in_yuan, unit=YUAN)
    if amount is not None and amount != in_yuan:
        raise bad_value(column_in_yuan, "The same amount as in the column of 万元 is expected.")
    return in_yuan


def _extras(cells: Mapping[str, str]) -> dict[str, str]:
    extras = {}
    for column in _EXTRAS:
        if (sent := cells.get(column)) is not None:
            extras[column] = text_of(sent)
    for column in _PAPERS:
        if (sent := cells.get(column)) is not None and not any(character.isdigit() for character in sent):
            extras[column] = text_of(sent)
    if (tax := extras.get(at.PARTY_TAX_NUMBER)) is not None:
        extras[at.PARTY_TAX_NUMBER] = _tax_number(tax)
    return extras


def _tax_number(text: str) -> str:
    """A tax number as it may be kept: a natural person's is the identity number with two digits behind it."""
    narrow = narrow_digits(text)
    covered = cover_identity_numbers(narrow[:_IDENTITY_LENGTH])
    return text if covered == narrow[:_IDENTITY_LENGTH] else covered + text[_IDENTITY_LENGTH:]
