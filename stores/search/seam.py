"""The seam between whoever searches and the engine that answers: requests, answers, cursors."""

import base64
import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

import orjson

from schema.vocabularies import CaseSort, Domain, Facet, SearchEngineName, SearchField
from stores.errors import BadUserInputError
from stores.search.query_tree import SearchQuery

FIELD_WEIGHTS: Mapping[SearchField, int] = {
    SearchField.NUMBER: 8,
    SearchField.PARTY: 6,
    SearchField.TITLE: 5,
    SearchField.VIOLATION_TYPE: 4,
    SearchField.AGENCY: 3,
    SearchField.CONTENT: 2,
    SearchField.BASIS: 2,
    SearchField.FACTS: 1,
}
"""What a phrase scores by the best field it is found in, highest first. The same in both engines, and whatever else is
in the index, so that a cursor stays where it was and one engine can go on where the other stopped."""

WHOLE_WEIGHT = 2
"""How many times a run of Han characters scores again when it is found whole."""

MAX_FACET_VALUES = 100

_AMOUNT = re.compile(r"[0-9]{1,16}\.[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases: OR within a list, AND between fields; an empty list asks for nothing. Money in yuan."""

    domains: tuple[Domain, ...] = ()
    agency_ids: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    decided_from: date | None = None
    decided_to: date | None = None
    fine_min: Decimal | None = None
    fine_max: Decimal | None = None
    party_uscc: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A case's place in an order: its score (by relevance only), what it is ordered by, its id."""

    sort: CaseSort
    score: int | None
    key: date | Decimal | None
    case_id: int

    def encode(self) -> str:
        """The place as a cursor; any engine can go on behind it."""
        key = None if self.key is None else str(self.key)
        return (
            base64.urlsafe_b64encode(orjson.dumps([self.sort.value, self.score, key, self.case_id]))
            .decode()
            .rstrip("=")
        )


def decode_position(cursor: str, sort: CaseSort) -> Position:
    """Read a cursor made for this order. Raises BadUserInputError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, score, key, case_id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if (
            CaseSort(name) is not sort
            or type(case_id) is not int
            or not 0 < case_id < 2**63
            or (sort is CaseSort.RELEVANCE) != (type(score) is int and 0 <= score < 2**24)
        ):
            raise ValueError  # noqa: TRY301  one answer for everything that is wrong
        value: date | Decimal | None = None
        if key is not None and sort is not CaseSort.FINE_HIGHEST:
            value = date.fromisoformat(key)
        elif key is not None:
            value = Decimal(key) if _AMOUNT.fullmatch(key) else None
            if value is None:
                raise ValueError  # noqa: TRY301  the same
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadUserInputError(
            "This cursor does not belong to this list. Take `endCursor` of the page before, with the same sort."
        ) from error
    return Position(sort, score, value, case_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One page of hits, and what else is to be computed; what is not asked for is not computed."""

    query: SearchQuery
    filter: CaseFilter
    sort: CaseSort
    first: int
    after: Position | None
    count: bool
    facets: frozenset[Facet]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many hits have a value; `value` is a domain, an agency's id, a region code or a year."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """A page: where each hit stands, whether there are more, and what was asked for besides."""

    positions: Sequence[Position]
    has_next: bool
    total: int | None
    facets: Mapping[Facet, Sequence[FacetCount]]
    engine: SearchEngineName
    degraded: bool = False


class SearchEngine(Protocol):
    """What answers a search. Both engines give the same hits in the same order for the same request."""

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """Answer one request. Raises UnavailableError or QueryTimeoutError when the server does not."""
        ...


def effective_sort(sort: CaseSort, query: SearchQuery) -> CaseSort:
    """RELEVANCE without a query is DECIDED_NEWEST."""
    return CaseSort.DECIDED_NEWEST if sort is CaseSort.RELEVANCE and query.tree is None else sort


def fen_at_least(yuan: Decimal) -> int:
    """The least whole number of fen that is not below an amount."""
    return math.ceil(yuan * 100)


def fen_at_most(yuan: Decimal) -> int:
    """The greatest whole number of fen that is not above an amount."""
    return math.floor(yuan * 100)


def region_prefix(region: str) -> str:
    """What the codes of a region and of every region in it begin with: a city's includes its counties."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region
