"""The query language: from a query dict to a typed tree, and from the tree to a predicate."""
