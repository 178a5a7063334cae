"""The walls between the records of one and the eyes of another, each of which can be taken away by itself."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import psycopg
import pytest

from api.gate import Gate
from schema.access_records import EVERYTHING, Scope
from stores.search import scope as compiled
from tests.conftest import TestDatabase, dsn

_PROTECTED: Final = (
    "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY relname"
)


@contextmanager
def without_row_security(urls: TestDatabase) -> Iterator[None]:
    """Let every statement see every row, as the tables' owner can decide."""
    with psycopg.connect(dsn(urls.owner), autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(_PROTECTED)]
        assert "penalty_case" in tables
        try:
            for table in tables:
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
            yield
        finally:
            for table in tables:
                connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY".encode())


@contextmanager
def without_compiled_scope(_urls: TestDatabase) -> Iterator[None]:
    """Let every query, of either engine, ask for everything, wherever the scope is written into it."""
    real: dict[str, Callable[..., Any]] = {
        "compile_scope": compiled.compile_scope,
        "scope_parameters": compiled.scope_parameters,
        "scope_clauses": compiled.scope_clauses,
        "desk_parameters": compiled.desk_parameters,
    }
    everything: dict[str, Callable[..., Any]] = {
        "compile_scope": lambda *_, **__: [],
        "scope_parameters": _everything_but_findings,
        "scope_clauses": lambda _scope: [],
        "desk_parameters": lambda _scope: {"everything": True, "scope_desks": []},
    }
    with pytest.MonkeyPatch.context() as patch:
        patched = 0
        for module in list(sys.modules.values()):
            for name, function in real.items():
                if getattr(module, "__dict__", {}).get(name) is function:
                    patch.setattr(module, name, everything[name])
                    patched += 1
        assert patched > len(real)
        yield


def _everything_but_findings(scope: Scope) -> dict[str, Any]:
    """The parameters of statements written out; whether findings may be known of is no part of whose cases they are."""
    return {**_PARAMETERS(EVERYTHING), "scope_findings": scope.findings}


_PARAMETERS: Final = compiled.scope_parameters


@contextmanager
def without_gate(_urls: TestDatabase) -> Iterator[None]:
    """Let everything out that was read."""
    checks = [name for name in vars(Gate) if name.startswith("lets")]
    assert checks
    with pytest.MonkeyPatch.context() as patch:
        for name in checks:
            patch.setattr(Gate, name, lambda *_: True)
        yield


WALLS: Final[Mapping[str, Callable[[TestDatabase], AbstractContextManager[None]]]] = {
    "row-level security": without_row_security,
    "the scope in the queries": without_compiled_scope,
    "the gate before an answer": without_gate,
}
"""Each wall, and what takes it away."""
