"""What proves the records and the query language."""
