"""One line of JSON as a record of any kind.

Fields have the contract's names; one that is absent or null is unknown (`indexer.feeds.objects` says how values are
written, `indexer.feeds.kinds` which there are).
"""

from collections.abc import Mapping
from typing import Any, Final

from indexer.feeds.kinds.catalogue import KINDS, named_kind
from indexer.feeds.objects import ObjectReader
from indexer.feeds.values import BadValueError
from schema.feed_records import FeedRecord, RowWarning
from schema.vocabularies import FeedErrorCode, FeedKind

_READERS: Final = {
    name.value: (ObjectReader(kind.fields, besides=("kind",)), kind.record) for name, kind in KINDS.items()
}


def json_record(fields: Mapping[str, Any], warnings: list[RowWarning], *, sender: str | None = None) -> FeedRecord:
    """The record a JSON object describes; `sender` is the agency of a record that names none.

    Raises BadValueError: UNKNOWN_KIND, BAD_VALUE for a value of the wrong type or one that cannot be read, BAD_USCC,
    and MISSING_VALUE. What a person should look at is appended to `warnings`.
    """
    sent = fields.get("kind")
    kind = named_kind(sent) if isinstance(sent, str) else None
    if kind is None:
        raise unknown_kind()
    reader, record = _READERS[kind]
    return record(reader.read(fields, "", warnings), warnings, sender)


def unknown_kind() -> BadValueError:
    """The error for a record of no kind there is."""
    kinds = ", ".join(f"{known.value} ({known.label})" for known in FeedKind)
    return BadValueError(FeedErrorCode.UNKNOWN_KIND, "kind", f"One of the kinds {kinds} is expected.")
