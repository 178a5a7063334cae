-- The steps by which a wave of staged rows becomes cases. Within a wave no two rows can mean one case.

-- name: create
CREATE TEMPORARY TABLE staged (
  ordinal integer PRIMARY KEY, line integer, digest bytea, source text, identity text COLLATE "C",
  case_id bigint, outcome text, applied boolean NOT NULL DEFAULT false, revision_before integer,
  party_id bigint, party_before bigint,
  agency_id bigint, document_number text COLLATE "C", filing_number text COLLATE "C", derived_key bytea,
  title text, domain text, domain_given boolean, violation_type text, facts text, legal_basis text,
  penalty_kinds text[], penalty_content text, fine numeric(18,2), confiscated numeric(18,2),
  act_ended_on date, found_on date, filed_on date, decided_on date, served_on date, payment_due_on date, paid_on date,
  paid_amount numeric(18,2), entered_at timestamptz, deferred_until date, service_method text,
  quantities jsonb, harm text[], person_names text[], published_extras jsonb, source_updated_at timestamptz,
  party_key text COLLATE "C", party_masked boolean, party_type text, party_name text, party_uscc text,
  party_identity_hash bytea, party_identity_masked text, legal_representative text,
  t_number text, t_filing_number text, t_title text, t_party text, t_agency text, t_violation_type text,
  t_facts text, t_basis text, t_content text,
  key_id text, raw bytea, warnings jsonb
) ON COMMIT DROP

-- name: create_seen
CREATE TEMPORARY TABLE seen (
  case_id bigint PRIMARY KEY, identity text COLLATE "C" NOT NULL, digest bytea NOT NULL, source_updated_at timestamptz
) ON COMMIT DROP

-- name: find_by_number
UPDATE staged s SET case_id = c.id
  FROM penalty_case c
 WHERE s.document_number IS NOT NULL AND c.agency_id = s.agency_id AND c.document_number = s.document_number

-- name: find_by_filing
UPDATE staged s SET case_id = found.id
  FROM (SELECT s.ordinal, coalesce(min(c.id) FILTER (WHERE c.document_number IS NULL),
                                   CASE WHEN count(*) = 1 THEN min(c.id) END) AS id
          FROM staged s
          JOIN penalty_case c ON c.agency_id = s.agency_id AND c.filing_number = s.filing_number
         WHERE s.case_id IS NULL AND (c.document_number IS NULL OR s.document_number IS NULL)
         GROUP BY s.ordinal) found
 WHERE s.ordinal = found.ordinal

-- name: find_by_derived_key
-- A row without a number that was loaded before; else, across files only, the one case that differs in its number.
UPDATE staged s SET case_id = found.id
  FROM (SELECT s.ordinal, coalesce(min(c.id) FILTER (WHERE c.identity_derived AND s.unnumbered),
                                   min(c.id) FILTER (WHERE c.identity_derived <> s.unnumbered AND NOT c.seen_now)) AS id
          FROM (SELECT ordinal, derived_key, document_number IS NULL AND filing_number IS NULL AS unnumbered
                  FROM staged WHERE case_id IS NULL AND derived_key IS NOT NULL) s
          JOIN LATERAL (SELECT k.id, k.identity_derived, EXISTS (SELECT FROM seen WHERE case_id = k.id) AS seen_now
                          FROM penalty_case k WHERE k.derived_key = s.derived_key) c ON true
         GROUP BY s.ordinal
        HAVING count(*) FILTER (WHERE c.identity_derived) = 1
            OR count(*) FILTER (WHERE NOT c.identity_derived) = 1) found
 WHERE s.ordinal = found.ordinal

-- name: know_revision
UPDATE staged s SET revision_before = c.revision, party_id = c.party_id, party_before = c.party_id
  FROM penalty_case c WHERE c.id = s.case_id

-- name: settle_repeated
-- A second row of one file: the same again is unchanged; another snapshot, or a row that knows the case by another
-- number, goes on; a row that claims the same identity and differs conflicts.
UPDATE staged s SET outcome = CASE WHEN seen.digest = s.digest THEN 'unchanged' ELSE 'rejected' END
  FROM seen
 WHERE seen.case_id = s.case_id
   AND (seen.digest = s.digest
        OR (seen.identity = s.identity
            AND (seen.source_updated_at = s.source_updated_at) IS NOT FALSE))

-- name: settle_known
-- The row last applied from this source, or an older snapshot than the case was told of.
UPDATE staged s SET outcome = 'unchanged'
  FROM penalty_case c LEFT JOIN case_source known ON known.case_id = c.id
 WHERE c.id = s.case_id AND s.outcome IS NULL
   AND ((known.source = s.source AND known.digest = s.digest) OR s.source_updated_at < c.source_updated_at)

-- name: number_new_cases
UPDATE staged SET case_id = nextval(pg_get_serial_sequence('penalty_case', 'id')), outcome = 'inserted'
 WHERE case_id IS NULL AND outcome IS NULL

-- name: mark_applied
UPDATE staged SET applied = true WHERE outcome IS NULL OR outcome = 'inserted'

