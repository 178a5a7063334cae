"""What several modules of integration tests search in."""

import secrets
from collections.abc import AsyncIterator

import pytest

from stores.embedded import EmbeddedDatabase
from stores.search.seam import SearchEngine
from tests.integration.search_corpus import Corpus, opened_corpus


@pytest.fixture(scope="module")
async def corpus(
    postgres: EmbeddedDatabase, elasticsearch: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Corpus]:
    """The corpus, loaded once for a module that only reads it."""
    prefix, folder = f"t{secrets.token_hex(6)}", tmp_path_factory.mktemp("feed")
    async with opened_corpus(postgres, elasticsearch, prefix, folder) as opened:
        yield opened


@pytest.fixture(params=["postgresql", "elasticsearch"])
def engine(corpus: Corpus, request: pytest.FixtureRequest) -> SearchEngine:
    """Each of the two engines on the corpus."""
    return corpus.engines[request.param]
