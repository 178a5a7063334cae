-- The reply to a measure issued here that a feed tells of under its number and with one of its cases, which may be out of
-- the scope of whoever reads the measure. A filing notice (通知立案书) is answered by the filing too, of all its cases,
-- before whoever may know of that.
CREATE FUNCTION told_reply_of_measure(told_measure bigint) RETURNS TABLE (replied_on date, reply text)
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
    SELECT 2, NULL, max(filed.on_day), NULL
      FROM about
     CROSS JOIN LATERAL (
       SELECT min(f.decided_on) AS on_day FROM criminal_case f
        WHERE f.agency_id = about.agency_id AND f.document_number = about.document_number
          AND f.decision = 'FILED' AND f.decided_on >= about.served_on) filed
     WHERE about.kind = 'FILING_NOTICE' AND scope_is('criminal_cases')
    HAVING bool_and(filed.on_day IS NOT NULL)
  )
  SELECT told.replied_on, told.reply FROM told ORDER BY told.place, told.replied_on NULLS LAST, told.id LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION told_reply_of_measure FROM PUBLIC;
GRANT EXECUTE ON FUNCTION told_reply_of_measure TO jiandu_app;

-- It answers the measure for all its cases: those that the feed does not tell of are judged again as well.
CREATE FUNCTION told_reply_came_or_went() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM measure_touched(ARRAY(
    SELECT m.id FROM touched_rows t JOIN measure m ON m.number = t.number WHERE num_nonnulls(t.replied_on, t.reply) > 0));
  RETURN NULL;
END $$;
CREATE TRIGGER touch_measures_inserted AFTER INSERT ON procuratorial_measure
  REFERENCING NEW TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION told_reply_came_or_went();
CREATE TRIGGER touch_measures_deleted AFTER DELETE ON procuratorial_measure
  REFERENCING OLD TABLE AS touched_rows
  FOR EACH STATEMENT EXECUTE FUNCTION told_reply_came_or_went();

CREATE FUNCTION told_reply_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM measure_touched(ARRAY(
    SELECT m.id
      FROM new_rows n JOIN old_rows o USING (id) JOIN measure m ON m.number IN (n.number, o.number)
     WHERE (n.number, n.replied_on, n.reply) IS DISTINCT FROM (o.number, o.replied_on, o.reply)));
  RETURN NULL;
END $$;
CREATE TRIGGER touch_measures_updated AFTER UPDATE ON procuratorial_measure
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION told_reply_changed();

-- What the office of a campaign sees to: how much of what waits where, and since when.
CREATE OR REPLACE FUNCTION office_duties(today date, still_days int, kinds text[], ends date[], due_days date[])
RETURNS TABLE (kind text, procuratorate_id bigint, department text, report_kind text, records bigint, oldest_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH duty AS (
    SELECT CASE WHEN o.due_on < today THEN 'REPORT_LATE' ELSE 'REPORT_DUE' END AS kind, o.procuratorate_id,
           NULL AS department, o.kind AS report_kind, o.due_on AS since
      FROM county_reports_owed(kinds, ends, due_days) o WHERE o.sent_on IS NULL
     UNION ALL
    SELECT 'DORMANT_CLUES', c.procuratorate_id, c.department, NULL, CAST(c.last_step_at AT TIME ZONE 'Asia/Shanghai' AS date)
      FROM clue c WHERE clue_dormant_since(c, still_days) <= today
     UNION ALL
    SELECT 'OVERDUE_MEASURES', m.procuratorate_id, m.department, NULL, m.reply_due_on
      FROM measure m
     WHERE m.status = 'SERVED' AND m.reply_due_on < today AND NOT EXISTS (SELECT FROM told_reply_of_measure(m.id))
     UNION ALL
    SELECT 'TRIAGE_QUEUE', a.procuratorate_id, q.department, NULL, CAST(q.entered_at AT TIME ZONE 'Asia/Shanghai' AS date)
      FROM triage_queue q JOIN penalty_case c ON c.id = q.case_id JOIN agency a ON a.id = c.agency_id
  )
  SELECT d.kind, d.procuratorate_id, d.department, d.report_kind, count(*), min(d.since)
    FROM duty d
   WHERE scope_has_county(d.procuratorate_id)
      OR (d.procuratorate_id IS NULL
          AND (scope_is('everything') OR (scope_is('measures') AND scope_is('unassigned'))))
   GROUP BY 1, 2, 3, 4
$$;

-- A finding that a rule calls by another name now is for another department to decide of; one that was only possible and
-- has become certain is to be decided of again.
CREATE OR REPLACE FUNCTION anomaly_updated_weigh_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triage_queue (case_id, agency_id, department)
  SELECT DISTINCT c.id, c.agency_id, department_of_finding(n.kind)
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.id = n.case_id
   WHERE n.status IN ('OPEN', 'CONFIRMED')
     AND (department_of_finding(n.kind) <> department_of_finding(o.kind)
          OR (n.certainty = 'CERTAIN' AND o.certainty = 'POSSIBLE'))
   ORDER BY 1, 3
  ON CONFLICT (case_id, department) DO UPDATE SET department = excluded.department;
  PERFORM weigh_triage(ARRAY(SELECT DISTINCT case_id FROM new_rows));
  RETURN NULL;
END $$;
