"""What is asked of the record of access_record.py: every root field, with arguments that reach what an agency has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

from graphql import GraphQLSchema

from api.ids import global_id
from tests.integration.access_campaigns import HOMES, changes_of, mistakes_in
from tests.integration.access_measures import measure_questions
from tests.integration.access_questions import Question, Reach, ask, parted
from tests.integration.access_record import AccessRecord
from tests.integration.access_viewers import Place

GROUPS: Final[Sequence[list[str]]] = (["AGENCY", "YEAR"], ["RULE", "ANOMALY", "CERTAINTY"], [])


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, and of whose records its answer tells: of one agency's, of several ones', or of nobody's.

    `mixed`: what an agency's are is told by themselves. `names_agencies`: the answer may tell the ids of agencies out
    of scope, which are no secret.
    """

    question: Question
    place: Place | None = None
    mixed: bool = False
    names_agencies: bool = False


def all_probes(schema: GraphQLSchema, record: AccessRecord) -> list[Probe]:
    """Every question, of every agency's records and of nobody's."""
    probes = (
        *_nobodys(schema, record),
        *_everybodys(schema),
        *_own_cases(schema, record),
        *(probe for place in Place for probe in probes_of(schema, record, place)),
    )
    return [replace(probe, question=part) for probe in probes for part in parted(probe.question)]


def probes_of(schema: GraphQLSchema, record: AccessRecord, place: Place) -> Iterator[Probe]:
    """Every question that reaches what an agency has."""
    agency = record.agencies[place]
    for type_name, ids in record.ids[place].items():
        # A colleague's account is no secret of the agency's, but the agency it names is.
        named = type_name == "User"
        reach = Reach.DEEP if type_name in {"PenaltyCase", "Clue"} else Reach.EDGES
        yield Probe(ask(schema, "node", on=type_name, reach=reach, id=ids[0]), place, names_agencies=named)
        if len(ids) > 1:
            asked = ask(schema, "nodes", on=type_name, reach=Reach.EDGES, ids=list(ids))
            yield Probe(asked, place, names_agencies=named)
    yield Probe(ask(schema, "penaltyCase", documentNumber=place.number(1), agencyId=agency), place)
    yield Probe(ask(schema, "penaltyCase", documentNumber=place.number(2)), place)
    yield from searches_of(schema, record, place)
    for prefix in (place.number(1)[:4], place.company[:4], place.value[:3]):
        yield Probe(ask(schema, "suggest", prefix=prefix), place)
    yield Probe(ask(schema, "cases", filter={"agencyIds": [agency]}), place)
    # Two of them are of the agency's company, and so of one party.
    for one, other in combinations(record.ids[place]["PenaltyCase"], 2):
        ends: dict[str, Any] = {"from": one, "to": other}
        yield Probe(ask(schema, "linkPath", **ends), place)
    for group_by in GROUPS:
        yield Probe(ask(schema, "statistics", filter={"agencyIds": [agency]}, groupBy=group_by), place)
    yield Probe(ask(schema, "cannotTellCounts", agencyIds=[agency]), place)
    yield Probe(ask(schema, "auditTrail", filter={"accountLogin": f"{place.login}0"}), place)
    yield Probe(ask(schema, "custodies", filter={"agencyIds": [agency]}), place)
    finding = record.ids[place]["Anomaly"][0]
    # Each time something else is decided: what was decided before is refused.
    for mutation in ("confirmAnomaly", "dismissAnomaly"):
        told = {"anomalyId": finding, "reason": place.said(place.finding)}
        yield Probe(ask(schema, mutation, mutation=True, input=told), place)
        # What is said wrongly is refused before anything is looked up.
        yield Probe(ask(schema, mutation, mutation=True, input={**told, "reason": " "}))
    # A revision that was long ago: whoever may decide is told how the case stands, and nothing is decided.
    case = {"caseId": record.ids[place]["PenaltyCase"][0], "reason": place.said(place.finding), "expectedRevision": 1}
    yield Probe(ask(schema, "triageCase", mutation=True, input={**case, "decision": "NO_ACTION"}), place)
    yield Probe(ask(schema, "triageCase", mutation=True, input={**case, "decision": "CLUE"}))
    yield from _clues_of(schema, record, place)
    told = {"measure": record.ids[place]["Measure"][0], "case": record.ids[place]["PenaltyCase"][1], "agency": agency}
    for question, wrong in measure_questions(schema, **told):
        yield Probe(question, None if wrong else place)
    yield from _changes_of_campaigns(schema, record, place)


