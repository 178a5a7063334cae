"""A record of which everybody may see another part: two counties under a city, with an agency each, and one of nobody.

Each agency has a record of every kind, whose texts hold a word that no other agency's hold: whoever reads it somewhere
in an answer has been told of that agency.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import text

from api.ids import global_id, parse_global_id
from indexer.loading import LoadOptions, load_feed
from schema.access_records import EVERYTHING
from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from schema.follow_up_tables import FOLLOW_UPS
from schema.vocabularies import FeedKind
from stores.audit_alerts import watch
from stores.audit_trail import write_entries
from stores.embedded import EmbeddedDatabase
from stores.errors import UnreadableFeedError
from stores.keys import parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, TestDatabase, cloned_database, dsn
from tests.integration.access_campaigns import add_campaigns
from tests.integration.access_measures import issue_measures
from tests.integration.access_own_cases import add_own_cases
from tests.integration.access_viewers import CITY, EAST, WEST, Place, Viewer, added_others, entered
from tests.integration.feeding import PERSON_NUMBER, Feed, Fields, agency, organisation, person, procuratorate
from tests.integration.follow_up_feeding import FULL
from tests.integration.graphql_client import Client, served
from tests.integration.judging_cases import Judge
from tests.integration.search_corpus import now
from tests.integration.test_graphql_timeline import DATED_CASE

SHARED_PARTY: Final = "共有贸易有限公司"
SHARED_CODE: Final = "91411300MA40AAA10R"


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """The record, and the ids of what each agency has in it."""

    urls: TestDatabase
    database: Database
    ids: Mapping[Place, Mapping[str, Sequence[str]]]
    """By type, global ids."""
    agencies: Mapping[Place, str]
    viewers: Mapping[str, Viewer]
    procuratorates: Mapping[str, str]
    shared_party: str
    rule: str
    first_agency: str
    """The cursor of the first of all agencies."""

    def all_ids(self, place: Place) -> frozenset[str]:
        """The ids of all that an agency has."""
        return frozenset(each for several in self.ids[place].values() for each in several)


def _case(place: Place, ordinal: int, **fields: Any) -> Fields:
    return {"kind": "penalty_case", "agency": place.value, "documentNumber": place.number(ordinal), **fields}


def _told(place: Place, *, word: str = "") -> Fields:
    """What the texts of a case say."""
    said = place.said()
    return {
        "title": f"{said}案",
        "violationType": f"倾倒危险废物（{said}）",
        "facts": f"{word}{said}。危险废物由{place.person}倾倒，合计3.5吨。",
        "legalBasis": f"《中华人民共和国固体废物污染环境防治法》（{said}）",
        "penaltyContent": f"对{said}罚款50000元",
        "filingNumber": f"{place.word}立〔2023〕3号",
    }


_TEXTS: Final = (
    *("refusalReason", "toOrgan", "suspectedCrime", "returnReason", "organ", "reasonsGiven"),
    *("court", "rulingReason", "enforcedBy", "reply", "outcome"),
)
"""Of what follows cases, the fields that are texts; a remedy has none, its outcome is one of few words."""


def _follow_up(place: Place, kind: FeedKind, ordinal: int) -> Fields:
    word = place.criminal if kind is FeedKind.CRIMINAL_CASE else place.word
    said = place.said(word)
    texts = () if kind is FeedKind.RECONSIDERATION else _TEXTS
    fields: Fields = {name: said if name in texts else value for name, value in FULL[kind].items()}
    for name in ("caseNumber", "number"):
        if name in fields:
            fields[name] = f"{word}〔2024〕{ordinal}号"
    for name in ("activity", "actions"):
        if name in fields:
            fields[name] = [{**act, "what": said, "by": said} for act in fields[name]]
    return {"kind": kind.value, "agency": place.value, "documentNumber": place.number(ordinal), **fields}


def _rows(place: Place, *, later: bool) -> list[Fields | str]:
    dated: Fields = {**DATED_CASE, "domain": "ENVIRONMENT", "penaltyKinds": ["FINE"]}
    dated |= {"decidedOn": "2023-12-20", "servedOn": "2024-02-22"}
    whom = person(place.person, PERSON_NUMBER if place is Place.EAST else None)
    first = _case(place, 1, **{**dated, **_told(place, word="后来" if later else "起初"), "party": whom})
    company = organisation(place.company, place.company_code, legalRepresentative=place.person)
    second = _case(place, 2, **{**_told(place), "party": company, "decidedOn": "2024-03-01", "fine": "70000"})
    everybodys = organisation(SHARED_PARTY, SHARED_CODE)
    shared = _case(place, 3, party=everybodys, facts=f"{place.word}，无人在场", decidedOn="2024-03-02")
    waiting = _follow_up(place, FeedKind.TRANSFER, 9)
    # Known by no number, for the placeholder is none: a warning. And a decision on no day: rejected.
    placeholder = _case(place, 4, party=company, facts=place.said(), decidedOn="2024-04-01") | {"documentNumber": "无"}
    rejected = _case(place, 5, party=company, decidedOn=f"{place.run}日")
    follow_ups = (_follow_up(place, kind, 1) for kind in FOLLOW_UPS)
    return [first, "", second, shared, placeholder, *follow_ups, waiting, rejected]


async def _load(feed: Feed, place: Place) -> None:
    for later in (False, True):
        path = feed.write(*_rows(place, later=later), name=f"{place.run}{'二' if later else '一'}.jsonl")
        report = await feed.load(path, agency=place.value, register=False)
        found = report.accounts
        assert (found.rejected, found.warnings) == (1, 1), report.as_json()
    bad = feed.folder / f"{place.run}坏.csv"
    bad.write_bytes(b"\x00\x01\x02")
    try:
        await load_feed(feed.database, feed.keys, bad, options=LoadOptions(agency=place.value), clock=feed.clock)
    except UnreadableFeedError:
        return
    raise AssertionError("a file that nobody can read was read")


_TRIAGE: Final = """
INSERT INTO triage (case_id, decision, reason, decided_by, decided_at, department)
SELECT c.id, 'WATCH', :said, a.id, :now, 'ANTI_CORRUPTION'
  FROM penalty_case c, account a
 WHERE c.document_number = :number AND 'LOCAL_ADMINISTRATOR' = ANY (a.roles)
