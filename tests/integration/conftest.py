"""What several modules of integration tests search in."""

import secrets
from collections.abc import AsyncIterator, Sequence

import pytest

from stores.embedded import EmbeddedDatabase
from stores.search.seam import SearchEngine
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
