"""The refusals of the calls on records (SPEC.md, "Errors")."""


class ReadableKeyError(KeyError):
    """A KeyError whose text is its message, where KeyError would show the message's repr."""

    def __str__(self) -> str:
        return " ".join(str(arg) for arg in self.args)


class RecordError(ValueError):
    """The record or update is not one that the specification allows; nothing was changed.

    `clause` is the id of the clause that refuses it.
    """

    def __init__(self, message: str, clause: str = "REC-8") -> None:
        super().__init__(message)
        self.clause = clause


class DuplicateRecord(ReadableKeyError):
    """``add_record``: the msg_id is there already; nothing was changed."""


class RecordNotFound(ReadableKeyError):
    """There is no record of that msg_id."""


class RecordCulled(RecordNotFound):
    """The record was there and was culled to keep the store within its limits."""
