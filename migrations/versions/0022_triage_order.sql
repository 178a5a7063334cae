-- A row of a queue says what its place goes by: whoever reads a page of a million rows reads the page alone.

-- What the findings of a row's department say of its case. A case whose finding changed was raised, and so is locked:
-- whoever changes another finding of it is waited for.
CREATE FUNCTION weigh_triage(touched bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH locked AS (
    SELECT q.id, q.case_id, q.department
      FROM triage_queue q WHERE q.case_id = ANY (touched) ORDER BY q.id FOR NO KEY UPDATE
  ), weighed AS (
    SELECT l.id, min(a.certainty COLLATE "C") AS certainty, min(a.due_on) FILTER (WHERE a.done_on IS NULL) AS due_on,
           max(a.done_on - a.due_on) AS done_days
      FROM locked l
      LEFT JOIN anomaly a ON a.case_id = l.case_id AND a.status IN ('OPEN', 'CONFIRMED')
                         AND department_of_finding(a.kind) = l.department
     GROUP BY l.id
  )
  UPDATE triage_queue q SET certainty = w.certainty, due_on = w.due_on, done_days = w.done_days
    FROM weighed w
   WHERE q.id = w.id AND (q.certainty, q.due_on, q.done_days) IS DISTINCT FROM (w.certainty, w.due_on, w.done_days);
END $$;

CREATE OR REPLACE FUNCTION penalty_case_await_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triage_queue (case_id, agency_id, department)
  SELECT id, agency_id, 'INVESTIGATION_SUPERVISION' FROM new_rows ORDER BY id;
  RETURN NULL;
END $$;

-- A row that is there already is locked: were it only seen, a decision could take it out before this one is committed,
-- and the finding would wait nowhere.
CREATE OR REPLACE FUNCTION anomaly_await_triage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  opened bigint[] := ARRAY(SELECT DISTINCT a.case_id FROM new_rows n JOIN anomaly a ON a.id = n.anomaly_id
                            WHERE n.event IN ('OPENED', 'REOPENED'));
BEGIN
  INSERT INTO triage_queue (case_id, agency_id, department)
  SELECT DISTINCT c.id, c.agency_id, department_of_finding(a.kind)
    FROM new_rows n JOIN anomaly a ON a.id = n.anomaly_id JOIN penalty_case c ON c.id = a.case_id
   WHERE n.event IN ('OPENED', 'REOPENED')
   ORDER BY 1, 3
  ON CONFLICT (case_id, department) DO UPDATE SET department = excluded.department;
  PERFORM weigh_triage(opened);
  RETURN NULL;
END $$;

CREATE FUNCTION anomaly_weigh_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM weigh_triage(ARRAY(SELECT DISTINCT case_id FROM new_rows));
  RETURN NULL;
END $$;
CREATE TRIGGER weigh_triage_inserted AFTER INSERT ON anomaly
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION anomaly_weigh_triage();

-- A finding that a rule calls by another name now is for another department to decide of.
CREATE FUNCTION anomaly_updated_weigh_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO triage_queue (case_id, agency_id, department)
  SELECT DISTINCT c.id, c.agency_id, department_of_finding(n.kind)
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.id = n.case_id
   WHERE n.status IN ('OPEN', 'CONFIRMED') AND department_of_finding(n.kind) <> department_of_finding(o.kind)
   ORDER BY 1, 3
  ON CONFLICT (case_id, department) DO UPDATE SET department = excluded.department;
  PERFORM weigh_triage(ARRAY(SELECT DISTINCT case_id FROM new_rows));
  RETURN NULL;
END $$;
CREATE TRIGGER weigh_triage_updated AFTER UPDATE ON anomaly
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION anomaly_updated_weigh_triage();

-- A case that another agency has now waits among that one's.
CREATE FUNCTION penalty_case_move_triage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE triage_queue SET agency_id = NEW.agency_id WHERE case_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER move_triage AFTER UPDATE ON penalty_case
  FOR EACH ROW WHEN (OLD.agency_id IS DISTINCT FROM NEW.agency_id) EXECUTE FUNCTION penalty_case_move_triage();

UPDATE triage_queue q SET agency_id = c.agency_id FROM penalty_case c WHERE c.id = q.case_id;
SELECT weigh_triage(ARRAY(SELECT DISTINCT case_id FROM anomaly WHERE status IN ('OPEN', 'CONFIRMED')));

ALTER POLICY in_scope ON triage_queue
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND agency_id IN (SELECT id FROM agency_in_scope)));

-- That a case went on as a clue or a measure is known to whoever may know of that.
ALTER POLICY in_scope ON triage
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)
             AND (clue_id IS NULL OR EXISTS (SELECT FROM clue k WHERE k.id = clue_id))
             AND (measure_id IS NULL OR EXISTS (SELECT FROM measure m WHERE m.id = measure_id))));

-- A decision shows with its case.
CREATE FUNCTION triage_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1 WHERE c.id IN (SELECT case_id FROM new_rows);
  RETURN NULL;
END $$;
CREATE TRIGGER raise_cases AFTER INSERT ON triage
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION triage_raise_cases();

-- For which departments a case was decided of, NULL for all: also where what was decided is not for everybody to know.
CREATE FUNCTION departments_decided(wanted_case bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN ARRAY(SELECT DISTINCT department FROM triage WHERE case_id = wanted_case);

REVOKE EXECUTE ON FUNCTION departments_decided FROM PUBLIC;
GRANT EXECUTE ON FUNCTION departments_decided TO jiandu_app;
