"""From an agency's file to checked records, row by row."""
