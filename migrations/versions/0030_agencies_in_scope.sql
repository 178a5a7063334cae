-- The agencies in scope were looked up by a view, which every statement about cases planned anew, at each place where a
-- policy names the cases: half of the time in which a list was planned. A function keeps its plan. Who sees the cases of
-- every agency, as the city's officers do, is asked so once a statement and not at every case.

CREATE FUNCTION agencies_in_scope() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 20 AS $$
BEGIN
  RETURN QUERY
  SELECT a.id
    FROM public.agency a
   WHERE a.id = (SELECT public.scope_agency())
      OR a.procuratorate_id = ANY ((SELECT public.scope_procuratorates())::bigint[])
      OR (a.procuratorate_id IS NULL AND (SELECT public.scope_is('unassigned')));
END $$;

CREATE FUNCTION every_agency_in_scope() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN public.scope_is('everything')
      OR NOT EXISTS (SELECT FROM public.agency a WHERE a.id NOT IN (SELECT public.agencies_in_scope()));
END $$;

GRANT EXECUTE ON FUNCTION agencies_in_scope, every_agency_in_scope TO jiandu_app;

ALTER POLICY in_scope ON penalty_case
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON transfer
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON reconsideration
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON enforcement
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON coercive_measure
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON procuratorial_measure
  USING ((SELECT every_agency_in_scope()) OR agency_id IN (SELECT agencies_in_scope()));
ALTER POLICY in_scope ON criminal_case
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('criminal_cases')) AND agency_id IN (SELECT agencies_in_scope())));
ALTER POLICY in_scope ON triage_queue
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND agency_id IN (SELECT agencies_in_scope())));
ALTER POLICY in_scope ON feed_run
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT agencies_in_scope())
         OR (agency_id IS NULL AND (SELECT scope_is('unassigned'))));

DROP VIEW agency_in_scope;
