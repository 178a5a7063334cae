-- The application adds to the trail and reads it, and can choose neither the number, nor the time, nor the transaction of
-- an entry: who writes a false one cannot write it into the past.
REVOKE ALL ON audit_entry, audit_seal, watched_name FROM jiandu_app;
GRANT SELECT ON audit_entry, audit_seal, watched_name TO jiandu_app;
GRANT INSERT (account_id, login, session_id, address, purpose, action, operation, detail, case_ids, result_count,
              index_version) ON audit_entry TO jiandu_app;
GRANT INSERT (sealed_at, from_transaction, below_transaction, entry_count, entry_ids, entry_digests, key_id, previous,
              hash) ON audit_seal TO jiandu_app;
GRANT INSERT (name_tokens, party_id, reason, set_by), UPDATE (ended_by, ended_at) ON watched_name TO jiandu_app;

-- Nor does anybody else change them who has not first taken these triggers away.
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit trail is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON watched_name
  FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
