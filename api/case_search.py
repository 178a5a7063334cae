"""One search as a person sees it: hits with their cases, masked highlights, labelled facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.ids import global_id
from api.labels import KEY_OF_FACET, label
from api.loaders import Loaders
from api.masking import Shown
from schema.access_records import Scope
from schema.records import PenaltyCase
from schema.vocabularies import Facet, PartyType, SearchField, StatisticsKey
from stores.search.highlight import find_spans_outside, fragments
from stores.search.query_tree import Node
from stores.search.seam import FacetCount, Position, SearchAnswer, SearchRequest

FIELD_NAMES: Mapping[SearchField, str] = {
    field: "violationType" if field is SearchField.VIOLATION_TYPE else field.value for field in SearchField
}
"""The fields as `Highlight.field` names them."""

DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class FieldHighlight:
    """Where a field of a hit matches, as HTML fragments."""

    field: str
    fragments: list[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A case found, and where it stands."""

    node: PenaltyCase
    position: Position
    tree: Node | None
    scope: Scope

    @property
    def cursor(self) -> str:
        """The hit's cursor."""
        return self.position.encode()

    @property
    def score(self) -> float | None:
        """The score by relevance."""
        return None if self.position.score is None else float(self.position.score)

    @property
    def highlights(self) -> list[FieldHighlight]:
        """The fields that match; a scope without names is shown none, nor anything that matches one."""
        found, allowed = [], Shown(self.scope)
        for field, texts in _texts(self.node).items():
            shown: list[str] = []
            for text in filter(None, texts):
                covers = _covers(allowed, self.node, field, text)
                spans = find_spans_outside(self.tree, field, text, covers)
                if spans:
                    shown += fragments(text, spans, covers=covers)
            if shown:
                found.append(FieldHighlight(FIELD_NAMES[field], shown))
        return found


def _texts(case: PenaltyCase) -> dict[SearchField, tuple[str | None, ...]]:
    """The texts of each field; no phrase reaches from one into another."""
    return {
        SearchField.NUMBER: (case.document_number, case.filing_number),
        SearchField.TITLE: (case.title,),
        SearchField.PARTY: (case.party.name,),
        SearchField.AGENCY: (case.agency.name, *case.agency.aliases),
        SearchField.VIOLATION_TYPE: (case.violation_type,),
        SearchField.FACTS: (case.facts,),
        SearchField.BASIS: (case.legal_basis,),
        SearchField.CONTENT: (case.penalty_content,),
    }


def _covers(shown: Shown, case: PenaltyCase, field: SearchField, text: str) -> list[tuple[int, int, str]]:
    if field is SearchField.PARTY:
        covered = case.party.type is PartyType.PERSON and not shown.scope.names
        return [(0, len(text), shown.name(case.party))] if covered else []
    return [] if field is SearchField.AGENCY else shown.covers(case, text)


async def read_hits(loaders: Loaders, answer: SearchAnswer, request: SearchRequest) -> list[Hit]:
    """The hits with their cases, in one statement. A case deleted since it was indexed is left out."""
    cases = await loaders.cases.load_many([position.case_id for position in answer.positions])
    return [
        Hit(case, position, request.query.tree, request.scope)
        for case, position in zip(cases, answer.positions, strict=True)
        if case is not None
    ]


@dataclass(frozen=True, slots=True)
class LabelledCount:
    """A facet's value with its Chinese label."""

    value: str
    label: str
    count: int


async def label_facet(loaders: Loaders, facet: Facet, counts: Sequence[FacetCount]) -> list[LabelledCount]:
    """A facet as clients see it; an agency's value is its id as `agencyIds` takes it."""
    key = KEY_OF_FACET[facet]
    if key is not StatisticsKey.AGENCY:
        return [LabelledCount(found.value, label(key, found.value), found.count) for found in counts]
    agencies = await loaders.agencies.load_many([int(found.value) for found in counts])
    return [
        LabelledCount(global_id("Agency", agency.id), agency.name, found.count)
        for agency, found in zip(agencies, counts, strict=True)
        if agency is not None
    ]
