-- A case with all the rules see of it, as the JSON of a schema.case_file.CaseFile without its quantities and the party's
-- other cases. Amounts are told as texts: a number of JSON may lose a digit. What no rule sees is left out.

-- name: files
SELECT c.id AS case_id, c.party_id, p.name_tokens,
       json_build_object(
         'record', json_build_object(
           'source', CASE WHEN 'PLATFORM' = ANY (c.sources) THEN 'PLATFORM' ELSE 'PUBLISHED' END,
           'agency_name', a.name, 'agency_uscc', a.uscc,
           'document_number', c.document_number, 'filing_number', c.filing_number, 'title', c.title,
           'violation_type', c.violation_type, 'domain', c.domain,
           'party', json_build_object('type', p.type, 'name', p.name, 'uscc', p.uscc, 'identity_number', NULL,
                                      'legal_representative', p.legal_representative),
           'facts', c.facts, 'legal_basis', c.legal_basis, 'penalty_kinds', c.penalty_kinds,
           'penalty_content', c.penalty_content, 'fine', c.fine::text, 'confiscated', c.confiscated::text,
           'act_ended_on', c.act_ended_on, 'found_on', c.found_on, 'filed_on', c.filed_on,
           'decided_on', c.decided_on, 'served_on', c.served_on, 'payment_due_on', c.payment_due_on,
           'paid_on', c.paid_on, 'paid_amount', c.paid_amount::text, 'entered_at', c.entered_at,
           'deferred_until', c.deferred_until, 'service_method', c.service_method, 'quantities', c.quantities,
           'harm', c.harm, 'person_names', '[]'::json, 'published_extras', '{}'::json, 'source_updated_at', NULL),
         'agency', json_build_object(
           'name', a.name, 'aliases', NULL, 'uscc', a.uscc, 'domains', a.domains, 'region', a.region,
           'procuratorate', NULL, 'networked_on', a.networked_on, 'priority', NULL,
           'enforcement_power', a.enforcement_power, 'source_updated_at', NULL),
         'transfers', coalesce(transfers.told, '[]'), 'criminal_cases', coalesce(criminal_cases.told, '[]'),
         'reconsiderations', coalesce(reconsiderations.told, '[]'), 'enforcements', coalesce(enforcements.told, '[]'),
         'coercive_measures', coalesce(coercive_measures.told, '[]'), 'measures', coalesce(measures.told, '[]'),
         -- What was issued here tells nothing of what the agency, the police and the court did.
         'published_only', c.sources = '{PUBLISHED}'
           AND coalesce(transfers.told, criminal_cases.told, reconsiderations.told, enforcements.told,
                        coercive_measures.told) IS NULL
           AND NOT EXISTS (SELECT FROM procuratorial_measure f
                            WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number),
         'settings', (SELECT coalesce(json_object_agg(s.code, s.value::text), '{}') FROM agency_setting s
                       WHERE s.agency_id = a.id),
         'setting_reasons', (SELECT coalesce(json_object_agg(s.code, s.reason), '{}') FROM agency_setting s
                              WHERE s.agency_id = a.id)
       )::text AS file
  FROM unnest(CAST(:case_ids AS bigint[])) AS wanted (id)
  JOIN penalty_case c ON c.id = wanted.id
  JOIN agency a ON a.id = c.agency_id
  JOIN party p ON p.id = c.party_id
 CROSS JOIN LATERAL (SELECT json_build_object('agency_name', a.name, 'agency_uscc', a.uscc,
                                              'document_number', c.document_number) AS reference) own
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
             'case', own.reference, 'reported_on', f.reported_on, 'decided_on', f.decided_on, 'decision', f.decision,
             'refusal_reason', f.refusal_reason, 'transferred_on', f.transferred_on, 'to_organ', f.to_organ,
             'suspected_crime', f.suspected_crime, 'received_on', f.received_on, 'returned_on', f.returned_on,
             'return_reason', f.return_reason, 'source_updated_at', NULL) ORDER BY f.id) AS told
      FROM transfer f WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number) transfers ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
             'case', own.reference, 'case_number', f.case_number, 'organ', f.organ, 'decision', f.decision,
             'decided_on', f.decided_on, 'notice_to_agency_on', f.notice_to_agency_on,
             'reasons_given', f.reasons_given,
             'coercion', (SELECT coalesce(json_agg(json_build_object(
                                   'kind', item ->> 'kind', 'begun_on', item ->> 'from', 'ended_on', item ->> 'to',
                                   'extended_to', item ->> 'extendedTo') ORDER BY place), '[]')
                            FROM jsonb_array_elements(f.coercion) WITH ORDINALITY AS coercion (item, place)),
             'activity', f.activity, 'concluded_on', f.concluded_on, 'conclusion', f.conclusion,
             'prosecuted_on', f.prosecuted_on, 'judged_on', f.judged_on, 'outcome', f.outcome,
             'source_updated_at', NULL) ORDER BY f.id) AS told
      FROM criminal_case f WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
  ) criminal_cases ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
             'case', own.reference, 'type', f.type, 'applied_on', f.applied_on, 'decided_on', f.decided_on,
             'served_on', f.served_on, 'outcome', f.outcome, 'new_fine', f.new_fine::text,
             'source_updated_at', NULL) ORDER BY f.id) AS told
      FROM reconsideration f WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
  ) reconsiderations ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
             'case', own.reference, 'demanded_on', f.demanded_on, 'applied_on', f.applied_on, 'court', f.court,
             'received_on', f.received_on, 'accepted', f.accepted, 'accepted_on', f.accepted_on,
             'refused_on', f.refused_on, 'refusal_reason', f.refusal_reason, 'ruled_on', f.ruled_on,
             'ruling', f.ruling, 'ruling_reason', f.ruling_reason, 'overturned_on', f.overturned_on,
             'enforced_by', f.enforced_by, 'enforced_amount', f.enforced_amount::text, 'costs', f.costs::text,
             'concluded_on', f.concluded_on, 'actions', f.actions, 'source_updated_at', NULL) ORDER BY f.id) AS told
      FROM enforcement f WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
  ) enforcements ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
             'case', own.reference, 'type', f.type, 'decided_on', f.decided_on, 'imposed_on', f.imposed_on,
             'reported_on', f.reported_on, 'extended_on', f.extended_on, 'until', f.until, 'ended_on', f.ended_on,
             'testing_days', f.testing_days, 'on_the_spot', f.on_the_spot, 'source_updated_at', NULL)
             ORDER BY f.id) AS told
      FROM coercive_measure f WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
  ) coercive_measures ON true
  -- Those a feed told of, and those issued and served here. What both know of is one measure: what is written here of it
  -- counts, with a reply that only the feed has, be it with another of its cases; until its service is written here, that
  -- which the feed tells of, with the limit that the measure names.
  LEFT JOIN LATERAL (
    SELECT json_agg(known.told ORDER BY known.place, known.id) AS told
      FROM (
        SELECT 1 AS place, f.id, json_build_object(
                 'case', own.reference, 'type', f.type, 'number', f.number, 'served_on', f.served_on,
                 'reply_due_on', coalesce(here.named_limit_on, f.reply_due_on), 'urgent', f.urgent,
                 'replied_on', f.replied_on, 'reply', f.reply,
                 'outcome', f.outcome, 'source_updated_at', NULL) AS told
          FROM procuratorial_measure f
          LEFT JOIN LATERAL (
            SELECT m.served_on, m.status, m.named_limit_on
              FROM measure_case mc JOIN measure m ON m.id = mc.measure_id
             WHERE mc.case_id = c.id AND m.number = f.number) here ON true
         WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
           AND (here.status IS NULL OR (here.status <> 'WITHDRAWN' AND here.served_on IS NULL))
         UNION ALL
        SELECT 2, m.id, json_build_object(
                 'case', own.reference, 'type', m.kind, 'number', m.number, 'served_on', m.served_on,
                 'reply_due_on', m.named_limit_on, 'urgent', m.urgent,
                 'replied_on', coalesce(m.replied_on, told.replied_on), 'reply', coalesce(m.reply, told.reply),
                 'outcome', coalesce(m.rectification, fed.outcome), 'source_updated_at', NULL)
          FROM measure_case mc
          JOIN measure m ON m.id = mc.measure_id
          LEFT JOIN LATERAL told_reply_of_measure(m.id) told ON true
          LEFT JOIN LATERAL (
            SELECT f.outcome
              FROM procuratorial_measure f
             WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number AND f.number = m.number
             ORDER BY f.replied_on NULLS LAST, f.id LIMIT 1) fed ON true
         WHERE mc.case_id = c.id AND m.served_on IS NOT NULL AND m.status <> 'WITHDRAWN') known
  ) measures ON true

