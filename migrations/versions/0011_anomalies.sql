-- What changes what the rules see of a case queues the case, in the change's own transaction: one statement for all rows.
-- A change of what other cases of its party may be held against names the party as well.

CREATE FUNCTION same_party(wanted bigint) RETURNS TABLE (party_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT wanted
   UNION
  SELECT other.id FROM party own JOIN party other ON other.uscc = own.uscc WHERE own.id = wanted
   UNION
  SELECT other.id
    FROM party own JOIN party other ON other.name_tokens = own.name_tokens
   WHERE own.id = wanted AND own.type = 'ORGANIZATION' AND other.type = 'ORGANIZATION' AND other.name_tokens <> '';
END;

CREATE FUNCTION penalty_case_judge_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id, party_id) SELECT id, party_id FROM new_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER judge_inserted AFTER INSERT ON penalty_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_judge_inserted();

-- The first list is what is held against other cases (schema.case_file.OtherCase), the second what else a rule may see.
CREATE FUNCTION penalty_case_judge_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id, party_id)
  SELECT changed.id, bears.party_id
    FROM (SELECT n.id, n.party_id, o.party_id AS party_before,
                 (n.agency_id, n.party_id, n.document_number, n.domain, n.violation_type, n.facts, n.legal_basis, n.fine,
                  n.act_ended_on, n.found_on, n.decided_on, n.served_on)
                 IS DISTINCT FROM
                 (o.agency_id, o.party_id, o.document_number, o.domain, o.violation_type, o.facts, o.legal_basis, o.fine,
                  o.act_ended_on, o.found_on, o.decided_on, o.served_on) AS shown_to_others,
                 (n.filing_number, n.title, n.penalty_kinds, n.penalty_content, n.confiscated, n.filed_on,
                  n.payment_due_on, n.paid_on, n.paid_amount, n.entered_at, n.deferred_until, n.service_method,
                  n.quantities, n.harm, n.sources)
                 IS DISTINCT FROM
                 (o.filing_number, o.title, o.penalty_kinds, o.penalty_content, o.confiscated, o.filed_on,
                  o.payment_due_on, o.paid_on, o.paid_amount, o.entered_at, o.deferred_until, o.service_method,
                  o.quantities, o.harm, o.sources) AS shown_to_rules
            FROM new_rows n JOIN old_rows o USING (id)) changed
   CROSS JOIN LATERAL (SELECT changed.party_id WHERE changed.shown_to_others
                        UNION SELECT changed.party_before WHERE changed.shown_to_others
                        UNION SELECT NULL WHERE changed.shown_to_rules AND NOT changed.shown_to_others) bears;
  RETURN NULL;
END $$;

CREATE TRIGGER judge_updated AFTER UPDATE ON penalty_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_judge_updated();

CREATE FUNCTION penalty_case_judge_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id, party_id) SELECT id, party_id FROM old_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER judge_deleted AFTER DELETE ON penalty_case
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_judge_deleted();

-- What a party was known by before is gone with the change, so its cases and those of its namesakes are queued at once.
CREATE FUNCTION party_judge_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id, party_id)
  SELECT c.id, c.party_id
    FROM (SELECT n.id, o.uscc, o.name_tokens
            FROM new_rows n JOIN old_rows o USING (id)
           WHERE (n.type, n.name, n.name_tokens, n.uscc, n.legal_representative)
                 IS DISTINCT FROM (o.type, o.name, o.name_tokens, o.uscc, o.legal_representative)) changed
    JOIN LATERAL (SELECT changed.id
                   UNION SELECT p.id FROM party p WHERE p.uscc = changed.uscc
                   UNION SELECT p.id FROM party p
                          WHERE p.name_tokens = changed.name_tokens AND p.type = 'ORGANIZATION' AND p.name_tokens <> ''
                 ) known ON true
    JOIN penalty_case c ON c.party_id = known.id;
  RETURN NULL;
END $$;

CREATE TRIGGER judge_cases AFTER UPDATE ON party
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION party_judge_cases();

