"""Elasticsearch's side of the seam: the tree and the filter compiled to one search request."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from schema.access_records import Scope
from schema.search_document import covered_field, finding_token
from schema.vocabularies import AnomalyKind, CaseSort, Certainty, Facet, SearchEngineName
from stores.elastic import CaseIndex
from stores.search.foreign_cases import SECOND_LOOK, SEEN_FIELDS, refuse_foreign
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.scope import scope_clauses
from stores.search.seam import (
    FIELD_WEIGHTS,
    FINDING_FACETS,
    MAX_FACET_VALUES,
    WHOLE_WEIGHT,
    CaseFilter,
    FacetCount,
    Position,
    SearchAnswer,
    SearchRequest,
    fen_at_least,
    fen_at_most,
    most_frequent,
    region_prefix,
)
from stores.search.supervised import supervised_clauses

Body = dict[str, Any]

_FACET_FIELDS: Mapping[Facet, str] = {
    Facet.DOMAINS: "domain",
    Facet.AGENCIES: "agency_id",
    Facet.REGIONS: "region",
    Facet.YEARS: "decided_year",
}
# More than kinds, rules and certainties can make.
_MAX_TOKENS = 10_000
_EPOCH = date(1970, 1, 1)
_DAY_MILLISECONDS = 86_400_000
# What Elasticsearch sorts a missing value by when it is to come last.
_LAST_DESCENDING, _LAST_ASCENDING = -(2**63), 2**63 - 1

_BY_ID: Body = {"id": {"order": "desc"}}
_SORTS: Mapping[CaseSort, tuple[Body | str, ...]] = {
    CaseSort.RELEVANCE: ("_score", {"decided_on": {"order": "desc", "missing": "_last"}}, _BY_ID),
    CaseSort.DECIDED_NEWEST: ({"decided_on": {"order": "desc", "missing": "_last"}}, _BY_ID),
    CaseSort.DECIDED_OLDEST: ({"decided_on": {"order": "asc", "missing": "_last"}}, _BY_ID),
    CaseSort.FINE_HIGHEST: ({"fine_fen": {"order": "desc", "missing": "_last"}}, _BY_ID),
    CaseSort.MOST_ANOMALIES: ({"anomaly_count": {"order": "desc"}}, _BY_ID),
}
# A field that an index of an older mapping lacks holds nothing there, and nobody would be told; to sort by such a field
# Elasticsearch refuses. Behind the id it changes no order.
_KNOWS_FINDINGS: Body = {"anomaly_count": {"order": "desc"}}
# Before what a place is asked behind with, as every value of the others is: a hit is not behind itself.
_KNOWS_SUPERVISION: Body = {"clue_desks": {"order": "desc", "missing": "_first"}}
_KNOWS_SCOPES: Body = {"procuratorate_id": {"order": "desc"}}


@dataclass(frozen=True, slots=True)
class ElasticEngine:
    """Searches the index."""

    index: CaseIndex

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """One request whatever is asked for. Raises ForeignAnswerError for an answer that holds what it may not."""
        answer = await self.index.search(compile_request(request))
        refuse_foreign(request.scope, answer)
        hits = answer["hits"]["hits"]
        aggregations = answer.get("aggregations", {})
        return SearchAnswer(
            positions=[_position(request.sort, hit) for hit in hits[: request.first]],
            has_next=len(hits) > request.first,
            total=answer["hits"]["total"]["value"] if request.count else None,
            facets={
                facet: [] if facet in request.hidden_facets else _counts(facet, aggregations[facet.value]["buckets"])
                for facet in request.facets
            },
            engine=SearchEngineName.ELASTICSEARCH,
        )


def compile_request(request: SearchRequest) -> Body:
    """The body of the one search request that answers."""
    scored = request.sort is CaseSort.RELEVANCE
    tree = None if request.query.tree is None else _in_known_texts(request.query.tree, request.scope, scored=scored)
    boolean: Body = {"filter": compile_filter(request.filter, request.scope)}
    if tree is not None:
        boolean["must" if scored else "filter"] = [tree] if scored else [*boolean["filter"], tree]
    body: Body = {
        "query": {"bool": boolean},
        "size": request.first + 1,
        "sort": list(_SORTS[request.sort]),
        "track_total_hits": request.count,
        "_source": False,
    }
    if request.after is not None:
        body["search_after"] = _search_after(request.after)
    if request.filter.of_findings or not request.facets.isdisjoint(FINDING_FACETS):
        body["sort"].append(_KNOWS_FINDINGS)
    if request.filter.of_supervision:
        body["sort"].append(_KNOWS_SUPERVISION)
    if not (request.scope.everything and request.scope.names):
        body["sort"].append(_KNOWS_SCOPES)
    if not request.scope.everything:
        body["docvalue_fields"] = SEEN_FIELDS
    if request.after is not None:
        body["search_after"] += [0] * (len(body["sort"]) - len(body["search_after"]))
    shown = request.facets - request.hidden_facets
    if shown:
        body["aggs"] = {facet.value: _facet(facet, request.filter) for facet in sorted(shown)}
    if not request.scope.everything and (request.count or shown):
        body.setdefault("aggs", {}).update(SECOND_LOOK)
    return body


def _facet(facet: Facet, wanted: CaseFilter) -> Body:
    """The aggregation that counts the hits by a facet's values."""
    match facet:
        case Facet.ANOMALIES:
            kinds = wanted.anomalies or tuple(AnomalyKind)
            return _by_finding({kind.value: replace(wanted, anomalies=(kind,)) for kind in kinds})
        case Facet.CERTAINTIES:
            sure = tuple(Certainty) if wanted.certainty is None else (wanted.certainty,)
            return _by_finding({certainty.value: replace(wanted, certainty=certainty) for certainty in sure})
        case Facet.RULES if wanted.rules:
            return _by_finding({rule: replace(wanted, rules=(rule,)) for rule in wanted.rules})
        case Facet.RULES:
            of_kinds = "|".join(wanted.anomalies or AnomalyKind)
            as_sure = "|".join(Certainty) if wanted.certainty is None else wanted.certainty
            # Of the tokens those that name all three; of a rule a case has one, since it has one finding of a rule.
            return {"terms": {"field": "findings", "include": f"({of_kinds})/.+/({as_sure})", "size": _MAX_TOKENS}}
        case _:
            order = [{"_count": "desc"}, {"_key": "asc"}]
            return {"terms": {"field": _FACET_FIELDS[facet], "size": MAX_FACET_VALUES, "order": order}}


