"""Exceptions for queries (SPEC.md, "Errors").

Each text starts with the location in the query.
"""

from __future__ import annotations

from taskdb_spec.capabilities import Capability


class QueryError(ValueError):
    """The specification does not allow this query, or this list of keys.

    Attributes:
        clause: The id of the clause that the query violates; empty if the query is valid and only
            needs a capability.
    """

    def __init__(self, message: str, clause: str) -> None:
        super().__init__(message, clause)  # copy and pickle call the class with these arguments
        self.clause = clause

    def __str__(self) -> str:
        return str(self.args[0])  # the subclasses of KeyError would show a repr


class UnknownOperator(QueryError, KeyError):
    """The specification has no such operator, or does not allow it in this place."""


class UnsupportedOperator(UnknownOperator):
    """The operator or operand needs a capability that the backend does not claim.

    Attributes:
        capability: The capability.
    """

    def __init__(self, message: str, capability: Capability) -> None:
        super().__init__(message, clause="")
        self.capability = capability


class UnknownField(QueryError, KeyError):
    """Records have no such root field."""


class MalformedOperand(QueryError):
    """The operand does not have the form that its operator requires."""


class BadValue(QueryError, TypeError):
    """The operand contains a value that no record may contain."""
