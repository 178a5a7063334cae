"""How many statements something costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from stores.postgres import BEGINNING, Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL that is executed meanwhile, but for what begins a transaction: BEGIN, and the scope it is in."""
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(BEGINNING):
            executed.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
