"""No question whatsoever is answered otherwise because of what whoever asks may not see, by either engine.

All questions are asked three times: before anything was found in the west's cases, before the east has any case, and
then. Whoever may not see what came meanwhile is told the same to the last byte.
"""

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, build_schema
from pydantic import SecretStr

from api.graphql_schema import sdl
from api.ids import global_id
from indexer.relay import Relay
from schema.access_records import EVERYTHING
from stores.elastic import CaseIndex
from stores.embedded import EmbeddedDatabase
from stores.keys import parse_key_ring
from stores.postgres import Database
from stores.settings import Settings
from tests.conftest import SEARCH_PATIENCE_SECONDS, TEST_KEY, cloned_database
from tests.integration.attack_city import (
    EASTERN,
    EASTERN_CODE,
    EASTERN_PARTY,
    EASTERN_PERSON,
    NAMELESS,
    SHARED_CODE,
    SHARED_NUMBER,
    WESTERN,
    WESTERN_PERSON,
    AttackedCity,
    attacked_city,
    eastern_cases,
    fill,
    find_faults,
    load_cases,
    western_cases,
)
from tests.integration.search_corpus import now

VIEWERS: Final = ("west.chief", "west.campaign.office", "west.clerk", "west.auditor")
FACETS: Final = " ".join(
    f"{name} {{ value label count }}"
    for name in ("domains", "agencies", "regions", "years", "anomalies", "rules", "certainties")
)
PAGE: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
SEARCHED: Final = (
    f"totalCount degraded interpretedAs {PAGE} facets {{ {FACETS} }}"
    " edges { cursor score highlights { field fragments } node { id party { cases { totalCount } } } }"
)
LISTED: Final = f"totalCount {PAGE} edges {{ cursor node {{ id }} }}"

SDL: Final = build_schema(sdl())
QUERIES: Final = (
    *("危险废物", "非法倾倒 危险废物", SHARED_NUMBER, EASTERN_PARTY, EASTERN_PERSON, "东方秘密", "东环罚", "欧阳"),
    *("-危险废物", "party:东方", "秘密 OR 占道", "number:联环罚", "agency:生态环境局", "facts:河道", "-占道"),
)
PREFIXES: Final = ("东", "东方", "东环罚", "联环罚", "联", "欧阳", "试验甲", "西", EASTERN[:3], EASTERN_PERSON)


def enum_values(name: str) -> list[str]:
    found = SDL.type_map[name]
    assert isinstance(found, GraphQLEnumType)
    return list(found.values)


SORTS: Final = enum_values("CaseSort")
KEYS: Final = enum_values("StatisticsKey")


def filters(agencies: Mapping[str, int]) -> dict[str, list[Any]]:
    """What is asked of each field of a filter: all of it would tell of the east's cases."""
    east, west = global_id("Agency", agencies[EASTERN]), global_id("Agency", agencies[WESTERN])
    return {
        "domains": [["ENVIRONMENT"]],
        "agencyIds": [[east], [east, west]],
        "regions": [["411323"], ["411300"]],
        "decidedFrom": ["2024-03-02"],
        "decidedTo": ["2024-03-02"],
        "fineMin": ["150000"],
        "fineMax": ["250000"],
        "partyUscc": [EASTERN_CODE, SHARED_CODE],
        "anomalies": [["LATE_TRANSFER"], ["SLOW_ACTION", "NOT_FILED"]],
        "certainty": ["POSSIBLE"],
        "rules": [["service.late"], ["transfer.late", "filing.no-decision"]],
        "hasClue": [True, False],
        "hasMeasure": [True, False],
    }


def test_every_field_of_a_filter_is_asked_for() -> None:
    found = SDL.type_map["CaseFilter"]
    assert isinstance(found, GraphQLInputObjectType)
    assert set(filters({EASTERN: 1, WESTERN: 2})) == set(found.fields)


