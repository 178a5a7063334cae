"""The register of procuratorates and agencies: how a feed's names and codes find their rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from schema.agency_name_tables import agency_move
from schema.feed_records import AgencyRecord, ProcuratorateRecord
from schema.tables import agency, procuratorate
from schema.tokens import several_token_texts, token_text
from schema.vocabularies import Domain, FeedErrorCode, RowOutcome
from stores.agency_names import claim_names
from stores.errors import NameInUseError


class RefusedRecordError(Exception):
    """A record of an agency or a procuratorate that cannot be stored, with what its row's error will say."""

    def __init__(self, code: FeedErrorCode, column: str, message: str) -> None:
        """Keep code, column and sentence."""
        super().__init__(message)
        self.code = code
        self.column = column
        self.message = message


_REFUSALS = {
    "uq_agency_name": (
        *(FeedErrorCode.CONFLICT, "name"),
        "Another agency is registered under this name. Correct the name or the credit code.",
    ),
    "uq_agency_uscc": (
        *(FeedErrorCode.CONFLICT, "uscc"),
        "Another agency is registered under this credit code. Correct the name or the credit code.",
    ),
}
"""What a constraint of the register says to the sender whose record it refused."""


@dataclass(frozen=True, slots=True)
class RegisteredAgency:
    """What loading a case needs to know of its agency; `name_tokens` is what the case's text holds of it.

    `formerly` are the agencies from which cases were moved here: rows may know such a case by a key of those.
    """

    id: int
    name: str
    name_tokens: str
    domains: tuple[Domain, ...]
    uscc: str | None = None
    formerly: tuple[int, ...] = ()


@dataclass(slots=True)
class Register:
    """The agencies in memory, by every name and code they are known by; an alias two agencies share is none."""

    _by_name: dict[str, RegisteredAgency] = field(default_factory=dict)
    _by_uscc: dict[str, RegisteredAgency] = field(default_factory=dict)
    _by_alias: defaultdict[str, dict[int, RegisteredAgency]] = field(default_factory=lambda: defaultdict(dict))
    _entered: dict[int, tuple[RegisteredAgency, tuple[str, ...]]] = field(default_factory=dict)
    _log: list[RegisteredAgency] = field(default_factory=list)

    def find(self, name: str | None, uscc: str | None) -> RegisteredAgency | None:
        """By credit code, else by registered name, else by an alias that is one agency's alone."""
        registered = self.find_registered(name, uscc)
        if registered is not None or name is None:
            return registered
        called = self._by_alias.get(name, {})
        return next(iter(called.values())) if len(called) == 1 else None

    def find_registered(self, name: str | None, uscc: str | None) -> RegisteredAgency | None:
        """By credit code, else by registered name."""
        return (self._by_uscc.get(uscc) if uscc else None) or (self._by_name.get(name) if name else None)

    def of_id(self, agency_id: int) -> RegisteredAgency:
        """The agency of an id, which must be registered."""
        return self._entered[agency_id][0]

    def entered_since(self, place: int) -> Sequence[RegisteredAgency]:
        """What was entered behind the first `place` entries, in order; an agency that changed is entered again."""
        return self._log[place:]

    def add(self, known: RegisteredAgency, aliases: tuple[str, ...]) -> None:
        """Enter an agency, or enter it anew after a change: what it was called before finds it no more."""
        if known.id in self._entered:
            before, aliases_before = self._entered[known.id]
            del self._by_name[before.name]
            if before.uscc:
                del self._by_uscc[before.uscc]
            for alias in aliases_before:
                del self._by_alias[alias][known.id]
        self._entered[known.id] = (known, aliases)
        self._log.append(known)
        self._by_name[known.name] = known
        if known.uscc:
            self._by_uscc[known.uscc] = known
        for alias in aliases:
            self._by_alias[alias][known.id] = known


