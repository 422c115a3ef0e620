"""The modules of `DictDB`, the store in memory.

`record_table` holds the records and the indexes on them (`hash_index`, `sorted_index`,
`size_index`). `query_planner` selects records with the indexes, and `full_scan` without them.
`culling` removes records when the store is above a limit. `store` has the calls.
"""