def _by_finding(filters: Mapping[str, CaseFilter]) -> Body:
    """Counts the hits that have one finding as each of some filters asks for it."""
    return {"filters": {"filters": {value: _finding(asked) for value, asked in filters.items()}}}


def _counts(facet: Facet, buckets: Any) -> list[FacetCount]:
    """A facet's counts from the buckets of its aggregation: a list, or a mapping by the names of filters."""
    counts = Counter[str]()
    if isinstance(buckets, Mapping):
        counts.update({value: bucket["doc_count"] for value, bucket in buckets.items() if bucket["doc_count"]})
    else:
        for bucket in buckets:
            key = str(bucket["key"])
            counts[key.split("/", 1)[1].rsplit("/", 1)[0] if facet is Facet.RULES else key] += bucket["doc_count"]
    return most_frequent(facet, (FacetCount(value, count) for value, count in counts.items()))


def _in_known_texts(node: Node, scope: Scope, *, scored: bool) -> Body:
    """A query over the texts that a scope may search: of a case that names somebody those without the names."""
    if scope.names:
        return compile_tree(node, scored=scored)
    ways: list[Body] = [
        {
            "bool": {
                "must" if scored else "filter": [compile_tree(node, scored=scored, covered=named)],
                # One of the two scores, and only what it finds.
                "must_not": [{"term": {"named": not named}}],
            }
        }
        for named in (False, True)
    ]
    return {"bool": {"should": ways, "minimum_should_match": 1}}


def compile_tree(node: Node, *, scored: bool, covered: bool = False) -> Body:
    """A query that matches what the tree means and, if asked, scores as the seam says.

    `covered`: in the texts without natural persons' names.
    """
    match node:
        case Phrase():
            return _phrase(node, scored=scored, covered=covered)
        case Not():
            return {"bool": {"must_not": _excluded(node, covered=covered)}}
        case AnyOf(operands):
            return {
                "bool": {
                    "should": [compile_tree(operand, scored=scored, covered=covered) for operand in operands],
                    "minimum_should_match": 1,
                }
            }
        case AllOf(operands, whole):
            boolean: Body = {
                "must" if scored else "filter": [
                    compile_tree(operand, scored=scored, covered=covered)
                    for operand in operands
                    if not isinstance(operand, Not)
                ],
                "must_not": [
                    clause
                    for operand in operands
                    if isinstance(operand, Not)
                    for clause in _excluded(operand, covered=covered)
                ],
            }
            if scored and whole is not None:
                boolean["should"] = [_phrase(whole, scored=True, covered=covered, times=WHOLE_WEIGHT)]
                # Beside nothing but exclusions Lucene would make a condition of what only raises the score.
                boolean["filter"] = [{"match_all": {}}]
            return {"bool": boolean}


