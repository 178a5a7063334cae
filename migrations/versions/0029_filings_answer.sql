-- The reply to a measure issued here that a feed tells of under its number and with one of its cases, which may be out of
-- the scope of whoever reads the measure. A filing notice (通知立案书) is answered by the filing too, of all its cases, and
-- so is a request for the reasons not to file (要求说明不立案理由), before whoever may know of that. The same filings stand
-- as in supervision/follow_ups.py: whenever they were, and shown by what followed them, until a refusal or a withdrawal
-- before the service undid them.
CREATE OR REPLACE FUNCTION told_reply_of_measure(told_measure bigint) RETURNS TABLE (replied_on date, reply text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS $$
  WITH about AS (
    SELECT m.kind, m.number, m.served_on, c.agency_id, c.document_number
      FROM measure m
      JOIN measure_case mc ON mc.measure_id = m.id
      JOIN penalty_case c ON c.id = mc.case_id
     WHERE m.id = told_measure
  ), told AS (
    SELECT 1 AS place, f.id, f.replied_on, f.reply
      FROM about JOIN procuratorial_measure f USING (agency_id, document_number, number)
     WHERE num_nonnulls(f.replied_on, f.reply) > 0
     UNION ALL
    SELECT 2, NULL, CASE WHEN max(filed.on_day) < 'infinity' THEN greatest(max(filed.on_day), max(about.served_on)) END,
           CASE WHEN max(filed.on_day) = 'infinity' THEN '公安机关已立案' END
      FROM about
     CROSS JOIN LATERAL (
       SELECT min(coalesce(f.decided_on, 'infinity')) AS on_day
         FROM criminal_case f
        WHERE f.agency_id = about.agency_id AND f.document_number = about.document_number
          AND (f.decision = 'FILED'
               OR (f.decision IS NULL
                   AND (f.coercion <> '[]' OR f.activity <> '[]'
                        OR num_nonnulls(f.concluded_on, f.conclusion, f.prosecuted_on, f.judged_on) > 0)))
          AND NOT EXISTS (
            SELECT FROM criminal_case r
             WHERE r.agency_id = f.agency_id AND r.document_number = f.document_number AND r.decision = 'NOT_FILED'
               AND r.decided_on <= about.served_on AND r.decided_on > f.decided_on)
          -- Withdrawn on no known day, it may have stood: whoever is to file is not told to be late, nor are reasons given.
          AND (f.conclusion = 'WITHDRAWN'
               AND coalesce(f.concluded_on, CASE about.kind WHEN 'REASONS_REQUEST' THEN f.decided_on END)
                   <= about.served_on) IS NOT TRUE) filed
     WHERE about.kind IN ('FILING_NOTICE', 'REASONS_REQUEST') AND about.served_on IS NOT NULL
       AND scope_is('criminal_cases')
    HAVING bool_and(filed.on_day IS NOT NULL)
  )
  SELECT told.replied_on, told.reply FROM told ORDER BY told.place, told.replied_on NULLS LAST, told.id LIMIT 1
$$;

-- Whether a feed told of a number: of whichever case, be it out of the scope of whoever issues the next.
CREATE FUNCTION is_told_number(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN EXISTS (SELECT FROM procuratorial_measure WHERE number = wanted);
REVOKE EXECUTE ON FUNCTION is_told_number FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_told_number TO jiandu_app;

-- What was written of a case may name whom its first proposal named, also after that was withdrawn.
UPDATE public_interest_event e SET measure_id = c.measure_id
  FROM public_interest_case c WHERE c.id = e.case_id AND e.event = 'PROPOSED';

CREATE FUNCTION persons_of_proposals(wanted bigint) RETURNS text[] LANGUAGE sql STABLE
RETURN ARRAY(
  SELECT DISTINCT named.name
    FROM public_interest_event e
   CROSS JOIN LATERAL unnest(measure_person_names(e.measure_id)) AS named (name)
   WHERE e.case_id = wanted AND e.measure_id IS NOT NULL
);
GRANT EXECUTE ON FUNCTION persons_of_proposals TO jiandu_app;
