"""The query language: from a query dict to a syntax tree, and from the tree to a predicate.

`parser` validates a query and builds the `tree`. `compiler` makes a predicate of it, with `paths`
(which values a path yields), `evaluation` (the meaning of the operators) and `patterns` (regular
expressions). `errors` has the exceptions.
"""
