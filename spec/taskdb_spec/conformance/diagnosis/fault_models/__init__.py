"""Fault models: models with one known defect each, to explain a failure by.

A fault model explains a failure of a backend if the same program fails on the model that has the
defect, with the same answer.
"""

from __future__ import annotations

from taskdb_spec.conformance.diagnosis.fault_models.aliasing import SHARED
from taskdb_spec.conformance.diagnosis.fault_models.base import FaultModel
from taskdb_spec.conformance.diagnosis.fault_models.comparison_operators import (
    COMPARISON_OPERATORS,
)
from taskdb_spec.conformance.diagnosis.fault_models.operators import OPERATORS
from taskdb_spec.conformance.diagnosis.fault_models.paths import PATHS
from taskdb_spec.conformance.diagnosis.fault_models.reads import READS
from taskdb_spec.conformance.diagnosis.fault_models.refusals import REFUSALS
from taskdb_spec.conformance.diagnosis.fault_models.values import VALUES
from taskdb_spec.conformance.diagnosis.fault_models.writes import WRITES

__all__ = ["FAULT_MODELS", "FaultModel"]

FAULT_MODELS: dict[str, FaultModel] = {
    model.name: model
    for models in (
        *(WRITES, VALUES, READS, COMPARISON_OPERATORS),
        *(OPERATORS, PATHS, REFUSALS, SHARED),
    )
    for model in models
}
"""All fault models, by name."""
