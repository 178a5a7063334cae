"""One line of JSON as a record: a procuratorate, an agency or a penalty case.

Fields have the contract's names; one that is absent or null is unknown. Money is a decimal string or an integer, never
a JSON float, which cannot hold a fen exactly. Errors and warnings name a field by its path (party.uscc).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from indexer.feeds import columns as at
from indexer.feeds.cases import agency_code, agency_name, document_number, party_of, require_known, text_of
from indexer.feeds.dates import parse_date, parse_instant
from indexer.feeds.money import YUAN, parse_money
from indexer.feeds.values import (
    BadValueError,
    Word,
    bad_value,
    boolean,
    folded,
    is_null,
    region_code,
    require_storable,
    warn,
    word_of,
)
from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    FeedRecord,
    PartyRecord,
    ProcuratorateRecord,
    QuantityRecord,
    RowWarning,
)
from schema.vocabularies import (
    UNITS,
    DataSource,
    Domain,
    FeedErrorCode,
    FeedKind,
    Harm,
    PartyType,
    PenaltyKind,
    QuantityMeasure,
    ServiceMethod,
)
from supervision.privacy import find_person_names

MAX_ITEMS: Final = 1_000
"""Items in the longest list."""

_COMMON_FIELDS: Final = frozenset({"kind", "sourceUpdatedAt"})
_PROCURATORATE_FIELDS: Final = _COMMON_FIELDS | {"name", "region", "parent"}
_AGENCY_FIELDS: Final = _COMMON_FIELDS | {
    *("name", "aliases", "uscc", "domains", "region", "procuratorate", "networkedOn", "priority", "enforcementPower"),
}
_CASE_FIELDS: Final = _COMMON_FIELDS | {
    *("agency", "documentNumber", "filingNumber", "title", "violationType", "domain", "party", "facts", "legalBasis"),
    *("penaltyKinds", "penaltyContent", "fine", "confiscated", "actEndedOn", "foundOn", "filedOn", "decidedOn"),
    *("servedOn", "paymentDueOn", "paidOn", "paidAmount", "enteredAt", "quantities", "harm", "serviceMethod"),
    "deferredUntil",
}
_PARTY_FIELDS: Final = frozenset({"type", "name", "uscc", "idNumber", "legalRepresentative"})
_QUANTITY_FIELDS: Final = frozenset({"measure", "value", "unit", "substance"})

# A field's name may be anything; only what looks like one is repeated in a warning.
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,39}")
_SHOWN_FIELDS: Final = 10
_CREDIT_CODE = re.compile(r"[0-9A-Za-z]{18}")
_QUANTITY = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")

Value = TypeVar("Value")


def json_record(fields: Mapping[str, Any], warnings: list[RowWarning], *, sender: str | None = None) -> FeedRecord:
    """The record a JSON object describes; `sender` is the agency of a case that names none.

    Raises BadValueError: UNKNOWN_KIND for a kind this version does not read, BAD_VALUE for a value of the wrong type or
    one that cannot be read, BAD_USCC, and MISSING_VALUE. What a person should look at is appended to `warnings`.
    """
    kind = fields.get("kind")
    match kind:
        case FeedKind.PENALTY_CASE:
            return _case(_Fields(fields, "", _CASE_FIELDS, warnings), sender)
        case FeedKind.AGENCY:
            return _agency(_Fields(fields, "", _AGENCY_FIELDS, warnings))
        case FeedKind.PROCURATORATE:
            return _procuratorate(_Fields(fields, "", _PROCURATORATE_FIELDS, warnings))
        case _:
            kinds = ", ".join(known.value for known in FeedKind)
            raise BadValueError(FeedErrorCode.UNKNOWN_KIND, "kind", f"One of the kinds {kinds} is expected.")


class _Fields:
    """The fields of one object, each read as what it is to be; a null and a sign for nothing are None."""

    def __init__(self, fields: Mapping[str, Any], path: str, known: frozenset[str], warnings: list[RowWarning]) -> None:
        self._fields = fields
        self._path = path
        self.warnings = warnings
        if not fields.keys() <= known:
            self._warn_of(sorted(fields.keys() - known))

    def _warn_of(self, unknown: list[str]) -> None:
        shown = [self._path + name for name in unknown if _FIELD_NAME.fullmatch(name)][:_SHOWN_FIELDS]
        others = len(unknown) - len(shown)
        named = ", ".join(shown + ([f"{others} more"] if others else []))
        warn(
            self.warnings,
            self._path.rstrip(".") or None,
            f"Fields that this kind does not have were left out: {named}.",
        )

    def string(self, name: str) -> str | None:
        """A string as it was sent."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise bad_value(self._path + name, "A string is expected.")
        require_storable(value, self._path + name)
        return None if is_null(value) else value

    def text(self, name: str) -> str | None:
        """A text without identity numbers."""
        value = self.string(name)
        return None if value is None else text_of(value)

    def read(self, name: str, reader: Callable[[str, str], Value]) -> Value | None:
        """A string that a function of the string and its path makes a value of."""
        value = self.string(name)
        return None if value is None else reader(value, self._path + name)

    def date(self, name: str) -> date | None:
        """A day."""
        value = self.string(name)
        return None if value is None else parse_date(value, self._path + name, self.warnings)

    def instant(self, name: str) -> datetime | None:
        """A moment."""
        value = self.string(name)
        return None if value is None else parse_instant(value, self._path + name, self.warnings)

    def word(self, name: str, vocabulary: type[Word]) -> Word | None:
        """A member of a vocabulary."""
        value = self.string(name)
        return None if value is None else word_of(vocabulary, value, self._path + name)

    def flag(self, name: str) -> bool | None:
        """A yes or no."""
        value = self._fields.get(name)
        return value if isinstance(value, bool) else self.read(name, boolean)

    def number_text(self, name: str) -> str | None:
        """A decimal string, or an integer as one."""
        value = self._fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, float):
            raise bad_value(self._path + name, 'A decimal string such as "5000.00" is expected, not a JSON float.')
        return self.string(name)

    def money(self, name: str) -> Decimal | None:
        """An amount in yuan."""
        value = self.number_text(name)
        return None if value is None else parse_money(value, self._path + name, unit=YUAN)

    def items(self, name: str) -> list[Any] | None:
        """A list."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise bad_value(self._path + name, f"A list of at most {MAX_ITEMS:,} items is expected.")
        return value

    def strings(self, name: str) -> tuple[tuple[str, str], ...] | None:
        """The strings of a list, each with its path."""
        values = self.items(name)
        if values is None:
            return None
        place = f"{self._path}{name}"
        return tuple((text, f"{place}[{index}]") for index, text in enumerate(_all_strings(values, place)))

    def words(self, name: str, vocabulary: type[Word]) -> tuple[Word, ...] | None:
        """The members of a vocabulary a list names, each once, in the vocabulary's order."""
        strings = self.strings(name)
        if strings is None:
            return None
        named = {word_of(vocabulary, text, path) for text, path in strings}
        return tuple(member for member in vocabulary if member in named)

    def object(self, name: str, known: frozenset[str]) -> "_Fields":
        """The fields of an object; an absent one has none."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, dict):
            raise bad_value(self._path + name, "An object is expected, in braces.")
        return _Fields(value or {}, f"{self._path}{name}.", known, self.warnings)

    def objects(self, name: str, known: frozenset[str]) -> list["_Fields"]:
        """The fields of each object of a list."""
        found = []
        for index, value in enumerate(self.items(name) or ()):
            path = f"{self._path}{name}[{index}]"
            if not isinstance(value, dict):
                raise bad_value(path, "An object is expected, in braces.")
            found.append(_Fields(value, f"{path}.", known, self.warnings))
        return found

    def required(self, name: str, value: Value | None) -> Value:
        """A value that its record cannot do without."""
        if value is None:
            raise BadValueError(FeedErrorCode.MISSING_VALUE, self._path + name, f"{name} is missing.")
        return value

    def bad(self, name: str, message: str) -> BadValueError:
        """The error for a field's value."""
        return bad_value(self._path + name, message)


