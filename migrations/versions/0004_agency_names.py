"""An agency's names apart: no phrase is found any more where one of its names ends and the next begins.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from schema.tokens import several_token_texts

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AGENCIES = "SELECT id, name, aliases FROM agency WHERE cardinality(aliases) > 0"
_TOKENS = "UPDATE agency SET name_tokens = :tokens WHERE id = :id"


def upgrade() -> None:
    connection = op.get_bind()
    # The agency's trigger brings the cases' texts in step and queues them for the index.
    for row in connection.execute(sa.text(_AGENCIES)).all():
        tokens = several_token_texts((row.name, *row.aliases))
        connection.execute(sa.text(_TOKENS), {"id": row.id, "tokens": tokens})


def downgrade() -> None:
    raise NotImplementedError("A record is not taken apart again: restore a backup instead.")
