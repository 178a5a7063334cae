"""What `docs/law.md` shows of rules, law and examples is what the files say."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def shown() -> list[tuple[str, str]]:
    """Every YAML block of the document: the file its first line names, and what it shows of it."""
    blocks = (ROOT / "docs" / "law.md").read_text(encoding="utf-8").split("```yaml\n# ")[1:]
    parts = (block.split("```", 1)[0].partition("\n") for block in blocks)
    return [(name, excerpt) for name, _, excerpt in parts]


def test_the_document_shows_a_rule_its_law_and_its_examples() -> None:
    assert {Path(name).parent.as_posix() for name, _ in shown()} == {
        "supervision/rules",
        "supervision/law",
        "tests/rules",
    }


@pytest.mark.parametrize(("name", "excerpt"), shown(), ids=lambda value: value if value.endswith(".yaml") else "")
def test_what_the_document_shows_stands_in_the_file(name: str, excerpt: str) -> None:
    assert excerpt in (ROOT / name).read_text(encoding="utf-8")
