"""The JSON report: the objects of all runs, and the version of their schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskdb_spec.conformance.core.results import Report

SCHEMA = 1
"""The version of the schema, `report.schema.json`. It changes if a key is removed or redefined."""


def json_report(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the JSON report of several runs."""
    return {"schema": SCHEMA, "results": [report.to_json() for report in reports]}
