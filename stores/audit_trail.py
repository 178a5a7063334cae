"""The audit trail: what is written with an answer, and what is read of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from schema.access_records import Viewer
from schema.access_vocabularies import AuditAction
from schema.audit_records import AuditEntry, AuditFilter, AuditReader, Caller, Deed
from schema.audit_tables import audit_entry
from stores.audit_readers import case_told, cases_told, compile_readable

_FIELDS: Final = tuple(AuditEntry.__dataclass_fields__)

# As the driver writes it: this ends every answer.
_WRITE: Final = """
INSERT INTO audit_entry (account_id, login, session_id, address, purpose, action, operation, detail, case_ids,
                         result_count, index_version)
SELECT %(account_id)s, %(login)s, %(session_id)s, %(address)s, %(purpose)s, d.action, d.operation, d.detail, d.case_ids,
       d.result_count, d.index_version
  FROM jsonb_to_recordset(%(deeds)s::jsonb) AS d(action text, operation text, detail jsonb, case_ids bigint[],
                                                 result_count bigint, index_version text)
"""


def caller_of(viewer: Viewer) -> Caller:
    """A viewer as the trail names them."""
    return Caller(
        login=viewer.account.login,
        account_id=viewer.account.id,
        session_id=viewer.session_id,
        address=viewer.address,
        purpose=viewer.purpose,
    )


async def write_entries(connection: AsyncConnection, caller: Caller, deeds: Sequence[Deed]) -> None:
    """Write down what somebody did, in the connection's transaction and one statement."""
    told = [
        {
            "action": deed.action,
            "operation": deed.operation,
            "detail": deed.detail,
            "case_ids": list(deed.case_ids),
            "result_count": deed.result_count,
            "index_version": deed.index_version,
        }
        for deed in deeds
    ]
    await connection.exec_driver_sql(
        _WRITE,
        {
            "account_id": caller.account_id,
            "login": caller.login,
            "session_id": caller.session_id,
            "address": caller.address,
            "purpose": caller.purpose,
            "deeds": orjson.dumps(told).decode(),
        },
    )


async def refused_since(connection: AsyncConnection, login: str, session_id: int, ago: timedelta) -> bool:
    """Whether the trail says already that a token of this session was refused within so much time."""
    entry = audit_entry.c
    statement = select(
        exists().where(
            entry.login == login,
            entry.session_id == session_id,
            entry.action == AuditAction.SIGN_IN_REFUSED.value,
            entry.at > func.clock_timestamp() - ago,
        )
    )
    return bool(await connection.scalar(statement))


def _conditions(reader: AuditReader, wanted: AuditFilter) -> list[ColumnElement[bool] | TextClause]:
    entry = audit_entry.c
    conditions: list[ColumnElement[bool] | TextClause] = [compile_readable(reader)]
    if wanted.login is not None:
        conditions.append(entry.login == wanted.login)
    if wanted.action is not None:
        conditions.append(entry.action == wanted.action.value)
    if wanted.case_id is not None:
        conditions += case_told(reader, wanted.case_id)
    if wanted.since is not None:
        conditions.append(entry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(entry.at < wanted.until)
    return conditions


async def list_entries(
    connection: AsyncConnection, reader: AuditReader, wanted: AuditFilter, *, first: int, after: int | None
) -> list[AuditEntry]:
    """Entries that the reader may read, newest first, one more than `first`; `after` is the id of an entry.

    Of their cases those that the reader may know of, where the connection's scope is the reader's.
    """
    columns = (cases_told(reader) if name == "case_ids" else audit_entry.c[name] for name in _FIELDS)
    statement = select(*columns).where(*_conditions(reader, wanted))
    if after is not None:
        statement = statement.where(audit_entry.c.id < after)
    rows = await connection.execute(statement.order_by(audit_entry.c.id.desc()).limit(first + 1))
    return [_entry(row) for row in rows]


async def count_entries(connection: AsyncConnection, reader: AuditReader, wanted: AuditFilter) -> int:
    """How many entries that the reader may read a filter leaves."""
    statement = select(func.count()).select_from(audit_entry).where(*_conditions(reader, wanted))
    return await connection.scalar(statement) or 0


def _entry(row: Any) -> AuditEntry:
    values = dict(zip(_FIELDS, row, strict=True))
    values["action"] = AuditAction(values["action"])
    values["case_ids"] = tuple(values["case_ids"])
    return AuditEntry(**values)
