"""How a change is made: by whoever may, once for each key, and written down with it; a refused one changes nothing."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

import strawberry

from api.context import Context
from api.ids import parse_global_id
from schema.access_vocabularies import Permission
from stores.applied_mutations import claim_key, keep_result
from stores.collisions import anew_after_collisions
from stores.errors import BadUserInputError, ForbiddenError
from stores.postgres import DatabaseConnection
from supervision.legible import illegible_in, shows_something
from supervision.named_days import EARLIEST_DAY
from supervision.privacy import cover_identity_numbers

LONGEST_REASON: Final = 2_000
LONGEST_TEXT: Final = 20_000
_LONGEST_KEY: Final = 200
_MOST_IDS: Final = 100
_KEY_FIELD: Final = "idempotency_key"

KEY_DESCRIPTION: Final = "The same key again changes nothing again, and answers the same. 幂等键"
REVISION_DESCRIPTION: Final = "The revision that was read; where it is another by now, nothing is changed. 预期版本"

Value = TypeVar("Value")


class UserErrorCode(StrEnum):
    """Why a change is refused."""

    INVALID = "INVALID"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    STALE = "STALE"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"


@strawberry.type(description="Why a change was refused; nothing was changed. 操作被拒绝的原因")
class UserError:
    """What a person can put right in what was asked."""

    field: list[str] | None = strawberry.field(description="The path of the input's field to blame. 字段")
    code: str = strawberry.field(description="INVALID, NOT_ALLOWED, NOT_FOUND, STALE or IDEMPOTENCY_MISMATCH. 代码")
    message: str = strawberry.field(description="What is wrong and what to do. 说明")


class RefusedError(Exception):
    """Undoes whatever the transaction did, and says why; `field` is the path below the input."""

    def __init__(self, code: UserErrorCode, message: str, *field: str) -> None:
        """Say why, and which field is to blame."""
        super().__init__(message)
        self.error = UserError(field=["input", *field] if field else None, code=code.value, message=message)


@dataclass(frozen=True, slots=True)
class Changed:
    """The id of the record that a change changed or made, and the ids of the cases that it is about."""

    record_id: int
    case_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change: the id of its record, also where it was made before; or why it was refused."""

    record_id: int | None
    user_errors: Sequence[UserError]


async def make_change(
    context: Context,
    mutation: str,
    wanted: Any,
    *,
    needs: Permission,
    forbidden: str,
    sees: Callable[[], Awaitable[object]],
    change: Callable[[DatabaseConnection], Awaitable[Changed]],
) -> Outcome:
    """Make a change that a mutation's input asks for, in one transaction with its entry in the audit trail.

    `sees` refuses what the viewer may not know of: it is asked before the key, no answer to which may tell of a hidden
    record. `change` refuses by RefusedError. Raises ForbiddenError with the sentence `forbidden` to whoever lacks the
    permission, before anything is read.
    """
    if not context.viewer.may(needs):
        raise ForbiddenError(forbidden)
    try:
        await sees()
        async for attempt in anew_after_collisions():
            with attempt:
                record_id = await _made(context, mutation, wanted, change)
    except RefusedError as refused:
        return Outcome(None, [refused.error])
    # A change before this one in the same request may have read what is different now.
    context.loaders.forget()
    return Outcome(record_id, [])


async def _made(
    context: Context, mutation: str, wanted: Any, change: Callable[[DatabaseConnection], Awaitable[Changed]]
) -> int:
    """The id of the record of a change that is made now, or was made before under its key."""
    async with context.database.begin() as connection:
        key = _key(wanted)
        record_id = None if key is None else await _applied(connection, context, wanted, mutation, key)
        if record_id is None:
            made = await change(connection)
            record_id = made.record_id
            if key is not None:
                await keep_result(connection, actor=context.actor, key=key, record_id=record_id)
            await context.audit.change(connection, mutation, _given(wanted), *made.case_ids)
    return record_id


def _given(wanted: Any) -> dict[str, Any]:
    return {part.name: getattr(wanted, part.name) for part in fields(wanted) if part.name != _KEY_FIELD}


