"""What a file's name may tell of a natural person is covered; what else it says stays."""

import pytest

from supervision.audit_covering import cover_file_name


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("赵小满案.jsonl", "赵***.jsonl"),
        ("王建国、李四.csv", "王**、李*.csv"),
        ("penalties-2024.csv", "penalties-2024.csv"),
        ("南阳市环境保护局2024年处罚.csv", "南阳市环境保护局2024年处罚.csv"),
        ("双公示行政处罚.xlsx", "双公示行政处罚.xlsx"),
        ("移送.jsonl", "移送.jsonl"),
    ],
)
def test_a_file_s_name_names_nobody(name: str, covered: str) -> None:
    assert cover_file_name(name) == covered
