-- A duty-crime case is seen by the desk that investigates it; a head of a procuratorate sits at all of its desks.
CREATE POLICY in_scope ON duty_crime_case
  USING ((SELECT scope_is('everything'))
         OR (coalesce(procuratorate_id, 0) || '/' || department) = ANY ((SELECT scope_desks())::text[]));
CREATE POLICY in_scope ON duty_crime_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM duty_crime_case c WHERE c.id = case_id));

-- Public-interest cases and reports are seen in their procuratorate and above, as its measures are, and by no agency.
CREATE POLICY in_scope ON public_interest_case
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('measures'))
             AND (procuratorate_id = ANY ((SELECT scope_procuratorates())::bigint[])
                  OR (procuratorate_id IS NULL AND (SELECT scope_is('unassigned'))))));
CREATE POLICY in_scope ON public_interest_penalty_case
  USING ((SELECT scope_is('everything'))
         OR EXISTS (SELECT FROM public_interest_case c WHERE c.id = public_interest_case_id));
CREATE POLICY in_scope ON public_interest_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM public_interest_case c WHERE c.id = case_id));
CREATE POLICY in_scope ON county_report
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('measures')) AND procuratorate_id = ANY ((SELECT scope_procuratorates())::bigint[])));

-- What is typical is seen by whoever sees the record itself, but not by its agency.
CREATE POLICY in_scope ON typical_case
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings'))
             AND (EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)
                  OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id)
                  OR EXISTS (SELECT FROM measure m WHERE m.id = measure_id)
                  OR EXISTS (SELECT FROM duty_crime_case d WHERE d.id = duty_crime_case_id)
                  OR EXISTS (SELECT FROM public_interest_case p WHERE p.id = public_interest_case_id))));

ALTER TABLE duty_crime_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE duty_crime_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_interest_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_interest_penalty_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_interest_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE county_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE typical_case ENABLE ROW LEVEL SECURITY;

-- What was written down stays, and none is lost.
REVOKE UPDATE, DELETE ON duty_crime_event, public_interest_event, public_interest_penalty_case, county_report
  FROM jiandu_app;
REVOKE DELETE ON duty_crime_case, public_interest_case, typical_case FROM jiandu_app;

-- Counties are the procuratorates under a city's, below which there is none.
CREATE VIEW county AS
SELECT p.id, p.name, p.parent_id
  FROM procuratorate p
 WHERE p.parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM procuratorate c WHERE c.parent_id = p.id);
GRANT SELECT ON county TO jiandu_app;
REVOKE INSERT, UPDATE, DELETE ON county FROM jiandu_app;

-- The same as supervision/clue_dormancy.py: from the day after the last on which a step was due, or after the due day.
-- Every statement that asks whether a clue is dormant asks this.
CREATE FUNCTION clue_dormant_since(c clue, still_days int) RETURNS date LANGUAGE sql IMMUTABLE
RETURN CASE WHEN c.status <> 'CLOSED'
            THEN least(CAST(c.last_step_at AT TIME ZONE 'Asia/Shanghai' AS date) + still_days + 1, c.due_on + 1)
            WHEN c.acknowledged_at IS NULL
            THEN CAST(c.last_step_at AT TIME ZONE 'Asia/Shanghai' AS date) + still_days + 1 END;
GRANT EXECUTE ON FUNCTION clue_dormant_since TO jiandu_app;

CREATE TYPE county_figures AS (
  procuratorate_id bigint,
  cases_entered bigint,
  cases_triaged bigint,
  clues_opened bigint,
  clues_closed bigint,
  clues_dormant bigint,
  measures_issued bigint,
  measures_served bigint,
  measures_rectified bigint,
  duty_crime_cases bigint,
  public_interest_cases bigint,
  typical_cases bigint
);

