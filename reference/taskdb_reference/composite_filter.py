"""`CompositeFilter`, several operators put to one value."""

from __future__ import annotations

from typing import Any

from taskdb_spec import MalformedOperand, compile_query
from taskdb_spec.records.domain import safe_repr


class CompositeFilter:
    """Whether a value passes all of some operators, as if it were the value of a field.

    `dikt` is a dict of operators of the query language; ``{}`` lets every value pass. Raises
    `QueryError` for what is no such dict. Calling the filter needs a value that a record may hold.

    >>> between = CompositeFilter({"$lt": 5, "$gt": 1})
    >>> between(3), between(7), between(None)
    (True, False, False)
    >>> CompositeFilter({"$glob": "*.py"})("setup.py")
    True
    >>> CompositeFilter({"lt": 5})
    Traceback (most recent call last):
    taskdb_spec.language.errors.MalformedOperand: a filter must be a dict of operators, \
not {'lt': 5}
    """

    def __init__(self, dikt: dict[str, Any]) -> None:
        # A dict without operators is a legal query, for a field that equals it, but no filter.
        if not isinstance(dikt, dict) or (dikt and not any(map(_is_operator, dikt))):
            raise MalformedOperand(
                f"a filter must be a dict of operators, not {safe_repr(dikt)}", "QRY-8"
            )
        self._selects = compile_query({"value": dikt} if dikt else {}, fields=None)

    def __call__(self, value: object) -> bool:
        """Whether `value` passes. Raises TypeError for a value that no record may hold."""
        return self._selects({"value": value})


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$")
