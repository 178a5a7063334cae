"""Data out: the GraphQL API over Starlette."""