-- Other cases of a case's party show which agency it is of, so a new name bears on them.
CREATE FUNCTION agency_judge_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id, party_id)
  SELECT c.id, CASE WHEN n.name <> o.name THEN c.party_id END
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.agency_id = n.id
   WHERE (n.name, n.domains, n.networked_on, n.enforcement_power)
         IS DISTINCT FROM (o.name, o.domains, o.networked_on, o.enforcement_power);
  RETURN NULL;
END $$;

CREATE TRIGGER judge_cases AFTER UPDATE ON agency
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION agency_judge_cases();

CREATE FUNCTION agency_setting_judge_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO judging_queue (case_id)
  SELECT c.id FROM penalty_case c WHERE c.agency_id = coalesce(NEW.agency_id, OLD.agency_id);
  RETURN NULL;
END $$;

CREATE TRIGGER judge_cases AFTER INSERT OR UPDATE OR DELETE ON agency_setting
  FOR EACH ROW EXECUTE FUNCTION agency_setting_judge_cases();

-- What follows a case raises it and queues it in one go; a remedy may end a penalty that other cases are held against.
CREATE FUNCTION follow_up_touched(touched bigint[], followed text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO judging_queue (case_id, party_id)
  SELECT c.id, CASE WHEN followed = 'reconsideration' THEN c.party_id END FROM penalty_case c WHERE c.id = ANY (touched)
$$;

CREATE OR REPLACE FUNCTION follow_up_raise_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  raised bigint[];
BEGIN
  WITH moved AS (
    UPDATE penalty_case c SET revision = c.revision + 1
      FROM (SELECT DISTINCT agency_id, document_number FROM new_rows) AS told
     WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number
    RETURNING c.id
  ) SELECT array_agg(id) INTO raised FROM moved;
  PERFORM follow_up_touched(raised, TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION follow_up_raise_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  raised bigint[];
BEGIN
  WITH moved AS (
    UPDATE penalty_case c SET revision = c.revision + 1
      FROM (SELECT DISTINCT agency_id, document_number FROM old_rows) AS told
     WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number
    RETURNING c.id
  ) SELECT array_agg(id) INTO raised FROM moved;
  PERFORM follow_up_touched(raised, TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION follow_up_raise_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shows_nowhere CONSTANT text[] := '{run_id,source_updated_at,digest,told,created_at,updated_at}';
  raised bigint[];
BEGIN
  WITH moved AS (
    UPDATE penalty_case c SET revision = c.revision + 1
      FROM (SELECT DISTINCT belongs.agency_id, belongs.document_number
              FROM new_rows n
              JOIN old_rows o USING (id)
             CROSS JOIN LATERAL (VALUES (n.agency_id, n.document_number), (o.agency_id, o.document_number))
                     AS belongs(agency_id, document_number)
             WHERE to_jsonb(n) - shows_nowhere <> to_jsonb(o) - shows_nowhere) AS told
     WHERE c.agency_id = told.agency_id AND c.document_number = told.document_number
    RETURNING c.id
  ) SELECT array_agg(id) INTO raised FROM moved;
  PERFORM follow_up_touched(raised, TG_TABLE_NAME);
  RETURN NULL;
END $$;

-- A finding shows with its case: one that is opened, changed, decided of or resolved raises the case's revision.
CREATE FUNCTION anomaly_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE penalty_case c
     SET revision = c.revision + 1,
         anomaly_count = (SELECT count(*) FROM anomaly a WHERE a.case_id = c.id AND a.status IN ('OPEN', 'CONFIRMED'))
   WHERE c.id IN (SELECT case_id FROM new_rows);
  RETURN NULL;
END $$;

CREATE TRIGGER raise_inserted AFTER INSERT ON anomaly
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION anomaly_raise_cases();
CREATE TRIGGER raise_updated AFTER UPDATE ON anomaly
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION anomaly_raise_cases();

-- The number of a case's findings follows from their own history.
CREATE OR REPLACE FUNCTION record_bookkeeping() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{revision,created_at,updated_at,source_updated_at,name_tokens,derived_key,digest,anomaly_count}'::text[];

SELECT keep_history_of('agency_setting');

-- What was written down stays.
REVOKE UPDATE, DELETE ON anomaly_event, judged_file, rule_book FROM jiandu_app;
REVOKE DELETE ON anomaly FROM jiandu_app;

INSERT INTO judging_queue (case_id) SELECT id FROM penalty_case;
