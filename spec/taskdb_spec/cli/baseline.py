"""The files of known failures that a run is held to."""

from __future__ import annotations

from pathlib import Path

from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.reporting.baseline import (
    Baseline,
    BaselineError,
    read_baseline,
    together,
)


def read_known(baseline: Path | None, flaky: Path | None) -> Baseline:
    """What both files say; RunError where one cannot be read, or is malformed."""
    try:
        return together(_read("--baseline", baseline, False), _read("--flaky", flaky, True))
    except BaselineError as error:
        raise RunError(f"--baseline {baseline} and --flaky {flaky}: {error}") from error


def _read(option: str, file: Path | None, flaky: bool) -> Baseline:
    if file is None:
        return {}
    try:
        return read_baseline(file.read_text(encoding="utf-8"), flaky)
    except OSError as error:
        raise RunError(f"{option} {file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunError(f"{option} {file}: is not UTF-8") from error
    except BaselineError as error:
        raise RunError(f"{option} {file}: {error}") from error
