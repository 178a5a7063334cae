"""A second look at what Elasticsearch answers: whether all it found and counted lies in the scope of whoever asked.

It asks for nothing that the query asked for and goes by Scope.holds alone, so that it holds where the query's own
clauses (stores.search.scope) are wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schema.access_records import Scope
from schema.search_document import NO_PROCURATORATE
from stores.errors import ForeignAnswerError

SEEN_FIELDS: Final = ("agency_id", "procuratorate_id")
"""What each hit has to tell of itself."""

_SEEN: Final = "seen"
# What a document lacks is nobody's id.
_LACKING: Final = -1
# More than there are procuratorates; of agencies more than answer are told by their number.
_MAX_BUCKETS: Final = 10_000

SECOND_LOOK: Final[Mapping[str, Any]] = {
    _SEEN: {
        "terms": {"field": "procuratorate_id", "missing": _LACKING, "size": _MAX_BUCKETS},
        "aggs": {_SEEN: {"terms": {"field": "agency_id", "missing": _LACKING, "size": 1}}},
    }
}
"""The aggregation that names whose cases were counted: each procuratorate, and one agency of it."""


def refuse_foreign(scope: Scope, answer: Mapping[str, Any]) -> None:
    """Throw an answer away that tells of a case outside the scope. Raises ForeignAnswerError."""
    if scope.everything:
        return
    for hit in answer["hits"]["hits"]:
        told = hit.get("fields", {})
        if not _is_in_scope(scope, _only(told.get("agency_id")), _only(told.get("procuratorate_id"))):
            raise _foreign("found")
    seen = answer.get("aggregations", {}).get(_SEEN)
    if seen is None:
        return
    if seen["sum_other_doc_count"]:
        raise _foreign("counted")
    for bucket in seen["buckets"]:
        agencies = bucket[_SEEN]
        # Cases that are in scope by their agency are that one agency's: whoever has more has them by procuratorates.
        of_more = agencies["sum_other_doc_count"] > 0
        for agency in agencies["buckets"]:
            if not _is_in_scope(scope, None if of_more else int(agency["key"]), int(bucket["key"])):
                raise _foreign("counted")


def _is_in_scope(scope: Scope, agency_id: int | None, procuratorate_id: int | None) -> bool:
    """Whether a case is in scope of which these two are known; None is not known."""
    if procuratorate_id is None:
        return False
    # No agency has the id that stands for any.
    return scope.holds(
        _LACKING if agency_id is None else agency_id,
        None if procuratorate_id == NO_PROCURATORATE else procuratorate_id,
    )


def _only(values: Sequence[int] | None) -> int | None:
    return values[0] if values else None


def _foreign(what: str) -> ForeignAnswerError:
    return ForeignAnswerError(f"Elasticsearch {what} a case out of the scope that it was asked for.")
