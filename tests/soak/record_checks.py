"""What must hold of the record after any sequence: in SQL over all that is new, and against what the machines say."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schema.access_records import Desk
from schema.access_vocabularies import Permission
from supervision.access import PERMISSIONS
from tests.soak.city import City, awaited_cases
from tests.soak.clue_deeds import current
from tests.soak.deed import Town
from tests.soak.legal_steps import require_legal

_TABLES: Final = {
    "clue": ("clue", "clue_event", "clue_id"),
    "measure": ("measure", "measure_event", "measure_id"),
    "duty_crime": ("duty_crime_case", "duty_crime_event", "case_id"),
    "public_interest": ("public_interest_case", "public_interest_event", "case_id"),
}
"""Of each kind its table, that of its events, and what ties them."""

_HANDLING: Final = [role.value for role, may in PERMISSIONS.items() if Permission.HANDLE_CLUES in may]

NONE_IS: Final[Mapping[str, str]] = {
    "a clue without a handler who handles clues": """
SELECT c.id FROM clue c LEFT JOIN account a ON a.id = c.handler_id
 WHERE c.id > :clue AND (a.id IS NULL OR NOT a.roles && CAST(:handling AS text[]))""",
    "a clue that its handler's desk does not see": """
SELECT c.id FROM clue c
 WHERE c.id > :clue AND NOT (coalesce(c.procuratorate_id, 0) || '/' || c.department) = ANY (c.desks)""",
    "a clue handed to a new handler who had left": """
SELECT e.id FROM clue_event e JOIN account a ON a.id = e.handler_id
  LEFT JOIN clue_event b ON b.clue_id = e.clue_id AND b.revision = e.revision - 1
 WHERE e.clue_id > :clue AND b.handler_id <> e.handler_id AND a.disabled_at < e.happened_at""",
    "a closed clue without the result that was said of it": """
SELECT c.id FROM clue c
 WHERE c.id > :clue AND c.status = 'CLOSED'
   AND coalesce(c.result, '') IS DISTINCT FROM
       (SELECT e.note FROM clue_event e WHERE e.clue_id = c.id AND e.event = 'CLOSED' AND e.note <> '')""",
    "a clue closed twice, or one that goes on after it": """
SELECT e.id FROM clue_event e JOIN clue_event x ON x.clue_id = e.clue_id AND x.event = 'CLOSED'
 WHERE e.clue_id > :clue AND e.revision > x.revision AND e.event <> 'ACKNOWLEDGED'""",
    "a result that is owed to somebody else than who is to have it": """
SELECT c.id FROM clue c
 WHERE c.id > :clue
   AND ARRAY(SELECT r.account_id FROM clue_receipt r WHERE r.clue_id = c.id ORDER BY 1)
       <> CASE WHEN c.status = 'CLOSED' THEN ARRAY(
            SELECT c.opener_id UNION SELECT h.sender_id FROM clue_hand_over h
             WHERE h.clue_id = c.id AND h.outcome = 'ACCEPTED' ORDER BY 1) ELSE '{}'::bigint[] END""",
    "a clue that is finished while its result is owed": """
SELECT c.id FROM clue c
 WHERE c.id > :clue AND c.status = 'CLOSED'
   AND (c.acknowledged_at IS NULL)
       <> EXISTS (SELECT FROM clue_receipt r WHERE r.clue_id = c.id AND r.acknowledged_at IS NULL)""",
    "a hand-over that waits for nobody, or a clue that waits without one": """
SELECT c.id FROM clue c
 WHERE c.id > :clue
   AND (c.status = 'TRANSFERRED')
       <> EXISTS (SELECT FROM clue_hand_over h WHERE h.clue_id = c.id AND h.outcome IS NULL)""",
    "a desk with a part in a clue that does not see it": """
SELECT c.id FROM clue c
 CROSS JOIN LATERAL (
   SELECT h.from_procuratorate_id AS home, h.from_department AS department FROM clue_hand_over h WHERE h.clue_id = c.id
   UNION SELECT h.to_procuratorate_id, h.to_department FROM clue_hand_over h WHERE h.clue_id = c.id
   UNION SELECT p.procuratorate_id, p.department FROM clue_participation p WHERE p.clue_id = c.id
 ) part WHERE c.id > :clue AND NOT (coalesce(part.home, 0) || '/' || part.department) = ANY (c.desks)""",
    "a clue's row that is not its last event's": """
