-- name: many_views
-- Of each account and each entry: the distinct cases it viewed within the minutes up to it. Counted so only where even
-- the same cases, counted again at each view, are too many.
WITH viewing AS (
  SELECT e.id, e.login, e.at, e.case_ids,
         sum(cardinality(e.case_ids)) OVER (
           PARTITION BY e.login ORDER BY e.at RANGE BETWEEN make_interval(mins => :minutes) PRECEDING AND CURRENT ROW
         ) AS views
    FROM audit_entry e
   WHERE e.at >= CAST(:since AS timestamptz) - make_interval(mins => :minutes) AND e.at < :until
     AND e.case_ids <> '{}' AND e.action <> 'CHANGE' AND $readable
), known AS MATERIALIZED (
  -- Of these cases the ones that may be told of; nothing is looked up for whoever may be told of all.
  SELECT c.id FROM penalty_case c
   WHERE NOT (SELECT scope_is('everything')) AND $in_scope
     AND c.id IN (SELECT viewed.case_id FROM viewing CROSS JOIN unnest(case_ids) AS viewed(case_id))
), too_many AS (
  SELECT v.id, v.login, v.at, counted.cases
    FROM viewing v
   CROSS JOIN LATERAL (
     SELECT count(DISTINCT viewed.case_id) AS viewed,
            count(DISTINCT viewed.case_id) FILTER (
              WHERE (SELECT scope_is('everything')) OR viewed.case_id IN (SELECT id FROM known)
            ) AS cases
       FROM viewing o CROSS JOIN unnest(o.case_ids) AS viewed(case_id)
      WHERE o.login = v.login AND o.at <= v.at AND o.at >= v.at - make_interval(mins => :minutes)
   ) counted
   WHERE v.views > :most AND v.at >= :since AND counted.viewed > :most
), begun AS (
  SELECT t.*,
         lag(at) OVER of_login IS NULL OR at - lag(at) OVER of_login > make_interval(mins => :minutes) AS begins
    FROM too_many t WINDOW of_login AS (PARTITION BY login ORDER BY at, id)
), bursts AS (
  SELECT b.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY login ORDER BY at, id) AS burst FROM begun b
)
SELECT max(id) AS entry_id, login, min(at) AS since, max(at) AS until, max(cases) AS cases
  FROM bursts GROUP BY login, burst ORDER BY max(at) DESC, max(id) DESC LIMIT :first

-- name: watched_views
SELECT e.id AS entry_id, e.login, e.at AS since, e.at AS until, 1 AS cases, c.id AS case_id, w.reason
  FROM watched_name w
  JOIN party p ON p.id = w.party_id OR p.name_tokens = w.name_tokens
  JOIN penalty_case c ON c.party_id = p.id
  JOIN audit_entry e ON e.case_ids @> ARRAY[c.id]
 WHERE e.at >= :since AND e.at < :until
   AND e.at >= w.set_at AND (w.ended_at IS NULL OR e.at < w.ended_at)
   AND $readable AND $in_scope
 ORDER BY e.id DESC, c.id LIMIT :first
