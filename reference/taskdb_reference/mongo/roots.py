"""The root fields that a query reads."""

from __future__ import annotations

from taskdb_spec.language import tree


def roots(query: tree.Query) -> list[str]:
    """The root fields that a parsed query reads, each once.

    >>> from taskdb_spec import parse_query
    >>> roots(parse_query({"header.engine": 1, "$or": [{"label": "a"}, {"header": {}}]}))
    ['header', 'label']
    """
    if isinstance(query, tree.Field):
        return [query.path.root]
    return list(dict.fromkeys(root for part in query.parts for root in roots(part)))