SELECT c.id FROM clue c JOIN clue_event e ON e.clue_id = c.id AND e.revision = c.revision
 WHERE c.id > :clue
   AND (c.status, c.procuratorate_id, c.department, c.handler_id, c.due_on, c.last_step_at)
       IS DISTINCT FROM (e.status, e.procuratorate_id, e.department, e.handler_id, e.due_on, e.happened_at)""",
    "an issued measure without its own number": """
SELECT m.id FROM measure m
 WHERE m.id > :measure AND (m.status NOT IN ('DRAFT', 'WITHDRAWN') OR m.issued_on IS NOT NULL)
   AND m.number IS DISTINCT FROM
       (SELECT e.note FROM measure_event e WHERE e.measure_id = m.id AND e.event = 'ISSUED')""",
    "a reply or a check that was lost": """
SELECT m.id FROM measure m
 WHERE m.id > :measure
   AND (m.reply IS DISTINCT FROM (SELECT e.note FROM measure_event e WHERE e.measure_id = m.id AND e.event = 'REPLIED')
     OR m.rectification IS DISTINCT FROM (SELECT e.note FROM measure_event e
          WHERE e.measure_id = m.id AND e.event = 'CHECKED' ORDER BY e.revision DESC LIMIT 1))""",
    "a measure that goes on after it was withdrawn": """
SELECT e.id FROM measure_event e JOIN measure_event w ON w.measure_id = e.measure_id AND w.event = 'WITHDRAWN'
 WHERE e.measure_id > :measure AND e.revision > w.revision""",
    "an escalated measure that went nowhere": """
SELECT m.id FROM measure m
 WHERE m.id > :measure
   AND (m.escalated_to_id IS NOT NULL)
       <> EXISTS (SELECT FROM measure_event e WHERE e.measure_id = m.id AND e.event = 'ESCALATED')""",
    "a suit upon a proposal that was withdrawn": """
SELECT p.id FROM public_interest_case p JOIN measure m ON m.id = p.measure_id
 WHERE p.id > :public_interest AND p.sued_on IS NOT NULL AND m.status = 'WITHDRAWN'""",
    "a judgment that was lost": """
SELECT p.id FROM public_interest_case p JOIN public_interest_event e ON e.case_id = p.id AND e.event = 'JUDGED'
 WHERE p.id > :public_interest AND p.outcome IS DISTINCT FROM e.note""",
    "a number left out": """
SELECT counter.id FROM document_counter counter
 WHERE counter.series LIKE 'measure/%' AND counter.last <> (
   SELECT count(*) FROM measure m
    WHERE m.procuratorate_id IS NOT DISTINCT FROM counter.procuratorate_id AND 'measure/' || m.kind = counter.series
      AND extract(year FROM m.issued_on) = counter.year)""",
    "a key that stands for nothing": "SELECT 1 FROM applied_mutation WHERE record_id = 0",
    "a decision whose clue or measure is not there": """
SELECT t.id FROM triage t
 WHERE t.id > :triage AND (t.reason = '' OR (t.decision = 'CLUE') <> (t.clue_id IS NOT NULL)
                           OR (t.decision = 'MEASURE') <> (t.measure_id IS NOT NULL))""",
    **{
        f"{kind}: a row that is not as its events leave it": f"""
