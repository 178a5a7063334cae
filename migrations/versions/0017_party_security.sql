-- A party is known to whoever sees a case of it.
CREATE POLICY in_scope ON party
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM penalty_case c WHERE c.party_id = party.id));
ALTER TABLE party ENABLE ROW LEVEL SECURITY;

-- The two functions below answer as the owner of the tables, who sees all, and so answer no more than they have to.

-- A party as a case tells or once told of it: it may have no case any more, or none in scope. Who asks has seen the case.
CREATE FUNCTION party_of_case(wanted_case bigint, wanted_party bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT jsonb_build_object('type', p.type, 'name', p.name, 'uscc', p.uscc, 'legal_representative', p.legal_representative)
    FROM party p
   WHERE p.id = wanted_party
     AND (EXISTS (SELECT FROM penalty_case c WHERE c.id = wanted_case AND c.party_id = p.id)
          OR EXISTS (SELECT FROM record_change r
                      WHERE r.relation = 'penalty_case' AND r.record_id = wanted_case
                        AND (r.before ->> 'party_id')::bigint = p.id))
);

-- The next greater length of an organisation's name: what is suggested goes from one to the next, past no name of others.
CREATE FUNCTION party_length_above(length integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
  SELECT name_length
    FROM party
   WHERE name_length > length
     AND type = 'ORGANIZATION' AND name !~ '^([一-龥]{2,3}|[一-龥]{0,2}[*＊×xXｘＸ某○●□]+[一-龥0-9]?)$'
     AND starts_with(name, legal_representative) IS NOT TRUE AND name_length BETWEEN 1 AND 400
   ORDER BY name_length LIMIT 1
);

REVOKE EXECUTE ON FUNCTION party_of_case, party_length_above FROM PUBLIC;
GRANT EXECUTE ON FUNCTION party_of_case, party_length_above TO jiandu_app;

-- How long a name is shows nowhere.
CREATE OR REPLACE FUNCTION record_bookkeeping() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{revision,created_at,updated_at,source_updated_at,name_tokens,name_length,derived_key,digest}'::text[];

-- Everybody's deeds are written down; they are read by whoever may, and by the program, which seals them.
CREATE POLICY written ON audit_entry FOR INSERT WITH CHECK (true);
CREATE POLICY readable ON audit_entry FOR SELECT
  USING ((SELECT scope_is('everything')) OR (SELECT scope_is('audit_trail')));
CREATE POLICY in_scope ON audit_seal USING ((SELECT scope_is('everything')));
CREATE POLICY readable ON watched_name FOR SELECT
  USING ((SELECT scope_is('everything')) OR (SELECT scope_is('audit_trail')));
CREATE POLICY in_scope ON watched_name USING ((SELECT scope_is('everything')));
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE watched_name ENABLE ROW LEVEL SECURITY;

-- A run of which nobody said whose feed it is is seen with the agencies that nobody supervises.
ALTER POLICY in_scope ON feed_run
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope)
         OR (agency_id IS NULL AND (SELECT scope_is('unassigned'))));
