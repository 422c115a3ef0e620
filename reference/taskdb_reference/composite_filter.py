"""`CompositeFilter`, a predicate that applies several query operators to one value."""

from __future__ import annotations

from typing import Any

from taskdb_spec import MalformedOperand, compile_query
from taskdb_spec.records.domain import safe_repr


class CompositeFilter:
    """A predicate that is true if a value satisfies all of some operators.

    The value is compared as if it were the value of a field. A call with a value that no record may
    hold raises TypeError.

    Args:
        dikt: A dict of operators of the query language. ``{}`` accepts every value.

    Raises:
        QueryError: `dikt` is not a dict of operators.

    >>> between = CompositeFilter({"$lt": 5, "$gt": 1})
    >>> between(3), between(7), between(None)
    (True, False, False)
    >>> CompositeFilter({"$glob": "*.py"})("setup.py")
    True
    >>> CompositeFilter({"lt": 5})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    taskdb_spec.language.errors.MalformedOperand: a filter must be a dict of operators, not ...
    """

    def __init__(self, dikt: dict[str, Any]) -> None:
        # In a query, a dict without operators means equality. A filter must not mean that.
        if not isinstance(dikt, dict) or (dikt and not any(map(_is_operator, dikt))):
            raise MalformedOperand(
                f"a filter must be a dict of operators, not {safe_repr(dikt)}", "QRY-8"
            )
        self._predicate = compile_query({"value": dikt} if dikt else {}, fields=None)

    def __call__(self, value: object) -> bool:
        """Return whether the value satisfies all operators.

        Raises:
            TypeError: No record may hold this value.
        """
        return self._predicate({"value": value})


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$")
