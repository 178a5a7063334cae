"""Runs Alembic on the connection it is given (stores.migrating), in that connection's transaction."""

from typing import Any

from alembic import context

import schema.account_tables
import schema.agency_name_tables
import schema.anomaly_tables
import schema.audit_tables
import schema.feed_tables
import schema.follow_up_tables

# The tables register themselves in it.
import schema.history_tables
import schema.index_tables
import schema.tables  # noqa: F401  the same
from schema.metadata import metadata


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    # An index on a function's result cannot be written down in schema/tables.py without that function's text.
    return not (kind == "index" and name == "ix_case_text_token_pairs")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_is_ours,
    compare_server_default=False,
)
context.run_migrations()
