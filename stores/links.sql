-- What ties cases to one another, as far as it is in scope: read when it is asked for, and kept nowhere.

-- name: edges
WITH wanted AS (
  SELECT c.id, c.agency_id, c.party_id, c.document_number
    FROM penalty_case c
   WHERE c.id = ANY (CAST(:case_ids AS bigint[])) AND $in_scope_of_wanted
), edges AS (
  SELECT w.id AS case_id, w.agency_id, c.id AS other_id, c.agency_id AS other_agency_id, 'SAME_PARTY' AS kind,
         CAST(NULL AS text) AS through
    FROM wanted w CROSS JOIN LATERAL same_party(w.party_id) s JOIN penalty_case c ON c.party_id = s.party_id
   WHERE 'SAME_PARTY' = ANY (CAST(:kinds AS text[]))
   UNION ALL
  SELECT w.id, w.agency_id, c.id, c.agency_id, 'SAME_TRANSFER', coalesce(f.organ, '') || f.case_number
    FROM wanted w
    JOIN criminal_case f ON f.agency_id = w.agency_id AND f.document_number = w.document_number
    JOIN criminal_case g ON g.case_number = f.case_number AND g.organ IS NOT DISTINCT FROM f.organ
    JOIN penalty_case c ON c.agency_id = g.agency_id AND c.document_number = g.document_number
   WHERE 'SAME_TRANSFER' = ANY (CAST(:kinds AS text[])) AND CAST(:criminal_cases AS boolean)
   UNION ALL
  -- Handed over together: to one organ, on one day, for one crime.
  SELECT w.id, w.agency_id, c.id, c.agency_id, 'SAME_TRANSFER', f.to_organ || '，' || f.suspected_crime
    FROM wanted w
    JOIN transfer f ON f.agency_id = w.agency_id AND f.document_number = w.document_number
    JOIN transfer g ON g.transferred_on = f.transferred_on AND g.to_organ = f.to_organ
                   AND g.suspected_crime = f.suspected_crime
    JOIN penalty_case c ON c.agency_id = g.agency_id AND c.document_number = g.document_number
   WHERE 'SAME_TRANSFER' = ANY (CAST(:kinds AS text[]))
   UNION ALL
  SELECT w.id, w.agency_id, c.id, c.agency_id, 'SAME_CLUE', k.number
    FROM wanted w
    JOIN clue_case own ON own.case_id = w.id
    JOIN clue k ON k.id = own.clue_id
    JOIN clue_case others ON others.clue_id = k.id
    JOIN penalty_case c ON c.id = others.case_id
   WHERE 'SAME_CLUE' = ANY (CAST(:kinds AS text[]))
     AND (CAST(:scope_everything AS boolean) OR k.desks && CAST(:desks AS text[]))
   UNION ALL
  SELECT w.id, w.agency_id, c.id, c.agency_id, 'SAME_MEASURE', coalesce(m.number, '（拟稿' || m.id || '）')
    FROM wanted w
    JOIN measure_case own ON own.case_id = w.id
    JOIN measure m ON m.id = own.measure_id
    JOIN measure_case others ON others.measure_id = m.id
    JOIN penalty_case c ON c.id = others.case_id
   WHERE 'SAME_MEASURE' = ANY (CAST(:kinds AS text[]))
     AND (CAST(:scope_everything AS boolean)
          OR (CAST(:measures AS boolean)
              AND (m.procuratorate_id = ANY (CAST(:scope_procuratorate_ids AS bigint[]))
                   OR (m.procuratorate_id IS NULL AND CAST(:scope_unassigned AS boolean))
                   OR (m.agency_id = CAST(:scope_agency_id AS bigint) AND m.number IS NOT NULL))))
   UNION ALL
  SELECT w.id, w.agency_id, c.id, c.agency_id, 'SAME_CAMPAIGN', k.name
    FROM wanted w
    JOIN campaign_case own ON own.case_id = w.id
    JOIN campaign k ON k.id = own.campaign_id
    JOIN campaign_case others ON others.campaign_id = k.id
    JOIN penalty_case c ON c.id = others.case_id
   WHERE 'SAME_CAMPAIGN' = ANY (CAST(:kinds AS text[]))
     AND (CAST(:scope_everything AS boolean)
          OR (CAST(:scope_findings AS boolean) AND CAST(:scope_agency_id AS bigint) IS NULL
              AND (k.procuratorate_id IS NULL
                   OR k.procuratorate_id IN (
                     WITH RECURSIVE above (id) AS (
                       SELECT unnest(CAST(:scope_procuratorate_ids AS bigint[]))
                        UNION
                       SELECT p.parent_id FROM procuratorate p JOIN above ON p.id = above.id)
                     SELECT id FROM above))))
), links AS (
  SELECT c.case_id, c.other_id, c.kind, array_position(CAST(:kinds AS text[]), c.kind) AS rank, min(c.through) AS through,
         greatest(count(DISTINCT c.through), 1)::integer AS several, bool_or(c.agency_id <> c.other_agency_id) AS across
    FROM edges c
   WHERE c.other_id <> c.case_id AND $in_scope_of_others
   GROUP BY c.case_id, c.other_id, c.kind
)

-- name: page
, placed AS (
  SELECT l.*, count(*) OVER (PARTITION BY l.case_id)::integer AS total
    FROM links l
), behind AS (
  SELECT p.*, row_number() OVER (PARTITION BY p.case_id ORDER BY p.rank, p.other_id DESC) AS place
    FROM placed p
   WHERE CAST(:rank AS integer) IS NULL OR p.rank > :rank OR (p.rank = :rank AND p.other_id < :other_id)
)
SELECT case_id, other_id, kind, through, several, across, total
  FROM behind WHERE place <= :most
 ORDER BY case_id, place

-- name: count
SELECT case_id, count(*) FROM links GROUP BY case_id

-- name: alike
-- Cases whose texts hold one of the passages of another's facts; the newest of them, for whoever compares the facts.
SELECT w.id AS case_id, c.id AS other_id, c.agency_id, c.facts
  FROM unnest(CAST(:case_ids AS bigint[]), CAST(:queries AS text[])) AS w (id, query)
 CROSS JOIN LATERAL (
   WITH hit AS MATERIALIZED (
     SELECT case_id
       FROM case_text
      WHERE token_pairs(case_text.number || case_text.filing_number || case_text.title || case_text.party
                        || case_text.agency || case_text.violation_type || case_text.facts || case_text.basis
                        || case_text.content) @@ CAST(w.query AS tsquery)
   )
   SELECT c.id, c.agency_id, c.facts
     FROM hit JOIN penalty_case c ON c.id = hit.case_id
    WHERE c.id <> w.id AND c.facts IS NOT NULL AND $in_scope_of_wanted
    ORDER BY c.id DESC LIMIT :most) c
 ORDER BY w.id, c.id DESC
