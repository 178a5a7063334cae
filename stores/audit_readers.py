"""Which entries of the audit trail somebody may read, and of which cases these tell, as conditions in SQL."""

from string import Template
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.sql.elements import TextClause

from schema.audit_records import AuditReader
from schema.audit_tables import audit_entry
from schema.tables import penalty_case
from stores.search.scope import compile_scope

# Where an account belongs today, whenever it did what an entry says. `supervision.access.may_see_account` says the same
# of accounts; each list of accounts is made once a statement.
_READABLE: Final = Template("""
(CAST(:reads_everybody AS boolean) OR $entry.account_id = CAST(:reader_id AS bigint) OR $entry.account_id IN (
  SELECT account.id FROM account LEFT JOIN agency ON agency.id = account.agency_id
   WHERE coalesce(account.procuratorate_id, agency.procuratorate_id) = ANY (CAST(:reads_procuratorates AS bigint[]))
) OR (CAST(:reads_homeless AS boolean) AND ($entry.account_id IS NULL OR $entry.account_id NOT IN (
  SELECT account.id FROM account LEFT JOIN agency ON agency.id = account.agency_id
   WHERE coalesce(account.procuratorate_id, agency.procuratorate_id) IS NOT NULL
))))
""")


def readable(entry: str) -> str:
    """That an entry may be read, by the name it has in a statement, with the parameters of `reader_parameters`."""
    return _READABLE.substitute(entry=entry)


def reader_parameters(reader: AuditReader) -> dict[str, Any]:
    """What `readable` goes by."""
    return {
        "reads_everybody": reader.everybody,
        "reader_id": reader.account_id,
        "reads_procuratorates": list(reader.procuratorate_ids),
        "reads_homeless": reader.highest,
    }


def compile_readable(reader: AuditReader) -> TextClause:
    """The same condition on `audit_entry`."""
    return text(readable("audit_entry")).bindparams(**reader_parameters(reader))


def cases_told(reader: AuditReader) -> ColumnElement[Any]:
    """Of an entry's cases those that the reader may know of, in their order."""
    if reader.scope.everything:
        return audit_entry.c.case_ids
    told = func.unnest(audit_entry.c.case_ids).table_valued("id", with_ordinality="place").render_derived("told")
    within = (
        select(told.c.id)
        .join(penalty_case, penalty_case.c.id == told.c.id)
        .where(*compile_scope(reader.scope))
        .order_by(told.c.place)
    )
    return func.array(within.scalar_subquery(), type_=audit_entry.c.case_ids.type)


def case_told(reader: AuditReader, case_id: int) -> list[ColumnElement[bool]]:
    """The conditions that an entry tells the reader of this case."""
    conditions: list[ColumnElement[bool]] = [audit_entry.c.case_ids.contains([case_id])]
    if not reader.scope.everything:
        known = select(penalty_case.c.id).where(penalty_case.c.id == case_id, *compile_scope(reader.scope))
        conditions.append(known.exists())
    return conditions
