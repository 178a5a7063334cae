"""What a search means, worked out in plain Python over the corpus: neither engine's way of doing it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import cycle

from schema.access_records import Desk, Scope
from schema.document_number import canonical_document_number
from schema.tokens import tokens
from schema.vocabularies import CaseSort, Domain, Facet, SearchField
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.seam import CaseFilter, Position, SearchEngine, SearchRequest, decode_position
from tests.integration.anomaly_rows import Found
from tests.integration.search_cases import AGENCIES, CASES
from tests.integration.search_corpus import Corpus
from tests.integration.search_findings import active_findings
from tests.integration.search_supervision import clues_of, measures_of

WEIGHTS: Mapping[SearchField, int] = {
    SearchField.NUMBER: 8,
    SearchField.PARTY: 6,
    SearchField.TITLE: 5,
    SearchField.VIOLATION_TYPE: 4,
    SearchField.AGENCY: 3,
    SearchField.CONTENT: 2,
    SearchField.BASIS: 2,
    SearchField.FACTS: 1,
}
_YEAR = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A case of the corpus as a search sees it."""

    label: str
    case_id: int
    agency_id: int
    domain: Domain
    region: str | None
    uscc: str | None
    decided_on: date | None
    fine: Decimal | None
    findings: Sequence[Found]
    """Those that are open or confirmed."""
    texts: Mapping[SearchField, Sequence[str]]
    """The tokens of each text of a field, with a space around each token."""
    procuratorate_id: int | None = None
    """Which supervises the agency."""
    covered: Mapping[SearchField, Sequence[str]] | None = None
    """The same without natural persons' names, each part of a text by itself; None where it is the same."""
    clues: Sequence[Sequence[Desk]] = ()
    """The desks of each clue about it."""
    measures: Sequence[tuple[int | None, int | None]] = ()
    """Of each measure about it whose it is, and to which agency it was issued."""


def known_cases(corpus: Corpus) -> Sequence[Known]:
    """Every case of the corpus."""
    return [_known(corpus, label) for label in CASES]


def _known(corpus: Corpus, label: str) -> Known:
    fields, office = CASES[label], AGENCIES[label[0]]
    numbers = [fields.get("documentNumber"), fields.get("filingNumber")]
    written: Mapping[SearchField, Sequence[str | None]] = {
        SearchField.NUMBER: [canonical_document_number(number) for number in numbers if number],
        SearchField.TITLE: [fields.get("title")],
        SearchField.PARTY: [fields["party"]["name"]],
        SearchField.AGENCY: [office["name"], *office.get("aliases", ())],
        SearchField.VIOLATION_TYPE: [fields.get("violationType")],
        SearchField.FACTS: [fields.get("facts")],
        SearchField.BASIS: [fields.get("legalBasis")],
        SearchField.CONTENT: [fields.get("penaltyContent")],
    }
    texts = {field: [f" {' '.join(tokens(text))} " for text in several if text] for field, several in written.items()}
    names = sorted(corpus.names[label], key=len, reverse=True)
    covered = {
        field: several
        if field is SearchField.AGENCY
        else [part for text in several for part in without_names(text, names)]
        for field, several in texts.items()
    }
    if fields["party"]["type"] == "PERSON":
        covered[SearchField.PARTY] = []
    decided_on, fine = fields.get("decidedOn"), fields.get("fine")
    return Known(
        label=label,
        case_id=corpus.ids[label],
        agency_id=corpus.agencies[label[0]],
        domain=Domain(fields.get("domain") or office["domains"][0]),
        region=office.get("region"),
        uscc=fields["party"].get("uscc"),
        decided_on=None if decided_on is None else date.fromisoformat(decided_on),
        fine=None if fine is None else Decimal(fine).quantize(Decimal("0.01")),
        findings=active_findings(label),
        texts=texts,
        covered=covered,
        procuratorate_id=corpus.procuratorates.get(office.get("procuratorate", "")),
        clues=clues_of(label, corpus.procuratorates),
        measures=measures_of(label, corpus.agencies, corpus.procuratorates),
    )


