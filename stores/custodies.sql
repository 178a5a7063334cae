-- name: custodies
WITH term AS MATERIALIZED (
  SELECT *
    FROM unnest(CAST(:kinds_of_terms AS text[]), CAST(:effective_from AS date[]), CAST(:effective_until AS date[]),
                CAST(:months AS int[]), CAST(:days AS int[]), CAST(:moves AS boolean[]))
      AS term (kind, effective_from, effective_until, months, days, moves)
), moved AS MATERIALIZED (
  SELECT * FROM unnest(CAST(:moved_from AS date[]), CAST(:moved_to AS date[])) AS moved (day, working_day)
), told AS MATERIALIZED (
  SELECT c.id AS criminal_case_id, c.agency_id, c.document_number, c.case_number, c.organ, entry.place,
         entry.told ->> 'kind' AS kind, CAST(entry.told ->> 'from' AS date) AS begun_on,
         CAST(entry.told ->> 'to' AS date) AS told_end, CAST(entry.told ->> 'extendedTo' AS date) AS extended_to,
         num_nonnulls(c.concluded_on, c.conclusion, c.prosecuted_on, c.judged_on) > 0
         OR coalesce(c.decision = 'NOT_FILED'
                     AND (c.decided_on IS NULL OR CAST(entry.told ->> 'from' AS date) <= c.decided_on), false) AS over
    FROM criminal_case c
   CROSS JOIN LATERAL jsonb_array_elements(c.coercion) WITH ORDINALITY AS entry (told, place)
   WHERE $in_scope
     AND (cardinality(CAST(:agency_ids AS bigint[])) = 0 OR c.agency_id = ANY (CAST(:agency_ids AS bigint[])))
), followed AS (
  SELECT told.*, lead(begun_on) OVER record AS next_on, lead(kind) OVER record AS next_kind,
         array_agg(kind) OVER (record ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later_kinds
    FROM told
  WINDOW record AS (PARTITION BY criminal_case_id ORDER BY begun_on, kind <> 'DETENTION', place)
), chained AS (
  -- Where each measure of a record takes the place of the one before it, they are one person's, and each ends with the
  -- next. Of any other record nobody can tell whose a later one is.
  SELECT followed.*,
         bool_and(next_kind IS NULL
                  OR coalesce(told_end < next_on, false)
                  OR (coalesce(told_end, next_on) = next_on
                      AND kind <> next_kind AND NOT (kind = 'ARREST' AND next_kind = 'DETENTION')))
           OVER (PARTITION BY criminal_case_id) AS one_persons
    FROM followed
), ended AS (
  SELECT chained.*,
         CASE WHEN told_end IS NOT NULL THEN told_end WHEN one_persons THEN next_on END AS ended_on
    FROM chained
), limited AS (
  SELECT ended.*,
         coalesce(ended.ended_on <= :today, over) AS has_ended,
         CASE WHEN ended.kind = 'ARREST' THEN greatest(counted.due_on, CASE WHEN counted.due_on IS NOT NULL THEN extended_to END)
              ELSE counted.due_on END AS due_on
    FROM ended
    LEFT JOIN term ON term.kind = ended.kind AND term.effective_from <= ended.begun_on
                  AND (term.effective_until IS NULL OR ended.begun_on <= term.effective_until)
   CROSS JOIN LATERAL (
     SELECT CAST(ended.begun_on + make_interval(months => term.months, days => term.days) AS date) AS day
   ) plain
    LEFT JOIN moved ON term.moves AND moved.day = plain.day
   CROSS JOIN LATERAL (
     SELECT CASE WHEN NOT term.moves THEN plain.day
                 ELSE coalesce(moved.working_day,
                               plain.day + CASE extract(isodow FROM plain.day) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END)
            END AS due_on
   ) counted
), judged AS (
  SELECT limited.*,
         CASE WHEN has_ended THEN CASE WHEN ended_on > due_on THEN 'ENDED_LATE' ELSE 'ENDED' END
              ELSE CASE WHEN :today > due_on THEN 'OVERDUE' ELSE 'OPEN' END END AS state,
         CASE WHEN has_ended THEN CASE WHEN ended_on IS NULL THEN 'POSSIBLE' ELSE 'CERTAIN' END
              WHEN ended_on IS NOT NULL THEN 'CERTAIN'
              WHEN EXISTS (SELECT FROM unnest(later_kinds) AS later
                            WHERE later <> limited.kind AND NOT (limited.kind = 'ARREST' AND later = 'DETENTION'))
                THEN 'POSSIBLE'
              WHEN EXISTS (SELECT FROM told other
                            WHERE other.agency_id = limited.agency_id AND other.document_number = limited.document_number
                              AND other.criminal_case_id <> limited.criminal_case_id
                              AND CASE WHEN other.kind <> limited.kind
                                            AND NOT (limited.kind = 'ARREST' AND other.kind = 'DETENTION')
                                       THEN other.begun_on >= limited.begun_on
                                       ELSE other.kind = limited.kind AND other.begun_on = limited.begun_on END)
                THEN 'POSSIBLE'
              ELSE 'CERTAIN' END AS certainty
    FROM limited
), wanted AS (
  SELECT * FROM judged
   WHERE (cardinality(CAST(:kinds AS text[])) = 0 OR kind = ANY (CAST(:kinds AS text[])))
     AND (CAST(:begun_from AS date) IS NULL OR begun_on >= :begun_from)
     AND (CAST(:begun_until AS date) IS NULL OR begun_on <= :begun_until)
     AND (CAST(:overdue AS boolean) IS NULL OR (state IN ('OVERDUE', 'ENDED_LATE')) = :overdue)
)
-- name: page
SELECT w.criminal_case_id, w.place, p.id AS case_id, w.agency_id, w.document_number, w.case_number, w.organ,
       coalesce(persons_named(p.person_names, y.representative_names, y.type, y.name), '{}') AS person_names,
       w.kind, w.begun_on, w.told_end, w.extended_to, w.ended_on, w.due_on, w.state, w.certainty,
       CASE WHEN NOT w.has_ended THEN w.due_on - :today END AS days_left,
       CASE WHEN w.due_on IS NULL THEN NULL
            WHEN NOT w.has_ended THEN greatest(0, :today - w.due_on)
            WHEN w.ended_on IS NOT NULL THEN greatest(0, w.ended_on - w.due_on) END AS overdue_days
  FROM wanted w
  LEFT JOIN penalty_case p ON p.agency_id = w.agency_id AND p.document_number = w.document_number
  LEFT JOIN party y ON y.id = p.party_id
 WHERE CAST(:after_case AS bigint) IS NULL
    OR (coalesce(w.due_on, 'infinity'), w.criminal_case_id, w.place)
       > (coalesce(CAST(:after_due AS date), 'infinity'), :after_case, :after_place)
 ORDER BY coalesce(w.due_on, 'infinity'), w.criminal_case_id, w.place
 LIMIT :most
-- name: total
SELECT count(*) FROM wanted
