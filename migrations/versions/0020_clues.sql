-- Whom texts about a case may name: its own persons, whoever represents or represented its party, and the party.
CREATE FUNCTION persons_named(person_names text[], representative_names text[], party_type text, party_name text)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN person_names || representative_names
       || CASE WHEN party_type = 'PERSON' AND party_name IS NOT NULL THEN ARRAY[party_name] ELSE '{}'::text[] END;

-- The same of several cases, whoever asks: a name is to be covered where its case is out of scope as well.
CREATE FUNCTION persons_of_cases(case_ids bigint[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT named.name ORDER BY named.name), '{}')
    FROM penalty_case c
    JOIN party p ON p.id = c.party_id
   CROSS JOIN LATERAL unnest(persons_named(c.person_names, p.representative_names, p.type, p.name)) named (name)
   WHERE c.id = ANY (case_ids)
$$;
REVOKE EXECUTE ON FUNCTION persons_of_cases FROM PUBLIC;
GRANT EXECUTE ON FUNCTION persons_of_cases TO jiandu_app;

-- What a scope says of departments: a desk is a department of one procuratorate, `12/PREVENTION`; 0 is no procuratorate.
CREATE FUNCTION scope_desks() RETURNS text[] LANGUAGE sql STABLE
RETURN ARRAY(
  SELECT procuratorate || '/' || department
    FROM unnest(scope_procuratorates() || CASE WHEN scope_is('unassigned') THEN '{0}'::bigint[] ELSE '{}' END) procuratorate,
         unnest(coalesce(nullif(current_setting('jiandu.departments', true), ''), '{}')::text[]) department
);
GRANT EXECUTE ON FUNCTION scope_desks TO jiandu_app;

-- A clue is seen by the desks that have or had a part in it, and all that belongs to it with it.
CREATE POLICY in_scope ON clue
  USING ((SELECT scope_is('everything')) OR desks && (SELECT scope_desks()));
CREATE POLICY in_scope ON clue_hand_over
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));
CREATE POLICY in_scope ON clue_receipt
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));
CREATE POLICY in_scope ON clue_participation
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));
CREATE POLICY in_scope ON clue_case
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));
CREATE POLICY in_scope ON clue_anomaly
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));
CREATE POLICY in_scope ON clue_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM clue c WHERE c.id = clue_id));

ALTER TABLE clue ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_hand_over ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_participation ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_anomaly ENABLE ROW LEVEL SECURITY;
ALTER TABLE clue_event ENABLE ROW LEVEL SECURITY;

-- What was written down stays, and none is lost.
REVOKE UPDATE, DELETE ON clue_event FROM jiandu_app;
REVOKE DELETE ON clue, clue_hand_over, clue_receipt, clue_participation, clue_case, clue_anomaly, document_counter
  FROM jiandu_app;

-- A clue shows with its cases: that there is one, or that more desks see it, raises their revision.
CREATE FUNCTION clue_case_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1 WHERE c.id IN (SELECT case_id FROM new_rows);
  RETURN NULL;
END $$;
CREATE TRIGGER raise_cases AFTER INSERT ON clue_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION clue_case_added();

CREATE FUNCTION clue_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1
   WHERE c.id IN (SELECT cc.case_id FROM new_rows n JOIN old_rows o USING (id) JOIN clue_case cc ON cc.clue_id = n.id
                   WHERE n.desks <> o.desks);
  RETURN NULL;
END $$;
CREATE TRIGGER raise_cases AFTER UPDATE ON clue
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION clue_updated();