-- name: keep_known_party
-- A row that names nobody, or covers a name the case knows, or knows less of the same party, leaves the party as it is.
UPDATE staged s SET party_key = NULL, party_name = NULL
  FROM party p
 WHERE s.outcome IS NULL AND p.id = s.party_id
   AND (s.party_name IS NULL
        OR (s.party_masked AND left(p.name, 1) = left(s.party_name, 1))
        OR (s.party_uscc IS NULL AND s.party_identity_hash IS NULL AND p.name = s.party_name
            AND p.type = s.party_type AND p.identity_key IS DISTINCT FROM s.party_key))

-- name: insert_known_parties
INSERT INTO party (type, name, name_tokens, uscc, identity_hash, identity_masked, legal_representative, identity_key)
SELECT DISTINCT ON (party_key) party_type, party_name, t_party, party_uscc, party_identity_hash, party_identity_masked,
       legal_representative, party_key
  FROM staged
 WHERE party_key IS NOT NULL AND applied
 ORDER BY party_key, ordinal
ON CONFLICT (identity_key) WHERE identity_key IS NOT NULL DO NOTHING

-- name: update_known_parties
UPDATE party p
   SET name = s.party_name, name_tokens = s.t_party, uscc = coalesce(s.party_uscc, p.uscc),
       legal_representative = coalesce(s.legal_representative, p.legal_representative)
  FROM (SELECT DISTINCT ON (party_key) * FROM staged
         WHERE party_key IS NOT NULL AND party_name IS NOT NULL AND NOT party_masked AND applied
         ORDER BY party_key, ordinal DESC) s
 WHERE p.identity_key = s.party_key
   AND (p.name, p.uscc, p.legal_representative) IS DISTINCT FROM
       (s.party_name, coalesce(s.party_uscc, p.uscc), coalesce(s.legal_representative, p.legal_representative))

-- name: find_known_parties
UPDATE staged s SET party_id = p.id
  FROM party p
 WHERE p.identity_key = s.party_key AND s.applied

-- name: update_own_parties
-- A party known in its one case only is corrected in place.
UPDATE party p
   SET type = s.party_type, name = s.party_name, name_tokens = s.t_party, uscc = coalesce(s.party_uscc, p.uscc),
       legal_representative = coalesce(s.legal_representative, p.legal_representative)
  FROM staged s
 WHERE s.outcome IS NULL AND s.party_key IS NULL AND s.party_name IS NOT NULL
   AND p.id = s.party_id AND p.identity_key IS NULL
   AND (p.type, p.name, p.uscc, p.legal_representative) IS DISTINCT FROM
       (s.party_type, s.party_name, coalesce(s.party_uscc, p.uscc), coalesce(s.legal_representative, p.legal_representative))

-- name: number_own_parties
UPDATE staged s SET party_id = nextval(pg_get_serial_sequence('party', 'id'))
 WHERE s.party_key IS NULL
   AND (s.outcome = 'inserted'
        OR (s.outcome IS NULL AND s.party_name IS NOT NULL
            AND EXISTS (SELECT FROM party p WHERE p.id = s.party_id AND p.identity_key IS NOT NULL)))

-- name: insert_own_parties
INSERT INTO party (id, type, name, name_tokens, uscc, legal_representative)
SELECT s.party_id, s.party_type, s.party_name, s.t_party, s.party_uscc, s.legal_representative
  FROM staged s
 WHERE s.party_key IS NULL AND s.applied
   AND NOT EXISTS (SELECT FROM party p WHERE p.id = s.party_id)

-- name: insert_cases
INSERT INTO penalty_case (
  id, agency_id, party_id, document_number, filing_number, derived_key, identity_derived, title, domain, violation_type,
  facts, legal_basis, penalty_kinds, penalty_content, fine, confiscated, act_ended_on, found_on, filed_on, decided_on,
  served_on, payment_due_on, paid_on, paid_amount, entered_at, deferred_until, service_method, quantities, harm, sources,
  person_names, published_extras, source_updated_at)
SELECT
  case_id, agency_id, party_id, document_number, filing_number, derived_key,
  document_number IS NULL AND filing_number IS NULL, title, domain, violation_type,
  facts, legal_basis, penalty_kinds, penalty_content, fine, confiscated, act_ended_on, found_on, filed_on, decided_on,
  served_on, payment_due_on, paid_on, paid_amount, entered_at, deferred_until, service_method, quantities, harm,
  ARRAY[source], person_names, published_extras, source_updated_at
  FROM staged WHERE outcome = 'inserted' ORDER BY ordinal

-- name: insert_texts
INSERT INTO case_text (case_id, number, filing_number, title, party, agency, violation_type, facts, basis, content)
SELECT case_id, t_number, t_filing_number, t_title, t_party, t_agency, t_violation_type, t_facts, t_basis, t_content
  FROM staged WHERE outcome = 'inserted'

