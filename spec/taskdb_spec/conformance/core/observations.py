"""Typed observations: where a value was looked at, and what the caller did before.

A finding says with an `Accessor` where the backend and the model differ. With `StoreCall` and
`Mutation` it says what happened between the failing step and the read that shows the difference.
All three are data, so that diagnosis can compare them, and each renders itself as the Python of a
counterexample script. Input: programs and values. Output: observations, and their source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

from taskdb_spec.conformance.core.literals import SourceWriter
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.traversal import Position

StoreName: TypeAlias = Literal["db", "other"]
"""The store under test, or the second store. Scripts use these names for their variables."""


class Base(Enum):
    """A value that a script has in a variable; the value of each member is that variable."""

    ANSWER = "answer"
    """What the step, or the probe, returned."""
    EARLIER_ANSWER = "earlier"
    """What the last `get_history` before the step returned."""
    ARGUMENTS = "given"
    """The arguments of the step: mutable objects of the caller."""
    ERROR_TEXT = "text"
    """The text of the error that the step raised."""
    MEMORY_GROWTH = "grown"
    """The bytes that stay allocated after many writes."""


RELEASED = "<released"
"""The start of the repr of a released memoryview. Any other operation on one raises an error."""


class View(Enum):
    """What is looked at of a value; each member is a template of source: {0} value, {1} operand."""

    VALUE = "{0}"
    TYPE_NAME = "type({0}).__name__"
    LENGTH = "len({0})"
    KEYS = "list({0})"
    SORTED = "sorted({0})"
    SORTED_BY_TEXT = "sorted({0}, key=str)"
    """For ids of any class, also those that cannot be compared with each other."""
    REPR = "repr({0})"
    """For NaN, which differs from itself."""
    STARTS_WITH_RELEASED = f"repr({{0}}).startswith({RELEASED!r})"
    ISO_FORMAT = "{0}.isoformat()"
    """For timestamps that are equal but have another offset."""
    CONTAINS = "{1} in {0}"
    AT_MOST = "{0} <= {1}"
    LESS_THAN = "{0} < {1}"
    EQUALS = "{0} == {1}"
    """The operand is the `Accessor` of the other value."""
    ONLY = "[m for m in {0} if m in {1}]"
    """The items that are among the operands, in their order."""


@dataclass(frozen=True, slots=True)
class StoreCall:
    """A call on a store that a script makes after the failing step.

    Attributes:
        store: The store that is called.
        operation: The call.
        is_answer: Whether the script assigns the returned value to ``answer``.
        uses_arguments: Whether the call gets the caller's own objects, ``given[0]`` and so on.
    """

    store: StoreName
    operation: Operation
    is_answer: bool = False
    uses_arguments: bool = False

    def to_source(self, writer: SourceWriter | None = None) -> str:
        """Return the call as a statement.

        >>> StoreCall("db", Operation(Method.history), is_answer=True).to_source()
        'answer = db.get_history()'
        """
        writer = writer or SourceWriter()
        args = self.operation.args if self.uses_arguments else ()
        names = tuple(ARGUMENTS.at(i).to_source(writer) for i in range(len(args)))
        call = writer.call(self.operation, names, self.store)
        return f"{Base.ANSWER.value} = {call}" if self.is_answer else call


@dataclass(frozen=True, slots=True)
class Accessor:
    """Where in an answer, in an argument, or in the store a value is looked at.

    Attributes:
        base: The value to begin with. For a view of a view, it is another accessor.
        path: The keys and indices that lead to the value.
        view: What is looked at of that value.
        operand: The second operand of the view, if it needs one.

    >>> ANSWER.at("header", "a").viewed(View.TYPE_NAME).to_source()
    "type(answer['header']['a']).__name__"
    """

    base: Base | StoreCall | Accessor
    path: Position = ()
    view: View = View.VALUE
    operand: Any = None

    def at(self, *steps: Any) -> Accessor:
        """Return the accessor of a nested value."""
        if self.view is View.VALUE:
            return Accessor(self.base, (*self.path, *steps))
        return Accessor(self, steps)

    def viewed(self, view: View, operand: Any = None) -> Accessor:
        """Return the accessor of a view of the value."""
        if self.view is View.VALUE:
            return Accessor(self.base, self.path, view, operand)
        return Accessor(self, (), view, operand)

    @property
    def root(self) -> Base | StoreCall:
        """The value that the outermost accessor begins with."""
        return self.base.root if isinstance(self.base, Accessor) else self.base

    @property
    def field(self) -> str | None:
        """The root field that it is about, if the answer is one record and it is about a field."""
        if isinstance(self.base, Accessor):
            return self.base.field
        if self.base is not Base.ANSWER or not self.path:
            return None
        return self.path[0] if self.path[0] in TASK_FIELDS else None

    @property
    def is_about_arguments(self) -> bool:
        """Whether the value is, or is in, an argument of the step."""
        return self.root is Base.ARGUMENTS

    @property
    def compares_with_earlier_answer(self) -> bool:
        """Whether a script must keep the answer of the last `get_history` before the step."""
        return self.view is View.EQUALS and self.operand == EARLIER_ANSWER

    def to_source(self, writer: SourceWriter | None = None) -> str:
        """Return the expression of a script that has the value.

        Args:
            writer: Collects the names that the script must import.
        """
        base = self.base
        writer = writer or SourceWriter()
        return self._write(base.value if isinstance(base, Base) else base.to_source(writer), writer)

    def describe(self) -> str:
        """Return the expression as part of a sentence.

        >>> ARGUMENTS.at(0, "label").describe()
        "the arguments given[0]['label']"
        """
        base, writer = self.base, SourceWriter()
        if isinstance(base, Accessor):
            return self._write(base.describe(), writer)
        prefix = "the arguments " if base is Base.ARGUMENTS else ""
        source = base.value if isinstance(base, Base) else base.to_source(writer)
        return self._write(f"{prefix}{source}", writer)

    def _write(self, base: str, writer: SourceWriter) -> str:
        value = base + "".join(f"[{writer.value(step)}]" for step in self.path)
        operand = self.operand
        second = (
            operand.to_source(writer) if isinstance(operand, Accessor) else writer.value(operand)
        )
        return self.view.value.format(value, second)

    def read(self, value: Any, other: Any = None) -> Any:
        """Return what the expression evaluates to.

        Args:
            value: The value of `root`.
            other: The second value, for `View.EQUALS`.

        Raises:
            Exception: Any error that the expression raises, because the value is another than
                expected.
        """
        if isinstance(self.base, Accessor):
            value = self.base.read(value, other)
        for step in self.path:
            value = value[step]
        return _READERS[self.view](value, other if self.view is View.EQUALS else self.operand)


_READERS: dict[View, Callable[[Any, Any], Any]] = {
    View.VALUE: lambda value, _: value,
    View.TYPE_NAME: lambda value, _: type(value).__name__,
    View.LENGTH: lambda value, _: len(value),
    View.KEYS: lambda value, _: list(value),
    View.SORTED: lambda value, _: sorted(value),
    View.SORTED_BY_TEXT: lambda value, _: sorted(value, key=str),
    View.REPR: lambda value, _: repr(value),
    View.STARTS_WITH_RELEASED: lambda value, _: repr(value).startswith(RELEASED),
    View.ISO_FORMAT: lambda value, _: value.isoformat(),
    View.CONTAINS: lambda value, operand: operand in value,
    View.AT_MOST: lambda value, operand: value <= operand,
    View.LESS_THAN: lambda value, operand: value < operand,
    View.EQUALS: lambda value, other: value == other,
    View.ONLY: lambda value, operand: [item for item in value if item in operand],
}

ANSWER = Accessor(Base.ANSWER)
ARGUMENTS = Accessor(Base.ARGUMENTS)
EARLIER_ANSWER = Accessor(Base.EARLIER_ANSWER)
ERROR_TEXT = Accessor(Base.ERROR_TEXT)
MEMORY_GROWTH = Accessor(Base.MEMORY_GROWTH)

FOUND_IDS = ANSWER.viewed(View.SORTED)
"""The ids of the records in an answer of `find_records`."""
LISTED_IDS = Accessor(StoreCall("db", Operation(Method.history)))
"""The answer of another `get_history`."""


class Change(Enum):
    """How the caller changes an object; templates of source: {0} object, {1} and {2} arguments."""

    SET_ITEM = "{0}[{1}] = {2}"
    APPEND = "{0}.append({1})"
    CLEAR = "{0}.clear()"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change that the caller makes to an object that it gave to the store or got from it.

    Attributes:
        target: Where the object is.
        change: How it changes.
        arguments: The key and the value, or the value, or nothing.
    """

    target: Accessor
    change: Change
    arguments: tuple[Any, ...] = ()

    def to_source(self, writer: SourceWriter | None = None) -> str:
        """Return the change as a statement.

        >>> Mutation(ANSWER.at("header"), Change.SET_ITEM, ("a", 1)).to_source()
        "answer['header']['a'] = 1"
        """
        writer = writer or SourceWriter()
        arguments = map(writer.value, self.arguments)
        return self.change.value.format(self.target.to_source(writer), *arguments)

    def apply(self, target: Any) -> None:
        """Change the object at `target`, which is given itself, and not what contains it."""
        if self.change is Change.SET_ITEM:
            key, value = self.arguments
            target[key] = value
        elif self.change is Change.APPEND:
            target.append(*self.arguments)
        else:
            target.clear()


Interposed: TypeAlias = StoreCall | Mutation
"""A statement of the caller between the failing step and the read that shows the difference."""


def uses_arguments(statement: Interposed) -> bool:
    """Return whether a statement is about the arguments of the step."""
    if isinstance(statement, StoreCall):
        return statement.uses_arguments
    return statement.target.is_about_arguments