def _excluded(excluding: Not, *, covered: bool) -> list[Body]:
    """What must not hold, of alternatives none: beside what must, since Elasticsearch bounds how deep requests nest."""
    operand = excluding.operand
    operands = operand.operands if isinstance(operand, AnyOf) else (operand,)
    return [compile_tree(each, scored=False, covered=covered) for each in operands]


def _phrase(phrase: Phrase, *, scored: bool, covered: bool, times: int = 1) -> Body:
    fields = FIELD_WEIGHTS if phrase.field is None else (phrase.field,)
    text = " ".join(phrase.tokens)
    clauses = [
        _in_field(covered_field(field) if covered else field.value, text, len(phrase.tokens)) for field in fields
    ]
    if not scored:
        return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses}}
    weighted: list[Body] = [
        {"constant_score": {"filter": clause, "boost": FIELD_WEIGHTS[field] * times}}
        for field, clause in zip(fields, clauses, strict=True)
    ]
    return weighted[0] if len(weighted) == 1 else {"dis_max": {"queries": weighted}}


def _in_field(field: str, text: str, length: int) -> Body:
    if length == 1:
        return {"term": {field: text}}
    return {"match_phrase": {field: text}}


def compile_filter(wanted: CaseFilter, scope: Scope) -> list[Body]:
    """The scope's and the filter's clauses, all of which must hold."""
    clauses = scope_clauses(scope)
    if wanted.domains:
        clauses.append({"terms": {"domain": [domain.value for domain in wanted.domains]}})
    if wanted.agency_ids:
        clauses.append({"terms": {"agency_id": list(wanted.agency_ids)}})
    if wanted.regions:
        clauses.append(
            {"bool": {"should": [{"prefix": {"region": region_prefix(region)}} for region in wanted.regions]}}
        )
    if wanted.decided_from is not None:
        clauses.append({"range": {"decided_on": {"gte": wanted.decided_from.isoformat()}}})
    if wanted.decided_to is not None:
        clauses.append({"range": {"decided_on": {"lte": wanted.decided_to.isoformat()}}})
    if wanted.fine_min is not None:
        clauses.append({"range": {"fine_fen": {"gte": fen_at_least(wanted.fine_min)}}})
    if wanted.fine_max is not None:
        clauses.append({"range": {"fine_fen": {"lte": fen_at_most(wanted.fine_max)}}})
    if wanted.party_uscc is not None:
        clauses.append({"term": {"party_uscc": wanted.party_uscc}})
    if wanted.of_findings:
        clauses.append(_finding(wanted) if scope.findings else {"match_none": {}})
    return [*clauses, *supervised_clauses(wanted, scope)]


def _finding(wanted: CaseFilter) -> Body:
    """What must hold of one finding: that it has one of the tokens that say so."""
    asked = product(wanted.anomalies or (None,), wanted.rules or (None,), (wanted.certainty,))
    return {"terms": {"findings": list(dict.fromkeys(finding_token(*each) for each in asked))}}


def _position(sort: CaseSort, hit: Mapping[str, Any]) -> Position:
    *scores, key, case_id = hit["sort"][: len(_SORTS[sort])]
    value: date | Decimal | int | None
    if sort is CaseSort.MOST_ANOMALIES:
        value = int(key)
    elif key is None or key in {_LAST_DESCENDING, _LAST_ASCENDING}:
        value = None
    elif sort is CaseSort.FINE_HIGHEST:
        value = Decimal(key).scaleb(-2)
    else:
        value = _EPOCH + timedelta(days=key // _DAY_MILLISECONDS)
    return Position(sort, int(scores[0]) if scores else None, value, case_id)


def _search_after(position: Position) -> list[int]:
    ascending = position.sort is CaseSort.DECIDED_OLDEST
    if position.key is None:
        key = _LAST_ASCENDING if ascending else _LAST_DESCENDING
    elif isinstance(position.key, int):
        key = position.key
    elif isinstance(position.key, Decimal):
        key = fen_at_least(position.key)
    else:
        key = (position.key - _EPOCH).days * _DAY_MILLISECONDS
    behind = [key, position.case_id]
    return behind if position.score is None else [position.score, *behind]