SELECT r.id FROM {table} r
 CROSS JOIN LATERAL (
   SELECT count(*) AS events, max(e.revision) AS last,
          (array_agg(e.status ORDER BY e.revision DESC))[1] AS status
     FROM {events} e WHERE e.{tie} = r.id) told
 WHERE r.id > :{kind} AND (r.revision, r.revision, r.status) IS DISTINCT FROM (told.events, told.last, told.status)"""  # noqa: S608  our own names
        for kind, (table, events, tie) in _TABLES.items()
    },
}
"""What no row may be."""


async def marks_of(city: City) -> dict[str, int]:
    """Behind which ids everything is new."""
    tables = {kind: table for kind, (table, _, _) in _TABLES.items()}
    events = {f"{kind}_event": event for kind, (_, event, _) in _TABLES.items()}
    wanted = {**tables, **events, "triage": "triage", "audit": "audit_entry"}
    parts = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table}) AS {name}" for name, table in wanted.items())  # noqa: S608  our own names
    [row] = await city.feed.rows(f"SELECT {parts}")
    return {name: int(value) for name, value in row.items()}


async def check_rows(city: City, marks: Mapping[str, int]) -> None:
    """Nothing new is what nothing may be; without marks, nothing at all, for which all rows have to be looked at."""
    known: Mapping[str, Any] = {**dict.fromkeys((*_TABLES, "triage"), 0), **marks, "handling": _HANDLING}
    for what, statement in NONE_IS.items():
        bound = {name: value for name, value in known.items() if f":{name}" in statement}
        if marks and not bound:
            continue
        found = await city.feed.rows(statement, **bound)
        assert not found, f"{what}: {found}"


async def check_model(town: Town, marks: Mapping[str, int]) -> None:
    """The record is what the machines say, and there is nothing else in it."""
    model = town.model
    for kind, known in (
        ("clue", model.clues),
        ("measure", model.measures),
        ("duty_crime", model.duty_crimes),
        ("public_interest", model.public_interest),
    ):
        table, events, tie = _TABLES[kind]
        rows = await _since(town, table, marks[kind])
        assert {row["id"] for row in rows} == known.keys()
        for row in rows:
            assert is_as_told(town, kind, row)
        written = await _since(town, events, marks[f"{kind}_event"])
        assert len(written) == model.events[kind], f"{kind}: an event that nobody made, or one that is lost"
        lives: dict[int, list[dict[str, Any]]] = {}
        for event in written:
            lives.setdefault(event[tie], []).append(event)
        for life in lives.values():
            require_legal(kind, life)
    decided = await _since(town, "triage", marks["triage"])
    assert len(decided) == model.events["triage"]
    now = await awaited_cases(town.city)
    for case_id, case in model.awaited.items():
        assert (now[case_id].waiting, now[case_id].decided) == (case.waiting, case.decided)
    keys = await town.city.feed.rows("SELECT key FROM applied_mutation WHERE key LIKE :mine", mine=f"{town.seed}.%")
    assert {row["key"] for row in keys} == {key for _, key in model.keys}


async def check_audit(town: Town, marks: Mapping[str, int]) -> None:
    """Every change is in the audit trail, once, and nothing else is."""
    rows = await town.city.feed.rows(
        "SELECT operation, count(*) AS n FROM audit_entry"
        " WHERE id > :mark AND action = 'CHANGE' AND detail ->> 'refused' IS NULL GROUP BY operation",
        mark=marks["audit"],
    )
    assert {row["operation"]: row["n"] for row in rows} == dict(town.model.accepted)


async def _since(town: Town, table: str, mark: int) -> Sequence[dict[str, Any]]:
    return await town.city.feed.rows(f"SELECT * FROM {table} WHERE id > :mark ORDER BY id", mark=mark)  # noqa: S608  our own names


def is_as_told(town: Town, kind: str, row: dict[str, Any]) -> bool:
    """Whether a record stands as the machines say."""
    model = town.model
    if kind == "clue":
        clue = model.clues[row["id"]]
        state = current(town, clue.state)
        wanted: dict[str, Any] = {
            "status": state.status.value,
            "procuratorate_id": state.desk.procuratorate_id,
            "department": state.desk.department.value,
            "handler_id": state.handler_id,
            "sender_id": state.sender_id,
            "opener_id": state.opener.id,
            "due_on": state.due_on,
            "result": model.results.get(row["id"]),
            "revision": clue.revision,
        }
        if frozenset(map(Desk.read, row["desks"])) != state.desks:
            return False
    elif kind == "measure":
        measure = model.measures[row["id"]].state
        names = ("number", "procuratorate_id", "issued_on", "served_on", "named_limit_on", "reply_due_on", "replied_on")
        more = ("reply", "checked_on", "rectification", "copied_on", "escalated_to_id", "revision", "agency_id")
        wanted = {name: getattr(measure, name) for name in (*names, *more)}
        wanted |= {"status": measure.status.value, "kind": measure.kind.value}
    elif kind == "duty_crime":
        crime = model.duty_crimes[row["id"]]
        wanted = {"status": crime.state.status.value, "last_step_on": crime.state.last_step_on}
        wanted |= {"revision": crime.revision}
    else:
        case = model.public_interest[row["id"]]
        told = ("last_step_on", "measure_id", "suspended_on", "sued_on", "court", "outcome")
        wanted = {name: getattr(case.state, name) for name in told}
        wanted |= {"status": case.state.status.value, "revision": case.revision}
    return {name: row[name] for name in wanted} == wanted