"""
_AWAIT: Final = """
INSERT INTO triage_queue (case_id, agency_id, department, certainty, due_on)
SELECT id, agency_id, 'ANTI_CORRUPTION', 'CERTAIN', '2024-01-01' FROM penalty_case
"""

_MARK_FINDINGS: Final = """
UPDATE {table} t
   SET explanation = t.explanation || %(said)s,
       law = jsonb_set(t.law, '{{0,effective_until}}', '"2099-12-31"'),
       evidence = t.evidence || jsonb_build_array(jsonb_build_object(
         'field', 'facts', 'value', %(said)s, 'quote', %(said)s, 'position', 5))
  FROM anomaly a JOIN penalty_case c ON c.id = a.case_id JOIN agency g ON g.id = c.agency_id
 WHERE {joined} AND g.name = %(agency)s AND c.document_number = %(number)s AND jsonb_array_length(t.law) > 0
"""


def _mark_findings(urls: TestDatabase) -> None:
    """Let the texts of findings name their agency and person, as only a superuser can."""
    with psycopg.connect(dsn(urls.superuser)) as connection:
        for table, joined in (("anomaly", "t.id = a.id"), ("anomaly_event", "t.anomaly_id = a.id")):
            statement = _MARK_FINDINGS.format(table=table, joined=joined)
            for place in Place:
                said = {
                    "said": place.said(place.finding),
                    "agency": place.value,
                    "number": place.number(1),
                }
                assert connection.execute(statement.encode(), said).rowcount > 0


async def _ids(feed: Feed) -> dict[Place, dict[str, list[str]]]:
    of_case = "JOIN penalty_case c ON c.id = t.case_id JOIN agency g ON g.id = c.agency_id"
    direct = "JOIN agency g ON g.id = t.agency_id"
    tables = {
        "PenaltyCase": f"penalty_case t {direct}",
        "Anomaly": f"anomaly t {of_case}",
        "FeedRun": f"feed_run t {direct}",
        "Transfer": f"transfer t {direct}",
        "CriminalCase": f"criminal_case t {direct}",
        "EnforcementCase": f"enforcement t {direct}",
        "Reconsideration": f"reconsideration t {direct}",
        "CoerciveMeasure": f"coercive_measure t {direct}",
        "ProcuratorialMeasure": f"procuratorial_measure t {direct}",
        "Party": "party t JOIN penalty_case c ON c.party_id = t.id JOIN agency g ON g.id = c.agency_id",
    }
    found: dict[Place, dict[str, list[str]]] = {}
    for place in Place:
        found[place] = {}
        for type_name, joined in tables.items():
            unless = "AND t.name <> :shared" if type_name == "Party" else "AND :shared <> ''"
            order = "t.case_id, t.id" if type_name == "Anomaly" else "t.id"
            rows = await feed.rows(
                f"SELECT t.id FROM {joined} WHERE g.name = :agency {unless} GROUP BY t.id ORDER BY {order}",  # noqa: S608  of the names above
                agency=place.value,
                shared=SHARED_PARTY,
            )
            assert rows, (place, type_name)
            found[place][type_name] = [global_id(type_name, row["id"]) for row in rows]
    return found


_AGENCIES: Final = "SELECT id, name FROM agency"
_FIRST: Final = "query($id: ID!) { node(id: $id) { ... on PenaltyCase { title anomalies { id } } } }"
_CONFIRM: Final = """mutation($input: ConfirmAnomalyInput!) {
  confirmAnomaly(input: $input) { anomaly { status } userErrors { code } } }"""
_SEARCH: Final = "{ searchCases { totalCount edges { node { id } } } }"


async def _decide_and_look(client: Client, ids: Mapping[Place, Mapping[str, Sequence[str]]]) -> None:
    """Somebody on this machine decides of a finding of each agency, and looks at cases of somebody who is watched."""
    for place in Place:
        found = await client.ask(_FIRST, id=ids[place]["PenaltyCase"][0])
        decided = {"anomalyId": found["node"]["anomalies"][0]["id"], "reason": place.said(place.finding)}
        done = (await client.ask(_CONFIRM, input=decided))["confirmAnomaly"]
        assert done == {"anomaly": {"status": "CONFIRMED"}, "userErrors": []}
    await client.ask(_SEARCH)


async def _view_many(database: Database, place: Place, account_id: int, case_id: int) -> None:
    """Somebody of a place views a case of somebody who is watched, and many more than anybody views in little time."""
    caller = Caller(login=f"{place.login}0", account_id=account_id, session_id=None, address="10.0.0.9", purpose="核查")
    deed = Deed(
        action=AuditAction.VIEW,
        operation="nodes",
        detail={"first": 1},
        case_ids=(case_id, *range(10**9, 10**9 + 250)),
        result_count=1,
        index_version="record",
    )
    async with database.begin() as connection:
        await write_entries(connection, caller, [deed])


_CLUE: Final = """mutation($input: %sInput!) {
  %s(input: $input) { clue { id } userErrors { message } } }"""


async def _lead_clues(client: Client, case_id: str, place: Place, local_id: str) -> list[str]:
    """Somebody on this machine leads a clue about a case through its whole life; another one lies still."""

    async def step(mutation: str, **wanted: Any) -> str:
        name = mutation[0].upper() + mutation[1:]
        done = (await client.ask(_CLUE % (name, mutation), input=wanted))[mutation]
        assert done["userErrors"] == [], done
        return str(done["clue"]["id"])

    said = place.said(place.clue)
    opening = {"title": said, "text": said, "source": "FINDING", "department": "ANTI_CORRUPTION", "caseIds": [case_id]}
    first = await step("openClue", **opening)
    await step("inviteToClue", clueId=first, department="COMPLAINTS", work="JOINT_REVIEW")
    await step("giveClueOpinion", clueId=first, work="JOINT_REVIEW", opinion=said)
    await step("transferClue", clueId=first, department="COMPLAINTS", reason=said)
    await step("acceptClue", clueId=first, handlerId=local_id)
    await step("closeClue", clueId=first, result=said)
    return [await step("openClue", **opening), first]


@asynccontextmanager
async def opened_record(postgres: EmbeddedDatabase, folder: Path) -> AsyncIterator[AccessRecord]:
    """The record in a database of a module's own."""
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        try:
            yield await _filled(urls, database, folder)
        finally:
            await database.close()


