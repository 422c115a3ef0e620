"""Make the golden reports: verdicts, evidence and programs, without times and without words."""

from __future__ import annotations

import ast
import json
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taskdb_reference.backends.builtin import (
    dict_backend,
    ipyparallel_dict_backend,
    ipyparallel_sqlite_backend,
    none_backend,
)
from taskdb_spec import Backend
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.model import model_backend
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import in_process_writer

GOLDEN = Path(__file__).parents[1] / "data" / "golden-reports.json"
PROFILE = Profile("golden", targeted_programs=2, operations=600)
"""Small, so that the test takes seconds, and large enough that most clauses are exercised."""
MUTANT_COUNT = 20


def _mutants() -> list[Backend]:
    """Return mutants from all over the catalogue: every n-th, by name."""
    names = sorted(MUTANTS)
    return [MUTANTS[name].backend for name in names[:: len(names) // MUTANT_COUNT][:MUTANT_COUNT]]


BACKENDS: dict[str, Backend] = {
    backend.name: backend
    for backend in (
        model_backend,
        dict_backend,
        none_backend,
        ipyparallel_dict_backend,
        ipyparallel_sqlite_backend,
        *_mutants(),
    )
}


def golden_report(backend: Backend) -> dict[str, Any]:
    """Return what a small run says of each clause that applies to the backend."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder, warnings.catch_warnings():
        # pytest makes errors of the warnings that ipyparallel's stores cause.
        warnings.simplefilter("ignore")
        config = RunConfig(
            backend, PROFILE, 0, in_process_writer(backend), Path(folder), strict=True
        )
        report = run_in_process(config, lambda event: None)
    data = report.to_json()
    return {
        "verdict": data["verdict"],
        "operations": data["operations"],
        "clauses": {
            clause["id"]: _of_clause(clause)
            for clause in sorted(data["clauses"], key=lambda clause: str(clause["id"]))
            if clause["verdict"] != "unclaimed"
        },
    }


def _of_clause(clause: dict[str, Any]) -> dict[str, Any]:
    counterexample = clause["counterexample"]
    kept = {"verdict": clause["verdict"], "evidence": clause["evidence_by_kind"]}
    if counterexample is None:
        return kept
    return {**kept, "program": program_of(counterexample["script"])}


def program_of(script: str) -> list[str]:
    """Return the statements of a script, without its docstring and its imports."""
    return [
        line
        for node in ast.parse(script).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for line in ast.unparse(node).splitlines()
    ]


def read_golden() -> dict[str, Any]:
    """Return the golden reports as they were committed."""
    reports: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return reports


def write_golden(make: Callable[[Backend], dict[str, Any]] = golden_report) -> None:
    """Make all golden reports again."""
    reports = {name: make(backend) for name, backend in BACKENDS.items()}
    GOLDEN.write_text(json.dumps(reports, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
