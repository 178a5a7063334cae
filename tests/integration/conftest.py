"""What several modules of integration tests search in, and whom they let ask for what."""

import secrets
from collections.abc import AsyncIterator, Sequence

import pytest

from stores.embedded import EmbeddedDatabase
from stores.search.seam import SearchEngine
from tests.acceptance.access_table import printed_schema
from tests.integration.access_probes import Probe, all_probes
from tests.integration.access_record import AccessRecord, opened_record
from tests.integration.graphql_client import Client, served
from tests.integration.search_corpus import Corpus, opened_corpus
from tests.integration.search_reference import Known, known_cases
from tests.integration.search_shelf import Shelves, opened_shelves


@pytest.fixture(scope="module")
async def corpus(
    postgres: EmbeddedDatabase, elasticsearch: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Corpus]:
    """The corpus, loaded once for a module that only reads it."""
    prefix, folder = f"t{secrets.token_hex(6)}", tmp_path_factory.mktemp("feed")
    async with opened_corpus(postgres, elasticsearch, prefix, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(corpus: Corpus) -> Sequence[Known]:
    """The corpus as a search sees it."""
    return known_cases(corpus)


@pytest.fixture(params=["postgresql", "elasticsearch"])
def engine(corpus: Corpus, request: pytest.FixtureRequest) -> SearchEngine:
    """Each of the two engines on the corpus."""
    return corpus.engines[request.param]


@pytest.fixture(scope="module")
async def shelves(postgres: EmbeddedDatabase, elasticsearch: str) -> AsyncIterator[Shelves]:
    """An empty record and an empty index for a module that changes cases of one agency at a time."""
    async with opened_shelves(postgres, elasticsearch, f"t{secrets.token_hex(6)}") as opened:
        yield opened


@pytest.fixture(scope="module", params=["postgresql", "elasticsearch"])
async def searching_client(corpus: Corpus, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A client of an API that searches the corpus with each of the two engines."""
    async with served(corpus.database, corpus.index if request.param == "elasticsearch" else None) as opened:
        yield opened


@pytest.fixture(scope="module")
async def access_record(
    postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AccessRecord]:
    """The record of which everybody may see another part, made anew for each module: whoever asks may decide, too."""
    async with opened_record(postgres, tmp_path_factory.mktemp("feed")) as opened:
        yield opened


@pytest.fixture(scope="module")
async def access_client(access_record: AccessRecord) -> AsyncIterator[Client]:
    """A client of an API on this record that answers nobody without a token."""
    async with served(access_record.database, open_locally=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def access_probes(access_record: AccessRecord) -> Sequence[Probe]:
    """Every question of this record."""
    return all_probes(printed_schema(), access_record)
