-- name: owed
WITH owed AS (
  SELECT y.id AS procuratorate_id, o.kind, o.period_start, o.period_end, coalesce(r.due_on, o.due_on) AS due_on,
         r.id, r.text, r.figures, r.sent_on, a.name AS sent_by,
         CASE WHEN r.id IS NULL THEN CASE WHEN o.due_on < :today THEN 'LATE' ELSE 'DUE' END
              ELSE CASE WHEN r.sent_on > r.due_on THEN 'SENT_LATE' ELSE 'SENT' END END AS state
    FROM county y
   CROSS JOIN unnest(CAST(:kinds_owed AS text[]), CAST(:starts AS date[]), CAST(:ends AS date[]), CAST(:due_days AS date[]))
           AS o (kind, period_start, period_end, due_on)
    LEFT JOIN county_report r ON r.procuratorate_id = y.id AND r.kind = o.kind AND r.period_end = o.period_end
    LEFT JOIN account a ON a.id = r.sent_by
   WHERE (CAST(:scope_everything AS boolean)
          OR (CAST(:scope_measures AS boolean) AND y.id = ANY (CAST(:scope_procuratorate_ids AS bigint[]))))
     AND (cardinality(CAST(:procuratorate_ids AS bigint[])) = 0 OR y.id = ANY (CAST(:procuratorate_ids AS bigint[])))
), wanted AS (
  SELECT * FROM owed
   WHERE cardinality(CAST(:states AS text[])) = 0 OR state = ANY (CAST(:states AS text[]))
)
-- name: page
SELECT * FROM wanted
 WHERE CAST(:after_due AS date) IS NULL
    OR (due_on, kind, period_end, procuratorate_id)
       < (CAST(:after_due AS date), CAST(:after_kind AS text), CAST(:after_end AS date), CAST(:after_county AS bigint))
 ORDER BY due_on DESC, kind DESC, period_end DESC, procuratorate_id DESC
 LIMIT :most
-- name: total
SELECT count(*) FROM wanted
-- name: figures
SELECT * FROM figures_in_scope(CAST(:from_day AS date), CAST(:until_day AS date), CAST(:today AS date), :still_days)
 WHERE procuratorate_id = :procuratorate_id
-- name: ranking
SELECT (r.figures).*, r.reports_late, r.score, r.place, r.counties
  FROM county_ranking(CAST(:from_day AS date), CAST(:until_day AS date), CAST(:today AS date), :still_days,
                      CAST(:weights AS jsonb), CAST(:kinds_owed AS text[]), CAST(:ends AS date[]),
                      CAST(:due_days AS date[])) r
 ORDER BY r.place, (r.figures).procuratorate_id
-- name: duties
WITH duty AS (
  SELECT d.*, array_position(CAST(:order AS text[]), d.kind) AS pressing, coalesce(d.procuratorate_id, 0) AS whose,
         coalesce(d.department, '') AS desk, coalesce(d.report_kind, '') AS report
    FROM office_duties(CAST(:today AS date), :still_days, CAST(:kinds_owed AS text[]), CAST(:ends AS date[]),
                       CAST(:due_days AS date[])) d
)
-- name: duties_page
SELECT kind, procuratorate_id, department, report_kind, records, oldest_on FROM duty
 WHERE CAST(:after_pressing AS int) IS NULL
    OR (pressing, whose, desk, report)
       > (CAST(:after_pressing AS int), CAST(:after_whose AS bigint), CAST(:after_desk AS text), CAST(:after_report AS text))
 ORDER BY pressing, whose, desk, report
 LIMIT :most
-- name: duties_total
SELECT count(*) FROM duty
-- name: is_county
SELECT EXISTS (SELECT FROM county WHERE id = :procuratorate_id)