-- What every county did from one day to another; dormant clues are those of today. Only the functions below may ask.
CREATE FUNCTION figures_of_counties(from_day date, until_day date, today date, still_days int)
RETURNS SETOF county_figures LANGUAGE sql STABLE AS $$
  WITH span AS (
    SELECT CAST(from_day AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS since,
           CAST(until_day + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS before
  ), entered AS (
    SELECT a.procuratorate_id, count(*) AS n
      FROM span, penalty_case c JOIN agency a ON a.id = c.agency_id
     WHERE c.entered_at >= span.since AND c.entered_at < span.before GROUP BY 1
  ), triaged AS (
    SELECT a.procuratorate_id, count(DISTINCT t.case_id) AS n
      FROM span, triage t JOIN penalty_case c ON c.id = t.case_id JOIN agency a ON a.id = c.agency_id
     WHERE t.decided_at >= span.since AND t.decided_at < span.before GROUP BY 1
  ), clues AS (
    SELECT c.procuratorate_id,
           count(*) FILTER (WHERE c.opened_at >= span.since AND c.opened_at < span.before) AS opened,
           count(*) FILTER (WHERE c.closed_at >= span.since AND c.closed_at < span.before) AS closed,
           count(*) FILTER (WHERE clue_dormant_since(c, still_days) <= today) AS dormant
      FROM span, clue c GROUP BY 1
  ), measures AS (
    SELECT m.procuratorate_id,
           count(*) FILTER (WHERE m.issued_on BETWEEN from_day AND until_day) AS issued,
           count(*) FILTER (WHERE m.served_on BETWEEN from_day AND until_day) AS served,
           count(*) FILTER (WHERE m.status = 'RECTIFIED' AND m.checked_on BETWEEN from_day AND until_day) AS rectified
      FROM measure m GROUP BY 1
  ), duty_crime AS (
    SELECT d.procuratorate_id, count(*) AS n FROM duty_crime_case d
     WHERE d.filed_on BETWEEN from_day AND until_day GROUP BY 1
  ), public_interest AS (
    SELECT p.procuratorate_id, count(*) AS n FROM public_interest_case p
     WHERE p.filed_on BETWEEN from_day AND until_day GROUP BY 1
  ), typical AS (
    SELECT t.procuratorate_id, count(*) AS n FROM span, typical_case t
     WHERE t.withdrawn_at IS NULL AND t.marked_at >= span.since AND t.marked_at < span.before GROUP BY 1
  )
  SELECT y.id, coalesce(entered.n, 0), coalesce(triaged.n, 0), coalesce(clues.opened, 0), coalesce(clues.closed, 0),
         coalesce(clues.dormant, 0), coalesce(measures.issued, 0), coalesce(measures.served, 0),
         coalesce(measures.rectified, 0), coalesce(duty_crime.n, 0), coalesce(public_interest.n, 0),
         coalesce(typical.n, 0)
    FROM county y
    LEFT JOIN entered ON entered.procuratorate_id = y.id
    LEFT JOIN triaged ON triaged.procuratorate_id = y.id
    LEFT JOIN clues ON clues.procuratorate_id = y.id
    LEFT JOIN measures ON measures.procuratorate_id = y.id
    LEFT JOIN duty_crime ON duty_crime.procuratorate_id = y.id
    LEFT JOIN public_interest ON public_interest.procuratorate_id = y.id
    LEFT JOIN typical ON typical.procuratorate_id = y.id
$$;
REVOKE EXECUTE ON FUNCTION figures_of_counties FROM PUBLIC;

CREATE FUNCTION scope_has_county(id bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN scope_is('everything') OR (scope_is('measures') AND id = ANY (scope_procuratorates()));
GRANT EXECUTE ON FUNCTION scope_has_county TO jiandu_app;

-- Numbers tell of no record: who may not see a department's clues may see how many there are in a county in scope.
CREATE FUNCTION figures_in_scope(from_day date, until_day date, today date, still_days int)
RETURNS SETOF county_figures LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.* FROM figures_of_counties(from_day, until_day, today, still_days) f WHERE scope_has_county(f.procuratorate_id)
$$;
REVOKE EXECUTE ON FUNCTION figures_in_scope FROM PUBLIC;
GRANT EXECUTE ON FUNCTION figures_in_scope TO jiandu_app;

-- The reports that counties owe for periods that have ended, and when each was sent.
CREATE FUNCTION county_reports_owed(kinds text[], ends date[], due_days date[])
RETURNS TABLE (procuratorate_id bigint, kind text, period_end date, due_on date, sent_on date) LANGUAGE sql STABLE AS $$
  SELECT y.id, owed.kind, owed.period_end, owed.due_on, r.sent_on
    FROM county y
   CROSS JOIN unnest(kinds, ends, due_days) AS owed (kind, period_end, due_on)
    LEFT JOIN county_report r ON r.procuratorate_id = y.id AND r.kind = owed.kind AND r.period_end = owed.period_end
$$;
GRANT EXECUTE ON FUNCTION county_reports_owed TO jiandu_app;

-- The counties of a city by their points: of all of them the place is counted, and those in scope are told.
CREATE FUNCTION county_ranking(
  from_day date, until_day date, today date, still_days int, weights jsonb, kinds text[], ends date[], due_days date[]
) RETURNS TABLE (figures county_figures, reports_late bigint, score numeric, place bigint, counties bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH late AS (
    SELECT o.procuratorate_id, count(*) AS n
      FROM county_reports_owed(kinds, ends, due_days) o
     WHERE coalesce(o.sent_on, today) > o.due_on GROUP BY 1
  ), counted AS (
    SELECT f AS figures, y.parent_id, coalesce(late.n, 0) AS reports_late,
           to_jsonb(f) || jsonb_build_object('reports_late', coalesce(late.n, 0)) AS numbers
      FROM figures_of_counties(from_day, until_day, today, still_days) f
      JOIN county y ON y.id = f.procuratorate_id
      LEFT JOIN late ON late.procuratorate_id = y.id
  ), scored AS (
    SELECT counted.*,
           coalesce((SELECT sum(CAST(numbers ->> weight.key AS numeric) * CAST(weight.value AS numeric))
                       FROM jsonb_each_text(weights) AS weight), 0) AS score
      FROM counted
  ), placed AS (
    SELECT scored.*, rank() OVER (PARTITION BY parent_id ORDER BY score DESC) AS place,
           count(*) OVER (PARTITION BY parent_id) AS counties
      FROM scored
  )
  SELECT p.figures, p.reports_late, p.score, p.place, p.counties
    FROM placed p WHERE scope_has_county((p.figures).procuratorate_id)
$$;
REVOKE EXECUTE ON FUNCTION county_ranking FROM PUBLIC;
GRANT EXECUTE ON FUNCTION county_ranking TO jiandu_app;

-- What the office of a campaign sees to: how much of what waits where, and since when.
CREATE FUNCTION office_duties(today date, still_days int, kinds text[], ends date[], due_days date[])
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
      FROM measure m WHERE m.status = 'SERVED' AND m.reply_due_on < today
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
REVOKE EXECUTE ON FUNCTION office_duties FROM PUBLIC;
GRANT EXECUTE ON FUNCTION office_duties TO jiandu_app;
