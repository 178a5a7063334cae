"""Every kind of record there is, by the name a feed gives it."""

from collections.abc import Mapping
from typing import Final

from indexer.feeds.kinds.compulsion import COERCIVE_MEASURE, ENFORCEMENT
from indexer.feeds.kinds.crimes import CRIMINAL_CASE, TRANSFER
from indexer.feeds.kinds.description import Kind
from indexer.feeds.kinds.measures import MEASURE
from indexer.feeds.kinds.organisations import AGENCY, PROCURATORATE
from indexer.feeds.kinds.penalty_cases import PENALTY_CASE
from indexer.feeds.kinds.remedies import RECONSIDERATION
from indexer.feeds.values import folded
from schema.vocabularies import FeedKind

KINDS: Final[Mapping[FeedKind, Kind]] = {
    kind.kind: kind
    for kind in (
        PROCURATORATE,
        AGENCY,
        PENALTY_CASE,
        TRANSFER,
        CRIMINAL_CASE,
        RECONSIDERATION,
        ENFORCEMENT,
        COERCIVE_MEASURE,
        MEASURE,
    )
}

_NAMES: Final = {name: kind for kind in FeedKind for name in (kind.label, kind.value)}


def named_kind(text: str) -> FeedKind | None:
    """The kind that its name or its Chinese term means; None for any other word."""
    return _NAMES.get(folded(text))
