"""The parse tree of a search query: what both engines compile, and what highlights are found by."""

from dataclasses import dataclass

from schema.vocabularies import SearchField


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens (schema.tokens) that must stand side by side in one field: the named one, or any.

    A single token is a phrase of one. `tokens` is never empty.
    """

    tokens: tuple[str, ...]
    field: SearchField | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Cases of which the operand does not hold."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Cases of which at least one operand holds: an OR, or a word with its synonyms. Two operands at least."""

    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Cases of which every operand holds. Two operands at least.

    `whole` raises the score of a case that holds it and excludes none: the run of Han characters that was segmented
    into the operands, as it was typed.
    """

    operands: tuple["Node", ...]
    whole: Phrase | None = None


Node = Phrase | Not | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query as understood: its tree (None: every case) and that tree written out in the query language."""

    tree: Node | None
    interpreted_as: str
