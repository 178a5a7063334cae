"""case_text_covered holds the texts of every case that names a natural person, without the names, after any change."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from schema.tokens import token_text
from stores.postgres import Database
from tests.integration.indexing_cases import add_cases
from tests.integration.search_corpus import Corpus
from tests.integration.search_reference import without_names

COVERED = "SELECT covered_tokens(:tokens, names_to_cover(CAST(:names AS text[]), 'ORGANIZATION', NULL))"
RENAMED = """
UPDATE party SET name = '张三', name_tokens = :value WHERE id = (SELECT party_id FROM penalty_case WHERE id = :id)
"""
TYPED = "UPDATE party SET type = :value WHERE id = (SELECT party_id FROM penalty_case WHERE id = :id)"
LETTERS = "张三四王Ａa1，· "


async def covered(database: Database, case_id: int) -> str | None:
    """The facts of a case without the names; None where it has no row."""
    async with database.begin() as connection:
        statement = text("SELECT facts FROM case_text_covered WHERE case_id = :id")
        found: str | None = await connection.scalar(statement, {"id": case_id})
    return found


async def change(database: Database, statement: str, case_id: int, value: object = None) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement), {"id": case_id, "value": value})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.text(LETTERS, max_size=30), names=st.lists(st.text(LETTERS, max_size=4), max_size=4, unique=True))
async def test_what_the_database_leaves_of_a_text_is_what_stands_around_the_names(
    corpus: Corpus, written: str, names: Sequence[str]
) -> None:
    tokens = token_text(written)
    async with corpus.database.begin() as connection:
        found = await connection.scalar(text(COVERED), {"tokens": tokens, "names": list(names)})
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    assert found == "".join(without_names(tokens, longest_first))


@pytest.mark.parametrize(
    ("written", "names", "left"),
    [
        ("张三与李四到场", ["张三"], "与李四到场"),
        ("到场的是张三", ["张三"], "到场的是"),
        ("张三张三张三", ["张三"], ""),
        ("经张三、李四确认", ["张三", "李四"], "经|确认"),
        ("王张三到场", ["张三", "王张三"], "到场"),
        ("张 三，张·三", ["张三"], ""),
        ("Li与Liang", ["Li"], "与liang"),
        ("没有人到场", ["张三"], "没有人到场"),
    ],
)
async def test_where_a_name_stood_is_a_gap(corpus: Corpus, written: str, names: list[str], left: str) -> None:
    async with corpus.database.begin() as connection:
        found = await connection.scalar(text(COVERED), {"tokens": token_text(written), "names": names})
    assert found == "".join(map(token_text, left.split("|")))


async def test_a_case_has_covered_texts_while_it_names_somebody(database: Database) -> None:
    (case_id,) = await add_cases(database, facts="张三与李四到场")
    assert await covered(database, case_id) is None
    names = "UPDATE penalty_case SET person_names = :value WHERE id = :id"
    await change(database, names, case_id, ["张三"])
    assert await covered(database, case_id) == token_text("与李四到场")
    await change(database, names, case_id, ["张三", "李四"])
    assert await covered(database, case_id) == " 与  到 场 "
    await change(database, "UPDATE case_text SET facts = :value WHERE case_id = :id", case_id, token_text("李四走了"))
    assert await covered(database, case_id) == token_text("走了")
    await change(database, names, case_id, ["赵六"])
    assert await covered(database, case_id) is None
    await change(database, names, case_id, ["李四"])
    await change(database, "DELETE FROM penalty_case WHERE id = :id", case_id)
    assert await covered(database, case_id) is None


async def test_a_party_that_is_a_person_is_covered_and_its_name_wherever_it_stands(database: Database) -> None:
    (case_id,) = await add_cases(database, facts="张三到场")
    await change(database, RENAMED, case_id, token_text("张三"))
    assert await covered(database, case_id) is None
    await change(database, TYPED, case_id, "PERSON")
    async with database.begin() as connection:
        row = (await connection.execute(text("SELECT party, facts, agency FROM case_text_covered"))).one()
    assert tuple(row)[:2] == ("", token_text("到场"))
    assert row.agency
    await change(database, TYPED, case_id, "ORGANIZATION")
    assert await covered(database, case_id) is None
