-- A measure is seen in the procuratorate that issues it and above, and by its addressee once it is issued.
CREATE POLICY in_scope ON measure
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('measures'))
             AND (procuratorate_id = ANY ((SELECT scope_procuratorates())::bigint[])
                  OR (procuratorate_id IS NULL AND (SELECT scope_is('unassigned')))
                  OR (agency_id = (SELECT scope_agency()) AND number IS NOT NULL))));
CREATE POLICY in_scope ON measure_case
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM measure m WHERE m.id = measure_id));
CREATE POLICY in_scope ON measure_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM measure m WHERE m.id = measure_id));

-- What waits for a decision, and what was decided, is for whoever sees findings, with the case.
CREATE POLICY in_scope ON triage_queue
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));
CREATE POLICY in_scope ON triage
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));

ALTER TABLE measure ENABLE ROW LEVEL SECURITY;
ALTER TABLE measure_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE measure_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE triage_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE triage ENABLE ROW LEVEL SECURITY;

-- What was written down stays, and none is lost.
REVOKE UPDATE, DELETE ON measure_event, triage FROM jiandu_app;
REVOKE DELETE ON measure, measure_case FROM jiandu_app;

-- Every entered case is looked at by those who lead the programme, and by the department that a finding concerns.
CREATE FUNCTION department_of_finding(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN kind IN ('ENFORCEMENT_NOT_APPLIED', 'ENFORCEMENT_REFUSED', 'STALLED_ENFORCEMENT', 'UNLAWFUL_ENFORCEMENT',
                'UNLAWFUL_COERCIVE_MEASURE', 'INACTION', 'SLOW_ACTION', 'IMPROPER_ACTION') THEN 'CIVIL_ADMINISTRATIVE'
  WHEN kind IN ('LATE_ENTRY', 'INCOMPLETE_ENTRY') THEN 'CASE_MANAGEMENT'
  ELSE 'INVESTIGATION_SUPERVISION'
END;

CREATE FUNCTION penalty_case_await_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triage_queue (case_id, department) SELECT id, 'INVESTIGATION_SUPERVISION' FROM new_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER await_triage AFTER INSERT ON penalty_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_await_triage();

-- A finding that opens, or opens again, brings its case back to be decided of.
CREATE FUNCTION anomaly_await_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triage_queue (case_id, department)
  SELECT DISTINCT a.case_id, department_of_finding(a.kind)
    FROM new_rows n JOIN anomaly a ON a.id = n.anomaly_id
   WHERE n.event IN ('OPENED', 'REOPENED')
   ORDER BY a.case_id
  ON CONFLICT (case_id, department) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER await_triage AFTER INSERT ON anomaly_event
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION anomaly_await_triage();

INSERT INTO triage_queue (case_id, department)
SELECT id, 'INVESTIGATION_SUPERVISION' FROM penalty_case
 UNION
SELECT case_id, department_of_finding(kind) FROM anomaly WHERE status IN ('OPEN', 'CONFIRMED')
 ORDER BY 1;

-- The natural persons whose names the texts of a measure may hold: those of all its cases, and of some that are out of
-- the scope of whoever reads the measure, and is to be shown none of them.
CREATE FUNCTION measure_person_names(measure_id bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT persons_of_cases(ARRAY(SELECT mc.case_id FROM measure_case mc WHERE mc.measure_id = measure_person_names.measure_id))
$$;
REVOKE EXECUTE ON FUNCTION measure_person_names FROM PUBLIC;
GRANT EXECUTE ON FUNCTION measure_person_names TO jiandu_app;

-- Its cases and those that are to be added are held until the end of the transaction, before it is numbered: whoever
-- issues another one about a case of these waits here, and not for the number while it holds the case.
CREATE FUNCTION hold_cases_of_measure(held_measure bigint, added bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT FROM penalty_case c
   WHERE c.id = ANY (added) OR c.id IN (SELECT mc.case_id FROM measure_case mc WHERE mc.measure_id = held_measure)
   ORDER BY c.id FOR NO KEY UPDATE
$$;
REVOKE EXECUTE ON FUNCTION hold_cases_of_measure FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_cases_of_measure TO jiandu_app;

-- What rules judge by, of measures issued here: the case is judged again when one is served, replied to or checked.
-- It may be out of the scope of whoever does so, and so the owner of the tables raises it.
CREATE FUNCTION measure_touched(touched bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  raised bigint[];
BEGIN
  -- In one order, so that two who touch the same cases never wait for each other.
  WITH held AS MATERIALIZED (
    SELECT c.id FROM penalty_case c
     WHERE c.id IN (SELECT mc.case_id FROM measure_case mc WHERE mc.measure_id = ANY (touched))
     ORDER BY c.id FOR NO KEY UPDATE
  ), moved AS (
    UPDATE penalty_case c SET revision = c.revision + 1 FROM held WHERE c.id = held.id
    RETURNING c.id
  ) SELECT array_agg(id) INTO raised FROM moved;
  INSERT INTO judging_queue (case_id) SELECT unnest(raised);
END $$;

REVOKE EXECUTE ON FUNCTION measure_touched FROM PUBLIC;
GRANT EXECUTE ON FUNCTION measure_touched TO jiandu_app;

CREATE FUNCTION measure_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM measure_touched(ARRAY(SELECT id FROM new_rows));
  RETURN NULL;
END $$;
CREATE TRIGGER judge_cases AFTER UPDATE ON measure
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION measure_updated();

CREATE FUNCTION measure_case_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM measure_touched(ARRAY(SELECT DISTINCT measure_id FROM new_rows));
  RETURN NULL;
END $$;
CREATE TRIGGER judge_cases AFTER INSERT ON measure_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION measure_case_added();
