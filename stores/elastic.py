"""The one way to Elasticsearch: the index of cases, its aliases, bulk writes, and the client's errors in our words."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elastic_transport import AiohttpHttpNode, ConnectionTimeout, TransportError
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, OrjsonSerializer, UnsupportedProductError

from schema.search_document import MAPPING, MAPPING_VERSION, SETTINGS
from stores.errors import (
    JianduError,
    QueryTimeoutError,
    RefusedRequestError,
    SearchIndexError,
    SettingsError,
    UnavailableError,
)
from stores.settings import Settings

CONFLICT_STATUS = 409
_BAD_REQUEST = 400
_NOT_FOUND = 404
_BUSY = 429
# It, or a proxy before it, cannot answer at the moment: the request may be as right as can be.
_AWAY = frozenset({408, 502, 503, 504})
# What is wrong then is who we are to this server, or where we look for it.
_NOT_LET_IN = frozenset({401, 403, _NOT_FOUND})
_SERVER_FAULTS = 500
_SCAN_PAGE = 10_000
_SCAN_KEEP_ALIVE = "5m"
# An answer later than this is no answer for a person who waits.
_REQUEST_TIMEOUT = 30.0
# A bulk request may queue behind others for a while, and sending it again would only lengthen the queue.
_BULK_TIMEOUT = 120.0


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

    def is_index(self, name: str) -> bool:
        """Whether a name is one that `new_index` gives, by this or another version of the mapping."""
        return re.fullmatch(rf"{re.escape(self.cases)}-v\d+-\d{{20}}", name) is not None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """A bulk item that did not simply succeed; `error` names Elasticsearch's reason and holds nothing of the document.

    `refused`: the document itself is at fault. What is neither that nor a conflict may be taken another time.
    """

    index: str
    document_id: str
    status: int
    refused: bool
    error: str

    @property
    def conflict(self) -> bool:
        """The index has this version or a higher one, or a delete of such a one."""
        return self.status == CONFLICT_STATUS


@dataclass(frozen=True, slots=True)
class IndexedRevision:
    """A document of the index: its `id` field, its version, and the key it stands under."""

    case_id: int
    version: int
    document_id: str


# What tells which field was refused; the rest of a reason quotes the document, and that may be a person's name.
_REFUSED_FIELD = re.compile(r'(?:field |introduction of )[\[="]+([\w.]+)')


def _reason(error: Mapping[str, Any]) -> str:
    """Elasticsearch's reason without what it quotes."""
    causes = [error.get("type"), error.get("caused_by", {}).get("type")]
    field = _REFUSED_FIELD.search(f"{error.get('reason')} {error.get('caused_by', {}).get('reason')}")
    return ": ".join(str(cause) for cause in causes if cause) + (f" (field {field[1]})" if field else "")


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
    except UnsupportedProductError as error:
        raise UnavailableError("JIANDU_ELASTICSEARCH_URL names a server that is no Elasticsearch.") from error
    except ApiError as error:
        raise _api_error(error) from error


def _api_error(error: ApiError) -> JianduError:
    """What an answer that is an error means to us."""
    status = error.meta.status
    reason = error.body.get("error") if isinstance(error.body, Mapping) else None
    kind = reason.get("type") if isinstance(reason, Mapping) else "no reason given"
    if status == _BUSY:
        return UnavailableError("Elasticsearch is too busy to answer. Try again in a moment.")
    if status in _AWAY:
        return UnavailableError(f"Elasticsearch cannot answer at the moment ({status}: {kind}). Try again soon.")
    if status == _NOT_FOUND and kind == "index_not_found_exception":
        return SearchIndexError("There is no search index yet. Build it with `jiandu index rebuild`.")
    told = f"Elasticsearch refused the request ({status}: {kind})."
    ours = status < _SERVER_FAULTS and status not in _NOT_LET_IN and kind != "index_closed_exception"
    return RefusedRequestError(told) if ours else SearchIndexError(told)


