"""The kinds of record of the platform's own format: each one's fields, described once, and the record they make."""
