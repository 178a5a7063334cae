-- The steps by which a wave of staged rows becomes cases. Within a wave no two rows can mean one case.
--
-- `staged` holds what rows are known by and what becomes of them: most steps update it, so it is narrow. `staged_content`
-- holds the rest, is written once and only read. A row with outcome NULL that is applied updates its case; one that is
-- older than what its case was told of is not applied.
--
-- `seen` grows with the file. OFFSET 0 makes an EXISTS look into its index for every row; without it the planner reads
-- all of it into memory for every wave, and the last rows of a million cost ten times what the first ones did.

-- name: create
CREATE TEMPORARY TABLE staged (
  ordinal integer NOT NULL, digest bytea, row_digest bytea, row_warnings integer, source text, identity text COLLATE "C", agency_id bigint,
  agency_sent text COLLATE "C", document_number text COLLATE "C", filing_number text COLLATE "C", derived_key bytea,
  former_keys bytea[], source_updated_at timestamptz,
  party_key text COLLATE "C", party_cover text, party_type text, party_name text, party_uscc text,
  party_identity_hash bytea, party_identity_masked text, legal_representative text,
  representative_names text[], t_party text,
  case_id bigint, outcome text, older boolean NOT NULL DEFAULT false, applied boolean NOT NULL DEFAULT false,
  revision_before integer, party_id bigint, party_before bigint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_content (
  ordinal integer NOT NULL, line integer, title text, domain text, domain_given boolean, violation_type text, facts text,
  legal_basis text, penalty_kinds text[], penalty_content text, fine numeric(18,2), confiscated numeric(18,2),
  act_ended_on date, found_on date, filed_on date, decided_on date, served_on date, payment_due_on date, paid_on date,
  paid_amount numeric(18,2), entered_at timestamptz, deferred_until date, service_method text, quantities jsonb,
  harm text[], person_names text[], published_extras jsonb,
  t_number text, t_filing_number text, t_title text, t_agency text, t_violation_type text, t_facts text, t_basis text,
  t_content text,
  key_id text, raw bytea, warnings jsonb
) ON COMMIT DROP;
CREATE TEMPORARY TABLE postponed (LIKE staged INCLUDING DEFAULTS) ON COMMIT DROP;
CREATE TEMPORARY TABLE seen (
  case_id bigint, digest bytea, identity text COLLATE "C" NOT NULL, source_updated_at timestamptz, ordinal integer NOT NULL,
  PRIMARY KEY (case_id, digest)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE recognised (ordinal integer PRIMARY KEY, row_digest bytea NOT NULL) ON COMMIT DROP

-- name: see_recognised
-- A row that is the last one applied, byte for byte, is in this file as much as one that was read.
INSERT INTO seen (case_id, digest, identity, source_updated_at, ordinal)
SELECT known.case_id, known.digest, known.identity, known.row_updated_at, r.ordinal
  FROM recognised r JOIN case_source known ON known.row_digest = r.row_digest
 ORDER BY r.ordinal
ON CONFLICT DO NOTHING

-- name: settle_recognised
-- A row of this file may have replaced it meanwhile.
SELECT r.ordinal, known.row_warnings
  FROM recognised r LEFT JOIN LATERAL (
         SELECT row_warnings FROM case_source s WHERE s.row_digest = r.row_digest LIMIT 1) known ON true

-- name: forget_superseded
DELETE FROM seen WHERE ordinal = ANY (%(ordinals)s)

-- name: find_by_number
UPDATE staged s SET case_id = c.id
  FROM penalty_case c
 WHERE s.document_number IS NOT NULL AND c.agency_id = s.agency_id AND c.document_number = s.document_number

-- name: find_by_memory
-- A row without a decision number that was loaded before, whatever its case is known by since then.
UPDATE staged s SET case_id = c.id
  FROM case_source known JOIN penalty_case c ON c.id = known.case_id
 WHERE s.document_number IS NULL AND known.identity = s.identity AND known.identity NOT LIKE 'number:%'
   AND c.agency_id = s.agency_id

-- name: find_by_former_memory
-- A case that was moved from another agency is remembered under that one's key.
UPDATE staged s SET case_id = found.id
  FROM (SELECT s.ordinal, min(c.id) AS id
          FROM staged s
         CROSS JOIN unnest(s.former_keys) AS former (key)
          JOIN case_source known ON known.identity = 'derived:' || encode(former.key, 'hex')
                                AND known.identity NOT LIKE 'number:%'
          JOIN penalty_case c ON c.id = known.case_id AND c.agency_id = s.agency_id
         WHERE s.case_id IS NULL AND s.document_number IS NULL AND s.filing_number IS NULL
         GROUP BY s.ordinal) found
 WHERE s.ordinal = found.ordinal

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
-- Across files only: the one case that is known by a number where the row is not, or the other way round.
UPDATE staged s SET case_id = found.id
  FROM (SELECT s.ordinal, min(c.id) AS id
          FROM (SELECT ordinal, agency_id, derived_key, document_number IS NULL AND filing_number IS NULL AS unnumbered
                  FROM staged WHERE case_id IS NULL AND derived_key IS NOT NULL) s
          JOIN penalty_case c ON c.derived_key = s.derived_key AND c.identity_derived <> s.unnumbered
                             AND c.agency_id = s.agency_id
         GROUP BY s.ordinal
        HAVING count(*) = 1 AND NOT bool_or(EXISTS (SELECT FROM seen WHERE seen.case_id = c.id OFFSET 0))) found
 WHERE s.ordinal = found.ordinal

-- name: find_by_former_key
-- The same under the key of an agency from which cases were moved.
UPDATE staged s SET case_id = found.id
  FROM (SELECT s.ordinal, min(c.id) AS id
          FROM (SELECT ordinal, agency_id, unnest(former_keys) AS key,
                       document_number IS NULL AND filing_number IS NULL AS unnumbered
                  FROM staged WHERE case_id IS NULL) s
          JOIN penalty_case c ON c.derived_key = s.key AND c.identity_derived <> s.unnumbered AND c.agency_id = s.agency_id
         GROUP BY s.ordinal
        HAVING count(*) = 1 AND NOT bool_or(EXISTS (SELECT FROM seen WHERE seen.case_id = c.id OFFSET 0))) found
 WHERE s.ordinal = found.ordinal

-- name: postpone
-- Rows that share no number can still mean one case, which knows itself by both: all but the first wait for a wave of
-- their own.
WITH later AS (
  DELETE FROM staged s
   USING (SELECT ordinal, row_number() OVER (PARTITION BY case_id ORDER BY ordinal) AS place
            FROM staged WHERE case_id IS NOT NULL) ranked
   WHERE s.ordinal = ranked.ordinal AND ranked.place > 1
  RETURNING s.*
)
INSERT INTO postponed SELECT * FROM later

-- name: resume
-- What was postponed is staged anew; its case is looked for again, for it may be known by more now.
TRUNCATE staged;
UPDATE postponed SET case_id = NULL;
INSERT INTO staged SELECT * FROM postponed;
DELETE FROM postponed

-- name: settle_found
-- The same again in this file is unchanged; a row that claims an identity this file has used and differs conflicts, if
-- it is no other snapshot. The row last applied under this identity is unchanged as well. A row that knows the case by
-- another number goes on.
UPDATE staged s
   SET revision_before = c.revision, party_id = c.party_id, party_before = c.party_id,
       outcome = CASE
         WHEN EXISTS (SELECT FROM seen WHERE seen.case_id = c.id AND seen.digest = s.digest OFFSET 0) THEN 'unchanged'
         WHEN EXISTS (SELECT FROM seen
                       WHERE seen.case_id = c.id AND seen.identity = s.identity AND seen.ordinal < s.ordinal
                         AND (seen.source_updated_at = s.source_updated_at) IS NOT FALSE OFFSET 0) THEN 'rejected'
         WHEN EXISTS (SELECT FROM case_source known
                       WHERE known.case_id = c.id AND known.source = s.source AND known.identity = s.identity
                         AND known.digest = s.digest OFFSET 0) THEN 'unchanged'
       END,
       older = (s.source_updated_at < c.source_updated_at) IS TRUE
  FROM penalty_case c WHERE c.id = s.case_id

-- name: apply
UPDATE staged
   SET applied = true,
       party_id = CASE WHEN case_id IS NULL AND party_key IS NULL
                       THEN nextval(pg_get_serial_sequence('party', 'id')) ELSE party_id END,
       outcome = CASE WHEN case_id IS NULL THEN 'inserted' END,
       case_id = coalesce(case_id, nextval(pg_get_serial_sequence('penalty_case', 'id')))
 WHERE outcome IS NULL AND NOT older

-- name: recognise_party
-- A row that gives a party's number and covers its name, or leaves it out, means the party the case knows by name. It
-- tells nobody how that party is called: it stays covered.
UPDATE staged s
   SET party_type = p.type, party_name = p.name, t_party = p.name_tokens, party_cover = coalesce(s.party_cover, '%')
  FROM party p
 WHERE s.applied AND s.outcome IS NULL AND s.party_key IS NOT NULL AND p.id = s.party_id
   AND (s.party_name IS NULL OR p.name LIKE s.party_cover)

-- name: keep_known_party
-- A row that names nobody, or covers a name the case knows, or knows less of the same party, leaves the party as it is.
UPDATE staged s SET party_key = NULL, party_name = NULL
  FROM party p
 WHERE s.applied AND s.outcome IS NULL AND p.id = s.party_id
   AND ((s.party_key IS NULL AND (s.party_name IS NULL OR p.name LIKE s.party_cover))
        OR (s.party_uscc IS NULL AND s.party_identity_hash IS NULL AND p.name = s.party_name
            AND p.type = s.party_type AND p.identity_key IS DISTINCT FROM s.party_key))

-- name: insert_known_parties
INSERT INTO party (type, name, name_tokens, uscc, identity_hash, identity_masked, legal_representative,
                   representative_names, identity_key, source_updated_at)
SELECT DISTINCT ON (party_key) party_type, party_name, t_party, party_uscc, party_identity_hash, party_identity_masked,
       legal_representative, representative_names, party_key, source_updated_at
  FROM staged
 WHERE party_key IS NOT NULL AND applied
 ORDER BY party_key, party_cover IS NOT NULL, ordinal
ON CONFLICT (identity_key) WHERE identity_key IS NOT NULL DO NOTHING

-- name: update_known_parties
-- The last row tells how a party is called, but none that is older than what was told before it.
UPDATE party p
   SET name = told.party_name, name_tokens = told.t_party, uscc = coalesce(told.party_uscc, p.uscc),
       legal_representative = coalesce(told.legal_representative, p.legal_representative),
       source_updated_at = greatest(told.newest, p.source_updated_at)
  FROM (SELECT DISTINCT ON (s.party_key) s.*
          FROM (SELECT party_key, party_name, t_party, party_uscc, legal_representative, ordinal, source_updated_at,
                       max(source_updated_at) OVER (PARTITION BY party_key ORDER BY ordinal) AS newest
                  FROM staged
                 WHERE party_key IS NOT NULL AND party_name IS NOT NULL AND party_cover IS NULL AND applied) s
          JOIN party known ON known.identity_key = s.party_key
         WHERE (s.source_updated_at < greatest(s.newest, known.source_updated_at)) IS NOT TRUE
         ORDER BY s.party_key, s.ordinal DESC) told
 WHERE p.identity_key = told.party_key
   AND (p.name, p.uscc, p.legal_representative, p.source_updated_at) IS DISTINCT FROM
       (told.party_name, coalesce(told.party_uscc, p.uscc), coalesce(told.legal_representative, p.legal_representative),
        greatest(told.newest, p.source_updated_at))

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
 WHERE s.applied AND s.outcome IS NULL AND s.party_key IS NULL AND s.party_name IS NOT NULL
   AND p.id = s.party_id AND p.identity_key IS NULL
   AND (p.type, p.name, p.uscc, p.legal_representative) IS DISTINCT FROM
       (s.party_type, s.party_name, coalesce(s.party_uscc, p.uscc), coalesce(s.legal_representative, p.legal_representative))

-- name: number_own_parties
-- The party was known elsewhere too; the row tells of another one, known here only.
UPDATE staged s SET party_id = nextval(pg_get_serial_sequence('party', 'id'))
  FROM party p
 WHERE s.applied AND s.outcome IS NULL AND s.party_key IS NULL AND s.party_name IS NOT NULL
   AND p.id = s.party_id AND p.identity_key IS NOT NULL

-- name: insert_own_parties
INSERT INTO party (id, type, name, name_tokens, uscc, legal_representative, representative_names)
SELECT s.party_id, s.party_type, s.party_name, s.t_party, s.party_uscc, s.legal_representative, s.representative_names
  FROM staged s
 WHERE s.party_key IS NULL AND s.applied
   AND NOT EXISTS (SELECT FROM party p WHERE p.id = s.party_id)

-- name: learn_representatives
-- Who once represented a party may be named in any of its cases.
UPDATE party p
   SET representative_names = ARRAY(SELECT name FROM unnest(p.representative_names || told.names) AS name
                                     GROUP BY name ORDER BY length(name) DESC, name)
  FROM (SELECT s.party_id, array_agg(DISTINCT name) AS names
          FROM staged s CROSS JOIN unnest(s.representative_names) AS name
         WHERE s.applied
         GROUP BY s.party_id) told
 WHERE p.id = told.party_id AND NOT told.names <@ p.representative_names

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
  FROM staged JOIN staged_content USING (ordinal) WHERE outcome = 'inserted' ORDER BY ordinal

-- name: insert_texts
INSERT INTO case_text (case_id, number, filing_number, title, party, agency, violation_type, facts, basis, content)
SELECT s.case_id, t_number, t_filing_number, t_title, p.name_tokens, t_agency, t_violation_type, t_facts, t_basis, t_content
  FROM staged s JOIN staged_content USING (ordinal) JOIN party p ON p.id = s.party_id
 WHERE s.outcome = 'inserted'

-- name: update_texts
UPDATE case_text t
   SET number = CASE WHEN s.document_number IS NULL THEN t.number ELSE r.t_number END,
       filing_number = CASE WHEN s.filing_number IS NULL THEN t.filing_number ELSE r.t_filing_number END,
       title = CASE WHEN r.title IS NULL THEN t.title ELSE r.t_title END,
       party = p.name_tokens,
       violation_type = CASE WHEN r.violation_type IS NULL THEN t.violation_type ELSE r.t_violation_type END,
       facts = CASE WHEN r.facts IS NULL THEN t.facts ELSE r.t_facts END,
       basis = CASE WHEN r.legal_basis IS NULL THEN t.basis ELSE r.t_basis END,
       content = CASE WHEN r.penalty_content IS NULL THEN t.content ELSE r.t_content END
  FROM staged s JOIN staged_content r USING (ordinal) JOIN party p ON p.id = s.party_id
 WHERE t.case_id = s.case_id AND s.applied AND s.outcome IS NULL

-- name: update_cases
-- An unknown value says nothing and leaves what is known.
UPDATE penalty_case c
   SET party_id = s.party_id,
       document_number = coalesce(s.document_number, c.document_number),
       filing_number = coalesce(s.filing_number, c.filing_number),
       identity_derived = coalesce(s.document_number, c.document_number, s.filing_number, c.filing_number) IS NULL,
       derived_key = CASE WHEN c.identity_derived THEN c.derived_key ELSE coalesce(s.derived_key, c.derived_key) END,
       title = coalesce(r.title, c.title),
       domain = CASE WHEN r.domain_given OR c.domain = 'OTHER' THEN r.domain ELSE c.domain END,
       violation_type = coalesce(r.violation_type, c.violation_type),
       facts = coalesce(r.facts, c.facts),
       legal_basis = coalesce(r.legal_basis, c.legal_basis),
       penalty_kinds = CASE WHEN r.penalty_kinds = '{}' THEN c.penalty_kinds ELSE r.penalty_kinds END,
       penalty_content = coalesce(r.penalty_content, c.penalty_content),
       fine = coalesce(r.fine, c.fine),
       confiscated = coalesce(r.confiscated, c.confiscated),
       act_ended_on = coalesce(r.act_ended_on, c.act_ended_on),
       found_on = coalesce(r.found_on, c.found_on),
       filed_on = coalesce(r.filed_on, c.filed_on),
       decided_on = coalesce(r.decided_on, c.decided_on),
       served_on = coalesce(r.served_on, c.served_on),
       payment_due_on = coalesce(r.payment_due_on, c.payment_due_on),
       paid_on = coalesce(r.paid_on, c.paid_on),
       paid_amount = coalesce(r.paid_amount, c.paid_amount),
       entered_at = coalesce(r.entered_at, c.entered_at),
       deferred_until = coalesce(r.deferred_until, c.deferred_until),
       service_method = coalesce(r.service_method, c.service_method),
       quantities = CASE WHEN r.quantities = '[]' THEN c.quantities ELSE r.quantities END,
       harm = CASE WHEN r.harm = '{}' THEN c.harm ELSE r.harm END,
       sources = CASE WHEN s.source = ANY (c.sources) THEN c.sources ELSE c.sources || s.source END,
       person_names = CASE WHEN r.person_names <@ c.person_names THEN c.person_names
                           ELSE ARRAY(SELECT name FROM unnest(c.person_names || r.person_names) AS name
                                       GROUP BY name ORDER BY length(name) DESC, name) END,
       published_extras = c.published_extras || r.published_extras,
       source_updated_at = greatest(s.source_updated_at, c.source_updated_at)
  FROM staged s JOIN staged_content r USING (ordinal)
 WHERE c.id = s.case_id AND s.applied AND s.outcome IS NULL

-- name: learn_numbers
-- An older snapshot overwrites nothing, but a number that its case is not known by yet finds that case from now on.
WITH learned AS (
  UPDATE penalty_case c
     SET document_number = coalesce(c.document_number, s.document_number),
         filing_number = coalesce(c.filing_number, s.filing_number),
         identity_derived = false
    FROM staged s
   WHERE c.id = s.case_id AND s.older AND s.outcome IS NULL
     AND ((c.document_number IS NULL AND s.document_number IS NOT NULL)
          OR (c.filing_number IS NULL AND s.filing_number IS NOT NULL))
  RETURNING c.id, s.ordinal, c.document_number = s.document_number AS by_number, c.filing_number = s.filing_number AS by_filing
)
UPDATE case_text t
   SET number = CASE WHEN learned.by_number THEN r.t_number ELSE t.number END,
       filing_number = CASE WHEN learned.by_filing THEN r.t_filing_number ELSE t.filing_number END
  FROM learned JOIN staged_content r USING (ordinal)
 WHERE t.case_id = learned.id

-- name: settle_updated
UPDATE staged s SET outcome = CASE WHEN c.revision > s.revision_before THEN 'updated' ELSE 'unchanged' END
  FROM penalty_case c
 WHERE c.id = s.case_id AND s.outcome IS NULL

-- name: forget_replaced_parties
DELETE FROM party p USING staged s
 WHERE p.id = s.party_before AND s.party_before <> s.party_id
   AND NOT EXISTS (SELECT FROM penalty_case c WHERE c.party_id = p.id)

-- name: remember_applied
INSERT INTO case_source (case_id, source, identity, digest, row_digest, row_updated_at, row_warnings)
SELECT case_id, source, identity, digest, row_digest, source_updated_at, row_warnings FROM staged WHERE applied
ON CONFLICT (case_id, source, identity) DO UPDATE
   SET digest = excluded.digest, row_digest = excluded.row_digest, row_updated_at = excluded.row_updated_at,
       row_warnings = excluded.row_warnings

-- name: remember_older
-- What an older snapshot knew its case by finds that case from now on, too.
INSERT INTO case_source (case_id, source, identity, digest, row_digest, row_updated_at, row_warnings)
SELECT case_id, source, identity, digest, row_digest, source_updated_at, row_warnings FROM staged WHERE older AND outcome <> 'rejected'
ON CONFLICT (case_id, source, identity) DO NOTHING

-- name: remember_seen
INSERT INTO seen (case_id, digest, identity, source_updated_at, ordinal)
SELECT case_id, digest, identity, source_updated_at, ordinal FROM staged WHERE outcome <> 'rejected'
ON CONFLICT DO NOTHING

-- name: remember_names
-- Under which names a case came that are not registered; once there is one, whether it came under a registered one, too.
INSERT INTO case_agency_name (case_id, sent)
SELECT case_id, coalesce(agency_sent, '') FROM staged s
 WHERE outcome <> 'rejected'
   AND (agency_sent IS NOT NULL OR EXISTS (SELECT FROM case_agency_name known WHERE known.case_id = s.case_id))
 UNION
SELECT case_id, '' FROM staged s
 WHERE agency_sent IS NOT NULL AND outcome NOT IN ('rejected', 'inserted')
   AND NOT EXISTS (SELECT FROM case_agency_name known WHERE known.case_id = s.case_id)
ON CONFLICT DO NOTHING

-- name: keep_rows
-- Once its run has changed something, a row says which changes stood when it was merged, and when it had been: of two
-- rows of one case it is known then which changed what.
INSERT INTO feed_row (run_id, ordinal, line, outcome, case_id, key_id, raw, warnings, changes_after, changes_until)
SELECT %(run_id)s, ordinal, line, outcome, CASE WHEN outcome <> 'rejected' THEN case_id END, key_id, raw, warnings,
       CASE WHEN changes.kept AND outcome IN ('inserted', 'updated') THEN %(changes_after)s::bigint END,
       CASE WHEN changes.kept AND outcome IN ('inserted', 'updated') THEN changes.last END
  FROM staged JOIN staged_content USING (ordinal)
 CROSS JOIN (SELECT max(id) AS last, max(id) > %(changes_before_run)s AS kept FROM record_change) changes

-- name: last_change
SELECT coalesce(max(id), 0) FROM record_change

-- name: reject_conflicts
INSERT INTO rejected_row (run_id, ordinal, line, "column", code, message)
SELECT %(run_id)s, ordinal, line, NULL, 'CONFLICT', %(message)s
  FROM staged JOIN staged_content USING (ordinal) WHERE outcome = 'rejected'
