"""The refusals of a query (SPEC.md, "Errors"). The text of each names the spot in the query."""

from __future__ import annotations

from taskdb_spec.capabilities import Capability


class QueryError(ValueError):
    """The query, or the list of keys, is not one that the specification allows.

    `clause` is the id of the clause that refuses it, empty where only a capability is missing.
    """

    def __init__(self, message: str, clause: str) -> None:
        super().__init__(message, clause)  # both, so that copies and pickles can be made
        self.clause = clause

    def __str__(self) -> str:  # KeyError, a base of some subclasses, would show a repr
        return str(self.args[0])


class UnknownOperator(QueryError, KeyError):
    """A name with a ``$`` that the specification does not know, or not in this place."""


class UnsupportedOperator(UnknownOperator):
    """The specification knows it, but this backend does not claim the `capability`."""

    def __init__(self, message: str, capability: Capability) -> None:
        super().__init__(message, clause="")
        self.capability = capability


class UnknownField(QueryError, KeyError):
    """A root field that records do not have."""


class MalformedOperand(QueryError):
    """The operand does not have the form that its operator asks for."""


class BadValue(QueryError, TypeError):
    """The operand holds a value that no record may hold."""
