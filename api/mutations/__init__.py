"""What people change, one record a file: what a mutation takes, who may, and what becomes of it."""
