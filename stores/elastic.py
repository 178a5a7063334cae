"""The one way to Elasticsearch: the index of cases, its aliases, bulk writes, and the client's errors in our words."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elastic_transport import AiohttpHttpNode, ConnectionTimeout, TransportError
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, OrjsonSerializer

from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from stores.errors import QueryTimeoutError, SearchIndexError, UnavailableError
from stores.settings import Settings

CONFLICT_STATUS = 409
NOT_FOUND_STATUS = 404
_FIRST_RETRIABLE = 500
_TOO_MANY_REQUESTS = 429
_SCAN_PAGE = 10_000
_SCAN_KEEP_ALIVE = "5m"
# An answer later than this is no answer for a person who waits.
_REQUEST_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class IndexNames:
    """The names of our aliases; an index is named `<cases>-v<mapping version>-<time>`."""

    cases: str
    rebuild: str

    @classmethod
    def with_prefix(cls, prefix: str) -> "IndexNames":
        """The names below an installation's prefix."""
        return cls(cases=f"{prefix}-cases", rebuild=f"{prefix}-cases-rebuild")

    def new_index(self, now: datetime) -> str:
        """The name of an index made now."""
        return f"{self.cases}-v{MAPPING_VERSION}-{now:%Y%m%d%H%M%S%f}"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item of a bulk request; `error` is Elasticsearch's reason where it failed."""

    alias: str
    case_id: int
    status: int
    error: str | None

    @property
    def conflict(self) -> bool:
        """The index has this version or a higher one, or a delete of a higher one."""
        return self.status == CONFLICT_STATUS

    @property
    def retriable(self) -> bool:
        """The server could not take it now; the document is not at fault."""
        return self.status >= _FIRST_RETRIABLE or self.status in {_TOO_MANY_REQUESTS, NOT_FOUND_STATUS}


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except ConnectionTimeout as error:
        raise QueryTimeoutError("Elasticsearch did not answer in time. Try again, or narrow the search.") from error
    except TransportError as error:
        raise UnavailableError(
            "Elasticsearch does not answer. Check that it runs and JIANDU_ELASTICSEARCH_URL."
        ) from error
    except ApiError as error:
        if error.meta.status in {_TOO_MANY_REQUESTS, 503}:
            raise UnavailableError("Elasticsearch is too busy to answer. Try again in a moment.") from error
        reason = error.body.get("error") if isinstance(error.body, Mapping) else error.body
        kind = reason.get("type") if isinstance(reason, Mapping) else reason
        raise SearchIndexError(f"Elasticsearch refused the request ({error.meta.status}: {kind}).") from error


