"""The frozen records of links: what ties one case to another, and a chain of them."""

from dataclasses import dataclass

from schema.supervision_vocabularies import LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """That a case is tied to another one, in one way.

    `through` is what ties them, as the record has it: a document's or a clue's number, which draft, a crime, a
    campaign's name, a percentage; None where that is their party. `several`: how many such things. `across`: the other
    is another agency's. `total`: how many such links the case has of the kinds that were asked for.
    """

    case_id: int
    other_id: int
    kind: LinkKind
    through: str | None
    several: int = 1
    across: bool
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlace:
    """A place among the links of a case: by kind, and within one by the other case, the newest first."""

    kind: LinkKind
    other_id: int
