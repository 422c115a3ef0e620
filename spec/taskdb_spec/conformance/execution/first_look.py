"""The first look at a store, before anything is written: can it be checked at all?

It costs at most twenty calls. What it refuses would otherwise fail most clauses, for one reason.
Every other wrong answer is a finding of the run, under its clause.
"""

from __future__ import annotations

import inspect
from typing import Any

from taskdb_spec.conformance.core.program import Method
from taskdb_spec.conformance.execution.session import Session, StoreNotOpened

_ARGUMENTS: dict[Method, tuple[tuple[Any, ...], str]] = {
    Method.add: (("a", {}), "msg_id, rec"),
    Method.get: (("a",), "msg_id"),
    Method.update: (("a", {}), "msg_id, rec"),
    Method.drop: (("a",), "msg_id"),
    Method.purge: (({},), "check"),
    Method.find: (({}, ["label"]), "check, keys=None"),
    Method.history: ((), ""),
    Method.close: ((), ""),
}
"""Arguments for each method, and how the documentation names them."""


def look_first(session: Session) -> None:
    """Refuse a store that no run can check.

    Args:
        session: a session on a new store. Afterwards it is open and empty.

    Raises:
        StoreNotOpened: a method is missing, async, or cannot be called as documented; the store is
            not empty; or two calls of `open` give the same object. The text says what to do.
    """
    for method in _ARGUMENTS:
        problem = _find_problem(session.store, method)
        if problem:
            raise StoreNotOpened(f"{session.backend.name} cannot be checked: {problem}")
    session.refuse_nonempty_store()
    _refuse_same_object(session)


def _find_problem(store: Any, method: Method) -> str:
    """Return what is wrong with a method, or an empty text."""
    name = method.value
    arguments, documented = _ARGUMENTS[method]
    function = getattr(store, name, None)
    if function is None:
        return (
            f"its store, of the class {type(store).__name__}, has no method {name}({documented}); "
            f"a store has the {len(_ARGUMENTS)} methods of `taskdb_spec.TaskDB`"
        )
    if not callable(function):
        return f"{name} is not a method but a {type(function).__name__}"
    if inspect.iscoroutinefunction(function):
        return f"{name} is async; the interface is synchronous"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a method of an extension module may have none
        return ""
    try:
        signature.bind(*arguments)
    except TypeError as error:
        return f"{name}{signature} cannot be called as documented, {name}({documented}): {error}"
    return ""


def _refuse_same_object(session: Session) -> None:
    """Refuse a backend whose `open` returns one object for two folders."""
    first = session.store
    other = session.open(session.workdir.with_name(f"{session.workdir.name}-other"))
    if other is first:
        raise StoreNotOpened(
            f"{session.backend.name} cannot be checked: `open` returned the same object for two "
            "folders; it must open a new store for each folder that it is given"
        )
    session.call_store(other, Method.close)
