"""Exceptions of the calls on records (SPEC.md, "Errors")."""


class ReadableKeyError(KeyError):
    """A KeyError whose text is its message; a plain KeyError shows the repr of the message."""

    def __str__(self) -> str:
        return " ".join(str(arg) for arg in self.args)


class RecordError(ValueError):
    """The specification does not allow this record or update. The call changed nothing.

    Attributes:
        clause: The id of the clause that the record or update violates.
    """

    def __init__(self, message: str, clause: str = "REC-8") -> None:
        super().__init__(message)
        self.clause = clause


class DuplicateRecord(ReadableKeyError):
    """``add_record`` got a msg_id that is already stored. The call changed nothing."""


class RecordNotFound(ReadableKeyError):
    """The store has no record with this msg_id."""


class RecordCulled(RecordNotFound):
    """The store removed the record with this msg_id to stay within its limits."""