def without_names(text: str, names: Sequence[str]) -> list[str]:
    """What is left of the tokens of a text around the names, the longer of two names that overlap left out first."""
    read = text.split()
    hidden = [False] * len(read)
    for name in (tokens(name) for name in names):
        for start in range(len(read) - len(name) + 1):
            end = start + len(name)
            if name and read[start:end] == name and not any(hidden[start:end]):
                hidden[start:end] = [True] * len(name)
    parts: list[list[str]] = [[]]
    for token, is_hidden in zip(read, hidden, strict=True):
        if is_hidden:
            parts.append([])
        else:
            parts[-1].append(token)
    return [f" {' '.join(part)} " for part in parts if part]


def holds(node: Node | None, case: Known) -> bool:
    """Whether a query holds of a case."""
    match node:
        case None:
            return True
        case Phrase():
            return bool(_weights(node, case))
        case Not(operand):
            return not holds(operand, case)
        case AnyOf(operands):
            return any(holds(operand, case) for operand in operands)
        case AllOf(operands):
            return all(holds(operand, case) for operand in operands)


def score(node: Node, case: Known) -> int:
    """What a case scores of which the query holds."""
    match node:
        case Phrase():
            return max(_weights(node, case))
        case Not():
            return 0
        case AnyOf(operands):
            return sum(score(operand, case) for operand in operands if holds(operand, case))
        case AllOf(operands, whole):
            again = 2 * max(_weights(whole, case), default=0) if whole else 0
            return again + sum(score(operand, case) for operand in operands)


def _weights(phrase: Phrase, case: Known) -> list[int]:
    wanted = f" {' '.join(phrase.tokens)} "
    fields = WEIGHTS if phrase.field is None else [phrase.field]
    return [WEIGHTS[field] for field in fields if any(wanted in text for text in case.texts[field])]


def left_by(wanted: CaseFilter, case: Known) -> bool:
    """Whether a filter leaves a case."""
    within = [region.removesuffix("00").removesuffix("00") for region in wanted.regions]
    decided, fine = case.decided_on, case.fine
    return (
        (not wanted.domains or case.domain in wanted.domains)
        and (not wanted.agency_ids or case.agency_id in wanted.agency_ids)
        and (not within or (case.region or "none").startswith(tuple(within)))
        and (wanted.decided_from is None or (decided is not None and decided >= wanted.decided_from))
        and (wanted.decided_to is None or (decided is not None and decided <= wanted.decided_to))
        and (wanted.fine_min is None or (fine is not None and fine >= wanted.fine_min))
        and (wanted.fine_max is None or (fine is not None and fine <= wanted.fine_max))
        and (wanted.party_uscc is None or case.uscc == wanted.party_uscc)
        and (not (wanted.anomalies or wanted.rules or wanted.certainty) or bool(findings_asked_for(wanted, case)))
        and (wanted.has_clue is None or wanted.has_clue == bool(case.clues))
        and (wanted.has_measure is None or wanted.has_measure == bool(case.measures))
    )


def seen_by(scope: Scope, cases: Sequence[Known]) -> Sequence[Known]:
    """The cases of a scope as it sees them: without the findings, clues and measures that it may not know of."""
    seen = [
        replace(
            case,
            clues=[desks for desks in case.clues if any(map(scope.has_desk, desks))],
            measures=[
                (home, addressee)
                for home, addressee in case.measures
                if scope.measures
                and (scope.supervises(home) or (addressee is not None and addressee == scope.agency_id))
            ],
        )
        for case in cases
        if scope.everything
        or case.agency_id == scope.agency_id
        or case.procuratorate_id in scope.procuratorate_ids
        or (scope.unassigned and case.procuratorate_id is None)
    ]
    if not scope.findings:
        seen = [replace(case, findings=()) for case in seen]
    return seen if scope.names else [replace(case, texts=case.covered or case.texts) for case in seen]


def findings_asked_for(wanted: CaseFilter, case: Known) -> list[Found]:
    """The findings of a case of which all holds that a filter asks of one."""
    return [
        found
        for found in case.findings
        if (not wanted.anomalies or found.kind in wanted.anomalies)
        and (not wanted.rules or found.rule in wanted.rules)
        and (wanted.certainty is None or found.certainty is wanted.certainty)
    ]