async def _filled(urls: TestDatabase, database: Database, folder: Path) -> AccessRecord:
    feed = Feed(database, parse_key_ring(TEST_KEY), now, folder)
    homes = {Place.EAST: EAST, Place.WEST: WEST, Place.NOBODY: None}
    register = [procuratorate(CITY), procuratorate(EAST, parent=CITY), procuratorate(WEST, parent=CITY)]
    register += [
        agency(
            place.value,
            aliases=[f"{place.value[:2]}环保局"],
            uscc=place.agency_code,
            domains=["ENVIRONMENT"],
            region="411321",
            networkedOn="2020-01-01",
            procuratorate=home,
        )
        for place, home in homes.items()
    ]
    report = await feed(*register, name="register.jsonl")
    assert report.accounts.rejected == 0, report.as_json()
    for place in Place:
        await _load(feed, place)
    await Judge(feed, now)("2024-12-01")
    _mark_findings(urls)
    for place in Place:
        await feed.run(_TRIAGE, said=place.said(place.finding), number=place.number(1), now=now())
    await feed.run(_AWAIT)
    ids = await _ids(feed)
    async with database.begin() as connection:
        for place in Place:
            party = f"SELECT party_id FROM penalty_case WHERE document_number = '{place.number(1)}'"  # noqa: S608  our own number
            party_id = await connection.scalar(text(party))
            await watch(connection, name=None, party_id=party_id, reason=f"{place.word}线索", set_by="wang")
    async with served(database) as client:
        await _decide_and_look(client, ids)
        [local] = await feed.rows("SELECT id FROM account WHERE roles = '{LOCAL_ADMINISTRATOR}'")
        for place in Place:
            case_id = ids[place]["PenaltyCase"][0]
            ids[place]["Clue"] = await _lead_clues(client, case_id, place, global_id("User", local["id"]))
        found = await client.ask("{ agencies { edges { cursor } } rules { id } }")
        agencies = {Place(row["name"]): global_id("Agency", row["id"]) for row in await feed.rows(_AGENCIES)}
        cases = {place: parse_global_id(ids[place]["PenaltyCase"][0])[1] for place in Place}
        clues = {place: ids[place]["Clue"][0] for place in Place}
        made = await issue_measures(client, cases, clues, agencies, f"{now():%Y-%m-%d}")
        for place, measure in made.items():
            ids[place]["Measure"] = [measure]
    for place, others in (await added_others(feed)).items():
        ids[place]["User"] = [global_id("User", account_id) for account_id in others]
        [case_officer, *_] = others
        # It lies still, with somebody who belongs where it is handled.
        await feed.run(
            "UPDATE clue SET last_step_at = last_step_at - interval '20 days', handler_id = :handler WHERE id = :id",
            handler=case_officer,
            id=parse_global_id(ids[place]["Clue"][0])[1],
        )
        await _view_many(database, place, case_officer, parse_global_id(ids[place]["PenaltyCase"][0])[1])
    async with served(database) as client:
        await add_campaigns(feed, client, agencies, ids)
    for place, of_types in (await add_own_cases(feed)).items():
        ids[place] |= {name: [global_id(name, each) for each in several] for name, several in of_types.items()}
    places = await feed.rows("SELECT id, name FROM procuratorate")
    [shared] = await feed.rows("SELECT id FROM party WHERE name = :name", name=SHARED_PARTY)
    return AccessRecord(
        urls,
        database,
        ids,
        agencies,
        await entered(feed),
        {row["name"]: global_id("Procuratorate", row["id"]) for row in places},
        global_id("Party", shared["id"]),
        found["rules"][0]["id"],
        found["agencies"]["edges"][0]["cursor"],
    )
