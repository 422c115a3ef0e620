"""The parts of `DictDB`: its records, the indexes on them, the planner of queries, culling."""
