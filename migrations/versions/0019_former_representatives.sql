-- Whom a case's texts may name: its own persons, and those who ever represented its party, whichever case told of them.

-- Whom to mask is no change of a party's; that its representative is another one stands in the history already.
CREATE OR REPLACE FUNCTION record_bookkeeping() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{revision,created_at,updated_at,source_updated_at,name_tokens,name_length,derived_key,digest,anomaly_count,representative_names}'::text[];

-- As covered_tokens takes them, a longer name before a shorter one that it may hold.
DROP FUNCTION names_to_cover(text[], text, text, text);
CREATE FUNCTION names_to_cover(person_names text[], party_type text, party_name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT ' ' || replace(btrim(token_text(name)), ' ', '  ') || ' '
    FROM unnest(person_names || CASE WHEN party_type = 'PERSON' THEN party_name END) WITH ORDINALITY AS told(name, place)
   WHERE token_text(name) <> ''
   ORDER BY length(name) DESC, place
);

CREATE OR REPLACE FUNCTION cover_case_texts(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(changed) = 0 THEN
    RETURN;
  END IF;
  -- Whoever else changes one of them, or its party, is waited for, and what it wrote is read: only then is all of it seen.
  PERFORM FROM penalty_case WHERE id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
  DELETE FROM case_text_covered WHERE case_id = ANY (changed);
  INSERT INTO case_text_covered (case_id, number, filing_number, title, party, agency, violation_type, facts, basis, content)
  SELECT v.*
    FROM case_text t
    JOIN penalty_case c ON c.id = t.case_id
    JOIN party p ON p.id = c.party_id
   CROSS JOIN LATERAL names_to_cover(c.person_names || p.representative_names, p.type, p.name) AS names
   CROSS JOIN LATERAL (
     SELECT t.case_id, covered_tokens(t.number, names) AS number,
            covered_tokens(t.filing_number, names) AS filing_number, covered_tokens(t.title, names) AS title,
            CASE WHEN p.type = 'PERSON' THEN '' ELSE t.party END AS party, t.agency,
            covered_tokens(t.violation_type, names) AS violation_type, covered_tokens(t.facts, names) AS facts,
            covered_tokens(t.basis, names) AS basis, covered_tokens(t.content, names) AS content
   ) v
   WHERE t.case_id = ANY (changed)
     AND (p.type = 'PERSON' OR cardinality(c.person_names) > 0 OR cardinality(p.representative_names) > 0)
     AND (v.number, v.filing_number, v.title, v.party, v.violation_type, v.facts, v.basis, v.content)
         IS DISTINCT FROM
         (t.number, t.filing_number, t.title, t.party, t.violation_type, t.facts, t.basis, t.content);
END $$;

CREATE OR REPLACE FUNCTION party_cover_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(
    SELECT c.id
      FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.party_id = n.id
     WHERE (n.type, n.name, n.representative_names) IS DISTINCT FROM (o.type, o.name, o.representative_names)
  ));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION party_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_text t SET party = n.name_tokens
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.party_id = n.id
   WHERE t.case_id = c.id AND t.party <> n.name_tokens AND n.name_tokens <> o.name_tokens;
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM new_rows n JOIN old_rows o USING (id)
   WHERE c.party_id = n.id
     AND (n.type, n.name, n.name_tokens, n.uscc, n.legal_representative, n.representative_names)
         IS DISTINCT FROM (o.type, o.name, o.name_tokens, o.uscc, o.legal_representative, o.representative_names);
  RETURN NULL;
END $$;

-- What a party's representatives are called is known to the cases that told of them. So many parties at a time that none
-- of their cases' texts wait in memory together.
DO $$
DECLARE
  last bigint := 0;
  batch bigint[];
BEGIN
  LOOP
    batch := ARRAY(SELECT id FROM party WHERE id > last ORDER BY id LIMIT 1000);
    EXIT WHEN cardinality(batch) = 0;
    UPDATE party p SET representative_names = told.names
      FROM (SELECT known.id, array_agg(known.name ORDER BY length(known.name) DESC, known.name) AS names
              FROM (SELECT DISTINCT e.id, n.name
                      FROM (SELECT id, legal_representative AS representative FROM party WHERE id = ANY (batch)
                             UNION
                            SELECT record_id, before ->> 'legal_representative' FROM record_change
                             WHERE relation = 'party' AND record_id = ANY (batch)) e
                      JOIN penalty_case c ON c.party_id = e.id
                     CROSS JOIN unnest(c.person_names) AS n(name)
                     WHERE n.name <> ''
                       AND strpos(regexp_replace(e.representative, '\s', '', 'g'), regexp_replace(n.name, '\s', '', 'g')) > 0
                   ) known
             GROUP BY known.id) told
     WHERE p.id = told.id;
    -- Where a representative is no person with a whole name, nothing of it is covered any more.
    PERFORM cover_case_texts(ARRAY(
      SELECT c.id FROM party p JOIN penalty_case c ON c.party_id = p.id
       WHERE p.id = ANY (batch) AND p.legal_representative IS NOT NULL AND p.representative_names = '{}'));
    last := batch[cardinality(batch)];
  END LOOP;
END $$;
