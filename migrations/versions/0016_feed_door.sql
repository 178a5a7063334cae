-- A run is seen by whoever sees its agency's cases; one of which nobody said whose feed it is, by whoever sees all.
-- (feed_row and rejected_row are filled by COPY, which no policy allows; they are read by the id of a run that was seen.)
CREATE POLICY in_scope ON feed_run
  USING ((SELECT scope_is('everything')) OR agency_id IN (SELECT id FROM agency_in_scope));
-- What was answered to a sender is for the program, which answers it again.
CREATE POLICY in_scope ON feed_delivery USING ((SELECT scope_is('everything')));

ALTER TABLE feed_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_delivery ENABLE ROW LEVEL SECURITY;
