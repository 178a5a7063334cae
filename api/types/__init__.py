"""The types of the API. Their values are the records of `schema.records`; a resolver stands where a field is more."""
