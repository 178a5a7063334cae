-- A party's legal representative is known from any row that tells of the party, and is covered in all its cases' texts.
DROP FUNCTION names_to_cover(text[], text, text);

-- As covered_tokens takes them, a longer name before a shorter one that it may hold.
CREATE FUNCTION names_to_cover(person_names text[], party_type text, party_name text, representative text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT ' ' || replace(btrim(token_text(name)), ' ', '  ') || ' '
    FROM unnest(
           person_names || CASE WHEN party_type = 'PERSON' THEN party_name END
           || ARRAY(SELECT part FROM regexp_split_to_table(coalesce(representative, ''), '[、,，;；/／|\s]+') AS part
                     WHERE part ~ '^[一-龥]{2,4}$|[·•・]')
         ) WITH ORDINALITY AS told(name, place)
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
   CROSS JOIN LATERAL names_to_cover(c.person_names, p.type, p.name, p.legal_representative) AS names
   CROSS JOIN LATERAL (
     SELECT t.case_id, covered_tokens(t.number, names) AS number,
            covered_tokens(t.filing_number, names) AS filing_number, covered_tokens(t.title, names) AS title,
            CASE WHEN p.type = 'PERSON' THEN '' ELSE t.party END AS party, t.agency,
            covered_tokens(t.violation_type, names) AS violation_type, covered_tokens(t.facts, names) AS facts,
            covered_tokens(t.basis, names) AS basis, covered_tokens(t.content, names) AS content
   ) v
   WHERE t.case_id = ANY (changed)
     AND (p.type = 'PERSON' OR cardinality(names) > 0)
     AND (v.number, v.filing_number, v.title, v.party, v.violation_type, v.facts, v.basis, v.content)
         IS DISTINCT FROM
         (t.number, t.filing_number, t.title, t.party, t.violation_type, t.facts, t.basis, t.content);
END $$;

CREATE OR REPLACE FUNCTION party_cover_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(
    SELECT c.id
      FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.party_id = n.id
     WHERE (n.type, n.name, n.legal_representative) IS DISTINCT FROM (o.type, o.name, o.legal_representative)
  ));
  RETURN NULL;
END $$;

-- The cases there are of such parties, so many at a time that none of their texts wait in memory together.
DO $$
DECLARE
  last bigint := 0;
  batch bigint[];
BEGIN
  LOOP
    batch := ARRAY(SELECT c.id FROM penalty_case c JOIN party p ON p.id = c.party_id
                    WHERE c.id > last AND p.legal_representative IS NOT NULL ORDER BY c.id LIMIT 1000);
    EXIT WHEN cardinality(batch) = 0;
    PERFORM cover_case_texts(batch);
    last := batch[cardinality(batch)];
  END LOOP;
END $$;
