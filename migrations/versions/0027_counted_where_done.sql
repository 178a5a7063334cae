-- What every county did from one day to another; dormant clues are those of today. A clue was opened where its first
-- desk is, whoever it was handed over to; a measure that was withdrawn, as a mark that was, counts nowhere, nor does
-- a mark of one.
CREATE OR REPLACE FUNCTION figures_of_counties(from_day date, until_day date, today date, still_days int)
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
  ), opened AS (
    SELECT desk.procuratorate_id, count(*) AS n
      FROM span, clue c
      LEFT JOIN LATERAL (SELECT h.id, h.from_procuratorate_id FROM clue_hand_over h
                          WHERE h.clue_id = c.id ORDER BY h.id LIMIT 1) first ON true
     CROSS JOIN LATERAL (SELECT CASE WHEN first.id IS NULL THEN c.procuratorate_id
                                     ELSE first.from_procuratorate_id END AS procuratorate_id) desk
     WHERE c.opened_at >= span.since AND c.opened_at < span.before GROUP BY 1
  ), clues AS (
    SELECT c.procuratorate_id,
           count(*) FILTER (WHERE c.closed_at >= span.since AND c.closed_at < span.before) AS closed,
           count(*) FILTER (WHERE clue_dormant_since(c, still_days) <= today) AS dormant
      FROM span, clue c GROUP BY 1
  ), measures AS (
    SELECT m.procuratorate_id,
           count(*) FILTER (WHERE m.issued_on BETWEEN from_day AND until_day) AS issued,
           count(*) FILTER (WHERE m.served_on BETWEEN from_day AND until_day) AS served,
           count(*) FILTER (WHERE m.status = 'RECTIFIED' AND m.checked_on BETWEEN from_day AND until_day) AS rectified
      FROM measure m WHERE m.status <> 'WITHDRAWN' GROUP BY 1
  ), duty_crime AS (
    SELECT d.procuratorate_id, count(*) AS n FROM duty_crime_case d
     WHERE d.filed_on BETWEEN from_day AND until_day GROUP BY 1
  ), public_interest AS (
    SELECT p.procuratorate_id, count(*) AS n FROM public_interest_case p
     WHERE p.filed_on BETWEEN from_day AND until_day GROUP BY 1
  ), typical AS (
    SELECT t.procuratorate_id, count(*) AS n FROM span, typical_case t
     WHERE t.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM measure m WHERE m.id = t.measure_id AND m.status = 'WITHDRAWN')
       AND t.marked_at >= span.since AND t.marked_at < span.before GROUP BY 1
  )
  SELECT y.id, coalesce(entered.n, 0), coalesce(triaged.n, 0), coalesce(opened.n, 0), coalesce(clues.closed, 0),
         coalesce(clues.dormant, 0), coalesce(measures.issued, 0), coalesce(measures.served, 0),
         coalesce(measures.rectified, 0), coalesce(duty_crime.n, 0), coalesce(public_interest.n, 0),
         coalesce(typical.n, 0)
    FROM county y
    LEFT JOIN entered ON entered.procuratorate_id = y.id
    LEFT JOIN triaged ON triaged.procuratorate_id = y.id
    LEFT JOIN opened ON opened.procuratorate_id = y.id
    LEFT JOIN clues ON clues.procuratorate_id = y.id
    LEFT JOIN measures ON measures.procuratorate_id = y.id
    LEFT JOIN duty_crime ON duty_crime.procuratorate_id = y.id
    LEFT JOIN public_interest ON public_interest.procuratorate_id = y.id
    LEFT JOIN typical ON typical.procuratorate_id = y.id
$$;

-- The reports that counties owe for periods that have ended, and when each was sent. One that was sent is judged
-- by the day on which it was due then, whatever is asked of counties today.
CREATE OR REPLACE FUNCTION county_reports_owed(kinds text[], ends date[], due_days date[])
RETURNS TABLE (procuratorate_id bigint, kind text, period_end date, due_on date, sent_on date) LANGUAGE sql STABLE AS $$
  SELECT y.id, owed.kind, owed.period_end, coalesce(r.due_on, owed.due_on), r.sent_on
    FROM county y
   CROSS JOIN unnest(kinds, ends, due_days) AS owed (kind, period_end, due_on)
    LEFT JOIN county_report r ON r.procuratorate_id = y.id AND r.kind = owed.kind AND r.period_end = owed.period_end
$$;

-- A mark is its record's procuratorate's, whoever set it: a city that marks a county's clue or measure does not take it.
UPDATE typical_case t SET procuratorate_id = m.procuratorate_id
  FROM measure m WHERE m.id = t.measure_id AND m.procuratorate_id IS NOT NULL;
UPDATE typical_case t SET procuratorate_id = c.procuratorate_id
  FROM clue c WHERE c.id = t.clue_id AND c.procuratorate_id IS NOT NULL;