def _clues_of(schema: GraphQLSchema, record: AccessRecord, place: Place) -> Iterator[Probe]:
    """Every step of a clue, most of which are refused: it is closed, or somebody else's."""
    said = place.said(place.clue)
    opening: dict[str, Any] = {"title": said, "source": "VISIT", "department": "ANTI_CORRUPTION"}
    opening |= {"caseIds": [record.ids[place]["PenaltyCase"][0]]}
    yield Probe(ask(schema, "openClue", mutation=True, reach=Reach.EDGES, input=opening), place)
    clue = {"clueId": record.ids[place]["Clue"][-1]}
    handler = {"handlerId": record.ids[place]["User"][0]}
    steps: dict[str, dict[str, Any]] = {
        "assignClue": handler,
        "acceptClue": handler,
        "acknowledgeClue": {},
        "closeClue": {"result": said},
        "beginClueReview": {},
        "beginClueInvestigation": {},
        "returnClue": {"reason": said},
        "transferClue": {"department": "COMPLAINTS", "reason": said},
        "recordClueStep": {"note": said},
        "extendClue": {"dueOn": "2099-01-01", "reason": said},
        "inviteToClue": {"department": "COMPLAINTS", "work": "JOINT_REVIEW"},
        "giveClueOpinion": {"work": "JOINT_REVIEW", "opinion": said},
    }
    for mutation, wanted in steps.items():
        yield Probe(ask(schema, mutation, mutation=True, input={**clue, **wanted}), place)
    # What is said wrongly is refused before anything is looked up.
    yield Probe(ask(schema, "recordClueStep", mutation=True, input={**clue, "note": " "}))


def _changes_of_campaigns(schema: GraphQLSchema, record: AccessRecord, place: Place) -> Iterator[Probe]:
    if place in HOMES:
        home = record.procuratorates[HOMES[place]]
        for question in changes_of(schema, place, record.ids[place], record.agencies, home):
            yield Probe(question, place)
        for question in mistakes_in(schema):
            yield Probe(question)
        yield Probe(ask(schema, "campaigns", caseId=record.ids[place]["PenaltyCase"][0]), place)
        yield Probe(ask(schema, "activities", filter={"campaignId": record.ids[place]["Campaign"][0]}), place)

    yield from own_cases_of(schema, record, place)


def own_cases_of(schema: GraphQLSchema, record: AccessRecord, place: Place) -> Iterator[Probe]:
    """Every question about what a procuratorate runs itself that reaches an agency."""
    agency = record.agencies[place]
    yield Probe(ask(schema, "dutyCrimeCases", filter={"agencyIds": [agency]}), place)
    yield Probe(ask(schema, "publicInterestCases", filter={"agencyIds": [agency]}), place)
    step = {"step": "NOTED", "on": "2026-02-02", "note": place.said()}
    crime = {"dutyCrimeCaseId": record.ids[place]["DutyCrimeCase"][-1], **step}
    yield Probe(ask(schema, "recordDutyCrimeStep", mutation=True, input=crime), place)
    public = {"publicInterestCaseId": record.ids[place]["PublicInterestCase"][0], **step}
    yield Probe(ask(schema, "recordPublicInterestStep", mutation=True, input=public), place)
    marked = {"recordId": record.ids[place]["PenaltyCase"][0], "summary": place.said()}
    yield Probe(ask(schema, "markTypicalCase", mutation=True, input=marked), place)