class CaseIndex:
    """The index of cases on one Elasticsearch."""

    def __init__(self, settings: Settings) -> None:
        """Remember how to connect; the first request connects. The settings must name an Elasticsearch."""
        assert settings.elasticsearch_url is not None  # noqa: S101  whoever has no Elasticsearch makes no index
        self.names = IndexNames.with_prefix(settings.elasticsearch_prefix)
        serializer = OrjsonSerializer()
        self._client = AsyncElasticsearch(
            settings.elasticsearch_url.get_secret_value(),
            node_class=AiohttpHttpNode,
            request_timeout=_REQUEST_TIMEOUT,
            max_retries=0,
            serializers={
                "application/json": serializer,
                "application/vnd.elasticsearch+json": serializer,
            },
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def health(self) -> str:
        """`green`, `yellow` or `red`. Raises UnavailableError."""
        async with _translated():
            answer = await self._client.cluster.health(timeout="1s")
        return str(answer["status"])

    async def current_index(self, alias: str | None = None) -> str | None:
        """The index behind an alias, the cases' unless another is named; None where there is none."""
        async with _translated():
            try:
                answer = await self._client.indices.get_alias(name=alias or self.names.cases)
            except NotFoundError:
                return None
        return str(next(iter(answer)))

    async def mapping_version(self, index: str) -> int | None:
        """The version an index was mapped by."""
        async with _translated():
            answer = await self._client.indices.get_mapping(index=index)
        version = answer[index]["mappings"].get("_meta", {}).get("mapping_version")
        return int(version) if version is not None else None

    async def our_indices(self) -> list[str]:
        """Every index whose name says that it is one of ours."""
        async with _translated():
            answer = await self._client.indices.get(index=f"{self.names.cases}-v*", expand_wildcards="all")
        return sorted(answer)

    async def create(self, index: str, *, alias: str, refresh_interval: str | None = None) -> None:
        """Create an index under an alias that only writes use until it is swapped in."""
        settings = SETTINGS if refresh_interval is None else {**SETTINGS, "refresh_interval": refresh_interval}
        async with _translated():
            await self._client.indices.create(index=index, settings=settings, mappings=MAPPING, aliases={alias: {}})

    async def swap_in(self, index: str) -> None:
        """Make an index the cases' and take it from the rebuild alias, in one action; then drop every other of ours."""
        others = [other for other in await self.our_indices() if other != index]
        old = await self.current_index()
        actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": self.names.cases}}]
        actions += [{"remove": {"index": old, "alias": self.names.cases}}] if old is not None else []
        actions += [{"remove": {"index": index, "alias": self.names.rebuild, "must_exist": False}}]
        async with _translated():
            await self._client.indices.put_settings(index=index, settings={"refresh_interval": None})
            await self._client.indices.update_aliases(actions=actions)
        for other in others:
            await self.drop(other)

    async def drop(self, index: str) -> None:
        """Delete an index; one that is gone already is fine."""
        async with _translated():
            await self._client.indices.delete(index=index, ignore_unavailable=True)

    async def refresh(self, target: str | None = None) -> None:
        """Make what was written searchable."""
        async with _translated():
            await self._client.indices.refresh(index=target or self.names.cases)

    async def count(self, target: str | None = None) -> int:
        """The documents that can be found."""
        async with _translated():
            return int((await self._client.count(index=target or self.names.cases))["count"])

    async def bulk(self, body: bytes) -> list[ItemResult]:
        """Send bulk lines; every write must go through an alias. Answers the items that did not simply succeed.

        Raises UnavailableError when the request as a whole was not taken.
        """
        async with _translated():
            answer = await self._client.perform_request(
                "POST",
                "/_bulk",
                params={
                    "require_alias": "true",
                    "filter_path": "errors,items.*._id,items.*._index,items.*.status,items.*.error",
                },
                headers={"accept": "application/json", "content-type": "application/x-ndjson"},
                body=body,
            )
        if not answer.body["errors"]:
            return []
        results = []
        for entry in answer.body["items"]:
            item = next(iter(entry.values()))
            if item.get("error"):
                reason = item["error"]
                cause = reason.get("caused_by", {}).get("reason", "")
                message = f"{reason.get('type')}: {reason.get('reason')} {cause}".strip()
                results.append(ItemResult(item["_index"], int(item["_id"]), int(item["status"]), message))
        return results

    async def versions(self, alias: str, case_ids: list[int]) -> dict[int, int]:
        """The versions of the documents that exist, read past any refresh."""
        async with _translated():
            answer = await self._client.mget(index=alias, ids=[str(case_id) for case_id in case_ids], source=False)
        return {int(doc["_id"]): int(doc["_version"]) for doc in answer["docs"] if doc.get("found")}

    async def search(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One search request on the cases."""
        async with _translated():
            answer = await self._client.perform_request(
                "POST",
                f"/{self.names.cases}/_search",
                params={"request_cache": "false"},
                headers={"accept": "application/json", "content-type": "application/json"},
                body=body,
            )
        found: Mapping[str, Any] = answer.body
        return found

    async def scan_revisions(self, target: str | None = None) -> AsyncIterator[tuple[int, int]]:
        """Every (case id, revision) by id, at one point in time, in constant memory."""
        async with _translated():
            opened = await self._client.open_point_in_time(
                index=target or self.names.cases, keep_alive=_SCAN_KEEP_ALIVE
            )
        pit, after = opened["id"], None
        try:
            while True:
                async with _translated():
                    page = await self._client.search(
                        size=_SCAN_PAGE,
                        pit={"id": pit, "keep_alive": _SCAN_KEEP_ALIVE},
                        sort=[{"id": "asc"}],
                        search_after=after,
                        source=False,
                        version=True,
                        track_total_hits=False,
                        filter_path="pit_id,hits.hits._version,hits.hits.sort",
                    )
                hits = page.body.get("hits", {}).get("hits", [])
                for hit in hits:
                    yield int(hit["sort"][0]), int(hit["_version"])
                if len(hits) < _SCAN_PAGE:
                    return
                pit, after = page["pit_id"], hits[-1]["sort"]
        finally:
            async with _translated():
                await self._client.close_point_in_time(id=pit)
