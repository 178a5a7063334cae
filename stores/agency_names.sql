-- Moving what came under a name to the agency the name was decided to mean; a statement a step.

-- name: begin
DROP TABLE IF EXISTS moving, moving_follow_ups

-- name: gather
-- Every name a case came under must mean that agency: one that came under another's registered name, too, stays.
CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
SELECT c.id, c.agency_id AS from_id, c.document_number, c.filing_number, c.identity_derived, c.decided_on, c.facts,
       p.identity_key AS party_key, p.name AS party_name
  FROM case_agency_name came
  JOIN penalty_case c ON c.id = came.case_id
  JOIN party p ON p.id = c.party_id
 WHERE came.sent = CAST(:sent AS text) AND c.agency_id <> CAST(:to AS bigint)
   AND NOT EXISTS (SELECT FROM case_agency_name other LEFT JOIN agency_name decided ON decided.sent = other.sent
                    WHERE other.case_id = c.id AND decided.agency_id IS DISTINCT FROM CAST(:to AS bigint))

-- name: gather_follow_ups
CREATE TEMPORARY TABLE moving_follow_ups ON COMMIT DROP AS
SELECT came.kind, came.record_id
  FROM follow_up_agency_name came
 WHERE came.sent = CAST(:sent AS text)
   AND NOT EXISTS (SELECT FROM follow_up_agency_name other LEFT JOIN agency_name decided ON decided.sent = other.sent
                    WHERE other.kind = came.kind AND other.record_id = came.record_id
                      AND decided.agency_id IS DISTINCT FROM CAST(:to AS bigint))

-- name: conflicts
-- What the agency has already. A case without any number is told by its day: a party may be a natural person.
WITH there AS (
  SELECT c.id, c.document_number, c.filing_number, c.identity_derived, c.decided_on, c.facts, p.identity_key AS party_key,
         p.name AS party_name
    FROM penalty_case c JOIN party p ON p.id = c.party_id
   WHERE c.agency_id = :to AND EXISTS (SELECT FROM moving)
   UNION ALL
  SELECT id, document_number, filing_number, identity_derived, decided_on, facts, party_key, party_name FROM moving
)
SELECT DISTINCT coalesce(m.document_number, m.filing_number, 'without a number, of ' || m.decided_on, 'without a number')
       COLLATE "C" AS known_by
  FROM moving m JOIN there t ON t.id <> m.id
   AND (t.document_number = m.document_number
        OR (t.filing_number = m.filing_number AND (t.document_number IS NULL OR m.document_number IS NULL))
        OR (t.identity_derived AND m.identity_derived
            AND (t.party_key = m.party_key OR t.party_name = m.party_name)
            AND (t.decided_on = m.decided_on OR (t.decided_on IS NULL AND m.decided_on IS NULL AND t.facts = m.facts))))
 ORDER BY 1

-- name: remember_move
-- Whoever is asked for a case that was moved twice is asked under the first agency's key, too.
INSERT INTO agency_move (to_agency_id, from_agency_id)
SELECT CAST(:to AS bigint), former.id
  FROM (SELECT from_id FROM moving
         UNION SELECT from_agency_id FROM agency_move WHERE to_agency_id IN (SELECT from_id FROM moving)) AS former (id)
 WHERE former.id <> CAST(:to AS bigint)
ON CONFLICT DO NOTHING

-- name: move_cases
UPDATE penalty_case c SET agency_id = CAST(:to AS bigint) FROM moving m WHERE c.id = m.id

-- name: move_texts
UPDATE case_text t SET agency = a.name_tokens
  FROM moving m CROSS JOIN agency a
 WHERE t.case_id = m.id AND a.id = CAST(:to AS bigint)

-- name: forget_row_digests
-- Rows of cases that did not follow the decision are read again when they are sent again, and follow it then.
UPDATE case_source s SET row_digest = NULL
  FROM case_agency_name came JOIN penalty_case c ON c.id = came.case_id
 WHERE came.sent = CAST(:sent AS text) AND c.agency_id IS DISTINCT FROM CAST(:to AS bigint)
   AND s.case_id = came.case_id AND s.row_digest IS NOT NULL

-- name: count_staying
SELECT count(*)
  FROM case_agency_name came JOIN penalty_case c ON c.id = came.case_id
 WHERE came.sent = CAST(:sent AS text) AND c.agency_id IS DISTINCT FROM CAST(:to AS bigint)

-- name: list
SELECT decided.sent, a.name AS agency, decided.how, decided.decided_at, run.run, decided.note,
       (SELECT count(*) FROM case_agency_name came WHERE came.sent = decided.sent) AS cases
  FROM agency_name decided
  LEFT JOIN agency a ON a.id = decided.agency_id
  LEFT JOIN feed_run run ON run.id = decided.run_id
 ORDER BY decided.sent