def _own_cases(schema: GraphQLSchema, record: AccessRecord) -> Iterator[Probe]:
    """What procuratorates run themselves, by nobody's record; and what is refused before anything is looked up."""
    yield Probe(ask(schema, "countyReports", first=100))
    yield Probe(ask(schema, "countyRanking", year=2026))
    yield Probe(ask(schema, "campaignOfficeDuties", first=100))
    yield Probe(ask(schema, "typicalCases", reach=Reach.EDGES, first=100), mixed=True)
    wrong = {"number": "无", "filedOn": "2026-02-02"}
    crime = {**wrong, "official": "某", "position": "某", "crime": "某", "department": "PREVENTION"}
    public = {**wrong, "title": "某", "domain": "LAND", "agencyId": record.agencies[Place.EAST]}
    report = {"kind": "DATA", "periodEnd": "2026-02-02", "text": " "}
    gone = {"typicalCaseId": record.ids[Place.EAST]["TypicalCase"][0], "reason": " "}
    said: dict[str, dict[str, Any]] = {
        "fileDutyCrimeCase": crime,
        "recordDutyCrimeStep": {"dutyCrimeCaseId": "x", "step": "NOTED", "on": "2026-02-02", "note": "某"},
        "filePublicInterestCase": public,
        "recordPublicInterestStep": {"publicInterestCaseId": "x", "step": "NOTED", "on": "2026-02-02", "note": "某"},
        "recordCountyReport": report,
        "markTypicalCase": {"recordId": "x", "summary": "某"},
        "withdrawTypicalCase": gone,
    }
    for mutation, told in said.items():
        yield Probe(ask(schema, mutation, mutation=True, input=told), names_agencies=True)


def searches_of(schema: GraphQLSchema, record: AccessRecord, place: Place) -> Iterator[Probe]:
    """Every search that reaches an agency's cases, with facets and highlights."""
    for query in (place.word, place.person, f"number:{place.number(1)}"):
        yield Probe(ask(schema, "searchCases", query=query, first=10), place)
    yield Probe(ask(schema, "searchCases", filter={"agencyIds": [record.agencies[place]]}), place)
    yield Probe(ask(schema, "searchCases", query=f"{place.word} -{place.person}", sort="FINE_HIGHEST"), place)


def everybodys_search(schema: GraphQLSchema) -> Probe:
    """A search for whatever there is, with every facet."""
    return Probe(ask(schema, "searchCases", first=100), mixed=True)


def _everybodys(schema: GraphQLSchema) -> Iterator[Probe]:
    """Lists of whatever there is, and counts of it."""
    yield everybodys_search(schema)
    yield Probe(ask(schema, "cases", reach=Reach.DEEP, first=25), mixed=True)
    yield Probe(ask(schema, "statistics", groupBy=["AGENCY"]), mixed=True)
    yield Probe(ask(schema, "cannotTellCounts", first=100), mixed=True)
    yield Probe(ask(schema, "feedRuns", reach=Reach.EDGES, first=50), mixed=True)
    yield Probe(ask(schema, "waitingRecords", first=100), mixed=True)
    yield Probe(ask(schema, "auditAlerts", first=100), mixed=True)
    yield Probe(ask(schema, "clues", reach=Reach.EDGES, first=100), mixed=True)
    yield Probe(ask(schema, "triageQueue", first=100), mixed=True)
    yield Probe(ask(schema, "measures", reach=Reach.EDGES, first=100), mixed=True)
    yield Probe(ask(schema, "campaigns", reach=Reach.EDGES, first=100), mixed=True)
    yield Probe(ask(schema, "activities", reach=Reach.EDGES, first=100), mixed=True)
    yield Probe(ask(schema, "custodies", reach=Reach.EDGES, first=100), mixed=True)


def _nobodys(schema: GraphQLSchema, record: AccessRecord) -> Iterator[Probe]:
    def probe(root: str, /, on: str | None = None, *, names_agencies: bool = False, **arguments: Any) -> Probe:
        return Probe(ask(schema, root, on=on, reach=Reach.EDGES, **arguments), names_agencies=names_agencies)

    yield probe("viewer", names_agencies=True)
    yield probe("agencies", first=1, after=record.first_agency, names_agencies=True)
    yield probe("node", "Agency", id=record.agencies[Place.EAST], names_agencies=True)
    yield probe("nodes", "Agency", ids=list(record.agencies.values()), names_agencies=True)
    yield probe("nodes", "Procuratorate", ids=list(record.procuratorates.values()))
    yield probe("node", "Rule", id=record.rule)
    yield probe("rules")
    yield probe("auditTrail")
    yield probe("node", "Party", id=record.shared_party)
    yield probe("nodes", "Party", ids=[record.shared_party, global_id("Party", 999_999)])