-- name: others
-- The cases of some parties and of those that may be the same: by code, and by name.
SELECT c.id AS case_id, p.name_tokens,
       json_build_object('type', p.type, 'name', p.name, 'uscc', p.uscc, 'identity_number', NULL,
                         'legal_representative', NULL)::text AS party,
       json_build_object(
         'agency_name', a.name, 'document_number', c.document_number, 'same_party', 'POSSIBLE', 'domain', c.domain,
         'violation_type', c.violation_type, 'facts', c.facts, 'legal_basis', c.legal_basis, 'fine', c.fine::text,
         'act_ended_on', c.act_ended_on, 'found_on', c.found_on, 'decided_on', c.decided_on,
         'served_on', c.served_on,
         'revoked', EXISTS (SELECT FROM reconsideration f
                             WHERE f.agency_id = c.agency_id AND f.document_number = c.document_number
                               AND f.outcome = 'REVOKED'))::text AS other
  FROM (SELECT DISTINCT known.party_id
          FROM unnest(CAST(:party_ids AS bigint[])) AS wanted (id) CROSS JOIN LATERAL same_party(wanted.id) known) same
  JOIN party p ON p.id = same.party_id
  JOIN penalty_case c ON c.party_id = p.id
  JOIN agency a ON a.id = c.agency_id
 ORDER BY c.id
