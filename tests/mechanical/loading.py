"""Load a second copy of a package, in which the source of one module is changed.

The copy shares no module with the original, which stays in `sys.modules`. No file is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType


class _ChangedLoader(SourceFileLoader):
    """Executes another source than that of the file."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._text, self.get_filename(fullname), "exec", dont_inherit=True)


class _ChangedFinder(MetaPathFinder):
    """Finds modules whose source is changed."""

    def __init__(self, changed: Mapping[str, str]) -> None:
        self._changed = changed

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._changed:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _ChangedLoader(fullname, spec.origin, self._changed[fullname])
        return spec


def load_copy(package: str, module: str, changed: Mapping[str, str]) -> ModuleType:
    """Import a module from a new copy of its package.

    Args:
        package: The name of the package. Other packages are shared with the original.
        module: The full name of the module.
        changed: The changed source of some modules of the package, by full name.

    Raises:
        Exception: What the import raises, for example since the changed source cannot be executed.
    """
    finder = _ChangedFinder(changed)
    with _without_modules(package):
        sys.meta_path.insert(0, finder)
        try:
            return import_module(module)
        finally:
            sys.meta_path.remove(finder)


@contextmanager
def _without_modules(package: str) -> Iterator[None]:
    """Hide the loaded modules of a package from imports during the block."""
    parent, _, name = package.rpartition(".")
    import_module(package)
    loaded = _loaded_modules(package)
    for module in loaded:
        del sys.modules[module]
    try:
        yield
    finally:
        for module in _loaded_modules(package):
            del sys.modules[module]
        sys.modules.update(loaded)
        if parent:
            setattr(sys.modules[parent], name, loaded[package])


def _loaded_modules(package: str) -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name == package or name.startswith(f"{package}.")
    }
