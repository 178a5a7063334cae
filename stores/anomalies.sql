-- Reading findings, and keeping what persons decide of them.

-- name: of_cases
SELECT a.id, a.case_id, a.rule, a.kind, a.status, a.certainty, a.due_on, a.done_on, a.explanation, a.evidence, a.law,
       a.rule_version, a.as_of, a.detected_at,
       -- Of an act done late the days are counted to it, of a finding that is over to the day it was resolved as of, and
       -- of any other to the day of the last run, or of its case's own judgement where that came later: one case was
       -- asked for, or a run is on its way.
       coalesce(a.done_on,
                CASE WHEN a.status = 'RESOLVED'
                     THEN greatest(a.as_of, (SELECT e.as_of FROM anomaly_event e
                                              WHERE e.anomaly_id = a.id AND e.event = 'RESOLVED'
                                              ORDER BY e.id DESC LIMIT 1)) END,
                CASE WHEN last.ended_at IS NULL OR j.judged_at > last.ended_at THEN j.as_of ELSE last.as_of END,
                a.as_of) AS overdue_until
  FROM anomaly a
  LEFT JOIN judgement j ON j.case_id = a.case_id
  LEFT JOIN (SELECT as_of, ended_at FROM (SELECT as_of, ended_at FROM rules_run ORDER BY id DESC LIMIT 100) recent
              WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1) last ON true
 WHERE a.case_id = ANY (:case_ids) OR a.id = ANY (:ids)
 ORDER BY a.case_id, a.rule

-- name: events
SELECT page.*
  FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
 CROSS JOIN LATERAL (
   SELECT e.id, e.anomaly_id, e.event, e.happened_at, e.actor, e.reason, e.status, e.certainty, e.due_on,
          e.explanation, e.rule_version, e.as_of
     FROM anomaly_event e
    WHERE e.anomaly_id = wanted.id AND (CAST(:behind AS bigint) IS NULL OR e.id < :behind)
    ORDER BY e.id DESC LIMIT :most) page
 ORDER BY page.anomaly_id, page.id DESC

-- name: event_counts
SELECT anomaly_id, count(*) FROM anomaly_event WHERE anomaly_id = ANY (:ids) GROUP BY anomaly_id

-- name: cannot_tell
SELECT j.case_id, t.answers
  FROM judgement j JOIN cannot_tell t ON t.id = j.cannot_tell_id
 WHERE j.case_id = ANY (:case_ids)

-- name: lacking
-- How many cases of an agency lack a field that a rule needs: of each set of answers once, as many cases have the same.
WITH lacking AS (
  SELECT t.id, field
    FROM cannot_tell t
   CROSS JOIN LATERAL jsonb_to_recordset(t.answers) AS answer (rule text, missing text[])
   CROSS JOIN LATERAL unnest(answer.missing) AS field
   WHERE cardinality(CAST(:rules AS text[])) = 0 OR answer.rule = ANY (:rules)
   GROUP BY t.id, field
), judged AS (
  SELECT c.agency_id, j.cannot_tell_id, count(*) AS cases
    FROM judgement j JOIN penalty_case c ON c.id = j.case_id
   WHERE j.cannot_tell_id IS NOT NULL
     AND (cardinality(CAST(:agency_ids AS bigint[])) = 0 OR c.agency_id = ANY (:agency_ids))
     AND CAST(:scope_findings AS boolean) AND $in_scope
   GROUP BY c.agency_id, j.cannot_tell_id
), counted AS (
  SELECT judged.agency_id, lacking.field, sum(judged.cases)::bigint AS cases
    FROM judged JOIN lacking ON lacking.id = judged.cannot_tell_id
   GROUP BY judged.agency_id, lacking.field
)

-- name: lacking_page
SELECT agency_id, field, cases
  FROM counted
 WHERE CAST(:cases AS bigint) IS NULL
    OR (cases, agency_id, field) < (CAST(:cases AS bigint), :agency_id, CAST(:field AS text))
 ORDER BY cases DESC, agency_id DESC, field DESC
 LIMIT :most

-- name: lacking_total
SELECT count(*) FROM counted

-- name: kept_inputs
SELECT a.id, a.rule_book_id, f.file, a.as_of
  FROM anomaly a JOIN judged_file f ON f.id = a.judged_file_id
 WHERE a.id = ANY (:ids)

-- name: kept_books
-- Each once, however many findings were found by it: the law is long.
SELECT id, law FROM rule_book WHERE id = ANY (:ids)

-- name: lock
SELECT a.id, a.rule, a.status, a.certainty, a.due_on, a.done_on, a.explanation, a.rule_version, a.evidence_digest,
       a.decision, a.decided_certainty, a.decided_digest
  FROM anomaly a WHERE a.id = :id FOR UPDATE

-- name: keep_decision
WITH decided AS (
  UPDATE anomaly
     SET status = :status, decision = :decision, decided_certainty = certainty, decided_digest = evidence_digest
   WHERE id = :id
  RETURNING *
)
INSERT INTO anomaly_event (anomaly_id, event, happened_at, actor, reason, status, certainty, due_on, done_on,
                           explanation, evidence, law, rule_version, rule_book_id, judged_file_id, as_of)
SELECT id, :decision, :now, :actor, :reason, status, certainty, due_on, done_on, explanation, evidence, law,
       rule_version, rule_book_id, judged_file_id, as_of
  FROM decided
