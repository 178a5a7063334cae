"""Mistakes on the command line, settings and help: each command says in a sentence what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from typer import Typer
from typer.testing import CliRunner

from api.graphql_schema import sdl
from commands.main import app
from commands.search import pointed
from tests.acceptance.program import NOBODY, Program

pytestmark = pytest.mark.acceptance

# -- what goes wrong before anything is done ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "settings", "told"),
    [
        (("settings",), {"auth": "sometimes"}, "JIANDU_AUTH"),
        (("settings",), {"trusted_proxies": "the one over there"}, "JIANDU_TRUSTED_PROXIES"),
        (("settings",), {"query_timeout_seconds": "soon"}, "JIANDU_QUERY_TIMEOUT_SECONDS"),
        (("search", "x"), {"database_url": "postgresql://a:geheim@127.0.0.1:9/x"}, "PostgreSQL does not answer"),
        (("migrate",), {"database_url": "postgresql://a:geheim@127.0.0.1:9/x"}, "PostgreSQL does not answer"),
        (("search", "x"), {"database_url": "mysql://a:geheim@b/c"}, "JIANDU_DATABASE_URL"),
        (("migrate",), {"database_url": "geheim"}, "JIANDU_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    program: Program, words: tuple[str, ...], settings: dict[str, str], told: str
) -> None:
    sentence = program.run(*words, **settings).sentence
    assert told in sentence
    assert "geheim" not in sentence


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (NOBODY, "Elasticsearch does not answer"),
        ("elsewhere", "JIANDU_ELASTICSEARCH_URL"),
        ("", "Set JIANDU_ELASTICSEARCH_URL"),
    ],
)
def test_a_missing_elasticsearch_is_told_in_a_sentence(
    program: Program, servers: dict[str, str], url: str, told: str
) -> None:
    assert told in program.run("index", "sync", **servers | {"elasticsearch_url": url}).sentence


def test_the_index_s_status_tells_what_the_record_knows_where_elasticsearch_is_away(
    program: Program, servers: dict[str, str]
) -> None:
    result = program.run("index", "status", "--json", **servers | {"elasticsearch_url": NOBODY})
    assert result.status == 2
    assert (result.json["outbox"], result.json["dead_letters"], result.json["index"]) == (0, 0, None)
    assert "jiandu: Elasticsearch does not answer." in result.err


def test_searches_go_on_without_elasticsearch(program: Program, servers: dict[str, str]) -> None:
    result = program.run("search", "废物", "--json", **servers | {"elasticsearch_url": NOBODY})
    assert (result.status, result.json["degraded"], result.json["engine"]) == (0, True, "POSTGRESQL")
    assert "PostgreSQL answers for Elasticsearch" in result.err


def test_a_mistake_in_a_query_is_pointed_at(program: Program) -> None:
    result = program.run("search", "危险废物 (倾倒 OR", "--json")
    assert (result.status, result.out) == (2, "")
    sentence, query, caret = result.err.splitlines()
    assert sentence.startswith("jiandu: Write a word")
    assert query == "  危险废物 (倾倒 OR"
    assert caret.index("^") == cell_len(query[: query.index("OR")])


@given(st.text(min_size=1, max_size=60), st.data())
def test_the_caret_stands_below_its_character(query: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(query)))
    shown, caret = pointed(query, position).splitlines()
    before = shown[: _characters_in(shown, caret.index("^"))]
    assert cell_len(before) == caret.index("^")
    assert not {category(character) for character in shown} & {"Cc", "Cf", "Cs"}


def _characters_in(text: str, cells: int) -> int:
    return next(count for count in range(len(text) + 1) if cell_len(text[:count]) >= cells)


# -- settings, help ----------------------------------------------------------------------------------------------------


def test_settings_name_their_sources_and_cover_what_is_secret(program: Program, tmp_path: Path) -> None:
    (program.folder / ".env").write_text("JIANDU_ELASTICSEARCH_PREFIX=stadt\nJIANDU_QUERY_TIMEOUT_SECONDS=5\n")
    try:
        shown = program.run(
            *("--elasticsearch-url", "http://elastic:geheim@search:9200", "settings", "--json"),
            database_url="postgresql://app@db/jiandu?password=geheim",
            data_key="k1:geheim",
            query_timeout_seconds="7",
        )
        told = program.run("settings", data_dir=str(tmp_path))
    finally:
        (program.folder / ".env").unlink()
    rows = {name: (row["value"], row["source"]) for name, row in shown.json.items()}
    assert rows["elasticsearch_url"] == ("http://elastic:***@search:9200", "option")
    assert rows["database_url"] == ("postgresql://app@db/jiandu?password=***", "environment")
    assert rows["data_key"] == ("***", "environment")
    assert rows["query_timeout_seconds"] == ("7.0", "environment")
    assert rows["elasticsearch_prefix"] == ("stadt", ".env")
    assert rows["auth"] == ("local", "default")
    assert "geheim" not in shown.out + shown.err
    assert f"JIANDU_DATA_DIR={tmp_path}  (environment)\n" in told.out


def test_the_schema_is_printed(program: Program) -> None:
    assert program.run("sdl").out == sdl()
    assert program.run("sdl", "--json").json == {"sdl": sdl()}


COMMANDS = [
    ("demo",),
    ("serve",),
    ("migrate",),
    *(("feed", name) for name in ("load", "watch", "errors", "waiting", "names", "rename", "template", "layouts")),
    *(("rules", name) for name in ("list", "explain", "check", "diff", "run", "settings", "set")),
    *(("user", name) for name in ("add", "list", "disable", "enable", "password")),
    *(("token", name) for name in ("issue", "list", "rotate", "revoke")),
    *(("audit", name) for name in ("seal", "verify")),
    *(("audit", "watch", name) for name in ("add", "list", "remove")),
    ("index", "sync"),
    ("index", "rebuild"),
    ("index", "verify"),
    ("index", "status"),
    ("search",),
    ("settings",),
    ("sdl",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_on_one_screen(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "--json" in result.output
    assert len(result.output.splitlines()) <= 40


def test_no_command_is_forgotten_here() -> None:
    assert set(_commands_of(app)) == set(COMMANDS)


def _commands_of(group: Typer) -> Iterator[tuple[str, ...]]:
    for command in group.registered_commands:
        assert command.name
        yield (command.name,)
    for inner in group.registered_groups:
        assert inner.name
        assert inner.typer_instance
        for words in _commands_of(inner.typer_instance):
            yield inner.name, *words


def test_a_word_that_is_no_command_is_not_done(program: Program) -> None:
    result = program.run("frobnicate")
    assert (result.status, result.out) == (2, "")
    assert "frobnicate" in result.err
