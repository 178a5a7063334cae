"""Which index answers searches, by name, for the audit trail."""

from typing import Final

import anyio

from schema.vocabularies import SearchEngineName
from stores.elastic import CaseIndex
from stores.errors import JianduError
from stores.migrating import newest_revision

_LOOKS_EVERY_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 0.5


class IndexVersions:
    """Names what answered: `postgresql@<revision>`, or `elasticsearch@<index>`.

    A process makes one of it. The index behind the alias is looked up every few seconds at most, so that for as long
    after a rebuild the one before may be named; where Elasticsearch does not tell, the alias is.
    """

    def __init__(self, index: CaseIndex | None) -> None:
        """Nothing is looked up yet."""
        self.record: Final = f"{SearchEngineName.POSTGRESQL.value.lower()}@{newest_revision()}"
        self._index = index
        self._name: str | None = None
        self._looked_at = 0.0

    async def of(self, engine: SearchEngineName) -> str:
        """What answers for an engine."""
        if engine is SearchEngineName.POSTGRESQL or self._index is None:
            return self.record
        if self._name is None or anyio.current_time() - self._looked_at > _LOOKS_EVERY_SECONDS:
            self._name = await self._look(self._index)
            self._looked_at = anyio.current_time()
        return f"{engine.value.lower()}@{self._name}"

    async def _look(self, index: CaseIndex) -> str:
        found: str | None = None
        try:
            with anyio.move_on_after(_PATIENCE_SECONDS):
                found = await index.current_index()
        except JianduError:
            found = None
        return found or self._name or index.names.cases
