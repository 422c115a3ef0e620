"""The refusals of a query (SPEC.md, "Errors"). The text of each names the spot in the query."""

from __future__ import annotations


class QueryError(ValueError):
    """The query, or the list of keys, is not one that the specification allows."""

    def __str__(self) -> str:  # KeyError, a base of some subclasses, would show a repr
        return " ".join(str(arg) for arg in self.args)


class UnknownOperator(QueryError, KeyError):
    """A name with a ``$`` that the specification does not know, or not in this place."""


class UnsupportedOperator(UnknownOperator):
    """The specification knows it, but this backend does not claim the capability."""


class UnknownField(QueryError, KeyError):
    """A root field that records do not have."""


class MalformedOperand(QueryError):
    """The operand does not have the form that its operator asks for."""


class BadValue(QueryError, TypeError):
    """The operand holds a value that no record may hold."""