def in_order(cases: Sequence[Known], sort: CaseSort, scores: Mapping[str, int] | None = None) -> list[Known]:
    """The cases by score where there is one, then by the order's key with unknown ones last, then the newest row."""

    def place(case: Known) -> tuple[int, bool, Decimal, int]:
        key = case.fine
        if sort is CaseSort.MOST_ANOMALIES:
            key = Decimal(len(case.findings))
        elif sort is not CaseSort.FINE_HIGHEST:
            key = None if case.decided_on is None else Decimal(case.decided_on.toordinal())
        known = Decimal(0) if key is None else key
        return (
            -(scores or {}).get(case.label, 0),
            key is None,
            known if sort is CaseSort.DECIDED_OLDEST else -known,
            -case.case_id,
        )

    return sorted(cases, key=place)


def facet_counts(
    cases: Sequence[Known],
    wanted: CaseFilter = CaseFilter(),  # noqa: B008  frozen
) -> dict[Facet, list[tuple[str, int]]]:
    """How many of the cases have each value: the most first, then by value, ids as numbers; unknown ones left out.

    A case counts once by each value that its findings have of which the filter holds.
    """
    told = [findings_asked_for(wanted, case) for case in cases]
    counted: Mapping[Facet, Counter[str]] = {
        Facet.DOMAINS: Counter(case.domain.value for case in cases),
        Facet.AGENCIES: Counter(str(case.agency_id) for case in cases),
        Facet.REGIONS: Counter(case.region for case in cases if case.region),
        Facet.YEARS: Counter(str(case.decided_on)[:_YEAR] for case in cases if case.decided_on),
        Facet.ANOMALIES: Counter(kind for found in told for kind in {each.kind.value for each in found}),
        Facet.RULES: Counter(rule for found in told for rule in {each.rule for each in found}),
        Facet.CERTAINTIES: Counter(sure for found in told for sure in {each.certainty.value for each in found}),
    }
    return {
        facet: sorted(counts.items(), key=lambda pair: (-pair[1], len(pair[0]) * (facet is Facet.AGENCIES), pair[0]))
        for facet, counts in counted.items()
    }


def hits_of(cases: Sequence[Known], request: SearchRequest) -> list[tuple[Known, Position]]:
    """Every hit of a request and where it stands, in order; pages are not looked at."""
    tree, sort = request.query.tree, request.sort
    hits = [case for case in seen_by(request.scope, cases) if left_by(request.filter, case) and holds(tree, case)]
    scores: Mapping[str, int] | None = None
    if sort is CaseSort.RELEVANCE and tree is not None:
        scores = {case.label: score(tree, case) for case in hits}
    return [
        (
            case,
            Position(
                sort,
                None if scores is None else scores[case.label],
                _key(case, sort),
                case.case_id,
            ),
        )
        for case in in_order(hits, sort, scores)
    ]


def _key(case: Known, sort: CaseSort) -> date | Decimal | int | None:
    if sort is CaseSort.MOST_ANOMALIES:
        return len(case.findings)
    return case.fine if sort is CaseSort.FINE_HIGHEST else case.decided_on


async def hold_both_to_it(
    engines: Sequence[SearchEngine], cases: Sequence[Known], request: SearchRequest, size: int
) -> int:
    """Compare all that both engines answer, and every page of a size, each asked of the other engine than the last.

    Answers how many hits there are.
    """
    hits = hits_of(cases, request)
    expected = [position for _, position in hits]
    counts = facet_counts([case for case, _ in hits], request.filter)
    for engine in engines:
        answer = await engine.search(request)
        assert list(answer.positions) == expected[: request.first]
        assert [place.encode() for place in answer.positions] == [place.encode() for place in expected[: request.first]]
        assert (answer.total, answer.has_next) == (len(expected), len(expected) > request.first)
        found = {facet: [(value.value, value.count) for value in values] for facet, values in answer.facets.items()}
        assert found == {facet: counts[facet] for facet in request.facets}
    assert await _walked(engines, request, size) == expected
    return len(expected)


async def _walked(engines: Sequence[SearchEngine], request: SearchRequest, size: int) -> list[Position]:
    walked: list[Position] = []
    after: Position | None = None
    for engine in cycle(engines):
        part = replace(request, first=size, after=after, count=False, facets=frozenset())
        page = await engine.search(part)
        walked += page.positions
        if not page.has_next:
            break
        after = decode_position(page.positions[-1].encode(), request.sort)
    return walked
