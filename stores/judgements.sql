-- What a run of the rules reads and writes, a few statements for each batch of cases.

-- name: use_rule_book
WITH added AS (
  INSERT INTO rule_book (digest, rules, law, reading)
  VALUES (:digest, CAST(:rules AS jsonb), CAST(:law AS jsonb), :reading)
  ON CONFLICT (digest) DO NOTHING RETURNING id
)
SELECT id FROM added UNION ALL SELECT id FROM rule_book WHERE digest = :digest LIMIT 1

-- name: other_rule_books
-- The books by which cases were judged that are to be judged by another.
SELECT b.id, b.rules, b.law, b.reading
  FROM rule_book b
 WHERE b.id <> :rule_book_id AND EXISTS (SELECT FROM judgement j WHERE j.rule_book_id = b.id)

-- name: queue_book
-- Of the cases judged by another book those on which it can say something else: all of them, where `everything`; else
-- those that have a record of these kinds, a finding of these rules, or no record beyond the published table.
INSERT INTO judging_queue (case_id)
SELECT j.case_id
  FROM judgement j JOIN penalty_case c ON c.id = j.case_id
 WHERE j.rule_book_id = :from_id
   AND (:everything OR c.sources = '{PUBLISHED}'
        OR EXISTS (SELECT FROM anomaly a WHERE a.case_id = c.id AND a.rule = ANY (:rules))
        OR ('transfer' = ANY (:kinds)
            AND EXISTS (SELECT FROM transfer f
                         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number))
        OR ('criminal_case' = ANY (:kinds)
            AND EXISTS (SELECT FROM criminal_case f
                         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number))
        OR ('reconsideration' = ANY (:kinds)
            AND EXISTS (SELECT FROM reconsideration f
                         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number))
        OR ('enforcement' = ANY (:kinds)
            AND EXISTS (SELECT FROM enforcement f
                         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number))
        OR ('coercive_measure' = ANY (:kinds)
            AND EXISTS (SELECT FROM coercive_measure f
                         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number))
        OR ('measure' = ANY (:kinds)
            AND (EXISTS (SELECT FROM procuratorial_measure f
                          WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number)
                 OR EXISTS (SELECT FROM measure_case mc JOIN measure m ON m.id = mc.measure_id
                             WHERE mc.case_id = c.id AND m.served_on IS NOT NULL))))

-- name: keep_book
-- The others stand as they are under the new book.
UPDATE judgement j SET rule_book_id = :rule_book_id
 WHERE j.rule_book_id = :from_id AND NOT EXISTS (SELECT FROM judging_queue q WHERE q.case_id = j.case_id)

-- name: queue_due
INSERT INTO judging_queue (case_id)
SELECT case_id FROM judgement WHERE next_change_on <= :as_of OR unchanged_since > :as_of

-- name: queue_again
INSERT INTO judging_queue (case_id) SELECT unnest(CAST(:case_ids AS bigint[]))