def _all_strings(values: list[Any], path: str) -> list[str]:
    for index, value in enumerate(values):
        if not isinstance(value, str):
            raise bad_value(f"{path}[{index}]", "A string is expected.")
        require_storable(value, f"{path}[{index}]")
    return values


def _procuratorate(fields: _Fields) -> ProcuratorateRecord:
    return ProcuratorateRecord(
        name=fields.required("name", fields.read("name", agency_name)),
        region=fields.required("region", fields.read("region", region_code)),
        parent=fields.read("parent", agency_name),
        source_updated_at=fields.instant("sourceUpdatedAt"),
    )


def _agency(fields: _Fields) -> AgencyRecord:
    aliases = fields.strings("aliases")
    code = fields.string("uscc")
    return AgencyRecord(
        name=fields.required("name", fields.read("name", agency_name)),
        aliases=None if aliases is None else _names(aliases),
        uscc=None if code is None else agency_code(code, "uscc", fields.warnings),
        domains=fields.words("domains", Domain),
        region=fields.read("region", region_code),
        procuratorate=fields.read("procuratorate", agency_name),
        networked_on=fields.date("networkedOn"),
        priority=fields.flag("priority"),
        enforcement_power=fields.flag("enforcementPower"),
        source_updated_at=fields.instant("sourceUpdatedAt"),
    )


