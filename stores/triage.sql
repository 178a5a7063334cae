-- The queues of triage, and what was decided.

-- name: page
-- Days overdue grow where the act is not done and stand still where it was done late, so no one index has the order: of
-- each department and certainty the first rows are taken of three orders that have an index each, and put together.
WITH started AS (
  SELECT * FROM unnest(CAST(:certainties AS text[]), CAST(:due AS date[]), CAST(:done AS integer[]),
                       CAST(:at AS timestamptz[]), CAST(:ids AS bigint[]), CAST(:waiting_at AS timestamptz[]),
                       CAST(:waiting_ids AS bigint[]))
             AS started (certainty, due, done, at, id, waiting_at, waiting_id)
), found AS (
  SELECT first.*
    FROM unnest(CAST(:departments AS text[])) AS wanted (department)
   CROSS JOIN started s
   CROSS JOIN LATERAL (
     -- A row that has both stands where the more days put it.
     (SELECT q.id, :day - q.due_on AS overdue_days
        FROM triage_queue q
       WHERE q.department = wanted.department AND q.certainty = s.certainty AND q.due_on IS NOT NULL
         AND (q.due_on, q.entered_at, q.id) > (s.due, s.at, s.id)
         AND (q.done_days IS NULL OR :day - q.due_on >= q.done_days) AND $in_scope
       ORDER BY q.due_on, q.entered_at, q.id LIMIT :most)
     UNION ALL
     (SELECT q.id, q.done_days
        FROM triage_queue q
       WHERE q.department = wanted.department AND q.certainty = s.certainty AND q.done_place IS NOT NULL
         AND (q.done_place, q.entered_at, q.id) > (s.done, s.at, s.id)
         AND (q.due_on IS NULL OR :day - q.due_on < q.done_days) AND $in_scope
       ORDER BY q.done_place, q.entered_at, q.id LIMIT :most)
     UNION ALL
     (SELECT q.id, NULL
        FROM triage_queue q
       WHERE q.department = wanted.department AND q.certainty = s.certainty
         AND q.due_on IS NULL AND q.done_place IS NULL
         AND (q.entered_at, q.id) > (s.waiting_at, s.waiting_id) AND $in_scope
       ORDER BY q.entered_at, q.id LIMIT :most)) AS first
   UNION ALL
  SELECT first.*
    FROM unnest(CAST(:departments AS text[])) AS wanted (department)
   CROSS JOIN LATERAL (
     SELECT q.id, CAST(NULL AS integer)
       FROM triage_queue q
      WHERE q.department = wanted.department AND q.certainty IS NULL
        AND (q.entered_at, q.id) > (CAST(:none_at AS timestamptz), :none_id) AND $in_scope
      ORDER BY q.entered_at, q.id LIMIT :most) AS first
)
SELECT q.id, q.case_id, q.department, q.certainty, found.overdue_days, q.entered_at
  FROM found JOIN triage_queue q ON q.id = found.id
 ORDER BY q.certainty NULLS LAST, found.overdue_days DESC NULLS LAST, q.entered_at, q.id
 LIMIT :most

-- name: count
SELECT count(*) FROM triage_queue q WHERE q.department = ANY (CAST(:departments AS text[])) AND $in_scope

-- name: lock_case
-- Whoever opens a finding of it, or decides of it, is waited for.
SELECT c.revision FROM penalty_case c WHERE c.id = :case_id FOR NO KEY UPDATE

-- name: awaited
SELECT ARRAY(SELECT q.department FROM triage_queue q WHERE q.case_id = :case_id) AS waiting,
       departments_decided(:case_id) AS decided

-- name: keep_decision
INSERT INTO triage (case_id, decision, reason, decided_by, decided_at, department, clue_id, measure_id)
VALUES (:case_id, :decision, :reason, :decided_by, :now, :department, :clue_id, :measure_id) RETURNING id

-- name: leave
DELETE FROM triage_queue WHERE case_id = :case_id AND department = ANY (CAST(:departments AS text[]))

-- name: of_cases
SELECT page.*
  FROM unnest(CAST(:case_ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT t.id, t.case_id, t.decision, t.reason, t.department, t.decided_by, t.decided_at, t.clue_id, t.measure_id
     FROM triage t
    WHERE t.case_id = wanted.id AND (CAST(:behind AS bigint) IS NULL OR t.id < :behind)
    ORDER BY t.id DESC LIMIT :most) page
 ORDER BY page.case_id, page.id DESC

-- name: counts
SELECT t.case_id, count(*) FROM triage t WHERE t.case_id = ANY (CAST(:case_ids AS bigint[])) GROUP BY t.case_id

-- name: by_id
SELECT t.id, t.case_id, t.decision, t.reason, t.department, t.decided_by, t.decided_at, t.clue_id, t.measure_id
  FROM triage t WHERE t.id = :id
