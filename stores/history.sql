-- Earlier values of cases. A case's own fields are in the changes of its row; its party's in those of the parties it had,
-- each for as long as it had it; and where it was given another party, in the difference between the two.
--
-- A change holds what was before it. What was after it is what the next change of the same field was before, or what
-- stands there now.

-- name: changes
WITH wanted AS (
  SELECT c.id, c.party_id, c.created_at, to_jsonb(c) AS now, told.run_id AS first_run,
         coalesce(told.changes_until, 0) AS inserted_behind
    FROM penalty_case c
    LEFT JOIN LATERAL (SELECT r.run_id, r.changes_until FROM feed_row r
                        WHERE r.case_id = c.id AND r.outcome = 'inserted' ORDER BY r.run_id, r.ordinal LIMIT 1) told ON true
   WHERE c.id = ANY (:case_ids)
),
own AS (
  SELECT w.id AS case_id, r.id AS change_id, changed.key, changed.value AS before,
         CASE WHEN lead(r.id) OVER later IS NULL THEN w.now -> changed.key ELSE lead(changed.value) OVER later END AS after
    FROM wanted w
    JOIN record_change r ON r.relation = 'penalty_case' AND r.record_id = w.id AND r.operation = 'UPDATE'
   CROSS JOIN LATERAL jsonb_each(r.before) changed
  WINDOW later AS (PARTITION BY w.id, changed.key ORDER BY r.id)
),
-- The parties of a case, from behind one change until another.
held AS (
  SELECT own.case_id, (own.before)::bigint AS party_id, own.change_id AS until,
         coalesce(lag(own.change_id) OVER earlier, w.inserted_behind) AS since
    FROM own JOIN wanted w ON w.id = own.case_id
   WHERE own.key = 'party_id'
  WINDOW earlier AS (PARTITION BY own.case_id ORDER BY own.change_id)
  UNION ALL
  SELECT w.id, w.party_id, NULL, coalesce((SELECT max(own.change_id) FROM own
                                            WHERE own.case_id = w.id AND own.key = 'party_id'), w.inserted_behind)
    FROM wanted w
),
-- When a case may have shown another party than before: which one before the change, and which one after it.
moments AS (
  SELECT case_id, change_id, (before)::bigint AS party_before, (after)::bigint AS party_after FROM own WHERE key = 'party_id'
  UNION ALL
  SELECT held.case_id, r.id, held.party_id, held.party_id
    FROM held JOIN wanted w ON w.id = held.case_id
    JOIN record_change r ON r.relation = 'party' AND r.record_id = held.party_id AND r.operation = 'UPDATE'
                        AND r.id > held.since AND (held.until IS NULL OR r.id < held.until)
   WHERE r.changed_at >= w.created_at
),
sides AS (
  SELECT side.case_id, side.change_id, side.is_after, shown.party
    FROM (SELECT case_id, change_id, false, party_before, change_id - 1 FROM moments
           UNION ALL
          SELECT case_id, change_id, true, party_after, change_id FROM moments
         ) side(case_id, change_id, is_after, party_id, behind)
   CROSS JOIN LATERAL (SELECT party_of_case(side.case_id, side.party_id) OFFSET 0) AS p(now)
   CROSS JOIN LATERAL (
     SELECT jsonb_object_agg(key, coalesce((SELECT r.before -> key FROM record_change r
                                             WHERE r.relation = 'party' AND r.record_id = side.party_id
                                               AND r.id > side.behind AND jsonb_exists(r.before, key)
                                             ORDER BY r.id LIMIT 1),
                                           p.now -> key)) AS party
       FROM unnest(ARRAY['type', 'name', 'uscc', 'legal_representative']) AS key
   ) shown
),
fields AS (
  SELECT case_id, change_id, key, false AS of_person, before #>> '{}' AS before, after #>> '{}' AS after
    FROM own WHERE key <> ALL (:hidden)
  UNION ALL
  SELECT case_id, change_id, key, false,
         (SELECT name FROM agency WHERE id = (before)::bigint), (SELECT name FROM agency WHERE id = (after)::bigint)
    FROM own WHERE key = 'agency_id'
  UNION ALL
  SELECT b.case_id, b.change_id, 'party.' || key,
         key = 'legal_representative'
         OR (key = 'name' AND 'PERSON' IN (b.party ->> 'type', a.party ->> 'type', p.type)),
         b.party ->> key, a.party ->> key
    FROM sides b
    JOIN sides a ON (a.case_id, a.change_id) = (b.case_id, b.change_id) AND a.is_after AND NOT b.is_after
    JOIN wanted w ON w.id = b.case_id
    JOIN party p ON p.id = w.party_id
   CROSS JOIN unnest(ARRAY['type', 'name', 'uscc', 'legal_representative']) AS key
   WHERE b.party -> key IS DISTINCT FROM a.party -> key
),
placed AS (
  SELECT f.*, r.changed_at, r.run_id,
         row_number() OVER (PARTITION BY f.case_id ORDER BY f.change_id, f.key) AS place,
         CASE WHEN lag(f.change_id) OVER earlier IS NULL THEN w.first_run ELSE lag(r.run_id) OVER earlier END
           AS earlier_run_id
    FROM fields f JOIN record_change r ON r.id = f.change_id JOIN wanted w ON w.id = f.case_id
  WINDOW earlier AS (PARTITION BY f.case_id, f.key ORDER BY f.change_id)
)

-- name: page
SELECT chosen.*, told.line,
       ARRAY(SELECT DISTINCT name FROM fields f CROSS JOIN unnest(ARRAY[f.before, f.after]) AS name
              WHERE f.case_id = chosen.case_id AND f.of_person AND name IS NOT NULL) AS person_names
  FROM (SELECT p.*, row_number() OVER (PARTITION BY p.case_id ORDER BY p.place DESC) AS nth
          FROM placed p WHERE CAST(:behind AS bigint) IS NULL OR p.place < :behind) chosen
  LEFT JOIN LATERAL (SELECT r.line FROM feed_row r
                      WHERE r.case_id = chosen.case_id AND r.run_id = chosen.run_id
                        AND r.changes_after < chosen.change_id AND chosen.change_id <= r.changes_until
                      ORDER BY r.ordinal LIMIT 1) told ON true
 WHERE chosen.nth <= :most
 ORDER BY chosen.case_id, chosen.place DESC

-- name: count
SELECT case_id, count(*) FROM placed GROUP BY case_id
