-- What a statement replaced or deleted goes into record_change, in the statement's own transaction and by one statement
-- more. An INSERT replaces nothing and pays nothing.

-- Columns that tell only how the record is kept, and show nowhere.
CREATE FUNCTION record_bookkeeping() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{revision,created_at,updated_at,source_updated_at,name_tokens,derived_key,digest}'::text[];

CREATE FUNCTION record_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  differs text;
BEGIN
  -- Columns are compared before any row becomes JSON: a renamed agency raises the revision of all its cases, and
  -- nothing else in them changed.
  SELECT string_agg(format('o.%1$I IS DISTINCT FROM n.%1$I', attname), ' OR ' ORDER BY attnum) INTO differs
    FROM pg_attribute
   WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (record_bookkeeping());
  EXECUTE format($statement$
    INSERT INTO record_change (relation, record_id, run_id, operation, before)
    SELECT %1$L, o.id, nullif(current_setting('jiandu.run_id', true), '')::bigint, 'UPDATE',
           (SELECT jsonb_object_agg(old.key, old.value)
              FROM jsonb_each(to_jsonb(o) - record_bookkeeping()) old
              JOIN jsonb_each(to_jsonb(n)) new USING (key)
             WHERE old.value <> new.value)
      FROM old_rows o JOIN new_rows n USING (id)
     WHERE %2$s
     ORDER BY o.id
  $statement$, TG_TABLE_NAME, differs);
  RETURN NULL;
END $$;

CREATE FUNCTION record_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO record_change (relation, record_id, run_id, operation, before)
  SELECT TG_TABLE_NAME, o.id, nullif(current_setting('jiandu.run_id', true), '')::bigint, 'DELETE',
         to_jsonb(o) - record_bookkeeping()
    FROM old_rows o
   ORDER BY o.id;
  RETURN NULL;
END $$;

-- One statement for each table with history: SELECT keep_history_of('penalty_case'). Its key is `id`.
-- The names stand behind those of the other triggers, so that what those change is locked before it is written down.
CREATE FUNCTION keep_history_of(kept regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER record_replaced AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows '
                 'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_replaced()', kept);
  EXECUTE format('CREATE TRIGGER record_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows '
                 'FOR EACH STATEMENT EXECUTE FUNCTION record_deleted()', kept);
END $$;

SELECT keep_history_of('penalty_case'), keep_history_of('party'), keep_history_of('agency');
SELECT keep_history_of('transfer'), keep_history_of('criminal_case'), keep_history_of('reconsideration');
SELECT keep_history_of('enforcement'), keep_history_of('coercive_measure'), keep_history_of('procuratorial_measure');

-- What was written down stays.
REVOKE UPDATE, DELETE ON record_change FROM jiandu_app;
