-- What is shown with a case raises its revision, and so queues it for the index: one statement for all rows of a change,
-- the same for each of the six tables. A record whose case is not there raises nothing; the case comes with its own.

CREATE FUNCTION follow_up_raise_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM (SELECT DISTINCT agency_id, document_number FROM new_rows) AS told
   WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number;
  RETURN NULL;
END $$;

CREATE FUNCTION follow_up_raise_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM (SELECT DISTINCT agency_id, document_number FROM old_rows) AS told
   WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number;
  RETURN NULL;
END $$;

-- What only tells how the record was told of shows nowhere. One that moves shows with its old case and its new one.
CREATE FUNCTION follow_up_raise_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shows_nowhere CONSTANT text[] := '{run_id,source_updated_at,digest,told,created_at,updated_at}';
BEGIN
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM (SELECT DISTINCT belongs.agency_id, belongs.document_number
            FROM new_rows n
            JOIN old_rows o USING (id)
           CROSS JOIN LATERAL (VALUES (n.agency_id, n.document_number), (o.agency_id, o.document_number))
                   AS belongs(agency_id, document_number)
           WHERE to_jsonb(n) - shows_nowhere <> to_jsonb(o) - shows_nowhere) AS told
   WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number;
  RETURN NULL;
END $$;

DO $$
DECLARE
  follow_up text;
BEGIN
  FOREACH follow_up IN ARRAY ARRAY['transfer', 'criminal_case', 'reconsideration', 'enforcement', 'coercive_measure',
                                   'procuratorial_measure'] LOOP
    EXECUTE 'CREATE TRIGGER raise_inserted AFTER INSERT ON ' || follow_up || ' REFERENCING NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION follow_up_raise_inserted()';
    EXECUTE 'CREATE TRIGGER raise_updated AFTER UPDATE ON ' || follow_up || ' REFERENCING OLD TABLE AS old_rows '
            'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION follow_up_raise_updated()';
    EXECUTE 'CREATE TRIGGER raise_deleted AFTER DELETE ON ' || follow_up || ' REFERENCING OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION follow_up_raise_deleted()';
  END LOOP;
END $$;
