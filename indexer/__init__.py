"""Data in: feeds to PostgreSQL, the outbox, Elasticsearch."""
