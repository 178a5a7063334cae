"""The only place that imports a driver: PostgreSQL, Elasticsearch, keys, settings."""
