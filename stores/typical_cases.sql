-- name: typical
SELECT t.id, seen.type_name, seen.record_id, t.procuratorate_id, t.summary, marker.name AS marked_by, t.marked_at,
       taker.name AS withdrawn_by, t.withdrawn_at, t.withdrawal_reason, about.case_ids, about.person_names
  FROM typical_case t
  JOIN account marker ON marker.id = t.marked_by
  LEFT JOIN account taker ON taker.id = t.withdrawn_by
 CROSS JOIN LATERAL (
   SELECT 'PenaltyCase' AS type_name, c.id AS record_id FROM penalty_case c WHERE c.id = t.case_id AND $case_in_scope
    UNION ALL
   SELECT 'Clue', k.id FROM clue k WHERE k.id = t.clue_id AND $clue_in_scope
    UNION ALL
   SELECT 'Measure', m.id FROM measure m WHERE m.id = t.measure_id AND $measure_in_scope
    UNION ALL
   SELECT 'DutyCrimeCase', d.id FROM duty_crime_case d WHERE d.id = t.duty_crime_case_id AND $duty_crime_in_scope
    UNION ALL
   SELECT 'PublicInterestCase', p.id FROM public_interest_case p
    WHERE p.id = t.public_interest_case_id AND $public_interest_in_scope
 ) seen
 CROSS JOIN LATERAL (
   SELECT coalesce(array_agg(DISTINCT o.case_id) FILTER (WHERE o.case_id IS NOT NULL), '{}') AS case_ids,
          persons_of_cases(array_agg(DISTINCT o.case_id)) || array_remove(array_agg(o.name), NULL) AS person_names
     FROM (
       SELECT t.case_id, NULL AS name
        UNION ALL
       SELECT kc.case_id, NULL FROM clue_case kc WHERE kc.clue_id = t.clue_id
        UNION ALL
       SELECT mc.case_id, NULL FROM measure_case mc WHERE mc.measure_id = t.measure_id
        UNION ALL
       SELECT pc.case_id, NULL FROM public_interest_penalty_case pc
        WHERE pc.public_interest_case_id = t.public_interest_case_id
        UNION ALL
       SELECT NULL, d.official FROM duty_crime_case d WHERE d.id = t.duty_crime_case_id
        UNION ALL
       SELECT NULL, unnest(persons_of_proposals(t.public_interest_case_id))
     ) o
 ) about
 WHERE (CAST(:scope_everything AS boolean) OR :scope_findings)
-- name: counted
SELECT count(*)
  FROM typical_case t
 CROSS JOIN LATERAL (
   SELECT 'PenaltyCase' AS type_name FROM penalty_case c WHERE c.id = t.case_id AND $case_in_scope
    UNION ALL
   SELECT 'Clue' FROM clue k WHERE k.id = t.clue_id AND $clue_in_scope
    UNION ALL
   SELECT 'Measure' FROM measure m WHERE m.id = t.measure_id AND $measure_in_scope
    UNION ALL
   SELECT 'DutyCrimeCase' FROM duty_crime_case d WHERE d.id = t.duty_crime_case_id AND $duty_crime_in_scope
    UNION ALL
   SELECT 'PublicInterestCase' FROM public_interest_case p
    WHERE p.id = t.public_interest_case_id AND $public_interest_in_scope
 ) seen
 WHERE (CAST(:scope_everything AS boolean) OR :scope_findings)
-- name: wanted
   AND (cardinality(CAST(:types AS text[])) = 0 OR seen.type_name = ANY (CAST(:types AS text[])))
   AND (t.withdrawn_at IS NOT NULL) = :withdrawn
-- name: by_id
   AND t.id = ANY (CAST(:ids AS bigint[]))
-- name: page
   AND (CAST(:after_id AS bigint) IS NULL
        OR (t.marked_at, t.id) < (CAST(:after_at AS timestamptz), CAST(:after_id AS bigint)))
 ORDER BY t.marked_at DESC, t.id DESC
 LIMIT :most
