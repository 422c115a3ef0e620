"""Read the files of the options ``--baseline`` and ``--flaky``."""

from __future__ import annotations

from pathlib import Path

from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.reporting.baseline import (
    Baseline,
    BaselineError,
    combine,
    read_baseline,
)


def read_baseline_files(baseline: Path | None, flaky: Path | None) -> Baseline:
    """Return the entries of both files as one baseline.

    Args:
        baseline: A file of known failures, or None.
        flaky: A file of clauses that may pass or fail, or None.

    Raises:
        RunError: A file cannot be read or is malformed, or both files list the same clause.
    """
    try:
        return combine(
            _read("--baseline", baseline, flaky=False), _read("--flaky", flaky, flaky=True)
        )
    except BaselineError as error:
        raise RunError(f"--baseline {baseline} and --flaky {flaky}: {error}") from error


def _read(option: str, file: Path | None, *, flaky: bool) -> Baseline:
    if file is None:
        return {}
    try:
        return read_baseline(file.read_text(encoding="utf-8"), flaky=flaky)
    except OSError as error:
        raise RunError(f"{option} {file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunError(f"{option} {file}: is not UTF-8") from error
    except BaselineError as error:
        raise RunError(f"{option} {file}: {error}") from error
