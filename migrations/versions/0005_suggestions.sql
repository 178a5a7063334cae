-- The statutes that cases cite (《…》 in their legal basis), kept by triggers in the transaction of every change.

-- schema.tokens.token_text of a text, for what the database itself finds.
CREATE FUNCTION token_text(source text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
  SELECT coalesce(' ' || string_agg(found.token[1], ' ' ORDER BY found.place) || ' ', '')
    FROM regexp_matches(
           normalize(casefold(normalize(source, NFKC) COLLATE pg_unicode_fast), NFKC), '([a-z0-9]{1,64}|[^\W_])', 'g'
         ) WITH ORDINALITY AS found(token, place)
);

-- What stands in 《》 and holds no natural person's name. Split, not matched: a regular expression takes five times as
-- long, and every case of every load comes by here.
CREATE FUNCTION cited_names(legal_basis text, person_names text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT split_part(part, '》', 1)
    FROM string_to_table(substr(legal_basis, nullif(strpos(legal_basis, '《'), 0) + 1), '《') AS part
   WHERE strpos(part, '》') BETWEEN 3 AND 81
     AND NOT EXISTS (SELECT FROM unnest(person_names) AS person WHERE person <> '' AND strpos(part, person) > 0);
END;

-- A cited name as a statute is called, without white space and the year of a version; NULL for what is no statute.
CREATE FUNCTION statute_name(cited text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (
  SELECT named.name
    FROM (SELECT regexp_replace(regexp_replace(cited, '\s+', ' ', 'g'), ' ?([^ -~]) ?', '\1', 'g')) AS one_line(name),
         LATERAL (SELECT regexp_replace(one_line.name, '[（(][^（()）]*[修年版号][^（()）]*[）)]$', '')) AS named(name)
   WHERE named.name ~ '(法|条例|办法|规定|规则|细则|解释|标准|规范|规程|通则|准则|基准|名录|目录)([（(][^（()）]{1,20}[）)])?$'
     AND named.name !~ '^[本该此]?(办法|方法|做法|条例|规定|规则|细则|解释|标准|规范|规程|通则|准则|基准|名录|目录)$'
     AND named.name !~ '^[本该此]法$|[*＊]'
     -- One character can fold into eighteen, and an index holds no text that is very long.
     AND length(normalize(named.name, NFKC)) <= 80
);

CREATE FUNCTION statute_tokens(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN token_text(name)
  || CASE WHEN starts_with(name, '中华人民共和国') THEN token_text(substr(name, 8)) ELSE '' END;

-- Whoever has a new statute to tell of waits for whoever told of one before: one lock, taken before any row, so that two
-- transactions that tell of several in any order never wait for one another. Nearly always nothing is new.
CREATE FUNCTION keep_statutes(cited text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  unknown text[] := ARRAY(
    SELECT DISTINCT ON (found.tokens) found.name
      FROM (SELECT name, statute_tokens(name) AS tokens
              FROM (SELECT statute_name(name) FROM unnest(cited) AS name) AS named(name)) AS found
     WHERE found.tokens <> '' AND NOT EXISTS (SELECT FROM statute s WHERE s.name_tokens = found.tokens)
     ORDER BY found.tokens, found.name
  );
BEGIN
  IF cardinality(unknown) > 0 THEN
    PERFORM pg_advisory_xact_lock(20150402);
    INSERT INTO statute (name, name_tokens) SELECT name, statute_tokens(name) FROM unnest(unknown) AS name
    ON CONFLICT DO NOTHING;
  END IF;
END $$;

CREATE FUNCTION penalty_case_keep_statutes_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM keep_statutes(ARRAY(
    SELECT DISTINCT cited.name FROM new_rows n, cited_names(n.legal_basis, n.person_names) AS cited(name)
     WHERE NOT EXISTS (SELECT FROM statute s WHERE s.name = cited.name)
  ));
  RETURN NULL;
END $$;

CREATE TRIGGER keep_statutes_inserted AFTER INSERT ON penalty_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_keep_statutes_inserted();

CREATE FUNCTION penalty_case_keep_statutes_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM keep_statutes(ARRAY(
    SELECT DISTINCT cited.name
      FROM new_rows n JOIN old_rows o USING (id), cited_names(n.legal_basis, n.person_names) AS cited(name)
     WHERE n.legal_basis IS DISTINCT FROM o.legal_basis
       AND NOT EXISTS (SELECT FROM statute s WHERE s.name = cited.name)
  ));
  RETURN NULL;
END $$;

CREATE TRIGGER keep_statutes_updated AFTER UPDATE ON penalty_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_keep_statutes_updated();

-- What the cases of an older revision cite.
SELECT keep_statutes(ARRAY(
  SELECT DISTINCT cited.name FROM penalty_case c, cited_names(c.legal_basis, c.person_names) AS cited(name)
));
