"""The frozen records of the audit trail: what is written down, what is read of it, and what it shows of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schema.access_records import Scope
from schema.access_vocabularies import AlertKind, AuditAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who did something, from where and what for; `account_id` is None where nobody has the login."""

    login: str
    account_id: int | None
    session_id: int | None
    address: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done: an entry before the database adds its number, its time and its transaction.

    `operation` is the root field of GraphQL, or the command; `detail` holds the arguments, and no password, token or
    identity number; `case_ids` are the cases of which anything was given out.
    """

    action: AuditAction
    operation: str
    detail: Mapping[str, Any]
    case_ids: Sequence[int] = ()
    result_count: int | None = None
    index_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry of the trail as it was written."""

    id: int
    at: datetime
    account_id: int | None
    login: str
    session_id: int | None
    address: str
    purpose: str
    action: AuditAction
    operation: str
    detail: Mapping[str, Any]
    case_ids: Sequence[int]
    result_count: int | None
    index_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReader:
    """Whose entries somebody may read, and which cases they may be told of.

    Everybody's, or one's own and those of the accounts of these procuratorates and of the agencies they supervise. To
    the `highest` fall besides those of whoever belongs to no procuratorate, and those of nobody: a login that nobody
    has. `scope` says of which cases an entry, or an alert, may tell.
    """

    account_id: int
    everybody: bool
    procuratorate_ids: tuple[int, ...]
    highest: bool
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries: all that is given must hold; `since` is inclusive, `until` exclusive."""

    login: str | None = None
    action: AuditAction | None = None
    case_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAlert:
    """What the trail shows of itself: many views in little time, or the view of a watched name.

    `entry_id` is the last entry of it; `cases` counts distinct cases; `reason` says why a name is watched.
    """

    kind: AlertKind
    entry_id: int
    login: str
    since: datetime
    until: datetime
    cases: int
    case_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedName:
    """A name, or a party, whose views are shown; `name_tokens` as `schema.tokens` makes them."""

    id: int
    name_tokens: str | None
    party_id: int | None
    reason: str
    set_by: str
    set_at: datetime
