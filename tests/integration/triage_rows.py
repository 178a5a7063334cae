"""Findings with due days, written by plain SQL, with the events by which they open: what fills the queues of triage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from schema.vocabularies import AnomalyKind, AnomalyStatus, Certainty
from stores.postgres import Database

_BOOK = text(
    "INSERT INTO rule_book (digest, rules, law, reading) VALUES ('test', '{}', '{}', '') ON CONFLICT DO NOTHING"
)
_FILE = text("INSERT INTO judged_file (case_id, digest, file) VALUES (:case_id, 'test', '{}') ON CONFLICT DO NOTHING")
_FINDING = text("""
WITH kept AS (
  INSERT INTO anomaly (case_id, rule, kind, status, certainty, due_on, done_on, explanation, evidence, law,
                       rule_version, rule_book_id, judged_file_id, as_of, evidence_digest, detected_at)
  SELECT :case_id, :rule, :kind, :status, :certainty, :due_on, :done_on, '试', '[]', '[]', 1, b.id, f.id, '2024-06-07',
         'test', now()
    FROM judged_file f, rule_book b
   WHERE f.case_id = :case_id AND f.digest = 'test' AND b.digest = 'test'
  ON CONFLICT (case_id, rule) DO UPDATE
     SET kind = excluded.kind, status = excluded.status, certainty = excluded.certainty, due_on = excluded.due_on,
         done_on = excluded.done_on
  RETURNING *
)
INSERT INTO anomaly_event (anomaly_id, event, status, certainty, due_on, explanation, evidence, law, rule_version,
                           rule_book_id, judged_file_id, as_of)
SELECT id, :event, status, certainty, due_on, explanation, evidence, law, rule_version, rule_book_id, judged_file_id,
       as_of FROM kept
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFinding:
    """A finding of a case, by what its place in a queue goes by."""

    case_id: int
    rule: str = "service.late"
    kind: AnomalyKind = AnomalyKind.NOT_TRANSFERRED
    status: AnomalyStatus = AnomalyStatus.OPEN
    certainty: Certainty = Certainty.CERTAIN
    due_on: date | None = date(2024, 5, 1)
    done_on: date | None = None
    event: str = "OPENED"


async def write_due_findings(database: Database, findings: Sequence[DueFinding]) -> None:
    """Open findings, each in a statement of its own as a run does for each batch."""
    async with database.begin() as connection:
        await connection.execute(_BOOK)
        for found in findings:
            await connection.execute(_FILE, {"case_id": found.case_id})
            values = {name: getattr(found, name) for name in DueFinding.__dataclass_fields__}
            await connection.execute(_FINDING, values)