-- name: update_texts
UPDATE case_text t
   SET number = CASE WHEN s.document_number IS NULL THEN t.number ELSE s.t_number END,
       filing_number = CASE WHEN s.filing_number IS NULL THEN t.filing_number ELSE s.t_filing_number END,
       title = CASE WHEN s.title IS NULL THEN t.title ELSE s.t_title END,
       party = p.name_tokens,
       violation_type = CASE WHEN s.violation_type IS NULL THEN t.violation_type ELSE s.t_violation_type END,
       facts = CASE WHEN s.facts IS NULL THEN t.facts ELSE s.t_facts END,
       basis = CASE WHEN s.legal_basis IS NULL THEN t.basis ELSE s.t_basis END,
       content = CASE WHEN s.penalty_content IS NULL THEN t.content ELSE s.t_content END
  FROM staged s JOIN party p ON p.id = s.party_id
 WHERE t.case_id = s.case_id AND s.outcome IS NULL

-- name: update_cases
-- An unknown value says nothing and leaves what is known.
UPDATE penalty_case c
   SET party_id = s.party_id,
       document_number = coalesce(s.document_number, c.document_number),
       filing_number = coalesce(s.filing_number, c.filing_number),
       identity_derived = coalesce(s.document_number, c.document_number, s.filing_number, c.filing_number) IS NULL,
       derived_key = CASE WHEN c.identity_derived THEN c.derived_key ELSE coalesce(s.derived_key, c.derived_key) END,
       title = coalesce(s.title, c.title),
       domain = CASE WHEN s.domain_given OR c.domain = 'OTHER' THEN s.domain ELSE c.domain END,
       violation_type = coalesce(s.violation_type, c.violation_type),
       facts = coalesce(s.facts, c.facts),
       legal_basis = coalesce(s.legal_basis, c.legal_basis),
       penalty_kinds = CASE WHEN s.penalty_kinds = '{}' THEN c.penalty_kinds ELSE s.penalty_kinds END,
       penalty_content = coalesce(s.penalty_content, c.penalty_content),
       fine = coalesce(s.fine, c.fine),
       confiscated = coalesce(s.confiscated, c.confiscated),
       act_ended_on = coalesce(s.act_ended_on, c.act_ended_on),
       found_on = coalesce(s.found_on, c.found_on),
       filed_on = coalesce(s.filed_on, c.filed_on),
       decided_on = coalesce(s.decided_on, c.decided_on),
       served_on = coalesce(s.served_on, c.served_on),
       payment_due_on = coalesce(s.payment_due_on, c.payment_due_on),
       paid_on = coalesce(s.paid_on, c.paid_on),
       paid_amount = coalesce(s.paid_amount, c.paid_amount),
       entered_at = coalesce(s.entered_at, c.entered_at),
       deferred_until = coalesce(s.deferred_until, c.deferred_until),
       service_method = coalesce(s.service_method, c.service_method),
       quantities = CASE WHEN s.quantities = '[]' THEN c.quantities ELSE s.quantities END,
       harm = CASE WHEN s.harm = '{}' THEN c.harm ELSE s.harm END,
       sources = CASE WHEN s.source = ANY (c.sources) THEN c.sources ELSE c.sources || s.source END,
       person_names = CASE WHEN s.person_names <@ c.person_names THEN c.person_names
                           ELSE ARRAY(SELECT name FROM unnest(c.person_names || s.person_names) AS name
                                       GROUP BY name ORDER BY length(name) DESC, name) END,
       published_extras = c.published_extras || s.published_extras,
       source_updated_at = greatest(s.source_updated_at, c.source_updated_at)
  FROM staged s
 WHERE c.id = s.case_id AND s.outcome IS NULL

-- name: settle_updated
UPDATE staged s SET outcome = CASE WHEN c.revision > s.revision_before THEN 'updated' ELSE 'unchanged' END
  FROM penalty_case c
 WHERE c.id = s.case_id AND s.outcome IS NULL

-- name: forget_replaced_parties
DELETE FROM party p USING staged s
 WHERE p.id = s.party_before AND s.party_before <> s.party_id AND p.identity_key IS NULL
   AND NOT EXISTS (SELECT FROM penalty_case c WHERE c.party_id = p.id)

-- name: remember_applied
INSERT INTO case_source (case_id, source, digest)
SELECT case_id, source, digest FROM staged WHERE applied
ON CONFLICT (case_id, source) DO UPDATE SET digest = excluded.digest

-- name: remember_seen
INSERT INTO seen (case_id, identity, digest, source_updated_at)
SELECT case_id, identity, digest, source_updated_at FROM staged WHERE outcome <> 'rejected'
ON CONFLICT (case_id) DO UPDATE
  SET identity = excluded.identity, digest = excluded.digest, source_updated_at = excluded.source_updated_at

-- name: keep_rows
INSERT INTO feed_row (run_id, ordinal, line, outcome, case_id, key_id, raw, warnings)
SELECT %(run_id)s, ordinal, line, outcome, CASE WHEN outcome <> 'rejected' THEN case_id END, key_id, raw, warnings
  FROM staged

-- name: reject_conflicts
INSERT INTO rejected_row (run_id, ordinal, line, "column", code, message)
SELECT %(run_id)s, ordinal, line, NULL, 'CONFLICT', %(message)s FROM staged WHERE outcome = 'rejected'
