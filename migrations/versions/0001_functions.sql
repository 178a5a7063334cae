-- What the tables of the first revision cannot say by themselves: the search index of case_text, and the triggers that
-- raise `revision` and fill the outbox in the transaction of every change that shows in a case's document.

-- Neighbouring tokens as lexemes 'a b', the last token of all as 'z '. A phrase needs all its pairs, a single token any
-- pair that begins with it or ends a text; both are checked again on the text itself.
CREATE FUNCTION token_pairs(tokens text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
-- Dear: it takes a text apart. Told so, the planner looks into the index, and never at every row, for a common word too.
COST 10000
RETURN (
  SELECT array_to_tsvector(array_agg(pair.first || ' ' || coalesce(pair.second, '')))
    FROM unnest(string_to_array(tokens, ' '), (string_to_array(tokens, ' '))[2:]) AS pair(first, second)
   WHERE pair.first <> ''
);

CREATE INDEX ix_case_text_token_pairs ON case_text USING gin (
  token_pairs(number || filing_number || title || party || agency || violation_type || facts || basis || content)
);

-- What only tells how the case was told of (how new, by which digest it is known) shows nowhere and raises nothing.
CREATE FUNCTION penalty_case_raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shown penalty_case := NEW;
BEGIN
  shown.derived_key := OLD.derived_key;
  shown.source_updated_at := OLD.source_updated_at;
  IF shown IS DISTINCT FROM OLD THEN
    NEW.revision := OLD.revision + 1;
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER raise_revision BEFORE UPDATE ON penalty_case
  FOR EACH ROW EXECUTE FUNCTION penalty_case_raise_revision();

CREATE FUNCTION penalty_case_queue_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (case_id) SELECT id FROM new_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER queue_inserted AFTER INSERT ON penalty_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_queue_inserted();

CREATE FUNCTION penalty_case_queue_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (case_id)
  SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE n.revision <> o.revision;
  RETURN NULL;
END $$;

CREATE TRIGGER queue_updated AFTER UPDATE ON penalty_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_queue_updated();

CREATE FUNCTION penalty_case_queue_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox (case_id, deleted_revision) SELECT id, revision + 1 FROM old_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER queue_deleted AFTER DELETE ON penalty_case
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_queue_deleted();

-- NOTIFY wakes the relays early and carries nothing; one lost loses nothing.
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('jiandu_outbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER notify_relays AFTER INSERT ON outbox
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();

-- An agency or a party shows in the documents of all its cases: one statement raises them all.
CREATE FUNCTION agency_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_text t SET agency = n.name_tokens
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.agency_id = n.id
   WHERE t.case_id = c.id AND t.agency <> n.name_tokens AND n.name_tokens <> o.name_tokens;
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM new_rows n JOIN old_rows o USING (id)
   WHERE c.agency_id = n.id
     AND (n.name, n.name_tokens, n.region) IS DISTINCT FROM (o.name, o.name_tokens, o.region);
  RETURN NULL;
END $$;

CREATE TRIGGER raise_cases AFTER UPDATE ON agency
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION agency_raise_cases();

CREATE FUNCTION party_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_text t SET party = n.name_tokens
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.party_id = n.id
   WHERE t.case_id = c.id AND t.party <> n.name_tokens AND n.name_tokens <> o.name_tokens;
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM new_rows n JOIN old_rows o USING (id)
   WHERE c.party_id = n.id
     AND (n.type, n.name, n.name_tokens, n.uscc, n.legal_representative)
         IS DISTINCT FROM (o.type, o.name, o.name_tokens, o.uscc, o.legal_representative);
  RETURN NULL;
END $$;

CREATE TRIGGER raise_cases AFTER UPDATE ON party
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION party_raise_cases();

-- The application reads and writes rows and nothing else. A managed server may have made the role before us.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiandu_app') THEN
    CREATE ROLE jiandu_app;
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO jiandu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO jiandu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO jiandu_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM jiandu_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jiandu_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO jiandu_app;
