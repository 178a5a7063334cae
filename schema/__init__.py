"""Shapes only: tables, records that cross layers, vocabularies, the search document. Imports nothing of ours."""