def questions(agencies: Mapping[str, int], *, searches_only: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Questions with their names and variables."""
    wanted: list[tuple[str, Any]] = [("everything", {})]
    wanted += [(f"{name} {value}", {name: value}) for name, values in filters(agencies).items() for value in values]
    for place, (name, filter_) in enumerate(wanted):
        # Each order of everything, and of each filter one.
        for sort in SORTS if not filter_ else [SORTS[place % len(SORTS)]]:
            search = f"s: searchCases(filter: $f, sort: {sort}) {{ {SEARCHED} }}"
            cases = f"c: cases(filter: $f, sort: {sort}, first: 2) {{ {LISTED} }}"
            yield (
                f"{name} by {sort}",
                f"query($f: CaseFilter) {{ {search} {'' if searches_only else cases} }}",
                {"f": filter_},
            )
        if not searches_only:
            rows = " ".join(
                f"{key}: statistics(filter: $f, groupBy: [{key}]) {{ keys {{ value label }} cases fines }}"
                for key in KEYS
            )
            whole = "whole: statistics(filter: $f, groupBy: []) { cases fines confiscations }"
            yield f"statistics of {name}", f"query($f: CaseFilter) {{ {whole} {rows} }}", {"f": filter_}
    for query in QUERIES:
        yield query, f"query($q: String) {{ searchCases(query: $q) {{ {SEARCHED} }} }}", {"q": query}
    if searches_only:
        return
    for prefix in PREFIXES:
        yield f"suggest {prefix}", "query($p: String!) { suggest(prefix: $p) { text kind node { id } } }", {"p": prefix}
    yield "waiting", f"{{ waitingRecords {{ totalCount {PAGE} nodes {{ documentNumber }} }} }}", {}
    yield "cannot tell", f"{{ cannotTellCounts {{ totalCount {PAGE} nodes {{ field cases }} }} }}", {}
    yield "runs", f"{{ feedRuns {{ totalCount {PAGE} nodes {{ id file rows }} }} }}", {}
    yield "alerts", "{ auditAlerts { kind accountLogin } }", {}


@dataclass
class Answers:
    """What everybody was told, by viewer and question, at the three times."""

    city: AttackedCity
    before_findings: dict[tuple[str, str], bytes]
    before_the_east: dict[tuple[str, str], bytes]
    at_last: dict[tuple[str, str], bytes]
    of_the_city: dict[tuple[str, str], bytes]


async def answered(
    city: AttackedCity, viewers: tuple[str, ...], *, searches_only: bool
) -> dict[tuple[str, str], bytes]:
    return {
        (viewer, name): await city.told(viewer, document, **variables)
        for viewer in viewers
        for name, document, variables in questions(city.agencies, searches_only=searches_only)
    }


@pytest.fixture(scope="module", params=["postgresql", "elasticsearch"])
async def answers(
    postgres: EmbeddedDatabase, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Answers]:
    searches_only, index = request.param == "elasticsearch", None
    if searches_only:
        index = CaseIndex(
            Settings(
                elasticsearch_url=SecretStr(request.getfixturevalue("elasticsearch")),
                elasticsearch_prefix=f"t{secrets.token_hex(6)}",
                search_patience_seconds=SEARCH_PATIENCE_SECONDS,
            )
        )
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)

        async def synced() -> None:
            if index is not None:
                assert (await Relay(database, index, now).drain()).pending == 0
                await index.refresh()

        folder = tmp_path_factory.mktemp("feed")
        async with attacked_city(database, parse_key_ring(TEST_KEY), folder, index=index) as city:
            await load_cases(city.feed, WESTERN, western_cases())
            await synced()
            before_findings = await answered(city, ("west.clerk",), searches_only=searches_only)
            await find_faults(city.feed, WESTERN)
            await synced()
            before_the_east = await answered(city, VIEWERS, searches_only=searches_only)
            of_the_city = await answered(city, ("city.chief",), searches_only=searches_only)
            await fill(city.feed, EASTERN, eastern_cases())
            await synced()
            at_last = await answered(city, (*VIEWERS, "city.chief"), searches_only=searches_only)
            yield Answers(city, before_findings, before_the_east, at_last, of_the_city)
        if index is not None:
            for name in await index.our_indices():
                await index.drop(name)
            await index.close()
        await database.close()


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_cases_that_one_may_not_see_change_no_answer(answers: Answers, viewer: str) -> None:
    before = {name: told for (who, name), told in answers.before_the_east.items() if who == viewer}
    after = {name: told for (who, name), told in answers.at_last.items() if who == viewer}
    changed = {name: (told, after[name]) for name, told in before.items() if after[name] != told}
    assert changed == {}


async def test_findings_that_one_may_not_see_change_no_answer(answers: Answers) -> None:
    changed = {key: told for key, told in answers.before_findings.items() if answers.before_the_east[key] != told}
    assert changed == {}


async def test_the_tests_above_would_notice(answers: Answers) -> None:
    kept = {name for (_, name), told in answers.of_the_city.items() if answers.at_last["city.chief", name] == told}
    # Nobody is suggested to anybody, and every case of the east says what this one excludes.
    assert {name for name in kept if not name.startswith("suggest")} <= {"-危险废物", "alerts"}
    assert not any(b'"degraded":true' in told for told in answers.at_last.values())


NONSENSE: Final = {"赵小满": "钱一二", "赵小": "钱一", "小满": "一二", "满": "玖"}


@pytest.mark.parametrize("viewer", NAMELESS)
@pytest.mark.parametrize("written", ["{}", '"{}"', "party:{}", "facts:{}", "number:{}", "危险废物 {}", "危险废物 -{}"])
async def test_who_may_not_see_names_is_answered_as_if_nobody_had_this_one(
    answers: Answers, viewer: str, written: str
) -> None:
    document = f"query($q: String) {{ searchCases(query: $q) {{ {SEARCHED} }} }}"
    for name, nonsense in NONSENSE.items():
        asked = await answers.city.told(viewer, document, q=written.format(name))
        blind = await answers.city.told(viewer, document, q=written.format(nonsense))
        interpreted = [orjson.loads(told[4:])["data"]["searchCases"].pop("interpretedAs") for told in (asked, blind)]
        assert interpreted[0].replace(name, nonsense) == interpreted[1]
        shown = [orjson.loads(told[4:])["data"]["searchCases"] for told in (asked, blind)]
        for each in shown:
            each.pop("interpretedAs")
        assert shown[0] == shown[1], name


async def test_who_may_see_names_finds_by_them(answers: Answers) -> None:
    document = "query($q: String) { searchCases(query: $q) { totalCount } }"
    for name in NONSENSE:
        assert (await answers.city.ask("west.case.officer", document, q=name))["searchCases"]["totalCount"] == 1


def texts_of(value: Any) -> Iterator[str]:
    """All texts of an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_of(each)


@pytest.mark.parametrize("viewer", NAMELESS)
async def test_who_may_not_see_names_is_shown_none_anywhere(answers: Answers, viewer: str) -> None:
    document = """{
      cases(first: 100) { nodes {
        documentNumber filingNumber title facts legalBasis penaltyContent violationType party { name }
        anomalies { explanation evidence { value quote } } timeline { title actor }
        history(first: 20) { nodes { before after } }
      } }
      searchCases(query: "危险废物", first: 100) { edges { highlights { fragments } node { documentNumber title } } }
    }"""
    found = await answers.city.ask(viewer, document)
    assert found["cases"]["nodes"]
    assert found["searchCases"]["edges"]
    assert [text for text in texts_of(found) if WESTERN_PERSON[1:] in text] == []
    for prefix in (WESTERN_PERSON, WESTERN_PERSON[0], f"西环罚〔{WESTERN_PERSON[0]}", f"西环罚〔{WESTERN_PERSON}"):
        found = await answers.city.ask(viewer, "query($p: String!) { suggest(prefix: $p) { text } }", p=prefix)
        assert not [each for each in found["suggest"] if WESTERN_PERSON[1:] in each["text"]]
