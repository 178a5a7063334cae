"""The seam between whoever searches and the engine that answers: requests, answers, cursors."""

import base64
import binascii
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

import orjson

from schema.access_records import Scope
from schema.vocabularies import AnomalyKind, CaseSort, Certainty, Domain, Facet, SearchEngineName, SearchField
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

FINDING_FACETS = frozenset({Facet.ANOMALIES, Facet.RULES, Facet.CERTAINTIES})
"""The facets of what the rules say."""

_AMOUNT = re.compile(r"[0-9]{1,16}\.[0-9]{2}")
_COUNT = re.compile(r"[0-9]{1,9}")


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
    anomalies: tuple[AnomalyKind, ...] = ()
    certainty: Certainty | None = None
    rules: tuple[str, ...] = ()
    has_clue: bool | None = None
    has_measure: bool | None = None

    @property
    def of_supervision(self) -> bool:
        """Whether it asks for clues or measures: of those that the scope shows, and of no others."""
        return self.has_clue is not None or self.has_measure is not None

    @property
    def of_findings(self) -> bool:
        """Whether it asks for a finding: `anomalies`, `certainty` and `rules` must hold of one, open or confirmed.

        Of the findings of a case that is left, facets and statistics count those of which they hold.
        """
        return bool(self.anomalies or self.rules or self.certainty)


@dataclass(frozen=True, slots=True)
class Position:
    """A case's place in an order: its score (by relevance only), what it is ordered by, its id."""

    sort: CaseSort
    score: int | None
    key: date | Decimal | int | None
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
        value = _key(key, sort)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadUserInputError(
            "This cursor does not belong to this list. Take `endCursor` of the page before, with the same sort."
        ) from error
    return Position(sort, score, value, case_id)


def _key(key: str | None, sort: CaseSort) -> date | Decimal | int | None:
    """What a cursor of this order says that its case is ordered by. Raises ValueError, TypeError."""
    if sort is CaseSort.MOST_ANOMALIES:
        # Every case has a number of findings, and so every cursor of this order does.
        return int(_matched(_COUNT, key))
    if key is None:
        return None
    return Decimal(_matched(_AMOUNT, key)) if sort is CaseSort.FINE_HIGHEST else date.fromisoformat(key)


def _matched(pattern: re.Pattern[str], key: str | None) -> str:
    if key is None or not pattern.fullmatch(key):
        raise ValueError
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One page of hits, and what else is to be computed; what is not asked for is not computed.

    Nothing of a case outside the scope is computed, and nothing of findings where the scope is without them.
    """

    scope: Scope
    query: SearchQuery
    filter: CaseFilter
    sort: CaseSort
    first: int
    after: Position | None
    count: bool
    facets: frozenset[Facet]

    def __post_init__(self) -> None:
        """Refuse an order that the scope may not know. Raises BadUserInputError."""
        refuse_hidden_order(self.scope, self.sort)

    @property
    def hidden_facets(self) -> frozenset[Facet]:
        """Those of the facets that count what the scope may not know: they are empty."""
        return frozenset() if self.scope.findings else self.facets & FINDING_FACETS


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many hits have a value: a domain, an agency's id, a region code, a year, a kind, a rule or a certainty.

    Of kind, rule and certainty a hit has those of the findings that the filter asks for; without such a filter, of all
    its findings that are open or confirmed. A hit counts once, however many findings of it have the value.
    """

    value: str
    count: int


def most_frequent(facet: Facet, counts: Iterable[FacetCount]) -> list[FacetCount]:
    """A facet's counts as they are shown: the most first, then by value, agencies by the number of their id."""

    def place(found: FacetCount) -> tuple[int, int, str]:
        return -found.count, int(found.value) if facet is Facet.AGENCIES else 0, found.value

    return sorted(counts, key=place)[:MAX_FACET_VALUES]


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


def refuse_hidden_order(scope: Scope, sort: CaseSort) -> None:
    """Let nobody order by findings who may not know of them: the order tells, and a cursor of it holds their number.

    Raises BadUserInputError.
    """
    if sort is CaseSort.MOST_ANOMALIES and not scope.findings:
        raise BadUserInputError("You may not see findings, and so not sort by them. Choose another `sort`.")


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
