"""In the record of access_record.py, what procuratorates run themselves: of each place all that its desks may have."""

from typing import Any, Final

from schema.vocabularies import Department
from tests.integration.access_viewers import EAST, WEST, Place
from tests.integration.feeding import Feed

DESK: Final = Department.ANTI_CORRUPTION
"""Where everybody who asks sits."""

_HOMES: Final = {Place.EAST: EAST, Place.WEST: WEST, Place.NOBODY: None}

_STATEMENTS: Final = {
    "clue": """
INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id, opener_id,
  due_on, opened_at, last_step_at, closed_at, result, desks)
SELECT :word || '线' || n, :said, 'VISIT', 'DUTY_CRIME', CASE n WHEN 1 THEN 'ASSIGNED' ELSE 'CLOSED' END, :home, :desk,
       :actor, :actor, :actor, '2026-03-01', '2026-02-01T12:00:00+08', '2026-02-01T12:00:00+08',
       CASE n WHEN 2 THEN timestamptz '2026-02-01T12:00:00+08' END, CASE n WHEN 2 THEN :said END,
       ARRAY[coalesce(:home, 0) || '/' || :desk]
  FROM generate_series(1, 2) n
""",
    "measure": """
INSERT INTO measure (number, kind, status, title, text, addressee, agency_id, procuratorate_id, author_id, drafted_at,
  issued_on, served_on, reply_due_on, replied_on, reply, checked_on, rectification)
VALUES (:word || '建', 'PRE_LITIGATION_PROPOSAL', 'RECTIFIED', :said, :said, :said, :agency, :home, :actor, now(),
  '2026-02-02', '2026-02-02', '2026-04-02', '2026-03-02', :said, '2026-03-03', :said)
""",
    "duty_crime_case": """
INSERT INTO duty_crime_case (number, official, position, agency_id, workplace, crime, status, outcome, clue_id,
  procuratorate_id, department, filed_on, last_step_on, author_id)
VALUES (:word || '立', :person, :said, :agency, :said, :said, 'JUDGED', :said,
  (SELECT min(id) FROM clue WHERE number LIKE :word || '%'), :home, :desk, '2026-02-01', '2026-02-01', :actor),
  (:word || '立二', :person, :said, :agency, :said, :said, 'FILED', NULL, NULL, :home, :desk, '2026-02-01',
  '2026-02-01', :actor)
""",
    "duty_crime_event": """
INSERT INTO duty_crime_event (case_id, revision, event, happened_at, on_day, actor_id, status, note)
SELECT id, 1, 'FILED', now(), '2026-02-01', :actor, 'FILED', :said FROM duty_crime_case WHERE number LIKE :word || '%'
""",
    "public_interest_case": """
INSERT INTO public_interest_case (number, title, domain, agency_id, status, clue_id, measure_id, procuratorate_id,
  filed_on, suspended_on, sued_on, court, outcome, last_step_on, author_id)
SELECT :word || '公' || n, :said, 'LAND', :agency, (ARRAY['PROPOSED', 'SUSPENDED', 'JUDGED'])[n],
       (SELECT min(id) FROM clue WHERE number LIKE :word || '%'),
       (SELECT min(id) FROM measure WHERE number LIKE :word || '%'), :home, '2026-02-01',
       CASE n WHEN 2 THEN date '2026-02-01' END, CASE n WHEN 3 THEN date '2026-02-01' END,
       CASE n WHEN 3 THEN '某法院' END,
       CASE n WHEN 3 THEN :said END, '2026-02-01', :actor
  FROM generate_series(1, 3) n
""",
    "public_interest_penalty_case": """
INSERT INTO public_interest_penalty_case
SELECT p.id, c.id FROM public_interest_case p JOIN penalty_case c USING (agency_id)
 WHERE p.agency_id = :agency AND c.document_number = :number
""",
    "public_interest_event": """
INSERT INTO public_interest_event (case_id, revision, event, happened_at, on_day, actor_id, status, note)
SELECT id, 1, 'FILED', now(), '2026-02-01', :actor, 'FILED', :said FROM public_interest_case WHERE agency_id = :agency
""",
    "typical_case": """
INSERT INTO typical_case (case_id, procuratorate_id, summary, marked_by, marked_at, withdrawn_by, withdrawn_at,
  withdrawal_reason)
SELECT c.id, :home, :said, :actor, '2026-02-01T12:00:00+08', CASE n WHEN 2 THEN :actor END,
       CASE n WHEN 2 THEN now() END, CASE n WHEN 2 THEN :said END
  FROM penalty_case c, generate_series(1, 2) n WHERE c.agency_id = :agency AND c.document_number = :number
""",
    "county_report": """
INSERT INTO county_report (procuratorate_id, kind, period_start, period_end, due_on, text, figures, sent_on, sent_at,
  sent_by)
SELECT f.procuratorate_id, 'DATA', '2026-02-01', '2026-02-28', '2026-03-05', '二月数据', to_jsonb(f),
       '2026-03-06', now(), :actor
  FROM figures_in_scope('2026-02-01', '2026-02-28', '2026-03-06', 15) f WHERE f.procuratorate_id = :home
""",
}

TYPES: Final = {
    "DutyCrimeCase": "SELECT id FROM duty_crime_case WHERE agency_id = :agency ORDER BY id",
    "PublicInterestCase": "SELECT id FROM public_interest_case WHERE agency_id = :agency ORDER BY id",
    "TypicalCase": (
        "SELECT t.id FROM typical_case t JOIN penalty_case c ON c.id = t.case_id"
        " WHERE c.agency_id = :agency ORDER BY t.id"
    ),
}


async def add_own_cases(feed: Feed) -> dict[Place, dict[str, list[int]]]:
    """Fill the tables; of each place the ids of its records by their types."""
    [actor] = await feed.rows("SELECT min(id) AS id FROM account")
    found: dict[Place, dict[str, list[int]]] = {}
    for place in Place:
        [home] = await feed.rows(
            "SELECT (SELECT id FROM procuratorate WHERE name = :home) AS id, a.id AS agency FROM agency a"
            " WHERE a.name = :agency",
            home=_HOMES[place],
            agency=place.value,
        )
        told: dict[str, Any] = {
            "word": place.word,
            "said": place.said(),
            "person": place.person,
            "number": place.number(1),
            "agency": home["agency"],
            "home": home["id"],
            "desk": DESK.value,
            "actor": actor["id"],
        }
        for statement in _STATEMENTS.values():
            typed = statement.replace(":home", "CAST(:home AS bigint)").replace(":word", "CAST(:word AS text)")
            typed = typed.replace(":said", "CAST(:said AS text)").replace(":desk", "CAST(:desk AS text)")
            typed = typed.replace(":actor", "CAST(:actor AS bigint)")
            await feed.run(typed, **{key: value for key, value in told.items() if f":{key}" in typed})
        found[place] = {
            name: [row["id"] for row in await feed.rows(statement, agency=home["agency"])]
            for name, statement in TYPES.items()
        }
    return found