class CaseIndex:
    """The index of cases on one Elasticsearch."""

    def __init__(self, settings: Settings) -> None:
        """Remember how to connect; the first request connects. Raises SettingsError for what is no address."""
        assert settings.elasticsearch_url is not None  # noqa: S101  whoever has no Elasticsearch makes no index
        self.names = IndexNames.with_prefix(settings.elasticsearch_prefix)
        self.search_patience_seconds = settings.search_patience_seconds
        self.search_pause_seconds = settings.search_pause_seconds
        serializer = OrjsonSerializer()
        try:
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
        except ValueError as error:
            raise SettingsError(
                "JIANDU_ELASTICSEARCH_URL is no address of an Elasticsearch: write http://host:9200."
            ) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def health(self) -> str:
        """`green`, `yellow` or `red`. Raises UnavailableError."""
        async with _translated():
            answer = await self._client.cluster.health(timeout="1s")
        return str(answer["status"])

    async def current_index(self, alias: str | None = None) -> str | None:
        """The index behind an alias, the cases' unless another is named; None where there is none.

        Raises SearchIndexError where an index bears the alias's name, which only another program can have made.
        """
        name = alias or self.names.cases
        async with _translated():
            try:
                answer = await self._client.indices.get_alias(name=name)
            except NotFoundError:
                if await self._client.indices.exists(index=name):
                    raise SearchIndexError(
                        f"An index is named {name}, which has to be our alias: some other program made it. Delete it "
                        "if nothing in it is needed, or set JIANDU_ELASTICSEARCH_PREFIX to a name of our own."
                    ) from None
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
        # The pattern is wide enough for another installation whose prefix begins with ours.
        return sorted(name for name in answer if self.names.is_index(name))

    async def create(self, index: str, *, alias: str, refresh_interval: str | None = None) -> None:
        """Create an index under an alias that only writes use until it is swapped in."""
        settings = SETTINGS if refresh_interval is None else {**SETTINGS, "refresh_interval": refresh_interval}
        async with _translated():
            await self._client.indices.create(index=index, settings=settings, mappings=MAPPING, aliases={alias: {}})

    async def swap_in(self, index: str) -> None:
        """Make an index the cases' and take it from the rebuild alias, in one action."""
        old = await self.current_index()
        actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": self.names.cases}}]
        actions += [{"remove": {"index": old, "alias": self.names.cases}}] if old not in {None, index} else []
        actions += [{"remove": {"index": index, "alias": self.names.rebuild, "must_exist": False}}]
        async with _translated():
            await self._client.indices.put_settings(index=index, settings={"refresh_interval": None})
            await self._client.indices.update_aliases(actions=actions)

    async def drop_others(self, kept: str) -> None:
        """Delete every index of ours but one."""
        for other in await self.our_indices():
            if other != kept:
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

    async def bulk(self, body: bytes, *, refresh: bool = False) -> list[ItemResult]:
        """Send bulk lines; every write must go through an alias. Answers the items that did not simply succeed.

        `refresh`: what is written can be found when this answers.
        Raises UnavailableError when the request as a whole was not taken.
        """
        async with _translated():
            answer = await self._client.options(request_timeout=_BULK_TIMEOUT).perform_request(
                "POST",
                "/_bulk",
                params={
                    "require_alias": "true",
                    "refresh": "true" if refresh else "false",
                    "filter_path": "errors,items.*._id,items.*._index,items.*.status,items.*.error",
                },
                headers={"accept": "application/json", "content-type": "application/x-ndjson"},
                body=body,
            )
        if not answer.body["errors"]:
            return []
        items = [next(iter(entry.values())) for entry in answer.body["items"]]
        return [self._item_result(item) for item in items if item.get("error")]

    def _item_result(self, item: Mapping[str, Any]) -> ItemResult:
        # An item that names the alias still never reached an index: what is at fault then is no document.
        reached = item["_index"] not in {self.names.cases, self.names.rebuild}
        return ItemResult(
            index=item["_index"],
            document_id=item["_id"],
            status=int(item["status"]),
            refused=item["status"] == _BAD_REQUEST and reached,
            error=_reason(item["error"]),
        )

    async def versions(self, alias: str, document_ids: Sequence[str]) -> dict[str, int]:
        """The versions of the documents that exist, read past any refresh."""
        async with _translated():
            answer = await self._client.mget(index=alias, ids=list(document_ids), source=False)
        return {doc["_id"]: int(doc["_version"]) for doc in answer["docs"] if doc.get("found")}

    async def search(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One search request on the cases, answered whole or not at all."""
        async with _translated():
            answer = await self._client.perform_request(
                "POST",
                f"/{self.names.cases}/_search",
                # Half an answer, of the shards that are left, would pass for a whole one.
                params={"allow_partial_search_results": "false"},
                headers={"accept": "application/json", "content-type": "application/json"},
                body=body,
            )
        found: Mapping[str, Any] = answer.body
        return found

    async def scan_revisions(
        self, target: str | None = None, *, after: int | None = None, last: int | None = None
    ) -> AsyncGenerator[IndexedRevision, None]:
        """Every document's revision by id, at one point in time, in constant memory.

        `after` and `last` narrow it to the ids behind the one and up to the other. What has no id at all, and so is
        none of ours, comes where there is no `last`.
        """
        async with _translated():
            opened = await self._client.open_point_in_time(
                index=target or self.names.cases, keep_alive=_SCAN_KEEP_ALIVE
            )
        pit, behind = opened["id"], None
        boolean: dict[str, Any] = {}
        if last is not None:
            boolean["filter"] = {"range": {"id": {"lte": last}}}
        if after is not None:
            boolean["must_not"] = {"range": {"id": {"lte": after}}}
        try:
            while True:
                async with _translated():
                    page = await self._client.search(
                        query={"bool": boolean},
                        size=_SCAN_PAGE,
                        pit={"id": pit, "keep_alive": _SCAN_KEEP_ALIVE},
                        sort=[{"id": "asc"}],
                        search_after=behind,
                        source=False,
                        version=True,
                        track_total_hits=False,
                        # Half an answer would make the other half look missing.
                        allow_partial_search_results=False,
                        filter_path="pit_id,hits.hits._id,hits.hits._version,hits.hits.sort",
                    )
                hits = page.body.get("hits", {}).get("hits", [])
                for hit in hits:
                    yield IndexedRevision(int(hit["sort"][0]), int(hit["_version"]), hit["_id"])
                if len(hits) < _SCAN_PAGE:
                    return
                pit, behind = page["pit_id"], hits[-1]["sort"]
        finally:
            async with _translated():
                await self._client.close_point_in_time(id=pit)
