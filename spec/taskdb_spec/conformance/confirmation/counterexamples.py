"""From a shrunk failure to a counterexample: a script that was run, and a sentence."""

from __future__ import annotations

import importlib
import inspect
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.confirmation.confirm import (
    FAILS_ON_MODEL_TOO,
    RunScript,
    confirm,
    run_here,
    run_script,
)
from taskdb_spec.conformance.confirmation.crash_script import summarize_crash, write_crash_script
from taskdb_spec.conformance.confirmation.script import summarize_finding, write_script
from taskdb_spec.conformance.confirmation.script_builder import Opener
from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.core.results import Confirmation, Counterexample
from taskdb_spec.conformance.execution.executor import Failure
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit

NOT_RUN = "not run: the backend is not an attribute of a module that can be imported"


@dataclass(frozen=True)
class CounterexampleWriter:
    """Writes and confirms counterexamples for a backend.

    Args:
        backend: the backend.
        target: ``module:attribute`` by which a fresh process imports it; if None, no script runs.
        path: the folder to import the module from, unless it is installed.
        script_runner: for a clause, how its scripts are run; by default in fresh processes.
    """

    backend: Backend
    target: str | None
    path: str | None
    script_runner: Callable[[str], RunScript] | None = None

    @classmethod
    def for_backend(cls, backend: Backend, given: Any, target: str | None) -> CounterexampleWriter:
        """Return a writer for a backend that was given as `given`, maybe by the name `target`."""
        target = target or _find_target(backend, given)
        return cls(backend, target, _path_of(target) if target else None)

    def write(self, failure: Failure, clause: str) -> Counterexample:
        """Write the counterexample, and confirm it if a fresh process can import the backend."""
        sentence = summarize_finding(failure.program.operations, failure.finding)
        text = write_script(failure, clause, sentence, self._opener(failure.program.limits))
        confirmation, detail = self._confirm(failure, clause, text)
        return Counterexample(sentence, text, confirmation, len(failure.program), detail)

    def write_crash(
        self, program: Program, clause: str, end: ProcessExit, limit: float
    ) -> Counterexample:
        """Write the counterexample for a program whose last call hangs or ends the process."""
        sentence = summarize_crash(program, end)
        text = write_crash_script(program, clause, end, limit, self._opener(program.limits))
        confirmation, detail = self._run(clause, text, None)
        return Counterexample(sentence, text, confirmation, len(program), detail)

    def _opener(self, limits: Limits | None) -> Opener:
        target = self.target or "your_module:backend"
        return Opener.for_backend(target, self.path, limits)

    def _confirm(self, failure: Failure, clause: str, text: str) -> tuple[Confirmation, str]:
        if failure.program.limits is not None or self.backend.stores_nothing:
            # The model has no limits, and stores what it is given.
            return self._run(clause, text, None)
        on_model = write_script(failure, clause, "", Opener.for_model(self.backend))
        if self.target is None and failure.model_resynchronized and run_here(on_model)[0]:
            return Confirmation.FAILS_ON_MODEL, FAILS_ON_MODEL_TOO
        return self._run(clause, text, on_model)

    def _run(self, clause: str, text: str, on_model: str | None) -> tuple[Confirmation, str]:
        if self.target is None:
            return Confirmation.NOT_RUN, NOT_RUN
        run = self.script_runner(clause) if self.script_runner else self._run_in_fresh_process
        return confirm(clause, text, on_model, run)

    def _run_in_fresh_process(self, text: str) -> tuple[int, str]:
        return run_script(text, self.backend.discard)


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
