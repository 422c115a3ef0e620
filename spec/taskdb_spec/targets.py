"""Find a backend by its name: the targets of ``taskdb check``.

A name is ``module:attribute``, or registered in the entry point group ``taskdb.backends``.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from taskdb_spec._text import describe_error
from taskdb_spec.backend import Backend, as_backend

ENTRY_POINT_GROUP = "taskdb.backends"


class TargetError(Exception):
    """The target is not a backend. The text says what is wrong, where, and what to do."""


def resolve(name: str) -> tuple[Backend, str]:
    """Return the backend with that name, and the ``module:attribute`` to import it from.

    Args:
        name: ``module:attribute``, or a registered name. The module may be in the current folder.

    Raises:
        TargetError: No backend has this name.

    >>> resolve("taskdb_spec.model:Model")[0].name
    'Model'
    """
    reference = name if ":" in name else _get_entry_point(name).value
    found = _import_attribute(name, reference)
    try:
        return as_backend(found), reference
    except (TypeError, ValueError) as error:
        raise TargetError(f"{name}: {error}") from error


def known_names() -> list[str]:
    """Return the names that installed packages have registered."""
    return sorted(entry_points(group=ENTRY_POINT_GROUP).names)


def _get_entry_point(name: str) -> EntryPoint:
    known = known_names()
    if name in known:
        return entry_points(group=ENTRY_POINT_GROUP)[name]
    raise TargetError(
        f"{name}: no backend has this name;{_did_you_mean(name, known)} there are: "
        f"{', '.join(known) or 'none'}; write module:attribute for a backend of your own"
    )


def _import_attribute(name: str, reference: str) -> Any:
    module_name, _, attribute = reference.partition(":")
    _check_spelling(name, module_name, attribute)
    _make_current_folder_importable()
    found: Any = _import_module(name, module_name)
    for part in attribute.split("."):
        found = _get_attribute(name, found, part)
    return found


def _check_spelling(name: str, module: str, attribute: str) -> None:
    if module.endswith(".py") or "/" in module:
        raise TargetError(
            f"{name}: {module!r} is a file, and a target names a module; "
            "run this in the module's folder, and write module:attribute"
        )
    if not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        raise TargetError(
            f"{name}: this is not module:attribute, such as mydb:MyStore or mydb.stores:backend"
        )


def _make_current_folder_importable() -> None:
    # `python -m` does the same. The script `taskdb` has its own folder in sys.path instead.
    if not {"", os.getcwd()} & set(sys.path):
        sys.path.insert(0, os.getcwd())
        importlib.invalidate_caches()


def _import_module(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:  # an imported module may raise anything
        raise TargetError(f"{name}: {_explain_import_error(module, error)}") from error


def _explain_import_error(module: str, error: BaseException) -> str:
    # The target itself is missing only if the missing module is it or one of its packages.
    # Otherwise, an import inside the target failed.
    absent = error.name if isinstance(error, ModuleNotFoundError) else None
    if absent is not None and f"{module}.".startswith(f"{absent}."):
        return (
            f"there is no module {absent!r} in the current folder or among the installed "
            "packages; install it, or run this in the folder that holds it"
        )
    return (
        f"importing {module!r} failed{_locate(error)} with {describe_error(error)}; fix that first"
    )


def _locate(error: BaseException) -> str:
    """Return the line of the imported code that raised the error, outside the import machinery."""
    if isinstance(error, SyntaxError):  # its text already contains the line
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "importlib" not in f.filename and f.filename != __file__]
    return f" at {Path(own[-1].filename).name}, line {own[-1].lineno}," if own else ""


def _get_attribute(name: str, holder: Any, part: str) -> Any:
    try:
        return getattr(holder, part)
    except AttributeError as error:
        public = [known for known in dir(holder) if not known.startswith("_")]
        where = getattr(holder, "__name__", repr(holder))
        raise TargetError(
            f"{name}: {where!r} has no attribute {part!r};"
            f"{_did_you_mean(part, public)} name a Backend, or a class that is a store"
        ) from error
    except Exception as error:  # a lazy attribute may raise anything
        raise TargetError(
            f"{name}: looking up {part!r} failed with {describe_error(error)}"
        ) from error


def _did_you_mean(word: str, known: list[str]) -> str:
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower_case, n=1)
    return f" did you mean {by_lower_case[close[0]]!r}?" if close else ""
