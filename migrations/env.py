"""Runs Alembic on the connection it is given (stores.migrating), in that connection's transaction."""

from typing import Any

from alembic import context

from schema import (  # noqa: F401  the tables register themselves
    account_tables,
    activity_tables,
    agency_name_tables,
    anomaly_tables,
    audit_tables,
    campaign_tables,
    clue_tables,
    county_report_tables,
    duty_crime_tables,
    feed_tables,
    follow_up_tables,
    history_tables,
    index_tables,
    measure_tables,
    public_interest_tables,
    tables,
    triage_tables,
)
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
