"""What the stores in SQL databases share.

A query goes from its tree to a WHERE clause (`translation`), which selects what matches, or more
where SQL cannot tell; then the compiled predicate decides on the rows that SQL let through. Root
fields that hold text or an instant have columns of their own, the others one column each for their
whole value (`columns`), in a lossless form (`documents`, `buffers`). `store` has the calls; a store
adds its connections and its `Dialect`.
"""
