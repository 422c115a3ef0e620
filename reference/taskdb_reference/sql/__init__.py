"""The common part of the stores in SQL databases.

`query_translation` translates the syntax tree of a query to a WHERE clause. The clause selects what
matches, or more if SQL cannot decide; then the compiled predicate decides about the selected rows.
`columns` maps the fields of a record to columns. A field of text or datetimes has a column of its
own that SQL can compare. Any other field has one column for its whole value, in a lossless form
(`json_codec`, `buffer_codec`). `base_store` has the calls of a store. A store adds its transactions
and its `dialect`.
"""