-- name: claim
WITH claimed AS (
  DELETE FROM judging_queue
   WHERE id IN (SELECT id FROM judging_queue WHERE id > :behind ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
  RETURNING id, case_id, party_id, transaction
), touched AS (
  SELECT case_id, transaction FROM claimed
  UNION ALL
  SELECT c.id, bears.transaction
    FROM (SELECT party_id, max(transaction) AS transaction FROM claimed WHERE party_id IS NOT NULL GROUP BY party_id) bears
   CROSS JOIN LATERAL same_party(bears.party_id) same
    JOIN penalty_case c ON c.party_id = same.party_id
)
SELECT (SELECT count(*) FROM claimed) AS rows,
       (SELECT coalesce(max(id), 0) FROM claimed) AS last,
       ARRAY(SELECT t.case_id
               FROM (SELECT case_id, max(transaction) AS transaction FROM touched GROUP BY case_id) t
               LEFT JOIN judgement j ON j.case_id = t.case_id
              WHERE j.seen_below IS NULL OR j.seen_below <= t.transaction) AS case_ids

-- name: waiting
SELECT count(*) FROM judging_queue

-- name: seen_below
SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint

-- name: judged
SELECT case_id, as_of, unchanged_since, next_change_on, rule_book_id, file_digest
  FROM judgement WHERE case_id = ANY (:case_ids)

-- name: known
SELECT a.id, a.case_id, a.rule, a.status, a.certainty, a.due_on, a.done_on, a.explanation, a.rule_version,
       a.evidence_digest, a.decision, a.decided_certainty, a.decided_digest, a.judged_file_id
  FROM anomaly a WHERE a.case_id = ANY (:case_ids) ORDER BY a.id FOR UPDATE

-- name: kept_files
SELECT id, file FROM judged_file WHERE id = ANY (:ids)

-- name: keep_files
WITH told AS (
  SELECT DISTINCT ON (case_id) case_id, decode(digest, 'hex') AS digest, file
    FROM jsonb_to_recordset(CAST(:files AS jsonb)) AS told (case_id bigint, digest text, file jsonb)
), added AS (
  INSERT INTO judged_file (case_id, digest, file) SELECT case_id, digest, file FROM told
  ON CONFLICT (case_id, digest) DO NOTHING RETURNING id, case_id
)
SELECT id, case_id FROM added
UNION
SELECT k.id, k.case_id FROM judged_file k JOIN told t ON (t.case_id, t.digest) = (k.case_id, k.digest)

-- name: keep_found
WITH told AS (
  SELECT * FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS told (
    case_id bigint, rule text, kind text, event text, reason text, status text, certainty text, due_on date,
    done_on date, explanation text, evidence jsonb, law jsonb, rule_version integer, judged_file_id bigint,
    evidence_digest text)
), kept AS (
  INSERT INTO anomaly AS a (case_id, rule, kind, status, certainty, due_on, done_on, explanation, evidence, law,
                            rule_version, rule_book_id, judged_file_id, as_of, evidence_digest, detected_at)
  SELECT case_id, rule, kind, status, certainty, due_on, done_on, explanation, evidence, law, rule_version,
         :rule_book_id, judged_file_id, :as_of, decode(evidence_digest, 'hex'), :now
    FROM told
  ON CONFLICT (case_id, rule) DO UPDATE
     SET kind = excluded.kind, status = excluded.status, certainty = excluded.certainty, due_on = excluded.due_on,
         done_on = excluded.done_on, explanation = excluded.explanation, evidence = excluded.evidence,
         law = excluded.law, rule_version = excluded.rule_version, rule_book_id = excluded.rule_book_id,
         judged_file_id = excluded.judged_file_id, as_of = excluded.as_of, evidence_digest = excluded.evidence_digest,
         detected_at = CASE WHEN a.status = 'RESOLVED' THEN excluded.detected_at ELSE a.detected_at END
  RETURNING id, case_id, rule
)
INSERT INTO anomaly_event (anomaly_id, event, happened_at, reason, status, certainty, due_on, done_on, explanation,
                           evidence, law, rule_version, rule_book_id, judged_file_id, as_of)
SELECT kept.id, t.event, :now, t.reason, t.status, t.certainty, t.due_on, t.done_on, t.explanation, t.evidence, t.law,
       t.rule_version, :rule_book_id, t.judged_file_id, :as_of
  FROM told t JOIN kept USING (case_id, rule)
 ORDER BY kept.id

-- name: keep_resolved
WITH told AS (
  SELECT * FROM jsonb_to_recordset(CAST(:resolved AS jsonb)) AS told (id bigint, reason text)
), kept AS (
  UPDATE anomaly a SET status = 'RESOLVED' FROM told WHERE a.id = told.id RETURNING a.*, told.reason
)
INSERT INTO anomaly_event (anomaly_id, event, happened_at, reason, status, certainty, due_on, done_on, explanation,
                           evidence, law, rule_version, rule_book_id, judged_file_id, as_of)
SELECT id, 'RESOLVED', :now, reason, status, certainty, due_on, done_on, explanation, evidence, law, rule_version,
       :rule_book_id, judged_file_id, :as_of
  FROM kept ORDER BY id

-- name: keep_cannot_tell
WITH told AS (
  SELECT DISTINCT ON (digest) decode(digest, 'hex') AS digest, answers
    FROM jsonb_to_recordset(CAST(:sets AS jsonb)) AS told (digest text, answers jsonb)
), added AS (
  INSERT INTO cannot_tell (digest, answers) SELECT digest, answers FROM told
  ON CONFLICT (digest) DO NOTHING RETURNING id, digest
)
SELECT id, encode(digest, 'hex') AS digest FROM added
UNION
SELECT k.id, encode(k.digest, 'hex') FROM cannot_tell k JOIN told t USING (digest)

-- name: keep_judgements
INSERT INTO judgement (case_id, as_of, unchanged_since, next_change_on, rule_book_id, file_digest, seen_below,
                       cannot_tell_id, judged_at)
SELECT case_id, :as_of, unchanged_since, next_change_on, :rule_book_id, decode(file_digest, 'hex'), :seen_below,
       cannot_tell_id, :now
  FROM jsonb_to_recordset(CAST(:judgements AS jsonb)) AS told (
    case_id bigint, unchanged_since date, next_change_on date, file_digest text, cannot_tell_id bigint)
ON CONFLICT (case_id) DO UPDATE
   SET as_of = excluded.as_of, unchanged_since = excluded.unchanged_since, next_change_on = excluded.next_change_on,
       rule_book_id = excluded.rule_book_id, file_digest = excluded.file_digest, seen_below = excluded.seen_below,
       cannot_tell_id = excluded.cannot_tell_id, judged_at = excluded.judged_at

-- name: keep_seen
UPDATE judgement SET seen_below = :seen_below WHERE case_id = ANY (:case_ids)

-- name: start_run
INSERT INTO rules_run (as_of, rule_book_id, started_at) VALUES (:as_of, :rule_book_id, :now) RETURNING id

-- name: last_run
-- The day of the run that ended last: one that took longer may have begun before others.
SELECT as_of FROM (SELECT as_of, ended_at FROM rules_run ORDER BY id DESC LIMIT 100) recent
 WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1

-- name: end_run
UPDATE rules_run
   SET ended_at = :now, evaluated = :evaluated, opened = :opened, resolved = :resolved, cannot_tell = :cannot_tell
 WHERE id = :run_id
