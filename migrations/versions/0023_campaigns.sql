-- A campaign is for whoever sees findings: in the procuratorate that runs it, above it, and below it, for the counties
-- take part. An agency sees none.
CREATE FUNCTION scope_superiors() RETURNS bigint[] LANGUAGE sql STABLE
RETURN (
  WITH RECURSIVE above AS (
    SELECT p.id, p.parent_id FROM procuratorate p WHERE p.id = ANY (scope_procuratorates())
    UNION
    SELECT p.id, p.parent_id FROM procuratorate p JOIN above a ON p.id = a.parent_id
  )
  SELECT coalesce(array_agg(id), '{}') FROM above
);
GRANT EXECUTE ON FUNCTION scope_superiors TO jiandu_app;

CREATE POLICY in_scope ON campaign
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings')) AND (SELECT scope_agency()) IS NULL
             AND (procuratorate_id IS NULL OR procuratorate_id = ANY ((SELECT scope_superiors())::bigint[]))));

-- Of its cases one sees those in one's scope: the policy of the case applies in here too.
CREATE POLICY in_scope ON campaign_case
  USING ((SELECT scope_is('everything'))
         OR (EXISTS (SELECT FROM campaign k WHERE k.id = campaign_id)
             AND EXISTS (SELECT FROM penalty_case c WHERE c.id = case_id)));
CREATE POLICY in_scope ON file_review_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM campaign_case m WHERE m.id = campaign_case_id));

-- An activity is seen in the procuratorate that held it, and above.
CREATE POLICY in_scope ON activity
  USING ((SELECT scope_is('everything'))
         OR ((SELECT scope_is('findings'))
             AND (procuratorate_id = ANY ((SELECT scope_procuratorates())::bigint[])
                  OR (procuratorate_id IS NULL AND (SELECT scope_is('unassigned'))))));
CREATE POLICY in_scope ON activity_agency
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM activity a WHERE a.id = activity_id));
CREATE POLICY in_scope ON activity_participant
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM activity a WHERE a.id = activity_id));
CREATE POLICY in_scope ON activity_event
  USING ((SELECT scope_is('everything')) OR EXISTS (SELECT FROM activity a WHERE a.id = activity_id));
-- What came of it is known to whoever may know of both.
CREATE POLICY in_scope ON activity_clue
  USING ((SELECT scope_is('everything'))
         OR (EXISTS (SELECT FROM activity a WHERE a.id = activity_id)
             AND EXISTS (SELECT FROM clue c WHERE c.id = clue_id)));
CREATE POLICY in_scope ON activity_measure
  USING ((SELECT scope_is('everything'))
         OR (EXISTS (SELECT FROM activity a WHERE a.id = activity_id)
             AND EXISTS (SELECT FROM measure m WHERE m.id = measure_id)));

ALTER TABLE campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_review_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_agency ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_participant ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_clue ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity_measure ENABLE ROW LEVEL SECURITY;

-- What was written down stays, and none is lost: a case that was selected once remains a campaign's.
REVOKE UPDATE, DELETE ON file_review_event, activity_event, activity_agency, activity_participant, activity_clue,
  activity_measure FROM jiandu_app;
REVOKE DELETE ON campaign, campaign_case, activity FROM jiandu_app;

-- Whatever raises a case's revision may let it match a campaign. It is queued whether a campaign is open or not: one that
-- is being opened meanwhile does not see the change, nor does the change see it.
CREATE FUNCTION penalty_case_may_join_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO campaign_queue (case_id) SELECT id FROM new_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER may_join_inserted AFTER INSERT ON penalty_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_may_join_inserted();

CREATE FUNCTION penalty_case_may_join_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO campaign_queue (case_id)
  SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE n.revision <> o.revision;
  RETURN NULL;
END $$;
CREATE TRIGGER may_join_updated AFTER UPDATE ON penalty_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION penalty_case_may_join_updated();

-- A procuratorate under another one brings its cases, and what nobody supervises may fall to another: all may join.
CREATE FUNCTION procuratorate_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO campaign_queue (case_id)
  SELECT c.id FROM penalty_case c
   WHERE EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id) WHERE n.parent_id IS DISTINCT FROM o.parent_id);
  RETURN NULL;
END $$;
CREATE TRIGGER may_join_moved AFTER UPDATE ON procuratorate
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION procuratorate_moved();
