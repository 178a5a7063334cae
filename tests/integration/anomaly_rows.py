"""Findings written by plain SQL: what they say matters to no test, only of what rule, kind, certainty and status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from schema.vocabularies import AnomalyKind, AnomalyStatus, Certainty
from stores.postgres import Database

_BOOK = text(
    "INSERT INTO rule_book (digest, rules, law, reading) VALUES ('test', '{}', '{}', '') ON CONFLICT DO NOTHING"
)
_FILES = text("""
INSERT INTO judged_file (case_id, digest, file)
SELECT DISTINCT case_id, CAST('test' AS bytea), CAST('{}' AS jsonb) FROM unnest(CAST(:cases AS bigint[])) AS t (case_id)
    ON CONFLICT DO NOTHING
""")
_FINDINGS = text("""
INSERT INTO anomaly (case_id, rule, kind, status, certainty, explanation, evidence, law, rule_version, rule_book_id,
                     judged_file_id, as_of, evidence_digest, detected_at)
SELECT told.case_id, told.rule, told.kind, told.status, told.certainty, '试', '[]', '[]', 1, b.id, f.id, '2024-06-07',
       'test', now()
  FROM unnest(CAST(:cases AS bigint[]), CAST(:rules AS text[]), CAST(:kinds AS text[]), CAST(:certainties AS text[]),
              CAST(:statuses AS text[])) AS told (case_id, rule, kind, certainty, status)
  JOIN judged_file f ON f.case_id = told.case_id AND f.digest = 'test'
  JOIN rule_book b ON b.digest = 'test'
    ON CONFLICT (case_id, rule) DO UPDATE
   SET kind = excluded.kind, status = excluded.status, certainty = excluded.certainty
""")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a case."""

    rule: str
    kind: AnomalyKind
    certainty: Certainty = Certainty.CERTAIN
    status: AnomalyStatus = AnomalyStatus.OPEN

    @property
    def active(self) -> bool:
        """Whether searches know it."""
        return self.status in {AnomalyStatus.OPEN, AnomalyStatus.CONFIRMED}


async def write_findings(database: Database, findings: Mapping[int, Sequence[Found]]) -> None:
    """Open findings of cases by their ids; a case's finding of the same rule is changed."""
    rows = [(case_id, found) for case_id, several in findings.items() for found in several]
    values = {
        "cases": [case_id for case_id, _ in rows],
        "rules": [found.rule for _, found in rows],
        "kinds": [found.kind.value for _, found in rows],
        "certainties": [found.certainty.value for _, found in rows],
        "statuses": [found.status.value for _, found in rows],
    }
    async with database.begin() as connection:
        await connection.execute(_BOOK)
        await connection.execute(_FILES, {"cases": values["cases"]})
        await connection.execute(_FINDINGS, values)
