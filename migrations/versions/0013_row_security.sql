-- A transaction says in which scope it reads (stores.postgres); one that says nothing sees nothing. The owner of the tables
-- sees all, for it migrates them; the application's role is not the owner.

CREATE FUNCTION scope_is(switch text) RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(current_setting('jiandu.' || switch, true), '') = 'on';

CREATE FUNCTION scope_procuratorates() RETURNS bigint[] LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('jiandu.procuratorates', true), ''), '{}')::bigint[];

CREATE FUNCTION scope_agency() RETURNS bigint LANGUAGE sql STABLE
RETURN nullif(current_setting('jiandu.agency', true), '')::bigint;

GRANT EXECUTE ON FUNCTION scope_is, scope_procuratorates, scope_agency TO jiandu_app;

-- Each setting is read in a query of its own, so that it is read once a statement and not once a row.
CREATE VIEW agency_in_scope AS
SELECT a.id
  FROM agency a
 WHERE a.id = (SELECT scope_agency())
    OR a.procuratorate_id = ANY ((SELECT scope_procuratorates())::bigint[])
    OR (a.procuratorate_id IS NULL AND (SELECT scope_is('unassigned')));

GRANT SELECT ON agency_in_scope TO jiandu_app;
REVOKE INSERT, UPDATE, DELETE ON agency_in_scope FROM jiandu_app;

CREATE POLICY in_scope ON penalty_case
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));

-- What follows a case is known by its agency, also where the case itself has not arrived.
CREATE POLICY in_scope ON transfer
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
CREATE POLICY in_scope ON reconsideration
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
CREATE POLICY in_scope ON enforcement
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
CREATE POLICY in_scope ON coercive_measure
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
CREATE POLICY in_scope ON procuratorial_measure
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
CREATE POLICY in_scope ON criminal_case
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('criminal_cases')) AND agency_id IN (SELECT id FROM agency_in_scope)));

-- What was found wrong with a case is for fewer eyes than the case; the policy of the case applies in here too.
CREATE POLICY in_scope ON anomaly
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));
CREATE POLICY in_scope ON judgement
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));
CREATE POLICY in_scope ON judged_file
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));
CREATE POLICY in_scope ON anomaly_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM anomaly a WHERE a.id = anomaly_id));

ALTER TABLE penalty_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE criminal_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconsideration ENABLE ROW LEVEL SECURITY;
ALTER TABLE enforcement ENABLE ROW LEVEL SECURITY;
ALTER TABLE coercive_measure ENABLE ROW LEVEL SECURITY;
ALTER TABLE procuratorial_measure ENABLE ROW LEVEL SECURITY;
ALTER TABLE judgement ENABLE ROW LEVEL SECURITY;
ALTER TABLE judged_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE anomaly ENABLE ROW LEVEL SECURITY;
ALTER TABLE anomaly_event ENABLE ROW LEVEL SECURITY;
