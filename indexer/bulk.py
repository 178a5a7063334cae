"""Writing documents: every line carries the case's revision as its external version, and every write has an outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from stores.elastic import CaseIndex, ItemResult
from stores.errors import UnavailableError

# The HTTP client hands on a body in one piece, and above a mebibyte it warns that nothing else is done meanwhile.
_REQUEST_BYTES = 1_000_000


class NotTakenError(UnavailableError):
    """Elasticsearch took a request but not all of its documents; they can be sent again."""

    def __init__(self, documents: int) -> None:
        """Say how many are left."""
        super().__init__(f"Elasticsearch did not take {documents} documents now. They wait and are sent again.")


class Write(NamedTuple):
    """A document to index; to delete where `document` is None."""

    document_id: str
    revision: int
    document: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of writes, each in one of these.

    taken: the index has this revision or a higher one. refused: the document is at fault, with the reason. left: not
    taken now. overtaken: the index says it knows better and yet does not hold the document, as after a later delete.
    """

    taken: frozenset[str]
    refused: dict[str, str]
    left: frozenset[str]
    overtaken: frozenset[str]


def index_action(target: str, case_id: int | str, revision: int, document: str) -> bytes:
    """Index a document, unless the target has this revision or a higher one."""
    return _action("index", target, case_id, revision) + document.encode() + b"\n"


def deletion(target: str, case_id: int | str, revision: int) -> bytes:
    """Delete a document, unless the target has this revision or a higher one."""
    return _action("delete", target, case_id, revision)


def _action(kind: str, target: str, document_id: int | str, revision: int) -> bytes:
    meta = {"_index": target, "_id": str(document_id), "version": revision, "version_type": "external"}
    return orjson.dumps({kind: meta}, option=orjson.OPT_APPEND_NEWLINE)


def _requests(aliases: Sequence[str], writes: Sequence[Write]) -> Iterator[bytes]:
    request = bytearray()
    for write in writes:
        for alias in aliases:
            if write.document is None:
                line = deletion(alias, write.document_id, write.revision)
            else:
                line = index_action(alias, write.document_id, write.revision, write.document)
            if request and len(request) + len(line) > _REQUEST_BYTES:
                yield bytes(request)
                request.clear()
            request += line
    if request:
        yield bytes(request)


async def send(index: CaseIndex, aliases: Sequence[str], writes: Sequence[Write], *, refresh: bool = False) -> Settled:
    """Send writes to every alias, and make them searchable before it answers if that is wanted.

    Raises UnavailableError or QueryTimeoutError when nothing is known of some.
    """
    requests = _requests(aliases, writes)
    failed = [item for request in requests for item in await index.bulk(request, refresh=refresh)]
    left = {item.document_id for item in failed if not item.conflict and not item.refused}
    overtaken = await _overtaken(index, writes, [item for item in failed if item.conflict]) - left
    pending = left | overtaken
    refused = {item.document_id: item.error for item in failed if item.refused and item.document_id not in pending}
    taken = frozenset(write.document_id for write in writes) - pending - refused.keys()
    return Settled(taken, refused, frozenset(left), frozenset(overtaken))


async def _overtaken(index: CaseIndex, writes: Sequence[Write], conflicts: Sequence[ItemResult]) -> set[str]:
    """The conflicting documents of which the index does not hold this revision or a higher one after all."""
    wanted = {write.document_id: write for write in writes}
    by_index: dict[str, list[str]] = {}
    for item in conflicts:
        by_index.setdefault(item.index, []).append(item.document_id)
    overtaken: set[str] = set()
    for name, document_ids in by_index.items():
        versions = await index.versions(name, document_ids)
        for document_id in document_ids:
            write = wanted[document_id]
            gone_as_it_should = write.document is None and document_id not in versions
            if not gone_as_it_should and versions.get(document_id, -1) < write.revision:
                overtaken.add(document_id)
    return overtaken
