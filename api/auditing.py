"""What a request does is noted while it is answered, and written down before the answer leaves; else it does not."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import orjson
import strawberry
import structlog
from strawberry.extensions import SchemaExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension, SyncExtensionResolver
from strawberry.utils.str_converters import to_camel_case

from schema.access_records import Viewer
from schema.access_vocabularies import AuditAction
from schema.anomaly_records import Anomaly
from schema.audit_records import Deed
from schema.campaign_records import FileReview
from schema.clue_records import Clue
from schema.follow_up_records import FollowUp
from schema.measure_records import Measure
from schema.records import PenaltyCase
from schema.vocabularies import SearchEngineName
from stores.audit_trail import caller_of, write_entries
from stores.errors import ForbiddenError, JianduError, UnavailableError
from stores.index_versions import IndexVersions
from stores.postgres import Database, DatabaseConnection
from supervision.privacy import cover_identity_numbers

_LONGEST_TEXT: Final = 2_000
_LONGEST_DETAIL: Final = 8_000
_LONGEST_OF_REQUEST: Final = 16_000
# As many as a list may hold that is answered at all.
_LONGEST_LIST: Final = 100

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class _Noted:
    """A root field that is being answered."""

    action: AuditAction
    operation: str
    detail: dict[str, Any]
    shown: bool
    """Whether it is written down even where nothing of any case is given out."""
    case_ids: dict[int, None] = field(default_factory=dict)
    result_count: int | None = None
    index_version: str | None = None


class Audit:
    """What one request does, by its root fields, each under the name it has in the answer."""

    def __init__(self, database: Database, viewer: Viewer, versions: IndexVersions) -> None:
        """Nothing is done yet."""
        self._database = database
        self._caller = caller_of(viewer)
        self._versions = versions
        self._noted: dict[str, _Noted] = {}
        self._changed: set[int] = set()
        self._room = _LONGEST_OF_REQUEST

    def begin(self, info: Any, action: AuditAction, arguments: Mapping[str, Any], *, shown: bool = True) -> None:
        """A root field is being answered."""
        name = str(info.field_name)
        self._noted[_root(info)] = _Noted(
            action=action,
            operation=name,
            detail=self._kept(_told(arguments)),
            shown=shown,
            index_version=self._versions.record,
        )

    def gave(self, info: Any, *case_ids: int) -> None:
        """Something of these cases is in the answer."""
        self._noted[_root(info)].case_ids |= dict.fromkeys(case_ids)

    def counted(self, info: Any, count: int | None) -> None:
        """So many records answer the question."""
        self._noted[_root(info)].result_count = count

    async def searched(self, info: Any, engine: SearchEngineName) -> None:
        """Which engine answered."""
        self._noted[_root(info)].index_version = await self._versions.of(engine)

    def refused(self, info: Any, error: JianduError) -> None:
        """Nothing was answered, for a reason that the caller is told; a change that was tried in vain is one too."""
        self.declined(info, error.code)

    def declined(self, info: Any, code: str) -> None:
        """Nothing was answered, or nothing changed, for a reason with this code."""
        noted = self._noted[_root(info)]
        noted.detail["refused"] = code
        if not noted.shown:
            noted.action, noted.shown = AuditAction.CHANGE, True

    def forbidden(self, operation: str, asked: Sequence[str]) -> None:
        """Nothing of what was asked may be asked by whoever asks."""
        detail = {**self._kept({"asked": _plain(list(asked))}), "refused": ForbiddenError.code}
        self._noted[operation] = _Noted(action=AuditAction.VIEW, operation=operation, detail=detail, shown=True)

    async def change(
        self, connection: DatabaseConnection, operation: str, detail: Mapping[str, Any], *case_ids: int
    ) -> None:
        """Write a change down, in the transaction that makes it."""
        deed = Deed(action=AuditAction.CHANGE, operation=operation, detail=self._kept(_told(detail)), case_ids=case_ids)
        await write_entries(connection, self._caller, [deed])
        self._changed.update(case_ids)

    async def write(self) -> None:
        """Write everything down, in one statement. Raises UnavailableError where that cannot be done."""
        deeds = [
            Deed(
                action=noted.action,
                operation=noted.operation,
                detail=noted.detail,
                case_ids=tuple(noted.case_ids),
                result_count=noted.result_count,
                index_version=noted.index_version,
            )
            for noted in self._noted.values()
            if noted.shown or noted.case_ids.keys() - self._changed
        ]
        self._noted.clear()
        if not deeds:
            return
        try:
            # It is committed, and on disk, when this returns; written down twice is better than not at all.
            await self._database.alone(lambda connection: write_entries(connection, self._caller, deeds))
        except Exception as error:
            log.error("the audit trail cannot be written", error=type(error).__name__)  # noqa: TRY400  a trace would quote the entry
            raise UnavailableError(
                "What is asked cannot be written down, and so nothing is answered. Try again in a moment."
            ) from error

    def _kept(self, told: dict[str, Any]) -> dict[str, Any]:
        """What is asked as it is kept; of very much, in one root field or in all of them, a digest and the beginning.

        What is kept is never deleted again.
        """
        written = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        kept = told
        if len(written) > min(self._room, _LONGEST_DETAIL):
            beginning = written[: min(self._room, _LONGEST_TEXT)].decode(errors="ignore")
            kept = {"sha256": hashlib.sha256(written).hexdigest(), "bytes": len(written), "beginning": beginning}
        self._room = max(0, self._room - min(len(written), _LONGEST_DETAIL))
        return kept


def _root(info: Any) -> str:
    """The name that the root field above a place has in the answer."""
    path = info.path
    while path.prev is not None:
        path = path.prev
    return str(path.key)


def clue_given_out(info: Any, clue: Clue) -> None:
    """A clue enters the answer that is being put together: see that it may."""
    info.context.gate.require(clue)


def given_out(info: Any, record: PenaltyCase | Anomaly | FollowUp | FileReview | Measure) -> None:
    """A case, or what tells of it, enters the answer that is being put together: see that it may, and note it."""
    info.context.gate.require(record)
    if isinstance(record, Measure):
        info.context.audit.gave(info, *record.case_ids)
    else:
        info.context.audit.gave(info, record.id if isinstance(record, PenaltyCase) else record.case_id)


class Audited(FieldExtension):
    """Notes that a root field is answered, with what was asked."""

    def __init__(self, action: AuditAction, *, shown: bool = True) -> None:
        """What it means to ask for it; `shown`: it is written down even where nothing of any case is given out."""
        self._action = action
        self._shown = shown

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Note it, and answer."""
        audit: Audit = info.context.audit
        audit.begin(info, self._action, kwargs, shown=self._shown)
        try:
            return next_(source, info, **kwargs)
        except JianduError as error:
            audit.refused(info, error)
            raise

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Note it, and answer."""
        audit: Audit = info.context.audit
        audit.begin(info, self._action, kwargs, shown=self._shown)
        try:
            found = await next_(source, info, **kwargs)
        except JianduError as error:
            audit.refused(info, error)
            raise
        if isinstance(found, list):
            audit.counted(info, len(found))
        if user_errors := getattr(found, "user_errors", None):
            audit.declined(info, user_errors[0].code)
        return found


def audited(action: AuditAction, resolver: Any, description: str, *extensions: FieldExtension) -> Any:
    """A root field as `api.types.fields.resolved` makes it, of which the audit trail keeps every answer."""
    # The last one is the outermost: what an extension hides was asked all the same.
    return strawberry.field(resolver=resolver, description=description, extensions=[*extensions, Audited(action)])


def changing(resolver: Any, description: str) -> Any:
    """A change, which writes itself down in its own transaction; what its answer shows besides is a view."""
    extensions: list[FieldExtension] = [Audited(AuditAction.VIEW, shown=False)]
    return strawberry.field(resolver=resolver, description=description, extensions=extensions)


class WritesAudit(SchemaExtension):
    """Writes down what an operation did before anybody is answered."""

    async def on_operation(self) -> AsyncIterator[None]:
        """Write when everything is resolved; an error here takes the place of the answer."""
        yield
        await self.execution_context.context.audit.write()


def kept_text(text: str) -> str:
    """A text of the caller's as the trail keeps it: PostgreSQL holds no NUL, and nobody keeps an identity number."""
    shown = cover_identity_numbers(text.replace("\x00", "\N{REPLACEMENT CHARACTER}"))
    return shown if len(shown) <= _LONGEST_TEXT else f"{shown[:_LONGEST_TEXT]}…"


def _told(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the trail keeps them, by their names in the API, without those left out."""
    return {
        # `from_` is `from` there.
        to_camel_case(name.rstrip("_")): _plain(value)
        for name, value in arguments.items()
        if value is not strawberry.UNSET
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum):
        return kept_text(value)
    if is_dataclass(value):
        return _told({part.name: getattr(value, part.name) for part in fields(value)})
    if isinstance(value, list | tuple):
        kept = [_plain(each) for each in value[:_LONGEST_LIST]]
        return kept if len(value) <= _LONGEST_LIST else [*kept, "…"]
    if isinstance(value, Decimal):
        return str(value)
    # What JSON knows, and members of vocabularies, dates and times, which orjson writes as the API does.
    return value
