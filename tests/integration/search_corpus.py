"""The corpus of search_cases.py loaded and indexed, and requests to search it with."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from api.masking import names_to_cover
from indexer.loading import LoadOptions, load_feed
from indexer.relay import Relay
from schema.access_records import EVERYTHING, Scope
from schema.tables import agency, penalty_case, procuratorate
from schema.vocabularies import CaseSort
from stores.elastic import CaseIndex
from stores.embedded import EmbeddedDatabase
from stores.keys import parse_key_ring
from stores.postgres import Database
from stores.rows import cases_by_id
from stores.search.elastic_engine import ElasticEngine
from stores.search.parser import parse_query
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import CaseFilter, SearchAnswer, SearchEngine, SearchRequest, effective_sort
from stores.settings import Settings
from tests.conftest import CHINA, SEARCH_PATIENCE_SECONDS, TEST_KEY, TestDatabase, cloned_database
from tests.integration.anomaly_rows import write_findings
from tests.integration.search_cases import AGENCIES, CASES, PROCURATORATES, write_feed
from tests.integration.search_findings import FINDINGS
from tests.integration.search_supervision import LEADING, PREVENTION, write_supervision

SCOPES = (
    "everything",
    "everything but findings",
    "everything but names",
    "the county without names",
    "nothing",
    "the county",
    "the city",
    "the city without what is unassigned",
    "what is unassigned",
    "a clerk",
    "the clerk of an agency that nobody supervises",
)
"""The names of `Corpus.scopes`."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The corpus loaded and indexed: both engines, and what the rows' ids stand for."""

    urls: TestDatabase
    database: Database
    settings: Settings
    index: CaseIndex
    engines: Mapping[str, SearchEngine]
    labels: Mapping[int, str]
    agencies: Mapping[str, int]
    procuratorates: Mapping[str, int]
    names: Mapping[str, Sequence[str]]
    """Of each case, by its label, the names to cover in its texts."""

    def scopes(self) -> Mapping[str, Scope]:
        """A scope of each shape; of those who may know of findings and of those who may not."""
        city, county = (self.procuratorates[f"试验{place}人民检察院"] for place in "市县")
        return {
            "everything": EVERYTHING,
            "everything but findings": replace(EVERYTHING, findings=False),
            "everything but names": replace(EVERYTHING, names=False),
            "the county without names": Scope(procuratorate_ids=(county,)),
            "nothing": Scope(names=True),
            "the county": Scope(
                procuratorate_ids=(county,), findings=True, names=True, departments=(PREVENTION,), measures=True
            ),
            "the city": Scope(
                procuratorate_ids=(city, county),
                unassigned=True,
                findings=True,
                names=True,
                departments=(LEADING, PREVENTION),
                measures=True,
            ),
            "the city without what is unassigned": Scope(
                procuratorate_ids=(city, county), names=True, departments=(LEADING,)
            ),
            "what is unassigned": Scope(
                unassigned=True, findings=True, names=True, departments=(PREVENTION,), measures=True
            ),
            "a clerk": Scope(agency_id=self.agencies["W"], names=True, measures=True),
            "the clerk of an agency that nobody supervises": Scope(agency_id=self.agencies["P"], names=True),
        }

    @property
    def ids(self) -> Mapping[str, int]:
        """Each case's id by its label."""
        return {label: case_id for case_id, label in self.labels.items()}

    def found(self, answer: SearchAnswer) -> list[str]:
        """The labels of the hits, in their order."""
        return [self.labels[position.case_id] for position in answer.positions]

    def filter(self, **fields: Any) -> CaseFilter:
        """A filter; agencies are named by their letters."""
        agencies = tuple(self.agencies[letter] for letter in fields.pop("agencies", ""))
        return CaseFilter(agency_ids=agencies, **fields)


def now() -> datetime:
    return datetime.now(CHINA)


async def load(database: Database, path: Path) -> int:
    """Load a feed; answers how many rows were inserted."""
    report = await load_feed(database, parse_key_ring(TEST_KEY), path, options=LoadOptions(), clock=now)
    assert report.accounts.rows == report.accounts.inserted, report.as_json()
    return report.accounts.inserted


@asynccontextmanager
async def opened_corpus(
    postgres: EmbeddedDatabase, elasticsearch: str, prefix: str, folder: Path
) -> AsyncIterator[Corpus]:
    """A database and an index of a whole module's own, filled with the corpus once."""
    settings = Settings(
        elasticsearch_url=SecretStr(elasticsearch),
        elasticsearch_prefix=prefix,
        search_patience_seconds=SEARCH_PATIENCE_SECONDS,
    )
    with cloned_database(postgres) as urls:
        database, index = Database.at(urls.application, scope=EVERYTHING), CaseIndex(settings)
        try:
            assert await load(database, write_feed(folder)) == len(PROCURATORATES) + len(AGENCIES) + len(CASES)
            labels = await _labels(database)
            await write_findings(database, {case_id: FINDINGS.get(label, ()) for case_id, label in labels.items()})
            agencies, procuratorates = await _agency_ids(database), await _procuratorate_ids(database)
            cases = {label: case_id for case_id, label in labels.items()}
            await write_supervision(database, cases, agencies, procuratorates)
            assert (await Relay(database, index, now).drain()).pending == 0
            yield Corpus(
                urls,
                database,
                settings,
                index,
                {"postgresql": PostgresEngine(database), "elasticsearch": ElasticEngine(index)},
                labels,
                agencies,
                procuratorates,
                {labels[case_id]: names for case_id, names in (await _names(database)).items()},
            )
        finally:
            for name in await index.our_indices():
                await index.drop(name)
            await index.close()
            await database.close()


async def _labels(database: Database) -> Mapping[int, str]:
    label_of = {fields.get("facts"): label for label, fields in CASES.items()}
    assert len(label_of) == len(CASES)
    async with database.begin() as connection:
        rows = await connection.execute(select(penalty_case.c.id, penalty_case.c.facts))
        return {row.id: label_of[row.facts] for row in rows}


async def _agency_ids(database: Database) -> Mapping[str, int]:
    async with database.begin() as connection:
        ids = {row.name: row.id for row in await connection.execute(select(agency.c.name, agency.c.id))}
    return {letter: ids[fields["name"]] for letter, fields in AGENCIES.items()}


async def _procuratorate_ids(database: Database) -> Mapping[str, int]:
    async with database.begin() as connection:
        rows = await connection.execute(select(procuratorate.c.name, procuratorate.c.id))
        return {row.name: row.id for row in rows}


async def _names(database: Database) -> Mapping[int, Sequence[str]]:
    async with database.begin() as connection:
        return {
            case_id: names_to_cover(case)
            for case_id, case in (
                await cases_by_id(connection, [row.id for row in await connection.execute(select(penalty_case.c.id))])
            ).items()
        }


def asked(text: str | None = None, **fields: Any) -> SearchRequest:
    """A request for every hit and their count, unless the fields say otherwise."""
    query = parse_query(text)
    sort = effective_sort(fields.pop("sort", CaseSort.RELEVANCE), query)
    given = {
        "scope": EVERYTHING,
        "filter": CaseFilter(),
        "first": 100,
        "after": None,
        "count": True,
        "facets": frozenset(),
        **fields,
    }
    return SearchRequest(query=query, sort=sort, **given)
