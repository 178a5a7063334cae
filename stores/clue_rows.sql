-- Reading clues: by id, of cases, and as a department's ledger (台账).

-- name: clue
-- Persons are named by its cases, those out of scope too. Days are those in Asia/Shanghai.
SELECT q.id, q.number, q.title, q.text, q.source, q.class AS clue_class, q.status, q.procuratorate_id, q.department,
       q.handler_id, q.sender_id, q.opener_id, q.due_on, q.result, q.opened_at, q.last_step_at, q.closed_at,
       q.acknowledged_at, q.revision, q.desks,
       persons_of_cases(ARRAY(SELECT cc.case_id FROM clue_case cc WHERE cc.clue_id = q.id)) AS person_names
  FROM clue q

-- name: by_id
 WHERE q.id = ANY (:ids) AND $in_scope

-- name: page
 WHERE $in_scope AND $wanted
   AND (CAST(:due_on AS date) IS NULL OR (q.due_on, q.id) > (CAST(:due_on AS date), CAST(:behind AS bigint)))
 ORDER BY q.due_on, q.id
 LIMIT :most

-- name: count
SELECT count(*) FROM clue q WHERE $in_scope AND $wanted

-- name: of_cases
SELECT wanted.id AS case_id, listed.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
$clue
 WHERE q.id IN (SELECT cc.clue_id FROM clue_case cc WHERE cc.case_id = wanted.id) AND $in_scope
   AND (CAST(:due_on AS date) IS NULL OR (q.due_on, q.id) > (CAST(:due_on AS date), CAST(:behind AS bigint)))
 ORDER BY q.due_on, q.id
 LIMIT :most) listed
 ORDER BY wanted.id, listed.due_on, listed.id

-- name: counts_of_cases
SELECT cc.case_id, count(*)
  FROM clue_case cc JOIN clue q ON q.id = cc.clue_id
 WHERE cc.case_id = ANY (:ids) AND $in_scope
 GROUP BY cc.case_id

-- name: wanted
(cardinality(CAST(:departments AS text[])) = 0 OR q.department = ANY (:departments))
   AND (cardinality(CAST(:statuses AS text[])) = 0 OR q.status = ANY (:statuses))
   AND (cardinality(CAST(:classes AS text[])) = 0 OR q.class = ANY (:classes))
   AND (cardinality(CAST(:sources AS text[])) = 0 OR q.source = ANY (:sources))
   AND (CAST(:handler_id AS bigint) IS NULL OR q.handler_id = :handler_id)
   AND (CAST(:due_before AS date) IS NULL OR q.due_on < CAST(:due_before AS date))
   AND (CAST(:unacknowledged AS boolean) IS NULL
        OR :unacknowledged = (q.status = 'CLOSED' AND q.acknowledged_at IS NULL))
   AND (CAST(:dormant AS boolean) IS NULL OR :dormant = ($risen_to IS NOT NULL))
   AND (CAST(:risen_to AS text) IS NULL OR $risen_to = CAST(:risen_to AS text))

-- name: risen_to
-- What supervision/clue_dormancy.py says.
(SELECT CASE WHEN since IS NULL OR since > CAST(:today AS date) THEN NULL
             WHEN greatest(since, step_on) + CAST(:rise_days AS integer) <= CAST(:today AS date) THEN 'CHIEF'
             ELSE 'DEPARTMENT_HEAD' END
   FROM (SELECT (q.last_step_at AT TIME ZONE 'Asia/Shanghai')::date AS step_on,
                clue_dormant_since(q, CAST(:still_days AS integer)) AS since) lying)

-- name: scope
(CAST(:everything AS boolean) OR q.desks && CAST(:scope_desks AS text[]))

-- name: events
-- The newest hundred of each clue: as many as a list may hold.
SELECT page.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT e.id, e.clue_id, e.revision, e.event, e.happened_at, a.name AS actor, e.status, e.procuratorate_id,
          e.department, e.handler_id, e.due_on, e.note
     FROM clue_event e JOIN account a ON a.id = e.actor_id
    WHERE e.clue_id = wanted.id
    ORDER BY e.revision DESC LIMIT 100) page
 ORDER BY page.clue_id, page.revision

-- name: hand_overs
SELECT page.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT h.* FROM clue_hand_over h WHERE h.clue_id = wanted.id ORDER BY h.id DESC LIMIT 100) page
 ORDER BY page.clue_id, page.id

-- name: participations
SELECT page.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT p.* FROM clue_participation p WHERE p.clue_id = wanted.id ORDER BY p.id DESC LIMIT 100) page
 ORDER BY page.clue_id, page.id

-- name: receipts
SELECT page.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT r.* FROM clue_receipt r WHERE r.clue_id = wanted.id ORDER BY r.account_id LIMIT 100) page
 ORDER BY page.clue_id, page.account_id

-- name: recent_events
-- Events behind one that was read a while ago: those of transactions that were long under way are among them.
SELECT e.id, e.clue_id FROM clue_event e WHERE e.id > :behind ORDER BY e.id

-- name: last_events
SELECT e.id FROM clue_event e ORDER BY e.id DESC LIMIT :most
