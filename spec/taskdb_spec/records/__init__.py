"""Task records as data: their fields, the value domain, and the order of values.

`fields` validates a record with `domain`, which validates single values. `ordering` defines
equality and order for queries. `traversal` walks over nested values. `errors` has the exceptions.
"""