@dataclass(slots=True)
class References:
    """What one file has told of agencies and procuratorates so far: a row that differs from it is a conflict."""

    _told: defaultdict[tuple[str, int], list[AgencyRecord | ProcuratorateRecord]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def require_agreement(self, kind: str, identity: int, record: AgencyRecord | ProcuratorateRecord) -> None:
        """Raise RefusedRecordError where an earlier row of the file differs and is no other snapshot."""
        for earlier in self._told[kind, identity]:
            times = {earlier.source_updated_at, record.source_updated_at}
            if earlier != record and (len(times) == 1 or None in times):
                raise RefusedRecordError(
                    FeedErrorCode.CONFLICT,
                    "name",
                    "Another row of this file tells of the same one and says something else. The first row stands: "
                    "send the right one again in a file of its own.",
                )

    def tell(self, kind: str, identity: int, record: AgencyRecord | ProcuratorateRecord) -> None:
        """Remember what a row told."""
        self._told[kind, identity].append(record)


async def read_register(connection: AsyncConnection) -> Register:
    """The whole register: some thousands of rows at most."""
    register = Register()
    formerly: defaultdict[int, list[int]] = defaultdict(list)
    for move in await connection.execute(select(agency_move)):
        formerly[move.to_agency_id].append(move.from_agency_id)
    for row in await connection.execute(select(agency)):
        register.add(_registered(row, formerly[row.id]), tuple(row.aliases))
    return register


def _registered(row: Row[Any], formerly: Iterable[int]) -> RegisteredAgency:
    domains = tuple(Domain(value) for value in row.domains)
    return RegisteredAgency(row.id, row.name, row.name_tokens, domains, row.uscc, tuple(formerly))


async def store_procuratorate(
    connection: AsyncConnection, record: ProcuratorateRecord, references: References
) -> RowOutcome:
    """Insert or update by name. Raises RefusedRecordError."""
    parent_id = await _procuratorate_id(connection, record.parent, "parent")
    current = (
        await connection.execute(select(procuratorate).where(procuratorate.c.name == record.name).with_for_update())
    ).one_or_none()
    values = {
        "name": record.name,
        "region": record.region,
        "parent_id": parent_id,
        "source_updated_at": record.source_updated_at,
    }
    if current is None:
        inserted = await connection.execute(insert(procuratorate).values(values).returning(procuratorate.c.id))
        references.tell("procuratorate", inserted.scalar_one(), record)
        return RowOutcome.INSERTED
    references.require_agreement("procuratorate", current.id, record)
    references.tell("procuratorate", current.id, record)
    if parent_id is not None and await connection.scalar(_IS_ABOVE, {"upper": current.id, "lower": parent_id}):
        raise RefusedRecordError(
            FeedErrorCode.BAD_VALUE, "parent", "This procuratorate is its own superior, or its superior's. Correct one."
        )
    changed = _changed(current._asdict(), values)
    if changed:
        await connection.execute(procuratorate.update().where(procuratorate.c.id == current.id).values(changed))
    return _outcome(changed)


async def store_agency(
    connection: AsyncConnection, record: AgencyRecord, register: Register, references: References
) -> RowOutcome:
    """Insert or update by credit code, else by name, and enter it in the register. Raises RefusedRecordError."""
    values = {
        "name": record.name,
        "aliases": None if record.aliases is None else list(record.aliases),
        "uscc": record.uscc,
        "domains": None if record.domains is None else [domain.value for domain in record.domains],
        "region": record.region,
        "procuratorate_id": await _procuratorate_id(connection, record.procuratorate, "procuratorate"),
        "networked_on": record.networked_on,
        "priority": record.priority,
        "enforcement_power": record.enforcement_power,
        "source_updated_at": record.source_updated_at,
    }
    known = register.find_registered(record.name, record.uscc)
    changed: dict[str, object] = {}
    statement: ReturningInsert[Any] | ReturningUpdate[Any]
    if known is None:
        given = {column: value for column, value in values.items() if value is not None}
        given["name_tokens"] = several_token_texts((record.name, *(record.aliases or ())))
        statement = insert(agency).values(given).returning(agency)
    else:
        references.require_agreement("agency", known.id, record)
        current = (await connection.execute(select(agency).where(agency.c.id == known.id).with_for_update())).one()
        aliases = record.aliases if record.aliases is not None else tuple(current.aliases)
        values["name_tokens"] = several_token_texts((record.name, *aliases))
        changed = _changed(current._asdict(), values)
        if not changed:
            references.tell("agency", known.id, record)
            return RowOutcome.UNCHANGED
        statement = agency.update().where(agency.c.id == known.id).values(changed).returning(agency)
    try:
        row = (await connection.execute(statement)).one()
    except IntegrityError as error:
        raise _refusal(error) from error
    # An alias that another agency has, too, is nobody's.
    aliases = tuple(alias for alias in row.aliases if register.find(alias, None) in {None, known})
    try:
        moved_from = await claim_names(connection, row.id, (row.name, *aliases))
    except NameInUseError as error:
        raise RefusedRecordError(FeedErrorCode.CONFLICT, "name", error.message) from error
    formerly = dict.fromkeys((*(() if known is None else known.formerly), *moved_from))
    register.add(_registered(row, formerly), tuple(row.aliases))
    references.tell("agency", row.id, record)
    return RowOutcome.INSERTED if known is None else _outcome(changed)


async def register_agency(
    connection: AsyncConnection, register: Register, name: str, uscc: str | None
) -> RegisteredAgency:
    """Register an agency of which a feed gives no more than its name, and perhaps its code."""
    row = (
        await connection.execute(
            insert(agency).values(name=name, name_tokens=token_text(name), uscc=uscc).returning(agency.c.id)
        )
    ).one()
    known = RegisteredAgency(row.id, name, token_text(name), (), uscc)
    register.add(known, ())
    return known


def _refusal(error: IntegrityError) -> Exception:
    """What the sender is told of a constraint that refused a record; the error itself where it is a fault of ours."""
    diagnosis = getattr(error.orig, "diag", None)
    told = _REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
    return error if told is None else RefusedRecordError(*told)


_IS_ABOVE = text(
    "WITH RECURSIVE above(id) AS (SELECT CAST(:lower AS bigint) UNION SELECT p.parent_id FROM procuratorate p "
    "JOIN above ON p.id = above.id) SELECT EXISTS (SELECT FROM above WHERE id = :upper)"
)


async def _procuratorate_id(connection: AsyncConnection, name: str | None, column: str) -> int | None:
    if name is None:
        return None
    found: int | None = await connection.scalar(select(procuratorate.c.id).where(procuratorate.c.name == name))
    if found is None:
        raise RefusedRecordError(
            FeedErrorCode.BAD_VALUE, column, "No procuratorate of this name is registered. Load its record first."
        )
    return found


def _changed(current: Mapping[str, object], incoming: Mapping[str, object]) -> dict[str, object]:
    """What an incoming row changes: an unknown value says nothing, and an older snapshot changes nothing."""
    known_at, told_at = current["source_updated_at"], incoming["source_updated_at"]
    if known_at is not None and told_at is not None and told_at < known_at:  # type: ignore[operator]  # both are times
        return {}
    return {column: value for column, value in incoming.items() if value is not None and current.get(column) != value}


def _outcome(changed: Mapping[str, object]) -> RowOutcome:
    """A record that is only told of anew, with nothing else in it, is unchanged."""
    return RowOutcome.UPDATED if changed.keys() - {"source_updated_at"} else RowOutcome.UNCHANGED
