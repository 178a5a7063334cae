"""Which procuratorate supervises an agency shows in the documents of its cases.

Revision: 0015, after 0012.
"""

from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

_AGENCY_RAISE_CASES = """
CREATE OR REPLACE FUNCTION agency_raise_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_text t SET agency = n.name_tokens
    FROM new_rows n JOIN old_rows o USING (id) JOIN penalty_case c ON c.agency_id = n.id
   WHERE t.case_id = c.id AND t.agency <> n.name_tokens AND n.name_tokens <> o.name_tokens;
  UPDATE penalty_case c SET revision = c.revision + 1
    FROM new_rows n JOIN old_rows o USING (id)
   WHERE c.agency_id = n.id
     AND (n.name, n.name_tokens, n.region, n.procuratorate_id)
         IS DISTINCT FROM (o.name, o.name_tokens, o.region, o.procuratorate_id);
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(_AGENCY_RAISE_CASES)


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
