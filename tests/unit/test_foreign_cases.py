"""What Elasticsearch answered is looked at again: no hit and no count may be of a case out of scope."""

from collections.abc import Mapping
from typing import Any

import pytest

from schema.access_records import EVERYTHING, Scope
from stores.errors import ForeignAnswerError
from stores.search.foreign_cases import SECOND_LOOK, refuse_foreign
from stores.search.scope import scope_clauses

COUNTY, CLERK = Scope(procuratorate_ids=(5,)), Scope(agency_id=7)
UNASSIGNED = Scope(unassigned=True)
(SEEN,) = SECOND_LOOK


def hits(*told: Mapping[str, list[int]]) -> dict[str, Any]:
    return {"hits": {"hits": [{"fields": fields} for fields in told]}}


def counted(*buckets: tuple[int, int, int], others: int = 0) -> dict[str, Any]:
    """Of each procuratorate the agency with the most cases, and how many cases are other agencies'."""
    seen = [
        {"key": procuratorate, SEEN: {"sum_other_doc_count": more, "buckets": [{"key": agency}]}}
        for procuratorate, agency, more in buckets
    ]
    return {**hits(), "aggregations": {SEEN: {"sum_other_doc_count": others, "buckets": seen}}}


@pytest.mark.parametrize(
    ("scope", "answer"),
    [
        (COUNTY, hits({"agency_id": [1], "procuratorate_id": [5]})),
        (CLERK, hits({"agency_id": [7], "procuratorate_id": [6]}, {"agency_id": [7], "procuratorate_id": [0]})),
        (UNASSIGNED, hits({"agency_id": [1], "procuratorate_id": [0]})),
        (COUNTY, counted((5, 1, 3))),
        (CLERK, counted((6, 7, 0))),
        (UNASSIGNED, counted((0, 1, 3))),
        (Scope(), counted()),
        (EVERYTHING, {"hits": {"hits": [{}]}}),
    ],
)
def test_what_is_in_scope_is_answered(scope: Scope, answer: dict[str, Any]) -> None:
    refuse_foreign(scope, answer)


@pytest.mark.parametrize(
    ("scope", "answer"),
    [
        (COUNTY, hits({"agency_id": [1], "procuratorate_id": [6]})),
        (COUNTY, hits({"agency_id": [1], "procuratorate_id": [5]}, {"agency_id": [1], "procuratorate_id": [0]})),
        (COUNTY, hits({})),
        (UNASSIGNED, hits({"agency_id": [1]})),
        (CLERK, hits({"agency_id": [8], "procuratorate_id": [6]})),
        (Scope(), hits({"agency_id": [1], "procuratorate_id": [0]})),
        (COUNTY, counted((5, 1, 0), (6, 1, 0))),
        (COUNTY, counted((5, 1, 0), (-1, 1, 0))),
        (COUNTY, counted((5, 1, 0), others=1)),
        (COUNTY, counted((0, 1, 0))),
        (UNASSIGNED, counted((5, 1, 0))),
        # One agency is the clerk's, and there are cases of others.
        (CLERK, counted((6, 7, 1))),
        (CLERK, counted((6, 8, 0))),
        (Scope(), counted((0, 1, 0))),
    ],
)
def test_an_answer_that_tells_of_a_case_out_of_scope_is_thrown_away(scope: Scope, answer: dict[str, Any]) -> None:
    with pytest.raises(ForeignAnswerError, match="out of the scope"):
        refuse_foreign(scope, answer)


@pytest.mark.parametrize(
    ("scope", "clauses"),
    [
        (EVERYTHING, []),
        (Scope(), [{"match_none": {}}]),
        (COUNTY, [{"terms": {"procuratorate_id": [5]}}]),
        (Scope(procuratorate_ids=(5,), unassigned=True), [{"terms": {"procuratorate_id": [5, 0]}}]),
        (CLERK, [{"term": {"agency_id": 7}}]),
    ],
)
def test_a_scope_is_a_clause_that_must_hold(scope: Scope, clauses: list[dict[str, Any]]) -> None:
    assert scope_clauses(scope) == clauses
