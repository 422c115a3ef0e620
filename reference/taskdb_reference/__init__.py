"""Reference stores for the specification in `taskdb_spec`."""
