"""From a shrunk failure to a counterexample: a script that was run, and a sentence."""

from __future__ import annotations

import importlib
import inspect
import sys
import sysconfig
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.confirmation.confirm import confirm, run_here, run_script
from taskdb_spec.conformance.confirmation.crash_script import crash_script, crash_summary
from taskdb_spec.conformance.confirmation.script import (
    Opener,
    backend_opener,
    model_opener,
    script,
    summary,
)
from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.core.results import FAULT_OF_THE_KIT, Counterexample
from taskdb_spec.conformance.execution.executor import Failure
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit

NOT_RUN = "not run: the backend is not an attribute of a module that can be imported"


@dataclass(frozen=True)
class CounterexampleWriter:
    """Writes counterexamples for a backend. Without a `target`, no fresh process can import it."""

    backend: Backend
    target: str | None
    path: str | None

    @classmethod
    def for_backend(cls, backend: Backend, given: Any, target: str | None) -> CounterexampleWriter:
        target = target or _find_target(backend, given)
        return cls(backend, target, _path_of(target) if target else None)

    def write(self, failure: Failure, clause: str) -> Counterexample:
        """The counterexample, confirmed in fresh processes where the backend can be imported."""
        sentence = summary(failure.program.operations, failure.finding)
        text = self._script(failure, clause, sentence, self._opener(failure.program.limits))
        return Counterexample(
            sentence, text, self._confirm(failure, clause, text), len(failure.program)
        )

    def write_crash(
        self, program: Program, clause: str, end: ProcessExit, limit: float
    ) -> Counterexample:
        """The counterexample where the last call of a program does not come back."""
        sentence = crash_summary(program, end)
        text = crash_script(program, clause, end, limit, self._opener(program.limits))
        return Counterexample(sentence, text, self._confirmed(clause, text, None), len(program))

    def _opener(self, limits: Limits | None) -> Opener:
        target = self.target or "your_module:backend"
        return backend_opener(target, self.backend, self.path, limits)

    def _script(self, failure: Failure, clause: str, sentence: str, opener: Opener) -> str:
        return script(failure.program, failure.raised, failure.finding, clause, sentence, opener)

    def _confirm(self, failure: Failure, clause: str, text: str) -> str:
        if failure.program.limits is not None or self.backend.stores_nothing:
            # The model has no limits, and stores what it is given.
            return self._confirmed(clause, text, None)
        on_model = self._script(failure, clause, "", model_opener(self.backend))
        if self.target is None and failure.model_resynchronized and run_here(on_model)[0]:
            return FAULT_OF_THE_KIT
        return self._confirmed(clause, text, on_model)

    def _confirmed(self, clause: str, text: str, on_model: str | None) -> str:
        if self.target is None:
            return NOT_RUN
        run = partial(run_script, discard=self.backend.discard)
        return confirm(clause, text, on_model, run)


def _find_target(backend: Backend, given: Any) -> str | None:
    """``module:attribute`` of a class or function, or of a backend that is a module's attribute."""
    module, name = getattr(given, "__module__", ""), getattr(given, "__qualname__", "")
    if inspect.isclass(given) or inspect.isfunction(given):
        return f"{module}:{name}" if "<" not in name and module != "__main__" else None
    main = sys.modules.get("__main__")  # it may have a second name
    for module, loaded in list(sys.modules.items()):
        if loaded is not None and loaded is not main:
            for attribute, value in list(vars(loaded).items()):
                if value is backend:
                    return f"{module}:{attribute}"
    return None


def _path_of(target: str) -> str | None:
    """The folder to import the target's module from, unless it is installed."""
    module = importlib.import_module(target.partition(":")[0])
    file = getattr(module, "__file__", None)
    if file is None:
        return None
    folder = Path(file).resolve().parents[module.__name__.count(".")]
    if Path(file).name == "__init__.py":
        folder = folder.parent
    return None if folder in _installed() else str(folder)


def _installed() -> set[Path]:
    """The folders that every interpreter of this environment imports from, links included."""
    folders = {Path(path).resolve() for path in sysconfig.get_paths().values()}
    for site in list(folders):
        for links in site.glob("*.pth"):
            folders |= {Path(line.strip()).resolve() for line in links.read_text().splitlines()}
    return folders
