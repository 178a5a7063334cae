"""The register of procuratorates and agencies: how a feed's names and codes find their rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.feed_records import AgencyRecord, ProcuratorateRecord
from schema.tables import agency, procuratorate
from schema.tokens import token_text
from schema.vocabularies import Domain, RowOutcome


class UnknownNameError(LookupError):
    """A name or a code that the register does not know."""


@dataclass(frozen=True, slots=True)
class RegisteredAgency:
    """What loading a case needs to know of its agency; `name_tokens` is what the case's text holds of it."""

    id: int
    name: str
    name_tokens: str
    domains: tuple[Domain, ...]


@dataclass(slots=True)
class Register:
    """The agencies in memory, by every name and code they are known by; an alias two agencies share is none."""

    by_name: dict[str, RegisteredAgency] = field(default_factory=dict)
    by_uscc: dict[str, RegisteredAgency] = field(default_factory=dict)
    by_alias: dict[str, RegisteredAgency | None] = field(default_factory=dict)

    def find(self, name: str | None, uscc: str | None) -> RegisteredAgency | None:
        """By credit code, else by registered name, else by an alias that is one agency's alone."""
        return (
            (self.by_uscc.get(uscc) if uscc else None)
            or (self.by_name.get(name) if name else None)
            or (self.by_alias.get(name) if name else None)
        )

    def add(self, known: RegisteredAgency, uscc: str | None, aliases: tuple[str, ...]) -> None:
        """Enter an agency, or enter it anew after a change."""
        self.by_name[known.name] = known
        if uscc:
            self.by_uscc[uscc] = known
        for alias in aliases:
            other = self.by_alias.get(alias, known)
            self.by_alias[alias] = known if other is not None and other.id == known.id else None


async def read_register(connection: AsyncConnection) -> Register:
    """The whole register: some thousands of rows at most."""
    register = Register()
    for row in await connection.execute(select(agency)):
        register.add(
            RegisteredAgency(row.id, row.name, row.name_tokens, tuple(Domain(value) for value in row.domains)),
            row.uscc,
            tuple(row.aliases),
        )
    return register


async def store_procuratorate(connection: AsyncConnection, record: ProcuratorateRecord) -> RowOutcome:
    """Insert or update by name. Raises UnknownNameError for a parent that is not registered."""
    parent_id = await _procuratorate_id(connection, record.parent)
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
        await connection.execute(insert(procuratorate).values(values))
        return RowOutcome.INSERTED
    changed = _changed(current._asdict(), values)
    if not changed:
        return RowOutcome.UNCHANGED
    await connection.execute(procuratorate.update().where(procuratorate.c.id == current.id).values(changed))
    return RowOutcome.UPDATED


async def store_agency(connection: AsyncConnection, record: AgencyRecord, register: Register) -> RowOutcome:
    """Insert or update by credit code, else by name, and enter it in the register.

    Raises UnknownNameError for a procuratorate that is not registered.
    """
    values = {
        "name": record.name,
        "aliases": None if record.aliases is None else list(record.aliases),
        "uscc": record.uscc,
        "domains": None if record.domains is None else [domain.value for domain in record.domains],
        "region": record.region,
        "procuratorate_id": await _procuratorate_id(connection, record.procuratorate),
        "networked_on": record.networked_on,
        "priority": record.priority,
        "enforcement_power": record.enforcement_power,
        "source_updated_at": record.source_updated_at,
    }
    known = (register.by_uscc.get(record.uscc) if record.uscc else None) or register.by_name.get(record.name)
    if known is None:
        given = {column: value for column, value in values.items() if value is not None}
        given["name_tokens"] = token_text(" ".join((record.name, *(record.aliases or ()))))
        row = (await connection.execute(insert(agency).values(given).returning(agency))).one()
        outcome = RowOutcome.INSERTED
    else:
        current = (await connection.execute(select(agency).where(agency.c.id == known.id).with_for_update())).one()
        aliases = record.aliases if record.aliases is not None else tuple(current.aliases)
        values["name_tokens"] = token_text(" ".join((record.name, *aliases)))
        changed = _changed(current._asdict(), values)
        if not changed:
            return RowOutcome.UNCHANGED
        row = (
            await connection.execute(agency.update().where(agency.c.id == known.id).values(changed).returning(agency))
        ).one()
        outcome = RowOutcome.UPDATED
    register.add(
        RegisteredAgency(row.id, row.name, row.name_tokens, tuple(Domain(value) for value in row.domains)),
        row.uscc,
        tuple(row.aliases),
    )
    return outcome


async def register_agency(
    connection: AsyncConnection, register: Register, name: str, uscc: str | None
) -> RegisteredAgency:
    """Register an agency of which a feed gives no more than its name, and perhaps its code."""
    row = (
        await connection.execute(
            insert(agency).values(name=name, name_tokens=token_text(name), uscc=uscc).returning(agency.c.id)
        )
    ).one()
    known = RegisteredAgency(row.id, name, token_text(name), ())
    register.add(known, uscc, ())
    return known


def is_conflict(error: Exception) -> bool:
    """Whether a change was refused because two agencies would have one name or one code."""
    return isinstance(error, IntegrityError)


async def _procuratorate_id(connection: AsyncConnection, name: str | None) -> int | None:
    if name is None:
        return None
    found: int | None = await connection.scalar(select(procuratorate.c.id).where(procuratorate.c.name == name))
    if found is None:
        raise UnknownNameError(name)
    return found


def _changed(current: Mapping[str, object], incoming: Mapping[str, object]) -> dict[str, object]:
    """What an incoming row changes: an unknown value says nothing, and an older snapshot changes nothing."""
    known_at, told_at = current["source_updated_at"], incoming["source_updated_at"]
    if known_at is not None and told_at is not None and told_at < known_at:  # type: ignore[operator]  # both are times
        return {}
    return {column: value for column, value in incoming.items() if value is not None and current.get(column) != value}