def _names(strings: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The names of a list, each once, without blank ones."""
    return tuple(dict.fromkeys(agency_name(text, path) for text, path in strings if not is_null(text)))


def _case(fields: _Fields, sender: str | None) -> CaseRecord:
    warnings = fields.warnings
    agency, code = _agency_of(fields)
    agency = sender if agency is None and code is None else agency
    party = _party(fields.object("party", _PARTY_FIELDS))
    sent_number, sent_filing = fields.string("documentNumber"), fields.string("filingNumber")
    number = None if sent_number is None else document_number(sent_number, "documentNumber", warnings)
    filing = None if sent_filing is None else document_number(sent_filing, "filingNumber", warnings)
    decided_on, facts, title = fields.date("decidedOn"), fields.text("facts"), fields.text("title")
    require_known(
        agency=agency or code,
        agency_column="agency",
        number=number or filing,
        number_column="documentNumber",
        party=party,
        decided_on=decided_on,
        facts=facts,
    )
    content = fields.text("penaltyContent")
    return CaseRecord(
        source=DataSource.PLATFORM,
        agency_name=agency,
        agency_uscc=code,
        document_number=number,
        filing_number=filing,
        title=title,
        violation_type=fields.text("violationType"),
        domain=fields.word("domain", Domain),
        party=party,
        facts=facts,
        legal_basis=fields.text("legalBasis"),
        penalty_kinds=fields.words("penaltyKinds", PenaltyKind) or (),
        penalty_content=content,
        fine=fields.money("fine"),
        confiscated=fields.money("confiscated"),
        act_ended_on=fields.date("actEndedOn"),
        found_on=fields.date("foundOn"),
        filed_on=fields.date("filedOn"),
        decided_on=decided_on,
        served_on=fields.date("servedOn"),
        payment_due_on=fields.date("paymentDueOn"),
        paid_on=fields.date("paidOn"),
        paid_amount=fields.money("paidAmount"),
        entered_at=fields.instant("enteredAt"),
        deferred_until=fields.date("deferredUntil"),
        service_method=fields.word("serviceMethod", ServiceMethod),
        quantities=tuple(_quantity(item) for item in fields.objects("quantities", _QUANTITY_FIELDS)),
        harm=fields.words("harm", Harm) or (),
        person_names=find_person_names(party.name, party.type, party.legal_representative, (title, facts, content)),
        published_extras={at.DOCUMENT_NUMBER: text_of(sent_number)} if sent_number and number is None else {},
        source_updated_at=fields.instant("sourceUpdatedAt"),
    )


def _agency_of(fields: _Fields) -> tuple[str | None, str | None]:
    """The agency's name and code, of which the field holds one."""
    sent = fields.string("agency")
    if sent is None:
        return None, None
    if _CREDIT_CODE.fullmatch(folded(sent)):
        return None, agency_code(sent, "agency", fields.warnings)
    return agency_name(sent, "agency"), None


def _party(fields: _Fields) -> PartyRecord:
    return party_of(
        given_type=fields.word("type", PartyType),
        name=fields.string("name"),
        name_column="party.name",
        code=fields.string("uscc"),
        code_column="party.uscc",
        number=fields.string("idNumber"),
        number_column="party.idNumber",
        legal_representative=fields.string("legalRepresentative"),
        representative_column="party.legalRepresentative",
        warnings=fields.warnings,
    )


def _quantity(fields: _Fields) -> QuantityRecord:
    measure = fields.required("measure", fields.word("measure", QuantityMeasure))
    value = fields.required("value", fields.number_text("value"))
    return QuantityRecord(
        measure=measure,
        value=_quantity_value(fields, value),
        unit=_unit(fields, measure),
        substance=fields.text("substance"),
    )


def _quantity_value(fields: _Fields, value: str) -> Decimal:
    number = folded(value)
    if not _QUANTITY.fullmatch(number):
        raise fields.bad("value", "A number that is not negative is expected, of at most 12 digits and 6 decimals.")
    quantity = Decimal(number)
    # One spelling for one quantity, and never 5E+3.
    return quantity.quantize(Decimal(1)) if quantity % 1 == 0 else quantity.normalize()


def _unit(fields: _Fields, measure: QuantityMeasure) -> str:
    expected = UNITS[measure]
    unit = fields.string("unit")
    if unit is not None and folded(unit) != expected:
        raise fields.bad("unit", f"The unit of {measure.value} is {expected}; give the value in it.")
    return expected
