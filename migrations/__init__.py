"""The one Alembic history of the record."""
