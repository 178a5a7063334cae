-- The searchable texts of a case without the names of natural persons, for whoever may not know of them.

-- Tokens without some names: where one stood is a gap of two spaces, which no phrase holds. A name is as long a run of
-- tokens as it is; every token has spaces of its own here, so that a name right behind another one is found too.
CREATE FUNCTION covered_tokens(tokens text, names text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  spaced text := ' ' || replace(btrim(tokens), ' ', '  ') || ' ';
  covered text := spaced;
  name text;
BEGIN
  FOREACH name IN ARRAY names LOOP
    covered := replace(covered, name, '|');
  END LOOP;
  IF covered = spaced THEN
    RETURN tokens;
  END IF;
  RETURN replace(replace(covered, '  ', ' '), '|', '');
END $$;

-- As covered_tokens takes them, a longer name before a shorter one that it may hold.
CREATE FUNCTION names_to_cover(person_names text[], party_type text, party_name text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT ' ' || replace(btrim(token_text(name)), ' ', '  ') || ' '
    FROM unnest(person_names || CASE WHEN party_type = 'PERSON' THEN party_name END) WITH ORDINALITY AS told(name, place)
   WHERE token_text(name) <> ''
   ORDER BY length(name) DESC, place
);

CREATE FUNCTION cover_case_texts(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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
   CROSS JOIN LATERAL names_to_cover(c.person_names, p.type, p.name) AS names
   CROSS JOIN LATERAL (
     SELECT t.case_id, covered_tokens(t.number, names) AS number,
            covered_tokens(t.filing_number, names) AS filing_number, covered_tokens(t.title, names) AS title,
            CASE WHEN p.type = 'PERSON' THEN '' ELSE t.party END AS party, t.agency,
            covered_tokens(t.violation_type, names) AS violation_type, covered_tokens(t.facts, names) AS facts,
            covered_tokens(t.basis, names) AS basis, covered_tokens(t.content, names) AS content
   ) v
   WHERE t.case_id = ANY (changed)
     AND (p.type = 'PERSON' OR cardinality(c.person_names) > 0)
     AND (v.number, v.filing_number, v.title, v.party, v.violation_type, v.facts, v.basis, v.content)
         IS DISTINCT FROM
         (t.number, t.filing_number, t.title, t.party, t.violation_type, t.facts, t.basis, t.content);
END $$;

CREATE FUNCTION case_text_cover_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(SELECT case_id FROM new_rows));
  RETURN NULL;
END $$;

CREATE TRIGGER cover_inserted AFTER INSERT ON case_text
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION case_text_cover_inserted();

CREATE FUNCTION case_text_cover_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(
    SELECT n.case_id FROM new_rows n JOIN old_rows o USING (case_id) WHERE n IS DISTINCT FROM o
  ));
  RETURN NULL;
END $$;

CREATE TRIGGER cover_updated AFTER UPDATE ON case_text
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION case_text_cover_updated();

CREATE FUNCTION penalty_case_cover_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(
    SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
     WHERE (n.party_id, n.person_names) IS DISTINCT FROM (o.party_id, o.person_names)
  ));
  RETURN NULL;
END $$;

CREATE TRIGGER cover_updated AFTER UPDATE ON penalty_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_cover_updated();

CREATE FUNCTION party_cover_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cover_case_texts(ARRAY(
    SELECT c.id
      FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.party_id = n.id
     WHERE (n.type, n.name) IS DISTINCT FROM (o.type, o.name)
  ));
  RETURN NULL;
END $$;

CREATE TRIGGER cover_updated AFTER UPDATE ON party
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION party_cover_updated();

-- Which procuratorate supervises an agency shows in the documents of its cases.
CREATE OR REPLACE FUNCTION agency_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_text t SET agency = n.name_tokens
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.agency_id = n.id
   WHERE t.case_id = c.id AND t.agency <> n.name_tokens AND n.name_tokens <> o.name_tokens;
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM new_rows n JOIN old_rows o USING (id)
   WHERE c.agency_id = n.id
     AND (n.name, n.name_tokens, n.region, n.procuratorate_id)
         IS DISTINCT FROM (o.name, o.name_tokens, o.region, o.procuratorate_id);
  RETURN NULL;
END $$;

-- The cases there are, so many at a time that none of their texts wait in memory together.
DO $$
DECLARE
  last bigint := 0;
  batch bigint[];
BEGIN
  LOOP
    batch := ARRAY(SELECT case_id FROM case_text WHERE case_id > last ORDER BY case_id LIMIT 1000);
    EXIT WHEN cardinality(batch) = 0;
    PERFORM cover_case_texts(batch);
    last := batch[cardinality(batch)];
  END LOOP;
END $$;