def _key(wanted: Any) -> str | None:
    key: str | None = getattr(wanted, _KEY_FIELD)
    if key is None or key is strawberry.UNSET:
        return None
    if not key or len(key) > _LONGEST_KEY or "\x00" in key:
        raise RefusedError(
            UserErrorCode.INVALID, f"A key has 1 to {_LONGEST_KEY} characters, and no NUL.", "idempotencyKey"
        )
    return key


async def _applied(
    connection: DatabaseConnection, context: Context, wanted: Any, mutation: str, key: str
) -> int | None:
    """The record of this very change where it was made before under its key; takes the key where it was not."""
    told = {name: value for name, value in _given(wanted).items() if value is not strawberry.UNSET}
    # In ASCII, where half a character, which a request can hold, is written too.
    digest = hashlib.blake2b(json.dumps(told, default=str, sort_keys=True).encode(), digest_size=16).digest()
    used = await claim_key(
        connection,
        actor=context.actor,
        key=key,
        mutation=mutation,
        input_digest=digest,
        now=context.services.clock(),
    )
    if used is None:
        return None
    if (used.mutation, used.input_digest) != (mutation, digest):
        raise RefusedError(
            UserErrorCode.IDEMPOTENCY_MISMATCH,
            "This key was used for another change. Take a new key for every change.",
            "idempotencyKey",
        )
    return used.record_id


def given(value: Value | None) -> Value | None:
    """A field's value; None where it was left out or null."""
    return None if value is strawberry.UNSET else value


def read_id(text: str, type_name: str, field: str) -> int:
    """The number in a record's global id. Refuses the id of anything else."""
    try:
        named, number = parse_global_id(text)
    except BadUserInputError as error:
        raise RefusedError(UserErrorCode.INVALID, error.message, field) from error
    if named != type_name:
        raise RefusedError(
            UserErrorCode.INVALID, f"This is the id of a {named}, and the id of a {type_name} is needed.", field
        )
    return number


def read_ids(texts: Sequence[str] | None, type_name: str, field: str) -> list[int]:
    """The numbers in records' global ids, each once and in order; a hundred at most."""
    ids = given(texts) or ()
    if len(ids) > _MOST_IDS:
        raise RefusedError(UserErrorCode.INVALID, f"`{field}` holds at most {_MOST_IDS} ids.", field)
    return list(dict.fromkeys(read_id(each, type_name, field) for each in ids))


def read_text(text: str, field: str, most: int = LONGEST_REASON) -> str:
    """A text that a person wrote, without identity numbers. Refuses an empty one, and one that is too long."""
    kept = text.strip()
    if not shows_something(kept):
        raise RefusedError(UserErrorCode.INVALID, f"`{field}` is empty. It is kept in the history: say it.", field)
    if len(kept) > most:
        raise RefusedError(UserErrorCode.INVALID, f"`{field}` has at most {most:,} characters.", field)
    illegible = illegible_in(kept)
    if illegible is not None:
        raise RefusedError(
            UserErrorCode.INVALID, f"`{field}` holds {illegible}, which no document can hold. Take it out.", field
        )
    return cover_identity_numbers(kept)


def read_optional_text(text: str | None, field: str, most: int = LONGEST_TEXT) -> str | None:
    """The same of a text that may be left out."""
    kept = given(text)
    return None if kept is None or not kept.strip() else read_text(kept, field, most)


def require_revision(known: int, expected: int | None, state: str, field: str = "expectedRevision") -> None:
    """Refuse a change of a record that somebody else changed since it was read; `state` says how it stands now."""
    wanted = given(expected)
    if wanted is not None and wanted != known:
        raise RefusedError(
            UserErrorCode.STALE, f"It was changed meanwhile: {state}, revision {known}. Read it again.", field
        )


def require_day(day: date, *, not_after: date, field: str) -> None:
    """Refuse a day that has not come yet, and one before there was anybody to do it."""
    if day > not_after:
        raise RefusedError(UserErrorCode.INVALID, f"`{field}` lies in the future. Give the day it was done.", field)
    if day < EARLIEST_DAY:
        raise RefusedError(
            UserErrorCode.INVALID, f"`{field}` lies before {EARLIEST_DAY}. Give the day it was done.", field
        )
